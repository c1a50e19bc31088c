"""Which day do the figures or words of a cell mean, as people, programs and spreadsheets write dates?"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial

from data.sources.cldr import months, weekdays
from data.sources.spelling import plain
from data.sources.vocabulary import is_unknown

_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_BARE = re.compile(r"(19|20)(\d\d)(\d\d)(\d\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})")
_SPACED = re.compile(r"(\d{1,2}\. ?\d{1,2}\. ?\d{4}|\d{4}\. ?\d{1,2}\. ?\d{1,2})\.?")
"""As in Croatia and in Hungary: `16. 05. 2025.`, `2027. 12. 12.`"""
_YEAR_BEHIND = re.compile(r"(?<=\d)\s*(?:г|р|god|r)\.?$")
_FILLER = re.compile("a|at|d|da|de|del|den|der|di|do|g|gada|god|la|le|m|of|og|r|ta|the|г|р")
"""What stands between the words of a date, in the spelling of `plain`."""
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|e|o)")
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
    written = set(cells)
    for cell in written:
        if cell[4:5] == "-":  # most programs write the year first
            continue
        if match := _DAY_FIRST.fullmatch(_bare(cell)):
            first, mark, second, _ = match.groups()
            if int(first) > 12:
                day_first.add(mark)
            elif int(second) > 12:
                month_first.add(mark)

    languages = cache(partial(_languages_of, written))

    def day_of(cell: str) -> dt.date | None:
        spoken = languages() if _has_month(cell) else None
        return day(cell, month_first=month_first, unclear=month_first & day_first, languages=spoken)

    return day_of


def day(
    cell: str,
    *,
    month_first: Iterable[str] = (),
    unclear: Iterable[str] = (),
    languages: frozenset[str] | None = None,
) -> dt.date | None:
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
    bare = _bare(written)
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
        if _SPACED.fullmatch(bare):
            figures = list(map(int, re.findall(r"\d+", bare)))
            return dt.date(*(figures if figures[0] > 31 else reversed(figures)))
        if (worded := _in_words(bare, languages)) is not None:
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


def _bare(cell: str) -> str:
    """Return a date without the time and the word for year behind it."""
    return _YEAR_BEHIND.sub("", _TIME.sub("", cell.strip()))


def _in_words(bare: str, languages: frozenset[str] | None = None) -> dt.date | None:
    """Return the date of figures and the name of a month, in any order in which the year is at one end.

    ValueError where the name is that of another month in another language, and `languages`, those of the column, do not
    settle which.
    """
    words = [_ORDINAL.sub(r"\1", word) for word in plain(bare).split()]
    for rest in _without_weekday(words):
        parts = [word for word in rest if not _FILLER.fullmatch(word)]
        numbers = [word for word in parts if word.isdecimal()]
        name = " ".join(word for word in parts if not word.isdecimal())
        meant = months().get(name, {})
        if len(numbers) != 2 or not meant:
            continue
        year, of_month = sorted(numbers, key=len, reverse=True)
        if len(year) != 4 or len(of_month) > 2 or year not in (parts[0], parts[-1]):
            continue
        likely = [month for month, spoken in meant.items() if languages is None or spoken & languages]
        likely = likely or list(meant)
        if len(likely) != 1:
            raise ValueError(
                f"{bare!r} could be in month {' or '.join(map(str, sorted(meant)))}; write it in figures"
            )
        return dt.date(int(year), likely[0], int(of_month))
    return None


def _without_weekday(words: list[str]) -> Iterator[list[str]]:
    """Yield the words, then those without a name of a day at one end."""
    yield words
    for length in (1, 2, 3):
        for name, rest in ((words[:length], words[length:]), (words[-length:], words[:-length])):
            if " ".join(name) in weekdays():
                yield rest


def _has_month(cell: str) -> bool:
    return re.search(r"[^\W\d_]{3}", cell) is not None


def _languages_of(cells: Iterable[str]) -> frozenset[str] | None:
    """Return the languages that have all the names of months in a column; None where none has."""
    common: frozenset[str] | None = None
    for cell in cells:
        if not _has_month(cell):
            continue
        words = plain(cell).split()
        names = {
            " ".join(words[at : at + length]) for length in (1, 2) for at in range(len(words))
        } & months().keys()
        for name in names:
            spoken = frozenset().union(*months()[name].values())
            common = spoken if common is None else common & spoken
    return common or None
