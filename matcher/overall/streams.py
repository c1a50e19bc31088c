"""Which work streams do the texts contain, and how well does each outline fit each? Vectors only.

Language is taken out first: a multilingual encoder keeps an offset per language, so that German outlines lie
near German ones. The vectors follow the two-way model x = stream + language + rest; both parts are estimated
in turn.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import AgglomerativeClustering

SHRINK = 4.0
"""A language's offset counts as if so many outlines without any offset had been seen beside its own."""
STARTS, STEPS = 8, 50
WIDTH = 32
"""Principal components that the clustering sees, or half as many as there are outlines; the rest is mostly noise."""


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1; a zero row stays zero."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    units: np.ndarray = np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-12)
    return units


def without_language(
    rows: np.ndarray, languages: Sequence[str | None], groups: np.ndarray | None = None
) -> np.ndarray:
    """Return (n, d) unit rows, centred and freed from each language's offset.

    The offset is the mean over the language's rows of what is left after the overall mean, or after the mean
    of the row's group where `groups` (n,) is given, shrunk by n / (n + SHRINK). Zero rows stay zero and count
    nowhere.
    """
    said = np.linalg.norm(rows, axis=1) > 1e-12
    if not said.any():
        return rows.copy()
    mean = rows[said].mean(axis=0)
    rest = rows - mean
    if groups is not None:
        for group in np.unique(groups[said]):
            inside = said & (groups == group)
            rest[inside] -= rest[inside].mean(axis=0)
    centred = rows - mean
    spoken = np.array([language or "" for language in languages])
    for language in np.unique(spoken):
        inside = said & (spoken == language)
        count = int(inside.sum())
        if count:
            centred[inside] -= rest[inside].mean(axis=0) * (count / (count + SHRINK))
    centred[~said] = 0.0
    return unit(centred)


def principal(rows: np.ndarray, width: int) -> np.ndarray:
    """Return (n, min(width, n, d)): the rows' coordinates along their principal directions, signs fixed."""
    if not len(rows):
        return rows
    _, _, directions = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    kept = directions[:width]
    signs = np.sign(kept[np.arange(len(kept)), np.abs(kept).argmax(axis=1)])
    coordinates: np.ndarray = rows @ (kept * signs[:, None]).T
    return coordinates


def silhouette(rows: np.ndarray, labels: np.ndarray) -> float:
    """Mean simplified silhouette in [-1, 1]: nearest other centre's distance against the own one's.

    s(i) = (b - a) / max(a, b), a and b cosine distances to the own and the nearest other centre; Hruschka et
    al. 2004. The centre of the own cluster leaves the outline itself out, so that tiny clusters win nothing.
    """
    kinds = np.unique(labels)
    if len(kinds) < 2:
        return 0.0
    sums = np.stack([rows[labels == kind].sum(axis=0) for kind in kinds])
    own = np.searchsorted(kinds, labels)
    near = rows @ unit(sums).T
    without = unit(sums[own] - rows)
    a = 1 - np.einsum("ij,ij->i", rows, without)
    near[np.arange(len(rows)), own] = -np.inf
    b = 1 - near.max(axis=1)
    return float(np.mean((b - a) / np.maximum(np.maximum(a, b), 1e-12)))


def _spherical(rows: np.ndarray, count: int, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Return (labels, mean cosine to the own centre) of one run of spherical k-means (Dhillon, Modha 2001).

    Seeded as in k-means++ (Arthur, Vassilvitskii 2007). Written out, since thread pools cost more than they bring on
    some hundred rows. A group that runs empty keeps its centre.
    """
    centres = rows[[rng.integers(len(rows))]]
    while len(centres) < count:
        far = np.maximum(1e-12, 1 - (rows @ centres.T).max(axis=1))
        centres = np.concatenate([centres, rows[[rng.choice(len(rows), p=far / far.sum())]]])
    labels = np.full(len(rows), -1)
    for _ in range(STEPS):
        near = rows @ centres.T
        nearest = near.argmax(axis=1)
        if np.array_equal(nearest, labels):
            break
        labels = nearest
        sums = np.eye(count)[labels].T @ rows
        centres = np.where(np.any(sums, axis=1, keepdims=True), unit(sums), centres)
    return labels, float(near[np.arange(len(rows)), labels].mean())


def _partitions(rows: np.ndarray, count: int) -> list[np.ndarray]:
    """Two partitions into `count` groups: the best of STARTS runs of spherical k-means, and Ward's tree."""
    rng = np.random.default_rng(0)
    runs = [_spherical(rows, count, rng) for _ in range(STARTS)]
    ward = AgglomerativeClustering(count, linkage="ward").fit(rows).labels_
    return [max(runs, key=lambda run: run[1])[0], ward]


def cluster(
    rows: np.ndarray, languages: Sequence[str | None], count: tuple[int, int]
) -> tuple[np.ndarray, float]:
    """Return (labels (n,) from 0 on, silhouette): the partition whose silhouette is best among `count` sizes.

    Labels are in the order of each group's first outline. Fewer than twice the lowest count of outlines make
    as many groups as there are pairs.
    """
    n = len(rows)
    low, high = count
    most = max(1, min(high, n // 4 if n >= 4 * low else n // 2))
    if most < 2:
        return np.zeros(n, dtype=int), 0.0
    labels = np.zeros(n, dtype=int)
    for _ in range(2):  # the second round knows the groups and frees the languages from them
        free = without_language(rows, languages, labels)
        points = unit(principal(free, max(2, min(WIDTH, n // 2))))
        tried = [
            (silhouette(points, partition), -size, -place, partition)
            for size in range(min(low, most), most + 1)
            for place, partition in enumerate(_partitions(points, size))
        ]
        score, _, _, labels = max(tried, key=lambda one: one[:3])
    _, first = np.unique(labels, return_index=True)
    rank = np.empty(len(first), dtype=int)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[labels], score


def profiles(rows: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """Return (count, d) unit rows: the direction of each group's mean; an empty group's row is zero."""
    return unit(np.stack([rows[labels == s].sum(axis=0) for s in range(count)]))


def fit(rows: np.ndarray, streams: np.ndarray) -> np.ndarray:
    """Return (n, S) in [0, 1]: cosine with each stream's profile, divided by the 95 % quantile of the best
    ones."""
    near = rows @ streams.T
    best = np.quantile(near.max(axis=1), 0.95) if len(near) else 1.0
    relative: np.ndarray = np.clip(near / max(best, 1e-6), 0.0, 1.0)
    return relative


def renumber(labels: np.ndarray, wanted: np.ndarray, count: int) -> np.ndarray:
    """Rename groups so that as many outlines as possible have their wanted number; -1 wishes nothing."""
    agree = np.zeros((count, count))
    for label, wish in zip(labels, wanted, strict=True):
        if wish >= 0:
            agree[label, wish] += 1
    rows, columns = linear_sum_assignment(-agree - 1e-6 * np.eye(count))
    new = np.empty(count, dtype=int)
    new[rows] = columns
    renumbered: np.ndarray = new[labels]
    return renumbered
