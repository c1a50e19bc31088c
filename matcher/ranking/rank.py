"""In what order? The learned ranker of partners for a project idea."""

import copy
import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from data.kept_arrays import KeptArrays
from data.model import History, OrganisationId
from data.once import Kept
from matcher.ranking.cold_start import ColdStart, by_text_alone
from matcher.ranking.cutoffs import cutoff_for, known_before
from matcher.ranking.explain import contributions
from matcher.ranking.model_file import FEATURES, Model
from matcher.ranking.organisation_features import PreparedState, prepare_state
from matcher.ranking.query import Contribution, Query, Ranking
from matcher.ranking.registry import ModelRegistry
from matcher.ranking.scored import Scored
from matcher.ranking.scorer import Scorer
from matcher.ranking.state import RankingState, build_state, word_counts
from matcher.ranking.texts import Texts
from matcher.ranking.train import fingerprint, train
from matcher.ranking.training_set import Progress
from matcher.ranking.words import TextWords

__all__ = ["Contribution", "Query", "Ranker", "Ranking", "Texts", "train"]

BATCH = 8
"""Queries scored in one go: more make no query faster, and each costs some megabytes."""
THREADS = 2
"""Batches scored at once; their sparse products and trees run outside Python's lock."""
STATES_KEPT = 3
LEARN_FROM = 500
"""Projects; with fewer known before a query's date there is nothing to learn from, and the prior serves."""
FAVOUR = 1.0
"""Log-odds that the full newcomers' setting gives to an organisation without any past project."""
FAVOUR_ENDS = 4
"""With so many past projects an organisation is no newcomer at all."""
_COMPARED = (("new", "recall_50"), ("in use", "in_use_recall_50"), ("fixed blend", "prior_recall_50"))


