"""How are two spellings of the same words made equal, and a text rid of what no reader sees?"""

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Soft hyphen, zero-width blanks and joints, and signs that turn the direction of writing."""
_CONTROL = re.compile("\x1b\\[[0-9;]*[A-Za-z]|[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_UNSEEN = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\x01-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\\\\]"
)
"""One of those, or what else is written otherwise: line ends, and the backslash before a quote."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9A-Fa-f]{1,5}|[A-Za-z]{2,31});")
_TWICE_ENCODED = re.compile(
    "[\u00c2-\u00df\u0102-\u0143][\u0080-\u00bf\u2018-\u203a\u20ac\u2122\u0152-\u0192\u02c6\u02dc]|â€"
)
_ONCE_ENCODED = frozenset(map(chr, (*range(0xC2, 0xE0), *range(0x102, 0x144), 0x20AC)))
"""The letters by which text that was encoded twice is known."""
_DOUBTFUL = re.compile(
    "[^\\t\\n\\x20-\\x25\\x27-\\x5b\\x5d-\\x7e\u00b0\u00c0-\u00c1\u00e0-\u00ff\u0400-\u04ff\u0370-\u03ff"
    "\u2010-\u2015\u2018-\u201e\u2022\u2026]"
)
"""Anything but letters and signs that stay as they are: what could be cleaned away is among the rest."""
_PLAIN_BYTES = bytes(byte for byte in range(0x80) if not _DOUBTFUL.match(chr(byte)))
_OTHER_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h"}
)


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Return the words of a text in small letters without accents and punctuation, one blank between two.

    >>> plain("  Straße-Nr.:"), plain("Ελλάδα"), plain("Köln (DE)")
    ('strasse nr', 'ελλαδα', 'koln de')
    """
    folded = text.casefold().translate(_OTHER_LETTERS)
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", folded.replace("ς", "σ")))


def is_clean(text: str) -> bool:
    """Tell of most texts at once that there is nothing in them to clean."""
    return text.isascii() and text.isprintable() and "&" not in text and "\\" not in text and "_x" not in text


def cleaned(text: str) -> str:
    """Return a text without surrounding blanks and without what no reader sees or a program left behind.

    HTML entities, text encoded twice, `_x000D_` of workbooks, quotes behind backslashes, control and direction signs,
    soft hyphens and zero-width blanks; signs that join letters of other scripts or emoji stay.

    >>> cleaned("A&amp;B "), cleaned("MÃ¼ller"), cleaned("one_x000D_two"), cleaned("Soci\u200bété")
    ('A&B', 'Müller', 'one\\ntwo', 'Société')
    """
    text = text.strip()
    if is_clean(text):
        return text
    doubtful, escaped = _doubtful(text), "_x" in text
    if not doubtful and not escaped:
        return text
    written = text
    if escaped:
        text = _ESCAPED.sub(_unescaped, text)
    if "&" in doubtful and _ENTITY.search(text):
        from html import unescape

        text = _ENTITY.sub(lambda match: unescape(match[0]), text)
    if not _ONCE_ENCODED.isdisjoint(doubtful) and _TWICE_ENCODED.search(text):
        from ftfy import fix_encoding

        text = fix_encoding(text)
    if _UNSEEN.search("".join(doubtful if text is written else _doubtful(text))):
        text = _INVISIBLE.sub("", _CONTROL.sub(" ", text.replace('\\"', '"')))
        text = (
            text.replace("\u2028", "\n").replace("\u2029", "\n").replace("\u0085", "\n").replace("\r\n", "\n")
        )
    return unicodedata.normalize("NFC", text).strip()


def _doubtful(text: str) -> set[str]:
    """Return the characters of a text that could be cleaned away, at the speed of bytes where most are plain."""
    rest = text.encode("utf-8", "surrogatepass").translate(None, _PLAIN_BYTES)
    return set(_DOUBTFUL.findall(rest.decode("utf-8", "surrogatepass")))


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return "\n" if code in (0x0A, 0x0D) else "" if code < 0x20 else chr(code) if code < 0xD800 else match[0]


def mixed_words(text: str) -> list[str]:
    """Return the words that mix Latin letters with Cyrillic or Greek ones: they look alike and are not.

    >>> mixed_words("\u0410lpha GmbH")  # its first letter is Cyrillic
    ['Аlpha']
    """
    if text.isascii():
        return []
    return [word for word in re.findall(r"[^\W\d_]{2,}", text) if len(set(map(_script, word)) - {""}) > 1]


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    script = unicodedata.name(letter, "").partition(" ")[0]
    return script if script in ("LATIN", "CYRILLIC", "GREEK") else ""
