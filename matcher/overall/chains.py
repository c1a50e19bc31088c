"""In which slot does each meeting take place? An edge colouring that makes room by swapping two slots along a
chain."""

from collections.abc import Collection, Mapping


class Timetable:
    """Meetings in slots (from 0): nobody in two at once or while absent, and never more in a slot than
    tables."""

    def __init__(self, slots: int, tables: int, absent: Mapping[str, Collection[int]]) -> None:
        self._slots, self._tables = slots, tables
        self._absent = {person: frozenset(theirs) for person, theirs in absent.items()}
        self._with: dict[str, dict[int, str]] = {}
        """Each person's partner in each slot."""
        self._used = [0] * slots

    def slots(self) -> dict[frozenset[str], int]:
        """The slot of every meeting."""
        return {frozenset((a, b)): slot for a, theirs in self._with.items() for slot, b in theirs.items()}

    def place(self, a: str, b: str) -> bool:
        """Give the meeting a slot, swapping others if need be; False where it has one already or none is
        found."""
        if b in self._with.get(a, {}).values():
            return False
        free_a, free_b = self._free(a), self._free(b)
        common = [slot for slot in free_a if slot in free_b and self._used[slot] < self._tables]
        if common:
            self._set(a, b, min(common, key=lambda slot: (self._used[slot], slot)))
            return True
        for slot in free_a:
            for other in free_b:
                if slot != other and self._swap_for(a, b, slot, other):
                    return True
        return any(self._relieve(slot) and self._try(a, b, slot) for slot in free_a if slot in free_b)

    def put(self, a: str, b: str, slot: int) -> bool:
        """Give the meeting this very slot; False where one of both is not free in it or no table is."""
        if b in self._with.get(a, {}).values() or not (slot in self._free(a) and slot in self._free(b)):
            return False
        return self._try(a, b, slot)

    def place_free(self, a: str, b: str) -> bool:
        """Give the meeting a slot in which both are free, moving nobody else; False where there is none."""
        return any(
            self.put(a, b, slot) for slot in sorted(self._free(a), key=lambda slot: (self._used[slot], slot))
        )

    def _free(self, person: str) -> list[int]:
        busy = self._with.get(person, {})
        away = self._absent.get(person, frozenset())
        return [slot for slot in range(self._slots) if slot not in busy and slot not in away]

    def _set(self, a: str, b: str, slot: int) -> None:
        self._with.setdefault(a, {})[slot] = b
        self._with.setdefault(b, {})[slot] = a
        self._used[slot] += 1

    def _try(self, a: str, b: str, slot: int) -> bool:
        if self._used[slot] >= self._tables:
            return False
        self._set(a, b, slot)
        return True

    def _swap_for(self, a: str, b: str, slot: int, other: int) -> bool:
        """Free `slot` at b by swapping both slots along b's chain, and put the meeting there.

        a is free in `slot`, b in `other`. A chain that ends at a would only move the trouble there.
        """
        chain = self._chain(b, slot, other)
        if a in chain or not self._swap(chain, slot, other, extra=slot):
            return False
        self._set(a, b, slot)
        return True

    def _chain(self, start: str, first: int, second: int) -> list[str]:
        """The people met by going from `start` through meetings in `first`, `second`, `first`, … in turn."""
        chain, slot = [start], first
        while (partner := self._with.get(chain[-1], {}).get(slot)) is not None and partner not in chain:
            chain.append(partner)
            slot = second if slot == first else first
        return chain

    def _swap(self, chain: list[str], first: int, second: int, *, extra: int | None = None) -> bool:
        """Swap both slots along the chain; `extra` is a slot that needs one table more afterwards."""
        moves = len(chain) - 1
        to_second, to_first = (moves + 1) // 2, moves // 2
        used = {
            first: self._used[first] - to_second + to_first,
            second: self._used[second] + to_second - to_first,
        }
        if any(used[slot] + (slot == extra) > self._tables for slot in used):
            return False
        for k, person in enumerate(chain):
            ends = (k == 0) or (k == moves)
            gone = self._absent.get(person, frozenset())
            if ends and (first in gone or second in gone):
                return False
        meetings = [(chain[k], chain[k + 1], (first, second)[k % 2]) for k in range(moves)]
        for one, two, slot in meetings:
            del self._with[one][slot]
            del self._with[two][slot]
        for one, two, slot in meetings:
            new = second if slot == first else first
            self._with[one][new] = two
            self._with[two][new] = one
        self._used[first], self._used[second] = used[first], used[second]
        return True

    def _relieve(self, slot: int) -> bool:
        """Take one meeting out of a full slot by swapping a chain that has more meetings in it than in
        another."""
        for other in range(self._slots):
            if self._used[other] >= self._tables:
                continue
            for person in sorted(self._with):
                if slot in self._with[person] and other not in self._with[person]:
                    chain = self._chain(person, slot, other)
                    if len(chain) % 2 == 0 and self._swap(chain, slot, other):
                        return True
        return False
