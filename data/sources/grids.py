"""What stands in a file before anybody knows what it means? Sheets of texts, with the line of each row."""

from collections.abc import Sequence
from dataclasses import dataclass, field

NO_RESULT = "#FORMULA!"
"""What stands in a cell whose formula has no computed value."""


@dataclass(frozen=True, slots=True)
class MergedCells:
    """Cells that were merged into one: lines and columns, both ends included; columns count from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of one sheet in which something stands; a text file is one sheet without a name."""

    file: str
    sheet: str
    lines: Sequence[int]
    """The line on which each row begins, or its number in the sheet; ascending."""
    rows: Sequence[Sequence[str]]
    merges: Sequence[MergedCells] = field(default=())
    is_hidden: bool = False
    hidden_rows: int = 0
    """How many rows are hidden, as by a filter."""

    @property
    def filled(self) -> int:
        """In how many cells something stands."""
        return sum(1 for row in self.rows for text in row if text.strip())

    def filled_down(self) -> list[list[str]]:
        """Return the rows with each vertically merged cell's text in all its rows."""
        rows = [list(row) for row in self.rows]
        for merge in self.merges:
            if merge.bottom == merge.top:
                continue
            inside = [at for at, line in enumerate(self.lines) if merge.top <= line <= merge.bottom]
            if not inside or self.lines[inside[0]] != merge.top or merge.left >= len(rows[inside[0]]):
                continue
            for at in inside[1:]:
                rows[at] += [""] * (merge.left + 1 - len(rows[at]))
                rows[at][merge.left] = rows[inside[0]][merge.left]
        return rows

    def filled_right(self, at: int) -> list[str]:
        """Return one row with each horizontally merged cell's text in all its columns, as group titles stand."""
        row = list(self.rows[at])
        for merge in self.merges:
            if merge.top <= self.lines[at] <= merge.bottom and merge.left < len(row):
                row += [""] * (merge.right + 1 - len(row))
                row[merge.left : merge.right + 1] = [row[merge.left]] * (merge.right + 1 - merge.left)
        return row
