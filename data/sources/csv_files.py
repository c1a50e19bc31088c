"""How is a CSV file read whose encoding, delimiter and manners nobody has stated?"""

import io
import re
from collections.abc import Mapping, Sequence

from data.country_names import code_of
from data.errors import BadInput
from data.model import Encoding, RowProblem
from data.sources.csv_rows import delimiter_of, rows_of_text, stated_delimiter
from data.sources.encodings import codec_of, decode, decodes
from data.sources.files import SourceFile
from data.sources.grids import Grid
from data.sources.regular import lines_of_rows
from data.sources.table import Cells, Column, Findings, Objects, Progress, lacking, places

MAX_LINE_BYTES = 1_000_000
"""A longer line is refused before it fills the memory."""
_FIRST_LINES = 30
_BOM = b"\xef\xbb\xbf"


def read_csv(file: SourceFile, columns: Sequence[Column], progress: Progress | None = None) -> Cells:
    """Return the cells of the known columns of a program's export, whose headings are the columns' own names.

    Rows of another width than the header's are noted as problems, unless only empty cells are too many.
    Raises BadInput where the file is empty, its encoding cannot be decided, a line is endless, or a needed column is
    missing.
    """
    findings = Findings()
    content, codec = _read(file, None)
    if progress is not None:
        progress(file.name, 0, len(content))
    is_valid = codec is None or (content.startswith(_BOM) and decodes(content, "utf-8"))
    cells = _regular(content, file.name, columns, findings) if is_valid else None
    if cells is None:
        cells = _careful(content, codec, file.name, columns, findings)
    if codec is not None and codec not in ("utf-8", "utf-8-sig") and not codec.startswith("utf"):
        findings.encodings.append(Encoding(file.name, codec, _samples(cells)))
    if progress is not None:
        progress(file.name, len(content), len(content))
    return cells


def csv_grid(file: SourceFile, findings: Findings, encoding: str | None) -> tuple[Grid, str | None]:
    """Return a text file as one sheet, and its codec where another would have been possible.

    Lines whose quotes cannot be read are noted in `findings`.
    """
    content, codec = _read(file, encoding)
    decoded = decode(content, codec or "utf-8", file.name)
    if not decoded.text.strip():
        raise BadInput(f"{file.name} is empty; needed: a header line and rows")
    lines, rows = [], []
    for line, cells, wrong in _rows(decoded.text):
        if wrong:
            findings.problems.append(RowProblem(file.name, line, "", wrong))
        else:
            lines.append(line)
            rows.append(cells)
    return Grid(file.name, "", lines, rows), decoded.codec if decoded.is_chosen else None


def _read(file: SourceFile, encoding: str | None) -> tuple[bytes, str | None]:
    """Return the file's bytes and codec; None stands for UTF-8 without a mark and without a stray byte."""
    content = file.read()
    _refuse_endless_lines(content, file.name)
    if encoding is not None:
        return content, encoding
    if b"\0" not in content[:2000] and not content.startswith(_BOM) and decodes(content, "utf-8"):
        return content, None
    return content, codec_of(content, file.name, _countries)


def _countries(content: bytes) -> list[str]:
    """Return the countries that plain cells among the first lines name."""
    cells = re.split(rb"[;,\t\r\n|]", content[:200_000])
    names = {cell.strip(b'" ') for cell in cells if 1 < len(cell) < 30 and cell.isascii()}
    return [code for name in sorted(names)[:2000] if (code := code_of(name.decode())) is not None]


def _rows(text: str, width: int = 0, delimiter: str | None = None) -> list[tuple[int, list[str], str]]:
    """Return the rows of a text; the line `sep=;` states the delimiter and is none of them."""
    first, _, rest = text.partition("\n")
    if (stated := stated_delimiter(first)) is not None:
        return [(line + 1, cells, wrong) for line, cells, wrong in rows_of_text(rest, stated, width)]
    return list(rows_of_text(text, delimiter or delimiter_of(text), width))


