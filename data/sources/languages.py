"""Which of the 24 official EU languages is a text written in, when its sender did not say?"""

from functools import cache
from typing import Any

EU_LANGUAGES = (
    *("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr"),
    *("hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv"),
)


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
