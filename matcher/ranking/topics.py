"""What do two call-topic codes have in common? Codes become tokens, so that 'ICT-26-2016' is near 'ICT-26-2018'."""

import re

_YEAR = re.compile(r"(19|20)\d\d")
_SEPARATORS = re.compile(r"[\s\-_./:]+")
_LETTERS_DIGITS = re.compile(r"([A-Z]{3,})(\d+)([A-Z]*)")


def split_codes(codes: str | None) -> tuple[str, ...]:
    """The single codes of a text that joins them by ';' or ','; blanks around and empty parts are dropped.

    >>> split_codes("ICT-26-2016; LC-MG-1-3-2018")
    ('ICT-26-2016', 'LC-MG-1-3-2018')
    >>> split_codes(None)
    ()
    """
    return tuple(part.strip() for part in re.split(r"[;,|]", codes or "") if part.strip())


def code_parts(code: str) -> tuple[str, ...]:
    """A topic code's parts without its years, in capitals, numbers without leading zeros.

    >>> code_parts("LC-MG-1-3-2018")
    ('LC', 'MG', '1', '3')
    >>> code_parts("SU-BES02-2018-2019-2020")
    ('SU', 'BES', '2')
    """
    parts: list[str] = []
    for raw in _SEPARATORS.split(code.upper()):
        if not raw or _YEAR.fullmatch(raw):
            continue
        glued = _LETTERS_DIGITS.fullmatch(raw)
        pieces = [piece for piece in glued.groups() if piece] if glued else [raw]
        parts.extend(piece.lstrip("0") or "0" if piece.isdigit() else piece for piece in pieces)
    return tuple(parts)


def code_tokens(codes: str | None) -> list[str]:
    """Tokens of one or several joined topic codes: the code itself, all runs of its parts, all its leading runs.

    A run that is one bare number is left out: it tells no topic from another. Leading runs are marked by '^'.

    >>> code_tokens("ICT-26-2016")
    ['=ICT-26-2016', 'ICT', 'ICT-26', '^ICT', '^ICT-26']
    """
    tokens: list[str] = []
    for code in split_codes(codes):
        parts = code_parts(code)
        tokens.append("=" + code.upper())
        for begin in range(len(parts)):
            for end in range(begin + 1, min(len(parts), begin + 4) + 1):
                run = parts[begin:end]
                if not (len(run) == 1 and run[0].isdigit()):
                    tokens.append("-".join(run))
        tokens.extend("^" + "-".join(parts[:end]) for end in range(1, len(parts) + 1))
    return tokens


def programme_tokens(programme: str | None) -> list[str]:
    """The parts of a programme (CORDIS legal basis), and the combination itself where there are several.

    >>> programme_tokens("SC2;LEIT")
    ['LEIT', 'SC2', '+LEIT;SC2']
    >>> programme_tokens("SC4")
    ['SC4']
    """
    parts = sorted({part.upper() for part in split_codes(programme)})
    return [*parts, "+" + ";".join(parts)] if len(parts) > 1 else parts
