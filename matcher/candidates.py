"""Which organisations could do this, on what evidence? Everyone in the store, with numbers; nobody is dropped."""

from dataclasses import dataclass

import numpy as np

from data.model import OrganisationId
from matcher.knowledge import Knowledge
from matcher.ranking.query import Query
from matcher.reading import Reading

RANKED = 2000
"""So deep is the learned ranking read; further down it says nothing that matters."""
NEWCOMER_PROJECTS = 2
"""With at most so many past projects an organisation still counts as half a newcomer."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """n organisations that could take part. Scores are in [0, 1].

    `places`: (n,) positions in the roster; `fit`: (n,), mean of `text` and `record`; `text`: (n,), the best of its
    texts against the outline; `record`: (n,), its place in the learned ranking; `aspects`: (n, a).
    """

    places: np.ndarray
    ids: tuple[OrganisationId, ...]
    fit: np.ndarray
    text: np.ndarray
    record: np.ndarray
    aspects: np.ndarray
    newcomer: np.ndarray
    widening: np.ndarray
    rows: dict[OrganisationId, int]
    """The ids' positions."""

    def fit_of(self, organisation: OrganisationId) -> float:
        """Return one organisation's fit; KeyError where it is no candidate."""
        return float(self.fit[self.rows[organisation]])

    def scores(self, reading: Reading) -> np.ndarray:
        """Return (n,) how good a partner each is: the mean of its fit and of what it covers of the aspects."""
        return (self.fit + self.aspects @ reading.weights) / 2 if reading.aspects else self.fit


def place_score(place: np.ndarray) -> np.ndarray:
    """Return 1 - log(place) / log(RANKED): 1 for the first, 0 from place RANKED on.

    >>> [round(float(score), 2) for score in place_score(np.array([1, 10, 100, 2000]))]
    [1.0, 0.7, 0.39, 0.0]
    """
    return np.clip(1 - np.log(place) / np.log(RANKED), 0, 1)


def gather(reading: Reading, query: Query, knowledge: Knowledge, *, fictional: bool) -> Candidates:
    """Score every organisation for an outline; real calls get real organisations, fictional calls fictional ones."""
    roster = knowledge.roster
    places = np.flatnonzero(knowledge.fictional == fictional)
    scores = roster.scores(np.vstack([reading.vector[None, :], reading.aspect_vectors]), but=reading.source)[
        places
    ]
    record = _record(query, knowledge)[places]
    projects = roster.projects[places]
    newcomer = np.where(projects == 0, 1.0, np.where(projects <= NEWCOMER_PROJECTS, 0.5, 0.0))
    ids = tuple(roster.ids[place] for place in places)
    return Candidates(
        places=places,
        ids=ids,
        rows={ident: row for row, ident in enumerate(ids)},
        fit=(scores[:, 0] + record) / 2,
        text=scores[:, 0],
        record=record,
        aspects=scores[:, 1:],
        newcomer=newcomer,
        widening=knowledge.widening[places],
    )


def _record(query: Query, knowledge: Knowledge) -> np.ndarray:
    """(n,) place scores over the whole roster; those who are on board already count as first."""
    roster = knowledge.roster
    record = np.zeros(len(roster.ids))
    (ranking,) = knowledge.ranker.rank([query], limit=RANKED)
    ranked = [roster.places[organisation] for organisation, _ in ranking.ranked]
    record[ranked] = place_score(np.arange(1, len(ranked) + 1))
    record[[roster.places[each] for each in query.on_board if each in roster.places]] = 1.0
    return record
