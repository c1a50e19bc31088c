"""How is a database opened? One engine for SQLite and PostgreSQL, brought to the newest layout.

SQLite runs with a write-ahead log, so readers go on while one writer works, and with foreign keys enforced.
A write transaction takes the write lock at its start (`BEGIN IMMEDIATE`; a row lock in PostgreSQL), so two writers
queue instead of failing half-way; a read transaction sees one consistent snapshot.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from data.errors import StoreError

BUSY_TIMEOUT_S = 60.0
"""How long a SQLite writer waits for another one before it gives up."""

NEWEST_LAYOUT = "0008"
"""The last of the migrations."""
_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x6B6F6E73  # "kons": any fixed number that only this program takes


@contextmanager
def explained(url: URL, doing: str) -> Iterator[None]:
    """Turn the database library's exceptions into a StoreError that names the store and the deed."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        hint = (
            "; another program holds the write lock, try again when it has finished"
            if "locked" in reason
            else ""
        )
        shown = url.render_as_string(hide_password=True)
        raise StoreError(f"cannot {doing} the store {shown}: {reason}{hint}") from error


def open_engine(address: str) -> Engine:
    """Return an engine for a database URL, migrated to the newest layout.

    Raises StoreError where the URL is wrong, the database cannot be reached, or it was made by a newer version.
    """
    url = _parsed(address)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        # "format" lets both drivers take rows as plain tuples.
        engine = create_engine(url, paramstyle="format", pool_pre_ping=True)
    try:
        with explained(url, "open"):
            _migrate(engine)
    except StoreError:
        engine.dispose()
        raise
    return engine


def _parsed(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        shown = re.sub(r":[^:@]*@", ":***@", address)  # it may hold a password
        raise StoreError(
            f"{shown!r} is not a database URL; needed: sqlite:///FILE or postgresql://USER@HOST/NAME"
        ) from None
    backend = url.get_backend_name()
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StoreError(
            f"found a {backend} database URL; needed: sqlite:///FILE or postgresql://USER@HOST/NAME"
        )
    if not url.database or url.database == ":memory:":
        raise StoreError(
            "a store in memory would be empty for every other thread; give a file: sqlite:///FILE"
        )
    folder = Path(url.database).absolute().parent
    if not folder.is_dir():
        raise StoreError(f"the folder {folder} for the store {url.database} does not exist; create it first")
    return url


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late for a consistent snapshot
    cursor = connection.cursor()
    for pragma in (
        "page_size=8192",  # of a new file; twice the default halves the bookkeeping of large writes
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "cache_size=-65536",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    writing = options.get("writing", False)
    if writing:
        connection.exec_driver_sql(f"PRAGMA foreign_keys={'OFF' if options.get('bulk', False) else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one snapshot of the database until it is let go."""
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with explained(engine.url, "read"), engine.connect() as bare:
        connection = bare.execution_options(**options)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine, *, bulk: bool = False) -> Iterator[Connection]:
    """Give the one writing connection: all it does is kept at the end, or nothing where an exception passes.

    `bulk`: who writes checks all references beforehand, so that SQLite need not look them up row by row.
    """
    with explained(engine.url, "write"), engine.connect() as bare:
        connection = bare.execution_options(writing=True, bulk=bulk)
        with connection.begin():
            yield connection


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        layout = _layout(connection)
    if layout == NEWEST_LAYOUT:
        return
    # Slow to import: only the first opening of a layout pays.
    import alembic.command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", _MIGRATIONS.as_posix().replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    if layout is not None and not any(layout == known.revision for known in script.walk_revisions()):
        raise StoreError(
            f"the store's layout is {layout!r}, the newest that this version knows is {NEWEST_LAYOUT!r}; "
            "it was written by a newer version: use that one"
        )
    with engine.connect() as bare:
        connection = bare.execution_options(writing=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _MIGRATION_LOCK})
            config.attributes["connection"] = connection
            alembic.command.upgrade(config, "head")


def _layout(connection: Connection) -> str | None:
    """Return the layout that a database is in, as alembic wrote it down; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    layout: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return layout
