"""What can a call demand of a consortium? Plain frozen records, no evaluation.

`graph/rules/rules.py` answers them for a set of members, `matcher/solver/assemble.py` compiles them to constraints.
`Demand` is a tagged union: `type(demand)` is the tag. Every demand has the fields of `Demand` (id, text,
source, …); the rest is its own. Numbers are inclusive bounds; None means no bound. Shares are in [0, 1].

Three-valued facts. A demand marked *open* may come out as "cannot tell", because it reads facts that are
often missing: owner (DistinctRepresentatives with `independent`, per-owner caps), budget (shares by budget,
MemberBudget), country, SME flag, project facts. Policy for suggestions: none may break a hard demand (answer
"broken" under every completion of the missing facts); "cannot tell" is allowed and asked.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from data.countries import countries_of
from data.model import Kind


class Hardness(StrEnum):
    """Hard rules decide; soft ones ask for a justification; attestations are answered by a person."""

    HARD = "hard"
    SOFT = "soft"
    ATTESTATION = "attestation"


class Layer(StrEnum):
    """Where a demand comes from; later layers override earlier ones by the demand's id."""

    PROGRAMME = "programme"
    TOPIC = "topic"
    NATIONAL = "national"
    USER = "user"


COORDINATOR = "coordinator"
NEWCOMER = "newcomer"
UNCOUNTED_ROLES = frozenset({"affiliated", "associated", "third-party", "subcontractor"})
"""Affiliated entities, associated partners, third parties and subcontractors count for no minimum."""

_ROLE_WORDS = {
    "affiliatedentity": "affiliated",
    "associatedpartner": "associated",
    "internationalpartner": "associated",
    "associatedparticipant": "associated",
    "indirectpartner": "associated",
    "directparticipant": "participant",
    "thirdparty": "third-party",
    "beneficiary": "participant",
    "partner": "participant",
    "lead": COORDINATOR,
    "leader": COORDINATOR,
}


