"""By which words is each stream known? Salient terms per language, cognates of several languages merged.

A concept's score says how many more of the stream's outlines use it than chance would have it, given each language's
outlines: the Cochran-Mantel-Haenszel statistic (Mantel, Haenszel 1959), the languages as strata,

    z = (O - E) / sqrt(V + 1),   O = sum_l a_l,   E = sum_l n_ls m_l / n_l,
    V = sum_l m_l (n_ls / n_l) (1 - n_ls / n_l) (n_l - m_l) / (n_l - 1)

with a_l the stream's outlines in language l that use it, m_l all that do, n_ls and n_l the outlines. Function words
are used alike in every stream and score near 0, in every language and without a list of them. Words that begin alike
once accents are gone (Orchestrierung, orchestration) are one concept.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from data.model import Outline

STEM = 6
"""Letters by which cognates are recognised."""
SHORTEST = 4
"""Letters of the shortest word that can name a stream; words in capitals may be shorter."""

SHARED = 3
"""Languages in which a concept is used that is no mere chance word of one of them."""


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
    """Words of at least SHORTEST letters, in lower case, in any script; abbreviations (AI, API) from two letters on.

    >>> words("Edge-Orchestrierung für 5G-Netze")
    ['edge', 'orchestrierung', 'netze']
    """
    found = re.findall(r"[^\W\d_]+", text)
    return [word.lower() for word in found if len(word) >= SHORTEST or (len(word) > 1 and word.isupper())]


def stem(word: str) -> str:
    """The first STEM letters without accents; 'c' and 'k', 'z' and 's' count alike, as in many cognates.

    >>> stem("Orchestrierung") == stem("orquestación")
    False
    >>> stem("Sécurité"), stem("seguridad"), stem("security")
    ('sekuri', 'seguri', 'sekuri')
    """
    bare = "".join(c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c))
    return bare.translate(str.maketrans("czw", "ksv"))[:STEM]


def _forms(text: str) -> dict[str, set[str]]:
    """The concepts that a text uses, by their stem, with the words that it uses for them."""
    found: dict[str, set[str]] = {}
    for word in words(text):
        found.setdefault(stem(word), set()).add(word)
    return found


def _presence(forms: Sequence[Mapping[str, set[str]]]) -> tuple[sparse.csr_array, list[str]]:
    """(n, concepts) 1 where the outline uses the concept, and the concepts' stems in order."""
    roots = sorted({root for theirs in forms for root in theirs})
    place = {root: k for k, root in enumerate(roots)}
    columns = [place[root] for theirs in forms for root in sorted(theirs)]
    starts = np.cumsum([0, *(len(theirs) for theirs in forms)])
    return sparse.csr_array((np.ones(len(columns)), columns, starts), shape=(len(forms), len(roots))), roots


def _scores(uses: sparse.csr_array, languages: np.ndarray, assigned: np.ndarray, count: int) -> np.ndarray:
    """(count, concepts) the statistic z of the module's formula."""
    more = np.zeros((count, uses.shape[1]))
    variance = np.zeros_like(more)
    for language in np.unique(languages):
        inside = np.flatnonzero(languages == language)
        n = len(inside)
        here = uses[inside]
        used = here.sum(axis=0)
        for s in range(count):
            part = float((assigned[inside] == s).sum()) / n
            more[s] += here[assigned[inside] == s].sum(axis=0) - part * used
            variance[s] += used * part * (1 - part) * (n - used) / max(1, n - 1)
    return more / np.sqrt(variance + 1)


def terms(
    outlines: Sequence[Outline], assigned: np.ndarray, count: int, *, limit: int = 8
) -> list[list[StreamTerm]]:
    """Return for each of `count` streams its most salient terms, best first, ties by word.

    A concept counts where at least two of the stream's outlines use it, or where the stream has only one outline.
    Concepts that are used in at least SHARED languages, or in all that the stream speaks, go before the others.
    """
    forms = [_forms(outline.full_text) for outline in outlines]
    languages = np.array([outline.language or "" for outline in outlines])
    uses, roots = _presence(forms)
    scores = _scores(uses, languages, assigned, count)
    named = []
    for s in range(count):
        inside = np.flatnonzero(assigned == s)
        bearers = uses[inside].sum(axis=0)
        ranked = np.lexsort((np.arange(len(roots)), -scores[s]))
        best = [k for k in ranked[: 20 * limit] if bearers[k] >= min(2, len(inside)) and scores[s, k] > 0]
        found = [
            _term(roots[k], float(scores[s, k]), [(forms[i], str(languages[i])) for i in inside])
            for k in best
        ]
        shared = min(SHARED, len(set(languages[inside].tolist()) - {""}))
        found.sort(key=lambda term: (len(term.languages) < shared, -term.score, term.word))
        named.append(found[:limit])
    return named


def _term(root: str, score: float, inside: Sequence[tuple[Mapping[str, set[str]], str]]) -> StreamTerm:
    """The concept in the word that most of the stream's outlines use, in English where it is used in English."""
    forms: Counter[str] = Counter()
    english: set[str] = set()
    spoken: set[str] = set()
    for theirs, language in inside:
        mine = theirs.get(root, set())
        forms.update(mine)
        if mine:
            spoken.add(language)
        if language == "en":
            english |= mine
    ranked = sorted(forms, key=lambda word: (word not in english, -forms[word], word))
    return StreamTerm(ranked[0], tuple(ranked[:5]), tuple(sorted(filter(None, spoken))), score)


def title(found: Sequence[StreamTerm], number: int) -> str:
    """The first three terms, capitalised; "Stream 2" where the texts have none."""
    return ", ".join(term.word.capitalize() for term in found[:3]) or f"Stream {number}"
