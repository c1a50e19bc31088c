"""How does the demo call come into a store? From the files that lie beside the program, marked as fictional."""

import re
from importlib.resources import as_file, files
from pathlib import Path

from data.errors import BadInput
from data.model import CallId, ImportReport, OrganisationId, Participation, Project, ProjectId
from data.sources import cells
from data.sources.dates import day
from data.sources.identity import Directory
from data.sources.organisations import ORGANISATION_COLUMNS, organisations_of
from data.sources.outlines import OUTLINE_COLUMNS, outlines_of
from data.sources.reports import report
from data.sources.sheets import read_sheet
from data.sources.table import Cells, Column, Findings, Progress
from data.store import Store
from data.writer import Merge

DEMO_CALL = CallId("demo-industrial-cloud")
_PROJECT_COLUMNS = tuple(
    Column(name, needed=True)
    for name in ("id", "acronym", "title", "objective", "start", "end", "programme", "topics")
)
_PARTICIPATION_COLUMNS = tuple(Column(name, needed=True) for name in ("project", "organisation", "role"))


def load_demo(store: Store, *, dry_run: bool = False, progress: Progress | None = None) -> ImportReport:
    """Bring the demo call's organisations, outlines and earlier projects into the store, all or nothing.

    Every organisation and project is marked as fictional. BadInput where a demo file has a bad row: they are part of
    the program, so that would be a damaged installation.
    """
    with as_file(files("data") / "demo") as folder:
        return _load(store, folder, dry_run, progress)


def _load(store: Store, folder: Path, dry_run: bool, progress: Progress | None) -> ImportReport:
    tables = (
        ("organisations.csv", ORGANISATION_COLUMNS),
        ("outlines.csv", OUTLINE_COLUMNS),
        ("projects.csv", _PROJECT_COLUMNS),
        ("participations.csv", _PARTICIPATION_COLUMNS),
    )
    sheets = [read_sheet(folder / name, columns, progress) for name, columns in tables]
    organisations = organisations_of(sheets[0], fictional=True)
    sent = outlines_of(sheets[1], DEMO_CALL, Directory(organisations), fictional=True)
    projects = _projects(sheets[2])
    participations = _participations(sheets[3])
    wrong = [
        str(problem) for sheet in sheets for problem in (*sheet.findings.problems, *sheet.findings.left_empty)
    ]
    strangers = {sender.id for sender in sent.senders} - {organisation.id for organisation in organisations}
    wrong += [f"outlines.csv:{ident} is not among the organisations" for ident in sorted(strangers)]
    if wrong:
        raise BadInput(f"the demo files are damaged, install again: {'; '.join(wrong[:5])}")
    with store.transaction(what="import demo", dry_run=dry_run) as writer:
        counts = {
            "organisations": writer.put_organisations(organisations, Merge.UPDATE),
            "projects": writer.put_projects(projects),
            "participations": writer.put_participations(participations),
            "outlines": writer.put_outlines(sent.outlines),
        }
    return report(counts, Findings(), dry_run)


def _projects(sheet: Cells) -> list[Project]:
    rows = sheet.rows(
        sheet.column("id", cells.needed),
        sheet.column("title", cells.text),
        sheet.column("acronym", cells.text),
        sheet.column("objective", cells.text),
        sheet.column("start", day),
        sheet.column("end", day),
        sheet.column("programme", cells.text),
        sheet.column("topics", _codes),
    )
    return [
        Project(
            ProjectId(ident),
            title,
            acronym,
            objective,
            start,
            end,
            framework="DEMO",
            programme=programme,
            topics=topics,
            fictional=True,
        )
        for ident, title, acronym, objective, start, end, programme, topics in rows
    ]


def _participations(sheet: Cells) -> list[Participation]:
    rows = sheet.rows(*(sheet.column(column.name, cells.needed) for column in _PARTICIPATION_COLUMNS))
    return [
        Participation(ProjectId(project), OrganisationId(organisation), role)
        for project, organisation, role in rows
    ]


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in re.split("[;,|]", cell) if code.strip())