def plain_role(role: str | None) -> str | None:
    """Return a role's one spelling: 'thirdParty' → 'third-party', 'Partner' → 'participant'; None stays None.

    >>> plain_role("associatedPartner"), plain_role("Coordinator"), plain_role("vocational provider")
    ('associated', 'coordinator', 'vocational-provider')
    """
    if role is None or not role.strip():
        return None
    text = "-".join(role.strip().lower().replace("_", " ").replace("-", " ").split())
    return _ROLE_WORDS.get(text.replace("-", ""), text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Which members a demand looks at: all stated conditions must hold; an empty one does not restrict.

    `countries`, `not_countries`: set names (`data.countries.SETS`) and ISO codes, joined.
    `kinds`: "company" includes large ones and SMEs; "sme" asks the SME flag of a company of unstated size.
    `roles`: members with one of these roles; otherwise members in `UNCOUNTED_ROLES` are left out.
    """

    countries: tuple[str, ...] = ()
    not_countries: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    sme: bool | None = None
    roles: tuple[str, ...] = ()
    not_roles: tuple[str, ...] = ()

    def country_codes(
        self, on: dt.date, pillar: str | None = None
    ) -> tuple[frozenset[str], frozenset[str]] | None:
        """Return (certain, possible) ISO codes that `countries` allows then; None where any will do."""
        return countries_of(self.countries, on, pillar) if self.countries else None


ANYONE = Selector()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What all demands have. `id` is unique in its profile and stands in code, answers and docs ("R1")."""

    id: str
    text: str
    source: str
    hardness: Hardness = Hardness.HARD
    verified: bool = True
    layer: Layer = Layer.PROGRAMME
    justification: str | None = None
    """For soft demands: what has to be justified where it is not kept."""
    only_if: Selector | None = None
    """The demand applies only where at least one member fits (national overlays)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubCount:
    """At least `minimum` of the representatives stand in these countries (set names and codes)."""

    minimum: int
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctRepresentatives(Demand):
    """Some `count` members, pairwise independent, in at least `countries` countries. *Open* (owner).

    Existential: others may share a country or an owner. With countries == count every representative has a
    country of its own: a matching of countries with ownership groups. `independent` False: different entities
    suffice.
    """

    count: int
    countries: int
    members: Selector = ANYONE
    independent: bool = True
    of_which: tuple[SubCount, ...] = ()


class Unit(StrEnum):
    """What is counted or grouped."""

    MEMBERS = "members"
    COUNTRIES = "countries"
    OWNERS = "owners"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRange(Demand):
    """How many members, countries or owners among `members`: size, Member States, per kind or role, none.

    "No existing partner in …" is `maximum=0` over a selector with `not_roles=("newcomer",)`.
    """

    of: Unit = Unit.MEMBERS
    members: Selector = ANYONE
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllMembers(Demand):
    """Every counted member among `among` fits `members`.

    `otherwise`: who surely does not fit takes part in this role, as an associated partner, where no role is settled.
    """

    members: Selector
    among: Selector = ANYONE
    otherwise: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PerGroupMaximum(Demand):
    """At most `maximum` members per country or owner. *Open* (owner)."""

    of: Unit
    maximum: int
    members: Selector = ANYONE


class Basis(StrEnum):
    """What shares are measured by."""

    BUDGET = "budget"
    HEADS = "heads"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCap(Demand):
    """No member, country or owner has more than `maximum` of the total over `members`. *Open* (budget)."""

    of: Unit
    maximum: float
    basis: Basis = Basis.BUDGET
    members: Selector = ANYONE


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRange(Demand):
    """`members` have between `minimum` and `maximum` of the total over `among`. *Open* (budget, SME flag)."""

    members: Selector
    minimum: float | None = None
    maximum: float | None = None
    basis: Basis = Basis.BUDGET
    among: Selector = ANYONE


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberBudget(Demand):
    """Each of `members` has a budget in this range, EUR. *Open* (budget)."""

    members: Selector = ANYONE
    minimum_eur: float | None = None
    maximum_eur: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinatorIs(Demand):
    """The coordinator fits `members`. *Open* while nobody leads; a solver needs one who could."""

    members: Selector


class Fact(StrEnum):
    """A fact of the whole project, given with the question (`graph.rules.rules.ProjectFacts`)."""

    DURATION_MONTHS = "duration_months"
    GRANT_EUR = "grant_eur"
    TOTAL_COST_EUR = "total_cost_eur"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRange(Demand):
    """The project's duration, grant or cost lies in this range. *Open* (not a matter of who takes part)."""

    fact: Fact
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadCap(Demand):
    """No member takes part in more than `maximum` consortia, this one included. *Open* (needs the loads)."""

    maximum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MustHave(Demand):
    """At least `at_least` of these organisations are members (None: all of them)."""

    organisations: tuple[str, ...]
    at_least: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MustNotHave(Demand):
    """None of these organisations is a member. Exclusion lists are secret: show them to their author only."""

    organisations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MustNotTogether(Demand):
    """At most one of these organisations is a member."""

    organisations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Demand):
    """At least one option holds; an option is a conjunction of demands."""

    options: tuple[tuple[Demand, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation(Demand):
    """A person has to say so: civil purpose, spill-overs, no significant harm. Never computed."""

    hardness: Hardness = Hardness.ATTESTATION


DEMAND_KINDS: dict[str, type[Demand]] = {
    "distinct-representatives": DistinctRepresentatives,
    "count": CountRange,
    "all-members": AllMembers,
    "per-group-maximum": PerGroupMaximum,
    "share-cap": ShareCap,
    "share": ShareRange,
    "member-budget": MemberBudget,
    "coordinator": CoordinatorIs,
    "project-range": ProjectRange,
    "load-cap": LoadCap,
    "must-have": MustHave,
    "must-not-have": MustNotHave,
    "must-not-together": MustNotTogether,
    "any-of": AnyOf,
    "attestation": Attestation,
}
"""The `kind` written in a profile → its record."""
