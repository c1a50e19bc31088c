"""Who may leave, who may not, and who steps in."""

import itertools
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from data.calls import CallProfile, load_profiles
from data.demands import AnyOf, CountRange, Demand, MustHave, MustNotHave
from data.model import CallId
from graph.rules.members import Member, Ownership, pair
from graph.rules.resilience import Composition, resilience, substitutes
from graph.rules.rules import check

PROFILES = load_profiles()
HORIZON = PROFILES[CallId("he-ria-ia-2021")]


def own(name: str, country: str, **facts: Any) -> Member:
    return Member(name, name, country, owner=name, **facts)


def test_with_three_members_every_withdrawal_breaks_the_minimum() -> None:
    outlook = resilience(Composition(HORIZON, (own("A", "DE"), own("B", "FR"), own("C", "IT"))))
    assert [loss.breaks for loss in outlook.members] == [("R1",)] * 3
    assert [loss.country for loss in outlook.countries] == ["DE", "FR", "IT"]
    assert (outlook.size, outlook.exact) == (1, True)
    assert [loss.leaving for loss in outlook.smallest] == [("A",), ("B",), ("C",)]


def test_the_only_member_state_is_the_weak_point() -> None:
    members = (own("A", "NO"), own("B", "IS"), own("C", "UA"), own("D", "FR"))
    outlook = resilience(Composition(HORIZON, members))
    assert [loss.leaving for loss in outlook.weak_points if loss.country is None] == [("D",)]
    assert [loss.country for loss in outlook.weak_points if loss.country] == ["FR"]
    assert [loss.leaving for loss in outlook.smallest] == [("D",)]


def test_two_of_one_owner_go_together_and_do_not_help_each_other() -> None:
    members = (
        own("A", "DE"),
        own("B", "FR"),
        Member("C", "C", "IT", owner="X"),
        Member("D", "D", "ES", owner="X"),
    )
    outlook = resilience(Composition(HORIZON, members))
    assert [loss.survived for loss in outlook.members] == [False, False, True, True]


def test_a_whole_country_may_be_too_much_where_one_member_is_not() -> None:
    members = (own("A", "DE"), own("B", "DE"), own("C", "FR"), own("D", "IT"))
    outlook = resilience(Composition(HORIZON, members))
    assert {loss.leaving: loss.survived for loss in outlook.members} == {
        ("A",): True,
        ("B",): True,
        ("C",): False,
        ("D",): False,
    }
    assert [(loss.country, loss.survived) for loss in outlook.countries] == [
        ("DE", False),
        ("FR", False),
        ("IT", False),
    ]


def test_unknown_owners_open_a_rule_but_do_not_break_it() -> None:
    members = (own("A", "DE"), own("B", "FR"), own("C", "IT"), Member("D", "D", "ES"))
    outlook = resilience(Composition(HORIZON, members))
    assert outlook.members[0].survived
    assert outlook.members[0].opens == ("R1",)
    assert outlook.members[3].opens == ()


def test_rules_that_were_broken_before_are_not_blamed_on_a_withdrawal() -> None:
    outlook = resilience(Composition(HORIZON, (own("A", "DE"), own("B", "FR"))))
    assert (outlook.size, outlook.smallest, outlook.weak_points) == (None, (), ())


def test_the_askers_own_demands_count_too() -> None:
    members = (own("A", "DE"), own("B", "FR"), own("C", "IT"), own("D", "ES"))
    must = MustHave(id="U1", text="A takes part", source="the asker", organisations=("A",))
    outlook = resilience(Composition(HORIZON, members, extra=(must,)))
    assert [loss.leaving for loss in outlook.smallest] == [("A",)]
    assert outlook.smallest[0].breaks == ("U1",)


def test_substitutes_cure_what_breaks_and_keep_the_callers_order() -> None:
    consortium = Composition(HORIZON, (own("A", "DE"), own("B", "FR"), own("C", "IT")))
    candidates = [
        own("A", "DE"),
        own("E", "DE"),
        Member("F", "F", "ES"),
        own("G", "PL"),
        own("H", "US"),
        own("I", "NO"),
    ]
    replacements = substitutes(consortium, ["C"], candidates)
    assert [(who.member.id, who.cures, who.opens) for who in replacements] == [
        ("G", ("R1",), ()),
        ("I", ("R1",), ()),
        ("F", ("R1",), ("R1",)),
    ]


@st.composite
def consortia(draw: st.DrawFn) -> tuple[Member, ...]:
    countries = st.sampled_from(["DE", "FR", "NO", "IS"])
    size = draw(st.integers(3, 6))
    return tuple(
        Member(
            str(k),
            str(k),
            draw(countries),
            owner=draw(st.sampled_from([str(k), "X"])),
            budget_eur=draw(st.sampled_from([1.0, 2.0])),
        )
        for k in range(size)
    )


@given(consortia(), st.sampled_from(["he-ria-ia-2021", "eureka-network"]))
@settings(max_examples=60, deadline=None)
def test_the_smallest_withdrawal_is_that_of_brute_force(members: tuple[Member, ...], call: str) -> None:
    profile = PROFILES[CallId(call)]
    outlook = resilience(Composition(profile, members))
    before = {rule.id for rule in check(profile, members).broken()}

    def breaks(ids: Collection[str]) -> set[str]:
        kept = [member for member in members if member.id not in ids]
        return {rule.id for rule in check(profile, kept).broken()} - before

    sizes = [
        size
        for size in range(1, len(members) + 1)
        if any(breaks(ids) for ids in itertools.combinations([m.id for m in members], size))
    ]
    assert outlook.size == (sizes[0] if sizes else None)
    for withdrawal in outlook.smallest:
        assert breaks(withdrawal.leaving) == set(withdrawal.breaks)


