"""How is the ranker learned? Boosted trees over lists of candidates, measured on the newest half year, calibrated."""

import datetime as dt
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import lightgbm as lgb
import numpy as np
from sklearn.linear_model import LogisticRegression

from data.model import History
from matcher.ranking.cutoffs import half_years_before
from matcher.ranking.lessons import Lessons, gather_lessons
from matcher.ranking.model_file import FORMAT, Card, Model
from matcher.ranking.texts import Texts

Progress = Callable[[str, int, int], None]
SEED = 20
TREES = 120
GAUGE_TREES = 40
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
    history: History, texts: Texts, *, cutoff: dt.date, progress: Progress | None = None
) -> Model | None:
    """Learn from what started before `cutoff`; None where that is too little. Deterministic.

    A first, smaller model learns without the newest half year and is measured on it; the calibration comes from
    there too. The one that is returned learns from all.
    """
    report = progress or (lambda stage, done, total: None)
    report("ranker: lessons", 0, 3)
    lessons = gather_lessons(history, texts, cutoff, SEED)
    if lessons is None or len(lessons.lengths) < LEAST_LISTS:
        return None
    report("ranker: gauge", 1, 3)
    newest = np.datetime64(half_years_before(cutoff, 1)[0], "D")
    held_out = lessons.slice_of == lessons.slice_of.max()
    earlier = lessons.started < newest
    measured: dict[str, float] = {}
    slope, intercept = 1.0, 0.0
    if earlier.sum() >= LEAST_LISTS and (held_out & ~earlier).sum() >= LEAST_LISTS // 4:
        boosters, spread = _fit(lessons, earlier, GAUGE_TREES)
        test = _rows_of(lessons, held_out & ~earlier)
        score = _sum(boosters, spread, lessons.rows[test])
        lists = held_out & ~earlier
        prior = lessons.rows[test, lessons.features.index("prior of largest")]
        measured = {
            "recall_50": recall(score, lessons, lists, 50),
            "prior_recall_50": recall(prior, lessons, lists, 50),
        }
        line = LogisticRegression().fit(score.reshape(-1, 1), lessons.partner[test])
        slope, intercept = float(line.coef_[0, 0]), float(line.intercept_[0])
    report("ranker: trees", 2, 3)
    boosters, spread = _fit(lessons, np.ones(len(lessons.lengths), bool), TREES)
    report("ranker: trees", 3, 3)
    card = Card(
        format=FORMAT,
        cutoff=cutoff.isoformat(),
        fingerprint=fingerprint(history, texts, cutoff),
        features=lessons.features,
        lists=len(lessons.lengths),
        projects=len(history.before(cutoff).projects),
        spread=spread,
        slope=slope,
        intercept=intercept,
        measured=measured,
    )
    return Model(card, boosters)


def fingerprint(history: History, texts: Texts, cutoff: dt.date) -> str:
    """Equal fingerprints mean equal models: format, encoder, cutoff and all that started before it."""
    known = history.before(cutoff)
    digest = hashlib.sha256(f"{FORMAT}|{texts.encoder}|{texts.width}|{cutoff}|{SEED}".encode())
    for table, columns in (
        (known.projects, ("id", "start", "topics", "programme", "text")),
        (known.participations, ("project", "organisation", "role")),
    ):
        for column in columns:
            digest.update("\x1f".join(map(str, table[column])).encode())
    return digest.hexdigest()


def recall(score: np.ndarray, lessons: Lessons, lists: np.ndarray, k: int) -> float:
    """Mean share of a list's hidden partners among its first k by `score` (rows of those lists, in order)."""
    partner = lessons.partner[_rows_of(lessons, lists)]
    values, begin = [], 0
    for length, hidden in zip(lessons.lengths[lists], lessons.hidden[lists], strict=True):
        part = slice(begin, begin + length)
        order = np.argsort(-score[part], kind="stable")[:k]
        values.append(partner[part][order].sum() / hidden)
        begin += length
    return float(np.mean(values))


def _rows_of(lessons: Lessons, lists: np.ndarray) -> np.ndarray:
    """Positions of the rows of the chosen lists, in order."""
    return np.flatnonzero(np.repeat(lists, lessons.lengths))


def _fit(
    lessons: Lessons, lists: np.ndarray, trees: int
) -> tuple[tuple[lgb.Booster, ...], tuple[float, ...]]:
    """The boosters over the chosen lists, and the spread of their scores there."""
    rows = _rows_of(lessons, lists)
    inside, partner, lengths = lessons.rows[rows], lessons.partner[rows], lessons.lengths[lists]
    sample = inside[:: max(1, len(inside) // 100_000)]

    def fit_one(objective: dict[str, Any]) -> tuple[lgb.Booster, float]:
        table = lgb.Dataset(inside, partner, group=lengths if "rank" in objective["objective"] else None)
        booster = lgb.train({**_COMMON, **objective}, table, trees)
        return booster, float(np.std(booster.predict(sample, raw_score=True, num_threads=1))) or 1.0

    # One thread a booster, both at once: faster on two cores than two threads a booster, and never slow when busy.
    with ThreadPoolExecutor(len(_OBJECTIVES)) as pool:
        boosters, spread = zip(*pool.map(fit_one, _OBJECTIVES), strict=True)
    return boosters, spread


def _sum(boosters: tuple[lgb.Booster, ...], spread: tuple[float, ...], rows: np.ndarray) -> np.ndarray:
    """The sum of the standardised scores, as `Model.score` forms it."""
    total = np.zeros(len(rows))
    for booster, each in zip(boosters, spread, strict=True):
        total += np.asarray(booster.predict(rows, raw_score=True, num_threads=1)) / each
    return total
