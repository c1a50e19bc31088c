"""Which part could an organisation play? Proposed from its kind; people settle it."""

from collections.abc import Mapping
from types import MappingProxyType

from data.model import Kind, Organisation

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


def proposed_role(organisation: Organisation) -> str:
    """Return the role proposed for an organisation of this kind; the coordinator is named by the solver."""
    return ROLES[organisation.kind]
