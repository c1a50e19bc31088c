"""Which organisations could do this, on what evidence? Everyone in the store, with numbers; nobody is dropped."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from data.model import OrganisationId
from matcher.concurrency import submit
from matcher.needs.read import Need
from matcher.ranking.query import Query
from matcher.suggest.eligible import Eligible
from matcher.suggest.evidence import (
    OUTSIDE,
    STATED_ELSEWHERE,
    Channels,
    Nearness,
    answers,
    nearness,
    taken_in_turns,
)
from matcher.suggest.knowledge import Knowledge
from matcher.suggest.reading import Reading
from matcher.suggest.type_table import TypeTable

RECORD_LEARNED, RECORD_PRIOR = 0.5, 0.15
"""The ranking's share of the fit, as learned from many projects and where a short history only allows the prior."""
RECORD_ALONE = 0.95
"""Its share where it is learned and no need is stated: then the ranking decides."""
SAME_SUBJECT = 0.9
"""From this nearness on an own profile or outline is worth what it is near, whatever the ranking says: who wrote the
same and never took part anywhere is a partner."""
ANSWERING = 0.5
"""Share of the fit that the surest answer to a stated need gives: a second answer beats an old acquaintance."""
RANKED = 2000
"""So deep is the learned ranking read; further down it says nothing that matters."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """n organisations that could take part, with what they are worth for this outline. Scores are in [0, 1].

    `fit`: (n,), `text` and `record`, the latter with RECORD_LEARNED or RECORD_PRIOR as its share; `text`: (n,), the
    best of its texts against the outline; `record`: (n,), its place in the ranking; `aspects`: (n, a). `place`: (n,)
    that place, from 1; 0 for who is not ranked.
    """

    field: Eligible
    fit: np.ndarray
    text: np.ndarray
    record: np.ndarray
    aspects: np.ndarray
    place: np.ndarray

    @property
    def ids(self) -> tuple[OrganisationId, ...]:
        return self.field.ids

    @property
    def rows(self) -> Mapping[str, int]:
        """The ids' positions."""
        return self.field.rows

    def fit_of(self, organisation: OrganisationId) -> float:
        """Return one organisation's fit; KeyError where it is no candidate."""
        return float(self.fit[self.rows[organisation]])

    def unheard(self, organisation: OrganisationId) -> "Candidates":
        """The same, but this one covers nothing: who asks does not answer its own question."""
        aspects = self.aspects.copy()
        aspects[self.rows[organisation]] = 0
        return replace(self, aspects=aspects)

    def lacking(self, owner: OrganisationId | None, reading: Reading) -> "Candidates":
        """The same, but the outline's owner covers nothing of what it says it seeks."""
        sought = [column for column, aspect in enumerate(reading.aspects) if aspect.sought]
        if owner is None or owner not in self.rows or not sought:
            return self
        aspects = self.aspects.copy()
        aspects[self.rows[owner], sought] = 0.0
        return replace(self, aspects=aspects)

    def scores(self, reading: Reading) -> np.ndarray:
        """Return (n,) how good a partner each is: the mean of its fit and of what it covers of the aspects."""
        return (self.fit + self.aspects @ reading.weights) / 2 if reading.aspects else self.fit


def place_score(place: np.ndarray, last: int) -> np.ndarray:
    """Return 1 - log(place) / log(last): 1 for the first, 0 from place `last` on.

    >>> [round(float(score), 2) for score in place_score(np.array([1, 10, 100, 2000]), 2000)]
    [1.0, 0.7, 0.39, 0.0]
    """
    score: np.ndarray = np.clip(1 - np.log(place) / np.log(max(last, 2)), 0, 1)
    return score


