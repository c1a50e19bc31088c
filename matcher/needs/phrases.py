"""Where do the words of a phrase stand in a text, whatever its script, marks and endings?

Texts are folded to plain lower-case Latin letters: marks go, Greek and Cyrillic are written as official
transliterations write them, since registers print such names in Latin letters.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+")
_LATIN = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)


def _words(text: str) -> list[str]:
    return text.split()


_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψως",
        _words("a v g d e z i th i k l m n x o p r s t y f ch ps o s"),
        strict=True,
    )
)
_CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъьюя",
        _words("a b v g d e zh z i y k l m n o p r s t u f h ts ch sh sht a y yu ya"),
        strict=True,
    )
)
_LETTERS = str.maketrans({**_GREEK, **_CYRILLIC})
_SPELT = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("å", "aa"), ("ø", "oe"))
"""Letters that registers also write with two: a phrase is looked for in both spellings."""
_FILLERS = frozenset(
    _words(
        """d l de del della dello dell delle dei degli di do dos das la le les el los las lo of the der die des den dem
        fur fuer for van het voor von zur zum du au aux tis tou ton il tal na an"""
    )
)
"""Articles and prepositions that may stand between the words of a phrase."""
_MOST_FILLERS = 2
SHORTEST = 2
"""Characters of a stem before or after a `*`."""


class Token(NamedTuple):
    """A word of a text, folded, and where it stands: text[start:end]."""

    text: str
    start: int
    end: int


class Hit(NamedTuple):
    """A phrase found at tokens first to last (inclusive). `letters`: how many of its letters were spelt out."""

    value: str
    language: str | None
    first: int
    last: int
    letters: int


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """Return a word in lower-case Latin letters without marks.

    >>> fold("Köln"), fold("ΔΗΜΟΣ"), fold("община"), fold("Łódź"), fold("Έρευνας")
    ('koln', 'dimos', 'obshtina', 'lodz', 'erevnas')
    """
    text = word.lower().replace("й", "и\u0306")
    text = unicodedata.normalize("NFKD", text)
    text = text.replace("и\u0306", "й")
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    if text.isascii():
        return text
    text = text.replace("ου", "ou")
    text = re.sub(r"([αε])υ(?=[θκξπσςτφχψ])", r"\1f", text)
    text = re.sub(r"([αε])υ", r"\1v", text)
    return text.translate(_LETTERS).translate(_LATIN)


def tokens_of(text: str) -> tuple[Token, ...]:
    """Return a text's words, folded, with their places."""
    return tuple(Token(fold(match.group()), match.start(), match.end()) for match in _WORD.finditer(text))


class _Part(NamedTuple):
    """One word of a phrase: `literal` must be its beginning, end, inside or all."""

    literal: str
    ends: bool
    """Nothing may follow."""
    begins: bool
    """Nothing may precede."""
    pattern: re.Pattern[str] | None = None

    def fits(self, word: str) -> bool:
        if self.pattern is not None:
            return self.pattern.fullmatch(word) is not None
        if self.begins and self.ends:
            return word == self.literal
        if self.begins:
            return word.startswith(self.literal)
        return word.endswith(self.literal) if self.ends else self.literal in word


class _Entry(NamedTuple):
    value: str
    language: str | None
    parts: tuple[_Part, ...]
    letters: int


