"""What is known of each organisation for each query? The ranker's features, as sparse products over a state."""

from collections.abc import Callable, Sequence
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


PRIOR_SUMS = ("relevance", "given newman", "given newman recent", "given relevance")
"""Sums of project weights that the prior blends, beside PageRank."""
TWO_STEPS = ("two steps", "two steps relevance", "two steps programme")
PAGERANKS = ("pagerank", "pagerank by relevance", "pagerank near", "pagerank mixed")
LATE = ("prior", "feedback", "feedback relevance")

Choice = Callable[[np.ndarray], Sequence[np.ndarray]]
"""The prior, (n, b) -> the places of each query's candidates."""
SUMS_AT_ONCE = 8
"""So many sums are over all organisations at a time: what they hold grows with the store, all together to gigabytes."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What each query's candidates are scored by, and what it is compared with over all organisations.

    `places`: (m, b) the candidates' places, filled up with place 0 where a query has fewer; `count`: (b,) how many it
    has. Arrays of candidates are (m, b) float32.
    """

    places: np.ndarray
    count: np.ndarray
    sums: dict[str, np.ndarray]
    largest: dict[str, np.ndarray]
    """(b,) the largest value of each sum over all organisations."""
    surprise: dict[str, np.ndarray]
    groups: dict[str, np.ndarray]
    query: np.ndarray
    """(b, len(QUERY_FEATURES)) float32."""
    prior: np.ndarray
    """(n, b) the fixed blend: a score for all organisations, the one used where nothing was learned."""


class _Sums:
    """Sums over all organisations, a few at a time, of which the candidates' and the largest are kept."""

    def __init__(self, places: np.ndarray) -> None:
        self._places = places
        self.chosen: dict[str, np.ndarray] = {}
        self.largest: dict[str, np.ndarray] = {}

    def put(self, name: str, values: np.ndarray) -> None:
        """Keep what is needed of (n, b) values."""
        self.chosen[name] = np.take_along_axis(values, self._places, axis=0)
        self.largest[name] = np.maximum(values.max(axis=0), 1e-12)

    def put_products(self, matrix: sparse.csr_matrix, weights: dict[str, np.ndarray]) -> None:
        """Keep what is needed of matrix @ weight for weights (p, b) of the projects."""
        filled = [name for name, weight in weights.items() if weight.any()]
        columns = self._places.shape[1]
        for begin in range(0, len(filled), SUMS_AT_ONCE):
            names = filled[begin : begin + SUMS_AT_ONCE]
            stacked = matrix @ np.concatenate([weights[name] for name in names], axis=1, dtype=np.float32)
            for place, name in enumerate(names):
                self.put(name, stacked[:, place * columns : (place + 1) * columns])
        for name in weights.keys() - filled:
            self.chosen[name] = np.zeros(self._places.shape, np.float32)
            self.largest[name] = np.full(columns, 1e-12)


def score_all(prepared: PreparedState, evidence: QueryEvidence, choose: Choice | None = None) -> Scores:
    """Blend what is known of all organisations, then sum up what the candidates of each query are scored by.

    `choose`: who they are, by the prior; None: all organisations, in their order.
    """
    members, near = prepared.members, relevance(evidence)
    weights = {**subject_weights(prepared, evidence), **tie_weights(prepared, evidence)}
    first = {name: members @ weights[name].astype(np.float32) for name in PRIOR_SUMS}
    first |= _pageranks(prepared, evidence, near)
    prior = _prior(first)
    places, count = _padded(_everybody(prior) if choose is None else choose(prior))
    sums = _Sums(places)
    groups = _group_values(prepared, evidence, weights, first["pagerank"], places)
    steps = acquaintance(prepared, evidence, first["given newman"])
    for name, values in first.items():
        sums.put(name, values)
    first.clear()
    sums.put("prior", prior)
    feedback = feedback_weights(prepared, evidence, prior)
    rest = {name: weight for name, weight in weights.items() if name not in PRIOR_SUMS}
    rest |= zip(TWO_STEPS, (steps, steps * near, steps * evidence.programme), strict=True)
    rest |= {"feedback": feedback, "feedback relevance": feedback * near}
    sums.put_products(members, rest)
    led = {"led by programme": evidence.programme, "led by relevance": near, "led with lead": evidence.lead}
    sums.put_products(prepared.leads, led)
    surprise = {
        name: _surprise(weights[name], sums.chosen[name], prepared.popularity[places]) for name in SURPRISE
    }
    return Scores(
        places=places,
        count=count,
        sums={name: sums.chosen[name] for name in (*weights, *led, *TWO_STEPS, *PAGERANKS, *LATE)},
        largest=sums.largest,
        surprise=surprise,
        groups=groups,
        query=_query_features(prepared, evidence),
        prior=prior,
    )


