"""How does a process that serves stay ready? It keeps up with the store beside its answers, warm and small."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from data.errors import NotReady
from data.store import Store
from service.app.refresher import Refresher
from service.app.state import Health, SnapshotHolder
from service.runtime.memory import freeze_loaded, trim_memory
from service.runtime.settings import Settings

if TYPE_CHECKING:
    from service.runtime.snapshot import Snapshot
    from service.runtime.training import Job

WAITING = 2
"""So many questions wait while a service that was just started reads its store in; more are told to come again."""
LONGEST_WAIT_S = 8.0
_LOG = logging.getLogger(__name__)


class Serving:
    """What a service does beside its answers. A command uses none of it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._refresher: Refresher | None = None
        self._frozen: str | None = None
        self._ready = threading.Event()
        self._ready.set()
        self._waiting = threading.BoundedSemaphore(WAITING)
        self._again = False
        self.learns_beside = False
        """Whether a process beside embeds and learns what takes long, and no question waits for it."""
        self.jobs: Callable[[], tuple[Job, ...]] = tuple
        """What is under way beside the answers."""

    def over(self, snapshots: "SnapshotHolder[Snapshot]", store: Store) -> None:
        """Name the holder that is kept up with its store."""
        self._snapshots = snapshots
        self._store = store

    @property
    def health(self) -> Health:
        """Whether answers stand on the store as it is."""
        return replace(self._snapshots.health, ready=self._ready.is_set(), jobs=self.jobs())

    def begin(self) -> None:
        """Be a service that has just been started: questions wait until `warm` has read the store in."""
        self.learns_beside = True
        self._ready.clear()

    def admit(self) -> None:
        """Wait until questions are answered. Raises NotReady where that takes long, or others wait already."""
        if self._ready.is_set():
            return
        if self._waiting.acquire(blocking=False):
            try:
                if self._ready.wait(LONGEST_WAIT_S):
                    return
            finally:
                self._waiting.release()
        raise NotReady("the service was just started and reads its store in; ask again in some seconds")

    def reads_again(self) -> bool:
        """Whether texts and ranking are to be read anew; true once after each `take_up`."""
        again, self._again = self._again, False
        return again

    def take_up(self) -> None:
        """Read in what another process has embedded, beside the answers, where any text waited for it."""
        snapshot = self._snapshots.current
        if snapshot.search.waiting:
            self._again = True
            self._snapshots.renew()

    def keep_up(self) -> None:
        """From now on, answer from the state before while a changed store is read in."""
        if self._refresher is None:
            self._refresher = Refresher(self._snapshots, self._store.watch)
            self._refresher.__enter__()

    def stop(self) -> None:
        """Look at the store no more."""
        if self._refresher is not None:
            self._refresher.__exit__(None, None, None)
            self._refresher = None

    def warm(self) -> None:
        """Read the store in, open text model and compiled solver: the first question is then as quick as the next.

        Questions are answered from then on, also where something failed: then each tells what.
        """
        try:
            self._warm()
        except Exception:
            _LOG.exception("the store could not be read in at the start; questions will tell why")
            raise
        finally:
            self._ready.set()

    def _warm(self) -> None:
        from matcher.solver.assemble import warm
        from service.runtime.encoder import encoder_of

        snapshot = self._snapshots.current
        snapshot.complete()
        encoder_of(self._settings).encode(["warm"])
        warm()
        self._frozen = snapshot.revisions.history
        freeze_loaded()
        trim_memory()

    def complete(self, snapshot: "Snapshot") -> None:
        """Build all that a question could wait for."""
        snapshot.complete()

    def settle(self, snapshot: "Snapshot") -> None:
        """Tidy up after a swap: keep new vectors and, where a service has read in another history, give memory back."""
        if self._refresher is not None and snapshot.revisions.history != self._frozen:
            self._frozen = snapshot.revisions.history
            freeze_loaded()
        snapshot.keep_vectors()
