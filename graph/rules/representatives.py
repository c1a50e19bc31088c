"""Are there enough independent members in enough countries? The existential minimum, with its witness."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from data.countries import countries_of, to_eu
from data.demands import DistinctRepresentatives
from graph.rules.evaluation import Evaluation, Question, ask_about, ask_pair, ids, listing, number_word
from graph.rules.matching import Groups, fewest_owners, match, surely
from graph.rules.members import Member
from graph.rules.selection import Context, fits, missing_for


@dataclass(frozen=True, slots=True)
class _Delegate:
    """A member who may stand for a country. `place`: country, or "?id" where unknown (any, at best)."""

    member: Member
    atom: int
    place: str
    certain: bool
    inside: tuple[bool, ...]
    """Per sub-count: surely inside (of a certain delegate) or possibly inside (of an open one)."""
    surely_inside: tuple[bool, ...]
    cost: int
    """How many facts would have to be asked before this member surely counts."""


def representatives(demand: DistinctRepresentatives, context: Context) -> Evaluation:
    """Answer a `DistinctRepresentatives` demand: see `graph/rules/matching.py` for the method.

    Exact where at most one sub-count is stated and every representative needs its own country, or no
    sub-count is stated; for other shapes "met" needs representatives that are pairwise surely apart, and
    "cannot tell" may be answered where a longer proof would find "met". Never "met" or "broken" wrongly.
    """
    groups = context.groups if demand.independent else Groups.by_entity(context.members)
    delegates = _delegates(demand, context, groups)
    best = _pick(delegates, demand, groups, apart_only=False) if _enough_countries(demand, context) else None
    needed = demand.count
    if best is None:
        return _shortfall(demand, context, delegates)
    certain = [delegate for delegate in delegates if delegate.certain]
    if _holds_at_worst(certain, demand, groups):
        placed = [delegate for delegate in certain if delegate.member.country is not None]
        witness = _pick(placed, demand, groups, apart_only=True) or certain
        members = [delegate.member for delegate in witness]
        named = listing(f"{member.label} ({to_eu(member.country or '?')})" for member in members)
        return Evaluation(True, max(needed, _most(certain)), needed, ids(members), f"{named} suffice")
    low, high = _numbers(demand, certain, delegates, groups)
    ask = _questions(best, demand, context, groups)
    why = f"{listing(delegate.member.label for delegate in best)} would suffice, if what is asked here turns out well"
    if pairs := _suspected(delegates, context) if demand.independent else []:
        why += "".join(f"; {a.label} and {b.label} look like one owner" for a, b in pairs)
    count = f"{low} to {high}" if low < needed else str(low)
    return Evaluation(None, count, needed, tuple(delegate.member.id for delegate in best), why, ask)


def _enough_countries(demand: DistinctRepresentatives, context: Context) -> bool:
    """Do the sets themselves have as many countries as are asked for?"""
    codes = demand.members.country_codes(context.on, context.pillar)
    if codes is not None and demand.countries > len(codes[1]):
        return False
    return demand.countries < demand.count or all(
        sub.minimum <= len(countries_of(sub.countries, context.on, context.pillar)[1])
        for sub in demand.of_which
    )


def _delegates(demand: DistinctRepresentatives, context: Context, groups: Groups) -> list[_Delegate]:
    """Everyone who counts or may count, cheapest facts first, ties by id."""
    subs = [countries_of(sub.countries, context.on, context.pillar) for sub in demand.of_which]
    independent = demand.independent
    suspected = frozenset().union(*context.ownership.suspected)
    delegates = []
    for i, member in enumerate(context.members):
        fit = fits(demand.members, member, context)
        if fit is False:
            continue
        country = member.country
        atom = groups.atom[i]
        others = ((1 << len(groups.apart)) - 1) & ~(1 << atom)
        cost = len(missing_for(demand.members, member)) + (fit is None)
        cost += independent and groups.apart[atom] != others
        cost += independent and member.id in suspected
        delegates.append(
            _Delegate(
                member,
                atom,
                country or f"?{member.id}",
                fit is True,
                tuple(country is None or country in possible for _, possible in subs),
                tuple(country in certain for certain, _ in subs),
                cost,
            )
        )
    return sorted(delegates, key=lambda delegate: (delegate.cost, delegate.member.id))


def _pick(
    delegates: Sequence[_Delegate], demand: DistinctRepresentatives, groups: Groups, *, apart_only: bool
) -> list[_Delegate] | None:
    """Representatives who fulfil the demand, or None; `apart_only`: pairs and sub-counts must be sure."""
    if not apart_only or groups.settled:
        if len(demand.of_which) <= 1 and demand.countries == demand.count:
            return _by_matching(delegates, demand, surely_inside=apart_only)
        if not demand.of_which:
            return _by_matching_and_more(delegates, demand)
    return _by_search(delegates, demand, groups, apart_only=apart_only)


def _by_matching(
    delegates: Sequence[_Delegate], demand: DistinctRepresentatives, *, surely_inside: bool
) -> list[_Delegate] | None:
    """One representative per country, enough of them inside the one sub-count, if there is one."""
    chosen = _cheapest(delegates, demand.count)
    if len(chosen) < demand.count:
        return None
    if _fulfils(chosen, demand, surely_inside=surely_inside):
        return chosen
    # Countries inside the sub-count first: once matched they stay, so they are as many as can be.
    inside_first = sorted(delegates, key=lambda delegate: not _inside(delegate, 0, surely_inside))
    chosen = _matched(delegates, match(_rows(inside_first), demand.count))
    return chosen if _fulfils(chosen, demand, surely_inside=surely_inside) else None


def _by_matching_and_more(
    delegates: Sequence[_Delegate], demand: DistinctRepresentatives
) -> list[_Delegate] | None:
    """Enough countries by matching, then further owners from anywhere."""
    chosen = _cheapest(delegates, demand.countries)
    if len(chosen) < demand.countries:
        return None
    used = {delegate.atom for delegate in chosen}
    for delegate in delegates:
        if len(chosen) >= demand.count:
            break
        if delegate.atom not in used:
            used.add(delegate.atom)
            chosen.append(delegate)
    return chosen if len(chosen) >= demand.count else None


def _cheapest(delegates: Sequence[_Delegate], limit: int) -> list[_Delegate]:
    """At most `limit` representatives of different atoms and places with the fewest facts to ask."""
    places: dict[int, list[str]] = {}
    for delegate in delegates:
        options = places.setdefault(delegate.atom, [])
        if delegate.place not in options:
            options.append(delegate.place)
    taken = match(list(places.items()), limit)
    return _matched(delegates, {atom: place for place, atom in taken.items()})


def _rows(delegates: Sequence[_Delegate]) -> list[tuple[str, list[int]]]:
    atoms: dict[str, list[int]] = {}
    for delegate in delegates:
        options = atoms.setdefault(delegate.place, [])
        if delegate.atom not in options:
            options.append(delegate.atom)
    return list(atoms.items())


def _matched(delegates: Sequence[_Delegate], place_of: dict[int, str]) -> list[_Delegate]:
    """The first (cheapest) delegate of each matched atom in its place, in the delegates' order."""
    chosen: dict[int, _Delegate] = {}
    for delegate in delegates:
        if place_of.get(delegate.atom) == delegate.place:
            chosen.setdefault(delegate.atom, delegate)
    return list(chosen.values())