def _everybody(prior: np.ndarray) -> list[np.ndarray]:
    return [np.arange(len(prior))] * prior.shape[1]


def _padded(chosen: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(m, b) places, filled up with 0, and (b,) how many of each column count."""
    count = np.array([len(places) for places in chosen])
    padded = np.zeros((int(count.max(initial=0)), len(chosen)), np.int64)
    for column, places in enumerate(chosen):
        padded[: len(places), column] = places
    return padded, count


def _pageranks(prepared: PreparedState, evidence: QueryEvidence, near: np.ndarray) -> dict[str, np.ndarray]:
    """Personalised PageRank, (n, b) each: from those on board, from members of near projects, and from both."""
    state, members = prepared.state, prepared.members
    down = 1.0 / np.maximum(state.size, 1.0)[:, None]
    on_board = personalised_pagerank(state.member, members, evidence.on_board.toarray())
    relevant = personalised_pagerank(state.member, members, members @ (near * down))
    nearest = personalised_pagerank(state.member, members, members @ (near**2 * down), restart=0.3, steps=4)
    mixed = 0.5 * on_board + 0.5 * relevant
    return dict(zip(PAGERANKS, (on_board, relevant, nearest, mixed), strict=True))


def _prior(sums: dict[str, np.ndarray]) -> np.ndarray:
    """The documented blend of normalised columns: subject, ties, ties of the same subject, PageRank from both."""
    return (
        0.4 * normalised_columns(sums["relevance"])
        + 0.3 * normalised_columns(sums["given newman"] + sums["given newman recent"])
        + 0.5 * normalised_columns(sums["given relevance"])
        + 2.0 * sums["pagerank mixed"]
    )


def _surprise(weight: np.ndarray, total: np.ndarray, count: np.ndarray) -> np.ndarray:
    """(total - k mean) / (sqrt(k) deviation) for organisations with k projects; `weight`: (p, b) of all projects."""
    mean = weight.mean(axis=0, keepdims=True)
    deviation = weight.std(axis=0, keepdims=True) + 1e-9
    score: np.ndarray = (total - count * mean) / (np.sqrt(np.maximum(count, 1.0)) * deviation)
    return score


def _group_values(
    prepared: PreparedState,
    evidence: QueryEvidence,
    weights: dict[str, np.ndarray],
    pagerank: np.ndarray,
    places: np.ndarray,
) -> dict[str, np.ndarray]:
    """What an organisation's country and kind say, (m, b): each group's value given to the candidates in it.

    A group's sum over its organisations of what their projects weigh is the sum over projects of what they weigh by
    how many of the group take part.
    """
    country, kind = prepared.by_country, prepared.by_kind
    of_country, of_kind = prepared.country_of[places], prepared.kind_of[places]
    on_board = (country @ evidence.on_board).toarray()
    own = prepared.tied.T @ (evidence.given * prepared.newman[:, None])
    lead = np.where(evidence.lead_place >= 0, prepared.country_of[evidence.lead_place], -1)

    def given(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return np.take_along_axis(values, rows, axis=0)

    return {
        "country by programme": given(normalised_columns(prepared.tied.T @ weights["programme"]), of_country),
        "country by relevance": given(normalised_columns(prepared.tied.T @ weights["relevance"]), of_country),
        "country by pagerank": given(normalised_columns(country @ pagerank), of_country),
        "country on board": given(on_board, of_country),
        "country affinity": given(prepared.affinity @ normalised_columns(on_board), of_country),
        "country of own projects": given(normalised_columns(own), of_country),
        "country of lead": (of_country == lead[None, :]).astype(np.float32),
        "kind by programme": given(normalised_columns(prepared.tied_kinds.T @ weights["programme"]), of_kind),
        "kind by relevance": given(normalised_columns(prepared.tied_kinds.T @ weights["relevance"]), of_kind),
        "kind on board": given((kind @ evidence.on_board).toarray(), of_kind),
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


def candidate_rows(prepared: PreparedState, scores: Scores, column: int) -> np.ndarray:
    """(k, f) float32: the features of the k candidates of one query of the batch."""
    count = int(scores.count[column])
    places = scores.places[:count, column]
    chosen = {name: values[:count, column] for name, values in scores.sums.items()}
    per_project = np.maximum(prepared.popularity[places], 1.0)
    columns = [values / scores.largest[name][column] for name, values in chosen.items()]
    columns += [chosen[name] for name in RAW]
    columns += [chosen[name] / per_project for name in PER_PROJECT]
    columns += [scores.surprise[name][:count, column] for name in SURPRISE]
    columns += [scores.groups[name][:count, column] for name in GROUPS]
    query = np.repeat(scores.query[column][None, :], count, axis=0)
    return np.concatenate(
        [np.stack(columns, axis=1), prepared.organisation_features[places], query], axis=1, dtype=np.float32
    )
