"""The joint problem of streams and links: against brute force, and the laws of its bound."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadInput
from matcher.overall.joint import bound_of, solve
from matcher.overall.problem import JointProblem


def joint_problem(seed: int, n: int, streams: int, states: int, **changes: object) -> JointProblem:
    rng = np.random.default_rng(seed)
    state = rng.integers(0, states, n)
    strength = rng.random((n, n))
    strength = (strength + strength.T) / 2
    worth = np.where(state[:, None] == state[None, :], -np.inf, strength - 0.4)
    fields: dict[str, object] = {
        "fit": rng.random((n, streams)),
        "worth": worth,
        "bonus": np.where(np.isfinite(worth), 0.5 * strength, 0.0),
        "lowest": np.full(n, 1),
        "capacity": np.full(n, 2),
        "state": np.unique(state, return_inverse=True)[1],
        "size": (n // (2 * streams), n),
        "min_countries": 1,
        "pinned": np.full(n, -1),
    }
    return JointProblem(**{**fields, **changes})  # type: ignore[arg-type]


def brute(problem: JointProblem) -> float:
    """The best value of all answers that keep capacities and decisions."""
    n, streams = problem.shape
    open_pairs = [p for p in combinations(range(n), 2) if np.isfinite(problem.worth[p])]
    forced = {(min(p), max(p)) for p in problem.forced}
    chosen = []
    for size in range(len(open_pairs) + 1):
        for pairs in combinations(open_pairs, size):
            degree = np.bincount(np.array(pairs, dtype=int).ravel(), minlength=n)
            if (degree <= problem.capacity).all() and forced <= set(pairs):
                chosen.append(np.array(pairs, dtype=int).reshape(-1, 2))
    best = -np.inf
    for assigned in product(range(streams), repeat=n):
        if any(p not in (-1, s) for p, s in zip(problem.pinned, assigned, strict=True)):
            continue
        if any(assigned[a] != assigned[b] for a, b in problem.together):
            continue
        if any(assigned[a] == assigned[b] for a, b in problem.never):
            continue
        best = max(best, *(problem.value(np.array(assigned), pairs) for pairs in chosen))
    return best


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), states=st.integers(2, 4))
def test_the_answer_proved_best_is_the_best_of_all(seed: int, states: int) -> None:
    problem = joint_problem(seed, 5, 2, states)
    solution = solve(problem)
    assert solution.status == "optimal"
    assert solution.value == pytest.approx(brute(problem), abs=1e-5)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_decisions_are_kept_and_the_rest_is_still_best(seed: int) -> None:
    plain = joint_problem(seed, 5, 2, 3)
    linkable = [p for p in combinations(range(5), 2) if np.isfinite(plain.worth[p])]
    if not linkable:
        return
    apart = next(p for p in combinations(range(5), 2) if p != linkable[0])
    problem = joint_problem(seed, 5, 2, 3, together=(linkable[0],), forced=(linkable[0],), never=(apart,))
    solution = solve(problem)
    a, b = linkable[0]
    assert solution.assigned[a] == solution.assigned[b]
    assert [a, b] in solution.pairs.tolist()
    assert solution.assigned[apart[0]] != solution.assigned[apart[1]]
    assert solution.value == pytest.approx(brute(problem), abs=1e-5)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(2, 24), streams=st.integers(1, 4), states=st.integers(1, 8))
def test_the_bound_is_never_below_the_value_and_the_value_is_what_the_answer_is_worth(
    seed: int, n: int, streams: int, states: int
) -> None:
    problem = joint_problem(seed, n, streams, states)
    solution = solve(problem)
    assert solution.bound >= solution.value >= solution.staged - 1e-9
    assert solution.value == pytest.approx(problem.value(solution.assigned, solution.pairs))
    assert bound_of(problem) >= solution.value - 1e-6
    degree = np.bincount(solution.pairs.ravel(), minlength=n)
    assert (degree <= problem.capacity).all()
    assert all(problem.state[a] != problem.state[b] for a, b in solution.pairs)


def test_without_time_the_bound_still_holds() -> None:
    problem = joint_problem(3, 30, 3, 5)
    quick, slow = solve(problem, limit_s=0.0), solve(problem)
    assert quick.bound >= slow.value - 1e-6
    assert quick.value <= quick.bound
    assert quick.cut
    assert not slow.cut


def test_solving_jointly_puts_linked_outlines_into_one_stream() -> None:
    """Two outlines fit streams 0 and 1 by a hair; their link is worth more inside one stream."""
    fit = np.array([[0.51, 0.50], [0.50, 0.51]])
    worth = np.array([[-np.inf, 0.5], [0.5, -np.inf]])
    bonus = np.array([[0.0, 0.2], [0.2, 0.0]])
    problem = joint_problem(
        0, 2, 2, 2, state=np.array([0, 1]), fit=fit, worth=worth, bonus=bonus, size=(0, 2), min_countries=0
    )
    solution = solve(problem)
    assert solution.value == pytest.approx(0.51 + 0.50 + 0.5 + 0.2)
    assert solution.staged == pytest.approx(0.51 + 0.51 + 0.5)
    assert solution.status == "optimal"


def test_three_outlines_that_must_be_apart_do_not_fit_two_streams() -> None:
    problem = joint_problem(1, 4, 2, 3, never=((0, 1), (0, 2), (1, 2)))
    with pytest.raises(BadInput, match="cannot all be kept"):
        solve(problem)


def test_a_link_inside_one_country_is_never_made() -> None:
    problem = joint_problem(5, 12, 2, 1)
    assert len(solve(problem).pairs) == 0


def test_a_stream_that_nobody_fits_may_stay_empty() -> None:
    """Four outlines of two states fit stream 0 only; filling stream 1 would cost more than it brings."""
    fit = np.array([[1.0, 0.0]] * 4)
    worth = np.full((4, 4), -np.inf)
    problem = joint_problem(
        0, 4, 2, 2, fit=fit, worth=worth, bonus=np.zeros((4, 4)), size=(1, 3), state=np.array([0, 0, 1, 1]),
        lowest=np.zeros(4), min_countries=2,
    )  # fmt: skip
    assert solve(problem).assigned.tolist() == [0, 0, 0, 0]


def test_a_stream_of_one_state_takes_in_another_state() -> None:
    """Two outlines of state 0 fit stream 1, all others stream 0: one of the others joins, since 5 outweighs 1."""
    fit = np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    problem = joint_problem(
        0, 5, 2, 2, fit=fit, worth=np.full((5, 5), -np.inf), bonus=np.zeros((5, 5)), size=(0, 5),
        state=np.array([0, 0, 1, 2, 2]), lowest=np.zeros(5), min_countries=2,
    )  # fmt: skip
    solution = solve(problem)
    assert solution.value == pytest.approx(4.0)
    assert len(set(problem.state[solution.assigned == 1].tolist())) == 2
