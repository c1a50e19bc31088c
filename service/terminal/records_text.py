"""How do single records and changes look in a terminal?"""

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from data.published import as_json
from service.app.answers import Change
from service.terminal.rules_text import WIDTH, folded

if TYPE_CHECKING:
    from service.app.answers import OrganisationKept, OutlineKept


def record_text(record: "OutlineKept | OrganisationKept") -> str:
    """A line a fact that is known; long texts go on below."""
    facts = as_json(record)
    lines: list[str] = []
    for field in fields(record):
        value = facts[field.name]
        if value not in (None, False):
            shown = "yes" if value is True else f"{value:,.2f}" if isinstance(value, float) else str(value)
            lines += _fact(field.name.replace("_", " "), shown)
    return "\n".join(lines)


def _fact(name: str, value: str) -> list[str]:
    head = f"{name}:"
    if len(value) + 14 <= WIDTH and "\n" not in value:
        return [f"{head:<13} {value}"]
    return [head, *(line for part in value.splitlines() for line in folded(part, "  "))]


def change_text(change: Change) -> str:
    """One change: its number, when, by whom, what, how many records, and whether it can be undone."""
    counts = ", ".join(f"{number} {what}" for what, number in change.counts.items() if number)
    if change.undone_by is not None:
        undone = f"undone by {change.undone_by}"
    else:
        undone = "" if change.can_be_undone else "cannot be undone"
    facts = "; ".join(part for part in (counts, undone) if part)
    return f"{change.id:>5}  {change.at:%Y-%m-%d %H:%M}  {change.who}  {change.what}{f' ({facts})' if facts else ''}"


def changes_table(changes: Sequence[Change]) -> str:
    """All changes, newest first."""
    return "\n".join(map(change_text, changes)) or "Nothing was changed yet."
