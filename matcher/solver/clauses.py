"""How does each demand read as numbers? Rows, matchings and caps over candidates; unknown facts count in favour.

A consortium must not be broken under *every* completion of the missing facts, so each candidate enters each row by
its most favourable completion: this is exact, because a row is a sum over candidates. Country and owner unknown make
a label of their own. Soft demands, attestations and facts of the project are no constraints.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from data.demands import (
    AllMembers,
    AnyOf,
    Basis,
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
    Selector,
    ShareCap,
    ShareRange,
    Unit,
)
from matcher.solver.facts import Facts
from matcher.solver.select import MAYBE, NO, YES, pick
from matcher.solver.wishes import SIZE

FREE = 1e12
"""What a member of unknown budget can add to a row, EUR: more than any project costs."""
NO_CAP = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class LinearRow:
    """The sum of `coef` (n,) over the members is at least `need`."""

    coef: np.ndarray
    need: float

    def take(self, positions: np.ndarray) -> "LinearRow":
        return LinearRow(self.coef[positions], self.need)


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A maximum matching between `left` and `right` labels (n,; -1 takes no part) has `need` to `cap` edges."""

    left: np.ndarray
    right: np.ndarray
    need: int
    cap: int = NO_CAP

    def take(self, positions: np.ndarray) -> "Match":
        return Match(self.left[positions], self.right[positions], self.need, self.cap)


@dataclass(frozen=True, slots=True, eq=False)
class Cap:
    """No group of `label` (n,; -1 does not count) has more than `most` of the total of `size` (n,; NaN unknown).

    Kept where some completion of the unknown sizes keeps it, or where a `loose` one (n,) bool takes part, of whom it
    is open whether it counts.
    """

    label: np.ndarray
    size: np.ndarray
    loose: np.ndarray
    most: float

    def take(self, positions: np.ndarray) -> "Cap":
        return Cap(self.label[positions], self.size[positions], self.loose[positions], self.most)

    def total(self) -> np.ndarray:
        """Return (n,): what each candidate adds to the room of a group it is not in, at its best."""
        free = np.isnan(self.size) | self.loose
        return np.where(self.label >= 0, self.most * np.where(free, 0.0, self.size) + FREE * free, 0.0)

    def rows(self) -> Iterator[LinearRow]:
        """Yield what is linear in it, for each group of several: most * total - part >= 0.

        Necessary always; sufficient where every size and label is known and nobody is loose.
        """
        total = self.total()
        known = np.where(np.isnan(self.size), 0.0, self.size)
        names, counts = np.unique(self.label[(self.label >= 0) & ~self.loose], return_counts=True)
        for group in names[counts > 1]:
            inside = (self.label == group) & ~self.loose
            row = np.where(inside, -(1 - self.most) * known, total)
            if row.min(initial=0.0) < 0:
                yield LinearRow(row, 0.0)


