"""Brute force over at most twelve candidates agrees on feasibility always, and on the best whenever it is claimed.

The oracle shares no code with the solver: it reads the records' fields and `graph.rules.rules.check`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from data.calls import CallProfile
from data.demands import (
    AnyOf,
    Basis,
    CoordinatorIs,
    CountRange,
    Demand,
    DistinctRepresentatives,
    MustNotTogether,
    PerGroupMaximum,
    Selector,
    ShareCap,
    ShareRange,
    SubCount,
    Unit,
)
from data.model import CallId, Kind, Organisation, OrganisationId
from graph.rules.rules import Answer, Member, check
from matcher.solver.assemble import Facts, TeamProblem, Weights, Wishes, assemble, warm

ON = dt.date(2026, 11, 22)
Budgets = Mapping[str, float]
KINDS = (Kind.LARGE, Kind.SME, Kind.COMPANY, Kind.UNIVERSITY, Kind.RESEARCH, None)


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Compiling the kernel must not eat the budgets below."""
    warm()


def random_demands(rng: np.random.Generator) -> tuple[Demand, ...]:
    """Some of the kinds of demand, with small numbers, so that about half of the requests are impossible."""
    word: dict[str, Any] = {"text": "made up", "source": "test"}
    several = [
        DistinctRepresentatives(
            id="R1",
            count=3,
            countries=int(rng.integers(2, 4)),
            of_which=(SubCount(minimum=1, countries=("MS",)),),
            **word,
        ),
        CountRange(id="R2", of=Unit.COUNTRIES, minimum=int(rng.integers(2, 5)), **word),
        CountRange(id="R3", members=Selector(kinds=(Kind.SME,)), minimum=int(rng.integers(1, 3)), **word),
        CountRange(id="R4", members=Selector(countries=("DE",)), maximum=int(rng.integers(0, 3)), **word),
        ShareCap(
            id="R5", of=Unit.COUNTRIES, maximum=float(rng.choice([0.34, 0.5, 0.7])), basis=Basis.HEADS, **word
        ),
        ShareRange(
            id="R6",
            members=Selector(kinds=(Kind.COMPANY,)),
            minimum=float(rng.choice([0.3, 0.6])),
            basis=Basis.HEADS,
            **word,
        ),
        PerGroupMaximum(id="R7", of=Unit.OWNERS, maximum=1, **word),
        ShareCap(id="R8", of=Unit.MEMBERS, maximum=0.4, **word),
        CoordinatorIs(id="R9", members=Selector(kinds=(Kind.UNIVERSITY,)), **word),
        CountRange(id="R10", of=Unit.COUNTRIES, maximum=int(rng.integers(1, 4)), **word),
        AnyOf(
            id="R11",
            options=(
                (CountRange(id="R11a", members=Selector(countries=("FR",)), minimum=2, **word),),
                (
                    CountRange(id="R11b", members=Selector(countries=("PL",)), minimum=1, **word),
                    CountRange(id="R11c", members=Selector(kinds=(Kind.RESEARCH,)), minimum=1, **word),
                ),
            ),
            **word,
        ),
        CountRange(
            id="R12",
            members=Selector(kinds=(Kind.LARGE,)),
            minimum=1,
            only_if=Selector(countries=("PL",)),
            **word,
        ),
        MustNotTogether(id="R13", organisations=("o0", "o1", "o2"), **word),
        CountRange(id="R14", of=Unit.OWNERS, minimum=3, **word),
    ]
    chosen = rng.choice(len(several), size=int(rng.integers(1, 5)), replace=False)
    return tuple(several[k] for k in sorted(chosen))


def drawn(
    rng: np.random.Generator, values: Sequence[str | None], p: Sequence[float] | None = None
) -> str | None:
    """One of some values, drawn by these probabilities or, without them, evenly."""
    return values[int(rng.choice(len(values), p=p))]


def random_owner(rng: np.random.Generator, k: int) -> OrganisationId | None:
    """An ultimate parent is nobody's daughter, so o0 owns itself where its owner is stated."""
    owner = drawn(rng, [None, "a", "b", "o0"], p=[0.5, 0.2, 0.2, 0.1]) if k else drawn(rng, [None, "o0"])
    return OrganisationId(owner) if owner else None


def random_case(seed: int) -> tuple[TeamProblem, list[Organisation], Budgets]:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 10))
    organisations = [
        Organisation(
            id=OrganisationId(f"o{k}"),
            country=drawn(rng, ["DE", "FR", "PL", "US", None], p=[0.3, 0.3, 0.2, 0.1, 0.1]),
            kind=KINDS[rng.integers(0, len(KINDS))],
            owner=random_owner(rng, k),
        )
        for k in range(n)
    ]
    budgets = {str(o.id): float(rng.integers(1, 6)) * 1e5 for o in organisations if rng.random() < 0.7}
    low = int(rng.integers(1, 4))
    names = [str(o.id) for o in organisations]
    wishes = Wishes(
        size=(low, low + int(rng.integers(0, 3))),
        must=tuple(rng.choice(names, 1)) if rng.random() < 0.3 else (),
        exclude=tuple(rng.choice(names, 1)) if rng.random() < 0.3 else (),
        apart=(tuple(rng.choice(names, 2, replace=False)),) if rng.random() < 0.3 else (),
    )
    upper = np.triu(rng.random((n, n)) * (rng.random((n, n)) < 0.4), 1)
    problem = TeamProblem(
        facts=Facts.of(organisations, budgets=budgets),
        fit=rng.random(n),
        aspects=np.round(rng.random((n, 3)), 1) * (rng.random((n, 3)) < 0.5),
        ties=sp.csr_array(upper + upper.T),
        demands=random_demands(rng),
        wishes=wishes,
        weights=Weights(ties=float(rng.choice([-0.5, 1.0, 3.0])), effort=float(rng.choice([0.1, 0.9]))),
        newcomer=(rng.random(n) < 0.3).astype(float),
        on=ON,
    )
    return problem, organisations, budgets


