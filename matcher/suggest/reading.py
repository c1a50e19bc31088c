"""What does this outline ask for? Its vector, and its aspects: the different things that somebody must cover."""

import re
from dataclasses import dataclass

import numpy as np

from embeddings.search import TextSearch
from embeddings.sentences import split_sentences

MOST_ASPECTS = 8
SOUGHT_WEIGHT = 2.0
"""What is sought counts double: it names the gap that partners are to fill."""
SHORTEST_POINT = 12
"""Characters; a shorter piece of what is sought is no point of its own."""
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

    @property
    def weights(self) -> np.ndarray:
        """(a,) how much each aspect matters; they sum to 1."""
        return np.array([aspect.weight for aspect in self.aspects])


def read(
    text: str,
    search: TextSearch,
    *,
    seeks: str | None = None,
    needs: str | None = None,
    source: str | None = None,
) -> Reading:
    """Read an outline: whole text to one vector, its parts to at most MOST_ASPECTS distinct aspects.

    Aspects are what is sought, point by point, else the sentence nearest to the whole; then sentences that are
    relevant and different. `needs`: the part of the text in which aspects are looked for (None: all of it), so that
    what the owner offers is not taken for something to be found.
    """
    sought = _points(seeks) if seeks else []
    told = split_sentences(text if needs is None else needs)
    parts = [*sought, *(sentence for sentence in told if sentence not in sought)] or [text]
    whole, *rest = search.encode_all([text, *parts])  # in one go: the encoder takes several passes at once
    vectors = np.stack(rest)
    start = list(range(len(sought))) or [int(np.argmax(vectors @ whole))]
    chosen = _relevant_and_different(vectors, whole, start[:MOST_ASPECTS])
    weights = np.array([SOUGHT_WEIGHT if place < len(sought) else 1.0 for place in chosen])
    weights = weights / weights.sum()
    aspects = tuple(
        Aspect(f"aspect:{number}", parts[place], float(weight), sought=place < len(sought))
        for number, (place, weight) in enumerate(zip(chosen, weights, strict=True), start=1)
    )
    return Reading(text=text, vector=whole, source=source, aspects=aspects, aspect_vectors=vectors[chosen])


def _points(seeks: str) -> list[str]:
    """Divide what is sought into its points, at semicolons and commas; a short piece stays with the one before.

    >>> _points("Acoustic sensors, methods for uncertain data; two cities abroad, or more.")
    ['Acoustic sensors', 'methods for uncertain data', 'two cities abroad, or more.']
    """
    points: list[str] = []
    for piece in re.split(r"(?<=[,;\n])\s*", seeks.strip()):
        if points and len(piece) < SHORTEST_POINT:
            points[-1] += f" {piece}"
        elif piece:
            points.append(piece)
    said = (point.strip(",; \n\t") for point in points)
    return [point for point in said if point]


def _relevant_and_different(vectors: np.ndarray, whole: np.ndarray, start: list[int]) -> list[int]:
    """Return places of rows: `start`, then each time the row with the greatest marginal relevance; ties to the first.

    Marginal relevance is cosine to the whole text less the greatest cosine to a chosen row, half and half
    (Carbonell and Goldstein 1998), so that neither an aside nor a repetition becomes an aspect.
    """
    chosen = list(start)
    relevance = vectors @ whole
    closest = (vectors @ vectors[chosen].T).max(axis=1)
    while len(chosen) < MOST_ASPECTS:
        open_rows = [row for row in range(len(vectors)) if row not in chosen and closest[row] < SAME_ASPECT]
        if not open_rows:
            break
        best = max(open_rows, key=lambda row: (relevance[row] - closest[row], -row))
        chosen.append(best)
        closest = np.maximum(closest, vectors @ vectors[best])
    return chosen
