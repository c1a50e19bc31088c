"""Which country does somebody mean who writes a code or a name? CLDR's names in the languages of Europe, and codes."""

import re
import unicodedata
from functools import cache, lru_cache

from data.countries import KNOWN, country_name, to_eu, to_iso

_LANGUAGES = (
    "en de fr it es nl pl pt cs sk sl hr hu ro bg el fi sv da et lv lt mt ga "
    "nb is tr uk sr sr_Latn mk sq bs ca ru"
)
"""The EU's 24 languages and those of its neighbours; where two disagree about a word, the earlier one stands."""
_ALSO = {
    "AT": "Republik Österreich",
    "BA": "Bosnia; Bosnien; Bosnie; BiH",
    "BE": "Belgie; Belgique; Belgien",
    "CY": "Kıbrıs; Republic of Cyprus",
    "CZ": "Czech Republic; Czech Rep; Tschechische Republik; République tchèque; Česká republika; Republika Czeska; "
    "Repubblica Ceca; República Checa; Tschechei; Cseh Köztársaság",
    "DE": "Bundesrepublik Deutschland; BRD; Federal Republic of Germany; Bundesrepublik",
    "ES": "Kingdom of Spain",
    "FR": "République française",
    "GB": "Great Britain; Britain; Großbritannien; Grande-Bretagne; Gran Bretagna; Gran Bretaña; Wielka Brytania; "
    "England; Scotland; Wales; Northern Ireland; Angleterre; Inghilterra; Schottland; U.K.; "
    "Storbritannien; Anglia; Inglaterra",
    "GR": "Hellas; Ελλάς; Hellenic Republic",
    "HR": "Republika Hrvatska",
    "IE": "Republic of Ireland; Éire",
    "IT": "Repubblica italiana",
    "LI": "Fürstentum Liechtenstein",
    "LU": "Lëtzebuerg; Grand Duchy of Luxembourg",
    "MD": "Republic of Moldova; Moldavia; Moldawien; Moldavie",
    "ME": "Crna Gora",
    "MK": "FYROM; Macedonia; Mazedonien; Former Yugoslav Republic of Macedonia; FYR Macedonia; "
    "Republic of North Macedonia",
    "NL": "The Netherlands; Holland; Hollande; Olanda; Holanda; Holandia; Pays Bas; Paesi Bassi",
    "PT": "República Portuguesa",
    "SK": "Slovak Republic; Slovenská republika; Slowakische Republik; République slovaque",
    "TR": "Turkey; Türkei; Turkiye; Turquie; Turchia; Turquía",
    "US": "USA; United States of America; U.S.A.; U.S.; Vereinigte Staaten von Amerika; États-Unis d'Amérique",
    "XK": "Kosovo under UNSCR 1244; Kosova; Republic of Kosovo",
}
"""What people write and CLDR does not list: older, longer and shorter names, and the parts of the United Kingdom."""
_VEHICLE = {
    "A": "AT",
    "B": "BE",
    "D": "DE",
    "E": "ES",
    "F": "FR",
    "H": "HU",
    "I": "IT",
    "L": "LU",
    "P": "PT",
    "S": "SE",
}
"""The one-letter codes on cars, where they are known beyond doubt."""
_STATE_WORDS = re.compile(r"^(?:the|republic of|republik|republique de|republica|kingdom of|repubblica) ")


_BETWEEN = re.compile(r"[()\[\],;/|–—:]+| - ")
_BETWEEN_OR_BLANK = re.compile(rf"{_BETWEEN.pattern}|-(?=[A-Z]{{2,3}}$)|(?<=^[A-Z]{{2}})[ -]")
"""Between a name and its code; a code may also stand before a blank: `DE Germany`."""


@lru_cache(maxsize=16384)
def code_of(written: str) -> str | None:
    """Return the ISO 3166 code of a code (EL, uk, DEU, D) or a name in a language of Europe; None for neither.

    Case, accents, notes (`Kosovo*`) and a code beside the name (`Deutschland (DE)`) do not matter; two countries in one
    cell are none.

    >>> code_of("EL"), code_of("uk"), code_of("Allemagne"), code_of("DE - Germany"), code_of("QQ")
    ('GR', 'GB', 'DE', 'DE', None)
    """
    words = " ".join(written.split())
    if (code := _whole(words)) is not None:
        return code
    for between in (_BETWEEN, _BETWEEN_OR_BLANK):
        parts = [part for part in between.split(words) if part.strip(" *.")]
        codes = {_whole(part) for part in parts}
        if len(parts) > 1 and len(codes) == 1 and None not in codes:
            return codes.pop()
    return None


def _whole(words: str) -> str | None:
    bare = words.strip(" .*¹²³†'\"")
    if (code := to_iso(bare)) in KNOWN:
        return code
    if len(bare) == 1:
        return _VEHICLE.get(bare)
    if len(bare) == 3 and bare.upper() in _alpha3():
        return _alpha3()[bare.upper()]
    names = _codes_by_name()
    form = _folded(bare)
    return names.get(form) or names.get(_STATE_WORDS.sub("", form))


def _folded(name: str) -> str:
    """Return a name in small letters without accents and marks."""
    letters = unicodedata.normalize(
        "NFKD", name.casefold().replace("ı", "i").replace("ł", "l").replace("ø", "o")
    )
    return " ".join(
        re.findall(r"[^\W_]+", "".join(mark for mark in letters if not unicodedata.combining(mark)))
    )


@cache
def _alpha3() -> dict[str, str]:
    from babel.core import get_global

    aliases = get_global("territory_aliases")
    return {
        code: meant[0]
        for code, meant in aliases.items()
        if len(code) == 3 and code.isalpha() and len(meant) == 1 and meant[0] in KNOWN
    } | {"XKX": "XK"}


@cache
def _codes_by_name() -> dict[str, str]:
    from babel import Locale

    codes: dict[str, str] = {}
    for name, code in ((name, code) for code, names in _ALSO.items() for name in names.split("; ")):
        codes.setdefault(_folded(name), code)
    for code in KNOWN:
        if country_name(code) != to_eu(code):  # data.countries knows its name
            codes.setdefault(_folded(country_name(code)), code)
    for language in _LANGUAGES.split():
        for code, name in Locale.parse(language).territories.items():
            if code in KNOWN:
                codes.setdefault(_folded(str(name)), code)
                for spelling in _spelled(str(name)):
                    codes.setdefault(_folded(spelling), code)
    return codes


def _spelled(name: str) -> set[str]:
    """Return other spellings of a name: umlauts written as two letters, and without what stands in brackets."""
    two = name
    for umlaut, letters in (
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("Ö", "Oe"),
        ("Ä", "Ae"),
        ("Ü", "Ue"),
        ("å", "aa"),
        ("ø", "oe"),
    ):
        two = two.replace(umlaut, letters)
    return {two, re.sub(r"\s*[(\[].*?[)\]]", "", name)} - {name}
