"""What is plugged into what? The only file that chooses adapters; one `Snapshot` a state of the store."""

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from data.calls import CallProfile, load_profiles
from data.errors import Ambiguous, NotFound, StoreError
from data.model import CallId, ImportReport, Organisation, OrganisationId, Outline
from data.sources.cordis import import_cordis
from data.sources.demo import load_demo
from data.sources.members import read_members
from data.sources.organisations import import_organisations
from data.sources.outlines import import_outlines
from data.sources.reports import to_look_at, write_report
from data.store import Store
from embeddings.choice import open_encoder
from embeddings.encoder import Encoder
from graph.names.ownership import ownership_of, suspected_pairs
from graph.network.network import Network
from graph.rules.members import Member, pair
from graph.rules.rules import Verdict, check
from matcher.overall.project import OverallProject
from matcher.ranking.query import Grounds, Query, Ranking
from matcher.solver.assemble import Incumbent, warm
from matcher.suggest.answers import Partners, PartnersRequest, Suggestions, SuggestRequest
from matcher.suggest.knowledge import Knowledge, completed
from matcher.suggest.matcher import Matcher
from matcher.suggest.steering import Steering, TradeOff
from service.app.answers import Call, Imported, OutlineRow, SuspectedOwner
from service.app.overall import Desk, as_file
from service.app.state import SnapshotHolder
from service.runtime.memory import freeze_loaded, trim_memory
from service.runtime.settings import Settings
from service.runtime.snapshot import Snapshot

Progress = Callable[[str, int, int], None]


