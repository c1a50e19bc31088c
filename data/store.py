"""Where are records kept? In one SQL database: a SQLite file by default, PostgreSQL by URL."""

import datetime as dt
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, Engine, and_, delete, func, insert, or_, select

from data.audit import entries_of, note, now
from data.collaborations import load_collaborations
from data.collector import uncollected
from data.database import open_engine, reading, writing
from data.errors import BadInput, Conflict, NotFound
from data.involvements import count_involvements, involvements, participants
from data.kept_consortia import KeptConsortia
from data.kept_questions import KeptQuestions
from data.model import (
    AuditEntry,
    CallId,
    Collaborations,
    History,
    Involvement,
    Organisation,
    OrganisationId,
    Outline,
    OutlineHead,
    OutlineId,
    Participation,
    Project,
    ProjectId,
)
from data.openness import Openness, forget_openness
from data.people import People
from data.revisions import LiveChanges, OwnerDecision, Revisions, read_revisions, writing_alone
from data.stated import Stated, stated_facts
from data.tables import (
    ORGANISATIONS,
    OUTLINES,
    PARTNERS_SETTING,
    PROJECTS,
    Row,
    Shape,
    audit,
    changes,
    journal,
    organisations,
    outlines,
    participations,
    same_owner,
    searchable,
    settings,
    standing_outlines,
    vectors,
)
from data.watch import RevisionWatch
from data.writer import CHUNK, LATEST, Writer, rows_of

if TYPE_CHECKING:
    import numpy as np


DAYS_TO_UNDO = 90
"""So long a change can be undone; then what the rows were before it is forgotten with the next change."""


class _Undone(Exception):
    """Leaves a dry run's transaction so that nothing of it stays."""


