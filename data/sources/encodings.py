"""In which encoding is a text file written whose sender did not say? Decided by evidence, or refused.

A byte-order mark and valid UTF-8 speak for themselves, and so does UTF-8 with a few stray bytes. What is left is one of
the code pages of Europe. Each is tried on the words that hold other than ASCII bytes, and how well the result reads is
measured by letter pairs of some thirty languages, taken from CLDR's names of countries, languages, currencies and
months; a country that the file states speaks for its languages. Two readings that are about equally likely are refused.
"""

import codecs
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from typing import NoReturn

from data.errors import BadInput
from data.sources.languages import EU_LANGUAGES

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODE_PAGES: Mapping[str, float] = {
    "cp1252": 0.0,
    "cp1250": -1.0,
    "cp1251": -1.0,
    "cp1253": -1.0,
    "cp1257": -2.0,
    "cp1254": -3.0,
    "iso8859-2": -2.0,
    "iso8859-3": -5.0,
    "iso8859-4": -5.0,
    "iso8859-5": -2.0,
    "iso8859-7": -2.0,
    "iso8859-9": -5.0,
    "iso8859-10": -5.0,
    "iso8859-13": -3.0,
    "iso8859-14": -5.0,
    "iso8859-15": -0.5,
    "iso8859-16": -5.0,
    "mac_roman": -2.0,
    "mac_latin2": -4.0,
    "mac_greek": -4.0,
    "mac_cyrillic": -5.0,
    "mac_turkish": -6.0,
    "mac_croatian": -6.0,
    "mac_romanian": -6.0,
    "mac_iceland": -6.0,
    "cp437": -5.0,
    "cp850": -3.0,
    "cp852": -4.0,
    "cp737": -5.0,
    "cp775": -6.0,
    "cp857": -6.0,
    "cp866": -4.0,
    "koi8_r": -4.0,
    "koi8_u": -5.0,
}
"""The code pages of Europe, and how likely each is before anything is read (natural logarithm)."""
_LANGUAGES = (*EU_LANGUAGES, "nb", "is", "tr", "sr", "uk", "mk", "sq", "ru", "ca")
_WORD = re.compile(rb"[A-Za-z\x80-\xff'-]*[\x80-\xff][A-Za-z\x80-\xff'-]*")
_MOST_WORDS = 2000
_EVEN = 2.0
"""Two readings whose logarithms differ by less are equally likely."""
_EDGE_MARKS = frozenset("„“”‚‘’«»‹›–—…€§°•·\u00a0©®™º²³½£´`¿¡")
_RARE = 3.0
_WORST_READABILITY = -7.0
"""A text that reads worse, a letter, is in no language."""
_SAME_LETTER = str.maketrans("ţŢşŞ", "țȚșȘ")
_STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text. Bytes that the encoding does not know are lone surrogates, as `surrogateescape` leaves them."""

    text: str
    codec: str
    is_chosen: bool = False
    """Whether another encoding would have been possible."""


def codec_of(content: bytes, name: str, countries: Callable[[bytes], Iterable[str]] = lambda _: ()) -> str:
    """Return the codec of `content`; "utf-8" also where a few bytes are stray. `countries` finds those it names.

    Raises BadInput where a mark is denied by the content, no code page fits, or two fit equally well.

    >>> codec_of("größe".encode("cp1252"), "f.csv"), codec_of("Zakład Łódź".encode("cp1250"), "f.csv")
    ('cp1252', 'cp1250')
    """
    for mark, codec in _BOMS:
        if content.startswith(mark):
            if codec == "utf-8-sig" or decodes(content, codec):
                return codec
            _refuse(name, f"does not hold the {codec} it announces")
    head = content[:2000]
    for start, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = head[start::2].count(0)
        if zeros > len(head) / 4 and head.count(0) == zeros and decodes(content, codec):
            return codec
    if decodes(content, "utf-8") or _is_stray_utf8(content):
        return "utf-8"
    return _code_page(content, name, countries(content))


def decode(content: bytes, codec: str, name: str) -> Decoded:
    """Return the text of `content`; BadInput where the codec is unknown or does not fit."""
    try:
        known = codecs.lookup(codec).name
    except LookupError:
        _refuse(name, f"cannot be read as {codec!r}, which is no encoding")
    if known in ("utf-8", "utf-8-sig"):
        return Decoded(content.decode(known, "surrogateescape"), known)
    try:
        return Decoded(content.decode(known), known, is_chosen=not known.startswith("utf"))
    except UnicodeError as error:
        _refuse(name, f"is not {codec}: {error}")


def decodes(content: bytes, codec: str) -> bool:
    """Tell whether `content` is valid in that codec."""
    decoder = codecs.getincrementaldecoder(codec)()
    view = memoryview(content)
    try:
        for start in range(0, len(content), _STEP):
            decoder.decode(view[start : start + _STEP])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _refuse(name: str, why: str) -> NoReturn:
    raise BadInput(
        f"the encoding of {name} cannot be decided: it {why}; save it as 'CSV UTF-8', or name it by --encoding"
    )


def _is_stray_utf8(content: bytes) -> bool:
    """Tell whether this is UTF-8 but for some bytes: a code page forms longer characters by rare accident only."""
    text = content.decode("utf-8", "surrogateescape")
    stray = sum(map(len, re.findall("[\udc80-\udcff]+", text)))
    whole = len(re.findall("[^\x00-\x7f\udc80-\udcff]", text))
    return whole >= 2 and whole > 2 * stray


def _code_page(content: bytes, name: str, countries: Iterable[str]) -> str:
    sample = [word for word, _ in Counter(_WORD.findall(content[: 64 * _STEP])).most_common(_MOST_WORDS)]
    rarity = _rarities(content, countries)
    scores: dict[tuple[str, ...], tuple[float, str]] = {}
    for codec, likely in _CODE_PAGES.items():
        if decodes(content, codec):
            texts = tuple(word.decode(codec).translate(_SAME_LETTER) for word in sample)
            score = likely + sum(_readability(text, rarity) for text in texts)
            scores[texts] = max(scores.get(texts, (-math.inf, "")), (score, codec))
    if not scores:
        _refuse(name, "is neither UTF-8 nor UTF-16 nor in a code page of Europe")
    (best, chosen), *others = sorted(scores.values(), reverse=True)
    if best / max(1, sum(map(len, sample))) < _WORST_READABILITY:
        _refuse(name, "is neither UTF-8 nor UTF-16, and reads like no language in any code page of Europe")
    if others and best - others[0][0] < _EVEN:
        _refuse(name, f"reads as well in {chosen} as in {others[0][1]}")
    return chosen


def _rarities(content: bytes, countries: Iterable[str]) -> dict[str, float]:
    """Return how unlikely each language is by the words in plain ASCII and by the countries that are stated."""
    plain = Counter(
        re.findall(r"(?<![A-Za-z])[a-z]{2,}(?![A-Za-z])", content[:_STEP].decode("ascii", "replace"))
    )
    words = [word for word, _ in plain.most_common(400)]
    fits = {code: sum(_likelihood(word, table) for word in words) for code, table in _letter_pairs().items()}
    spoken = _spoken_in(countries)
    return {
        code: min(_RARE, (max(fits.values()) - fit) / 4) + (1.5 if spoken and code not in spoken else 0.0)
        for code, fit in fits.items()
    }


def _spoken_in(countries: Iterable[str]) -> frozenset[str]:
    from babel.core import get_global

    known = get_global("territory_languages")
    return frozenset(
        language
        for country in countries
        for language, facts in known.get(country, {}).items()
        if facts.get("official_status") in ("official", "de_facto_official")
    )


def _readability(word: str, rarity: Mapping[str, float]) -> float:
    """Return how likely a word is, at best in one of the languages: the natural logarithm of a probability."""
    pairs = _letter_pairs()
    return max(_likelihood(word, pairs[code]) - rare for code, rare in rarity.items()) + _oddness(word)


def _likelihood(word: str, table: "_Pairs") -> float:
    letters = "".join(mark if mark.isalpha() else " " for mark in word.casefold())
    padded = f" {letters} "
    return sum(map(table.log_probability, padded, padded[1:]))


def _oddness(word: str) -> float:
    """Return the (negative) weight of what no language does: marks and capitals inside a word, scripts mixed."""
    weight = 0.0
    for at, mark in enumerate(word):
        if mark.isascii():
            continue
        before, after = word[at - 1 : at], word[at + 1 : at + 2]
        if mark.isalpha():
            if mark.isupper() and before.islower():
                weight -= 7
            elif mark.islower() and before.isupper() and after.isupper():
                weight -= 4
        elif unicodedata.category(mark) in ("Cc", "Cn", "Co"):
            weight -= 16
        elif mark in _EDGE_MARKS:
            weight -= 9 if before.isalpha() and after.isalpha() and mark not in "’´`·" else 3
        else:
            weight -= 11
    scripts = {_script(mark) for mark in word if mark.isalpha()}
    return weight - 9 * (len(scripts) > 1)


@cache
def _script(mark: str) -> str:
    return unicodedata.name(mark, "?").split()[0]


class _Pairs:
    """How often one letter follows another in a language."""

    def __init__(self, words: Iterable[str]) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._firsts: Counter[str] = Counter()
        for word in words:
            padded = f" {word} "
            self._pairs.update(pairwise(padded))
        for (first, _), count in self._pairs.items():
            self._firsts[first] += count
        self.log_probability = cache(partial(self._log_probability))

    def _log_probability(self, first: str, second: str) -> float:
        return math.log((self._pairs[first, second] + 0.1) / (self._firsts[first] + 0.1 * 60))


@cache
def _letter_pairs() -> dict[str, _Pairs]:
    return {language: _Pairs(_words_of(language)) for language in _LANGUAGES}


def _words_of(language: str) -> Sequence[str]:
    """Return the words, in small letters, of CLDR's names in a language."""
    from babel import Locale

    locale = Locale(language)
    names = [*locale.territories.values(), *locale.languages.values(), *locale.currencies.values()]
    for widths in (*locale.months.values(), *locale.days.values()):
        names += [*widths["wide"].values()] * 3
    return [
        word for name in names for word in re.findall(r"[^\W\d_]+", str(name).casefold()) if len(word) > 1
    ]
