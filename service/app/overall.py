"""How do a call's outlines make one overall project? Proposals, decisions, files and meetings, each for a reader."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from data.errors import NotFound
from data.once import Kept
from data.readers import Reader
from data.store import Store
from service.app.allowed import COORDINATING, allowed
from service.app.question import DecisionMade, IntegrateQuestion
from service.app.records import Records
from service.app.state import SnapshotHolder

if TYPE_CHECKING:  # slow to import: only who asks for an overall project pays
    from data.calls import CallProfile
    from matcher.overall.decisions import Decision
    from matcher.overall.event import EventOptions
    from matcher.overall.integrate import Alternative
    from matcher.overall.meetings import MeetingPlan, PlannedBefore
    from matcher.overall.prepare import Previous
    from matcher.overall.project import OverallProject
    from service.app.answers import KeptDecision
    from service.app.event import KeptEvent
    from service.app.workspace import Cases, DecisionTrial, FileWishes, Plans, Workspace
    from service.runtime.snapshot import Snapshot


PLANS_KEPT = 8
"""So many plans that were asked for lately are kept, of all calls together."""
CASES_KEPT = 3
"""So many calls whose texts have been read are kept."""


class OverallProjects:
    """Answers about whole calls. Who does not coordinate a call is not told its overall project."""

    def __init__(self, store: Store, records: Records, snapshots: "SnapshotHolder[Snapshot]") -> None:
        self._store = store
        self._records = records
        self._snapshots = snapshots
        self._plans: Plans = Kept(PLANS_KEPT)
        self._cases: Cases = Kept(CASES_KEPT)

    @allowed(*COORDINATING)
    def propose(self, reader: Reader, question: IntegrateQuestion, *, anew: bool = False) -> "OverallProject":
        """Propose a call's overall project; `anew`: as if nobody had seen one before. Else nothing is written."""
        workspace = self.workspace(reader, question.call)
        if anew:
            workspace.forget()
        return workspace.propose(without=self.resolved(reader, question))

    @allowed(*COORDINATING)
    def alternatives(
        self, reader: Reader, question: IntegrateQuestion, project: "OverallProject"
    ) -> "tuple[Alternative, ...]":
        """Two or three integrations that truly differ from a proposal made for the same question."""
        workspace = self.workspace(reader, question.call)
        return workspace.alternatives(project, without=self.resolved(reader, question))

    @allowed(*COORDINATING)
    def resolved(self, reader: Reader, question: IntegrateQuestion) -> tuple[str, ...]:
        """Whom `without` means: ids of outlines and organisations, codes of countries."""
        names = self._records.names
        return tuple(names.member_of_call(reader, word, call=question.call) for word in question.without)

    @allowed(*COORDINATING)
    def calls(self, reader: Reader) -> "tuple[CallProfile, ...]":
        """Return the calls that the reader coordinates and of which there is an outline."""
        return tuple(call for call in self._records.calls_with_outlines() if reader.coordinates(call.id))

    def has_outlines(self, call: str) -> bool:
        """Whether the store has any outline of a call."""
        return bool(self._store.outline_heads(call=self._records.call(call).id, limit=1, standing=True))

    @allowed(*COORDINATING)
    def streams(self, reader: Reader, call: str) -> Mapping[str, str]:
        """The work streams' names by id."""
        return self.workspace(reader, call).streams

    # Decisions

    @allowed(*COORDINATING)
    def decisions(self, reader: Reader, call: str) -> "tuple[KeptDecision, ...]":
        """Every decision about a call's overall project in words, each with the key that takes it back."""
        self._require(reader, call)
        if not self.has_outlines(call):
            return ()
        return self.workspace(reader, call).kept_decisions()

    @allowed(*COORDINATING)
    def decide(
        self, reader: Reader, call: str, decisions: Iterable[DecisionMade], *, anew: bool = False
    ) -> None:
        """Keep decisions beside those kept before, or `anew` in their place."""
        self.workspace(reader, call).add(self._decided(reader, call, decisions), anew=anew)

    @allowed(*COORDINATING)
    def tried(self, reader: Reader, call: str, decisions: Iterable[DecisionMade]) -> "DecisionTrial":
        """Return the plan that decisions would make and what it costs; nothing is written."""
        return self.workspace(reader, call).tried(self._decided(reader, call, decisions))

    def _decided(self, reader: Reader, call: str, decisions: Iterable[DecisionMade]) -> "list[Decision]":
        from matcher.overall.decisions import Decision

        return [
            Decision(decision.kind, self._about(reader, call, decision), decision.value)
            for decision in decisions
        ]

    @allowed(*COORDINATING)
    def take_back(self, reader: Reader, call: str, keys: Collection[str]) -> None:
        """Take single decisions back by their keys."""
        self.workspace(reader, call).take_back(keys)

    def _about(self, reader: Reader, call: str, decision: DecisionMade) -> tuple[str, ...]:
        names = self._records.names
        if decision.kind == "name":  # about a work stream
            return tuple(decision.about)
        if decision.kind == "withdraw":
            return tuple(names.member_of_call(reader, word, call=call) for word in decision.about)
        return tuple(names.outline(reader, word, call=call) for word in decision.about)

    # What must not move because records change

    @allowed(*COORDINATING)
    def in_work(self, reader: Reader, *calls: str) -> "dict[str, Previous]":
        """The plans that people have seen: of these calls, and of all with decisions."""
        decided = {call.id for call in self._records.calls() if self._store.setting(f"decisions:{call.id}")}
        plans = {}
        for call in sorted({*calls, *decided}):
            if self.has_outlines(call) and (plan := self.workspace(reader, call).standing()):
                plans[call] = plan
        return plans

    @allowed(*COORDINATING)
    def remember(self, reader: Reader, plans: "Mapping[str, Previous]") -> None:
        """Hold the plans of calls near those that stood before."""
        for call, plan in plans.items():
            self.workspace(reader, call).remember(plan)

    # What can be taken along

    @allowed(*COORDINATING)
    def file(
        self, reader: Reader, project: "OverallProject", kind: str, wishes: "FileWishes | None" = None
    ) -> bytes:
        """Return a proposal as XLSX, DOCX, PDF or GEXF; BadInput for another kind."""
        from service.app.workspace import as_file

        today = dt.datetime.now().astimezone().date()
        profile = self._records.call(project.call)
        return as_file(project, kind, profile=profile, today=today, wishes=wishes)

    @allowed(*COORDINATING)
    def meetings(
        self, reader: Reader, call: str, start: dt.datetime, end: dt.datetime, tables: int
    ) -> "MeetingPlan":
        """Plan the matchmaking event of a call's overall project, with a lunch break from 12:30 to 13:30."""
        from matcher.overall.event import EventOptions

        lunch = (start.replace(hour=12, minute=30), start.replace(hour=13, minute=30))
        return self.event(reader, call, EventOptions(((start, end),), tables, closed=(lunch,)))

    @allowed(*COORDINATING)
    def event(
        self, reader: Reader, call: str, options: "EventOptions", before: "Sequence[PlannedBefore]" = ()
    ) -> "MeetingPlan":
        """Plan an event; `before`: a plan that people have in hands, which changes as little as possible."""
        from matcher.overall.event import event_plan

        return event_plan(self.propose(reader, IntegrateQuestion(call=call)), options, before=before)

    @allowed(*COORDINATING)
    def kept_event(self, reader: Reader, call: str) -> "KeptEvent | None":
        """Return the event as it was set up, with its plan; None where nobody did."""
        from service.app.event import KeptEvent

        self.workspace(reader, call)
        return KeptEvent.from_json(self._store.setting(f"event:{call}"))

    @allowed(*COORDINATING)
    def keep_event(self, reader: Reader, call: str, event: "KeptEvent") -> None:
        """Keep how an event is set up, and its plan."""
        self.workspace(reader, call)
        self._store.put_setting(f"event:{call}", event.as_json(), who=reader.id)

    @allowed(*COORDINATING)
    def workspace(self, reader: Reader, call: str) -> "Workspace":
        """Return the place where a call's proposal and decisions are kept. NotReady where it has no outlines."""
        from service.app.workspace import Workspace

        profile = self._records.call(call)
        self._require(reader, call)
        knowledge = self._snapshots.current.knowledge
        return Workspace(
            self._store, knowledge, profile, user=reader.id, plans=self._plans, cases=self._cases
        )

    def _require(self, reader: Reader, call: str) -> None:
        if not reader.coordinates(self._records.call(call).id):
            raise NotFound(f"the overall project of call {call!r} is not open to {reader.id}")
