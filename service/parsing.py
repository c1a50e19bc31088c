"""How do a command line's words become records? Each function refuses what it cannot read, and says what it needs."""

import json
import re
from collections.abc import Sequence
from typing import IO, Any

from data.country_names import code_of
from data.errors import BadInput

LONGEST_TEXT = 40_000
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


def pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    """Read pairs of ids or names, a comma between the two, or a semicolon where a name holds a comma.

    >>> pairs(["O-1,O-2", "Sensors, Ltd; O-2"])
    [('O-1', 'O-2'), ('Sensors, Ltd', 'O-2')]
    """
    read = []
    for word in words:
        parts = [part.strip() for part in word.split(";" if ";" in word else ",")]
        if len(parts) != 2 or not all(parts):
            raise BadInput(f"a pair is two ids or names with a comma or semicolon between them, not {word!r}")
        if parts[0] == parts[1]:
            raise BadInput(f"a pair is two different ids or names, not {word!r}")
        read.append((parts[0], parts[1]))
    return read


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


def wants(words: Sequence[str]) -> list[tuple[int, str]]:
    """Read 'NUMBER:WHAT' words (a blank will do for the colon); WHAT is a kind, a type, or a country by code or name.

    >>> wants(["2:sme", "1:FR", "1 Greece"])
    [(2, 'sme'), (1, 'FR'), (1, 'Greece')]
    """
    read = []
    for word in words:
        match = re.fullmatch(r"\s*(\d{1,2})\s*[:\s]\s*(\S.*?)\s*", word)
        if not match or int(match[1]) < 1:
            raise BadInput(f"write a number and a country, kind or type, as in 1:FR or 2:sme, not {word!r}")
        read.append((int(match[1]), match[2]))
    return read


def needs_in(words: Sequence[str], file: IO[str] | None = None) -> list[dict[str, Any]] | None:
    """Return what is sought, from words or from a file; None where neither says anything.

    >>> needs_in(["two ports in France"]), needs_in([])
    ([{'text': 'two ports in France'}], None)
    """
    if file is None:
        return [{"text": one} for one in words] or None
    if words:
        raise BadInput("give needs in words or in a file, not both")
    return needs_of_json(file.read(LONGEST_TEXT + 1))


def needs_of_json(text: str) -> list[dict[str, Any]]:
    """Read needs as JSON: a list of them, or what `konsort read --json` gives.

    >>> needs_of_json('{"language": "en", "needs": [{"text": "a port"}]}')
    [{'text': 'a port'}]
    """
    try:
        written = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"the needs are no JSON ({error}); `konsort read --json` shows how they look"
        ) from None
    needs = written.get("needs") if isinstance(written, dict) else written
    if not isinstance(needs, list) or not all(isinstance(need, dict) for need in needs):
        raise BadInput('needs are a list of objects, as in [{"text": "two ports", "must": true}]')
    return needs


def countries_in(text: str) -> list[str]:
    """Part countries that somebody wrote one after the other, with commas or blanks between.

    >>> countries_in("EL, FR"), countries_in("el fr"), countries_in("Czech Republic, DE FR")
    (['EL', 'FR'], ['el', 'fr'], ['Czech Republic', 'DE', 'FR'])
    """
    parts = [part.strip() for part in re.split("[,;\n]", text) if part.strip()]
    return [word for part in parts for word in ([part] if code_of(part) else part.split())]


def where_in(text: str) -> dict[str, Any]:
    """Read from where somebody is sought: countries, "not" before one, "abroad", "different countries".

    >>> where_in("France (FR), not Greece, abroad")
    {'countries': ['France (FR)'], 'not_from': ['Greece'], 'abroad': True, 'different': False}
    >>> where_in("")
    {'countries': [], 'not_from': [], 'abroad': False, 'different': False}
    """
    parts = [" ".join(part.split()) for part in re.split("[,;\n]", text) if part.strip()]
    said = {part.casefold() for part in parts}
    named = [part for part in parts if part.casefold() not in _PLACES]
    excluded = [match[1] for part in named if (match := _NOT.match(part))]
    taken = [part for part in named if not _NOT.match(part)]
    return {
        "countries": [country for part in taken for country in countries_in(part)],
        "not_from": [country for part in excluded for country in countries_in(part)],
        "abroad": "abroad" in said,
        "different": bool(said & {"different countries", "different"}),
    }


_PLACES = frozenset({"abroad", "different countries", "different", "anywhere"})
_NOT = re.compile(r"(?:not|outside|except)\s+(?:from\s+)?(.+)", re.IGNORECASE)


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
