"""Which sets are allowed and best? *Proved best*, *within x %*, or *impossible, because R2 and R5 conflict*.

    problem → initial pool → local search → price in from the whole store → branch and bound, diverse teams beside it
                              └ nothing allowed found → minimal conflict over the whole store, with repairs

`docs/solver.md` has the formulas, the claims and what was measured.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from data.demands import ANYONE, CoordinatorIs, Hardness
from matcher.concurrency import submit
from matcher.solver.clauses import ClauseCompiler
from matcher.solver.conflict import ConflictingDemand, ConflictReport, Relaxation, explain, explain_by_search
from matcher.solver.diverse import diverse_teams
from matcher.solver.facts import Facts
from matcher.solver.front import FrontPoint, front
from matcher.solver.pool import initial_pool, price_in
from matcher.solver.problem import PRESETS, TeamProblem, Weights, Wishes, tie_strength
from matcher.solver.request import Request
from matcher.solver.search import MARGIN, Optimum, local_optima, search
from matcher.solver.swap import RuleChange, Swap, TermChange, swaps
from matcher.solver.utility import Term, terms

__all__ = [
    "PRESETS",
    "Assembly",
    "ConflictingDemand",
    "Consortium",
    "Facts",
    "FrontPoint",
    "Incumbent",
    "Relaxation",
    "RuleChange",
    "Seat",
    "Swap",
    "TeamProblem",
    "Term",
    "TermChange",
    "Weights",
    "Wishes",
    "assemble",
    "front",
    "swaps",
    "tie_strength",
    "warm",
]

POOL = 200
PRICING_ROUNDS = 3
PRICED_IN = 150
FIRST_RESTARTS = 4
PRICING_RESTARTS = 12
SEARCHABLE = 4000
"""If the prices leave more candidates than this, only the pool is searched; the bound still holds for all."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One member and what it does: coordinator, participant, or a role already given."""

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


Status = Literal["optimal", "bounded", "infeasible"]


