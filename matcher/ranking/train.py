"""How is the ranker learned? Boosted trees over lists of candidates, measured on the newest half year, calibrated."""

import datetime as dt
import hashlib
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import lightgbm as lgb
import numpy as np
from lightgbm.callback import CallbackEnv
from sklearn.linear_model import LogisticRegression

from data.model import History
from matcher.ranking.cutoffs import half_years_before
from matcher.ranking.model_file import FEATURES, FORMAT, Card, Model, Trees
from matcher.ranking.texts import Texts
from matcher.ranking.training_set import Progress, TrainingSet, build_training_set

SEED = 20
TREES = 120
LEAST_LISTS = 200
"""With fewer there is nothing to learn from, and the prior serves."""
_COMMON = {
    "learning_rate": 0.08,
    "num_leaves": 31,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "metric": "none",
    "verbose": -1,
    "num_threads": 1,
    "seed": SEED,
    "deterministic": True,
    "force_row_wise": True,
}
_OBJECTIVES: tuple[dict[str, Any], ...] = (
    {"objective": "lambdarank", "lambdarank_truncation_level": 100},
    {"objective": "binary"},
)
"""LambdaMART (Burges 2010) orders the top well; the binary one is surer further down. Their sum beats both."""


def train(
    history: History,
    texts: Texts,
    *,
    cutoff: dt.date,
    in_use: Model | None = None,
    progress: Progress | None = None,
) -> Model | None:
    """Learn from what started before `cutoff`; None where that is too little. Deterministic.

    Validation trees learn in the same way up to the newest half year alone, and are measured and calibrated on the
    queries of that half year; beside them the model in use, if there is one (see `comparable`).
    """
    report = progress or (lambda _stage, _done, _total: None)
    training_set = build_training_set(history, texts, cutoff, SEED, progress)
    if training_set is None or (training_set.slice_of > 0).sum() < LEAST_LISTS:
        return None
    newest = half_years_before(cutoff, 1)[0]
    recent = training_set.started >= np.datetime64(newest, "D")
    held_out = (training_set.slice_of == training_set.slice_of.max()) & recent
    validation: Trees | None = None
    measured: dict[str, float] = {}
    line = (1.0, 0.0)
    if (~recent).sum() >= LEAST_LISTS and held_out.sum() >= LEAST_LISTS // 4:
        validation = _fit(training_set, ~recent, partial(report, "ranker: trees that are measured"))
        measured, line = _measure(validation, training_set, held_out)
        rival = None if in_use is None else comparable(in_use, newest, training_set.features)
        if rival is not None:
            score = rival.score(_inside(training_set, held_out))
            measured["in_use_recall_50"] = recall(score, training_set, held_out, 50)
    chosen = training_set.slice_of > 0
    trees = _fit(training_set, chosen, partial(report, "ranker: trees"))
    card = Card(
        format=FORMAT,
        encoder=texts.encoder,
        cutoff=cutoff.isoformat(),
        fingerprint=fingerprint(history, texts, cutoff),
        features=training_set.features,
        lists=int(chosen.sum()),
        projects=len(history.before(cutoff).projects),
        slope=line[0],
        intercept=line[1],
        validated_from=newest.isoformat() if measured else None,
        measured=measured,
    )
    return Model(card, trees, validation)


def comparable(model: Model, newest: dt.date, features: tuple[str, ...]) -> Trees | None:
    """Which trees of the model in use may be measured on the half year from `newest`: those that have not seen it.

    Its own where they were learned before, else its validation trees where those were. None where both have seen it,
    or look at other features: then there is nothing fair to compare with.
    """
    if model.card.features != features:
        return None
    if dt.date.fromisoformat(model.card.cutoff) <= newest:
        return model.trees
    begin = model.card.validated_from
    return model.validation if begin is not None and dt.date.fromisoformat(begin) <= newest else None


