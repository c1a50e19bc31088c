"""Has somebody written to the store since the last look? Cheap enough to be asked many times a second."""

import sqlite3
from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from data.database import explained, reading
from data.errors import StoreError
from data.revisions import Revisions, read_revisions


class RevisionWatch:
    """Where a store stands, asked again and again by one thread.

    SQLite counts the commits of others for each connection (`PRAGMA data_version`, some microseconds), so that nothing
    is read as long as nobody writes. PostgreSQL is asked for three rows each time.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen: tuple[int, Revisions] | None = None
        self._bare = None
        if engine.dialect.name == "sqlite":
            with explained(engine.url, "read"):
                self._bare = engine.raw_connection()

    def revisions(self) -> Revisions:
        """Return where the store stands now. Raises StoreError where it cannot be read."""
        if self._bare is None:
            return self._read()
        try:
            # Outside a transaction, which would always see the moment at which it began.
            cursor = self._bare.cursor()
            (version,) = cursor.execute("PRAGMA data_version").fetchone()
            cursor.close()
        except sqlite3.Error as error:
            shown = self._engine.url.render_as_string(hide_password=True)
            raise StoreError(f"cannot read the store {shown}: {error}") from error
        if self._seen is None or self._seen[0] != version:
            self._seen = (version, self._read())
        return self._seen[1]

    def close(self) -> None:
        """Let go of the connection."""
        if self._bare is not None:
            self._bare.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> Revisions:
        with reading(self._engine) as connection:
            return read_revisions(connection)
