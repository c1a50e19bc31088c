"""In what order? The learned ranker of partners for a project idea."""

import datetime as dt
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from data.model import History, OrganisationId
from matcher.ranking import model_file
from matcher.ranking.cutoffs import cutoff_for, known_before
from matcher.ranking.explain import Contribution, contributions
from matcher.ranking.model_file import Model
from matcher.ranking.moment import Judged, Moment
from matcher.ranking.newcomers import Newcomers
from matcher.ranking.query import Query, Ranking
from matcher.ranking.standing import prepare
from matcher.ranking.state import build_state
from matcher.ranking.texts import Texts
from matcher.ranking.train import Progress, fingerprint, train

__all__ = ["Contribution", "Query", "Ranker", "Ranking", "Texts", "train"]

BATCH = 8
"""Queries scored in one go: more make no query faster, and each costs some megabytes."""
THREADS = 2
"""Batches scored at once; their sparse products and trees run outside Python's lock."""
MOMENTS_KEPT = 3
LEARN_FROM = 500
"""Projects; with fewer known before a query's date there is nothing to learn from, and the prior serves."""
FAVOUR = 1.0
"""Log-odds that the full newcomers' setting gives to an organisation without any past project."""
FAVOUR_ENDS = 4
"""With so many past projects an organisation is no newcomer at all."""


class Ranker:
    """Ranks organisations for queries from what was known before each query's date. Safe under threads."""

    def __init__(
        self,
        history: History,
        texts: Texts,
        *,
        folder: Path | None = None,
        learn_from: int = LEARN_FROM,
        progress: Progress | None = None,
    ) -> None:
        """`folder`: where learned models are kept, one a half-year, learned when first needed; None: nothing is
        learned and the prior serves. `learn_from`: projects that must be known before anything is learned.
        """
        self._history = history
        self._texts = texts
        self._folder = folder
        self._learn_from = learn_from
        self._progress = progress
        self._moments: OrderedDict[tuple[int, dt.date | None], Moment] = OrderedDict()
        self._models: dict[dt.date, Model | None] = {}
        self._lock = threading.Lock()
        self._learning = threading.Lock()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="ranker")
        self._cutoff = cutoff_for(history, None)
        self.fingerprint = self._fingerprint()
        """Equal fingerprints give equal answers."""

    @property
    def learns(self) -> bool:
        """Whether today's questions are answered by a learned model."""
        return self._model_of(len(self._history.projects), self._cutoff) is not None

    @property
    def basis(self) -> str:
        """What today's ranking stands on, for people."""
        model = self._model_of(len(self._history.projects), self._cutoff)
        if model is None:
            if self._folder is None:
                return "Ranked by a fixed blend of past ties, call topics and texts: no learned model is kept here."
            return (
                "Ranked by a fixed blend of past ties, call topics and texts: the store's history is too short "
                f"to learn from ({len(self._history.projects)} projects, {self._learn_from} are needed)."
            )
        found = model.card.measured.get("recall_50")
        measured = "" if found is None else f"; recall at 50 on the newest half year: {found:.2f}"
        return (
            f"Ranked by what funded consortia before {model.card.cutoff} had in common, learned from "
            f"{model.card.lists} of their questions{measured}. It says who looks like a partner in funded "
            "consortia, not how likely funding is."
        )

    def rank(
        self,
        queries: Sequence[Query],
        *,
        limit: int = 100,
        newcomers: float = 0.0,
        candidates: Collection[OrganisationId] | None = None,
    ) -> list[Ranking]:
        """Return one ranking a query, in the order asked; never one who is on board already.

        `newcomers` in [0, 1] favours organisations with few past projects; `candidates`: only these. Scores are
        probabilities of being a partner as learned from funded consortia, in [0, 1], or of the prior its shares.
        """
        if limit < 1:
            raise ValueError(f"limit must be 1 or more, not {limit}")
        if not 0.0 <= newcomers <= 1.0:
            raise ValueError(f"newcomers must be in [0, 1], not {newcomers}")
        groups: dict[tuple[int, dt.date | None], list[int]] = {}
        for place, query in enumerate(queries):
            key = (known_before(self._history, query.date), cutoff_for(self._history, query.date))
            groups.setdefault(key, []).append(place)
        vectors = self._texts.of([query.text for query in queries])
        depth = limit if newcomers == 0.0 else 4 * limit
        answers: dict[int, Ranking] = {}
        for (known, cutoff), places in groups.items():
            if known == 0:
                answers.update({place: Ranking(queries[place].id, ()) for place in places})
                continue
            moment = self._moment(known, cutoff)
            judge = partial(moment.judge, depth=depth, wanted=_wanted(moment, candidates))
            batches = [places[begin : begin + BATCH] for begin in range(0, len(places), BATCH)]
            asked = [[queries[place] for place in batch] for batch in batches]
            found = self._pool.map(judge, asked, [vectors[batch] for batch in batches])
            for batch, judged in zip(batches, found, strict=True):
                for place, each in zip(batch, judged, strict=True):
                    answers[place] = _cut(queries[place], each, limit, newcomers, candidates)
        return [answers[place] for place in range(len(queries))]

    def explain(self, query: Query, organisation: OrganisationId) -> tuple[Contribution, ...]:
        """What speaks for an organisation, from what was known before the query's date; () where nothing does."""
        known = known_before(self._history, query.date)
        if known == 0:
            return ()
        moment = self._moment(known, cutoff_for(self._history, query.date))
        (vector,) = self._texts.of([query.text])
        return contributions(moment, query, organisation, vector)

    def train(self) -> str:
        """Learn the model for today's questions, if there is none yet; return what it is, for people."""
        self._model_of(len(self._history.projects), self._cutoff)
        return self.basis

    def _moment(self, known: int, cutoff: dt.date | None) -> Moment:
        """What is answered from for the first `known` projects, built at its first use, a few of them kept."""
        key = (known, cutoff)
        with self._lock:
            if key in self._moments:
                self._moments.move_to_end(key)
                return self._moments[key]
            past = self._first(known)
            state = build_state(past, self._texts.projects, self._texts.width)
            prepared = prepare(state)
            moment = Moment(
                prepared=prepared,
                model=self._model_of(known, cutoff),
                newcomers=Newcomers.of(prepared, self._texts.organisations),
            )
            self._moments[key] = moment
            while len(self._moments) > MOMENTS_KEPT:
                self._moments.popitem(last=False)
            return moment

    def _first(self, known: int) -> History:
        """The history of its first `known` projects."""
        projects = self._history.projects.iloc[:known].reset_index(drop=True)
        kept = self._history.participations["project"].isin(projects["id"])
        participations = self._history.participations[kept].reset_index(drop=True)
        return History(projects, participations, self._history.organisations)

    def _model_of(self, known: int, cutoff: dt.date | None) -> Model | None:
        """The model that may answer for a state; None: too little is known, or nothing may be learned.

        A model that does not beat the prior on the newest half year, which it had not seen, does not answer.
        """
        if self._folder is None or cutoff is None or known < self._learn_from:
            return None
        with self._learning:
            if cutoff not in self._models:
                mark = fingerprint(self._history, self._texts, cutoff)
                model = model_file.load(self._folder, cutoff.isoformat(), mark)
                if model is None:
                    model = train(self._history, self._texts, cutoff=cutoff, progress=self._progress)
                    if model is not None:
                        model_file.save(model, self._folder)
                self._models[cutoff] = model if model is not None and model.better else None
            return self._models[cutoff]

    def _fingerprint(self) -> str:
        """Encoder, profiles and what is known, in short."""
        digest = hashlib.sha256(f"{model_file.FORMAT}|{self._texts.encoder}|{self._learn_from}".encode())
        digest.update(str(self._folder is not None).encode())
        if self._cutoff is not None:
            digest.update(fingerprint(self._history, self._texts, self._cutoff).encode())
        digest.update("|".join(sorted(self._texts.organisations)).encode())
        return f"ranker-{digest.hexdigest()[:16]}"


