"""How many, who, and with whom? The demands that count members or name them."""

from collections.abc import Iterable, Sequence

from data.countries import countries_of, to_eu
from data.demands import (
    COORDINATOR,
    AllMembers,
    CoordinatorIs,
    CountRange,
    Fact,
    LoadCap,
    MustHave,
    MustNotHave,
    MustNotTogether,
    PerGroupMaximum,
    ProjectRange,
    Selector,
    Unit,
    plain_role,
)
from graph.rules.evaluation import Evaluation, Question, ask_about, bounds, ids, listing, span, with_unit
from graph.rules.matching import fewest_owners, heaviest_owner
from graph.rules.members import Member
from graph.rules.selection import Context, every, fits, missing_for


def within(low: float, high: float, minimum: float | None, maximum: float | None) -> bool | None:
    """Does a number known to lie in [low, high] respect the bounds? Both ends must be attainable.

    >>> within(3, 3, 3, None), within(1, 2, 3, None), within(2, 4, 3, None)
    (True, False, None)
    """
    floor = float("-inf") if minimum is None else minimum
    ceiling = float("inf") if maximum is None else maximum
    if high < floor or low > ceiling:
        return False
    return True if low >= floor and high <= ceiling else None


def count_range(demand: CountRange, context: Context) -> Evaluation:
    """Answer a `CountRange`: the fewest and the most that the missing facts allow, against the bounds."""
    picked = [(i, member, fits(demand.members, member, context)) for i, member in enumerate(context.members)]
    sure = [(i, member) for i, member, fit in picked if fit is True]
    possible = [(i, member) for i, member, fit in picked if fit is not False]
    low, high = _count_bounds(demand, context, sure, possible)
    answer = within(low, high, demand.minimum, demand.maximum)
    ask: list[Question] = []
    if answer is None:
        for i, member in possible:
            facts = list(missing_for(demand.members, member))
            if demand.of is Unit.COUNTRIES and member.country is None and "country" not in facts:
                facts.append("country")
            others = ((1 << len(context.groups.apart)) - 1) & ~(1 << context.groups.atom[i])
            if (
                demand.of is Unit.OWNERS
                and member.owner is None
                and context.groups.apart[context.groups.atom[i]] != others
            ):
                facts.append("owner")
            ask.extend(ask_about(member, fact) for fact in facts)
    count = int(low) if low == high else span(low, high)
    shown = sure if answer is not None else possible
    return Evaluation(
        answer,
        count,
        bounds(demand.minimum, demand.maximum),
        tuple(member.id for _, member in shown),
        _counted(demand, [member for _, member in sure]) if answer is False else "",
        tuple(ask),
        short=answer is False and high < (demand.minimum or 0),
    )


def _count_bounds(
    demand: CountRange,
    context: Context,
    sure: Sequence[tuple[int, Member]],
    possible: Sequence[tuple[int, Member]],
) -> tuple[int, int]:
    if demand.of is Unit.MEMBERS:
        return len(sure), len(possible)
    if demand.of is Unit.COUNTRIES:
        named = {member.country for _, member in sure if member.country is not None}
        placed = {member.country for _, member in possible if member.country is not None}
        high = len(placed) + sum(member.country is None for _, member in possible)
        if demand.members.countries:
            high = min(high, len(countries_of(demand.members.countries, context.on, context.pillar)[1]))
        return (max(len(named), 1) if sure else 0), high
    atoms = 0
    for i, _ in sure:
        atoms |= 1 << context.groups.atom[i]
    return fewest_owners(atoms, context.groups.apart), len({context.groups.atom[i] for i, _ in possible})


def _counted(demand: CountRange, members: Sequence[Member]) -> str:
    if demand.of is Unit.COUNTRIES:
        codes = sorted({to_eu(member.country) for member in members if member.country is not None})
        return f"counted: {listing(codes)}"
    return f"counted: {listing(member.label for member in members)}"


