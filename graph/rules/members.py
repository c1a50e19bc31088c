"""Who is asked about, and what is known of them? Records only; None is unknown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from data.countries import to_iso
from data.model import Kind, Organisation

# An enterprise controlled by public bodies is no SME: Recommendation 2003/361/EC, Annex, Art. 3(4).
_NEVER_SME = frozenset({Kind.LARGE, Kind.PUBLIC, Kind.MUNICIPAL})


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a consortium, as far as known. None is unknown.

    `owner` is the ultimate parent's id; who owns itself repeats its own id. `role` as the source writes
    it; an unknown role counts as an ordinary participant. `budget_eur`: its part of the budget, 0 or
    more.
    """

    id: str
    name: str | None = None
    country: str | None = None
    kind: Kind | None = None
    owner: str | None = None
    budget_eur: float | None = None
    role: str | None = None
    sme: bool | None = None

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("a member's id must not be empty")
        if self.country is not None and not re.fullmatch(r"[A-Z]{2}", self.country):
            raise ValueError(
                f"country must be two upper-case letters (ISO 3166) or None, not {self.country!r}"
            )
        if self.country in ("EL", "UK"):
            raise ValueError(f"country must be ISO 3166: {to_iso(self.country)}, not {self.country}")
        if self.budget_eur is not None and not 0 <= self.budget_eur < float("inf"):
            raise ValueError(f"budget_eur must be 0 or more, not {self.budget_eur!r}")

    @property
    def label(self) -> str:
        """The name to show, else the id."""
        return self.name or self.id

    @property
    def is_sme(self) -> bool | None:
        """The SME flag, or what the kind says of it: SMEs are, large companies and public bodies are not."""
        if self.sme is not None:
            return self.sme
        if self.kind is Kind.SME:
            return True
        return False if self.kind in _NEVER_SME else None


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """Facts of the whole project. None is unknown; `loads`: how many other consortia somebody is in."""

    duration_months: float | None = None
    grant_eur: float | None = None
    total_cost_eur: float | None = None
    loads: Mapping[str, int] | None = None


Pair = frozenset[str]
"""Two member ids, in no order."""


def pair(a: str, b: str) -> Pair:
    """Return the unordered pair; a and b must differ."""
    if a == b:
        raise ValueError(f"a pair needs two different ids, not {a!r} twice")
    return frozenset((a, b))


@dataclass(frozen=True, slots=True)
class Ownership:
    """What is known about pairs besides stated owners.

    `same` and `different` were decided by a person; `suspected` by the names (`graph/names/ownership.py`). A
    suspicion makes the pair's independence unknown, even where their stated owners differ; a decision
    settles it.
    """

    same: frozenset[Pair] = frozenset()
    different: frozenset[Pair] = frozenset()
    suspected: frozenset[Pair] = frozenset()

    def __post_init__(self) -> None:
        if both := self.same & self.different:
            raise ValueError(f"decided both same and different: {sorted(map(sorted, both))}")


def member_of(organisation: Organisation, *, role: str | None = None) -> Member:
    """What the rules may know of an organisation; its budget is asked for, not guessed."""
    return Member(
        id=organisation.id,
        name=organisation.label,
        country=organisation.country,
        kind=organisation.kind,
        owner=organisation.owner,
        role=role,
        sme=organisation.sme,
    )


def completed(member: Member, organisation: Organisation | None) -> Member:
    """Return a member whose unknown facts are those that the store has; what is stated stays."""
    if organisation is None:
        return member
    known = member_of(organisation)
    missing = {
        name: getattr(known, name)
        for name in ("name", "country", "kind", "owner", "sme")
        if getattr(member, name) is None
    }
    return replace(member, **missing)
