"""What can no completion of a node exceed? A Lagrangian relaxation, its prices improved by subgradient steps.

Each pair's gain is split between its two members, and a member collects its best shares, one for each seat beside it;
aspects, labels and linear rules have prices. With prices given, the best completion is the candidates of highest
reduced profit.

References: A. Caprara, D. Pisinger, P. Toth, "Exact solution of the quadratic knapsack problem", INFORMS Journal on
Computing 11 (1999) 125-137, for the split of pair gains; G. Cornuéjols, M. Fisher, G. Nemhauser, Management Science
23 (1977) 789-810, for the prices on coverage; B. Polyak (1969) for the step length.
"""

from typing import NamedTuple

import numpy as np

from matcher.solver.kernel.best import keep_best
from matcher.solver.kernel.cache import compiled, inlined
from matcher.solver.kernel.pairs import add_pairs
from matcher.solver.kernel.prices import Subproblem, Work, move_prices, top_shares
from matcher.solver.kernel.records import FIXED_IN, FIXED_OUT, OPEN, Array, Gains, Prices, Sizes
from matcher.solver.kernel.value import cover, value

PATIENCE = 6
"""After so many steps without a better bound the steps become shorter."""
SHORTENING = 0.6
LEAST_ADVANCE = 1e-12
AIM = 0.05
"""How far below the bound to aim where there is no value to beat, as a part of it."""


class Relaxed(NamedTuple):
    """The relaxation's answer at the best prices met.

    bound: what no completion exceeds; chosen (k,) int64, the relaxed solution beside those fixed in, best first;
    profit (n,): the open candidates' reduced profits; following: that of the best one not chosen.
    """

    bound: float
    chosen: np.ndarray
    profit: np.ndarray
    following: float


@compiled
def relax(
    gains: Gains,
    prices: Prices,
    status: Array,
    sizes: Sizes,
    target: float,
    steps: int,
    step_size: float,
) -> Relaxed:
    """Lower the Lagrangian bound on all completions of a node by subgradient steps; `prices` move along.

    `status` (n,) int8. Stops early at `target`, the value to beat (-inf: none).
    """
    node = _subproblem(gains, prices, status, sizes)
    profit = np.zeros(status.shape[0])
    chosen = np.empty(0, np.int64)
    following = -np.inf
    if node.room == 0 or node.candidates.shape[0] < node.forced:
        return Relaxed(node.base if node.forced == 0 else -np.inf, chosen, profit, following)
    work = _work(gains, prices, node, status)
    best_rest = prices.rest.copy()
    best_bound = np.inf
    stale = 0
    for step in range(steps):
        bound, count, next_best = _solve_relaxed(gains, prices, node, work)
        if bound < best_bound - LEAST_ADVANCE:
            best_bound, following, stale = bound, next_best, 0
            best_rest[:] = prices.rest
            chosen = work.pick[:count].copy()
            for i in node.candidates:
                profit[i] = work.profit[i]
            if bound <= target:
                break
        else:
            stale += 1
            if stale >= PATIENCE:
                step_size *= SHORTENING
                stale = 0
        if step == steps - 1:
            break
        aim = bound - target if target > -np.inf else AIM * abs(bound) + 1e-3
        if not move_prices(gains, prices, node, work, count, step, step_size * aim):
            break
    prices.rest[:] = best_rest
    return Relaxed(best_bound, chosen, profit, following)


@compiled
def _subproblem(gains: Gains, prices: Prices, status: Array, sizes: Sizes) -> Subproblem:
    members: Array = np.flatnonzero(status == FIXED_IN)
    candidates: Array = np.flatnonzero(status == OPEN)
    own = gains.lin.copy()
    for member in members:
        add_pairs(gains, member, own)
    covered = np.zeros(gains.aspect.shape[1])
    present = np.zeros(gains.label_gain.shape[0], np.int64)
    cover(gains, members, covered, present)
    row_slack = np.zeros(prices.need.shape[0])
    for row in range(row_slack.shape[0]):
        for member in members:
            row_slack[row] += prices.row[row, member]
        row_slack[row] -= prices.need[row]
    return Subproblem(
        candidates,
        own,
        covered,
        present,
        row_slack,
        value(gains, members),
        min(sizes.most - members.shape[0], candidates.shape[0]),
        max(0, sizes.least - members.shape[0]),
    )


