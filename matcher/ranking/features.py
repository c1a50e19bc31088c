"""What is known of each organisation for each query? The ranker's features, as sparse products over a state."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from matcher.ranking.evidence import QueryEvidence
from matcher.ranking.organisation_features import ORGANISATION_FEATURES, PreparedState
from matcher.ranking.pagerank import normalised_columns, personalised_pagerank
from matcher.ranking.project_weights import (
    acquaintance,
    feedback_weights,
    relevance,
    subject_weights,
    tie_weights,
)

RAW = (
    "topic",
    "programme",
    "words",
    "relevance",
    "relevance rank",
    "mixed rank",
    "lead",
    "lead newman",
    "lead recent",
    "lead relevance",
    "lead led",
    "led with lead",
    "given",
    "given any",
    "given newman",
    "given relevance",
)
"""Sums of project weights that also enter as they are; all of them enter relative to the query's largest."""
PER_PROJECT = (
    "topic",
    "programme",
    "relevance",
    "relevance recent",
    "lead newman",
    "given newman",
    "pagerank",
    "pagerank by relevance",
    "pagerank mixed",
    "feedback",
    "two steps",
)
"""Sums that also enter divided by the organisation's number of projects."""
SURPRISE = ("relevance", "programme", "meaning^3", "mixed rank", "own topic all")
"""Weights whose sums also enter as a z-score: more than an organisation with so many projects gets by chance."""
GROUPS = (
    "country by programme",
    "country by relevance",
    "country by pagerank",
    "country on board",
    "country affinity",
    "country of own projects",
    "country of lead",
    "kind by programme",
    "kind by relevance",
    "kind on board",
)
QUERY_FEATURES = (
    "on board",
    "on board and known",
    "has coordinator",
    "has topic",
    "has text",
    "nearest topic",
    "nearest words",
    "nearest meaning",
    "projects of the topic",
    "projects of lead",
    "lead: projects",
    "lead: recent projects",
    "lead: projects led",
    "lead: share led",
    "lead: projects of the last year",
)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """All organisations' sums for a batch; every array (n, b) float32."""

    sums: dict[str, np.ndarray]
    largest: dict[str, np.ndarray]
    """(b,) the largest value of each sum."""
    surprise: dict[str, np.ndarray]
    groups: dict[str, np.ndarray]
    query: np.ndarray
    """(b, len(QUERY_FEATURES)) float32."""
    prior: np.ndarray
    """The fixed blend: a score for all, the one used where nothing was learned."""


def score_all(prepared: PreparedState, evidence: QueryEvidence) -> Scores:
    """Sum the weights of each organisation's projects, add personalised PageRank and feedback, and blend."""
    state, members = prepared.state, prepared.members
    near = relevance(evidence)
    weights = {**subject_weights(prepared, evidence), **tie_weights(prepared, evidence)}
    sums = _summed(members, weights)
    sums["led by programme"] = state.led.T @ evidence.programme
    sums["led by relevance"] = state.led.T @ near
    sums["led with lead"] = state.led.T @ evidence.lead
    steps = acquaintance(prepared, evidence, sums["given newman"])
    sums["two steps"] = members @ steps
    sums["two steps relevance"] = members @ (steps * near)
    sums["two steps programme"] = members @ (steps * evidence.programme)
    down = 1.0 / np.maximum(state.size, 1.0)[:, None]
    sums["pagerank"] = personalised_pagerank(state.member, members, evidence.on_board.toarray())
    sums["pagerank by relevance"] = personalised_pagerank(state.member, members, members @ (near * down))
    sums["pagerank near"] = personalised_pagerank(
        state.member, members, members @ (near**2 * down), restart=0.3, steps=4
    )
    sums["pagerank mixed"] = 0.5 * sums["pagerank"] + 0.5 * sums["pagerank by relevance"]
    prior = _prior(sums)
    feedback = feedback_weights(prepared, evidence, prior)
    sums["prior"] = prior
    sums["feedback"] = members @ feedback
    sums["feedback relevance"] = members @ (feedback * near)
    return Scores(
        sums=sums,
        largest={name: np.maximum(values.max(axis=0), 1e-12) for name, values in sums.items()},
        surprise={name: _surprise(prepared, weights[name], sums[name]) for name in SURPRISE},
        groups=_groups(prepared, evidence, sums),
        query=_query_features(prepared, evidence),
        prior=prior,
    )


