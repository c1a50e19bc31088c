"""How do a command line's words become records? Each function refuses what it cannot read, and says what it needs."""

import re
from collections.abc import Sequence
from typing import IO

from data.country_names import code_of
from data.errors import BadInput

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
    """Read 'NUMBER:WHAT' words (a blank will do for the colon); WHAT is a kind, or a country by code or name.

    >>> wants(["2:sme", "1:FR", "1 Greece"])
    [(2, 'sme'), (1, 'FR'), (1, 'Greece')]
    """
    read = []
    for word in words:
        match = re.fullmatch(r"\s*(\d{1,2})\s*[:\s]\s*(\S.*?)\s*", word)
        if not match or int(match[1]) < 1:
            raise BadInput(f"write a number and a country or kind, as in 1:FR or 2:sme, not {word!r}")
        read.append((int(match[1]), match[2]))
    return read


def countries_in(text: str) -> list[str]:
    """Part countries that somebody wrote one after the other, with commas or blanks between.

    >>> countries_in("EL, FR"), countries_in("el fr"), countries_in("Czech Republic, DE FR")
    (['EL', 'FR'], ['el', 'fr'], ['Czech Republic', 'DE', 'FR'])
    """
    parts = [part.strip() for part in re.split("[,;\n]", text) if part.strip()]
    return [word for part in parts for word in ([part] if code_of(part) else part.split())]


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
