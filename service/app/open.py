"""What is plugged into what? The only file that chooses adapters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from data.calls import CallProfile, load_profiles
from data.errors import StoreError
from data.model import CallId
from data.readers import Reader, only_reader
from data.store import Store
from service.app.accounts import Accounts
from service.app.consortia import Consortia
from service.app.duplicates import Duplicates
from service.app.editing import Editing
from service.app.imports import Imports
from service.app.kept import KeptWork
from service.app.overall import OverallProjects
from service.app.owners import Owners
from service.app.questions import Questions
from service.app.records import Records
from service.app.serving import Serving
from service.app.sharing import Sharing
from service.app.state import SnapshotHolder
from service.runtime.settings import Settings

if TYPE_CHECKING:  # what a snapshot is built of is slow to import: only who needs one pays
    from embeddings.encoder import Encoder
    from service.runtime.snapshot import Snapshot

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Application:
    """All that can be asked of Konsort, over one store and its current snapshot."""

    settings: Settings
    reader: Reader
    """The one reader of a single-user installation; doors with accounts know others."""
    records: Records
    questions: Questions
    projects: OverallProjects
    imports: Imports
    editing: Editing
    duplicates: Duplicates
    owners: Owners
    accounts: Accounts
    sharing: Sharing
    kept: KeptWork
    consortia: Consortia
    serving: Serving
    snapshots: "SnapshotHolder[Snapshot]"
    store: Store

    def close(self) -> None:
        """Stop keeping up with the store, and let go of it."""
        self.serving.stop()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_application(settings: Settings, progress: Progress | None = None) -> Application:
    """Open the store of a home folder, making both where they are missing. Nothing heavy is loaded yet."""
    _make_home(settings.home)
    store = Store.open(settings.database, who=settings.user)
    profiles = _profiles(settings.profiles)
    serving = Serving(settings)

    def newest(before: "Snapshot | None") -> "Snapshot":
        from service.runtime.snapshot import Snapshot, Sources

        sources = Sources(
            store, settings, profiles, partial(_encoder, settings), progress, lambda: serving.learns_beside
        )
        return Snapshot.newest(sources, before, again=serving.reads_again())

    snapshots: SnapshotHolder[Snapshot] = SnapshotHolder(newest, serving.complete, serving.settle)
    serving.over(snapshots, store)
    records = Records(store, profiles, snapshots)
    questions = Questions(records, snapshots, budget_s=settings.budget_s)
    projects = OverallProjects(store, records, snapshots)
    editing = Editing(store, records, projects, snapshots)
    return Application(
        settings=settings,
        reader=only_reader(settings.user),
        records=records,
        questions=questions,
        projects=projects,
        imports=Imports(store, records, projects, snapshots, progress),
        editing=editing,
        duplicates=Duplicates(store, records, editing),
        owners=Owners(store, records, snapshots),
        accounts=Accounts(store, records),
        sharing=Sharing(store, records),
        kept=KeptWork(store),
        consortia=Consortia(store, records, questions),
        serving=serving,
        snapshots=snapshots,
        store=store,
    )


def make_ready(settings: Settings) -> None:
    """Unpack the text encoder and compile the solver, once for this installation."""
    from matcher.solver.assemble import warm
    from service.runtime.encoder import encoder_of

    encoder_of(settings).encode(["ready"])
    warm()


def _encoder(settings: Settings) -> "Encoder":
    from service.runtime.encoder import encoder_of

    return encoder_of(settings)


@cache
def _profiles(own: tuple[Path, ...]) -> Mapping[CallId, CallProfile]:
    return load_profiles(own)


def _make_home(home: Path) -> None:
    try:
        # Outlines are confidential: nobody else on the machine may read a new home.
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"cannot make the home folder {home}: {error.strerror}; name another with --home or KONSORT_HOME"
        ) from error
