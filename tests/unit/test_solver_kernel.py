"""Does each part of the compiled kernel say what a reader works out by hand, at the limit and just beside it?"""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from matcher.solver import kernel
from matcher.solver.clauses import Atom, Cap, Clause, LinearRow, Match
from matcher.solver.instance import price_rows
from matcher.solver.kernel import FIXED_IN, FIXED_OUT, OPEN, Gains, Prices, Relaxed, Rules, Sizes
from matcher.solver.kernel.best import keep_best
from matcher.solver.kernel.feasibility import exclude_overdrawing
from matcher.solver.packing import alike, as_rules
from matcher.solver.request import excluded

NAN = float("nan")


def demand(*ways: tuple[Atom, ...]) -> Clause:
    return Clause(("R1",), ways)


def row(coef: Sequence[float], need: float) -> LinearRow:
    return LinearRow(np.array(coef, float), need)


def match(left: Sequence[int], right: Sequence[int], need: int, cap: int = 10_000) -> Match:
    return Match(np.array(left), np.array(right), need, cap)


def share_cap(label: Sequence[int], size: Sequence[float], most: float, loose: Sequence[int] = ()) -> Cap:
    return Cap(np.array(label), np.array(size, float), np.isin(np.arange(len(label)), loose), most)


def rules(n: int, *clauses: Clause) -> Rules:
    return as_rules(clauses, n)


def missing(packed: Rules, *members: int) -> float:
    return float(kernel.shortfall(packed, np.array(members, np.int64)))


def gains(lin: Sequence[float], pairs: dict[tuple[int, int], float] | None = None, **more: Any) -> Gains:
    """A utility of `lin` and some pairs; `aspect` (n, A), `label` (n, B) and `label_gain` (L,) where given."""
    n = len(lin)
    dense = np.zeros((n, n))
    for (i, j), gain in (pairs or {}).items():
        dense[i, j] = dense[j, i] = gain
    rows, columns = np.nonzero(dense)
    start = np.r_[0, np.cumsum(np.bincount(rows, minlength=n))].astype(np.int64)
    other = columns.astype(np.int32)
    return Gains(
        lin=np.array(lin, float),
        aspect=np.array(more.get("aspect", np.zeros((n, 0))), float).reshape(n, -1),
        label=np.array(more.get("label", np.full((n, 1), -1)), np.int32),
        label_gain=np.array(more.get("label_gain", []), float),
        start=start,
        other=other,
        pair=dense[rows, columns],
        back=kernel.mirror(start, other),
    )


def halves(utility: Gains) -> Prices:
    rest = np.zeros(utility.aspect.shape[1] + utility.label_gain.size)
    return Prices(utility.pair / 2, rest, np.zeros((0, utility.lin.size)), np.zeros(0))


def test_a_row_is_kept_at_its_need_and_missed_by_members_below_it() -> None:
    packed = rules(4, demand((row([1, 1, 1, 0], 2),)))
    assert missing(packed, 0, 1) == 0.0
    assert missing(packed, 0, 3) == 1.0
    assert missing(packed, 3) == 2.0


def test_a_sum_that_only_rounding_keeps_below_the_need_meets_it() -> None:
    assert 0.3 + 0.3 + 0.3 < 0.9
    assert missing(rules(3, demand((row([0.3, 0.3, 0.3], 0.9),))), 0, 1, 2) == 0.0


def test_where_nothing_is_demanded_nothing_is_missed() -> None:
    assert missing(rules(2), 0, 1) == 0.0
    assert not kernel.completion_infeasible(rules(2), np.array([0]), status(FIXED_IN, FIXED_OUT), 0)


def test_a_shortfall_is_counted_in_what_one_member_can_add() -> None:
    packed = rules(3, demand((row([400, 100, -200], 500),)))
    assert missing(packed, 0, 1) == 0.0
    assert missing(packed, 1) == 1.0
    assert missing(packed, 1, 2) == 1.5


def test_a_matching_is_kept_from_its_need_to_its_cap() -> None:
    packed = rules(4, demand((match([0, 1, 2, 3], [0, 1, 2, 3], 2, 3),)))
    assert missing(packed, 0) == 1.0
    assert missing(packed, 0, 1) == 0.0
    assert missing(packed, 0, 1, 2) == 0.0
    assert missing(packed, 0, 1, 2, 3) == 1.0


