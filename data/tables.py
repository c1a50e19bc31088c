"""How do records lie in the database? The tables, and the way between a record and its row.

Dates are kept as ISO 8601 text and lists as JSON text: they sort and compare the same in SQLite and PostgreSQL.
`docs/data.md` shows the layout; `data/migrations` moves an older layout to this one.
"""

import datetime as dt
import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    select,
)

from data.model import (
    CallId,
    Kind,
    Organisation,
    OrganisationId,
    Outline,
    OutlineId,
    Participation,
    Project,
    ProjectId,
)

Row = tuple[Any, ...]

# Ids sort by code point everywhere; PostgreSQL would otherwise follow the server's language.
ID = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData()

organisations = Table(
    "organisations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text),
    Column("country", Text),
    Column("kind", Text),
    Column("sme", Boolean),
    Column("owner", ID),
    Column("city", Text),
    Column("url", Text),
    Column("profile", Text),
    Column("fictional", Boolean, nullable=False),
    Column("search_name", Text, nullable=False),
    Column("withdrawn", Text),
)
projects = Table(
    "projects",
    metadata,
    Column("id", ID, primary_key=True),
    Column("title", Text),
    Column("acronym", Text),
    Column("objective", Text),
    Column("start_date", Text),
    Column("end_date", Text),
    Column("framework", Text),
    Column("programme", Text),
    Column("scheme", Text),
    Column("topics", Text),
    Column("topic_titles", Text),
    Column("grant_eur", Float),
    Column("fictional", Boolean, nullable=False),
)
participations = Table(
    "participations",
    metadata,
    Column("project", ID, ForeignKey("projects.id"), primary_key=True),
    Column("organisation", ID, ForeignKey("organisations.id"), primary_key=True),
    Column("role", Text, nullable=False),
    Column("contribution_eur", Float),
    sqlite_with_rowid=False,
)
outlines = Table(
    "outlines",
    metadata,
    Column("id", ID, primary_key=True),
    Column("call", ID, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("organisation", ID, ForeignKey("organisations.id"), nullable=False),
    Column("country", Text),
    Column("language", Text),
    Column("offers", Text),
    Column("seeks", Text),
    Column("work_stream", Text),
    Column("budget_eur", Float),
    Column("submitted", Text),
    Column("withdrawn", Text),
)
vectors = Table(
    "vectors",
    metadata,
    Column("encoder", ID, primary_key=True),
    Column("hash", ID, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)
settings = Table(
    "settings",
    metadata,
    Column("name", ID, primary_key=True),
    Column("value", Text, nullable=False),
)
same_owner = Table(
    "same_owner",
    metadata,
    Column("a", ID, primary_key=True),
    Column("b", ID, primary_key=True),
    Column("same", Boolean, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Text, nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("undoes", Integer),
)
journal = Table(
    "journal",
    metadata,
    Column("entry", Integer, ForeignKey("audit.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("kind", ID, nullable=False),
    Column("before", Text),
    Column("after", Text),
)
"""What became of which row in an entry of the audit: the row of table `kind` before and after, as JSON lists."""
state = Table(
    "state",
    metadata,
    Column("name", ID, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Where the store stands: the revisions `history` and `live`, and `number`, which counts the changes of the latter."""
changes = Table(
    "changes",
    metadata,
    Column("kind", ID, primary_key=True),
    Column("id", ID, primary_key=True),
    Column("number", Integer, nullable=False, index=True),
)
"""Which outlines, and which organisations' profiles, were written by change `number` or removed; the latest stands."""


questions = Table(
    "questions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("who", ID, nullable=False, index=True),
    Column("at", Text, nullable=False, index=True),
    Column("kind", ID, nullable=False),
    Column("fields", Text, nullable=False),
    Column("before", ID),
    Column("step", Text),
)
"""Questions as they were filled in, each for its asker alone; `before`: the question that it was made of."""


consortia = Table(
    "consortia",
    metadata,
    Column("id", ID, primary_key=True),
    Column("who", ID, nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("call", ID, nullable=False),
    Column("question", Text),
    Column("notes", Text, nullable=False),
)
consortium_versions = Table(
    "consortium_versions",
    metadata,
    Column("consortium", ID, ForeignKey("consortia.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", ID, nullable=False),
    Column("what", Text, nullable=False),
    Column("seats", Text, nullable=False),
)
consortium_comments = Table(
    "consortium_comments",
    metadata,
    Column("consortium", ID, ForeignKey("consortia.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", ID, nullable=False),
    Column("text", Text, nullable=False),
)
consortium_links = Table(
    "consortium_links",
    metadata,
    Column("digest", ID, primary_key=True),
    Column("consortium", ID, ForeignKey("consortia.id"), nullable=False),
    Column("at", Text, nullable=False),
)
"""Links by which others read a consortium: of each its digest alone, so that who reads the store cannot follow it."""


def withdrawn_organisations() -> Select[tuple[str]]:
    """Return the query for the ids of organisations that are kept and take no part."""
    return select(organisations.c.id).where(organisations.c.withdrawn.is_not(None))


def standing_outlines() -> ColumnElement[bool]:
    """Return the condition that an outline takes part: neither it nor its organisation is withdrawn."""
    return and_(outlines.c.withdrawn.is_(None), outlines.c.organisation.not_in(withdrawn_organisations()))


def searchable(text: str) -> str:
    """Return `text` without case and accents, blanks made single: what a search by name compares.

    >>> searchable("  Société  GÉNÉRALE ")
    'societe generale'
    """
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def iso(day: dt.date | None) -> str | None:
    """Return the text of a date column."""
    return None if day is None else day.isoformat()


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


@lru_cache(maxsize=4096)
def listed(parts: tuple[str, ...]) -> str | None:
    """Return the text of a list column; None where the list is empty."""
    return json.dumps(parts, ensure_ascii=False) if parts else None


def unlisted(text: str | None) -> tuple[str, ...]:
    """Return the texts that a list column holds; none where it is empty."""
    return tuple(json.loads(text)) if text else ()


def _organisation_row(record: Organisation) -> Row:
    return (
        record.id,
        record.name,
        record.country,
        None if record.kind is None else record.kind.value,
        record.sme,
        record.owner,
        record.city,
        record.url,
        record.profile,
        record.fictional,
        searchable(record.name or ""),
        iso(record.withdrawn),
    )


def _organisation(row: Row) -> Organisation:
    ident, name, country, kind, sme, owner, city, url, profile, fictional, _, withdrawn = row
    return Organisation(
        OrganisationId(ident),
        name,
        country,
        None if kind is None else Kind(kind),
        sme,
        owner,
        city,
        url,
        profile,
        fictional,
        _day(withdrawn),
    )


def _project_row(record: Project) -> Row:
    return (
        record.id,
        record.title,
        record.acronym,
        record.objective,
        iso(record.start),
        iso(record.end),
        record.framework,
        record.programme,
        record.scheme,
        listed(record.topics),
        listed(record.topic_titles),
        record.grant_eur,
        record.fictional,
    )


def _project(row: Row) -> Project:
    (
        ident,
        title,
        acronym,
        objective,
        start,
        end,
        framework,
        programme,
        scheme,
        topics,
        titles,
        grant,
        fictional,
    ) = row
    return Project(
        ProjectId(ident),
        title,
        acronym,
        objective,
        _day(start),
        _day(end),
        framework,
        programme,
        scheme,
        unlisted(topics),
        unlisted(titles),
        grant,
        fictional,
    )


_participation_row: Callable[[Participation], Row] = attrgetter(
    "project", "organisation", "role", "contribution_eur"
)


def _participation(row: Row) -> Participation:
    return Participation(*row)


def _outline_row(record: Outline) -> Row:
    return (
        record.id,
        record.call,
        record.title,
        record.text,
        record.organisation,
        record.country,
        record.language,
        record.offers,
        record.seeks,
        record.work_stream,
        record.budget_eur,
        iso(record.submitted),
        iso(record.withdrawn),
    )


def _outline(row: Row) -> Outline:
    ident, call, title, text, organisation, country, language, offers, seeks, *facts = row
    stream, budget, submitted, withdrawn = facts
    return Outline(
        OutlineId(ident),
        CallId(call),
        title,
        text,
        OrganisationId(organisation),
        country,
        language,
        offers,
        seeks,
        stream,
        budget,
        _day(submitted),
        _day(withdrawn),
    )


@dataclass(frozen=True, slots=True)
class Shape:
    """One sort of record: its table, the leading columns that make its key, the way to a row and back, which columns,
    by place, name a record of another table, and which belong to the live layer (see `data/revisions.py`).
    """

    table: Table
    key_width: int
    to_row: Callable[[Any], Row]
    to_record: Callable[[Row], Any]
    references: tuple[tuple[int, Table], ...] = ()
    live: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The table's name, which is also the name of the count in reports."""
        return self.table.name

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.table.columns)


ORGANISATIONS = Shape(organisations, 1, _organisation_row, _organisation, live=frozenset({"url", "profile"}))
PROJECTS = Shape(projects, 1, _project_row, _project)
PARTICIPATIONS = Shape(
    participations, 2, _participation_row, _participation, ((0, projects), (1, organisations))
)
OUTLINES = Shape(
    outlines, 1, _outline_row, _outline, ((4, organisations),), frozenset(outlines.columns.keys())
)
SHAPES = {shape.name: shape for shape in (ORGANISATIONS, PROJECTS, PARTICIPATIONS, OUTLINES)}
"""In an order in which each comes after those that it names."""
PARTNERS_SETTING = "outline-partners"
"""The name under which the store keeps who takes part in which outline beside its sender."""
