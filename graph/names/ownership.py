"""Whose names look like one owner's? Suspicions for a person to confirm or reject, never a verdict.

Two organisations are suspected when the first distinctive word of their names is the same and behaves like a
brand (SIEMENS AG, SIEMENS SAS), and at least one of them is a company by its legal form. Institutions
(universities, ministries, cities, …) are suspected only when whole name and country are equal.
`docs/ownership.md` has the measured precision. Stated owners settle a pair, and so does a person's decision; only
what is left is suspected.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from graph.names.names import NOTHING_COUNTED, NameParts, NameStatistics, take_apart
from graph.rules.members import Member, Ownership, Pair, pair


class Named(Protocol):
    """What a suspicion reads of an organisation: `data.model.Organisation` and `Member` have it."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def country(self) -> str | None: ...


class OwnershipDecision(Protocol):
    """A person's decision about a pair, as the store keeps it."""

    @property
    def a(self) -> str: ...
    @property
    def b(self) -> str: ...
    @property
    def same(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A pair that may be one owner. `a` < `b`; `shared`: the words that they share; `evidence`: a sentence."""

    a: str
    b: str
    shared: tuple[str, ...]
    evidence: str

    @property
    def pair(self) -> Pair:
        """The ids without order."""
        return pair(self.a, self.b)


def suspected_pairs(
    organisations: Iterable[Named], statistics: NameStatistics = NOTHING_COUNTED
) -> tuple[Suspicion, ...]:
    """Return every suspected pair, sorted by ids. Unknown names are not suspected."""
    blocks: dict[tuple[str, ...], list[Named]] = {}
    for organisation in organisations:
        if organisation.name and (key := _block(take_apart(organisation.name), statistics)) is not None:
            blocks.setdefault(key, []).append(organisation)
    suspicions = []
    for key, entries in blocks.items():
        for a, b in combinations(sorted(entries, key=lambda entry: entry.id), 2):
            if a.id != b.id and _alike(a, b, statistics):
                evidence = f"{a.name} and {b.name} share {' '.join(key)}"
                suspicions.append(Suspicion(a.id, b.id, key, evidence))
    return tuple(sorted(suspicions, key=lambda suspicion: (suspicion.a, suspicion.b)))


def may_share_names(organisations: Iterable[Named]) -> bool:
    """Whether names could raise a suspicion at all; False holds whatever is counted, so that nothing need be.

    Counting takes brands away and adds none: who shares no compared word without counts shares none with them.
    """
    keys = [
        _block(take_apart(organisation.name), NOTHING_COUNTED)
        for organisation in organisations
        if organisation.name
    ]
    compared = [key for key in keys if key is not None]
    return len(set(compared)) < len(compared)


def ownership_of(
    members: Sequence[Member],
    decisions: Iterable[OwnershipDecision] = (),
    statistics: NameStatistics = NOTHING_COUNTED,
) -> Ownership:
    """Put together what is known about the members' pairs: decisions, and suspicions that nothing has settled."""
    present = {member.id: member for member in members}
    same: set[Pair] = set()
    different: set[Pair] = set()
    for decision in decisions:
        if decision.a in present and decision.b in present:
            (same if decision.same else different).add(pair(decision.a, decision.b))
    suspected = {
        suspicion.pair
        for suspicion in suspected_pairs(members, statistics)
        if present[suspicion.a].owner is None or present[suspicion.b].owner is None
    }
    return Ownership(frozenset(same), frozenset(different), frozenset(suspected - same - different))


def _block(parts: NameParts, statistics: NameStatistics) -> tuple[str, ...] | None:
    """The words under which a name is compared: an institution's whole name, a company's leading brand."""
    if parts.institution:
        return parts.words
    lead = parts.lead
    return (lead,) if lead is not None and statistics.is_brand(lead) else None


def _alike(a: Named, b: Named, statistics: NameStatistics) -> bool:
    first, second = take_apart(a.name or ""), take_apart(b.name or "")
    if first.institution:
        return a.country is None or b.country is None or a.country == b.country
    if first.core == second.core:
        return True
    if not (first.commercial or second.commercial):
        return False
    bare = [parts for parts in (first, second) if not parts.commercial]
    if any(len(parts.core) > _BARE_WORDS for parts in bare):
        return False
    lead = first.lead or ""
    if len(lead) <= _SHORT and statistics.names_led_by.get(lead, 0) < _FREQUENT:
        # Short acronyms collide by chance: ask for a second word in common.
        return _second(first) is not None and _second(first) == _second(second)
    return True


def _second(parts: NameParts) -> str | None:
    after = parts.core[parts.core.index(parts.lead) + 1 :] if parts.lead in parts.core else ()
    return after[0] if after else None


_BARE_WORDS = 3
_SHORT = 3
_FREQUENT = 6
