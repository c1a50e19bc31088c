"""What does a cell's text mean? Texts, yes and no, countries, kinds and languages as Europe writes them.

Every function returns None for an empty cell and for one that says "unknown" (`n/a`, `k. A.`, `–`), and raises
ValueError, with a reason for the report, for a text that it cannot read. Numbers and dates: `amounts.py`, `dates.py`.
"""

import re
from collections.abc import Callable, Iterable

from data.countries import KNOWN, to_iso
from data.country_names import code_of
from data.model import Kind
from data.sources.languages import language_code
from data.sources.spelling import cleaned, is_clean
from data.sources.vocabulary import is_error, is_unknown, kind_of, yes_or_no

_ADDRESS = re.compile(r"(?i)(?:https?://|www\.)\S+|\S+@\S+\.\w+")
_ELSEWHERE = re.compile(
    r"(?i)\W*(?:siehe|s\.|vgl\.|see|cf\.?|voir|véase|ver|vedi|zie|patrz|viz|lásd|a se vedea|вж\.|βλ\.?|ks\.|vt|skat|"
    r"žr\.|pozri|glej|vidi|jf\.|se)\s+(?:the\s+|den\s+|die\s+|das\s+)?(?:beiliegende\w*\s+)?"
    r"(?:anlage|anhang|anhänge|beilage|attach\w+|annex\w*|appendix|enclos\w+|annexe|pièce\s+jointe|anexo|adjunto|"
    r"allegato|bijlage|załącznik\w*|příloh\w*|melléklet\w*|anex\w*|приложение\w*|παράρτημα|liite|lisa|pielikum\w*|pried\w*|príloh\w*|"
    r"prilog\w*|bilag\w*|bilaga|above|below|oben|unten|pdf|document|dokument)\b.{0,30}"
)
_RAW_UNKNOWN = frozenset(
    {"null", "n/a", "na", "none", "nan", "-", "–", "—", "?", ".", "...", "unknown", "not available"}
)
_LONGEST_UNKNOWN = 16
_LOST = re.compile("[\ufffd\udc80-\udcff\0]")


def text(cell: str) -> str | None:
    """Return what a program's export says, rid of what no reader sees; None for empty and NULL.

    ValueError where letters were lost on the way.
    """
    if not cell or (len(cell) <= _LONGEST_UNKNOWN and cell.strip().casefold() in _RAW_UNKNOWN):
        return None
    if is_clean(cell):
        return cell.strip() or None
    return _whole(cleaned(cell)) or None


def _whole(written: str) -> str:
    if _may_be_lost(written) and (match := _LOST.search(written)):
        if match[0] == "\0":
            raise ValueError("holds a NUL character")
        if match[0] == "\ufffd":
            raise ValueError(f"{written!r} has lost a letter before it came here")
        byte = ord(match[0]) - 0xDC00
        shown = _LOST.sub("�", written)
        raise ValueError(f"{shown!r} holds the byte {byte:#04x}, which is no UTF-8")
    return written


def _may_be_lost(written: str) -> bool:
    """Tell at once, of texts that are whole, that no letter of them was lost."""
    if "\ufffd" in written or "\0" in written:
        return True
    try:
        written.encode()
    except UnicodeEncodeError:
        return True
    return False


def free_text(cell: str) -> str | None:
    """Return a text that somebody typed: without the mark that guards a formula, None where it says unknown.

    >>> free_text("'=1+1"), free_text("k. A."), free_text(" A&amp;B ")
    ('=1+1', None, 'A&B')
    """
    from data.sources.table import unguarded

    if is_error(cell):
        raise ValueError(_error(cell))
    written = _whole(cleaned(cell))
    return None if not written or is_unknown(written) else unguarded(written)


