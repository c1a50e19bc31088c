"""Who has how large a part? Shares by budget or head count, exact where budgets are missing.

An unknown budget may be any number from 0 up. So one unknown part can break any cap below 1, and whether
a cap can still be kept is a question about the total T: with known parts k_g, the groups U that have an
unknown part may be anything from k_g to c·T, hence T(1 − |U|·c) ≤ Σ_{g∉U} k_g must hold for the smallest
admissible T = max(Σ k, max k/c).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from data.countries import country_name
from data.demands import Basis, MemberBudget, ShareCap, ShareRange, Unit
from graph.rules.evaluation import Evaluation, Question, ask_about, bounds, ids, listing, span, with_unit
from graph.rules.matching import heaviest_owner
from graph.rules.members import Member
from graph.rules.selection import Context, fits, missing_for

_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class _Share:
    """A member's part of the total. `amount` None: not known; `certain`: it surely counts."""

    index: int
    member: Member
    amount: float | None
    certain: bool


def _parts(members: Sequence[tuple[int, Member, bool]], basis: Basis) -> list[_Share]:
    heads = basis is Basis.HEADS
    return [_Share(i, member, 1.0 if heads else member.budget_eur, certain) for i, member, certain in members]


def share_cap(demand: ShareCap, context: Context) -> Evaluation:
    """Answer a `ShareCap`: does any group exceed the cap? Open where it is open who counts."""
    cap, needed = demand.maximum, bounds(None, demand.maximum, "%")
    picked = [(i, m, fits(demand.members, m, context)) for i, m in enumerate(context.members)]
    parts = _parts([(i, m, fit is True) for i, m, fit in picked if fit is not False], demand.basis)
    total = sum(part.amount or 0.0 for part in parts)
    open_parts = [part for part in parts if part.amount is None]
    if total == 0 and not open_parts:
        return Evaluation(None, "no budget", needed, why="no budget is stated, so there are no shares")
    if cap >= 1:
        return Evaluation(True, "at most 100 %", needed)
    if any(not part.certain for part in parts):
        ask = _cap_questions(demand, parts)
        return Evaluation(None, "cannot tell", needed, why="it is open who counts", ask=ask)
    best, worst = _extremes(demand.of, parts, context)
    if not _can_keep(best, cap):
        top = max(best, key=lambda group: group.known)
        why = (
            f"{top.label} has {with_unit(top.known / total, '%')}"
            if not open_parts
            else "no budgets could mend it"
        )
        return Evaluation(False, with_unit(top.known / total, "%"), needed, top.members, why)
    if not open_parts and worst <= cap * total + _TINY * total:
        top = max(best, key=lambda group: group.known)
        return Evaluation(
            True, with_unit(worst / total, "%"), needed, top.members, f"{top.label} has the most"
        )
    ask = _cap_questions(demand, parts)
    concerned = tuple(dict.fromkeys(member for question in ask for member in question.members))
    return Evaluation(None, "cannot tell", needed, concerned, "facts are missing", ask)


@dataclass(frozen=True, slots=True)
class _Group:
    """The parts that surely belong together. `open`: one of them is not known."""

    label: str
    known: float
    open: bool
    members: tuple[str, ...]


def _extremes(unit: Unit, parts: Sequence[_Share], context: Context) -> tuple[list[_Group], float]:
    """Return (the groups at best, the largest known amount that one group may have at worst)."""
    by_key: dict[object, list[_Share]] = {}
    for part in parts:
        by_key.setdefault(_key(unit, part, context), []).append(part)
    groups = [_group(unit, members) for members in by_key.values()]
    if unit is Unit.OWNERS:
        weights = [0.0] * len(context.groups.apart)
        for part in parts:
            weights[context.groups.atom[part.index]] += part.amount or 0.0
        return groups, heaviest_owner(weights, context.groups.apart)
    placed = [group.known for key, group in zip(by_key, groups, strict=True) if key is not None]
    homeless = 0.0
    if unit is Unit.COUNTRIES:
        homeless = sum(part.amount or 0.0 for part in parts if part.member.country is None)
    return groups, max(placed, default=0.0) + homeless


def _key(unit: Unit, part: _Share, context: Context) -> object:
    if unit is Unit.OWNERS:
        return context.groups.atom[part.index]
    if unit is Unit.COUNTRIES and part.member.country is not None:
        return part.member.country
    return (part.member.id,)


def _group(unit: Unit, parts: Sequence[_Share]) -> _Group:
    members = [part.member for part in parts]
    country = members[0].country
    by_country = unit is Unit.COUNTRIES and country is not None
    label = country_name(country or "") if by_country else listing(member.label for member in members)
    known = sum(part.amount or 0.0 for part in parts)
    return _Group(label, known, any(part.amount is None for part in parts), ids(members))


