"""What does the page of a set show? Names for ids, changes in words, new sets to take."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.model import Organisation, OrganisationId
from graph.rules.rules import Answer
from matcher.solver.assemble import RuleChange, Swap, TermChange
from matcher.suggest import steering
from matcher.suggest.reasons import Reason
from matcher.suggest.steering import Steering
from service.app.question import SteerQuestion, SuggestQuestion
from service.web.pages import show
from service.web.pages.form import Form

NamesById = Mapping[str, str]
TOO_SMALL = 0.005
"""A term's change below this would be shown as 0.00."""


@dataclass(frozen=True, slots=True)
class SubstituteRow:
    """Somebody who could come in. `members`: the ids of the set that this leads to, one a line."""

    who: Organisation
    members: str


@dataclass(frozen=True, slots=True)
class SwapRow(SubstituteRow):
    """Somebody else for a seat. `change`: of the set's value; `terms`, `rules`: what changes, in words.

    `breaks`: what forbids it, in words; "" where it is allowed. `reasons`: on what grounds the one comes in.
    """

    change: float
    terms: str
    rules: tuple[str, ...]
    breaks: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A member with those who could sit there. `required`: the question itself wants this member.

    `forbidden`: those with whom a rule or wish breaks.
    `without`: the ids of the set once this member has left; "" where nobody would remain.
    """

    who: Organisation
    required: bool
    alternatives: tuple[SwapRow, ...]
    forbidden: tuple[SwapRow, ...]
    without: str


@dataclass(frozen=True, slots=True)
class WeakPointRow:
    """A member or country that must not leave: what would break, and who could step in."""

    name: str
    breaks: tuple[str, ...]
    substitutes: tuple[SubstituteRow, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One set of the front. `against`: how it differs from the first one; `members`: its ids, one a line."""

    fit: float
    new_ties: float
    who: tuple[Organisation, ...]
    against: str
    members: str


def steer(form: Form, question: SteerQuestion) -> dict[str, Any]:
    """Ask what could be changed in a set; return all that its page shows."""
    application, team = form.application, question.members
    answer = application.questions.steer(form.reader, question)
    weak = answer.resilience.weak_points
    known = application.records.organisations(
        {
            *team,
            *(swap.incoming for swap in answer.swaps),
            *(substitute for point in weak for substitute in point.substitutes),
        }
    )
    names = {ident: organisation.label for ident, organisation in known.items()}
    return {
        "answer": answer,
        "names": names,
        "as_lines": lines(f"{one}; coordinator" if one == question.coordinator else one for one in team),
        "seats": _seats(answer, known, wanted(form, question)),
        "opened": next((swap.outgoing for swap in answer.swaps if swap.allowed), None),
        "terms": answer.swaps[0].terms if answer.swaps else (),
        "bears": bears(answer, names),
        "weak": [_weak(point, answer, known) for point in weak],
    }


def wanted(form: Form, question: SuggestQuestion) -> set[str]:
    """Return the ids that the question asks for: the lead and the must-haves. They are never swapped."""
    lead = question.coordinator
    if lead is None and question.outline is not None:
        lead = form.application.records.outline(form.reader, question.outline).organisation
    return {*question.must, *(() if lead is None else (lead,))}


def trade_off(form: Form, question: SuggestQuestion) -> dict[str, Any]:
    """Ask what new ties cost in fit; return all that the page shows."""
    application = form.application
    answer = application.questions.trade_off(form.reader, question)
    known = application.records.organisations({member for point in answer.points for member in point.members})
    points: list[Point] = []
    for point in answer.points:
        who = tuple(sorted((known[member] for member in point.members), key=lambda member: member.label))
        against = differs(points[0].who, who) if points else ""
        points.append(Point(point.fit, point.new_ties, who, against, lines(point.members)))
    return {"answer": answer, "points": points}


def lines(ids: Iterable[str]) -> str:
    """Ids as a form's field holds them."""
    return "\n".join(ids)


def differs(first: Iterable[Organisation], second: Iterable[Organisation]) -> str:
    """Who comes and who goes from the first set to the second, in words."""
    old, new = ({member.id: member.label for member in team} for team in (first, second))
    parts = [("with", new.keys() - old.keys(), new), ("without", old.keys() - new.keys(), old)]
    words = [
        f"{word} {', '.join(sorted(names[member] for member in ids))}" for word, ids, names in parts if ids
    ]
    return "; ".join(words)


def terms_in_words(terms: Sequence[TermChange]) -> str:
    """What changes visibly, the weightiest first.

    >>> terms_in_words([TermChange("ties", 0.4, 0.2, worth=-0.02), TermChange("effort", 1, 1, worth=0)])
    'ties −0.20'
    """
    visible = [term for term in terms if abs(term.after - term.before) >= TOO_SMALL]
    visible.sort(key=lambda term: -abs(term.worth))
    return ", ".join(f"{term.name} {show.change(term.after - term.before)}" for term in visible)


