"""Where in a sheet is the table, and which of its columns is which?

The heading row is the one among the first whose titles say most. What stands above it is a preamble; a row above may
hold the titles of groups of columns. Below it, repeated headings, totals and single remarks are no rows.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from data.country_names import code_of
from data.model import Ignored, Interpretation, RowProblem
from data.sources.grids import NO_RESULT, Grid
from data.sources.headings import meaning_of
from data.sources.spelling import plain
from data.sources.table import Column, Findings
from data.sources.vocabulary import is_total, is_unknown, kind_of

FIRST_ROWS = 50
"""Among so many rows the headings are looked for."""
MANY = ("partners",)
"""Columns that a table may have several of."""
_EXACT = 20
_LONGEST_HEADING = 120
_LEGAL_FORM = re.compile(
    r"\b(?:GmbH|mbH|AG|KG|UG|SE|S\.?A\.?S?|S\.?r\.?l|S\.?p\.?A|B\.?V|N\.?V|Oy|Oyj|AB|A/S|ApS|AS|Ltd|Limited|Inc|plc|"
    r"s\.?\s?r\.?\s?o|a\.?\s?s|Sp\. ?z ?o\. ?o|S\.?L|Lda|d\.?o\.?o|Kft|Zrt|OÜ|SIA|UAB|EOOD|ООД|ЕООД|АД|ΑΕ|ΕΠΕ|e\. ?V|"
    r"Universit\w*|Hochschule|Institut\w*|University|Ltda)\b"
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was found: where its headings stand, and where each known column is."""

    grid: Grid
    header: int
    """The place of the heading row among the grid's rows."""
    titles: Sequence[str]
    columns: Mapping[str, Sequence[int]]
    """By name, the places of the known columns; only those in MANY have several."""
    weight: int
    needed: int = 0
    """How many columns every row needs."""
    by_content: frozenset[str] = frozenset()
    """Columns that were known by what stands in them."""


Renamed = Mapping[str, str]
"""What a heading means in general, to the name that an importer's column has for it."""


def table_of(
    grid: Grid, columns: Sequence[Column], renamed: Renamed, stated: Mapping[str, str]
) -> Table | None:
    """Return the best table of a sheet; None where no row could be headings. `stated`: headings by column, as told."""
    best: Table | None = None
    for at in range(min(FIRST_ROWS, len(grid.rows))):
        candidate = _headings(grid, at, columns, renamed, stated)
        if candidate is not None and (best is None or candidate.weight > best.weight):
            best = candidate
    return best and _with_content(best, columns)


def _headings(
    grid: Grid, at: int, columns: Sequence[Column], renamed: Renamed, stated: Mapping[str, str]
) -> Table | None:
    titles = [" ".join(text.split()) for text in _across(grid, at)]
    groups = _groups(grid, at)
    exact = {plain(name).replace(" ", ""): column.name for column in columns for name in column.names}
    by_user = {plain(heading): column for column, heading in stated.items()}
    known = {column.name for column in columns}
    best: dict[str, tuple[int, int]] = {}
    several: dict[str, list[int]] = {}
    for place, title in enumerate(titles):
        if not title or len(title) > _LONGEST_HEADING:
            continue
        group = groups[place] if place < len(groups) else ""
        if plain(title) in by_user:
            name, weight = by_user[plain(title)], 3 * _EXACT
        elif plain(title).replace(" ", "") in exact:
            name, weight = exact[plain(title).replace(" ", "")], _EXACT
        else:
            heading = meaning_of(title, group)
            name, weight = renamed.get(heading.column or "", heading.column or ""), heading.weight
        if name not in known or (name in stated and weight < 3 * _EXACT):
            continue
        if name in MANY:
            several.setdefault(name, []).append(place)
        elif weight > best.get(name, (-1, 0))[1]:
            best[name] = (place, weight)
    weight = sum(weight for _, weight in best.values()) + 5 * len(several)
    if not best:
        return None
    places = {name: [place] for name, (place, _) in best.items()} | several
    return Table(grid, at, titles, places, weight, sum(column.needed for column in columns))


def _across(grid: Grid, at: int) -> list[str]:
    """Return the heading row; where a heading was merged down from above, its text."""
    row = list(grid.rows[at])
    line = grid.lines[at]
    for merge in grid.merges:
        if merge.top < line <= merge.bottom and merge.left == merge.right:
            above = [place for place in range(at) if grid.lines[place] == merge.top]
            if above and merge.left < len(grid.rows[above[0]]):
                row += [""] * (merge.left + 1 - len(row))
                row[merge.left] = row[merge.left] or grid.rows[above[0]][merge.left]
    return row


def _groups(grid: Grid, at: int) -> Sequence[str]:
    """Return, for each column, the title of its group: what stands in the row above it, merged or not."""
    if at == 0 or grid.lines[at - 1] != grid.lines[at] - 1:
        return ()
    above = grid.filled_right(at - 1)
    return above if sum(1 for text in grid.rows[at - 1] if text.strip()) > 1 else ()