class PhraseBook:
    """Many phrases, each standing for a value, to be found in texts in one pass. Never changes."""

    def __init__(self, phrases: Iterable[tuple[str, str, str | None]]) -> None:
        """`phrases`: (phrase, value, language). A `*` at a word's end or beginning stands for any letters."""
        self._exact: dict[str, list[_Entry]] = defaultdict(list)
        self._beginnings: dict[str, list[_Entry]] = defaultdict(list)
        self._endings: dict[str, list[_Entry]] = defaultdict(list)
        self._inside: list[_Entry] = []
        for entry in dict.fromkeys(entry for phrase in phrases for entry in _entries(*phrase)):
            first = entry.parts[0]
            if first.begins and first.ends and first.pattern is None:
                self._exact[first.literal].append(entry)
            elif first.begins:
                self._beginnings[first.literal].append(entry)
            elif first.ends:
                self._endings[first.literal].append(entry)
            else:
                self._inside.append(entry)
        self._starting: dict[str, tuple[_Entry, ...]] = {}

    def find(self, tokens: Sequence[Token], languages: Collection[str] | None = None) -> list[Hit]:
        """Return every place where a phrase stands, by place; overlapping ones all.

        `languages`: only phrases of these, and those of no language; None: all.
        """
        hits = []
        for first, token in enumerate(tokens):
            for entry in self._begun_by(token.text):
                if languages is not None and entry.language is not None and entry.language not in languages:
                    continue
                last = _reach(entry.parts, tokens, first)
                if last is not None:
                    hits.append(Hit(entry.value, entry.language, first, last, entry.letters))
        return hits

    def _begun_by(self, word: str) -> tuple[_Entry, ...]:
        begun = self._starting.get(word)
        if begun is None:
            entries = list(self._exact.get(word, ()))
            for cut in range(SHORTEST, len(word) + 1):
                entries += self._beginnings.get(word[:cut], ())
                entries += self._endings.get(word[-cut:], ())
            entries += [entry for entry in self._inside if entry.parts[0].fits(word)]
            begun = tuple(entry for entry in entries if entry.parts[0].fits(word))
            if len(self._starting) < 100_000:
                self._starting[word] = begun
        return begun


def longest(hits: Sequence[Hit]) -> list[Hit]:
    """Return hits that do not overlap, the most spelt-out first choice, by place.

    Of the same words several values may be told: all of the same length stay.
    """
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda one: (-one.letters, one.first, one.value)):
        rivals = [one for one in kept if one.first <= hit.last and hit.first <= one.last]
        same = all((one.first, one.last, one.letters) == (hit.first, hit.last, hit.letters) for one in rivals)
        if same and all(one.value != hit.value for one in rivals):
            kept.append(hit)
    return sorted(kept, key=lambda one: (one.first, one.last, one.value))


def _reach(parts: Sequence[_Part], tokens: Sequence[Token], first: int) -> int | None:
    """Return the last token of a phrase that begins at `first`, None where it does not go on."""
    place = first
    for part in parts[1:]:
        place += 1
        skipped = 0
        while place < len(tokens) and not part.fits(tokens[place].text):
            if tokens[place].text not in _FILLERS or skipped == _MOST_FILLERS:
                return None
            place += 1
            skipped += 1
        if place >= len(tokens):
            return None
    return place


def _entries(phrase: str, value: str, language: str | None) -> Iterable[_Entry]:
    for spelling in _spellings(phrase):
        words = re.findall(r"(?:[^\W_]|\*|\?)+", spelling)
        parts = tuple(_part(word) for word in words)
        kept = parts[:1] + tuple(part for part in parts[1:] if part.literal not in _FILLERS)
        if kept:
            yield _Entry(value, language, kept, sum(len(part.literal) for part in kept))


def _part(word: str) -> _Part:
    bare = word.strip("*")
    begins, ends = not word.startswith("*"), not word.endswith("*")
    if "*" in bare or "?" in bare:
        stem = fold(re.split(r"[*?]", bare)[0])
        pieces = [re.escape(fold(piece)) for piece in re.split(r"[*?]", bare)]
        pattern = r"\w*".join(pieces) + ("" if ends else r"\w*")
        return _Part(stem, False, True, re.compile(pattern))
    return _Part(fold(bare), ends, begins)


def _spellings(phrase: str) -> list[str]:
    low = phrase.lower()
    doubled = low
    for letter, pair in _SPELT:
        doubled = doubled.replace(letter, pair)
    return [low] if doubled == low else [low, doubled]
