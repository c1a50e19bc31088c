"""What is known of each organisation for each query? The ranker's features, as sparse products over a state."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from matcher.ranking.evidence import Evidence
from matcher.ranking.organisation_features import STANDING, Prepared
from matcher.ranking.pagerank import column_shares, personalised_pagerank
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
"""Sums of votes that also enter as they are; all of them enter relative to the query's largest."""
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
    "feedback_weights",
    "two steps",
)
"""Sums that also enter divided by the organisation's number of projects."""
SURPRISE = ("relevance", "programme", "meaning^3", "mixed rank", "own topic all")
"""Votes that also enter as a z-score: more than an organisation with so many projects gets by chance."""
GROUPS = (
    "country by programme",
    "country by relevance",
    "country by personalised_pagerank",
    "country on board",
    "country affinity",
    "country of own projects",
    "country of lead",
    "kind by programme",
    "kind by relevance",
    "kind on board",
)
QUESTION = (
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
    question: np.ndarray
    """(b, len(QUESTION)) float32."""
    prior: np.ndarray
    """The fixed blend: a score for all, the one used where nothing was learned."""


def score_all(prepared: Prepared, evidence: Evidence) -> Scores:
    """Sum the votes of all past projects for their members, personalised_pagerank, and blend."""
    state, members = prepared.state, prepared.members
    near = relevance(evidence)
    votes = {**subject_weights(prepared, evidence), **tie_weights(prepared, evidence)}
    sums = _summed(members, votes)
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
        state.member, members, members @ (near**2 * down), back=0.3, steps=4
    )
    sums["pagerank mixed"] = 0.5 * sums["pagerank"] + 0.5 * sums["pagerank by relevance"]
    prior = _prior(sums)
    heard = feedback_weights(prepared, evidence, prior)
    sums["prior"] = prior
    sums["feedback_weights"] = members @ heard
    sums["feedback_weights relevance"] = members @ (heard * near)
    return Scores(
        sums=sums,
        largest={name: np.maximum(values.max(axis=0), 1e-12) for name, values in sums.items()},
        surprise={name: _surprise(prepared, votes[name], sums[name]) for name in SURPRISE},
        groups=_groups(prepared, evidence, sums),
        question=_question(prepared, evidence),
        prior=prior,
    )


def _summed(members: sparse.csr_matrix, votes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """(n, b) for each vote (p, b): its sum over each organisation's projects. Where nobody votes it is zero."""
    cast = {name: np.asarray(weights, np.float32) for name, weights in votes.items() if weights.any()}
    silent = np.zeros((members.shape[0], next(iter(votes.values())).shape[1]), np.float32)
    if not cast:
        return dict.fromkeys(votes, silent)
    stacked = np.asfortranarray(members @ np.concatenate(list(cast.values()), axis=1))
    sums = dict(zip(cast, np.split(stacked, len(cast), axis=1), strict=True))  # each is read by itself
    return {name: sums.get(name, silent) for name in votes}


def _prior(sums: dict[str, np.ndarray]) -> np.ndarray:
    """The documented blend of shares: subject, ties, ties of the same subject, and the PageRank from both."""
    return (
        0.4 * column_shares(sums["relevance"])
        + 0.3 * column_shares(sums["given newman"] + sums["given newman recent"])
        + 0.5 * column_shares(sums["given relevance"])
        + 2.0 * sums["pagerank mixed"]
    )


def _surprise(prepared: Prepared, weight: np.ndarray, total: np.ndarray) -> np.ndarray:
    """(total - k mean) / (sqrt(k) deviation) for an organisation with k projects."""
    mean = weight.mean(axis=0, keepdims=True)
    deviation = weight.std(axis=0, keepdims=True) + 1e-9
    count = prepared.popularity[:, None]
    return (total - count * mean) / (np.sqrt(np.maximum(count, 1.0)) * deviation)


def _groups(prepared: Prepared, evidence: Evidence, sums: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What an organisation's country and kind say, each group's value given to its members."""
    country, kind = prepared.by_country, prepared.by_kind
    of_country, of_kind = prepared.country_of, prepared.kind_of
    on_board = (country @ evidence.on_board).toarray()
    own = prepared.tied.T @ (evidence.given * prepared.newman[:, None])
    lead = np.where(evidence.lead_place >= 0, of_country[evidence.lead_place], -1)
    return {
        "country by programme": column_shares(country @ sums["programme"])[of_country],
        "country by relevance": column_shares(country @ sums["relevance"])[of_country],
        "country by personalised_pagerank": column_shares(country @ sums["pagerank"])[of_country],
        "country on board": on_board[of_country],
        "country affinity": (prepared.affinity @ column_shares(on_board))[of_country],
        "country of own projects": column_shares(own)[of_country],
        "country of lead": (of_country[:, None] == lead[None, :]).astype(np.float32),
        "kind by programme": column_shares(kind @ sums["programme"])[of_kind],
        "kind by relevance": column_shares(kind @ sums["relevance"])[of_kind],
        "kind on board": (kind @ evidence.on_board).toarray()[of_kind],
    }


def _question(prepared: Prepared, evidence: Evidence) -> np.ndarray:
    """(b, len(QUESTION)) float32; what the lead did is NaN where there is none that the state knows."""
    lead = np.where(
        evidence.lead_place[:, None] >= 0, prepared.standing[evidence.lead_place, :5], np.float32(np.nan)
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
        *STANDING,
        *(f"query: {name}" for name in QUESTION),
    )


def candidate_rows(prepared: Prepared, scores: Scores, column: int, places: np.ndarray) -> np.ndarray:
    """(len(places), f) float32: the features of the organisations at `places` for one query of the batch."""
    sums = scores.sums
    chosen = {name: values[places, column] for name, values in sums.items()}
    per_project = np.maximum(prepared.popularity[places], 1.0)
    columns = [chosen[name] / scores.largest[name][column] for name in sums]
    columns += [chosen[name] for name in RAW]
    columns += [chosen[name] / per_project for name in PER_PROJECT]
    columns += [scores.surprise[name][places, column] for name in SURPRISE]
    columns += [scores.groups[name][places, column] for name in GROUPS]
    question = np.repeat(scores.question[column][None, :], len(places), axis=0)
    return np.concatenate(
        [np.stack(columns, axis=1), prepared.standing[places], question], axis=1, dtype=np.float32
    )
