"""How do answers look in a terminal? Each function takes a record and returns text; it computes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from data.calls import PREVAILS
from data.countries import to_eu
from data.published import as_json
from service.app.answers import SHOWN_PROBLEMS, Call, Imported, OutlineRow, SuspectedOwner, TypeRow
from service.terminal.needs_text import understood
from service.terminal.rules_text import MARKS, WIDTH, folded, rules_in_full
from service.words import count, cut

if TYPE_CHECKING:  # slow to import, and only named here
    from graph.network.views import Actor, IntroductionPath, Neighbourhood, Summary
    from graph.rules.rules import Verdict
    from matcher.solver.swap import Swap
    from matcher.suggest.answers import Partner, Partners, Suggestion, Suggestions
    from matcher.suggest.steering import Steering, TradeOff
    from matcher.suggest.why import Why


MISSING = 10
"""So many of the outlines that a file does not hold are named."""


def suggestions(answer: Suggestions, *, short: bool = False) -> str:
    """Every suggestion with its members, reasons and rules; or which demands conflict.

    `short`: a line a member with its first reason, and a line for the rules.
    """
    lines = [f"Run {answer.run}, call {answer.call}: {answer.claim}", *understood(answer.understood)]
    remarks = (*(wish.text for wish in answer.wishes), *(rule.text for rule in answer.unkept))
    lines += [line for text in remarks for line in folded(text, "", hang="  ")]
    lines.append("")
    for number, suggestion in enumerate(answer.suggestions, start=1):
        lines += [*(_in_short if short else _suggestion)(number, suggestion), ""]
    if answer.status == "infeasible":
        alone = len(answer.conflict) == 1
        verb = "can" if answer.impossible else "is known to"
        lines += [f"No consortium {verb} meet {'this demand' if alone else 'these demands together'}:"]
        lines += [f"  • {part.demand}: {part.text}" for part in answer.conflict]
        lines += ["What would help:", *(f"  • {part.text}" for part in answer.relaxations)]
    notes = answer.notes if answer.suggestions else ()  # they say what a score means
    return "\n".join([*lines, *notes, PREVAILS])


def _head(number: int, suggestion: Suggestion) -> str:
    gap = "" if suggestion.gap is None else f", at most {suggestion.gap:.1%} below the best"
    return f"{number}. value {suggestion.value:.3f}{gap if suggestion.gap != 0 else ', proved best'}"


def _in_short(number: int, suggestion: Suggestion) -> list[str]:
    answers = [rule.answer for rule in suggestion.rules if rule.kind == "hard"]
    tally = ", ".join(
        f"{answers.count(answer)} {mark}" for answer, mark in MARKS.items() if answer in answers
    )
    lines = [f"{_head(number, suggestion)}; {count(len(suggestion.members), 'member')}, hard rules: {tally}"]
    for member in suggestion.members:
        lines.append(f"   {_country(member.country)}  {member.name} [{member.id}], {member.role}")
        first = [cut(reason.text, WIDTH - 9) for reason in member.reasons[:1]]
        lines += [f"       · {reason}" for reason in first]
    return lines


def _suggestion(number: int, suggestion: Suggestion) -> list[str]:
    lines = [_head(number, suggestion)]
    for member in suggestion.members:
        lines += _partner(member)
    terms = ", ".join(f"{term.name} {term.value:.2f} × {term.weight:g}" for term in suggestion.terms)
    lines += [f"   Terms: {terms}", "   Rules:"]
    lines += [f"   {line}" for line in rules_in_full(suggestion.rules)]
    if suggestion.gaps:
        lines += ["   Nobody here covers:"]
        for gap in suggestion.gaps:
            near = [f"         {one.text}" for one in suggestion.nearest if one.gap == gap]
            lines += [f"     • {gap}", *(near or ["         Nobody in the store is known to come near."])]
    return lines


def _partner(member: Partner) -> list[str]:
    kind = f"{member.kind or 'kind unknown'}{', fictional' if member.fictional else ''}"
    head = f"   {_country(member.country)}  {member.name} ({kind}), {member.role}  [{member.id}]"
    reasons = [line for reason in member.reasons for line in folded(reason.text, "       · ")]
    return [head, *reasons]


def _country(code: str | None) -> str:
    return to_eu(code) if code else "??"


def steering(answer: Steering) -> str:
    """Swaps for each member with what they change, then the weak points."""
    lines = [f"Run {answer.run}, call {answer.call}: {count(len(answer.members), 'member')}", "Rules:"]
    lines += rules_in_full(answer.rules)
    allowed = any(swap.allowed for swap in answer.swaps)
    lines.append("Swaps:" if allowed else "No swap keeps every hard rule and wish.")
    for swap in answer.swaps:
        terms = ", ".join(f"{term.name} {term.after - term.before:+.2f}" for term in swap.terms)
        rules = "; ".join(
            f"{rule.id} {rule.before.answer} → {rule.after.answer} ({rule.found_before} → {rule.found_after})"
            for rule in swap.rules
        )
        head = f"{swap.outgoing} → {swap.incoming}: {_verdict_of(swap)}value {swap.change:+.3f}; {terms}"
        lines += folded(head + (f"; {rules}" if rules else ""), "  ")
    bears = answer.resilience
    if bears.size is None:
        lines.append("No withdrawal breaks a hard rule that holds now.")
    else:
        exact = "" if bears.exact else "at least "
        lines.append(f"The smallest withdrawal that breaks a hard rule: {exact}{bears.size} of the members")
        lines += [f"  {', '.join(loss.leaving)} breaks {', '.join(loss.breaks)}" for loss in bears.smallest]
    for point in bears.weak_points:
        leaving = to_eu(point.country) if point.country else ", ".join(point.leaving)
        ready = ", ".join(point.substitutes) or "nobody found"
        lines += folded(f"If {leaving} leaves, {', '.join(point.breaks)} breaks; ready: {ready}", "  ")
    return "\n".join([*lines, PREVAILS])


def _verdict_of(swap: Swap) -> str:
    """What a swap breaks, "" where it is allowed."""
    broken = [rule.id for rule in swap.rules if (rule.kind, rule.after.answer) == ("hard", "broken")]
    return "" if swap.allowed else f"NOT ALLOWED, breaks {', '.join(broken) or 'a wish of yours'}; "


def trade_off(answer: TradeOff) -> str:
    """One point of the front a line."""
    lines = [f"Run {answer.run}, call {answer.call}", "  fit  new ties  members"]
    lines += [f"{p.fit:5.2f}  {p.new_ties:7.0%}  {', '.join(p.members)}" for p in answer.points]
    return "\n".join(lines)


def partners_table(answer: Partners) -> str:
    """Each partner with score and reasons."""
    lines = [f"Run {answer.run}: {count(len(answer.partners), 'partner')}", *understood(answer.understood)]
    for member in answer.partners:
        lines += [f" {member.score:.3f}", *_partner(member)]
    return "\n".join([*lines, *answer.notes])


def why_text(answer: Why) -> str:
    """Where the organisation stands, need by need, then what would change it."""
    where = ", ".join(map(str, answer.suggestions))
    stands = (
        f"stands in suggestion {where} of {answer.of}"
        if where
        else f"stands in none of {answer.of} suggestions"
    )
    head = f"Run {answer.run}, outline {answer.outline}, call {answer.call}"
    lines = folded(f"{head}: {answer.name} [{answer.organisation}] {stands}.", "")
    lines.append(f"By texts and past consortia alone: place {answer.fit_place} of {answer.candidates}.")
    lines.append("What the outline seeks:" if answer.needs else "The outline names nobody whom it seeks.")
    for standing in answer.needs:
        lines += folded(f"• {standing.text}", "  ", hang="  ")
        if standing.chosen:
            lines += folded(f"In the first suggestion: {', '.join(standing.chosen)}.", "    ")
    if answer.changes:
        lines.append("What would change it:")
        lines += [line for change in answer.changes for line in folded(f"• {change.text}", "  ", hang="  ")]
    return "\n".join([*lines, *answer.notes])


def verdict(answer: Verdict) -> str:
    """The overall answer, then rule by rule."""
    lines = [f"{answer.call}: {MARKS[answer.answer]} (hard rules)"]
    lines += rules_in_full(answer.rules)
    return "\n".join([*lines, PREVAILS])


def import_report(answer: Imported) -> str:
    """What came in, how the file was understood, and what a person should look at."""
    verb = "would come in" if answer.dry_run else "came in"
    lines = [
        f"{kind}: {new:,} new, {answer.changed[kind]:,} changed, {answer.unchanged[kind]:,} as before"
        for kind, new in answer.added.items()
    ]
    lines.insert(0, f"What {verb}:")
    lines += _understood(answer)
    lines += _some(f"{count(answer.problems, 'problem')}: rows with one were left out", answer.first_problems)
    lines += _some(f"{count(answer.left_empty, 'cell')} left empty", answer.first_left_empty)
    lines += _some(f"{count(len(answer.conflicts), 'contradiction')}", answer.conflicts[:SHOWN_PROBLEMS])
    lines += _some(f"{count(len(answer.notes), 'note')}", answer.notes[:SHOWN_PROBLEMS])
    if answer.report:
        where = "would be listed in" if answer.dry_run else "are listed in"
        lines.append(f"All of them {where} {answer.report}.")
    elif not any(sum(counts.values()) for counts in (answer.added, answer.changed, answer.unchanged)):
        lines.append("The file holds no rows below its header.")
    if answer.missing:
        shown = ", ".join(answer.missing[:MISSING])
        further = f" … ({len(answer.missing)} in all)" if len(answer.missing) > MISSING else ""
        lines.append(f"In the call, and not in the file: {shown}{further}")
    return "\n".join(lines)


def _some(title: str, lines: Sequence[str]) -> list[str]:
    return [f"{title}. The first ones:", *(f"  {line}" for line in lines)] if lines else []


def _understood(answer: Imported) -> list[str]:
    """How the file was read: its encoding, its headings and words, and what nobody reads."""
    lines = [
        f"{encoding.file} was read as {encoding.codec}: {', '.join(map(repr, encoding.samples))}"
        for encoding in answer.encodings
    ]
    known: dict[str, list[str]] = {}
    unknown: dict[str, list[str]] = {}
    for reading in answer.readings:
        if reading.meaning is None:
            unknown.setdefault(reading.column, []).append(f"{reading.rows} × {reading.written}")
        elif reading.column == "column":
            known.setdefault("Columns", []).append(f"{reading.written} = {reading.meaning}")
        else:
            known.setdefault(reading.column, []).append(
                f"{reading.rows} × {reading.written} = {reading.meaning}"
            )
    lines += [f"{name}: {'; '.join(words)}" for name, words in known.items()]
    lines += [f"Which {name} is meant? {'; '.join(words)}" for name, words in unknown.items()]
    if answer.ignored:
        lines.append(f"Not read: {'; '.join(f'{i.what} ({i.filled})' for i in answer.ignored)}")
    return lines


def suspicions(pairs: Sequence[SuspectedOwner]) -> str:
    """Pairs of names that look like one owner."""
    if not pairs:
        return "No pair of names looks like one owner."
    return "\n".join(f"{pair.a}  {pair.name_a}\n{pair.b}  {pair.name_b}\n   {pair.why}" for pair in pairs)


def _actor(actor: Actor) -> str:
    known = f"{count(actor.projects, 'project')}, {count(actor.partners, 'partner')}"
    return f"{_country(actor.country)}  {actor.label} [{actor.id}], {known}"


def around_text(answer: Neighbourhood) -> str:
    """The centre and its strongest partners."""
    if not answer.partners:
        return f"{_actor(answer.centre)}\nNo past project with anybody is known of it."
    lines = [_actor(answer.centre), f"Strongest of {count(answer.partners_in_all, 'partner')}:"]
    for partner, tie in zip(answer.partners, answer.ties, strict=True):
        last = f", last {tie.last_shared}" if tie.last_shared else ""
        lines.append(f"  {tie.weight:6.3f}  {_actor(partner)}; {len(tie.projects)} shared{last}")
    return "\n".join(lines)


def path_text(answer: IntroductionPath) -> str:
    """The chain of introductions."""
    if not answer.found:
        return f"No chain of introductions leads from {answer.a.label} to {answer.b.label}."
    lines = [_actor(answer.actors[0])]
    for actor, tie in zip(answer.actors[1:], answer.ties, strict=True):
        lines += [f"  │ {count(len(tie.projects), 'shared project')}, weight {tie.weight:.3f}", _actor(actor)]
    return "\n".join(lines)


def summary_text(answer: Summary) -> str:
    """The network's counts, one a line."""
    counts = {name: value for name, value in as_json(answer).items() if not isinstance(value, list)}
    return "\n".join(
        f"{name.replace('_', ' ')}: {'unknown' if value is None else value}" for name, value in counts.items()
    )


def calls_table(rows: Sequence[Call]) -> str:
    """One call a line."""
    return "\n".join(f"{row.id:32} {row.title}" for row in rows)


def types_table(rows: Sequence[TypeRow]) -> str:
    """One type a line."""
    return "\n".join(f"{row.id:24} {row.label}" for row in rows)


def profile_text(call: Call) -> str:
    """A call in plain words."""
    return call.words


def outlines_table(rows: Sequence[OutlineRow]) -> str:
    """One outline a line."""
    if not rows:
        return "There are no outlines yet; `konsort import outlines FILE --call CALL` brings them in."
    return "\n".join(
        f"{row.id:12} {_country(row.country)}  {row.language or '??'}  {row.organisation:24} {row.title}"
        for row in rows
    )
