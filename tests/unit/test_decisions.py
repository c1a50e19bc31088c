"""The coordinator's decisions: kept, listed, taken back singly; the same proposal as long as none changes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput
from data.model import OutlineId
from matcher.overall.decisions import Decision, Decisions
from matcher.overall.prepare import Previous
from service.app.decided import KEPT, Step, Steps

IDS = st.sampled_from(["o1", "o2", "o3", "o4"])
SINGLE = st.one_of(
    st.builds(lambda o, s: Decision("put", (o,), s), IDS, st.sampled_from(["s1", "s2"])),
    st.builds(
        lambda s, n: Decision("name", (s,), n),
        st.sampled_from(["s1", "s2"]),
        st.sampled_from(["Edge", "x=y,z"]),
    ),
    st.builds(lambda o, n: Decision("carry", (o,), str(n)), IDS, st.integers(0, 9)),
    st.builds(lambda o: Decision("withdraw", (o,)), IDS),
)


def made(*decisions: Decision) -> Decisions:
    kept = Decisions()
    for decision in decisions:
        kept = kept.plus(decision)
    return kept


@given(st.lists(SINGLE, unique_by=lambda decision: decision.key, max_size=8))
def test_taking_one_decision_back_leaves_all_others(decisions: list[Decision]) -> None:
    kept = made(*decisions)
    assert set(kept.listed) == set(decisions)
    assert Decisions.from_json(kept.as_json()) == kept
    for gone in decisions:
        assert kept.less(gone.key) == made(*(decision for decision in decisions if decision != gone))


def test_a_second_decision_about_the_same_takes_the_place_of_the_first() -> None:
    kept = made(Decision("put", ("o1",), "s1"), Decision("put", ("o1",), "s2"))
    assert kept.listed == (Decision("put", ("o1",), "s2"),)


def test_a_pair_is_one_decision_in_either_order() -> None:
    assert Decision("never", ("b", "a")) == Decision("never", ("a", "b"))


def test_what_is_not_kept_cannot_be_taken_back() -> None:
    with pytest.raises(BadInput, match=r"no decision 'put:o9' is kept; kept: withdraw:o1"):
        made(Decision("withdraw", ("o1",))).less("put:o9")


@pytest.mark.parametrize(
    ("kind", "about", "value", "message"),
    [
        ("fire", ("o1",), "", "a decision is one of put"),
        ("put", (), "s1", "put is decided about 1 id, found nothing"),
        ("never", ("o1",), "", "never is decided about 2 ids, found o1"),
        ("together", ("o1", "o1"), "", "two different outlines, found o1 twice"),
        ("put", ("o1",), " ", "put needs a value"),
        ("withdraw", ("o1",), "s1", "withdraw takes no value"),
        ("carry", ("o1",), "-1", "a number of links from 0 to 999, not '-1'"),
        ("carry", ("o1",), "²", "a number of links from 0 to 999"),
    ],
)
def test_a_decision_that_says_nothing_is_refused(
    kind: str, about: tuple[str, ...], value: str, message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        Decision(kind, about, value)


@pytest.mark.parametrize(("links", "allowed"), [("0", True), ("999", True), ("1000", False)])
def test_an_outline_carries_from_none_to_999_links(links: str, allowed: bool) -> None:
    if allowed:
        assert made(Decision("carry", ("o1",), links)).capacity == {"o1": int(links)}
    else:
        with pytest.raises(BadInput, match="a number of links from 0 to 999"):
            Decision("carry", ("o1",), links)


def test_two_together_may_not_be_in_two_streams() -> None:
    pair = Decision("together", ("o1", "o2"))
    apart = (Decision("put", ("o1",), "s1"), Decision("put", ("o2",), "s2"))
    with pytest.raises(BadInput, match="o1 and o2 are decided to be together, but o1 in stream 's1' and o2"):
        made(*apart, pair)
    assert made(pair, Decision("put", ("o1",), "s1"), Decision("put", ("o2",), "s1")).together == {
        ("o1", "o2")
    }
    assert made(pair, Decision("put", ("o2",), "s1")).streams == {"o2": "s1"}


def test_two_never_together_may_not_be_in_one_stream() -> None:
    pair = Decision("never", ("o1", "o2"))
    with pytest.raises(BadInput, match="never to be together, but both to be in stream 's1'"):
        made(pair, Decision("put", ("o1",), "s1"), Decision("put", ("o2",), "s1"))
    kept = made(pair, Decision("put", ("o1",), "s1"), Decision("put", ("o2",), "s2"))
    assert kept.never == {("o1", "o2")}
    assert made(pair, Decision("put", ("o2",), "s1")).streams == {"o2": "s1"}


def test_a_pair_is_not_both_together_and_never_together() -> None:
    with pytest.raises(BadInput, match="o1 and o2 are decided to be together and never together"):
        made(Decision("never", ("o2", "o1")), Decision("together", ("o1", "o2")))
    both = made(Decision("never", ("o1", "o2")), Decision("together", ("o1", "o3")))
    assert both.never == {("o1", "o2")}
    assert both.together == {("o1", "o3")}


def test_decisions_are_listed_by_kind_and_then_by_id() -> None:
    kept = made(
        Decision("withdraw", ("o9",)),
        Decision("carry", ("o1",), "3"),
        Decision("name", ("s1",), "Edge"),
        Decision("never", ("o4", "o3")),
        Decision("together", ("o2", "o1")),
        Decision("put", ("o2",), " s1 "),
        Decision("put", ("o1",), "s1"),
    )
    assert [decision.key for decision in kept.listed] == [
        "put:o1",
        "put:o2",
        "together:o1,o2",
        "never:o3,o4",
        "name:s1",
        "carry:o1",
        "withdraw:o9",
    ]
    assert kept.streams["o2"] == "s1", "without the blanks around"
    assert Decisions.from_json(kept.as_json()) == kept


@pytest.mark.parametrize("text", [None, ""])
def test_where_nothing_is_kept_nothing_is_decided(text: str | None) -> None:
    assert Decisions.from_json(text) == Decisions()


@pytest.mark.parametrize("text", ["[]", "{", '{"streams": 3}', '{"unknown": {}}', '{"capacity": {"a": -1}}'])
def test_decisions_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"not readable|0 or more links"):
        Decisions.from_json(text)


def proposal(*outlines: str) -> Previous:
    return Previous({OutlineId(o): "s1" for o in outlines}, {"s1": "Edge"})


def taken(steps: Steps, basis: str, run: str) -> Steps:
    """One more proposal, made as `next` says."""
    return steps.plus(replace(steps.next(basis), run=run), proposal(run))


def test_the_same_basis_is_held_near_the_same_proposal_and_told_against_the_same() -> None:
    steps = taken(taken(Steps(), "first", "r1"), "second", "r2")
    assert steps.next("second") == Step("second", "", near="r1", against="r1")
    assert steps.next("first") == Step("first", "", near=None, against="r2"), (
        "as it was made, told against the latest"
    )
    assert steps.next("third") == Step("third", "", near="r2", against="r2")
    assert Steps.from_json(steps.as_json()) == steps
    assert steps.latest == proposal("r2")


def test_only_the_latest_proposals_are_remembered() -> None:
    steps = Steps()
    for number in range(KEPT + 3):
        steps = taken(steps, f"b{number}", f"r{number}")
    assert [step.run for step in steps.steps] == [f"r{number}" for number in range(3, KEPT + 3)]
    assert set(steps.proposals) == {f"r{number}" for number in range(2, KEPT + 3)}, (
        "and the one that the oldest is near"
    )


@pytest.mark.parametrize("text", ["{", "[]", '{"steps": [{}], "proposals": {}}', '{"steps": []}'])
def test_kept_proposals_that_cannot_be_read_say_what_to_do(text: str) -> None:
    with pytest.raises(BadInput, match="run `konsort integrate --anew`"):
        Steps.from_json(text)
