"""How likely is each organisation a partner, from what was known before a date? State, model and cold start."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matcher.ranking.cold_start import ColdStart
from matcher.ranking.evidence import gather
from matcher.ranking.features import Scores, candidate_rows, score_all
from matcher.ranking.model_file import Model
from matcher.ranking.organisation_features import PreparedState
from matcher.ranking.query import Query
from matcher.ranking.scored import Scored

CANDIDATES = 400
"""Organisations of a query that the learned model looks at: the best of the prior. The others follow in its order."""


@dataclass(frozen=True, slots=True, eq=False)
class Scorer:
    """What a query of some date is answered from. Never changes."""

    prepared: PreparedState
    model: Model | None
    """None: the prior serves."""
    cold_start: ColdStart

    def score(
        self,
        queries: Sequence[Query],
        vectors: np.ndarray,
        *,
        depth: int,
        wanted: np.ndarray | None = None,
    ) -> list[Scored]:
        """Score a batch. `vectors`: (b, d) of the texts; `wanted`: (n,) bool, the only ones looked at (None: all).

        At least `depth` organisations with a history are scored for each query, if there are so many, and all
        organisations of the cold start.
        """
        evidence = gather(self.prepared.state, queries, vectors)
        scores = score_all(self.prepared, evidence)
        closed = evidence.on_board.toarray() > 0
        everyone = experienced = self._with_history(scores, closed, depth)
        if wanted is not None:
            experienced = self._with_history(scores, closed | ~wanted[:, None], depth)
        without_history = self.cold_start.score(vectors, everyone, queries, lifted=self.model is not None)
        state = self.prepared.state
        return [
            Scored(
                ids=np.concatenate([state.organisations[places], others.ids]),
                probability=np.concatenate([probability, others.probability]),
                projects=np.concatenate([self.prepared.popularity[places], others.projects]),
            )
            for (places, probability), others in zip(experienced, without_history, strict=True)
        ]

    def _with_history(
        self, scores: Scores, closed: np.ndarray, depth: int
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """(positions, probabilities) of each query's organisations with a history."""
        prior = np.where(closed, -1.0, scores.prior)
        count = min(max(depth, CANDIDATES), len(prior))
        chosen = [_best(prior[:, column], count) for column in range(prior.shape[1])]
        if self.model is None:
            return [(places, prior[places, column]) for column, places in enumerate(chosen)]
        heads = [places[:CANDIDATES] for places in chosen]
        rows = np.concatenate(
            [candidate_rows(self.prepared, scores, column, places) for column, places in enumerate(heads)]
        )
        probability = self.model.probability(self.model.score(rows, threads=1))
        parts = np.split(probability, np.cumsum([len(places) for places in heads])[:-1])
        return [
            (places, np.concatenate([part, _tail(part, len(places) - len(part))]))
            for places, part in zip(chosen, parts, strict=True)
        ]


def _best(prior: np.ndarray, count: int) -> np.ndarray:
    """Positions of the `count` largest, largest first, ties by position; negative ones are left out."""
    if count < len(prior):
        bar = np.partition(prior, len(prior) - count)[len(prior) - count]
        some = np.flatnonzero(prior >= max(bar, 0.0))
    else:
        some = np.flatnonzero(prior >= 0.0)
    return some[np.argsort(-prior[some], kind="stable")][:count]


def _tail(part: np.ndarray, count: int) -> np.ndarray:
    """Probabilities below the smallest of `part`, falling: for those whom the model did not look at."""
    least = float(part.min()) if len(part) else 0.0
    return least * np.arange(count, 0, -1) / (count + 1.0)
