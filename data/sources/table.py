"""What is a table of an outside file: its columns, its cells and their lines, and how is one written?"""

import csv
import difflib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from data.errors import BadInput
from data.model import Encoding, Ignored, Interpretation, RowProblem

Objects = np.ndarray[tuple[int], np.dtype[np.object_]]
"""A column: (n,) Python objects."""

Integers = np.ndarray[tuple[int], np.dtype[np.int64]]
"""(n,) int64."""

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, done so far, all there is to do); the unit is the caller's to name."""

_FEW_ROWS = 5000
"""In a table of fewer rows the distinct texts are found before pandas were loaded, which takes 0.4 s."""
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
    is_ours: bool = False
    """Own exports have it, and no empty form."""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


def places(columns: Sequence[Column], header: Sequence[str], name: str) -> dict[str, int]:
    """Return where in `header` each column stands, by the column's own name; columns that it lacks are left out.

    BadInput where a needed column is missing, saying which ones were found and what may have been meant.
    """
    where = {_plain(title): at for at, title in reversed(list(enumerate(header)))}
    standing = {}
    for column in columns:
        known = [where[_plain(alias)] for alias in column.names if _plain(alias) in where]
        if known:
            standing[column.name] = known[0]
    missing = [column.name for column in columns if column.needed and column.name not in standing]
    if missing:
        raise lacking(missing, header, name)
    return standing


def lacking(missing: Sequence[str], header: Sequence[str], name: str) -> BadInput:
    """Return the error of a table without needed columns: which were found, and what may have been meant."""
    titles = ", ".join(title for title in header if title.strip())
    return BadInput(
        f"{name} lacks the needed column{'s' * (len(missing) > 1)} {', '.join(missing)}; "
        f"found: {titles or 'none'}{_meant(missing, header)}"
    )


@dataclass(slots=True)
class Findings:
    """What a person should know of a file that was read; the lists are those of `ImportReport`."""

    problems: list[RowProblem] = field(default_factory=list)
    left_empty: list[RowProblem] = field(default_factory=list)
    conflicts: list[RowProblem] = field(default_factory=list)
    notes: list[RowProblem] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    encodings: list[Encoding] = field(default_factory=list)
    readings: list[Interpretation] = field(default_factory=list)

    def add(self, other: "Findings") -> None:
        """Take the findings of another file too."""
        for name in self.__slots__:
            getattr(self, name).extend(getattr(other, name))


@dataclass(frozen=True, slots=True)
class Coded:
    """A column whose cells repeat: what each cell means is kept once."""

    codes: Integers
    """(n,) places in `values`."""
    values: Objects
    """(k,) what the distinct texts mean; different texts may mean the same."""

    @property
    def cells(self) -> Objects:
        """(n,) one value a cell."""
        return self.values[self.codes]

    def __getitem__(self, rows: np.ndarray) -> "Coded":
        """Return the column of some rows, chosen by their places or by a mask."""
        return Coded(self.codes[rows], self.values)

    @classmethod
    def joined(cls, columns: Sequence["Coded"]) -> "Coded":
        """Return one column below the other."""
        before = np.cumsum([0] + [len(column.values) for column in columns])
        nothing = cls(np.empty(0, dtype=np.int64), np.empty(0, dtype=object))
        return cls(
            np.concatenate(
                [nothing.codes] + [column.codes + at for column, at in zip(columns, before, strict=False)]
            ),
            np.concatenate([nothing.values] + [column.values for column in columns]),
        )

    def sorted(self) -> "Coded":
        """Return the column with the values of its cells in order, each once; no cell may be None."""
        import pandas as pd  # slow to import: only who brings in many rows pays

        used = np.flatnonzero(np.bincount(self.codes, minlength=len(self.values)))
        places, values = pd.factorize(self.values[used], sort=True)
        moved = np.empty(len(self.values), dtype=np.int64)
        moved[used] = places
        return Coded(moved[self.codes], values)


def _meant(missing: Sequence[str], header: Sequence[str]) -> str:
    plain = {_plain(title): title for title in header}
    near = [
        f"{plain[close[0]]!r} for {column!r}"
        for column in missing
        if (close := difflib.get_close_matches(_plain(column), list(plain), 1))
    ]
    return f"; did you mean {', '.join(near)}?" if near else ""