def _measure(
    validation: Trees, training_set: TrainingSet, held_out: np.ndarray
) -> tuple[dict[str, float], tuple[float, float]]:
    """Recall at 50 of validation trees and prior on the lists held out; the calibration's slope and intercept there."""
    rows = _inside(training_set, held_out)
    score = validation.score(rows)
    line = LogisticRegression().fit(
        score.reshape(-1, 1), training_set.partner[_rows_of(training_set, held_out)]
    )
    prior = rows[:, training_set.features.index("prior of largest")]
    measured = {
        "recall_50": recall(score, training_set, held_out, 50),
        "prior_recall_50": recall(prior, training_set, held_out, 50),
    }
    return measured, (float(line.coef_[0, 0]), float(line.intercept_[0]))


def fingerprint(history: History, texts: Texts, cutoff: dt.date) -> str:
    """Equal fingerprints mean equal models: features, encoder, cutoff and all that started before it."""
    known = history.before(cutoff)
    digest = hashlib.sha256(f"{FEATURES}|{texts.encoder}|{texts.width}|{cutoff}|{SEED}".encode())
    for table, columns in (
        (known.projects, ("id", "start", "topics", "programme", "text")),
        (known.participations, ("project", "organisation", "role")),
    ):
        for column in columns:
            digest.update("\x1f".join(map(str, table[column])).encode())
    return digest.hexdigest()


def recall(score: np.ndarray, training_set: TrainingSet, lists: np.ndarray, k: int) -> float:
    """Mean share of a list's hidden partners among its first k by `score` (rows of those lists, in order)."""
    partner = training_set.partner[_rows_of(training_set, lists)]
    values, begin = [], 0
    for length, hidden in zip(training_set.lengths[lists], training_set.hidden[lists], strict=True):
        part = slice(begin, begin + length)
        order = np.argsort(-score[part], kind="stable")[:k]
        values.append(partner[part][order].sum() / hidden)
        begin += length
    return float(np.mean(values))


def _rows_of(training_set: TrainingSet, lists: np.ndarray) -> np.ndarray:
    """Positions of the rows of the chosen lists, in order."""
    return np.flatnonzero(np.repeat(lists, training_set.lengths))


def _inside(training_set: TrainingSet, lists: np.ndarray) -> np.ndarray:
    """(n, f) float32: the rows of the chosen lists."""
    rows: np.ndarray = training_set.rows[_rows_of(training_set, lists)]
    return rows


def _fit(training_set: TrainingSet, lists: np.ndarray, report: Callable[[int, int], None]) -> Trees:
    """Learn from the chosen lists. Whoever interrupts it waits for one tree at most."""
    rows = _rows_of(training_set, lists)
    inside, partner, lengths = (
        training_set.rows[rows],
        training_set.partner[rows],
        training_set.lengths[lists],
    )
    sample = inside[:: max(1, len(inside) // 100_000)]
    stopped = threading.Event()
    grown = Counter[int]()

    def look(objective: int, environment: CallbackEnv) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        grown[objective] = environment.iteration + 1
        report(grown.total(), TREES * len(_OBJECTIVES))

    def fit_one(place: int) -> tuple[lgb.Booster, float]:
        objective = _OBJECTIVES[place]
        table = lgb.Dataset(inside, partner, group=lengths if "rank" in objective["objective"] else None)
        booster = lgb.train({**_COMMON, **objective}, table, TREES, callbacks=[partial(look, place)])
        return booster, float(np.std(booster.predict(sample, raw_score=True, num_threads=1))) or 1.0

    # One thread a booster, both at once: faster on two cores than two threads a booster, and never slow when busy.
    pool = ThreadPoolExecutor(len(_OBJECTIVES))
    try:
        boosters, spread = zip(*pool.map(fit_one, range(len(_OBJECTIVES))), strict=True)
    finally:
        stopped.set()
        pool.shutdown(cancel_futures=True)
    return Trees(boosters, spread)