def content(cell: str) -> str:
    """Return a text that is to be read for what it says; ValueError where it says nothing.

    >>> content("siehe Anlage")
    Traceback (most recent call last):
    ValueError: 'siehe Anlage' is no content; write it out in the table
    """
    written = free_text(cell)
    if written is None:
        raise ValueError(
            "is empty; every outline needs it" if not cell.strip() else f"{cell.strip()!r} is no content"
        )
    if _ADDRESS.fullmatch(written) or _ELSEWHERE.fullmatch(written) or not re.search(r"[^\W\d_]", written):
        raise ValueError(f"{written!r} is no content; write it out in the table")
    return written


def _error(cell: str) -> str:
    if cell.strip() == "#FORMULA!":
        return "is a formula without a computed value; open the file in a spreadsheet program and save it"
    return f"{cell.strip()!r} is a spreadsheet's error, no value"


def needed(cell: str) -> str:
    """Return the cell's text; ValueError, since no row can be taken without it, where it is empty or unknown."""
    if written := text(cell):
        return written
    raise ValueError("is empty; every row needs it")


def flag(cell: str) -> bool | None:
    """Return yes or no in the EU's languages, in words, in a spreadsheet's TRUE and FALSE, or as a tick.

    >>> flag("WAHR"), flag("nein"), flag("✓"), flag("")
    (True, False, True, None)
    """
    if not cell.strip() or is_unknown(cell):
        return None
    if (said := yes_or_no(cell)) is None:
        raise ValueError(f"{cell.strip()!r} is neither yes nor no; needed: true or false")
    return said


def countries_among(cells: Iterable[str]) -> Callable[[str], str | None]:
    """Return how the cells of a column name countries; `NA` is Namibia only among codes, else it is unknown.

    >>> countries_among(["DE", "NA"])("NA"), countries_among(["Germany", "NA"])("NA")
    ('NA', None)
    """
    others = [cell.strip() for cell in cells if cell.strip() and cell.strip().upper() != "NA"]
    coded = sum(1 for cell in others if len(cell) == 2) * 2 > len(others)

    def country(cell: str) -> str | None:
        if cell.strip().upper() == "NA":
            return "NA" if coded else None
        return known_country(cell)

    return country


def known_country(cell: str) -> str | None:
    """Return the ISO 3166 code of a country that exists, by its code (EL and UK too) or its name.

    >>> known_country("EL"), known_country("Österreich"), known_country("")
    ('GR', 'AT', None)
    """
    written = cleaned(cell)
    if not written:
        return None
    if code := code_of(written):
        return code
    if is_unknown(written):
        return None
    if is_error(written):
        raise ValueError(_error(written))
    raise ValueError(f"{written!r} is no country; needed: a code such as DE or EL, or a name such as Greece")


def country(cell: str) -> str | None:
    """Return the ISO 3166 code of any two letters, of former countries too, or of a country's name or longer code.

    >>> country("EL"), country("de"), country("Germany"), country("")
    ('GR', 'DE', 'DE', None)
    """
    letters = cell.strip().upper()
    if not letters:
        return None
    if (code := to_iso(letters)) in KNOWN or re.fullmatch(r"[A-Z]{2}", code):
        return code
    return known_country(cell)


def kind(cell: str) -> Kind | None:
    """Return the kind of organisation by its name, a CORDIS code, or a word of an EU language.

    >>> kind("University"), kind("Kommune"), kind("HES")
    (<Kind.UNIVERSITY: 'university'>, <Kind.MUNICIPAL: 'municipal'>, <Kind.UNIVERSITY: 'university'>)
    """
    if not cell.strip() or is_unknown(cell):
        return None
    if is_error(cell):
        raise ValueError(_error(cell))
    if known := kind_of(cell):
        return known
    raise ValueError(f"{cell.strip()!r} is not a kind; needed: one of {', '.join(Kind)}")


def language(cell: str) -> str | None:
    """Return the ISO 639-1 code of a language, by its code or its name in a language of Europe.

    >>> language("DE"), language("Deutsch"), language("pt-BR"), language("")
    ('de', 'de', 'pt', None)
    """
    if not cell.strip() or is_unknown(cell):
        return None
    return language_code(cell.strip())
