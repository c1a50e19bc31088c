"""What does this outline ask for? Its vector, and its aspects: the different things that somebody must cover."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.model import Organisation
from embeddings.search import TextSearch
from matcher.needs.name_types import LIKELY, only_types
from matcher.needs.read import Need, Statements, numbered, read_statements
from matcher.suggest.type_table import types_of

MOST_ASPECTS = 8
MOST_TURNS = 4
"""Of one need, more are not told apart."""
WELCOME = 0.5
"""What a need weighs that is welcome, not needed; one that is needed weighs 1."""
SAME_ASPECT = 0.80
"""Sentences closer than this (cosine) say the same thing."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that the outline wants covered, in its own words."""

    id: str
    text: str
    weight: float
    sought: bool = False
    """Said to be sought: whoever asks does not have it."""
    need: Need | None = None
    """What is sought, where that is known; several aspects of one need ask for as many members."""
    turn: int = 0
    """Which of the several members it asks for, from 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """An outline as the matcher understands it.

    `source`: the entry it was read from, if the store holds it. `vector`: (d,) unit; `aspect_vectors`: (a, d) unit
    rows, in the order of `aspects`; weights sum to 1.
    """

    text: str
    vector: np.ndarray
    source: str | None
    aspects: tuple[Aspect, ...]
    aspect_vectors: np.ndarray
    statements: Statements | None = None

    @property
    def stated(self) -> bool:
        """Whether the outline says whom it seeks."""
        return self.statements is not None and bool(self.statements.stated)

    @property
    def weights(self) -> np.ndarray:
        """(a,) how much each aspect matters; they sum to 1."""
        return np.array([aspect.weight for aspect in self.aspects])


def understand(
    text: str,
    *,
    seeks: str | None = None,
    offers: str | None = None,
    author: Organisation | None = None,
    needs: Sequence[Need] | None = None,
) -> Statements:
    """Take an outline apart as its author means it.

    `author`: who asks, where known: what is derived from the work and the author is by name, kind or profile, nobody
    has to bring. `needs`: what is sought by the asker's own word, in place of what was read.
    """
    statements = read_statements(text, seeks=seeks, offers=offers)
    if needs is not None:
        return replace(statements, needs=numbered([_placed(need, text, seeks or "") for need in needs]))
    if author is None:
        return statements
    return statements.known_to_have({ground.type for ground in types_of(author) if ground.share >= LIKELY})


def _placed(need: Need, text: str, seeks: str) -> Need:
    """A need whose words stand in the outline, with their place there; blanks between words may differ."""
    words = r"\s+".join(map(re.escape, need.text.split()))
    for field, written in (("seeks", seeks), ("text", text)):
        if words and (match := re.search(words, written)):
            return replace(need, field=field, start=match.start(), end=match.end())
    return replace(need, field="need", start=0, end=len(need.text))


def read(
    text: str,
    search: TextSearch,
    *,
    outline: str | None = None,
    seeks: str | None = None,
    offers: str | None = None,
    source: str | None = None,
    statements: Statements | None = None,
) -> Reading:
    """Read an outline: whole text to one vector, what it seeks to aspects, one for each member that is sought.

    `text`: all of it, which gives the vector; `outline`: the part that is taken apart (None: all), beside what the
    record holds under `seeks` and `offers`, unless it is there already as `statements`. Where nobody is sought, aspects
    are the sentences about the work that are relevant and different, and the types of organisations that it speaks of.
    """
    if statements is None:
        statements = read_statements(text if outline is None else outline, seeks=seeks, offers=offers)
    needs = statements.needs
    work = [] if statements.stated else list(statements.topic) or [text]
    whole, *rest = search.encode_all([text, *(need.text for need in needs), *work])
    vectors = np.stack(rest) if rest else np.zeros((0, whole.size), np.float32)
    of_needs, of_work = vectors[: len(needs)], vectors[len(needs) :]
    for row, need in enumerate(needs):
        if only_types(need.text, need.types):  # "a university": for what the outline is about
            of_needs[row] = whole
    aspects = [aspect for need in needs for aspect in _turns(need)]
    rows = [needs.index(aspect.need) for aspect in aspects if aspect.need is not None]
    chosen = _relevant_and_different(of_work, whole, MOST_ASPECTS - len(aspects)) if work else []
    aspects += [Aspect(f"aspect:{number}", work[place], 1.0) for number, place in enumerate(chosen, start=1)]
    total = sum(aspect.weight for aspect in aspects)
    return Reading(
        text=text,
        vector=whole,
        source=source,
        aspects=tuple(replace(aspect, weight=aspect.weight / total) for aspect in aspects),
        aspect_vectors=np.vstack([of_needs[rows], of_work[chosen]]).astype(np.float32),
        statements=statements,
    )


def _turns(need: Need) -> list[Aspect]:
    """One aspect for each member that a need asks for, together of the need's weight."""
    number = min(need.number, MOST_TURNS)
    weight = (1.0 if need.must else WELCOME) / number
    return [
        Aspect(
            need.id if number == 1 else f"{need.id}.{turn + 1}",
            need.text,
            weight,
            not need.derived,
            need,
            turn,
        )
        for turn in range(number)
    ]


def _relevant_and_different(vectors: np.ndarray, whole: np.ndarray, most: int) -> list[int]:
    """Return `most` places of rows: the most relevant, then the greatest marginal relevance; ties to the first.

    Marginal relevance is cosine to the whole text less the greatest cosine to a chosen row, half and half
    (Carbonell and Goldstein 1998), so that neither an aside nor a repetition becomes an aspect.
    """
    relevance = vectors @ whole
    chosen = [int(np.argmax(relevance))]
    closest = (vectors @ vectors[chosen].T).max(axis=1)
    while len(chosen) < most:
        open_rows = [row for row in range(len(vectors)) if row not in chosen and closest[row] < SAME_ASPECT]
        if not open_rows:
            break
        best = max(open_rows, key=lambda row: (relevance[row] - closest[row], -row))
        chosen.append(best)
        closest = np.maximum(closest, vectors @ vectors[best])
    return chosen
