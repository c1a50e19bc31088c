"""Which organisation is meant by an id or a name, however it is spelt?"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from data.model import Organisation, OrganisationId
from data.sources.spelling import plain
from data.sources.vocabulary import is_unknown, words
from data.tables import searchable

PIC_DIGITS = 9
_PIC = re.compile(
    r"(?i)(?:pic|participant(?:\s+identification)?\s+code)?[\s:#.\-–]*((?:\d[\s\u00a0\u202f.\-]?){8}\d)(?:[.,]0+)?\s*"
)
_ROUNDED = re.compile(r"(?i)\d[.,]\d+e\+?\d+")
_COUNTED = "123456789"
_PLACEHOLDER = re.compile(rf"0+|1{{9}}|9{{9}}|{_COUNTED}|-1")
_ROR = re.compile(r"(?i)(?:https?://)?ror\.org/(0[a-z0-9]{6}\d{2})/?")
_LEI = re.compile(r"[A-Z0-9]{18}\d{2}")


@lru_cache(maxsize=65536)
def folded_name(name: str) -> str:
    """Return a company name as it is compared: case, accents, points, `&` and the spelling of the legal form aside.

    >>> folded_name("Müller & Söhne Ges. m. b. H.") == folded_name("MULLER UND SOHNE GmbH")
    True
    """
    spelt = plain(name.replace("&", " und ").replace(" + ", " und "))
    spelt = re.sub(r"\b(?:and|et)\b", "und", spelt)
    pattern, short = _legal_forms()
    return pattern.sub(lambda match: short[match[0]], spelt)


@cache
def _legal_forms() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Return what finds legal forms written out or with points, and how each is short.

    A form of single letters is one at the end of a name only: `Prova A S.A.`.
    """
    short = {long: form for form, written in words()["legal_forms"].items() for long in written.split("|")}
    forms = sorted(short, key=lambda long: (-len(long), long))
    written = "|".join(re.escape(long) for long in forms if not re.search(r"\b\w\b", long))
    pointed = "|".join(re.escape(long) for long in forms if re.search(r"\b\w\b", long))
    return re.compile(rf"\b(?:{written})\b|\b(?:{pointed})$"), short


def identity(cell: str | None) -> str | None:
    """Return an id in its normal form: PIC as nine digits, ROR and LEI bare; None for none and for a placeholder.

    ValueError where a spreadsheet has rounded it away (`8,88E+08`).

    >>> identity("888 000 001"), identity("PIC 888000001"), identity("888000001.0"), identity("999999999")
    ('888000001', '888000001', '888000001', None)
    """
    if cell is None:
        return None
    if (
        len(cell) == PIC_DIGITS
        and cell.isascii()
        and cell.isdecimal()
        and len(set(cell)) > 1
        and cell != _COUNTED
    ):
        return cell
    if is_unknown(cell):
        return None
    written = cell.strip().lstrip("'’`")  # as a spreadsheet guards digits
    if _ROUNDED.fullmatch(written):
        raise ValueError(
            f"{written!r} has lost its last digits in a spreadsheet; format the column as text and give the id"
        )
    if match := _PIC.fullmatch(written):
        digits = re.sub(r"\D", "", match[1])
        if len(digits) == PIC_DIGITS:
            written = digits
    written = re.sub(r"^(\d+)[.,]0+$", r"\1", written)
    if match := _ROR.fullmatch(written):
        return f"ror:{match[1].lower()}"
    if _LEI.fullmatch(written.upper().replace(" ", "")) and len(written) >= 20:
        return f"lei:{written.upper().replace(' ', '')}"
    return None if _PLACEHOLDER.fullmatch(written) else written


def derived_id(name: str, country: str | None) -> OrganisationId:
    """Return the id of an organisation that has none: the same for the same name and country, whatever the case.

    >>> derived_id("Société Ada", "FR") == derived_id("SOCIETE  ADA", "FR")
    True
    """
    digest = hashlib.sha256(f"{searchable(name)}|{country or ''}".encode()).hexdigest()
    return OrganisationId(f"org-{digest[:12]}")


class Directory:
    """Which organisation does a cell mean, an id or a name?"""

    def __init__(self, organisations: Iterable[Organisation]) -> None:
        self._by_id: dict[OrganisationId, Organisation] = {}
        self._by_name: dict[str, dict[OrganisationId, Organisation]] = {}
        for record in organisations:
            self.add(record)

    def add(self, record: Organisation) -> None:
        """Know one organisation more."""
        self._by_id[record.id] = record
        if record.name:
            self._by_name.setdefault(folded_name(record.name), {})[record.id] = record

    def find(self, text: str, country: str | None = None) -> Organisation | None:
        """Return the organisation of that id or full name, None where there is none.

        ValueError where the name fits several, in the country if one is given.
        """
        if known := self._by_id.get(OrganisationId(text)):
            return known
        named = self._by_name.get(folded_name(text), {}).values()
        near = [record for record in named if country is None or record.country in (None, country)]
        if len(near) > 1:
            shown = ", ".join(record.id for record in near[:5])
            raise ValueError(f"{text!r} fits {len(near)} organisations ({shown}); give the id")
        return near[0] if near else None


def looks_like_id(text: str) -> bool:
    """Tell an id from a name: one word with a digit in it.

    >>> looks_like_id("999612161"), looks_like_id("DEMO-ORG-1"), looks_like_id("Ada"), looks_like_id("3 Seen AG")
    (True, True, False, False)
    """
    return re.fullmatch(r"(?=.*\d)[\w.:/-]+", text) is not None