def _by_search(
    delegates: Sequence[_Delegate], demand: DistinctRepresentatives, groups: Groups, *, apart_only: bool
) -> list[_Delegate] | None:
    """Try the delegates in order, with every condition checked: for the shapes that matching does not cover."""

    def extend(start: int, chosen: list[_Delegate]) -> list[_Delegate] | None:
        if len(chosen) == demand.count:
            return chosen if _fulfils(chosen, demand, surely_inside=apart_only) else None
        for k in range(start, len(delegates) - (demand.count - len(chosen)) + 1):
            delegate = delegates[k]
            if any(delegate.atom == other.atom for other in chosen):
                continue
            if apart_only and any(not groups.apart[delegate.atom] >> other.atom & 1 for other in chosen):
                continue
            if demand.countries == demand.count and any(delegate.place == other.place for other in chosen):
                continue
            if (complete := extend(k + 1, [*chosen, delegate])) is not None:
                return complete
        return None

    return extend(0, [])


def _fulfils(chosen: Sequence[_Delegate], demand: DistinctRepresentatives, *, surely_inside: bool) -> bool:
    if len({delegate.place for delegate in chosen}) < demand.countries:
        return False
    return all(
        sum(_inside(delegate, k, surely_inside) for delegate in chosen) >= sub.minimum
        for k, sub in enumerate(demand.of_which)
    )


def _inside(delegate: _Delegate, k: int, surely_inside: bool) -> bool:
    return (delegate.surely_inside if surely_inside else delegate.inside)[k]


def _surely(delegates: Sequence[_Delegate], groups: Groups, wanted: int) -> bool:
    """Do `wanted` of these, who surely count, stand for different countries, whoever owns whom?"""
    if groups.settled and all(delegate.member.country is not None for delegate in delegates):
        return _most(delegates) >= wanted
    masks: dict[str, int] = {}
    roaming = 0
    for delegate in delegates:
        if delegate.member.country is None:
            roaming |= 1 << delegate.atom
        else:
            masks[delegate.place] = masks.get(delegate.place, 0) | 1 << delegate.atom
    return surely(masks, groups.apart, wanted, roaming)


