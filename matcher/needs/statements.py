"""Which parts of a text say what is sought, which what its author is and brings, and which describe the work?"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from matcher.needs.cues import Cues
from matcher.needs.name_types import mentions_among
from matcher.needs.phrases import Hit, Token, tokens_of
from matcher.needs.places import where

_END = re.compile(
    r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[\"'„“«‘(\[¿¡]*[^\W_a-zà-öø-ÿ])|\n+(?!\s*(?:[-•*–▪]|\d+[.)])\s)"
)
_WRAP = re.compile(
    r"(?<=\S)[ \t\r]*\n[ \t]*(?=[a-zà-öø-ÿά-ώ\u0430-\u045f])"
    r"|(?<=[^\n]{60})(?<![.!?…:;\s])[ \t\r]*\n(?=[^\W\d])"
)
"""A line's end within a sentence: a small letter follows, or the line is long and does not end like a sentence."""
_CONTINUING = frozenset(
    {"and", "und", "et", "y", "e", "i", "a", "en", "och", "og", "ja", "ir", "in", "u", "si", "kai"}
)
"""Words for "and" that a cue may begin with: it goes on with what "we" or "our company" began."""
SHORTEST_ALONE = 5
"""Letters of a single word after a cue that says something."""
_BESIDE = 6
"""So many words beside a cue are looked at for the body that is needed."""
_KINDS: Mapping[str, str] = MappingProxyType({"third": "offer", "lack": "seek"})
"""Which part a cue opens, where it isn't called so."""
_LEAST_WORDS = 2
"""Words that a cue must have after it to say something; else what stands before it is meant."""


class Part(NamedTuple):
    """text[start:end], and whether it is sought, offered, said of oneself ("are") or the work ("topic")."""

    kind: str
    start: int
    end: int


class Sentence(NamedTuple):
    start: int
    end: int


def unwrapped(text: str) -> str:
    """Return a text with blanks for line ends that stand within a sentence; every word keeps its place.

    >>> unwrapped("We seek a port\\nand a museum.\\nWe are a city.")
    'We seek a port and a museum.\\nWe are a city.'
    """
    return _WRAP.sub(lambda match: " " * len(match.group()), text)


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the places of a text's sentences; a list's lines belong to the sentence before."""
    begin = 0
    for match in [*_END.finditer(text), None]:
        end = len(text) if match is None else match.start()
        if text[begin:end].strip():
            yield Sentence(
                begin + len(text[begin:end]) - len(text[begin:end].lstrip()),
                begin + len(text[begin:end].rstrip()),
            )
        begin = end if match is None else match.end()


def parts(text: str, cues: Cues, languages: Collection[str]) -> list[Part]:
    """Divide a text in these languages into parts, by place. Where a sentence holds no cue, it describes the work."""
    divided = []
    for sentence in sentences(text):
        tokens = [
            token._replace(start=token.start + sentence.start, end=token.end + sentence.start)
            for token in tokens_of(text[sentence.start : sentence.end])
        ]
        said = _said(tokens, sentence, text, cues, languages)
        divided += said or [Part("topic", sentence.start, sentence.end)]
    return divided


def _said(
    tokens: Sequence[Token], sentence: Sentence, text: str, cues: Cues, languages: Collection[str]
) -> list[Part]:
    """The parts of one sentence that its cues open."""
    hits, own = _valid(tokens, text, cues, languages)
    result: list[Part] = []
    if own is not None and not (hits and hits[0].first <= own[1] + 1):
        end = tokens[hits[0].first].start if hits else sentence.end
        result.append(Part("are", tokens[own[0]].start, end))
    before = 0
    for number, hit in enumerate(hits):
        following = hits[number + 1].first if number + 1 < len(hits) else len(tokens)
        kind = _KINDS.get(hit.value, hit.value)
        after = tokens[hit.last + 1 : following]
        if kind == "offer":
            after = cues.without_tail(after)
        earlier = tokens[before : hit.first]
        if _says(after, text):
            whole = following == len(tokens) and after[-1] == tokens[-1]
            end = sentence.end if whole else after[-1].end
            result.append(Part(kind, after[0].start, end))
        elif _says(earlier, text) and not (result and result[-1].kind == kind):
            end = after[-1].end if after and kind == "seek" else tokens[hit.first].start
            result.append(Part(kind, earlier[0].start, end))
        before = following
    return result


def _valid(
    tokens: Sequence[Token], text: str, cues: Cues, languages: Collection[str]
) -> tuple[list[Hit], tuple[int, int] | None]:
    """Cues that count here: what a company "has" only after "our company", "and brings" only after "we …", and "is
    needed" where a body is."""
    own = cues.own(tokens)
    kept: list[Hit] = []
    for hit in cues.statements(tokens):
        continues = hit.value == "offer" and tokens[hit.first].text in _CONTINUING
        if hit.value == "third" and own is None:
            continue
        if continues and not kept and own is None:
            continue
        if hit.value == "lack" and not _names_a_body(hit, tokens, text, cues, languages):
            continue
        kept.append(hit)
    return kept, own


def _names_a_body(
    hit: Hit, tokens: Sequence[Token], text: str, cues: Cues, languages: Collection[str]
) -> bool:
    """Whether the words beside a cue call somebody: a type of organisations, not only what it makes, or a role."""
    after = tokens[hit.last + 1 :]
    beside = after[:_BESIDE] if _says(after, text) else tokens[max(hit.first - _BESIDE, 0) : hit.first]
    return any(mark.value == "role" for mark in cues.marks(beside)) or any(
        not mention.thing for mention in mentions_among(beside, languages)
    )


def _says(tokens: Sequence[Token], text: str) -> bool:
    words = [token for token in tokens if len(token.text) > 1]
    if len(words) == 1:
        return len(words[0].text) >= SHORTEST_ALONE and where(words, text).anywhere
    return len(words) >= _LEAST_WORDS
