"""Which country does somebody mean who writes a code or a name? EU and ISO codes, English and native names."""

from functools import cache

from data.countries import KNOWN, country_name, to_eu, to_iso

_NATIVE = {
    "AT": "Österreich",
    "BE": "België; Belgique; Belgien",
    "BG": "България; Bulgaria",
    "CH": "Schweiz; Suisse; Svizzera; Svizra",
    "CY": "Κύπρος; Kıbrıs",
    "CZ": "Česko; Česká republika; Czech Republic",
    "DE": "Deutschland; Bundesrepublik Deutschland",
    "DK": "Danmark",
    "EE": "Eesti",
    "ES": "España",
    "FI": "Suomi",
    "FR": "République française",
    "GB": "Great Britain",
    "GR": "Ελλάδα; Ελλάς; Hellas",
    "HR": "Hrvatska",
    "HU": "Magyarország",
    "IE": "Éire",
    "IS": "Ísland",
    "IT": "Italia",
    "LI": "Fürstentum Liechtenstein",
    "LT": "Lietuva",
    "LU": "Lëtzebuerg; Luxemburg",
    "LV": "Latvija",
    "NL": "Nederland; The Netherlands; Holland",
    "NO": "Norge; Noreg",
    "PL": "Polska",
    "PT": "República Portuguesa",
    "RO": "România",
    "RS": "Србија; Srbija",
    "SE": "Sverige",
    "SI": "Slovenija",
    "SK": "Slovensko; Slovenská republika; Slovak Republic",
    "TR": "Turkey; Türkei",
    "UA": "Україна",
    "US": "USA; United States of America",
}
"""How the countries call themselves, and older or longer English names; a semicolon between two."""


def code_of(written: str) -> str | None:
    """Return the ISO 3166 code of a code (EL, uk, GR) or a name (Greece, Ελλάδα), whatever the case; None for neither.

    >>> code_of("EL"), code_of("uk"), code_of("Deutschland"), code_of("greece"), code_of("QQ")
    ('GR', 'GB', 'DE', 'GR', None)
    """
    words = " ".join(written.split())
    if (code := to_iso(words)) in KNOWN:
        return code
    return _codes_by_name().get(words.casefold())


@cache
def _codes_by_name() -> dict[str, str]:
    # A country of which data.countries knows no name has its code for one.
    english = {country_name(code): code for code in KNOWN if country_name(code) != to_eu(code)}
    native = {name: code for code, names in _NATIVE.items() for name in names.split("; ")}
    return {name.casefold(): code for name, code in (english | native).items()}