def rule_in_words(change: RuleChange) -> str:
    """How a rule's answer or finding changes.

    >>> from dataclasses import replace
    >>> from data.demands import Hardness
    >>> from graph.rules.rules import RuleAnswer
    >>> met = RuleAnswer("R4", Hardness.HARD, Answer.MET, "four countries", 4, 4, (), "call text")
    >>> rule_in_words(RuleChange(met, replace(met, answer=Answer.BROKEN, found=3)))
    'R4 met → broken, found 4 → 3'
    >>> rule_in_words(RuleChange(replace(met, found=6), replace(met, found=5)))
    'R4 stays met, found 6 → 5'
    """
    before, after = (show.ANSWERS[rule.answer].lower() for rule in (change.before, change.after))
    text = f"{change.id} stays {after}" if before == after else f"{change.id} {before} → {after}"
    if change.found_before == change.found_after:
        return text
    return f"{text}, found {change.found_before} → {change.found_after}"


def breaks_in_words(swap: Swap) -> str:
    """What a swap breaks, "" where it is allowed.

    >>> breaks_in_words(Swap("A", "B", 0.1, allowed=False, terms=(), rules=()))
    'a wish in your question'
    """
    hard = [rule for rule in swap.rules if rule.kind == "hard" and rule.after.answer is Answer.BROKEN]
    text = "; ".join(f"{rule.id}: {rule.text}" for rule in hard)
    return "" if swap.allowed else text or "a wish in your question"


def bears(answer: Steering, names: NamesById) -> str:
    """How much loss a set bears, in a sentence.

    >>> from data.model import CallId
    >>> from graph.rules.resilience import Withdrawal
    >>> from matcher.suggest.steering import Tolerance
    >>> bears(Steering("r", CallId("c"), (), (), (), Tolerance(None, True, (), ())), {})
    'Whoever leaves, no hard rule breaks.'
    >>> alone = Tolerance(1, True, (Withdrawal(("a",), ("R1",)),), ())
    >>> bears(Steering("r", CallId("c"), (), (), (), alone), {"a": "Acme"})
    'One member leaving is enough to break a hard rule, as Acme (R1).'
    """
    size = answer.resilience.size
    broken = any(rule.kind == "hard" and rule.answer is Answer.BROKEN for rule in answer.rules)
    if size is None:
        return f"Whoever leaves, no {'further ' if broken else ''}hard rule breaks."
    if not answer.resilience.exact:
        return f"Fewer than {size} members leaving together break no hard rule; larger losses were not tried."
    first = answer.resilience.smallest[0]
    example = f"{show.named(first.leaving, names)} ({', '.join(first.breaks)})"
    if size == 1:
        return f"One member leaving is enough to break a hard rule, as {example}."
    return f"Any {size - 1} may leave; {size} together can break a hard rule, as {example}."


def _seats(answer: Steering, known: Mapping[str, Organisation], required: set[str]) -> list[SeatRow]:
    team = answer.members
    alternatives: dict[str, list[SwapRow]] = {member: [] for member in team}
    grounds = {one.id: one.reasons for one in answer.incoming}
    for swap in answer.swaps:
        reasons = grounds.get(OrganisationId(swap.incoming), ())
        alternatives[swap.outgoing].append(_alternative(swap, team, known, reasons))
    return [
        SeatRow(
            who=known[member],
            required=member in required,
            alternatives=tuple(other for other in alternatives[member] if not other.breaks),
            forbidden=tuple(other for other in alternatives[member] if other.breaks),
            without=lines(other for other in team if other != member),
        )
        for member in team
    ]


def _alternative(
    swap: Swap, team: Sequence[str], known: Mapping[str, Organisation], reasons: tuple[Reason, ...]
) -> SwapRow:
    after = lines(swap.incoming if member == swap.outgoing else member for member in team)
    rules = tuple(map(rule_in_words, swap.rules))
    return SwapRow(
        known[swap.incoming],
        after,
        swap.change,
        terms_in_words(swap.terms),
        rules,
        breaks_in_words(swap),
        reasons,
    )


def _weak(point: steering.WeakPoint, answer: Steering, known: Mapping[str, Organisation]) -> WeakPointRow:
    texts = {rule.id: rule.text for rule in answer.rules}
    staying = [member for member in answer.members if member not in point.leaving]
    return WeakPointRow(
        name=show.country(point.country) if point.country else known[point.leaving[0]].label,
        breaks=tuple(f"{rule}: {texts[rule]}" for rule in point.breaks),
        substitutes=tuple(
            SubstituteRow(known[substitute], lines((*staying, substitute)))
            for substitute in point.substitutes
        ),
    )
