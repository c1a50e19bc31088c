"""What can a caller act on? One tree.

    KonsortError
    ├── BadInput            the file, text or option given cannot be used      exit 2, HTTP 400/422
    │   └── BadProfile      a call profile (TOML) is wrong, with its line
    ├── NotFound            an id that the store does not know                 exit 2, HTTP 404
    ├── NotSignedIn         nobody knows who asks                              exit 2, HTTP 401
    ├── TooOften            the same was tried too often; wait                 exit 2, HTTP 429
    ├── Ambiguous           a name that fits several records                   exit 2, HTTP 409
    ├── Conflict            somebody else changed the same meanwhile           exit 5, HTTP 409
    ├── IndexMismatch       vectors of another encoder or width                exit 4, HTTP 503
    ├── NotReady            something must be done first (import, index, …)    exit 4, HTTP 503
    └── StoreError          the store cannot be opened, read or written        exit 5, HTTP 503

Each text says what was found, what was needed and what to do. `code` is stable: programs may rely on it.
This file knows neither exit codes nor HTTP; the table above is kept in `service/problems.py`.
"""

from dataclasses import dataclass


class KonsortError(Exception):
    """Base of all that a caller can act on."""

    code = "konsort-error"


class BadInput(KonsortError):
    """A file, text or option that cannot be used as given."""

    code = "bad-input"


class BadProfile(BadInput):
    """A call profile that cannot be read; the text names file, line and reason."""

    code = "bad-profile"


class NotFound(KonsortError):
    """An id that the store does not know."""

    code = "not-found"


class NotSignedIn(KonsortError):
    """Nobody knows who asks: not signed in, or by a wrong name, password, code or token."""

    code = "not-signed-in"


class TooOften(KonsortError):
    """The same was tried too often; `wait_s`: after so many seconds it may be tried again."""

    code = "too-often"

    def __init__(self, text: str, *, wait_s: int = 60) -> None:
        super().__init__(text)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several records that somebody may have meant."""

    id: str
    name: str
    country: str | None = None
    fictional: bool = False


class Ambiguous(KonsortError):
    """A name or id that fits several records; `choices`: those that fit, best first."""

    code = "ambiguous"

    def __init__(self, text: str, *, choices: tuple[Choice, ...] = ()) -> None:
        super().__init__(text)
        self.choices = choices


class Conflict(KonsortError):
    """Somebody else changed the same record or store meanwhile: read it again, then try again."""

    code = "conflict"


class IndexMismatch(KonsortError):
    """Vectors that another encoder made, or of another width: `expected (3, 384), got (3, 512)`."""

    code = "index-mismatch"


class NotReady(KonsortError):
    """Something has to be done first; the text says which command does it."""

    code = "not-ready"


class StoreError(KonsortError):
    """The store cannot be opened, read or written."""

    code = "store-error"