class Ranker:
    """Ranks organisations for queries from what was known before each query's date. Safe under threads."""

    def __init__(
        self,
        history: History,
        texts: Texts,
        *,
        folder: Path | None = None,
        learn_from: int = LEARN_FROM,
        learn_now: bool = True,
        progress: Progress | None = None,
        kept: KeptArrays | None = None,
    ) -> None:
        """`folder`: where learned models are kept, the one in use and one a half-year for dated queries; None:
        nothing is learned and the prior serves. `learn_from`: projects that must be known before anything is learned.
        `learn_now`: whether today's first question waits for the learning where no model is in use yet; else the prior
        serves until one is, which another process learns. `kept`: where what follows from the whole history is kept.
        """
        self._history = history
        self._texts = texts
        self._countries = _countries(history)
        self._registry = None if folder is None else ModelRegistry(history, texts, folder, progress=progress)
        self._learn_from = learn_from
        self._states: Kept[int, PreparedState] = Kept(STATES_KEPT)
        self._cold_starts: Kept[int, ColdStart] = Kept(STATES_KEPT)
        self._learned = False
        self._learn_now = learn_now
        self._kept = kept
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="ranker")
        self._cutoff = cutoff_for(history, None)
        self._past = self._past_digest()
        self._inputs = self._inputs_digest()

    def following(self, texts: Texts, changed: Collection[str]) -> "Ranker":
        """Return the ranker of the same history with other texts of organisations; `changed`: whose.

        It shares with this one what follows from the history, and what is learned of it.
        """
        other = copy.copy(self)
        other._texts = texts
        of_changed = {ident: texts.organisations[ident] for ident in changed if ident in texts.organisations}
        other._cold_starts = self._cold_starts.mapped(
            lambda cold_start: cold_start.following(of_changed, changed, self._countries)
        )
        other._inputs = other._inputs_digest()
        return other

    @property
    def texts(self) -> Texts:
        """The texts that organisations and new questions are read by."""
        return self._texts

    @property
    def fingerprint(self) -> str:
        """Equal fingerprints give equal answers."""
        model = None if self._registry is None else self._registry.in_use()
        text = f"{self._inputs}|{model.card.fingerprint if model else None}"
        return f"ranker-{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    @property
    def learns(self) -> bool:
        """Whether today's queries are answered by a learned model."""
        return self._todays() is not None

    @property
    def due(self) -> bool:
        """Whether there is something to learn from that no model has learned from yet."""
        registry = self._registry_for(len(self._history.projects), self._cutoff)
        return registry is not None and self._cutoff is not None and registry.due(self._cutoff)

    @property
    def basis(self) -> str:
        """What today's ranking stands on, for people."""
        model = self._todays()
        if model is None:
            if self._registry is None:
                return "Ranked by a fixed blend of past ties, call topics and texts: no learned model is kept here."
            if self._learned and not self.due:
                return (
                    "Ranked by a fixed blend of past ties, call topics and texts: what could be learned from the "
                    "store's history was no better."
                )
            if self._registry_for(len(self._history.projects), self._cutoff) is not None:
                return (
                    "Ranked by a fixed blend of past ties, call topics and texts: nothing is learned from the store's "
                    "history yet. A running service learns beside its answers, `konsort train` learns now."
                )
            return (
                "Ranked by a fixed blend of past ties, call topics and texts: the store's history is too short to "
                f"learn from ({len(self._history.projects)} projects; {self._learn_from} over some years are needed)."
            )
        recall = model.card.measured.get("recall_50")
        measured = "" if recall is None else f"; recall at 50 on the newest half year: {recall:.2f}"
        return (
            f"Ranked by what funded consortia before {model.card.cutoff} had in common, learned from "
            f"{model.card.lists} of their questions{measured}. It says who looks like a partner in funded "
            "consortia, not how likely funding is."
        )

    def train(self) -> str:
        """Learn from the history as it is, unless that was done, and take the model into use where it is no worse
        than the one in use on the newest half year, which neither has seen. Return what came of it, for people.
        """
        registry = self._registry_for(len(self._history.projects), self._cutoff)
        if registry is None or self._cutoff is None:
            return self.basis
        model, promoted = registry.renew(self._cutoff)
        self._learned = True
        if model is None or promoted:
            return self.basis
        recalls = ", ".join(
            f"{name}: {model.card.measured[key]:.3f}" for name, key in _COMPARED if key in model.card.measured
        )
        return (
            f"A newly learned ranking was no better and is not used (recall at 50, {recalls}). {self.basis}"
        )

    def prepare(self) -> None:
        """Work out what today's questions are answered from, unless that was done: no question then waits for it."""
        self._scorer(None)

    def rank(
        self,
        queries: Sequence[Query],
        *,
        limit: int = 100,
        newcomers: float = 0.0,
        candidates: Collection[OrganisationId] | None = None,
    ) -> list[Ranking]:
        """Return one ranking a query, in the order of the queries; never one who is on board already.

        `newcomers` in [0, 1] favours organisations with few past projects; `candidates`: only these. Scores are
        probabilities of being a partner as learned from funded consortia, in [0, 1], or the prior's normalised values;
        those of organisations without any past project are raised (see `matcher/ranking/cold_start.py`).
        """
        if limit < 1:
            raise ValueError(f"limit must be 1 or more, not {limit}")
        if not 0.0 <= newcomers <= 1.0:
            raise ValueError(f"newcomers must be in [0, 1], not {newcomers}")
        groups: dict[dt.date | None, list[int]] = {}
        for place, query in enumerate(queries):
            groups.setdefault(query.date, []).append(place)
        vectors = self._texts.of([query.text for query in queries])
        depth = limit if newcomers == 0.0 else 4 * limit
        answers: dict[int, Ranking] = {}
        for date in sorted(groups, key=lambda day: day or dt.date.max):  # near dates share what they stand on
            places = groups[date]
            dated = [queries[place] for place in places]
            scored = self._scored(date, dated, vectors[places], depth=depth, candidates=candidates)
            for place, query, organisations in zip(places, dated, scored, strict=True):
                answers[place] = _cut(query, organisations, limit, newcomers, candidates)
        return [answers[place] for place in range(len(queries))]

    def _scored(
        self,
        date: dt.date | None,
        queries: Sequence[Query],
        vectors: np.ndarray,
        *,
        depth: int,
        candidates: Collection[OrganisationId] | None,
    ) -> list[Scored]:
        """Score the queries of one date, some at once."""
        scorer = self._scorer(date)
        if scorer is None:
            pairs = zip(queries, vectors, strict=True)
            return [by_text_alone(self._texts.organisations, vector, query) for query, vector in pairs]
        score = partial(scorer.score, depth=depth, wanted=_wanted(scorer, candidates))
        begins = range(0, len(queries), BATCH)
        batches = [queries[begin : begin + BATCH] for begin in begins]
        scored = self._pool.map(score, batches, [vectors[begin : begin + BATCH] for begin in begins])
        return [organisations for batch in scored for organisations in batch]

    def explain(
        self, query: Query, organisations: Sequence[OrganisationId]
    ) -> list[tuple[Contribution, ...]]:
        """What speaks for each organisation, from what was known before the query's date; () where nothing does."""
        scorer = self._scorer(query.date)
        if scorer is None:
            return [()] * len(organisations)
        return contributions(scorer, query, organisations, self._texts)

    def _scorer(self, date: dt.date | None) -> Scorer | None:
        """What a query of a date is answered from (None: today's); None where nothing is known by then."""
        known = known_before(self._history, date)
        if known == 0:
            return None
        model = self._todays() if date is None else self._dated(known, date)
        texts = self._texts
        prepared = self._states.get(known, lambda: prepare_state(self._state(known)))
        cold_start = self._cold_starts.get(
            known, lambda: ColdStart.of(prepared, texts.organisations, self._countries)
        )
        return Scorer(prepared=prepared, model=model, cold_start=cold_start)

    def _state(self, known: int) -> RankingState:
        """The state of the first `known` projects; the words of all are kept for the next process."""
        texts, past = self._texts, self._first(known)
        if self._kept is None or known < len(self._history.projects):
            return build_state(past, texts.projects, texts.width)
        words = TextWords.kept(self._kept, lambda: word_counts(past).counts)
        return build_state(past, texts.projects, texts.width, words=words)

    def _first(self, known: int) -> History:
        """The history of its first `known` projects."""
        projects = self._history.projects.iloc[:known].reset_index(drop=True)
        kept = self._history.participations["project"].isin(projects["id"])
        participations = self._history.participations[kept].reset_index(drop=True)
        return History(projects, participations, self._history.organisations)

    def _registry_for(self, known: int, cutoff: dt.date | None) -> ModelRegistry | None:
        """Where models are kept, if there is enough to learn from."""
        return None if cutoff is None or known < self._learn_from else self._registry

    def _dated(self, known: int, date: dt.date) -> Model | None:
        """The model for a query of a date, learned now if need be; None: the prior serves."""
        cutoff = cutoff_for(self._history, date)
        registry = self._registry_for(known, cutoff)
        return None if registry is None or cutoff is None else registry.dated(cutoff)

    def _todays(self) -> Model | None:
        """The model in use; the first one is learned when it is first needed."""
        registry = self._registry_for(len(self._history.projects), self._cutoff)
        if registry is None or self._cutoff is None:
            return None
        model = registry.in_use()
        if model is None and self._learn_now and not self._learned:
            registry.renew(self._cutoff)
            self._learned = True
            model = registry.in_use()
        return model

    def _past_digest(self) -> "hashlib._Hash":
        """Encoder and what is known of the past."""
        digest = hashlib.sha256(f"{FEATURES}|{self._texts.encoder}|{self._learn_from}".encode())
        digest.update(str(self._registry is not None).encode())
        if self._cutoff is not None:
            digest.update(fingerprint(self._history, self._texts, self._cutoff).encode())
        return digest

    def _inputs_digest(self) -> str:
        """Encoder, profiles and what is known, in short."""
        digest = self._past.copy()
        digest.update("|".join(sorted(self._texts.organisations)).encode())
        return digest.hexdigest()


