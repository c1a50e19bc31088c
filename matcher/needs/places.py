"""From where is somebody sought? Countries and parts of Europe, as the 24 languages name them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from matcher.needs.phrases import PhraseBook, Token, fold, longest

PLACES = Path(__file__).with_name("places.toml")
REGIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "baltic": ("EE", "LT", "LV"),
        "nordic": ("DK", "FI", "IS", "NO", "SE"),
        "benelux": ("BE", "LU", "NL"),
        "south": ("CY", "ES", "GR", "HR", "IT", "MT", "PT", "SI"),
    }
)


@dataclass(frozen=True, slots=True)
class Where:
    """From where somebody is sought; all empty: from anywhere.

    `countries`: ISO codes, any of them will do; `not_from`: ISO codes that will not; `abroad`: not from the asker's own
    country; `different`: several countries, each from another.
    """

    countries: tuple[str, ...] = ()
    not_from: tuple[str, ...] = ()
    abroad: bool = False
    different: bool = False

    @property
    def anywhere(self) -> bool:
        return not (self.countries or self.not_from or self.abroad or self.different)

    def allows(self, country: str | None, own: str | None) -> bool | None:
        """Say whether a country will do, given the asker's own one; None where that depends on an unknown fact."""
        if country is None:
            return None if not self.anywhere and not self.different else True
        if self.countries and country not in self.countries:
            return False
        return not (country in self.not_from or (self.abroad and country == own))


ANYWHERE = Where()


def where(tokens: Sequence[Token], text: str) -> Where:
    """Read the places that an item names. A country counts where its name begins with a capital."""
    countries: list[str] = []
    not_from: list[str] = []
    abroad = outside = False
    for hit in longest(_book().find(tokens)):
        kind, _, code = hit.value.partition(":")
        if kind == "outside":
            outside = True
        elif kind == "abroad":
            abroad = True
        elif (kind in ("country", "region") and text[tokens[hit.first].start].isupper()) or kind == "region":
            codes = REGIONS[code] if kind == "region" else (code,)
            (not_from if outside else countries).extend(codes)
    return Where(tuple(dict.fromkeys(countries)), tuple(dict.fromkeys(not_from)), abroad)


def counts_countries(word: str) -> bool:
    """Whether a word after a number says that countries are counted: "in three countries"."""
    return word in _country_words()


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType(tomllib.loads(PLACES.read_text(encoding="utf-8")))


@cache
def _book() -> PhraseBook:
    table = _table()
    phrases = [
        (phrase, f"country:{code}", None)
        for code, listed in table["countries"].items()
        for phrase in _split(listed)
    ]
    phrases += [
        (phrase, f"region:{name}", None)
        for name, listed in table["regions"].items()
        for phrase in _split(listed)
    ]
    phrases += [(phrase, "abroad", None) for phrase in _split(table["abroad"]["words"])]
    phrases += [(phrase, "outside", None) for phrase in _split(table["abroad"]["outside"])]
    return PhraseBook(phrases)


@cache
def _country_words() -> frozenset[str]:
    return frozenset(fold(word) for word in _split(_table()["abroad"]["countries"]))


def _split(listed: str) -> list[str]:
    return [phrase.strip() for phrase in listed.split(",") if phrase.strip()]
