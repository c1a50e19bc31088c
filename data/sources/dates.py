"""Which day do the figures or words of a cell mean, as people, programs and spreadsheets write dates?"""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from functools import cache

from data.sources.languages import EU_LANGUAGES
from data.sources.spelling import plain
from data.sources.vocabulary import is_unknown

_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_BARE = re.compile(r"(19|20)(\d\d)(\d\d)(\d\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})")
_WORDS = re.compile(
    r"(?:\w+ )?(?:(\d{1,2}) (?:de |di |ta )?([^\W\d]+)|([^\W\d]+) (\d{1,2})(?:st|nd|rd|th)?) (?:de |del )?(\d{4})"
)
_TIME = re.compile(r"(?<=\d)(?:[T ]\d{1,2}:\d{2}.*|T\d{6}.*)$")
_SERIAL = re.compile(r"\d{5}(?:[.,]0*)?")
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 73_050
_DAY_ZERO = dt.date(1899, 12, 30)
"""Day 0 of spreadsheets' serial numbers."""
_CENTURY = 100
_ORIGIN = 1970


def days_among(cells: Iterable[str]) -> Callable[[str], dt.date | None]:
    """Return how a column writes dates: the day first, unless cells with the same mark show that the month is first.

    >>> days_among(["01/13/2023"])("02/03/2023"), days_among(["13.01.2023"])("02/03/2023")
    (datetime.date(2023, 2, 3), datetime.date(2023, 3, 2))
    """
    day_first, month_first = set(), set()
    for cell in set(cells):
        if cell[4:5] == "-":  # most programs write the year first
            continue
        if match := _DAY_FIRST.fullmatch(_TIME.sub("", cell.strip())):
            first, mark, second, _ = match.groups()
            if int(first) > 12:
                day_first.add(mark)
            elif int(second) > 12:
                month_first.add(mark)

    def day_of(cell: str) -> dt.date | None:
        return day(cell, month_first=month_first, unclear=month_first & day_first)

    return day_of


def day(cell: str, *, month_first: Iterable[str] = (), unclear: Iterable[str] = ()) -> dt.date | None:
    """Return the date of `2026-11-22`, `22.11.2026`, `22/11/26` (day first), `20261122`, `22. November 2026` in any EU
    language, or a spreadsheet's serial number, with or without a time behind it.

    >>> day("22.11.2026"), day("2026-11-22 10:00:00"), day("44927"), day("1er janvier 2023")
    (datetime.date(2026, 11, 22), datetime.date(2026, 11, 22), datetime.date(2023, 1, 1), datetime.date(2023, 1, 1))
    """
    if _ISO_DAY.fullmatch(cell):
        try:
            return dt.date.fromisoformat(cell)
        except ValueError:
            pass  # 0000-00-00 is unknown, 2023-13-01 no date
    written = cell.strip()
    if not written or is_unknown(written):
        return None
    bare = _TIME.sub("", written)
    try:
        if match := _ISO.fullmatch(bare):
            return dt.date(*map(int, match.groups()))
        if match := _BARE.fullmatch(bare):
            century, year, month, of_month = match.groups()
            return dt.date(int(century + year), int(month), int(of_month))
        if match := _DAY_FIRST.fullmatch(bare):
            return _by_marks(match, month_first, unclear)
        if _SERIAL.fullmatch(bare) and _FIRST_SERIAL <= int(bare[:5]) <= _LAST_SERIAL:
            return _DAY_ZERO + dt.timedelta(days=int(bare[:5]))
        if (worded := _in_words(bare)) is not None:
            return worded
    except ValueError as error:
        if "could be" in str(error):
            raise
    raise ValueError(f"{written!r} is not a date; needed: 2026-11-22 or 22.11.2026")


def _by_marks(match: re.Match[str], month_first: Iterable[str], unclear: Iterable[str]) -> dt.date:
    first, mark, second, written = match.groups()
    year = int(written)
    if len(written) == 2:
        year += _CENTURY * ((_ORIGIN + _CENTURY - 1 - year) // _CENTURY)  # 70 is 1970, 69 is 2069
    one, two = int(first), int(second)
    if mark in unclear and one <= 12 and two <= 12 and one != two:
        raise ValueError(
            f"{match[0]!r} could be either way round; other dates with {mark!r} are written both ways"
        )
    if two > 12 or (mark in month_first and one <= 12):
        one, two = two, one
    return dt.date(year, two, one)


def _in_words(bare: str) -> dt.date | None:
    words = plain(bare)
    words = re.sub(r"\b1er\b", "1", words)
    match = _WORDS.fullmatch(words)
    if match is None:
        return None
    day_before, month_behind, month_before, day_behind, year = match.groups()
    month = _months().get(month_behind or month_before)
    return None if month is None else dt.date(int(year), month, int(day_before or day_behind))


@cache
def _months() -> dict[str, int]:
    from babel import Locale

    months: dict[str, int] = {}
    for language in (*EU_LANGUAGES, "nb"):
        for names in Locale(language).months.values():
            for width in ("wide", "abbreviated"):
                for month, name in names[width].items():
                    months.setdefault(plain(str(name)), month)
    return {name: month for name, month in months.items() if not name.isdecimal()}
