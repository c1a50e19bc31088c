"""How does an outline become consortia, and an organisation get partners? Each question told as one story."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

from data.calls import describe
from data.errors import BadInput
from data.model import Organisation, OrganisationId
from graph.rules.rules import RuleAnswer
from matcher.ranking.query import Query
from matcher.solver.assemble import Assembly, Consortium, Incumbent, Seat, assemble
from matcher.suggest.answers import (
    Partner,
    Partners,
    PartnersRequest,
    Suggestion,
    Suggestions,
    SuggestRequest,
    run_id,
)
from matcher.suggest.candidates import gather
from matcher.suggest.formulate import Formulation, formulate
from matcher.suggest.gaps import NearestOutside, nearest_outside, open_aspects
from matcher.suggest.knowledge import Knowledge
from matcher.suggest.partners import CURE, cures, grounds, own_reading, wanted
from matcher.suggest.reasons import Reason, reasons_for
from matcher.suggest.roles import beside_by, proposed_role
from matcher.suggest.settle import settle
from matcher.suggest.steering import Steering, TradeOff, steer, trade_off
from matcher.suggest.surroundings import surroundings
from matcher.suggest.verdict import verdict_of
from matcher.suggest.why import Why, why

OTHER_ANSWERS = 2 / 3
"""Of those who answer what is sought in one suggestion, the share that every further one does without, where it can."""
FUNDED = "Scores say “looks like consortia that were funded”, never a probability of success."


class Matcher:
    """Answers from one moment of the store. `budget_s`: seconds that the solver may take for a suggestion."""

    def __init__(self, knowledge: Knowledge, *, budget_s: float = 0.1) -> None:
        self.knowledge = knowledge
        self._budget_s = budget_s

    def suggest(
        self, request: SuggestRequest, *, watch: Callable[[Incumbent], None] | None = None
    ) -> Suggestions:
        """Propose consortia for an outline: read it, gather who could take part, assemble allowed sets, explain.

        `watch` hears of every better set and bound while the search goes on.
        Raises NotFound for unknown ids, BadInput for wishes that cannot be read. Impossible wishes are an answer.
        """
        budget_s = request.budget_s or self._budget_s
        explained: dict[Formulation, Callable[[tuple[Seat, ...]], SetInWords]] = {}

        def solve(question: Formulation) -> Assembly:
            explained[question] = cache(partial(self._in_words, question))
            return assemble(
                question.problem,
                limit=request.limit,
                budget_s=budget_s,
                other_answers=OTHER_ANSWERS if question.reading.stated else 0.0,
                watch=watch,
                precompute=explained[question],
            )

        settled = settle(formulate(request, self.knowledge), solve)
        question, assembly = settled.question, settled.assembly
        return Suggestions(
            run=self._run(request, budget_s),
            call=question.profile.id,
            status=assembly.status,
            claim=_claim(question, assembly),
            suggestions=tuple(_suggestion(c, explained[question](c.members)) for c in assembly.consortia),
            conflict=assembly.conflict,
            relaxations=assembly.relaxations,
            aspects=tuple(aspect.text for aspect in question.reading.aspects),
            notes=(*question.around.notes(self.knowledge), FUNDED, *self.knowledge.basis),
            understood=question.understood,
            wishes=tuple(wish.answer(open_too=wish.id in question.open_wishes) for wish in question.wishes),
            unkept=settled.unkept,
        )

    def partners(self, request: PartnersRequest) -> Partners:
        """Find partners for one asker: read what it wrote, gather, keep who is wanted and allowed, explain."""
        knowledge = self.knowledge
        asker = knowledge.organisation(request.organisation) if request.organisation else None
        given = () if asker is None else (asker.id,)
        profile = knowledge.profile(request.call) if request.call else None
        understood, reading = own_reading(asker, request.text, knowledge, call=request.call)
        query = Query(id="partners", text=reading.text, given=given)
        around = surroundings(given, knowledge, profile=profile)
        candidates = gather(reading, query, knowledge, around.field(knowledge))
        scores = candidates.scores(reading)
        others = candidates if asker is None else candidates.unheard(asker.id)
        helpful = []
        for row in wanted(request, candidates, scores, knowledge):
            partner = knowledge.organisation(candidates.ids[row])
            helps = cures(profile, asker, partner, knowledge) if profile else ()
            if helps or not profile:
                helpful.append((float(scores[row]) + CURE * len(helps), partner, helps))
        helpful.sort(key=lambda one: (-one[0], one[1].id))
        shown = helpful[: request.limit]
        why = grounds(query, [partner.id for _, partner, _ in shown], reading, others, knowledge)
        partners = [
            Partner.of(partner, proposed_role(partner, profile), score, (*helps, *reasons))
            for (score, partner, helps), reasons in zip(shown, why, strict=True)
        ]
        return Partners(
            run=self._run(request),
            partners=tuple(partners),
            notes=(*around.notes(knowledge), FUNDED, *knowledge.basis),
            understood=understood,
        )

    def why(self, request: SuggestRequest, organisation: OrganisationId) -> Why:
        """Say how an organisation stands for a stored outline, and what would change that."""
        if request.outline is None:
            raise BadInput("say for which stored outline; a text that is not stored has no standing to tell")
        known = self.knowledge.organisation(organisation)
        question = formulate(request, self.knowledge, beside=(organisation,))
        return why(question, self.suggest(request), known, request.outline, self.knowledge)

    def steer(self, request: SuggestRequest, team: Sequence[OrganisationId]) -> Steering:
        """Say what could be changed in a set: swaps with what they change, weak points with who could step in."""
        question = formulate(request, self.knowledge).for_team(team)
        return steer(question, team, self.knowledge, run=self._run(request, team))

    def trade_off(self, request: SuggestRequest) -> TradeOff:
        """Say what new ties cost in fit."""
        return trade_off(formulate(request, self.knowledge), run=self._run(request, "trade-off"))

    def _in_words(self, question: Formulation, seats: tuple[Seat, ...]) -> "SetInWords":
        """Explain one set: each member's role and reasons, the rules with their witnesses, what is missing."""
        knowledge, reading, candidates = self.knowledge, question.reading, question.candidates
        team = tuple(OrganisationId(seat.id) for seat in seats)
        lead = next((OrganisationId(s.id) for s in seats if s.role == "coordinator"), None)
        roles = dict(question.request.roles)
        members = []
        for member in team:
            organisation = knowledge.organisation(member)
            requested = _asked_for(member, question)
            counts = _counts_for(organisation, question)
            wish = bool(requested or counts)
            first, *others = (
                *requested,
                *reasons_for(member, team, reading, candidates, knowledge, wished_for=wish),
            )
            reasons = (first, *counts, *others, *_beside(organisation, question))
            proposed = roles.get(member) or proposed_role(organisation, question.profile)
            role = "coordinator" if member == lead else proposed
            members.append(Partner.of(organisation, role, candidates.fit_of(member), reasons))
        verdict = verdict_of(question.profile, team, lead, knowledge, roles)
        if (
            verdict.broken()
        ):  # the rules engine shares no code with the solver: if they disagree, nothing is shown
            raise RuntimeError(
                f"a proposed set breaks {verdict.broken()[0].id} of {question.profile.id}: {team}"
            )
        gaps = open_aspects(team, reading, candidates)
        nearest = nearest_outside(
            team,
            gaps,
            reading,
            candidates,
            question.problem,
            knowledge,
            lambda larger: verdict_of(question.profile, larger, lead, knowledge, roles),
        )
        texts = tuple(reading.aspects[place].text for place in gaps)
        return SetInWords(tuple(members), verdict.rules, texts, nearest)

    def _run(self, request: SuggestRequest | PartnersRequest, *parts: Any) -> str:
        rules = describe(self.knowledge.profile(request.call)) if request.call else None
        return run_id(self.knowledge.fingerprint, rules, request, *parts)


