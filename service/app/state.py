"""Which state of the store is answered from? The newest one that is built: while the next is built, the one before."""

import logging
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

_LOG = logging.getLogger(__name__)


class Built(Protocol):
    """What is built from one revision of the store."""

    @property
    def revision(self) -> str: ...


T = TypeVar("T", bound=Built)


class SnapshotHolder(Generic[T]):
    """Holds what was built last, and builds anew when the store's revision has changed. Safe under threads.

    A command waits for what it builds. A service that is `serving` does not: a thread builds the next state and swaps
    it in whole; requests under way keep the state that they began with. If building fails, the state before goes on
    being served, and the same revision is not tried again.
    """

    def __init__(
        self,
        revision: Callable[[], str],
        build: Callable[[], T],
        complete: Callable[[T], object],
        settle: Callable[[], object] = lambda: None,
    ) -> None:
        """`build` makes a state, `complete` builds all its parts: in the background it is swapped in complete.

        `settle` is called after a swap, when nothing here refers to the state before.
        """
        self._revision = revision
        self._build = build
        self._complete = complete
        self._settle = settle
        self._lock = threading.RLock()
        self._state: T | None = None
        self._attempted: str | None = None
        self._builder: threading.Thread | None = None
        self.serving = False

    @property
    def current(self) -> T:
        """The state to answer from."""
        return self.get()

    def refresh(self) -> None:
        """Look for a change of the store, after a write of one's own."""
        self.get()

    def get(self) -> T:
        """Return the state to answer from."""
        with self._lock:
            if self._state is None:
                self._state = self._build()
                return self._state
            now = self._revision()
            if now == self._state.revision:
                return self._state
            if not self.serving:
                self._state = self._build()
            elif now != self._attempted and (self._builder is None or not self._builder.is_alive()):
                self._attempted = now
                self._builder = threading.Thread(target=self._renew, name="rebuild", daemon=True)
                self._builder.start()
            return self._state

    def _renew(self) -> None:
        try:
            fresh = self._build()
            self._complete(fresh)
        except Exception:  # the edge of this thread: the service goes on with the state before
            _LOG.exception("the changed store could not be read in; answers go on from the state before")
            return
        with self._lock:
            self._state = fresh
        self._settle()
        _LOG.info("answering from revision %s of the store", fresh.revision)
