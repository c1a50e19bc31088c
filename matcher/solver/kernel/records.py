"""Which arrays does the compiled code speak in? Gains, rules, prices, and what may be said of a candidate."""

from typing import NamedTuple

import numpy as np

Array = np.ndarray
TOLERANCE = 1e-9

FIXED_IN, OPEN, FIXED_OUT = 1, 0, -1
"""A candidate's status in a node of the search; int8 in arrays."""
NOBODY = -1
"""Stands for no position, and pads arrays of positions."""
NO_LABEL = -1


class Sizes(NamedTuple):
    """The least and the most members that a set may have."""

    least: int
    most: int


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


class Prices(NamedTuple):
    """Lagrange multipliers. split (E,): how much of a pair's gain its first member carries (both sum to the pair);
    rest (A + L + P,) >= 0: on every aspect, every label and every priced row. Any values give a valid bound.

    `row` (P, n) and `need` (P,): linear conditions that every allowed set keeps, worth a price.
    """

    split: np.ndarray
    rest: np.ndarray
    row: np.ndarray
    need: np.ndarray
