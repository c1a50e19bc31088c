"""What must run compiled? Shortfall of the rules, local search, Lagrangian bound and the search tree's node.

All compiled code stands in this one file, because numba's cache on disk notices changes of the file a function
stands in and of no other. Everything here speaks in positions 0..n-1 of a `Gains` and its `Rules`; names, words and
records are the callers' business. Random numbers come from a seed, so the same call gives the same answer.

References: A. Caprara, D. Pisinger, P. Toth, "Exact solution of the quadratic knapsack problem", INFORMS Journal on
Computing 11 (1999) 125-137, for the split of pair gains; G. Cornuéjols, M. Fisher, G. Nemhauser, Management Science
23 (1977) 789-810, for the prices on coverage; B. Polyak (1969) for the step length.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

TOLERANCE = 1e-9
Array = np.ndarray


class Gains(NamedTuple):
    """The utility of a set S: sum of lin + sum over aspects of the best member + labels present + pairs inside S.

    lin (n,), aspect (n, A) >= 0, label (n, B) int32 (-1 = none; no label stands in two columns), label_gain (L,)
    >= 0; pairs as symmetric CSR without diagonal: start (n+1,) int64, other (E,) int32 ascending in each row, pair
    (E,) float64, back (E,) int32, the position of the same pair in the other row.
    """

    lin: np.ndarray
    aspect: np.ndarray
    label: np.ndarray
    label_gain: np.ndarray
    start: np.ndarray
    other: np.ndarray
    pair: np.ndarray
    back: np.ndarray


class Rules(NamedTuple):
    """What every set must keep: demands, each with alternatives, each of which is a conjunction of rows and matchings.

    Row r: sum of coef[r] (R, n) over the set >= need[r]; `unit[r]` is what one member can add, so that a shortfall
    counts members. Matching m: a maximum matching between the labels left[m] and right[m] (M, n; -1 = takes no part)
    of the members has a size of match_need[m] to match_cap[m]. Way w is one alternative of demand way_demand[w];
    only_way (R,) bool: the row's way has no alternative.
    Cap q: no group of cap_label[q] (Q, n; -1 = does not count) need have more than cap_most[q] of the total of
    cap_size[q] (Q, n; NaN = unknown, any number from 0), unless one whose cap_loose[q] is set stands in the set.
    `kind` (n,) int64: candidates of one kind are alike in every row, matching and cap.
    """

    coef: np.ndarray
    need: np.ndarray
    unit: np.ndarray
    row_way: np.ndarray
    only_way: np.ndarray
    left: np.ndarray
    right: np.ndarray
    match_need: np.ndarray
    match_cap: np.ndarray
    match_way: np.ndarray
    cap_label: np.ndarray
    cap_size: np.ndarray
    cap_loose: np.ndarray
    cap_most: np.ndarray
    cap_way: np.ndarray
    way_demand: np.ndarray
    demands: int
    kind: np.ndarray


@njit(nogil=True, cache=True)
def mirror(start: Array, other: Array) -> Array:
    """Return (E,) int32: for each entry of a symmetric CSR matrix with ascending rows, the entry across the diagonal.

    Rows are read in ascending order, so the k-th one to name j is the k-th entry of row j.
    """
    seen = np.zeros(start.shape[0] - 1, np.int64)
    back = np.empty(other.shape[0], np.int32)
    for i in range(start.shape[0] - 1):
        for edge in range(start[i], start[i + 1]):
            j = other[edge]
            back[edge] = start[j] + seen[j]
            seen[j] += 1
    return back


@njit(nogil=True, cache=True)
def pairs_within(start: Array, other: Array, keep: Array) -> tuple[Array, Array, Array]:
    """Cut a square CSR matrix with ascending rows to the rows and columns at `keep` (k,) int64, ascending.

    Returns the part's start (k+1,) int64 and other (F,) int32, and where its entries stood (F,) int64.
    """
    place = np.full(start.shape[0] - 1, -1, np.int32)
    for row in range(keep.shape[0]):
        place[keep[row]] = row
    begin = np.zeros(keep.shape[0] + 1, np.int64)
    for row in range(keep.shape[0]):
        begin[row + 1] = begin[row]
        for edge in range(start[keep[row]], start[keep[row] + 1]):
            if place[other[edge]] >= 0:
                begin[row + 1] += 1
    column = np.empty(begin[-1], np.int32)
    entry = np.empty(begin[-1], np.int64)
    filled = 0
    for row in range(keep.shape[0]):
        for edge in range(start[keep[row]], start[keep[row] + 1]):
            if place[other[edge]] >= 0:
                column[filled] = place[other[edge]]
                entry[filled] = edge
                filled += 1
    return begin, column, entry


@njit(nogil=True, cache=True)
def weigh(start: Array, other: Array, tie: Array, rho: Array, scale: float) -> Array:
    """Return (E,): what each pair of a symmetric CSR matrix is worth, its tie times both relevances and `scale`."""
    worth = np.empty(other.shape[0])
    for i in range(start.shape[0] - 1):
        for edge in range(start[i], start[i + 1]):
            worth[edge] = tie[edge] * rho[i] * rho[other[edge]] * scale
    return worth


@njit(nogil=True, cache=True)
def matching_size(left: Array, right: Array, members: Array, count: int) -> int:
    """Maximum matching between left and right labels, an edge for each member whose labels are both >= 0."""
    lefts = np.empty(count, np.int64)
    rights = np.empty(count, np.int64)
    edge_left = np.empty(count, np.int64)
    edge_right = np.empty(count, np.int64)
    edges = 0
    left_count = 0
    right_count = 0
    for position in range(count):
        member = members[position]
        if left[member] < 0 or right[member] < 0:
            continue
        tag = -1
        for k in range(left_count):
            if lefts[k] == left[member]:
                tag = k
        if tag < 0:
            tag = left_count
            lefts[tag] = left[member]
            left_count += 1
        r = -1
        for k in range(right_count):
            if rights[k] == right[member]:
                r = k
        if r < 0:
            r = right_count
            rights[r] = right[member]
            right_count += 1
        edge_left[edges] = tag
        edge_right[edges] = r
        edges += 1
    if right_count == edges:
        return left_count
    if left_count == edges:
        return right_count
    partner = np.full(right_count, -1)
    parent_edge = np.empty(right_count, np.int64)
    size = 0
    queue = np.empty(left_count, np.int64)
    for source in range(left_count):
        parent_edge[:] = -1
        queue[0] = source
        head = 0
        tail = 1
        end = -1
        while head < tail and end < 0:
            here = queue[head]
            head += 1
            for edge in range(edges):
                r = edge_right[edge]
                if edge_left[edge] != here or parent_edge[r] >= 0:
                    continue
                parent_edge[r] = edge
                if partner[r] < 0:
                    end = r
                    break
                queue[tail] = partner[r]
                tail += 1
        if end < 0:
            continue
        size += 1
        while end >= 0:
            tag = edge_left[parent_edge[end]]
            previous = -1
            if tag != source:
                for r in range(right_count):
                    if partner[r] == tag:
                        previous = r
                        break
            partner[end] = tag
            end = previous
    return size


@njit(nogil=True, cache=True)
def cap_excess(rules: Rules, cap: int, members: Array, count: int) -> float:
    """How far the groups are from a completion of the unknown sizes that keeps the cap; 0.0 where there is one.

    With known sizes k_g, total T and U the groups with an unknown part, these may have anything from k_g to c T;
    so T (1 - |U| c) <= sum of k_g over the others must hold for the least admissible T = max(sum k, max k / c).
    """
    names = np.empty(count, np.int64)
    known = np.zeros(count)
    loose_end = np.zeros(count, np.bool_)
    groups = 0
    total = 0.0
    for position in range(count):
        member = members[position]
        if rules.cap_label[cap, member] < 0:
            continue
        if rules.cap_loose[cap, member]:
            return 0.0
        group = 0
        while group < groups and names[group] != rules.cap_label[cap, member]:
            group += 1
        if group == groups:
            names[group] = rules.cap_label[cap, member]
            groups += 1
        size = rules.cap_size[cap, member]
        if np.isnan(size):
            loose_end[group] = True
        else:
            known[group] += size
            total += size
    if total <= 0.0:
        return 0.0
    most = rules.cap_most[cap]
    free = 0
    fixed = 0.0
    least_total = total
    for group in range(groups):
        least_total = max(least_total, known[group] / most)
        if loose_end[group]:
            free += 1
        else:
            fixed += known[group]
    excess = (least_total * (1.0 - free * most) - fixed) / total
    return excess if excess > TOLERANCE else 0.0


@njit(nogil=True, cache=True)
def shortfall(rules: Rules, members: Array, count: int) -> float:
    """By how many members' worth the set misses the rules; 0.0 says that it is allowed. Sizes are the caller's."""
    ways = rules.way_demand.shape[0]
    short = np.zeros(ways)
    for row in range(rules.need.shape[0]):
        total = 0.0
        for position in range(count):
            total += rules.coef[row, members[position]]
        if total < rules.need[row] - TOLERANCE:
            short[rules.row_way[row]] += (rules.need[row] - total) / rules.unit[row]
    for match in range(rules.match_need.shape[0]):
        found = matching_size(rules.left[match], rules.right[match], members, count)
        if found < rules.match_need[match]:
            short[rules.match_way[match]] += rules.match_need[match] - found
        if found > rules.match_cap[match]:
            short[rules.match_way[match]] += found - rules.match_cap[match]
    for cap in range(rules.cap_most.shape[0]):
        excess = cap_excess(rules, cap, members, count)
        if excess > 0.0:
            short[rules.cap_way[cap]] += 0.5 + excess
    if ways == 0:
        return 0.0
    best = np.full(rules.demands, np.inf)
    for way in range(ways):
        demand = rules.way_demand[way]
        if short[way] < best[demand]:
            best[demand] = short[way]
    return best.sum()


@njit(nogil=True, cache=True)
def hopeless(rules: Rules, members: Array, count: int, status: Array, seats: int) -> bool:
    """Whether no completion of `members` by at most `seats` open candidates (status 0) can keep the rules."""
    ways = rules.way_demand.shape[0]
    if ways == 0:
        return False
    dead = np.zeros(ways, np.bool_)
    n = status.shape[0]
    most = np.empty(seats + 1)
    for row in range(rules.need.shape[0]):
        total = 0.0
        for position in range(count):
            total += rules.coef[row, members[position]]
        missing = rules.need[row] - TOLERANCE - total
        if missing <= 0.0:
            continue
        filled = 0
        for i in range(n):
            value = rules.coef[row, i]
            if status[i] != 0 or value <= 0.0:
                continue
            place = filled
            while place > 0 and most[place - 1] < value:
                if place < seats:
                    most[place] = most[place - 1]
                place -= 1
            if place < seats:
                most[place] = value
                if filled < seats:
                    filled += 1
        for k in range(filled):
            missing -= most[k]
        if missing > 0.0:
            dead[rules.row_way[row]] = True
    everyone = np.empty(n, np.int64)
    for match in range(rules.match_need.shape[0]):
        needed = rules.match_need[match]
        if dead[rules.match_way[match]]:
            continue
        found = matching_size(rules.left[match], rules.right[match], members, count)
        if found > rules.match_cap[match]:
            dead[rules.match_way[match]] = True
            continue
        if found >= needed:
            continue
        if found + seats < needed:
            dead[rules.match_way[match]] = True
            continue
        size = 0
        for i in range(n):
            if status[i] >= 0 and rules.left[match, i] >= 0:
                everyone[size] = i
                size += 1
        if matching_size(rules.left[match], rules.right[match], everyone, size) < needed:
            dead[rules.match_way[match]] = True
    alive = np.zeros(rules.demands, np.bool_)
    for way in range(ways):
        if not dead[way]:
            alive[rules.way_demand[way]] = True
    return not alive.all()


@njit(nogil=True, cache=True)
def value(gains: Gains, members: Array, count: int) -> float:
    """The utility of a set."""
    total = 0.0
    for position in range(count):
        i = members[position]
        total += gains.lin[i]
        for other in range(position):
            j = members[other]
            low = gains.start[i]
            high = gains.start[i + 1]
            while low < high:
                middle = (low + high) // 2
                if gains.other[middle] < j:
                    low = middle + 1
                else:
                    high = middle
            if low < gains.start[i + 1] and gains.other[low] == j:
                total += gains.pair[low]
    for a in range(gains.aspect.shape[1]):
        best = 0.0
        for position in range(count):
            best = max(best, gains.aspect[members[position], a])
        total += best
    present = np.zeros(gains.label_gain.shape[0], np.bool_)
    for position in range(count):
        for b in range(gains.label.shape[1]):
            tag = gains.label[members[position], b]
            if tag >= 0 and not present[tag]:
                present[tag] = True
                total += gains.label_gain[tag]
    return total


@njit(nogil=True, cache=True)
def _cover(gains: Gains, members: Array, count: int, skip: int, best: Array, present: Array) -> None:
    """Fill `best` (A,) and `present` (L,) with what the members but the one at position `skip` cover."""
    best[:] = 0.0
    present[:] = 0
    for position in range(count):
        if position == skip:
            continue
        i = members[position]
        for a in range(best.shape[0]):
            if gains.aspect[i, a] > best[a]:
                best[a] = gains.aspect[i, a]
        for b in range(gains.label.shape[1]):
            if gains.label[i, b] >= 0:
                present[gains.label[i, b]] += 1


@njit(nogil=True, cache=True)
def _marginal(gains: Gains, i: int, best: Array, present: Array) -> float:
    """What i adds alone and to the coverage: everything but its pairs."""
    total = gains.lin[i]
    for a in range(best.shape[0]):
        more = gains.aspect[i, a] - best[a]
        if more > 0.0:
            total += more
    for b in range(gains.label.shape[1]):
        tag = gains.label[i, b]
        if tag >= 0 and present[tag] == 0:
            total += gains.label_gain[tag]
    return total


@njit(nogil=True, cache=True)
def _add_pairs(gains: Gains, i: int, sign: float, pairs: Array) -> None:
    """Add i's pair gains, times `sign`, to `pairs` (n,)."""
    for edge in range(gains.start[i], gains.start[i + 1]):
        pairs[gains.other[edge]] += sign * gains.pair[edge]