def all_members(demand: AllMembers, context: Context) -> Evaluation:
    """Answer an `AllMembers`: who surely does not fit, who may not."""
    wrong, unsure = [], []
    ask: list[Question] = []
    for member in context.members:
        concerned, fit = fits(demand.among, member, context), fits(demand.members, member, context)
        if concerned is False or fit is True:
            continue
        if concerned and fit is False:
            wrong.append(member)
        else:
            unsure.append(member)
            facts = dict.fromkeys((*missing_for(demand.among, member), *missing_for(demand.members, member)))
            ask.extend(ask_about(member, fact) for fact in facts)
    if wrong:
        names = f"{listing(member.label for member in wrong)} {'does' if len(wrong) == 1 else 'do'} not fit"
        return Evaluation(False, f"{len(wrong)} outside", "all within", ids(wrong), names)
    if unsure:
        return Evaluation(
            None, f"{len(unsure)} unknown", "all within", ids(unsure), "facts are missing", tuple(ask)
        )
    beside = [member for member in context.members if demand.otherwise and member.role == demand.otherwise]
    verb = "takes" if len(beside) == 1 else "take"
    why = f"{listing(m.label for m in beside)} {verb} part as {demand.otherwise}" if beside else ""
    return Evaluation(True, "all within", "all within", why=why)


def per_group_maximum(demand: PerGroupMaximum, context: Context) -> Evaluation:
    """Answer a `PerGroupMaximum`: how many the largest country or owner has."""
    picked = [(i, member, fits(demand.members, member, context)) for i, member in enumerate(context.members)]
    sure = [(i, member) for i, member, fit in picked if fit is True]
    possible = [(i, member) for i, member, fit in picked if fit is not False]
    if demand.of is Unit.COUNTRIES:
        homeless = sum(member.country is None for _, member in possible)
        low = _largest(member.country for _, member in sure if member.country is not None)
        high = _largest(member.country for _, member in possible if member.country is not None) + homeless
        fact = "country"
        open_members = [member for _, member in possible if member.country is None]
    else:
        low = _largest(context.groups.atom[i] for i, _ in sure)
        weights = [0.0] * len(context.groups.apart)
        for i, _ in possible:
            weights[context.groups.atom[i]] += 1
        high = int(heaviest_owner(weights, context.groups.apart))
        fact = "owner"
        open_members = [member for _, member in possible if member.owner is None]
    low = max(low, 1 if sure else 0)
    answer = within(low, high, None, demand.maximum)
    ask: list[Question] = []
    if answer is None:
        for _, member in possible:
            facts = dict.fromkeys(missing_for(demand.members, member))
            if member in open_members:
                facts[fact] = None
            ask.extend(ask_about(member, missing) for missing in facts)
    largest = low if low == high else span(low, high)
    return Evaluation(
        answer, largest, bounds(None, demand.maximum), _largest_group(demand, context, sure), "", tuple(ask)
    )


def _largest(keys: Iterable[object]) -> int:
    tally: dict[object, int] = {}
    for key in keys:
        tally[key] = tally.get(key, 0) + 1
    return max(tally.values(), default=0)


def _largest_group(
    demand: PerGroupMaximum, context: Context, sure: Sequence[tuple[int, Member]]
) -> tuple[str, ...]:
    groups: dict[object, list[str]] = {}
    largest: list[str] = []
    for i, member in sure:
        group = groups.setdefault(context.groups.atom[i] if demand.of is Unit.OWNERS else member.country, [])
        group.append(member.id)
        largest = max(largest, group, key=lambda members: len(members))
    return tuple(largest)


