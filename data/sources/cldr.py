"""Which words for millions, for the euro, for months and days does CLDR know in the languages of Europe?

Babel brings CLDR. It is loaded at the first cell that needs it: who writes figures alone pays nothing.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from data.sources.languages import EU_LANGUAGES
from data.sources.spelling import plain

if TYPE_CHECKING:
    from babel import Locale

LANGUAGES = (*EU_LANGUAGES, "nb", "is", "tr", "uk", "sr", "mk", "sq")
"""The EU's languages first: where others write the same for something else, theirs stands."""
_REGIONS = ("de_AT", "de_CH", "pt_PT", "fr_CH")
_SPACES = re.compile(r"\s+")


def _locales() -> Iterator[tuple[str, "Locale"]]:
    from babel import Locale

    for name in (*LANGUAGES, *_REGIONS):
        yield name.partition("_")[0], Locale.parse(name)


@cache
def money_units() -> Mapping[str, float]:
    """Return by how much an amount is multiplied by a word behind it, in small letters with its point.

    A word that means two things in the EU's languages (Spanish `mil`, a thousand; `mil` elsewhere for a million) stands
    only with that of its spellings that is clear.

    >>> units = money_units()
    >>> units["milionu"], units["mil."], units["ezer"], units["tn"]
    (1000000.0, 1000000.0, 1000.0, 1000.0)
    """
    meant: dict[str, set[float]] = {}
    for language, locale in _locales():
        several: dict[str, set[float]] = {}
        for width in ("short", "long"):
            for patterns in locale.compact_decimal_formats[width].values():
                for magnitude, pattern in patterns.items():
                    written = str(getattr(pattern, "pattern", pattern)).replace("'", "")
                    if "0" not in written:
                        continue
                    word = _spaced(written.replace("0", " "))
                    factor = float(magnitude) / 10 ** (written.count("0") - 1)
                    if word and 1e3 <= factor <= 1e9:
                        several.setdefault(word, set()).add(factor)
        for word, factors in several.items():
            if language in EU_LANGUAGES or word not in meant:
                meant.setdefault(word, set()).update(factors)
    return {word: next(iter(factors)) for word, factors in meant.items() if len(factors) == 1}


@cache
def euro_words() -> re.Pattern[str]:
    """Return what finds a name of the euro behind an amount, in any form: `eurot`, `eurų`, `de euro`, `evri`."""
    from babel.numbers import get_currency_name

    names = {
        _spaced(get_currency_name("EUR", count, locale=locale))
        for _, locale in _locales()
        for count in (None, 1, 2, 3, 5, 11, 0.5, 100)
    }
    written = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
    return re.compile(rf"(?i)(?:\bde )?(?<!\w)(?:{written})(?!\w)")


@cache
def months() -> Mapping[str, Mapping[int, frozenset[str]]]:
    """Return which months a word stands for, and in which languages: `listopad` is October in one, November in others.

    >>> {month: sorted(languages) for month, languages in months()["listopad"].items()}
    {11: ['cs', 'pl'], 10: ['hr']}
    """
    meant: dict[str, dict[int, set[str]]] = {}
    for language, locale in _locales():
        for names in locale.months.values():
            for width in ("wide", "abbreviated"):
                for month, name in names[width].items():
                    if (word := plain(str(name))) and not word.isdecimal():
                        meant.setdefault(word, {}).setdefault(month, set()).add(language)
    return {
        word: {month: frozenset(languages) for month, languages in by_month.items()}
        for word, by_month in meant.items()
    }


@cache
def weekdays() -> frozenset[str]:
    """Return the names of the days of the week."""
    return frozenset(
        word
        for _, locale in _locales()
        for names in locale.days.values()
        for width in ("wide", "abbreviated")
        for name in names[width].values()
        if (word := plain(str(name)))
    )


def _spaced(text: str) -> str:
    return _SPACES.sub(" ", text.casefold()).strip()
