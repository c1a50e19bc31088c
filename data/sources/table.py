"""What is a table of an outside file: which columns it may have, its rows with their lines, and how one is written?"""

import csv
import difflib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any

from data.errors import BadInput
from data.model import RowProblem

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, done so far, all there is to do); the unit is the caller's to name."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that an importer knows: its name, other names it goes by, and what the template says of it."""

    name: str
    about: str = ""
    needed: bool = False
    aliases: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    example: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an outside file: its name in reports, its header, and its rows with the line each begins on.

    `rows` gives (line, cells); cells are texts, as many as `header` has: rows of another width, or with a NUL
    character, went to `problems` while reading.
    """

    name: str
    header: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]
    problems: list[RowProblem] = field(default_factory=list)

    def pick(self, columns: Sequence[Column]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield (line, cells in the order of `columns`); "" where the table lacks the column.

        BadInput where a needed column is missing, saying which ones were found and what may have been meant.
        """
        return _picked(self.rows, self._places(columns))

    def _places(self, columns: Sequence[Column]) -> list[int]:
        place = {_plain(name): at for at, name in reversed(list(enumerate(self.header)))}
        places = []
        missing = []
        for column in columns:
            found = next((place[_plain(name)] for name in column.names if _plain(name) in place), None)
            if found is None and column.needed:
                missing.append(column.name)
            places.append(len(self.header) if found is None else found)
        if missing:
            raise BadInput(
                f"{self.name} lacks the needed column{'s' * (len(missing) > 1)} {', '.join(missing)}; "
                f"found: {', '.join(self.header) or 'none'}{self._meant(missing)}"
            )
        return places

    def _meant(self, missing: Sequence[str]) -> str:
        plain = {_plain(name): name for name in self.header}
        near = [
            f"{plain[close[0]]!r} for {name!r}"
            for name in missing
            if (close := difflib.get_close_matches(_plain(name), list(plain), 1))
        ]
        return f"; did you mean {', '.join(near)}?" if near else ""


def _picked(
    rows: Iterator[tuple[int, list[str]]], places: Sequence[int]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    pick: Callable[[list[str]], Any] = itemgetter(*places)
    single = len(places) == 1
    for line, cells in rows:
        cells.append("")  # where a missing column is looked up
        yield line, ((pick(cells),) if single else pick(cells))


def _plain(name: str) -> str:
    return "".join(name.split()).replace("_", "").replace("-", "").casefold()


def safe_cell(value: object) -> object:
    """Return what may stand in an exported cell: a text that a spreadsheet would run as a formula gets a leading '.

    Numbers, dates and None pass unchanged. The importers take the mark off again.

    >>> safe_cell("=1+1"), safe_cell("plain"), safe_cell(-3)
    ("'=1+1", 'plain', -3)
    """
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def unguarded(text: str) -> str:
    """Return a cell's text without the mark that `safe_cell` puts before a formula.

    >>> unguarded("'=1+1"), unguarded("'tis")
    ('=1+1', "'tis")
    """
    if text.startswith("'") and text[1:].lstrip(" ").startswith(_FORMULA_STARTS):
        return text[1:]
    return text


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file that spreadsheets open as it is meant: UTF-8 with BOM, semicolons, no live formulas."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(header)
    writer.writerows([safe_cell("" if cell is None else cell) for cell in row] for row in rows)
    try:
        path.write_bytes(text.getvalue().encode("utf-8-sig"))
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None


def write_report(problems: Iterable[RowProblem], path: Path) -> None:
    """Write one line `file:line:column:reason` a problem, UTF-8; line breaks inside a reason become blanks."""
    lines = [" ".join(str(problem).split()) + "\n" for problem in problems]
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None
