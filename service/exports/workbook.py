"""How do tables become a spreadsheet? Every text is guarded against being run as a formula."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from data.sources.table import safe_cell
from service.exports.clean import clean

WIDEST = 60
"""Characters beyond which a column is not made wider."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its title, a line that says what it shows, its header and its rows."""

    title: str
    about: str
    header: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def workbook(sheets: Sequence[Sheet], *, run: str) -> bytes:
    """Return an XLSX file: a sheet each, the header frozen, the run id in the first line of every one."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        page = book.create_sheet(sheet.title[:31])
        page.append([_cell(f"{sheet.about} Run {run}.")])
        page.append([_cell(title) for title in sheet.header])
        for row in sheet.rows:
            page.append([_cell(cell) for cell in row])
        for cell in page[2]:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
        page.freeze_panes = page.cell(row=3, column=2)
        for k, title in enumerate(sheet.header):
            longest = max([len(str(title)), *(len(str(row[k])) for row in sheet.rows if k < len(row))])
            page.column_dimensions[get_column_letter(k + 1)].width = min(WIDEST, longest + 2)
    book.properties.identifier = run
    book.properties.creator = "Konsort"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(value: object) -> object:
    return safe_cell(clean(value)) if isinstance(value, str) else value
