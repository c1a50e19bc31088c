"""How is an OpenDocument spreadsheet (ODS) read? Its values, as texts, with merged cells and hidden sheets."""

from xml.etree import ElementTree

from data.errors import BadInput
from data.sources.archives import opened
from data.sources.files import SourceFile
from data.sources.grids import Grid, MergedCells

MAX_COLUMNS = 200
MAX_REPEATED = 1000
"""A row with something in it that is said to be repeated more often is taken once."""
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"


def is_ods(file: SourceFile) -> bool:
    """Tell from an archive's first entry, which states its type, whether it is an OpenDocument spreadsheet."""
    return b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in file.read()[:200]


def ods_grids(file: SourceFile) -> list[Grid]:
    """Return the sheets of an ODS workbook; BadInput where it is none, unpacks to too much or declares entities."""
    with opened(file.read(), file.name, "ODS") as parts:
        if "content.xml" not in parts:
            raise BadInput(f"{file.name} is a ZIP archive, but no ODS workbook; give the table itself")
        try:
            document = ElementTree.fromstring(parts["content.xml"])
        except ElementTree.ParseError as error:
            raise BadInput(f"{file.name} is not a readable ODS workbook: {error}") from None
    hidden = {
        style.get(f"{_STYLE}name")
        for style in document.iter(f"{_STYLE}style")
        for facts in style.iter(f"{_STYLE}table-properties")
        if facts.get(f"{_TABLE}display") == "false"
    }
    return [_grid(file.name, sheet, hidden) for sheet in document.iter(f"{_TABLE}table")]


def _grid(file: str, sheet: ElementTree.Element, hidden: set[str | None]) -> Grid:
    lines: list[int] = []
    rows: list[list[str]] = []
    merges: list[MergedCells] = []
    number = 1
    hidden_rows = 0
    for row in sheet.iter(f"{_TABLE}table-row"):
        repeated = _number(row, "number-rows-repeated")
        texts = _texts(row, number, merges)
        if any(texts):
            hidden_rows += row.get(f"{_TABLE}visibility") is not None
            for copy in range(repeated if repeated <= MAX_REPEATED else 1):
                lines.append(number + copy)
                rows.append(texts)
        number += repeated
    return Grid(
        file,
        sheet.get(f"{_TABLE}name") or "",
        lines,
        rows,
        merges,
        is_hidden=sheet.get(f"{_TABLE}style-name") in hidden,
        hidden_rows=hidden_rows,
    )


def _texts(row: ElementTree.Element, number: int, merges: list[MergedCells]) -> list[str]:
    texts: list[str] = []
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        down, right = _number(cell, "number-rows-spanned"), _number(cell, "number-columns-spanned")
        if (down, right) != (1, 1):
            merges.append(MergedCells(number, len(texts), number + down - 1, len(texts) + right - 1))
        repeated = min(_number(cell, "number-columns-repeated"), MAX_COLUMNS - len(texts))
        texts += [_value(cell) if cell.tag == f"{_TABLE}table-cell" else ""] * repeated
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _number(element: ElementTree.Element, name: str) -> int:
    written = element.get(f"{_TABLE}{name}", "1")
    return max(1, int(written)) if written.isdecimal() else 1


def _value(cell: ElementTree.Element) -> str:
    kind = cell.get(f"{_OFFICE}value-type")
    shown = "\n".join("".join(paragraph.itertext()) for paragraph in cell.iter(f"{_TEXT}p"))
    if kind in ("float", "currency", "percentage") and not shown.startswith("#"):
        written = cell.get(f"{_OFFICE}value", "")
        number = float(written) if written else 0.0
        return str(int(number)) if number.is_integer() else format(number, ".6f")
    if kind == "date":
        return cell.get(f"{_OFFICE}date-value", "")[:10] or shown
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value", "") or shown
    return shown