class Konsort:
    """The application: one store, its latest moment, and every question that commands, API and pages ask."""

    def __init__(self, settings: Settings, progress: Progress | None = None) -> None:
        self.settings = settings
        _make_home(settings.home)
        self._progress = progress
        self._store = Store.open(settings.database, who=settings.user)
        self._profiles = load_profiles(settings.profiles)
        self._encoder = _encoder(settings.encoder, settings.models)
        self._lock = threading.RLock()
        self._latest = SnapshotHolder(
            self._store.revision,
            lambda: Snapshot(self._store, self.settings, self._profiles, self._encoder, self._progress),
            _complete,
            freeze_loaded,
        )
        self._combining = threading.Lock()
        self._proposals: dict[tuple, OverallProject] = {}

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    # What is there

    @property
    def moment(self) -> Snapshot:
        """The parts built from the store as it is now; while serving, the newest that are complete."""
        return self._latest.get()

    @property
    def network(self) -> Network:
        with self._lock:
            return self.moment.network

    @property
    def fictional(self) -> bool:
        with self._lock:
            return any(each.fictional for each in self.moment.organisations.values())

    def calls(self) -> Sequence[CallProfile]:
        return tuple(self._profiles.values())

    def profile(self, call: str) -> CallProfile:
        try:
            return self._profiles[CallId(call)]
        except KeyError:
            raise NotFound(f"no call {call!r}; there are {', '.join(self._profiles)}") from None

    def call_rows(self) -> tuple[Call, ...]:
        """Every call, as data and in plain words."""
        return tuple(map(Call.of, self._profiles.values()))

    def call_record(self, call: str) -> Call:
        """One call, as data and in plain words."""
        return Call.of(self.profile(call))

    def outline_rows(self, call: str | None) -> tuple[OutlineRow, ...]:
        """Every outline in a few words."""
        if call is not None:
            self.profile(call)
        return tuple(map(OutlineRow.of, self._store.outlines(call)))

    def outlines(self, call: str | None = None) -> Sequence[Outline]:
        return self._store.outlines(call)

    def outline(self, outline: str) -> Outline:
        return self._store.outline(outline)

    def organisation(self, organisation: str) -> Organisation:
        return self._store.organisation(organisation)

    def organisations(self, ids: Iterable[str]) -> Mapping[str, Organisation]:
        return {str(ident): each for ident, each in self._store.organisations(ids).items()}

    def find(self, text: str, *, country: str | None = None, limit: int = 20) -> Sequence[Organisation]:
        return self._store.find_organisations(text, country=country, limit=limit)

    def meant(self, words: str) -> Organisation:
        """Return the organisation with that id or that very name; Ambiguous, with the choices, where several fit."""
        found = self.find(words, limit=6)
        if not found:
            raise NotFound(f"no organisation has the id or the name {words!r}")
        if found[0].id == words or len(found) == 1:
            return found[0]
        named = [each for each in found if each.label.casefold() == words.strip().casefold()]
        if len(named) == 1:
            return named[0]
        choices = "; ".join(f"{each.id} {each.label}" for each in found[:5])
        raise Ambiguous(f"{words!r} fits several organisations, give an id: {choices}")

    # What is asked

    def suggest(
        self, request: SuggestRequest, *, watch: Callable[[Incumbent], None] | None = None
    ) -> Suggestions:
        return self._matcher().suggest(request, watch=watch)

    def steer(self, request: SuggestRequest, members: Sequence[str]) -> Steering:
        return self._matcher().steer(request, tuple(map(OrganisationId, members)))

    def trade_off(self, request: SuggestRequest) -> TradeOff:
        return self._matcher().trade_off(request)

    def partners(self, request: PartnersRequest) -> Partners:
        return self._matcher().partners(request)

    def rank(self, queries: Iterable[Query], limit: int, *, newcomers: float = 0.0) -> Iterable[Ranking]:
        return self._knowledge().ranker.rank(list(queries), limit=limit, newcomers=newcomers)

    def contributions(self, query: Query, ranking: Ranking, first: int) -> tuple[Grounds, ...]:
        """What speaks for the first of a ranking: past projects, ties, and the query's sentences beside them."""
        chosen = [who for who, _ in ranking.ranked[:first]]
        found = self._knowledge().ranker.explain(query, chosen)
        return tuple(map(Grounds, chosen, found))

    def check(self, call: str, members: Sequence[Member]) -> Verdict:
        """Check members; what is not said of them is taken from the store, where it knows the id."""
        known = self._store.organisations([each.id for each in members])
        whole = [completed(each, known.get(OrganisationId(each.id))) for each in members]
        with self._lock:
            moment = self.moment
            ownership = ownership_of(whole, moment.owner_decisions, moment.count_names())
        return check(self.profile(call), whole, ownership=ownership)

    def check_file(self, call: str, path: Path) -> Verdict:
        return self.check(call, [Member(**asdict(row)) for row in read_members(path)])

    def integrate(self, call: str, *, without: Sequence[str] = (), anew: bool = False) -> OverallProject:
        """Propose a call's overall project. What was proposed before is kept near, and every decision is."""
        desk = self.desk(call)
        question = (self.moment.revision, call, tuple(without), desk.decisions.as_json())
        with self._combining:  # takes seconds: other questions are answered meanwhile
            if anew or question not in self._proposals:
                self._proposals = {question: desk.propose(without=without, anew=anew)}
            return self._proposals[question]

    def integration_file(self, call: str, kind: str) -> bytes:
        return self.as_file(self.integrate(call), kind)

    def as_file(self, project: OverallProject, kind: str) -> bytes:
        """Return a proposal as XLSX, DOCX or GEXF."""
        return as_file(project, kind, title=self.profile(project.call).title, today=dt.date.today())

    def desk(self, call: str) -> Desk:
        """Return the place where a call's proposal and decisions are kept."""
        return Desk(self._store, self._knowledge(), self.profile(call), user=self.settings.user)

    def _knowledge(self) -> Knowledge:
        with self._lock:
            return self.moment.knowledge

    def _matcher(self) -> Matcher:
        return Matcher(self._knowledge(), budget_s=self.settings.budget_s)

    # What comes in

    def import_cordis(self, paths: Sequence[Path], *, dry_run: bool) -> ImportReport:
        return import_cordis(self._store, paths, dry_run=dry_run, progress=self._progress)

    def import_outlines(self, path: Path, call: str, *, dry_run: bool) -> ImportReport:
        profile = self.profile(call)
        return import_outlines(
            self._store,
            path,
            profile.id,
            streams=profile.work_streams,
            dry_run=dry_run,
            progress=self._progress,
        )

    def import_organisations(self, path: Path, *, dry_run: bool) -> ImportReport:
        return import_organisations(self._store, path, dry_run=dry_run, progress=self._progress)

    def import_demo(self, *, dry_run: bool) -> ImportReport:
        return load_demo(self._store, dry_run=dry_run, progress=self._progress)

    def keep_problems(self, report: ImportReport, path: Path | None) -> Imported:
        """Write what to look at to `path` (konsort-bad-rows.txt where none is named); return what came in.

        A dry run writes nothing; `report` in the answer says where the bad rows would be.
        """
        chosen = path or (Path("konsort-bad-rows.txt") if to_look_at(report) else None)
        if chosen is not None and not report.dry_run:
            write_report(report, chosen)
        return Imported.of(report, chosen)

    def prepare(self) -> str:
        """Embed what is new; learn the ranking of today's questions if there is none yet. Return what it stands on."""
        return self._knowledge().ranker.basis

    def train(self) -> str:
        """Embed what is new and learn from the history as it is, if that was not done; return what came of it."""
        return self._knowledge().ranker.train()

    def training_due(self) -> str | None:
        """The store's revision, where nothing was learned from its history yet; None: nothing to do."""
        knowledge = self._knowledge()
        return knowledge.revision if knowledge.ranker.due else None

    def keep_answering(self) -> None:
        """From now on, answer from the state before while a changed store is read in."""
        self._latest.serving = True

    def warm(self) -> None:
        """Open the text model and the compiled solver, so that the first question is as quick as the next."""
        self._encoder.encode(["warm"])
        warm()
        _complete(self.moment)
        freeze_loaded()
        trim_memory()

    def index(self) -> int:
        """Embed what has no vector yet; return how many texts are searchable."""
        with self._lock:
            return len(self.moment.search)

    def suspected_owners(self, limit: int) -> tuple[SuspectedOwner, ...]:
        """Pairs of organisations whose names look like one owner and about which nobody has decided."""
        with self._lock:
            moment = self.moment
            decided = {pair(each.a, each.b) for each in moment.owner_decisions}
            suspicions = suspected_pairs(moment.organisations.values(), moment.count_names())
        return tuple(
            SuspectedOwner(
                OrganisationId(each.a),
                moment.organisations[OrganisationId(each.a)].label,
                OrganisationId(each.b),
                moment.organisations[OrganisationId(each.b)].label,
                each.evidence,
            )
            for each in suspicions
            if each.pair not in decided
        )[:limit]

    def decide_owner(self, a: str, b: str, same: bool) -> None:
        """Keep a person's word on whether two organisations have one owner."""
        first, second = self.organisation(a).id, self.organisation(b).id
        self._store.put_same_owner(first, second, same, by=self.settings.user)


def _complete(moment: Snapshot) -> None:
    """Build what a first question would wait for."""
    knowledge = moment.knowledge
    knowledge.ranker.rank([Query(id="warm", text="warm")], limit=1)
    for fictional in (False, True):
        knowledge.field(fictional=fictional)
    _ = knowledge.names
    _ = knowledge.network.graph


def _make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"cannot make the home folder {home}: {error.strerror}; name another with --home or KONSORT_HOME"
        ) from error


@lru_cache(maxsize=2)
def _encoder(choice: str, models: Path) -> Encoder:
    """Open an encoder once a process: its model is the largest thing in memory."""
    return open_encoder(choice, models)


def make_ready(settings: Settings) -> None:
    """Unpack the text encoder and compile the solver, once for this installation."""
    _encoder(settings.encoder, settings.models).encode(["ready"])
    warm()
