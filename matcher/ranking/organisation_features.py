"""What is known of an organisation, whoever asks? And a state with all that every query needs of it."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from matcher.ranking.state import KINDS, RankingState

RECENT_YEARS = 1.5
"""A project's weight falls to 1/e in this time where recent ones count more."""


@dataclass(frozen=True, slots=True, eq=False)
class PreparedState:
    """A state with what all queries need of it. n organisations, p projects."""

    state: RankingState
    members: sparse.csr_matrix
    leads: sparse.csr_matrix
    """(n, p) each, the transposes of `state.member` and `state.led` by rows."""
    popularity: np.ndarray
    """(n,) projects of each organisation."""
    recent: np.ndarray
    """(p,) exp(-age / 1.5 years)."""
    newman: np.ndarray
    """(p,) 1 / (members - 1): the weight of a tie from a project (Newman 2001)."""
    organisation_features: np.ndarray
    """(n, len(ORGANISATION_FEATURES)) float32."""
    by_country: sparse.csr_matrix
    by_kind: sparse.csr_matrix
    """(groups, n): 1 where the organisation is of the group; the last group is the unknown."""
    country_of: np.ndarray
    kind_of: np.ndarray
    """(n,) int: the row of the organisation's group in the two above."""
    affinity: np.ndarray
    """(countries + 1,) squared: Newman weight between two countries over its expectation."""
    tied: sparse.csr_matrix
    """(p, countries + 1): members by country."""
    tied_kinds: sparse.csr_matrix
    """(p, kinds + 1): members by kind."""


ORGANISATION_FEATURES = (
    "projects",
    "recent projects",
    "projects led",
    "share led",
    "projects of the last year",
    "share of the last year",
    "years since the newest",
    "years since the oldest",
    "mean size",
    "mean log size",
    "focus on few programmes",
    "partnerships",
    "partners' projects",
    "kind",
)


def prepare_state(state: RankingState) -> PreparedState:
    """All that depends on the state alone."""
    members = state.member.T.tocsr()
    popularity = np.asarray(state.member.sum(axis=0), np.float32).ravel()
    recent = np.exp(-state.age / RECENT_YEARS).astype(np.float32)
    newman = (1.0 / np.maximum(state.size - 1.0, 1.0)).astype(np.float32)
    by_country = _groups(state.country, len(state.countries))
    by_kind = _groups(state.kind, len(KINDS))
    tied = (state.member @ by_country.T).tocsr()
    return PreparedState(
        state=state,
        members=members,
        leads=state.led.T.tocsr(),
        popularity=popularity,
        recent=recent,
        newman=newman,
        organisation_features=_organisation_features(state, members, popularity, recent),
        by_country=by_country,
        by_kind=by_kind,
        country_of=np.where(state.country < 0, len(state.countries), state.country),
        kind_of=np.where(state.kind < 0, len(KINDS), state.kind),
        affinity=_affinity(tied, newman),
        tied=tied,
        tied_kinds=(state.member @ by_kind.T).tocsr(),
    )


def _groups(codes: np.ndarray, count: int) -> sparse.csr_matrix:
    """(count + 1, n) float32, 1 at each organisation's group; code -1 goes to the last."""
    rows = np.where(codes < 0, count, codes)
    columns = np.arange(len(codes))
    return sparse.csr_matrix(
        (np.ones(len(codes), np.float32), (rows, columns)), shape=(count + 1, len(codes))
    )


def _affinity(tied: sparse.csr_matrix, newman: np.ndarray) -> np.ndarray:
    """How much more often two countries meet than by chance: observed over expected Newman weight, (k, k)."""
    observed = (tied.T @ sparse.diags(newman) @ tied).toarray()
    total = observed.sum(axis=1) + 1.0
    ratio: np.ndarray = (observed / np.outer(total, total) * total.sum()).astype(np.float32)
    return ratio


def _organisation_features(
    state: RankingState, members: sparse.csr_matrix, popularity: np.ndarray, recent: np.ndarray
) -> np.ndarray:
    """(n, len(ORGANISATION_FEATURES)) float32, in the order of ORGANISATION_FEATURES."""
    count = len(state.organisations)
    at_least_one = np.maximum(popularity, 1.0)
    led = np.asarray(state.led.sum(axis=0)).ravel()
    last_year = members @ (state.age < 1.0).astype(np.float32)
    pairs = members.tocoo()
    newest = np.full(count, np.inf, np.float32)
    np.minimum.at(newest, pairs.row, state.age[pairs.col])
    oldest = np.zeros(count, np.float32)
    np.maximum.at(oldest, pairs.row, state.age[pairs.col])
    programmes = members @ state.programme
    focus = np.asarray(programmes.multiply(programmes).sum(axis=1)).ravel() / at_least_one**2
    mean_popularity = (state.member @ popularity) / np.maximum(state.size, 1.0)
    columns = (
        popularity,
        members @ recent,
        led,
        led / at_least_one,
        last_year,
        last_year / at_least_one,
        newest,
        oldest,
        (members @ state.size) / at_least_one,
        (members @ np.log(np.maximum(state.size, 1.0))) / at_least_one,
        focus,
        members @ (state.size - 1.0),
        (members @ mean_popularity) / at_least_one,
        state.kind,
    )
    return np.stack([np.asarray(column, np.float32) for column in columns], axis=1)
