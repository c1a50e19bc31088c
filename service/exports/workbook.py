"""How do tables become a spreadsheet that prints well? Every text is marked as one, and never run as a formula."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from data.sources.written_sheets import append_texts
from service.exports.clean import clean

WIDEST, NARROWEST = 60, 6
"""Characters between which a column's width lies; longer texts are wrapped."""
_HEAD = PatternFill("solid", start_color="E4EBF0")
_LINE = Border(bottom=Side(style="hair", color="9AA5B1"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its title, a line that says what it shows, its header and its rows."""

    title: str
    about: str
    header: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

    def width(self, column: int) -> int:
        """Characters that a column's texts need, between NARROWEST and WIDEST; a header may break at its blanks."""
        lengths = [max(map(len, self.header[column].split()), default=0)]
        lengths += [len(str(row[column])) for row in self.rows if column < len(row)]
        return min(WIDEST, max(NARROWEST, *lengths) + 2)


def workbook(sheets: Sequence[Sheet], *, run: str, notice: str = "") -> bytes:
    """Return an XLSX file: a sheet each, the run id in the first line of every one, then the notice, then the header.

    Sheets print in landscape on A4, as wide as the page, with the header on every page.
    """
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        page = book.create_sheet(sheet.title[:31])
        append_texts(page, [_cell(f"{sheet.about} Run {run}.")])
        if notice:
            append_texts(page, [_cell(notice)])
            page["A2"].font = Font(bold=True, color="A3262A")
        append_texts(page, [_cell(title) for title in sheet.header])
        head = page.max_row
        for row in sheet.rows:
            append_texts(page, [_cell(cell) for cell in row])
        _dress(page, sheet, head)
        _paper(page, head, run)
    book.properties.identifier = run
    book.properties.creator = "Konsort"
    book.properties.description = notice or None
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _dress(page: Worksheet, sheet: Sheet, head: int) -> None:
    """Widths, wrapped texts, a header that stays in sight and can be filtered by."""
    for column in range(len(sheet.header)):
        page.column_dimensions[get_column_letter(column + 1)].width = sheet.width(column)
    for cell in page[head]:
        cell.font = Font(bold=True)
        cell.fill = _HEAD
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    for row in page.iter_rows(min_row=head + 1):
        for cell in row:
            number = isinstance(cell.value, int | float)
            cell.alignment = Alignment(
                vertical="top", wrap_text=not number, horizontal="right" if number else None
            )
            cell.border = _LINE
    page.freeze_panes = page.cell(row=head + 1, column=2)
    if sheet.rows:
        page.auto_filter.ref = f"A{head}:{get_column_letter(len(sheet.header))}{page.max_row}"


def _paper(page: Worksheet, head: int, run: str) -> None:
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = f"{head}:{head}"
    page.oddFooter.left.text = f"{page.title}, run {run}"
    page.oddFooter.right.text = "&P / &N"


def _cell(value: object) -> object:
    return clean(value) if isinstance(value, str) else value
