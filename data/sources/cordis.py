"""How do the CSV exports that CORDIS publishes become records? FP7, Horizon 2020 and Horizon Europe, ZIP or folder.

Files are known by their names' endings: `project.csv`, `organization.csv`, and optionally `topics.csv` and
`euroSciVoc.csv`, with or without a prefix; columns by their names, in any order.

One organisation stands in many projects, and not always with the same facts. Fact by fact, the project that started
last and states it decides (ties: the larger project id). A later import follows the same law: projects older than
those that the store knows of an organisation only fill what is unknown.
"""

import datetime as dt
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from data.collector import uncollected
from data.errors import BadInput
from data.model import (
    History,
    ImportReport,
    Kind,
    Project,
    RowProblem,
)
from data.sources import cells
from data.sources.csv_files import read_csv
from data.sources.files import SourceFile, list_files
from data.sources.reports import report
from data.sources.table import Cells, Column, Objects, Progress, rows_of_columns
from data.store import Store
from data.tables import ORGANISATIONS, PARTICIPATIONS, Row, searchable
from data.writer import Merge

_FILES = {
    "project": re.compile(r"(?i)projects?\.csv$"),
    "organisation": re.compile(r"(?i)organi[sz]ations?\.csv$"),
    "topics": re.compile(r"(?i)topics?\.csv$"),
    "science": re.compile(r"(?i)euroscivoc\.csv$"),
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
_KINDS = {
    "HES": Kind.UNIVERSITY,
    "PRC": Kind.COMPANY,
    "REC": Kind.RESEARCH,
    "PUB": Kind.PUBLIC,
    "OTH": Kind.OTHER,
}

_NEVER = dt.date.min

Integers = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(slots=True)
class _Export:
    """What the files say, before it goes into the store."""

    projects: dict[str, Row] = field(default_factory=dict)
    """The cells of _PROJECT, read."""
    titles: dict[str, dict[str, None]] = field(default_factory=dict)
    """The titles of each project's call topics, in order."""
    parts: list[list[Objects]] = field(default_factory=list)
    """For each file, the columns of _ORGANISATION, read."""
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
    what = "import cordis " + ", ".join(path.name for path in chosen)
    with uncollected():
        known = _Known.of(store.history())
        export = _read(files, known, progress)
        parts = _Parts.of(export, known)
        newer, older = _organisations(parts, known)
        with store.transaction(what=what, dry_run=dry_run) as writer:
            counts = {
                "projects": writer.put_projects(_projects(export), Merge.UPDATE),
                "organisations": writer.put_rows(ORGANISATIONS, newer, Merge.UPDATE)
                + writer.put_rows(ORGANISATIONS, older, Merge.FILL),
                "participations": writer.put_rows(PARTICIPATIONS, _participations(parts), Merge.UPDATE),
            }
    return report(counts, export.problems, dry_run)


def _files_of(path: Path) -> dict[str, SourceFile]:
    found: dict[str, SourceFile] = {}
    names = []
    for file in list_files(path):
        names.append(file.name)
        role = next((role for role, pattern in _FILES.items() if pattern.search(file.name)), None)
        if role is not None and role in found:
            raise BadInput(
                f"{path} has two {role} files, {found[role].name} and {file.name}; give one export at a time"
            )
        if role is not None:
            found[role] = file
    if "project" not in found and "organisation" not in found:
        raise BadInput(
            f"{path} is not a CORDIS export: needed project.csv and organization.csv, "
            f"found {', '.join(names[:10]) or 'no file'}"
        )
    return found


def _read(files: Sequence[Mapping[str, SourceFile]], known: "_Known", progress: Progress | None) -> _Export:
    """Read projects first, since the other files name them, whichever archive they stand in."""
    export = _Export()
    for found in files:
        if "project" in found:
            _read_projects(export, read_csv(found["project"], _PROJECT, progress))
    for found in files:
        for role, title in (("topics", "title"), ("science", "euroSciVocTitle")):
            if role in found:
                columns = (Column("projectID", needed=True), Column(title, needed=True))
                _read_titles(export, read_csv(found[role], columns, progress), title)
    for found in files:
        if "organisation" in found:
            _read_parts(export, known, read_csv(found["organisation"], _ORGANISATION, progress))
    return export


def _read_projects(export: _Export, sheet: Cells) -> None:
    rows = sheet.rows(
        sheet.column("id", cells.needed),
        sheet.column("title", cells.text),
        sheet.column("acronym", cells.text),
        sheet.column("objective", cells.text),
        sheet.column("startDate", cells.day),
        sheet.column("endDate", cells.day),
        sheet.column("frameworkProgramme", cells.text),
        sheet.column("legalBasis", cells.text),
        sheet.column("fundingScheme", cells.text),
        sheet.column("topics", _codes),
        sheet.column("ecMaxContribution", cells.amount),
    )
    export.projects.update((row[0], row) for row in rows)
    export.problems += sheet.problems


def _read_titles(export: _Export, sheet: Cells, title: str) -> None:
    projects = sheet.column("projectID", partial(_one_of, export.projects, "in the project file"))
    for project, text in sheet.rows(projects, sheet.column(title, cells.text)):
        if text is not None:
            export.titles.setdefault(project, {})[text] = None
    export.problems += sheet.problems


def _read_parts(export: _Export, known: "_Known", sheet: Cells) -> None:
    projects = export.projects.keys() | known.starts.keys()
    columns = (
        sheet.column("projectID", partial(_one_of, projects, "in the project file or the store")),
        sheet.column("organisationID", cells.needed),
        sheet.column("role", _role),
        sheet.column("ecContribution", cells.amount),
        sheet.column("name", cells.text),
        sheet.column("country", cells.country),
        sheet.column("activityType", _kind),
        sheet.column("SME", cells.flag),
        sheet.column("city", cells.text),
        sheet.column("organizationURL", cells.text),
    )
    export.parts.append(sheet.kept(*columns))
    export.problems += sheet.problems


def _projects(export: _Export) -> Iterator[Project]:
    for ident, row in export.projects.items():
        yield Project(*(*row[:10], tuple(export.titles.get(ident, ())), row[10]))


@dataclass(frozen=True, slots=True)
class _Parts:
    """All participations in order of time: by the project's start, then its id, then as the files have them.

    Columns of one length; `project` and `organisation` are places in the sorted ids `projects`, `organisations`.
    """

    projects: Objects
    organisations: Objects
    project: Integers
    organisation: Integers
    role: Objects
    contribution: Objects
    facts: tuple[Objects, ...]
    """Name, country, kind, SME flag, city and URL."""
    start: Mapping[str, dt.date]

    @classmethod
    def of(cls, export: _Export, known: "_Known") -> "_Parts":
        start = {ident: begun for ident, begun in known.starts.items() if begun}
        start |= {ident: row[4] for ident, row in export.projects.items() if row[4]}
        nothing = [np.empty(0, dtype=object)] * len(_ORGANISATION)
        columns = [np.concatenate(column) for column in zip(nothing, *export.parts, strict=True)]
        project, projects = pd.factorize(columns[0], sort=True)
        organisation, organisations = pd.factorize(columns[1], sort=True)
        in_time = sorted(range(len(projects)), key=lambda at: (start.get(str(projects[at]), _NEVER), at))
        rank = np.empty(len(projects), dtype=np.int64)
        rank[in_time] = np.arange(len(projects))
        order = np.argsort(rank[project], kind="stable")
        role, contribution, *facts = (column[order] for column in columns[2:])
        return cls(
            projects,
            organisations,
            project[order],
            organisation[order],
            role,
            contribution,
            tuple(facts),
            start,
        )


def _participations(parts: _Parts) -> Iterable[Row]:
    """Return one row a project and organisation: a coordinator stays one, different sums add up."""
    order = np.lexsort((parts.organisation, parts.project))
    project, organisation = parts.project[order], parts.organisation[order]
    columns = (parts.projects[project], parts.organisations[organisation], parts.role, parts.contribution)
    rows = rows_of_columns([*columns[:2], columns[2][order], columns[3][order]])
    if not np.any((np.diff(project) == 0) & (np.diff(organisation) == 0)):
        return rows
    joined: dict[Row, Row] = {}
    for row in dict.fromkeys(rows):
        first = joined.setdefault(row[:2], row)
        if first is not row:
            role = "coordinator" if "coordinator" in (first[2], row[2]) else row[2]
            amounts = [amount for amount in (first[3], row[3]) if amount is not None]
            joined[row[:2]] = (*row[:2], role, sum(amounts) if amounts else None)
    return joined.values()


def _organisations(parts: _Parts, known: "_Known") -> tuple[list[Row], list[Row]]:
    """Return the rows of organisations whose facts are at least as new as the store's, and those of older ones."""
    last = np.zeros(len(parts.organisations), dtype=np.int64)
    last[parts.organisation] = parts.project  # of a repeated place, the last value stands: the latest project
    name, country, kind, sme, city, url = (
        _latest(fact, parts.organisation, len(last)) for fact in parts.facts
    )
    kind[(kind == Kind.COMPANY.value) & (sme == np.True_)] = Kind.SME.value
    search = [searchable(text) if text else "" for text in name]
    newer: list[Row] = []
    older: list[Row] = []
    rows = rows_of_columns([parts.organisations, name, country, kind, sme, city, url, parts.projects[last]])
    for (ident, *facts, town, address, project), plain in zip(rows, search, strict=True):
        row = (ident, *facts, None, town, address, None, False, plain)
        is_old = parts.start.get(project, _NEVER) < known.latest.get(ident, _NEVER)
        (older if is_old else newer).append(row)
    return newer, older


def _latest(fact: Objects, organisation: Integers, count: int) -> Objects:
    """Return for each of `count` organisations the last fact that is known."""
    is_known = pd.notna(fact)
    latest = np.full(count, None, dtype=object)
    latest[organisation[is_known]] = fact[is_known]
    return latest


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
        # Participations come in order of their projects' starts, so the last one that is known stands.
        parts = history.participations
        for project, organisation in zip(parts["project"], parts["organisation"], strict=True):
            if (start := starts[project]) is not None:
                latest[organisation] = start
        return cls(starts, latest)


def _one_of(known: Container[str], where: str, cell: str) -> str:
    ident = cells.needed(cell)
    if ident not in known:
        raise ValueError(f"project {ident!r} is not {where}")
    return ident


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in re.split("[;,]", cell) if code.strip())


def _kind(cell: str) -> str | None:
    code = cell.strip().upper()
    if code and code not in _KINDS:
        raise ValueError(f"{cell.strip()!r} is not an activity type; needed: one of {', '.join(_KINDS)}")
    return _KINDS[code].value if code else None


def _role(cell: str) -> str:
    """Return the role in small words: `thirdParty` and `THIRD_PARTY` are both 'third party'."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", cell.strip())
    return " ".join(words.casefold().split()) or "participant"
