"""How is a row of texts and numbers written to a workbook, so that no text is ever run as a formula?"""

from collections.abc import Sequence

from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet


def append_texts(sheet: Worksheet, cells: Sequence[object]) -> None:
    """Write a row below the others; a text stays the text that it is.

    Such as `=1+1` is marked as text in the file, with the quote prefix that a spreadsheet keeps for itself: no
    apostrophe is seen, and nothing is computed, also after somebody edits the cell.
    """
    sheet.append([_text(sheet, value) if isinstance(value, str) else value for value in cells])


def _text(sheet: Worksheet, value: str) -> Cell:
    cell = Cell(sheet, row=1, column=1, value=value)  # its place is given when the row is written
    if cell.data_type != "s":
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell
