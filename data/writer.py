"""How do records get into the store? In bulk, compared with what is there, all in one transaction."""

import hashlib
import json
import marshal
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import Enum
from itertools import chain, islice
from operator import itemgetter, lt
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, update

from data.errors import BadInput, Conflict
from data.model import Kind, Organisation, Outline, Participation, Project
from data.revisions import Revisions
from data.tables import (
    ORGANISATIONS,
    OUTLINES,
    PARTICIPATIONS,
    PROJECTS,
    SHAPES,
    Row,
    Shape,
    changes,
    journal,
    organisations,
    outlines,
    participations,
    same_owner,
    searchable,
    settings,
    state,
)

VALUES_PER_STATEMENT = 800
CHUNK = 500
"""Ids asked for in one statement; more than a few hundred and the whole table is read instead."""
LONGEST_JOURNAL = 20_000
"""Of a transaction that changes more rows, none is kept to be undone."""
LATEST = object()
"""In place of an expected value: whatever is there is written over."""


_OTHERS = {settings.name: (settings, 1), same_owner.name: (same_owner, 2)}
"""Tables of no records, and how many leading columns make their keys."""


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

    Several records of one key in one call: the last one stands. Every change goes into the digest of its layer, from
    which the store's next revisions are made, and into `counts`, which the audit keeps.
    """

    def __init__(self, connection: Connection, before: Revisions, *, journalled: bool = True) -> None:
        """`before`: where the store stands as the transaction begins; `journalled`: changes are kept to be undone."""
        self._connection = connection
        self._before = before
        self._history = hashlib.sha256()
        self._live = hashlib.sha256()
        self._history_changed = self._live_changed = False
        self.counts: Counter[str] = Counter()
        self.changed = False
        self._ids: dict[str, set[str]] = {}
        self._given: dict[str, _Given] = {}
        self._journal: list[tuple[str, Row | None, Row | None]] | None = [] if journalled else None

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

    def remove_outlines(self, idents: Iterable[str]) -> int:
        """Forget outlines; unknown ids are ignored. Return how many there were."""
        return self._remove(OUTLINES, [(ident,) for ident in set(idents)])

    def remove_organisations(self, idents: Iterable[str]) -> int:
        """Forget organisations; unknown ids are ignored. Return how many there were.

        BadInput where one takes part in a project or is the sender of an outline: such a one can be withdrawn.
        """
        wanted = sorted(set(idents))
        for table in (participations, outlines):
            column = table.c.organisation
            query = select(column, func.count()).where(column.in_(wanted)).group_by(column).order_by(column)
            for ident, number in self._connection.execute(query):
                raise BadInput(
                    f"organisation {ident!r} cannot be deleted, {table.name} name it ({number}); withdraw it instead"
                )
        return self._remove(ORGANISATIONS, [(ident,) for ident in wanted])

    def merge_organisations(self, gone: str, kept: str) -> None:
        """Let one organisation be another: its participations, outlines, holdings and owner decisions go over.

        Both parts in one project become one: coordinator if one is, sums added. What only `gone` knows is filled in.
        BadInput where the two are one already, or one is unknown.
        """
        if gone == kept:
            raise BadInput(f"{gone!r} cannot be merged with itself")
        self._require("merge", organisations, {gone, kept})
        taken = self._rows_with(participations, "organisation", gone)
        there = {row[0]: row for row in self._rows_with(participations, "organisation", kept)}
        self.put_rows(PARTICIPATIONS, [_one_part(there.get(row[0]), row, kept) for row in taken])
        self._remove(PARTICIPATIONS, [row[:2] for row in taken])
        for shape, column in ((OUTLINES, "organisation"), (ORGANISATIONS, "owner")):
            place = shape.columns.index(column)
            rows = self._rows_with(shape.table, column, gone)
            self.put_rows(shape, [(*row[:place], kept, *row[place + 1 :]) for row in rows])
        (facts,) = self._rows_with(organisations, "id", gone)
        owner, withdrawn = map(ORGANISATIONS.columns.index, ("owner", "withdrawn"))
        known = [kept, *facts[1:]]
        known[owner] = kept if facts[owner] == gone else facts[owner]
        known[withdrawn] = None
        self.put_rows(ORGANISATIONS, [tuple(known)], Merge.FILL)
        self._merge_decisions(gone, kept)
        self._remove(ORGANISATIONS, [(gone,)])

    def _merge_decisions(self, gone: str, kept: str) -> None:
        """Let decisions about the owner of one be about the other, unless something is decided there already."""
        rows = [row for side in ("a", "b") for row in self._rows_with(same_owner, side, gone)]
        for row in rows:
            self._put_other(same_owner, row[:2], None)
            a, b = sorted({*row[:2]} - {gone} | {kept}) if kept not in row[:2] else (kept, kept)
            decided = [pair for pair in self._rows_with(same_owner, "a", a) if pair[1] == b]
            if a != b and not decided:
                self._upsert(same_owner, (a, b), row[2:])

    def _rows_with(self, table: Table, column: str, value: str) -> list[Row]:
        query = select(table).where(table.c[column] == value)
        return sorted(tuple(row) for row in self._connection.execute(query))

    def _remove(self, shape: Shape, keys: Sequence[Row]) -> int:
        wanted = set(keys)
        width = shape.key_width
        gone = sorted(
            row for row in rows_of(self._connection, shape.table, list(wanted)) if row[:width] in wanted
        )
        if gone:
            names = shape.columns[:width]
            match = [shape.table.c[name] == bindparam(f"gone_{name}") for name in names]
            self._connection.execute(
                delete(shape.table).where(*match),
                [{f"gone_{name}": part for name, part in zip(names, row, strict=False)} for row in gone],
            )
            self._count(shape.name, removed=len(gone))
            self._keep(shape.name, [(row, None) for row in gone])
            self._given = {name: put for name, put in self._given.items() if put.shape is not shape}
            if len(shape.live) == len(shape.columns):
                self._revise_live(shape.name, "removed", gone)
                self._log(shape.name, gone)
            else:
                self._revise_history(shape.name, "removed", gone)
        return len(gone)

    def put_back(self, changes_made: Sequence[tuple[str, Row | None, Row | None]]) -> None:
        """Undo changes of rows, given as (table, before, after) in the order in which they were made.

        Conflict where a row is not as it was left: what was changed since is to be undone first.
        """
        first: dict[tuple[str, Row], Row | None] = {}
        last: dict[tuple[str, Row], Row | None] = {}
        for kind, before, after in changes_made:
            width = SHAPES[kind].key_width if kind in SHAPES else _OTHERS[kind][1]
            key = (kind, ((before or after) or ())[:width])
            first.setdefault(key, before)
            last[key] = after
        self._require_unchanged(last)
        for shape in SHAPES.values():
            rows = [row for (kind, _), row in first.items() if kind == shape.name and row is not None]
            self.put_rows(shape, rows)
        for shape in reversed(SHAPES.values()):
            keys = [key for (kind, key), row in first.items() if kind == shape.name and row is None]
            if shape is ORGANISATIONS:
                self.remove_organisations([ident for (ident,) in keys])
            else:
                self._remove(shape, keys)
        for (kind, key), row in first.items():
            if kind in _OTHERS:
                self._put_other(_OTHERS[kind][0], key, row)

    def _require_unchanged(self, left: Mapping[tuple[str, Row], Row | None]) -> None:
        for kind in dict.fromkeys(kind for kind, _ in left):
            table, width = (SHAPES[kind].table, SHAPES[kind].key_width) if kind in SHAPES else _OTHERS[kind]
            keys = [key for name, key in left if name == kind]
            there = {row[:width]: row for row in rows_of(self._connection, table, keys)}
            for key in keys:
                if there.get(key) != left[kind, key]:
                    raise Conflict(
                        f"{', '.join(map(str, key))} of the {kind.replace('_', ' ')} was changed since; undo that first"
                    )

    def _put_other(self, table: Table, key: Row, row: Row | None) -> None:
        if row is not None:
            self._upsert(table, key, row[len(key) :])
            return
        match = [column == value for column, value in zip(table.columns, key, strict=False)]
        gone = [tuple(row) for row in self._connection.execute(select(table).where(*match))]
        self._connection.execute(delete(table).where(*match))
        self._count(table.name, removed=len(gone))
        self._keep(table.name, [(row, None) for row in gone])
        if table is not settings:
            self._revise_live(table.name, "removed", gone)

    def put_setting(self, name: str, value: str, *, expected: object = LATEST, derived: bool = False) -> None:
        """Keep a small JSON document under a name; BadInput where the text is not JSON.

        `derived`: it follows from what people wrote, and is neither told in the audit nor undone.

        `expected`: the text that the new one was made from, None where there was none. Raises Conflict where another
        one is kept by now; then nothing of this transaction stands.
        """
        try:
            json.loads(value)
        except ValueError as error:
            raise BadInput(f"the setting {name!r} must be JSON text: {error}") from None
        if expected is not LATEST:
            kept = self._connection.scalar(select(settings.c.value).where(settings.c.name == name))
            if kept != expected:
                raise Conflict(f"the setting {name!r} was changed meanwhile; read it again, then change it")
        self._upsert(settings, (name,), (value,), derived=derived)

    def put_same_owner(self, a: str, b: str, same: bool, by: str, at: str) -> None:
        """Keep a person's decision that two organisations do, or do not, belong to one owner."""
        if a == b:
            raise BadInput(f"an owner decision is about two organisations; both given are {a!r}")
        first, second = sorted((a, b))
        self._require("owner decisions", organisations, {first, second})
        self._upsert(same_owner, (first, second), (same, by, at))

    @property
    def after(self) -> Revisions:
        """Where the store stands once these changes do."""
        before = self._before
        return Revisions(
            history=_following(before.history, self._history) if self._history_changed else before.history,
            live=_following(before.live, self._live) if self._live_changed else before.live,
            number=before.number + 1 if self._live_changed else before.number,
        )

    def put_rows(self, shape: Shape, rows: Iterable[Row], merge: Merge = Merge.REPLACE) -> Counts:
        """Keep records that come as rows of their table, as its `to_row` would make them: the way for bulk imports."""
        width = shape.key_width
        # The order in which records were given leaves no trace, and the primary key fills in order.
        ordered = _ordered(list(rows), width)
        given = _Given(shape, merge, ordered) if len(ordered) > CHUNK else None
        if given and self._stand_already(given):
            return Counts(unchanged=len(ordered))
        for place, table in shape.references:
            self._require(shape.name, table, set(map(itemgetter(place), ordered)))
        if width == 1:
            self._ids.setdefault(shape.name, set()).update(map(itemgetter(0), ordered))
        other = self._not_as_they_are(shape.table, ordered)
        known = {row[:width]: row for row in rows_of(self._connection, shape.table, other)}
        added = [row for row in other if row[:width] not in known] if known else other
        met = ((known[row[:width]], row) for row in other if row[:width] in known) if known else ()
        pairs = [(old, new) for old, row in met if (new := _merged(shape, old, row, merge)) != old]
        changed = [new for _, new in pairs]
        self._insert(shape.table, added)
        self._update(shape, changed)
        if given and added is ordered and len(shape.live) < len(shape.columns):
            self._note_all_new(shape, given)
        else:
            self._note(shape, added, pairs)
        if pairs:
            self._given = {name: put for name, put in self._given.items() if put.shape is not shape}
        if given:
            self._given[given.name] = given
        return Counts(len(added), len(changed), len(ordered) - len(added) - len(changed))

    def _not_as_they_are(self, table: Table, rows: list[Row]) -> list[Row]:
        """Return the rows that do not stand in the table exactly so: of a file that comes in again, hardly any."""
        if len(rows) <= CHUNK:
            return rows
        # The driver's own tuples, of which SQLite's hold 1 for True: equal, and ten times as fast to read.
        present = set(self._connection.execute(select(table)).cursor.fetchall())
        return [row for row in rows if row not in present] if present else rows

    def _stand_already(self, given: "_Given") -> bool:
        """Whether these same rows were put as the latest change, or before changes that do not touch their layers."""
        kept = self._connection.scalar(select(state.c.value).where(state.c.name == given.name))
        return kept == given.value(self._before) and self.after == self._before

    def keep_journal(self, entry: int) -> None:
        """Write down what became of which row, under an entry of the audit; of very many rows nothing is kept."""
        made = self._journal or []
        if len(made) <= LONGEST_JOURNAL:
            self._insert(
                journal,
                [
                    (entry, place, kind, _json(before), _json(after))
                    for place, (kind, before, after) in enumerate(made)
                ],
            )

    def _keep(self, kind: str, rows: Iterable[tuple[Row | None, Row | None]]) -> None:
        if self._journal is not None and len(self._journal) <= LONGEST_JOURNAL:
            self._journal += [(str(kind), before, after) for before, after in rows]

    def keep_state(self) -> None:
        """Write down where the store stands now, and which rows came in bulk, so that the same again is known."""
        after = self.after
        kept = {
            name: str(value)
            for name, value in after._asdict().items()
            if value != getattr(self._before, name)
        } | {name: given.value(after) for name, given in self._given.items()}
        for name, value in kept.items():
            there = self._connection.execute(update(state).where(state.c.name == name).values(value=value))
            if not there.rowcount:
                self._connection.execute(insert(state).values(name=name, value=value))

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

    def _upsert(self, table: Table, key: Row, rest: Row, *, derived: bool = False) -> None:
        columns = list(table.columns)
        match = [column == value for column, value in zip(columns, key, strict=False)]
        before = self._connection.execute(select(table).where(*match)).first()
        if before is None:
            self._insert(table, [key + rest])
        elif tuple(before) == key + rest:
            return
        else:
            values = dict(zip([c.name for c in columns[len(key) :]], rest, strict=True))
            self._connection.execute(update(table).where(*match).values(values))
        if derived:
            return
        added, changed = ([], [key + rest]) if before else ([key + rest], [])
        self._keep(table.name, [(None if before is None else tuple(before), key + rest)])
        self._count(table.name, added=len(added), changed=len(changed))
        if table is not settings:  # kept documents are no records: no answer about consortia depends on them
            self._revise_live(table.name, "added", added)
            self._revise_live(table.name, "changed", changed)

    def _note(self, shape: Shape, added: Sequence[Row], changed: Sequence[tuple[Row, Row]]) -> None:
        """Count what was added and which rows became which, and give each its layer."""
        if not added and not changed:
            return
        self._count(shape.name, added=len(added), changed=len(changed))
        self._keep(shape.name, [(None, row) for row in added])
        self._keep(shape.name, changed)
        light, heavy = list[Row](), list[Row]()
        for old, new in changed:
            (light if _differs_within(shape.live, shape, old, new) else heavy).append(new)
        arrivals = (list(added), []) if len(shape.live) == len(shape.columns) else ([], list(added))
        for what, rows in (("added", arrivals[0]), ("changed", light)):
            self._revise_live(shape.name, what, rows)
            self._log(shape.name, rows)
        for what, rows in (("added", arrivals[1]), ("changed", heavy)):
            self._revise_history(shape.name, what, rows)

    def _note_all_new(self, shape: Shape, given: "_Given") -> None:
        """Note rows of the history layer that are all added, by the digest that is made already."""
        self._count(shape.name, added=given.count, changed=0)
        self._keep(shape.name, [(None, row) for row in given.rows])
        self._revise_history(shape.name, "added", [(given.digest,)])

    def _count(self, name: str, **how_many: int) -> None:
        self.changed = True
        for what, number in how_many.items():
            self.counts[f"{name} {what}"] += number

    def _revise_history(self, name: str, what: str, rows: Sequence[Row]) -> None:
        if rows:
            self._history_changed = True
            self._history.update(_bytes(name, what, rows))

    def _revise_live(self, name: str, what: str, rows: Sequence[Row]) -> None:
        if rows:
            self._live_changed = True
            self._live.update(_bytes(name, what, rows))

    def _log(self, kind: str, rows: Sequence[Row]) -> None:
        """Keep which records change in this transaction, so that a reader need not read all of them again."""
        if not rows:
            return
        number = self._before.number + 1
        idents = sorted({row[0] for row in rows})
        self._connection.execute(
            delete(changes).where(changes.c.kind == kind, changes.c.id == bindparam("gone")),
            [{"gone": ident} for ident in idents],
        )
        self._insert(changes, [(kind, ident, number) for ident in idents])

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


