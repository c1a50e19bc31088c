"""How do a command line's words become records? Each function refuses what it cannot read, and says what it needs."""

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from data.countries import to_eu
from data.country_names import code_of
from data.errors import BadInput
from data.model import Kind, OrganisationId
from matcher.ranking.query import Query
from matcher.suggest.reasons import listed

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
    """Read 'NUMBER:WHAT' words (a blank will do for the colon); WHAT is a kind, or a country by code or name.

    >>> wants(["2:sme", "1:FR", "1 Greece"])
    ((2, 'sme'), (1, 'FR'), (1, 'EL'))
    """
    found = []
    for word in words:
        match = re.fullmatch(r"\s*(\d{1,2})\s*[:\s]\s*(\S.*?)\s*", word)
        if not match or int(match[1]) < 1:
            raise BadInput(f"write a number and a country or kind, as in 1:FR or 2:sme, not {word!r}")
        found.append((int(match[1]), country_or_kind(match[2])))
    return tuple(found)


def country_or_kind(word: str) -> str:
    """Return a kind as it is stored, or a country's code in EU style.

    >>> country_or_kind("SME"), country_or_kind("gr")
    ('sme', 'EL')
    """
    if word.casefold() in set(Kind):
        return word.casefold()
    if code := code_of(word):
        return to_eu(code)
    raise BadInput(f"{word!r} is neither a country nor a kind; kinds are {', '.join(Kind)}")


def to_countries(words: Sequence[str]) -> tuple[str, ...]:
    """Read countries, by code of either style (EL or GR) or by name, as ISO codes."""
    codes = [code_of(word) for word in words]
    for word, code in zip(words, codes, strict=True):
        if code is None:
            raise BadInput(f"unknown country {word!r}; give two letters, as in DE, FR or EL, or its name")
    return tuple(code for code in codes if code)


def countries_in(text: str) -> tuple[str, ...]:
    """Read countries that somebody wrote one after the other, with commas or blanks between, as ISO codes.

    >>> countries_in("EL, FR"), countries_in("el fr"), countries_in("Czech Republic, DE FR")
    (('GR', 'FR'), ('GR', 'FR'), ('CZ', 'DE', 'FR'))
    """
    parts = [part.strip() for part in re.split("[,;\n]", text) if part.strip()]
    return to_countries([word for part in parts for word in ([part] if code_of(part) else part.split())])


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


@dataclass(frozen=True, slots=True)
class QueryFile:
    """A ranking file as read. `bad`: the lines that hold no query; `doubts`: what else its writer should know."""

    queries: tuple[Query, ...]
    bad: tuple[str, ...]
    doubts: tuple[str, ...]


def queries_of(file: IO[bytes]) -> QueryFile:
    """Read a ranking file, one JSON object a line, in UTF-8; a bad line is told as file:line:reason."""
    queries: list[Query] = []
    bad: list[str] = []
    doubts: list[str] = []
    strange: set[str] = set()
    for number, line in enumerate(file, start=1):
        where = f"{file.name}:{number}"
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            if not text:
                continue
            queries.append(query := query_of(text, strange))
        except UnicodeDecodeError as error:
            bad.append(f"{where}: is not UTF-8 (byte {error.start + 1}); save the file as UTF-8")
        except BadInput as error:
            bad.append(f"{where}: {error}")
        else:
            if not (query.text.strip() or query.given or query.coordinator or query.topic):
                doubts.append(f"{where}: has neither text nor given; nothing in it says who fits")
    if not queries and not bad:
        doubts.append(f"{file.name}: holds no query; needed: one JSON object a line")
    if strange:
        doubts.append(f"fields that say nothing here were passed over: {listed(sorted(strange))}")
    return QueryFile(tuple(queries), tuple(bad), tuple(doubts))


def query_of(line: str, strange: set[str]) -> Query:
    """Read one line of a ranking file. `strange` takes the names of fields that mean nothing here.

    BadInput says what was found and, where it is one field, its name.
    """
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadInput(f"is not JSON ({error.msg} at character {error.pos + 1})") from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, lists in lists in lists
        raise BadInput(f"cannot be read ({error})") from None
    try:
        json.dumps(fields, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadInput("holds half a character (a lone surrogate); write whole ones") from None
    if not isinstance(fields, dict):
        raise BadInput(f"must be an object with id and text, not {type(fields).__name__}")
    strange.update(fields.keys() - QUERY_FIELDS)
    ident = fields.get("id")
    if not isinstance(ident, str | int) or str(ident).strip() == "":
        raise BadInput("needs an id, a text or a whole number")
    given = fields.get("given") or []
    if not isinstance(given, list):
        raise BadInput(f"given must be a list of organisation ids, not {given!r}")
    return Query(
        id=str(ident),
        text=_word(fields, "text") or "",
        given=tuple(OrganisationId(str(each)) for each in given),
        coordinator=_organisation(fields.get("coordinator")),
        topic=_word(fields, "topic"),
        programme=_word(fields, "programme"),
        date=_day(fields.get("date")),
    )


def _word(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = ";".join(value)
    if value is not None and not isinstance(value, str):
        raise BadInput(f"{name} must be a text, not {value!r}")
    return value or None


def _organisation(value: Any) -> OrganisationId | None:
    return OrganisationId(str(value)) if value not in (None, "") else None


def _day(value: Any) -> dt.date | None:
    if value in (None, ""):
        return None
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        raise BadInput(f"date must be a day such as 2019-07-01, not {value!r}") from None
