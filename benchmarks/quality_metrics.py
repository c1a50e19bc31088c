"""How good is a ranking, and whom does it favour? Pure functions; formulas in the docstrings."""

from collections.abc import Collection, Sequence

import numpy as np


def recall(ranked: Sequence[str], hidden: Collection[str], k: int) -> float:
    """|first k of `ranked` that are hidden| / |hidden|, hidden ones unknown to history counting as missed.

    >>> recall(["a", "b", "c"], {"b", "z"}, 2)
    0.5
    """
    return sum(who in hidden for who in ranked[:k]) / len(hidden)


def reciprocal_rank(ranked: Sequence[str], hidden: Collection[str]) -> float:
    """1 / place of the first hidden one, 0 where there is none.

    >>> reciprocal_rank(["a", "b"], {"b"})
    0.5
    """
    return next((1.0 / place for place, who in enumerate(ranked, start=1) if who in hidden), 0.0)


def ndcg(ranked: Sequence[str], hidden: Collection[str], k: int) -> float:
    """DCG over the best possible, gains 1: sum 1 / log2(1 + place) (Järvelin, Kekäläinen 2002).

    >>> round(ndcg(["a", "b"], {"b"}, 2), 3)
    0.631
    """
    gains = 1.0 / np.log2(np.arange(2, k + 2))
    gain = sum(gains[place] for place, who in enumerate(ranked[:k]) if who in hidden)
    return float(gain / gains[: min(k, len(hidden))].sum())


def hit(ranked: Sequence[str], hidden: Collection[str], k: int) -> float:
    """1 where one of the first k is hidden.

    >>> hit(["a", "b"], {"b"}, 1)
    0.0
    """
    return float(any(who in hidden for who in ranked[:k]))


def gini(exposure: np.ndarray) -> float:
    """Inequality of exposure: 0 all alike, near 1 one has all; sum (2 i - n - 1) x_i / (n sum x), x rising.

    >>> gini(np.array([1.0, 1.0])), gini(np.array([0.0, 0.0, 0.0, 4.0]))
    (0.0, 0.75)
    """
    rising = np.sort(exposure)
    count = len(rising)
    return float(((2 * np.arange(1, count + 1) - count - 1) * rising).sum() / (count * rising.sum()))


def decile_shares(exposure: np.ndarray, popularity: np.ndarray) -> np.ndarray:
    """(10,) share of all exposure that falls to each tenth of the organisations, the most popular tenth first.

    >>> decile_shares(np.arange(10.0, 0, -1), np.arange(10.0, 0, -1)).round(2).tolist()[:2]
    [0.18, 0.16]
    """
    order = np.lexsort((np.arange(len(popularity)), -popularity))
    parts = np.array([part.sum() for part in np.array_split(exposure[order], 10)])
    return np.asarray(parts / parts.sum())


def ndkl(groups: Sequence[int], target: np.ndarray) -> float:
    """Normalised discounted KL divergence of the groups of a ranking's heads from a target (Geyik 2019).

    1/Z sum_i KL(D_i || target) / log2(1 + i), D_i the shares of the groups among the first i.

    >>> ndkl([0, 0], np.array([1.0, 0.0]))
    0.0
    """
    counts = np.zeros(len(target))
    total = weights = 0.0
    safe = np.maximum(target, 1e-9)
    for place, group in enumerate(groups, start=1):
        counts[group] += 1.0
        share = counts / place
        seen = share > 0
        weight = 1.0 / np.log2(place + 1)
        total += weight * float((share[seen] * np.log(share[seen] / safe[seen])).sum())
        weights += weight
    return max(0.0, round(total / weights, 12)) if weights else 0.0


def interval(values: np.ndarray, *, samples: int = 1000, seed: int = 1) -> tuple[float, float]:
    """Bootstrap 95 % interval of the mean (percentiles over `samples` draws with replacement).

    >>> interval(np.ones(5))
    (1.0, 1.0)
    """
    rng = np.random.default_rng(seed)
    means = [values[rng.integers(len(values), size=len(values))].mean() for _ in range(samples)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def paired_gain(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, float]:
    """Mean difference of two methods on the same queries with its bootstrap 95 % interval.

    >>> paired_gain(np.array([1.0, 1.0]), np.array([0.5, 0.5]))
    (0.5, 0.5, 0.5)
    """
    difference = ours - theirs
    return float(difference.mean()), *interval(difference)