def _countries(history: History) -> dict[str, str | None]:
    """Organisation id -> ISO code, None where it is not known."""
    table = history.organisations
    return {
        ident: country if isinstance(country, str) else None
        for ident, country in zip(table["id"], table["country"], strict=True)
    }


def _wanted(scorer: Scorer, candidates: Collection[OrganisationId] | None) -> np.ndarray | None:
    """(n,) bool over the scorer's organisations; None: all."""
    if candidates is None:
        return None
    wanted = np.zeros(len(scorer.prepared.state.organisations), bool)
    wanted[scorer.prepared.state.positions(tuple(candidates))] = True
    return wanted


def _cut(
    query: Query,
    scored: Scored,
    limit: int,
    newcomers: float,
    candidates: Collection[OrganisationId] | None,
) -> Ranking:
    """Steer, order (ties by id) and cut one query's answer."""
    score = steered(scored.probability, scored.projects, newcomers)
    order = np.lexsort((scored.ids.astype(str), -score))
    allowed = None if candidates is None else set(candidates)
    ranked = [
        (OrganisationId(str(scored.ids[place])), float(score[place]))
        for place in order
        if allowed is None or scored.ids[place] in allowed
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
    odds_raised: np.ndarray = raised / (1.0 - probability + raised)
    return odds_raised
