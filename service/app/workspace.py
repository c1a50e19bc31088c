"""How does a call's overall project come out? A function of what the store holds; looking at it changes nothing."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from data.calls import CallProfile
from data.countries import to_iso
from data.errors import BadInput, Conflict, NotReady
from data.model import Outline
from data.once import Kept
from data.store import Store
from matcher.overall.case import Case
from matcher.overall.checks import Check, rule_check
from matcher.overall.decisions import Decision, Decisions
from matcher.overall.integrate import Alternative, alternatives, cost, demands_of, integrate
from matcher.overall.meetings import MeetingPlan
from matcher.overall.prepare import Previous
from matcher.overall.project import OverallProject
from matcher.overall.report import changes
from matcher.overall.said import said_by
from matcher.suggest.knowledge import Knowledge
from service.app.answers import KeptDecision
from service.app.decided import KeptPlan, kept_decisions, person_of

KINDS = ("xlsx", "docx", "pdf", "gexf")
"""Files that a proposal can be had as."""


ATTEMPTS = 1000
"""So often a change is made anew where somebody else was quicker. Each time one of them all has got through."""
Plans = Kept[tuple[str, ...], OverallProject]
"""The plans that were asked for lately. They depend on the store alone: whether one is kept changes no answer."""
Cases = Kept[tuple[str, ...], Case]
"""The calls whose texts have been read."""


@dataclass(frozen=True, slots=True)
class DecisionTrial:
    """A plan that a decision would make. `links`: so many more than before; `cost`: part of the value lost, where it
    can be told."""

    project: OverallProject
    links: int
    cost: float | None


class Workspace:
    """One call's overall project. A plan keeps every decision, and stays near the reference.

    A plan is a function of what the store holds: outlines, decisions and the *reference*, the plan as it stood when the
    outlines last changed, or where they never did the plan without any decision. So it does not depend on who looked
    when, nor on the order of decisions, and one that is taken back leads to the very plan that stood before it.
    """

    def __init__(
        self,
        store: Store,
        knowledge: Knowledge,
        profile: CallProfile,
        *,
        user: str,
        plans: Plans,
        cases: Cases,
    ) -> None:
        """`plans`, `cases`: those that the process remembers."""
        self._store = store
        self._knowledge = knowledge
        self._profile = profile
        self._user = user
        self._plans = plans
        self._cases = cases
        self._outlines = {
            outline.id: outline for outline in knowledge.outlines.values() if outline.call == profile.id
        }
        if not self._outlines:
            raise NotReady(
                f"the store has no outlines of call {profile.id!r}; "
                f"run `konsort import outlines FILE --call {profile.id}`"
            )

    @cached_property
    def _case(self) -> Case:
        key = (self._knowledge.revision, self._profile.id)
        return self._cases.get(key, lambda: case_of(self._outlines.values(), self._knowledge))

    # What the coordinator has decided

    @property
    def decisions(self) -> Decisions:
        return Decisions.from_json(self._store.setting(f"decisions:{self._profile.id}"))

    def kept_decisions(self) -> tuple[KeptDecision, ...]:
        """Return every decision in words, each with the key that takes it back."""
        people = {
            ident: person_of(outline, self._knowledge.organisations)
            for ident, outline in self._outlines.items()
        }
        decisions = self.decisions
        return kept_decisions(decisions, people, self.streams if decisions.streams else {})

    @property
    def streams(self) -> Mapping[str, str]:
        """The work streams' names by id: the call's, else those of the plan as it stands."""
        if self._profile.work_streams:
            return {stream.id: stream.title for stream in self._profile.work_streams}
        try:
            return dict(Previous.of(self._plan(self.decisions)).names)
        except BadInput:  # decisions that cannot all be kept: they can still be listed and taken back
            reference = self._kept.reference
            return dict(reference.names) if reference else {}

    def add(self, decisions: Iterable[Decision], *, anew: bool = False) -> None:
        """Keep decisions beside those kept before, or `anew` in their place; an organisation or state may be withdrawn.

        Raises BadInput where they name what the call does not have, or contradict each other.
        """
        meant = [single for decision in decisions for single in self._meant(decision)]

        def added(kept: Decisions) -> Decisions:
            after = Decisions() if anew else kept
            for decision in meant:
                after = after.plus(decision)
            return after

        self._change(added)

    def take_back(self, keys: Collection[str]) -> None:
        """Take single decisions back; `withdraw:FR` stands for all of a state's. BadInput where one is not kept."""
        words = list(keys)

        def left(kept: Decisions) -> Decisions:
            for word in words:
                for key in self._keys(word, kept):
                    kept = kept.less(key)
            return kept

        self._change(left)

    def _change(self, change: Callable[[Decisions], Decisions]) -> None:
        """Write changed decisions over those that they were made from; where somebody else was quicker, over theirs."""
        name = f"decisions:{self._profile.id}"
        for _ in range(ATTEMPTS):
            text, kept = self._store.setting(name), self._store.setting(self._place)
            before = Decisions.from_json(text)
            after = change(before)
            if after == before:
                return
            remembered = replace(KeptPlan.from_json(kept), before=before)
            try:
                with self._store.transaction(what=f"setting {name}", who=self._user) as writer:
                    writer.put_setting(name, after.as_json(), expected=text)
                    writer.put_setting(self._place, remembered.as_json(), expected=kept, derived=True)
                return
            except Conflict:
                continue
        raise Conflict(f"the decisions of {self._profile.id} change all the time; try again")

    def _meant(self, decision: Decision) -> tuple[Decision, ...]:
        if decision.kind == "withdraw":
            return tuple(
                Decision("withdraw", (outline,)) for outline in sorted(self.outlines_of(decision.about))
            )
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
                f"withdraw:{outline}" for outline in sorted(self.outlines_of([word]) & kept.withdrawn)
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

    def outlines_of(self, words: Iterable[str]) -> frozenset[str]:
        """Return the outlines that are meant by outline ids, organisation ids or country codes."""
        idents: set[str] = set()
        for word in words:
            country = to_iso(word)
            meant = {
                outline.id
                for outline in self._outlines.values()
                if word in (outline.id, outline.organisation) or country == outline.country
            }
            if not meant:
                raise BadInput(
                    f"{word!r} is no outline, organisation or country of call {self._profile.id}; "
                    f"`konsort outlines --call {self._profile.id}` lists them"
                )
            idents |= meant
        return frozenset(idents)

    # What is proposed

    def propose(self, *, without: Iterable[str] = ()) -> OverallProject:
        """Return the plan, and what it changes against the one before the last decision; writes nothing.

        `without`: what if these left? The plan that such a decision would make, told against the one that stands.
        """
        gone = self.outlines_of(without)
        decisions = self.decisions
        if not gone:
            project = self._plan(decisions)
            against = self._plan_before()
        else:
            against = Previous.of(self._plan(decisions))
            project = self._made(replace(decisions, withdrawn=decisions.withdrawn | gone))
        return replace(project, changes=None if against is None else changes(against, project))

    def tried(self, decisions: Iterable[Decision]) -> DecisionTrial:
        """Return the plan that these decisions would make, and what it costs against the one that stands.

        Writes nothing. Raises BadInput as `add` does.
        """
        kept = self.decisions
        after = kept
        for decision in (single for one in decisions for single in self._meant(one)):
            after = after.plus(decision)
        stands, project = self._plan(kept), self._plan(after)
        lost = cost(
            self._case,
            demands_of(self._profile),
            stands,
            project,
            decisions=kept,
            encode=self._knowledge.search.encode_all,
        )
        project = replace(project, changes=changes(Previous.of(stands), project))
        return DecisionTrial(project, len(project.links) - len(stands.links), lost)

    def standing(self) -> Previous | None:
        """Return the plan as it stands, for `remember`; None where the decisions cannot all be kept: nobody saw one."""
        try:
            return Previous.of(self._plan(self.decisions))
        except BadInput:
            return None

    def remember(self, reference: Previous) -> None:
        """Hold all later plans near this one: the plan that stood before the records changed."""
        self._store.put_setting(self._place, KeptPlan(reference).as_json(), derived=True)

    def forget(self) -> None:
        """Forget what was seen of the plan: the next one is made as if it were the first. Decisions stay."""
        if self._store.setting(self._place) is not None:
            self._store.put_setting(self._place, KeptPlan().as_json(), derived=True)

    def _plan(self, decisions: Decisions) -> OverallProject:
        """Return the plan for decisions, near the reference; without changes told."""
        kept = self._store.setting(self._place)
        reference = KeptPlan.from_json(kept).reference
        near = "" if reference is None else repr(sorted(reference.as_kept().items()))
        key = (self._knowledge.revision, self._profile.id, decisions.as_json(), near)
        return self._plans.get(key, lambda: self._made(decisions))

    def _made(self, decisions: Decisions) -> OverallProject:
        reference = self._kept.reference
        if reference is None and decisions != Decisions():
            reference = Previous.of(self._plan(Decisions()))
        project = integrate(
            self._case,
            demands_of(self._profile),
            decisions=decisions,
            previous=reference,
            encode=self._knowledge.search.encode_all,
            check=self._check,
        )
        return replace(project, changes=None)

    def _plan_before(self) -> Previous | None:
        """Return the plan against which changes are told; None where there was none."""
        kept = self._kept
        if kept.before is None:
            return kept.reference
        try:
            return Previous.of(self._plan(kept.before))
        except BadInput:  # decisions that could not all be kept
            return kept.reference

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
    def _kept(self) -> KeptPlan:
        return KeptPlan.from_json(self._store.setting(self._place))

    @property
    def _check(self) -> Check:
        return rule_check(self._profile, self._knowledge.organisations)


