"""Whom does a use case allow? Each states it; whoever it does not name is told what a stranger is told."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from data.errors import NotFound
from data.readers import Reader, Role
from service.app.asking import reader_at_hand

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")

ALL = tuple(Role)
"""Every role; what each is told depends on what the reader may see."""
COORDINATING = (Role.ADMINISTRATOR, Role.COORDINATOR)
"""Whole calls: the use case asks besides whether it is the reader's call."""
SENDING = (Role.ADMINISTRATOR, Role.COORDINATOR, Role.COMPANY)
"""Outlines: the use case asks besides whose they are."""
OWNING = (Role.ADMINISTRATOR, Role.COMPANY)
ADMINISTERING = (Role.ADMINISTRATOR,)


def allowed(
    *roles: Role,
) -> Callable[[Callable[Concatenate[S, Reader, P], T]], Callable[Concatenate[S, Reader, P], T]]:
    """Let only readers of these roles use it; NotFound for others, as for what is not there.

    The first argument is who asks; what the use case asks in turn is told to the same.
    """

    def stating(use_case: Callable[Concatenate[S, Reader, P], T]) -> Callable[Concatenate[S, Reader, P], T]:
        @wraps(use_case)
        def guarded(self: S, reader: Reader, /, *args: P.args, **kwargs: P.kwargs) -> T:
            if reader.role not in roles:
                raise NotFound(f"this is not open to {reader.id}")
            before = reader_at_hand.set(reader)
            try:
                return use_case(self, reader, *args, **kwargs)
            finally:
                reader_at_hand.reset(before)

        guarded.allowed_roles = roles  # type: ignore[attr-defined]
        return guarded

    return stating


def allowed_roles(use_case: object) -> tuple[Role, ...] | None:
    """Return whom a use case allows; None where it does not say."""
    roles: tuple[Role, ...] | None = getattr(use_case, "allowed_roles", None)
    return roles