def test_a_matching_gives_a_label_to_another_where_that_frees_one() -> None:
    """Country 0 could send owner 0 or 1, country 1 only owner 0."""
    left, right = np.array([0, 0, 1]), np.array([0, 1, 0])
    assert kernel.matching_size(left, right, np.array([0, 1, 2])) == 2
    assert kernel.matching_size(left, right, np.array([0, 2])) == 1


def test_a_matching_follows_an_augmenting_path_over_three_labels() -> None:
    """0 takes a, 1 takes b; then 2, who has only a, moves 0 to b and 1 to c."""
    left, right = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 2, 0])
    assert kernel.matching_size(left, right, np.arange(5)) == 3


def test_who_moved_for_another_keeps_its_new_partner() -> None:
    """0 moves from a to b for 1; then 2, who has only a as well, finds nobody who could move."""
    left, right = np.array([0, 0, 0, 1, 2]), np.array([0, 1, 2, 0, 0])
    assert kernel.matching_size(left, right, np.arange(5)) == 2


@pytest.mark.parametrize("seed", range(100))
def test_no_choice_of_edges_is_larger_than_the_matching(seed: int) -> None:
    rng = np.random.default_rng(seed)
    left, right = rng.integers(0, 4, (2, 7))
    largest = max(
        size
        for size in range(1, 5)
        for edges in map(list, combinations(range(7), size))
        if len(set(left[edges])) == len(set(right[edges])) == size
    )
    assert kernel.matching_size(left, right, np.arange(7)) == largest


@pytest.mark.parametrize(
    ("sizes", "most", "excess"),
    [
        ([1, 1, 2], 0.5, 0.0),  # 2 of 4
        ([1, 1, 3], 0.5, 0.2),  # 3 of 5: 6 would be needed
        ([NAN, 3], 0.5, 0.0),  # the unknown one may have 3 too
        ([NAN, 3], 0.4, 0.5),  # 7.5 are needed, of which the unknown one may have 3
        ([NAN, NAN, 3], 0.4, 0.0),  # two such may have 3 each
        ([NAN, NAN], 0.1, 0.0),  # nothing is known
        ([3], 0.5, 1.0),
    ],
)
def test_a_cap_is_broken_where_no_completion_of_unknown_sizes_keeps_it(
    sizes: list[float], most: float, excess: float
) -> None:
    n = len(sizes)
    packed = rules(n, demand((share_cap(range(n), sizes, most),)))
    assert missing(packed, *range(n)) == pytest.approx(0.5 + excess if excess else 0.0)


def test_members_of_one_group_add_up_and_those_of_none_do_not_count() -> None:
    packed = rules(4, demand((share_cap([0, 0, 1, -1], [1, 1, 2, 9], 0.5),)))
    assert missing(packed, 0, 1, 2, 3) == 0.0
    assert missing(packed, 0, 2) == pytest.approx(0.5 + 1 / 3)


def test_one_of_whom_it_is_open_whether_it_counts_makes_a_cap_harmless() -> None:
    packed = rules(3, demand((share_cap([0, 1, 2], [1, 1, 9], 0.4, loose=[1]),)))
    assert missing(packed, 0, 2) > 0.5
    assert missing(packed, 0, 1, 2) == 0.0


def test_of_alternatives_the_nearest_counts_and_of_demands_the_sum() -> None:
    either = demand((row([1, 0, 0], 1), row([0, 1, 0], 1)), (row([0, 0, 1], 1),))
    assert missing(rules(3, either), 0) == 1.0
    assert missing(rules(3, either), 2) == 0.0
    assert missing(rules(3, either, demand((row([1, 1, 1], 3),))), 0) == 1.0 + 2.0


def status(*codes: int) -> np.ndarray:
    return np.array(codes, np.int8)


def test_a_row_can_still_be_kept_while_those_left_add_enough() -> None:
    packed = rules(4, demand((row([1, 2, 1, 1], 4),)))
    members = np.array([0])
    assert not kernel.completion_infeasible(packed, members, status(FIXED_IN, OPEN, OPEN, OPEN), 2)
    assert kernel.completion_infeasible(packed, members, status(FIXED_IN, OPEN, OPEN, OPEN), 1)
    assert kernel.completion_infeasible(packed, members, status(FIXED_IN, FIXED_OUT, OPEN, OPEN), 2)


