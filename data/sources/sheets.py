"""How is a table read that somebody filled in, be it CSV, XLSX, XLSM or ODS?"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np

from data.country_names import code_of
from data.errors import BadInput
from data.model import Encoding, Ignored
from data.sources.csv_files import csv_grid
from data.sources.files import SourceFile, one_file
from data.sources.grids import Grid
from data.sources.mapping import NO_MAPPING, FileMapping
from data.sources.structure import MANY, Table, ignored_of, label, readings_of, rows_below, table_of
from data.sources.table import Cells, Column, Findings, Objects, Progress, lacking

_ZIP = b"PK\x03\x04"
_PDF = b"%PDF"
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xltx", ".xls", ".ods"})
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_BETWEEN = "\n"
"""Stands between the cells of several columns that say the same sort of thing."""


def read_sheet(
    path: Path,
    columns: Sequence[Column],
    progress: Progress | None = None,
    *,
    mapping: FileMapping = NO_MAPPING,
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> Cells:
    """Return the cells of a file's known columns; what the file is, its first bytes say.

    The table is looked for in every visible sheet. `renamed` says what the importer calls a column that headings mean.
    Raises BadInput where the file cannot be read, or no sheet has the needed columns.
    """
    file = one_file(path)
    findings = Findings()
    grids = grids_of(file, path, findings, mapping)
    if progress is not None:
        size = path.stat().st_size
        progress(file.name, size, size)
    return cells_of(file.name, grids, columns, findings, mapping=mapping, renamed=renamed)


def rows_at(
    path: Path, places: Collection[tuple[str, int]], *, mapping: FileMapping = NO_MAPPING
) -> dict[tuple[str, int], tuple[tuple[str, str], ...]]:
    """Return what stands in some rows of a file, by the names of sheet and line that a report gives them.

    Of each row its filled cells: the letters of the column, as a spreadsheet has them, and the text.
    """
    wanted = set(places)
    return {
        place: tuple((letters_of(column), text.strip()) for column, text in enumerate(row) if text.strip())
        for grid in grids_of(one_file(path), path, Findings(), mapping)
        for line, row in zip(grid.lines, grid.rows, strict=True)
        if (place := (label(grid), line)) in wanted
    }


def letters_of(column: int) -> str:
    """Return a column's letters as a spreadsheet has them; columns count from 0.

    >>> letters_of(0), letters_of(25), letters_of(26), letters_of(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    before, last = divmod(column, 26)
    return (letters_of(before - 1) if before else "") + chr(ord("A") + last)


def cells_of(
    name: str,
    grids: Sequence[Grid],
    columns: Sequence[Column],
    findings: Findings,
    *,
    mapping: FileMapping = NO_MAPPING,
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> Cells:
    """Return the cells of the tables in some sheets, one below the other."""
    _check(mapping, columns, name)
    visible = [grid for grid in grids if not grid.is_hidden and grid.rows and _is_meant(grid, mapping)]
    by_grid = [(grid, table_of(grid, columns, renamed, mapping.columns)) for grid in visible]
    tables = [table for _, table in by_grid if table is not None and not _missing(table, columns)]
    if not tables:
        raise _no_table(name, grids, by_grid, columns, mapping)
    most = max(table.weight for table in tables)
    tables = [table for table in tables if 2 * table.weight >= most]  # an explanation also names columns
    read = {id(table.grid) for table in tables}
    for grid in grids:
        if id(grid) not in read and grid.rows:
            hidden = "hidden " * grid.is_hidden
            findings.ignored.append(Ignored(name, f"{hidden}sheet {grid.sheet!r}", grid.filled))
    lines: list[int] = []
    files: list[str] = []
    texts: dict[str, list[str]] = {column: [] for table in tables for column in table.columns}
    for table in tables:
        below, rows = rows_below(table, findings)
        lines += below
        files += [label(table.grid)] * len(rows)
        for column, cells in texts.items():
            cells.extend(_cell(row, column, table.columns.get(column, ())) for row in rows)
        findings.readings += readings_of(table)
        findings.ignored += ignored_of(table)
        if table.grid.hidden_rows:
            findings.ignored.append(
                Ignored(label(table.grid), f"the hiding of {table.grid.hidden_rows} rows, which were read", 0)
            )
    arrays: dict[str, Objects] = {column: np.array(cells, dtype=object) for column, cells in texts.items()}
    sheet = Cells(name, lines, arrays, findings, files=files, mapping=mapping.values)
    sheet.titles = {
        column: table.titles[places[0]]
        for table in tables
        for column, places in table.columns.items()
        if places[0] < len(table.titles)
    }
    return sheet


def _cell(row: Sequence[str], column: str, places: Sequence[int]) -> str:
    if column in MANY:
        return _BETWEEN.join(row[place] for place in places if row[place].strip())
    return row[places[0]] if places else ""


def _check(mapping: FileMapping, columns: Sequence[Column], name: str) -> None:
    known = [column.name for column in columns]
    unknown = sorted((mapping.columns.keys() | mapping.values.keys()) - set(known))
    if unknown:
        raise BadInput(
            f"there is no column {', '.join(unknown)} to read {name} into; needed: {', '.join(known)}"
        )


def _is_meant(grid: Grid, mapping: FileMapping) -> bool:
    return mapping.sheet is None or grid.sheet.casefold() == mapping.sheet.strip().casefold()


def _missing(table: Table, columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns if column.needed and column.name not in table.columns]


def _no_table(
    name: str,
    grids: Sequence[Grid],
    by_grid: Sequence[tuple[Grid, Table | None]],
    columns: Sequence[Column],
    mapping: FileMapping,
) -> BadInput:
    """Return what to tell of a file without a table, at best of the sheet that comes nearest."""
    if mapping.sheet is not None and not by_grid:
        sheets = ", ".join(repr(grid.sheet) for grid in grids) or "none"
        return BadInput(
            f"{name} has no visible sheet {mapping.sheet!r} with anything in it; its sheets: {sheets}"
        )
    if not by_grid:
        return BadInput(f"{name} is empty; needed: a header line and rows")
    tables = [table for _, table in by_grid if table is not None]
    if tables:
        nearest = max(tables, key=lambda table: table.weight)
        return lacking(_missing(nearest, columns), nearest.titles, label(nearest.grid))
    first = max((grid for grid, _ in by_grid), key=lambda grid: grid.filled)
    return lacking([column.name for column in columns if column.needed], first.rows[0], label(first))


def grids_of(file: SourceFile, path: Path, findings: Findings, mapping: FileMapping) -> list[Grid]:
    """Return the sheets of a file, by what its first bytes say it is."""
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    if start == _OLD_OFFICE:
        raise BadInput(
            f"{path.name} is an old or password-protected office file; save it as XLSX or CSV UTF-8"
        )
    if start == _PDF:
        raise BadInput(f"{path.name} is a PDF document, no table; save the table itself as XLSX or CSV UTF-8")
    if start == _ZIP:
        from data.sources.ods_files import is_ods, ods_grids
        from data.sources.xlsx_files import xlsx_grids

        return ods_grids(file) if is_ods(file) else xlsx_grids(file)
    if start and path.suffix.lower() in _WORKBOOKS:
        raise BadInput(
            f"{path.name} is no Excel workbook, whatever its name says: it begins with {start.decode('latin-1')!r}; "
            "save it as XLSX, or name it .csv where it is text with commas, semicolons or tabs"
        )
    grid, codec = csv_grid(file, findings, mapping.encoding)
    if codec is not None:
        findings.encodings.append(Encoding(file.name, codec, _samples(grid)))
    return [grid]


def _samples(grid: Grid) -> tuple[str, ...]:
    """Return two cells by which a person can judge the encoding: short ones with letters that are not ASCII."""
    cells = [text for row in grid.rows for text in row if not text.isascii() and 2 < len(text.strip()) < 60]
    names = [text.strip() for text in cells if text[:1].isupper() and code_of(text) is None]
    return tuple(dict.fromkeys(names or cells))[:2]
