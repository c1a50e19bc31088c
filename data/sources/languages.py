"""Which language is meant by a code or a name, and in which one is a text written whose sender did not say?"""

import re
from functools import cache
from typing import Any

EU_LANGUAGES = (
    *("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr"),
    *("hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv"),
)

ISO_639_1 = frozenset(
    code
    for line in (
        "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv",
        "dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie",
        "ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv",
        "mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm",
        "rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts",
        "tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu",
    )
    for code in line.split()
)
"""Every two-letter code: an outline may be written in Norwegian or Ukrainian too."""
_TAKEN_FOR_COUNTRY = {"cz": "cs", "dk": "da", "ee": "et", "gr": "el", "se": "sv", "si": "sl"}
"""Countries' codes that are often written for their languages; some are codes of other languages."""
_NAMES = {
    "bg": "bul bulgarian български",
    "cs": "ces cze czech čeština česky",
    "da": "dan danish dansk",
    "de": "deu ger german deutsch",
    "el": "ell gre greek ελληνικά",
    "en": "eng english",
    "es": "spa spanish español castellano",
    "et": "est estonian eesti",
    "fi": "fin finnish suomi",
    "fr": "fra fre french français",
    "ga": "gle irish gaeilge",
    "hr": "hrv croatian hrvatski",
    "hu": "hun hungarian magyar",
    "it": "ita italian italiano",
    "lt": "lit lithuanian lietuvių",
    "lv": "lav latvian latviešu",
    "mt": "mlt maltese malti",
    "nl": "nld dut dutch nederlands",
    "pl": "pol polish polski",
    "pt": "por portuguese português",
    "ro": "ron rum romanian română",
    "sk": "slk slo slovak slovenčina slovensky",
    "sl": "slv slovene slovenian slovenščina slovensko",
    "sv": "swe swedish svenska",
}
_CODES_BY_NAME = {name: code for code, names in _NAMES.items() for name in names.split()}


def language_code(written: str) -> str:
    """Return the ISO 639-1 code of a code (de, DE, de-AT, deu) or, for the EU's 24 languages, of a name.

    ValueError for anything else, and for a country's code where it is likely to be meant for the language.

    >>> language_code("German"), language_code("de_AT"), language_code("nb")
    ('de', 'de', 'nb')
    """
    folded = written.strip().casefold()
    bare = re.split("[-_]", folded, maxsplit=1)[0]
    if bare in _TAKEN_FOR_COUNTRY:
        meant = _TAKEN_FOR_COUNTRY[bare]
        raise ValueError(
            f"{written!r} looks like a country; needed: the language, {meant} for {_name(meant)}"
        )
    if bare in ISO_639_1:
        return bare
    if folded in _CODES_BY_NAME:
        return _CODES_BY_NAME[folded]
    raise ValueError(
        f"{written!r} is no language; needed: a two-letter code such as de or el, "
        "or nothing, and it is found out"
    )


def _name(code: str) -> str:
    """The language's English name: the first word that is no code."""
    return next(word for word in _NAMES[code].split() if len(word) > 3).capitalize()


def language_of(text: str) -> str:
    """Return the ISO 639-1 code of the likeliest EU language of a text; a sentence or more is needed to be sure.

    >>> language_of("Wir entwickeln sichere Netze für Krankenhäuser in ländlichen Gegenden.")
    'de'
    """
    return str(_identifier().classify(text)[0])


@cache
def _identifier() -> Any:
    # Loaded on first use: the model takes a fraction of a second, and most files state their languages.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(EU_LANGUAGES))
    return identifier
