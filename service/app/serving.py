"""How does a process that serves stay ready? It keeps up with the store beside its answers, warm and small."""

from typing import TYPE_CHECKING

from data.store import Store
from service.app.refresher import Refresher
from service.app.state import Health, SnapshotHolder
from service.runtime.memory import freeze_loaded, trim_memory
from service.runtime.settings import Settings

if TYPE_CHECKING:
    from service.runtime.snapshot import Snapshot


class Serving:
    """What a service does beside its answers. A command uses none of it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._refresher: Refresher | None = None
        self._frozen: str | None = None

    def over(self, snapshots: "SnapshotHolder[Snapshot]", store: Store) -> None:
        """Name the holder that is kept up with its store."""
        self._snapshots = snapshots
        self._store = store

    @property
    def health(self) -> Health:
        """Whether answers stand on the store as it is."""
        return self._snapshots.health

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
        """Open the text model and the compiled solver, so that the first question is as quick as the next."""
        from matcher.solver.assemble import warm
        from service.runtime.encoder import encoder_of

        encoder_of(self._settings).encode(["warm"])
        warm()
        snapshot = self._snapshots.current
        snapshot.complete()
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
