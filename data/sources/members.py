"""Who is in a consortium, as somebody lists it in a CSV, XLSX or JSON file to have it checked?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from data.errors import BadInput
from data.model import Kind, RowProblem
from data.sources import cells
from data.sources.cells import free_text
from data.sources.files import one_file
from data.sources.grids import Grid
from data.sources.headings import meaning_of
from data.sources.identity import derived_id, identity, looks_like_id
from data.sources.mapping import NO_MAPPING, FileMapping
from data.sources.organisations import country_column, owner, pic
from data.sources.outlines import budget_column
from data.sources.partners import NamedPartner, partners_in
from data.sources.reports import report
from data.sources.sheets import cells_of, grids_of
from data.sources.table import Cells, Column, Findings, Objects

MEMBER_COLUMNS = tuple(
    Column(name) for name in ("id", "name", "country", "kind", "owner", "budget_eur", "role", "sme")
)
RENAMED: Mapping[str, str] = MappingProxyType({"organisation_name": "name", "organisation": "id", "id": ""})
"""What headings mean in general, by this table's own names; the number of a participant is not its id."""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member as listed; an empty cell is unknown: None. `owner` is the ultimate parent's id."""

    id: str
    name: str | None = None
    country: str | None = None
    kind: Kind | None = None
    owner: str | None = None
    budget_eur: float | None = None
    role: str | None = None
    sme: bool | None = None


def read_members(path: Path, mapping: FileMapping = NO_MAPPING) -> tuple[MemberRow, ...]:
    """Return the members in the file's order.

    A table has a column of ids (PIC) or of names; a list without headings holds bare codes or names, one a line.
    JSON is a list of objects, or an object with such a list under "members"; null and a missing key are unknown.
    Raises BadInput with every bad row's place: a consortium is checked whole or not at all.
    """
    if path.suffix.lower() == ".json":
        return _members(_json_cells(path), path.name)
    findings = Findings()
    grids = grids_of(one_file(path), path, findings, mapping)
    if (listed := _bare_list(grids)) is not None:
        return listed
    return _members(
        cells_of(path.name, grids, MEMBER_COLUMNS, findings, mapping=mapping, renamed=RENAMED), path.name
    )


def members_of(listed: object, name: str = "members") -> tuple[MemberRow, ...]:
    """Return the members of a decoded JSON document; `name` stands for the file in error texts."""
    return _members(_cells_of(listed, name), name)


def _bare_list(grids: Sequence[Grid]) -> tuple[MemberRow, ...] | None:
    """Return the members of a list of one column, a code or a name a row; None where the file is a table.

    BadInput where one is listed twice.
    """
    rows = [
        (grid.file, line, texts)
        for grid in grids
        if not grid.is_hidden
        for line, row in zip(grid.lines, grid.rows, strict=True)
        if (texts := [text for cell in row if (text := free_text(cell))])
    ]
    if not rows or max(len(texts) for _, _, texts in rows) != 1:
        return None
    heading = rows[0][2][0]
    if not looks_like_id(heading) and (meaning_of(heading).column or heading.casefold() == "id"):
        rows = rows[1:]
    members: dict[str, MemberRow] = {}
    lines: dict[str, int] = {}
    for file, line, (text,) in rows:
        member = _bare(text)
        if member.id in members:
            raise BadInput(f"{file}:{line}:id:{member.id!r} is listed in line {lines[member.id]} already")
        members[member.id], lines[member.id] = member, line
    return tuple(members.values()) or None


def _bare(text: str) -> MemberRow:
    """Return the member that one line names: its code, its name, or both, perhaps with the country behind."""
    (partner,) = partners_in(text) or (NamedPartner(text),)
    if partner.ident is None and looks_like_id(text) and (ident := identity(text)):
        return MemberRow(ident)
    ident = partner.ident or derived_id(partner.name or text, partner.country)
    return MemberRow(ident, partner.name, partner.country)


def _members(sheet: Cells, name: str) -> tuple[MemberRow, ...]:
    names = sheet.column("name", free_text)
    countries = country_column(sheet)
    rows = sheet.rows(
        _distinct(sheet, names, countries),
        names,
        countries,
        sheet.column("kind", cells.kind),
        sheet.column("owner", owner),
        budget_column(sheet),
        sheet.column("role", free_text),
        sheet.column("sme", cells.flag),
    )
    wrong = report({}, sheet.findings, dry_run=True)
    if wrong.problems or wrong.left_empty:
        raise BadInput("\n".join(map(str, sorted((*wrong.problems, *wrong.left_empty), key=_place))))
    if not rows:
        raise BadInput(f"{name} lists nobody; needed: at least one member")
    return tuple(MemberRow(*row) for row in rows)


def _place(problem: RowProblem) -> tuple[int, str]:
    return problem.line, problem.column


def _distinct(sheet: Cells, names: Objects, countries: Objects) -> Objects:
    """Return the ids, made from name and country where there is none; a second row of one id is refused."""
    idents = sheet.column("id", pic, key=True)
    first: dict[str, int] = {}
    for at, ident in enumerate(idents):
        if ident is None and not sheet.is_refused(at):
            if names[at] is None:
                sheet.refuse(at, "id", "is empty, and so is the name; every row needs one of them")
                continue
            idents[at] = ident = derived_id(names[at], countries[at])
        if ident is not None and first.setdefault(ident, at) != at:
            sheet.refuse(at, "id", f"{ident!r} is listed in line {sheet.lines[first[ident]]} already")
    return idents


def _json_cells(path: Path) -> Cells:
    try:
        content = one_file(path).read()
        if not content.strip():
            raise BadInput(f'{path.name} is empty; needed: a list of members, or {{"members": [...]}}')
        listed = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path.name} is not JSON: {error}") from None
    return _cells_of(listed, path.name)


def _cells_of(listed: object, name: str) -> Cells:
    """Return JSON members as cells; the place in the list, from 1, stands for the line."""
    if isinstance(listed, dict):
        listed = listed.get("members")
    if not isinstance(listed, list) or not all(isinstance(member, dict) for member in listed):
        raise BadInput(f'{name} must hold a list of objects, or {{"members": [...]}}')
    findings = Findings()
    texts: dict[str, list[str]] = {column.name: [] for column in MEMBER_COLUMNS}
    for place, member in enumerate(listed, start=1):
        for column, column_texts in texts.items():
            try:
                column_texts.append(_as_text(member.get(column)))
            except ValueError as error:
                column_texts.append("")
                findings.problems.append(RowProblem(name, place, column, str(error)))
    columns = {column: np.array(column_texts, dtype=object) for column, column_texts in texts.items()}
    return Cells(name, range(1, len(listed) + 1), columns, findings)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(value, ".6f")
    if isinstance(value, str | int):
        return str(value)
    raise ValueError(f"is a {type(value).__name__}; needed: a text, a number, true, false or null")
