"""Where do the prices go next? One subgradient step, and the shares of pairs that each candidate collects."""

from typing import NamedTuple

import numpy as np

from matcher.solver.kernel.cache import inlined
from matcher.solver.kernel.records import OPEN, Array, Gains, Prices

STALE = -1.0
"""In place of a sum of shares that has to be added up again; no such sum is below 0."""


class Subproblem(NamedTuple):
    """What a node of the search leaves to choose.

    candidates (k,) int64, those open; own (n,): what each gains by itself and with those fixed in; covered (A,) and
    present (L,): what these cover; row_slack (P,): what these have of each priced row beyond its need; base: their
    value; room: how many may still be chosen; forced: how many must be.
    """

    candidates: np.ndarray
    own: np.ndarray
    covered: np.ndarray
    present: np.ndarray
    row_slack: np.ndarray
    base: float
    room: int
    forced: int


class Work(NamedTuple):
    """What the steps write into, allocated once.

    status (n,) int8, the node's; profit (n,); carried (n,): the sum of each one's best shares; pick (room,) and
    pick_profit (room,), the relaxed solution, best first; slope: a subgradient in the order of `Prices.rest`; stamp
    (E,) int32: the last step at which somebody chosen collected this share; edges: shares collected at this step;
    top (room - 1,) and top_share (room - 1,): one candidate's best shares.
    """

    status: np.ndarray
    profit: np.ndarray
    carried: np.ndarray
    pick: np.ndarray
    pick_profit: np.ndarray
    slope: np.ndarray
    stamp: np.ndarray
    edges: np.ndarray
    top: np.ndarray
    top_share: np.ndarray


@inlined
def top_shares(
    start: Array, other: Array, split: Array, status: Array, i: int, top: Array, top_share: Array
) -> tuple[int, float]:
    """Fill `top` (k,) with i's best positive shares of pairs with open candidates, as edges; return (how many, sum)."""
    room = top.shape[0]
    filled = 0
    total = 0.0
    for edge in range(start[i], start[i + 1]):
        share = split[edge]
        if share <= 0.0 or status[other[edge]] != OPEN:
            continue
        place = filled  # as `keep_best` does, written out: this is the innermost loop of all
        if filled == room:
            if share <= top_share[room - 1]:
                continue
            total -= top_share[room - 1]
            place = room - 1
        else:
            filled += 1
        while place > 0 and top_share[place - 1] < share:
            top_share[place] = top_share[place - 1]
            top[place] = top[place - 1]
            place -= 1
        top_share[place] = share
        top[place] = edge
        total += share
    return filled, total


@inlined
def move_prices(
    gains: Gains,
    prices: Prices,
    node: Subproblem,
    work: Work,
    count: int,
    step: int,
    length: float,
) -> bool:
    """Move the prices against the subgradient at the relaxed solution, `work.pick[:count]`; False where it is zero.

    `length` over the subgradient's squared norm is the step (Polyak).
    """
    norm = _subgradient(gains, prices, node, work, count)
    moved = _one_sided(gains, prices, work, count, step) if node.room > 1 else 0
    norm += 2.0 * moved
    if norm <= 0.0:
        return False
    length = length / norm
    for k in range(prices.rest.shape[0]):
        prices.rest[k] = max(0.0, prices.rest[k] - length * work.slope[k])
    for position in range(moved):
        edge = work.edges[position]
        prices.split[edge] -= length
        prices.split[gains.back[edge]] += length
        work.carried[gains.other[edge]] = STALE
        work.carried[gains.other[gains.back[edge]]] = STALE
    for position in range(moved):
        edge = work.edges[position]
        for i in (gains.other[edge], gains.other[gains.back[edge]]):
            if work.carried[i] == STALE:
                work.carried[i] = top_shares(
                    gains.start, gains.other, prices.split, work.status, i, work.top, work.top_share
                )[1]
    return True


@inlined
def _subgradient(gains: Gains, prices: Prices, node: Subproblem, work: Work, count: int) -> float:
    """Fill `work.slope`, how the bound changes with each price; return its squared norm.

    A price at 0 that wants to fall further stays and counts nothing.
    """
    slope, rest = work.slope, prices.rest
    aspects = node.covered.shape[0]
    labels = node.present.shape[0]
    for a in range(aspects):
        slope[a] = 1.0
    for label in range(labels):
        slope[aspects + label] = 1.0 if node.present[label] == 0 else 0.0
    for row in range(node.row_slack.shape[0]):
        slope[aspects + labels + row] = node.row_slack[row]
    for rank in range(count):
        i = work.pick[rank]
        for a in range(aspects):
            if gains.aspect[i, a] - node.covered[a] - rest[a] > 0.0:
                slope[a] -= 1.0
        for b in range(gains.label.shape[1]):
            label = gains.label[i, b]
            if label < 0 or node.present[label] > 0:
                continue
            if gains.label_gain[label] - rest[aspects + label] > 0.0:
                slope[aspects + label] -= 1.0
        for row in range(node.row_slack.shape[0]):
            slope[aspects + labels + row] += prices.row[row, i]
    norm = 0.0
    for k in range(rest.shape[0]):
        if rest[k] <= 0.0 and slope[k] > 0.0:
            slope[k] = 0.0
        norm += slope[k] * slope[k]
    return norm


@inlined
def _one_sided(gains: Gains, prices: Prices, work: Work, count: int, step: int) -> int:
    """Fill `work.edges` with the shares that one end collects and the other does not; return how many."""
    collected = 0
    for rank in range(count):
        i = work.pick[rank]
        filled = top_shares(gains.start, gains.other, prices.split, work.status, i, work.top, work.top_share)[
            0
        ]
        for position in range(filled):
            edge = work.top[position]
            work.stamp[edge] = step
            work.edges[collected] = edge
            collected += 1
    moved = 0
    for position in range(collected):
        edge = work.edges[position]
        if work.stamp[gains.back[edge]] != step:
            work.edges[moved] = edge
            moved += 1
    return moved