def _one_part(there: Row | None, row: Row, kept: str) -> Row:
    """Return an organisation's participation as another's, together with the one that that has in the project."""
    if there is None:
        return (row[0], kept, *row[2:])
    role = "coordinator" if "coordinator" in (there[2], row[2]) else there[2]
    sums = [amount for amount in (there[3], row[3]) if amount is not None]
    return (row[0], kept, role, sum(sums) if sums else None)


def _json(row: Row | None) -> str | None:
    return None if row is None else json.dumps(row, ensure_ascii=False)


class _Given:
    """Rows that were put in bulk, by a digest: whoever puts the same again need not compare them one by one."""

    def __init__(self, shape: Shape, merge: Merge, rows: list[Row]) -> None:
        self.shape = shape
        self.name = f"{shape.name} {merge.value}"
        self.count = len(rows)
        self.rows = rows
        self.digest = hashlib.sha256(_bytes(shape.name, merge.value, rows)).hexdigest()

    def value(self, at: Revisions) -> str:
        """Return what is kept of them, with the layers on which it depends that they stand."""
        return f"{self.digest} {at if self.shape.live else at.history}"


def _following(revision: str, digest: "hashlib._Hash") -> str:
    return hashlib.sha256(revision.encode() + digest.digest()).hexdigest()[:32]


def _bytes(name: str, what: str, rows: Sequence[Row]) -> bytes:
    """Return rows as bytes for a digest: marshal is the fastest way, and its version 2 depends on values alone."""
    return marshal.dumps([str(name), what, list(rows)], 2)


def _differs_within(columns: Set[str], shape: Shape, old: Row, new: Row) -> bool:
    """Whether two rows of one record differ in these columns alone."""
    return all(a == b or name in columns for name, a, b in zip(shape.columns, old, new, strict=True))


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