def test_a_matching_can_still_be_kept_while_labels_and_seats_are_left() -> None:
    packed = rules(4, demand((match([0, 0, 1, 2], [0, 1, 2, 3], 3),)))
    members = np.array([0])
    assert not kernel.completion_infeasible(packed, members, status(FIXED_IN, OPEN, OPEN, OPEN), 2)
    assert kernel.completion_infeasible(packed, members, status(FIXED_IN, OPEN, OPEN, OPEN), 1)
    assert kernel.completion_infeasible(packed, members, status(FIXED_IN, OPEN, FIXED_OUT, OPEN), 2)


def test_a_matching_over_its_cap_cannot_be_mended_by_more_members() -> None:
    packed = rules(3, demand((match([0, 1, 2], [0, 1, 2], 0, 1),)))
    assert kernel.completion_infeasible(packed, np.array([0, 1]), status(FIXED_IN, FIXED_IN, OPEN), 1)
    assert not kernel.completion_infeasible(packed, np.array([0]), status(FIXED_IN, OPEN, OPEN), 1)


def test_a_demand_is_lost_only_with_all_of_its_alternatives() -> None:
    packed = rules(2, demand((row([1, 0], 2),), (row([0, 1], 1),)))
    none = np.zeros(0, np.int64)
    assert not kernel.completion_infeasible(packed, none, status(OPEN, OPEN), 1)
    assert kernel.completion_infeasible(packed, none, status(OPEN, FIXED_OUT), 1)


def test_who_overdraws_a_row_even_with_the_best_help_is_fixed_out() -> None:
    packed = rules(4, demand((row([-3, -2, 1, 0], 0),)))
    codes = status(OPEN, OPEN, OPEN, OPEN)
    exclude_overdrawing(packed, codes, np.zeros(0, np.int64), 3)
    assert codes.tolist() == [FIXED_OUT, OPEN, OPEN, OPEN]  # two seats beside: 1 each, at most


def test_help_is_what_the_row_says_and_no_more() -> None:
    packed = rules(3, demand((row([-1.0, 0.25, 0.0], 0),)))
    codes = status(OPEN, OPEN, OPEN)
    exclude_overdrawing(packed, codes, np.zeros(0, np.int64), 3)
    assert codes.tolist() == [FIXED_OUT, OPEN, OPEN]


def test_a_row_with_an_alternative_fixes_nobody_out() -> None:
    packed = rules(2, demand((row([-3, 1], 0),), (row([1, 1], 1),)))
    codes = status(OPEN, OPEN)
    exclude_overdrawing(packed, codes, np.zeros(0, np.int64), 1)
    assert codes.tolist() == [OPEN, OPEN]


def test_a_value_adds_members_pairs_best_of_each_aspect_and_each_label_once() -> None:
    utility = gains(
        [1.0, 2.0, 4.0],
        {(0, 1): 0.5, (1, 2): 0.25},
        aspect=[[0.1, 0.0], [0.3, 0.2], [0.2, 0.4]],
        label=[[0], [0], [1]],
        label_gain=[10.0, 20.0],
    )
    assert kernel.value(utility, np.array([0])) == pytest.approx(1 + 0.1 + 10)
    assert kernel.value(utility, np.array([1, 0])) == pytest.approx(3 + 0.5 + 0.3 + 0.2 + 10)
    assert kernel.value(utility, np.array([0, 1, 2])) == pytest.approx(7 + 0.75 + 0.3 + 0.4 + 30)
    assert kernel.value(utility, np.array([0, 2])) == pytest.approx(5 + 0.2 + 0.4 + 30)


def test_the_best_few_are_kept_best_first_and_equals_in_the_order_they_came() -> None:
    positions, worths = np.zeros(3, np.int64), np.zeros(3)
    filled = 0
    for position, worth in enumerate([2.0, 5.0, 2.0, 1.0, 5.0, 2.0]):
        filled = keep_best(positions, worths, filled, position, worth)
    assert filled == 3
    assert positions.tolist() == [1, 4, 0]
    assert worths.tolist() == [5.0, 5.0, 2.0]
    assert keep_best(np.zeros(0, np.int64), np.zeros(0), 0, 7, 1.0) == 0


def relaxed(lin: Sequence[float], codes: np.ndarray, sizes: Sizes, steps: int = 1) -> Relaxed:
    utility = gains(lin)
    answer: Relaxed = kernel.relax(utility, halves(utility), codes, sizes, -np.inf, steps, 1.2)
    return answer


