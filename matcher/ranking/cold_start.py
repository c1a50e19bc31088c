"""How likely is an organisation without any past project a partner? As likely as those who did what it writes about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from matcher.ranking.organisation_features import PreparedState
from matcher.ranking.query import Query
from matcher.ranking.scored import Scored
from matcher.ranking.state import centred

NEAREST = 60
"""Past projects that a profile is taken to stand beside."""
COUNTRY_POWER = 0.25
"""How far the odds follow the share of the query's likely partners that the organisation's country holds."""
ROWS_AT_ONCE = 512
SMALL_COUNTRY = 20
"""A country with fewer organisations than this counts as if it had so many: a rate of few says little."""
LIFT, LIFT_POWER, LIFT_MOST = 64.0, 0.4, 20.0
"""Probabilities are raised by 64 / m^0.4 for m organisations without history, at least 1 and at most 20: whoever
writes down what it offers is looking for partners, and the fewer do, the more each of them stands out from those who
never would."""
TEXT_ALONE = 1e-6
"""What the cosine of profile and query text adds: it orders those of whose subject no past project tells."""


@dataclass(frozen=True, slots=True, eq=False)
class ColdStart:
    """Organisations without history that have a text; m of them."""

    prepared: PreparedState
    ids: np.ndarray
    """(m,) str, sorted."""
    vectors: np.ndarray
    """(m, d) float32, less the state's centre, rows of length 1."""
    beside: sparse.csr_matrix
    """(m, p): cosine^3 to the nearest past projects; 0 elsewhere."""
    country_of: np.ndarray
    """(m,) int: row of its country in `prepared.by_country`."""

    @classmethod
    def of(
        cls,
        prepared: PreparedState,
        profiles: Mapping[str, np.ndarray],
        countries: Mapping[str, str | None] | None = None,
    ) -> "ColdStart":
        """Those with a profile vector whom the state has not seen. `countries`: organisation id -> ISO code."""
        state = prepared.state
        ids = sorted(ident for ident in profiles if ident not in state.places)
        raw = np.array([profiles[ident] for ident in ids], np.float32)
        vectors = centred(raw.reshape(len(ids), state.vectors.shape[1]), state.centre)
        places = {country: place for place, country in enumerate(state.countries)}
        seats = countries or {}
        return cls(
            prepared=prepared,
            ids=np.array(ids, dtype=object),
            vectors=vectors,
            beside=_beside(vectors, state.vectors),
            country_of=np.array([places.get(seats.get(ident) or "", len(places)) for ident in ids], int),
        )

    def following(
        self,
        profiles: Mapping[str, np.ndarray],
        changed: Collection[str],
        countries: Mapping[str, str | None] | None = None,
    ) -> "ColdStart":
        """The same at the same moment, but the `changed` have other `profiles`, or none where it has none of them."""
        stay = np.array([ident not in changed for ident in self.ids], dtype=bool)
        fresh = ColdStart.of(self.prepared, profiles, countries)
        if stay.all() and not len(fresh.ids):
            return self
        ids = np.concatenate([self.ids[stay], fresh.ids])
        order = np.argsort(ids, kind="stable")
        return ColdStart(
            prepared=self.prepared,
            ids=ids[order],
            vectors=np.concatenate([self.vectors[stay], fresh.vectors])[order],
            beside=sparse.vstack([self.beside[stay], fresh.beside], format="csr")[order],
            country_of=np.concatenate([self.country_of[stay], fresh.country_of])[order],
        )

    def score(
        self,
        vectors: np.ndarray,
        experienced: Sequence[tuple[np.ndarray, np.ndarray]],
        queries: Sequence[Query],
        *,
        lifted: bool,
    ) -> list[Scored]:
        """Probabilities on the scale of those with a history, of the same query; nobody who is on board.

        `experienced`: (positions, probabilities) of the organisations with a history. With near = cosine^3 to the
        nearest past projects j and their members o, P_o the probability of o and k_o its number of past projects,

            p = lift * (country rate)^(1/4) * sum_j near_j sum_o P_o / k_o  /  sum_j near_j sum_o 1 / k_o:

        what one project of its kind is worth to those who had it, since one text is all that is known of it.
        `lifted`: the probabilities were learned; else they are normalised values of the prior, and lift is 1.
        Country rate: mean P of its country's organisations over the mean of all, from 0.05 to 20; 1 if unknown.
        """
        if not len(self.ids):
            return [_scored(self.ids, np.zeros(0))] * len(queries)
        chances = np.zeros((len(self.prepared.popularity), len(queries)))
        for column, (places, probability) in enumerate(experienced):
            chances[places, column] = probability
        fit = self._inherited(chances) * self._country_factor(chances) + TEXT_ALONE * self._text(vectors)
        lift = min(max(LIFT / len(self.ids) ** LIFT_POWER, 1.0), LIFT_MOST) if lifted else 1.0
        raised = np.minimum(lift * fit, 1.0)
        absent = [~np.isin(self.ids, query.on_board) for query in queries]
        return [_scored(self.ids[rows], raised[rows, column]) for column, rows in enumerate(absent)]

    def _inherited(self, chances: np.ndarray) -> np.ndarray:
        """(m, b): the mean over the nearest projects of what each is worth to its members."""
        member, projects = self.prepared.state.member, np.maximum(self.prepared.popularity, 1.0)
        worth: np.ndarray = self.beside @ (member @ (chances / projects[:, None]))
        weight = self.beside @ (member @ (1.0 / projects))
        mean: np.ndarray = np.divide(
            worth, weight[:, None], out=np.zeros_like(worth), where=weight[:, None] > 0
        )
        return mean

    def _country_factor(self, chances: np.ndarray) -> np.ndarray:
        """(m, b): the rate of each organisation's country, to the power of COUNTRY_POWER."""
        by_country = self.prepared.by_country
        size = np.maximum(np.asarray(by_country.sum(axis=1)).ravel(), SMALL_COUNTRY)
        rate = (by_country @ chances) / size[:, None] / np.maximum(chances.mean(axis=0), 1e-12)
        rate[-1] = 1.0  # a country that is unknown says nothing
        factor: np.ndarray = np.clip(rate, 0.05, 20.0)[self.country_of] ** COUNTRY_POWER
        return factor

    def _text(self, vectors: np.ndarray) -> np.ndarray:
        """(m, b): cosine of profile and query text, from 0 up."""
        cosine: np.ndarray = np.maximum(self.vectors @ centred(vectors, self.prepared.state.centre).T, 0.0)
        return cosine