def coordinator_is(demand: CoordinatorIs, context: Context) -> Evaluation:
    """Answer a `CoordinatorIs`; open while nobody is named, or two are named of whom one fits."""
    leaders = [member for member in context.members if plain_role(member.role) == COORDINATOR]
    if not leaders:
        question = Question((), "coordinator", "Who coordinates?")
        return Evaluation(None, "nobody named", "one who fits", why="no member has the role", ask=(question,))
    # Who leads counts whatever the selector says of roles.
    answers = [fits(demand.members, member, context) for member in leaders]
    named = listing(member.label for member in leaders)
    if len(set(answers)) > 1:
        question = Question(ids(leaders), "coordinator", f"Who of {named} coordinates?")
        return Evaluation(None, named, "one who fits", ids(leaders), "several are named", (question,))
    ask: tuple[Question, ...] = ()
    if answers[0] is None:
        ask = tuple(ask_about(m, fact) for m in leaders for fact in missing_for(demand.members, m))
    why = f"{named} does not fit" if answers[0] is False else ""
    return Evaluation(answers[0], named, "one who fits", ids(leaders), why, ask)


_FACTS = {
    Fact.DURATION_MONTHS: ("months", "How many months does the project last?"),
    Fact.GRANT_EUR: ("EUR", "What grant is asked for?"),
    Fact.TOTAL_COST_EUR: ("EUR", "What does the project cost in total?"),
}


def project_range(demand: ProjectRange, context: Context) -> Evaluation:
    """Answer a `ProjectRange` from the project's facts."""
    unit, question = _FACTS[demand.fact]
    needed = bounds(demand.minimum, demand.maximum, unit)
    value = getattr(context.facts, demand.fact.value)
    if value is None:
        ask = (Question((), demand.fact.value, question),)
        return Evaluation(None, "unknown", needed, why="not stated", ask=ask)
    return Evaluation(within(value, value, demand.minimum, demand.maximum), with_unit(value, unit), needed)


def load_cap(demand: LoadCap, context: Context) -> Evaluation:
    """Answer a `LoadCap`: this consortium and those an organisation is already in."""
    needed = bounds(None, demand.maximum)
    loads = context.facts.loads
    if demand.maximum < 1:
        return Evaluation(not context.members, len(context.members), needed, ids(context.members))
    if loads is None:
        ask = tuple(ask_about(member, "load") for member in context.members)
        return Evaluation(None, "unknown", needed, ids(context.members), "no loads are stated", ask)
    over = [member for member in context.members if loads.get(member.id, 0) + 1 > demand.maximum]
    most = max((loads.get(member.id, 0) + 1 for member in context.members), default=0)
    why = f"{listing(member.label for member in over)} would carry too much" if over else ""
    return Evaluation(not over, most, needed, ids(over), why)


def must_have(demand: MustHave, context: Context) -> Evaluation:
    """Answer a `MustHave`."""
    present = {member.id for member in context.members}
    there = tuple(org for org in demand.organisations if org in present)
    absent = [org for org in demand.organisations if org not in present]
    needed = len(demand.organisations) if demand.at_least is None else demand.at_least
    enough = len(there) >= needed
    why = "" if enough else f"missing: {listing(absent)}"
    return Evaluation(enough, len(there), needed, there, why, short=not enough)


def must_not_have(demand: MustNotHave, context: Context) -> Evaluation:
    """Answer a `MustNotHave`."""
    barred = set(demand.organisations)
    there = [member for member in context.members if member.id in barred]
    why = f"{listing(member.label for member in there)} must not take part" if there else ""
    return Evaluation(not there, len(there), "none", ids(there), why)


def must_not_together(demand: MustNotTogether, context: Context) -> Evaluation:
    """Answer a `MustNotTogether`."""
    named = set(demand.organisations)
    there = [member for member in context.members if member.id in named]
    apart = len(there) <= 1
    why = "" if apart else f"{listing(member.label for member in there)} must not be together"
    return Evaluation(apart, len(there), "at most 1", ids(there) if not apart else (), why)


def applies(selector: Selector, context: Context) -> bool | None:
    """Is there a member whom this selector picks?"""
    negated = every(_negation(fits(selector, member, context)) for member in context.members)
    return _negation(negated)


def _negation(answer: bool | None) -> bool | None:
    return None if answer is None else not answer