def test_without_pairs_and_prices_the_bound_is_the_best_set() -> None:
    answer = relaxed([3.0, 1.0, 2.0, -1.0], status(OPEN, OPEN, OPEN, OPEN), Sizes(1, 2))
    assert (answer.bound, answer.following) == (5.0, 1.0)
    assert answer.chosen.tolist() == [0, 2]
    assert answer.profit.tolist() == [3.0, 1.0, 2.0, -1.0]


def test_losers_are_chosen_only_as_far_as_the_least_size_asks() -> None:
    codes = status(OPEN, OPEN, OPEN)
    assert relaxed([3.0, -1.0, -2.0], codes, Sizes(1, 3)).chosen.tolist() == [0]
    forced = relaxed([3.0, -1.0, -2.0], codes, Sizes(2, 3))
    assert (forced.chosen.tolist(), forced.bound, forced.following) == ([0, 1], 2.0, -2.0)


def test_those_fixed_in_are_paid_for_and_those_fixed_out_are_not_chosen() -> None:
    answer = relaxed([3.0, 9.0, 2.0, 1.0], status(FIXED_IN, FIXED_OUT, OPEN, OPEN), Sizes(1, 2))
    assert answer.bound == 5.0
    assert answer.chosen.tolist() == [2]


def test_all_who_gain_anything_are_chosen_where_there_are_seats() -> None:
    answer = relaxed([3.0, 0.75, 0.5, -0.5], status(OPEN, OPEN, OPEN, OPEN), Sizes(1, 4))
    assert (answer.bound, answer.chosen.tolist(), answer.following) == (4.25, [0, 1, 2], -0.5)


def test_nobody_is_chosen_where_enough_are_in_and_nobody_gains() -> None:
    answer = relaxed([3.0, -1.0], status(FIXED_IN, OPEN), Sizes(1, 2))
    assert (answer.bound, answer.chosen.tolist(), answer.following) == (3.0, [], -1.0)


def test_each_member_collects_a_share_of_every_pair_there_are_seats_for() -> None:
    utility = gains([0.0] * 3, {(0, 1): 2.0, (0, 2): 2.0, (1, 2): 2.0})
    codes = status(OPEN, OPEN, OPEN)
    assert kernel.relax(utility, halves(utility), codes, Sizes(3, 3), -np.inf, 1, 1.2).bound == 6.0
    assert kernel.relax(utility, halves(utility), codes, Sizes(2, 2), -np.inf, 1, 1.2).bound == 2.0


def test_what_those_in_cover_already_gains_nothing_again() -> None:
    covering = gains(
        [1.0] * 3, aspect=[[0.5], [0.75], [0.25]], label=[[0], [0], [1]], label_gain=[8.0, 0.125]
    )
    answer = kernel.relax(
        covering, halves(covering), status(FIXED_IN, OPEN, OPEN), Sizes(2, 2), -np.inf, 1, 1.2
    )
    assert answer.profit.tolist() == [0.0, 1.25, 1.125]
    assert answer.bound == (1.0 + 0.5 + 8.0) + 1.25


def test_more_steps_bring_the_bound_down_to_the_best_set() -> None:
    """Each covers the same aspect best: at price 0 both collect it, at its price of 1 one does."""
    utility = gains([1.0, 1.0], aspect=[[1.0], [1.0]])
    codes = status(OPEN, OPEN)
    assert kernel.relax(utility, halves(utility), codes, Sizes(2, 2), -np.inf, 1, 1.2).bound == 4.0
    assert kernel.relax(utility, halves(utility), codes, Sizes(2, 2), 3.0, 60, 1.2).bound == pytest.approx(
        3.0
    )


def test_a_node_with_too_few_candidates_left_has_no_completion() -> None:
    assert relaxed([1.0, 1.0], status(FIXED_IN, OPEN), Sizes(3, 4)).bound == -np.inf
    assert relaxed([1.0, 1.0], status(FIXED_IN, OPEN), Sizes(2, 4)).bound == 2.0


def test_a_pair_counts_in_the_bound_of_a_node_where_one_is_in_as_a_gain_of_the_other() -> None:
    utility = gains([1.0, 1.0, 1.5], {(0, 1): 2.0})
    answer = kernel.relax(
        utility, halves(utility), status(FIXED_IN, OPEN, OPEN), Sizes(2, 2), -np.inf, 1, 1.2
    )
    assert (answer.bound, answer.chosen.tolist(), answer.following) == (4.0, [1], 1.5)


