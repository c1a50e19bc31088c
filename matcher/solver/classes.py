"""Can any set of the whole store keep these demands? One small MIP over classes of exchangeable candidates.

Candidates alike in every row and matching are one class with a count, so tens of thousands of organisations become
some hundreds of integers. Each demand carries a binary "dropped", fixed to 0 or 1 by its bounds alone, and each of
its conditions an amount of slack: one matrix answers every question about subsets and repairs. HiGHS solves it
(`scipy.optimize.milp`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from matcher.solver.clauses import Atom, Cap, Clause, LinearRow, Match
from matcher.solver.packing import alike

LARGEST = 60
"""No set has more members, even where the size wish is dropped."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassSolution:
    """A solution: how many members of each class, what was dropped, and the slack used, by (demand, condition)."""

    counts: np.ndarray
    dropped: tuple[str, ...]
    slack: Mapping[tuple[str, int], float]


class ClassModel:
    """The MIP over one list of clauses, asked again and again with other demands in force."""

    def __init__(self, clauses: Sequence[Clause], demands: Sequence[str], n: int) -> None:
        self.demands = tuple(demands)
        self.kind, self.first = _classes(clauses, n)
        self.count = np.bincount(self.kind)
        self._columns = self.count.size
        self._lower: list[np.ndarray] = [np.zeros(self.count.size)]
        self._upper: list[np.ndarray] = [np.minimum(self.count, LARGEST).astype(float)]
        self._whole: list[np.ndarray] = [np.ones(self.count.size)]
        self._entries: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._floor: list[float] = []
        self._drop = {name: self._variables(1, 1.0, True)[0] for name in self.demands}
        self._slack: dict[tuple[str, int], int] = {}
        everyone = np.arange(self.count.size)
        self._row(everyone, np.ones(self.count.size), 1.0)
        self._row(everyone, -np.ones(self.count.size), -float(LARGEST))
        conditions: dict[str, int] = {}
        for clause in clauses:
            self._clause(clause, conditions)
        self._matrix = self._assembled()

    def solve(
        self, active: Collection[str], *, elastic: Mapping[str, float] | None = None, slack: str | None = None
    ) -> ClassSolution | None:
        """Return a solution keeping the active demands, or None where there is none.

        `elastic`: active demands that may be dropped at these costs, cheapest together. `slack`: a demand whose
        conditions may be missed by an amount, the smallest total.
        """
        lower, upper = np.concatenate(self._lower), np.concatenate(self._upper)
        cost = np.zeros(self._columns)
        elastic = elastic or {}
        for name, column in self._drop.items():
            if name in elastic:
                cost[column] = elastic[name]
            else:
                lower[column] = upper[column] = 0.0 if name in active else 1.0
        for (name, _), column in self._slack.items():
            if name == slack:
                cost[column] = 1.0
            else:
                upper[column] = 0.0
        answer = milp(
            cost,
            integrality=np.concatenate(self._whole),
            bounds=Bounds(lower, upper),
            constraints=LinearConstraint(self._matrix, np.array(self._floor), np.inf),
            options={"time_limit": 5.0},
        )
        if answer.x is None:
            return None
        return ClassSolution(
            np.rint(answer.x[: self.count.size]).astype(int),
            tuple(name for name in elastic if answer.x[self._drop[name]] > 0.5),
            {key: float(answer.x[c]) for key, c in self._slack.items() if answer.x[c] > 1e-6},
        )

    def members(self, counts: np.ndarray, preference: np.ndarray) -> tuple[int, ...]:
        """Return candidates that make up these counts, in each class those preferred most."""
        chosen: list[int] = []
        for kind in np.flatnonzero(counts):
            inside = np.flatnonzero(self.kind == kind)
            order = inside[np.argsort(-preference[inside], kind="stable")]
            chosen.extend(int(p) for p in order[: counts[kind]])
        return tuple(sorted(chosen))

    def _variables(self, number: int, upper: float | np.ndarray, whole: bool) -> np.ndarray:
        columns = np.arange(self._columns, self._columns + number)
        self._columns += number
        self._lower.append(np.zeros(number))
        self._upper.append(np.broadcast_to(np.asarray(upper, float), (number,)).copy())
        self._whole.append(np.full(number, 1.0 if whole else 0.0))
        return columns

    def _row(self, columns: np.ndarray, values: np.ndarray, floor: float) -> None:
        self._entries.append(
            (np.full(len(columns), len(self._floor)), np.asarray(columns), np.asarray(values))
        )
        self._floor.append(floor)

    def _assembled(self) -> sp.csr_array:
        rows, columns, values = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        return sp.csr_array((values, (rows, columns)), shape=(len(self._floor), self._columns))

    def _clause(self, clause: Clause, conditions: dict[str, int]) -> None:
        """Each way holds where chosen; one is chosen unless a demand of the clause is dropped."""
        off = np.array([self._drop[name] for name in clause.demands])
        name = clause.demands[0]
        if len(clause.ways) > 1:
            chosen = self._variables(len(clause.ways), 1.0, True)
            self._row(np.r_[chosen, off], np.ones(chosen.size + off.size), 1.0)
            for way, column in zip(clause.ways, chosen, strict=True):
                for atom in way:
                    # The way is in force where its binary is 1: its absence, 1 - z, frees the atom.
                    self._atom(atom, np.array([column]), np.array([-1.0]), 1.0)
            return
        for atom in clause.ways[0]:
            extra, factor = off, np.ones(off.size)
            if len(clause.demands) == 1:
                key = (name, conditions.setdefault(name, 0))
                conditions[name] += 1
                self._slack[key] = int(self._variables(1, 1e6, False)[0])
            self._atom(atom, extra, factor, 0.0, self._slack.get((name, conditions.get(name, 0) - 1)))

    def _atom(
        self, atom: Atom, switch: np.ndarray, factor: np.ndarray, base: float, slack: int | None = None
    ) -> None:
        """State the atom, freed by as much as base + factor · switch says (0 in force, 1 or more free)."""
        extra = np.zeros(0, int) if slack is None else np.array([slack])
        if isinstance(atom, LinearRow):
            self._linear(atom, switch, factor, base, extra)
            return
        if isinstance(atom, Cap):
            for row in self._spread(atom):
                self._linear(row, switch, factor, base, extra)
            return
        if atom.need > 0:
            self._matching(atom, switch, factor, base, extra)
        if atom.cap < LARGEST:
            self._at_most(atom, switch, factor, base, extra)

    def _at_most(
        self, match: Match, switch: np.ndarray, factor: np.ndarray, base: float, extra: np.ndarray
    ) -> None:
        """Distinct left labels, no more than the cap: a binary for each shared label; lone ones count themselves."""
        left = match.left[self.first]
        lone = _lone(match.left)[self.first]
        part = np.flatnonzero((left >= 0) & ~lone)
        names, place = np.unique(left[part], return_inverse=True)
        present = self._variables(names.size, 1.0, True)
        for column, label in zip(part, present[place], strict=True):
            most = float(min(self.count[column], LARGEST))
            self._row(np.array([label, column]), np.array([most, -1.0]), 0.0)
        sole = np.flatnonzero(lone)
        free = float(names.size + self.count[sole].sum())
        self._row(
            np.r_[present, sole, switch, extra],
            np.r_[-np.ones(names.size + sole.size), free * factor, np.ones(extra.size)],
            -float(match.cap) - free * base,
        )

    def _spread(self, cap: Cap) -> list[LinearRow]:
        """The cap's rows, and for groups of one a row for their whole class: necessary, exact for a class of one."""
        rows, total = list(cap.rows()), cap.total()
        lone = _lone(cap.label) & ~np.isnan(cap.size) & ~cap.loose
        for kind in np.unique(self.kind[lone]):
            inside = self.kind == kind
            rows.append(LinearRow(np.where(inside, total - cap.size / self.count[kind], total), 0.0))
        return rows

    def _linear(
        self, row: LinearRow, switch: np.ndarray, factor: np.ndarray, base: float, extra: np.ndarray
    ) -> None:
        coef = row.coef[self.first]
        worst = np.minimum(np.sort(np.repeat(coef, np.minimum(self.count, LARGEST)))[:LARGEST], 0.0).sum()
        if worst >= row.need:
            return  # nothing can break it
        coef = np.minimum(coef, row.need - worst)  # more than this never helps; keeps large entries in scale
        unit = np.abs(coef).max(initial=0.0) or 1.0
        columns = np.flatnonzero(coef)
        free = (row.need - worst) / unit
        self._row(
            np.r_[columns, switch, extra],
            np.r_[coef[columns] / unit, free * factor, np.ones(extra.size)],
            row.need / unit - free * base,
        )

    def _matching(
        self, match: Match, switch: np.ndarray, factor: np.ndarray, base: float, extra: np.ndarray
    ) -> None:
        """Representatives f <= x, one at most for each left and each right label: a flow, so f need not be whole."""
        left, right = match.left[self.first], match.right[self.first]
        part = np.flatnonzero((left >= 0) & (right >= 0))
        flow = self._variables(part.size, np.minimum(self.count[part], LARGEST), False)
        for f, column in zip(flow, part, strict=True):
            self._row(np.array([column, f]), np.array([1.0, -1.0]), 0.0)
        for side, table in ((left, match.left), (right, match.right)):
            lone = _lone(table)[self.first][part]
            for label in np.unique(side[part][~lone]):
                inside = flow[(side[part] == label) & ~lone]
                self._row(inside, -np.ones(inside.size), -1.0)
        free = float(match.need)
        self._row(
            np.r_[flow, switch, extra],
            np.r_[np.ones(flow.size), free * factor, np.ones(extra.size)],
            free - free * base,
        )


def _lone(labels: np.ndarray) -> np.ndarray:
    """Return (n,) bool: nobody else has this label, so it never stands in another's way."""
    lone: np.ndarray = np.bincount(labels[labels >= 0], minlength=1)[np.maximum(labels, 0)] == 1
    return lone & (labels >= 0)


def _classes(clauses: Sequence[Clause], n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return each candidate's class (n,) and each class's first candidate."""
    columns: list[np.ndarray] = []
    labels: list[np.ndarray] = []
    for atom in (atom for clause in clauses for way in clause.ways for atom in way):
        match atom:
            case LinearRow():
                columns.append(atom.coef)
            case Match():
                labels.extend((atom.left, atom.right))
            case Cap():
                columns.extend((np.nan_to_num(atom.size, nan=-1.0), atom.loose))
                labels.append(atom.label)
    kind = alike(columns, labels, n)
    return kind, np.unique(kind, return_index=True)[1]
