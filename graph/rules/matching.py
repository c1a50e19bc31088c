"""How many pairwise independent members stand in different countries, at best and at worst?

The minimum of a call is existential, so it asks for a maximum matching between countries and ownership
groups (a system of distinct representatives; Hall 1935, Kuhn 1955). Owners are mostly unknown, so there
are two questions:
- at best: every two members not known to be one owner are two;
- at worst: those not known to be independent are merged by an adversary. Merging never helps a consortium. By
  König's theorem fewer than q representatives remain if, and only if, some countries C and some groups G with
  |C| + |G| < q cover every member; the adversary packs all members outside C into |G| groups, which he
  can exactly if the graph of surely independent pairs among them is |G|-colourable.
Sets of atoms are bit masks.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TypeVar

from graph.rules.members import Member, Ownership

_MOST_COVERS = 10_000
Left = TypeVar("Left", bound=Hashable)
Right = TypeVar("Right", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Groups:
    """Atoms: members surely of one owner. `atom[i]`: member i's; `apart[a]`: atoms surely of other owners."""

    atom: tuple[int, ...]
    apart: tuple[int, ...]

    @property
    def settled(self) -> bool:
        """Is every two atoms' independence known?"""
        everyone = (1 << len(self.apart)) - 1
        return all(self.apart[a] | (1 << a) == everyone for a in range(len(self.apart)))

    @classmethod
    def by_entity(cls, members: Sequence[Member]) -> "Groups":
        """Every member is a group of its own: independence is not asked."""
        everyone = (1 << len(members)) - 1
        return cls(tuple(range(len(members))), tuple(everyone & ~(1 << i) for i in range(len(members))))

    @classmethod
    def by_owner(cls, members: Sequence[Member], ownership: Ownership) -> "Groups":
        """Join who surely is one owner; keep apart whose stated owners differ, or who were decided so."""
        place = {member.id: i for i, member in enumerate(members)}
        parent = list(range(len(members)))

        def root(i: int) -> int:
            while parent[i] != i:
                i = parent[i]
            return i

        first_of_owner: dict[str, int] = {}
        for i, member in enumerate(members):
            if member.owner is not None:
                parent[root(i)] = root(first_of_owner.setdefault(member.owner, i))
                if member.owner in place:
                    parent[root(i)] = root(place[member.owner])
        for a, b in _places(ownership.same, place):
            parent[root(a)] = root(b)
        numbers: dict[int, int] = {}
        atom = tuple(numbers.setdefault(root(i), len(numbers)) for i in range(len(members)))
        known = 0
        for i, member in enumerate(members):
            if member.owner is not None:
                known |= 1 << atom[i]
        apart = [known & ~(1 << a) if known >> a & 1 else 0 for a in range(len(numbers))]
        for a, b in _places(ownership.suspected, place):
            apart[atom[a]] &= ~(1 << atom[b])
            apart[atom[b]] &= ~(1 << atom[a])
        for a, b in _places(ownership.different, place):
            if atom[a] != atom[b]:
                apart[atom[a]] |= 1 << atom[b]
                apart[atom[b]] |= 1 << atom[a]
        return cls(atom, tuple(apart))


def _places(pairs: Iterable[frozenset[str]], place: dict[str, int]) -> Iterable[tuple[int, int]]:
    for two in pairs:
        a, b = sorted(two)
        if a in place and b in place:
            yield place[a], place[b]


def match(rows: Sequence[tuple[Left, Sequence[Right]]], limit: int) -> dict[Right, Left]:
    """Match at most `limit` rows, each with one of its options, no option twice: {option: row}.

    Kuhn's augmenting paths, rows in the given order: a row once matched stays matched, so the front of
    the list is preferred, which is the best choice by any weight that falls along the list (greedy on a
    transversal matroid).
    """
    options = dict(rows)
    taken: dict[Right, Left] = {}

    def augment(row: Left, seen: set[Right]) -> bool:
        for option in options[row]:
            if option not in seen:
                seen.add(option)
                if option not in taken or augment(taken[option], seen):
                    taken[option] = row
                    return True
        return False

    for row, _ in rows:
        if len(taken) >= limit:
            break
        augment(row, set())
    return taken


def colourable(atoms: int, apart: Sequence[int], colours: int) -> bool:
    """Can these atoms (a mask) be merged into at most `colours` owners without merging two that are apart?"""
    if atoms.bit_count() <= colours:
        return True
    if colours <= 0:
        return False
    members = sorted(bits(atoms), key=lambda a: -(apart[a] & atoms).bit_count())

    def place(k: int, classes: tuple[int, ...]) -> bool:
        if k == len(members):
            return True
        a = members[k]
        for c, mask in enumerate(classes):
            if not apart[a] & mask and place(k + 1, (*classes[:c], mask | 1 << a, *classes[c + 1 :])):
                return True
        return len(classes) < colours and place(k + 1, (*classes, 1 << a))

    return place(0, ())


def fewest_owners(atoms: int, apart: Sequence[int]) -> int:
    """The smallest number of owners that these atoms can be: the chromatic number of who is surely apart."""
    colours = 0
    while not colourable(atoms, apart, colours):
        colours += 1
    return colours


def surely(atoms_of: dict[str, int], apart: Sequence[int], wanted: int, roaming: int = 0) -> bool:
    """Are `wanted` representatives there however the adversary merges?

    `atoms_of`: country → its atoms; `roaming`: atoms of members who count, but whose country is not known: the
    adversary puts them into any country that he covers anyway. False also where the proof would be too long
    (more than `_MOST_COVERS` sets of countries): not proved is not sure.
    """
    names = sorted(atoms_of)
    if sum(comb(len(names), taken) for taken in range(min(wanted, len(names) + 1))) > _MOST_COVERS:
        return False
    everyone = roaming
    for name in names:
        everyone |= atoms_of[name]
    if colourable(everyone, apart, wanted - 1):
        return False
    if roaming and not names:
        return wanted <= 1
    for taken in range(1, min(wanted, len(names) + 1)):
        for covered in combinations(names, taken):
            exposed = 0
            for name in names:
                if name not in covered:
                    exposed |= atoms_of[name]
            if colourable(exposed, apart, wanted - 1 - taken):
                return False
    return True


def heaviest_owner(weights: Sequence[float], apart: Sequence[int]) -> float:
    """The largest total weight that one owner could have: the heaviest set of atoms, no two of them apart."""
    order = sorted(range(len(weights)), key=lambda a: -weights[a])

    def best(k: int, barred: int, total: float, rest: float, record: float) -> float:
        if total + rest <= record:
            return record
        if k == len(order):
            return total
        a = order[k]
        if not barred >> a & 1:
            record = best(k + 1, barred | apart[a], total + weights[a], rest - weights[a], record)
        return best(k + 1, barred, total, rest - weights[a], record)

    return best(0, 0, 0.0, float(sum(weights)), 0.0)


def bits(mask: int) -> Iterable[int]:
    """The set bits of a mask, lowest first.

    >>> list(bits(0b1010))
    [1, 3]
    """
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
