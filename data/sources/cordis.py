"""How do the CSV exports that CORDIS publishes become records? FP7, Horizon 2020 and Horizon Europe, ZIP or folder.

Files are known by their names' endings: `project.csv`, `organization.csv`, and optionally `topics.csv` and
`euroSciVoc.csv`, with or without a prefix; columns by their names, in any order.

One organisation stands in many projects, and not always with the same facts. Fact by fact, the project that started
last and states it decides (ties: the larger project id). A later import follows the same law: projects older than
those that the store knows of an organisation only fill what is unknown.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import pandas as pd

from data.errors import BadInput
from data.model import (
    History,
    ImportReport,
    Kind,
    Organisation,
    OrganisationId,
    Participation,
    Project,
    ProjectId,
    RowProblem,
)
from data.sources import cells
from data.sources.csv_files import read_csv
from data.sources.files import SourceFile, list_files
from data.sources.table import Column, Progress
from data.store import Store
from data.writer import Merge

_FILES = {
    "project": re.compile(r"(?i)projects?\.csv"),
    "organisation": re.compile(r"(?i)organi[sz]ations?\.csv"),
    "topics": re.compile(r"(?i)topics?\.csv"),
    "science": re.compile(r"(?i)euroscivoc\.csv"),
}
_PROJECT = (
    Column("id", needed=True, aliases=("projectID",)),
    Column("title"),
    Column("acronym"),
    Column("objective"),
    Column("startDate"),
    Column("endDate"),
    Column("frameworkProgramme"),
    Column("legalBasis", aliases=("programme",)),
    Column("fundingScheme"),
    Column("topics"),
    Column("ecMaxContribution"),
)
_ORGANISATION = (
    Column("projectID", needed=True),
    Column("organisationID", needed=True, aliases=("organizationID", "id")),
    Column("role"),
    Column("ecContribution"),
    Column("name"),
    Column("country"),
    Column("activityType"),
    Column("SME"),
    Column("city"),
    Column("organizationURL", aliases=("organisationURL",)),
)
_TOPIC_TITLE = (Column("projectID", needed=True), Column("title", needed=True))
_SCIENCE_TITLE = (
    Column("projectID", needed=True),
    Column("euroSciVocTitle", needed=True, aliases=("title",)),
)
_KINDS = {
    "HES": Kind.UNIVERSITY,
    "PRC": Kind.COMPANY,
    "REC": Kind.RESEARCH,
    "PUB": Kind.PUBLIC,
    "OTH": Kind.OTHER,
}
Facts = tuple[str | None, str | None, Kind | None, bool | None, str | None, str | None]
"""What a row says of an organisation: name, country, kind, SME flag, city, URL."""

_NEVER = dt.date.min

T = TypeVar("T")


@dataclass(slots=True)
class _Export:
    """What the files say, before it goes into the store."""

    projects: dict[str, Project] = field(default_factory=dict)
    titles: dict[str, dict[str, None]] = field(default_factory=dict)
    participations: dict[tuple[str, str], Participation] = field(default_factory=dict)
    facts: dict[str, dict[str, Facts]] = field(default_factory=dict)
    """Project id → organisation id → what the rows say."""
    problems: list[RowProblem] = field(default_factory=list)


def import_cordis(
    store: Store, paths: Iterable[Path], *, dry_run: bool = False, progress: Progress | None = None
) -> ImportReport:
    """Bring ZIP archives or folders of a CORDIS export into the store, all of them or none.

    Bad rows are reported and left out, the rest comes in. A dry run counts and reports, and writes nothing.
    Raises BadInput where a path cannot be read at all, or holds neither projects nor organisations.
    """
    chosen = [Path(path) for path in paths]
    files = [_files_of(path) for path in chosen]
    known = _Known.of(store.history())
    export = _Export()
    for role, read in (("project", _read_projects), ("topics", _read_titles), ("science", _read_titles)):
        for found in files:
            if role in found:
                read(export, found[role], progress)
    for found in files:
        if "organisation" in found:
            _read_organisations(export, known, found["organisation"], progress)
    newer, older = _organisations(export, known)
    what = "import cordis " + ", ".join(path.name for path in chosen)
    with store.transaction(what=what, dry_run=dry_run) as writer:
        counts = {
            "projects": writer.put_projects(_with_titles(export), Merge.UPDATE),
            "organisations": writer.put_organisations(newer, Merge.UPDATE)
            + writer.put_organisations(older, Merge.FILL),
            "participations": writer.put_participations(export.participations.values(), Merge.UPDATE),
        }
    return ImportReport(
        added={name: count.added for name, count in counts.items()},
        changed={name: count.changed for name, count in counts.items()},
        unchanged={name: count.unchanged for name, count in counts.items()},
        problems=tuple(export.problems),
        dry_run=dry_run,
    )


def _files_of(path: Path) -> dict[str, SourceFile]:
    found: dict[str, SourceFile] = {}
    names = []
    for file in list_files(path):
        names.append(file.name)
        role = next((role for role, pattern in _FILES.items() if pattern.search(file.name)), None)
        if role is not None and role in found:
            raise BadInput(
                f"{path} has two files of {role}s, {found[role].name} and {file.name}; give them one export at a time"
            )
        if role is not None:
            found[role] = file
    if "project" not in found and "organisation" not in found:
        raise BadInput(
            f"{path} is not a CORDIS export: needed project.csv and organization.csv, "
            f"found {', '.join(names[:10]) or 'no file'}"
        )
    return found


def _read_projects(export: _Export, file: SourceFile, progress: Progress | None) -> None:
    table = read_csv(file, progress)
    for line, row in table.pick(_PROJECT):
        ident, title, acronym, objective, start, end, framework, basis, scheme, topics, grant = row
        try:
            export.projects[ident.strip()] = Project(
                ProjectId(_required("id", ident)),
                cells.text(title),
                cells.text(acronym),
                cells.text(objective),
                _cell("startDate", cells.day, start),
                _cell("endDate", cells.day, end),
                cells.text(framework),
                cells.text(basis),
                cells.text(scheme),
                topics=tuple(topic.strip() for topic in re.split("[;,]", topics) if topic.strip()),
                grant_eur=_cell("ecMaxContribution", cells.amount, grant),
            )
        except _BadCell as bad:
            table.problems.append(RowProblem(table.name, line, bad.column, bad.reason))
    export.problems += table.problems


def _read_titles(export: _Export, file: SourceFile, progress: Progress | None) -> None:
    table = read_csv(file, progress)
    columns = _SCIENCE_TITLE if _FILES["science"].search(file.name) else _TOPIC_TITLE
    for line, (project, title) in table.pick(columns):
        ident = project.strip()
        if ident not in export.projects:
            reason = f"project {ident!r} is not in the project file"
            table.problems.append(RowProblem(table.name, line, "projectID", reason))
        elif title.strip():
            export.titles.setdefault(ident, {})[title.strip()] = None
    export.problems += table.problems


def _read_organisations(
    export: _Export, known: "_Known", file: SourceFile, progress: Progress | None
) -> None:
    table = read_csv(file, progress)
    projects, facts, participations = export.projects, export.facts, export.participations
    for line, (project, organisation, role, contribution, *about) in table.pick(_ORGANISATION):
        try:
            ident = _required("projectID", project)
            if ident not in projects and ident not in known.starts:
                raise _BadCell(
                    "projectID", f"project {ident!r} is neither in the project file nor in the store"
                )
            who = _required("organisationID", organisation)
            given = _facts(*about)
            part = Participation(
                ProjectId(ident),
                OrganisationId(who),
                _role(role),
                _cell("ecContribution", cells.amount, contribution),
            )
        except _BadCell as bad:
            table.problems.append(RowProblem(table.name, line, bad.column, bad.reason))
            continue
        of_project = facts.setdefault(ident, {})
        of_project[who] = _overlaid(of_project.get(who), given)
        key = (ident, who)
        participations[key] = _joined(participations[key], part) if key in participations else part
    export.problems += table.problems


def _facts(name: str, country: str, activity: str, sme: str, city: str, url: str) -> Facts:
    kind = _cell("activityType", _kind, activity)
    small = _cell("SME", cells.flag, sme)
    if kind is Kind.COMPANY and small:
        kind = Kind.SME
    return (
        name.strip() or None,
        _cell("country", cells.country, country),
        kind,
        small,
        city.strip() or None,
        url.strip() or None,
    )


def _overlaid(old: Facts | None, new: Facts) -> Facts:
    """Return the new facts, and the old ones where the new are unknown."""
    if old is None or old == new:
        return new
    name, country, kind, small, city, url = new
    joined = (name or old[0], country or old[1], kind or old[2], city or old[4], url or old[5])
    small = old[3] if small is None else small
    kind = Kind.COMPANY if small is False and joined[2] is Kind.SME else joined[2]
    return joined[0], joined[1], kind, small, joined[3], joined[4]


def _joined(old: Participation, new: Participation) -> Participation:
    """Return the one participation of two rows of one organisation: a coordinator stays one, the larger sum counts."""
    amounts = [part.contribution_eur for part in (old, new) if part.contribution_eur is not None]
    role = old.role if old.role == "coordinator" else new.role
    return replace(new, role=role, contribution_eur=max(amounts, default=None))


def _with_titles(export: _Export) -> Iterator[Project]:
    for ident, project in export.projects.items():
        titles = export.titles.get(ident)
        yield replace(project, topic_titles=tuple(titles)) if titles else project


def _organisations(export: _Export, known: "_Known") -> tuple[list[Organisation], list[Organisation]]:
    """Return the organisations whose facts are at least as new as the store's, and those whose facts are older."""

    def start(ident: str) -> dt.date:
        given = export.projects.get(ident)
        return (given and given.start) or known.starts.get(ident) or _NEVER

    facts: dict[str, Facts] = {}
    latest: dict[str, dt.date] = {}
    for begun, ident in sorted((start(ident), ident) for ident in export.facts):
        for who, given in export.facts[ident].items():
            facts[who] = _overlaid(facts.get(who), given)
            latest[who] = begun
    newer: list[Organisation] = []
    older: list[Organisation] = []
    for who, (name, country, kind, small, city, url) in facts.items():
        record = Organisation(OrganisationId(who), name, country, kind, small, city=city, url=url)
        (older if latest[who] < known.latest.get(who, _NEVER) else newer).append(record)
    return newer, older


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store knew before: when its projects start, and when each organisation's latest one does."""

    starts: dict[str, dt.date | None]
    latest: dict[str, dt.date]

    @classmethod
    def of(cls, history: History) -> "_Known":
        starts = {
            ident: None if pd.isna(start) else start.date()
            for ident, start in zip(history.projects["id"], history.projects["start"], strict=True)
        }
        latest: dict[str, dt.date] = {}
        # Participations come in order of their projects' starts, so the last one stands; undated projects come last.
        parts = history.participations
        for project, organisation in zip(parts["project"], parts["organisation"], strict=True):
            if (start := starts[project]) is not None:
                latest[organisation] = start
        return cls(starts, latest)


class _BadCell(Exception):
    """A cell that cannot be taken, with its column."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(column, reason)
        self.column = column
        self.reason = reason


def _cell(column: str, parse: Callable[[str], T], cell: str) -> T:
    try:
        return parse(cell)
    except ValueError as error:
        raise _BadCell(column, str(error)) from None


def _required(column: str, cell: str) -> str:
    found = cell.strip()
    if not found:
        raise _BadCell(column, "is empty; every row needs it")
    return found


def _kind(activity: str) -> Kind | None:
    code = activity.strip().upper()
    if code and code not in _KINDS:
        raise ValueError(f"{activity.strip()!r} is not an activity type; needed: one of {', '.join(_KINDS)}")
    return _KINDS.get(code)


@lru_cache(maxsize=256)
def _role(cell: str) -> str:
    """Return the role in small words: `thirdParty` and `THIRD_PARTY` are both 'third party'."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", cell.strip())
    return " ".join(words.casefold().split()) or "participant"
