"""Which tables does a CORDIS download hold, be it CSV, XLSX, JSON or XML, of any framework programme?

Files are known by the end of their names, with or without a prefix; columns by their names, in any order. A JSON file
holds a list of objects with the columns' names; an XML download one file a project, made into
the same tables.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from data.errors import BadInput
from data.model import RowProblem
from data.sources.csv_files import read_csv
from data.sources.files import SourceFile, list_files
from data.sources.sheets import cells_of
from data.sources.table import Cells, Column, Findings, Progress

PROJECT = (
    Column("id", needed=True, aliases=("projectID", "reference", "projectReference")),
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
    Column("contentUpdateDate"),
)
ORGANISATION = (
    Column("projectID", needed=True, aliases=("projectReference", "projectNumber")),
    Column("organisationID", aliases=("organizationID", "id", "pic")),
    Column("role"),
    Column("ecContribution"),
    Column("name", aliases=("legalName",)),
    Column("country"),
    Column("activityType"),
    Column("SME"),
    Column("city"),
    Column("organizationURL", aliases=("organisationURL", "url")),
)
TITLES = {"topics": "title", "science": "euroSciVocTitle"}
_COLUMNS: Mapping[str, Sequence[Column]] = {
    "project": PROJECT,
    "organisation": ORGANISATION,
    **{
        role: (Column("projectID", needed=True), Column(title, needed=True)) for role, title in TITLES.items()
    },
}
_ENDING = r"\.(csv|xlsx|json)$"
_FILES = {
    "project": re.compile(rf"(?i)projects?{_ENDING}"),
    "organisation": re.compile(rf"(?i)organi[sz]ations?{_ENDING}"),
    "topics": re.compile(rf"(?i)topics?{_ENDING}"),
    "science": re.compile(rf"(?i)euroscivoc{_ENDING}"),
}
_ENTITY_MARKS = (b"<!DOCTYPE", b"<!ENTITY")


@dataclass(frozen=True, slots=True)
class Download:
    """The files of one archive or folder, by what they hold; `xml` are one file a project."""

    path: Path
    files: Mapping[str, SourceFile]
    xml: Sequence[SourceFile] = ()


def download_of(path: Path) -> Download:
    """Return what a ZIP archive or a folder holds; BadInput where it is no CORDIS download."""
    files: dict[str, SourceFile] = {}
    names = []
    xml = []
    for file in list_files(path):
        names.append(file.name)
        if file.name.lower().endswith(".xml"):
            xml.append(file)
            continue
        role = next((role for role, pattern in _FILES.items() if pattern.search(file.name)), None)
        if role is not None and role in files:
            raise BadInput(
                f"{path} has two {role} files, {files[role].name} and {file.name}; give one export at a time"
            )
        if role is not None:
            files[role] = file
    if "project" not in files and "organisation" not in files and not xml:
        raise BadInput(
            f"{path} is not a CORDIS export: needed project.csv and organization.csv (or .xlsx, .json, or a file "
            f"project-….xml each), found {', '.join(names[:10]) or 'no file'}"
        )
    return Download(path, files, xml if not files else ())


def tables_of(download: Download, role: str, progress: Progress | None) -> Iterator[Cells]:
    """Yield the tables of one role, `project`, `organisation`, `topics` or `science`: none or one."""
    columns = _COLUMNS[role]
    if (file := download.files.get(role)) is not None:
        ending = file.name.lower().rpartition(".")[2]
        if ending == "csv":
            yield read_csv(file, columns, progress)
        elif ending == "json":
            yield _json_cells(file, columns)
        else:
            from data.sources.xlsx_files import xlsx_grids

            yield cells_of(file.name, xlsx_grids(file), columns, Findings())
    elif download.xml:
        yield _xml_cells(download, role, columns, progress)


def _json_cells(file: SourceFile, columns: Sequence[Column]) -> Cells:
    """Return the objects of a JSON list as rows; the place in the list, from 1, stands for the line."""
    try:
        listed = json.loads(file.read())
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{file.name} is not JSON: {error}") from None
    if isinstance(listed, dict) and len(listed) == 1:
        (listed,) = listed.values()
    if not isinstance(listed, list) or not all(isinstance(record, dict) for record in listed):
        raise BadInput(f"{file.name} must hold a list of objects, one a row")
    names = {column.name: [name.casefold() for name in column.names] for column in columns}
    records = [{str(key).casefold(): value for key, value in record.items()} for record in listed]
    texts = {
        column: np.array(
            [_json_text(next((r[name] for name in known if name in r), None)) for r in records], dtype=object
        )
        for column, known in names.items()
        if any(name in record for record in records for name in known)
    }
    missing = [column.name for column in columns if column.needed and column.name not in texts]
    if missing and records:
        raise BadInput(f"{file.name} lacks {', '.join(missing)}; found: {', '.join(map(str, listed[0]))}")
    return Cells(file.name, range(1, len(records) + 1), texts)


def _json_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(map(_json_text, value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(value, ".6f")
    return str(value) if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)


def _xml_cells(download: Download, role: str, columns: Sequence[Column], progress: Progress | None) -> Cells:
    """Return a table made of all the projects' files; the number of the file, in order of name, stands for the line."""
    rows: list[Mapping[str, str]] = []
    lines: list[int] = []
    names: list[str] = []
    findings = Findings()
    for number, file in enumerate(download.xml, start=1):
        if progress is not None and number % 256 == 0:
            progress(download.path.name, number, len(download.xml))
        content = file.read()
        try:
            if any(mark in content for mark in _ENTITY_MARKS):
                raise ElementTree.ParseError("declares XML entities")
            project = ElementTree.fromstring(content)
        except ElementTree.ParseError as error:
            if role == "project":
                findings.problems.append(RowProblem(file.name, 1, "", f"is not readable XML: {error}"))
            continue
        for row in _ROWS_OF_XML[role](project):
            rows.append(row)
            lines.append(1)
            names.append(file.name)
    texts = {
        column.name: np.array([row.get(column.name, "") for row in rows], dtype=object) for column in columns
    }
    return Cells(download.path.name, lines, texts, findings, files=names)


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: ElementTree.Element, *path: str) -> str:
    for name in path:
        inner = next((child for child in element if _local(child) == name), None)
        if inner is None:
            return ""
        element = inner
    return (element.text or "").strip()


