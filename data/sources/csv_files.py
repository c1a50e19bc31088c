"""How is a CSV file read whose encoding, delimiter and manners nobody has stated?"""

import codecs
import csv
import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import NoReturn, Protocol

import pandas as pd

from data.errors import BadInput
from data.model import RowProblem
from data.sources.files import SourceFile
from data.sources.regular import lines_of_rows
from data.sources.table import Cells, Column, Objects, Progress, places

MAX_LINE_BYTES = 1_000_000
"""A longer line is refused before it fills the memory. (The csv module itself ends a field at 131,072.)"""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_STEP = 1 << 20
_REPORT_EVERY = 4096


class CsvReader(Protocol):
    """What `csv.reader` returns; the module gives its type no name."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


def read_csv(file: SourceFile, columns: Sequence[Column], progress: Progress | None = None) -> Cells:
    """Return the cells of a CSV file's known columns; encoding and delimiter (; , or tab) are found out.

    Rows of another width than the header's, with unpaired quotes or with a NUL character are noted as problems.
    Raises BadInput where the file is empty, its encoding cannot be decided, a line is endless, or a needed column is
    missing.
    """
    content = _utf8(file)
    stream = io.BytesIO(content)
    text = io.TextIOWrapper(stream, "utf-8", newline="")
    before = 0
    while (first := text.readline()) and not first.strip():
        before += 1
    if not first:
        raise BadInput(f"{file.name} is empty; needed: a header line and rows")
    delimiter = delimiter_of(first)
    reader = csv.reader(itertools.chain((first,), text), delimiter=delimiter, strict=True)
    try:
        header = [title.strip() for title in next(reader)]
    except csv.Error as error:
        raise BadInput(f"{file.name}:{before + 1}: the header cannot be read: {error}") from None
    found = places(columns, header, file.name)
    tell = (lambda: progress(file.name, stream.tell(), len(content))) if progress else None
    plain = lines_of_rows(content, delimiter, len(header))
    if plain is not None:
        cells = Cells(file.name, plain, _plain_columns(content, delimiter, found))
        stream.seek(0, io.SEEK_END)
        if tell is not None:
            tell()
        return cells
    problems: list[RowProblem] = []
    lines, texts = _rows(reader, file.name, len(header), list(found.values()), problems, tell)
    if before:
        lines = [line + before for line in lines]
        problems = [replace(problem, line=problem.line + before) for problem in problems]
    cells = Cells.of_texts(file.name, lines, texts, found, problems)
    if b"\0" in content:
        _refuse_nul(cells, found)
    return cells


def _utf8(file: SourceFile) -> bytes:
    """Return the file's text as UTF-8 without a mark."""
    content = file.read()
    encoding = encoding_of(content, file.name)
    _refuse_endless_lines(content, file.name)
    return content if encoding == "utf-8" else content.decode(encoding).encode()


def _plain_columns(content: bytes, delimiter: str, found: Mapping[str, int]) -> dict[str, Objects]:
    """Return the columns `found`, by name, of a file that is plainly regular, without the header's cells."""
    table = pd.read_csv(
        io.BytesIO(content),
        sep=delimiter,
        header=None,
        usecols=sorted(set(found.values())),
        dtype=object,
        na_filter=False,
        skip_blank_lines=False,  # no row is blank, but one may begin with blanks
    )
    return {name: table[at].to_numpy()[1:] for name, at in found.items()}


def encoding_of(content: bytes, name: str) -> str:
    """Return the codec of `content`: by its byte-order mark, else UTF-16 where every other byte is 0, else UTF-8,
    else Windows-1252.

    Raises BadInput where none of them fits.

    >>> encoding_of("größe".encode("cp1252"), "f.csv")
    'cp1252'
    """
    for mark, codec in _BOMS:
        if content.startswith(mark):
            return (
                codec
                if _decodes(content, codec)
                else _undecided(name, f"does not hold the {codec} it announces")
            )
    head = content[:2000]
    for start, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = head[start::2].count(0)
        if zeros > len(head) / 4 and head.count(0) == zeros and _decodes(content, codec):
            return codec
    for codec in ("utf-8", "cp1252"):
        if _decodes(content, codec):
            return codec
    return _undecided(name, "is neither UTF-8 nor UTF-16 nor Windows-1252")


def _undecided(name: str, why: str) -> NoReturn:
    raise BadInput(
        f"the encoding of {name} cannot be decided: it {why}; save it as 'CSV UTF-8' and try again"
    )


def _decodes(content: bytes, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    view = memoryview(content)
    try:
        for start in range(0, len(content), _STEP):
            decoder.decode(view[start : start + _STEP])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def delimiter_of(header: str) -> str:
    """Return the delimiter of a header line, the most frequent of ; , and tab outside quotes.

    >>> delimiter_of('"id";"name, short";"city"')
    ';'
    """
    outside = "".join(header.split('"')[::2])
    return max((";", ",", "\t"), key=outside.count)


def _refuse_endless_lines(content: bytes, name: str) -> None:
    start = 0
    while len(content) - start > MAX_LINE_BYTES:
        end = max(content.rfind(mark, start, start + MAX_LINE_BYTES) for mark in (b"\n", b"\r"))
        if end < 0:
            line = content.count(b"\n", 0, start) + 1
            raise BadInput(f"{name}:{line}: the line is longer than {MAX_LINE_BYTES:,} bytes; it is not read")
        start = end + 1


def _rows(
    reader: CsvReader,
    name: str,
    width: int,
    wanted: Sequence[int],
    problems: list[RowProblem],
    tell: Callable[[], None] | None,
) -> tuple[list[int], list[str]]:
    """Return the lines on which the rows of the right width begin, and the wanted cells, row after row."""
    pick: Callable[[list[str]], Iterable[str]]
    pick = itemgetter(*wanted) if len(wanted) > 1 else lambda cells: [cells[at] for at in wanted]
    lines: list[int] = []
    texts: list[str] = []
    line = reader.line_num + 1
    while True:
        try:
            for cells in reader:
                if len(cells) == width:
                    lines.append(line)
                    texts.extend(pick(cells))
                elif len(cells) > 1 or "".join(cells).strip():  # else an empty line
                    problems.append(
                        RowProblem(name, line, "", f"has {len(cells)} cells, the header has {width}")
                    )
                line = reader.line_num + 1
                if tell is not None and line % _REPORT_EVERY == 0:
                    tell()
            break
        except csv.Error as error:
            problems.append(RowProblem(name, line, "", _quoting(error, line, reader.line_num)))
            line = reader.line_num + 1
    if tell is not None:
        tell()
    return lines, texts


def _refuse_nul(cells: Cells, names: Iterable[str]) -> None:
    for name in names:
        for at, text in enumerate(cells.texts(name)):
            if "\0" in text:
                cells.refuse(at, name, "holds a NUL character")


def _quoting(error: csv.Error, first: int, last: int) -> str:
    if "field larger" in str(error) or "unexpected end" in str(error):
        return f"a quote that opens here is not closed; the text up to line {last} was not read"
    return f"the quotes in lines {first} to {last} do not pair: {error}" if last > first else f"{error}"
