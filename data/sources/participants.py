"""What do the rows of many projects together say of who took part in them?

One organisation stands in many projects, and not always with the same facts. Fact by fact, the project that started
last and states it decides (ties: the larger project id). A later import follows the same law: projects older than
those that the store knows of an organisation only fill what is unknown.

Dates are ISO 8601 texts here, which sort as the dates do; "" comes before all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, repeat

import numpy as np
import pandas as pd

from data.model import Kind
from data.sources.table import Coded, Objects
from data.tables import Row, searchable


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knew before: when its projects start, and when each organisation's latest one does."""

    starts: dict[str, str | None]
    latest: dict[str, str]


@dataclass(frozen=True, slots=True)
class Parts:
    """All participations in order of time: by the project's start, then its id, then as the files have them.

    Columns of one length. The values of `project` and `organisation` are ids in order, each once.
    """

    project: Coded
    organisation: Coded
    role: Coded
    contribution: Coded
    facts: tuple[Coded, ...]
    """Name, country, kind, SME flag, city and URL."""
    starts: Objects
    """For each of the projects, its start or ""."""

    @classmethod
    def of(cls, columns: Sequence[Coded], starts: Mapping[str, str | None]) -> "Parts":
        """Bring columns (project, organisation, role, contribution, facts) into order of time."""
        project, organisation = columns[0].sorted(), columns[1].sorted()
        begun = np.array([starts.get(ident) or "" for ident in project.values], dtype=object)
        rank = np.empty(len(begun), dtype=np.int64)
        rank[np.argsort(begun, kind="stable")] = np.arange(len(begun))
        order = np.argsort(rank[project.codes], kind="stable")
        role, contribution, *facts = (column[order] for column in columns[2:])
        return cls(project[order], organisation[order], role, contribution, tuple(facts), begun)


def participations(parts: Parts) -> Iterable[Row]:
    """Return one row a project and organisation: a coordinator stays one, different sums add up."""
    order = np.lexsort((parts.organisation.codes, parts.project.codes))
    columns = [
        column[order] for column in (parts.project, parts.organisation, parts.role, parts.contribution)
    ]
    rows = list(zip(*(column.cells.tolist() for column in columns), strict=True))
    same = [np.diff(column.codes) == 0 for column in columns[:2]]
    if not np.any(same[0] & same[1]):
        return rows
    joined: dict[Row, Row] = {}
    for row in dict.fromkeys(rows):
        first = joined.setdefault(row[:2], row)
        if first is not row:
            role = "coordinator" if "coordinator" in (first[2], row[2]) else row[2]
            amounts = [amount for amount in (first[3], row[3]) if amount is not None]
            joined[row[:2]] = (*row[:2], role, sum(amounts) if amounts else None)
    return joined.values()


def organisations(parts: Parts, known: Known) -> tuple[list[Row], list[Row]]:
    """Return the rows of organisations whose facts are at least as new as the store's, and those of older ones."""
    idents = parts.organisation.values
    last = np.zeros(len(idents), dtype=np.int64)
    last[parts.organisation.codes] = parts.project.codes  # of a repeated place, the last value stands
    name, country, kind, sme, city, url = (_latest(fact, parts.organisation) for fact in parts.facts)
    search = Coded(name.codes, np.array([searchable(text or "") for text in name.values], dtype=object))
    sized = kind.cells
    sized[(sized == Kind.COMPANY.value) & (sme.cells == np.True_)] = Kind.SME.value
    nothing = repeat(None)
    rows = list(
        zip(
            idents.tolist(),
            name.cells.tolist(),
            country.cells.tolist(),
            sized.tolist(),
            sme.cells.tolist(),
            nothing,
            city.cells.tolist(),
            url.cells.tolist(),
            nothing,
            repeat(False),
            search.cells.tolist(),
            nothing,
            strict=False,
        )
    )
    is_new = [
        start >= known.latest.get(ident, "") for ident, start in zip(idents, parts.starts[last], strict=True)
    ]
    return list(compress(rows, is_new)), [row for row, new in zip(rows, is_new, strict=True) if not new]


def _latest(fact: Coded, organisation: Coded) -> Coded:
    """Return for each organisation the last value that is not None; None where there is none."""
    is_known = pd.notna(fact.values)[fact.codes]
    latest = np.full(len(organisation.values), len(fact.values))  # the place of the None at the end
    latest[organisation.codes[is_known]] = fact.codes[is_known]
    return Coded(latest, np.concatenate([fact.values, np.full(1, None, dtype=object)]))
