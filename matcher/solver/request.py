"""What does a problem ask, read once over the whole store, and how does a part of it look to the search?"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from data.demands import Demand
from data.errors import BadInput
from matcher.solver.clauses import Clause, ClauseCompiler, LinearRow
from matcher.solver.instance import Instance, price_rows
from matcher.solver.kernel import FIXED_IN, FIXED_OUT, OPEN, TOLERANCE, Gains, Sizes
from matcher.solver.packing import as_rules
from matcher.solver.problem import LARGEST_WISH, TeamProblem
from matcher.solver.reduce import reduce
from matcher.solver.search import search
from matcher.solver.utility import Utility
from matcher.solver.wishes import SIZE, wish_demands

SMALL = 300
PROOF_S = 5.0
"""How long an exhaustive search may take to settle whether some demands can be met together."""


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """A problem with its demands and wishes read into clauses over all candidates.

    `required`: positions of those who must be in; `excluded` (n,) bool: those whom a demand keeps out by itself.
    """

    problem: TeamProblem
    demands: tuple[Demand, ...]
    clauses: tuple[Clause, ...]
    required: tuple[int, ...]
    excluded: np.ndarray
    utility: Utility

    @classmethod
    def of(cls, problem: TeamProblem) -> "Request":
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
        demands = (*problem.binding, *wish_demands(wishes))
        facts = facts.stating(roles=wishes.roles)
        compiler = ClauseCompiler(facts, problem.on, problem.pillar, wishes.coordinator, problem.same_owner)
        clauses = compiler.clauses(demands)
        required = tuple(sorted({place[name] for name in named}))
        return cls(problem, demands, clauses, required, excluded(clauses, len(facts)), Utility.of(problem))

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of the demands that restrict who takes part."""
        concerned = {name for clause in self.clauses for name in clause.demands}
        return tuple(demand.id for demand in self.demands if demand.id in concerned)

    @property
    def sizes(self) -> Sizes:
        """The least and the most members wished for."""
        return Sizes(*self.problem.wishes.size)

    def instance(self, pool: np.ndarray) -> Instance:
        """The kernel's numbers for the candidates at `pool` (ascending positions), under all demands."""
        clauses = [clause.take(pool) for clause in self.clauses]
        return self._instance(pool, clauses, np.isin(pool, self.required), self.sizes)

    def reduced(self, value: float | None, pool: np.ndarray, all_gains: Gains) -> tuple[np.ndarray, float]:
        """Who could be in a set worth more than `value`, and what no set of all candidates can exceed.

        `all_gains`: the gains of all candidates, `utility.gains()`. `pool`: ascending positions of promising
        candidates, all who must be in among them: there the prices are found. With no value yet, everybody who is
        not excluded, and no bound.
        """
        n = len(self.problem.facts)
        if value is None or n <= SMALL:
            return (np.flatnonzero(~self.excluded) if value is None else np.arange(n)), np.inf
        status = np.where(self.excluded, FIXED_OUT, OPEN).astype(np.int8)
        status[list(self.required)] = FIXED_IN
        rows = price_rows(self.clauses, n, self.sizes.most, caps=False)
        return reduce(all_gains, rows, status, self.sizes, value, pool)

    def feasible(self, active: Collection[str]) -> bool:
        """Whether these demands can be met together, by exhaustive search over all candidates."""
        pool = np.arange(len(self.problem.facts))
        chosen = [clause for clause in self.clauses if set(clause.demands) <= set(active)]
        sizes = self.sizes if SIZE in active else Sizes(1, min(LARGEST_WISH, pool.size))
        instance = self._instance(pool, chosen, np.zeros(pool.size, bool), sizes)
        outcome = search(instance, budget_s=PROOF_S)
        return bool(outcome.team) or not outcome.exhausted

    def _instance(
        self, pool: np.ndarray, clauses: Sequence[Clause], fixed_in: np.ndarray, sizes: Sizes
    ) -> Instance:
        fixed_out = excluded(clauses, pool.size)
        binding = [clause for clause in clauses if not _idle(clause, fixed_in, fixed_out, sizes.most)]
        rows, needs = price_rows(binding, pool.size, sizes.most)
        return Instance(
            gains=self.utility.gains(pool),
            rules=as_rules(binding, pool.size),
            price_row=rows,
            price_need=needs,
            fixed_in=fixed_in,
            fixed_out=fixed_out,
            sizes=sizes,
        )


def excluded(clauses: Iterable[Clause], n: int) -> np.ndarray:
    """Return (n,) bool: whom some row keeps out alone, since nobody adds to that row."""
    out = np.zeros(n, bool)
    for clause in clauses:
        if (row := _sole_row(clause)) is not None and row.coef.max(initial=0.0) <= 0:
            out |= row.coef < row.need - TOLERANCE
    return out


def _sole_row(clause: Clause) -> LinearRow | None:
    """The clause's row, where the clause is one row and nothing else."""
    if len(clause.ways) == 1 and len(clause.ways[0]) == 1 and isinstance(clause.ways[0][0], LinearRow):
        return clause.ways[0][0]
    return None


def _idle(clause: Clause, fixed_in: np.ndarray, fixed_out: np.ndarray, most: int) -> bool:
    """Whether every set of at most `most` with all those fixed in and none fixed out keeps the clause anyway."""
    if clause.demands == (SIZE,):
        return True  # the search itself keeps the sizes
    row = _sole_row(clause)
    if row is None:
        return False
    losses = np.minimum(row.coef[~fixed_in & ~fixed_out], 0.0)
    worst = np.sort(losses)[: max(0, most - np.count_nonzero(fixed_in))].sum()
    return bool(row.coef[fixed_in].sum() + worst >= row.need - TOLERANCE)
