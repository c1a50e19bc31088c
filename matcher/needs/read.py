"""What does an outline seek, and what does its author bring? Rules in 24 languages, no text generator."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Annotated

from data import published
from data.organisation_types import organisation_types
from data.published import UNPUBLISHED, EuCountry
from data.sources.languages import language_of
from matcher.needs.cues import Cues, cues_for, spoken_beside
from matcher.needs.items import LEADING, Item, items
from matcher.needs.name_types import Mention, mentions, mentions_among
from matcher.needs.phrases import Token, tokens_of
from matcher.needs.places import ANYWHERE, Where, counts_countries, where
from matcher.needs.statements import Part, parts, unwrapped

MOST_NEEDS = 12
"""More are not told apart: a consortium has some ten members."""
MOST_DERIVED = 4
"""So many needs are derived from the work at most: they are guesses."""
_AFTER = 40
"""Characters after a part in which words for "welcome" begin."""
_HEAD = 4
"""A number stands within so many words."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is sought."""

    id: str
    text: str
    types: tuple[str, ...] = ()
    """Types of organisations that would answer; none where the words alone tell it."""
    number: int = 1
    """How many are sought."""
    where: Annotated[Where, UNPUBLISHED] = ANYWHERE
    must: bool = True
    """Needed, not only welcome."""
    derived: bool = False
    """Nobody said so: the work described asks for it."""
    field: str = "text"
    """Where its words stand: in the outline's "text" or "seeks", or in a "need" that a question brought."""
    start: int = 0
    end: int = 0
    """The words are field[start:end]."""

    @published.derived
    def type_labels(self) -> tuple[str, ...]:
        """The types in words."""
        return labels_of(self.types)

    @published.derived
    def countries(self) -> tuple[EuCountry, ...]:
        """From where: any of these; none: from anywhere."""
        return self.where.countries

    @published.derived
    def not_from(self) -> tuple[EuCountry, ...]:
        """From where not."""
        return self.where.not_from

    @published.derived
    def abroad(self) -> bool:
        """Not from the asker's own country."""
        return self.where.abroad

    @published.derived
    def different(self) -> bool:
        """Several, each from another country."""
        return self.where.different


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that the author is or brings."""

    text: str
    start: int
    end: int
    """The words are field[start:end]."""
    types: tuple[str, ...] = ()
    """Types of organisations that it names."""
    field: str = "text"
    """Where its words stand: in the outline's "text" or "offers"."""

    @published.derived
    def type_labels(self) -> tuple[str, ...]:
        """The types in words."""
        return labels_of(self.types)


@dataclass(frozen=True, slots=True)
class Statements:
    """An outline taken apart."""

    language: str
    topic: tuple[str, ...]
    """The sentences that describe the work."""
    offers: tuple[Offer, ...]
    """What the author is and brings: it needs no cover."""
    needs: tuple[Need, ...]
    """What is sought; where the outline seeks nobody, what is derived from the work."""

    @property
    def stated(self) -> tuple[Need, ...]:
        """The needs that the author named."""
        return tuple(need for need in self.needs if not need.derived)

    def known_to_have(self, types: Collection[str]) -> "Statements":
        """The same for an author of these types: what is derived from the work and it is itself, it does not need."""
        kept = [need for need in self.needs if not (need.derived and set(need.types) & set(types))]
        return replace(self, needs=numbered(kept))


def read_need(words: str, *, language: str | None = None) -> Need:
    """Read words as one thing that is sought, whatever they list.

    `language`: of the outline that they go with; where it does not know them, and where it is None, that of the words.
    """
    for spoken in dict.fromkeys((language or language_of(words), language_of(words))):
        cues, languages = cues_for(spoken), spoken_beside(spoken)
        welcome = any(hit.value == "may" for hit in cues.marks(tokens_of(words)))
        need = _need(words, Item(0, len(words), welcome), "need", cues, languages)
        if need is not None and need.types:
            return need
    return need or Need(id="", text=words, field="need", end=len(words))


def labels_of(types: Collection[str]) -> tuple[str, ...]:
    """Return types in words."""
    return tuple(organisation_types()[ident].label for ident in types)


