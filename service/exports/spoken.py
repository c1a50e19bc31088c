"""In which language does a document speak? One TOML file of words for each; people can bring their own."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.countries import to_eu
from data.errors import BadInput

FOLDER = Path(__file__).parent / "wording"
LANGUAGES = ("en", "de")
_TABLES = ("text", "head", "kind", "answer", "phrases")


@dataclass(frozen=True, slots=True)
class DocumentWording:
    """The words of a document. `text`: sentences with {names} to fill in; `phrases`: patterns of the program's own
    English sentences, with what takes their place."""

    language: str
    text: Mapping[str, str]
    head: Mapping[str, str]
    kind: Mapping[str, str]
    answer: Mapping[str, str]
    phrases: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """Return a sentence with its values filled in."""
        return self.text[key].format(**values)

    def phrase(self, text: str) -> str:
        """Return a sentence of the program in this language; one that is not known stays as it is.

        >>> wording("de").phrase("2 outlines fall below 2 links")
        '2 Skizze(n) fallen unter 2 Zusammenarbeiten'
        """
        for pattern, instead in self.phrases.items():
            match = re.fullmatch(pattern, text)
            if match:
                return match.expand(instead)
        return text

    def country(self, code: str) -> str:
        """Return a country's name in this language by CLDR.

        >>> wording("de").country("GR"), wording("en").country("CZ")
        ('Griechenland', 'Czechia')
        """
        from babel import Locale  # slow to import: only who writes a document pays

        return str(Locale.parse(self.language).territories.get(code, to_eu(code)))

    def number(self, value: float) -> str:
        """Return a number with at most one decimal, as this language writes it.

        >>> wording("de").number(1234.56), wording("en").number(3.0)
        ('1.234,6', '3')
        """
        from babel.numbers import format_decimal

        return str(format_decimal(value, format="#,##0.#", locale=self.language))


@cache
def wording(language: str) -> DocumentWording:
    """Return the words of a language that comes along. Raises BadInput for another one."""
    if language not in LANGUAGES:
        raise BadInput(
            f"a document is written in {', '.join(LANGUAGES)}, not in {language!r}; "
            "bring the words of another language as a file"
        )
    return _read(FOLDER / f"{language}.toml")


def wording_of(path: Path) -> DocumentWording:
    """Read somebody's own words. Raises BadInput where one is missing or does not fit."""
    own, known = _read(path), wording("en")
    for table in _TABLES[:-1]:
        mine, theirs = getattr(own, table), getattr(known, table)
        if missing := sorted(theirs.keys() - mine.keys()):
            raise BadInput(f"{path.name}: [{table}] lacks {', '.join(missing)}")
    names = re.compile(r"\{(\w+)\}")
    for key, text in own.text.items():
        wrong = set(names.findall(text)) - set(names.findall(known.text.get(key, "")))
        if wrong:
            raise BadInput(f"{path.name}: {key} names {', '.join(sorted(wrong))}, which nothing fills in")
    return own


def _read(path: Path) -> DocumentWording:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return DocumentWording(str(tables["language"]), **{name: tables.get(name, {}) for name in _TABLES})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise BadInput(f"{path}: no words of a document could be read ({error})") from error