def _regular(content: bytes, name: str, columns: Sequence[Column], findings: Findings) -> Cells | None:
    """Return the cells of a UTF-8 file that is plainly regular; None where it is to be read with care."""
    content = content.removeprefix(_BOM)
    first, _, rest = content.partition(b"\n")
    before = 0
    delimiter = stated_delimiter(first.decode("utf-8", "replace"))
    if delimiter is not None:
        content, before = rest, 1
        first = content.partition(b"\n")[0]
    header_text = first.decode("utf-8", "replace")
    delimiter = delimiter or delimiter_of(header_text)
    (_, titles, wrong), *_ = (
        rows_of_text(header_text, delimiter) if header_text.strip() else [(0, [""], "empty")]
    )
    header = [title.strip() for title in titles]
    if wrong or not _is_header(columns, header):
        return None
    lines = lines_of_rows(content, delimiter, len(header))
    if lines is None:
        return None
    standing = places(columns, header, name)
    texts = _plain_columns(content, delimiter, standing)
    return Cells(name, [line + before for line in lines] if before else lines, texts, findings)


def _is_header(columns: Sequence[Column], header: Sequence[str]) -> bool:
    try:
        places(columns, header, "")
    except BadInput:
        return False
    return True


def _careful(
    content: bytes, codec: str | None, name: str, columns: Sequence[Column], findings: Findings
) -> Cells:
    text = decode(content, codec or "utf-8", name).text
    if not text.strip():
        raise BadInput(f"{name} is empty; needed: a header line and rows")
    first, header, delimiter = _header(text, name, columns)
    width = len(header)
    standing = places(columns, header, name)
    lines: list[int] = []
    texts: list[str] = []
    for line, cells, wrong in _rows(text, width, delimiter):
        if line < first and any(cell.strip() for cell in cells):
            findings.notes.append(RowProblem(name, line, "", "stands above the header"))
        if line <= first:
            continue
        cells, wrong = _fitted(cells, width, wrong)
        if wrong:
            findings.problems.append(RowProblem(name, line, "", wrong))
        elif len(cells) == width:
            lines.append(line)
            texts.extend(cells[place] for place in standing.values())
    return Cells.of_texts(name, lines, texts, standing, findings)


def _header(text: str, name: str, columns: Sequence[Column]) -> tuple[int, list[str], str]:
    """Return the line of the header, its titles and the delimiter; BadInput where the first lines hold none."""
    head = "".join(line for _, line in zip(range(_FIRST_LINES), io.StringIO(text, newline=""), strict=False))
    lines = [line for line in head.splitlines() if line.strip()]
    likely = (delimiter_of(lines[0]), delimiter_of(head))
    for delimiter in dict.fromkeys(likely):
        for line, cells, _ in _rows(head, delimiter=delimiter):
            titles = [title.strip() for title in cells]
            while titles and not titles[-1]:
                titles.pop()
            if _is_header(columns, titles):
                return line, titles, delimiter
    titles = lines[0].split(likely[0])
    places(columns, titles, name)
    raise lacking([column.name for column in columns if column.needed], titles, name)


def _fitted(cells: list[str], width: int, wrong: str) -> tuple[list[str], str]:
    """Return a row's cells without empty ones too many, and what is wrong with it."""
    if wrong:
        return cells, wrong
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) != width and any(cell.strip() for cell in cells):
        return cells, f"has {len(cells)} cells, the header has {width}"
    return cells, ""


def _samples(cells: Cells) -> tuple[str, ...]:
    names = [text for text in cells.texts("name") if not text.isascii()][:2]
    return tuple(names)


def _plain_columns(content: bytes, delimiter: str, wanted: Mapping[str, int]) -> dict[str, Objects]:
    """Return the `wanted` columns, by name, of a file that is plainly regular, without the header's cells."""
    import pandas as pd  # slow to import: only who brings in an export pays

    table = pd.read_csv(
        io.BytesIO(content),
        sep=delimiter,
        header=None,
        usecols=sorted(set(wanted.values())),
        dtype=object,
        na_filter=False,
        skip_blank_lines=False,  # no row is blank, but one may begin with blanks
    )
    return {name: table[at].to_numpy()[1:] for name, at in wanted.items()}


def _refuse_endless_lines(content: bytes, name: str) -> None:
    start = 0
    while len(content) - start > MAX_LINE_BYTES:
        end = max(content.rfind(mark, start, start + MAX_LINE_BYTES) for mark in (b"\n", b"\r"))
        if end < 0:
            line = content.count(b"\n", 0, start) + 1
            raise BadInput(f"{name}:{line}: the line is longer than {MAX_LINE_BYTES:,} bytes; it is not read")
        start = end + 1
