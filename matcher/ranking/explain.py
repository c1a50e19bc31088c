"""Why does an organisation stand where it stands? Its contributions as data: projects, ties, sentences, topics."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.model import OrganisationId, ProjectId
from embeddings.sentences import split_sentences
from matcher.ranking.evidence import QueryEvidence, gather
from matcher.ranking.query import Contribution, Query
from matcher.ranking.scorer import Scorer
from matcher.ranking.state import centred
from matcher.ranking.texts import Texts

SHOWN = 5


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
    scorer: Scorer, query: Query, evidence: QueryEvidence, quotes: Quotes, place: int
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
    own, near = cold_start.vectors[rows[0]], cold_start.beside[rows[0]]
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
