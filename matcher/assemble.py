"""Which sets are allowed and best? *Proved best*, *within x %*, or *impossible, because R2 and R5 conflict*.

    problem → draw a pool → local search → price the whole store, widen → branch and bound → diverse teams
                              └ nothing allowed found → minimal conflict over the whole store, with repairs

`docs/solver.md` has the formulas, the claims and what was measured.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from data.demands import CoordinatorIs, Demand, Hardness
from data.errors import BadInput
from matcher import pool as pools
from matcher.solver import conflict as conflicts
from matcher.solver import diverse, numbers
from matcher.solver.clauses import Clause, Reader
from matcher.solver.conflict import Conflict, Relaxation
from matcher.solver.facts import Facts
from matcher.solver.numbers import Term
from matcher.solver.problem import PRESETS, Problem, Weights, Wishes, tie_strength
from matcher.solver.search import Case, Outcome, Progress, banned_by_rows, local_optima, price_rows, search
from matcher.solver.wishes import wish_demands

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
    request = _Request.of(problem)
    pool = pools.draw(problem, width, request.held)
    case = request.case(pool)
    optima = local_optima(case, seed, PRICING_RESTARTS)
    rescue: tuple[int, ...] = ()
    if not optima:
        verdict = conflicts.explain(request.clauses, request.demands, problem)
        if verdict.conflict:
            return Assembly(
                "infeasible",
                (),
                f"Impossible for any set of the {len(problem.facts)} candidates.",
                verdict.conflict,
                verdict.relaxations,
                candidates=len(problem.facts),
                seconds=time.perf_counter() - begun,
            )
        rescue = verdict.example
        pool = np.union1d(pool, np.array(rescue, dtype=pool.dtype))
        case = request.case(pool)
        optima = local_optima(case, seed, PRICING_RESTARTS, [_within(pool, rescue)])
    _tell(watch, problem, pool, optima[:1], np.inf, begun)
    for _ in range(PRICING_ROUNDS):
        teams = [pool[list(team)].tolist() for _, team in optima[:3]]
        wider = pools.widen(problem, pool, teams, PRICED_IN)
        if wider.size == pool.size:
            break
        starts = [_within(wider, pool[list(team)]) for _, team in optima[:1]]
        before, pool = optima[0][0] if optima else -np.inf, wider
        case = request.case(pool)
        optima = local_optima(case, seed, PRICING_RESTARTS, starts)
        if optima and optima[0][0] <= before + 1e-9:
            break

    def heard(progress: Progress) -> None:
        _tell(watch, problem, pool, [(progress.value, progress.team)], progress.bound, begun)

    outcome = search(
        case,
        budget_s=max(0.0, budget_s - (time.perf_counter() - begun)),
        seed=seed,
        watcher=heard if watch else None,
        starts=[team for _, team in optima[:1]],
    )
    found = diverse.several(case, outcome, limit, apart, seed) if outcome.team else []
    return _answer(problem, request, pool, outcome, found, begun)


def warm() -> float:
    """Compile the kernel, or load what was compiled before; return the seconds it took. Called at set-up."""
    from matcher.solver.sample import tiny_problem

    begun = time.perf_counter()
    assemble(tiny_problem(), budget_s=1.0, limit=2)
    return time.perf_counter() - begun


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    """A problem with its demands and wishes read into clauses."""

    problem: Problem
    demands: tuple[Demand, ...]
    clauses: tuple[Clause, ...]
    held: tuple[int, ...]

    @classmethod
    def of(cls, problem: Problem) -> "_Request":
        wishes, facts = problem.wishes, problem.facts
        place = {name: position for position, name in enumerate(facts.ids)}
        lead = () if wishes.coordinator is None else (wishes.coordinator,)
        named: Iterable[str] = (*wishes.must, *lead)
        for name in named:
            if name not in place:
                raise BadInput(
                    f"organisation {name} is asked for but is not among the {len(facts)} candidates"
                )
        demands = (*problem.demands, *wish_demands(wishes))
        reader = Reader(facts.settled(roles=wishes.roles), problem.on, problem.pillar, wishes.coordinator)
        held = tuple(sorted({place[name] for name in named}))
        return cls(problem, demands, reader.clauses(demands), held)

    def case(self, pool: np.ndarray) -> Case:
        """The kernel's numbers for the candidates at `pool`."""
        local = numbers.part(self.problem, pool)
        clauses = [clause.take(pool) for clause in self.clauses]
        rules = numbers.as_rules(clauses, pool.size)
        least, most = self.problem.wishes.size
        rows, needs = price_rows(clauses, pool.size, most)
        inside = np.isin(pool, self.held)
        return Case(
            numbers.as_gains(local), rules, rows, needs, inside, banned_by_rows(rules) & ~inside, least, most
        )