def case_of(outlines: Iterable[Outline], knowledge: Knowledge) -> Case:
    """Bring a call's outlines with their vectors and their owners' ties into the form that integration reads."""
    chosen = sorted(outlines, key=lambda outline: outline.id)
    said = {outline.id: said_by(outline) for outline in chosen}
    things = sorted({words for one in said.values() for words in (*one.seeks, *one.offers)})
    search, network = knowledge.search, knowledge.network
    owners = sorted({outline.organisation for outline in chosen})
    rows = [owners.index(outline.organisation) for outline in chosen]
    vectors = {
        "texts": search.matrix([f"outline:{outline.id}" for outline in chosen]),
        "offers": search.encode_all(
            [outline.offers or _sentence(said[outline.id].offers) for outline in chosen]
        ),
        "seeks": search.encode_all(
            [outline.seeks or _sentence(said[outline.id].seeks) for outline in chosen]
        ),
    }
    return Case.of(
        chosen,
        vectors,
        organisations=knowledge.organisations,
        ties=network.ties(owners)[rows][:, rows],
        shared_projects=network.shared_projects,
        said=said,
        meanings=dict(zip(things, search.encode_all(things), strict=True)),
    )


def _sentence(things: Sequence[str]) -> str:
    """What was read from a text, as its sender would have written it into a field."""
    return f"{'; '.join(things)}." if things else ""


