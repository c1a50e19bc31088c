"""Are there enough independent members in enough countries? The existential minimum, with its witness."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from data.countries import countries_of, to_eu
from data.demands import DistinctRepresentatives
from graph.rules.findings import Finding, Question, ask_about, ask_pair, ids, listing, number_word
from graph.rules.matching import Groups, fewest_owners, match, surely
from graph.rules.members import Member
from graph.rules.selection import Context, fits, missing_for


@dataclass(frozen=True, slots=True)
class _Seat:
    """A member who may stand for a country. `place`: country, or "?id" where unknown (any, at best)."""

    member: Member
    atom: int
    place: str
    certain: bool
    inside: tuple[bool, ...]
    """Per sub-count: surely inside (of a certain seat) or possibly inside (of an open one)."""
    surely_inside: tuple[bool, ...]
    cost: int
    """How many facts would have to be asked before this member surely counts."""


def representatives(demand: DistinctRepresentatives, context: Context) -> Finding:
    """Answer a `DistinctRepresentatives` demand: see `graph/rules/matching.py` for the method.

    Exact where at most one sub-count is stated and every representative needs its own country, or no
    sub-count is stated; for other shapes "met" needs representatives that are pairwise surely apart, and
    "cannot tell" may be answered where a longer proof would find "met". Never "met" or "broken" wrongly.
    """
    groups = context.groups if demand.independent else Groups.by_entity(context.members)
    seats = _seats(demand, context, groups)
    best = _pick(seats, demand, groups, apart_only=False) if _enough_countries(demand, context) else None
    needed = demand.count
    if best is None:
        return _shortfall(demand, context, seats)
    certain = [seat for seat in seats if seat.certain]
    if _holds_at_worst(certain, demand, groups):
        placed = [seat for seat in certain if seat.member.country is not None]
        witness = _pick(placed, demand, groups, apart_only=True) or certain
        members = [seat.member for seat in witness]
        named = listing(f"{member.label} ({to_eu(member.country or '?')})" for member in members)
        return Finding(True, max(needed, _most(certain)), needed, ids(members), f"{named} suffice")
    low, high = _numbers(demand, certain, seats, groups)
    ask = _questions(best, demand, context, groups)
    why = f"{listing(seat.member.label for seat in best)} would suffice, if what is asked here turns out well"
    if pairs := _suspected(seats, context) if demand.independent else []:
        why += "".join(f"; {a.label} and {b.label} look like one owner" for a, b in pairs)
    count = f"{low} to {high}" if low < needed else str(low)
    return Finding(None, count, needed, tuple(seat.member.id for seat in best), why, ask)


def _enough_countries(demand: DistinctRepresentatives, context: Context) -> bool:
    """Do the sets themselves have as many countries as are asked for?"""
    codes = demand.members.country_codes(context.on, context.pillar)
    if codes is not None and demand.countries > len(codes[1]):
        return False
    return demand.countries < demand.count or all(
        sub.minimum <= len(countries_of(sub.countries, context.on, context.pillar)[1])
        for sub in demand.of_which
    )


def _seats(demand: DistinctRepresentatives, context: Context, groups: Groups) -> list[_Seat]:
    """Everyone who counts or may count, cheapest facts first, ties by id."""
    subs = [countries_of(sub.countries, context.on, context.pillar) for sub in demand.of_which]
    owners_asked = demand.independent
    suspected = frozenset().union(*context.ownership.suspected)
    seats = []
    for i, member in enumerate(context.members):
        fit = fits(demand.members, member, context)
        if fit is False:
            continue
        country = member.country
        atom = groups.atom[i]
        others = ((1 << len(groups.apart)) - 1) & ~(1 << atom)
        cost = len(missing_for(demand.members, member)) + (fit is None)
        cost += owners_asked and groups.apart[atom] != others
        cost += owners_asked and member.id in suspected
        seats.append(
            _Seat(
                member,
                atom,
                country or f"?{member.id}",
                fit is True,
                tuple(country is None or country in possible for _, possible in subs),
                tuple(country in certain for certain, _ in subs),
                cost,
            )
        )
    return sorted(seats, key=lambda seat: (seat.cost, seat.member.id))


def _pick(
    seats: Sequence[_Seat], demand: DistinctRepresentatives, groups: Groups, *, apart_only: bool
) -> list[_Seat] | None:
    """Representatives who fulfil the demand, or None; `apart_only`: pairs and sub-counts must be sure."""
    if not apart_only or groups.settled:
        if len(demand.of_which) <= 1 and demand.countries == demand.count:
            return _by_matching(seats, demand, surely_inside=apart_only)
        if not demand.of_which:
            return _by_matching_and_more(seats, demand)
    return _by_search(seats, demand, groups, apart_only=apart_only)


def _by_matching(
    seats: Sequence[_Seat], demand: DistinctRepresentatives, *, surely_inside: bool
) -> list[_Seat] | None:
    """One representative per country, enough of them inside the one sub-count, if there is one."""
    chosen = _cheapest(seats, demand.count)
    if len(chosen) < demand.count:
        return None
    if _fulfils(chosen, demand, surely_inside=surely_inside):
        return chosen
    # Countries inside the sub-count first: once matched they stay, so they are as many as can be.
    inside_first = sorted(seats, key=lambda seat: not _inside(seat, 0, surely_inside))
    chosen = _seated(seats, match(_rows(inside_first), demand.count))
    return chosen if _fulfils(chosen, demand, surely_inside=surely_inside) else None


def _by_matching_and_more(seats: Sequence[_Seat], demand: DistinctRepresentatives) -> list[_Seat] | None:
    """Enough countries by matching, then further owners from anywhere."""
    chosen = _cheapest(seats, demand.countries)
    if len(chosen) < demand.countries:
        return None
    used = {seat.atom for seat in chosen}
    for seat in seats:
        if len(chosen) >= demand.count:
            break
        if seat.atom not in used:
            used.add(seat.atom)
            chosen.append(seat)
    return chosen if len(chosen) >= demand.count else None


def _cheapest(seats: Sequence[_Seat], limit: int) -> list[_Seat]:
    """At most `limit` representatives of different atoms and places with the fewest facts to ask."""
    places: dict[int, list[str]] = {}
    for seat in seats:
        options = places.setdefault(seat.atom, [])
        if seat.place not in options:
            options.append(seat.place)
    taken = match(list(places.items()), limit)
    return _seated(seats, {atom: place for place, atom in taken.items()})


def _rows(seats: Sequence[_Seat]) -> list[tuple[str, list[int]]]:
    atoms: dict[str, list[int]] = {}
    for seat in seats:
        options = atoms.setdefault(seat.place, [])
        if seat.atom not in options:
            options.append(seat.atom)
    return list(atoms.items())


def _seated(seats: Sequence[_Seat], place_of: dict[int, str]) -> list[_Seat]:
    """The first (cheapest) seat of each matched atom in its place, in the seats' order."""
    chosen: dict[int, _Seat] = {}
    for seat in seats:
        if place_of.get(seat.atom) == seat.place:
            chosen.setdefault(seat.atom, seat)
    return list(chosen.values())


