"""What is kept of a call between two runs, and how do its decisions read? Records and words, no store."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType

from data.countries import country_name, to_eu
from data.errors import BadInput
from data.model import Organisation, OrganisationId, Outline, OutlineId
from matcher.overall.decisions import Decision, Decisions
from matcher.overall.prepare import Previous
from matcher.overall.project import Person

KEPT = 8
"""So many proposals of a call are remembered: a decision that is taken back undoes what it did."""


@dataclass(frozen=True, slots=True)
class Step:
    """One proposal: what it rests on, its run, the run that it was held near, the run that changes are told against."""

    basis: str
    run: str
    near: str | None = None
    against: str | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """The latest proposals of a call, oldest first. A basis that comes back finds the proposal that it had."""

    steps: tuple[Step, ...] = ()
    proposals: Mapping[str, Previous] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def latest(self) -> Previous | None:
        return self.proposals[self.steps[-1].run] if self.steps else None

    def next(self, basis: str) -> Step:
        """Return how to propose on this basis; `run` is still empty.

        As the latest, where nothing has changed; else held near what this basis was held near before, where it is
        known; else near the latest.
        """
        if not self.steps:
            return Step(basis, "")
        last = self.steps[-1]
        known = {step.basis: step for step in self.steps}.get(basis)
        near = known.near if known else last.run
        return Step(basis, "", near, last.against if known is last else last.run)

    def plus(self, step: Step, proposal: Previous) -> "Steps":
        """These steps and one more; the oldest beyond KEPT are forgotten, and proposals that no step names."""
        steps = (*(each for each in self.steps if each.basis != step.basis), step)[-KEPT:]
        named = {run for each in steps for run in (each.run, each.near, each.against)}
        known = {**self.proposals, step.run: proposal}
        return Steps(steps, {run: each for run, each in known.items() if run in named})

    def as_json(self) -> str:
        proposals = {run: each.as_kept() for run, each in self.proposals.items()}
        kept = {"steps": [asdict(step) for step in self.steps], "proposals": proposals}
        return json.dumps(kept, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | None) -> "Steps":
        """Read what `as_json` wrote; None is no step. Raises BadInput for anything else."""
        if not text:
            return cls()
        try:
            kept = json.loads(text)
            proposals = {run: Previous.from_kept(each) for run, each in kept["proposals"].items()}
            return cls(tuple(Step(**each) for each in kept["steps"]), proposals)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadInput(
                f"the kept proposal is not readable ({error!r}); run `konsort integrate --anew`"
            ) from error


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """A decision in words; `key` takes it back. Everybody of one state who left is one of these."""

    key: str
    kind: str
    about: tuple[str, ...]
    value: str | None
    text: str


def person(outline: Outline, organisations: Mapping[OrganisationId, Organisation]) -> Person:
    """Return who stands behind an outline."""
    known = organisations.get(outline.organisation)
    return Person(outline.id, outline.title, known.label if known else outline.organisation, outline.country)


def told(
    decisions: Decisions, people: Mapping[OutlineId, Person], streams: Mapping[str, str]
) -> tuple[KeptDecision, ...]:
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
            KeptDecision(each.key, each.kind, each.about, each.value or None, _words(each, people, streams))
            for each in single
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
