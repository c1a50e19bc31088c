"""How is an XLSX workbook read? Its first sheet, values only, as texts; nothing in it is run, followed or expanded."""

import datetime as dt
import io
import warnings
import zipfile
import zlib
from collections.abc import Sequence

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from data.errors import BadInput
from data.model import RowProblem
from data.sources.files import SourceFile
from data.sources.table import Cells, Column, Progress, places

MAX_UNPACKED_BYTES = 128 * 1024**2
"""The most that all parts of a workbook may come to, unpacked."""
MAX_COLUMNS = 200

_CONTENTS = "[Content_Types].xml"
_ENTITIES = tuple(
    mark.encode(codec) for mark in ("<!DOCTYPE", "<!ENTITY") for codec in ("ascii", "utf-16-le", "utf-16-be")
)


def read_xlsx(file: SourceFile, columns: Sequence[Column], progress: Progress | None = None) -> Cells:
    """Return the cells of the known columns of a workbook's first sheet; line numbers are the sheet's row numbers.

    Raises BadInput where the file is no workbook, unpacks to too much, declares XML entities, or lacks a column.
    """
    content = file.read()
    _refuse_hostile(content, file.name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles and validations that it drops
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=True, keep_links=False
            )
            try:
                sheet = book.worksheets[0]
                sheet.reset_dimensions()  # what the file says of its own size is not trusted
                numbered = [
                    (number, [_text(value) for value in row])
                    for number, row in enumerate(
                        sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), start=1
                    )
                    if any(value is not None for value in row)
                ]
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
    if not numbered:
        raise BadInput(f"{file.name} is empty; needed: a header row and rows in the first sheet")
    (_, titles), *rest = numbered
    header = [title.strip() for title in titles]
    found = places(columns, header, file.name)
    lines = [number for number, _ in rest]
    texts = [row[at] if at < len(row) else "" for _, row in rest for at in found.values()]
    problems: list[RowProblem] = []
    if progress is not None:
        progress(file.name, len(content), len(content))
    return Cells.of_texts(file.name, lines, texts, found, problems)


def _refuse_hostile(content: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            total = sum(entry.file_size for entry in entries)
            if total > MAX_UNPACKED_BYTES or len(entries) > 1000:
                raise BadInput(
                    f"{name} unpacks to {total / 1e6:,.0f} MB in {len(entries)} parts; "
                    f"at most {MAX_UNPACKED_BYTES / 1e6:,.0f} MB in 1000 parts are read"
                )
            if _CONTENTS not in archive.namelist():
                raise BadInput(f"{name} is a ZIP archive, but no XLSX workbook; give the table itself")
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels")):
                    part = archive.read(entry)
                    if any(mark in part for mark in _ENTITIES):
                        raise BadInput(
                            f"{name} declares XML entities in {entry.filename}; no office program does"
                        )
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise BadInput(f"{name} is not a readable XLSX workbook: {error}") from None


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
