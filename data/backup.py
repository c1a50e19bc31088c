"""How is a store copied while it is in use, and put back? By SQLite's own online copy, looked through before it counts.

A copy is one file, of one moment of the store, that only its owner may read: it holds outlines, and people's secrets.
"""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path

from sqlalchemy.engine import make_url

from data.database import NEWEST_LAYOUT
from data.errors import BadInput, StoreError

TABLES = ("organisations", "projects", "participations", "outlines", "audit", "vectors")
"""Whose rows are counted."""
BUSY_S = 10.0


@dataclass(frozen=True, slots=True)
class StoreCopy:
    """A copy that was looked through: its records by table, its revision, its layout and its digest."""

    path: Path
    rows: Mapping[str, int]
    revision: str
    layout: str
    sha256: str


def file_of(address: str) -> Path:
    """Return the file of a SQLite store. Raises BadInput for a database of another kind, with what to do instead."""
    url = make_url(address)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BadInput(
            f"the store is in {url.get_backend_name()}; needed: a SQLite file. Copy it with that database's own "
            "tools: pg_dump --format=custom, pg_restore"
        )
    return Path(url.database)


def back_up(store: Path, copy: Path) -> StoreCopy:
    """Copy a store as it stands, whoever uses it meanwhile, and look the copy through.

    Raises BadInput where there is a file already, StoreError where the store cannot be read or the copy is not whole.
    """
    if copy.exists():
        raise BadInput(f"{copy} is there already; name another file")
    building = copy.with_name(f".{copy.name}.part")
    building.unlink(missing_ok=True)
    try:
        os.close(os.open(building, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
        _copy(store, building)
        known = looked_through(building)
        building.rename(copy)
    except OSError as error:
        raise StoreError(f"cannot write {copy}: {error.strerror}; choose another place") from error
    finally:
        building.unlink(missing_ok=True)
    return replace(known, path=copy)


def put_back(copy: Path, store: Path) -> StoreCopy:
    """Make a store what a copy holds, in one transaction: a service that runs on it answers from it within a second.

    Raises StoreError where the copy is damaged, of a newer version or no store at all, or the store is locked.
    """
    known = looked_through(copy)
    if known.layout > NEWEST_LAYOUT:
        raise StoreError(
            f"{copy} has the layout {known.layout}, the newest that this version knows is {NEWEST_LAYOUT}; "
            "it is of a newer version: use that one"
        )
    _copy(copy, store)
    stored = looked_through(store)
    if (stored.rows, stored.revision) != (known.rows, known.revision):
        raise StoreError(
            f"{store} does not hold what {copy} does: another program wrote to it; stop it, try again"
        )
    return known


def looked_through(path: Path) -> StoreCopy:
    """Return what a file of a store holds, every page and reference of it looked at. Raises StoreError as above."""
    if not path.is_file():
        raise StoreError(f"{path} is not there")
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)
        ) as file:
            # One transaction: all that is said of it is said of one moment.
            file.execute("BEGIN")
            (state,) = file.execute("PRAGMA integrity_check(1)").fetchone()
            broken = file.execute("PRAGMA foreign_key_check").fetchone()
            if state != "ok" or broken is not None:
                raise StoreError(f"{path} is damaged ({broken or state}); take an earlier copy")
            rows = {
                table: file.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 our own tables' names
                for table in TABLES
            }
            (layout,) = file.execute("SELECT version_num FROM alembic_version").fetchone()
            parts = dict(file.execute("SELECT name, value FROM state").fetchall())
    except (sqlite3.Error, TypeError) as error:
        raise StoreError(f"{path} cannot be read as a store of Konsort ({error})") from error
    with path.open("rb") as handle:
        digest = file_digest(handle, "sha256").hexdigest()
    return StoreCopy(path, rows, f"{parts.get('history')}.{parts.get('live')}", layout, digest)


def _copy(source: Path, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(source, timeout=BUSY_S)) as one,
            closing(sqlite3.connect(target, timeout=BUSY_S)) as other,
        ):
            one.backup(other)
    except sqlite3.Error as error:
        raise StoreError(
            f"cannot copy {source} to {target}: {error}; stop what writes to it, and look at the disk's free space"
        ) from error