def _each(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (child for child in element.iter() if _local(child) == name)


def _projects_of(project: ElementTree.Element) -> Iterable[Mapping[str, str]]:
    if _local(project) != "project":
        return
    row = {column.name: _text(project, column.name) for column in PROJECT}
    row["id"] = row["id"] or _text(project, "reference") or _text(project, "rcn")
    for programme in _each(project, "programme"):
        code = _text(programme, "code")
        kind = programme.get("type", "")
        if kind == "relatedLegalBasis":
            row["legalBasis"] = row["legalBasis"] or code
            row["frameworkProgramme"] = row["frameworkProgramme"] or _text(programme, "frameworkProgramme")
        elif kind in ("relatedTopic", "relatedSubCall") and kind == "relatedTopic":
            row["topics"] = ";".join(filter(None, (row["topics"], code)))
    for category in _each(project, "category"):
        if category.get("classification") == "projectFundingSchemeCategory":
            row["fundingScheme"] = row["fundingScheme"] or _text(category, "code")
    yield row


def _parts_of(project: ElementTree.Element) -> Iterable[Mapping[str, str]]:
    ident = _text(project, "id") or _text(project, "reference") or _text(project, "rcn")
    for organisation in _each(project, "organization"):
        kinds = [
            _text(category, "code")
            for category in _each(organisation, "category")
            if category.get("classification") == "organizationActivityType"
        ]
        yield {
            "projectID": ident,
            "organisationID": _text(organisation, "id"),
            "role": organisation.get("type", ""),
            "ecContribution": organisation.get("ecContribution", ""),
            "name": _text(organisation, "legalName"),
            "country": _text(organisation, "address", "country"),
            "activityType": kinds[0] if kinds else "",
            "SME": organisation.get("sme", ""),
            "city": _text(organisation, "address", "city"),
            "organizationURL": _text(organisation, "address", "url"),
        }


def _topics_of(project: ElementTree.Element) -> Iterable[Mapping[str, str]]:
    for programme in _each(project, "programme"):
        if programme.get("type") == "relatedTopic":
            yield {"projectID": _text(project, "id"), "title": _text(programme, "title")}


def _sciences_of(project: ElementTree.Element) -> Iterable[Mapping[str, str]]:
    for category in _each(project, "category"):
        if category.get("classification") == "euroSciVoc":
            yield {"projectID": _text(project, "id"), "euroSciVocTitle": _text(category, "title")}


_ROWS_OF_XML = {
    "project": _projects_of,
    "organisation": _parts_of,
    "topics": _topics_of,
    "science": _sciences_of,
}