def utility(problem: TeamProblem, team: Sequence[int]) -> float:
    """The value by docs/solver.md, written out anew."""
    team = list(team)
    w, most = problem.weights, problem.wishes.size[1]
    pairs = max(1.0, most * (most - 1) / 2)
    assert problem.newcomer is not None
    total = (
        w.fit * problem.fit[team].sum() + w.newcomers * problem.newcomer[team].sum() - w.effort * len(team)
    ) / most
    flags = [
        problem.facts.sme[k] == 1
        or (problem.facts.sme[k] == -1 and problem.facts.kind[k] == list(Kind).index(Kind.SME))
        for k in team
    ]
    total += w.sme * sum(flags) / most
    total += w.coverage * problem.aspects[team].max(axis=0).mean()
    countries = {problem.facts.country[k] for k in team} - {-1}
    kinds = {problem.facts.kind[k] for k in team} - {-1}
    total += (
        w.balance / 2 * (len(countries) / min(len(problem.facts.countries), most) + len(kinds) / len(Kind))
    )
    for a, b in combinations(team, 2):
        gate = problem.fit[a] * problem.fit[b]
        total += w.ties * problem.ties[a, b] * gate / pairs
    profiles = [
        tuple(np.rint(10 * problem.aspects[k] / np.linalg.norm(problem.aspects[k])))
        for k in team
        if problem.aspects[k].any()
    ]
    total -= w.redundancy * (len(profiles) - len(set(profiles))) / most
    return float(total)


def allowed(
    problem: TeamProblem,
    organisations: Sequence[Organisation],
    budgets: Budgets,
    team: Sequence[int],
    lead: str | None = None,
) -> bool:
    """Size, wishes and every demand by the rules engine, with each member in turn as the coordinator."""
    names = [str(organisations[k].id) for k in team]
    wishes = problem.wishes
    if not wishes.size[0] <= len(team) <= wishes.size[1]:
        return False
    if any(name not in names for name in wishes.must) or any(name in names for name in wishes.exclude):
        return False
    if any(a in names and b in names for a, b in wishes.apart):
        return False
    leads = [lead] if lead is not None else names
    if not any(isinstance(demand, CoordinatorIs) for demand in problem.demands):
        leads = leads[:1]
    return any(not broken(problem, organisations, budgets, team, name) for name in leads)


def broken(
    problem: TeamProblem,
    organisations: Sequence[Organisation],
    budgets: Budgets,
    team: Sequence[int],
    lead: str,
) -> bool:
    members = [
        Member(
            id=str(o.id),
            country=o.country,
            kind=o.kind,
            owner=o.owner,
            sme=o.sme,
            budget_eur=budgets.get(o.id),
            role="coordinator" if str(o.id) == lead else "participant",
        )
        for o in (organisations[k] for k in team)
    ]
    profile = CallProfile(id=CallId("made-up"), title="", programme="", source="", demands=problem.demands)
    return check(profile, members, on=ON).answer is Answer.BROKEN


def brute_force(
    problem: TeamProblem, organisations: Sequence[Organisation], budgets: Budgets
) -> float | None:
    best = None
    low, high = problem.wishes.size
    for size in range(low, high + 1):
        for team in combinations(range(len(organisations)), size):
            if allowed(problem, organisations, budgets, team):
                worth = utility(problem, team)
                best = worth if best is None else max(best, worth)
    return best


@pytest.mark.parametrize("block", range(4))
def test_brute_force_agrees_on_feasibility_and_on_the_best(block: int) -> None:
    possible = 0
    for seed in range(40 * block, 40 * (block + 1)):
        problem, organisations, budgets = random_case(seed)
        best = brute_force(problem, organisations, budgets)
        answer = assemble(problem, budget_s=5.0, limit=2)
        if best is None:
            assert answer.status == "infeasible", seed
            assert answer.conflict, seed
            continue
        possible += 1
        assert answer.status == "optimal", (seed, answer.claim)
        assert answer.consortia[0].value == pytest.approx(best, abs=2e-7), seed
        for consortium in answer.consortia:
            team = [problem.facts.ids.index(name) for name in consortium.ids]
            lead = next(seat.id for seat in consortium.members if seat.role == "coordinator")
            assert allowed(problem, organisations, budgets, team, lead), seed
            assert consortium.value == pytest.approx(utility(problem, team)), seed
            assert sum(t.value * t.weight for t in consortium.terms) == pytest.approx(consortium.value), seed
    assert 5 < possible < 39
