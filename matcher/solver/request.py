"""What does a problem ask, read once over the whole store, and how does a part of it look to the search?"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from data.demands import Demand
from data.errors import BadInput
from matcher.solver.clauses import Clause, Reader, Row
from matcher.solver.kernel import TOLERANCE, Gains
from matcher.solver.packing import as_rules
from matcher.solver.problem import Problem
from matcher.solver.search import Case, narrow, price_rows, search
from matcher.solver.utility import Utility
from matcher.solver.wishes import SIZE, wish_demands

SMALL = 300
PROOF_S = 5.0
"""How long an exhaustive search may take to settle whether some demands can be met together."""


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """A problem with its demands and wishes read into clauses over all candidates.

    `held`: positions of those who must be in; `barred` (n,) bool: those whom a demand keeps out by itself.
    """

    problem: Problem
    demands: tuple[Demand, ...]
    clauses: tuple[Clause, ...]
    held: tuple[int, ...]
    barred: np.ndarray
    utility: Utility

    @classmethod
    def of(cls, problem: Problem) -> "Request":
        """Raises BadInput where somebody is asked for who is no candidate."""
        wishes, facts = problem.wishes, problem.facts
        place = facts.places
        named = (*wishes.must, *(() if wishes.coordinator is None else (wishes.coordinator,)))
        for name in named:
            if name not in place:
                raise BadInput(
                    f"organisation {name} is asked for but is not among the {len(facts)} candidates; "
                    "drop the wish or add the organisation"
                )
        demands = (*problem.demands, *wish_demands(wishes))
        facts = facts.settled(roles=wishes.roles)
        reader = Reader(facts, problem.on, problem.pillar, wishes.coordinator, problem.same_owner)
        clauses = reader.clauses(demands)
        held = tuple(sorted({place[name] for name in named}))
        return cls(problem, demands, clauses, held, barred(clauses, len(facts)), Utility.of(problem))

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of the demands that restrict who takes part."""
        concerned = {name for clause in self.clauses for name in clause.demands}
        return tuple(demand.id for demand in self.demands if demand.id in concerned)

    def case(self, pool: np.ndarray) -> Case:
        """The kernel's numbers for the candidates at `pool`, under all demands."""
        inside = np.isin(pool, self.held)
        return self._case(
            pool, [clause.take(pool) for clause in self.clauses], inside, self.problem.wishes.size
        )

    def narrowed(self, value: float | None, pool: np.ndarray, everybody: Gains) -> tuple[np.ndarray, float]:
        """Who could be in a set worth more than `value`, and what no set of all candidates can exceed.

        `everybody`: the gains of all candidates, `utility.gains()`. `pool`: ascending positions of promising
        candidates, all who must be in among them: there the prices are found. With no value yet, everybody who is
        not barred, and no bound.
        """
        n = len(self.problem.facts)
        if value is None or n <= SMALL:
            return (np.flatnonzero(~self.barred) if value is None else np.arange(n)), np.inf
        status = np.where(self.barred, -1, 0).astype(np.int8)
        status[list(self.held)] = 1
        size = self.problem.wishes.size
        rows = price_rows(self.clauses, n, size[1], caps=False)
        return narrow(everybody, rows, status, size, value, pool)

    def feasible(self, active: Collection[str]) -> bool:
        """Whether these demands can be met together, by exhaustive search over all candidates."""
        pool = np.arange(len(self.problem.facts))
        chosen = [clause for clause in self.clauses if set(clause.demands) <= set(active)]
        size = self.problem.wishes.size if SIZE in active else (1, min(40, pool.size))
        outcome = search(self._case(pool, chosen, np.zeros(pool.size, bool), size), budget_s=PROOF_S)
        return bool(outcome.team) or not outcome.exhausted

    def _case(
        self, pool: np.ndarray, clauses: Sequence[Clause], inside: np.ndarray, size: tuple[int, int]
    ) -> Case:
        outside = barred(clauses, pool.size)
        binding = [clause for clause in clauses if not _idle(clause, inside, outside, size[1])]
        rows, needs = price_rows(binding, pool.size, size[1])
        return Case(
            gains=self.utility.gains(pool),
            rules=as_rules(binding, pool.size),
            price_row=rows,
            price_need=needs,
            inside=inside,
            outside=outside,
            least=size[0],
            most=size[1],
        )


def barred(clauses: Iterable[Clause], n: int) -> np.ndarray:
    """Return (n,) bool: whom some row keeps out alone, since nobody adds to that row."""
    out = np.zeros(n, bool)
    for clause in clauses:
        if (row := _sole_row(clause)) is not None and row.coef.max(initial=0.0) <= 0:
            out |= row.coef < row.need - TOLERANCE
    return out


def _sole_row(clause: Clause) -> Row | None:
    """The clause's row, where the clause is one row and nothing else."""
    if len(clause.ways) == 1 and len(clause.ways[0]) == 1 and isinstance(clause.ways[0][0], Row):
        return clause.ways[0][0]
    return None


def _idle(clause: Clause, inside: np.ndarray, outside: np.ndarray, most: int) -> bool:
    """Whether every set of at most `most` that holds the inside and spares the outside keeps the clause anyway."""
    if clause.demands == (SIZE,):
        return True  # the search itself keeps the sizes
    row = _sole_row(clause)
    if row is None:
        return False
    open_ones = np.minimum(row.coef[~inside & ~outside], 0.0)
    worst = np.sort(open_ones)[: max(0, most - np.count_nonzero(inside))].sum()
    return bool(row.coef[inside].sum() + worst >= row.need - TOLERANCE)
