"""Which rows does a CSV file have whose quotes, widths or first lines are not regular?

Row after row, the strict reader is asked first. Where it cannot read a row, quotes escaped by a backslash and quotes
that stand inside a field are tried, on that line alone; what fits the table's width is taken. A quote that never closes
costs its own line, not those below.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator

MAX_ROW_CHARS = 131_072
"""A row that is longer is given up: the quote that holds it together never closes."""
_DELIMITERS = (";", ",", "\t", "|")
_SAMPLE_LINES = 60


def stated_delimiter(line: str) -> str | None:
    """Return the delimiter that a first line `sep=;` states, as Excel reads and writes it.

    >>> stated_delimiter("sep=;"), stated_delimiter("id;title")
    (';', None)
    """
    text = line.strip("\r\n \ufeff").replace('"', "")
    return text[4:] or "\t" if text[:4].casefold() == "sep=" and len(text) <= 5 else None


def delimiter_of(text: str) -> str:
    """Return the delimiter by which most of the first lines fall into equally many cells; ; where none does.

    >>> delimiter_of('List, as of today\\n"id";"name, short";"city"\\n1;Ada;Rome')
    ';'
    """
    lines = [line for _, line in zip(range(_SAMPLE_LINES), io.StringIO(text), strict=False) if line.strip()]
    if not lines:
        return ";"
    scores = {}
    for delimiter in _DELIMITERS:
        widths = Counter(1 + "".join(line.split('"')[::2]).count(delimiter) for line in lines)
        width, rows = max(widths.items(), key=lambda item: (item[1] * (item[0] - 1), item[0]))
        scores[delimiter] = rows * (width - 1)
    best = max(scores, key=lambda delimiter: scores[delimiter])
    return best if scores[best] else ";"


def rows_of_text(text: str, delimiter: str, width: int = 0) -> Iterator[tuple[int, list[str], str]]:
    """Yield (line, cells, what is wrong) for every row that is not blank.

    `width` is the table's number of cells, 0 where it is not known yet: it only decides which reading of odd quotes is
    taken. A row whose quotes cannot be read in any way comes with its line as one cell and the reason.
    """
    lines = list(io.StringIO(text, newline=""))
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        cells, used = _strict(lines, at, delimiter)
        wrong = ""
        if cells is None:
            used = 1
            cells, wrong = _lenient(lines[at].rstrip("\r\n"), delimiter, width)
        yield at + 1, cells, wrong
        at += used


def _strict(lines: list[str], at: int, delimiter: str) -> tuple[list[str] | None, int]:
    """Return the cells of the row that begins at a line and how many lines it takes; None where it is not regular."""
    chars = 0
    for used in range(1, len(lines) - at + 1):
        line = lines[at + used - 1]
        chars += len(line)
        if chars > MAX_ROW_CHARS:
            return None, 0
        if used > 1 and '"' not in line:
            continue  # only a quote can end a row of several lines
        reader = csv.reader(lines[at : at + used], delimiter=delimiter, strict=True)
        try:
            return next(reader), used
        except csv.Error as error:
            if "unexpected end" not in str(error):
                return None, 0
    return None, 0


def _lenient(line: str, delimiter: str, width: int) -> tuple[list[str], str]:
    readings = []
    if '\\"' in line:
        try:
            escaped = csv.reader([line], delimiter=delimiter, strict=True, doublequote=False, escapechar="\\")
            readings.append(next(escaped))
        except csv.Error:
            pass
    if (stray := _with_stray_quotes(line, delimiter)) is not None:
        readings.append(stray)
    for cells in readings:
        if not width or len(cells) == width:
            return cells, ""
    if readings:
        return readings[-1], ""
    return [line], "a quote that opens here is not closed; this line was not read"


def _with_stray_quotes(line: str, delimiter: str) -> list[str] | None:
    """Return the cells where only a quote before a delimiter ends a quoted cell; None where one stays open."""
    cells = []
    at = 0
    while True:
        if line[at : at + 1] != '"':
            end = line.find(delimiter, at)
            cells.append(line[at:] if end < 0 else line[at:end])
        else:
            end = line.find(f'"{delimiter}', at + 1)
            last = end < 0
            if last and not (line.endswith('"') and len(line) > at + 1):
                return None
            cells.append((line[at + 1 : -1] if last else line[at + 1 : end]).replace('""', '"'))
            end = -1 if last else end + 1
        if end < 0:
            return cells
        at = end + 1
