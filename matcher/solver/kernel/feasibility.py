"""Is a set allowed, and can a part of one still become so?"""

import numpy as np

from matcher.solver.kernel.best import keep_best
from matcher.solver.kernel.cache import compiled
from matcher.solver.kernel.matching import matching_size
from matcher.solver.kernel.records import FIXED_OUT, NO_LABEL, OPEN, TOLERANCE, Array, Rules

BROKEN_CAP = 0.5
"""What a broken cap on shares counts at least, in members: one exchange may well mend it."""
LOOSE = -1
"""Said in place of the number of groups, where somebody may make the cap harmless."""


@compiled
def shortfall(rules: Rules, members: Array) -> float:
    """By how many members' worth the set misses the rules; 0.0 says that it is allowed. Sizes are the caller's."""
    ways = rules.way_demand.shape[0]
    if ways == 0:
        return 0.0
    missing = np.zeros(ways)
    for row in range(rules.need.shape[0]):
        total = row_sum(rules, row, members)
        if total < rules.need[row] - TOLERANCE:
            missing[rules.row_way[row]] += (rules.need[row] - total) / rules.unit[row]
    for match in range(rules.match_need.shape[0]):
        size = matching_size(rules.left[match], rules.right[match], members)
        if size < rules.match_need[match]:
            missing[rules.match_way[match]] += rules.match_need[match] - size
        if size > rules.match_cap[match]:
            missing[rules.match_way[match]] += size - rules.match_cap[match]
    for cap in range(rules.cap_most.shape[0]):
        excess = cap_excess(rules, cap, members)
        if excess > 0.0:
            missing[rules.cap_way[cap]] += BROKEN_CAP + excess
    nearest = np.full(rules.demands, np.inf)
    for way in range(ways):
        demand = rules.way_demand[way]
        nearest[demand] = min(nearest[demand], missing[way])
    return float(nearest.sum())


@compiled
def row_sum(rules: Rules, row: int, members: Array) -> float:
    """What the members add up to in a row."""
    total = 0.0
    for member in members:
        total += rules.coef[row, member]
    return total


@compiled
def cap_excess(rules: Rules, cap: int, members: Array) -> float:
    """How far the groups are from a completion of the unknown sizes that keeps the cap; 0.0 where there is one.

    With known sizes k_g, total T and U the groups with an unknown part, these may have anything from k_g to c T;
    so T (1 - |U| c) <= sum of k_g over the others must hold for the least admissible T = max(sum k, max k / c).
    """
    known = np.zeros(members.shape[0])
    growing = np.zeros(members.shape[0], np.bool_)
    groups, total = _group_sizes(rules, cap, members, known, growing)
    if groups == LOOSE or total <= 0.0:
        return 0.0
    most = rules.cap_most[cap]
    able_to_grow = 0
    fixed = 0.0
    least_total = total
    for group in range(groups):
        least_total = max(least_total, known[group] / most)
        if growing[group]:
            able_to_grow += 1
        else:
            fixed += known[group]
    excess = (least_total * (1.0 - able_to_grow * most) - fixed) / total
    return excess if excess > TOLERANCE else 0.0


@compiled
def _group_sizes(rules: Rules, cap: int, members: Array, known: Array, growing: Array) -> tuple[int, float]:
    """Fill each group's known size and whether some of it is unknown; return (groups or LOOSE, known total)."""
    names = np.empty(members.shape[0], np.int64)
    groups = 0
    total = 0.0
    for member in members:
        label = rules.cap_label[cap, member]
        if label == NO_LABEL:
            continue
        if rules.cap_loose[cap, member]:
            return LOOSE, total
        group = 0
        while group < groups and names[group] != label:
            group += 1
        if group == groups:
            names[group] = label
            groups += 1
        size = rules.cap_size[cap, member]
        if np.isnan(size):
            growing[group] = True
        else:
            known[group] += size
            total += size
    return groups, total


@compiled
def completion_infeasible(rules: Rules, members: Array, status: Array, seats: int) -> bool:
    """Whether no completion of `members` by at most `seats` open candidates can keep the rules."""
    ways = rules.way_demand.shape[0]
    dead = np.zeros(ways, np.bool_)
    for row in range(rules.need.shape[0]):
        if not dead[rules.row_way[row]]:
            dead[rules.row_way[row]] = _row_unreachable(rules, row, members, status, seats)
    for match in range(rules.match_need.shape[0]):
        if not dead[rules.match_way[match]]:
            dead[rules.match_way[match]] = _matching_unreachable(rules, match, members, status, seats)
    alive = np.zeros(rules.demands, np.bool_)
    for way in range(ways):
        if not dead[way]:
            alive[rules.way_demand[way]] = True
    return not alive.all()


@compiled
def _row_unreachable(rules: Rules, row: int, members: Array, status: Array, seats: int) -> bool:
    """Whether even the open candidates who add most leave the row short."""
    missing = float(rules.need[row]) - TOLERANCE - row_sum(rules, row, members)
    if missing <= 0.0:
        return False
    helpers = np.empty(seats, np.int64)
    help_worth = np.empty(seats)
    filled = 0
    for i in range(status.shape[0]):
        if status[i] == OPEN and rules.coef[row, i] > 0.0:
            filled = keep_best(helpers, help_worth, filled, i, rules.coef[row, i])
    for rank in range(filled):
        missing -= help_worth[rank]
    return missing > 0.0


@compiled
def _matching_unreachable(rules: Rules, match: int, members: Array, status: Array, seats: int) -> bool:
    """Whether the members match too many already, or all who are left too few."""
    needed = int(rules.match_need[match])
    size = matching_size(rules.left[match], rules.right[match], members)
    if size > rules.match_cap[match] or size + seats < needed:
        return True
    if size >= needed:
        return False
    left_in = np.flatnonzero(status != FIXED_OUT)
    return matching_size(rules.left[match], rules.right[match], left_in) < needed


@compiled
def exclude_overdrawing(rules: Rules, status: Array, members: Array, most: int) -> None:
    """Fix out every open candidate who would leave a row short even with the best help there is for all seats left."""
    for row in range(rules.need.shape[0]):
        if not rules.only_way[row]:
            continue
        total = row_sum(rules, row, members)
        best_help = 0.0
        for i in range(status.shape[0]):
            if status[i] == OPEN:
                best_help = max(best_help, rules.coef[row, i])
        help_left = best_help * max(0, most - members.shape[0] - 1)
        for i in range(status.shape[0]):
            short = total + rules.coef[row, i] + help_left < rules.need[row] - TOLERANCE
            if status[i] == OPEN and short:
                status[i] = FIXED_OUT