def by_text_alone(profiles: Mapping[str, np.ndarray], vector: np.ndarray, query: Query) -> Scored:
    """Where no project is known at all: cosine of profile and query text (d,), from 0 up; nobody who is on board."""
    ids = sorted(ident for ident in profiles if ident not in query.on_board)
    rows = np.array([profiles[ident] for ident in ids], np.float32).reshape(len(ids), len(vector))
    return _scored(np.array(ids, dtype=object), np.clip(rows @ vector, 0.0, 1.0))


def _scored(ids: np.ndarray, probability: np.ndarray) -> Scored:
    """The answer for organisations without any past project."""
    return Scored(ids, probability, np.zeros(len(ids), np.float32))


def _beside(vectors: np.ndarray, projects: np.ndarray) -> sparse.csr_matrix:
    """(m, p): see `ColdStart.beside`; some rows at a time, since all at once would fill the memory."""
    parts = [
        _nearest(np.maximum(vectors[begin : begin + ROWS_AT_ONCE] @ projects.T, 0.0) ** 3)
        for begin in range(0, len(vectors), ROWS_AT_ONCE)
    ]
    return (
        sparse.vstack(parts, format="csr")
        if parts
        else sparse.csr_matrix((0, len(projects)), dtype=np.float32)
    )


def _nearest(nearness: np.ndarray) -> sparse.csr_matrix:
    """Keep the NEAREST largest of each row (more where they are equal)."""
    if nearness.shape[1] > NEAREST and len(nearness):
        bar = np.partition(nearness, nearness.shape[1] - NEAREST, axis=1)[:, [nearness.shape[1] - NEAREST]]
        nearness = np.where(nearness >= bar, nearness, 0.0)
    return sparse.csr_matrix(nearness)
