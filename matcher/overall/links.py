"""What would a link between two outlines be worth, and on what evidence? Matrices, computed once.

strength = complement + topic + tie, each in [0, 1], weighed to a sum of 1:
complement  how much closer one's search lies to the other's offer than searches and offers usually lie
            (cross-domain similarity local scaling, Conneau et al. 2018: 2 cos(s, o) - r(s) - r(o), r the mean
            of the ten nearest; an offer that is near to everybody's search, a hub, loses its advantage)
topic       cosine of the full texts
tie         1 - exp(-w / TIE), w the sum over shared projects of 1 / (participants - 1), Newman 2001
"""

from dataclasses import dataclass

import numpy as np

from matcher.overall.case import Case, LinkWeights

NEIGHBOURS = 10
TIE = 0.5
"""A tie of this weight counts 0.63 of the most: one project of three partners."""


@dataclass(frozen=True, slots=True, eq=False)
class Strengths:
    """(n, n) symmetric matrices in [0, 1]; `allowed` is True where a border and two owners lie between both.

    `seek[i, j]`: how well j's offer answers i's search (not symmetric).
    """

    complement: np.ndarray
    topic: np.ndarray
    tie: np.ndarray
    seek: np.ndarray
    allowed: np.ndarray

    def total(self, weights: LinkWeights) -> np.ndarray:
        """Return (n, n) in [0, 1]; a part that nobody has (no history, say) leaves its weight to the
        others."""
        parts = [
            (weights.complement, self.complement),
            (weights.topic, self.topic),
            (weights.tie, self.tie),
        ]
        used = [(share, part) for share, part in parts if share > 0 and part.any()]
        total = sum(share for share, _ in used)
        if not used:
            return np.zeros_like(self.topic)
        strength: np.ndarray = np.sum([share / total * part for share, part in used], axis=0)
        return strength


def _spread(scores: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Scale so that the median of the scores `among` is 0 and one in 2 n of them is above 1; clipped to [0,
    1].

    With n outlines about n of the n (n - 1) searches and offers can be made for each other.
    """
    sample = scores[among]
    if not sample.size:
        return np.zeros_like(scores)
    middle, top = np.quantile(sample, [0.5, 1 - 0.5 / len(scores)])
    spread: np.ndarray = np.clip((scores - middle) / max(top - middle, 1e-9), 0.0, 1.0)
    return spread


def _nearest(scores: np.ndarray) -> np.ndarray:
    """Mean of each row's NEIGHBOURS largest scores, (n,)."""
    k = min(NEIGHBOURS, scores.shape[1])
    mean: np.ndarray = np.sort(scores, axis=1)[:, -k:].mean(axis=1)
    return mean


def strengths(case: Case, texts: np.ndarray, offers: np.ndarray, seeks: np.ndarray) -> Strengths:
    """Compute all strengths from vectors freed from language; where nobody says what is sought, texts stand
    in."""
    n = len(case.outlines)
    countries = np.array([country or "" for country in case.countries])
    known = countries != ""  # whether a border lies between is told of known countries only
    owners = np.array([case.owner(i) for i in range(n)])
    border = (countries[:, None] != countries[None, :]) & known[:, None] & known[None, :]
    allowed = border & (owners[:, None] != owners[None, :])
    searches = np.where(np.any(seeks, axis=1, keepdims=True), seeks, texts)
    supplies = np.where(np.any(offers, axis=1, keepdims=True), offers, texts)
    raw = searches @ supplies.T
    np.fill_diagonal(raw, -1.0)
    local = 2 * raw - _nearest(raw)[:, None] - _nearest(raw.T)[None, :]
    seek = _spread(local, allowed)
    near = texts @ texts.T
    tie = np.zeros((n, n))
    if case.ties is not None:
        tie = 1 - np.exp(-case.ties.toarray() / TIE)
    low, high = np.minimum(seek, seek.T), np.maximum(seek, seek.T)
    return Strengths(np.clip(high + 0.25 * low, 0.0, 1.0), _spread(near, allowed), tie, seek, allowed)