def _by_search(
    seats: Sequence[_Seat], demand: DistinctRepresentatives, groups: Groups, *, apart_only: bool
) -> list[_Seat] | None:
    """Try the seats in order, with every condition checked: for the shapes that matching does not cover."""

    def extend(start: int, chosen: list[_Seat]) -> list[_Seat] | None:
        if len(chosen) == demand.count:
            return chosen if _fulfils(chosen, demand, surely_inside=apart_only) else None
        for k in range(start, len(seats) - (demand.count - len(chosen)) + 1):
            seat = seats[k]
            if any(seat.atom == other.atom for other in chosen):
                continue
            if apart_only and any(not groups.apart[seat.atom] >> other.atom & 1 for other in chosen):
                continue
            if demand.countries == demand.count and any(seat.place == other.place for other in chosen):
                continue
            if (complete := extend(k + 1, [*chosen, seat])) is not None:
                return complete
        return None

    return extend(0, [])


def _fulfils(chosen: Sequence[_Seat], demand: DistinctRepresentatives, *, surely_inside: bool) -> bool:
    if len({seat.place for seat in chosen}) < demand.countries:
        return False
    return all(
        sum(_inside(seat, k, surely_inside) for seat in chosen) >= sub.minimum
        for k, sub in enumerate(demand.of_which)
    )


def _inside(seat: _Seat, k: int, surely_inside: bool) -> bool:
    return (seat.surely_inside if surely_inside else seat.inside)[k]


def _surely(seats: Sequence[_Seat], groups: Groups, wanted: int) -> bool:
    """Do `wanted` of these, who surely count, stand for different countries, whoever owns whom?"""
    if groups.settled and all(seat.member.country is not None for seat in seats):
        return _most(seats) >= wanted
    masks: dict[str, int] = {}
    roaming = 0
    for seat in seats:
        if seat.member.country is None:
            roaming |= 1 << seat.atom
        else:
            masks[seat.place] = masks.get(seat.place, 0) | 1 << seat.atom
    return surely(masks, groups.apart, wanted, roaming)


