"""Who may leave, who may not, and who steps in."""

import itertools
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from data.calls import load_profiles
from data.demands import MustHave
from graph.rules.members import Member
from graph.rules.resilience import Composition, resilience, substitutes
from graph.rules.rules import check

PROFILES = load_profiles()
HORIZON = PROFILES["he-ria-ia-2021"]


def own(name, country, **facts):
    return Member(name, name, country, owner=name, **facts)


def test_with_three_members_every_withdrawal_breaks_the_minimum():
    found = resilience(Composition(HORIZON, (own("A", "DE"), own("B", "FR"), own("C", "IT"))))
    assert [one.breaks for one in found.members] == [("R1",)] * 3
    assert [one.country for one in found.countries] == ["DE", "FR", "IT"]
    assert (found.size, found.exact) == (1, True)
    assert [one.leaving for one in found.smallest] == [("A",), ("B",), ("C",)]


def test_the_only_member_state_is_the_weak_point():
    members = (own("A", "NO"), own("B", "IS"), own("C", "UA"), own("D", "FR"))
    found = resilience(Composition(HORIZON, members))
    assert [one.leaving for one in found.weak_points if one.country is None] == [("D",)]
    assert [one.country for one in found.weak_points if one.country] == ["FR"]
    assert [one.leaving for one in found.smallest] == [("D",)]


def test_two_of_one_owner_go_together_and_do_not_help_each_other():
    members = (
        own("A", "DE"),
        own("B", "FR"),
        Member("C", "C", "IT", owner="X"),
        Member("D", "D", "ES", owner="X"),
    )
    found = resilience(Composition(HORIZON, members))
    assert [one.survived for one in found.members] == [False, False, True, True]


def test_a_whole_country_may_be_too_much_where_one_member_is_not():
    members = (own("A", "DE"), own("B", "DE"), own("C", "FR"), own("D", "IT"))
    found = resilience(Composition(HORIZON, members))
    assert {one.leaving: one.survived for one in found.members} == {
        ("A",): True,
        ("B",): True,
        ("C",): False,
        ("D",): False,
    }
    assert [(one.country, one.survived) for one in found.countries] == [
        ("DE", False),
        ("FR", False),
        ("IT", False),
    ]


def test_unknown_owners_open_a_rule_but_do_not_break_it():
    members = (own("A", "DE"), own("B", "FR"), own("C", "IT"), Member("D", "D", "ES"))
    found = resilience(Composition(HORIZON, members))
    assert found.members[0].survived
    assert found.members[0].opens == ("R1",)
    assert found.members[3].opens == ()


def test_rules_that_were_broken_before_are_not_blamed_on_a_withdrawal():
    found = resilience(Composition(HORIZON, (own("A", "DE"), own("B", "FR"))))
    assert (found.size, found.smallest, found.weak_points) == (None, (), ())


def test_the_askers_own_demands_count_too():
    members = (own("A", "DE"), own("B", "FR"), own("C", "IT"), own("D", "ES"))
    must = MustHave(id="U1", text="A takes part", source="the asker", organisations=("A",))
    found = resilience(Composition(HORIZON, members, extra=(must,)))
    assert [one.leaving for one in found.smallest] == [("A",)]
    assert found.smallest[0].breaks == ("U1",)


def test_substitutes_cure_what_breaks_and_keep_the_callers_order():
    consortium = Composition(HORIZON, (own("A", "DE"), own("B", "FR"), own("C", "IT")))
    candidates = [
        own("A", "DE"),
        own("E", "DE"),
        Member("F", "F", "ES"),
        own("G", "PL"),
        own("H", "US"),
        own("I", "NO"),
    ]
    found = substitutes(consortium, ["C"], candidates)
    assert [(one.member.id, one.cures, one.opens) for one in found] == [
        ("G", ("R1",), ()),
        ("I", ("R1",), ()),
        ("F", ("R1",), ("R1",)),
    ]


@st.composite
def consortia(draw):
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
def test_the_smallest_withdrawal_is_that_of_brute_force(members, call):
    profile = PROFILES[call]
    found = resilience(Composition(profile, members))
    before = {rule.id for rule in check(profile, members).broken()}

    def breaks(ids):
        kept = [member for member in members if member.id not in ids]
        return {rule.id for rule in check(profile, kept).broken()} - before

    sizes = [
        size
        for size in range(1, len(members) + 1)
        if any(breaks(ids) for ids in itertools.combinations([m.id for m in members], size))
    ]
    assert found.size == (sizes[0] if sizes else None)
    for withdrawal in found.smallest:
        assert breaks(withdrawal.leaving) == set(withdrawal.breaks)


def test_a_search_that_gives_up_says_so():
    many = tuple(
        replace(own(str(k), ["DE", "FR", "IT", "ES", "PL"][k % 5]), budget_eur=float(k)) for k in range(12)
    )
    found = resilience(Composition(HORIZON, many), effort=100)
    assert (found.exact, found.smallest) == (False, ())
    assert found.size == 3
