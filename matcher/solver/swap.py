"""Who could take a member's place, and what would change? Every term and every rule, before and after."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import PlainSerializer

from data.demands import Hardness
from data.errors import BadInput
from data.published import Rounded6, derived, renamed
from graph.rules.rules import Answer, RuleAnswer, Verdict
from matcher.solver import kernel
from matcher.solver.problem import TeamProblem
from matcher.solver.request import Request
from matcher.solver.utility import terms

CONSIDERED = 15
"""How many of the best by value are looked at for each member before rules have their say."""

AnswerOnly = Annotated[RuleAnswer, PlainSerializer(lambda rule: rule.answer, return_type=Answer)]
"""Told as met, broken or unknown; the rule itself is told beside."""
TeamCheck = Callable[[tuple[str, ...]], Verdict]


@dataclass(frozen=True, slots=True)
class TermChange:
    """A term before and after a swap; `worth` is weight times difference."""

    name: str
    before: float
    after: float
    worth: float


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule whose answer or finding changes with the swap."""

    before: AnswerOnly
    after: AnswerOnly

    @derived
    def id(self) -> str:
        """The rule's."""
        return self.after.id

    @derived
    def kind(self) -> Hardness:
        """The rule's: only a hard one forbids."""
        return self.after.kind

    @derived
    def text(self) -> str:
        """The rule in words."""
        return self.after.text

    @derived
    def found_before(self) -> str | float | int:
        """What was found before the swap."""
        return self.before.found

    @derived
    def found_after(self) -> str | float | int:
        """What is found after it."""
        return self.after.found


@dataclass(frozen=True, slots=True)
class Swap:
    """`incoming` for `outgoing`: the value changes by `change`. `allowed`: no hard rule or wish is broken by it."""

    outgoing: Annotated[str, renamed("out")]
    incoming: Annotated[str, renamed("in")]
    change: Rounded6
    allowed: bool
    terms: tuple[TermChange, ...]
    rules: tuple[RuleChange, ...]


def swaps(
    problem: TeamProblem,
    members: Sequence[str],
    *,
    per_member: int = 3,
    broken_per_member: int = 0,
    check: TeamCheck | None = None,
) -> tuple[Swap, ...]:
    """Return for each member that may go its `per_member` best alternatives, in the members' order, best first.

    Up to `broken_per_member` that would break a rule or wish stand among them, where they are of more value than the
    last one that is allowed. `check` answers the rules for a set of ids; without it `rules` stays empty. Raises
    BadInput where a member is no candidate.
    """
    request = Request.of(problem)
    place = problem.facts.places
    for name in members:
        if name not in place:
            raise BadInput(f"member {name} is not among the {len(place)} candidates; check the id")
    team = [place[name] for name in members]
    before = terms(problem, np.array(team))
    verdict = check(tuple(members)) if check else None
    proposals: list[Swap] = []
    for outgoing in team:
        if outgoing in request.required:
            continue
        staying = [member for member in team if member != outgoing]
        room = {True: per_member, False: broken_per_member}
        for incoming, allowed in _alternatives(request, staying, outgoing):
            if not room[True]:
                break
            if not room[allowed]:
                continue
            room[allowed] -= 1
            after = terms(problem, np.array([*staying, incoming]))
            changes = tuple(
                TermChange(a.name, a.value, b.value, (b.value - a.value) * a.weight)
                for a, b in zip(before, after, strict=True)
            )
            ids = tuple(problem.facts.ids[p] for p in (*staying, incoming))
            proposals.append(
                Swap(
                    outgoing=problem.facts.ids[outgoing],
                    incoming=problem.facts.ids[incoming],
                    change=sum(change.worth for change in changes),
                    allowed=allowed,
                    terms=changes,
                    rules=_rule_changes(verdict, check(ids)) if check and verdict else (),
                )
            )
    return tuple(proposals)


def _alternatives(request: Request, staying: Sequence[int], outgoing: int) -> list[tuple[int, bool]]:
    """Return the best candidates for the empty seat with whether the rules let them in, best first."""
    worth = request.utility.added(staying)
    worth[[*staying, outgoing]] = -np.inf
    worth[request.excluded] = -np.inf
    count = min(CONSIDERED, int(np.count_nonzero(worth > -np.inf)))
    if count == 0:
        return []
    top = np.argpartition(-worth, count - 1)[:count]
    pool = np.union1d(staying, top)
    instance = request.instance(pool)
    alternatives = []
    for incoming in sorted((int(p) for p in top), key=lambda p: (-worth[p], p)):
        members = np.searchsorted(pool, [*staying, incoming])
        fits = instance.sizes.least <= members.size <= instance.sizes.most
        missing = kernel.shortfall(instance.rules, members)
        alternatives.append((incoming, fits and missing <= kernel.TOLERANCE))
    return alternatives


def _rule_changes(before: Verdict, after: Verdict) -> tuple[RuleChange, ...]:
    old = {rule.id: rule for rule in before.rules}
    return tuple(
        RuleChange(old[rule.id], rule)
        for rule in after.rules
        if rule.id in old and (old[rule.id].answer, old[rule.id].found) != (rule.answer, rule.found)
    )