def _summed(members: sparse.csr_matrix, weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """(n, b) for each weight (p, b) of the projects: its sum over each organisation's projects."""
    filled = {name: np.asarray(weight, np.float32) for name, weight in weights.items() if weight.any()}
    zero = np.zeros((members.shape[0], next(iter(weights.values())).shape[1]), np.float32)
    if not filled:
        return dict.fromkeys(weights, zero)
    # One product for all; by columns in memory, since each sum is read by itself afterwards.
    stacked = np.asfortranarray(members @ np.concatenate(list(filled.values()), axis=1))
    sums = dict(zip(filled, np.split(stacked, len(filled), axis=1), strict=True))
    return {name: sums.get(name, zero) for name in weights}


def _prior(sums: dict[str, np.ndarray]) -> np.ndarray:
    """The documented blend of normalised columns: subject, ties, ties of the same subject, PageRank from both."""
    return (
        0.4 * normalised_columns(sums["relevance"])
        + 0.3 * normalised_columns(sums["given newman"] + sums["given newman recent"])
        + 0.5 * normalised_columns(sums["given relevance"])
        + 2.0 * sums["pagerank mixed"]
    )


def _surprise(prepared: PreparedState, weight: np.ndarray, total: np.ndarray) -> np.ndarray:
    """(total - k mean) / (sqrt(k) deviation) for an organisation with k projects."""
    mean = weight.mean(axis=0, keepdims=True)
    deviation = weight.std(axis=0, keepdims=True) + 1e-9
    count = prepared.popularity[:, None]
    score: np.ndarray = (total - count * mean) / (np.sqrt(np.maximum(count, 1.0)) * deviation)
    return score


def _groups(
    prepared: PreparedState, evidence: QueryEvidence, sums: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """What an organisation's country and kind say, each group's value given to its members."""
    country, kind = prepared.by_country, prepared.by_kind
    of_country, of_kind = prepared.country_of, prepared.kind_of
    on_board = (country @ evidence.on_board).toarray()
    own = prepared.tied.T @ (evidence.given * prepared.newman[:, None])
    lead = np.where(evidence.lead_place >= 0, of_country[evidence.lead_place], -1)
    return {
        "country by programme": normalised_columns(country @ sums["programme"])[of_country],
        "country by relevance": normalised_columns(country @ sums["relevance"])[of_country],
        "country by pagerank": normalised_columns(country @ sums["pagerank"])[of_country],
        "country on board": on_board[of_country],
        "country affinity": (prepared.affinity @ normalised_columns(on_board))[of_country],
        "country of own projects": normalised_columns(own)[of_country],
        "country of lead": (of_country[:, None] == lead[None, :]).astype(np.float32),
        "kind by programme": normalised_columns(kind @ sums["programme"])[of_kind],
        "kind by relevance": normalised_columns(kind @ sums["relevance"])[of_kind],
        "kind on board": (kind @ evidence.on_board).toarray()[of_kind],
    }


def _query_features(prepared: PreparedState, evidence: QueryEvidence) -> np.ndarray:
    """(b, len(QUERY_FEATURES)) float32; what the lead did is NaN where there is none that the state knows."""
    lead = np.where(
        evidence.lead_place[:, None] >= 0,
        prepared.organisation_features[evidence.lead_place, :5],
        np.float32(np.nan),
    )
    columns = np.stack(
        [
            evidence.topic.max(axis=0),
            evidence.words.max(axis=0),
            evidence.meaning.max(axis=0),
            (evidence.topic > 0.9).sum(axis=0),
            evidence.lead.sum(axis=0),
        ],
        axis=1,
    )
    return np.concatenate([evidence.facts, columns, lead], axis=1).astype(np.float32)


def feature_names(sums: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the columns that `candidate_rows` makes out of these sums, in order."""
    return (
        *(f"{name} of largest" for name in sums),
        *RAW,
        *(f"{name} per project" for name in PER_PROJECT),
        *(f"surprise {name}" for name in SURPRISE),
        *GROUPS,
        *ORGANISATION_FEATURES,
        *(f"query: {name}" for name in QUERY_FEATURES),
    )


def candidate_rows(prepared: PreparedState, scores: Scores, column: int, places: np.ndarray) -> np.ndarray:
    """(len(places), f) float32: the features of the organisations at `places` for one query of the batch."""
    sums = scores.sums
    chosen = {name: values[places, column] for name, values in sums.items()}
    per_project = np.maximum(prepared.popularity[places], 1.0)
    columns = [chosen[name] / scores.largest[name][column] for name in sums]
    columns += [chosen[name] for name in RAW]
    columns += [chosen[name] / per_project for name in PER_PROJECT]
    columns += [scores.surprise[name][places, column] for name in SURPRISE]
    columns += [scores.groups[name][places, column] for name in GROUPS]
    query = np.repeat(scores.query[column][None, :], len(places), axis=0)
    return np.concatenate(
        [np.stack(columns, axis=1), prepared.organisation_features[places], query], axis=1, dtype=np.float32
    )