@dataclass(frozen=True, slots=True)
class Assembly:
    """`status`: optimal (the first is proved best), bounded (none is better by more than the gap), infeasible.

    `claim` says what status, bounds and gaps hold for: all `candidates`. Of these `searched` were searched one by one,
    the rest ruled out by their prices.
    """

    status: Status
    consortia: tuple[Consortium, ...]
    claim: str
    conflict: tuple[ConflictingDemand, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    candidates: int = 0
    searched: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Incumbent:
    """What a watcher hears while the search runs: the best set so far and what is proved of it."""

    members: tuple[str, ...]
    value: float
    gap: float | None
    seconds: float


def assemble(
    problem: TeamProblem,
    *,
    limit: int = 5,
    budget_s: float = 0.25,
    apart: int | None = None,
    other_answers: float = 0.0,
    width: int = POOL,
    seed: int = 0,
    watch: Callable[[Incumbent], None] | None = None,
    precompute: Callable[[tuple[Seat, ...]], object] | None = None,
) -> Assembly:
    """Return up to `limit` allowed consortia, best first, each at least `apart` members from every other.

    The search stops after about `budget_s` seconds; what it has proved by then is stated. `apart` defaults to three
    fifths of the members; `other_answers` is the share of those who cover something best in one that the others do
    without, where they can. `watch` hears of every better set and bound; `precompute` of every set of the answer, and
    of some that the proof drops: mostly on another thread while the proof goes on, perhaps from two at once, perhaps
    of a dropped one after the answer. What it raises of a set of the answer is raised here. The same problem and seed
    give the same sets; how far the proof comes in the budget depends on the machine. Raises BadInput where a wish
    names an unknown candidate.
    """
    begun = time.perf_counter()
    request = Request.of(problem)
    all_gains = submit(request.utility.gains)

    def report(pool: np.ndarray, value: float, team: Sequence[int], bound: float) -> None:
        if watch is not None and team:
            ids = tuple(problem.facts.ids[pool[p]] for p in team)
            watch(Incumbent(ids, value, _gap(value, bound), time.perf_counter() - begun))

    def diverse(pool: np.ndarray, value: float, team: np.ndarray) -> list[Consortium]:
        best = value, tuple(_within(pool, team))
        teams = diverse_teams(request.instance(pool), best, limit, apart, seed, other_answers)
        consortia = [_consortium(request, pool[list(members)], worth) for worth, members in teams]
        if precompute is not None:
            for consortium in consortia:
                precompute(consortium.members)
        return consortia

    pool = initial_pool(request, width)
    optima = local_optima(request.instance(pool), seed, FIRST_RESTARTS)
    if not optima:
        conflict = explain(request)
        if conflict.conflict:
            return _infeasible(problem, conflict, begun)
        pool = np.union1d(pool, np.array(conflict.example, dtype=pool.dtype))
        example = _within(pool, conflict.example)
        optima = local_optima(request.instance(pool), seed, PRICING_RESTARTS, [example])
    for value, team in optima[:1]:
        report(pool, value, team, np.inf)
    pool, optima = _priced(request, pool, optima, seed)
    best = pool[list(optima[0][1])] if optima else pool[:0]

    # The proof mostly confirms the best set found: its companions are sought beside it.
    likely = submit(diverse, pool, optima[0][0], best) if optima else None
    surviving, bound = request.reduced(optima[0][0] if optima else None, pool, all_gains.result())
    scope = np.union1d(surviving, best) if surviving.size <= SEARCHABLE else pool
    outcome = search(
        request.instance(scope),
        budget_s=max(0.0, budget_s - (time.perf_counter() - begun)),
        seed=seed,
        watcher=lambda progress: report(scope, progress.value, progress.team, min(progress.bound, bound)),
        starts=[_within(scope, best)],
        restarts=PRICING_RESTARTS,
    )
    if scope is not pool:
        bound = min(bound, outcome.bound)
    if not outcome.team:
        if outcome.exhausted and scope is not pool:
            return _infeasible(problem, explain_by_search(request), begun)
        return _out_of_time(problem, begun)
    winner = scope[list(outcome.team)]
    if likely is not None and np.array_equal(winner, best):
        consortia = likely.result()
    else:
        consortia = diverse(np.union1d(pool, winner), outcome.value, winner)
    return _answer(problem, consortia, bound, scope.size, begun)


def _priced(
    request: Request, pool: np.ndarray, optima: list[Optimum], seed: int
) -> tuple[np.ndarray, list[Optimum]]:
    """Price in the candidates of the whole store who gain most, as long as better sets come of it."""
    for _ in range(PRICING_ROUNDS):
        teams = [pool[list(team)].tolist() for _, team in optima[:3]]
        wider = price_in(request, pool, teams, PRICED_IN)
        if wider.size == pool.size:
            break
        before, starts = optima[0][0], [_within(wider, team) for team in teams[:1]]
        pool = wider
        optima = local_optima(request.instance(pool), seed, PRICING_RESTARTS, starts)
        if optima[0][0] <= before + MARGIN:
            break
    return pool, optima


def warm() -> float:
    """Compile the kernel, or load what was compiled before; return the seconds it took. Called at set-up."""
    from matcher.solver.sample import tiny_problem

    begun = time.perf_counter()
    problem = tiny_problem(400)
    answer = assemble(problem, budget_s=1.0, limit=2)
    swaps(problem, answer.consortia[0].ids, per_member=1)
    # Without local search something is left for the tree to find, so that the tree is compiled too.
    search(Request.of(problem).instance(np.arange(30)), budget_s=1.0, restarts=0)
    return time.perf_counter() - begun


def _within(pool: np.ndarray, positions: Iterable[int]) -> list[int]:
    return [int(p) for p in np.searchsorted(pool, np.asarray(list(positions)))]


def _gap(value: float, bound: float) -> float | None:
    if not np.isfinite(bound):
        return None
    return max(0.0, (bound - value) / max(abs(bound), 1e-12))


def _infeasible(problem: TeamProblem, report: ConflictReport, begun: float) -> Assembly:
    return Assembly(
        status="infeasible",
        consortia=(),
        claim=f"Impossible for any set of the {len(problem.facts)} candidates.",
        conflict=report.conflict,
        relaxations=report.relaxations,
        candidates=len(problem.facts),
        seconds=time.perf_counter() - begun,
    )


def _out_of_time(problem: TeamProblem, begun: float) -> Assembly:
    return Assembly(
        status="bounded",
        consortia=(),
        claim="No allowed set was found within the time given, and none was ruled out.",
        candidates=len(problem.facts),
        seconds=time.perf_counter() - begun,
    )


def _consortium(request: Request, members: np.ndarray, value: float) -> Consortium:
    """A set that keeps the rules, of which nothing is proved yet."""
    return Consortium(_seats(request, members), value, None, None, terms(request.problem, members))


def _answer(
    problem: TeamProblem, unproved: Sequence[Consortium], bound: float, searched: int, begun: float
) -> Assembly:
    n = len(problem.facts)
    proved = bound <= unproved[0].value + MARGIN
    bound = unproved[0].value if proved else bound
    consortia = tuple(replace(one, bound=bound, gap=_gap(one.value, bound)) for one in unproved)
    best = "Proved best" if proved else f"Within {100 * (consortia[0].gap or 0.0):.1f} % of the best"
    return Assembly(
        status="optimal" if proved else "bounded",
        consortia=consortia,
        claim=f"{best} among all {n} candidates and all sets of allowed size under the hard rules{_and_kept(problem)}.",
        candidates=n,
        searched=searched,
        seconds=time.perf_counter() - begun,
    )


def _and_kept(problem: TeamProblem) -> str:
    """Which soft demands the claim holds under, too; "" for none."""
    return f" and {', '.join(problem.kept)}, which should be kept" if problem.kept else ""


def _seats(request: Request, members: np.ndarray) -> tuple[Seat, ...]:
    """Give the members their roles; the coordinator first, then by fit."""
    problem = request.problem
    wishes, facts = problem.wishes, problem.facts
    lead = wishes.coordinator
    if lead is None:
        stated = facts.take(members).stating(roles=wishes.roles)
        compiler = ClauseCompiler(stated, problem.on, problem.pillar, None)
        able = compiler.could_lead(ANYONE)
        for demand in request.demands:
            if isinstance(demand, CoordinatorIs) and demand.hardness is Hardness.HARD:
                able &= compiler.could_lead(demand.members)
        known = problem.ties[members][:, members].sum(axis=1)
        order = sorted(np.flatnonzero(able), key=lambda k: (-problem.fit[members[k]] - 0.1 * known[k], k))
        lead = facts.ids[members[order[0]]] if order else None
    fit = {facts.ids[m]: problem.fit[m] for m in members}
    ids = sorted(fit, key=lambda name: (name != lead, -fit[name], name))
    return tuple(
        Seat(name, "coordinator" if name == lead else wishes.roles.get(name, "participant")) for name in ids
    )