class SetInWords(NamedTuple):
    """All that is said of a set beside its worth."""

    members: tuple[Partner, ...]
    rules: tuple[RuleAnswer, ...]
    gaps: tuple[str, ...]
    nearest: tuple[NearestOutside, ...]


def _suggestion(consortium: Consortium, words: SetInWords) -> Suggestion:
    return Suggestion(
        value=consortium.value,
        gap=consortium.gap,
        members=words.members,
        rules=words.rules,
        terms=consortium.terms,
        gaps=words.gaps,
        nearest=words.nearest,
    )


def _claim(question: Formulation, assembly: Assembly) -> str:
    """What status and gaps hold for. What names alone tell nobody knows to be impossible."""
    unsure = {wish.id for wish in question.wishes if not wish.complete}
    if unsure.isdisjoint(part.demand for part in assembly.conflict):
        return assembly.claim
    return (
        f"Not possible with what is known of the {assembly.candidates} candidates: names and profiles tell who fulfils "
        "a wish, and others may fulfil it of whom nothing tells it."
    )


def _beside(organisation: Organisation, question: Formulation) -> tuple[Reason, ...]:
    """By which rule a member takes part beside the counted ones."""
    demand = beside_by(organisation, question.profile)
    if demand is None or organisation.id in dict(question.request.roles):
        return ()
    return (Reason("beside", 1.0, (f"rule:{demand.id}",), (demand.id, demand.text)),)


def _counts_for(organisation: Organisation, question: Formulation) -> tuple[Reason, ...]:
    """For which wishes a member counts that is not recorded to be so."""
    row = question.candidates.rows[organisation.id]
    reasons = (
        wish.reason(organisation, row, open_too=wish.id in question.open_wishes) for wish in question.wishes
    )
    return tuple(reason for reason in reasons if reason is not None)


def _asked_for(member: OrganisationId, question: Formulation) -> tuple[Reason, ...]:
    if member == question.lead:
        return (Reason("leads" if member == question.owner else "asked-to-lead", 1.0),)
    if member == question.owner:
        return (Reason("owns", 1.0),)
    return (Reason("asked-for", 1.0),) if member in question.request.must else ()
