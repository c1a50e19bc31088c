"""Why was this organisation suggested or not? What it could answer, who stands before it, what would change that."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from data.calls import CallProfile
from data.demands import DistinctRepresentatives, PerGroupMaximum, ShareCap, Unit
from data.errors import BadInput
from data.model import CallId, Organisation, OrganisationId, OutlineId
from data.organisation_types import answering, organisation_types
from data.published import Rounded4, derived
from graph.rules.members import member_of
from graph.rules.rules import check
from matcher.needs.name_types import LIKELY, types_of_name
from matcher.needs.read import Need
from matcher.suggest.answers import Suggestions
from matcher.suggest.evidence import CLAIMED, UNREAD, strength
from matcher.suggest.formulate import Formulation
from matcher.suggest.knowledge import Knowledge
from matcher.suggest.reasons import Reason, listed, reasons_for
from matcher.suggest.type_table import RECORDED, types_of

BEFORE = 3
"""So many of those who stand before are named."""


@dataclass(frozen=True, slots=True)
class NeedStanding:
    """How an organisation stands for one need of an outline. Of others their public names are told, nothing else."""

    need: str
    words: str
    must: bool
    probability: Rounded4
    """That it answers the need, by what the store has of it."""
    claimed: bool
    """Whether that is enough to say so."""
    place: int
    """Among all candidates for this need, from 1."""
    before: tuple[str, ...]
    """Names of the first of those who stand before it."""
    chosen: tuple[str, ...]
    """Names of those who answer the need in the first suggestion."""
    elsewhere: bool
    """Whether the need asks for another country than its own."""
    reason: Reason | None
    """By what evidence it could answer; None where nothing can be claimed."""

    @derived
    def text(self) -> str:
        """The sentence, rendered from the fields."""
        if not self.claimed or self.reason is None:
            text = f"“{self.words}”: nothing that the store has of it tells that it answers this."
        else:
            text = f"{self.reason.text} That is place {self.place} for this need."
        if self.elsewhere:
            text += " The need asks for another country."
        if self.before:
            text += f" Before it: {listed(self.before)}."
        return text


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that is missing or could be mended, and what it would change."""

    fact: str
    """profile, kind, sme, owner or country."""
    text: str
    needs: tuple[str, ...] = ()
    """Ids of the needs that it bears on."""


@dataclass(frozen=True, slots=True)
class Why:
    """The whole answer to "why was this organisation suggested for this outline, or not?"."""

    run: str
    organisation: OrganisationId
    name: str
    outline: OutlineId
    call: CallId
    suggestions: tuple[int, ...]
    """The numbers, from 1, of the suggestions in which it stands."""
    of: int
    """How many suggestions there are."""
    fit_place: int
    """Its place among the candidates by fit: texts and past consortia, whatever is sought."""
    candidates: int
    needs: tuple[NeedStanding, ...]
    changes: tuple[MissingFact, ...]
    notes: tuple[str, ...] = ()


def why(
    question: Formulation,
    answer: Suggestions,
    organisation: Organisation,
    outline: OutlineId,
    knowledge: Knowledge,
) -> Why:
    """Tell how an organisation stands for an outline. `answer`: what was suggested for it.

    Raises BadInput where the organisation wrote the outline, or can be no candidate.
    """
    candidates = question.candidates
    if organisation.id == question.owner:
        raise BadInput(f"{organisation.label} wrote this outline; `konsort suggest` tells who could join it")
    if organisation.id not in candidates.rows:
        sort, other = ("fictional", "real") if organisation.fictional else ("real", "fictional")
        raise BadInput(
            f"{organisation.label} is {sort}, this call has {other} organisations: they never meet"
        )
    row = candidates.rows[organisation.id]
    chosen = [member.id for member in answer.suggestions[0].members] if answer.suggestions else []
    standings = tuple(_standings(question, organisation, row, chosen, knowledge))
    seats = ([member.id for member in suggestion.members] for suggestion in answer.suggestions)
    return Why(
        run=answer.run,
        organisation=organisation.id,
        name=organisation.label,
        outline=outline,
        call=question.profile.id,
        suggestions=tuple(number for number, ids in enumerate(seats, start=1) if organisation.id in ids),
        of=len(answer.suggestions),
        fit_place=1 + int((candidates.fit > candidates.fit[row]).sum()),
        candidates=len(candidates.ids),
        needs=standings,
        changes=tuple(_changes(question, organisation, standings, knowledge)),
        notes=tuple(dict.fromkeys((*question.around.notes(knowledge), *answer.notes))),
    )


def _needs(question: Formulation) -> dict[str, tuple[Need, list[int]]]:
    """Each need of the outline with its columns: one for each member that it asks for."""
    groups: dict[str, tuple[Need, list[int]]] = {}
    for column, aspect in enumerate(question.reading.aspects):
        if aspect.need is not None:
            groups.setdefault(aspect.need.id, (aspect.need, []))[1].append(column)
    return groups


