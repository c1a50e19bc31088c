"""How is a table read that somebody filled in, be it CSV or XLSX?"""

from collections.abc import Sequence
from pathlib import Path

from data.errors import BadInput
from data.sources.csv_files import read_csv
from data.sources.files import one_file
from data.sources.table import Cells, Column, Progress
from data.sources.xlsx_files import read_xlsx

_ZIP = b"PK\x03\x04"
_PDF = b"%PDF"
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xltx", ".xls"})
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def read_sheet(path: Path, columns: Sequence[Column], progress: Progress | None = None) -> Cells:
    """Return the cells of a CSV or XLSX file's known columns; what the file is, its first bytes say.

    Raises BadInput where it cannot be read or a needed column is missing.
    """
    file = one_file(path)
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    if start == _OLD_OFFICE:
        raise BadInput(
            f"{path.name} is an old or password-protected office file; save it as XLSX or CSV UTF-8"
        )
    if start == _ZIP:
        return read_xlsx(file, columns, progress).without_empty_rows()
    if start == _PDF:
        raise BadInput(f"{path.name} is a PDF document, no table; save the table itself as XLSX or CSV UTF-8")
    if start and path.suffix.lower() in _WORKBOOKS:
        raise BadInput(
            f"{path.name} is no Excel workbook, whatever its name says: it begins with {start.decode('latin-1')!r}; "
            "save it as XLSX, or name it .csv where it is text with commas, semicolons or tabs"
        )
    return read_csv(file, columns, progress).without_empty_rows()