def _can_keep(groups: Sequence[_Group], cap: float) -> bool:
    """Is there any completion of the unknown budgets under which no group exceeds the cap?"""
    known = sum(group.known for group in groups)
    if cap <= 0:
        return known == 0
    floor = max(known, max(group.known for group in groups) / cap)
    free = sum(group.open for group in groups)
    fixed = sum(group.known for group in groups if not group.open)
    return floor * (1 - free * cap) <= fixed + _TINY * max(known, 1.0)


def _cap_questions(demand: ShareCap, parts: Sequence[_Share]) -> tuple[Question, ...]:
    questions: list[Question] = []
    for part in parts:
        facts = list(missing_for(demand.members, part.member))
        if part.amount is None:
            facts.append("budget_eur")
        if demand.of is Unit.COUNTRIES and part.member.country is None and "country" not in facts:
            facts.append("country")
        if demand.of is Unit.OWNERS and part.member.owner is None:
            facts.append("owner")
        questions.extend(ask_about(part.member, fact) for fact in facts)
    return tuple(questions)


def share_range(demand: ShareRange, context: Context) -> Evaluation:
    """Answer a `ShareRange`: the smallest and largest share that the missing facts allow."""
    needed = bounds(demand.minimum, demand.maximum, "%")
    inside: list[tuple[Member, float | None, bool | None]] = []
    bystanders: set[str] = set()
    heads = demand.basis is Basis.HEADS
    for member in context.members:
        counted = fits(demand.among, member, context)
        if counted is not False:
            fit = fits(demand.members, member, context)
            if counted is None and fit is False:
                bystanders.add(member.id)
            fit = fit if counted or fit is False else None
            inside.append((member, 1.0 if heads else member.budget_eur, fit))
    ask = tuple(
        ask_about(member, fact)
        for member, amount, fit in inside
        for fact in (
            *(missing_for(demand.members, member) if fit is None else ()),
            *(("budget_eur",) if amount is None else ()),
        )
    )
    if not ask and sum(amount or 0.0 for _, amount, _ in inside) == 0:
        return Evaluation(None, "no budget", needed, why="no budget is stated, so there are no shares")
    low = _smallest_share([(amount, fit is True) for _, amount, fit in inside])
    # At best, those who may not count and would only add to the total do not count.
    counting = [(amount, fit is False) for member, amount, fit in inside if member.id not in bystanders]
    high = 1 - _smallest_share(counting)
    minimum, maximum = demand.minimum or 0.0, 1.0 if demand.maximum is None else demand.maximum
    holders = tuple(member.id for member, _, fit in inside if fit)
    if high < minimum - _TINY or low > maximum + _TINY:
        low_share = high < minimum
        return Evaluation(False, with_unit(high if low_share else low, "%"), needed, holders, short=low_share)
    if low >= minimum - _TINY and high <= maximum + _TINY:
        return Evaluation(True, span(low, high, "%"), needed, holders)
    concerned = tuple(dict.fromkeys(member for question in ask for member in question.members))
    return Evaluation(None, span(low, high, "%"), needed, concerned, "facts are missing", ask)


def _smallest_share(parts: Sequence[tuple[float | None, bool]]) -> float:
    """The greatest lower bound of the share of those marked True; unknown amounts are anything from 0 up."""
    if any(amount is None and not mine for amount, mine in parts):
        return 0.0
    mine = sum(amount or 0.0 for amount, own in parts if own)
    total = sum(amount or 0.0 for amount, _ in parts)
    if total == 0:
        return 1.0 if any(amount is None for amount, own in parts if own) and parts else 0.0
    return mine / total


def member_budget(demand: MemberBudget, context: Context) -> Evaluation:
    """Answer a `MemberBudget`: is everybody's budget within the range?"""
    needed = bounds(demand.minimum_eur, demand.maximum_eur, "EUR")
    low = demand.minimum_eur or 0.0
    high = float("inf") if demand.maximum_eur is None else demand.maximum_eur
    wrong, unsure = [], []
    ask: list[Question] = []
    for member in context.members:
        fit = fits(demand.members, member, context)
        if fit is False or (member.budget_eur is not None and low <= member.budget_eur <= high):
            continue
        if fit and member.budget_eur is not None:
            wrong.append(member)
            continue
        unsure.append(member)
        ask.extend(ask_about(member, fact) for fact in missing_for(demand.members, member))
        if member.budget_eur is None:
            ask.append(ask_about(member, "budget_eur"))
    if wrong:
        named = listing(
            f"{member.label} has {with_unit(member.budget_eur or 0.0, 'EUR')}" for member in wrong
        )
        return Evaluation(False, f"{len(wrong)} outside", needed, ids(wrong), named)
    if unsure:
        return Evaluation(
            None, f"{len(unsure)} unknown", needed, ids(unsure), "budgets are missing", tuple(ask)
        )
    return Evaluation(True, "all within", needed)