def gather(
    reading: Reading,
    query: Query,
    knowledge: Knowledge,
    chosen: Eligible,
    *,
    own: str | None = None,
    within: frozenset[str] = frozenset(),
) -> Candidates:
    """Score every eligible organisation for an outline.

    `own`: the asker's country, which a need may exclude; `within`: the countries that the call is made for, if known.
    """
    vectors = np.vstack([reading.vector[None, :], reading.aspect_vectors])
    heard = submit(nearness, knowledge.text_profiles, vectors, but=reading.source)
    record, place = _record(query, knowledge)
    near = Nearness(*(part[chosen.places] for part in heard.result()))
    text = near.score[:, 0] * near.unusual[:, 0]
    learned = RECORD_LEARNED if reading.stated else RECORD_ALONE
    share = learned if knowledge.ranker.learns else RECORD_PRIOR
    fit = (1 - share) * text + share * record[chosen.places]
    aspects = _aspects(reading, near, knowledge.types, chosen, own, within)
    written = near.written[:, 0]
    fit = np.where(written >= SAME_SUBJECT, np.maximum(fit, written), fit)
    if reading.stated:
        fit = (1 - ANSWERING) * fit + ANSWERING * aspects.max(axis=1, initial=0.0)
    return Candidates(
        field=chosen,
        fit=np.clip(fit, 0, 1),  # float32 may round above 1
        text=text,
        record=record[chosen.places],
        aspects=aspects,
        place=place[chosen.places],
    )


def _aspects(
    reading: Reading,
    near: Nearness,
    table: TypeTable,
    chosen: Eligible,
    own: str | None,
    within: frozenset[str],
) -> np.ndarray:
    """(n, a) the probability that each organisation answers each aspect; those of one need are dealt out in turns."""
    result = np.zeros((len(chosen.ids), len(reading.aspects)), np.float32)
    worded = table.words.shared(reading.text)[chosen.places]
    nothing = np.zeros(len(chosen.ids), np.float32)
    column = 0
    while column < len(reading.aspects):
        need = reading.aspects[column].need or Need(id="", text="")
        turns = sum(aspect.need is need for aspect in reading.aspects)
        probability = answers(
            need,
            Channels(
                share=table.share(need.types)[chosen.places],
                near_need=near.unusual[:, column + 1],
                near_outline=near.unusual[:, 0],
                score=near.score[:, column + 1],
                score_outline=near.score[:, 0],
                worded_need=table.words.shared(need.text)[chosen.places] if need.id else nothing,
                worded_outline=worded,
            ),
            _place(need, chosen, own, within),
        )
        if turns > 1:
            different = need.where.different or need.where.abroad
            dealt = taken_in_turns(probability, chosen.facts.country, turns, different=different)
            result[:, column : column + turns] = dealt
        else:
            result[:, column] = probability
        column += max(turns, 1)
    return result


def _place(need: Need, chosen: Eligible, own: str | None, within: frozenset[str]) -> np.ndarray:
    """(n,) what each one's country leaves of its answer; an unknown country leaves all."""

    def left(country: str) -> float:
        if need.where.allows(country, own) is False:
            return STATED_ELSEWHERE
        return OUTSIDE if within and not need.where.countries and country not in within else 1.0

    by_country = np.array([*map(left, chosen.facts.countries), 1.0])
    place: np.ndarray = by_country[chosen.facts.country]  # -1, unknown, reads the last
    return place


def _record(query: Query, knowledge: Knowledge) -> tuple[np.ndarray, np.ndarray]:
    """(n,) place scores and (n,) places over the whole population; those who are on board already score as the first.

    Who has no score at all in the ranking has no place: it would only be that of its id.
    """
    text_profiles = knowledge.text_profiles
    record, place = np.zeros(len(text_profiles.ids)), np.zeros(len(text_profiles.ids), dtype=np.int64)
    (ranking,) = knowledge.ranker.rank([query], limit=RANKED)
    known = [(ident, score) for ident, score in ranking.ranked if ident not in knowledge.unknown]
    ranked = [text_profiles.places[organisation] for organisation, score in known if score > 0]
    place[ranked] = np.arange(1, len(ranked) + 1)
    last = min(RANKED, len(text_profiles.ids) - len(knowledge.unknown))
    record[ranked] = place_score(place[ranked], last)
    record[[text_profiles.places[member] for member in query.on_board if member in text_profiles.places]] = (
        1.0
    )
    return record, place
