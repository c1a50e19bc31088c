"""Where does a sentence end, in any EU language? And which sentence says it best?"""

import re
from typing import NamedTuple

import numpy as np

_END = re.compile(
    r"""
    # a stop with its closing quotes, then no small Latin letter
    (?<=[.!?…;:;·])["'”’»)\]]*\s+(?=(?:["'„“«‘(\[¿¡]\s?)*[^\W_a-zà-öø-ÿ])
    # a bullet inside a line
    | \s+(?=[•‣▪]\s)
    """,
    re.VERBOSE,
)
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:\w|\w\.\w|[A-ZÀ-Ž]\w{0,2}|bzw|etc|approx|resp|incl|inkl|evtl|env|ca|cca)\.$"
)
SHORTEST = 25
"""Characters; a shorter piece (a heading, an initial) joins its neighbour."""
LONGEST = 400
"""Characters; a longer piece is divided at commas, so that a quoted reason stays readable."""


class SentenceMatch(NamedTuple):
    """A sentence of a text and how well it fits. `similarity`: cosine in [-1, 1]."""

    text: str
    similarity: float


def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text in order, white space tidied; () for a blank text.

    Rules for no particular language: stops before a capital, a digit or a letter without case; abbreviations
    and initials do not end a sentence; a line break does.

    >>> split_sentences("Wir bauen z. B. Dr. Müllers Cloud aus. Sie läuft! Partner fehlen noch überall.")
    ('Wir bauen z. B. Dr. Müllers Cloud aus. Sie läuft!', 'Partner fehlen noch überall.')
    """
    sentences: list[str] = []
    open_end = False
    for line in text.splitlines():
        pieces = [piece.strip() for piece in _END.split(line) if piece and piece.strip()]
        for i, piece in enumerate(pieces):
            tidy = " ".join(piece.split())
            joins = (
                sentences and i > 0 and (open_end or len(sentences[-1]) < SHORTEST or len(tidy) < SHORTEST)
            )
            if joins:
                sentences[-1] += " " + tidy
            else:
                sentences.append(tidy)
            open_end = bool(_ABBREVIATED.search(tidy))
    return tuple(part for sentence in sentences for part in _divide(sentence))


def _divide(sentence: str) -> list[str]:
    if len(sentence) <= LONGEST:
        return [sentence]
    cuts = [match.end() for match in re.finditer(r"[,;]\s", sentence)]
    cut = min(cuts, key=lambda place: abs(place - len(sentence) // 2), default=0)
    if not SHORTEST <= cut <= len(sentence) - SHORTEST:
        return [sentence]
    return [*_divide(sentence[:cut].strip()), *_divide(sentence[cut:].strip())]


def best_of(
    sentences: tuple[str, ...], vectors: np.ndarray, aspects: np.ndarray
) -> tuple[SentenceMatch, ...]:
    """Return, for each row of `aspects` (m, d), the sentence whose row in `vectors` (n, d) is closest; n ≥ 1.

    All rows have length 1. The earlier sentence wins a tie.
    """
    similarities = aspects @ vectors.T
    best = np.argmax(similarities, axis=1)
    return tuple(SentenceMatch(sentences[j], float(similarities[i, j])) for i, j in enumerate(best))