def _within(pool: np.ndarray, positions: Iterable[int]) -> list[int]:
    return [int(p) for p in np.searchsorted(pool, np.asarray(list(positions)))]


def _gap(value: float, bound: float) -> float | None:
    if not np.isfinite(bound):
        return None
    return max(0.0, (bound - value) / max(abs(bound), 1e-12))


def _tell(
    watch: Callable[[Snapshot], None] | None,
    problem: Problem,
    pool: np.ndarray,
    best: Sequence[tuple[float, tuple[int, ...]]],
    bound: float,
    begun: float,
) -> None:
    if watch is None or not best:
        return
    value, team = best[0]
    ids = tuple(problem.facts.ids[pool[p]] for p in team)
    watch(Snapshot(ids, value, _gap(value, bound), time.perf_counter() - begun))


def _answer(
    problem: Problem, request: _Request, pool: np.ndarray, outcome: Outcome, teams: list, begun: float
) -> Assembly:
    facts, whole = problem.facts, pool.size == len(problem.facts)
    proved = outcome.proved
    bound = outcome.value if proved else outcome.bound
    consortia: list[Consortium] = []
    for value, team in teams:
        members = pool[list(team)]
        gap = 0.0 if proved and not consortia else _gap(value, bound)
        consortia.append(
            Consortium(_seats(problem, request, members), value, bound, gap, numbers.terms(problem, members))
        )
    scope = (
        f"all {len(facts)} candidates"
        if whole
        else f"the {pool.size} candidates searched, out of {len(facts)}"
    )
    if not consortia:
        claim = f"No allowed set was found among {scope}, and none was ruled out, within the time given."
        return Assembly("bounded", (), claim, candidates=len(facts), seconds=time.perf_counter() - begun)
    claim = (
        f"Proved best among {scope}."
        if proved
        else f"Within {100 * (consortia[0].gap or 0.0):.1f} % of the best among {scope}."
    )
    return Assembly(
        "optimal" if proved else "bounded",
        tuple(consortia),
        claim,
        pool=tuple(facts.ids[p] for p in pool),
        candidates=len(facts),
        seconds=time.perf_counter() - begun,
    )


def _seats(problem: Problem, request: _Request, members: np.ndarray) -> tuple[Seat, ...]:
    """Give the members their roles; the coordinator first, then by fit."""
    wishes, facts = problem.wishes, problem.facts
    lead = wishes.coordinator
    if lead is None:
        able = np.ones(members.size, bool)
        reader = Reader(facts.take(members).settled(roles=wishes.roles), problem.on, problem.pillar, None)
        for demand in request.demands:
            if isinstance(demand, CoordinatorIs) and demand.hardness is Hardness.HARD:
                able &= reader.could_lead(demand.members)
        for k, member in enumerate(members):
            if wishes.roles.get(facts.ids[member], "participant") not in ("participant", "coordinator"):
                able[k] = False
        known = problem.ties[members][:, members].sum(axis=1)
        if able.any():
            order = sorted(np.flatnonzero(able), key=lambda k: (-problem.fit[members[k]] - 0.1 * known[k], k))
            lead = facts.ids[members[order[0]]]
    ids = sorted((facts.ids[m] for m in members), key=lambda name: name != lead)
    fit = {facts.ids[m]: problem.fit[m] for m in members}
    ids.sort(key=lambda name: (name != lead, -fit[name], name))
    return tuple(
        Seat(name, "coordinator" if name == lead else wishes.roles.get(name, "participant")) for name in ids
    )
