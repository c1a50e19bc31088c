"""What is kept of a call between two runs, and how do its decisions read? Records and words, no store."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from data.countries import country_name, to_eu
from data.errors import BadInput
from data.model import Organisation, OrganisationId, Outline, OutlineId
from matcher.integration.decisions import Decision, Decisions
from matcher.integration.prepare import Previous
from matcher.integration.project import Person


@dataclass(frozen=True, slots=True)
class Standing:
    """A kept proposal, what it rests on, and the proposal before it that it was held near."""

    basis: str
    before: Previous | None
    proposal: Previous

    def as_json(self) -> str:
        before = None if self.before is None else self.before.as_dict()
        kept = {"basis": self.basis, "before": before, "proposal": self.proposal.as_dict()}
        return json.dumps(kept, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | None) -> "Standing | None":
        """Read what `as_json` wrote; None where nothing is kept. Raises BadInput for anything else."""
        if not text:
            return None
        try:
            kept = json.loads(text)
            before = kept["before"]
            return cls(
                kept["basis"], before and Previous.from_dict(before), Previous.from_dict(kept["proposal"])
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(
                f"the kept proposal is not readable ({error!r}); run `konsort integrate --anew`"
            ) from error


@dataclass(frozen=True, slots=True)
class Told:
    """A decision in words; `key` takes it back. Everybody of one state who left is one of these."""

    key: str
    kind: str
    about: tuple[str, ...]
    value: str | None
    text: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"about": list(self.about)}


def person(outline: Outline, organisations: Mapping[OrganisationId, Organisation]) -> Person:
    """Return who stands behind an outline."""
    known = organisations.get(outline.organisation)
    return Person(outline.id, outline.title, known.label if known else outline.organisation, outline.country)


def told(
    decisions: Decisions, people: Mapping[OutlineId, Person], streams: Mapping[str, str]
) -> tuple[Told, ...]:
    """Return every decision in words; `people` are all of the call's, `streams` the names that are known."""
    states: dict[str, tuple[OutlineId, ...]] = {}
    for ident, each in sorted(people.items()):
        states[each.country] = (*states.get(each.country, ()), ident)
    gone = {
        state: theirs
        for state, theirs in sorted(states.items())
        if len(theirs) > 1 and set(theirs) <= decisions.withdrawn
    }
    whole = {ident for theirs in gone.values() for ident in theirs}
    single = [each for each in decisions.listed if each.kind != "withdraw" or each.about[0] not in whole]
    return (
        *(
            Told(each.key, each.kind, each.about, each.value or None, _words(each, people, streams))
            for each in single
        ),
        *(
            Told(
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
    who = [named(people.get(OutlineId(each)), each) for each in decision.about]
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


def named(each: Person | None, ident: str) -> str:
    """Return the outline's title with organisation and state.

    >>> named(Person("o1", "Heat from halls", "Nordlicht AG", "GR"), "o1")
    '“Heat from halls” (Nordlicht AG, EL)'
    """
    return f"outline {ident}" if each is None else f"“{each.title}” ({each.name}, {to_eu(each.country)})"
