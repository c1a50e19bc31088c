"""What does a cell's text mean? Numbers, dates, yes and no, countries and kinds as Europe writes them.

Every function returns None for an empty cell and raises ValueError, with a reason for the report, for a text that it
cannot read.
"""

import datetime as dt
import re

from data.countries import to_iso
from data.country_names import code_of
from data.model import Kind
from data.sources.languages import language_code

_DATES = (
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"), (0, 1, 2)),
    (re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})"), (2, 1, 0)),
    (re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"), (0, 1, 2)),
)
_YES = frozenset(
    [
        "true",
        "yes",
        "y",
        "1",
        "ja",
        "oui",
        "si",
        "sí",
        "sì",
        "sim",
        "tak",
        "ano",
        "áno",
        "da",
        "igen",
        "jah",
        "ναι",
    ]
)
_NO = frozenset(["false", "no", "n", "0", "nein", "non", "não", "nie", "ne", "nem", "ei", "όχι"])
_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:[ .,'’]\d{3})+)(?:[.,]\d+)?")
_EURO = re.compile(r"(?i)euros?\b|eur|€")
_NO_CENTS = re.compile(r"[.,][-–—]{1,2}(?=\s|$|€|E)")
_ONE_GROUP = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
"""Digits that are thousands to one reader and a fraction to another."""
_PLAIN_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]{1,2})?").fullmatch


def text(cell: str) -> str | None:
    """Return the cell's text without surrounding blanks."""
    return cell.strip() or None


def needed(cell: str) -> str:
    """Return the cell's text without surrounding blanks; a row whose cell is empty cannot be taken."""
    if found := cell.strip():
        return found
    raise ValueError("is empty; every row needs it")


def day(cell: str) -> dt.date | None:
    """Return the date of `2026-11-22`, `22.11.2026` or `22/11/2026` (day first), with or without a time behind it.

    >>> day("22.11.2026"), day("2026-11-22 10:00:00")
    (datetime.date(2026, 11, 22), datetime.date(2026, 11, 22))
    """
    found = cell.strip()
    if not found:
        return None
    bare = re.split(r"[T ]", found, maxsplit=1)[0]
    for pattern, (year, month, of_month) in _DATES:
        if match := pattern.fullmatch(bare):
            parts = match.groups()
            try:
                return dt.date(int(parts[year]), int(parts[month]), int(parts[of_month]))
            except ValueError:
                break
    raise ValueError(f"{found!r} is not a date; needed: 2026-11-22 or 22.11.2026")


def amount(cell: str) -> float | None:
    """Return the number of `1234567.89`, `1.234.567,89`, `1 234 567,89` or `1,234,567.89`, with or without EUR or €.

    A single mark followed by exactly three digits (`1.234`, `1,234`) could mean either and is refused.

    >>> amount("1.234.567,89"), amount("1,234,567.89"), amount("12,5"), amount("€ 1 200")
    (1234567.89, 1234567.89, 12.5, 1200.0)
    """
    if _PLAIN_NUMBER(cell):
        return float(cell)
    found = cell.strip()
    if not found:
        return None
    bare = re.sub(r"(?i)eur|€", "", found).replace("\u00a0", " ").replace("\u202f", " ").strip()
    if not _NUMBER.fullmatch(bare):
        raise ValueError(f"{found!r} is not a number; needed: 1234567.89 or 1.234.567,89")
    digits = re.sub(r"[ '’]", "", bare)
    marks = [mark for mark in digits if mark in ".,"]
    if len(marks) == 1 and re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", digits):
        raise ValueError(f"{found!r} could be thousands or a fraction; needed: 1234 or 1234.0")
    if len(set(marks)) == 2:
        decimal = marks[-1]
    elif len(marks) == 1:
        decimal = marks[0]
    else:
        decimal = ""
    return float("".join("." if mark == decimal else "" if mark in ".," else mark for mark in digits))


def budget(cell: str) -> float | None:
    """Return an amount of 0 or more, as people write money.

    Behind `€` or `EUR` three digits after the only mark are thousands, since euros have two decimals; `,-` says
    that there are no cents. Without that sign `800.000` may be thousands or, from a program, a fraction: refused.

    >>> budget("€ 800.000"), budget("800.000,00 €"), budget("1 200 000"), budget("EUR 1.250.000,-")
    (800000.0, 800000.0, 1200000.0, 1250000.0)
    """
    written = cell.strip()
    bare = _NO_CENTS.sub("", written)
    if has_sign := bool(_EURO.search(bare)):
        bare = _EURO.sub("", bare).strip()
    if _ONE_GROUP.fullmatch(bare):
        digits = re.sub("[.,]", "", bare)
        if not has_sign:
            raise ValueError(f"{written!r} could be {digits} or a fraction; needed: {digits}, or € {written}")
        bare = digits
    if re.search(r"\d\s*[A-Za-z]", bare):
        raise ValueError(f"{written!r} is an amount in short; needed: all its digits, as in 1250000")
    if written and not bare:
        raise ValueError(f"{written!r} is no amount; needed: 1234567.89 or 1.234.567,89")
    found = amount(bare)
    if found is not None and found < 0:
        raise ValueError(f"{written!r} is negative; needed: 0 or more")
    return found


def flag(cell: str) -> bool | None:
    """Return yes or no in English and the larger EU languages.

    >>> flag("TRUE"), flag("nein"), flag("")
    (True, False, None)
    """
    found = cell.strip().casefold()
    if not found:
        return None
    if found in _YES:
        return True
    if found in _NO:
        return False
    raise ValueError(f"{cell.strip()!r} is neither yes nor no; needed: true or false")


def known_country(cell: str) -> str | None:
    """Return the ISO 3166 code of a country that exists, by its code (EL and UK too) or its name.

    >>> known_country("EL"), known_country("Österreich"), known_country("")
    ('GR', 'AT', None)
    """
    found = cell.strip()
    if not found:
        return None
    if code := code_of(found):
        return code
    raise ValueError(f"{found!r} is no country; needed: a code such as DE or EL, or a name such as Greece")


def country(cell: str) -> str | None:
    """Return the ISO 3166 code of any two letters; the EU's EL and UK become GR and GB.

    For exports that hold codes of former countries too; what people fill in is read by `known_country`.

    >>> country("EL"), country("de"), country("")
    ('GR', 'DE', None)
    """
    found = cell.strip().upper()
    if not found:
        return None
    if not re.fullmatch(r"[A-Z]{2}", found):
        raise ValueError(f"{cell.strip()!r} is not a country code; needed: two letters such as DE or EL")
    return to_iso(found)


def kind(cell: str) -> Kind | None:
    """Return the kind of organisation by its name.

    >>> kind("University")
    <Kind.UNIVERSITY: 'university'>
    """
    found = cell.strip().casefold()
    if not found:
        return None
    try:
        return Kind(found)
    except ValueError:
        raise ValueError(f"{cell.strip()!r} is not a kind; needed: one of {', '.join(Kind)}") from None


def language(cell: str) -> str | None:
    """Return the ISO 639-1 code of a language, by its code or, for the EU's 24, its name.

    >>> language("DE"), language("Deutsch"), language("pt-BR"), language("")
    ('de', 'de', 'pt', None)
    """
    found = cell.strip()
    if not found:
        return None
    return language_code(found)
