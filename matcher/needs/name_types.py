"""What types of organisations does a text speak of, and what type is told by an organisation's name?"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple

from data.model import Kind
from data.organisation_types import OrganisationType, organisation_types
from matcher.needs.phrases import Hit, PhraseBook, Token, longest, tokens_of
from matcher.needs.wording import stem

SPOKEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        code: tuple(languages)
        for code, *languages in map(
            str.split,
            """
            AR es|AT de|BA hr|BE nl fr de|BG bg|BR pt|CA fr|CH de fr it|CL es|CO es|CY el|CZ cs|DE de|DK da|DZ fr|EE et
            ES es|FI fi sv|FR fr|GR el|HR hr|HU hu|IE ga|IS da|IT it|LI de|LT lt|LU fr de|LV lv|MA fr|MC fr|MD ro|ME hr
            MK hr bg|MT mt|MX es|NL nl|NO da sv|PE es|PL pl|PT pt|RO ro|RS hr sl|SE sv|SI sl|SK sk|SM it|SN fr|TN fr
            UA bg|UY es
            """.strip()
            .replace("\n", "|")
            .split("|"),
        )
        if languages
    }
)
"""Country → the languages in which its organisations have names, beside English."""
SURE, LIKELY, POSSIBLE = 0.93, 0.75, 0.35
"""How surely a type is told by a trade's name or a bearer's, by a product, or against the recorded kind. Set by
judgement after reading through names drawn from the H2020 store; not counted."""
_SUPPLIES = frozenset(
    re.findall(
        r"\w+",
        """solutions consulting consultancy consultants consult software technologies technology tech systems
        systeme engineering broker brokers gurus analytics labs services technologie tecnologie sistemi sistemas
        ingenieurburo ingenierie training smart lab""",
    )
)
"""Words of a name that tell a supplier to a trade and not the trade itself."""
_SERVES = frozenset(
    re.findall(
        r"\w+",
        "broker brokers consultancy consultants consulting design engineering service services solutions tools",
    )
)
"""Those that tell a supplier to makers, too: a glass service makes no glass."""
_MAKING = frozenset({*range(5, 44), 61})
"""Divisions of NACE Rev. 2 whose trades make, run or build things: mining to construction, telecommunications."""


_STUDIES = (
    "institut",
    "istitut",
    "instytut",
    "inshtitut",
    "facult",
    "fakult",
    "research",
    "recherche",
    "forschung",
)
"""Beginnings of a name's words that tell an institute or a faculty: it studies a trade, and is not of it."""
_TEACHING = frozenset({"university", "school", "vocational"})
_ABOUT_OTHERS = frozenset({"association", "cluster", "ngo", "ministry"})
"""A name that tells one of these tells no trade: an association of insurers, a foundation for wind power, a ministry of
forests. What is not displaced by them stands over them in the files."""
_RESEARCH = frozenset({"research_institute", "university"})
_RESEARCH_KINDS = frozenset({Kind.RESEARCH, Kind.UNIVERSITY})


class NameType(NamedTuple):
    """A type inferred from a name. `share`: how often such an inference is right; `words`: the part that tells it."""

    type: str
    share: float
    words: str


class Mention(NamedTuple):
    """A type that a text speaks of, at text[start:end]. `thing`: only what it makes is named."""

    type: str
    start: int
    end: int
    letters: int
    thing: bool


@cache
def _book() -> PhraseBook:
    types = organisation_types().values()
    return PhraseBook((wording.phrase, t.id, wording.language) for t in types for wording in t.wordings)


@cache
def _spoken_book() -> PhraseBook:
    """Only what languages call a type; no proper names, which are ordinary words elsewhere."""
    types = organisation_types().values()
    return PhraseBook(
        (w.phrase, t.id, w.language) for t in types for w in t.wordings if w.language is not None
    )


def mentions(text: str, languages: Collection[str] | None = None) -> tuple[Mention, ...]:
    """Return the types that a text in some of these languages speaks of, by place; of overlapping ones the longest."""
    tokens = tokens_of(text)
    return mentions_among(tokens, languages)


def mentions_among(tokens: Sequence[Token], languages: Collection[str] | None = None) -> tuple[Mention, ...]:
    """As `mentions`, for tokens that are there already."""
    types = organisation_types()
    return tuple(
        Mention(hit.value, tokens[hit.first].start, tokens[hit.last].end, hit.letters, types[hit.value].thing)
        for hit in longest(_spoken_book().find(tokens, languages))
    )


