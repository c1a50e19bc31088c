"""How does a terminal show what was understood of an outline: what it seeks, what its author brings, its topic?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.terminal.rules_text import folded
from service.words import count, from_where

if TYPE_CHECKING:  # slow to import, and only named here
    from matcher.needs.read import Need, Offer, Statements


def statements(answer: Statements) -> str:
    """An outline taken apart, with the place of each part's words."""
    lines = [_sought(answer)]
    for number, need in enumerate(answer.needs, start=1):
        lines += folded(f"{number}. “{_plain(need.text)}”", "  ")
        lines += folded(f"{in_short(need)} · {_place(need)}", "     ")
    lines.append(
        "What its author is and brings:" if answer.offers else "What its author is and brings: not said"
    )
    for offer in answer.offers:
        lines += folded(f"• “{_plain(offer.text)}” · {_place(offer)}", "  ")
    lines.append("What it is about:" if answer.topic else "What it is about: not said")
    lines += [line for sentence in answer.topic for line in folded(f"• {_plain(sentence)}", "  ")]
    return "\n".join([*lines, f"Language: {answer.language}"])


def in_short(need: Need) -> str:
    """How many of what, from where, and how much it matters."""
    kind = " or ".join(need.type_labels) or "no type of organisations is named: the words count"
    number = f"{need.number} × {kind}" if need.number > 1 else kind
    weight = "derived from the work, half weight" if need.derived else "must" if need.must else "welcome"
    return " · ".join(filter(None, (number, from_where(need), weight)))


def understood(answer: Statements) -> list[str]:
    """A line a need, for the head of an answer."""
    lines = [
        f"{_sought(answer)} `konsort read` shows all that was understood, --need or --needs corrects it."
    ]
    for need in answer.needs:
        lines += folded(f"• “{_plain(need.text)}”: {in_short(need)}", "  ")
    return lines


def _sought(answer: Statements) -> str:
    if not answer.needs:
        return "What it seeks: nobody, in words that are understood; the work described decides."
    number = count(len(answer.needs), "need")
    if answer.stated:
        return f"What it seeks ({number}):"
    return f"It names nobody whom it seeks; the work it describes asks for ({number}):"


def _place(part: Need | Offer) -> str:
    if part.field == "need":
        return "as you wrote it"
    return f"{part.field} {part.start} to {part.end}"


def _plain(words: str) -> str:
    return " ".join(words.split())
