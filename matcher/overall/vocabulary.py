"""Which concepts does a text use? Words but function words of the EU's languages; words that begin alike are one.

Function words (`matcher/overall/function_words.txt`) are compared without accents, in every language at once: a text
may quote another language, and its own may be unknown.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import numpy as np
from scipy import sparse

STEM = 6
"""Letters by which cognates are recognised."""
SHORTEST = 4
"""Letters of the shortest word that can name a stream; words in capitals may be shorter."""


def words(text: str) -> list[str]:
    """Words of at least SHORTEST letters, in lower case, in any script; abbreviations (AI, API) from two letters on.

    >>> words("Edge-Orchestrierung für 5G-Netze")
    ['edge', 'orchestrierung', 'netze']
    """
    runs = re.findall(r"[^\W\d_]+", text)
    return [word.lower() for word in runs if len(word) >= SHORTEST or (len(word) > 1 and word.isupper())]


def bare(word: str) -> str:
    """The word without accents, in lower case.

    >>> bare("Énergie")
    'energie'
    """
    return "".join(c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c))


def stem(word: str) -> str:
    """The first STEM letters without accents; 'c' and 'k', 'z' and 's' count alike, as in many cognates.

    >>> stem("Orchestrierung") == stem("orquestación")
    False
    >>> stem("Sécurité"), stem("seguridad"), stem("security")
    ('sekuri', 'seguri', 'sekuri')
    """
    return bare(word).translate(str.maketrans("czw", "ksv"))[:STEM]


@cache
def function_words() -> frozenset[str]:
    """Every word of the list, without accents."""
    text = (resources.files("matcher.overall") / "function_words.txt").read_text(encoding="utf-8")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return frozenset(bare(word) for line in lines for word in line[1:])


def concepts(text: str) -> dict[str, set[str]]:
    """The concepts that a text uses, by their stem, with the words that it uses for them."""
    by_stem: dict[str, set[str]] = {}
    for word in words(text):
        if bare(word) not in function_words():
            by_stem.setdefault(stem(word), set()).add(word)
    return by_stem


def presence(used: Sequence[Mapping[str, set[str]]]) -> tuple[sparse.csr_array, list[str]]:
    """(n, concepts) 1 where the text uses the concept, and the concepts' stems in order."""
    roots = sorted({root for theirs in used for root in theirs})
    place = {root: k for k, root in enumerate(roots)}
    columns = [place[root] for theirs in used for root in sorted(theirs)]
    starts = np.cumsum([0, *(len(theirs) for theirs in used)])
    return sparse.csr_array((np.ones(len(columns)), columns, starts), shape=(len(used), len(roots))), roots