@njit(nogil=True, cache=True)
def _pair_between(gains: Gains, i: int, row: Array) -> None:
    """Fill the zeroed `row` (n,) with i's pair gains; undo with sign -1 by the same function."""
    for edge in range(gains.start[i], gains.start[i + 1]):
        row[gains.other[edge]] = gains.pair[edge]


@njit(nogil=True, cache=True)
def improve(
    gains: Gains, rules: Rules, members: Array, count: int, keep: int, least: int, most: int, banned: Array
) -> tuple[int, float]:
    """Best-improvement local search by exchange, addition and removal; changes `members`, returns (count, shortfall).

    The first `keep` members stay. A move is better when it lowers the shortfall, or keeps it and raises the value.
    `banned` (n,) bool: candidates that may not come in.
    """
    n = gains.lin.shape[0]
    best = np.zeros(gains.aspect.shape[1])
    present = np.zeros(gains.label_gain.shape[0], np.int64)
    pairs = np.zeros(n)
    row = np.zeros(n)
    inside = np.zeros(n, np.bool_)
    kinds = rules.kind.max() + 1
    known = np.empty(kinds)
    trial = np.empty(most + 1, np.int64)
    for position in range(count):
        inside[members[position]] = True
        _add_pairs(gains, members[position], 1.0, pairs)
    short = shortfall(rules, members, count)
    for _ in range(10 * most + 50):
        best_short = short
        best_delta = 1e-10
        best_out = -2
        best_in = -1
        for out in range(-1, count):
            if 0 <= out < keep:
                continue
            if out < 0 and count >= most:
                continue
            _cover(gains, members, count, out, best, present)
            size = 0
            for position in range(count):
                if position != out:
                    trial[size] = members[position]
                    size += 1
            lost = 0.0
            if out >= 0:
                leaver = members[out]
                lost = _marginal(gains, leaver, best, present) + pairs[leaver]
                _pair_between(gains, leaver, row)
                if count - 1 >= least and (best_short > TOLERANCE or -lost > best_delta):
                    after = shortfall(rules, trial, size)
                    if after < best_short - TOLERANCE or (
                        after <= best_short + TOLERANCE and -lost > best_delta
                    ):
                        best_short = after
                        best_delta = -lost
                        best_out = out
                        best_in = -1
            known[:] = -1.0
            for i in range(n):
                if inside[i] or banned[i]:
                    continue
                delta = _marginal(gains, i, best, present) + pairs[i] - row[i] - lost
                if best_short <= TOLERANCE and delta <= best_delta:
                    continue
                kind = rules.kind[i]
                if known[kind] < 0.0:
                    trial[size] = i
                    known[kind] = shortfall(rules, trial, size + 1)
                after = known[kind]
                if after < best_short - TOLERANCE or (after <= best_short + TOLERANCE and delta > best_delta):
                    best_short = after
                    best_delta = delta
                    best_out = out
                    best_in = i
            if out >= 0:
                for edge in range(gains.start[leaver], gains.start[leaver + 1]):
                    row[gains.other[edge]] = 0.0
        if best_out == -2:
            break
        if best_out >= 0:
            leaver = members[best_out]
            inside[leaver] = False
            _add_pairs(gains, leaver, -1.0, pairs)
            if best_in < 0:
                for position in range(best_out, count - 1):
                    members[position] = members[position + 1]
                count -= 1
        if best_in >= 0:
            if best_out >= 0:
                members[best_out] = best_in
            else:
                members[count] = best_in
                count += 1
            inside[best_in] = True
            _add_pairs(gains, best_in, 1.0, pairs)
        short = best_short
    return count, short


