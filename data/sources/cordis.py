"""How does what CORDIS publishes become records? CSV, XLSX, JSON or XML; FP7, Horizon 2020 and Horizon Europe.

Which tables a download holds is found out in `data/sources/cordis_tables.py`; what several projects state of one
organisation is brought together in `data/sources/participants.py`. Only the project and the organisation are keys: any
other cell that cannot be read is unknown, and its row stays.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from data.collector import uncollected
from data.model import ImportReport
from data.sources import cells, dates
from data.sources.amounts import number
from data.sources.cordis_tables import ORGANISATION, TITLES, Download, download_of, tables_of
from data.sources.identity import derived_id, folded_name, identity
from data.sources.participants import Known, Parts, organisations, participations
from data.sources.reports import report
from data.sources.table import Cells, Coded, Findings, Objects, Progress
from data.store import Store
from data.tables import ORGANISATIONS, PARTICIPATIONS, PROJECTS, Row, iso, listed
from data.writer import Merge


@dataclass(slots=True)
class _Export:
    """What the files say, before it goes into the store."""

    projects: dict[str, Row] = field(default_factory=dict)
    """The cells of the project table, read, as the store's table has them."""
    titles: dict[str, dict[str, None]] = field(default_factory=dict)
    """The titles of each project's call topics, in order."""
    parts: list[list[Coded]] = field(default_factory=list)
    """For each file, the columns of the organisation table, read."""
    findings: Findings = field(default_factory=Findings)


@uncollected()
def import_cordis(
    store: Store, paths: Iterable[Path], *, dry_run: bool = False, progress: Progress | None = None
) -> ImportReport:
    """Bring ZIP archives or folders of a CORDIS download into the store, all of them or none.

    Bad rows are reported and left out, the rest comes in. A dry run counts and reports, and writes nothing.
    Raises BadInput where a path cannot be read at all, or holds neither projects nor organisations.
    """
    downloads = [download_of(Path(path)) for path in paths]
    what = "import cordis " + ", ".join(download.path.name for download in downloads)
    known = Known(*store.starts())
    export = _read(downloads, known, progress)
    parts = Parts.of(
        [Coded.joined([part[at] for part in export.parts]) for at in range(len(ORGANISATION))],
        known.starts | {ident: row[4] for ident, row in export.projects.items()},
    )
    newer, older = organisations(parts, known)
    with store.transaction(what=what, dry_run=dry_run, bulk=True) as writer:
        counts = {
            "projects": writer.put_rows(PROJECTS, _projects(export), Merge.UPDATE),
            "organisations": writer.put_rows(ORGANISATIONS, newer, Merge.UPDATE)
            + writer.put_rows(ORGANISATIONS, older, Merge.FILL),
            "participations": writer.put_rows(PARTICIPATIONS, participations(parts), Merge.UPDATE),
        }
    return report(counts, export.findings, dry_run)


def _read(downloads: Sequence[Download], known: Known, progress: Progress | None) -> _Export:
    """Read projects first, since the other files name them, whichever archive they stand in."""
    export = _Export()
    for download in downloads:
        for sheet in tables_of(download, "project", progress):
            _read_projects(export, sheet)
    for download in downloads:
        for role, title in TITLES.items():
            for sheet in tables_of(download, role, progress):
                _read_titles(export, sheet, title)
    for download in downloads:
        for sheet in tables_of(download, "organisation", progress):
            _read_parts(export, known, sheet)
    return export


def _read_projects(export: _Export, sheet: Cells) -> None:
    columns = (
        sheet.column("id", cells.needed, key=True),
        sheet.column("title", cells.text),
        sheet.column("acronym", cells.text),
        sheet.column("objective", cells.text),
        _days(sheet, "startDate"),
        _days(sheet, "endDate"),
        sheet.column("frameworkProgramme", cells.text),
        sheet.column("legalBasis", cells.text),
        sheet.column("fundingScheme", cells.text),
        sheet.column("topics", _codes),
        sheet.column("ecMaxContribution", number),
    )
    first: dict[str, int] = {}
    for at, row in enumerate(zip(*columns, strict=True)):
        if sheet.is_refused(at):
            continue
        before = first.setdefault(row[0], at)
        if before != at and export.projects[row[0]] != row:
            _compare(sheet, at, before, export.projects[row[0]], row)
        export.projects[row[0]] = row
    export.findings.add(sheet.findings)


_PROJECT_FACTS = (
    "id",
    "title",
    "acronym",
    "objective",
    "startDate",
    "endDate",
    "frameworkProgramme",
    "legalBasis",
)


