"""How do single records and changes look in a terminal?"""

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from data.countries import eu_or_unknown
from data.published import as_json
from service.app.answers import Change, DuplicateKept, DuplicateRow
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


def duplicates_table(rows: Sequence[DuplicateRow]) -> str:
    """Two lines a pair, the record to keep first, and why they are taken for one."""
    lines: list[str] = []
    for row in rows:
        lines.append(f"{row.similarity:.2f}  {row.why}")
        for side in (row.keep, row.other):
            facts = "; ".join(fact.replace("\n", " ") for fact in side.facts)
            shown = f"{side.id:16} {eu_or_unknown(side.country)}  {side.name}{f' ({facts})' if facts else ''}"
            lines.append("      " + (shown if len(shown) < WIDTH else shown[: WIDTH - 1] + "…"))
    if not lines:
        return "Nothing looks like a duplicate about which nobody has decided."
    return "\n".join(
        [*lines, "`konsort duplicates decide KEEP OTHER --same` or `--different` says which is true."]
    )


def duplicate_text(kept: DuplicateKept) -> str:
    """What became of a pair."""
    if kept.same:
        return f"{kept.other} is merged into {kept.kept}; `konsort undo` splits them again."
    return f"Noted: {kept.kept} and {kept.other} are two."
