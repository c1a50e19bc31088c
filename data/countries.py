"""Which countries belong to which set, from when, and with what limits?

ISO 3166 codes are stored; EU style (EL for Greece, UK for the United Kingdom) is accepted and shown. Call
profiles name sets: MS, AC, WIDENING, EUREKA, EUROSTARS, … (`SETS`). "MS" and "AC" always mean the sets.

Membership has three values, because the facts have: True, False, and None where a limit (one pillar only,
transitional arrangement, only some regions) or an unverified date leaves it open.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

FACTS_AS_OF = dt.date(2026, 11, 22)
"""The day these facts were gathered; the date assumed where a caller names none."""


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


EU27 = _codes("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE")
"""The Member States since 2020-02-01."""

WIDENING_MS = _codes("BG HR CY CZ EE GR HU LV LT MT PL PT RO SK SI")
WIDENING_ASSOCIATED = _codes("AL AM BA FO GE XK MD ME MA MK RS TN TR UA")
WIDENING = WIDENING_MS | WIDENING_ASSOCIATED
"""The widening list. MA is on it without being associated: the two are independent facts."""

KNOWN = _codes(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR "
    "BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ "
    "EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW "
    "GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY "
    "KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV "
    "MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY "
    "QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG "
    "TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA "
    "ZM ZW"
)
"""Every code of ISO 3166-1, and XK: a code outside is a typing error."""

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "AL": "Albania",
        "AM": "Armenia",
        "AT": "Austria",
        "BA": "Bosnia and Herzegovina",
        "BE": "Belgium",
        "BG": "Bulgaria",
        "CA": "Canada",
        "CH": "Switzerland",
        "CL": "Chile",
        "CN": "China",
        "CY": "Cyprus",
        "CZ": "Czechia",
        "DE": "Germany",
        "DK": "Denmark",
        "EE": "Estonia",
        "EG": "Egypt",
        "ES": "Spain",
        "FI": "Finland",
        "FO": "Faroe Islands",
        "FR": "France",
        "GB": "United Kingdom",
        "GE": "Georgia",
        "GR": "Greece",
        "HR": "Croatia",
        "HU": "Hungary",
        "IE": "Ireland",
        "IL": "Israel",
        "IN": "India",
        "IS": "Iceland",
        "IT": "Italy",
        "JP": "Japan",
        "KR": "South Korea",
        "LI": "Liechtenstein",
        "LT": "Lithuania",
        "LU": "Luxembourg",
        "LV": "Latvia",
        "MA": "Morocco",
        "MC": "Monaco",
        "MD": "Moldova",
        "ME": "Montenegro",
        "MK": "North Macedonia",
        "MT": "Malta",
        "NL": "Netherlands",
        "NO": "Norway",
        "NZ": "New Zealand",
        "PL": "Poland",
        "PT": "Portugal",
        "RO": "Romania",
        "RS": "Serbia",
        "SE": "Sweden",
        "SG": "Singapore",
        "SI": "Slovenia",
        "SK": "Slovakia",
        "SM": "San Marino",
        "TN": "Tunisia",
        "TR": "Türkiye",
        "UA": "Ukraine",
        "US": "United States",
        "XK": "Kosovo",
        "ZA": "South Africa",
    }
)


@dataclass(frozen=True, slots=True)
class Membership:
    """One country's membership of a set: since when (inclusive), until when (inclusive), with what limit.

    `pillar` restricts it to one part of the programme ("II"); `limit` says in words why membership cannot be
    taken for granted. `verified` False means the entry is recalled: on its own it answers None, never True.
    `since_verified` False means only the first day is recalled: earlier dates answer None.
    """

    country: str
    since: dt.date | None = None
    until: dt.date | None = None
    pillar: str | None = None
    limit: str | None = None
    verified: bool = True
    since_verified: bool = True

    def holds(self, on: dt.date, pillar: str | None) -> bool | None:
        """Is the country in the set on that day, for a call of that pillar (None: not stated)?"""
        if self.until is not None and on > self.until:
            return False
        if self.since is not None and on < self.since:
            return False if self.since_verified else None
        if self.pillar is not None and pillar is not None and pillar != self.pillar:
            return False
        open_question = self.limit is not None or (self.pillar is not None and pillar is None)
        return None if open_question or not self.verified else True


@dataclass(frozen=True, slots=True)
class CountrySet:
    """A named set of countries, with its source."""

    name: str
    title: str
    entries: tuple[Membership, ...]
    source: str


def _plain(codes: Iterable[str], **facts: object) -> tuple[Membership, ...]:
    return tuple(Membership(code, **facts) for code in sorted(codes))  # type: ignore[arg-type]


_HE_START = dt.date(2021, 1, 1)
_BREXIT = dt.date(2020, 1, 31)
_ISERD = "Horizon Europe list of associated countries, read 2026-11-22"

ASSOCIATED = (
    *_plain(_codes("AL AM BA FO GE IS IL XK MD ME MK NO RS TN TR UA"), since=_HE_START, since_verified=False),
    Membership("GB", since=dt.date(2024, 1, 1), since_verified=False),
    Membership("CA", since=dt.date(2024, 1, 1), pillar="II", since_verified=False),
    Membership("NZ", since=dt.date(2023, 1, 1), pillar="II", since_verified=False),
    Membership("KR", since=dt.date(2025, 1, 1), pillar="II", since_verified=False),
    Membership("CH", since=dt.date(2025, 1, 1)),
    Membership("EG", since=dt.date(2025, 1, 1), limit="transitional arrangement, from the 2025 budget on"),
    Membership(
        "JP",
        since=dt.date(2026, 1, 1),
        pillar="II",
        limit="transitional arrangement, work programme 2026/27",
    ),
)
"""Associated to Horizon Europe, each with dates and limits."""

_EUREKA_CORE = EU27 | _codes("CH GB IL IS NO TR")
_EUROSTARS_CORE = EU27 | _codes("CH GB IL IS NO TR")

SETS: Mapping[str, CountrySet] = MappingProxyType(
    {
        item.name: item
        for item in (
            CountrySet(
                "MS",
                "EU Member States",
                (*_plain(EU27), Membership("GB", until=_BREXIT)),
                "Treaties; the United Kingdom left on 2020-01-31",
            ),
            CountrySet("AC", "countries associated to Horizon Europe", ASSOCIATED, _ISERD),
            CountrySet(
                "WIDENING",
                "widening countries",
                _plain(WIDENING),
                "Horizon Europe widening list, read 2026-11-22 (outermost regions are not countries: ask)",
            ),
            CountrySet("WIDENING_MS", "widening Member States", _plain(WIDENING_MS), "as WIDENING"),
            CountrySet(
                "EUREKA",
                "Eureka countries",
                (
                    *_plain(_EUREKA_CORE),
                    *_plain(_codes("AL BA CA KR MC ME MK RS SG SM UA"), verified=False),
                    *_plain(_codes("AR CL ZA"), verified=False),
                ),
                "Eureka membership; entries beyond EU, CH, IL, IS, NO, TR, UK recalled, not re-read",
            ),
            CountrySet(
                "EUROSTARS",
                "Eurostars countries",
                (*_plain(_EUROSTARS_CORE), *_plain(_codes("CA KR SG ZA"), verified=False)),
                "Eurostars participating states; beyond EU, CH, IL, IS, NO, TR, UK recalled",
            ),
            CountrySet(
                "INTERREG_CE",
                "the Central Europe programme area",
                (
                    *_plain(_codes("AT CZ HR HU PL SI SK")),
                    *_plain(("DE", "IT"), limit="only some of its regions belong to the programme area"),
                ),
                "Interreg Central Europe programme area",
            ),
        )
    }
)


def to_iso(code: str) -> str:
    """Turn a country code as written (EL, UK, gr) into ISO 3166.

    >>> to_iso("EL"), to_iso("uk"), to_iso("DE")
    ('GR', 'GB', 'DE')
    """
    upper = code.strip().upper()
    return {"EL": "GR", "UK": "GB"}.get(upper, upper)


def to_eu(code: str) -> str:
    """Turn an ISO code into the EU style to show.

    >>> to_eu("GR"), to_eu("GB"), to_eu("FR")
    ('EL', 'UK', 'FR')
    """
    return {"GR": "EL", "GB": "UK"}.get(code, code)


def eu_or_unknown(code: str | None) -> str:
    """Return the code in EU style, or say that there is none.

    >>> eu_or_unknown("GR"), eu_or_unknown(None)
    ('EL', 'country unknown')
    """
    return to_eu(code) if code else "country unknown"


def country_name(code: str | None) -> str:
    """The English short name, or the EU-style code where this file knows no name; of None that it is unknown."""
    if code is None:
        return "country unknown"
    return _NAMES.get(to_iso(code), to_eu(to_iso(code)))


@lru_cache(maxsize=1024)
def countries_of(
    names: tuple[str, ...], on: dt.date, pillar: str | None = None
) -> tuple[frozenset[str], frozenset[str]]:
    """Return (certain, possible) ISO codes of the union of sets and single codes on that day.

    `certain` are members for sure; `possible` adds those whose membership is open. Raises KeyError on an
    unknown name.
    """
    certain: set[str] = set()
    possible: set[str] = set()
    for name in names:
        if name in SETS:
            for entry in SETS[name].entries:
                answer = entry.holds(on, pillar)
                if answer:
                    certain.add(entry.country)
                if answer is not False:
                    possible.add(entry.country)
        elif len(name) == 2 and name.isalpha():
            certain.add(to_iso(name))
            possible.add(to_iso(name))
        else:
            raise KeyError(name)
    return frozenset(certain), frozenset(possible | certain)
