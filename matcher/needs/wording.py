"""Which names share a rare word with a text, across languages? "Induktion" and "induction" begin alike."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.needs.phrases import tokens_of

STEM = 6
"""Letters by which words of different languages are compared."""
RARE = 40
"""A beginning that stands in more names than this tells nothing."""
_ALIKE = (
    ("ph", "f"),
    ("th", "t"),
    ("ck", "k"),
    ("ch", "k"),
    ("qu", "k"),
    ("sz", "s"),
    ("cz", "ts"),
    ("x", "ks"),
)
_LETTERS = str.maketrans({"c": "k", "y": "i", "z": "s", "w": "v", "j": "i"})


def stem(word: str) -> str | None:
    """Return what a folded word's first letters are in any of the languages, None for a short word or a number.

    >>> stem("induktion"), stem("induction"), stem("melanome"), stem("photonik"), stem("fotonica"), stem("stadt")
    ('indukt', 'indukt', 'melano', 'fotoni', 'fotoni', None)
    """
    if re.search(r"\d", word):
        return None
    for written, sounded in _ALIKE:
        word = word.replace(written, sounded)
    word = word.translate(_LETTERS)
    word = re.sub(r"(.)\1", r"\1", word)
    return word[:STEM] if len(word) >= STEM else None


def stems(text: str) -> frozenset[str]:
    """Return the beginnings of a text's longer words."""
    return frozenset(beginning for token in tokens_of(text) if (beginning := stem(token.text)) is not None)


@dataclass(frozen=True, slots=True)
class NameWords:
    """Which of n names begin a word with which letters. `rows`: beginning → names' rows, only of rare ones."""

    rows: Mapping[str, np.ndarray]
    count: int

    @classmethod
    def of(cls, names: Sequence[str | None]) -> "NameWords":
        places_of: dict[str, set[int]] = defaultdict(set)
        for row, name in enumerate(names):
            for beginning in stems(name or ""):
                places_of[beginning].add(row)
        rows = {word: np.array(sorted(places)) for word, places in places_of.items() if len(places) <= RARE}
        return cls(rows, len(names))

    def shared(self, text: str) -> np.ndarray:
        """Return (n,) in [0, 1]: how rare the rarest word is that a name shares with a text; 1 where no other has it.

        1 - log(names with it) / log(2 * RARE).
        """
        result = np.zeros(self.count, np.float32)
        for beginning in sorted(stems(text)):
            if (rows := self.rows.get(beginning)) is not None:
                rarity = 1.0 - np.log(len(rows)) / np.log(2 * RARE)
                result[rows] = np.maximum(result[rows], rarity)
        return result
