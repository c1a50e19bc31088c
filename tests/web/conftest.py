"""A small application that the web layer can be tried against: real records, real network, real rules, no solver."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient

from data.calls import CallProfile
from data.demands import Attestation, CountRange, Hardness, Unit
from data.errors import BadInput, NotFound
from data.model import (
    ORGANISATION_COLUMNS,
    PARTICIPATION_COLUMNS,
    PROJECT_COLUMNS,
    CallId,
    History,
    Kind,
    Organisation,
    OrganisationId,
    Outline,
    OutlineId,
)
from graph.network.network import Network
from graph.rules.resilience import Composition, resilience, substitutes
from graph.rules.rules import Member, Verdict, check
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
from matcher.ranking.query import Query, Ranking
from matcher.solver.assemble import Term
from matcher.solver.conflict import Conflict, Relaxation
from matcher.solver.front import FrontPoint
from matcher.solver.swap import RuleChange, Swap, TermChange
from matcher.suggest.answers import (
    Partner,
    Partners,
    PartnersRequest,
    Suggestion,
    Suggestions,
    SuggestRequest,
)
from matcher.suggest.reasons import Reason
from matcher.suggest.steering import Steering, Tolerance, TradeOff, WeakPoint
from service.app.decided import KeptDecision, told
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


def network() -> Network:
    """O1, O2 and O3 share P1 (2015); O1 and O2 share P2 (2018)."""
    projects = [
        dict.fromkeys(PROJECT_COLUMNS) | {"id": name, "start": pd.Timestamp(year=year, month=3, day=1)}
        for name, year in (("P1", 2015), ("P2", 2018))
    ]
    parts = [(project, each, "participant", None) for project, team in TEAMS.items() for each in team]
    known = [
        dict.fromkeys(ORGANISATION_COLUMNS)
        | {"id": o.id, "name": o.name, "country": o.country, "kind": o.kind, "fictional": True}
        for o in ORGANISATIONS
    ]
    return Network.from_history(
        History(
            pd.DataFrame(projects, columns=list(PROJECT_COLUMNS)),
            pd.DataFrame(parts, columns=list(PARTICIPATION_COLUMNS)),
            pd.DataFrame(known, columns=list(ORGANISATION_COLUMNS)),
        )
    )


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


@dataclass
class Decided:
    """Decisions about L1 and L2, kept in memory."""

    kept: Decisions = field(default_factory=Decisions)
    streams: Mapping[str, str] = field(default_factory=lambda: {"s1": "Edge", "s2": "Uses"})

    def told(self) -> Sequence[KeptDecision]:
        people = {
            OutlineId("L1"): Person(OutlineId("L1"), "Rechnen am Rand", "Nordlicht Rechenwerke AG", "DE"),
            OutlineId("L2"): Person(OutlineId("L2"), "Edge on the islands", "Meltemi Edge <Lab>", "GR"),
        }
        return told(self.kept, people, self.streams)

    def add(self, decisions: Iterable[Decision]) -> None:
        for each in decisions:
            if each.kind == "put" and each.value not in self.streams:
                raise BadInput(f"call demo-call has no work stream {each.value!r}")
            self.kept = self.kept.plus(each)

    def take_back(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.kept = self.kept.less(key)

    def alternatives(self, project: OverallProject, *, without: Iterable[str] = ()) -> list[Alternative]:
        return [other_than(project)]


@dataclass
class Small:
    """Answers with fixed records; `asked` keeps what it was asked last. A text with 'impossible' is infeasible."""

    fictional: bool = True
    network: Network = field(default_factory=network)
    asked: list[Any] = field(default_factory=list)
    decided: "Decided" = field(default_factory=lambda: Decided())

    def suggest(self, request: SuggestRequest) -> Suggestions:
        self.asked.append(request)
        self.profile(request.call)
        if request.outline is not None:
            self.outline(request.outline)
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
                    Conflict("R1", "at least two countries", "call text", "topic"),
                    Conflict("size", "size 1 to 1", "your request", "user"),
                ),
                relaxations=(Relaxation(("size",), "allow a size of 2", 1.0),),
            )
        team = (partner(ORGANISATIONS[0], "coordinator"), *map(partner, ORGANISATIONS[1:3]))
        rules = check(CALL, [Member(p.id, country=p.country) for p in team]).rules
        terms = (Term("fit", 0.8, 2.0), Term("coverage", 0.75, 1.0, ("organisation:O1",)))
        found = Suggestion(0.78, 0.012, team, rules, terms, gaps=("certified hardware",))
        return Suggestions("0123456789ab", request.call, "bounded", "holds for 200 candidates", (found,))

    def steer(self, request: SuggestRequest, members: Sequence[str]) -> Steering:
        """O1 stays; every other member may be swapped for each organisation that is out."""
        self.asked.append((request, tuple(members)))
        self.profile(request.call)
        for each in members:
            if each not in {o.id for o in ORGANISATIONS}:
                raise BadInput(f"organisation {each} is no candidate for this call; check the id")
        team = tuple(map(OrganisationId, members))
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
        free = [each for each in team if each != "O1"]
        return Steering(
            "0123456789ab",
            request.call,
            team,
            verdict(*team).rules,
            tuple(swap(team, out, other) for out in free for other in others),
            Tolerance(loss.size, loss.exact, loss.smallest, tuple(points)),
        )

    def trade_off(self, request: SuggestRequest) -> TradeOff:
        self.asked.append(request)
        self.profile(request.call)
        points = (FrontPoint(("O1", "O2"), 0.8, 0.0, 3.0), FrontPoint(("O1", "O2", "O4"), 0.5, 0.667, -1.0))
        return TradeOff("0123456789ab", request.call, points)

    def partners(self, request: PartnersRequest) -> Partners:
        self.asked.append(request)
        self.organisation(request.organisation)
        return Partners(
            "0123456789ab", tuple(partner(o) for o in ORGANISATIONS if o.id != request.organisation)
        )

    def rank(self, queries: Iterable[Query], limit: int) -> Iterable[Ranking]:
        return [Ranking(query.id, ((OrganisationId("O2"), 0.5),)[:limit]) for query in queries]

    def check(self, call: str, members: Sequence[Member]) -> Verdict:
        return check(self.profile(call), members)

    def calls(self) -> Sequence[CallProfile]:
        return (CALL,)

    def profile(self, call: str) -> CallProfile:
        if call != CALL.id:
            raise NotFound(f"no call {call!r}; `konsort calls` lists them")
        return CALL

    def outlines(self, call: str | None = None) -> Sequence[Outline]:
        return tuple(
            Outline(OutlineId(ident), CALL.id, title, "Ein Text.", OrganisationId(owner), country, language)
            for ident, title, owner, country, language in (
                ("L1", "Rechnen am Rand", "O1", "DE", "de"),
                ("L2", "Edge on the islands", "O2", "GR", "en"),
            )
            if call in (None, CALL.id)
        )

    def outline(self, outline: str) -> Outline:
        for each in self.outlines():
            if each.id == outline:
                return each
        raise NotFound(f"no outline {outline!r}")

    def organisation(self, organisation: str) -> Organisation:
        for each in ORGANISATIONS:
            if each.id == organisation:
                return each
        raise NotFound(f"no organisation {organisation!r}")

    def organisations(self, ids: Iterable[str]) -> Mapping[str, Organisation]:
        wanted = set(ids)
        return {each.id: each for each in ORGANISATIONS if each.id in wanted}

    def find(self, text: str, *, country: str | None = None, limit: int = 20) -> Sequence[Organisation]:
        fits = [
            o for o in ORGANISATIONS if text.casefold() in o.label.casefold() and country in (None, o.country)
        ]
        return fits[:limit]

    def integrate(self, call: str, *, without: Sequence[str] = ()) -> OverallProject:
        return integration(self.profile(call).id, without)

    def desk(self, call: str) -> "Decided":
        self.profile(call)
        return self.decided

    def integration_file(self, call: str, kind: str) -> bytes:
        return f"{call} as {kind}".encode()


@pytest.fixture(scope="session")
def served() -> tuple[Small, Flask]:
    """One application for all tests: making the API's description takes half a second."""
    small = Small()
    return small, create_app(small)


@pytest.fixture
def small(served: tuple[Small, Flask]) -> Small:
    small, _ = served
    small.asked.clear()
    small.decided.kept = Decisions()
    small.fictional = True
    return small


@pytest.fixture
def app(served: tuple[Small, Flask]) -> Flask:
    return served[1]


@pytest.fixture
def client(small: Small, app: Flask) -> FlaskClient:
    return app.test_client()
