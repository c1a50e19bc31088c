"""Which sets are allowed and best? *Proved best*, *within x %*, or *impossible, because R2 and R5 conflict*.

    problem → draw a pool → local search → price the whole store, widen → branch and bound → diverse teams
                              └ nothing allowed found → minimal conflict over the whole store, with repairs

`docs/solver.md` has the formulas, the claims and what was measured.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from data.demands import ANYONE, CoordinatorIs, Hardness
from matcher import pool as pools
from matcher.solver import conflict as conflicts
from matcher.solver import diverse
from matcher.solver.clauses import Reader
from matcher.solver.conflict import Conflict, Relaxation
from matcher.solver.facts import Facts
from matcher.solver.numbers import Term, terms
from matcher.solver.problem import PRESETS, Problem, Weights, Wishes, tie_strength
from matcher.solver.request import Request
from matcher.solver.search import MARGIN, Outcome, local_optima, search

__all__ = [
    "PRESETS",
    "Assembly",
    "Conflict",
    "Consortium",
    "Facts",
    "Problem",
    "Relaxation",
    "Seat",
    "Snapshot",
    "Term",
    "Weights",
    "Wishes",
    "assemble",
    "tie_strength",
    "warm",
]

POOL = 200
PRICING_ROUNDS = 3
PRICED_IN = 150
PRICING_RESTARTS = 12


@dataclass(frozen=True, slots=True)
class Seat:
    """One member and what it does: coordinator, participant, or a settled role."""

    id: str
    role: str


@dataclass(frozen=True, slots=True)
class Consortium:
    """A set that keeps every hard rule. `gap`: how far `value` may be below `bound`, relative to the bound."""

    members: tuple[Seat, ...]
    value: float
    bound: float | None
    gap: float | None
    terms: tuple[Term, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(seat.id for seat in self.members)


@dataclass(frozen=True, slots=True)
class Assembly:
    """`status`: optimal (the first is proved best), bounded (none is better by more than the gap), infeasible.

    `claim` says what status, bounds and gaps hold for; `pool` ids were searched exactly, out of `candidates`.
    """

    status: str
    consortia: tuple[Consortium, ...]
    claim: str
    conflict: tuple[Conflict, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    pool: tuple[str, ...] = ()
    candidates: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a watcher hears while the search runs: the best set so far and what is proved of it."""

    members: tuple[str, ...]
    value: float
    gap: float | None
    seconds: float


def assemble(
    problem: Problem,
    *,
    limit: int = 5,
    budget_s: float = 0.25,
    apart: int | None = None,
    width: int = POOL,
    seed: int = 0,
    watch: Callable[[Snapshot], None] | None = None,
) -> Assembly:
    """Return up to `limit` allowed consortia, best first, each at least `apart` members from every other.

    The search stops after about `budget_s` seconds; what it has proved by then is stated. `apart` defaults to two
    fifths of the members. `watch` hears of every better set and bound. The same problem and seed give the same
    sets; how far the proof comes in the budget depends on the machine. Raises BadInput where a wish names an
    unknown candidate.
    """
    begun = time.perf_counter()
    request = Request.of(problem)

    def tell(pool: np.ndarray, value: float, team: Sequence[int], bound: float) -> None:
        if watch is not None and team:
            ids = tuple(problem.facts.ids[pool[p]] for p in team)
            watch(Snapshot(ids, value, _gap(value, bound), time.perf_counter() - begun))

    pool = pools.draw(problem, width, request.held, request.barred)
    case = request.case(pool)
    optima = local_optima(case, seed, PRICING_RESTARTS)
    if not optima:
        verdict = conflicts.explain(request)
        if verdict.conflict:
            return _infeasible(problem, verdict, begun)
        pool = np.union1d(pool, np.array(verdict.example, dtype=pool.dtype))
        case = request.case(pool)
        optima = local_optima(case, seed, PRICING_RESTARTS, [_within(pool, verdict.example)])
    for value, team in optima[:1]:
        tell(pool, value, team, np.inf)
    for _ in range(PRICING_ROUNDS):
        teams = [pool[list(team)].tolist() for _, team in optima[:3]]
        wider = pools.widen(problem, pool, teams, PRICED_IN, request.barred)
        if wider.size == pool.size:
            break
        before, starts = optima[0][0], [_within(wider, team) for team in teams[:1]]
        pool, case = wider, request.case(wider)
        optima = local_optima(case, seed, PRICING_RESTARTS, starts)
        if optima[0][0] <= before + MARGIN:
            break
    outcome = search(
        case,
        budget_s=max(0.0, budget_s - (time.perf_counter() - begun)),
        seed=seed,
        watcher=lambda progress: tell(pool, progress.value, progress.team, progress.bound),
        starts=[team for _, team in optima[:1]],
    )
    if outcome.exhausted and not outcome.team and pool.size == len(problem.facts):
        return _infeasible(problem, conflicts.explain_by_search(request), begun)
    found = diverse.several(case, outcome, limit, apart, seed) if outcome.team else []
    return _answer(request, pool, outcome, found, begun)


