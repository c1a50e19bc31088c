"""By what words does each EU language say what is sought, what is offered, how many, and whether it must be?"""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

from matcher.needs.phrases import Hit, PhraseBook, Token, fold, longest, tokens_of

CUES = Path(__file__).with_name("cues.toml")
_KIN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"cs": ("sk",), "sk": ("cs",), "hr": ("sl",), "sl": ("hr",), "da": ("sv",), "sv": ("da",)}
)
"""Languages that short texts are easily mistaken for."""


class Cues:
    """The cue words of some languages together."""

    def __init__(self, languages: Collection[str]) -> None:
        tables = [table for code, table in _tables().items() if code in languages]
        self._statements = _book(tables, ("seek", "lack", "offer", "are", "third"))
        self._body = _book(tables, ("body",))
        self._own = _words(tables, "own")
        self._marks = _book(tables, ("least", "more", "may", "and", "or", "rel", "role", "like"))
        self.articles = _words(tables, "art")
        self._tails = _book(tables, ("tails",))
        self._numbers = {
            word: number for table in tables for word, number in _numbers(table["numbers"]).items()
        }

    def statements(self, tokens: Sequence[Token]) -> list[Hit]:
        """Cues of statements, by place: seek, lack (of things, too), offer, are (oneself), third ("our company …")."""
        return longest(self._statements.find(tokens))

    def marks(self, tokens: Sequence[Token]) -> list[Hit]:
        """Smaller marks: least, more, may, and, or, rel, role, like; overlapping ones all."""
        return self._marks.find(tokens)

    def own(self, tokens: Sequence[Token]) -> tuple[int, int] | None:
        """First and last token of "our company", within the first words; None where there is none."""
        for hit in self._body.find(tokens[:7]):
            begins = max(hit.first - 2, 0)
            near = [place for place in range(begins, hit.last + 2) if place < len(tokens)]
            mine = [place for place in near if tokens[place].text in self._own]
            if mine or hit.last > hit.first or len(tokens[hit.first].text) > len("laboratorium"):
                return min([*mine, hit.first]), max([*mine, hit.last])
        return None

    def number(self, word: str) -> int | None:
        """Return what a number word or a figure up to 40 says, None for other words."""
        if word.isdigit():
            return int(word) if 1 < int(word) <= 40 else None
        return self._numbers.get(word)

    def without_tail(self, tokens: Sequence[Token]) -> Sequence[Token]:
        """Drop verb parts at the end that belong to no object, such as "zur Verfügung"."""
        for hit in self._tails.find(tokens):
            if hit.last == len(tokens) - 1 and hit.first > 0:
                return self.without_tail(tokens[: hit.first])
        return tokens


@cache
def cues_for(language: str) -> Cues:
    """Return the cues of a language, of those it is easily mistaken for, and of English."""
    return Cues(spoken_beside(language))


def spoken_beside(language: str) -> frozenset[str]:
    """Return the languages whose words may stand in a text of one language."""
    return frozenset({language, "en", *_KIN.get(language, ())} if language != "en" else {"en"})


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType(tomllib.loads(CUES.read_text(encoding="utf-8")))


def _book(tables: Sequence[Mapping[str, str]], names: Collection[str]) -> PhraseBook:
    return PhraseBook(
        (phrase, name, None) for table in tables for name in names for phrase in _listed(table[name])
    )


def _words(tables: Sequence[Mapping[str, str]], name: str) -> frozenset[str]:
    return frozenset(token.text for table in tables for token in tokens_of(table[name]))


def _numbers(listed: str) -> dict[str, int]:
    """Read `2 two couple|3 three` as forms and their number."""
    groups = (group.split() for group in listed.split("|"))
    return {fold(form): int(number) for number, *forms in groups for form in forms}


def _listed(phrases: str) -> list[str]:
    return [phrase.strip() for phrase in phrases.split(",") if phrase.strip()]
