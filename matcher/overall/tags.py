"""In which words is a concept of a stream shown? A whole phrase that one of its outlines wrote, with its language.

Phrases are looked for where things are named and not wished for or done: in titles, and in what outlines bring and
seek as it was read. A concept that stands in none of these is a verb or a word by the way, and names no stream.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data.model import Outline, OutlineId
from matcher.overall.said import OwnWords
from matcher.overall.vocabulary import bare, function_words

_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+|[^\w\s]")
LONGEST = 3
"""Words of a phrase."""
_SHORTEST = 4
"""Letters of a word that a phrase may begin or end with, in small letters."""
_AFTER = frozenset(["es", "fr", "it", "pt", "ro", "ca", "gl"])
"""Languages in which what tells more of a noun stands after it."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """An outline whose words may name its stream."""

    outline: Outline
    said: OwnWords

    def things(self) -> tuple[str, ...]:
        """What it names: its title, what it brings and what it seeks."""
        return (self.outline.title, *self.said.offers, *self.said.seeks)


@dataclass(frozen=True, slots=True)
class Tag:
    """A phrase as somebody wrote it. `language`: ISO 639-1; `outlines`: all that use the concept."""

    phrase: str
    language: str | None
    outlines: tuple[OutlineId, ...]


def tags(words: Sequence[str], bearers: Sequence[Bearer], *, language: str = "en") -> list[Tag]:
    """Return the phrases that can show a concept of these words, the best first: in the reader's `language` before
    others, those of several outlines before those of one, two words before one and three.

    >>> from data.model import CallId, OrganisationId
    >>> made = Outline(OutlineId("o1"), CallId("c"), "Many edge nodes for ports", "x", OrganisationId("g"), "IE",
    ...                language="en")
    >>> [tag.phrase for tag in tags(["nodes"], [Bearer(made, OwnWords())])]
    ['edge nodes']
    """
    wanted = {bare(word) for word in words}
    counted: Counter[tuple[str, str | None]] = Counter()
    written: dict[tuple[str, str | None], str] = {}
    for bearer in bearers:
        phrases = {phrase for thing in bearer.things() for phrase in _phrases(thing, wanted, bearer)}
        for phrase in sorted(phrases):
            key = (bare(phrase), bearer.outline.language)
            counted[key] += 1
            written.setdefault(key, phrase)
    ids = tuple(sorted(bearer.outline.id for bearer in bearers))

    def rank(key: tuple[str, str | None]) -> tuple[object, ...]:
        size = len(key[0].split())
        return key[1] != language, -counted[key], {2: 0, 1: 1}.get(size, 2), len(key[0]), key[0]

    ranked = [Tag(written[key], key[1], ids) for key in sorted(counted, key=rank)]
    return [tag for tag in ranked if _whole(tag, language)]


def _whole(tag: Tag, language: str) -> bool:
    """Whether a phrase can stand alone: several words, one in the reader's language, or a German noun."""
    noun = tag.language == "de" and tag.phrase[0].isupper() and not tag.phrase.endswith(("er", "e", "es"))
    return " " in tag.phrase or tag.language == language or noun


def _phrases(thing: str, wanted: set[str], bearer: Bearer) -> Iterator[str]:
    """The runs of words around each wanted word, LONGEST at most."""
    for run in _runs(thing):
        for place, word in enumerate(run):
            if not ({bare(word), *map(bare, word.split("-"))} & wanted):
                continue
            after = bearer.outline.language in _AFTER
            first, last = (place, place + 2) if after else (place - 1, place + 1)
            if bearer.outline.language == "en" or (bearer.outline.language == "de" and word[0].islower()):
                last = place + 2  # its noun may follow
            yield " ".join(run[max(0, first) : min(len(run), last)])


def _runs(thing: str) -> Iterator[list[str]]:
    """Words that stand together, without function words, numbers and short words between."""
    run: list[str] = []
    for token in (*_TOKEN.findall(thing), "."):
        short = len(token) < _SHORTEST and not token.isupper()
        if token[0].isalpha() and not short and bare(token) not in function_words():
            run.append(token)
            continue
        if run:
            yield run
        run = []
