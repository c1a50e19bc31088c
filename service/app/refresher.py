"""How does a process that serves keep up with its store? It looks many times a second, and builds beside answers."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Protocol, Self

from data.errors import Conflict
from service.app.state import SnapshotHolder

LOOK_EVERY_S = 0.05
"""So often it is looked whether somebody has written to the store."""
OWN_WRITE_S = 5.0
"""Whoever wrote waits so long for what it wrote. An outline takes far less; an import is taken up later."""
_LOG = logging.getLogger(__name__)


class Watch(Protocol):
    """A cheap look at the store's revisions, which name its state, written as text, as `Built.revision` does."""

    def revisions(self) -> object: ...


class Refresher:
    """Keeps a holder at the newest state of the store, while it is entered: one thread builds and swaps, one tidies up.

    What cannot be built is tried again after growing pauses, and at once when this process writes. Then the store is
    opened anew, since the connection may be what is wrong.
    """

    def __init__(
        self, holder: SnapshotHolder[Any], watch: Callable[[], AbstractContextManager[Watch]]
    ) -> None:
        self._holder = holder
        self._watch = watch
        self._wake, self._swapped = threading.Event(), threading.Event()
        self._stopped = False
        self._looks = threading.Condition()
        self._begun = self._done = 0
        self._threads = [
            threading.Thread(target=self._keep_up, name="snapshots", daemon=True),
            threading.Thread(target=self._tidy_up, name="settling", daemon=True),
        ]
        self._alone = holder.take_up

    def __enter__(self) -> Self:
        self._holder.take_up = self._look_now
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._holder.take_up = self._alone
        self._stopped = True
        self._wake.set()
        self._swapped.set()
        for thread in self._threads:
            thread.join(OWN_WRITE_S)

    def _look_now(self) -> None:
        """Wait until the store was looked at once more, from now on, and what was found is taken up."""
        with self._looks:
            wanted = self._begun + 1
            self._wake.set()
            self._looks.wait_for(lambda: self._done >= wanted, timeout=OWN_WRITE_S)

    def _keep_up(self) -> None:
        pause = LOOK_EVERY_S
        while self._waited(pause):
            try:
                with self._watch() as watch:
                    pause = self._look(watch)
                    while self._holder.health.status == "ok" and self._waited(pause):
                        pause = self._look(watch)
            except Exception as error:  # noqa: BLE001 the edge of this thread: the service goes on with the state before
                pause = self._holder.failed(error)
                self._looked()

    def _waited(self, pause: float) -> bool:
        """Wait for the next look; False: there is none any more."""
        self._wake.wait(pause)
        self._wake.clear()
        with self._looks:
            self._begun += 1
        return not self._stopped

    def _look(self, watch: Watch) -> float:
        """Take up what is new; return how long to wait before the next look."""
        holder = self._holder
        try:
            holder.store_revision = str(watch.revisions())
            if holder.store_revision != holder.current.revision:
                holder.renew()
                self._swapped.set()
            holder.recovered()
            return LOOK_EVERY_S
        except Conflict:  # the store went on while it was read
            return LOOK_EVERY_S
        finally:
            self._looked()

    def _looked(self) -> None:
        with self._looks:
            self._done = self._begun
            self._looks.notify_all()

    def _tidy_up(self) -> None:
        while True:
            self._swapped.wait()
            self._swapped.clear()
            if self._stopped:
                return
            try:
                self._holder.settle()
            except Exception:  # noqa: BLE001 logged; the edge of this thread: what is left now is tidied up after the next swap
                _LOG.warning("could not tidy up after a swap", exc_info=True)