class Store:
    """All records, with one way to write: `transaction`. Safe to share between threads.

    >>> store = Store.open("sqlite:////tmp/konsort.sqlite")  # doctest: +SKIP
    >>> with store.transaction(what="first organisations") as writer:  # doctest: +SKIP
    ...     writer.put_organisations([Organisation(OrganisationId("999"), "Example GmbH", "DE")])
    Counts(added=1, changed=0, unchanged=0)
    """

    def __init__(self, engine: Engine, *, who: str = "local") -> None:
        self._engine = engine
        self._who = who
        self.people = People(engine)
        """Who may use this installation."""
        self.openness = Openness(engine)
        """How far things are opened, and to whom."""
        self.kept_questions = KeptQuestions(engine)
        """The questions that are kept for their askers."""
        self.kept_consortia = KeptConsortia(engine)
        """The consortia that people keep."""

    @classmethod
    def open(cls, url: str, *, who: str = "local") -> Self:
        """Open (or create) the store at a database URL, `sqlite:///FILE` or `postgresql://USER@HOST/NAME`.

        `who` is named in the audit trail where a write names nobody.
        Raises StoreError where the URL is wrong, the database cannot be reached or a newer version wrote it.
        """
        return cls(open_engine(url), who=who)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Writing

    @contextmanager
    def transaction(
        self,
        *,
        what: str = "write",
        who: str | None = None,
        dry_run: bool = False,
        bulk: bool = False,
        undoes: int | None = None,
    ) -> Iterator[Writer]:
        """Give a Writer; at the end all it wrote stands, or nothing where an exception passed or in a dry run.

        A transaction that changes records gives each layer that it changes a new revision (see `data/revisions.py`);
        one that changes anything leaves one audit entry. It can be undone, unless it
        is `bulk`: many rows come, and nothing is removed. `undoes`: the entry that this one undoes.
        """
        try:
            with writing(self._engine, bulk=bulk) as connection:
                # The rows' lock makes PostgreSQL writers queue here, as BEGIN IMMEDIATE does in SQLite.
                before = read_revisions(connection, lock=True)
                writer = Writer(connection, before, journalled=not bulk)
                yield writer
                if dry_run:
                    raise _Undone
                writer.keep_state()
                if writer.changed:
                    entry = note(connection, what, who or self._who, counts=writer.counts, undoes=undoes)
                    writer.keep_journal(entry)
                    _forget_old_journal(connection)
        except _Undone:
            pass

    def put_setting(
        self,
        name: str,
        value: str,
        *,
        who: str | None = None,
        expected: object = LATEST,
        derived: bool = False,
    ) -> None:
        """Keep a small JSON document (text) under a name; BadInput where the text is not JSON.

        `expected`, `derived`: see `Writer.put_setting`; Conflict where another text is kept by now.
        """
        with self.transaction(what=f"setting {name}", who=who) as writer:
            writer.put_setting(name, value, expected=expected, derived=derived)

    def put_same_owner(self, a: OrganisationId, b: OrganisationId, same: bool, by: str) -> None:
        """Keep a person's decision that two organisations do, or do not, belong to one owner; the latest stands."""
        with self.transaction(what=f"owner of {a} and {b}", who=by) as writer:
            writer.put_same_owner(a, b, same, by, now())

    def undo(self, entry: int, *, who: str | None = None) -> AuditEntry:
        """Put the rows that an entry of the audit changed back as they were, and return the entry of that.

        What undid can be undone in turn. Raises NotFound for an unknown entry, BadInput for one that is undone already
        or too large to be, Conflict where a row was changed since.
        """
        change = self.audit_entry(entry)
        if change.undone_by is not None:
            raise BadInput(f"change {entry} is undone already, by change {change.undone_by}")
        if not change.can_be_undone:
            raise BadInput(
                f"change {entry} ({change.what}) is too large to be undone, older than {DAYS_TO_UNDO} days, "
                "or what it changed was forgotten for good"
            )
        with self.transaction(what=f"undo {entry}: {change.what}", who=who, undoes=entry) as writer:
            writer.put_back(self._journal(entry))
        return self.audit(1)[0]

    def forget_outlines(self, idents: Collection[str], *, what: str, who: str | None = None) -> int:
        """Remove outlines so that nothing brings them back: what the journal holds of them goes, and who read them.

        Changes that touched one of them can be undone no more. Return how many there were.
        """
        with self.transaction(what=what, who=who) as writer:
            number = writer.remove_outlines(idents)
        wanted = frozenset(idents)
        with writing_alone(self._engine) as connection:
            query = select(journal.c.entry, journal.c.before, journal.c.after).where(
                journal.c.kind == OUTLINES.name
            )
            touching = {
                entry
                for entry, *rows in connection.execute(query)
                if any(row and json.loads(row)[0] in wanted for row in rows)
            }
            connection.execute(delete(journal).where(journal.c.entry.in_(touching)))
            forget_openness(connection, wanted)
        return number

    def _journal(self, entry: int) -> list[tuple[str, Row | None, Row | None]]:
        query = select(journal.c.kind, journal.c.before, journal.c.after).where(journal.c.entry == entry)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(journal.c.place)).all()
        return [(kind, _row(before), _row(after)) for kind, before, after in rows]

    def put_vectors(self, encoder: str, vectors_by_hash: "Mapping[str, np.ndarray]") -> None:
        """Keep text vectors, (d,) float32 each, by the hash of their text. A cache: no revision, no audit entry.

        A vector that is already there stays.
        """
        if not vectors_by_hash:
            return
        import numpy as np

        rows = [
            {"encoder": encoder, "hash": key, "vector": np.asarray(vector, dtype="<f4").tobytes()}
            for key, vector in sorted(vectors_by_hash.items())
        ]
        with writing_alone(self._engine) as connection:
            query = select(vectors.c.hash).where(vectors.c.encoder == encoder)
            if len(rows) <= CHUNK:
                query = query.where(vectors.c.hash.in_([row["hash"] for row in rows]))
            known = set(connection.scalars(query))
            missing = [row for row in rows if row["hash"] not in known]
            if missing:
                connection.execute(insert(vectors), missing)

    # Reading

    def organisation(self, ident: str) -> Organisation:
        """Return one organisation; NotFound where the id is unknown."""
        organisation: Organisation = self._one(ORGANISATIONS, ident)
        return organisation

    def organisations(
        self, idents: Iterable[str] | None = None, *, at: Revisions | None = None, standing: bool = False
    ) -> dict[OrganisationId, Organisation]:
        """Return those of the ids that are known, or all organisations, by id in order of id.

        `at`: as the store stood then; Conflict where either layer has changed since. `standing`: without the withdrawn.
        """
        known: dict[OrganisationId, Organisation] = self._many(ORGANISATIONS, idents, at)
        return {ident: one for ident, one in known.items() if one.withdrawn is None} if standing else known

    def find_organisations(
        self, text: str, *, country: str | None = None, limit: int = 20, without: Collection[str] = ()
    ) -> tuple[Organisation, ...]:
        """Return organisations whose id is `text` or whose name has all its words, without case and accents.

        An exact id or name comes first, then names that begin with the text, then shorter names; ties by id. `without`:
        these are left out.
        """
        wanted = searchable(text)
        if not wanted or limit < 1:
            return ()
        name = organisations.c.search_name
        named = [name.contains(word, autoescape=True) for word in wanted.split()]
        query = select(organisations).where(or_(organisations.c.id == text.strip(), and_(*named)))
        if country is not None:
            query = query.where(organisations.c.country == country)
        order = (
            organisations.c.id != text.strip(),
            name != wanted,
            ~name.startswith(wanted, autoescape=True),
            func.length(name),
            organisations.c.id,
        )
        with reading(self._engine) as connection:
            # Those that are left out take no place of others.
            rows = connection.execute(query.order_by(*order).limit(limit + len(without))).all()
        left = [tuple(row) for row in rows if row.id not in without][:limit]
        return tuple(map(ORGANISATIONS.to_record, left))

    def outline(self, ident: str) -> Outline:
        """Return one outline; NotFound where the id is unknown."""
        outline: Outline = self._one(OUTLINES, ident)
        return outline

    def outlines(
        self, call: CallId | str | None = None, *, at: Revisions | None = None, standing: bool = False
    ) -> tuple[Outline, ...]:
        """Return all outlines, or those of one call, in order of id. `at`: Conflict where the live layer changed.

        `standing`: only those that take part, neither withdrawn themselves nor of an organisation that is.
        """
        query = select(outlines).order_by(outlines.c.id)
        if standing:
            query = query.where(standing_outlines())
        if call is not None:
            query = query.where(outlines.c.call == call)
        with reading(self._engine) as connection:
            _require(connection, at, live=True)
            return tuple(OUTLINES.to_record(tuple(row)) for row in connection.execute(query))

    def outline_heads(
        self,
        *,
        call: CallId | str | None = None,
        ids_or_title: Sequence[str] | None = None,
        title: str | None = None,
        organisation: str | None = None,
        after: str = "",
        limit: int | None = None,
        standing: bool = False,
    ) -> tuple[OutlineHead, ...]:
        """Return what lists tell of outlines, in order of id, their texts unread.

        `call`: only this call's; `ids_or_title`: only those with one of these ids or titles; `title`: only those with
        this in their title; `organisation`: only those that it sends; `after`: those whose id comes later; `limit`: at
        most so many; `standing`: only those that take part.
        """
        columns = (getattr(outlines.c, field.name) for field in fields(OutlineHead))
        query = select(*columns).where(outlines.c.id > after).order_by(outlines.c.id).limit(limit)
        if standing:
            query = query.where(standing_outlines())
        if call is not None:
            query = query.where(outlines.c.call == call)
        if organisation is not None:
            query = query.where(outlines.c.organisation == organisation)
        if ids_or_title is not None:
            query = query.where(or_(outlines.c.id.in_(ids_or_title), outlines.c.title.in_(ids_or_title)))
        if title is not None:
            query = query.where(outlines.c.title.icontains(title.strip(), autoescape=True))
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return tuple(
            OutlineHead(
                *(row.id, row.call, row.title, row.organisation, row.country, row.language),
                withdrawn=None if row.withdrawn is None else dt.date.fromisoformat(row.withdrawn),
            )
            for row in rows
        )

    def calls_with_outlines(self) -> tuple[CallId, ...]:
        """Return the calls of which there is an outline, in order of id."""
        query = select(outlines.c.call).distinct().order_by(outlines.c.call)
        with reading(self._engine) as connection:
            return tuple(CallId(call) for call in connection.scalars(query))

    def without_history(self) -> frozenset[OrganisationId]:
        """Return the organisations that took part in no project: nothing public says that they are there."""
        took_part = select(participations.c.organisation)
        query = select(organisations.c.id).where(organisations.c.id.not_in(took_part))
        with reading(self._engine) as connection:
            return frozenset(map(OrganisationId, connection.scalars(query)))

    def any_fictional(self) -> bool:
        """Whether the store holds a fictional organisation."""
        query = select(organisations.c.id).where(organisations.c.fictional.is_(True)).limit(1)
        with reading(self._engine) as connection:
            return connection.scalar(query) is not None

    def project(self, ident: str) -> Project:
        """Return one project; NotFound where the id is unknown."""
        project: Project = self._one(PROJECTS, ident)
        return project

    def projects(self, idents: Iterable[str] | None = None) -> dict[ProjectId, Project]:
        """Return those of the ids that are known, or all projects, by id in order of id."""
        return self._many(PROJECTS, idents)

    def involvements(
        self, organisation: str, *, skipping: int = 0, limit: int = 50
    ) -> tuple[Involvement, ...]:
        """Return a part of the projects that an organisation took part in, the latest first."""
        with reading(self._engine) as connection:
            return involvements(connection, organisation, skipping=skipping, limit=limit)

    def count_involvements(self, organisation: str) -> int:
        """Count the projects that an organisation took part in."""
        with reading(self._engine) as connection:
            return count_involvements(connection, organisation)

    def stated_facts(self, organisation: str) -> dict[str, Stated]:
        """Return who stated which fact of an organisation last, and when."""
        with reading(self._engine) as connection:
            return stated_facts(connection, organisation)

    def participants(self, project: str) -> tuple[tuple[Organisation, Participation], ...]:
        """Return who took part in a project, coordinators first."""
        with reading(self._engine) as connection:
            return participants(connection, project)

    def history(self, *, at: Revisions | None = None) -> History:
        """Return who worked with whom, as tables of one moment. `at`: Conflict where the history has changed since."""
        with uncollected(), reading(self._engine) as connection:
            _require(connection, at, history=True)
            from data.histories import load_history  # slow to import: only who reads a history pays

            return load_history(connection)

    def collaborations(self, *, at: Revisions | None = None) -> Collaborations:
        """Return who worked with whom, without texts. `at`: Conflict where the history has changed since."""
        with uncollected(), reading(self._engine) as connection:
            _require(connection, at, history=True)
            return load_collaborations(connection)

    def starts(self) -> tuple[dict[str, str | None], dict[str, str]]:
        """Return when each project starts, and when the latest dated project of each organisation does, ISO 8601."""
        with reading(self._engine) as connection:
            from data.histories import load_starts  # slow to import: only who reads a history pays

            return load_starts(connection)

    def revision(self) -> str:
        """Return a text that changes whenever records change, and only then; it names both layers."""
        return str(self.revisions())

    def revisions(self) -> Revisions:
        """Return where the store stands, layer by layer."""
        with reading(self._engine) as connection:
            return read_revisions(connection)

    def watch(self) -> RevisionWatch:
        """Return a cheap look at where the store stands, to be taken again and again; close it after use."""
        return RevisionWatch(self._engine)

    def live_changes(self, since: Revisions) -> LiveChanges:
        """Return what became of the live layer since then, in one moment. Conflict where the history changed too."""
        with reading(self._engine) as connection:
            now = read_revisions(connection)
            _require(connection, since, history=True)
            query = select(changes.c.kind, changes.c.id).where(changes.c.number > since.number)
            touched: dict[str, list[str]] = {OUTLINES.name: [], ORGANISATIONS.name: []}
            for kind, ident in connection.execute(query):
                touched[kind].append(ident)
            read = {
                shape.name: _records(connection, shape, touched[shape.name])
                for shape in (OUTLINES, ORGANISATIONS)
            }
            standing = set(
                connection.scalars(
                    select(outlines.c.id).where(
                        outlines.c.id.in_(touched[OUTLINES.name]), standing_outlines()
                    )
                )
            )
            return LiveChanges(
                revisions=now,
                outlines={
                    OutlineId(ident): read[OUTLINES.name][ident] if ident in standing else None
                    for ident in touched[OUTLINES.name]
                },
                organisations={
                    ident: one for ident, one in read[ORGANISATIONS.name].items() if one.withdrawn is None
                },
                owner_decisions=_owner_decisions(connection),
            )

    def vectors(self, encoder: str, hashes: Iterable[str]) -> "dict[str, np.ndarray]":
        """Return the kept vectors, (d,) float32 each and read-only, of those hashes that have one."""
        import numpy as np

        wanted = set(hashes)
        kept: dict[str, np.ndarray] = {}
        with reading(self._engine) as connection:
            query = select(vectors.c.hash, vectors.c.vector).where(vectors.c.encoder == encoder)
            if len(wanted) <= CHUNK:
                query = query.where(vectors.c.hash.in_(sorted(wanted)))
            for key, blob in connection.execute(query):
                if key in wanted:
                    kept[key] = np.frombuffer(blob, dtype="<f4")
        return kept

    def partners_named(self) -> dict[OutlineId, tuple[OrganisationId, ...]]:
        """Return whom each outline named as partners when it came in."""
        known = json.loads(self.setting(PARTNERS_SETTING) or "{}")
        return {OutlineId(ident): tuple(map(OrganisationId, named)) for ident, named in known.items()}

    def setting(self, name: str) -> str | None:
        """Return the JSON document kept under a name, None where there is none."""
        with reading(self._engine) as connection:
            return connection.scalar(select(settings.c.value).where(settings.c.name == name))

    def same_owner_decisions(self, *, at: Revisions | None = None) -> tuple[OwnerDecision, ...]:
        """Return every decision about owners, in order of the ids. `at`: Conflict where the live layer has changed."""
        with reading(self._engine) as connection:
            _require(connection, at, live=True)
            return _owner_decisions(connection)

    def audit(
        self, limit: int | None = None, *, before: int | None = None, who: str | None = None
    ) -> tuple[AuditEntry, ...]:
        """Return what was written, newest first; `before`: only entries before that one; `who`: only this one's."""
        query = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if who is not None:
            query = query.where(audit.c.who == who)
        with reading(self._engine) as connection:
            return entries_of(connection, query if before is None else query.where(audit.c.id < before))

    def audit_entry(self, entry: int) -> AuditEntry:
        """Return one entry of the audit; NotFound where there is none of that number."""
        with reading(self._engine) as connection:
            for change in entries_of(connection, select(audit).where(audit.c.id == entry)):
                return change
        raise NotFound(f"there is no change {entry}; `konsort audit` lists them")

    def _one(self, shape: Shape, ident: str) -> Any:
        records = self._many(shape, [ident])
        if ident not in records:
            raise NotFound(f"the store has no {shape.name[:-1]} {ident!r}")
        return records[ident]

    def _many(
        self, shape: Shape, idents: Iterable[str] | None, at: Revisions | None = None
    ) -> dict[Any, Any]:
        with reading(self._engine) as connection:
            _require(connection, at, history=True, live=True)
            return _records(connection, shape, idents)


