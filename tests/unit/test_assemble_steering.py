"""Steering a consortium: locks, exclusions, roles, diverse teams, swaps, the front; on problems small enough to see."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from data.calls import load_profiles
from data.countries import FACTS_AS_OF
from data.demands import CoordinatorIs, CountRange, Layer, Selector
from data.errors import BadInput
from data.model import CallId, Kind
from graph.rules.rules import Answer, Member, Verdict, check
from matcher.solver import assemble as assembling
from matcher.solver.assemble import (
    PRESETS,
    Consortium,
    Facts,
    Incumbent,
    Seat,
    TeamProblem,
    Weights,
    Wishes,
    assemble,
    front,
    swaps,
    tie_strength,
    warm,
)
from matcher.solver.facts import KINDS
from matcher.solver.sample import tiny_problem
from matcher.solver.search import local_optima


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Compiling the kernel must not eat the budgets below."""
    warm()


def plain(
    fit: Sequence[float],
    aspects: Sequence[Sequence[float]] | None = None,
    ties: np.ndarray | None = None,
    countries: Sequence[str] | None = None,
    **more: Any,
) -> TeamProblem:
    """A problem in which only what is given counts."""
    n = len(fit)
    return TeamProblem(
        facts=Facts.from_columns(
            ids=[f"o{k}" for k in range(n)],
            country=countries or ["DE"] * n,
            kind=[-1] * n,
            sme=[-1] * n,
            owner=[None] * n,
        ),
        fit=np.array(fit, float),
        aspects=np.zeros((n, 0)) if aspects is None else np.array(aspects, float),
        ties=sp.csr_array((n, n)) if ties is None else sp.csr_array(np.array(ties, float)),
        **{"weights": Weights(balance=0, newcomers=0, sme=0, widening=0, effort=0), **more},
    )


def test_the_best_two_by_fit_are_chosen_and_the_value_is_their_mean_fit() -> None:
    answer = assemble(plain([0.2, 0.9, 0.5, 0.7], wishes=Wishes(size=(2, 2))), limit=1)
    assert answer.status == "optimal"
    assert set(answer.consortia[0].ids) == {"o1", "o3"}
    assert answer.consortia[0].value == pytest.approx(0.8)
    assert answer.consortia[0].gap == 0.0
    assert answer.claim.startswith("Proved best among all 4 candidates")


def test_coverage_prefers_two_who_complement_one_another_to_two_who_cover_the_same() -> None:
    problem = plain([0.5, 0.5, 0.5], aspects=[[1, 0], [1, 0], [0, 1]], wishes=Wishes(size=(2, 2)))
    best = assemble(problem, limit=1).consortia[0]
    assert "o2" in best.ids
    assert {term.name: term.value for term in best.terms}["coverage"] == 1.0


def test_a_tie_between_irrelevant_organisations_is_worth_nothing() -> None:
    ties = np.zeros((4, 4))
    ties[0, 1] = ties[1, 0] = 1.0
    problem = plain([0.0, 0.0, 0.3, 0.3], ties=ties, wishes=Wishes(size=(2, 2)))
    assert set(assemble(problem, limit=1).consortia[0].ids) == {"o2", "o3"}


def test_who_covers_the_same_as_another_costs_once_for_each_further_one() -> None:
    problem = plain([0.5] * 3, aspects=[[1, 0], [0.5, 0], [0.2, 0]], wishes=Wishes(size=(3, 3)))
    terms = {term.name: term for term in assemble(problem, limit=1).consortia[0].terms}
    assert terms["redundancy"].value == pytest.approx(2 / 3)
    assert terms["redundancy"].weight == -problem.weights.redundancy


def test_locked_members_are_in_and_excluded_ones_are_not() -> None:
    problem = tiny_problem(60, 1)
    a, b = problem.facts.ids[10], problem.facts.ids[20]
    best = assemble(problem, limit=1).consortia[0]
    out = best.ids[0]
    wishes = Wishes(size=(4, 6), must=(a, b), exclude=(out,), coordinator=a)
    for consortium in assemble(replace(problem, wishes=wishes), limit=5).consortia:
        assert {a, b} <= set(consortium.ids)
        assert out not in consortium.ids
        assert consortium.members[0].id == a
        assert consortium.members[0].role == "coordinator"