def _wanted(moment: Moment, candidates: Collection[OrganisationId] | None) -> np.ndarray | None:
    """(n,) bool over the moment's organisations; None: all."""
    if candidates is None:
        return None
    wanted = np.zeros(len(moment.prepared.state.organisations), bool)
    wanted[moment.prepared.state.positions(tuple(candidates))] = True
    return wanted


def _cut(
    query: Query,
    judged: Judged,
    limit: int,
    newcomers: float,
    candidates: Collection[OrganisationId] | None,
) -> Ranking:
    """Steer, order (ties by id) and cut one query's answer."""
    score = steered(judged.probability, judged.projects, newcomers)
    order = np.lexsort((judged.ids.astype(str), -score))
    allowed = None if candidates is None else set(candidates)
    ranked = [
        (OrganisationId(str(judged.ids[place])), float(score[place]))
        for place in order
        if allowed is None or judged.ids[place] in allowed
    ]
    return Ranking(query.id, tuple(ranked[:limit]))


def steered(probability: np.ndarray, projects: np.ndarray, newcomers: float) -> np.ndarray:
    """Probabilities with the odds of those with few past projects raised.

    odds' = odds * exp(newcomers * FAVOUR * max(0, 1 - projects / FAVOUR_ENDS)); 0 changes nothing.

    >>> steered(np.array([0.5, 0.5]), np.array([0.0, 9.0]), 1.0).round(3).tolist()
    [0.731, 0.5]
    """
    if newcomers == 0.0:
        return probability
    factor = np.exp(newcomers * FAVOUR * np.maximum(0.0, 1.0 - projects / FAVOUR_ENDS))
    raised = probability * factor
    return raised / (1.0 - probability + raised)
