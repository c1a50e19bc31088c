"""Which part could an organisation play? Proposed from its kind; people settle it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any, TypeGuard

from data.calls import CallProfile
from data.countries import countries_of
from data.demands import COORDINATOR, UNCOUNTED_ROLES, AllMembers, Demand, Selector, plain_role
from data.model import Kind, Organisation
from graph.rules.members import member_of
from graph.rules.selection import with_roles

ROLES: Mapping[Kind | None, str] = MappingProxyType(
    {
        Kind.LARGE: "industry partner",
        Kind.SME: "technology provider",
        Kind.COMPANY: "industry partner",
        Kind.UNIVERSITY: "research partner",
        Kind.RESEARCH: "research partner",
        Kind.PUBLIC: "public end user",
        Kind.MUNICIPAL: "public end user",
        Kind.OTHER: "multiplier",
        None: "partner",
    }
)


DIRECT = "direct participant"
BESIDE = "associated partner"
"""Who may take part in a call that has a role for those who do not fit, and who does so in that role."""


def proposed_role(organisation: Organisation, profile: CallProfile | None = None) -> str:
    """Return the role proposed for an organisation of this kind in a call; the coordinator is named by the solver."""
    if profile is None or not any(_beside(demand) for demand in profile.demands):
        return ROLES[organisation.kind]
    return DIRECT if beside_by(organisation, profile) is None else BESIDE


def beside_by(organisation: Organisation, profile: CallProfile) -> AllMembers | None:
    """Return the demand by which an organisation takes part beside the counted members; None where it counts."""
    for demand in profile.demands:
        if _beside(demand):
            (member,) = with_roles(profile, [member_of(organisation)], profile.reference_date)
            if member.role is not None:
                return demand
    return None


def _beside(demand: Demand) -> TypeGuard[AllMembers]:
    return isinstance(demand, AllMembers) and demand.otherwise is not None


def known_roles(profile: CallProfile) -> frozenset[str]:
    """Return the roles that mean something in a call, in their plain spelling: its rules' own, and the usual ones."""
    usual = (COORDINATOR, "participant", *ROLES.values())
    named = {role for part in _selectors(profile.demands) for role in (*part.roles, *part.not_roles)}
    return frozenset({*(plain_role(role) or role for role in usual), *UNCOUNTED_ROLES, *named})


def countries_named(profile: CallProfile) -> frozenset[str]:
    """Return the countries (ISO codes) that a call's demands name, possible members included; empty where none do."""
    names = {name for part in _selectors(profile.demands) for name in part.countries}
    return countries_of(tuple(sorted(names)), profile.reference_date, profile.pillar)[1]


def _selectors(part: Any) -> Iterator[Selector]:
    """Every selector within demands, however deep: also within alternatives."""
    if isinstance(part, Selector):
        yield part
    elif is_dataclass(part):
        for column in fields(part):
            yield from _selectors(getattr(part, column.name))
    elif isinstance(part, tuple):
        for inner in part:
            yield from _selectors(inner)