def warm() -> float:
    """Compile the kernel, or load what was compiled before; return the seconds it took. Called at set-up."""
    from matcher.solver.sample import tiny_problem

    begun = time.perf_counter()
    assemble(tiny_problem(), budget_s=1.0, limit=2)
    return time.perf_counter() - begun


def _within(pool: np.ndarray, positions: Iterable[int]) -> list[int]:
    return [int(p) for p in np.searchsorted(pool, np.asarray(list(positions)))]


def _gap(value: float, bound: float) -> float | None:
    if not np.isfinite(bound):
        return None
    return max(0.0, (bound - value) / max(abs(bound), 1e-12))


def _infeasible(problem: Problem, verdict: conflicts.Verdict, begun: float) -> Assembly:
    return Assembly(
        status="infeasible",
        consortia=(),
        claim=f"Impossible for any set of the {len(problem.facts)} candidates.",
        conflict=verdict.conflict,
        relaxations=verdict.relaxations,
        candidates=len(problem.facts),
        seconds=time.perf_counter() - begun,
    )


def _answer(
    request: Request,
    pool: np.ndarray,
    outcome: Outcome,
    teams: Sequence[tuple[float, tuple[int, ...]]],
    begun: float,
) -> Assembly:
    problem = request.problem
    n = len(problem.facts)
    bound = outcome.value if outcome.proved else outcome.bound
    scope = f"all {n} candidates" if pool.size == n else f"the {pool.size} candidates searched, out of {n}"
    consortia = tuple(
        Consortium(
            _seats(request, pool[list(team)]),
            value,
            bound,
            _gap(value, bound),
            terms(problem, pool[list(team)]),
        )
        for value, team in teams
    )
    if not consortia:
        claim = f"No allowed set was found among {scope}, and none was ruled out, within the time given."
    elif outcome.proved:
        claim = f"Proved best among {scope}."
    else:
        claim = f"Within {100 * (consortia[0].gap or 0.0):.1f} % of the best among {scope}."
    return Assembly(
        status="optimal" if consortia and outcome.proved else "bounded",
        consortia=consortia,
        claim=claim,
        pool=tuple(problem.facts.ids[p] for p in pool),
        candidates=n,
        seconds=time.perf_counter() - begun,
    )


def _seats(request: Request, members: np.ndarray) -> tuple[Seat, ...]:
    """Give the members their roles; the coordinator first, then by fit."""
    problem = request.problem
    wishes, facts = problem.wishes, problem.facts
    lead = wishes.coordinator
    if lead is None:
        reader = Reader(facts.take(members).settled(roles=wishes.roles), problem.on, problem.pillar, None)
        able = reader.could_lead(ANYONE)
        for demand in request.demands:
            if isinstance(demand, CoordinatorIs) and demand.hardness is Hardness.HARD:
                able &= reader.could_lead(demand.members)
        known = problem.ties[members][:, members].sum(axis=1)
        order = sorted(np.flatnonzero(able), key=lambda k: (-problem.fit[members[k]] - 0.1 * known[k], k))
        lead = facts.ids[members[order[0]]] if order else None
    fit = {facts.ids[m]: problem.fit[m] for m in members}
    ids = sorted(fit, key=lambda name: (name != lead, -fit[name], name))
    return tuple(
        Seat(name, "coordinator" if name == lead else wishes.roles.get(name, "participant")) for name in ids
    )