@njit(nogil=True, cache=True)
def _grow(gains: Gains, members: Array, count: int, keep: int, target: int, greed: int, banned: Array) -> int:
    """Add members until `target`: each time one of the `greed` best by marginal gain, drawn at random."""
    n = gains.lin.shape[0]
    best = np.zeros(gains.aspect.shape[1])
    present = np.zeros(gains.label_gain.shape[0], np.int64)
    pairs = np.zeros(n)
    inside = np.zeros(n, np.bool_)
    for position in range(count):
        inside[members[position]] = True
        _add_pairs(gains, members[position], 1.0, pairs)
    top = np.empty(greed, np.int64)
    top_gain = np.empty(greed)
    while count < target:
        _cover(gains, members, count, -1, best, present)
        filled = 0
        for i in range(n):
            if inside[i] or banned[i]:
                continue
            gain = _marginal(gains, i, best, present) + pairs[i]
            place = filled
            while place > 0 and top_gain[place - 1] < gain:
                if place < greed:
                    top_gain[place] = top_gain[place - 1]
                    top[place] = top[place - 1]
                place -= 1
            if place < greed:
                top_gain[place] = gain
                top[place] = i
                if filled < greed:
                    filled += 1
        if filled == 0:
            break
        chosen = top[np.random.randint(filled)]
        members[count] = chosen
        count += 1
        inside[chosen] = True
        _add_pairs(gains, chosen, 1.0, pairs)
    return count


