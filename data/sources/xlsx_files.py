"""How is an XLSX or XLSM workbook read? Values only, as texts; nothing in it is run, followed or expanded."""

import datetime as dt
import re
import warnings
import zipfile
import zlib
from typing import Any

from data.errors import BadInput
from data.sources.archives import archived, opened
from data.sources.files import SourceFile
from data.sources.grids import NO_RESULT, Grid, MergedCells

MAX_COLUMNS = 200
_CONTENTS = "[Content_Types].xml"
_NO_RESULT = re.compile(rb'<c r="([A-Z]{1,3})(\d+)"[^>]*><f[^>]*?(?:/>|>[^<]*</f>)(?:<v */>|<v></v>)?</c>')
_MERGE = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
_HIDDEN_ROW = re.compile(rb'<row [^>]*hidden="(?:1|true)"')


def xlsx_grids(file: SourceFile) -> list[Grid]:
    """Return the sheets of a workbook, hidden ones too; line numbers are the sheets' row numbers.

    Raises BadInput where the file is no workbook, unpacks to too much, or declares XML entities.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    with opened(file.read(), file.name, "XLSX") as parts:
        if _CONTENTS not in parts and not any(name.endswith(_CONTENTS) for name in parts):
            raise BadInput(f"{file.name} is a ZIP archive, but no XLSX workbook; give the table itself")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl tells of styles and validations that it drops
                book = openpyxl.load_workbook(
                    archived(parts), read_only=True, data_only=True, keep_links=False
                )
                try:
                    return [_grid(file.name, sheet, parts) for sheet in book.worksheets]
                finally:
                    book.close()
        except (
            zipfile.BadZipFile, zlib.error, SyntaxError, InvalidFileException,
            KeyError, IndexError, ValueError, TypeError, AttributeError, EOFError, OSError,
        ) as error:  # fmt: skip  # openpyxl lets the errors of a broken file through as they come
            raise BadInput(
                f"{file.name} is not a readable XLSX workbook ({type(error).__name__}: {error}); "
                "open and save it again, or save it as CSV UTF-8"
            ) from None


def _grid(file: str, sheet: Any, parts: dict[str, bytes]) -> Grid:
    sheet.reset_dimensions()  # what the file says of its own size is not trusted
    part = parts.get(str(sheet._worksheet_path).lstrip("/"), b"")  # openpyxl names it nowhere in public
    no_result: dict[int, list[int]] = {}
    for letters, number in _NO_RESULT.findall(part):
        if (column := _column(letters)) < MAX_COLUMNS:
            no_result.setdefault(int(number), []).append(column)
    lines, rows = [], []
    blank: object = None
    for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), start=1):
        if values is blank and number not in no_result:
            continue
        texts = [_text(value) for value in values]
        for column in no_result.get(number, ()):
            texts += [""] * (column + 1 - len(texts))
            texts[column] = texts[column] or NO_RESULT
        if any(texts):
            lines.append(number)
            rows.append(texts)
        else:
            blank = values  # openpyxl gives one and the same tuple for all the rows that a gap leaves out
    merges = [
        MergedCells(int(top), _column(left), int(bottom), _column(right))
        for left, top, right, bottom in _MERGE.findall(part)
    ]
    return Grid(
        file,
        str(sheet.title),
        lines,
        rows,
        [merge for merge in merges if merge.right < MAX_COLUMNS],
        is_hidden=sheet.sheet_state != "visible",
        hidden_rows=len(_HIDDEN_ROW.findall(part)),
    )


def _column(letters: bytes) -> int:
    """Return a column's place from 0: A is 0, AA is 26."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - ord("A") + 1
    return place - 1


def _text(value: object) -> str:
    """Return a cell's value as the text that the importers read in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        # Six places: three alone could be taken for thousands.
        return str(int(value)) if value.is_integer() else format(value, ".6f")
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)