def _standings(
    question: Formulation,
    organisation: Organisation,
    row: int,
    chosen: list[OrganisationId],
    knowledge: Knowledge,
) -> Iterable[NeedStanding]:
    candidates = question.candidates
    ids = np.array(candidates.ids)
    for need, columns in _needs(question).values():
        answers = candidates.aspects[:, columns].max(axis=1)
        order = np.lexsort((ids, -candidates.fit, -answers))
        place = int(np.flatnonzero(order == row)[0])
        others = [int(other) for other in order[:place] if answers[other] >= CLAIMED]
        team = [candidates.rows[member] for member in chosen if member != organisation.id]
        author = question.owner or question.lead
        own = None if author is None else knowledge.organisation(author).country
        yield NeedStanding(
            need=need.id,
            words=need.text,
            must=need.must,
            probability=float(answers[row]),
            claimed=bool(answers[row] >= CLAIMED),
            place=place + 1,
            before=_names(others[:BEFORE], question, knowledge),
            chosen=_names([other for other in team if answers[other] >= CLAIMED], question, knowledge),
            elsewhere=need.where.allows(organisation.country, own) is False,
            reason=_reason(question, organisation, row, columns, knowledge),
        )


def _names(rows: list[int], question: Formulation, knowledge: Knowledge) -> tuple[str, ...]:
    return tuple(knowledge.organisation(question.candidates.ids[row]).label for row in rows)


def _reason(
    question: Formulation, organisation: Organisation, row: int, columns: list[int], knowledge: Knowledge
) -> Reason | None:
    """The claim of one organisation on one need, as a suggestion would tell it."""
    column = max(columns, key=lambda column: float(question.candidates.aspects[row, column]))
    reading, candidates = question.reading, question.candidates
    aspect = reading.aspects[column]
    alone = replace(reading, aspects=(aspect,), aspect_vectors=reading.aspect_vectors[[column]])
    of_need = replace(candidates, aspects=candidates.aspects[:, [column]])
    reasons = reasons_for(organisation.id, (), alone, of_need, knowledge)
    return next((reason for reason in reasons if aspect.id in reason.evidence), None)


def _changes(
    question: Formulation,
    organisation: Organisation,
    standings: tuple[NeedStanding, ...],
    knowledge: Knowledge,
) -> Iterable[MissingFact]:
    """What is not known of the organisation, or speaks against it, and bears on these needs or on the call's rules."""
    needs = {ident: need for ident, (need, _) in _needs(question).items()}
    missing = [
        needs[standing.need] for standing in standings if not standing.claimed and not standing.elsewhere
    ]
    yield from _by_profile(organisation, missing, knowledge)
    yield from _by_kind(organisation, missing)
    yield from _by_rules(question.profile, organisation)
    if organisation.country is None:
        yield MissingFact(
            "country", "Its country is not recorded: rules and needs that ask for one cannot count it."
        )


def _by_profile(
    organisation: Organisation, missing: list[Need], knowledge: Knowledge
) -> Iterable[MissingFact]:
    if not missing:
        return
    written = organisation.profile or any(
        outline.organisation == organisation.id for outline in knowledge.outlines.values()
    )
    start = (
        "Its own texts do not say so"
        if written
        else "It has written nothing: the store holds no text of its own"
    )
    least = strength(LIKELY * UNREAD)
    for need in missing:
        if need.types:
            labels = " or ".join(organisation_types()[ident].label for ident in need.types)
            effect = (
                f"if it is a {labels}, a profile that begins so would answer “{need.text}” (at least {least})"
            )
        else:
            effect = f"a profile or outline that speaks of “{need.text}” would be judged by itself"
        yield MissingFact("profile", f"{start}; {effect}.", (need.id,))


def _by_kind(organisation: Organisation, missing: list[Need]) -> Iterable[MissingFact]:
    """Where the kind is not recorded, or speaks against what the name tells."""
    for need in missing:
        if organisation.kind is None:
            kinds = [kind for kind, (ident, _) in RECORDED.items() if ident in need.types]
            if kinds:
                text = f"Its kind is not recorded: as {kinds[0].value} it would answer “{need.text}”."
                yield MissingFact("kind", text, (need.id,))
            continue
        by_name = types_of_name(organisation.name or "", organisation.country, None)
        by_type = [one for one in by_name if one.type in answering(need.types) and one.share >= LIKELY]
        shares = {ground.type: ground.share for ground in types_of(organisation)}
        if by_type and shares.get(by_type[0].type, 0.0) < LIKELY:
            text = (
                f"It is recorded as {organisation.kind.value}, which speaks against what “{by_type[0].words}” in its "
                f"name tells; if the record is wrong, it would answer “{need.text}”."
            )
            yield MissingFact("kind", text, (need.id,))


def _by_rules(profile: CallProfile, organisation: Organisation) -> Iterable[MissingFact]:
    member = member_of(organisation)
    if member.is_sme is None:
        small, large = (check(profile, [replace(member, sme=flag)]).rules for flag in (True, False))
        rules = [
            one.id
            for one, other in zip(small, large, strict=True)
            if (one.answer, one.found) != (other.answer, other.found)
        ]
        if rules:
            text = f"Whether it is an SME is not recorded, and {listed(rules)} of {profile.id} depends on it."
            yield MissingFact("sme", text)
    if organisation.owner is None and (rules := _rules_on_owners(profile)):
        text = (
            f"Its ultimate owner is not recorded: {listed(rules)} of {profile.id} cannot be told without it."
        )
        yield MissingFact("owner", text)


def _rules_on_owners(profile: CallProfile) -> list[str]:
    return [
        demand.id
        for demand in profile.demands
        if (isinstance(demand, DistinctRepresentatives) and demand.independent)
        or (isinstance(demand, PerGroupMaximum | ShareCap) and demand.of is Unit.OWNERS)
    ]
