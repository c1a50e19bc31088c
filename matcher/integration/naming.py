"""By which words is each stream known? Salient terms per language, cognates of several languages merged.

A term's weight is the log-odds ratio of its use in the stream against the other streams *of the same
language*, with an informative Dirichlet prior, as a z-score (Monroe, Colaresi, Quinn 2008, "Fightin' words").
Function words are used alike everywhere and score near 0, in every language and without a list of them. Words
that begin alike once accents are gone (Orchestrierung, orchestration, orchestrazione) are one concept; its
score is the sum over its languages.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.model import Outline

STEM = 6
"""Letters by which cognates are recognised."""
SHORTEST = 4
COMMON = 0.6
"""A word in more of its language's outlines than this part says nothing about a stream."""
PRIOR = 0.5
"""Weight of the whole language's use, beside a stream's own, per word of the vocabulary."""


@dataclass(frozen=True, slots=True)
class StreamTerm:
    """A salient concept: its word in the language that carries it most, all its words, and its score (z)."""

    word: str
    words: tuple[str, ...]
    languages: tuple[str, ...]
    score: float

    def as_dict(self) -> dict[str, object]:
        return {
            "term": self.word,
            "words": list(self.words),
            "languages": list(self.languages),
            "score": round(self.score, 2),
        }


def words(text: str) -> list[str]:
    """Words of at least SHORTEST letters, in lower case, in any script.

    >>> words("Edge-Orchestrierung für 5G-Netze")
    ['edge', 'orchestrierung', 'netze']
    """
    return [word for word in re.findall(r"[^\W\d_]+", text.lower()) if len(word) >= SHORTEST]


def stem(word: str) -> str:
    """The first STEM letters without accents; 'c' and 'k', 'z' and 's' count alike, as in many cognates.

    >>> stem("Orchestrierung") == stem("orquestación")
    False
    >>> stem("Sécurité"), stem("seguridad"), stem("security")
    ('sekuri', 'seguri', 'sekuri')
    """
    bare = "".join(c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c))
    return bare.translate(str.maketrans("czw", "ksv"))[:STEM]


def _salience(used: list[Counter[str]], spread: Counter[str], outlines: int) -> list[dict[str, float]]:
    """For each stream the z-score of every word of one language; `spread` counts the outlines with the
    word."""
    whole = sum(used, Counter[str]())
    total = sum(whole.values())
    prior = {word: PRIOR * len(whole) * count / total for word, count in whole.items()}
    base = sum(prior.values())
    scores: list[dict[str, float]] = []
    for here in used:
        size = sum(here.values())
        found: dict[str, float] = {}
        for word, count in here.items():
            if outlines >= 5 and spread[word] > COMMON * outlines:
                continue
            a = prior[word]
            rest, rest_size = whole[word] - count, total - size
            inside = np.log((count + a) / (size + base - count - a + PRIOR))
            outside = np.log((rest + a) / (rest_size + base - rest - a + PRIOR))
            found[word] = float((inside - outside) / np.sqrt(1 / (count + a) + 1 / (rest + a)))
        scores.append(found)
    return scores


def terms(
    outlines: Sequence[Outline], assigned: np.ndarray, count: int, *, limit: int = 8
) -> list[list[StreamTerm]]:
    """Return for each of `count` streams its most salient terms, best first, ties by word.

    A concept counts where at least two of the stream's outlines use it, or where the stream has only one
    outline.
    """
    texts = [words(outline.full_text) for outline in outlines]
    by_language: defaultdict[str, list[int]] = defaultdict(list)
    for i, outline in enumerate(outlines):
        by_language[outline.language or ""].append(i)
    concepts: list[defaultdict[str, dict[tuple[str, str], float]]] = [defaultdict(dict) for _ in range(count)]
    bearers: list[defaultdict[str, set[int]]] = [defaultdict(set) for _ in range(count)]
    for language, members in sorted(by_language.items()):
        used = [Counter(w for i in members if assigned[i] == s for w in texts[i]) for s in range(count)]
        spread = Counter(word for i in members for word in set(texts[i]))
        for s, scores in enumerate(_salience(used, spread, len(members))):
            for word, score in scores.items():
                if score > 0:
                    concepts[s][stem(word)][(language, word)] = score
        for i in members:
            for word in texts[i]:
                bearers[assigned[i]][stem(word)].add(i)
    sizes = np.bincount(assigned, minlength=count)
    named = []
    for s in range(count):
        needed = min(2, int(sizes[s]))
        found = [_concept(parts) for root, parts in concepts[s].items() if len(bearers[s][root]) >= needed]
        named.append(sorted(found, key=lambda term: (-term.score, term.word))[:limit])
    return named


def _concept(parts: dict[tuple[str, str], float]) -> StreamTerm:
    """One concept from its words' scores by (language, word): one word's forms in a language count once, the
    best."""
    best: dict[str, float] = {}
    for (language, _), score in parts.items():
        best[language] = max(best.get(language, 0.0), score)
    (_, word), _ = max(parts.items(), key=lambda item: (item[1], item[0]))
    told = sorted({w for _, w in parts}, key=lambda w: (-max(v for (_, x), v in parts.items() if x == w), w))
    return StreamTerm(word, tuple(told[:5]), tuple(sorted(best)), float(sum(best.values())))


def title(found: Sequence[StreamTerm], number: int) -> str:
    """The first three terms, capitalised; "Stream 2" where the texts have none."""
    return ", ".join(term.word.capitalize() for term in found[:3]) or f"Stream {number}"