Atom = LinearRow | Match | Cap
Way = tuple[Atom, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """At least one way holds. It belongs to the demands whose ids it names: it is in force when all of them are."""

    demands: tuple[str, ...]
    ways: tuple[Way, ...]

    def take(self, positions: np.ndarray) -> "Clause":
        """The same clause over the candidates at `positions`."""
        return Clause(self.demands, tuple(tuple(atom.take(positions) for atom in way) for way in self.ways))


class ClauseCompiler:
    """Turns demands into clauses over one table of facts."""

    def __init__(
        self,
        facts: Facts,
        on: dt.date,
        pillar: str | None,
        coordinator: str | None,
        same_owner: Collection[Collection[str]] = (),
    ) -> None:
        self.facts, self.on, self.pillar = facts, on, pillar
        self.place = facts.places
        self.lead = self.place.get(coordinator) if coordinator is not None else None
        n = len(facts)
        fresh = np.arange(n, dtype=np.int64)
        self.own = fresh
        self.country = np.where(facts.country >= 0, facts.country, len(facts.countries) + fresh)
        self.owner = self._owner_labels(fresh)
        for pair in same_owner:
            labels = sorted(int(self.owner[self.place[name]]) for name in pair if name in self.place)
            for label in labels[1:]:
                self.owner[self.owner == label] = labels[0]

    def _owner_labels(self, fresh: np.ndarray) -> np.ndarray:
        """A parent without a stated owner owns itself; who owns whom is followed upwards."""
        facts = self.facts
        above = list(range(len(facts.owners)))
        labels = np.where(facts.owner >= 0, facts.owner, len(facts.owners) + fresh).astype(np.int64)
        for code, name in enumerate(facts.owners):
            position = self.place.get(name)
            if position is None:
                continue
            if facts.owner[position] < 0:
                labels[position] = code
            else:
                above[code] = int(facts.owner[position])
        for _ in range(3):  # chains of parents are short; a circle just ends
            above = [above[code] for code in above]
        known = labels < len(above)
        labels[known] = np.array([*above, 0])[labels[known]]
        return labels

    def clauses(self, demands: tuple[Demand, ...]) -> tuple[Clause, ...]:
        """All that the hard demands ask, and one coordinator who fits every demand on the coordinator."""
        clauses = [
            Clause((demand.id,), ways)
            for demand in demands
            if demand.hardness is Hardness.HARD
            for ways in self.ways(demand)
        ]
        leads = [d for d in demands if isinstance(d, CoordinatorIs) and d.hardness is Hardness.HARD]
        if len(leads) > 1 and self.lead is None:
            fit = np.logical_and.reduce([self.could_lead(demand.members) for demand in leads])
            clauses.append(Clause(tuple(d.id for d in leads), ((LinearRow(fit.astype(float), 1.0),),)))
        return tuple(clauses)

    def ways(self, demand: Demand) -> Iterator[tuple[Way, ...]]:
        """Yield the alternatives of each part of a demand; nothing where it does not restrict who takes part."""
        atoms = tuple(self.atoms(demand))
        if isinstance(demand, AnyOf):
            options = tuple(
                tuple(atom for part in option for atom in self._plain(part)) for option in demand.options
            )
            if all(options):
                yield (*options, *self._not_concerned(demand))
        elif atoms and demand.only_if is not None:
            yield (atoms, *self._not_concerned(demand))
        else:
            for atom in atoms:
                yield ((atom,),)

    def _plain(self, demand: Demand) -> Way:
        if isinstance(demand, AnyOf) or demand.only_if is not None:
            raise ValueError(
                f"demand {demand.id}: an option must be a plain demand, without options of its own"
            )
        return tuple(self.atoms(demand))

    def _not_concerned(self, demand: Demand) -> Iterator[Way]:
        if demand.only_if is not None:
            yield (LinearRow(-(self._pick(demand.only_if) == YES).astype(float), 0.0),)

    def _pick(self, selector: Selector) -> np.ndarray:
        return pick(selector, self.facts, self.on, self.pillar)

    def _at(self, names: tuple[str, ...]) -> np.ndarray:
        column = np.zeros(len(self.facts))
        column[[self.place[name] for name in names if name in self.place]] = 1.0
        return column

    def could_lead(self, selector: Selector) -> np.ndarray:
        """Return (n,) bool: who could coordinate and may fit the selector."""
        roles = np.array(
            [role == "coordinator" or role == "participant" for role in self.facts.roles] + [True]
        )
        able: np.ndarray = (self._pick(selector) != NO) & roles[self.facts.role]
        return able

    def atoms(self, demand: Demand) -> Iterator[Atom]:
        """Yield the rows, matchings and caps that a demand asks for, all of them."""
        match demand:
            case DistinctRepresentatives():
                yield from self._representatives(demand)
            case CountRange():
                yield from self._count(demand)
            case AllMembers():
                bad = (self._pick(demand.among) == YES) & (self._pick(demand.members) == NO)
                yield LinearRow(-bad.astype(float), 0.0)
            case PerGroupMaximum():
                if demand.maximum == 0:
                    yield LinearRow(-(self._pick(demand.members) == YES).astype(float), 0.0)
                for _, inside in self._groups(demand.of, self._pick(demand.members) == YES, demand.maximum):
                    yield LinearRow(-inside.astype(float), -float(demand.maximum))
            case ShareCap():
                yield from self._share_cap(demand)
            case ShareRange():
                yield from self._share(demand)
            case MemberBudget():
                budget = self.facts.budget_eur
                low = -np.inf if demand.minimum_eur is None else demand.minimum_eur
                high = np.inf if demand.maximum_eur is None else demand.maximum_eur
                bad = (self._pick(demand.members) == YES) & ((budget < low) | (budget > high))
                yield LinearRow(-bad.astype(float), 0.0)
            case CoordinatorIs():
                fit = self.could_lead(demand.members)
                if self.lead is None:
                    yield LinearRow(fit.astype(float), 1.0)
                elif not fit[self.lead]:
                    yield LinearRow(np.zeros(len(self.facts)), 1.0)
            case LoadCap():
                yield LinearRow(-(self.facts.load + 1 > demand.maximum).astype(float), 0.0)
            case MustHave():
                needed = len(demand.organisations) if demand.at_least is None else demand.at_least
                yield LinearRow(self._at(demand.organisations), float(needed))
            case MustNotHave():
                yield LinearRow(-self._at(demand.organisations), 0.0)
            case MustNotTogether():
                yield LinearRow(-self._at(demand.organisations), -1.0)

    def _representatives(self, demand: DistinctRepresentatives) -> Iterator[Match]:
        could = self._pick(demand.members) != NO
        owners = self.owner if demand.independent else self.own
        country = np.where(could, self.country, -1)
        if demand.countries < demand.count:
            yield Match(np.where(could, owners, -1), self.own, demand.count)
        if demand.countries > 0:
            yield Match(country, owners, demand.countries)
        for part in demand.of_which:
            inside = could & (self._pick(Selector(countries=part.countries)) != NO)
            left = self.country if demand.countries >= demand.count else owners
            right = owners if demand.countries >= demand.count else self.own
            yield Match(np.where(inside, left, -1), right, part.minimum)

    def _count(self, demand: CountRange) -> Iterator[Atom]:
        picked = self._pick(demand.members)
        if demand.id == SIZE:  # a set is as large as it is, whether all its members count for rules or not
            picked = np.full(len(self.facts), YES)
        could, surely = picked != NO, picked == YES
        if demand.of is Unit.MEMBERS:
            if demand.minimum is not None:
                yield LinearRow(could.astype(float), float(demand.minimum))
            if demand.maximum is not None:
                yield LinearRow(-surely.astype(float), -float(demand.maximum))
            return
        if demand.maximum == 0:
            yield LinearRow(-surely.astype(float), 0.0)
        labels = self.country if demand.of is Unit.COUNTRIES else self.owner
        codes = self.facts.country if demand.of is Unit.COUNTRIES else self.facts.owner
        if demand.minimum is not None:
            yield Match(np.where(could, labels, -1), self.own, demand.minimum)
        if demand.maximum:
            yield Match(np.where(surely & (codes >= 0), labels, -1), self.own, 0, demand.maximum)

    def _groups(self, of: Unit, among: np.ndarray, beyond: int) -> Iterator[tuple[int, np.ndarray]]:
        """Yield (label, members) of every known country or owner with more than `beyond` candidates."""
        codes = self.facts.country if of is Unit.COUNTRIES else self.owner
        known = among & (codes >= 0)
        labels, counts = np.unique(codes[known], return_counts=True)
        for label in labels[counts > beyond]:
            yield int(label), known & (codes == label)

    def _weights(self, basis: Basis) -> tuple[np.ndarray, np.ndarray]:
        """Return what each member counts, and where that is unknown."""
        if basis is Basis.HEADS:
            return np.ones(len(self.facts)), np.zeros(len(self.facts), bool)
        unknown = np.isnan(self.facts.budget_eur)
        return np.where(unknown, 0.0, self.facts.budget_eur), unknown

    def _share_cap(self, demand: ShareCap) -> Iterator[Cap]:
        if demand.maximum >= 1:
            return
        picked = self._pick(demand.members)
        size, unknown = self._weights(demand.basis)
        labels = {Unit.MEMBERS: self.own, Unit.COUNTRIES: self.country, Unit.OWNERS: self.owner}[demand.of]
        yield Cap(
            np.where(picked != NO, labels, -1),
            np.where(unknown, np.nan, size),
            picked == MAYBE,
            max(demand.maximum, 1e-6),
        )

    def _share(self, demand: ShareRange) -> Iterator[LinearRow]:
        part, whole = self._pick(demand.members), self._pick(demand.among)
        size, unknown = self._weights(demand.basis)
        both = np.minimum(part, whole)
        if demand.minimum is not None:
            row = np.where(both != NO, (1 - demand.minimum) * size, -demand.minimum * size * (whole == YES))
            yield LinearRow(row + FREE * (unknown & (both != NO)), 0.0)
        if demand.maximum is not None:
            certain = both == YES
            row = np.where(certain, -(1 - demand.maximum) * size, demand.maximum * size * (whole != NO))
            yield LinearRow(row + FREE * (unknown & ~certain & (whole != NO)), 0.0)
