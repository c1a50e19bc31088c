"""Which records may be of one body, or one outline handed in twice? Pairs for a person to decide once, never a verdict.

Names are compared without case, accents, order and legal form; texts by what they share. Candidates come from the
cosine of character trigrams, weighed by tf-idf, inside one country; so tens of thousands of names take seconds.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from graph.names.name_words import FILLERS, LEGAL_FORMS
from graph.names.names import fold
from graph.names.ownership import Named

NEAR_NAME = 0.62
"""Cosine of trigrams from which two names are looked at word by word."""
NEAR_TEXT = 0.85
"""Cosine of the trigrams of two outlines from which one is probably handed in twice."""
SAME_WORD = 0.8
"""How like each other two words are at least (Ratcliff and Obershelp) that are one, misspelt or shortened."""
_SHORTENED = 3
_FEW = 300
"""Among so few names every pair is looked at."""
_UMLAUT = re.compile("([AOU])E")
"""As in MUELLER, whose accent was written as a letter."""
_ROMAN = frozenset({"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"})
_ROWS = 2_000


class Written(Protocol):
    """What is read of an outline."""

    @property
    def id(self) -> str: ...
    @property
    def call(self) -> str: ...
    @property
    def full_text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two records that may be of one thing. `a` < `b`; `similarity` in [0, 1]; `why` in words."""

    a: str
    b: str
    similarity: float
    why: str


def duplicate_names(records: Iterable[Named]) -> tuple[Duplicate, ...]:
    """Return pairs whose names are the same but for spelling, the most alike first, ties by ids.

    Two legal forms that differ, two numbers that differ and two countries that differ tell records apart.
    """
    named = sorted((record for record in records if record.name), key=lambda record: record.id)
    parts = [_Compared.of(record.name or "") for record in named]
    pairs = []
    for places in _by_country(named):
        texts = [" ".join(parts[place].words) for place in places]
        for i, j in _near(texts, NEAR_NAME):
            a, b = sorted((places[i], places[j]))
            if (alike := _compared(parts[a], parts[b])) is not None:
                pairs.append(Duplicate(named[a].id, named[b].id, *alike))
    return _in_order(pairs)


def duplicate_texts(outlines: Iterable[Written]) -> tuple[Duplicate, ...]:
    """Return pairs of outlines of one call whose words are nearly the same, the most alike first, ties by ids."""
    by_call: dict[str, list[Written]] = {}
    for outline in sorted(outlines, key=lambda outline: outline.id):
        by_call.setdefault(outline.call, []).append(outline)
    pairs = []
    for theirs in by_call.values():
        for i, j, similarity in _cosines([outline.full_text for outline in theirs], NEAR_TEXT):
            why = f"{similarity:.0%} of their words are the same"
            pairs.append(Duplicate(theirs[i].id, theirs[j].id, round(similarity, 3), why))
    return _in_order(pairs)


def _in_order(pairs: Iterable[Duplicate]) -> tuple[Duplicate, ...]:
    once = {(pair.a, pair.b): pair for pair in pairs}
    return tuple(sorted(once.values(), key=lambda pair: (-pair.similarity, pair.a, pair.b)))


@dataclass(frozen=True, slots=True)
class _Compared:
    words: tuple[str, ...]
    forms: frozenset[str]
    numbers: tuple[str, ...]

    @classmethod
    def of(cls, name: str) -> "_Compared":
        words = fold(name)
        kept = [word for word in words if word not in LEGAL_FORMS and word not in FILLERS]
        return cls(
            tuple(sorted(_UMLAUT.sub(r"\1", word) for word in kept or words)),
            frozenset(word for word in words if word in LEGAL_FORMS),
            tuple(word for word in words if word in _ROMAN or any(letter.isdigit() for letter in word)),
        )


def _by_country(named: Sequence[Named]) -> Iterator[list[int]]:
    """Yield places of records to be compared with one another: each country's with those of unknown country."""
    everywhere = [place for place, record in enumerate(named) if record.country is None]
    states: dict[str, list[int]] = {}
    for place, record in enumerate(named):
        if record.country is not None:
            states.setdefault(record.country, []).append(place)
    yield everywhere
    for theirs in states.values():
        yield theirs + everywhere


def _compared(a: _Compared, b: _Compared) -> tuple[float, str] | None:
    """Return how like two names are, and in what they differ; None where they are two bodies' names."""
    if a.numbers != b.numbers or (a.forms and b.forms and not a.forms & b.forms):
        return None
    if a.words == b.words:
        return 1.0, "their names are the same but for case, accents, order or legal form"
    only_a, only_b = list(a.words), list(b.words)
    for word in a.words:
        if word in only_b:
            only_a.remove(word)
            only_b.remove(word)
    if len(only_a) != len(only_b) or len(only_a) == len(a.words) > 1:
        return None
    ratios, changed = [], []
    for word in only_a:
        best = max(only_b, key=lambda other: _likeness(word, other))
        if (ratio := _likeness(word, best)) < SAME_WORD:
            return None
        only_b.remove(best)
        ratios.append(ratio)
        changed.append(f"{word} / {best}")
    share = (len(a.words) - len(ratios) + sum(ratios)) / len(a.words)
    return round(share, 3), f"their names differ only in {', '.join(changed)}"


def _likeness(one: str, other: str) -> float:
    short, long = sorted((one, other), key=len)
    if len(short) >= _SHORTENED and long.startswith(short):
        return max(SAME_WORD, len(short) / len(long))
    return (
        difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
        if min(len(one), len(other)) > 3
        else 0.0
    )


def _near(texts: Sequence[str], least: float) -> Iterator[tuple[int, int]]:
    if len(texts) <= _FEW:
        yield from combinations(range(len(texts)), 2)
    else:
        yield from ((i, j) for i, j, _ in _cosines(texts, least))


def _cosines(texts: Sequence[str], least: float) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs i < j whose trigrams' cosine under tf-idf is at least `least`, with it."""
    if len(texts) < 2 or not any(text.strip() for text in texts):
        return
    import numpy as np
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfVectorizer

    rows = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32).fit_transform(texts)
    columns = rows.T.tocsr()
    for start in range(0, len(texts), _ROWS):
        near = sparse.coo_array(rows[start : start + _ROWS] @ columns)
        chosen = (near.data >= least) & (near.row + start < near.col)
        for i, j, value in zip(near.row[chosen], near.col[chosen], near.data[chosen], strict=True):
            yield int(i) + start, int(j), min(1.0, float(value))
