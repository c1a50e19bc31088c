"""Which types of organisations are there, finer than the eight kinds, and how does each EU language name them?

The types stand in `data/organisation_types/*.toml`, one table each. They are our own collection; `codes` tells where a
type stands in NACE Rev. 2 or ISCED 2011. A type told from a name is always an inference, never a recorded fact.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from data.errors import BadInput
from data.model import Kind

FOLDER = Path(__file__).parent / "organisation_types"
_FIELDS = frozenset({"label", "kinds", "codes", "words", "names", "over", "under", "holds", "thing", "broad"})


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to name a type. `phrase`: words, `*` for any ending or beginning; `language`: ISO 639-1, None: a proper
    name, the same everywhere."""

    phrase: str
    language: str | None


@dataclass(frozen=True, slots=True)
class OrganisationType:
    """A type of organisations, such as a shipyard. `kinds`: the recorded kinds that it may have; empty: any."""

    id: str
    label: str
    kinds: frozenset[Kind]
    codes: tuple[str, ...]
    wordings: tuple[Wording, ...]
    over: frozenset[str] = frozenset()
    """Types that are not meant where this one is named too: a university hospital is no university."""
    holds: frozenset[str] = frozenset()
    """Types whose bearers are of this one too: who runs a distribution grid is a grid operator."""
    thing: bool = False
    """Its words name what it makes or works with, so that they tell less than the name of a trade."""
    broad: bool = False
    """Its bearers work on all subjects, so that the type alone answers little of "a university for metallurgy"."""


@cache
def organisation_types() -> Mapping[str, OrganisationType]:
    """Return every type by its id. Raises BadInput where a file does not hold what it should."""
    tables: dict[str, dict[str, Any]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for ident, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if unknown := set(table) - _FIELDS:
                raise BadInput(f"{path.name}: type {ident} has unknown fields {sorted(unknown)}")
            if ident in tables:
                raise BadInput(f"{path.name}: type {ident} is there twice")
            tables[ident] = table
    over = _precedence(tables)
    return MappingProxyType({ident: _type(ident, table, over[ident]) for ident, table in tables.items()})


def answering(types: Iterable[str]) -> tuple[str, ...]:
    """Return these types and those whose bearers are of them too.

    >>> answering(["grid_operator"])
    ('grid_operator', 'distribution_operator', 'transmission_operator')
    """
    known = organisation_types()
    return tuple(dict.fromkeys(one for ident in types for one in (ident, *sorted(known[ident].holds))))


def type_called(words: str) -> str | None:
    """Return the type of organisations that is called so, by id or label; None for none.

    >>> type_called("Weather service"), type_called("weather_service"), type_called("sme")
    ('weather_service', 'weather_service', None)
    """
    plain = words.strip().casefold().replace(" ", "_")
    types = organisation_types()
    if plain in types:
        return plain
    labels = {kind.label.casefold().replace(" ", "_"): ident for ident, kind in types.items()}
    return labels.get(plain)


def _type(ident: str, table: Mapping[str, Any], over: frozenset[str]) -> OrganisationType:
    proper = (Wording(phrase, None) for phrase in _phrases(table.get("names", "")))
    return OrganisationType(
        id=ident,
        label=table["label"],
        kinds=frozenset(Kind(kind) for kind in table.get("kinds", ())),
        codes=tuple(table.get("codes", ())),
        wordings=(*_wordings(table["words"]), *proper),
        over=over,
        holds=frozenset(table.get("holds", ())),
        thing=bool(table.get("thing", False)),
        broad=bool(table.get("broad", False)),
    )


def _precedence(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Which types each type displaces: its own `over`, and whoever names it in `under`."""
    over = {ident: set(table.get("over", ())) for ident, table in tables.items()}
    for ident, table in tables.items():
        for stronger in table.get("under", ()):
            if stronger not in over:
                raise BadInput(f"type {ident} stands under {stronger!r}, which is no type")
            over[stronger].add(ident)
    return {ident: frozenset(weaker) for ident, weaker in over.items()}


def _wordings(words: str) -> tuple[Wording, ...]:
    """Read `en port, ports | de+nl hafen*` as phrases with their language."""
    wordings = []
    for part in words.split("|"):
        languages, _, phrases = part.strip().partition(" ")
        if not re.fullmatch(r"[a-z]{2}(\+[a-z]{2})*", languages):
            raise BadInput(f"words begin with the language's code, not {part.strip()[:20]!r}")
        wordings += [Wording(p, language) for language in languages.split("+") for p in _phrases(phrases)]
    return tuple(wordings)


def _phrases(listed: str) -> list[str]:
    return [phrase.strip() for phrase in listed.split(",") if phrase.strip()]
