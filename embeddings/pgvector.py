"""How does PostgreSQL with pgvector answer what is nearest? The second adapter of the VectorIndex seam.

For a store that lives in PostgreSQL anyway and is shared by several machines. Exact, half precision like
`FaissIndex`; the filter is part of the query, so that rows that may not be seen are not looked at.
"""

from collections.abc import Collection, Iterable, Sequence
from types import TracebackType
from typing import Self

import numpy as np
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    ARRAY,
    Column,
    Delete,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    any_,
    bindparam,
    create_engine,
    delete,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import SQLAlchemyError

from data.errors import IndexMismatch, StoreError
from embeddings.index import Neighbour, check_rows

_tables = MetaData()
_collections = Table(
    "vector_collections",
    _tables,
    Column("name", Text, primary_key=True),
    Column("width", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
)
_rows = Table(
    "vector_rows",
    _tables,
    Column("collection", Text, primary_key=True),
    # Compared byte by byte, so that ties fall as in Python.
    Column("id", Text(collation="C"), primary_key=True),
    # Half precision keeps a row of 768 columns inside its page; full precision would move it out (TOAST).
    Column("row", HALFVEC, nullable=False),
)


class PgVectorIndex:
    """One named collection of vectors in a PostgreSQL database. Safe under threads; close it after use."""

    def __init__(self, engine: Engine, collection: str, width: int) -> None:
        """Most callers want `PgVectorIndex.open`."""
        self.width = width
        self._engine = engine
        self._collection = collection

    @classmethod
    def open(cls, url: str, collection: str, width: int, *, fingerprint: str = "") -> Self:
        """Open (or create) a collection in the database at a URL, `postgresql+psycopg://USER@HOST/NAME`.

        Raises IndexMismatch when the collection holds vectors of another width or fingerprint (`drop` it,
        then add again) and StoreError when the database or its extension `vector` cannot be had.
        """
        try:
            engine = create_engine(url)
            with engine.begin() as connection:
                # Two processes at once would both try to create what is missing.
                connection.execute(select(func.pg_advisory_xact_lock(7_021_954)))
                connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
                _tables.create_all(connection)
                connection.execute(
                    upsert(_collections)
                    .values(name=collection, width=width, fingerprint=fingerprint)
                    .on_conflict_do_nothing()
                )
                stored = connection.execute(
                    select(_collections.c.width, _collections.c.fingerprint).where(
                        _collections.c.name == collection
                    )
                ).one()
        except SQLAlchemyError as error:
            raise StoreError(
                f"PostgreSQL with the extension 'vector' is needed for the collection {collection!r}: {error}"
            ) from error
        if tuple(stored) != (width, fingerprint):
            engine.dispose()
            raise IndexMismatch(
                f"expected {(width, fingerprint)}, got {tuple(stored)} in the collection {collection!r}; "
                "drop it and build it again"
            )
        return cls(engine, collection, width)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def drop(self) -> None:
        """Forget the collection with all its rows."""
        with self._engine.begin() as connection:
            connection.execute(delete(_rows).where(self._mine))
            connection.execute(delete(_collections).where(_collections.c.name == self._collection))

    def __len__(self) -> int:
        with self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(_rows).where(self._mine)).scalar_one()

    def add(self, ids: Sequence[str], vectors: np.ndarray) -> None:
        """See `VectorIndex.add`. All rows come in, or none."""
        rows = check_rows(vectors, self.width, len(ids))
        if len(set(ids)) != len(ids):
            raise ValueError("an id comes twice in one add")
        if not len(ids):
            return
        with self._engine.begin() as connection:
            connection.execute(self._delete(), {"gone": list(ids)})
            connection.execute(
                insert(_rows),
                [
                    {"collection": self._collection, "id": id_, "row": row}
                    for id_, row in zip(ids, rows, strict=True)
                ],
            )

    def remove(self, ids: Iterable[str]) -> None:
        """See `VectorIndex.remove`."""
        with self._engine.begin() as connection:
            connection.execute(self._delete(), {"gone": sorted(set(ids))})

    def nearest(
        self, vector: np.ndarray, k: int, allowed: Collection[str] | None = None
    ) -> tuple[Neighbour, ...]:
        """See `VectorIndex.nearest`."""
        query = check_rows(np.asarray(vector)[None, :], self.width, 1)[0]
        if k <= 0:
            return ()
        # pgvector's <#> is the negative inner product, so that ascending order is closest first.
        distance = _rows.c.row.max_inner_product(query).label("distance")
        wanted = select(_rows.c.id, distance).where(self._mine).order_by(distance, _rows.c.id).limit(k)
        if allowed is not None:
            wanted = wanted.where(_rows.c.id == any_(literal(sorted(set(allowed)), ARRAY(Text))))
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).all()
        return tuple(Neighbour(id_, min(1.0, max(-1.0, 0.0 - distance))) for id_, distance in rows)

    @property
    def _mine(self):  # type: ignore[no-untyped-def]  # a SQL expression
        return _rows.c.collection == self._collection

    def _delete(self) -> Delete:
        gone = bindparam("gone", type_=ARRAY(Text))
        return delete(_rows).where(self._mine, _rows.c.id == any_(gone))
