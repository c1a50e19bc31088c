"""Laws of the rules, against brute force: order, growth, learning, and the exact three values of the minimum."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any, TypedDict

from hypothesis import given, settings
from hypothesis import strategies as st

from data.calls import CallProfile
from data.demands import (
    AllMembers,
    Basis,
    CoordinatorIs,
    CountRange,
    Demand,
    DistinctRepresentatives,
    MemberBudget,
    PerGroupMaximum,
    Selector,
    ShareCap,
    ShareRange,
    SubCount,
    Unit,
)
from data.model import CallId, Kind
from graph.rules.rules import Member, Ownership, RuleAnswer, check, pair


class About(TypedDict):
    """What every demand must state."""

    id: str
    text: str
    source: str


ABOUT: About = {"id": "R1", "text": "a rule of the test", "source": "the test"}
INSIDE, CORE = ("DE", "FR", "NO"), ("DE", "FR")
COUNTRIES = (*INSIDE, "US")
BUDGETS = (0.0, 1.0, 2.0, 5.0)
SELECTORS = (
    Selector(),
    Selector(countries=INSIDE),
    Selector(countries=CORE),
    Selector(not_countries=CORE),
    Selector(sme=True),
    Selector(kinds=(Kind.SME,)),
    Selector(kinds=(Kind.COMPANY,), countries=INSIDE),
    Selector(not_roles=("coordinator",)),
)


def answer(demand: Demand, members: Sequence[Member], **given_facts: Any) -> RuleAnswer:
    profile = CallProfile(id=CallId("test"), title="T", programme="t", source="t", demands=(demand,))
    return check(profile, members, **given_facts).rules[0]


@st.composite
def member_sets(draw: st.DrawFn, most: int = 6, known: bool = False) -> list[Member]:
    members = []
    for name in "abcdef"[: draw(st.integers(0, most))]:
        blank: list[None] = [] if known else [None]
        owner = draw(st.sampled_from([*blank, name, "X", "Y"]))
        kind = draw(st.sampled_from([*blank, Kind.SME, Kind.COMPANY, Kind.LARGE, Kind.UNIVERSITY]))
        flags = [True] if kind is Kind.SME else [False] if kind is Kind.LARGE else [True, False]
        members.append(
            Member(
                name,
                name,
                draw(st.sampled_from([*blank, *COUNTRIES])),
                kind,
                owner,
                draw(st.sampled_from([*blank, *BUDGETS])),
                draw(st.sampled_from([None, "participant", "coordinator", "affiliated"])),
                draw(st.sampled_from([*blank, *flags])),
            )
        )
    return members


@st.composite
def representative_demands(draw: st.DrawFn) -> DistinctRepresentatives:
    count = draw(st.integers(1, 4))
    countries = draw(st.sampled_from([count, count, count, max(1, count - 1)]))
    subs: tuple[int, ...] = draw(st.sampled_from([(), (1,), (2,), (1, 1)]))
    choices = ((CORE, 1), (("NO", "DE"), 1))
    return DistinctRepresentatives(
        **ABOUT,
        count=count,
        countries=countries,
        members=draw(st.sampled_from([Selector(countries=INSIDE), Selector(), Selector(countries=CORE)])),
        independent=draw(st.booleans()),
        of_which=tuple(SubCount(minimum=min(n, count), countries=choices[k][0]) for k, n in enumerate(subs)),
    )


@st.composite
def demands(draw: st.DrawFn) -> Demand:
    selector, other = draw(st.sampled_from(SELECTORS)), draw(st.sampled_from(SELECTORS))
    share = draw(st.sampled_from([0.2, 0.3, 0.5, 0.7, 1.0]))
    unit = draw(st.sampled_from(list(Unit)))
    number = draw(st.integers(0, 4))
    basis = draw(st.sampled_from(list(Basis)))
    return draw(
        st.sampled_from(
            [
                CountRange(**ABOUT, of=unit, members=selector, minimum=number),
                CountRange(**ABOUT, of=unit, members=selector, maximum=number),
                AllMembers(**ABOUT, members=selector, among=other),
                PerGroupMaximum(
                    **ABOUT, of=draw(st.sampled_from([Unit.COUNTRIES, Unit.OWNERS])), maximum=number
                ),
                ShareCap(**ABOUT, of=unit, maximum=share, basis=basis, members=selector),
                ShareRange(**ABOUT, members=selector, among=other, minimum=share, basis=basis),
                ShareRange(**ABOUT, members=selector, maximum=share, basis=basis),
                MemberBudget(**ABOUT, members=selector, minimum_eur=2.0, maximum_eur=4.0),
                CoordinatorIs(**ABOUT, members=selector),
                replace(CountRange(**ABOUT, members=selector, minimum=number), only_if=other),
            ]
        )
    )


def one_owner(a: Member, b: Member) -> bool:
    return a.owner == b.owner or a.owner == b.id or b.owner == a.id


def brute_force(demand: DistinctRepresentatives, members: Sequence[Member]) -> bool:
    """All facts known: is there a set of representatives?"""
    if not demand.independent:
        members = [replace(member, owner=member.id) for member in members]
    inside = demand.members.countries
    counted = [m for m in members if m.role != "affiliated" and (not inside or m.country in inside)]
    return any(
        len({m.country for m in chosen}) >= demand.countries
        and not any(one_owner(a, b) for a, b in itertools.combinations(chosen, 2))
        and all(sum(m.country in sub.countries for m in chosen) >= sub.minimum for sub in demand.of_which)
        for chosen in itertools.combinations(counted, demand.count)
    )


@given(member_sets(known=True), representative_demands())
@settings(max_examples=500, deadline=None)
def test_with_all_facts_known_the_matching_agrees_with_brute_force(
    members: list[Member], demand: DistinctRepresentatives
) -> None:
    finding = answer(demand, members)
    assert finding.answer == ("met" if brute_force(demand, members) else "broken")
    if finding.answer == "met":
        chosen = [member for member in members if member.id in finding.witness]
        assert len(chosen) == demand.count
        assert brute_force(demand, chosen)


def completions(members: Sequence[Member]) -> Iterator[list[Member]]:
    """Every way in which the unknown owners and countries could turn out."""
    blank = [member for member in members if member.owner is None]
    fresh = [f"Z{k}" for k in range(len(blank))]
    owners = [[m.owner] if m.owner else [m.id, "X", "Y", *(o.id for o in members), *fresh] for m in members]
    countries = [[m.country] if m.country else COUNTRIES for m in members]
    for chosen in itertools.product(*owners):
        parents = dict(zip((m.id for m in members), chosen, strict=True))
        # Who is somebody's ultimate parent owns itself.
        if all(parents.get(parent, parent) == parent for parent in chosen):
            for places in itertools.product(*countries):
                yield [
                    replace(m, owner=owner, country=place)
                    for m, owner, place in zip(members, chosen, places, strict=True)
                ]


@st.composite
def partly_known(draw: st.DrawFn) -> list[Member]:
    members = []
    holes = draw(st.integers(0, 3))
    for name in "abcd"[: draw(st.integers(1, 4))]:
        owner: str | None = draw(st.sampled_from([name, "X"]))
        country: str | None = draw(st.sampled_from(COUNTRIES))
        if holes and draw(st.booleans()):
            owner, holes = None, holes - 1
        if holes and draw(st.integers(0, 3)) == 0:
            country, holes = None, holes - 1
        members.append(Member(name, name, country, owner=owner))
    return members


@given(partly_known(), representative_demands())
@settings(max_examples=300, deadline=None)
def test_the_three_values_are_those_of_all_ways_the_missing_facts_could_turn_out(
    members: list[Member], demand: DistinctRepresentatives
) -> None:
    verdict = answer(demand, members).answer
    ways = {brute_force(demand, way) for way in completions(members)}
    truth = "unknown" if len(ways) == 2 else "met" if True in ways else "broken"
    exact = not demand.of_which or (len(demand.of_which) == 1 and demand.countries == demand.count)
    assert verdict == truth or (not exact and verdict == "unknown")


@given(member_sets(), st.one_of(demands(), representative_demands()), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_the_order_of_members_does_not_matter(members: list[Member], demand: Demand, random: Random) -> None:
    shuffled = list(members)
    random.shuffle(shuffled)
    assert answer(demand, shuffled) == answer(demand, members)


@given(member_sets(most=5), representative_demands())
@settings(max_examples=200, deadline=None)
def test_a_newcomer_never_breaks_a_rule_that_only_asks_for_more(
    members: list[Member], demand: DistinctRepresentatives
) -> None:
    newcomer = Member("z", "z", "DE", owner="z")
    rank = {"broken": 0, "unknown": 1, "met": 2}
    assert rank[answer(demand, [*members, newcomer]).answer] >= rank[answer(demand, members).answer]


@given(st.data(), member_sets(), st.one_of(demands(), representative_demands()))
@settings(max_examples=600, deadline=None)
def test_knowing_more_never_turns_met_into_broken_or_back(
    source: st.DataObject, members: list[Member], demand: Demand
) -> None:
    before = answer(demand, members).answer
    owners_named = {member.owner for member in members}
    wiser = []
    for member in members:
        learnt: dict[str, Any] = {}
        if member.owner is None and source.draw(st.booleans()):
            own = [member.id] if member.id in owners_named else [member.id, "X", "Y", "Z"]
            learnt["owner"] = source.draw(st.sampled_from(own))
        if member.country is None and source.draw(st.booleans()):
            learnt["country"] = source.draw(st.sampled_from(COUNTRIES))
        if member.budget_eur is None and source.draw(st.booleans()):
            learnt["budget_eur"] = source.draw(st.sampled_from(BUDGETS))
        if member.sme is None and member.is_sme is None and source.draw(st.booleans()):
            learnt["sme"] = source.draw(st.booleans())
        wiser.append(replace(member, **learnt))
    after = answer(demand, wiser).answer
    # Budgets that all turn out to be nought leave no share to speak of.
    assert before in ("unknown", after) or answer(demand, wiser).found == "no budget"


@given(member_sets(), representative_demands(), st.data())
@settings(max_examples=200, deadline=None)
def test_a_decision_about_a_pair_never_turns_met_into_broken_or_back(
    members: list[Member], demand: DistinctRepresentatives, source: st.DataObject
) -> None:
    pairs = list(itertools.combinations([m.id for m in members if m.owner is None], 2))
    suspected = frozenset(pair(a, b) for a, b in pairs if source.draw(st.booleans()))
    decided = source.draw(st.sampled_from(["same", "different"]))
    for two in sorted(suspected, key=sorted)[:1]:
        before = answer(demand, members, ownership=Ownership(suspected=suspected)).answer
        after = answer(
            demand, members, ownership=Ownership(suspected=suspected, **{decided: frozenset({two})})
        )
        assert before in ("unknown", after.answer)
