"""Where does a call's overall project stand between two runs? Its proposal and the decisions, kept in the store."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from data.calls import CallProfile
from data.countries import to_iso
from data.errors import BadInput, NotReady
from data.model import Outline
from data.store import Store
from matcher.integrate import Alternative, alternatives, demands_of, integrate, meeting_plan
from matcher.integration.case import Case, Decisions
from matcher.integration.checks import rule_check
from matcher.integration.meeting import MeetingPlan, slots_between
from matcher.integration.prepare import Previous
from matcher.integration.project import OverallProject
from matcher.knowledge import Knowledge

BUDGET_S = 10.0
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "gexf": "application/gexf+xml",
    }
)
"""Files that a proposal can be had as, with their media types."""


class Desk:
    """One call's overall project. Each run stays near the proposal before it, and keeps every decision."""

    def __init__(self, store: Store, knowledge: Knowledge, profile: CallProfile, *, user: str) -> None:
        self._store = store
        self._knowledge = knowledge
        self._profile = profile
        self._user = user
        outlines = [each for each in knowledge.outlines.values() if each.call == profile.id]
        if not outlines:
            raise NotReady(
                f"the store has no outlines of call {profile.id!r}; "
                f"run `konsort import outlines FILE --call {profile.id}`"
            )
        self._case = case_of(outlines, knowledge)

    @property
    def decisions(self) -> Decisions:
        return Decisions.from_json(self._store.setting(f"decisions:{self._profile.id}"))

    def decide(self, decisions: Decisions) -> None:
        """Keep decisions for this and every later run; BadInput where they name what the call does not have."""
        known = set(self._case.ids)
        named = {*decisions.streams, *decisions.capacity, *decisions.withdrawn}
        named |= {each for pair in (*decisions.together, *decisions.never) for each in pair}
        if strange := sorted(named - known):
            raise BadInput(
                f"call {self._profile.id} has no outline {strange[0]!r}; `konsort outlines` lists them"
            )
        streams = {stream.id for stream in self._profile.work_streams}
        chosen = {*decisions.streams.values(), *decisions.names}
        if streams and (strange := sorted(chosen - streams)):
            raise BadInput(
                f"call {self._profile.id} has no work stream {strange[0]!r}; it has {', '.join(sorted(streams))}"
            )
        self._store.put_setting(f"decisions:{self._profile.id}", decisions.as_json(), who=self._user)

    def outlines_of(self, words: Iterable[str]) -> frozenset[str]:
        """Return the outlines that are meant by outline ids, organisation ids or country codes."""
        found: set[str] = set()
        for word in words:
            country = to_iso(word)
            meant = {
                each.id
                for each in self._case.outlines
                if word in (each.id, each.organisation) or country == each.country
            }
            if not meant:
                raise BadInput(
                    f"{word!r} is no outline, organisation or country of call {self._profile.id}; "
                    f"`konsort outlines --call {self._profile.id}` lists them"
                )
            found |= meant
        return frozenset(found)

    def propose(self, *, without: Iterable[str] = (), anew: bool = False) -> OverallProject:
        """Propose the overall project; keep it as the one before the next, unless it only asks `without` whom."""
        gone = self.outlines_of(without)
        kept = self._store.setting(self._kept)
        previous = Previous.from_dict(json.loads(kept)) if kept and not anew else None
        decisions = replace(self.decisions, withdrawn=self.decisions.withdrawn | gone)
        project = integrate(
            self._case,
            demands_of(self._profile),
            decisions=decisions,
            previous=previous,
            encode=self._knowledge.search.encode_all,
            check=self._check,
            budget_s=BUDGET_S,
        )
        if not gone:
            told = json.dumps(project.as_dict(), ensure_ascii=False)
            self._store.put_setting(self._kept, told, who=self._user)
        return project

    def alternatives(self, project: OverallProject) -> tuple[Alternative, ...]:
        """Return two or three integrations that truly differ from a proposal."""
        return alternatives(
            self._case,
            demands_of(self._profile),
            project,
            decisions=self.decisions,
            encode=self._knowledge.search.encode_all,
            check=self._check,
        )

    @property
    def _kept(self) -> str:
        return f"proposal:{self._profile.id}"

    @property
    def _check(self) -> Callable:
        return rule_check(self._profile, self._knowledge.organisations)


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
        from service.exports.overall import overall_xlsx

        return overall_xlsx(project)
    if kind == "docx":
        from service.exports.chapeau import chapeau_docx

        return chapeau_docx(project, title=title, today=today)
    if kind == "gexf":
        from service.exports.gexf import overall_gexf

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
