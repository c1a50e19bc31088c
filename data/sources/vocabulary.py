"""What do the words in cells stand for: unknown, yes or no, a kind of organisation, a total?

The words stand in `words.toml`; they are compared in the spelling of `plain`.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from data.model import Kind
from data.sources.spelling import plain

_FILLED_IN = re.compile(r"[\W_]*|([xX*?0])\1{2,}|0000[-/.]?00[-/.]?00.*")
"""Marks without a word (`-`, `–`, `?`, `...`), `xxxxx`, and the date of zeros."""
ERROR = re.compile(
    r"#(?:REF|N/A|NA|VALUE|NAME|DIV/0|NULL|NUM|SPILL|CALC|GETTING_DATA|FORMULA|BEZUG|NV|WERT|NOM|VALEUR|NOMBRE|CHYBA|"
    r"¡?REF|¡?VALOR|¿?NOMBRE|NOME|VALORE|WAARDE|NAAM|ARG|ADR|LICZBA|NAZWA|[A-ZÀ-ŽΑ-Ω/0]{2,12})[!?]?|Err:\d{3}"
)
"""What a spreadsheet shows instead of a value that it cannot compute, in its many languages."""

_CODE = re.compile(r"(HES|PRC|REC|PUB|OTH)\b")


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return the words that people write into tables, as `words.toml` holds them."""
    return tomllib.loads(files("data.sources").joinpath("words.toml").read_text("utf-8"))


@cache
def _phrases(name: str) -> frozenset[str]:
    return frozenset(phrase.strip() for phrase in re.split("[|\n]", words()["cells"][name]) if phrase.strip())


@lru_cache(maxsize=65536)
def is_unknown(cell: str) -> bool:
    """Tell whether a cell says that something is not known: empty, `n/a`, `k. A.`, `tbd`, `–`, `xxxxx`, `NULL`.

    >>> is_unknown("k. A."), is_unknown("–"), is_unknown("xxxxx"), is_unknown("Ada")
    (True, True, True, False)
    """
    text = cell.strip()
    if len(text) > 40 or is_error(text):
        return False
    return plain(text) in _phrases("unknown") or (
        _FILLED_IN.fullmatch(text) is not None and not is_flag_mark(text)
    )


def is_flag_mark(text: str) -> bool:
    """Tell whether a mark without a word says yes or no.

    >>> is_flag_mark("✓"), is_flag_mark("-")
    (True, False)
    """
    return text in _phrases("yes") or text in _phrases("no")


def is_error(cell: str) -> bool:
    """Tell whether a cell shows a spreadsheet's error.

    >>> is_error("#REF!"), is_error("#BEZUG!"), is_error("#1 in Europe")
    (True, True, False)
    """
    text = cell.strip()
    return text[:1] in "#E" and ERROR.fullmatch(text) is not None


def yes_or_no(cell: str) -> bool | None:
    """Return what a cell says, as people and spreadsheets of the EU's languages write it; None for neither.

    >>> yes_or_no("WAHR"), yes_or_no("✓"), yes_or_no("nej"), yes_or_no("perhaps")
    (True, True, False, None)
    """
    text = cell.strip()
    for form in (text.casefold(), plain(text)):
        if form in _phrases("yes"):
            return True
        if form in _phrases("no"):
            return False
    first = plain(text).partition(" ")
    if first[2] and len(first[0]) > 1 and is_flag_mark(first[0]):
        return yes_or_no(first[0])
    return None


def kind_of(cell: str) -> Kind | None:
    """Return the kind of organisation that a word, a CORDIS code or several words mean; None where nobody knows.

    >>> kind_of("KMU"), kind_of("PRC - Private for-profit entities (excluding …)"), kind_of("Hochschule (FH)")
    (<Kind.SME: 'sme'>, <Kind.COMPANY: 'company'>, <Kind.UNIVERSITY: 'university'>)
    """
    known = _kind_words()
    form = plain(cell)
    if form in known:
        return known[form]
    if code := _CODE.match(cell.strip()):
        return known[code[1].casefold()]
    kinds = {known[part] for part in map(plain, re.split(r"[/(),;–-]| - ", cell)) if part in known}
    if not kinds:
        kinds = {known[run] for run in _longest_runs(form.split(), known)}
    if kinds == {Kind.COMPANY, Kind.SME} or kinds == {Kind.COMPANY, Kind.LARGE}:
        kinds -= {Kind.COMPANY}
    return next(iter(kinds)) if len(kinds) == 1 else None


def _longest_runs(parts: list[str], known: Mapping[str, Kind]) -> list[str]:
    """Return the known phrases in a row of words, the longest first, none inside another."""
    runs = []
    taken: set[int] = set()
    for length in range(min(6, len(parts)), 0, -1):
        for at in range(len(parts) - length + 1):
            run = " ".join(parts[at : at + length])
            if run in known and len(run) > 2 and not taken & set(range(at, at + length)):
                runs.append(run)
                taken |= set(range(at, at + length))
    return runs


@cache
def _kind_words() -> dict[str, Kind]:
    known: dict[str, Kind] = {}
    for kind, phrases in words()["kinds"].items():
        for phrase in re.split("[|\n]", phrases):
            if form := plain(phrase):
                known.setdefault(form, Kind(kind))
    return known


def is_total(cell: str) -> bool:
    """Tell whether a cell begins a row of totals.

    >>> is_total("Summe:"), is_total("Total budget"), is_total("TotalEnergies SE")
    (True, True, False)
    """
    parts = plain(cell).split()
    return 0 < len(parts) <= 4 and parts[0] in words()["cells"]["total"].split()
