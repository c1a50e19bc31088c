"""A small application that the web layer can be tried against: real records, real network, real rules, no solver."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from data.calls import CallProfile
from data.demands import Attestation, CountRange, Hardness, Unit
from data.errors import BadInput
from data.model import (
    CallId,
    Kind,
    Organisation,
    OrganisationId,
    Outline,
    OutlineId,
    Participation,
    Project,
    ProjectId,
)
from data.readers import Reader
from data.store import Store
from graph.rules.resilience import Composition, resilience, substitutes
from graph.rules.rules import Member, Verdict, check
from matcher.needs.places import Where
from matcher.needs.read import Need, Offer, Statements, read_statements
from matcher.overall.decisions import Decision, Decisions
from matcher.overall.naming import StreamTerm
from matcher.overall.project import (
    Alternative,
    Changes,
    Coverage,
    Evidence,
    Ground,
    Link,
    Loss,
    OverallProject,
    Participant,
    Person,
    Stream,
)
from matcher.ranking.query import Ranking
from matcher.solver.assemble import Incumbent, Term
from matcher.solver.conflict import ConflictingDemand, Relaxation
from matcher.solver.front import FrontPoint
from matcher.solver.swap import RuleChange, Swap, TermChange
from matcher.suggest.answers import (
    Partner,
    Partners,
    Suggestion,
    Suggestions,
    SuggestRequest,
)
from matcher.suggest.reasons import Reason
from matcher.suggest.steering import Steering, Tolerance, TradeOff, WeakPoint
from matcher.suggest.why import MissingFact, NeedStanding, Why
from service.app.answers import KeptDecision
from service.app.consortia import Consortia
from service.app.decided import kept_decisions
from service.app.duplicates import Duplicates
from service.app.editing import Editing
from service.app.imports import Imports
from service.app.open import Application, open_application
from service.app.overall import OverallProjects
from service.app.question import (
    DecisionMade,
    IntegrateQuestion,
    PartnersQuestion,
    RankQuery,
    SteerQuestion,
    SuggestQuestion,
    WhyQuestion,
)
from service.app.questions import Questions
from service.app.records import Records
from service.app.state import SnapshotHolder
from service.app.workspace import DecisionTrial, FileWishes, Workspace
from service.runtime.settings import Settings
from service.runtime.snapshot import Snapshot
from service.web.app import create_app

CALL = CallProfile(
    id=CallId("demo-call"),
    title="Demonstration call",
    programme="Demonstration",
    source="written for the tests",
    valid_from=dt.date(2026, 1, 1),
    demands=(
        CountRange(
            id="R1",
            text="Organisations from at least two countries",
            source="call text, section 2",
            of=Unit.COUNTRIES,
            minimum=2,
        ),
        Attestation(
            id="R2", text="Civil purpose", source="call text, section 3", hardness=Hardness.ATTESTATION
        ),
    ),
    fictional=True,
)
ORGANISATIONS = tuple(
    Organisation(OrganisationId(ident), name, country, kind, fictional=True)
    for ident, name, country, kind in (
        ("O1", "Nordlicht Rechenwerke AG", "DE", Kind.LARGE),
        ("O2", "Meltemi Edge <Lab>", "GR", Kind.SME),
        ("O3", "Université de Valbrume", "FR", Kind.UNIVERSITY),
        ("O4", "Comune di Pontelago", "IT", Kind.MUNICIPAL),
        ("O5", "Meltemi Cloud", "GR", Kind.COMPANY),
    )
)
TEAMS = {"P1": ("O1", "O2", "O3"), "P2": ("O1", "O2")}


OUTLINES = tuple(
    Outline(OutlineId(ident), CALL.id, title, "Ein Text.", OrganisationId(owner), country, language)
    for ident, title, owner, country, language in (
        ("L1", "Rechnen am Rand", "O1", "DE", "de"),
        ("L2", "Edge on the islands", "O2", "GR", "en"),
    )
)


def fill(store: Store) -> None:
    """O1, O2 and O3 share P1 (2015); O1 and O2 share P2 (2018); O1 and O2 have an outline each."""
    with store.transaction(what="records of the tests") as writer:
        writer.put_organisations(ORGANISATIONS)
        writer.put_projects(
            Project(ProjectId(name), start=dt.date(year, 3, 1), fictional=True)
            for name, year in (("P1", 2015), ("P2", 2018))
        )
        writer.put_participations(
            Participation(ProjectId(project), OrganisationId(member), "participant")
            for project, team in TEAMS.items()
            for member in team
        )
        writer.put_outlines(OUTLINES)


def partner(organisation: Organisation, role: str = "participant") -> Partner:
    reason = Reason("tie", 0.5, ("project:P2",), ("Nordlicht Rechenwerke AG", "project P2"))
    return Partner.of(organisation, role, 0.75, (reason,))


def verdict(*ids: str) -> Verdict:
    return check(CALL, as_members(ids))


def as_members(ids: Iterable[str]) -> tuple[Member, ...]:
    return tuple(Member(o.id, o.name, o.country, o.kind) for o in ORGANISATIONS if o.id in ids)


def swap(team: Sequence[str], outgoing: str, incoming: str) -> Swap:
    """A swap with three changed terms, one of them too small to show, and the rules as they really change."""
    before, after = verdict(*team), verdict(*(set(team) - {outgoing} | {incoming}))
    pairs = zip(before.rules, after.rules, strict=True)
    terms = (
        TermChange("coverage", 0.5, 0.58, 0.08),
        TermChange("ties", 0.4, 0.2, -0.02),
        TermChange("effort", 1.0, 1.0, -0.0),
    )
    changed = tuple(RuleChange(a, b) for a, b in pairs if (a.answer, a.found) != (b.answer, b.found))
    return Swap(outgoing, incoming, 0.06, after.answer != "broken", terms, changed)


def understood(request: SuggestRequest) -> Statements:
    """What the question brings, or else two ports abroad and a museum, by an author who runs a pier."""
    read = (
        Need("need:1", "two ports\nabroad", ("port",), 2, Where(abroad=True), start=8, end=24),
        Need("need:2", "a museum <of the sea>", ("museum",), must=False, start=30, end=51),
    )
    offers = (Offer("a pier", 60, 66),)
    return Statements("en", ("We wait.",), offers, read if request.needs is None else request.needs)


CHANGES = Changes(
    removed=(OutlineId("L3"),),
    moved=((OutlineId("L2"), "s2", "s1"),),
    links_gone=((OutlineId("L1"), OutlineId("L3")),),
    gone=(Person(OutlineId("L3"), "Häfen", "Hafen AG", "DE"),),
)
L1, L2 = OutlineId("L1"), OutlineId("L2")


def _participant(outline: OutlineId, title: str, owner: Organisation) -> Participant:
    place = {"stream": "s1", "second": (), "fit": 0.8, "links": 1, "needed": 2, "capacity": 4}
    return Participant(outline, title, owner.id, owner.label, owner.country or "", **place)  # type: ignore[arg-type]


def integration(call: str, without: Sequence[str] = ()) -> OverallProject:
    """A fixed overall project of L1 and L2; with somebody gone it tells what changed."""
    words = tuple(StreamTerm(word, (word,), (), 1.0) for word in ("edge", "Rand"))
    searched = Evidence(seeker=L1, supplier=L2, seeks="Häuser auf Inseln", offers="three islands")
    why = (
        Ground("seeks-offers", 0.8, "L2 answers L1", searched),
        Ground("tie", 0.5, "their organisations have worked together", Evidence(projects=("P2",))),
    )
    people = (
        _participant(L1, "Rechnen am Rand", ORGANISATIONS[0]),
        _participant(L2, "Edge on the islands", ORGANISATIONS[1]),
    )
    breaks = ("1 outline falls below 2 links",)
    return OverallProject(
        run="0123456789ab",
        call=call,
        status="bounded",
        gap=0.02,
        claim="over all pairs of outlines",
        value=0.98,
        bound=1.0,
        stage_loss=0.0,
        streams=(Stream("s1", "Edge", words, (L1, L2), (), ("DE", "GR")),),
        links=(Link(L1, L2, ("DE", "GR"), 0.66, "s1", why, new=False),),
        participants=people,
        isolated=(),
        short=(),
        coverage=(Coverage("t1", "sovereign identity", False, 0.1, (), ()),),
        findings=(),
        missing=("FR", "GR"),
        fragile=(
            Loss("country", "DE", (L1,), (), breaks, 1.0, links=1, mend=((L1, L2),)),
            Loss("country", "GR", (L1,), (), (), 0.5, links=1),
        ),
        rules=check(CALL, [Member("O1", country="DE")]),
        changes=CHANGES if without else None,
        fictional=True,
    )


def other_than(project: OverallProject) -> Alternative:
    """The same project as an alternative to itself, with one stream and one link more."""
    trade = {"fit": -0.125, "complement": 0.25, "topic": 0.001, "known": 0.0, "inside": 0.0}
    trade |= {"evenness": 0.0, "borders": 0.0, "links": 1.0, "streams": -1.0}
    return Alternative("familiar", "links along ties that exist already", project, 0.5, 0.25, trade)


class Decided(Workspace):
    """Decisions about L1 and L2, kept in memory."""

    def __init__(self) -> None:
        self.kept = Decisions()

    @property
    def streams(self) -> dict[str, str]:
        return {"s1": "Edge", "s2": "Uses"}

    @property
    def decisions(self) -> Decisions:
        return self.kept

    def kept_decisions(self) -> tuple[KeptDecision, ...]:
        people = {
            OutlineId("L1"): Person(OutlineId("L1"), "Rechnen am Rand", "Nordlicht Rechenwerke AG", "DE"),
            OutlineId("L2"): Person(OutlineId("L2"), "Edge on the islands", "Meltemi Edge <Lab>", "GR"),
        }
        return kept_decisions(self.kept, people, self.streams)

    def add(self, decisions: Iterable[Decision], *, anew: bool = False) -> None:
        for decision in decisions:
            if decision.kind == "put" and decision.value not in self.streams:
                raise BadInput(f"call demo-call has no work stream {decision.value!r}")
            self.kept = self.kept.plus(decision)

    def take_back(self, keys: Collection[str]) -> None:
        for key in keys:
            self.kept = self.kept.less(key)


class FixedQuestions(Questions):
    """Answers with fixed records; `requests` keeps what was asked. A text with 'impossible' is infeasible."""

    def __init__(self, records: Records, snapshots: "SnapshotHolder[Snapshot]") -> None:
        super().__init__(records, snapshots, budget_s=0.1)
        self.requests: list[Any] = []

    def suggest(
        self, reader: Reader, question: SuggestQuestion, *, watch: Callable[[Incumbent], None] | None = None
    ) -> Suggestions:
        request = self.request_of(reader, question)
        self.requests.append(request)
        self._records.call(request.call)
        if request.text == "explode":
            raise RuntimeError("the solver fell over")
        if request.text is not None and "impossible" in request.text:
            return Suggestions(
                "0123456789ab",
                request.call,
                "infeasible",
                "holds for the whole store",
                (),
                conflict=(
                    ConflictingDemand("R1", "at least two countries", "call text", "topic"),
                    ConflictingDemand("size", "size 1 to 1", "your request", "user"),
                ),
                relaxations=(Relaxation(("size",), "allow a size of 2", 1.0),),
                understood=understood(request),
            )
        team = (partner(ORGANISATIONS[0], "coordinator"), *map(partner, ORGANISATIONS[1:3]))
        rules = check(CALL, [Member(p.id, country=p.country) for p in team]).rules
        terms = (Term("fit", 0.8, 2.0), Term("coverage", 0.75, 1.0, ("organisation:O1",)))
        only = Suggestion(0.78, 0.012, team, rules, terms, gaps=("certified hardware",))
        return Suggestions(
            "0123456789ab",
            request.call,
            "bounded",
            "holds for 200 candidates",
            (only,),
            understood=understood(request),
        )

    def steer(self, reader: Reader, question: SteerQuestion) -> Steering:
        """O1 stays; every other member may be swapped for each organisation that is out."""
        request = self.request_of(reader, question)
        team = self._records.names.organisations(question.members)
        self.requests.append((request, team))
        self._records.call(request.call)
        consortium = Composition(CALL, as_members(team))
        loss = resilience(consortium)
        others = [o.id for o in ORGANISATIONS if o.id not in team]
        points = [
            WeakPoint(
                *(point.leaving, point.breaks, point.opens, point.country),
                tuple(
                    OrganisationId(substitute.member.id)
                    for substitute in substitutes(consortium, point.leaving, as_members(others))
                ),
            )
            for point in loss.weak_points
        ]
        free = [member for member in team if member != "O1"]
        return Steering(
            "0123456789ab",
            request.call,
            team,
            verdict(*team).rules,
            tuple(swap(team, out, other) for out in free for other in others),
            Tolerance(loss.size, loss.exact, loss.smallest, tuple(points)),
        )

    def trade_off(self, reader: Reader, question: SuggestQuestion) -> TradeOff:
        request = self.request_of(reader, question)
        self.requests.append(request)
        self._records.call(request.call)
        points = (FrontPoint(("O1", "O2"), 0.8, 0.0, 3.0), FrontPoint(("O1", "O2", "O4"), 0.5, 0.667, -1.0))
        return TradeOff("0123456789ab", request.call, points)

    def partners(self, reader: Reader, question: PartnersQuestion) -> Partners:
        request = self.partners_request_of(question)
        self.requests.append(request)
        others = (o for o in ORGANISATIONS if o.id != request.organisation)
        understood = read_statements(request.text or "")
        return Partners("0123456789ab", tuple(map(partner, others)), understood=understood)

    def why(self, reader: Reader, question: WhyQuestion) -> Why:
        outline = self._records.names.outline(reader, question.outline)
        organisation = self._records.organisation(self._records.names.organisation(question.organisation))
        before = ("Meltemi Cloud",)
        standing = NeedStanding(
            "need:1", "a port", True, 0.1, False, 2, before, (), elsewhere=False, reason=None
        )
        return Why(
            run="0123456789ab",
            organisation=organisation.id,
            name=organisation.label,
            outline=outline,
            call=CALL.id,
            suggestions=(),
            of=2,
            fit_place=3,
            candidates=5,
            needs=(standing,),
            changes=(MissingFact("kind", "Its kind is not recorded."),),
        )

    def rank(
        self, reader: Reader, queries: Sequence[RankQuery], *, limit: int, newcomers: float = 0.0
    ) -> list[Ranking]:
        return [Ranking(query.id, ((OrganisationId("O2"), 0.5),)[:limit]) for query in queries]


class FixedProjects(OverallProjects):
    """A fixed overall project of L1 and L2; with somebody gone it tells what changed."""

    def __init__(self, store: Store, records: Records, snapshots: "SnapshotHolder[Snapshot]") -> None:
        super().__init__(store, records, snapshots)
        self.decided = Decided()
        self.refusal: BadInput | None = None

    def propose(self, reader: Reader, question: IntegrateQuestion, *, anew: bool = False) -> OverallProject:
        if self.refusal is not None:
            raise self.refusal
        return integration(self._records.call(question.call).id, self.resolved(reader, question))

    def tried(self, reader: Reader, call: str, decisions: Iterable[DecisionMade]) -> DecisionTrial:
        self._decided(reader, call, decisions)
        return DecisionTrial(integration(call, ("L1",)), -2, 0.003)

    def alternatives(
        self, reader: Reader, question: IntegrateQuestion, project: OverallProject
    ) -> tuple[Alternative, ...]:
        return (other_than(project),)

    def file(
        self, reader: Reader, project: OverallProject, kind: str, wishes: FileWishes | None = None
    ) -> bytes:
        return f"{project.call} as {kind}".encode()

    def workspace(self, reader: Reader, call: str) -> Decided:
        self._records.call(call)
        return self.decided


def small_application(home: Path) -> Application:
    """The real application over a small store, its solver and its combiner replaced by fixed answers."""
    settings = Settings.from_env({"KONSORT_ENCODER": "hashing"}, home=str(home))
    real = open_application(settings)
    fill(real.store)
    real.snapshots.refresh()
    records = Records(real.store, {CALL.id: CALL}, real.snapshots)
    questions = FixedQuestions(records, real.snapshots)
    return replace(
        real,
        records=records,
        questions=questions,
        consortia=Consortia(real.store, records, questions),
        projects=FixedProjects(real.store, records, real.snapshots),
    )


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Application, Flask]]:
    """One application for all tests: making the API's description takes half a second."""
    with small_application(tmp_path_factory.mktemp("home")) as application:
        yield application, create_app(application)


