"""Where does a call's overall project stand between two runs? Its proposal and the decisions, kept in the store."""

import datetime as dt
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType

from data.calls import CallProfile
from data.countries import to_iso
from data.errors import BadInput, NotReady
from data.model import Outline
from data.store import Store
from matcher.overall.case import Case, LinkWeights
from matcher.overall.checks import Check, rule_check
from matcher.overall.decisions import Decision, Decisions
from matcher.overall.integrate import Alternative, alternatives, demands_of, integrate, meeting_plan
from matcher.overall.meetings import MeetingPlan, slots_between
from matcher.overall.prepare import Previous, basis
from matcher.overall.project import OverallProject
from matcher.overall.report import changes
from matcher.suggest.knowledge import Knowledge
from service.app.decided import KeptDecision, Steps, person, told
from service.app.port import Application

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "gexf": "application/gexf+xml",
    }
)
"""Files that a proposal can be had as, with their media types."""


_DECIDING = threading.Lock()
"""One at a time reads the decisions, changes them and writes them back."""


class Desk:
    """One call's overall project. Each run stays near the proposal before it, and keeps every decision."""

    def __init__(self, store: Store, knowledge: Knowledge, profile: CallProfile, *, user: str) -> None:
        self._store = store
        self._knowledge = knowledge
        self._profile = profile
        self._user = user
        self._outlines = {each.id: each for each in knowledge.outlines.values() if each.call == profile.id}
        if not self._outlines:
            raise NotReady(
                f"the store has no outlines of call {profile.id!r}; "
                f"run `konsort import outlines FILE --call {profile.id}`"
            )

    @cached_property
    def _case(self) -> Case:
        return case_of(self._outlines.values(), self._knowledge)

    # What the coordinator has decided

    @property
    def decisions(self) -> Decisions:
        return Decisions.from_json(self._store.setting(f"decisions:{self._profile.id}"))

    def told(self) -> tuple[KeptDecision, ...]:
        """Return every decision in words, each with the key that takes it back."""
        people = {
            ident: person(outline, self._knowledge.organisations) for ident, outline in self._outlines.items()
        }
        return told(self.decisions, people, self.streams)

    @property
    def streams(self) -> Mapping[str, str]:
        """The work streams' names by id: the call's, else those of the proposal that is kept."""
        latest = self._steps.latest
        named = dict(latest.names) if latest else {}
        return named | {stream.id: stream.title for stream in self._profile.work_streams}

    def add(self, decisions: Iterable[Decision], *, anew: bool = False) -> None:
        """Keep decisions beside those kept before, or `anew` in their place; an organisation or state may be withdrawn.

        Raises BadInput where they name what the call does not have, or contradict each other.
        """
        with _DECIDING:
            kept = Decisions() if anew else self.decisions
            for decision in decisions:
                for each in self._meant(decision):
                    kept = kept.plus(each)
            self._keep(kept)

    def take_back(self, keys: Collection[str]) -> None:
        """Take single decisions back; `withdraw:FR` stands for all of a state's. BadInput where one is not kept."""
        with _DECIDING:
            kept = self.decisions
            for key in keys:
                for each in self._keys(key, kept):
                    kept = kept.less(each)
            self._keep(kept)

    def _meant(self, decision: Decision) -> tuple[Decision, ...]:
        if decision.kind == "withdraw":
            return tuple(Decision("withdraw", (each,)) for each in sorted(self.outlines_of(decision.about)))
        if decision.kind != "name":
            for outline in decision.about:
                self._require_outline(outline)
        stream = {"name": decision.about[0], "put": decision.value.strip()}.get(decision.kind)
        if stream is not None:
            self._require_stream(stream)
        return (decision,)

    def _keys(self, key: str, kept: Decisions) -> tuple[str, ...]:
        kind, _, word = key.partition(":")
        if kind == "withdraw" and word not in kept.withdrawn:
            return tuple(
                f"withdraw:{each}" for each in sorted(self.outlines_of([word]) & kept.withdrawn)
            ) or (key,)
        return (key,)

    def _require_outline(self, outline: str) -> None:
        if outline not in self._outlines:
            raise BadInput(
                f"call {self._profile.id} has no outline {outline!r}; `konsort outlines` lists them"
            )

    def _require_stream(self, stream: str) -> None:
        if self.streams and stream not in self.streams:
            raise BadInput(
                f"call {self._profile.id} has no work stream {stream!r}; it has {', '.join(sorted(self.streams))}"
            )

    def _keep(self, decisions: Decisions) -> None:
        self._store.put_setting(f"decisions:{self._profile.id}", decisions.as_json(), who=self._user)

    def outlines_of(self, words: Iterable[str]) -> frozenset[str]:
        """Return the outlines that are meant by outline ids, organisation ids or country codes."""
        found: set[str] = set()
        for word in words:
            country = to_iso(word)
            meant = {
                each.id
                for each in self._outlines.values()
                if word in (each.id, each.organisation) or country == each.country
            }
            if not meant:
                raise BadInput(
                    f"{word!r} is no outline, organisation or country of call {self._profile.id}; "
                    f"`konsort outlines --call {self._profile.id}` lists them"
                )
            found |= meant
        return frozenset(found)

    # What is proposed

    def propose(self, *, without: Iterable[str] = (), anew: bool = False) -> OverallProject:
        """Propose the overall project; keep it as the one before the next, unless it only asks `without` whom.

        As long as nothing changes that it rests on, it is held near the same earlier proposal, and so comes out the
        same; and so it does when a decision is taken back.
        """
        gone = self.outlines_of(without)
        decisions = replace(self.decisions, withdrawn=self.decisions.withdrawn | gone)
        demands = demands_of(self._profile)
        rests_on = basis(self._case, demands, decisions, LinkWeights())
        steps = Steps() if anew else self._steps
        step = steps.next(rests_on)
        project = integrate(
            self._case,
            demands,
            decisions=decisions,
            previous=steps.proposals.get(step.near or ""),
            encode=self._knowledge.search.encode_all,
            check=self._check,
        )
        against = steps.proposals.get(step.against or "")
        project = replace(project, changes=None if against is None else changes(against, project))
        if not gone:
            kept = steps.plus(replace(step, run=project.run), Previous.of(project))
            self._store.put_setting(self._place, kept.as_json(), who=self._user)
        return project

    def alternatives(
        self, project: OverallProject, *, without: Iterable[str] = ()
    ) -> tuple[Alternative, ...]:
        """Return two or three integrations that truly differ from a proposal (made `without` the same)."""
        gone = self.decisions.withdrawn | self.outlines_of(without)
        return alternatives(
            self._case,
            demands_of(self._profile),
            project,
            decisions=replace(self.decisions, withdrawn=gone),
            encode=self._knowledge.search.encode_all,
            check=self._check,
        )

    @property
    def _place(self) -> str:
        return f"overall:{self._profile.id}"

    @property
    def _steps(self) -> Steps:
        return Steps.from_json(self._store.setting(self._place))

    @property
    def _check(self) -> Check:
        return rule_check(self._profile, self._knowledge.organisations)


