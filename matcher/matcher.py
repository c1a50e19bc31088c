"""How does an outline become consortia, and an organisation get partners? Two questions, each told as one story."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from data.calls import CallProfile
from data.countries import FACTS_AS_OF
from data.errors import BadInput, NotReady
from data.model import OrganisationId, Outline
from graph.ownership import ownership_of
from graph.rules import Verdict, check
from matcher.answers import (
    Partner,
    Partners,
    PartnersRequest,
    Suggestion,
    Suggestions,
    SuggestRequest,
    run_id,
)
from matcher.assemble import PRESETS, Conflict, Consortium, Problem, Wishes, assemble, tie_strength
from matcher.candidates import Candidates, gather
from matcher.explain import Reason, reasons_for, uncovered
from matcher.knowledge import Knowledge, member_of
from matcher.partners import CURE, cures, own_reading
from matcher.ranking.query import Query
from matcher.reading import Reading, read
from matcher.roles import proposed_role

SIZE = (3, 10)
"""Members, where neither the call nor the coordinator says how many."""
FUNDED = "Scores say “looks like consortia that were funded”, never a probability of success."
PARTNERS_SEEN = 2000
"""So many of the best candidates are looked at for one organisation."""


class Matcher:
    """Answers from one moment of the store. `budget_s`: seconds that the solver may take for a suggestion."""

    def __init__(self, knowledge: Knowledge, *, budget_s: float = 1.0) -> None:
        self.knowledge = knowledge
        self._budget_s = budget_s

    def suggest(self, request: SuggestRequest) -> Suggestions:
        """Propose consortia for an outline: read it, gather who could take part, assemble allowed sets, explain.

        Raises NotFound for unknown ids, BadInput for wishes that cannot be read. Impossible wishes are an answer.
        """
        knowledge = self.knowledge
        profile = knowledge.profile(request.call)
        outline = knowledge.outline(request.outline) if request.outline else None
        lead = self._lead(request, outline)
        reading = self._read(request, outline)
        query = Query(
            id="suggest",
            text=reading.text,
            coordinator=lead,
            given=request.must,
            topic=";".join(profile.topics) or None,
        )
        candidates = gather(
            reading, query, knowledge, fictional=self._fictional(profile, (lead, *request.must))
        )
        problem = self._pose(request, profile, lead, reading, candidates)
        assembly = assemble(problem, limit=request.limit, budget_s=self._budget_s)
        return Suggestions(
            run=run_id(knowledge.fingerprint, request, self._budget_s),
            call=profile.id,
            status=assembly.status,
            claim=assembly.claim,
            suggestions=tuple(
                self._told(consortium, request, profile, reading, candidates)
                for consortium in assembly.consortia
            ),
            conflict=tuple(_conflict(part) for part in assembly.conflict),
            relaxations=tuple(asdict(repair) for repair in assembly.relaxations),
            aspects=tuple(aspect.text for aspect in reading.aspects),
            notes=(FUNDED, knowledge.ranker.basis),
        )

    def partners(self, request: PartnersRequest) -> Partners:
        """Find partners for one organisation: read what it wrote, gather, keep who is wanted and allowed, explain."""
        knowledge = self.knowledge
        asker = knowledge.organisation(request.organisation)
        profile = knowledge.profile(request.call) if request.call else None
        reading = own_reading(asker, knowledge, call=request.call)
        query = Query(id="partners", text=reading.text, given=(asker.id,))
        candidates = gather(reading, query, knowledge, fictional=asker.fictional)
        acquainted = knowledge.network.ties_of(asker.id)
        scores = candidates.scores(reading)
        found: list[Partner] = []
        for row in np.lexsort((np.array(candidates.ids), -scores))[:PARTNERS_SEEN]:
            organisation = knowledge.organisations[candidates.ids[row]]
            if organisation.id == asker.id or (request.new_only and organisation.id in acquainted):
                continue
            if request.countries and organisation.country not in request.countries:
                continue
            cured = cures(profile, asker, organisation) if profile else ()
            if profile and not cured:
                continue
            reasons = reasons_for(organisation.id, (asker.id,), reading, candidates, knowledge)
            found.append(
                Partner(
                    organisation,
                    proposed_role(organisation),
                    float(scores[row]) + CURE * len(cured),
                    (*cured, *reasons),
                )
            )
        found.sort(key=lambda partner: (-partner.score, partner.organisation.id))
        return Partners(
            run=run_id(knowledge.fingerprint, request),
            partners=tuple(found[: request.limit]),
            notes=(knowledge.ranker.basis,),
        )

    def check(
        self, profile: CallProfile, members: Sequence[OrganisationId], lead: OrganisationId | None
    ) -> Verdict:
        """Check a proposed set by the call's rules, knowing what the store knows of its members."""
        known = [
            member_of(
                self.knowledge.organisations[each], role="coordinator" if each == lead else "participant"
            )
            for each in members
        ]
        ownership = ownership_of(known, self.knowledge.owner_decisions, self.knowledge.names)
        return check(profile, known, ownership=ownership)

    def _lead(self, request: SuggestRequest, outline: Outline | None) -> OrganisationId | None:
        for ident in (
            request.coordinator,
            *request.must,
            *request.exclude,
            *(x for pair in request.apart for x in pair),
        ):
            if ident is not None:
                self.knowledge.organisation(ident)
        return request.coordinator or (outline.organisation if outline else None)

    def _read(self, request: SuggestRequest, outline: Outline | None) -> Reading:
        if outline is not None:
            return read(
                outline.full_text, self.knowledge.search, seeks=outline.seeks, source=f"outline:{outline.id}"
            )
        return read(request.text or "", self.knowledge.search)

    def _fictional(self, profile: CallProfile, named: Iterable[OrganisationId | None]) -> bool:
        """Whether fictional organisations are meant: real and fictional ones never meet in one consortium."""
        knowledge = self.knowledge
        if not len(knowledge.roster.ids):
            raise NotReady(
                "the store has no organisations yet; run `konsort import cordis FILE` or `konsort demo`"
            )
        kinds = {knowledge.organisations[each].fictional for each in named if each is not None}
        if len(kinds) > 1:
            raise BadInput(
                "the request names real and fictional organisations; a consortium has one sort only"
            )
        if kinds:
            return kinds.pop()
        return profile.fictional or bool(knowledge.fictional.all())

    def _pose(
        self,
        request: SuggestRequest,
        profile: CallProfile,
        lead: OrganisationId | None,
        reading: Reading,
        candidates: Candidates,
    ) -> Problem:
        """Put the question to the solver: who, how good, who knows whom, what the call and the asker demand."""
        return Problem(
            facts=self.knowledge.facts.take(candidates.places),
            fit=candidates.fit,
            aspects=candidates.aspects,
            aspect_weights=reading.weights,
            ties=tie_strength(self.knowledge.network.ties(candidates.ids)),
            demands=profile.demands,
            wishes=Wishes(
                size=request.size or _usual_size(profile),
                coordinator=lead,
                must=request.must,
                exclude=request.exclude,
                apart=request.apart,
            ),
            weights=PRESETS[request.preset],
            relevance=candidates.text,
            newcomer=candidates.newcomer,
            widening=candidates.widening,
            on=min(profile.reference_date, FACTS_AS_OF),
            pillar=profile.pillar,
        )

    def _told(
        self,
        consortium: Consortium,
        request: SuggestRequest,
        profile: CallProfile,
        reading: Reading,
        candidates: Candidates,
    ) -> Suggestion:
        """Explain one consortium: each member's role and reasons, the rules with their witnesses, what is missing."""
        knowledge = self.knowledge
        team = tuple(OrganisationId(seat.id) for seat in consortium.members)
        lead = next(
            (OrganisationId(seat.id) for seat in consortium.members if seat.role == "coordinator"), None
        )
        members = []
        for member in team:
            organisation = knowledge.organisations[member]
            asked = _asked_for(member, lead, request)
            reasons = (*asked, *reasons_for(member, team, reading, candidates, knowledge))
            role = "coordinator" if member == lead else proposed_role(organisation)
            members.append(Partner(organisation, role, candidates.fit_of(member), reasons))
        return Suggestion(
            value=consortium.value,
            gap=consortium.gap,
            members=tuple(members),
            rules=self.check(profile, team, lead).rules,
            terms=consortium.terms,
            gaps=uncovered(team, reading, candidates),
        )


def _usual_size(profile: CallProfile) -> tuple[int, int]:
    """The call's size range, narrowed to what people can steer: SIZE, or just above a call that asks for more."""
    low, high = profile.size_range
    least = SIZE[0] if low is None else low
    most = max(SIZE[1], least + 3)
    return (least, most) if high is None else (min(least, high), min(most, high))


def _asked_for(
    member: OrganisationId, lead: OrganisationId | None, request: SuggestRequest
) -> tuple[Reason, ...]:
    if member == lead and (request.coordinator or request.outline):
        return (Reason("leads", 1.0),)
    return (Reason("asked-for", 1.0),) if member in request.must else ()


def _conflict(part: Conflict) -> dict[str, Any]:
    return {"id": part.demand, "text": part.text, "source": part.source, "layer": part.layer}
