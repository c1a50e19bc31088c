"""What do the call's rules say of a proposed set? The store's knowledge of its members, put to `graph.rules.rules`."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from data.calls import CallProfile
from data.model import OrganisationId
from graph.names.ownership import ownership_of
from graph.rules.members import Member, Ownership, member_of
from graph.rules.rules import Verdict, check
from matcher.suggest.knowledge import Knowledge

NO_ROLES: Mapping[OrganisationId, str] = MappingProxyType({})


def members_of(
    team: Sequence[OrganisationId],
    lead: OrganisationId | None,
    knowledge: Knowledge,
    roles: Mapping[OrganisationId, str] = NO_ROLES,
) -> tuple[Member, ...]:
    """What the store knows of a set's members; who leads is the coordinator, others what `roles` or the rules say."""
    return tuple(
        member_of(
            knowledge.organisation(member),
            role="coordinator" if member == lead else roles.get(member),
        )
        for member in team
    )


def ownership_among(members: Sequence[Member], knowledge: Knowledge) -> Ownership:
    """What people decided, and names suggest, about common owners among these."""
    return ownership_of(members, knowledge.owner_decisions, knowledge.names)


def verdict_of(
    profile: CallProfile,
    team: Sequence[OrganisationId],
    lead: OrganisationId | None,
    knowledge: Knowledge,
    roles: Mapping[OrganisationId, str] = NO_ROLES,
) -> Verdict:
    """Answer a call's rules for a set of the store's organisations."""
    members = members_of(team, lead, knowledge, roles)
    return check(profile, members, ownership=ownership_among(members, knowledge))
