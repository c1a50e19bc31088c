"""What did a benchmark find? Figures, tables and sentences, printed as they come and kept as JSON."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from benchmarks.machine import Provenance

RESULTS = Path(__file__).with_name("results")

Cell = str | int | float | None


@dataclass(slots=True)
class FigureTable:
    """Rows of figures as they were measured; `columns`: heading -> how its numbers are written, such as ".2f"."""

    columns: dict[str, str]
    rows: list[list[Cell]] = field(default_factory=list)

    def heading(self) -> list[str]:
        """Return the two lines that begin a Markdown table."""
        return [line(self.columns), line("---" for _ in self.columns).replace(" ", "")]

    def line(self, row: Sequence[Cell]) -> str:
        """Return one row as it is shown.

        >>> FigureTable({"what": "", "ms": ".1f"}).line(["search", 2.04])
        '| search | 2.0 |'
        """
        return line(shown(cell, form) for cell, form in zip(row, self.columns.values(), strict=True))

    def markdown(self) -> list[str]:
        """Return the lines of the whole table."""
        return [*self.heading(), *(self.line(row) for row in self.rows)]


def line(cells: Iterable[str]) -> str:
    """Return a line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def shown(cell: Cell, form: str) -> str:
    """Return a cell as a reader sees it: words as they are, numbers in their column's form, nothing as a dash.

    >>> shown(0.984, ".0%"), shown("none", ".0f"), shown(None, ".0f")
    ('98%', 'none', '–')
    """
    if cell is None:
        return "–"
    return cell if isinstance(cell, str) else format(cell, form)


def plain(cell: Any) -> Cell:
    """Return a number of numpy's as Python's; no number at all (nan) is nothing.

    >>> plain(float("nan")) is None
    True
    """
    value = cell.item() if hasattr(cell, "item") else cell
    return None if isinstance(value, float) and math.isnan(value) else value


@dataclass(slots=True)
class Report:
    """One run's answer: printed while it grows, written when it is whole."""

    benchmark: str
    setting: Provenance
    arguments: dict[str, Cell] = field(default_factory=dict)
    figures: dict[str, Cell] = field(default_factory=dict)
    tables: dict[str, FigureTable] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        """Print a sentence of the answer and keep it."""
        self.sentences.append(sentence)
        print(sentence, flush=True)

    def figure(self, name: str, value: Any) -> None:
        """Keep a single number under a name that says its unit, such as `ready_s`."""
        self.figures[name] = plain(value)

    def table(
        self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]], title: str = ""
    ) -> None:
        """Print a table row by row as the rows come, and keep it under its name."""
        table = self.tables[name] = FigureTable(dict(columns))
        print("\n".join(["", *([title, ""] if title else []), *table.heading()]), flush=True)
        for row in rows:
            table.rows.append([plain(cell) for cell in row])
            print(table.line(table.rows[-1]), flush=True)
        print()

    def write(self, path: Path) -> None:
        """Write all that was found as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote."""
        content = json.loads(path.read_text(encoding="utf-8"))
        content["setting"] = Provenance(**content["setting"])
        content["tables"] = {name: FigureTable(**table) for name, table in content["tables"].items()}
        return cls(**content)
