"""Which nodes are open, and where does the search branch? Branch and bound, best bound first."""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from matcher.solver.kernel.bound import Relaxed, fix_variables, relax
from matcher.solver.kernel.cache import compiled
from matcher.solver.kernel.feasibility import completion_infeasible, exclude_overdrawing, shortfall
from matcher.solver.kernel.records import (
    FIXED_IN,
    FIXED_OUT,
    NOBODY,
    OPEN,
    TOLERANCE,
    Array,
    Gains,
    Prices,
    Rules,
    Sizes,
)
from matcher.solver.kernel.value import value

ROUNDS = 3
"""How often a node is relaxed again after candidates were fixed."""
ROUND_STEPS = 4
"""Price steps of such a further round."""
STEP_SIZE = 0.7


class Tree(NamedTuple):
    """Open nodes of the search, best bound first. Capacity C, written in place.

    status (C, n) int8, rest (C, A + L + P), bound (C,); heap (C,) int32: slots in the order of a heap; free (C,) int32
    of unused slots; size (2,) int64: heap's length, free's length; record (1,) the value to beat; team (most,) its
    members, -1 pads.
    """

    status: np.ndarray
    rest: np.ndarray
    bound: np.ndarray
    heap: np.ndarray
    free: np.ndarray
    size: np.ndarray
    record: np.ndarray
    team: np.ndarray


@compiled
def _offer(gains: Gains, rules: Rules, tree: Tree, members: Array, least: int) -> None:
    """Keep the set as the record where it is allowed and better."""
    count = members.shape[0]
    if count < least:
        return
    worth = value(gains, members)
    if worth > tree.record[0] and shortfall(rules, members) <= TOLERANCE:
        tree.record[0] = worth
        tree.team[:] = NOBODY
        tree.team[:count] = members


@compiled
def grow_tree(
    gains: Gains,
    rules: Rules,
    prices: Prices,
    tree: Tree,
    sizes: Sizes,
    nodes: int,
    steps: int,
    margin: float,
) -> int:
    """Take up to `nodes` nodes off the tree, best bound first, and branch; returns how many were taken.

    Done when the heap is empty or its best bound is no better than the record + margin; stops early where no slots
    are free.
    """
    heap = [(-tree.bound[slot], int(slot)) for slot in tree.heap[: tree.size[0]]]
    taken = 0
    while taken < nodes and len(heap) > 0 and tree.size[1] >= 2:
        slot = heappop(heap)[1]
        if tree.bound[slot] <= tree.record[0] + margin:
            heap.clear()
            break
        taken += 1
        prices.rest[:] = tree.rest[slot]
        candidate = _explore(gains, rules, prices, tree, slot, sizes, steps, margin)
        if candidate == NOBODY:
            tree.free[tree.size[1]] = slot
            tree.size[1] += 1
        else:
            without = _branch(tree, prices, slot, candidate)
            heappush(heap, (-tree.bound[slot], slot))
            heappush(heap, (-tree.bound[without], without))
    tree.size[0] = len(heap)
    for place in range(len(heap)):
        tree.heap[place] = heap[place][1]
    return taken


@compiled
def _explore(
    gains: Gains,
    rules: Rules,
    prices: Prices,
    tree: Tree,
    slot: int,
    sizes: Sizes,
    steps: int,
    margin: float,
) -> int:
    """Bound a node and fix candidates as long as that helps; return whom to branch on, NOBODY where it is done."""
    status = tree.status[slot]
    for again in range(ROUNDS):
        members = np.flatnonzero(status == FIXED_IN)
        if members.shape[0] > sizes.most:
            return NOBODY
        exclude_overdrawing(rules, status, members, sizes.most)
        if completion_infeasible(rules, members, status, sizes.most - members.shape[0]):
            return NOBODY
        target = tree.record[0] + margin
        allowed_steps = steps if again == 0 else ROUND_STEPS
        relaxed = relax(gains, prices, status, sizes, target, allowed_steps, STEP_SIZE)
        tree.bound[slot] = min(tree.bound[slot], relaxed.bound)
        if relaxed.bound > target and relaxed.chosen.shape[0] > 0:
            _offer(gains, rules, tree, np.append(members, relaxed.chosen), sizes.least)
        _offer(gains, rules, tree, members, sizes.least)
        if relaxed.bound <= tree.record[0] + margin or members.shape[0] == sizes.most:
            return NOBODY
        if not _fixes_many(status, relaxed, tree.record[0] + margin, sizes, members.shape[0]):
            break
    candidate = _branching_candidate(status, relaxed)
    members = np.flatnonzero(status == FIXED_IN)
    if members.shape[0] > sizes.most:
        return NOBODY
    if candidate == NOBODY:
        _offer(gains, rules, tree, members, sizes.least)
    return candidate


@compiled
def _fixes_many(status: Array, relaxed: Relaxed, target: float, sizes: Sizes, fixed_in: int) -> bool:
    """Fix candidates by reduced profit; say whether so many that the node is worth relaxing again."""
    if relaxed.chosen.shape[0] == 0:
        return False
    before = np.count_nonzero(status == OPEN)
    inside = fix_variables(status, relaxed, target, sizes)
    fixed = before - np.count_nonzero(status == OPEN)
    return bool(fixed > 0 and (inside > fixed_in or 4 * fixed >= before))


@compiled
def _branching_candidate(status: Array, relaxed: Relaxed) -> int:
    """Return the candidate whose exclusion costs the relaxed solution most, the best other one where all are fixed."""
    for i in relaxed.chosen:  # best first
        if status[i] == OPEN:
            return int(i)
    candidate = NOBODY
    for i in range(status.shape[0]):
        if status[i] == OPEN and (candidate == NOBODY or relaxed.profit[i] > relaxed.profit[candidate]):
            candidate = i
    return candidate


@compiled
def _branch(tree: Tree, prices: Prices, slot: int, candidate: int) -> int:
    """Make two nodes of one: with the candidate in its slot, without in a free one; return the latter."""
    tree.size[1] -= 1
    without = int(tree.free[tree.size[1]])
    tree.status[without] = tree.status[slot]
    tree.status[slot, candidate] = FIXED_IN
    tree.status[without, candidate] = FIXED_OUT
    tree.rest[slot] = prices.rest
    tree.rest[without] = prices.rest
    tree.bound[without] = tree.bound[slot]
    return without
