"""How are the gains of pairs stored, cut and summed? A symmetric sparse matrix (CSR) with ascending rows."""

import numpy as np

from matcher.solver.kernel.cache import compiled, inlined
from matcher.solver.kernel.records import Array, Gains


@compiled
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


@compiled
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


@compiled
def weigh(start: Array, other: Array, tie: Array, rho: Array, scale: float) -> Array:
    """Return (E,): what each pair of a symmetric CSR matrix is worth, its tie times both relevances and `scale`."""
    worth = np.empty(other.shape[0])
    for i in range(start.shape[0] - 1):
        for edge in range(start[i], start[i + 1]):
            worth[edge] = tie[edge] * rho[i] * rho[other[edge]] * scale
    return worth


@inlined
def pair_gain(gains: Gains, i: int, j: int) -> float:
    """Return what i and j gain together, 0.0 where they have no pair."""
    row = gains.other[gains.start[i] : gains.start[i + 1]]
    place = np.searchsorted(row, j)
    if place < row.shape[0] and row[place] == j:
        return float(gains.pair[gains.start[i] + place])
    return 0.0


@compiled
def add_pairs(gains: Gains, i: int, sums: Array) -> None:
    """Add i's pair gains to `sums` (n,)."""
    for edge in range(gains.start[i], gains.start[i + 1]):
        sums[gains.other[edge]] += gains.pair[edge]


@compiled
def subtract_pairs(gains: Gains, i: int, sums: Array) -> None:
    """Take i's pair gains off `sums` (n,)."""
    for edge in range(gains.start[i], gains.start[i + 1]):
        sums[gains.other[edge]] -= gains.pair[edge]


@compiled
def spread_pairs(gains: Gains, i: int, row: Array) -> None:
    """Write i's pair gains into the zeroed `row` (n,)."""
    for edge in range(gains.start[i], gains.start[i + 1]):
        row[gains.other[edge]] = gains.pair[edge]


@compiled
def clear_pairs(gains: Gains, i: int, row: Array) -> None:
    """Make `row` (n,) zero again where `spread_pairs` wrote."""
    for edge in range(gains.start[i], gains.start[i + 1]):
        row[gains.other[edge]] = 0.0
