"""How do a rule's answers look in a terminal? In full with what was found, or a line each, folded to its width."""

from collections.abc import Sequence
from textwrap import wrap

from data.demands import Hardness
from graph.rules.rules import Answer, RuleAnswer

MARKS = {Answer.MET: "✓ met", Answer.BROKEN: "✗ broken", Answer.UNKNOWN: "? cannot tell"}
WIDTH = 100


def rules_in_full(rules: Sequence[RuleAnswer]) -> list[str]:
    """The rules that are computed, each with what was found; then those that only a person can answer."""
    attestations = [rule for rule in rules if rule.kind is Hardness.ATTESTATION]
    lines = [line for rule in rules if rule not in attestations for line in _in_full(rule)]
    lines += ["  For a person to confirm:"] if attestations else []
    return lines + [line for rule in attestations for line in folded(f"{rule.id} {rule.text}", "      ")]


def _in_full(rule: RuleAnswer) -> list[str]:
    named = f"{rule.id}{' (soft)' if rule.kind is Hardness.SOFT else ''}"
    head = f"{MARKS[rule.answer]:15} {named} {rule.text} (found {rule.found}, needed {rule.needed})"
    lines = folded(head, "  ")
    if rule.why:
        lines += folded(rule.why, "      ")
    lines += [line for question in rule.ask for line in folded(f"Ask: {question.text}", "      ")]
    return [*lines, f"      Source: {rule.source}"]


def rules_in_short(rules: Sequence[RuleAnswer]) -> list[str]:
    """A line a rule; then those that only a person can answer, and has not."""
    attestations = [
        rule for rule in rules if (rule.answer, rule.kind) == (Answer.UNKNOWN, Hardness.ATTESTATION)
    ]
    lines = [f"  {MARKS[rule.answer]:15} {rule.id} {rule.text}" for rule in rules if rule not in attestations]
    if attestations:
        lines += ["  For a person to confirm:", *(f"    {rule.id} {rule.text}" for rule in attestations)]
    return lines


def folded(text: str, indent: str, *, hang: str = "") -> list[str]:
    """Return a text's lines, each indented; `hang`: how much further all but the first."""
    lines = wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=" " * len(indent) + hang,
        break_on_hyphens=False,
    )
    return lines or [indent]