def test_the_coordinator_is_one_who_fits_the_calls_demand() -> None:
    problem = tiny_problem(60, 1)
    demand = CoordinatorIs(
        id="R2", text="a university leads", source="test", members=Selector(kinds=(Kind.UNIVERSITY,))
    )
    problem = replace(problem, demands=(*problem.demands, demand))
    for consortium in assemble(problem, limit=5).consortia:
        lead = problem.facts.ids.index(consortium.members[0].id)
        assert KINDS[problem.facts.kind[lead]] is Kind.UNIVERSITY


def test_asking_for_an_unknown_organisation_is_refused() -> None:
    with pytest.raises(BadInput, match="nobody is asked for but is not among the 30 candidates"):
        assemble(replace(tiny_problem(), wishes=Wishes(must=("nobody",))))


def test_suggested_teams_are_as_far_apart_as_asked() -> None:
    answer = assemble(tiny_problem(80, 2, (5, 8)), limit=6, apart=4)
    assert len(answer.consortia) == 6
    for k, one in enumerate(answer.consortia):
        for other in answer.consortia[:k]:
            assert len(set(one.ids) - set(other.ids)) >= 4 or len(set(other.ids) - set(one.ids)) >= 4
    values = [consortium.value for consortium in answer.consortia]
    assert values == sorted(values, reverse=True)


def test_further_teams_do_without_most_of_those_who_covered_best() -> None:
    problem = tiny_problem(80, 2, (5, 8))
    rows = {ident: row for row, ident in enumerate(problem.facts.ids)}

    def covering(consortium: Consortium) -> set[str]:
        covers = problem.aspects[[rows[ident] for ident in consortium.ids]]
        return {
            consortium.ids[int(place)]
            for place, most in zip(covers.argmax(0), covers.max(0), strict=True)
            if most > 0
        }

    def shared(other_answers: float) -> float:
        consortia = assemble(problem, limit=4, other_answers=other_answers).consortia
        assert len(consortia) == 4
        return max(min(kept(one, other), kept(other, one)) for one, other in combinations(consortia, 2))

    def kept(one: Consortium, other: Consortium) -> float:
        return len(covering(one) & set(other.ids)) / len(covering(one))

    assert shared(2 / 3) <= 1 / 3 < shared(0.0)


def test_the_same_problem_gives_the_same_teams() -> None:
    first, second = (assemble(tiny_problem(150, 4), limit=4, budget_s=5.0) for _ in range(2))
    assert [c.ids for c in first.consortia] == [c.ids for c in second.consortia]


def test_a_larger_store_never_lowers_the_proved_best() -> None:
    problem = tiny_problem(400, 5)
    small = tiny_problem(400, 5)
    half = np.arange(200)
    small = replace(
        problem,
        facts=problem.facts.take(half),
        fit=problem.fit[half],
        aspects=problem.aspects[half],
        ties=sp.csr_array(problem.ties[half][:, half]),
    )
    whole, part = (assemble(p, limit=1, budget_s=20.0) for p in (problem, small))
    assert part.status == "optimal"
    assert whole.consortia[0].value >= part.consortia[0].value - 1e-6
    assert whole.consortia[0].bound is not None
    assert whole.consortia[0].bound >= whole.consortia[0].value


def test_a_small_budget_still_gives_an_allowed_team_with_a_true_bound() -> None:
    problem = tiny_problem(300, 6, (6, 12))
    quick = assemble(problem, limit=1, budget_s=0.0)
    slow = assemble(problem, limit=1, budget_s=3.0)
    assert quick.consortia[0].gap is not None
    assert quick.consortia[0].bound is not None
    assert quick.consortia[0].bound >= slow.consortia[0].value - 1e-7


@pytest.mark.parametrize("seed", range(6))
def test_every_set_of_the_answer_was_precomputed_with_its_roles(seed: int) -> None:
    precomputed: list[tuple[Seat, ...]] = []
    answer = assemble(tiny_problem(200, seed), limit=4, budget_s=5.0, precompute=precomputed.append)
    assert {consortium.members for consortium in answer.consortia} <= set(precomputed)
    assert all(consortium.gap is not None for consortium in answer.consortia)


