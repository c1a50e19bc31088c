"""How good is a set of organisations as a team? Coverage, closeness, bridging, balance: pure, in [0, 1]."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csgraph
from scipy.special import entr


def coverage(fit: ArrayLike, weights: Sequence[float] | None = None) -> float:
    """Return how well the best member for each aspect covers the aspects, on weighted average.

    coverage = sum_j v_j max_i fit_ij / sum_j v_j

    The objective of facility location (Cornuéjols, Fisher and Nemhauser 1977, Management Science 23,
    789-810): a further member never lowers it, and adds less the more members there are already (submodular).
    `fit`: (members, aspects) in [0, 1]; `weights`: one per aspect, 0 or more, 1 each where not given. Nobody
    covers nothing: 0. Without aspects there is nothing left to cover: 1.

    >>> coverage([[1.0, 0.0, 0.2], [0.5, 0.0, 0.8]])   # best per aspect: 1, 0, 0.8
    0.6
    >>> coverage([[1.0, 0.0]], weights=[3, 1])
    0.75
    """
    table = np.asarray(fit, dtype=float)
    if table.ndim != 2:
        raise ValueError(f"fit must be (members, aspects), not of shape {table.shape}")
    if table.size and not (table.min() >= 0 and table.max() <= 1):
        raise ValueError(f"fit must lie in [0, 1], found {table.min():g} to {table.max():g}")
    importance = np.ones(table.shape[1]) if weights is None else np.asarray(weights, dtype=float)
    if importance.shape != (table.shape[1],) or (importance < 0).any():
        raise ValueError(f"{table.shape[1]} weights of 0 or more are needed, not {importance.tolist()}")
    if not importance.sum():
        return 1.0
    best = table.max(axis=0, initial=0.0)
    return float(np.clip(best @ importance / importance.sum(), 0.0, 1.0))


def closeness(ties: ArrayLike) -> float:
    """Return how near the members are to one another: the efficiency of the network among them.

    closeness = mean over pairs i < j of 1 / d_ij, where d_ij is the shortest way with steps of 1 / min(w, 1)

    Latora and Marchiori 2001, Physical Review Letters 87, 198701. A tie of weight 1, as two partners of a
    two-partner project have, is the nearest there is; pairs without any way between them count 0.
    `ties`: (n, n) Newman weights, symmetric, the diagonal ignored. A single member is near nobody: 0.

    >>> round(closeness([[0, 1, 0], [1, 0, 0.5], [0, 0.5, 0]]), 4)   # ways of 1, 2 and 3: (1 + 1/2 + 1/3) / 3
    0.6111
    >>> closeness([[0, 0], [0, 0]])
    0.0
    """
    weights = _symmetric(ties)
    n = len(weights)
    if n < 2:
        return 0.0
    steps = np.divide(1.0, np.minimum(weights, 1.0), out=np.zeros_like(weights), where=weights > 0)
    ways = csgraph.shortest_path(csgraph.csgraph_from_dense(steps), directed=False)
    near = 1.0 / ways[np.triu_indices(n, k=1)]
    return float(np.clip(near.mean(), 0.0, 1.0))


def bridging(ties: ArrayLike) -> np.ndarray:
    """Return (n,) float64: for each member, the share of its contacts that it alone brings together.

    bridging_i = 1 - mean over contacts j of sum_q p_iq m_jq

    p_iq is the share of i's tie strength that goes to q, and m_jq the tie of j to q relative to j's strongest
    one, q being neither i nor j: Burt's effective size divided by the number of contacts (Burt 1992,
    *Structural Holes*, chapter 2). 1 where no two contacts know each other, near 0 where all do; 0 for a
    member without contacts. `ties`: (n, n) Newman weights, symmetric, the diagonal ignored.

    >>> bridging([[0, 1, 1], [1, 0, 0], [1, 0, 0]])   # a star
    array([1., 1., 1.])
    >>> bridging([[0, 1, 1], [1, 0, 1], [1, 1, 0]])   # a triangle: half is redundant
    array([0.5, 0.5, 0.5])
    """
    weights = _symmetric(ties)
    strength = weights.sum(axis=1, keepdims=True)
    share = np.divide(weights, strength, out=np.zeros_like(weights), where=strength > 0)
    strongest = weights.max(axis=1, keepdims=True, initial=0.0)
    relative = np.divide(weights, strongest, out=np.zeros_like(weights), where=strongest > 0)
    # Entry (i, j) sums p_iq m_jq over all q; q = i and q = j drop out with the zero diagonals.
    redundancy = np.where(weights > 0, share @ relative.T, 0.0)
    contacts = (weights > 0).sum(axis=1)
    mean = np.divide(redundancy.sum(axis=1), contacts, out=np.ones(len(weights)), where=contacts > 0)
    return np.clip(1.0 - mean, 0.0, 1.0)


def balance(amounts: Sequence[float]) -> float:
    """Return how evenly an amount is spread over its categories: entropy over its greatest possible value.

    balance = -sum_i p_i ln p_i / ln k, with p_i = amount_i / sum of amounts and k categories

    Shannon's entropy, normalised (Pielou 1966, Journal of Theoretical Biology 13, 131-144). A category with 0
    counts: nobody came from it. With fewer than two categories, or nothing to spread, there is no balance: 0.

    >>> balance([2, 2])
    1.0
    >>> balance([3, 0, 0])
    0.0
    >>> round(balance([3, 1]), 4)   # -(3/4 log2 3/4 + 1/4 log2 1/4)
    0.8113
    """
    shares = np.asarray(amounts, dtype=float)
    if shares.ndim != 1 or not np.isfinite(shares).all() or (shares < 0).any():
        raise ValueError(f"amounts must be a list of finite numbers of 0 or more, not {amounts!r}")
    if len(shares) < 2 or not shares.max() > 0:
        return 0.0
    # Divided by the greatest first, so that the sum of very large amounts stays finite.
    shares = shares / shares.max()
    shares = shares / shares.sum()
    return float(np.clip(entr(shares).sum() / np.log(len(amounts)), 0.0, 1.0))


def _symmetric(ties: ArrayLike) -> np.ndarray:
    """Return a copy of the tie weights, (n, n) float64, with a zero diagonal. Raises ValueError."""
    weights = np.array(ties, dtype=float)
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1]:
        raise ValueError(f"ties must be (n, n), not of shape {weights.shape}")
    if not np.isfinite(weights).all() or (weights < 0).any() or not np.allclose(weights, weights.T):
        raise ValueError("ties must be finite, 0 or more and symmetric")
    np.fill_diagonal(weights, 0.0)
    return weights
