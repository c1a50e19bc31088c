"""What does the ranker learn from? Past projects as queries against the history before them."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from scipy import sparse

from data.model import History, OrganisationId
from matcher.ranking.cutoffs import half_years_before
from matcher.ranking.evidence import gather
from matcher.ranking.features import candidate_rows, feature_names, score_all
from matcher.ranking.organisation_features import PreparedState, prepare_state
from matcher.ranking.project_weights import best_places
from matcher.ranking.query import Query
from matcher.ranking.state import build_state, word_counts
from matcher.ranking.texts import Texts

SLICES = 4
"""So many half-years' histories, each queried about the year after it, as a store in use is. One more, the oldest,
serves the validation trees alone, which have to do without the newest."""
LISTS = 4500
"""Queries gathered, at most: more cost time and bring nothing that can be measured."""
DEPTH = 250
"""Candidates of a query: the best of the prior."""
LEAST_PROJECTS = 200
"""A slice with fewer projects before it is left out."""
LEAST_MEMBERS = 4
DROPPED = 0.08
"""So often a query's topic, programme or text is left out: users may not have them."""
TASKS = ("coordinator", "half", "text")
BATCH = 8
THREADS = 2
Progress = Callable[[str, int, int], None]
"""stage, done, of how many"""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingSet:
    """Lists of candidates with who was a partner in truth."""

    rows: np.ndarray
    """(n, f) float32"""
    partner: np.ndarray
    """(n,) int8, 1 a hidden partner."""
    lengths: np.ndarray
    """(lists,) candidates of each list."""
    hidden: np.ndarray
    """(lists,) hidden partners of each, found among the candidates or not."""
    slice_of: np.ndarray
    """(lists,) number of the slice, SLICES is the newest, 0 the one before those that the model learns from."""
    started: np.ndarray
    """(lists,) datetime64: when the project began."""
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrainingQuery:
    """One query with its hidden partners, the right answer."""

    query: Query
    project: str
    hidden: frozenset[str]
    started: np.datetime64


def training_query(
    project: Any, members: list[tuple[str, str]], task: str, rng: np.random.Generator
) -> TrainingQuery:
    """Hide the partners of one project: all ('text'), all but the coordinator, or half, coordinator kept.

    `project`: a row of History.projects; `members`: (organisation, role), sorted.
    """
    ids = [organisation for organisation, _ in members]
    lead = next((organisation for organisation, role in members if role == "coordinator"), None)
    given: list[str] = []
    if task != "text" and lead is not None:
        given = [lead]
        if task == "half":
            others = [ident for ident in ids if ident != lead]
            count = max(len(ids) // 2 - 1, 0)
            given += [others[place] for place in sorted(rng.permutation(len(others))[:count])]
    query = Query(
        id=f"{project.id}/{task}",
        text=project.text or "",
        given=tuple(OrganisationId(ident) for ident in given),
        coordinator=OrganisationId(lead) if given and lead is not None else None,
        topic=project.topics or None,
        programme=project.programme or None,
    )
    hidden = frozenset(ids) - frozenset(given)
    return TrainingQuery(query, project.id, hidden, np.datetime64(project.start, "D"))


def training_queries(
    history: History, begin: dt.date, end: dt.date, rng: np.random.Generator
) -> list[TrainingQuery]:
    """All tasks of all projects with enough members that start in [begin, end), in the history's order."""
    start = history.projects["start"]
    chosen = history.projects[(start >= np.datetime64(begin)) & (start < np.datetime64(end))]
    inside = history.participations[history.participations["project"].isin(chosen["id"])]
    members: dict[str, list[tuple[str, str]]] = {}
    for project, organisation, role in zip(
        inside["project"], inside["organisation"], inside["role"], strict=True
    ):
        members.setdefault(project, []).append((organisation, role))
    return [
        training_query(project, sorted(members[str(project.id)]), task, rng)
        for project in chosen.itertuples()
        if len(members.get(str(project.id), ())) >= LEAST_MEMBERS
        for task in TASKS
    ]


def dropped_out(query: Query, rng: np.random.Generator) -> Query:
    """The query, at times without topic, programme or text."""
    drop = rng.random(3) < DROPPED
    return replace(
        query,
        topic=None if drop[0] else query.topic,
        programme=None if drop[1] else query.programme,
        text="" if drop[2] else query.text,
    )


def build_training_set(
    history: History, texts: Texts, cutoff: dt.date, seed: int, progress: Progress | None = None
) -> TrainingSet | None:
    """TrainingSet from the half-years before `cutoff`, each against its own history; None: too little to learn from."""
    rng = np.random.default_rng(seed)
    known = history.before(cutoff)
    plans: list[tuple[History, list[TrainingQuery], int]] = []
    for number, begin in enumerate(half_years_before(cutoff, SLICES + 1)):
        past = known.before(begin)
        if len(past.projects) < LEAST_PROJECTS:
            continue
        end = min(cutoff, begin.replace(year=begin.year + 1))
        plans.append((past, training_queries(known, begin, end, rng), number))
    total = sum(len(queries) for _, queries, _ in plans)
    share = min(1.0, LISTS / max(total, 1))
    steps = _Steps(progress, round(share * total))
    counts = word_counts(known) if plans else None
    parts = []
    for past, queries, number in plans:
        chosen = [query for query in queries if rng.random() < share]
        prepared = prepare_state(build_state(past, texts.projects, texts.width, counts))
        parts.append(_slice(prepared, chosen, number, texts, rng, steps))
    parts = [part for part in parts if len(part.lengths)]
    if not parts:
        return None
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("rows", "partner", "lengths", "hidden", "slice_of", "started")
    }
    return TrainingSet(**joined, features=parts[0].features)


