"""How likely is an organisation a partner that has no past project? By what it wrote, and by whom it resembles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from matcher.ranking.evidence import Evidence
from matcher.ranking.query import Query
from matcher.ranking.standing import Prepared
from matcher.ranking.state import centred
from matcher.ranking.votes import relevance

NEAREST = 20
"""Past projects that a profile is taken to stand beside."""
TEXT_WEIGHT = 6.0
"""How fast the odds rise with the cosine between profile and query text."""
PLACE = 30
"""A newcomer that fits as well as can be stands beside the known organisation of this place (from 0), or of the
first third where fewer are known."""


@dataclass(frozen=True, slots=True, eq=False)
class Strangers:
    """One query's newcomers."""

    ids: np.ndarray
    probability: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Newcomers:
    """Organisations without history that have a text, at one moment; m of them."""

    ids: np.ndarray
    """(m,) str, sorted."""
    vectors: np.ndarray
    """(m, d) float32, less `centre`, rows of length 1."""
    centre: np.ndarray
    """(d,) the state's."""
    beside: sparse.csr_matrix
    """(m, p): shares of the past projects that its text is nearest to; rows add up to 1 or 0."""

    @classmethod
    def of(cls, prepared: Prepared, profiles: Mapping[str, np.ndarray]) -> "Newcomers":
        """Those with a profile vector whom the state has not seen."""
        state = prepared.state
        ids = sorted(each for each in profiles if each not in state.places)
        width = state.vectors.shape[1]
        raw = np.array([profiles[each] for each in ids], np.float32).reshape(len(ids), width)
        vectors = centred(raw, state.centre)
        near = np.maximum(vectors @ state.vectors.T, 0.0) ** 3
        kept = min(NEAREST, near.shape[1])
        if len(ids) and kept < near.shape[1]:
            bar = np.partition(near, near.shape[1] - kept, axis=1)[:, [near.shape[1] - kept]]
            near = np.where(near >= bar, near, 0.0)
        total = near.sum(axis=1, keepdims=True)
        beside = sparse.csr_matrix(np.divide(near, total, out=np.zeros_like(near), where=total > 0))
        return cls(np.array(ids, dtype=object), vectors, state.centre, beside)

    def judge(
        self,
        evidence: Evidence,
        vectors: np.ndarray,
        known: Sequence[tuple[np.ndarray, np.ndarray]],
        queries: Sequence[Query],
    ) -> list[Strangers]:
        """Probabilities on the scale of the known organisations' of the same query; nobody who is on board.

        fit = 1/2 (relevance of the projects beside which the profile stands, over the query's largest)
            + 1/2 (cosine of profile and query text, from 0 up);
        probability = that of the known organisation at PLACE, times exp(6 (fit - 1)).
        """
        if not len(self.ids):
            empty = Strangers(self.ids, np.zeros(0))
            return [empty] * len(queries)
        near = relevance(evidence)
        beside = self.beside @ (near / np.maximum(near.max(axis=0, keepdims=True), 1e-9))
        moved = centred(vectors, self.centre)
        return [self._judge_one(beside[:, b], moved[b], known[b][1], q) for b, q in enumerate(queries)]

    def _judge_one(
        self, beside: np.ndarray, vector: np.ndarray, probability: np.ndarray, query: Query
    ) -> Strangers:
        text = np.maximum(self.vectors @ vector, 0.0)
        fit = 0.5 * beside + 0.5 * text
        ordered = np.sort(probability)[::-1]
        ceiling = float(ordered[min(PLACE, len(ordered) // 3)]) if len(ordered) else 1.0
        chance = ceiling * np.exp(TEXT_WEIGHT * (fit - 1.0))
        kept = ~np.isin(self.ids, query.on_board)
        return Strangers(self.ids[kept], chance[kept])
