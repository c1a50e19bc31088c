"""How is an error told outside? One table: error → HTTP status, exit code, title; RFC 9457 body.

| error         | HTTP | exit |
|---------------|------|------|
| BadInput      | 422  | 2    |   BadProfile too
| NotFound      | 404  | 2    |
| NotSignedIn   | 401  | 2    |
| TooOften      | 429  | 2    |
| Ambiguous     | 409  | 2    |
| Conflict      | 409  | 5    |
| IndexMismatch | 503  | 4    |
| NotReady      | 503  | 4    |
| StoreError    | 503  | 5    |
"""

from dataclasses import dataclass
from typing import Annotated

from data.errors import (
    Ambiguous,
    BadInput,
    Conflict,
    IndexMismatch,
    KonsortError,
    NotFound,
    NotReady,
    NotSignedIn,
    StoreError,
    TooOften,
)
from data.published import WHERE_ANY, WHERE_KNOWN, derived

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """How one kind of error looks outside: HTTP status, exit code of the command line, title for people."""

    error: type[KonsortError]
    status: int
    exit_code: int
    title: str


PROBLEM_TYPES = (
    ProblemType(BadInput, 422, 2, "The input cannot be used"),
    ProblemType(NotFound, 404, 2, "Not found"),
    ProblemType(NotSignedIn, 401, 2, "Not signed in"),
    ProblemType(TooOften, 429, 2, "Tried too often"),
    ProblemType(Ambiguous, 409, 2, "Several records fit"),
    ProblemType(Conflict, 409, 5, "Changed by somebody else meanwhile"),
    ProblemType(IndexMismatch, 503, 4, "The index does not fit the encoder"),
    ProblemType(NotReady, 503, 4, "Something must be done first"),
    ProblemType(StoreError, 503, 5, "The store is out of order"),
)
UNEXPECTED_EXIT = 70
"""Exit code of an error nobody foresaw (EX_SOFTWARE of sysexits.h)."""


def problem_type(error: KonsortError) -> ProblemType:
    """Return the type of an error; subclasses have that of what they derive from."""
    for known in PROBLEM_TYPES:
        if isinstance(error, known.error):
            return known
    return ProblemType(KonsortError, 500, UNEXPECTED_EXIT, "Internal error")


def exit_code(error: KonsortError) -> int:
    """Return the exit code of the command line for an error.

    >>> exit_code(NotFound("no organisation '7'")), exit_code(StoreError("locked"))
    (2, 5)
    """
    return problem_type(error).exit_code


@dataclass(frozen=True, slots=True)
class WrongField:
    """What is wrong where in a request: at "members.0.country", …"""

    where: str
    detail: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One error body, RFC 9457."""

    status: int
    title: str
    detail: str
    code: str
    instance: Annotated[str | None, WHERE_KNOWN] = None
    errors: Annotated[tuple[WrongField, ...], WHERE_ANY] = ()

    @derived
    def type(self) -> str:
        """Names the kind of problem and is stable; it leads nowhere."""
        return f"urn:konsort:problem:{self.code}"

    @classmethod
    def of(cls, error: KonsortError, instance: str | None = None) -> "Problem":
        """Return the body for an error that a caller can act on."""
        known = problem_type(error)
        return cls(known.status, known.title, str(error), error.code, instance)