@dataclass(frozen=True, slots=True)
class FileWishes:
    """How a file should be. `language`: of a document; `wording`, `template`: own words and an own DOCX."""

    language: str = "en"
    wording: Path | None = None
    template: Path | None = None


def as_file(
    project: OverallProject,
    kind: str,
    *,
    profile: CallProfile,
    today: dt.date,
    wishes: FileWishes | None = None,
) -> bytes:
    """Return a proposal as XLSX, DOCX, PDF or GEXF; BadInput for another kind."""
    # The writers of files are slow to import: only who wants a file pays.
    if kind == "xlsx":
        from service.exports.tables import overall_xlsx

        return overall_xlsx(project)
    if kind in ("docx", "pdf"):
        return _document(project, kind, profile, today, wishes or FileWishes())
    if kind == "gexf":
        from service.exports.graph import overall_gexf

        return overall_gexf(project)
    raise BadInput(f"a proposal is to be had as {', '.join(KINDS)}, not as {kind!r}")


def _document(
    project: OverallProject, kind: str, profile: CallProfile, today: dt.date, wishes: FileWishes
) -> bytes:
    from service.exports.chapeau import descriptive_document
    from service.exports.spoken import wording, wording_of

    words = wording_of(wishes.wording) if wishes.wording else wording(wishes.language)
    aims = {stream.id: stream.description for stream in profile.work_streams}
    paper = descriptive_document(project, words, title=profile.title, today=today, aims=aims)
    if kind == "pdf":
        from service.exports.pdf import pdf_of

        return pdf_of(paper)
    from service.exports.document import docx_of

    return docx_of(paper, today=today, template=wishes.template)


def meetings_file(
    plan: MeetingPlan,
    suffix: str,
    *,
    stamp: dt.datetime,
    participant: str | None = None,
    title: str = "Meetings",
) -> bytes:
    """Return a meeting plan as .xlsx, .ics or .pdf, of one participant's meetings where one is named (not as .xlsx).

    Raises BadInput for another ending.
    """
    if suffix == ".pdf":
        from service.exports.meetings import agendas_pdf

        return agendas_pdf(plan, title=title, participant=participant)
    if suffix == ".xlsx":
        from service.exports.meetings import meetings_xlsx

        return meetings_xlsx(plan)
    if suffix == ".ics":
        from service.exports.meetings import meetings_ics

        return meetings_ics(plan, stamp=stamp, participant=participant)
    raise BadInput(
        f"a meeting plan is written as .xlsx, .ics or .pdf, not as {suffix or 'a file without ending'!r}"
    )
