"""Share rules with missing budgets, against a linear program: could any amounts keep the cap?"""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from data.calls import CallProfile
from data.demands import Demand, Selector, ShareCap, ShareRange, Unit
from data.model import CallId
from graph.rules.rules import Answer, Member, check


class About(TypedDict):
    """What every demand must state."""

    id: str
    text: str
    source: str


ABOUT: About = {"id": "R1", "text": "a rule of the test", "source": "the test"}


def answer(demand: Demand, members: Sequence[Member]) -> Answer:
    profile = CallProfile(id=CallId("test"), title="T", programme="t", source="t", demands=(demand,))
    return check(profile, members).rules[0].answer


@st.composite
def budgets(draw: st.DrawFn) -> list[Member]:
    amounts = st.sampled_from([None, None, 1.0, 2.0, 5.0, 10.0])
    size = draw(st.integers(1, 5))
    return [
        Member(
            str(k),
            str(k),
            draw(st.sampled_from(["DE", "FR", "IT"])),
            budget_eur=draw(amounts),
            sme=draw(st.sampled_from([None, True, False])),
        )
        for k in range(size)
    ]


def can_be_kept(members: Sequence[Member], groups: Sequence[str | None], cap: float) -> bool:
    """Is there a completion of the missing budgets under which no group exceeds the cap?"""
    blank = [k for k, member in enumerate(members) if member.budget_eur is None]
    known = np.array([member.budget_eur or 0.0 for member in members])
    rows, limits = [], []
    for group in set(groups):
        inside = np.array([other == group for other in groups], dtype=float)
        rows.append([inside[k] - cap for k in blank])
        limits.append(cap * known.sum() - known @ inside)
    if not blank:
        return all(limit >= -1e-9 for limit in limits)
    outcome = linprog(np.zeros(len(blank)), A_ub=rows, b_ub=limits, bounds=(0, None))
    return bool(outcome.status == 0)


@given(budgets(), st.sampled_from([0.2, 0.3, 0.4, 0.5, 0.7]), st.sampled_from([Unit.MEMBERS, Unit.COUNTRIES]))
@settings(max_examples=150, deadline=None)
def test_a_cap_is_broken_exactly_when_no_amounts_could_keep_it(
    members: list[Member], cap: float, unit: Unit
) -> None:
    groups = [member.id if unit is Unit.MEMBERS else member.country for member in members]
    verdict = answer(ShareCap(**ABOUT, of=unit, maximum=cap), members)
    assert (verdict == "broken") == (not can_be_kept(members, groups, cap))
    # One missing budget may always turn out to be nearly everything.
    assert (verdict == "met") == (verdict != "broken" and all(m.budget_eur is not None for m in members))


@given(budgets(), st.sampled_from([0.25, 0.5, 0.75]))
@settings(max_examples=150, deadline=None)
def test_a_minimum_share_is_settled_exactly_when_no_facts_could_turn_it(
    members: list[Member], share: float
) -> None:
    verdict = answer(ShareRange(**ABOUT, members=Selector(sme=True), minimum=share), members)
    ways = set()
    for most in (True, False):
        # The extreme completions: flags and budgets all in favour of the small ones, or all against.
        small = [member.sme if member.sme is not None else most for member in members]
        known = [member.budget_eur for member in members]
        mine = [1e9 if b is None and most else b or 0.0 for b, own in zip(known, small, strict=True) if own]
        rest = [
            1e9 if b is None and not most else b or 0.0
            for b, own in zip(known, small, strict=True)
            if not own
        ]
        if sum(mine) + sum(rest) > 0:
            ways.add(sum(mine) / (sum(mine) + sum(rest)) >= share)
    truth = "unknown" if len(ways) == 2 else "met" if ways == {True} else "broken"
    assert verdict == truth or (verdict == "unknown" and not any(m.budget_eur for m in members))