@njit(nogil=True, cache=True)
def local_search(
    gains: Gains,
    rules: Rules,
    start: Array,
    keep: int,
    least: int,
    most: int,
    banned: Array,
    restarts: int,
    seed: int,
) -> tuple[Array, Array, Array]:
    """Iterated local search from `start`; every local optimum it met.

    `start` (>= most,) holds `keep` members that stay, then any number of others, then -1. Returns
    (sets (restarts, most) int64 padded with -1, values (restarts,), shortfalls (restarts,)).
    """
    np.random.seed(seed)
    n = gains.lin.shape[0]
    sets = np.full((restarts, most), -1)
    values = np.full(restarts, -np.inf)
    shorts = np.full(restarts, np.inf)
    members = np.empty(most + 1, np.int64)
    champion = -1
    for restart in range(restarts):
        count = 0
        if restart == 0 or champion < 0:
            while count < most and start[count] >= 0:
                members[count] = start[count]
                count += 1
        elif restart % 4 == 3:
            while count < keep:
                members[count] = start[count]
                count += 1
        else:
            while count < most and sets[champion, count] >= 0:
                members[count] = sets[champion, count]
                count += 1
            drop = 1 + np.random.randint(max(1, (count - keep + 1) // 2))
            while drop > 0 and count > keep:
                position = keep + np.random.randint(count - keep)
                members[position] = members[count - 1]
                count -= 1
                drop -= 1
        target = most if restart == 0 else least + np.random.randint(most - least + 1)
        greed = 1 if restart == 0 else min(n, 2 + np.random.randint(6))
        count = _grow(gains, members, count, keep, max(target, least), greed, banned)
        count, short = improve(gains, rules, members, count, keep, least, most, banned)
        if count < least:
            continue
        sets[restart, :count] = members[:count]
        values[restart] = value(gains, members, count)
        shorts[restart] = short
        if (
            champion < 0
            or short < shorts[champion] - TOLERANCE
            or (short <= shorts[champion] + TOLERANCE and values[restart] > values[champion])
        ):
            champion = restart
    return sets, values, shorts


class Prices(NamedTuple):
    """Lagrange multipliers. split (E,): how much of a pair's gain its first member carries (both sum to the pair);
    rest (A + L + P,) >= 0: on every aspect, every label and every priced row. Any values give a valid bound.

    `row` (P, n) and `need` (P,): linear conditions that every allowed set keeps, worth a price.
    """

    split: np.ndarray
    rest: np.ndarray
    row: np.ndarray
    need: np.ndarray


@njit(nogil=True, cache=True)
def _top_split(
    gains: Gains, split: Array, status: Array, i: int, room: int, out_edge: Array, out_value: Array
) -> tuple[int, float]:
    """Fill the best `room` positive splits from i to open candidates; return (how many, their sum)."""
    filled = 0
    total = 0.0
    for edge in range(gains.start[i], gains.start[i + 1]):
        worth = split[edge]
        if worth <= 0.0 or status[gains.other[edge]] != 0:
            continue
        if filled == room:
            if worth <= out_value[filled - 1]:
                continue
            total -= out_value[filled - 1]
            place = filled - 1
        else:
            place = filled
            filled += 1
        while place > 0 and out_value[place - 1] < worth:
            out_value[place] = out_value[place - 1]
            out_edge[place] = out_edge[place - 1]
            place -= 1
        out_value[place] = worth
        out_edge[place] = edge
        total += worth
    return filled, total


@njit(nogil=True, cache=True)
def relax(
    gains: Gains,
    prices: Prices,
    status: Array,
    least: int,
    most: int,
    target: float,
    steps: int,
    step_size: float,
    profit: Array,
    chosen: Array,
) -> tuple[float, int, float]:
    """Lower the Lagrangian bound on all completions of a node by subgradient steps; `prices` move along.

    `status` (n,) int8: 1 in, 0 open, -1 out. Fills `profit` (n,) with the open candidates' reduced profits and
    `chosen` (most,) with the relaxed solution, best first, at the best prices met. Returns (bound, how many chosen,
    profit of the best one not chosen). Stops early at `target`, the value to beat (-inf: none).
    """
    n = gains.lin.shape[0]
    aspects = gains.aspect.shape[1]
    label_count = gains.label_gain.shape[0]
    rows = prices.need.shape[0]
    split = prices.split
    rest = prices.rest
    members = np.empty(most, np.int64)
    count = 0
    open_list = np.empty(n, np.int64)
    open_count = 0
    own = gains.lin.copy()
    for i in range(n):
        if status[i] == 1:
            members[count] = i
            count += 1
            _add_pairs(gains, i, 1.0, own)
        elif status[i] == 0:
            open_list[open_count] = i
            open_count += 1
    base = value(gains, members, count)
    room = min(most - count, open_count)
    if room == 0 or open_count < least - count:
        return (base if count >= least else -np.inf), 0, -np.inf
    forced = max(0, least - count)
    covered = np.zeros(aspects)
    present = np.zeros(label_count, np.int64)
    _cover(gains, members, count, -1, covered, present)
    row_have = np.zeros(rows)
    for g in range(rows):
        for position in range(count):
            row_have[g] += prices.row[g, members[position]]
    top_edge = np.empty(max(room - 1, 1), np.int64)
    top_value = np.empty(max(room - 1, 1))
    carried = np.zeros(n)
    if room > 1:
        for k in range(open_count):
            i = open_list[k]
            carried[i] = _top_split(gains, split, status, i, room - 1, top_edge, top_value)[1]
    now = np.empty(n)
    pick = np.empty(room, np.int64)
    slope = np.zeros(rest.shape[0])
    stamp = np.full(split.shape[0], -1, np.int32)
    chosen_edges = np.empty(room * max(room - 1, 1), np.int64)
    best_rest = rest.copy()
    best_bound = np.inf
    best_count = 0
    best_next = -np.inf
    stale = 0
    for step in range(steps):
        bound = base
        for a in range(aspects):
            bound += rest[a]
        for tag in range(label_count):
            if present[tag] == 0:
                bound += rest[aspects + tag]
        for g in range(rows):
            bound += rest[aspects + label_count + g] * (row_have[g] - prices.need[g])
        filled = 0
        following = -np.inf
        for k in range(open_count):
            i = open_list[k]
            p = own[i] + carried[i]
            for a in range(aspects):
                more = gains.aspect[i, a] - covered[a] - rest[a]
                if more > 0.0:
                    p += more
            for b in range(gains.label.shape[1]):
                tag = gains.label[i, b]
                if tag >= 0 and present[tag] == 0:
                    more = gains.label_gain[tag] - rest[aspects + tag]
                    if more > 0.0:
                        p += more
            for g in range(rows):
                p += rest[aspects + label_count + g] * prices.row[g, i]
            now[i] = p
            if p <= 0.0 and filled >= forced and (filled == 0 or p <= now[pick[filled - 1]]):
                following = max(following, p)
                continue
            if filled == room:
                if p <= now[pick[filled - 1]]:
                    following = max(following, p)
                    continue
                following = max(following, now[pick[filled - 1]])
                place = filled - 1
            else:
                place = filled
                filled += 1
            while place > 0 and now[pick[place - 1]] < p:
                pick[place] = pick[place - 1]
                place -= 1
            pick[place] = i
        while filled > forced and now[pick[filled - 1]] <= 0.0:
            filled -= 1
            following = max(following, now[pick[filled]])
        for k in range(filled):
            bound += now[pick[k]]
        if bound < best_bound - 1e-12:
            stale = 0
            best_bound = bound
            best_count = filled
            best_next = following
            best_rest[:] = rest
            for k in range(open_count):
                profit[open_list[k]] = now[open_list[k]]
            chosen[:filled] = pick[:filled]
            if bound <= target:
                break
        else:
            stale += 1
            if stale >= 6:
                step_size *= 0.6
                stale = 0
        if step == steps - 1:
            break
        norm = 0.0
        slope[:] = 0.0
        slope[: aspects + label_count] = 1.0
        for tag in range(label_count):
            if present[tag] > 0:
                slope[aspects + tag] = 0.0
        for g in range(rows):
            slope[aspects + label_count + g] = row_have[g] - prices.need[g]
        edge_count = 0
        for k in range(filled):
            i = pick[k]
            for a in range(aspects):
                if gains.aspect[i, a] - covered[a] - rest[a] > 0.0:
                    slope[a] -= 1.0
            for b in range(gains.label.shape[1]):
                tag = gains.label[i, b]
                if tag >= 0 and present[tag] == 0 and gains.label_gain[tag] - rest[aspects + tag] > 0.0:
                    slope[aspects + tag] -= 1.0
            for g in range(rows):
                slope[aspects + label_count + g] += prices.row[g, i]
            if room > 1:
                found = _top_split(gains, split, status, i, room - 1, top_edge, top_value)[0]
                for e in range(found):
                    stamp[top_edge[e]] = step
                    chosen_edges[edge_count] = top_edge[e]
                    edge_count += 1
        for k in range(rest.shape[0]):
            if rest[k] <= 0.0 and slope[k] > 0.0:
                slope[k] = 0.0
            norm += slope[k] * slope[k]
        moved = 0
        for e in range(edge_count):
            if stamp[gains.back[chosen_edges[e]]] != step:
                chosen_edges[moved] = chosen_edges[e]
                moved += 1
        norm += 2.0 * moved
        if norm <= 0.0:
            break
        # With nothing to beat yet, aim a little below where we are.
        aim = bound - target if target > -np.inf else 0.05 * abs(bound) + 1e-3
        length = step_size * aim / norm
        for k in range(rest.shape[0]):
            rest[k] = max(0.0, rest[k] - length * slope[k])
        for e in range(moved):
            edge = chosen_edges[e]
            split[edge] -= length
            split[gains.back[edge]] += length
        for e in range(moved):
            edge = chosen_edges[e]
            carried[gains.other[edge]] = -1.0
            carried[gains.other[gains.back[edge]]] = -1.0
        for e in range(moved):
            for side in range(2):
                i = gains.other[chosen_edges[e]] if side == 0 else gains.other[gains.back[chosen_edges[e]]]
                if carried[i] < 0.0:
                    carried[i] = _top_split(gains, split, status, i, room - 1, top_edge, top_value)[1]
    rest[:] = best_rest
    return best_bound, best_count, best_next


@njit(nogil=True, cache=True)
def settle(
    status: Array,
    profit: Array,
    chosen: Array,
    chosen_count: int,
    following: float,
    bound: float,
    target: float,
    least: int,
    most: int,
) -> int:
    """Settle candidates by reduced profit: who cannot be in, or out, of a set worth more than `target`.

    Writes -1 and 1 into `status` (n,) and returns how many are in. The arguments are those of one `relax` answer.
    """
    inside = 0
    for i in range(status.shape[0]):
        if status[i] == 1:
            inside += 1
    last = profit[chosen[chosen_count - 1]] if chosen_count > 0 else 0.0
    displaced = last if inside + chosen_count >= most else min(0.0, last)
    forced = inside + chosen_count <= least
    in_choice = np.zeros(status.shape[0], np.bool_)
    for k in range(chosen_count):
        in_choice[chosen[k]] = True
    for i in range(status.shape[0]):
        if status[i] != 0:
            continue
        if in_choice[i]:
            instead = following if forced else max(0.0, following)
            if bound - profit[i] + instead <= target:
                status[i] = 1
                inside += 1
        elif bound - displaced + profit[i] <= target:
            status[i] = -1
    return inside


@njit(nogil=True, cache=True)
def _bar(rules: Rules, status: Array, members: Array, count: int, most: int) -> None:
    """Put out every open candidate who alone would overdraw a row without help; see `Rules.coef`."""
    for row in range(rules.need.shape[0]):
        if not rules.only_way[row]:
            continue
        total = 0.0
        for position in range(count):
            total += rules.coef[row, members[position]]
        best_help = 0.0
        for i in range(status.shape[0]):
            if status[i] == 0 and rules.coef[row, i] > best_help:
                best_help = rules.coef[row, i]
        help_left = best_help * max(0, most - count - 1)
        for i in range(status.shape[0]):
            if status[i] == 0 and total + rules.coef[row, i] + help_left < rules.need[row] - TOLERANCE:
                status[i] = -1


class Tree(NamedTuple):
    """Open nodes of the search, best bound first. Capacity C, written in place.

    status (C, n) int8, rest (C, A + L + P), bound (C,); heap (C,) int32 of slots; free (C,) int32 of unused slots;
    size (2,) int64: heap's length, free's length; record (1,) the value to beat; team (most,) its members, -1 pads.
    """

    status: np.ndarray
    rest: np.ndarray
    bound: np.ndarray
    heap: np.ndarray
    free: np.ndarray
    size: np.ndarray
    record: np.ndarray
    team: np.ndarray


@njit(nogil=True, cache=True)
def _push(tree: Tree, slot: int) -> None:
    heap = tree.heap
    place = tree.size[0]
    tree.size[0] += 1
    while place > 0:
        above = (place - 1) // 2
        if tree.bound[heap[above]] >= tree.bound[slot]:
            break
        heap[place] = heap[above]
        place = above
    heap[place] = slot


@njit(nogil=True, cache=True)
def _pop(tree: Tree) -> int:
    heap = tree.heap
    top = heap[0]
    tree.size[0] -= 1
    length = tree.size[0]
    if length > 0:
        moved = heap[length]
        place = 0
        while True:
            below = 2 * place + 1
            if below >= length:
                break
            if below + 1 < length and tree.bound[heap[below + 1]] > tree.bound[heap[below]]:
                below += 1
            if tree.bound[heap[below]] <= tree.bound[moved]:
                break
            heap[place] = heap[below]
            place = below
        heap[place] = moved
    return top


@njit(nogil=True, cache=True)
def _try(gains: Gains, rules: Rules, tree: Tree, members: Array, count: int, least: int) -> None:
    """Keep the set as the record where it is allowed and better."""
    if count < least:
        return
    worth = value(gains, members, count)
    if worth > tree.record[0] and shortfall(rules, members, count) <= TOLERANCE:
        tree.record[0] = worth
        tree.team[:] = -1
        tree.team[:count] = members[:count]


@njit(nogil=True, cache=True)
def grow_tree(
    gains: Gains,
    rules: Rules,
    prices: Prices,
    tree: Tree,
    least: int,
    most: int,
    nodes: int,
    steps: int,
    margin: float,
) -> int:
    """Take up to `nodes` nodes off the tree, best bound first, and branch; returns how many were taken.

    Done when the heap is empty or its best bound is no better than the record + margin; stops early where no slots
    are free. Branches on the chosen candidate whose exclusion costs the relaxed solution most.
    """
    n = gains.lin.shape[0]
    profit = np.zeros(n)
    chosen = np.empty(most, np.int64)
    members = np.empty(most + 1, np.int64)
    taken = 0
    while taken < nodes and tree.size[0] > 0 and tree.size[1] >= 2:
        slot = _pop(tree)
        status = tree.status[slot]
        if tree.bound[slot] <= tree.record[0] + margin:
            tree.size[0] = 0
            tree.bound[slot] = -np.inf
            break
        taken += 1
        target = tree.record[0] + margin
        prices.rest[:] = tree.rest[slot]
        bound = tree.bound[slot]
        alive = True
        count = 0
        for again in range(3):
            count = 0
            for i in range(n):
                if status[i] == 1:
                    if count >= most:
                        alive = False
                        break
                    members[count] = i
                    count += 1
            if not alive:
                break
            _bar(rules, status, members, count, most)
            if hopeless(rules, members, count, status, most - count):
                alive = False
                break
            low, chosen_count, following = relax(
                gains, prices, status, least, most, target, steps if again == 0 else 4, 0.7, profit, chosen
            )
            bound = min(bound, low)
            if low <= target:
                _try(gains, rules, tree, members, count, least)
                alive = False
                break
            if chosen_count == 0:
                _try(gains, rules, tree, members, count, least)
                alive = count < most and tree.record[0] + margin < low
                break
            for k in range(chosen_count):
                members[count + k] = chosen[k]
            _try(gains, rules, tree, members, count + chosen_count, least)
            _try(gains, rules, tree, members, count, least)
            target = tree.record[0] + margin
            before = 0
            for i in range(n):
                if status[i] == 0:
                    before += 1
            if low <= target:
                alive = False
                break
            inside = settle(status, profit, chosen, chosen_count, following, low, target, least, most)
            after = 0
            for i in range(n):
                if status[i] == 0:
                    after += 1
            if inside > most:
                alive = False
                break
            if after == before:
                break
            if inside == count and 4 * (before - after) < before:
                break
        branch = -1
        if alive:
            best = -np.inf
            for k in range(chosen_count):
                if status[chosen[k]] == 0 and profit[chosen[k]] > best:
                    best = profit[chosen[k]]
                    branch = chosen[k]
            if branch < 0:
                for i in range(n):
                    if status[i] == 0 and profit[i] > best:
                        best = profit[i]
                        branch = i
            if branch < 0:
                count = 0
                for i in range(n):
                    if status[i] == 1:
                        members[count] = i
                        count += 1
                _try(gains, rules, tree, members, count, least)
        if branch >= 0:
            tree.size[1] -= 1
            second = tree.free[tree.size[1]]
            tree.status[second] = status
            tree.rest[second] = prices.rest
            tree.rest[slot] = prices.rest
            status[branch] = 1
            tree.status[second][branch] = -1
            tree.bound[slot] = bound
            tree.bound[second] = bound
            _push(tree, slot)
            _push(tree, second)
        else:
            tree.free[tree.size[1]] = slot
            tree.size[1] += 1
    return taken