def test_a_search_that_gives_up_says_so() -> None:
    many = tuple(
        replace(own(str(k), ["DE", "FR", "IT", "ES", "PL"][k % 5]), budget_eur=float(k)) for k in range(12)
    )
    outlook = resilience(Composition(HORIZON, many), effort=100)
    assert (outlook.exact, outlook.smallest) == (False, ())
    assert outlook.size == 3


def call(*demands: Demand) -> CallProfile:
    return CallProfile(id=CallId("test"), title="Test", programme="test", source="test", demands=demands)


def at_least(number: int) -> CountRange:
    return CountRange(id="R1", text="so many members", source="the test", minimum=number)


def must_have(*organisations: str) -> MustHave:
    return MustHave(id="U1", text="they take part", source="the asker", organisations=organisations)


def test_one_is_enough_until_everybody_has_left() -> None:
    outlook = resilience(Composition(call(at_least(1)), (own("A", "DE"), own("B", "FR"))))
    assert [loss.leaving for loss in outlook.smallest] == [("A", "B")]
    assert (outlook.size, outlook.weak_points) == (2, ())


def test_of_members_who_are_alike_one_stands_for_all() -> None:
    alike = (Member("A", "A", "DE"), Member("B", "B", "DE"))
    outlook = resilience(Composition(call(at_least(2)), alike))
    assert [loss.leaving for loss in outlook.smallest] == [("A",)]
    assert [loss.survived for loss in outlook.members] == [False, False]


def test_an_owner_is_not_like_another_of_its_country() -> None:
    # P owns S: without Q two entities are left. Without P there are three still.
    members = (
        Member("P", "P", "DE"),
        Member("Q", "Q", "DE"),
        Member("S", "S", "FR", owner="P"),
        own("C", "IT"),
    )
    outlook = resilience(Composition(HORIZON, members))
    assert [loss.leaving for loss in outlook.smallest] == [("C",), ("Q",), ("S",)]


def test_one_of_a_decided_pair_is_not_like_another_of_its_country() -> None:
    members = (Member("P", "P", "DE"), Member("Q", "Q", "DE"), Member("S", "S", "FR"), own("C", "IT"))
    together = Ownership(same=frozenset({pair("P", "S")}))
    outlook = resilience(Composition(HORIZON, members, ownership=together))
    assert [loss.leaving for loss in outlook.smallest] == [("C",), ("Q",), ("S",)]


def test_one_whom_a_rule_names_is_not_like_another() -> None:
    alike = (Member("A", "A", "DE"), Member("B", "B", "DE"))
    outlook = resilience(Composition(call(must_have("B")), alike))
    assert [loss.leaving for loss in outlook.smallest] == [("B",)]
    either = AnyOf(
        id="R2", text="B, or three", source="the test", options=((must_have("B"),), (at_least(3),))
    )
    outlook = resilience(Composition(call(either), alike))
    assert [loss.leaving for loss in outlook.smallest] == [("B",)]


def test_five_of_the_smallest_withdrawals_are_shown() -> None:
    members = tuple(own(name, "DE") for name in "ABCDEFG")
    outlook = resilience(Composition(call(at_least(7)), members))
    assert [loss.leaving for loss in outlook.smallest] == [("A",), ("B",), ("C",), ("D",), ("E",)]
    outlook = resilience(Composition(call(at_least(7)), members), shown=2)
    assert [loss.leaving for loss in outlook.smallest] == [("A",), ("B",)]


def test_an_effort_of_so_many_sets_checks_so_many() -> None:
    members = (own("A", "DE"), own("B", "FR"), own("C", "IT"))
    outlook = resilience(Composition(HORIZON, members), effort=1)
    assert ([loss.leaving for loss in outlook.smallest], outlook.size, outlook.exact) == ([("A",)], 1, True)
    outlook = resilience(Composition(call(at_least(1)), members), effort=3)
    assert (outlook.smallest, outlook.size, outlook.exact) == ((), 2, False)


def test_three_substitutes_are_named_and_no_more_candidates_looked_at_than_needed() -> None:
    looked_at: list[str] = []

    def candidates() -> Iterator[Member]:
        for name in "EFGHI":
            looked_at.append(name)
            yield own(name, "ES")

    composition = Composition(HORIZON, (own("A", "DE"), own("B", "FR"), own("C", "IT")))
    replacements = substitutes(composition, ["C"], candidates())
    assert [who.member.id for who in replacements] == ["E", "F", "G"]
    assert looked_at == ["E", "F", "G"]


def test_a_substitute_who_breaks_another_rule_is_none() -> None:
    never = MustNotHave(id="U1", text="never H", source="the asker", organisations=("H",))
    composition = Composition(HORIZON, (own("A", "DE"), own("B", "FR"), own("C", "IT")), extra=(never,))
    replacements = substitutes(composition, ["C"], [own("H", "ES"), own("I", "ES")])
    assert [who.member.id for who in replacements] == ["I"]


def test_what_was_broken_before_need_not_be_cured() -> None:
    composition = Composition(call(at_least(2), must_have("Z")), (own("A", "DE"), own("B", "FR")))
    replacements = substitutes(composition, ["B"], [own("C", "IT")])
    assert [(who.member.id, who.cures) for who in replacements] == [("C", ("R1",))]
