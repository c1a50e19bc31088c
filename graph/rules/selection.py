"""Whom does a selector pick? Every answer has three values.

True, False and None ("cannot tell") follow Kleene's strong logic: a conjunction with one False is False,
whatever else is missing. Nothing here guesses: an empty SME flag stays open unless the kind settles it.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from data.calls import CallProfile
from data.countries import countries_of
from data.demands import UNCOUNTED_ROLES, AllMembers, Selector, plain_role
from data.model import Kind
from graph.rules.matching import Groups
from graph.rules.members import Member, Ownership, ProjectFacts

_COMPANIES = frozenset({Kind.LARGE, Kind.SME, Kind.COMPANY})
# These words say what a partner does; a general word ("participant") leaves it open.
_FUNCTIONS = frozenset({"labour-market-actor", "education-provider", "vocational-provider"})
_GENERAL_ROLES = frozenset({None, "participant", "coordinator"})


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a rule may look at. `members` sorted by id, each once."""

    members: tuple[Member, ...]
    on: dt.date
    pillar: str | None
    facts: ProjectFacts
    ownership: Ownership
    groups: Groups
    """Ownership groups of `members`, in their order."""


def with_roles(profile: CallProfile, members: Iterable[Member], on: dt.date) -> tuple[Member, ...]:
    """Give those without a role who surely do not fit a demand on all members the role that it has for such.

    In an important project of common European interest a university is no direct participant but a partner beside.
    """
    given = tuple(members)
    for demand in profile.demands:
        if isinstance(demand, AllMembers) and demand.otherwise is not None:
            groups = Groups.by_owner(given, Ownership())
            context = Context(given, on, profile.pillar, ProjectFacts(), Ownership(), groups)
            given = tuple(
                replace(member, role=demand.otherwise)
                if member.role is None and fits(demand.members, member, context) is False
                else member
                for member in given
            )
    return given


def fits(selector: Selector, member: Member, context: Context) -> bool | None:
    """Does the selector pick this member: yes, no, or cannot tell?"""
    role = _role(member.role)
    answer: bool | None = True
    if selector.roles:
        answer = _has_role(role, selector.roles)
        if answer is False:
            return False
    elif role in UNCOUNTED_ROLES:
        return False
    if role in selector.not_roles:
        return False
    if selector.countries:
        inside = _in_countries(member.country, selector.countries, context)
        if inside is False:
            return False
        answer = answer if inside else None
    if selector.not_countries:
        inside = _in_countries(member.country, selector.not_countries, context)
        if inside is True:
            return False
        answer = answer if inside is False else None
    if selector.kinds:
        of_kind = _is_kind(member, selector.kinds)
        if of_kind is False:
            return False
        answer = answer if of_kind else None
    if selector.sme is not None:
        if member.is_sme is (not selector.sme):
            return False
        answer = answer if member.is_sme is not None else None
    return answer


def missing_for(selector: Selector, member: Member) -> tuple[str, ...]:
    """Name the facts whose absence keeps `fits` open: some of "country", "kind", "sme", "role"."""
    missing = []
    if (selector.countries or selector.not_countries) and member.country is None:
        missing.append("country")
    if selector.kinds and _is_kind(member, selector.kinds) is None:
        missing.append("sme" if member.kind is Kind.COMPANY else "kind")
    if selector.sme is not None and member.is_sme is None and "sme" not in missing:
        missing.append("sme")
    if selector.roles and _has_role(_role(member.role), selector.roles) is None:
        missing.append("role")
    return tuple(missing)


def every(answers: Iterable[bool | None]) -> bool | None:
    """Kleene's conjunction: False if one is False, else None if one is None, else True."""
    result: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def some(answers: Iterable[bool | None]) -> bool | None:
    """Kleene's disjunction: True if one is True, else None if one is None, else False."""
    result: bool | None = False
    for answer in answers:
        if answer is True:
            return True
        if answer is None:
            result = None
    return result


@lru_cache(maxsize=256)
def _role(role: str | None) -> str | None:
    return plain_role(role)


def _has_role(role: str | None, wanted: tuple[str, ...]) -> bool | None:
    if role in wanted:
        return True
    return None if role in _GENERAL_ROLES and not _FUNCTIONS.isdisjoint(wanted) else False


def _in_countries(country: str | None, names: tuple[str, ...], context: Context) -> bool | None:
    if country is None:
        return None
    certain, possible = countries_of(names, context.on, context.pillar)
    return True if country in certain else None if country in possible else False


def _is_kind(member: Member, kinds: tuple[Kind, ...]) -> bool | None:
    kind = member.kind
    if kind is None:
        return None
    if kind in kinds or (Kind.COMPANY in kinds and kind in _COMPANIES):
        return True
    if kind is not Kind.COMPANY:
        return False
    wanted_sme, wanted_large = Kind.SME in kinds, Kind.LARGE in kinds
    if not wanted_sme and not wanted_large:
        return False
    if wanted_sme and wanted_large:
        return True
    return None if member.sme is None else member.sme is wanted_sme
