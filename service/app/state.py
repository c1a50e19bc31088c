"""Which state of the store is answered from? The newest one that is complete: reading it is one attribute."""

import datetime as dt
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from data.errors import Conflict, KonsortError
from service.problems import problem_type
from service.runtime.training import Job

PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
"""After a failure the next attempt waits so long, after each further one twice as long, up to the longest."""
_LOG = logging.getLogger(__name__)


class Built(Protocol):
    """What is built from one state of the store."""

    @property
    def revision(self) -> str: ...


T = TypeVar("T", bound=Built)


@dataclass(frozen=True, slots=True)
class Health:
    """Whether answers stand on the store as it is. Times are UTC; `error` names nothing that the store holds."""

    status: str
    """`ok`, or `degraded`: the store's newest state could not be read in, and answers stand on an earlier one."""
    revision: str
    """The state that is answered from."""
    since: dt.datetime
    """Since when it is."""
    store_revision: str
    """The state that the store was in when it was last looked at."""
    error: str | None = None
    failing_since: dt.datetime | None = None
    attempts: int = 0
    """How many attempts have failed since then."""
    next_attempt_s: float | None = None
    """After how long a pause the next one is made."""
    ready: bool = True
    """Whether questions are answered; not yet where a service that has just been started reads its store in."""
    jobs: tuple[Job, ...] = ()
    """What is under way beside the answers."""


class SnapshotHolder(Generic[T]):
    """Holds the snapshot that answers stand on, and swaps it whole for the next one.

    `current` is an attribute that is read without a lock; who has read it keeps it until the answer is given. A command
    reads the store once, and again when it says by `refresh` that it wrote. A process that serves has a `Refresher`,
    which builds what is new beside, and swaps it in complete.
    """

    def __init__(
        self,
        newest: Callable[[T | None], T],
        complete: Callable[[T], object],
        settle: Callable[[T], object] = lambda _: None,
    ) -> None:
        """`newest` makes the snapshot of the store as it is now out of the one before, if there is one; `complete`
        builds all its parts. `settle` tidies up after a swap.
        """
        self._newest = newest
        self._complete = complete
        self._settle = settle
        self._lock = threading.Lock()
        self._failure: Health | None = None
        self._since = _now()
        self.current: T = newest(None)
        self.store_revision = self.current.revision
        """The state that the store was in when it was last looked at."""
        self.take_up: Callable[[], object] = self._take_up

    def refresh(self) -> None:
        """Take up what was just written: now, or where a `Refresher` is at work, by it."""
        self.take_up()

    def _take_up(self) -> None:
        with self._lock:
            self._swap(self._made())
            self.settle()

    def renew(self) -> None:
        """Build the newest snapshot whole, then swap it in. Conflict where the store went on meanwhile."""
        fresh = self._made()
        self._complete(fresh)
        self._swap(fresh)
        _LOG.info("answering from revision %s of the store", fresh.revision)

    def settle(self) -> None:
        """Tidy up after a swap."""
        self._settle(self.current)

    @property
    def health(self) -> Health:
        return self._failure or Health("ok", self.current.revision, self._since, self.store_revision)

    def failed(self, error: Exception) -> float:
        """Tell a failed attempt in the log and in `health`; return the pause before the next one, in seconds."""
        before = self._failure
        attempts = 1 if before is None else before.attempts + 1
        pause = min(PAUSE_S * 2.0 ** min(attempts - 1, 10), LONGEST_PAUSE_S)
        self._failure = Health(
            "degraded",
            self.current.revision,
            self._since,
            self.store_revision,
            error=_in_words(error),
            failing_since=_now() if before is None else before.failing_since,
            attempts=attempts,
            next_attempt_s=pause,
        )
        _LOG.error(
            "the store could not be read in; answers go on from the state before, next attempt in %g s",
            pause,
            exc_info=error,
        )
        return pause

    def recovered(self) -> None:
        """Tell that the store is read in again, where it was not."""
        if self._failure is not None:
            _LOG.info("the store is read in again, after %d failed attempts", self._failure.attempts)
            self._failure = None

    def _made(self) -> T:
        """Make the newest snapshot; once more where the store went on meanwhile."""
        try:
            return self._newest(self.current)
        except Conflict:
            return self._newest(self.current)

    def _swap(self, fresh: T) -> None:
        if fresh is not self.current:
            self.current, self._since = fresh, _now()
        self.store_revision = fresh.revision


def _in_words(error: Exception) -> str:
    """Say what went wrong without what the store holds or where it lies: anybody who reaches the port may read it."""
    title = problem_type(error).title if isinstance(error, KonsortError) else "Internal error"
    locked = "; another program holds its lock" if "locked" in str(error) else ""
    return f"{title}{locked}. The log says more."


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