def _records(connection: Connection, shape: Shape, idents: Iterable[str] | None) -> dict[Any, Any]:
    """Return those of the ids that are known, or all records, by id in order of id."""
    if idents is None:
        rows = [tuple(row) for row in connection.execute(select(shape.table))]
    else:
        wanted = {(ident,) for ident in idents}
        rows = [row for row in rows_of(connection, shape.table, list(wanted)) if row[:1] in wanted]
    return {row[0]: shape.to_record(row) for row in sorted(rows, key=lambda row: row[0])}


def _owner_decisions(connection: Connection) -> tuple[OwnerDecision, ...]:
    standing = select(organisations.c.id).where(organisations.c.withdrawn.is_(None))
    query = select(same_owner).where(same_owner.c.a.in_(standing), same_owner.c.b.in_(standing))
    rows = connection.execute(query.order_by(same_owner.c.a, same_owner.c.b)).all()
    return tuple(
        OwnerDecision(OrganisationId(a), OrganisationId(b), same, by, dt.datetime.fromisoformat(at))
        for a, b, same, by, at in rows
    )


def _require(
    connection: Connection, at: Revisions | None, *, history: bool = False, live: bool = False
) -> None:
    """Raise Conflict where one of these layers no longer stands as it did."""
    if at is None:
        return
    now = read_revisions(connection)
    if (history and now.history != at.history) or (live and now.live != at.live):
        raise Conflict("another program changed the store while it was read; ask again")


def _forget_old_journal(connection: Connection) -> None:
    """Let go of what rows were before changes that are too old to be undone; the entries of the audit stay."""
    last = dt.datetime.now(dt.UTC) - dt.timedelta(days=DAYS_TO_UNDO)
    old = select(audit.c.id).where(audit.c.at < last.isoformat(timespec="seconds"))
    connection.execute(delete(journal).where(journal.c.entry.in_(old)))


def _row(text: str | None) -> Row | None:
    return None if text is None else tuple(json.loads(text))
