"""Where does one thing of a list end and the next begin?"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from matcher.needs.cues import Cues
from matcher.needs.name_types import mentions_among
from matcher.needs.phrases import Token, tokens_of
from matcher.needs.places import where

_SEPARATOR = re.compile(r"[,;:]\s|\n\s*(?:[-•*–▪]|\d+[.)])?\s*|\s[–—-]\s")
LEADING = frozenset(
    re.findall(
        r"\w+",
        "for di de d of con with after nach fur om z s af med mit voor pour avec para por za pro uz til per",
    )
)
"""Prepositions that belong to the verb and not to what is sought; said again, they begin the next thing."""
_BEGINNING = 3
"""So many words at the beginning of a piece tell whether it is a thing of its own."""


_BARE = 3
"""In a list without articles, a piece of so many words is a thing of its own even after a relative clause."""


class Item(NamedTuple):
    """One thing of a list, at text[start:end]. `may`: said to be welcome rather than needed."""

    start: int
    end: int
    may: bool = False


class _Piece(NamedTuple):
    tokens: tuple[Token, ...]
    joined: bool
    """After "and", not after a comma."""


def items(text: str, start: int, end: int, cues: Cues, languages: frozenset[str]) -> list[Item]:
    """Divide text[start:end] into the things it lists."""
    groups: list[list[Token]] = []
    optional: list[bool] = []
    waiting = False
    divided = False
    for piece in _pieces(text, start, end, cues):
        marks = {hit.value for hit in cues.marks(piece.tokens) if hit.first == 0}
        if _only_may(piece.tokens, cues):
            waiting = True
            continue
        begins = _begins_item(piece.tokens, text, cues, languages)
        if not groups or _new(piece, begins, marks, groups, divided, cues):
            divided = divided or bool(groups and not piece.joined)
            groups.append(list(piece.tokens))
            optional.append(waiting or "may" in marks)
            waiting = False
        else:
            groups[-1] += piece.tokens
    return [Item(tokens[0].start, tokens[-1].end, may) for tokens, may in zip(groups, optional, strict=True)]


def _pieces(text: str, start: int, end: int, cues: Cues) -> list[_Piece]:
    """What stands between commas, semicolons, list marks and words for "and"."""
    cuts = [start, *(start + match.end() for match in _SEPARATOR.finditer(text[start:end])), end]
    pieces = []
    for begin, stop in pairwise(cuts):
        tokens = [t._replace(start=t.start + begin, end=t.end + begin) for t in tokens_of(text[begin:stop])]
        ands = [hit for hit in cues.marks(tokens) if hit.value == "and"]
        place, joined = 0, False
        for hit in sorted(ands, key=lambda one: (one.first, -one.last)):
            if hit.first < place:
                continue
            if hit.first > place:
                pieces.append(_Piece(tuple(tokens[place : hit.first]), joined))
                joined = True
            place = hit.last + 1
        if place < len(tokens):
            pieces.append(_Piece(tuple(tokens[place:]), joined))
    return pieces


def _new(
    piece: _Piece, begins: bool, marks: set[str], groups: Sequence[Sequence[Token]], divided: bool, cues: Cues
) -> bool:
    """Whether a piece is a thing of its own rather than a part of the one before."""
    opened = {hit.value for hit in cues.marks(groups[-1]) if hit.first > 0}
    if "like" in marks or ("rel" in marks and not begins):
        return False
    if "like" in opened:
        return begins and piece.tokens[0].text in cues.articles
    if piece.tokens[0].text == groups[0][0].text and piece.tokens[0].text in LEADING:
        return True
    open_clause = "rel" in opened
    if piece.joined:
        return begins or (divided and not open_clause and not _articled(groups, cues))
    bare = piece.tokens[0].text not in LEADING and len(piece.tokens) >= _BARE and not _articled(groups, cues)
    return begins or bare or not (open_clause or "may" in marks)


def _begins_item(tokens: Sequence[Token], text: str, cues: Cues, languages: frozenset[str]) -> bool:
    """Whether a piece begins as a thing of its own does: with a number, an article, a type or a maker of something."""
    head = tokens[:_BEGINNING]
    marks = cues.marks(head)
    relative = any(hit.value == "rel" and hit.first == 0 for hit in marks)
    types = [m for m in mentions_among(tokens[: _BEGINNING + 1], languages) if not m.thing]
    if relative:
        return len(tokens) > 1 and bool(types) and types[0].start == tokens[1].start
    if any(cues.number(token.text) is not None for token in head[:2]) or any(
        hit.value in ("more", "least") and hit.first == 0 for hit in marks
    ):
        return True
    if head[0].text in cues.articles and len(tokens) > 1:
        return True
    if any(hit.value == "role" for hit in marks):
        return True
    return (bool(types) and where(tokens, text).anywhere) or any(t.start == head[0].start for t in types)


def _only_may(tokens: Sequence[Token], cues: Cues) -> bool:
    hits = [hit for hit in cues.marks(tokens) if hit.value == "may"]
    return any(hit.first == 0 and hit.last == len(tokens) - 1 for hit in hits)


def _articled(groups: Sequence[Sequence[Token]], cues: Cues) -> bool:
    """Whether the things so far begin with articles, so that one without is none."""
    return sum(tokens[0].text in cues.articles for tokens in groups) * 2 > len(groups)