def _numbers(
    demand: DistinctRepresentatives, certain: Sequence[_Seat], seats: Sequence[_Seat], groups: Groups
) -> tuple[int, int]:
    """How many representatives are there at worst and at best? Owners, where not each needs its own country."""
    if demand.countries < demand.count:
        everyone = 0
        for seat in certain:
            everyone |= 1 << seat.atom
        return fewest_owners(everyone, groups.apart), len({seat.atom for seat in seats})
    return next(n for n in range(demand.count, -1, -1) if _surely(certain, groups, n)), _most(seats)


def _holds_at_worst(certain: Sequence[_Seat], demand: DistinctRepresentatives, groups: Groups) -> bool:
    """Is the demand fulfilled whoever turns out to own whom? `certain`: those who surely count."""
    subs = demand.of_which
    if len(subs) > 1 or (subs and demand.countries != demand.count):
        placed = [seat for seat in certain if seat.member.country is not None]
        return _pick(placed, demand, groups, apart_only=True) is not None
    if not _surely(certain, groups, demand.countries):
        return False
    if demand.countries < demand.count:
        everyone = 0
        for seat in certain:
            everyone |= 1 << seat.atom
        return fewest_owners(everyone, groups.apart) >= demand.count
    # One sub-count over places: a transversal matroid, so the two ranks suffice.
    inside = [seat for seat in certain if all(seat.surely_inside)]
    return not subs or _surely(inside, groups, subs[0].minimum)


def _most(seats: Sequence[_Seat]) -> int:
    """The largest number of representatives in different countries, everyone open taken at best."""
    return len(match(_rows(seats), len(seats)))


def _suspected(seats: Sequence[_Seat], context: Context) -> list[tuple[Member, Member]]:
    """The suspected pairs among these, in their order."""
    pairs = combinations([seat.member for seat in seats], 2) if context.ownership.suspected else ()
    return [(a, b) for a, b in pairs if frozenset((a.id, b.id)) in context.ownership.suspected]


def _questions(
    chosen: Sequence[_Seat], demand: DistinctRepresentatives, context: Context, groups: Groups
) -> tuple[Question, ...]:
    """What to ask so that the chosen ones would do: pairs that look alike, then missing facts of each."""
    questions: list[Question] = []
    if demand.independent:
        questions.extend(ask_pair(a, b) for a, b in _suspected(chosen, context))
    for seat in chosen:
        missing = list(missing_for(demand.members, seat.member))
        if seat.member.country is None and "country" not in missing:
            missing.append("country")
        unsure = any(not groups.apart[seat.atom] >> other.atom & 1 for other in chosen if other is not seat)
        if demand.independent and seat.member.owner is None and unsure:
            missing.append("owner")
        questions.extend(ask_about(seat.member, fact) for fact in missing)
    return tuple(questions)


def _shortfall(demand: DistinctRepresentatives, context: Context, seats: Sequence[_Seat]) -> Finding:
    """Say how many there are at best, and who stands in the way."""
    best = _cheapest(seats, len(seats))
    reached = min(len(best), demand.count)
    reasons = _one_owner(seats) if demand.independent else []
    places = sorted({to_eu(seat.place) for seat in seats if seat.member.country is not None})
    if len({seat.place for seat in seats}) < demand.countries and places:
        reasons.append(f"only {listing(places)} {'counts' if len(places) == 1 else 'count'}")
    for k, sub in enumerate(demand.of_which):
        within = sum(seat.inside[k] for seat in seats)
        if within < sub.minimum:
            reasons.append(f"{number_word(within)} in {' or '.join(sub.countries)}, {sub.minimum} needed")
    counted = {seat.member.id for seat in seats}
    left_out = [member for member in context.members if member.id not in counted]
    if left_out:
        names = [f"{member.label} ({to_eu(member.country or '?')})" for member in left_out[:3]]
        more = f" and {len(left_out) - 3} more" if len(left_out) > 3 else ""
        reasons.append(f"{', '.join(names)}{more} {'does' if len(left_out) == 1 else 'do'} not count")
    why = f"{number_word(reached)} of {number_word(demand.count)}"
    if reasons:
        why += f": {'; '.join(reasons)}"
    return Finding(False, reached, demand.count, tuple(seat.member.id for seat in best), why)


def _one_owner(seats: Sequence[_Seat]) -> list[str]:
    by_atom: dict[int, list[str]] = {}
    for seat in seats:
        by_atom.setdefault(seat.atom, []).append(seat.member.label)
    return [f"{listing(names)} are one owner" for names in by_atom.values() if len(names) > 1]
