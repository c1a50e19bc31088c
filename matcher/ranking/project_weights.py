"""How much does each past project weigh for each query? An organisation's features are sums of these weights."""

import numpy as np

from matcher.ranking.evidence import QueryEvidence
from matcher.ranking.organisation_features import PreparedState
from matcher.ranking.pagerank import normalised_columns


def ranks(columns: np.ndarray) -> np.ndarray:
    """Each value's rank within its column, 0 for the largest, ties by place; the same shape, float32.

    >>> ranks(np.array([[0.2], [0.9], [0.5]])).tolist()
    [[2.0], [0.0], [1.0]]
    """
    rank = np.empty(columns.shape[::-1], np.float32)
    places = np.arange(len(columns), dtype=np.float32)
    # Columns one by one, each together in memory: sorting across rows takes twice as long.
    for row, column in zip(rank, np.ascontiguousarray(-columns.T), strict=True):
        row[np.argsort(column, kind="stable")] = places
    return rank.T


def best_places(values: np.ndarray, count: int, *, least: float = -np.inf) -> np.ndarray:
    """The places of the `count` largest of (n,) values, largest first, ties by place; those below `least` are left out.

    >>> best_places(np.array([0.2, 0.9, 0.9, -1.0]), 2).tolist()
    [1, 2]
    >>> best_places(np.array([0.2, 0.9, 0.9, -1.0]), 4, least=0.0).tolist()
    [1, 2, 0]
    """
    bar = least
    if count < len(values):
        bar = max(bar, float(np.partition(values, len(values) - count)[len(values) - count]))
    some = np.flatnonzero(values >= bar)
    return some[np.argsort(-values[some], kind="stable")][:count]


def reciprocal_rank(columns: np.ndarray, offset: float = 10.0) -> np.ndarray:
    """1 / (rank + offset) within each column, rank 0 for the largest, ties by place; the same shape, float32.

    >>> reciprocal_rank(np.array([[0.2], [0.9], [0.5]]), offset=1.0).round(3).tolist()
    [[0.3330000042915344], [1.0], [0.5]]
    """
    return reciprocal(ranks(columns), offset)


def reciprocal(rank: np.ndarray, offset: float) -> np.ndarray:
    """1 / (rank + offset), float32."""
    return (1.0 / (rank + offset)).astype(np.float32)


def relevance(evidence: QueryEvidence) -> np.ndarray:
    """(p, b): how near each past project is to each query in subject, by all that describes it together."""
    return evidence.topic**2 + 0.3 * evidence.words + 0.5 * evidence.meaning**3 + 0.05 * evidence.programme


def own_subject(prepared: PreparedState, evidence: QueryEvidence) -> tuple[np.ndarray, np.ndarray]:
    """How near each project is to what those on board did before: by topic code and by meaning, (p, b) each.

    Their own projects weigh by Newman's 1 / (members - 1), more where the programme is the query's.
    """
    state = prepared.state
    if not evidence.given.any():
        return np.zeros_like(evidence.topic), np.zeros_like(evidence.meaning)
    own = evidence.given * (0.2 + evidence.programme) * prepared.newman[:, None]
    topic = np.asarray(state.topic @ (state.topic.T @ own))
    topic = topic / np.maximum(topic.max(axis=0, keepdims=True), 1e-9)
    theirs = np.flatnonzero(own.any(axis=1))
    pull = state.vectors[theirs].T @ own[theirs]
    length = np.linalg.norm(pull, axis=0, keepdims=True)
    return topic, np.maximum(state.vectors @ (pull / np.maximum(length, 1e-9)), 0.0)


def subject_weights(prepared: PreparedState, evidence: QueryEvidence) -> dict[str, np.ndarray]:
    """Weights (p, b) by subject alone: what a query without anybody on board has."""
    recent = prepared.recent[:, None]
    near = relevance(evidence)
    topic, words, meaning, programme = evidence.topic, evidence.words, evidence.meaning, evidence.programme
    return {
        "topic": topic,
        "topic^4": topic**4,
        "topic^2 recent": topic**2 * recent,
        "programme": programme,
        "programme recent": programme * recent,
        "programme^4": programme**4,
        "words": words,
        "words^2": words**2,
        "meaning^3": meaning**3,
        "meaning^8": meaning**8,
        "meaning exp": np.exp(12.0 * (meaning - 1.0)) * (meaning > 0),
        "meaning rank": reciprocal_rank(meaning, 5.0) * (meaning > 0),
        "relevance": near,
        "relevance recent": near * recent,
        "relevance^2": near**2,
        "relevance by size": near / np.maximum(prepared.state.size, 1.0)[:, None],
        "relevance rank": reciprocal_rank(near),
    }


def tie_weights(prepared: PreparedState, evidence: QueryEvidence) -> dict[str, np.ndarray]:
    """Weights (p, b) by who is on board: the coordinator's projects, those of all on board, those like them."""
    recent, newman = prepared.recent[:, None], prepared.newman[:, None]
    near = relevance(evidence)
    lead, given, led = evidence.lead, evidence.given, evidence.lead_led
    topic, meaning = own_subject(prepared, evidence)
    others = (given == 0) * (0.1 + evidence.programme)
    mixed = ranks(near + 0.2 * topic * evidence.programme + 0.2 * (given > 0))
    return {
        "lead": lead,
        "lead newman": lead * newman,
        "lead recent": lead * recent,
        "lead relevance": lead * near,
        "lead topic": lead * evidence.topic**2,
        "lead programme": lead * evidence.programme,
        "lead words": lead * evidence.words,
        "lead led": led,
        "lead led recent": led * recent,
        "lead led relevance": led * near,
        "lead led programme": led * evidence.programme,
        "given": given,
        "given newman": given * newman,
        "given newman recent": given * newman * recent,
        "given relevance": given * newman * near,
        "given programme": given * newman * evidence.programme,
        "given any": (given > 0).astype(np.float32),
        "given^2": given**2,
        "own topic": topic * others,
        "own topic^2": topic**2 * others,
        "own meaning": meaning**3 * others,
        "own relevance": (topic + meaning**2) * near * (given == 0),
        "own topic all": topic,
        "mixed rank": reciprocal(mixed, 10.0),
        "mixed rank sharp": reciprocal(mixed, 3.0),
    }


def acquaintance(prepared: PreparedState, evidence: QueryEvidence, ties: np.ndarray) -> np.ndarray:
    """(p, b): how many partners of those on board each project has, popular ones counting less (Adamic, Adar 2003).

    `ties`: (n, b) Newman weights to those on board.
    """
    absent = 1.0 - evidence.on_board.toarray()
    partners = ties * absent / np.sqrt(np.maximum(prepared.popularity, 1.0))[:, None]
    weights: np.ndarray = (prepared.state.member @ partners.astype(np.float32)) * prepared.newman[:, None]
    return weights


def feedback_weights(
    prepared: PreparedState, evidence: QueryEvidence, prior: np.ndarray, best: int = 20
) -> np.ndarray:
    """(p, b): how much of the prior's best organisations each project holds.

    Pseudo-relevance feedback: the best of a first ranking count as if they were on board (Rocchio 1971; Croft, Harper
    1979).
    """
    candidates = prior * (1.0 - evidence.on_board.toarray())
    best = min(best, len(candidates) - 1)
    bar = -np.partition(-candidates, best, axis=0)[best]
    chosen = normalised_columns(np.where(candidates >= bar, candidates, 0.0)).astype(np.float32)
    weights: np.ndarray = (prepared.state.member @ chosen) * prepared.newman[:, None]
    return weights
