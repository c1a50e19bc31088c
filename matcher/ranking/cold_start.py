"""How likely is an organisation a partner that has no past project? As likely as those who did what it writes about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from matcher.ranking.organisation_features import Prepared
from matcher.ranking.query import Query
from matcher.ranking.scored import Scored
from matcher.ranking.state import centred

NEAREST = 60
"""Past projects that a profile is taken to stand beside."""
COUNTRY_POWER = 0.25
"""How far the odds follow the share of the query's likely partners that the newcomer's country holds."""
SMALL_COUNTRY = 20
"""A country with fewer organisations than this counts as if it had so many: a rate of few says little."""
LIFT, LIFT_POWER, LIFT_MOST = 64.0, 0.4, 20.0
"""Odds are raised by 64 / m^0.4 for m newcomers, at least 1 and at most 20: whoever writes down what it offers is
looking for partners, and the fewer do, the more each of them stands out from those who never would."""
TEXT_ALONE = 1e-6
"""What the cosine of profile and query text adds: it orders those of whose subject no past project tells."""


@dataclass(frozen=True, slots=True, eq=False)
class ColdStart:
    """Organisations without history that have a text, at one moment; m of them."""

    prepared: Prepared
    ids: np.ndarray
    """(m,) str, sorted."""
    vectors: np.ndarray
    """(m, d) float32, less the state's centre, rows of length 1."""
    beside: sparse.csr_matrix
    """(m, p): how near the nearest past projects are, cosine^3; 0 elsewhere."""
    country_of: np.ndarray
    """(m,) int: row of its country in `prepared.by_country`."""

    @classmethod
    def of(
        cls,
        prepared: Prepared,
        profiles: Mapping[str, np.ndarray],
        countries: Mapping[str, str | None] | None = None,
    ) -> "ColdStart":
        """Those with a profile vector whom the state has not seen. `countries`: organisation id -> ISO code."""
        state = prepared.state
        ids = sorted(each for each in profiles if each not in state.places)
        raw = np.array([profiles[each] for each in ids], np.float32)
        vectors = centred(raw.reshape(len(ids), state.vectors.shape[1]), state.centre)
        places = {country: place for place, country in enumerate(state.countries)}
        known = countries or {}
        return cls(
            prepared=prepared,
            ids=np.array(ids, dtype=object),
            vectors=vectors,
            beside=_nearest(np.maximum(vectors @ state.vectors.T, 0.0) ** 3),
            country_of=np.array([places.get(known.get(each) or "", len(places)) for each in ids], int),
        )

    def judge(
        self,
        vectors: np.ndarray,
        known: Sequence[tuple[np.ndarray, np.ndarray]],
        queries: Sequence[Query],
        *,
        lifted: bool,
    ) -> list[Scored]:
        """Probabilities on the scale of the known organisations' of the same query; nobody who is on board.

        `known`: (positions, probabilities) of the organisations with a history. With near = cosine^3 to the nearest
        past projects j and their members o, P_o the probability of o and k_o its number of past projects,

            p = lift * (country rate)^(1/4) * sum_j near_j sum_o P_o / k_o  /  sum_j near_j sum_o 1 / k_o:

        what one project of its kind is worth to those who had it, since a newcomer has one text and no other merit.
        `lifted`: the chances are probabilities that were learned; else they are shares of the prior, and lift is 1.
        Country rate: mean P of its country's organisations over the mean of all, from 0.05 to 20; 1 if unknown.
        """
        if not len(self.ids):
            return [_judged(self.ids, np.zeros(0))] * len(queries)
        chance = np.zeros((len(self.prepared.popularity), len(queries)))
        for column, (places, probability) in enumerate(known):
            chance[places, column] = probability
        fit = self._inherited(chance) * self._country(chance) + TEXT_ALONE * self._text(vectors)
        lift = min(max(LIFT / len(self.ids) ** LIFT_POWER, 1.0), LIFT_MOST) if lifted else 1.0
        raised = np.minimum(lift * fit, 1.0)
        kept = [~np.isin(self.ids, query.on_board) for query in queries]
        return [_judged(self.ids[stay], raised[stay, column]) for column, stay in enumerate(kept)]

    def _inherited(self, chance: np.ndarray) -> np.ndarray:
        """(m, b): the mean over the projects beside, of what each project is worth to its members."""
        member, projects = self.prepared.state.member, np.maximum(self.prepared.popularity, 1.0)
        worth = self.beside @ (member @ (chance / projects[:, None]))
        weight = self.beside @ (member @ (1.0 / projects))
        return np.divide(worth, weight[:, None], out=np.zeros_like(worth), where=weight[:, None] > 0)

    def _country(self, chance: np.ndarray) -> np.ndarray:
        """(m, b): the rate of each newcomer's country, to the power of COUNTRY_POWER."""
        by_country = self.prepared.by_country
        size = np.maximum(np.asarray(by_country.sum(axis=1)).ravel(), SMALL_COUNTRY)
        rate = (by_country @ chance) / size[:, None] / np.maximum(chance.mean(axis=0), 1e-12)
        rate[-1] = 1.0  # a country that is unknown says nothing
        return np.clip(rate, 0.05, 20.0)[self.country_of] ** COUNTRY_POWER

    def _text(self, vectors: np.ndarray) -> np.ndarray:
        """(m, b): cosine of profile and query text, from 0 up."""
        return np.maximum(self.vectors @ centred(vectors, self.prepared.state.centre).T, 0.0)


def by_text_alone(profiles: Mapping[str, np.ndarray], vector: np.ndarray, query: Query) -> Scored:
    """Where no project is known at all: cosine of profile and query text (d,), from 0 up; nobody who is on board."""
    ids = sorted(each for each in profiles if each not in query.on_board)
    rows = np.array([profiles[each] for each in ids], np.float32).reshape(len(ids), len(vector))
    return _judged(np.array(ids, dtype=object), np.clip(rows @ vector, 0.0, 1.0))


def _judged(ids: np.ndarray, probability: np.ndarray) -> Scored:
    """The answer for organisations without any past project."""
    return Scored(ids, probability, np.zeros(len(ids), np.float32))


def _nearest(near: np.ndarray) -> sparse.csr_matrix:
    """Keep the NEAREST largest of each row (more where they are equal)."""
    if near.shape[1] > NEAREST and len(near):
        bar = np.partition(near, near.shape[1] - NEAREST, axis=1)[:, [near.shape[1] - NEAREST]]
        near = np.where(near >= bar, near, 0.0)
    return sparse.csr_matrix(near)