def only_types(text: str, types: Collection[str]) -> bool:
    """Whether a text names one of these types and, beside short words and numbers, nothing else.

    >>> only_types("two universities", ["university"]), only_types("ένα πανεπιστήμιο", ["university"])
    (True, True)
    >>> only_types("a university for metallurgy", ["university"])
    False
    """
    named = [mention for mention in mentions(text) if mention.type in types]
    tokens = (
        token
        for token in tokens_of(text)
        if not any(mention.start <= token.start and token.end <= mention.end for mention in named)
    )
    return bool(named) and not any(stem(token.text) for token in tokens)


@lru_cache(maxsize=100_000)
def types_of_name(name: str, country: str | None, kind: Kind | None) -> tuple[NameType, ...]:
    """Return the types that a name tells, the surest first; () where it tells none.

    `kind` is the recorded one: a type that does not go with it is possible, no more.
    """
    languages = ("en", *SPOKEN.get(country or "", ()))
    tokens = tokens_of(name)
    hits = [hit for hit in longest(_book().find(tokens, languages)) if _placed(hit, tokens)]
    named = {hit.value for hit in hits}
    displaced = {weaker for one in named for weaker in organisation_types()[one].over}
    bearer = _Bearer.of(tokens, named)
    best: dict[str, NameType] = {}
    for hit in hits:
        if hit.value in displaced:
            continue
        words = name[tokens[hit.first].start : tokens[hit.last].end]
        candidate = NameType(hit.value, _share(hit, kind, bearer), words)
        if hit.value not in best or candidate.share > best[hit.value].share:
            best[hit.value] = candidate
    return tuple(sorted(best.values(), key=lambda one: (-one.share, one.type)))


def _placed(hit: Hit, tokens: Sequence[Token]) -> bool:
    """Whether a single proper name stands where names are: at the beginning or the end."""
    return hit.language is not None or hit.first < hit.last or hit.first == 0 or hit.last == len(tokens) - 1


class _Bearer(NamedTuple):
    """What a whole name says of who bears it, that speaks against a trade in it."""

    supplies: bool
    """It supplies others, as in "Airport Gurus"."""
    serves: bool
    """It supplies even makers, as in "glass service"."""
    studies: bool
    teaches: bool
    about: frozenset[str]
    """Types of bodies that are there for others which it names, such as an association."""

    @classmethod
    def of(cls, tokens: Sequence[Token], named: Collection[str]) -> "_Bearer":
        """Read a name's words and the types that it names."""
        words = [token.text for token in tokens]
        return cls(
            supplies=not _SUPPLIES.isdisjoint(words),
            serves=not _SERVES.isdisjoint(words),
            studies=any(word.startswith(_STUDIES) for word in words) or not _RESEARCH.isdisjoint(named),
            teaches=not _TEACHING.isdisjoint(named),
            about=_ABOUT_OTHERS.intersection(named),
        )

    def is_none(self, type_: OrganisationType, *, spoken: bool) -> bool:
        """Whether it is rather somebody beside a trade than of it. `spoken`: told by a word, not by a proper name."""
        studied = not type_.kinds or type_.kinds.isdisjoint(_RESEARCH_KINDS)
        learned = type_.id in _RESEARCH | _TEACHING
        company = type_.kinds and type_.kinds <= {Kind.COMPANY, Kind.LARGE, Kind.SME, Kind.OTHER}
        return (
            any(type_.id != body and body not in type_.over for body in self.about)
            or (self.teaches and not learned and type_.over.isdisjoint(_TEACHING))
            or (self.supplies and not company)
            or (spoken and self.serves and _makes(type_))
            or (spoken and self.studies and studied and not learned)
        )


def _share(hit: Hit, kind: Kind | None, bearer: _Bearer) -> float:
    """How surely a part of a name tells its type."""
    type_, spoken = organisation_types()[hit.value], hit.language is not None
    contradicted = bool(type_.kinds) and kind is not None and kind not in type_.kinds
    if contradicted or bearer.is_none(type_, spoken=spoken):
        return POSSIBLE
    return LIKELY if type_.thing and spoken else SURE


def _makes(type_: OrganisationType) -> bool:
    """Whether a trade stands among those that make, run or build things."""
    divisions = re.findall(r"NACE (\d+)", " ".join(type_.codes))
    return any(int(division) in _MAKING for division in divisions)
