"""How likely is each organisation a partner, from what was known before a date? State, model and cold start."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from matcher.ranking.cold_start import ColdStart
from matcher.ranking.evidence import gather
from matcher.ranking.features import Scores, candidate_rows, score_all
from matcher.ranking.model_file import Model
from matcher.ranking.organisation_features import PreparedState
from matcher.ranking.project_weights import best_places
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
        closed = evidence.on_board.toarray() > 0
        ways = [_Asked(closed, depth)]
        if wanted is not None:
            ways.append(_Asked(closed | ~wanted[:, None], depth))
        scores = score_all(self.prepared, evidence, partial(_heads, ways))
        answers = self._with_history(scores, ways)
        without_history = self.cold_start.score(vectors, answers[0], queries, lifted=self.model is not None)
        state = self.prepared.state
        return [
            Scored(
                ids=np.concatenate([state.organisations[places], others.ids]),
                probability=np.concatenate([probability, others.probability]),
                projects=np.concatenate([self.prepared.popularity[places], others.projects]),
            )
            for (places, probability), others in zip(answers[-1], without_history, strict=True)
        ]

    def _with_history(
        self, scores: Scores, ways: Sequence["_Asked"]
    ) -> list[list[tuple[np.ndarray, np.ndarray]]]:
        """For each way of asking: (positions, probabilities) of each query's organisations with a history."""
        columns = range(scores.prior.shape[1])
        if self.model is None:
            return [
                [(places, scores.prior[places, column]) for column, places in enumerate(way.chosen)]
                for way in ways
            ]
        rows = [candidate_rows(self.prepared, scores, column) for column in columns]
        probability = self.model.probability(self.model.score(np.concatenate(rows), threads=1))
        parts = np.split(probability, np.cumsum(scores.count)[:-1])
        answers = []
        for way in ways:
            heads = [len(places[:CANDIDATES]) for places in way.chosen]
            pairs = zip(parts, heads, way.chosen, strict=True)
            answers.append([_followed(part[:head], places) for part, head, places in pairs])
            parts = [part[head:] for part, head in zip(parts, heads, strict=True)]
        return answers


class _Asked:
    """Who may be in an answer, and who is chosen of them once the prior is known."""

    def __init__(self, closed: np.ndarray, depth: int) -> None:
        """`closed`: (n, b) bool."""
        self._closed = closed
        self._count = max(depth, CANDIDATES)
        self.chosen: list[np.ndarray] = []
        """The places of each query's organisations, the best of the prior first."""

    def heads(self, prior: np.ndarray) -> list[np.ndarray]:
        """Choose; return those whom the learned model looks at."""
        allowed = np.where(self._closed, -1.0, prior)
        self.chosen = [best_places(column, self._count, least=0.0) for column in allowed.T]
        return [places[:CANDIDATES] for places in self.chosen]


def _heads(ways: Sequence[_Asked], prior: np.ndarray) -> list[np.ndarray]:
    """The candidates of all ways of asking, one after the other, of each query."""
    return [np.concatenate(parts) for parts in zip(*(way.heads(prior) for way in ways), strict=True)]


def _followed(head: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places, and their probabilities: of the first ones, which the model looked at, then of those who follow."""
    return places, np.concatenate([head, _tail(head, len(places) - len(head))])


def _tail(part: np.ndarray, count: int) -> np.ndarray:
    """Probabilities below the smallest of `part`, falling: for those whom the model did not look at."""
    least = float(part.min()) if len(part) else 0.0
    return least * np.arange(count, 0, -1) / (count + 1.0)