def read_statements(
    text: str, *, seeks: str | None = None, offers: str | None = None, language: str | None = None
) -> Statements:
    """Take an outline apart. `seeks`, `offers`: what its owner wrote under these heads, where the record has them.

    Where nobody is sought, needs are derived from the work: the types of organisations it speaks of, but for those that
    the author is or brings. Places are those of the words in the text as given; within one's words a line's end is a
    blank.
    """
    text, seeks, offers = unwrapped(text), unwrapped(seeks or ""), unwrapped(offers or "")
    spoken = language if language is not None else language_of(f"{text}\n{seeks}")
    cues, languages = cues_for(spoken), spoken_beside(spoken)
    divided = parts(text, cues, languages)
    brought = [
        offer
        for part in divided
        if part.kind in ("offer", "are")
        for offer in _offers(text, part, "text", cues, languages)
    ]
    sought = [
        need
        for part in divided
        if part.kind == "seek"
        for need in _needs(text, part, "text", cues, languages)
    ]
    if seeks:
        sought = _listed(seeks, cues, languages) or sought
    if offers:
        listed = _offers(offers, Part("offer", 0, len(offers)), "offers", cues, languages)
        brought = [offer for offer in brought if not any(_same(offer, other) for other in listed)] + listed
    topic = tuple(text[part.start : part.end] for part in divided if part.kind == "topic")
    has = {ident for offer in brought for ident in offer.types}
    needs = sought or _derived(text, divided, languages, has)
    return Statements(spoken, topic, tuple(brought), numbered(needs[:MOST_NEEDS]))


def numbered(needs: Sequence[Need]) -> tuple[Need, ...]:
    """Return needs with ids by their place: need:1, need:2 …"""
    return tuple(replace(need, id=f"need:{place}") for place, need in enumerate(needs, start=1))


def _listed(seeks: str, cues: Cues, languages: frozenset[str]) -> list[Need]:
    """The needs of a field that holds nothing else."""
    divided = parts(seeks, cues, languages)
    said = [part for part in divided if part.kind == "seek"] or [
        Part("seek", p.start, p.end) for p in divided
    ]
    return [need for part in said for need in _needs(seeks, part, "seeks", cues, languages)]


def _offers(text: str, part: Part, field: str, cues: Cues, languages: frozenset[str]) -> list[Offer]:
    whole = [Item(part.start, part.end)]
    spans = whole if part.kind == "are" else items(text, part.start, part.end, cues, languages)
    return [
        Offer(text[begin:end], begin, end, _named(text[begin:end], part.kind, languages), field)
        for begin, end in (_trimmed(text, item, cues) for item in spans)
        if end > begin
    ]


def _same(offer: Offer, other: Offer) -> bool:
    """Whether the words of one are in the other's."""
    one, two = offer.text.casefold(), other.text.casefold()
    return one in two or two in one


def _named(words: str, kind: str, languages: frozenset[str]) -> tuple[str, ...]:
    """The type that an offer names; who only has a thing is not its maker."""
    types = (m.type for m in mentions(words, languages) if kind == "are" or not m.thing)
    return tuple(types)[:1]


def _needs(text: str, part: Part, field: str, cues: Cues, languages: frozenset[str]) -> list[Need]:
    """The needs of a part; "… would be welcome" after it says that none of them must be."""
    following = _placed(text, part.end, min(part.end + _AFTER, len(text)))
    welcome = any(hit.value == "may" and hit.first == 0 for hit in cues.marks(following))
    needs = (
        _need(text, item, field, cues, languages)
        for item in items(text, part.start, part.end, cues, languages)
    )
    return [replace(need, must=need.must and not welcome) for need in needs if need is not None]


def _need(text: str, item: Item, field: str, cues: Cues, languages: frozenset[str]) -> Need | None:
    start, end = _trimmed(text, item, cues)
    tokens = _placed(text, start, end)
    if not tokens:
        return None
    number, different = _number(tokens, cues)
    place = where(tokens, text)
    return Need(
        id="",
        text=text[start:end],
        types=_types(tokens, cues, languages),
        number=number,
        where=Where(place.countries, place.not_from, place.abroad, different),
        must=not (item.may or any(hit.value == "may" and hit.first == 0 for hit in cues.marks(tokens))),
        field=field,
        start=start,
        end=end,
    )


