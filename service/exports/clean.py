"""Which characters may stand in an exported file? Those that XML can hold."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: object) -> str:
    """Return the text without control characters, lone surrogates and non-characters.

    >>> clean("North\\x0blight")
    'Northlight'
    """
    return _CONTROL.sub("", str(text))
