"""What is left of an organisation's name when legal form, place and common words are gone?"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from data.model import History

if TYPE_CHECKING:  # numpy is slow to import, and who takes a single name apart needs none
    import numpy as np

    from data.kept_arrays import KeptArrays
from graph.names.name_words import COMMON, FILLERS, FIRST_NAMES, INSTITUTIONS, LEGAL_FORMS, NON_PROFIT, PLACES

_LETTERS = str.maketrans({"ß": "SS", "Ø": "O", "ø": "O", "Æ": "AE", "æ": "AE", "Ł": "L", "ł": "L", "Đ": "D"})
_MORE_LETTERS = str.maketrans({"đ": "D", "Œ": "OE", "œ": "OE", "ı": "I", "Þ": "TH", "þ": "TH", "ð": "D"})
_SILENT = LEGAL_FORMS | FILLERS | PLACES
_GROUP_WORDS = frozenset({"GROUP", "GROUPE", "GRUPPO", "GRUPO", "GRUPPE", "HOLDING", "COMPAGNIE", "CIE"})


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name taken apart. `words`: all of it, folded; `core`: without legal forms, fillers, places and numbers.

    `commercial`: it carries the legal form of a company; `institution`: it carries a word such as university,
    ministry, city or association, after which the rest is mostly a place or a subject.
    """

    words: tuple[str, ...]
    core: tuple[str, ...]
    commercial: bool
    institution: bool

    @property
    def lead(self) -> str | None:
        """The first word that could be a brand: not a common word, a first name or a word for "group"."""
        for word in self.core:
            if word not in _GROUP_WORDS:
                return word if is_distinctive(word) else None
        return None


def is_distinctive(word: str) -> bool:
    """Could this word be a brand at all?"""
    ordinary = word in COMMON or word in INSTITUTIONS or word in FIRST_NAMES or word in _SILENT
    return len(word) >= 2 and not word.isdigit() and not ordinary


def fold(name: str) -> tuple[str, ...]:
    """Return the name's words in upper case, without marks; dotted and slashed abbreviations joined.

    >>> fold("Société Générale S.A.")
    ('SOCIETE', 'GENERALE', 'SA')
    >>> fold("Ørsted A/S"), fold("Müller GmbH & Co. KG")
    (('ORSTED', 'AS'), ('MULLER', 'GMBH', 'CO', 'KG'))
    """
    text = unicodedata.normalize("NFKD", name.translate(_LETTERS).translate(_MORE_LETTERS))
    text = "".join(letter for letter in text if not unicodedata.combining(letter)).upper()
    text = re.sub(r"['’`´]", " ", text)
    text = re.sub(r"\b(\w)/(\w)\b", r"\1\2", text)
    text = re.sub(r"\b(?:\w\.\s?)+\w\b\.?", lambda match: re.sub(r"[.\s]", "", match.group()), text)
    return tuple(re.findall(r"\w+", text))


@lru_cache(maxsize=100_000)
def take_apart(name: str) -> NameParts:
    """Take a name apart.

    >>> take_apart("SIEMENS AKTIENGESELLSCHAFT OESTERREICH").core
    ('SIEMENS',)
    >>> take_apart("Groupe Renault SAS").lead, take_apart("Universität Bremen").lead
    ('RENAULT', None)
    """
    words = fold(name)
    core = tuple(word for word in words if word not in _SILENT and not word.isdigit())
    commercial = any(word in LEGAL_FORMS and word not in NON_PROFIT for word in words[1:])
    return NameParts(words, core, commercial, any(word in INSTITUTIONS for word in words))


@dataclass(frozen=True, slots=True)
class NameStatistics:
    """How words behave in a store: what occurs everywhere, or in ordinary text, is no brand.

    `names_with`: word → number of names whose core has it; `names_led_by`: … begins with it; `cities`: words of
    the organisations' own cities; `ordinary`: words that texts write in small letters ("virtual", "element").
    Empty statistics know nothing, so the packaged word lists decide alone.
    """

    names_with: dict[str, int]
    names_led_by: dict[str, int]
    cities: frozenset[str]
    ordinary: frozenset[str]

    @classmethod
    def of_history(cls, history: History) -> "NameStatistics":
        """Count over all organisations of a history and the texts of its projects."""
        table = history.organisations
        names, cities = (
            (text for text in table[column] if isinstance(text, str) and text) for column in ("name", "city")
        )
        return cls.of(names, cities, history.projects["text"])

    @classmethod
    def of(
        cls, names: Iterable[str], cities: Iterable[str] = (), texts: Iterable[str] = ()
    ) -> "NameStatistics":
        """Count the words of these names (each organisation's once), of their cities and of any texts at hand."""
        having: dict[str, int] = {}
        leading: dict[str, int] = {}
        for name in names:
            parts = take_apart(name)
            for word in set(parts.core):
                having[word] = having.get(word, 0) + 1
            for word in parts.core:
                if word not in _GROUP_WORDS:
                    leading[word] = leading.get(word, 0) + 1
                    break
        places = frozenset(word for city in cities for word in fold(city) if len(word) > 2)
        uses: dict[str, int] = {}
        for text in texts:
            for word in set(re.findall(r"\b[a-z]{3,}\b", text)):
                uses[word] = uses.get(word, 0) + 1
        ordinary = frozenset(word.upper() for word, count in uses.items() if count >= _FEW_TEXTS)
        return cls(having, leading, places, ordinary)

    @classmethod
    def kept(cls, history: History, kept: "KeptArrays") -> "NameStatistics":
        """As `of_history`, out of what is kept of this history where it is there."""
        from data.kept_arrays import unpacked

        arrays = kept.get("names", lambda: cls.of_history(history).arrays())
        having, leading = (
            dict(zip(unpacked(arrays[name]), arrays[f"{name}_count"].tolist(), strict=True))
            for name in ("having", "leading")
        )
        places, ordinary = (frozenset(unpacked(arrays[name])) for name in ("cities", "ordinary"))
        return cls(having, leading, places, ordinary)

    def arrays(self) -> "dict[str, np.ndarray]":
        """Return what `kept` reads again."""
        import numpy as np

        from data.kept_arrays import packed

        return {
            "having": packed(list(self.names_with)),
            "having_count": np.array(list(self.names_with.values()), np.int64),
            "leading": packed(list(self.names_led_by)),
            "leading_count": np.array(list(self.names_led_by.values()), np.int64),
            "cities": packed(sorted(self.cities)),
            "ordinary": packed(sorted(self.ordinary)),
        }

    def is_brand(self, word: str) -> bool:
        """Does the word behave like a group's name: rare enough, mostly in front, no city, no ordinary word?"""
        count = self.names_with.get(word, 0)
        if word in self.cities or word in self.ordinary or count > _MOST_NAMES:
            return False
        return self.names_led_by.get(word, 0) >= _LEADING_SHARE * count


NOTHING_COUNTED = NameStatistics({}, {}, frozenset(), frozenset())
_MOST_NAMES = 80
_LEADING_SHARE = 0.7
_FEW_TEXTS = 2
