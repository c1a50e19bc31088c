"""What is kept of a call between two runs, and how do its decisions read? Records and words, no store."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from data.countries import country_name, eu_or_unknown, to_eu
from data.errors import BadInput
from data.model import Organisation, OrganisationId, Outline, OutlineId
from matcher.overall.decisions import Decision, Decisions
from matcher.overall.prepare import Previous
from matcher.overall.project import Person
from service.app.answers import KeptDecision


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """What is kept of a call beside its decisions, so that a plan stays near what people have seen of it.

    Written with decisions and before outlines come in, never by a look.
    """

    reference: Previous | None = None
    """The plan as it stood when the outlines last changed: every later one is held near it. None: they never did."""
    before: Decisions | None = None
    """The decisions before the last change of them, against whose plan changes are told. None: none since then."""

    def as_json(self) -> str:
        kept = {
            "reference": self.reference and self.reference.as_kept(),
            "before": None if self.before is None else json.loads(self.before.as_json()),
        }
        return json.dumps(kept, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | None) -> "KeptPlan":
        """Read what `as_json` wrote, or versions before it; None is nothing. Raises BadInput for anything else."""
        if not text:
            return cls()
        try:
            kept = json.loads(text)
            if "steps" in kept:  # until 0.1 every look was kept: the latest of them is what people have seen
                run = kept["steps"][-1]["run"] if kept["steps"] else None
                return cls(run and Previous.from_kept(kept["proposals"][run]))
            reference, before = kept["reference"], kept["before"]
            return cls(
                None if reference is None else Previous.from_kept(reference),
                None if before is None else Decisions.from_json(json.dumps(before)),
            )
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise BadInput(
                f"the kept proposal is not readable ({error!r}); run `konsort integrate --anew`"
            ) from error


def person_of(outline: Outline, organisations: Mapping[OrganisationId, Organisation]) -> Person:
    """Return who stands behind an outline."""
    known = organisations.get(outline.organisation)
    return Person(outline.id, outline.title, known.label if known else outline.organisation, outline.country)


def kept_decisions(
    decisions: Decisions, people: Mapping[OutlineId, Person], streams: Mapping[str, str]
) -> tuple[KeptDecision, ...]:
    """Return every decision in words; `people` are all of the call's, `streams` the names that are known."""
    states: dict[str, tuple[OutlineId, ...]] = {}
    for ident, person in sorted(people.items()):
        if person.country is not None:
            states[person.country] = (*states.get(person.country, ()), ident)
    gone = {
        state: theirs
        for state, theirs in sorted(states.items())
        if len(theirs) > 1 and set(theirs) <= decisions.withdrawn
    }
    whole = {ident for theirs in gone.values() for ident in theirs}
    single = [
        decision
        for decision in decisions.listed
        if decision.kind != "withdraw" or decision.about[0] not in whole
    ]
    return (
        *(
            KeptDecision(
                decision.key,
                decision.kind,
                decision.about,
                decision.value or None,
                _words(decision, people, streams),
            )
            for decision in single
        ),
        *(
            KeptDecision(
                f"withdraw:{to_eu(state)}",
                "withdraw",
                theirs,
                None,
                f"{country_name(state)} ({to_eu(state)}) has left with its {len(theirs)} outlines",
            )
            for state, theirs in gone.items()
        ),
    )


def _words(decision: Decision, people: Mapping[OutlineId, Person], streams: Mapping[str, str]) -> str:
    if decision.kind == "name":
        return f"stream {decision.about[0]} is named “{decision.value}”"
    who = [named(people.get(OutlineId(ident)), ident) for ident in decision.about]
    match decision.kind:
        case "put":
            return f"{who[0]} is in the stream “{streams.get(decision.value, decision.value)}”"
        case "together":
            return f"{who[0]} and {who[1]} are together"
        case "never":
            return f"{who[0]} and {who[1]} are never together"
        case "carry":
            return f"{who[0]} carries at most {decision.value} links"
    return f"{who[0]} has left"


def named(person: Person | None, ident: str) -> str:
    """Return the outline's title with organisation and state.

    >>> named(Person("o1", "Heat from halls", "Nordlicht AG", "GR"), "o1")
    '“Heat from halls” (Nordlicht AG, EL)'
    """
    return (
        f"outline {ident}"
        if person is None
        else f"“{person.title}” ({person.name}, {eu_or_unknown(person.country)})"
    )
