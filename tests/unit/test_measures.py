"""Are coverage, closeness, bridging and balance what their formulas say, and always in [0, 1]?"""

import doctest
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from graph import measures
from graph.measures import balance, bridging, closeness, coverage

UNIT = st.floats(0, 1)
FIT = st.tuples(st.integers(1, 5), st.integers(1, 4)).flatmap(
    lambda shape: arrays(float, shape, elements=UNIT)
)


@st.composite
def ties(draw: st.DrawFn) -> np.ndarray:
    n = draw(st.integers(1, 6))
    upper = np.triu(
        draw(arrays(float, (n, n), elements=st.floats(0, 3).map(lambda weight: round(weight, 3)))), k=1
    )
    return upper + upper.T


def test_the_examples_in_the_docstrings_hold() -> None:
    failed, tried = doctest.testmod(measures)
    assert (failed, tried) == (0, 9)


def test_a_member_who_adds_nothing_new_leaves_the_coverage_as_it_was() -> None:
    assert coverage([[0.5, 1.0], [0.5, 0.2]]) == coverage([[0.5, 1.0]]) == 0.75


def test_nobody_covers_nothing_and_no_aspect_is_fully_covered() -> None:
    assert coverage(np.zeros((0, 3))) == 0.0
    assert coverage(np.zeros((2, 0))) == 1.0


def test_two_members_are_as_close_as_their_tie_up_to_one() -> None:
    assert closeness([[0, 0.25], [0.25, 0]]) == 0.25
    assert closeness([[0, 7], [7, 0]]) == 1.0
    assert closeness([[0]]) == 0.0


def test_a_way_by_a_third_member_counts_half_of_a_direct_one() -> None:
    assert closeness([[0, 1, 0], [1, 0, 1], [0, 1, 0]]) == pytest.approx((1 + 1 + 1 / 2) / 3)


def test_a_member_without_contacts_bridges_nothing() -> None:
    assert bridging([[0, 1, 0], [1, 0, 0], [0, 0, 0]]).tolist() == [1.0, 1.0, 0.0]


def test_who_sits_between_two_strangers_bridges_more_than_who_sits_among_friends() -> None:
    # 0 and 1 and 2 all know one another; 2 alone also knows 3.
    friends = np.array([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]])
    assert bridging(friends) == pytest.approx([0.5, 0.5, 1 - (1 / 3 + 1 / 3) / 3, 1.0])


def test_three_countries_with_equal_shares_are_in_balance() -> None:
    assert balance([5, 5, 5]) == pytest.approx(1.0)
    assert balance([7]) == balance([]) == balance([0, 0]) == 0.0
    assert balance([1, 1, 0, 0]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("measure", "wrong", "said"),
    [
        (coverage, [1.0], "members, aspects"),
        (coverage, [[1.5]], r"\[0, 1\]"),
        (closeness, [[0, 1]], r"\(n, n\)"),
        (bridging, [[0, 1], [0.5, 0]], "symmetric"),
        (balance, [-1, 2], "0 or more"),
    ],
)
def test_what_is_no_measurement_is_refused(measure, wrong, said) -> None:
    with pytest.raises(ValueError, match=said):
        measure(wrong)


def test_each_aspect_needs_one_weight() -> None:
    with pytest.raises(ValueError, match="2 weights"):
        coverage([[0.1, 0.2]], weights=[1])


@given(FIT, FIT)
def test_coverage_stays_in_range_and_a_further_member_never_lowers_it(
    team: np.ndarray, more: np.ndarray
) -> None:
    k = min(team.shape[1], more.shape[1])
    alone, joined = coverage(team[:, :k]), coverage(np.vstack([team[:, :k], more[:, :k]]))
    assert 0 <= alone <= joined <= 1


@given(FIT)
def test_a_member_adds_less_to_a_larger_team(fit: np.ndarray) -> None:
    if len(fit) < 3:
        return
    small, large = fit[:1], fit[:-1]
    gain_small = coverage(np.vstack([small, fit[-1:]])) - coverage(small)
    gain_large = coverage(fit) - coverage(large)
    assert gain_large <= gain_small + 1e-12


@given(ties())
def test_closeness_and_bridging_stay_in_range(weights: np.ndarray) -> None:
    assert 0 <= closeness(weights) <= 1
    assert ((bridging(weights) >= 0) & (bridging(weights) <= 1)).all()


@given(ties())
def test_bridging_agrees_with_the_sum_written_out(weights: np.ndarray) -> None:
    n = len(weights)
    for i in range(n):
        contacts = [j for j in range(n) if weights[i, j] > 0]
        redundant = sum(
            weights[i, q] / weights[i].sum() * weights[j, q] / weights[j].max()
            for j, q in itertools.product(contacts, range(n))
            if q not in (i, j)
        )
        expected = 1 - redundant / len(contacts) if contacts else 0.0
        assert bridging(weights)[i] == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.floats(0, 1e300), max_size=6), st.randoms())
def test_balance_stays_in_range_and_order_does_not_matter(amounts: list[float], rng) -> None:
    shuffled = rng.sample(amounts, len(amounts))
    assert 0 <= balance(amounts) <= 1
    assert balance(shuffled) == pytest.approx(balance(amounts))
