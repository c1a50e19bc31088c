"""Which empty table does somebody fill in? The importers' own columns, with what each one means."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from data.errors import BadInput
from data.sources.organisations import ORGANISATION_COLUMNS
from data.sources.outlines import OUTLINE_COLUMNS
from data.sources.table import Column, write_csv
from data.sources.written_sheets import append_texts

TEMPLATES: Mapping[str, Sequence[Column]] = MappingProxyType(
    {
        "outlines": [column for column in OUTLINE_COLUMNS if not column.is_ours],
        "organisations": [column for column in ORGANISATION_COLUMNS if not column.is_ours],
    }
)
EXPLANATION = ("column", "needed", "explanation", "allowed values", "example")
_ROWS_CHECKED = 5000
_WIDE = frozenset({"text", "title", "offers", "seeks", "profile", "name", "organisation_name"})


def write_template(sort: str, path: Path) -> tuple[Path, ...]:
    """Write the empty template for `sort`, 'outlines' or 'organisations', and return the files written.

    An XLSX workbook has the explanations and allowed values on its second sheet, and offers the allowed values where
    one is typed; a CSV file has them in a second file beside it, NAME-explained.csv.
    Raises BadInput for another sort or ending, or where the file exists or cannot be written.
    """
    if sort not in TEMPLATES:
        raise BadInput(f"there is no template for {sort!r}; needed: one of {', '.join(TEMPLATES)}")
    columns = TEMPLATES[sort]
    ending = path.suffix.lower()
    if ending not in (".xlsx", ".csv"):
        raise BadInput(
            f"a template cannot be written as {path.name!r}; needed: a name that ends in .xlsx or .csv"
        )
    beside = path.with_name(f"{path.stem}-explained.csv")
    written = (path,) if ending == ".xlsx" else (path, beside)
    for file in written:
        if file.exists():
            raise BadInput(f"{file} exists already; give another name, so that nothing is overwritten")
    if ending == ".xlsx":
        _save(_workbook(sort, columns), path)
    else:
        write_csv(path, [column.name for column in columns], [])
        write_csv(beside, EXPLANATION, map(_explained, columns))
    return written


def _explained(column: Column) -> tuple[str, str, str, str, str]:
    needed = "yes" if column.needed else "no"
    return column.name, needed, column.about, ", ".join(column.allowed), column.example


def _workbook(sort: str, columns: Sequence[Column]) -> Workbook:
    book = Workbook()
    sheet = book.active
    sheet.title = sort
    sheet.append([column.name for column in columns])
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        sheet.cell(1, place).font = Font(bold=column.needed, italic=not column.needed)
        sheet.column_dimensions[letter].width = 50 if column.name in _WIDE else 18
        if column.allowed:
            choice = DataValidation(type="list", formula1=f'"{",".join(column.allowed)}"', allow_blank=True)
            choice.errorTitle = column.name
            choice.error = f"One of: {', '.join(column.allowed)}"
            sheet.add_data_validation(choice)
            choice.add(f"{letter}2:{letter}{_ROWS_CHECKED}")
    about = book.create_sheet("explanations")
    about.append(EXPLANATION)
    for column in columns:
        append_texts(about, _explained(column))
    for letter, width in zip("ABCDE", (20, 10, 80, 40, 40), strict=True):
        about.column_dimensions[letter].width = width
        about[f"{letter}1"].font = Font(bold=True)
    for row in about.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    return book


def _save(book: Workbook, path: Path) -> None:
    try:
        book.save(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None