def _with_content(table: Table, columns: Sequence[Column]) -> Table:
    """Return the table with columns known by what stands in them, where no heading told."""
    places = dict(table.columns)
    taken = {place for among in places.values() for place in among}
    below = table.grid.rows[table.header + 1 :]
    width = max((len(row) for row in below), default=0)
    cells = {
        place: texts
        for place in range(width)
        if place not in taken
        and (texts := [row[place] for row in below if place < len(row) and not is_unknown(row[place])])
        and not (place < len(table.titles) and _says_something(table.titles[place]))
    }
    known = {column.name for column in columns}
    recognised: set[str] = set()
    for name, fits in _BY_CONTENT.items():
        names = {"organisation_name": ("name",), "organisation": ("id",)}.get(name, ())
        name = next((other for other in names if other in known and name not in known), name)
        if name in known and name not in places:
            scores = {place: score for place, texts in cells.items() if (score := fits(texts)) > 0}
            if scores:
                place = max(scores, key=lambda place: (scores[place], -place))
                places[name] = [place]
                recognised.add(name)
                del cells[place]
    return replace(table, columns=places, by_content=frozenset(recognised))


def _says_something(title: str) -> bool:
    """Tell whether a heading is understood, be it as something that no importer reads."""
    return bool(title) and meaning_of(title) != meaning_of("")


def _share(texts: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(map(fits, texts)) / len(texts)


_BY_CONTENT: Mapping[str, Callable[[Sequence[str]], float]] = {
    "organisation": lambda texts: (
        _share(texts, lambda text: bool(re.fullmatch(r"\d{9}", text.strip()))) - 0.8
    ),
    "country": lambda texts: (
        _share(texts, lambda text: len(text.strip()) > 1 and code_of(text) is not None) - 0.8
    ),
    "kind": lambda texts: _share(texts, lambda text: kind_of(text) is not None and len(text) < 60) - 0.8,
    "text": lambda texts: sum(map(len, texts)) / len(texts) - 60,
    "organisation_name": lambda texts: _share(texts, lambda text: bool(_LEGAL_FORM.search(text))) - 0.3,
    "title": lambda texts: (
        1.0 if 8 <= sum(map(len, texts)) / len(texts) <= 150 and _share(texts, _is_wordy) > 0.8 else -1.0
    ),
}
"""How well the cells of a column fit what is looked for; more than 0 is good enough. The surest come first."""


def _is_wordy(text: str) -> bool:
    return len(re.findall(r"[^\W\d_]{2,}", text)) >= 2 and "@" not in text


def rows_below(table: Table, findings: Findings) -> tuple[list[int], list[list[str]]]:
    """Return the lines and cells of the table's rows; what is no row is noted in `findings`."""
    grid = table.grid
    name = label(grid)
    for at in range(table.header):
        text = " | ".join(cell for cell in grid.rows[at] if cell.strip())
        findings.notes.append(RowProblem(name, grid.lines[at], "", f"{_cut(text)} stands above the table"))
    width = max(
        len(table.titles), max((place + 1 for at in table.columns.values() for place in at), default=0)
    )
    headings = [plain(title) for title in table.titles]
    filled = grid.filled_down()
    lines, rows = [], []
    for at in range(table.header + 1, len(grid.rows)):
        cells, line = filled[at], grid.lines[at]
        said = [place for place, text in enumerate(grid.rows[at]) if text.strip()]
        if (reason := _no_row(grid.rows[at], said, headings, table.needed)) is not None:
            findings.notes.append(RowProblem(name, line, "", reason))
        elif not grid.sheet and any(text.strip() for text in cells[width:]):
            reason = f"has {len(cells)} cells, the header has {width}"
            findings.problems.append(RowProblem(name, line, "", reason))
        elif said:
            lines.append(line)
            rows.append(cells[:width] + [""] * (width - len(cells)))
    return lines, rows


def _no_row(cells: Sequence[str], said: Sequence[int], headings: Sequence[str], needed: int) -> str | None:
    """Return why what stands in a line is no row of the table; None where it is one."""
    if not said:
        return None
    same = [
        place
        for place in said
        if place < len(headings) and headings[place] and plain(cells[place]) == headings[place]
    ]
    if len(same) >= 2 and len(same) >= len(said) / 2:
        return "repeats the headings"
    first, *rest = said
    if is_total(cells[first]) and all(_is_number(cells[place]) for place in rest):
        return f"{_cut(cells[first])} is a row of totals"
    if len(said) == 1 < needed:
        return f"{_cut(cells[first])} stands alone; it is no row"
    return None


def _is_number(text: str) -> bool:
    return (
        text == NO_RESULT
        or is_unknown(text)
        or re.fullmatch(r"[\d\s.,'’€%+–-]+(?:EUR|Mio\.?|T€)?\s*€?", text.strip()) is not None
    )


def readings_of(table: Table) -> list[Interpretation]:
    """Return what the headings were taken for, where they are not the columns' own names."""
    readings = []
    for name, places in table.columns.items():
        for place in places:
            title = table.titles[place] if place < len(table.titles) else ""
            written = title or f"column {place + 1}"
            if name in table.by_content:
                written += " (by its content)"
            if written.casefold() != name.casefold():
                readings.append(Interpretation("column", written, name, _filled(table, place)))
    return readings


def ignored_of(table: Table) -> list[Ignored]:
    """Return the columns that nobody reads and in which something stands."""
    taken = {place for places in table.columns.values() for place in places}
    width = max((len(row) for row in table.grid.rows[table.header :]), default=0)
    return [
        Ignored(label(table.grid), f"column {title!r}", filled)
        for place in range(width)
        if place not in taken and (filled := _filled(table, place))
        for title in [(table.titles[place] if place < len(table.titles) else "") or str(place + 1)]
    ]


def _filled(table: Table, place: int) -> int:
    return sum(1 for row in table.grid.rows[table.header + 1 :] if place < len(row) and row[place].strip())


def label(grid: Grid) -> str:
    """Return how a sheet is named in reports."""
    return f"{grid.file}[{grid.sheet}]" if grid.sheet else grid.file


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= 60 else text[:59] + "…")
