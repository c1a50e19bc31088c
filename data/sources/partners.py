"""Who else takes part, in a cell that names one or several partners, each perhaps with its country?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from data.countries import to_eu
from data.country_names import code_of
from data.sources.cells import free_text
from data.sources.identity import identity
from data.sources.vocabulary import yes_or_no

_BETWEEN = re.compile(r"\s*(?:[;\n|•]|(?<=\)),|\s/\s)\s*")
_BULLET = re.compile(r"^(?:\d{1,2}[.)]\s+|[-–*·]\s+)")
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]{1,40})[)\]]\s*$")
_DASH = re.compile(r"(.+?)\s+[-–]\s+([^-–]+)")
_ID_BEHIND = re.compile(r"\s*<([^<>;\s]+)>\s*$")
"""As own exports write an id that is no participant code."""
_PIC = re.compile(r"(?i)[\s,(]*(?:PIC[:\s]*)?\b(\d{9})\b\)?")


@dataclass(frozen=True, slots=True)
class NamedPartner:
    """A partner as a cell names it."""

    name: str | None
    country: str | None = None
    ident: str | None = None


def partners_in(cell: str) -> Sequence[NamedPartner] | None:
    """Return the partners that a cell names; None where it names none.

    >>> [(partner.name, partner.country) for partner in partners_in("Nordnetz Oy (FI); Datum SA, France") or ()]
    [('Nordnetz Oy', 'FI'), ('Datum SA', 'FR')]
    """
    text = free_text(cell)
    if text is None:
        return None
    parts = [part for part in _BETWEEN.split(text) if part]
    if len(parts) == 1 and text.count(",") > 1:
        parts = _by_commas(text)
    named = []
    for part in parts:
        bare = free_text(_BULLET.sub("", part))
        if (bare and yes_or_no(bare) is None and not bare.isdecimal()) or (
            bare and identity(bare) and len(bare) == 9
        ):
            named.append(_partner(bare))
    return tuple(named) or None


def partner_text(partner: NamedPartner) -> str:
    """Return a partner as a cell names it, so that it is read again as it was; a name that looks like two is left out.

    >>> partner_text(NamedPartner("Nordnetz Oy", "FI", "org-1")), partner_text(NamedPartner("A; B", "GR", "org-2"))
    ('Nordnetz Oy (FI) <org-1>', '<org-2>')
    """
    country = f" ({to_eu(partner.country)})" if partner.country else ""
    written = f"{partner.name or ''}{country} <{partner.ident}>".strip()
    return written if partners_in(written) == (partner,) else f"<{partner.ident}>"


def _by_commas(text: str) -> list[str]:
    """Return the parts of a list with commas; a country stays with the name before it."""
    parts: list[str] = []
    for part in (piece.strip() for piece in text.split(",")):
        if parts and code_of(part) is not None:
            parts[-1] += f" ({part})"
        elif part:
            parts.append(part)
    return parts


def _partner(text: str) -> NamedPartner:
    ident = None
    if match := _ID_BEHIND.search(text):
        ident, text = identity(match[1]), text[: match.start()]
    elif match := _PIC.search(text):
        ident = identity(match[1])
        text = (text[: match.start()] + text[match.end() :]).strip(" ,;:-–")
    country = None
    if (match := _BRACKETS.search(text)) and (country := code_of(match[1])) is not None:
        text = text[: match.start()]
    elif "," in text:
        name, _, last = text.rpartition(",")
        if (country := code_of(last)) is not None:
            text = name
    elif (match := _DASH.fullmatch(text)) and (country := code_of(match[2])) is not None:
        text = match[1]
    return NamedPartner(text.strip(" ,;") or None, country, ident)