def _numbers(
    demand: DistinctRepresentatives,
    certain: Sequence[_Delegate],
    delegates: Sequence[_Delegate],
    groups: Groups,
) -> tuple[int, int]:
    """How many representatives are there at worst and at best? Owners, where not each needs its own country."""
    if demand.countries < demand.count:
        everyone = 0
        for delegate in certain:
            everyone |= 1 << delegate.atom
        return fewest_owners(everyone, groups.apart), len({delegate.atom for delegate in delegates})
    return next(n for n in range(demand.count, -1, -1) if _surely(certain, groups, n)), _most(delegates)


def _holds_at_worst(certain: Sequence[_Delegate], demand: DistinctRepresentatives, groups: Groups) -> bool:
    """Is the demand fulfilled whoever turns out to own whom? `certain`: those who surely count."""
    subs = demand.of_which
    if len(subs) > 1 or (subs and demand.countries != demand.count):
        placed = [delegate for delegate in certain if delegate.member.country is not None]
        return _pick(placed, demand, groups, apart_only=True) is not None
    if not _surely(certain, groups, demand.countries):
        return False
    if demand.countries < demand.count:
        everyone = 0
        for delegate in certain:
            everyone |= 1 << delegate.atom
        return fewest_owners(everyone, groups.apart) >= demand.count
    # One sub-count over places: a transversal matroid, so the two ranks suffice.
    inside = [delegate for delegate in certain if all(delegate.surely_inside)]
    return not subs or _surely(inside, groups, subs[0].minimum)


def _most(delegates: Sequence[_Delegate]) -> int:
    """The largest number of representatives in different countries, everyone open taken at best."""
    return len(match(_rows(delegates), len(delegates)))


def _suspected(delegates: Sequence[_Delegate], context: Context) -> list[tuple[Member, Member]]:
    """The suspected pairs among these, in their order."""
    pairs = (
        combinations([delegate.member for delegate in delegates], 2) if context.ownership.suspected else ()
    )
    return [(a, b) for a, b in pairs if frozenset((a.id, b.id)) in context.ownership.suspected]


def _questions(
    chosen: Sequence[_Delegate], demand: DistinctRepresentatives, context: Context, groups: Groups
) -> tuple[Question, ...]:
    """What to ask so that the chosen ones would do: pairs that look alike, then missing facts of each."""
    questions: list[Question] = []
    if demand.independent:
        questions.extend(ask_pair(a, b) for a, b in _suspected(chosen, context))
    for delegate in chosen:
        missing = list(missing_for(demand.members, delegate.member))
        if delegate.member.country is None and "country" not in missing:
            missing.append("country")
        unsure = any(
            not groups.apart[delegate.atom] >> other.atom & 1 for other in chosen if other is not delegate
        )
        if demand.independent and delegate.member.owner is None and unsure:
            missing.append("owner")
        questions.extend(ask_about(delegate.member, fact) for fact in missing)
    return tuple(questions)


def _shortfall(
    demand: DistinctRepresentatives, context: Context, delegates: Sequence[_Delegate]
) -> Evaluation:
    """Say how many there are at best, and who counts so far."""
    best = _cheapest(delegates, len(delegates))
    reached = min(len(best), demand.count)
    reasons = _one_owner(delegates) if demand.independent else []
    places = sorted({to_eu(delegate.place) for delegate in delegates if delegate.member.country is not None})
    if len({delegate.place for delegate in delegates}) < demand.countries and places:
        reasons.append(f"only {listing(places)} {'counts' if len(places) == 1 else 'count'}")
    for k, sub in enumerate(demand.of_which):
        within = sum(delegate.inside[k] for delegate in delegates)
        if within < sub.minimum:
            reasons.append(f"{number_word(within)} in {' or '.join(sub.countries)}, {sub.minimum} needed")
    counted = {delegate.member.id for delegate in delegates}
    left_out = [member for member in context.members if member.id not in counted]
    if left_out:
        names = [f"{member.label} ({to_eu(member.country or '?')})" for member in left_out[:3]]
        more = f" and {len(left_out) - 3} more" if len(left_out) > 3 else ""
        reasons.append(f"{', '.join(names)}{more} {'does' if len(left_out) == 1 else 'do'} not count")
    why = f"{number_word(reached)} of {number_word(demand.count)}"
    if reasons:
        why += f": {'; '.join(reasons)}"
    witness = tuple(delegate.member.id for delegate in best)
    return Evaluation(False, reached, demand.count, witness, why, short=True)


def _one_owner(delegates: Sequence[_Delegate]) -> list[str]:
    by_atom: dict[int, list[str]] = {}
    for delegate in delegates:
        by_atom.setdefault(delegate.atom, []).append(delegate.member.label)
    return [f"{listing(names)} are one owner" for names in by_atom.values() if len(names) > 1]
