"""What do all the single methods find together? A logistic blend and a LambdaMART over them, learned a year earlier."""

from collections.abc import Iterator, Sequence

import lightgbm as lgb
import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.quality_baselines import METHODS, Fitted
from benchmarks.quality_protocol import HiddenQuery
from matcher.ranking.evidence import QueryEvidence, gather
from matcher.ranking.rank import Texts

DEPTH = 500
"""Candidates of a query: the best of personalised PageRank from text and graph."""
BATCH = 16
LIMIT = 500
"""Kept of each answer: those who are known already are taken out of it before novel partners are counted."""
BASE = "personalised PageRank, text and graph"


def batches(
    fitted: Fitted, queries: Sequence[HiddenQuery], texts: Texts
) -> Iterator[tuple[Sequence[HiddenQuery], QueryEvidence, dict[str, np.ndarray]]]:
    """Yield (queries, evidence, scores by method) for batches of queries, those on board scored -1."""
    for begin in range(0, len(queries), BATCH):
        part = queries[begin : begin + BATCH]
        plain = [query.query for query in part]
        evidence = gather(fitted.prepared.state, plain, texts.of([query.text for query in plain]))
        closed = evidence.on_board.toarray() > 0
        scores = {name: np.where(closed, -1e9, method(fitted, evidence)) for name, method in METHODS.items()}
        yield part, evidence, scores


def rows_of(
    fitted: Fitted, scores: dict[str, np.ndarray], evidence: QueryEvidence, column: int, places: np.ndarray
) -> np.ndarray:
    """(k, f): every method's score relative to the query's largest and as it is, and the query's facts."""
    columns = []
    for values in scores.values():
        here = values[:, column]
        columns += [here[places], here[places] / max(float(here.max()), 1e-12)]
    columns += list(fitted.prepared.organisation_features[places].T)
    query = np.repeat(evidence.facts[column][None, :], len(places), axis=0)
    return np.concatenate([np.stack(columns, axis=1), query], axis=1).astype(np.float32)


def best(values: np.ndarray, count: int) -> np.ndarray:
    """Places of the `count` largest, ties by place (that is, by id)."""
    return np.argsort(-values, kind="stable")[:count]


def learn(
    fitted: Fitted, queries: Sequence[HiddenQuery], texts: Texts
) -> tuple[LogisticRegression, lgb.Booster]:
    """Learn both blends from queries whose history is `fitted`'s."""
    rows, partner, lengths = [], [], []
    for part, evidence, scores in batches(fitted, queries, texts):
        for column, query in enumerate(part):
            places = best(scores[BASE][:, column], 300)
            hidden = fitted.prepared.state.positions(tuple(sorted(query.hidden)))
            is_partner = np.isin(places, hidden)
            if is_partner.any():
                rows.append(rows_of(fitted, scores, evidence, column, places))
                partner.append(is_partner)
                lengths.append(len(places))
    features, label = np.concatenate(rows), np.concatenate(partner).astype(int)
    logistic = LogisticRegression(max_iter=200, C=1.0).fit(_even(features), label)
    parameters = {
        "objective": "lambdarank",
        "learning_rate": 0.08,
        "num_leaves": 31,
        "min_data_in_leaf": 100,
        "feature_fraction": 0.5,
        "lambdarank_truncation_level": 100,
        "max_bin": 63,
        "verbose": -1,
        "num_threads": 1,
        "seed": 1,
        "deterministic": True,
        "force_row_wise": True,
    }
    return logistic, lgb.train(parameters, lgb.Dataset(features, label, group=lengths), 150)


def _even(features: np.ndarray) -> np.ndarray:
    """Signed logarithms: counts and shares on one footing for the linear blend."""
    return np.asarray(np.sign(features) * np.log1p(np.abs(features)))


def answers(
    fitted: Fitted,
    queries: Sequence[HiddenQuery],
    texts: Texts,
    logistic: LogisticRegression,
    booster: lgb.Booster,
) -> dict[str, list[list[str]]]:
    """Name of method -> the first LIMIT organisations of every query."""
    names = fitted.prepared.state.organisations
    rankings: dict[str, list[list[str]]] = {}
    for part, evidence, scores in batches(fitted, queries, texts):
        for column in range(len(part)):
            for name, values in scores.items():
                rankings.setdefault(name, []).append(names[best(values[:, column], LIMIT)].tolist())
            places = best(scores[BASE][:, column], DEPTH)
            rows = rows_of(fitted, scores, evidence, column, places)
            for name, values in (
                ("logistic blend of these", logistic.decision_function(_even(rows))),
                ("LambdaMART over these", np.asarray(booster.predict(rows, num_threads=1))),
            ):
                rankings.setdefault(name, []).append(names[places[best(values, LIMIT)]].tolist())
    return rankings
