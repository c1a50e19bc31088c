"""What does a way out of a conflict say, and what does it cost? Six candidates, three German and three French."""

from dataclasses import replace
from typing import Any

import pytest

from data.demands import CountRange, Demand, Layer, Selector, ShareCap, Unit
from matcher.solver.assemble import Facts, TeamProblem, Wishes, assemble
from matcher.solver.conflict import explain_by_search
from matcher.solver.request import Request
from matcher.solver.sample import tiny_problem

WISH: dict[str, Any] = {"text": "made up", "source": "test", "layer": Layer.USER}
GERMANS = Selector(countries=("DE",))


def problem_with(*demands: Demand) -> TeamProblem:
    facts = Facts.from_columns(
        ids=[f"o{k}" for k in range(6)],
        country=["DE"] * 3 + ["FR"] * 3,
        kind=[-1] * 6,
        sme=[-1] * 6,
        owner=[None] * 6,
    )
    return replace(tiny_problem(6, 1), facts=facts, demands=demands, wishes=Wishes(size=(2, 4)))


def test_a_wish_for_too_much_is_repaired_by_the_largest_number_there_is() -> None:
    three_countries = CountRange(id="U1", of=Unit.COUNTRIES, minimum=3, **WISH)
    (repair,) = assemble(problem_with(three_countries), limit=1).relaxations
    assert repair.changes == (("U1", "minimum", 3.0, 2.0),)
    assert repair.text == "ask for 2 instead of 3: made up"
    assert repair.cost == pytest.approx(0.1 + 1 / 3)


def test_a_loosened_number_costs_less_than_a_dropped_wish_however_far_it_goes() -> None:
    japanese = CountRange(id="U1", members=Selector(countries=("JP",)), minimum=2, **WISH)
    (repair,) = assemble(problem_with(japanese), limit=1).relaxations
    assert repair.changes == (("U1", "minimum", 2.0, 0.0),)
    assert repair.cost == 0.9


def test_the_cost_of_a_number_is_its_change_relative_to_what_was_asked() -> None:
    one_japanese = CountRange(id="U1", members=Selector(countries=("JP",)), minimum=1, **WISH)
    four_germans = CountRange(id="U1", members=GERMANS, minimum=4, **WISH)
    assert [r.cost for r in assemble(problem_with(one_japanese), limit=1).relaxations] == [0.9]
    assert [r.cost for r in assemble(problem_with(four_germans), limit=1).relaxations] == [0.1 + 1 / 4]


def test_each_of_two_wishes_may_give_way_by_as_much_as_the_other_needs() -> None:
    most = CountRange(id="U1", members=GERMANS, maximum=1, **WISH)
    least = CountRange(id="U2", members=GERMANS, minimum=3, **WISH)
    answer = assemble(problem_with(most, least), limit=1)
    assert {repair.demands: repair.changes for repair in answer.relaxations} == {
        ("U1",): (("U1", "maximum", 1.0, 3.0),),
        ("U2",): (("U2", "minimum", 3.0, 1.0),),
    }


def test_a_rule_of_the_call_is_not_the_coordinators_to_change() -> None:
    rule = CountRange(id="R1", of=Unit.COUNTRIES, minimum=3, text="made up", source="test")
    (repair,) = assemble(problem_with(rule), limit=1).relaxations
    assert repair.text == "only with another call: R1 (made up) would need minimum 2 instead of 3"
    assert repair.cost == pytest.approx(10 * (0.1 + 1 / 3))


def test_exhaustive_search_names_the_same_demands_and_who_may_be_dropped() -> None:
    """Four equal budgets cannot each be a fifth of their total at most."""
    cap = ShareCap(id="U1", of=Unit.MEMBERS, maximum=0.2, **WISH)
    problem = problem_with(cap)
    problem = replace(problem, facts=problem.facts.stating(budgets=dict.fromkeys(problem.facts.ids, 1e5)))
    report = explain_by_search(Request.of(problem))
    assert {part.demand for part in report.conflict} == {"U1", "size"}
    assert {repair.demands for repair in report.relaxations} == {("U1",), ("size",)}
    assert {part.demand for part in assemble(problem, limit=1, budget_s=20.0).conflict} == {"U1", "size"}