@pytest.mark.parametrize(
    ("target", "codes"),
    [
        (4.4, [FIXED_IN, OPEN, OPEN, FIXED_OUT]),  # without 0: 3.5; with 3 for 1: 3.0
        (3.4, [OPEN, OPEN, OPEN, FIXED_OUT]),
        (4.5, [FIXED_IN, FIXED_IN, FIXED_OUT, FIXED_OUT]),  # 2 in place of 1: 4.5, no better than that
    ],
)
def test_candidates_are_fixed_where_the_other_choice_cannot_beat_the_target(
    target: float, codes: list[int]
) -> None:
    """Two of 3.0, 2.0, 1.5 and 0.0 make 5.0 at best."""
    answer = relaxed([3.0, 2.0, 1.5, 0.0], status(OPEN, OPEN, OPEN, OPEN), Sizes(2, 2))
    before = status(OPEN, OPEN, OPEN, OPEN)
    inside = kernel.fix_variables(before, answer, target, Sizes(2, 2))
    assert before.tolist() == codes
    assert inside == codes.count(FIXED_IN)


def test_a_single_choice_is_displaced_by_its_own_profit() -> None:
    answer = relaxed([3.0, 2.0, 1.0], status(OPEN, OPEN, OPEN), Sizes(1, 1))
    codes = status(OPEN, OPEN, OPEN)
    assert kernel.fix_variables(codes, answer, 2.0, Sizes(1, 1)) == 1
    assert codes.tolist() == [FIXED_IN, FIXED_OUT, FIXED_OUT]


def test_a_priced_row_is_scaled_and_cut_to_what_can_be_needed() -> None:
    rows, needs = price_rows([demand((row([500, 100, -100, 0], 100),))], 4, 2)
    assert rows.tolist() == [[1.0, 0.5, -0.5, 0.0]]  # at worst -100, so 200 is all that is ever needed
    assert needs.tolist() == [0.5]


def test_rows_that_nothing_breaks_and_demands_with_alternatives_have_no_price() -> None:
    harmless = demand((row([1, -1, -1], -2),))
    assert price_rows([harmless], 3, 2)[1].size == 0
    assert price_rows([harmless], 3, 3)[1].size == 0
    assert price_rows([demand((row([-1, -1, -1], -2),))], 3, 3)[1].size == 1
    assert price_rows([demand((row([1, 1, -1], 0),))], 3, 3)[1].size == 1  # nobody has to take those who help
    assert price_rows([demand((row([1, 1, 1], 1),), (row([1, 0, 0], 1),))], 3, 2)[1].size == 0


def test_a_matching_asks_for_as_many_who_take_part() -> None:
    rows, needs = price_rows([demand((match([0, -1, 1], [0, 1, -1], 2),))], 3, 3)
    assert rows.tolist() == [[1.0, 0.0, 0.0]]
    assert needs.tolist() == [2.0]
    assert price_rows([demand((match([0, 1], [0, 1], 0, 1),))], 2, 2)[1].size == 0


def test_caps_are_priced_by_their_rows_unless_left_out() -> None:
    capped = demand((share_cap([0, 0, 1], [1, 1, 1], 0.5),))
    rows, needs = price_rows([capped], 3, 3)
    assert rows.tolist() == [[-1.0, -1.0, 1.0]]
    assert needs.tolist() == [0.0]
    assert price_rows([capped], 3, 3, caps=False)[1].size == 0


def test_who_breaks_a_row_alone_where_nobody_helps_is_excluded() -> None:
    assert excluded([demand((row([-1, -2, 0], -1),))], 3).tolist() == [False, True, False]
    assert excluded([demand((row([-1, -2, 1], -1),))], 3).tolist() == [False] * 3
    assert excluded([demand((row([-2, 0, 0], -1),), (row([1, 1, 1], 1),))], 3).tolist() == [False] * 3


def test_candidates_are_alike_where_columns_and_shared_labels_are() -> None:
    assert alike([np.array([1.0, 1.0, 2.0, 1.0])], [], 4).tolist() == [0, 0, 1, 0]
    alone = np.array([5, 6, 7, 7, -1])  # two labels of one bearer each, one of two, one who takes no part
    first, second, third, fourth, fifth = alike([], [alone], 5).tolist()
    assert first == second
    assert third == fourth
    assert len({first, third, fifth}) == 3
