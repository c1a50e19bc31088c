"""Which amount do the figures of a cell mean, as Europe writes money and as programs write numbers?"""

import re
from dataclasses import dataclass

from data.sources.cldr import euro_words, money_units
from data.sources.vocabulary import is_error, is_unknown

SMALLEST_BUDGET_EUR = 1_000
"""A smaller budget is told: it is more likely one in thousands or millions."""
_PLAIN_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]{1,2})?").fullmatch
_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:[ .,'’]\d{3})+)(?:[.,]\d*)?")
_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d{1,3}")
_BLANKS = str.maketrans(dict.fromkeys("\u00a0\u2009\u202f\u2007\u2002\u2003\u2008\u200a", " "))
_CURRENCY = re.compile(r"(?i)(?:\bde )?\beuros?\b|eur(?![^\W\d_])|€|евро|ευρώ")
_NO_CENTS = re.compile(r"[.,]\s*[-–—=]{1,2}(?=\s|$|€|E)")
_ABOUT = re.compile(
    r"(?i)^(?:ca\.?|circa|rd\.?|rund|etwa|ungefähr|approx\.?|approximately|about|~|≈|env\.?|environ|"
    r"aprox\.?|cerca de|około|ok\.|cca\.?|asi|oko|kb\.?|noin|umbes|apie|aptuveni|περίπου|около|bis zu|max\.?|up to|"
    r"jusqu'à|hasta|fino a|"
    r"tot|do|mind\.?|min\.?|ab)\s*(?=[\d€E])"
)
_MILLION = (
    r"mio\.?|mill\.?|millionen|million|millions|mln\.?|mil\. ?€|milj\.?|miljoen|miljoner|miljoonaa|mn\.?|mi|m|"
    r"миллион\w*|млн\.?|εκ\.?|εκατ\.?|millones|milioni|milhões|milionów|milionů|millió|milioane|mó"
)
_THOUSAND = (
    r"tsd\.?|tausend|thousand|thsd\.?|tys\.?|tis\.?|tūkst\.?|tuh\.?|mille|mil|migliaia|duizend|tusen|"
    r"хил\.?|χιλ\.?|t|k"
)
_BILLION = r"mrd\.?|milliarden|billion|bn\.?|mld\.?|milliards?|miliardi|miljard"
_UNIT = re.compile(rf"(?i)(?:(?P<m>{_MILLION})|(?P<k>{_THOUSAND})|(?P<g>{_BILLION}))$")
_ONE_GROUP = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
"""Digits that are thousands to one reader and a fraction to another."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount, and what a person should know of how it was read."""

    value: float
    note: str = ""


def number(cell: str) -> float | None:
    """Return the number of `1234567.89`, `1.234.567,89`, `1 234 567,89` or `1,234,567.89`, with or without EUR or €.

    A single mark followed by exactly three digits (`1.234`, `1,234`) could mean either and is refused.

    >>> number("1.234.567,89"), number("1,234,567.89"), number("12,5"), number("€ 1 200")
    (1234567.89, 1234567.89, 12.5, 1200.0)
    """
    if _PLAIN_NUMBER(cell):
        return float(cell)
    written = cell.strip()
    if not written or is_unknown(written):
        return None
    bare = _CURRENCY.sub("", written.translate(_BLANKS)).strip()
    if _EXPONENT.fullmatch(bare):
        return float(bare.replace(",", "."))
    if _ONE_GROUP.fullmatch(bare.lstrip("+-")):
        raise ValueError(f"{written!r} could be thousands or a fraction; needed: 1234 or 1234.0")
    return _figures(bare, written)


def _figures(bare: str, written: str) -> float:
    if not _NUMBER.fullmatch(bare):
        raise ValueError(f"{written!r} is not a number; needed: 1234567.89 or 1.234.567,89")
    digits = re.sub(r"[ '’]", "", bare)
    marks = [mark for mark in digits if mark in ".,"]
    decimal = marks[-1] if len(set(marks)) == 2 or len(marks) == 1 else ""
    return float("".join("." if mark == decimal else "" if mark in ".," else mark for mark in digits))


def _without_unit(bare: str) -> tuple[str, float | None, bool]:
    """Return an amount without its words, by how much they multiply it, None where none does, and whether euro stand
    beside it.
    """
    unitless = _CURRENCY.sub(" ", re.sub(r"(?i)\b([tkm])(?=eur\b|€)", r"\1 ", bare)).strip()
    if re.search(r"[^\W\d_]{2}", unitless):
        unitless = euro_words().sub(" ", unitless).strip()
    has_sign = unitless != bare
    word = unitless.lstrip("+-0123456789.,'’ ").casefold()
    if word and (factor := _of_cldr(word)) is not None:
        return unitless[: -len(word)].strip(), factor, has_sign
    if unit := _UNIT.search(unitless):
        return unitless[: unit.start()].strip(), 1e6 if unit["m"] else 1e3 if unit["k"] else 1e9, has_sign
    return unitless, None, has_sign


def _of_cldr(word: str) -> float | None:
    """Return by how much a word multiplies, as CLDR has it, where the words above do not say it better."""
    if _UNIT.fullmatch(word) and not word.endswith("."):
        return None
    return money_units().get(word)


def budget(cell: str, scale: float = 1.0) -> Amount | None:
    """Return an amount of 0 or more euro, as people write money; `scale` is the unit that the heading states.

    Thousands and millions in words or letters count. Three digits behind the only mark are thousands, since euros have
    two decimals; that is noted where no sign of money stands beside them. A range is no amount.

    >>> budget("2,4 Mio. €").value, budget("1250 TEUR").value, budget("€1.25m").value, budget("1.250.000,- €").value
    (2400000.0, 1250000.0, 1250000.0, 1250000.0)
    """
    written = cell.strip()
    if not written or is_unknown(written):
        return None
    if is_error(written):
        raise ValueError(f"{written!r} is a spreadsheet's error, no value")
    bare = _NO_CENTS.sub("", written.translate(_BLANKS)).strip()
    bare = re.sub(r"(?i)(?<=\d)\s*,-+$", "", bare)
    note = ""
    if about := _ABOUT.match(bare):
        bare, note = (
            bare[about.end() :].strip(),
            f"{written!r} is taken as it stands, without {about[0].strip()!r}",
        )
    unitless, factor, has_sign = _without_unit(bare)
    factor = factor or scale
    unitless = unitless.strip(" -–") if not unitless.startswith("-") else unitless
    if not re.search(r"\d", unitless):
        raise ValueError(f"{written!r} is no amount; needed: 1234567.89 or 1.234.567,89")
    if re.search(r"\d\s*(?:[-–—]|bis|to|à|až|do)\s*[€\d]", unitless):
        raise ValueError(f"{written!r} is a range, no amount; needed: one number")
    if _EXPONENT.fullmatch(unitless):
        value = float(unitless.replace(",", "."))
    elif _ONE_GROUP.fullmatch(unitless) and factor <= 1e3:
        value = float(re.sub("[.,]", "", unitless))
        note = note or ("" if has_sign else f"{written!r} is read as {value:.0f}")
    else:
        value = _figures(unitless, written)
    value = round(value * factor, 2) if factor != 1.0 else value
    if value < 0:
        raise ValueError(f"{written!r} is negative; needed: 0 or more")
    if value < SMALLEST_BUDGET_EUR:
        note = f"{written!r} is a budget below {SMALLEST_BUDGET_EUR:,} euro; is it in thousands or millions?"
    return Amount(value, note)