@pytest.mark.parametrize("seed", range(4))
def test_where_the_proof_finds_a_better_set_its_own_companions_are_told(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first local search is made to stop at its second best set, so that the proof overturns it."""

    def hasty(*args: Any, **options: Any) -> Any:
        return local_optima(*args, **options)[1:]

    problem = tiny_problem(200, seed)
    precomputed: list[tuple[Seat, ...]] = []
    usual = assemble(problem, limit=3, budget_s=5.0)
    monkeypatch.setattr(assembling, "local_optima", hasty)
    answer = assemble(problem, limit=3, budget_s=5.0, precompute=precomputed.append)
    assert answer.status == "optimal"
    assert answer.consortia[0].members == usual.consortia[0].members
    assert answer.consortia[0].value == pytest.approx(usual.consortia[0].value)
    assert {consortium.members for consortium in answer.consortia} <= set(precomputed)


def test_what_is_raised_while_precomputing_ends_the_search() -> None:
    def refuse(seats: object) -> None:
        raise RuntimeError("not this set")

    with pytest.raises(RuntimeError, match="not this set"):
        assemble(tiny_problem(200, 7), limit=1, budget_s=5.0, precompute=refuse)


def test_watchers_hear_rising_values_and_the_last_is_the_answer() -> None:
    heard: list[Incumbent] = []
    answer = assemble(tiny_problem(200, 7), limit=1, budget_s=5.0, watch=heard.append)
    values = [incumbent.value for incumbent in heard]
    assert values == sorted(values)
    assert values[-1] == pytest.approx(answer.consortia[0].value)


def test_a_swap_tells_the_change_of_every_term_and_rule() -> None:
    problem = tiny_problem(40, 8, (4, 4))
    facts = problem.facts
    profile = replace(load_profiles()[CallId("he-ria-ia-2021")], demands=problem.demands)

    def answered(ids: Sequence[str]) -> Verdict:
        places = [facts.ids.index(name) for name in ids]
        members = [Member(id=facts.ids[k], country=facts.countries[facts.country[k]]) for k in places]
        return check(profile, members, on=FACTS_AS_OF)

    best = assemble(problem, limit=1, budget_s=5.0).consortia[0]
    proposals = swaps(problem, best.ids, per_member=2, check=answered)
    assert {swap.outgoing for swap in proposals} == set(best.ids)
    for swap in proposals:
        assert swap.allowed
        assert swap.change <= 1e-7  # nothing beats the proved best
        assert swap.change == pytest.approx(sum(change.worth for change in swap.terms))
        changed = [name for name in best.ids if name != swap.outgoing] + [swap.incoming]
        assert answered(tuple(changed)).answer is not Answer.BROKEN


def test_a_swap_that_breaks_a_rule_says_which() -> None:
    problem = plain([0.9, 0.8, 0.7, 0.6], countries=["DE", "FR", "IT", "DE"], wishes=Wishes(size=(3, 3)))
    rule = CountRange(
        id="R4",
        text="one from Italy",
        source="test",
        layer=Layer.USER,
        members=Selector(countries=("IT",)),
        minimum=1,
    )
    problem = replace(problem, demands=(rule,))
    profile = replace(load_profiles()[CallId("he-ria-ia-2021")], demands=(rule,))
    country = dict(zip(problem.facts.ids, ["DE", "FR", "IT", "DE"], strict=True))
    proposals = swaps(
        problem,
        ("o0", "o1", "o2"),
        check=lambda ids: check(profile, [Member(id=name, country=country[name]) for name in ids]),
        broken_per_member=1,
    )
    broken = [swap for swap in proposals if not swap.allowed]
    assert [(swap.outgoing, swap.incoming) for swap in broken] == [("o2", "o3")]
    assert [(change.before.answer, change.after.answer) for change in broken[0].rules] == [
        (Answer.MET, Answer.BROKEN)
    ]


def test_the_front_trades_fit_for_new_ties_without_a_dominated_point() -> None:
    points = front(tiny_problem(80, 9, (4, 6)))
    assert len(points) >= 3
    for one, other in pairwise(points):
        assert one.fit > other.fit
        assert one.new_ties < other.new_ties


def test_every_preset_gives_allowed_teams_from_proven_to_fresh() -> None:
    problem = tiny_problem(120, 10, (5, 8))
    ties = {}
    for name, weights in PRESETS.items():
        best = assemble(replace(problem, weights=weights), limit=1, budget_s=3.0).consortia[0]
        ties[name] = next(term.value for term in best.terms if term.name == "ties")
    assert ties["proven_team"] > ties["balanced"] > ties["fresh_blood"]


def test_tie_strength_saturates() -> None:
    newman = sp.csr_array(np.array([[0, 0.2, 1.8], [0.2, 0, 0], [1.8, 0, 0]]))
    assert tie_strength(newman).toarray()[0].tolist() == pytest.approx([0.0, 0.5, 0.9])


def test_weights_below_zero_are_refused_but_for_ties() -> None:
    assert Weights(ties=-1.0).ties == -1.0
    with pytest.raises(ValueError, match="the weight of fit must be 0 or more"):
        Weights(fit=-1.0)