def answer_of(
    application: Application, call: str, *, without: Sequence[str] = (), others: bool = False
) -> OverallProject:
    """Return a call's overall project; `others`: with its alternatives, which takes several times as long."""
    project = application.integrate(call, without=without)
    if not others:
        return project
    return replace(project, alternatives=tuple(application.desk(call).alternatives(project, without=without)))


def case_of(outlines: Iterable[Outline], knowledge: Knowledge) -> Case:
    """Bring a call's outlines with their vectors and their owners' ties into the form that integration reads."""
    chosen = sorted(outlines, key=lambda outline: outline.id)
    search, network = knowledge.search, knowledge.network
    owners = sorted({each.organisation for each in chosen})
    rows = [owners.index(each.organisation) for each in chosen]
    vectors = {
        "texts": search.matrix([f"outline:{each.id}" for each in chosen]),
        "offers": search.encode_all([each.offers or "" for each in chosen]),
        "seeks": search.encode_all([each.seeks or "" for each in chosen]),
    }
    return Case.of(
        chosen,
        vectors,
        organisations=knowledge.organisations,
        ties=network.ties(owners)[rows][:, rows],
        shared_projects=network.shared_projects,
    )


def as_file(project: OverallProject, kind: str, *, title: str, today: dt.date) -> bytes:
    """Return a proposal as XLSX, DOCX or GEXF; BadInput for another kind."""
    # The writers of files are slow to import: only who wants a file pays.
    if kind == "xlsx":
        from service.exports.tables import overall_xlsx

        return overall_xlsx(project)
    if kind == "docx":
        from service.exports.document import descriptive_document

        return descriptive_document(project, title=title, today=today)
    if kind == "gexf":
        from service.exports.graph import overall_gexf

        return overall_gexf(project)
    raise BadInput(f"a proposal is to be had as {', '.join(KINDS)}, not as {kind!r}")


def plan_of(project: OverallProject, start: dt.datetime, end: dt.datetime, tables: int) -> MeetingPlan:
    """Plan the matchmaking event: meetings of 20 minutes with 5 between, a lunch break from 12:30 to 13:30."""
    lunch = (start.replace(hour=12, minute=30), start.replace(hour=13, minute=30))
    return meeting_plan(project, slots_between(start, end, breaks=[lunch]), tables)


def meetings_file(plan: MeetingPlan, suffix: str, *, stamp: dt.datetime) -> bytes:
    """Return a meeting plan as .xlsx or .ics; BadInput for another ending."""
    if suffix == ".xlsx":
        from service.exports.meetings import meetings_xlsx

        return meetings_xlsx(plan)
    if suffix == ".ics":
        from service.exports.meetings import meetings_ics

        return meetings_ics(plan, stamp=stamp)
    raise BadInput(
        f"a meeting plan is written as .xlsx or .ics, not as {suffix or 'a file without ending'!r}"
    )
