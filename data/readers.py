"""Who asks, and what may that person see? Every question carries its reader."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from data.model import CallId, Organisation, OrganisationId, Outline, OutlineHead, OutlineId


class Role(StrEnum):
    """What somebody does with Konsort. A role gives no sight of anything by itself: `Reader.outlines` does."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    COMPANY = "company"
    ANALYST = "analyst"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks. Deny unless allowed: without `outlines` only the outlines of the reader's own organisation are seen.

    >>> from data.model import CallId
    >>> theirs = Outline(OutlineId("O-1"), CallId("c"), "Edge", "A text.", OrganisationId("A"), "DE")
    >>> Reader("anna", Role.COMPANY, OrganisationId("A")).may_see(theirs)
    True
    >>> Reader("ben", Role.COMPANY, OrganisationId("B")).may_see(theirs)
    False
    """

    id: str
    """Named in the audit trail."""
    role: Role
    organisation: OrganisationId | None = None
    """The organisation that the reader speaks for."""
    outlines: frozenset[OutlineId] | None = frozenset()
    """The outlines that the reader may read beside the own ones; None: all of them."""
    organisations: frozenset[OrganisationId] = frozenset()
    """The organisations that the reader may know of beside the own one and those of public projects."""
    profiles: frozenset[OrganisationId] = frozenset()
    """The organisations whose profile the reader may read beside the own one."""
    signed_in: bool = False
    """Whether it is a person with an account: what such a one reads is noted."""
    calls: frozenset[CallId] = frozenset()
    """The calls that the reader coordinates: what was submitted to them may be read."""

    @property
    def sees_all(self) -> bool:
        """Whether no outline is hidden from this reader."""
        return self.outlines is None

    def may_see(self, outline: Outline | OutlineHead) -> bool:
        """Whether the reader may read an outline, and be told anything that follows from it."""
        if self.outlines is None or outline.id in self.outlines or outline.call in self.calls:
            return True
        return self.organisation is not None and outline.organisation == self.organisation

    def may_read_profile(self, organisation: OrganisationId | str) -> bool:
        """Whether the reader may read what an organisation writes of itself, and be told what follows from it."""
        return self.sees_all or organisation == self.organisation or organisation in self.profiles

    def seen(self, organisation: Organisation) -> Organisation:
        """Return an organisation without what it writes of itself where the reader may not read that."""
        return organisation if self.may_read_profile(organisation.id) else silent(organisation)

    def coordinates(self, call: CallId | str) -> bool:
        """Whether the reader may combine a call's outlines, and decide about them."""
        return self.sees_all or (self.role is Role.COORDINATOR and call in self.calls)


def silent(organisation: Organisation) -> Organisation:
    """Return an organisation without what it writes of itself."""
    return replace(organisation, profile=None, url=None)


def only_reader(name: str) -> Reader:
    """Return the one reader of a single-user installation, who sees all."""
    return Reader(name, Role.ADMINISTRATOR, outlines=None)


NOBODY: Final = Reader("nobody", Role.ANALYST)
"""A reader who sees no outline at all: what anybody may know."""