@compiled
def _work(gains: Gains, prices: Prices, node: Subproblem, status: Array) -> Work:
    n = status.shape[0]
    room = node.room
    beside = max(room - 1, 0)
    work = Work(
        status,
        np.empty(n),
        np.zeros(n),
        np.empty(room, np.int64),
        np.empty(room),
        np.zeros(prices.rest.shape[0]),
        np.full(prices.split.shape[0], -1, np.int32),
        np.empty(room * beside, np.int64),
        np.empty(beside, np.int64),
        np.empty(beside),
    )
    if room > 1:
        for i in node.candidates:
            work.carried[i] = top_shares(
                gains.start, gains.other, prices.split, status, i, work.top, work.top_share
            )[1]
    return work


@inlined
def _solve_relaxed(gains: Gains, prices: Prices, node: Subproblem, work: Work) -> tuple[float, int, float]:
    """Choose the candidates of highest profit; return (bound, how many, profit of the best one not chosen)."""
    _reduce_profits(gains, prices, node, work.carried, work.profit)
    count, following = _choose(node.candidates, node.forced, work.profit, work.pick, work.pick_profit)
    bound = _paid_anyway(prices, node)
    for rank in range(count):
        bound += work.pick_profit[rank]
    return bound, count, following


@inlined
def _reduce_profits(gains: Gains, prices: Prices, node: Subproblem, carried: Array, profit: Array) -> None:
    """Fill the candidates' `profit` (n,): what each brings by itself, its shares of pairs (`carried`), what it covers
    less the prices of that, and the prices of its rows."""
    aspects = node.covered.shape[0]
    labels = node.present.shape[0]
    rest = prices.rest
    for position in range(node.candidates.shape[0]):
        i = node.candidates[position]
        total = node.own[i] + carried[i]
        for a in range(aspects):
            more = gains.aspect[i, a] - node.covered[a] - rest[a]
            if more > 0.0:
                total += more
        for b in range(gains.label.shape[1]):
            label = gains.label[i, b]
            if label >= 0 and node.present[label] == 0:
                more = gains.label_gain[label] - rest[aspects + label]
                if more > 0.0:
                    total += more
        for row in range(node.row_slack.shape[0]):
            total += rest[aspects + labels + row] * prices.row[row, i]
        profit[i] = total


@inlined
def _choose(
    candidates: Array, forced: int, profit: Array, pick: Array, pick_profit: Array
) -> tuple[int, float]:
    """Fill `pick` (room,) with those of highest profit, at least `forced`, others only above 0.

    Returns (how many, the profit of the best one not chosen).
    """
    room = pick.shape[0]
    count = 0
    following = -np.inf
    for position in range(candidates.shape[0]):
        i = candidates[position]
        own = profit[i]
        if own <= 0.0 and count >= forced and (count == 0 or own <= pick_profit[count - 1]):
            following = max(following, own)
            continue
        if count == room:
            following = max(following, min(own, pick_profit[count - 1]))
        count = keep_best(pick, pick_profit, count, i, own)
    while count > forced and pick_profit[count - 1] <= 0.0:
        count -= 1
        following = max(following, pick_profit[count])
    return count, following


@inlined
def _paid_anyway(prices: Prices, node: Subproblem) -> float:
    """The part of the bound that no choice changes: what is fixed in, and every price once."""
    aspects = node.covered.shape[0]
    labels = node.present.shape[0]
    total = node.base
    for a in range(aspects):
        total += prices.rest[a]
    for label in range(labels):
        if node.present[label] == 0:
            total += prices.rest[aspects + label]
    for row in range(node.row_slack.shape[0]):
        total += prices.rest[aspects + labels + row] * node.row_slack[row]
    return total


@compiled
def fix_variables(status: Array, relaxed: Relaxed, target: float, sizes: Sizes) -> int:
    """Fix candidates by reduced profit: who cannot be in, or out, of a set worth more than `target`.

    Writes into `status` (n,) of the node that was relaxed, and returns how many are fixed in.
    """
    inside = int(np.count_nonzero(status == FIXED_IN))
    count = relaxed.chosen.shape[0]
    last = relaxed.profit[relaxed.chosen[count - 1]] if count > 0 else 0.0
    displaced = last if inside + count >= sizes.most else min(0.0, last)
    instead = relaxed.following if inside + count <= sizes.least else max(0.0, relaxed.following)
    in_choice = np.zeros(status.shape[0], np.bool_)
    in_choice[relaxed.chosen] = True
    for i in range(status.shape[0]):
        if status[i] != OPEN:
            continue
        if in_choice[i]:
            if relaxed.bound - relaxed.profit[i] + instead <= target:
                status[i] = FIXED_IN
                inside += 1
        elif relaxed.bound - displaced + relaxed.profit[i] <= target:
            status[i] = FIXED_OUT
    return inside