def _compare(sheet: Cells, at: int, before: int, old: Row, new: Row) -> None:
    """Report that a second row of a project says something else; the later row stands."""
    other = [name for name, was, now in zip(_PROJECT_FACTS, old, new, strict=False) if was != now]
    reason = f"project {new[0]!r} has another {', '.join(other) or 'content'} here, which stands, than in"
    sheet.conflict(at, before, other[0] if other else "id", reason)


def _days(sheet: Cells, name: str) -> Objects:
    day_of = dates.days_among(sheet.texts(name))
    return sheet.column(name, lambda cell: iso(day_of(cell)))


def _read_titles(export: _Export, sheet: Cells, title: str) -> None:
    projects = sheet.column("projectID", partial(_one_of, export.projects, "in the project file"), key=True)
    for project, text in sheet.rows(projects, sheet.column(title, cells.text)):
        if text is not None:
            export.titles.setdefault(project, {})[text] = None
    export.findings.add(sheet.findings)


def _read_parts(export: _Export, known: Known, sheet: Cells) -> None:
    projects = export.projects.keys() | known.starts.keys()
    project = sheet.coded(
        "projectID", partial(_one_of, projects, "in the project file or the store"), key=True
    )
    name = sheet.coded("name", cells.text)
    country = sheet.coded("country", cells.country)
    columns = (
        project,
        _identified(sheet, name, country),
        sheet.coded("role", _role),
        sheet.coded("ecContribution", number),
        name,
        country,
        sheet.coded("activityType", _kind),
        sheet.coded("SME", cells.flag),
        sheet.coded("city", cells.text),
        sheet.coded("organizationURL", cells.text),
    )
    _tell_two_names(sheet, columns[0], columns[1], name)
    export.parts.append(sheet.kept(*columns))
    export.findings.add(sheet.findings)


def _identified(sheet: Cells, name: Coded, country: Coded) -> Coded:
    """Return the organisations' ids; where there is none, or a placeholder, one is made from name and country."""
    idents = sheet.coded("organisationID", identity, key=True)
    without = np.flatnonzero(pd.isna(idents.values)[idents.codes])
    if not len(without):
        return idents
    made = np.full(len(without), None, dtype=object)
    for place, at in enumerate(without.tolist()):
        called = name.values[name.codes[at]]
        if called is not None:
            made[place] = derived_id(called, country.values[country.codes[at]])
        elif not sheet.is_refused(at):
            sheet.refuse(at, "organisationID", "is empty, and so is the name; every row needs one of them")
    codes = idents.codes.copy()
    codes[without] = len(idents.values) + np.arange(len(without))
    return Coded(codes, np.concatenate([idents.values, made]))


def _tell_two_names(sheet: Cells, project: Coded, ident: Coded, name: Coded) -> None:
    """Report where one project has two organisations, by their names, under one id."""
    keys = pd.Series(project.codes * (len(ident.values) + 1) + ident.codes)
    rows = np.flatnonzero(keys.duplicated(keep=False))
    order = rows[np.lexsort((ident.codes[rows], project.codes[rows]))]
    same = (np.diff(project.codes[order]) == 0) & (np.diff(ident.codes[order]) == 0)
    other = np.diff(name.codes[order]) != 0
    for place in np.flatnonzero(same & other).tolist():
        before, at = sorted((int(order[place]), int(order[place + 1])))
        names = [name.values[name.codes[row]] for row in (before, at)]
        if None in names or sheet.is_refused(at) or folded_name(names[0]) == folded_name(names[1]):
            continue
        chosen = ident.values[ident.codes[at]]
        sheet.conflict(at, before, "organisationID", f"{chosen!r} is {names[1]!r} here and {names[0]!r} in")


def _projects(export: _Export) -> Iterator[Row]:
    for ident, row in export.projects.items():
        yield (*row[:10], listed(tuple(export.titles.get(ident, ()))), row[10], False)


def _one_of(known: Container[str], where: str, cell: str) -> str:
    ident = cells.needed(cell)
    if ident not in known:
        raise ValueError(f"project {ident!r} is not {where}")
    return ident


def _codes(cell: str) -> str | None:
    return listed(tuple(code.strip() for code in re.split("[;,]", cell) if code.strip()))


def _kind(cell: str) -> str | None:
    kind = cells.kind(cell)
    return None if kind is None else kind.value


def _role(cell: str) -> str:
    """Return the role in small words: `thirdParty` and `THIRD_PARTY` are both 'third party'."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", cell.strip())
    return " ".join(words.casefold().split()) or "participant"