class Cells:
    """The cells of a table, column by column, while an importer finds out what they mean.

    Only a key refuses a row: such a row is noted in `findings.problems` and left out of `rows`. Any other cell that
    cannot be read is unknown and noted in `findings.left_empty`. Columns are (n,) arrays of objects, n the rows.
    """

    def __init__(
        self,
        name: str,
        lines: Sequence[int],
        texts: Mapping[str, Objects],
        findings: Findings | None = None,
        *,
        files: Sequence[str] = (),
        mapping: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    ) -> None:
        """`texts` holds, by column name, one text a row; `lines` the line on which each row begins.

        `files` names the file or sheet of each row, where there are several. `mapping` says, by column, what stands for
        a text that is written otherwise.
        """
        self.name = name
        self.lines = lines
        self.findings = findings or Findings()
        self.titles: Mapping[str, str] = {}
        """The heading of each column, as it stands in the file."""
        self._texts = {
            column: _mapped(cells, mapping[column]) if column in mapping else cells
            for column, cells in texts.items()
        }
        self._files = files
        self._refused: set[int] = set()

    @classmethod
    def of_texts(
        cls, name: str, lines: Sequence[int], texts: Sequence[str], columns: Iterable[str], findings: Findings
    ) -> "Cells":
        """Return the cells of `texts`, row after row, each row's in the order of `columns`."""
        names = list(columns)
        grid = np.array(texts, dtype=object).reshape(len(lines), len(names))
        return cls(name, lines, {column: grid[:, at] for at, column in enumerate(names)}, findings)

    def has(self, name: str) -> bool:
        """Tell whether the table has a column."""
        return name in self._texts

    def texts(self, name: str) -> Objects:
        """Return the cells of a column as they stand; "" throughout where the table lacks the column."""
        return self._texts[name] if name in self._texts else np.full(len(self.lines), "", dtype=object)

    def column(self, name: str, meaning: Callable[[str], object], *, key: bool = False) -> Objects:
        """Return what the cells of a column mean, one a row.

        Where `meaning` raises ValueError, the row is refused if the column is a key; else the cell is unknown: None.
        Every distinct text is read once, whatever the number of rows.
        """
        return self.coded(name, meaning, key=key).cells

    def coded(self, name: str, meaning: Callable[[str], object], *, key: bool = False) -> Coded:
        """Return a column as `column` does, with each distinct text's meaning kept once."""
        codes, distinct = distinct_texts(self.texts(name))
        try:
            meant = np.fromiter(map(meaning, distinct), dtype=object, count=len(distinct))
        except ValueError:
            meant = self._meant_with_problems(name, meaning, codes, distinct, key)
        return Coded(codes, meant)

    def _meant_with_problems(
        self, name: str, meaning: Callable[[str], object], codes: Integers, distinct: Objects, key: bool
    ) -> Objects:
        meant = np.full(len(distinct), None, dtype=object)
        note = self.refuse if key else self.leave_empty
        for code, text in enumerate(distinct):
            try:
                meant[code] = meaning(text)
            except ValueError as error:
                for at in np.flatnonzero(codes == code):
                    note(int(at), name, str(error))
        return meant

    def place(self, at: int, column: str, reason: str) -> RowProblem:
        """Return what is to be said of the row at position `at`."""
        return RowProblem(self._files[at] if self._files else self.name, self.lines[at], column, reason)

    def refuse(self, at: int, column: str, reason: str) -> None:
        """Leave the row at position `at` out and report why."""
        self._refused.add(at)
        self.findings.problems.append(self.place(at, column, reason))

    def leave_empty(self, at: int, column: str, reason: str) -> None:
        """Report why a cell is taken for unknown; its row stays."""
        self.findings.left_empty.append(self.place(at, column, reason))

    def conflict(self, at: int, other: int, column: str, reason: str) -> None:
        """Report that two rows contradict each other; both lines are named."""
        first = self.place(other, column, "")
        where = (
            f"line {first.line}"
            if first.file == self.place(at, column, "").file
            else f"{first.file}:{first.line}"
        )
        self.findings.conflicts.append(self.place(at, column, f"{reason} ({where})"))

    def note(self, at: int, column: str, reason: str) -> None:
        """Report what was taken otherwise than it stands."""
        self.findings.notes.append(self.place(at, column, reason))

    def is_refused(self, at: int) -> bool:
        """Tell whether the row at position `at` is left out already."""
        return at in self._refused

    @property
    def kept_rows(self) -> Integers:
        """The positions of the rows that are not refused."""
        good = np.ones(len(self.lines), dtype=bool)
        good[list(self._refused)] = False
        return np.flatnonzero(good)

    def kept(self, *columns: Coded) -> list[Coded]:
        """Return such columns without the cells of refused rows."""
        if not self._refused:
            return list(columns)
        good = self.kept_rows
        return [column[good] for column in columns]

    def rows(self, *columns: Iterable[Any]) -> list[tuple[Any, ...]]:
        """Return the rows of such columns without the refused ones."""
        rows = zip(*columns, strict=True)
        return [row for at, row in enumerate(rows) if at not in self._refused]


def distinct_texts(texts: Objects) -> tuple[Integers, Objects]:
    """Return (n,) each text's place among the distinct ones, and these, (k,), in the order in which they come."""
    if len(texts) >= _FEW_ROWS:
        import pandas as pd

        return pd.factorize(texts)
    places: dict[str, int] = {}
    codes = np.fromiter(
        (places.setdefault(text, len(places)) for text in texts), dtype=np.int64, count=len(texts)
    )
    return codes, np.fromiter(places, dtype=object, count=len(places))


def _mapped(cells: Objects, meant: Mapping[str, str]) -> Objects:
    plainly = {_plain(written): text for written, text in meant.items()}
    return np.array([plainly.get(_plain(cell), cell) for cell in cells], dtype=object)


def _plain(name: str) -> str:
    return "".join(name.split()).replace("_", "").replace("-", "").casefold()


def safe_cell(value: object) -> object:
    """Return what may stand in a cell of an exported CSV file.

    A text that a spreadsheet would run as a formula gets a leading ', which the importers take off again. Numbers,
    dates and None pass unchanged.

    >>> safe_cell("=1+1"), safe_cell("plain"), safe_cell(-3)
    ("'=1+1", 'plain', -3)
    """
    if isinstance(value, str) and value.lstrip(" '").startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def unguarded(text: str) -> str:
    """Return a cell's text without the mark that `safe_cell` puts before a formula.

    >>> unguarded("'=1+1"), unguarded("'tis")
    ('=1+1', "'tis")
    """
    if text.startswith("'") and text[1:].lstrip(" '").startswith(_FORMULA_STARTS):
        return text[1:]
    return text


def csv_of(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file that spreadsheets open as it is meant: UTF-8 with BOM, semicolons, no live formulas."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(header)
    writer.writerows([safe_cell("" if cell is None else cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file as `csv_of` makes it. Raises BadInput where it cannot be written."""
    try:
        path.write_bytes(csv_of(header, rows))
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None
