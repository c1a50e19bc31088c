"""Who is in a consortium, as somebody lists it in a CSV, XLSX or JSON file to have it checked?"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.errors import BadInput
from data.model import Kind, RowProblem
from data.sources import cells
from data.sources.files import one_file
from data.sources.organisations import free_text
from data.sources.sheets import read_sheet
from data.sources.table import Cells, Column, Objects

MEMBER_COLUMNS = (
    Column("id", needed=True),
    *(Column(name) for name in ("name", "country", "kind", "owner", "budget_eur", "role", "sme")),
)


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


def read_members(path: Path) -> tuple[MemberRow, ...]:
    """Return the members in the file's order.

    JSON is a list of objects, or an object with such a list under "members"; null and a missing key are unknown.
    Raises BadInput with every bad row's place: a consortium is checked whole or not at all.
    """
    sheet = _json_cells(path) if path.suffix.lower() == ".json" else read_sheet(path, MEMBER_COLUMNS)
    return _members(sheet, path.name)


def members_of(listed: object, name: str = "members") -> tuple[MemberRow, ...]:
    """Return the members of a decoded JSON document; `name` stands for the file in error texts."""
    return _members(_cells_of(listed, name), name)


def _members(sheet: Cells, name: str) -> tuple[MemberRow, ...]:
    rows = sheet.rows(
        _distinct(sheet),
        sheet.column("name", free_text),
        sheet.column("country", cells.known_country),
        sheet.column("kind", cells.kind),
        sheet.column("owner", free_text),
        sheet.column("budget_eur", cells.budget),
        sheet.column("role", free_text),
        sheet.column("sme", cells.flag),
    )
    if sheet.problems:
        raise BadInput("\n".join(map(str, sheet.problems)))
    if not rows:
        raise BadInput(f"{name} lists nobody; needed: at least one member")
    return tuple(MemberRow(*row) for row in rows)


def _distinct(sheet: Cells) -> Objects:
    idents = sheet.column("id", cells.needed)
    first: dict[str, int] = {}
    for at, ident in enumerate(idents):
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
    problems = []
    texts: dict[str, list[str]] = {column.name: [] for column in MEMBER_COLUMNS}
    for place, member in enumerate(listed, start=1):
        for column, found in texts.items():
            try:
                found.append(_as_text(member.get(column)))
            except ValueError as error:
                found.append("")
                problems.append(RowProblem(name, place, column, str(error)))
    columns = {column: np.array(found, dtype=object) for column, found in texts.items()}
    return Cells(name, range(1, len(listed) + 1), columns, problems)


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