class _Steps:
    """Tells how many questions are gathered."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def add(self, count: int) -> None:
        self._done += count
        if self._progress is not None:
            # How many are drawn is known nearly; the last ones are told as the last.
            self._progress("ranker: questions to learn from", self._done, max(self._done, self._total))


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Some queries as they are asked, with the right answers."""

    examples: list[TrainingQuery]
    queries: list[Query]
    vectors: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class _List:
    """One query's candidates: their rows, and 1 for each hidden partner."""

    example: TrainingQuery
    rows: np.ndarray
    partner: np.ndarray


def _slice(
    prepared: PreparedState,
    training: list[TrainingQuery],
    number: int,
    texts: Texts,
    rng: np.random.Generator,
    steps: _Steps,
) -> TrainingSet:
    """The lists of one slice; a list without any partner among its candidates is left out."""
    batches = [
        _batch_of(training[begin : begin + BATCH], texts, rng) for begin in range(0, len(training), BATCH)
    ]
    lists: list[_List] = []
    features: tuple[str, ...] = ()
    # What takes time runs outside Python's lock. Not `with`: an interrupt is not to wait for what has begun.
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="training set")
    try:
        for batch, (names, part) in zip(batches, pool.map(partial(_lists, prepared), batches), strict=True):
            features = names
            lists += part
            steps.add(len(batch.examples))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return TrainingSet(
        rows=np.concatenate([ranked.rows for ranked in lists]) if lists else np.zeros((0, 0), np.float32),
        partner=np.concatenate([ranked.partner for ranked in lists]) if lists else np.zeros(0, np.int8),
        lengths=np.array([len(ranked.partner) for ranked in lists], int),
        hidden=np.array([len(ranked.example.hidden) for ranked in lists], int),
        slice_of=np.full(len(lists), number),
        started=np.array([ranked.example.started for ranked in lists], "datetime64[D]"),
        features=features,
    )


def _batch_of(examples: list[TrainingQuery], texts: Texts, rng: np.random.Generator) -> _Batch:
    """The queries, at times without what users may not have."""
    zero = np.zeros(texts.width, np.float32)
    queries = [dropped_out(example.query, rng) for example in examples]
    vectors = [
        texts.projects.get(example.project, zero) if query.text else zero
        for example, query in zip(examples, queries, strict=True)
    ]
    return _Batch(examples, queries, np.array(vectors, np.float32))


def _lists(prepared: PreparedState, batch: _Batch) -> tuple[tuple[str, ...], list[_List]]:
    """The names of the features, and the lists of a batch in which a partner was found."""
    state = prepared.state
    evidence = gather(state, batch.queries, batch.vectors)
    scores = score_all(prepared, evidence, partial(_candidates, evidence.on_board))
    lists = []
    for column, example in enumerate(batch.examples):
        hidden = np.array(state.positions(tuple(sorted(example.hidden))), dtype=int)
        partner = np.isin(scores.places[:, column], hidden).astype(np.int8)
        if partner.any():
            lists.append(_List(example, candidate_rows(prepared, scores, column), partner))
    return feature_names(tuple(scores.sums)), lists


def _candidates(on_board: sparse.csc_matrix, prior: np.ndarray) -> list[np.ndarray]:
    """The DEPTH best of the prior of each query, ties by place; whoever is on board comes last."""
    absent = np.where(on_board.toarray() > 0, -1.0, prior)
    return [best_places(column, DEPTH) for column in absent.T]
