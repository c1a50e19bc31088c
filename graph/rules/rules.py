"""Is this set of members allowed? Met, broken or cannot tell: rule by rule, cited, with the witness.

`check` evaluates a call profile's demands (`data/demands.py`), and the asker's own beside them. Laws, tested:
the order of members does not matter; a newcomer never breaks a rule that only asks for more; learning a
missing fact never turns met into broken or back. A demand with an unverified number is never plainly met.
Soft demands and attestations are answered too, but the overall answer is that of the hard ones.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

from data.calls import CallProfile
from data.demands import (
    AllMembers,
    AnyOf,
    Attestation,
    CoordinatorIs,
    CountRange,
    Demand,
    DistinctRepresentatives,
    Hardness,
    LoadCap,
    MemberBudget,
    MustHave,
    MustNotHave,
    MustNotTogether,
    PerGroupMaximum,
    ProjectRange,
    ShareCap,
    ShareRange,
)
from data.errors import BadInput
from data.model import CallId
from graph.rules import counting
from graph.rules.evaluation import Evaluation, Question
from graph.rules.matching import Groups
from graph.rules.members import Member, Ownership, ProjectFacts, pair
from graph.rules.representatives import representatives
from graph.rules.selection import Context, every, some, with_roles
from graph.rules.shares import member_budget, share_cap, share_range

__all__ = [
    "Answer",
    "Member",
    "Ownership",
    "ProjectFacts",
    "Question",
    "RuleAnswer",
    "Verdict",
    "check",
    "pair",
]


class Answer(StrEnum):
    """The three values."""

    MET = "met"
    BROKEN = "broken"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, answer: bool | None) -> "Answer":
        """True, False, None as words."""
        return cls.UNKNOWN if answer is None else cls.MET if answer else cls.BROKEN


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """One rule's answer. `found`, `needed`: numbers or short texts; `why`: the shortfall or proof in words.

    `witness`: member ids: met, those who suffice; broken, those in the way, or those who count so far where the set
    falls `short`; unknown, those it hangs on.
    """

    id: str
    kind: Hardness
    answer: Answer
    text: str
    found: str | float | int
    needed: str | float | int
    witness: tuple[str, ...]
    source: str
    why: str = ""
    ask: tuple[Question, ...] = ()
    verified: bool = True
    layer: str = "programme"
    short: bool = False
    """Broken because too few count: nobody is in the way, somebody is missing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All rules' answers and the overall one, which is that of the hard rules."""

    call: CallId
    answer: Answer
    rules: tuple[RuleAnswer, ...]

    def rule(self, rule_id: str) -> RuleAnswer:
        """Return one rule's answer; KeyError where there is none of that id."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    def broken(self) -> tuple[RuleAnswer, ...]:
        """The broken hard rules."""
        return tuple(r for r in self.rules if r.kind is Hardness.HARD and r.answer is Answer.BROKEN)

    def questions(self) -> tuple[Question, ...]:
        """What to ask whom for the open hard rules, each question once."""
        hard = [r for r in self.rules if r.kind is Hardness.HARD and r.answer is Answer.UNKNOWN]
        return tuple(dict.fromkeys(question for rule in hard for question in rule.ask))


_NO_FACTS = ProjectFacts()
_NO_DECISIONS = Ownership()


def check(
    profile: CallProfile,
    members: Sequence[Member],
    *,
    on: dt.date | None = None,
    facts: ProjectFacts = _NO_FACTS,
    ownership: Ownership = _NO_DECISIONS,
    extra: Sequence[Demand] = (),
) -> Verdict:
    """Check members against a call's demands and `extra` ones of the asker ("U1", …).

    `on`: the day for which country sets and the profile's validity are read; by default the profile's
    `reference_date`. Raises BadInput where a member is listed twice.
    """
    context = context_of(profile, members, on=on, facts=facts, ownership=ownership)
    rules = [answer_rule(demand, context) for demand in (*profile.demands, *extra)]
    if on is not None and (outdated := _validity(profile, on)) is not None:
        rules.insert(0, outdated)
    overall = every(
        None if rule.answer is Answer.UNKNOWN else rule.answer is Answer.MET
        for rule in rules
        if rule.kind is Hardness.HARD
    )
    return Verdict(profile.id, Answer.of(overall), tuple(rules))


def context_of(
    profile: CallProfile,
    members: Sequence[Member],
    *,
    on: dt.date | None = None,
    facts: ProjectFacts = _NO_FACTS,
    ownership: Ownership = _NO_DECISIONS,
) -> Context:
    """Bring members into the form in which rules read them: sorted by id, with roles, ownership groups found once."""
    day = on or profile.reference_date
    ordered = tuple(sorted(with_roles(profile, members, day), key=lambda member: member.id))
    for a, b in pairwise(ordered):
        if a.id == b.id:
            raise BadInput(f"member {a.id} is listed twice: list every organisation once")
    groups = Groups.by_owner(ordered, ownership)
    return Context(ordered, day, profile.pillar, facts, ownership, groups)


def answer_rule(demand: Demand, context: Context) -> RuleAnswer:
    """Answer one demand."""
    evaluation = evaluate(demand, context)
    why = evaluation.why
    hardness = demand.hardness
    if isinstance(demand, ProjectRange) and evaluation.answer is None:
        # Nobody has stated the fact: it says nothing of the members, so it joins the checklist.
        hardness = Hardness.ATTESTATION
    if evaluation.answer is False and demand.justification:
        why = "; ".join(part for part in (why, f"to be justified: {demand.justification}") if part)
    return RuleAnswer(
        demand.id,
        hardness,
        Answer.of(evaluation.answer),
        demand.text,
        evaluation.found,
        evaluation.needed,
        evaluation.witness,
        demand.source,
        why,
        evaluation.ask,
        demand.verified,
        demand.layer.value,
        short=evaluation.answer is False and evaluation.short,
    )


def evaluate(demand: Demand, context: Context) -> Evaluation:
    """Evaluate one demand: by its kind, then whether it applies, then whether its number is verified."""
    evaluation = _EVALUATE[type(demand)](demand, context)
    if demand.only_if is not None:
        applies = counting.applies(demand.only_if, context)
        if applies is False:
            return Evaluation(True, "does not apply", evaluation.needed)
        if applies is None and evaluation.answer is False:
            evaluation = replace(evaluation, answer=None, why="it may not apply")
    if evaluation.answer and not demand.verified:
        why = "; ".join(part for part in (evaluation.why, "figure not verified: see the call text") if part)
        confirm = Question((), "figure", f"Does the call text confirm: {demand.text}?")
        evaluation = Evaluation(
            None, evaluation.found, evaluation.needed, evaluation.witness, why, (*evaluation.ask, confirm)
        )
    return evaluation


def _any_of(demand: AnyOf, context: Context) -> Evaluation:
    options = [[evaluate(part, context) for part in option] for option in demand.options]
    answers = [every(evaluation.answer for evaluation in option) for option in options]
    answer = some(answers)
    needed = "one of " + str(len(options))
    holding = answers.count(True)
    if answer:
        chosen = options[answers.index(True)]
        why = "; ".join(evaluation.why for evaluation in chosen if evaluation.why)
        return Evaluation(
            True, holding, needed, tuple(m for evaluation in chosen for m in evaluation.witness), why
        )
    texts = [" and ".join(part.text for part in option) for option in demand.options]
    if answer is False:
        witness = dict.fromkeys(m for option in options for evaluation in option for m in evaluation.witness)
        short = all(any(part.short for part in option) for option in options)
        return Evaluation(False, 0, needed, tuple(witness), f"neither: {' nor: '.join(texts)}", short=short)
    open_texts = [text for text, option_answer in zip(texts, answers, strict=True) if option_answer is None]
    ask = tuple(
        question
        for option, option_answer in zip(options, answers, strict=True)
        if option_answer is None
        for evaluation in option
        for question in evaluation.ask
    )
    return Evaluation(None, "open", needed, (), f"hangs on: {' or: '.join(open_texts)}", ask)


def _attestation(demand: Attestation, _context: Context) -> Evaluation:
    question = Question((), "attestation", f"Who attests: {demand.text}?")
    return Evaluation(None, "to be attested", "a person's word", ask=(question,))


def _validity(profile: CallProfile, on: dt.date) -> RuleAnswer | None:
    """The rule that the profile is in force on that day; None where it is."""
    after = profile.valid_from is None or on >= profile.valid_from
    before = profile.valid_until is None or on <= profile.valid_until
    if after and before:
        return None
    start = profile.valid_from.isoformat() if profile.valid_from else "the beginning"
    end = profile.valid_until.isoformat() if profile.valid_until else "today"
    needed = f"{start} to {end}"
    text = f"{profile.title} is in force on the day of the check"
    why = f"another version of the rules applies on {on.isoformat()}"
    return RuleAnswer(
        "V", Hardness.HARD, Answer.BROKEN, text, on.isoformat(), needed, (), profile.source, why
    )


_EVALUATE: dict[type[Demand], Callable[[Any, Context], Evaluation]] = {
    DistinctRepresentatives: representatives,
    CountRange: counting.count_range,
    AllMembers: counting.all_members,
    PerGroupMaximum: counting.per_group_maximum,
    ShareCap: share_cap,
    ShareRange: share_range,
    MemberBudget: member_budget,
    CoordinatorIs: counting.coordinator_is,
    ProjectRange: counting.project_range,
    LoadCap: counting.load_cap,
    MustHave: counting.must_have,
    MustNotHave: counting.must_not_have,
    MustNotTogether: counting.must_not_together,
    AnyOf: _any_of,
    Attestation: _attestation,
}
