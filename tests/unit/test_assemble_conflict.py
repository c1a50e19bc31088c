"""Impossible requests: every reported conflict is minimal, and every repair repairs. Judged by brute force."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from data.demands import CountRange, Demand, Layer, MustHave, MustNotHave, Selector, Unit
from matcher.solver.assemble import TeamProblem, Wishes, assemble, warm
from matcher.solver.sample import tiny_problem

WORD: dict[str, Any] = {"text": "made up", "source": "test", "layer": Layer.USER}
COUNTRIES = ("DE", "FR", "IT", "ES", "NL", "PL", "GR", "SE")


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Compiling the kernel must not eat the budgets below."""
    warm()


def random_request(seed: int) -> TeamProblem:
    """Seven candidates and several wishes for countries, sizes, members and exclusions, mostly contradictory."""
    rng = np.random.default_rng(seed)
    problem = tiny_problem(7, seed)
    demands: list[Demand] = [problem.demands[0]]
    for number in range(int(rng.integers(1, 4))):
        low = int(rng.integers(1, 5))
        country = str(rng.choice(COUNTRIES[:4]))
        demands.append(
            CountRange(id=f"U{number}", members=Selector(countries=(country,)), minimum=low, **WORD)
            if rng.random() < 0.6
            else CountRange(id=f"U{number}", of=Unit.COUNTRIES, maximum=low - 1 or 1, **WORD)
        )
    names = problem.facts.ids
    low = int(rng.integers(1, 6))
    most = low + int(rng.integers(0, 2))
    must = tuple(str(n) for n in rng.choice(names, int(rng.integers(0, 3)), replace=False))
    exclude = tuple(str(n) for n in rng.choice(names, int(rng.integers(0, 4)), replace=False))
    one, other = rng.choice(names, 2, replace=False)
    wishes = Wishes(
        size=(low, most),
        must=must,
        exclude=exclude,
        apart=((str(one), str(other)),),
    )
    return replace(problem, demands=tuple(demands), wishes=wishes)


def keeps(problem: TeamProblem, team: Sequence[int], demand_id: str) -> bool:
    """One demand, by its id, for a set of positions; written apart from the solver."""
    facts, wishes = problem.facts, problem.wishes
    names = {facts.ids[k] for k in team}
    countries = [facts.countries[facts.country[k]] for k in team]
    kind, _, rest = demand_id.partition(":")
    if demand_id == "size":
        return wishes.size[0] <= len(team) <= wishes.size[1]
    if kind == "must":
        return rest in names
    if kind == "not":
        return rest not in names
    if kind == "apart":
        return not set(rest.split("+")) <= names
    if demand_id == "R1":
        return len(set(countries)) >= 3
    demand = next(d for d in problem.demands if d.id == demand_id)
    assert isinstance(demand, CountRange)
    if demand.maximum is not None:
        return len(set(countries)) <= demand.maximum
    assert demand.minimum is not None
    return countries.count(demand.members.countries[0]) >= demand.minimum


def possible(problem: TeamProblem, active: Sequence[str]) -> bool:
    n = len(problem.facts)
    return any(
        all(keeps(problem, team, name) for name in active)
        for size in range(1, n + 1)
        for team in combinations(range(n), size)
    )


def all_ids(problem: TeamProblem) -> list[str]:
    wishes = problem.wishes
    pairs = ["apart:" + "+".join(sorted(pair)) for pair in wishes.apart]
    return [
        *(d.id for d in problem.demands),
        "size",
        *(f"must:{name}" for name in wishes.must),
        *(f"not:{name}" for name in wishes.exclude),
        *pairs,
    ]


@pytest.mark.parametrize("block", range(4))
def test_every_reported_conflict_is_infeasible_and_minimal(block: int) -> None:
    seen, seed = 0, 1000 * block
    while seen < 50:
        seed += 1
        problem = random_request(seed)
        answer = assemble(problem, budget_s=1.0, limit=1)
        assert (answer.status == "infeasible") == (not possible(problem, all_ids(problem))), seed
        if answer.status != "infeasible":
            continue
        seen += 1
        core = [part.demand for part in answer.conflict]
        assert not possible(problem, core), seed
        for name in core:
            assert possible(problem, [other for other in core if other != name]), (seed, name)
        for repair in answer.relaxations:
            if not repair.changes:
                rest = [name for name in all_ids(problem) if name not in repair.demands]
                assert possible(problem, rest), (seed, repair)


def test_a_repair_by_size_names_the_smallest_size_that_does() -> None:
    problem = tiny_problem(20, 3)
    four_musts = problem.facts.ids[:4]
    answer = assemble(replace(problem, wishes=Wishes(size=(2, 3), must=four_musts)), limit=1)
    assert (answer.status, answer.searched) == ("infeasible", 0)
    assert {part.demand for part in answer.conflict} == {"size", *(f"must:{name}" for name in four_musts)}
    assert "allow size 4" in [repair.text for repair in answer.relaxations]
    assert f"drop the demand for {four_musts[0]}" in [repair.text for repair in answer.relaxations]


def test_asking_for_somebody_who_is_excluded_names_just_these_two() -> None:
    problem = tiny_problem(20, 3)
    name = problem.facts.ids[5]
    answer = assemble(replace(problem, wishes=Wishes(size=(3, 6), must=(name,), exclude=(name,))), limit=1)
    assert [part.demand for part in answer.conflict] == [f"must:{name}", f"not:{name}"]
    assert [repair.text for repair in answer.relaxations] == [
        f"drop the demand for {name}",
        f"drop the exclusion of {name}",
    ]


def test_a_call_rule_against_a_wish_is_repaired_on_the_side_of_the_wish_first() -> None:
    problem = tiny_problem(20, 3)
    one_country = CountRange(id="U1", of=Unit.COUNTRIES, maximum=1, **WORD)
    answer = assemble(replace(problem, demands=(*problem.demands, one_country)), limit=1)
    assert {part.demand for part in answer.conflict} == {"R1", "U1"}
    assert answer.relaxations[0].demands == ("U1",)
    assert answer.relaxations[0].changes == (("U1", "maximum", 1.0, 3.0),)


def test_two_independent_conflicts_are_repaired_together() -> None:
    problem = tiny_problem(20, 3)
    a, b = problem.facts.ids[:2]
    demands = (
        *problem.demands,
        MustHave(id="A", organisations=(a,), **WORD),
        MustHave(id="B", organisations=(b,), **WORD),
        MustNotHave(id="C", organisations=(a,), **WORD),
        MustNotHave(id="D", organisations=(b,), **WORD),
    )
    answer = assemble(replace(problem, demands=demands), limit=1)
    assert len(answer.conflict) == 2
    assert [len(repair.demands) for repair in answer.relaxations] == [2]


def test_a_demand_that_nobody_can_meet_conflicts_with_nothing_but_itself() -> None:
    problem = tiny_problem(500, 3)
    nobody = CountRange(id="U1", members=Selector(countries=("JP",)), minimum=1, maximum=2, **WORD)
    answer = assemble(replace(problem, demands=(*problem.demands, nobody)), limit=1)
    assert [part.demand for part in answer.conflict] == ["U1"]
    assert answer.seconds < 5
