"""What does a candidate add to a team? By hand, on three candidates with one tie."""

import numpy as np
import pytest
import scipy.sparse as sp

from matcher.solver.utility import Utility, twins

TIES = np.array([[0.0, 0.5, 0.0], [0.5, 0.0, 0.25], [0.0, 0.25, 0.0]])
UTILITY = Utility(
    lin=np.array([1.0, 2.0, 3.0]),
    aspect=np.array([[0.5, 0.0], [0.25, 0.25], [0.75, 0.0]]),
    label=np.array([[0, 2, -1], [0, 3, -1], [1, 2, -1]], np.int32),
    gain=np.array([10.0, 20.0, 40.0, 80.0]),
    ties=sp.csr_array(TIES),
    rho=np.array([1.0, 0.5, 1.0]),
    scale=2.0,
)


def test_ties_to_a_team_count_by_both_relevances() -> None:
    assert UTILITY.tie_sum([0]).tolist() == [0.0, 2 * 0.5 * 0.5, 0.0]
    assert UTILITY.tie_sum([1]).tolist() == [2 * 0.5 * 0.5, 0.0, 2 * 0.25 * 0.5]
    assert UTILITY.tie_sum([0, 2]).tolist() == [0.0, 2 * (0.5 + 0.25) * 0.5, 0.0]


def test_who_joins_adds_itself_its_ties_what_nobody_covers_and_labels_that_nobody_bears() -> None:
    added = UTILITY.added([0])
    assert added[1] == pytest.approx(2.0 + 0.5 + 0.25 + 80.0)
    assert added[2] == pytest.approx(3.0 + 0.0 + 0.25 + 20.0)
    assert UTILITY.added([0], [2]).tolist() == [added[2]]


def test_what_all_add_to_nobody_is_all_they_are_worth_alone() -> None:
    assert UTILITY.added([]).tolist() == [1.0 + 0.5 + 50.0, 2.0 + 0.5 + 90.0, 3.0 + 0.75 + 60.0]


def test_a_label_that_one_alone_bears_is_a_gain_of_its_own() -> None:
    gains = UTILITY.gains()
    assert gains.lin.tolist() == [1.0, 2.0 + 80.0, 3.0 + 20.0]
    assert gains.label_gain.tolist() == [10.0, 40.0]
    assert gains.label.tolist() == [[0, 1, -1], [0, -1, -1], [-1, 1, -1]]
    assert gains.pair.tolist() == [0.5, 0.5, 0.25, 0.25]


def test_a_part_has_its_own_lone_labels_and_pairs() -> None:
    gains = UTILITY.gains(np.array([0, 1]))
    assert gains.lin.tolist() == [1.0 + 40.0, 2.0 + 80.0]
    assert gains.label_gain.tolist() == [10.0]
    assert gains.pair.tolist() == [0.5, 0.5]


def test_twins_cover_the_same_in_the_same_proportions() -> None:
    first, second, third, nothing, again = twins(
        np.array([[1.0, 0.0], [0.5, 0.0], [0.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    ).tolist()
    assert first == second >= 0
    assert third == nothing == again == -1
    assert twins(np.ones((2, 1))).tolist() == [-1, -1]
