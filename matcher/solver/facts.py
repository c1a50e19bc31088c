"""What is known of each candidate that rules ask about? Columns, one row a candidate; unknown stays unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.model import Kind, Organisation
from data.once import once

KINDS = tuple(Kind)


def _codes(values: Sequence[str | None]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return (n,) int32 positions in the sorted distinct values, -1 for None, and those values."""
    names = tuple(sorted({value for value in values if value is not None}))
    place = {name: position for position, name in enumerate(names)}
    return np.array([-1 if v is None else place[v] for v in values], np.int32), names


@dataclass(frozen=True, eq=False)
class Facts:
    """Columns of length n. Codes point into the tuple of names beside them; -1 says unknown.

    `sme`: 1 yes, 0 no, -1 unknown. `budget_eur`: NaN where unknown. `role`: a role already given, -1 = free.
    `load`: in how many other consortia the candidate already stands, -1 = unknown.
    """

    ids: tuple[str, ...]
    country: np.ndarray
    countries: tuple[str, ...]
    kind: np.ndarray
    sme: np.ndarray
    owner: np.ndarray
    owners: tuple[str, ...]
    budget_eur: np.ndarray
    role: np.ndarray
    roles: tuple[str, ...]
    load: np.ndarray

    @once
    def places(self) -> dict[str, int]:
        """The ids' positions."""
        return {name: position for position, name in enumerate(self.ids)}

    @classmethod
    def of(
        cls,
        organisations: Sequence[Organisation],
        *,
        budgets: Mapping[str, float] | None = None,
        roles: Mapping[str, str] | None = None,
        loads: Mapping[str, int] | None = None,
    ) -> "Facts":
        """Read the columns off the records; budgets (EUR), roles and loads are known only where given."""
        place = {kind: position for position, kind in enumerate(KINDS)}
        return cls.from_columns(
            ids=[str(o.id) for o in organisations],
            country=[o.country for o in organisations],
            kind=[-1 if o.kind is None else place[o.kind] for o in organisations],
            sme=[-1 if o.sme is None else int(o.sme) for o in organisations],
            owner=[None if o.owner is None else str(o.owner) for o in organisations],
        ).stating(budgets=budgets, roles=roles, loads=loads)

    @classmethod
    def from_columns(
        cls,
        *,
        ids: Sequence[str],
        country: Sequence[str | None],
        kind: Sequence[int] | np.ndarray,
        sme: Sequence[int] | np.ndarray,
        owner: Sequence[str | None],
    ) -> "Facts":
        """Build from plain columns: `kind` as positions in KINDS or -1, `sme` as 1, 0 or -1."""
        n = len(ids)
        if len(set(ids)) != n:
            raise ValueError("candidate ids must differ from one another")
        country_code, countries = _codes(country)
        owner_code, owners = _codes(owner)
        return cls(
            ids=tuple(ids),
            country=country_code,
            countries=countries,
            kind=np.asarray(kind, np.int8),
            sme=np.asarray(sme, np.int8),
            owner=owner_code,
            owners=owners,
            budget_eur=np.full(n, np.nan),
            role=np.full(n, -1, np.int32),
            roles=(),
            load=np.full(n, -1, np.int32),
        )

    def stating(
        self,
        *,
        budgets: Mapping[str, float] | None = None,
        roles: Mapping[str, str] | None = None,
        loads: Mapping[str, int] | None = None,
    ) -> "Facts":
        """The same candidates with what a request states of some of them; ids that are no candidates are ignored."""
        if not (budgets or roles or loads):
            return self
        place = self.places
        budget_eur, role, load = self.budget_eur.copy(), self.role.copy(), self.load.copy()
        names = tuple(sorted({*self.roles, *(roles or {}).values()}))
        for position, code in enumerate(self.role):
            if code >= 0:
                role[position] = names.index(self.roles[code])
        for name, amount in (budgets or {}).items():
            if name in place:
                budget_eur[place[name]] = amount
        for name, word in (roles or {}).items():
            if name in place:
                role[place[name]] = names.index(word)
        for name, times in (loads or {}).items():
            if name in place:
                load[place[name]] = times
        return replace(self, budget_eur=budget_eur, role=role, roles=names, load=load)

    def taking_part(self, role: str, rows: np.ndarray) -> "Facts":
        """The same, but those at `rows`, (n,) bool, of whom no role is given have this one."""
        names = tuple(sorted({*self.roles, role}))
        moved = np.array([*(names.index(name) for name in self.roles), -1], np.int32)[self.role]
        return replace(self, role=np.where(rows & (moved < 0), names.index(role), moved), roles=names)

    def take(self, positions: np.ndarray) -> "Facts":
        """Only these candidates, in this order; codes keep their meaning."""
        return replace(
            self,
            ids=tuple(self.ids[p] for p in positions),
            **{
                name: getattr(self, name)[positions]
                for name in ("country", "kind", "sme", "owner", "budget_eur", "role", "load")
            },
        )

    def __len__(self) -> int:
        return len(self.ids)
