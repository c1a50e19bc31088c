"""Who is near whom over shared projects? Random walks with restart on the graph of organisations and projects."""

import numpy as np
from scipy import sparse


def normalised_columns(columns: np.ndarray) -> np.ndarray:
    """Each column divided by its sum; a zero column stays zero.

    >>> normalised_columns(np.array([[1.0, 0.0], [3.0, 0.0]])).tolist()
    [[0.25, 0.0], [0.75, 0.0]]
    """
    normalised: np.ndarray = columns / np.maximum(columns.sum(axis=0, keepdims=True), 1e-9)
    return normalised


def personalised_pagerank(
    member: sparse.csr_matrix,
    members: sparse.csr_matrix,
    seeds: np.ndarray,
    *,
    restart: float = 0.2,
    steps: int = 8,
) -> np.ndarray:
    """Personalised PageRank over the bipartite graph: x <- restart * seeds + (1 - restart) * T x, `steps` times.

    T takes an organisation's weight in equal parts to its projects, and from there in equal parts to their
    members. `member` (p, n), `members` (n, p) its transpose, `seeds` (n, b) non-negative; returns (n, b) float32.
    Reference: Haveliwala, Topic-sensitive PageRank, WWW 2002.

    >>> pair = sparse.csr_matrix(np.ones((1, 2), np.float32))
    >>> personalised_pagerank(pair, pair.T.tocsr(), np.array([[1.0], [0.0]]), restart=0.5, steps=1).tolist()
    [[0.75], [0.25]]
    """
    start = normalised_columns(seeds).astype(np.float32)
    if not start.any():
        return start
    projects = np.asarray(members.sum(axis=1), np.float32)
    sizes = np.asarray(member.sum(axis=1), np.float32)
    out = (1.0 / np.maximum(projects, 1.0)).reshape(-1, 1)
    down = (1.0 / np.maximum(sizes, 1.0)).reshape(-1, 1)
    weights = start
    for _ in range(steps):
        weights = np.float32(restart) * start + np.float32(1.0 - restart) * (
            members @ ((member @ (weights * out)) * down)
        )
    return weights
