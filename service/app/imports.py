"""How do records come in, and what is made of them? Imports, the report of bad rows, embedding, learning."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import NotFound
from data.model import ImportReport
from data.readers import Reader, only_reader
from data.sources.mapping import NO_MAPPING, FileMapping
from data.store import Store
from service.app.allowed import ADMINISTERING, COORDINATING, allowed
from service.app.answers import Imported
from service.app.overall import OverallProjects
from service.app.records import Records
from service.app.state import SnapshotHolder

if TYPE_CHECKING:
    from service.runtime.snapshot import Snapshot

Progress = Callable[[str, int, int], None]
EVERYBODY = only_reader("konsort")
"""For whom plans are held near those that stood: for all, and nobody is told one by that."""


class Imports:
    """Brings records into the store; twice the same changes nothing, a bad row is reported, good rows come in."""

    def __init__(
        self,
        store: Store,
        records: Records,
        projects: OverallProjects,
        snapshots: "SnapshotHolder[Snapshot]",
        progress: Progress | None,
    ) -> None:
        self._store = store
        self._records = records
        self._projects = projects
        self._snapshots = snapshots
        self._progress = progress

    @allowed(*ADMINISTERING)
    def cordis(self, reader: Reader, paths: Sequence[Path], *, dry_run: bool) -> ImportReport:
        """Read what CORDIS publishes: ZIP archives or folders."""
        from data.sources.cordis import import_cordis

        read = partial(import_cordis, self._store, paths)
        return self._taken_up(reader, read, dry_run=dry_run)

    @allowed(*COORDINATING)
    def outlines(
        self,
        reader: Reader,
        path: Path,
        call: str,
        *,
        dry_run: bool,
        mapping: FileMapping = NO_MAPPING,
        replace: bool = False,
    ) -> ImportReport:
        """Read a call's outlines from a spreadsheet; with `replace`, those that it does not hold are removed."""
        from data.sources.outlines import import_outlines

        profile = self._records.call(call)
        if not reader.coordinates(profile.id):
            raise NotFound(f"the outlines of call {call!r} are not open to {reader.id}")
        read = partial(
            import_outlines,
            self._store,
            path,
            profile.id,
            streams=profile.work_streams,
            mapping=mapping,
            replace=replace,
        )
        return self._taken_up(reader, read, profile.id, dry_run=dry_run)

    @allowed(*ADMINISTERING)
    def organisations(
        self, reader: Reader, path: Path, *, dry_run: bool, mapping: FileMapping = NO_MAPPING
    ) -> ImportReport:
        """Read organisations from a spreadsheet."""
        from data.sources.organisations import import_organisations

        read = partial(import_organisations, self._store, path, mapping=mapping)
        return self._taken_up(reader, read, dry_run=dry_run)

    @allowed(*ADMINISTERING)
    def demo(self, reader: Reader, *, dry_run: bool) -> ImportReport:
        """Load the demo call."""
        from data.sources.demo import load_demo

        return self._taken_up(reader, partial(load_demo, self._store), dry_run=dry_run)

    def _taken_up(
        self, reader: Reader, read: Callable[..., ImportReport], *calls: str, dry_run: bool
    ) -> ImportReport:
        """Read records in; where something came in, answer from it, and hold plans near those that stood before."""
        plans = {} if dry_run else self._projects.in_work(EVERYBODY, *calls)
        report = read(dry_run=dry_run, progress=self._progress)
        if not dry_run:
            before = self._snapshots.current.revision
            self._snapshots.refresh()
            if self._store.revision() != before:
                self._projects.remember(EVERYBODY, plans)
        return report

    def keep_problems(self, report: ImportReport, path: Path | None) -> Imported:
        """Write the bad rows to `path` (konsort-bad-rows.txt where none is named); return what came in.

        A dry run writes nothing; `report` in the answer says where the bad rows would be.
        """
        from data.sources.reports import to_look_at, write_report

        chosen = path or (Path("konsort-bad-rows.txt") if to_look_at(report) else None)
        if chosen is not None and not report.dry_run:
            write_report(report, chosen)
        return Imported.of(report, chosen)

    def index(self) -> int:
        """Embed what has no vector yet; return how many texts are searchable."""
        return len(self._snapshots.current.search)

    def prepare(self) -> str:
        """Embed what is new; learn the ranking of today's questions if there is none yet. Return what it stands on."""
        return self._snapshots.current.knowledge.ranker.basis

    def train(self) -> str:
        """Embed what is new and learn from the history as it is, if that was not done; return what came of it."""
        return self._snapshots.current.knowledge.ranker.train()

    def training_due(self) -> str | None:
        """The store's revision, where texts are not embedded or nothing was learned yet; None: nothing to do."""
        knowledge = self._snapshots.current.knowledge
        return knowledge.revision if knowledge.search.waiting or knowledge.ranker.due else None