@pytest.fixture
def own_application(tmp_path: Path) -> Iterator[Application]:
    """An application that no other test shares, for those that change records."""
    with small_application(tmp_path) as application:
        store, records, snapshots = application.store, application.records, application.snapshots
        projects = OverallProjects(store, records, snapshots)
        editing = Editing(store, records, projects, snapshots)
        yield replace(
            application,
            projects=projects,
            editing=editing,
            duplicates=Duplicates(store, records, editing),
            imports=Imports(store, records, projects, snapshots, None),
        )


@pytest.fixture
def own(own_application: Application) -> FlaskClient:
    """A client of an application that no other test shares, since records change."""
    return create_app(own_application).test_client()


@pytest.fixture
def small(served: tuple[Application, Flask]) -> Application:
    application, _ = served
    assert isinstance(application.questions, FixedQuestions)
    assert isinstance(application.projects, FixedProjects)
    application.questions.requests.clear()
    application.projects.decided.kept = Decisions()
    application.projects.refusal = None
    return application


@pytest.fixture
def app(served: tuple[Application, Flask]) -> Flask:
    return served[1]


@pytest.fixture
def client(small: Application, app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def try_made_up() -> Callable[[Any, Callable[[Any], None], int], None]:
    """Tries an operation of the API with so many made-up requests that are right, and as many that are wrong."""
    from hypothesis import HealthCheck, given, settings
    from hypothesis.errors import Unsatisfiable
    from schemathesis import GenerationMode  # slow to import: few tests need it

    def try_it(operation: Any, try_out: Callable[[Any], None], examples: int) -> None:
        for mode in GenerationMode:
            bounded = settings(
                max_examples=examples,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            )
            # Nothing can be wrong with a request that has no parameters.
            with suppress(Unsatisfiable):
                bounded(given(case=operation.as_strategy(generation_mode=mode))(try_out))()

    return try_it