def _types(tokens: Sequence[Token], cues: Cues, languages: frozenset[str]) -> tuple[str, ...]:
    """The types an item names: the first of each alternative, looked for before what is only said about it."""
    marks = cues.marks(tokens)
    clause = min((hit.first for hit in marks if hit.value == "rel" and hit.first > 0), default=len(tokens))
    named_by_clause = any(hit.value == "role" and hit.first < clause for hit in marks)
    for words in (tokens[:clause], tokens) if named_by_clause else (tokens[:clause],):
        ors = [
            -1,
            *(hit.first for hit in marks if hit.value in ("or", "like") and hit.first < len(words)),
            len(words),
        ]
        types: list[str] = []
        for begin, stop in pairwise(ors):
            named = _first(mentions_among(words[begin + 1 : stop], languages))
            if not named and stop < len(words):
                named = _completed(words[begin + 1 : stop], words[stop + 1 :], languages)
            types += [mention.type for mention in named]
        if types:
            return tuple(dict.fromkeys(types))
    return ()


def _completed(
    words: Sequence[Token], following: Sequence[Token], languages: frozenset[str]
) -> list[Mention]:
    """The type of "fire" in "fire or civil protection service": completed by a last word of what follows."""
    following_type = _first(mentions_among(following, languages))
    if not words or not following_type:
        return []
    ends = next(place for place, token in enumerate(following) if token.end == following_type[0].end)
    for last in following[ends : ends + 2]:
        named = _first(mentions_among([*words, last], languages))
        if named and named[0].start < words[-1].end < named[0].end:
            return named
    return []


def _first(named: Sequence[Mention]) -> list[Mention]:
    """The first trade named, else the first thing; all that the same words name."""
    if not named:
        return []
    trades = [mention for mention in named if not mention.thing] or list(named)
    return [mention for mention in trades if (mention.start, mention.end) == (trades[0].start, trades[0].end)]


def _number(tokens: Sequence[Token], cues: Cues) -> tuple[int, bool]:
    """How many, and whether that many countries are counted."""
    for place, token in enumerate(tokens):
        number = cues.number(token.text)
        if number is None:
            continue
        if any(counts_countries(after.text) for after in tokens[place + 1 : place + 4]):
            return number, True
        if place < _HEAD:
            return number, False
    return 1, False


def _derived(
    text: str, divided: Sequence[Part], languages: frozenset[str], has: Collection[str]
) -> list[Need]:
    """Types of organisations that the work speaks of and the author does not have, each once."""
    needs: dict[str, Need] = {}
    for part in divided:
        if part.kind != "topic":
            continue
        for mention in mentions(text[part.start : part.end], languages):
            if not mention.thing and mention.type not in has:
                start, end = part.start + mention.start, part.start + mention.end
                needs.setdefault(
                    mention.type,
                    Need(
                        "", text[start:end], (mention.type,), must=False, derived=True, start=start, end=end
                    ),
                )
    return list(needs.values())[:MOST_DERIVED]


def _placed(text: str, start: int, end: int) -> list[Token]:
    return [t._replace(start=t.start + start, end=t.end + start) for t in tokens_of(text[start:end])]


def _trimmed(text: str, item: Item, cues: Cues) -> tuple[int, int]:
    """The item without "and", "if possible" and the like at its ends."""
    tokens = _placed(text, item.start, item.end)
    while tokens:
        if len(tokens) > 1 and tokens[0].text in LEADING:
            tokens = tokens[1:]
            continue
        leading = [
            h
            for h in cues.marks(tokens)
            if h.first == 0 and h.value in ("and", "may") and h.last < len(tokens) - 1
        ]
        if leading:
            tokens = tokens[leading[0].last + 1 :]
            continue
        trailing = [
            h for h in cues.marks(tokens) if h.last == len(tokens) - 1 and h.value == "and" and h.first > 0
        ]
        if not trailing:
            return tokens[0].start, tokens[-1].end
        tokens = tokens[: trailing[0].first]
    return item.start, item.start
