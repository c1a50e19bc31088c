"""Who of a whole store could still be in a better set? Variable fixing by reduced profit, over all candidates."""

import numpy as np

from matcher.solver import kernel
from matcher.solver.instance import cut_gains, cut_prices, starting_prices
from matcher.solver.kernel import FIXED_IN, FIXED_OUT, Gains, Prices, Sizes
from matcher.solver.search import MARGIN, STEP_SIZE

CORE_STEPS = 150
"""Price steps over the core alone, before the whole store is looked at."""
ROUND_STEPS = (2, 10, 25, 50, 50)
"""Price steps between two eliminations over a whole store: few while it is large."""
WORTH_CUTTING = 0.7
"""Arrays are cut to those who are left where these are a smaller part."""


def reduce(
    gains: Gains,
    rows: tuple[np.ndarray, np.ndarray],
    status: np.ndarray,
    sizes: Sizes,
    value: float,
    core: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Who could be in a set worth more than `value`, and what can no set exceed?

    `status` (n,) int8, FIXED_IN, OPEN or FIXED_OUT, is written into; `core`: ascending positions of those likely to
    be in good sets, all that are in among them. Returns (ascending positions, bound). Meant for a whole store: prices
    are found over the core and hold for all, or nearly; rules count only by the priced `rows`, so the bound holds for
    the allowed sets and more.
    """
    target = value + MARGIN
    where, bound = np.arange(status.size), np.inf
    prices = starting_prices(gains, *rows)
    _price_core(gains, prices, status, sizes, target, core)
    for steps in ROUND_STEPS:
        relaxed = kernel.relax(gains, prices, status, sizes, target, steps, STEP_SIZE)
        bound = min(bound, relaxed.bound)
        if bound <= target:
            return where[status == FIXED_IN], bound
        if relaxed.chosen.size == 0:
            break
        kernel.fix_variables(status, relaxed, target, sizes)
        kept = np.flatnonzero(status != FIXED_OUT)
        if kept.size < WORTH_CUTTING * status.size:
            gains, pairs = cut_gains(gains, kept)
            prices = cut_prices(prices, kept, pairs)
            where, status = where[kept], status[kept]
    return where[status != FIXED_OUT], bound


def _price_core(
    gains: Gains, prices: Prices, status: np.ndarray, sizes: Sizes, target: float, core: np.ndarray
) -> None:
    """Find the prices of the core's own relaxation and write them into `prices`."""
    core_gains, pairs = cut_gains(gains, core)
    core_prices = cut_prices(prices, core, pairs)
    kernel.relax(core_gains, core_prices, status[core], sizes, target, CORE_STEPS, STEP_SIZE)
    prices.split[pairs] = core_prices.split
    prices.rest[:] = core_prices.rest
