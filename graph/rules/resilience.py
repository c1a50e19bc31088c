"""What if somebody leaves? Whose withdrawal a consortium survives, the smallest that breaks it, and who could step in.

A withdrawal *breaks* a consortium when a hard rule that was not broken surely is afterwards; it *opens* a rule that
was met and cannot be told any more. Drop-out is the normal context, of whole countries too, and a call's minimum must
still hold after it.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from data.calls import CallProfile
from data.demands import (
    AllMembers,
    AnyOf,
    Attestation,
    Demand,
    Hardness,
    LoadCap,
    MemberBudget,
    MustHave,
    MustNotHave,
    MustNotTogether,
    PerGroupMaximum,
    ProjectRange,
)
from data.published import EuCountry
from graph.rules.members import Member, Ownership, ProjectFacts
from graph.rules.rules import context_of, evaluate

# Fewer members can never break these.
_SAFE = (
    AllMembers,
    Attestation,
    LoadCap,
    MemberBudget,
    MustNotHave,
    MustNotTogether,
    PerGroupMaximum,
    ProjectRange,
)


@dataclass(frozen=True, slots=True)
class Composition:
    """The consortium that is asked about: a call's rules, who takes part, and what is known beside them."""

    profile: CallProfile
    members: tuple[Member, ...]
    on: dt.date | None = None
    facts: ProjectFacts = field(default_factory=ProjectFacts)
    ownership: Ownership = field(default_factory=Ownership)
    extra: tuple[Demand, ...] = ()

    def hard_answers(self, members: Sequence[Member], demands: Iterable[Demand]) -> dict[str, bool | None]:
        """Answer these demands for another set of members."""
        context = context_of(self.profile, members, on=self.on, facts=self.facts, ownership=self.ownership)
        return {demand.id: evaluate(demand, context).answer for demand in demands}

    def hard_demands(self) -> tuple[Demand, ...]:
        """The call's hard demands and the asker's own."""
        return tuple(d for d in (*self.profile.demands, *self.extra) if d.hardness is Hardness.HARD)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What happens when these leave. `breaks`, `opens`: rule ids. `country`: where a whole country leaves."""

    leaving: tuple[str, ...]
    breaks: tuple[str, ...]
    opens: tuple[str, ...] = ()
    country: EuCountry | None = None

    @property
    def survived(self) -> bool:
        """No hard rule breaks."""
        return not self.breaks


@dataclass(frozen=True, slots=True)
class Resilience:
    """How much loss the consortium bears.

    `members`, `countries`: every single withdrawal, sorted by id and code. `smallest`: withdrawals of the smallest
    size that break a rule; empty where none does, or none was found. `size`: their size; None where no withdrawal
    breaks a rule. `exact`: False where the search gave up: then no withdrawal of fewer than `size` members breaks it.
    """

    members: tuple[Withdrawal, ...]
    countries: tuple[Withdrawal, ...]
    smallest: tuple[Withdrawal, ...]
    size: int | None
    exact: bool

    @property
    def weak_points(self) -> tuple[Withdrawal, ...]:
        """The single members and whole countries whose withdrawal breaks a rule."""
        return tuple(loss for loss in (*self.members, *self.countries) if not loss.survived)


@dataclass(frozen=True, slots=True)
class Substitute:
    """A candidate who could step in. `cures`: rules that break without him; `opens`: hard rules then unknown."""

    member: Member
    cures: tuple[str, ...]
    opens: tuple[str, ...]


def resilience(composition: Composition, *, shown: int = 5, effort: int = 5_000) -> Resilience:
    """Work out every single withdrawal and the smallest breaking ones.

    `shown`: at most so many smallest withdrawals; `effort`: at most so many sets are checked. Members who are alike
    in all that rules read are interchangeable, so sets that differ only in them are checked once.
    """
    demands = composition.hard_demands()
    before = composition.hard_answers(composition.members, demands)
    at_risk = tuple(d for d in demands if before[d.id] is not False and not isinstance(d, _SAFE))
    everyone = sorted(composition.members, key=lambda member: member.id)

    def leave(ids: Sequence[str], country: str | None = None) -> Withdrawal:
        kept = [member for member in everyone if member.id not in ids]
        after = composition.hard_answers(kept, at_risk)
        breaks = tuple(rule for rule, answer in after.items() if answer is False)
        opens = tuple(rule for rule, answer in after.items() if answer is None and before[rule])
        return Withdrawal(tuple(ids), breaks, opens, country)

    by_country: dict[str, list[str]] = {}
    for member in everyone:
        if member.country is not None:
            by_country.setdefault(member.country, []).append(member.id)
    countries = tuple(leave(ids, code) for code, ids in sorted(by_country.items()))
    singles = tuple(leave([member.id]) for member in everyone)
    smallest: list[Withdrawal] = []
    singular = _singular(everyone, composition.ownership, at_risk)
    checked = 0
    if not at_risk:
        return Resilience(singles, countries, (), None, True)
    for size in range(1, len(everyone) + 1):
        for ids in _distinct_sets(everyone, singular, size):
            if checked == effort:
                return Resilience(singles, countries, tuple(smallest), size, bool(smallest))
            checked += 1
            withdrawal = leave(ids)
            if not withdrawal.survived:
                smallest.append(withdrawal)
                if len(smallest) == shown:
                    break
        if smallest:
            return Resilience(singles, countries, tuple(smallest), size, True)
    return Resilience(singles, countries, (), None, True)


def substitutes(
    composition: Composition, leaving: Sequence[str], candidates: Iterable[Member], *, limit: int = 3
) -> tuple[Substitute, ...]:
    """Who could step in when `leaving` leave, so that no hard rule breaks that held before?

    `candidates`: best first, as the caller ranks them; those who take part or leave are passed over. Those who leave
    no rule open come first; otherwise the candidates' order stays.
    """
    demands = composition.hard_demands()
    before = composition.hard_answers(composition.members, demands)
    watched = tuple(demand for demand in demands if before[demand.id] is not False)
    gone = set(leaving)
    kept = [member for member in composition.members if member.id not in gone]
    lost = {rule for rule, answer in composition.hard_answers(kept, watched).items() if answer is False}
    taken = {member.id for member in composition.members}
    clean: list[Substitute] = []
    open_ones: list[Substitute] = []
    for candidate in candidates:
        if candidate.id in taken:
            continue
        after = composition.hard_answers([*kept, candidate], watched)
        if any(answer is False for answer in after.values()):
            continue
        opens = tuple(rule for rule, answer in after.items() if answer is None and before[rule])
        (open_ones if opens else clean).append(Substitute(candidate, tuple(sorted(lost)), opens))
        if len(clean) == limit:
            break
    return tuple([*clean, *open_ones][:limit])


def _singular(members: Sequence[Member], ownership: Ownership, demands: Iterable[Demand]) -> frozenset[str]:
    """Ids that somebody names: an owner's, of a decided or suspected pair, or in a demand."""
    decided = (ownership.same, ownership.different, ownership.suspected)
    paired = {ident for pairs in decided for two in pairs for ident in two}
    owners = {member.owner for member in members if member.owner is not None}
    return frozenset(paired | owners | set(_organisations(demands)))


def _organisations(demands: Iterable[Demand]) -> Iterator[str]:
    """The organisations that demands name."""
    for demand in demands:
        if isinstance(demand, AnyOf):
            for option in demand.options:
                yield from _organisations(option)
        elif isinstance(demand, MustHave | MustNotHave | MustNotTogether):
            yield from demand.organisations


def _distinct_sets(
    members: Sequence[Member], singular: Collection[str], size: int
) -> Iterator[tuple[str, ...]]:
    """Sets of `size` ids, one of each kind: who is alike in all that rules read is taken in the order of ids."""
    earlier: dict[str, str] = {}
    last: dict[object, str] = {}
    for member in members:
        facts = (member.country, member.kind, member.budget_eur, member.role, member.sme, member.owner)
        key: object = member.id if member.id in singular else facts
        if key in last:
            earlier[member.id] = last[key]
        last[key] = member.id
    for chosen in combinations([member.id for member in members], size):
        inside = set(chosen)
        if all(ident not in earlier or earlier[ident] in inside for ident in chosen):
            yield chosen
