"""How do a command line's words become records? Each function refuses what it cannot read, and says what it needs."""

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from typing import IO, Any

from data.countries import KNOWN, to_iso
from data.errors import BadInput
from data.model import OrganisationId
from matcher.ranking.query import Query

QUERY_FIELDS = frozenset({"id", "text", "given", "coordinator", "topic", "programme", "date"})
LONGEST_TEXT = 200_000
"""Characters; a longer text is no outline."""


def size_range(text: str | None) -> tuple[int, int] | None:
    """Read '5-12' or '7'.

    >>> size_range("5-12"), size_range("7"), size_range(None)
    ((5, 12), (7, 7), None)
    """
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d{1,3})\s*(?:[-–]\s*(\d{1,3})\s*)?", text)
    if not match:
        raise BadInput(f"size must be a number or LOW-HIGH, as in 5-12, not {text!r}")
    low = int(match[1])
    return low, int(match[2] or low)


def pairs(words: Sequence[str]) -> tuple[tuple[OrganisationId, OrganisationId], ...]:
    """Read 'A,B' pairs of ids."""
    found = []
    for word in words:
        parts = [part.strip() for part in word.split(",")]
        if len(parts) != 2 or not all(parts):
            raise BadInput(f"a pair is two ids with a comma between them, not {word!r}")
        if parts[0] == parts[1]:
            raise BadInput(f"a pair is two different ids, not {word!r}")
        found.append((OrganisationId(parts[0]), OrganisationId(parts[1])))
    return tuple(found)


def assignments(words: Sequence[str]) -> dict[str, str]:
    """Read 'KEY=VALUE' words.

    >>> assignments(["O-1=infrastructure"])
    {'O-1': 'infrastructure'}
    """
    parts = [word.partition("=") for word in words]
    for word, (key, _, value) in zip(words, parts, strict=True):
        if not key.strip() or not value.strip():
            raise BadInput(f"write KEY=VALUE, as in O-1=infrastructure, not {word!r}")
    return {key.strip(): value.strip() for key, _, value in parts}


def wants(words: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """Read 'NUMBER:COUNTRY' or 'NUMBER:KIND' words.

    >>> wants(["2:sme", "1:FR"])
    ((2, 'sme'), (1, 'FR'))
    """
    found = []
    for word in words:
        match = re.fullmatch(r"\s*(\d{1,2}):\s*(\w+)\s*", word)
        if not match or int(match[1]) < 1:
            raise BadInput(f"write NUMBER:COUNTRY or NUMBER:KIND, as in 1:FR or 2:sme, not {word!r}")
        found.append((int(match[1]), match[2]))
    return tuple(found)


def to_countries(words: Sequence[str]) -> tuple[str, ...]:
    """Read country codes of either style (EL or GR) as ISO codes."""
    codes = [to_iso(word) for word in words]
    for word, code in zip(words, codes, strict=True):
        if code not in KNOWN:
            raise BadInput(f"unknown country {word!r}; give two letters, as in DE, FR or EL")
    return tuple(codes)


def text_of(file: IO[str] | None) -> str | None:
    """Read an outline's text; refuses what is empty, no text, or too long to be an outline."""
    if file is None:
        return None
    try:
        text = file.read(LONGEST_TEXT + 1)
    except UnicodeDecodeError as error:
        raise BadInput(f"the text is not UTF-8 (byte {error.start}); save it as UTF-8") from None
    if len(text) > LONGEST_TEXT:
        raise BadInput(f"the text has more than {LONGEST_TEXT:,} characters; an outline has a few pages")
    return text


def queries_of(file: IO[str], strange: set[str]) -> Iterator[Query]:
    """Read a ranking file, one JSON object a line; names of fields that mean nothing here go into `strange`."""
    try:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield query_of(line, number, strange)
    except UnicodeDecodeError:
        raise BadInput("the queries are not UTF-8; save them as UTF-8") from None


def query_of(line: str, number: int, strange: set[str]) -> Query:
    """Read one line of a ranking file; the message of a refusal names the line and the field."""
    where = f"line {number}"
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadInput(f"{where} is not JSON ({error.msg} at character {error.pos + 1})") from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, lists in lists in lists
        raise BadInput(f"{where} cannot be read ({error})") from None
    try:
        json.dumps(fields, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadInput(f"{where} holds half a character (a lone surrogate); write whole ones") from None
    if not isinstance(fields, dict):
        raise BadInput(f"{where} must be an object with id and text, not {type(fields).__name__}")
    strange.update(fields.keys() - QUERY_FIELDS)
    ident = fields.get("id")
    if not isinstance(ident, str | int) or str(ident).strip() == "":
        raise BadInput(f"{where} needs an id")
    given = fields.get("given") or []
    if not isinstance(given, list):
        raise BadInput(f"{where}: given must be a list of organisation ids, not {given!r}")
    return Query(
        id=str(ident),
        text=_word(fields, "text", where) or "",
        given=tuple(OrganisationId(str(each)) for each in given),
        coordinator=_organisation(fields.get("coordinator")),
        topic=_word(fields, "topic", where),
        programme=_word(fields, "programme", where),
        date=_day(fields.get("date"), where),
    )


def _word(fields: dict[str, Any], name: str, where: str) -> str | None:
    value = fields.get(name)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = ";".join(value)
    if value is not None and not isinstance(value, str):
        raise BadInput(f"{where}: {name} must be a text, not {value!r}")
    return value or None


def _organisation(value: Any) -> OrganisationId | None:
    return OrganisationId(str(value)) if value not in (None, "") else None


def _day(value: Any, where: str) -> dt.date | None:
    if value in (None, ""):
        return None
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        raise BadInput(f"{where}: date must be a day such as 2019-07-01, not {value!r}") from None
