"""How do records get into the store? In bulk, compared with what is there, all in one transaction."""

import hashlib
import json
import marshal
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain, islice
from operator import itemgetter, lt
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, select, update

from data.errors import BadInput
from data.model import Kind, Organisation, Outline, Participation, Project
from data.tables import (
    ORGANISATIONS,
    OUTLINES,
    PARTICIPATIONS,
    PROJECTS,
    Row,
    Shape,
    organisations,
    same_owner,
    searchable,
    settings,
)

VALUES_PER_STATEMENT = 800
CHUNK = 500
"""Ids asked for in one statement; more than a few hundred and the whole table is read instead."""


class Merge(Enum):
    """What happens to a record that the store already has."""

    REPLACE = "replace"
    """The new record stands, also where it says unknown."""
    UPDATE = "update"
    """The new record's known facts stand; what it does not know stays as it was."""
    FILL = "fill"
    """Only what the store does not know is taken."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records came in new, changed or unchanged."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged
        )


class Writer:
    """The open write transaction of a store; made by `Store.transaction`.

    Several records of one key in one call: the last one stands. Every change goes into a digest, from which
    the store's next revision is made, and into `counts`, which the audit keeps.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._digest = hashlib.sha256()
        self.counts: Counter[str] = Counter()
        self.changed = False
        self.records_changed = False
        self._ids: dict[str, set[str]] = {}

    def put_organisations(self, records: Iterable[Organisation], merge: Merge = Merge.REPLACE) -> Counts:
        """Keep organisations."""
        return self._put(ORGANISATIONS, records, merge)

    def put_projects(self, records: Iterable[Project], merge: Merge = Merge.REPLACE) -> Counts:
        """Keep projects."""
        return self._put(PROJECTS, records, merge)

    def put_participations(self, records: Iterable[Participation], merge: Merge = Merge.REPLACE) -> Counts:
        """Keep participations; BadInput where a project or an organisation is not in the store."""
        return self._put(PARTICIPATIONS, records, merge)

    def put_outlines(self, records: Iterable[Outline], merge: Merge = Merge.REPLACE) -> Counts:
        """Keep outlines; BadInput where the owner is not in the store."""
        return self._put(OUTLINES, records, merge)

    def put_setting(self, name: str, value: str) -> None:
        """Keep a small JSON document under a name; BadInput where the text is not JSON."""
        try:
            json.loads(value)
        except ValueError as error:
            raise BadInput(f"the setting {name!r} must be JSON text: {error}") from None
        self._upsert(settings, (name,), (value,))

    def put_same_owner(self, a: str, b: str, same: bool, by: str, at: str) -> None:
        """Keep a person's decision that two organisations do, or do not, belong to one owner."""
        if a == b:
            raise BadInput(f"an owner decision is about two organisations; both given are {a!r}")
        first, second = sorted((a, b))
        self._require("owner decisions", organisations, {first, second})
        self._upsert(same_owner, (first, second), (same, by, at))

    def revision_after(self, revision: str) -> str:
        """Return the revision that a store of this `revision` has once these changes stand."""
        return hashlib.sha256(revision.encode() + self._digest.digest()).hexdigest()[:32]

    def put_rows(self, shape: Shape, rows: Iterable[Row], merge: Merge = Merge.REPLACE) -> Counts:
        """Keep records that come as rows of their table, as its `to_row` would make them: the way for bulk imports."""
        width = shape.key_width
        # The order in which records were given leaves no trace, and the primary key fills in order.
        ordered = _ordered(list(rows), width)
        for place, table in shape.references:
            self._require(shape.name, table, set(map(itemgetter(place), ordered)))
        if width == 1:
            self._ids.setdefault(shape.name, set()).update(map(itemgetter(0), ordered))
        known = {row[:width]: row for row in rows_of(self._connection, shape.table, ordered)}
        added = [row for row in ordered if row[:width] not in known] if known else ordered
        met = ((known[row[:width]], row) for row in ordered if row[:width] in known) if known else ()
        changed = [new for old, row in met if (new := _merged(shape, old, row, merge)) != old]
        self._insert(shape.table, added)
        self._update(shape, changed)
        self._note(shape.name, added, changed)
        return Counts(len(added), len(changed), len(ordered) - len(added) - len(changed))

    def _put(self, shape: Shape, records: Iterable[Any], merge: Merge) -> Counts:
        return self.put_rows(shape, map(shape.to_row, records), merge)

    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert in statements of many rows each, which both databases take faster than one by one.

        Columns that no row fills are left out.
        """
        if not rows:
            return
        filled = [at for at in range(len(table.columns)) if any(row[at] is not None for row in rows)]
        names = [table.columns[at].name for at in filled]
        statement = insert(table).compile(dialect=self._connection.dialect, column_keys=names)
        head, single = str(statement).split(" VALUES ")
        if len(filled) < len(table.columns):
            rows = list(map(itemgetter(*filled), rows))
        together = VALUES_PER_STATEMENT // len(filled)
        whole = len(rows) // together * together
        many = f"{head} VALUES {', '.join([single] * together)}"
        batches = [tuple(chain.from_iterable(rows[at : at + together])) for at in range(0, whole, together)]
        for text, values in ((many, batches), (f"{head} VALUES {single}", rows[whole:])):
            if values:
                self._connection.exec_driver_sql(text, values)

    def _update(self, shape: Shape, rows: Sequence[Row]) -> None:
        if not rows:
            return
        key, rest = shape.columns[: shape.key_width], shape.columns[shape.key_width :]
        statement = update(shape.table).values({name: bindparam(f"new_{name}") for name in rest})
        for name in key:
            statement = statement.where(shape.table.c[name] == bindparam(f"old_{name}"))
        names = [f"old_{name}" for name in key] + [f"new_{name}" for name in rest]
        self._connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])

    def _upsert(self, table: Table, key: Row, rest: Row) -> None:
        columns = list(table.columns)
        match = [column == value for column, value in zip(columns, key, strict=False)]
        found = self._connection.execute(select(table).where(*match)).first()
        if found is None:
            self._insert(table, [key + rest])
        elif tuple(found) == key + rest:
            return
        else:
            values = dict(zip([c.name for c in columns[len(key) :]], rest, strict=True))
            self._connection.execute(update(table).where(*match).values(values))
        self._note(table.name, [] if found else [key + rest], [key + rest] if found else [])

    def _note(self, name: str, added: Sequence[Row], changed: Sequence[Row]) -> None:
        if not added and not changed:
            return
        self.changed = True
        # Kept documents are no records: no answer about consortia depends on them.
        self.records_changed |= name != settings.name
        self.counts[f"{name} added"] += len(added)
        self.counts[f"{name} changed"] += len(changed)
        # marshal is by far the fastest way from rows to bytes; version 2 depends on the values alone.
        self._digest.update(marshal.dumps([str(name), list(added), list(changed)], 2))

    def _require(self, what: str, table: Table, needed: set[str]) -> None:
        unsure = needed - self._ids.get(table.name, set())
        known = {key for (key,) in rows_of(self._connection, table, [(i,) for i in unsure], ("id",))}
        missing = sorted(unsure - known)
        if missing:
            shown = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
            raise BadInput(
                f"{len(missing)} of the {table.name} that the {what} name are not in the store ({shown}); "
                "import them first"
            )


def rows_of(
    connection: Connection, table: Table, keys: Sequence[Row], columns: Sequence[str] = ()
) -> Iterator[Row]:
    """Yield the rows whose first column is that of one of `keys`; all rows of the table where keys are many.

    The caller checks membership where that matters. `columns` limits what is read.
    """
    chosen = [table.c[name] for name in columns] or list(table.columns)
    query = select(*chosen)
    if len(keys) > CHUNK:
        yield from map(tuple, connection.execute(query))
        return
    leading = list(table.columns)
    firsts = sorted({key[0] for key in keys})
    if firsts:
        yield from map(tuple, connection.execute(query.where(leading[0].in_(firsts))))


def _ordered(rows: list[Row], width: int) -> list[Row]:
    """Return the rows in order of their keys, the leading `width` columns; of rows with one key, the last."""
    keys = list(map(itemgetter(slice(width)), rows))
    if all(map(lt, keys, islice(keys, 1, None))):
        return rows
    return sorted(dict(zip(keys, rows, strict=True)).values(), key=itemgetter(slice(width)))


def _merged(shape: Shape, old: Row, new: Row, merge: Merge) -> Row:
    if merge is Merge.REPLACE or old == new:
        return new
    first, second = (new, old) if merge is Merge.UPDATE else (old, new)
    row = [b if a is None else a for a, b in zip(first, second, strict=True)]
    return _settled(row, first, second) if shape is ORGANISATIONS else tuple(row)


def _settled(row: list[Any], first: Row, second: Row) -> Row:
    """Make a merged organisation agree with itself.

    'company' never replaces the finer 'sme' or 'large'; where kind and SME flag contradict each other, the one that
    `first` states decides; the searchable name follows the name.
    """
    kind, sme, name, search = map(ORGANISATIONS.columns.index, ("kind", "sme", "name", "search_name"))
    sized = {Kind.SME.value: True, Kind.LARGE.value: False}
    if row[kind] == Kind.COMPANY.value:
        row[kind] = next((given[kind] for given in (first, second) if given[kind] in sized), row[kind])
    if row[kind] in sized and row[sme] is not None and row[sme] != sized[row[kind]]:
        if first[sme] is not None:
            row[kind] = (Kind.SME if row[sme] else Kind.LARGE).value
        else:
            row[sme] = sized[row[kind]]
    row[search] = searchable(row[name] or "")
    return tuple(row)
