"""Why does an organisation stand where it stands? Its contributions as data: projects, ties, sentences, topics."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from data.model import OrganisationId, ProjectId
from embeddings.sentences import split_sentences
from matcher.ranking.evidence import Evidence, gather
from matcher.ranking.query import Query
from matcher.ranking.scorer import Scorer
from matcher.ranking.state import centred
from matcher.ranking.texts import Texts

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Contribution:
    """One piece of evidence for an organisation. `value` in [0, 1] unless said otherwise; larger is stronger.

    kind       project                            partner            sentence of the query  value
    tie        the project they shared            the one on board   None                   1 / (members - 1), Newman
    topic      its project of a related call      None               nearest to it          cosine of the topic codes
    text       its project nearest in meaning     None               nearest to it          cosine of the texts
    programme  None                               None               None                   share of its projects there
    standing   None                               None               None                   number of past projects
    profile    None                               None               nearest to its text    cosine of its own text
    beside     the project nearest to its text    None               nearest to it          cosine of these two

    The last two are said of organisations without history, the others of those with a history. A sentence is None
    where the query or the project has no text.
    """

    kind: str
    value: float
    project: ProjectId | None = None
    partner: OrganisationId | None = None
    sentence: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """What is known of it; `value` to four places."""
        known = {name: value for name, value in asdict(self).items() if value is not None}
        return {**known, "value": round(self.value, 4)}


@dataclass(frozen=True, slots=True, eq=False)
class Quotes:
    """The sentences of a query's text, to be quoted beside what they are nearest to."""

    sentences: tuple[str, ...]
    vectors: np.ndarray
    """(s, d) float32, less the state's centre, rows of length 1."""

    @classmethod
    def of(cls, text: str, texts: Texts, centre: np.ndarray) -> "Quotes":
        sentences = split_sentences(text)
        return cls(sentences, centred(texts.of(sentences), centre))

    def nearest(self, vector: np.ndarray) -> str | None:
        """The sentence nearest to a centred vector (d,), the first of equals; None without texts."""
        if not self.sentences or not vector.any() or not self.vectors.any():
            return None
        return self.sentences[int(np.argmax(self.vectors @ vector))]


def contributions(
    scorer: Scorer, query: Query, organisations: Sequence[OrganisationId], texts: Texts
) -> list[tuple[Contribution, ...]]:
    """What speaks for each organisation, strongest first within each kind; () where nothing is known of it."""
    state = scorer.prepared.state
    vector = texts.of([query.text])
    evidence = gather(state, [query], vector)
    quotes = Quotes.of(query.text, texts, state.centre)
    places = [state.places.get(organisation) for organisation in organisations]
    return [
        _without_history(scorer, organisation, vector, quotes)
        if place is None
        else _with_history(scorer, query, evidence, quotes, place)
        for organisation, place in zip(organisations, places, strict=True)
    ]


def _with_history(
    scorer: Scorer, query: Query, evidence: Evidence, quotes: Quotes, place: int
) -> tuple[Contribution, ...]:
    """What speaks for the organisation at `place` of the state."""
    state = scorer.prepared.state
    own = scorer.prepared.members[place].indices
    pieces = [*_ties(scorer, query, own, place)]
    for kind, column in (("topic", evidence.topic), ("text", np.maximum(evidence.meaning, evidence.words))):
        best = sorted(own, key=lambda project: (-column[project, 0], project))[:SHOWN]
        pieces += [
            Contribution(
                kind,
                float(column[project, 0]),
                project=ProjectId(str(state.projects[project])),
                sentence=quotes.nearest(state.vectors[project]),
            )
            for project in best
            if column[project, 0] > 0
        ]
    share = float((evidence.programme[own, 0] > 0).mean()) if len(own) else 0.0
    if share > 0:
        pieces.append(Contribution("programme", share))
    pieces.append(Contribution("standing", float(len(own))))
    return tuple(pieces)


def _ties(scorer: Scorer, query: Query, own: np.ndarray, place: int) -> list[Contribution]:
    """The projects shared with those on board, the smallest consortia first."""
    state = scorer.prepared.state
    ties = []
    for partner in query.on_board:
        other = state.places.get(partner)
        if other is None or other == place:
            continue
        shared = np.intersect1d(own, scorer.prepared.members[other].indices)
        ties += [
            Contribution(
                "tie",
                float(scorer.prepared.newman[project]),
                project=ProjectId(str(state.projects[project])),
                partner=partner,
            )
            for project in shared
        ]
    return sorted(ties, key=lambda tie: (-tie.value, tie.project or "", tie.partner or ""))[:SHOWN]


def _without_history(
    scorer: Scorer, organisation: OrganisationId, vector: np.ndarray, quotes: Quotes
) -> tuple[Contribution, ...]:
    """What speaks for an organisation without history: its own text, and the past projects that this is near to."""
    cold_start, state = scorer.cold_start, scorer.prepared.state
    rows = np.flatnonzero(cold_start.ids == organisation)
    if not len(rows):
        return ()
    own, near = cold_start.vectors[rows[0]], cold_start.nearest[rows[0]]
    profile = []
    if (fit := float(own @ centred(vector, state.centre)[0])) > 0:
        profile.append(Contribution("profile", fit, sentence=quotes.nearest(own)))
    best = sorted(zip(-near.data, near.indices, strict=True))[:SHOWN]
    return (
        *profile,
        *(
            Contribution(
                "beside",
                float(own @ state.vectors[project]),
                project=ProjectId(str(state.projects[project])),
                sentence=quotes.nearest(state.vectors[project]),
            )
            for _, project in best
        ),
    )
