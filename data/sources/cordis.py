"""How do the CSV exports that CORDIS publishes become records? FP7, Horizon 2020 and Horizon Europe, ZIP or folder.

Files are known by their names' endings: `project.csv`, `organization.csv`, and optionally `topics.csv` and
`euroSciVoc.csv`, with or without a prefix; columns by their names, in any order.
What several projects state of one organisation is brought together in `data/sources/participants.py`.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from data.collector import uncollected
from data.errors import BadInput
from data.model import ImportReport, Kind, RowProblem
from data.sources import cells
from data.sources.csv_files import read_csv
from data.sources.files import SourceFile, list_files
from data.sources.participants import Known, Parts, organisations, participations
from data.sources.reports import report
from data.sources.table import Cells, Coded, Column, Progress
from data.store import Store
from data.tables import ORGANISATIONS, PARTICIPATIONS, PROJECTS, Row, iso, listed
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


@dataclass(slots=True)
class _Export:
    """What the files say, before it goes into the store."""

    projects: dict[str, Row] = field(default_factory=dict)
    """The cells of _PROJECT, read, as the store's table has them."""
    titles: dict[str, dict[str, None]] = field(default_factory=dict)
    """The titles of each project's call topics, in order."""
    parts: list[list[Coded]] = field(default_factory=list)
    """For each file, the columns of _ORGANISATION, read."""
    problems: list[RowProblem] = field(default_factory=list)


@uncollected()
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
    known = Known.of(store.history())
    export = _read(files, known, progress)
    parts = Parts.of(
        [Coded.joined([part[at] for part in export.parts]) for at in range(len(_ORGANISATION))],
        known.starts | {ident: row[4] for ident, row in export.projects.items()},
    )
    newer, older = organisations(parts, known)
    with store.transaction(what=what, dry_run=dry_run) as writer:
        counts = {
            "projects": writer.put_rows(PROJECTS, _projects(export), Merge.UPDATE),
            "organisations": writer.put_rows(ORGANISATIONS, newer, Merge.UPDATE)
            + writer.put_rows(ORGANISATIONS, older, Merge.FILL),
            "participations": writer.put_rows(PARTICIPATIONS, participations(parts), Merge.UPDATE),
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


def _read(files: Sequence[Mapping[str, SourceFile]], known: Known, progress: Progress | None) -> _Export:
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
        sheet.column("startDate", _day),
        sheet.column("endDate", _day),
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


def _read_parts(export: _Export, known: Known, sheet: Cells) -> None:
    projects = export.projects.keys() | known.starts.keys()
    columns = (
        sheet.coded("projectID", partial(_one_of, projects, "in the project file or the store")),
        sheet.coded("organisationID", cells.needed),
        sheet.coded("role", _role),
        sheet.coded("ecContribution", cells.amount),
        sheet.coded("name", cells.text),
        sheet.coded("country", cells.country),
        sheet.coded("activityType", _kind),
        sheet.coded("SME", cells.flag),
        sheet.coded("city", cells.text),
        sheet.coded("organizationURL", cells.text),
    )
    export.parts.append(sheet.kept(*columns))
    export.problems += sheet.problems


def _projects(export: _Export) -> Iterator[Row]:
    for ident, row in export.projects.items():
        yield (*row[:10], listed(tuple(export.titles.get(ident, ()))), row[10], False)


def _one_of(known: Container[str], where: str, cell: str) -> str:
    ident = cells.needed(cell)
    if ident not in known:
        raise ValueError(f"project {ident!r} is not {where}")
    return ident


def _day(cell: str) -> str | None:
    return iso(cells.day(cell))


def _codes(cell: str) -> str | None:
    return listed(tuple(code.strip() for code in re.split("[;,]", cell) if code.strip()))


def _kind(cell: str) -> str | None:
    code = cell.strip().upper()
    if code and code not in _KINDS:
        raise ValueError(f"{cell.strip()!r} is not an activity type; needed: one of {', '.join(_KINDS)}")
    return _KINDS[code].value if code else None


def _role(cell: str) -> str:
    """Return the role in small words: `thirdParty` and `THIRD_PARTY` are both 'third party'."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", cell.strip())
    return " ".join(words.casefold().split()) or "participant"
