"""In what order? The learned ranker of partners for a project idea."""

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from data.model import History, OrganisationId
from matcher.ranking.cutoffs import cutoff_for, known_before
from matcher.ranking.evidence import gather
from matcher.ranking.features import Prepared, prepare, scores
from matcher.ranking.query import Query, Ranking
from matcher.ranking.state import build_state
from matcher.ranking.texts import Texts

__all__ = ["Query", "Ranker", "Ranking", "Texts"]

BATCH = 16
"""Queries scored in one go: more make no query faster, and each costs some megabytes."""
CANDIDATES = 800
"""Organisations of a query that the learned model looks at: the best of the prior."""
STATES_KEPT = 3


class Ranker:
    """Ranks organisations for queries from what was known before each query's date. Safe under threads."""

    def __init__(self, history: History, texts: Texts, *, folder: Path | None = None) -> None:
        """`folder`: where learned models are kept; None: nothing is learned and the prior serves."""
        self._history = history
        self._texts = texts
        self._folder = folder
        self._states: OrderedDict[int, Prepared] = OrderedDict()
        self._lock = threading.Lock()
        self.basis = "Ranked by a fixed blend of past ties, topics and texts: the history is too short to learn from."
        self.fingerprint = f"prior/{texts.encoder}/{len(history.projects)}"

    def rank(
        self,
        queries: Sequence[Query],
        *,
        limit: int = 100,
        newcomers: float = 0.0,
        candidates: Collection[OrganisationId] | None = None,
    ) -> list[Ranking]:
        """Return one ranking a query, in the order asked; never one who is on board already."""
        answers: dict[int, Ranking] = {}
        groups: dict[tuple[int, dt.date | None], list[int]] = {}
        for place, query in enumerate(queries):
            key = (known_before(self._history, query.date), cutoff_for(self._history, query.date))
            groups.setdefault(key, []).append(place)
        for (known, _), places in groups.items():
            if known == 0:
                answers.update({place: Ranking(queries[place].id, ()) for place in places})
                continue
            prepared = self._prepared(known)
            for begin in range(0, len(places), BATCH):
                batch = places[begin : begin + BATCH]
                found = self._rank_batch(prepared, [queries[place] for place in batch], limit, candidates)
                answers.update(zip(batch, found, strict=True))
        return [answers[place] for place in range(len(queries))]

    def _prepared(self, known: int) -> Prepared:
        """The state of the first `known` projects, built at its first use, a few of them kept."""
        with self._lock:
            if known not in self._states:
                self._states[known] = prepare(
                    build_state(self._first(known), self._texts.projects, self._texts.width)
                )
                while len(self._states) > STATES_KEPT:
                    self._states.popitem(last=False)
            self._states.move_to_end(known)
            return self._states[known]

    def _first(self, known: int) -> History:
        projects = self._history.projects.iloc[:known].reset_index(drop=True)
        kept = self._history.participations["project"].isin(projects["id"])
        participations = self._history.participations[kept].reset_index(drop=True)
        return History(projects, participations, self._history.organisations)

    def _rank_batch(
        self,
        prepared: Prepared,
        queries: list[Query],
        limit: int,
        candidates: Collection[OrganisationId] | None,
    ) -> list[Ranking]:
        state = prepared.state
        evidence = gather(state, queries, self._texts.of([query.text for query in queries]))
        known = scores(prepared, evidence)
        blocked = evidence.on_board.toarray() > 0
        if candidates is not None:
            wanted = np.zeros(len(state.organisations), bool)
            wanted[state.positions(tuple(candidates))] = True
            blocked |= ~wanted[:, None]
        answers = []
        for column, query in enumerate(queries):
            prior = np.where(blocked[:, column], -1.0, known["prior"][:, column])
            order = np.argsort(-prior, kind="stable")[:limit]
            ranked = tuple(
                (OrganisationId(str(state.organisations[place])), float(prior[place]))
                for place in order
                if prior[place] >= 0
            )
            answers.append(Ranking(query.id, ranked))
        return answers
