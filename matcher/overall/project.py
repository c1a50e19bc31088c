"""What is an overall project? Frozen records, published as they are; countries outside in EU style (EL, UK)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import PlainSerializer, field_serializer

from data.countries import to_eu
from data.model import OutlineId
from data.published import (
    WHERE_KNOWN,
    EuCountry,
    Rounded3,
    Rounded4,
    Rounded6,
    Rounded8,
    Shares,
    derived,
    renamed,
)
from graph.rules.rules import Answer, RuleAnswer, Verdict
from matcher.overall.naming import StreamTerm


def _words(terms: tuple[StreamTerm, ...]) -> tuple[str, ...]:
    return tuple(term.word for term in terms)


def _rules(verdict: Verdict | None) -> tuple[RuleAnswer, ...]:
    return () if verdict is None else verdict.rules


Terms = Annotated[tuple[StreamTerm, ...], PlainSerializer(_words, return_type=tuple[str, ...])]
"""Told by their words; all that is known of them is told beside."""
PublishedVerdict = Annotated[Verdict | None, PlainSerializer(_rules, return_type=tuple[RuleAnswer, ...])]
"""Told rule by rule; what they come to is told beside."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A work stream with its outlines (main), those that also belong to it (second), and its salient
    terms."""

    id: str
    name: str
    terms: Terms
    outlines: tuple[OutlineId, ...]
    second: tuple[OutlineId, ...]
    countries: tuple[EuCountry, ...]
    rules: Verdict | None = None
    clear: int | None = None
    """So many of its outlines fit no other stream nearly as well; None where nobody has looked."""

    @derived
    def term_details(self) -> tuple[StreamTerm, ...]:
        """The terms with all their words, languages and scores."""
        return self.terms


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a ground rests on: a search and the offer that answers it, or projects of the past; else nothing."""

    seeker: Annotated[OutlineId | None, WHERE_KNOWN] = None
    supplier: Annotated[OutlineId | None, WHERE_KNOWN] = None
    seeks: Annotated[str | None, WHERE_KNOWN] = None
    offers: Annotated[str | None, WHERE_KNOWN] = None
    from_text: Annotated[bool | None, WHERE_KNOWN] = None
    """The words were read from the text: the outline has no field of its own for what is sought or offered."""
    projects: Annotated[tuple[str, ...] | None, WHERE_KNOWN] = None


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground of a link, as data. `name`: seeks-offers, topic, tie or decision; `value` in [0, 1]."""

    name: Literal["seeks-offers", "topic", "tie", "decision"]
    value: float
    text: str
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class Link:
    """A collaboration between two outlines across a border; `strength` in [0, 1]; the strongest ground
    first."""

    a: OutlineId
    b: OutlineId
    countries: tuple[EuCountry, EuCountry]
    strength: Rounded4
    stream: str | None
    """The stream that both are in; None: the link joins two streams."""
    why: tuple[Ground, ...]
    new: bool
    """Their owners have not worked together, as far as the history knows."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands behind an outline, as tables name them; `country` is ISO 3166, None where unknown."""

    outline: OutlineId
    title: str
    name: str
    country: EuCountry | None


@dataclass(frozen=True, slots=True)
class Participant:
    """One outline's place in the whole, for tables and matrices."""

    outline: OutlineId
    title: str
    organisation: str
    name: str
    country: EuCountry | None
    stream: str
    second: tuple[str, ...]
    fit: Rounded4
    """How well it fits its stream, in [0, 1]."""
    links: int
    needed: int
    capacity: int
    asked: str | None = None
    """The stream that its sender asked for, as written; None where none was."""
    elsewhere: str = ""
    """Why it stands in another stream than its sender asked for; "" where it does not."""
    budget_eur: float | None = None
    kind: str | None = None
    """Its organisation's kind."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What the outlines of a stream, a state or a kind of organisation cost. `outlines` without a budget are unknown:
    they are counted, never added as 0."""

    by: Literal["stream", "country", "kind"]
    id: str
    outlines: int
    unknown: int
    known_eur: float
    share: Rounded4 | None
    """Of all budgets that are known; None where none is."""

    @field_serializer("id")
    def _id(self, ident: str) -> str:
        return to_eu(ident) if self.by == "country" else ident


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a coordinator should look at: what, about whom, in words, with numbers."""

    kind: str
    about: tuple[str, ...]
    text: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How well a topic of the call is covered: by whom, the nearest first, and on what evidence.

    `how`: "stream", a work stream of the call names it; "sentence", an outline's own sentence speaks of it; "nobody".
    """

    topic: str
    name: str
    covered: bool
    nearness: Rounded4
    """Of the nearest outline's text to the topic, in [-1, 1]."""
    outlines: tuple[OutlineId, ...]
    countries: tuple[EuCountry, ...]
    how: Literal["stream", "sentence", "nobody"] = "nobody"
    stream: Annotated[str | None, WHERE_KNOWN] = None
    nearest: Annotated[OutlineId | None, WHERE_KNOWN] = None
    """Whose sentence `quote` is; where nobody covers the topic, the nearest one's."""
    quote: Annotated[str | None, WHERE_KNOWN] = None


@dataclass(frozen=True, slots=True)
class Spillover:
    """An outline that says that others can use a result, in its own words: a candidate, to be confirmed."""

    outline: OutlineId
    quote: str


@dataclass(frozen=True, slots=True)
class Loss:
    """What breaks when somebody drops out. `kind`: outline, organisation or country; `breaks` in words."""

    kind: str
    id: str
    outlines: tuple[OutlineId, ...]
    short: tuple[OutlineId, ...]
    """Those left behind with fewer links than the call asks for."""
    breaks: tuple[str, ...]
    severity: Rounded3
    links: int = 0
    """Links that go with them."""
    mend: tuple[tuple[OutlineId, OutlineId], ...] = ()
    """New links that would mend it, fewest first found; empty where nothing breaks or nothing mends it."""

    @field_serializer("id")
    def _id(self, ident: str) -> str:
        return to_eu(ident) if self.kind == "country" else ident


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between a proposal and the one before it."""

    added: tuple[OutlineId, ...] = ()
    removed: tuple[OutlineId, ...] = ()
    moved: tuple[tuple[OutlineId, str, str], ...] = ()
    links_added: tuple[tuple[OutlineId, OutlineId], ...] = ()
    links_removed: tuple[tuple[OutlineId, OutlineId], ...] = ()
    """Without those that went with a removed outline."""
    links_gone: tuple[tuple[OutlineId, OutlineId], ...] = ()
    """Those that went with a removed outline."""
    renamed: tuple[tuple[str, str, str], ...] = ()
    gone: tuple[Person, ...] = ()
    """Who stood behind the removed outlines."""

    @property
    def nothing(self) -> bool:
        return self == Changes()


@dataclass(frozen=True, slots=True)
class StateMatrix:
    """The states, sorted, and the number of links between each two of them, in their order."""

    states: tuple[EuCountry, ...]
    links: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another integration: what it aims at, how far it lies from the first, and what is traded (its terms
    minus the first one's)."""

    name: str
    aim: str
    """What it does otherwise than the first, in words."""
    project: "OverallProject"
    links_changed: Rounded4
    streams_changed: Rounded4
    trade: Shares


@dataclass(frozen=True, slots=True)
class OverallProject:
    """A call's outlines as one project, with what it rests on and what is wrong with it."""

    run: str
    call: str
    status: Literal["optimal", "bounded"]
    """optimal (proved best) or bounded (at most `gap` below the best)"""
    gap: Rounded8
    claim: str
    value: Rounded6
    bound: Rounded6
    stage_loss: Rounded8
    """What solving streams first and links afterwards would have lost, relative to `value`."""
    streams: tuple[Stream, ...]
    links: tuple[Link, ...]
    participants: tuple[Participant, ...]
    isolated: tuple[OutlineId, ...]
    short: tuple[OutlineId, ...]
    coverage: tuple[Coverage, ...]
    findings: tuple[Finding, ...]
    missing: Annotated[tuple[EuCountry, ...], renamed("missing_countries")]
    """Invited states without an outline."""
    fragile: tuple[Loss, ...]
    rules: PublishedVerdict
    changes: Changes | None = None
    fictional: bool = False
    """An organisation behind an outline is invented: every file says so."""
    terms: Shares = field(default_factory=dict)
    """What it consists of; all but the numbers of links and streams in [0, 1]."""
    notes: tuple[str, ...] = ()
    alternatives: Annotated[tuple[Alternative, ...] | None, WHERE_KNOWN] = None
    """Other integrations, where they were asked for."""

    streams_found: bool = False
    """The streams were found in the texts: the call names none."""
    spillovers: tuple[Spillover, ...] = ()

    @property
    def wishes(self) -> tuple[Participant, ...]:
        """Whose sender asked for one of the project's streams; other words cannot be compared with where it stands."""
        streams = {stream.id for stream in self.streams}
        return tuple(participant for participant in self.participants if participant.asked in streams)

    @property
    def elsewhere(self) -> tuple[Participant, ...]:
        """Who stands in another stream than its sender asked for."""
        return tuple(participant for participant in self.participants if participant.elsewhere)

    @derived
    def budgets(self) -> tuple[Budget, ...]:
        """Sums and shares by stream, state and kind of organisation, in this order."""
        return (
            *self._budgets("stream", [participant.stream for participant in self.participants]),
            *self._budgets(
                "country", [participant.country or "unknown" for participant in self.participants]
            ),
            *self._budgets("kind", [participant.kind or "unknown" for participant in self.participants]),
        )

    def _budgets(self, by: Literal["stream", "country", "kind"], keys: Sequence[str]) -> list[Budget]:
        total = sum(p.budget_eur for p in self.participants if p.budget_eur is not None)
        rows = []
        for key in sorted(set(keys)):
            budgets = [p.budget_eur for p, its in zip(self.participants, keys, strict=True) if its == key]
            known = [budget for budget in budgets if budget is not None]
            share = sum(known) / total if total else None
            rows.append(Budget(by, key, len(budgets), len(budgets) - len(known), float(sum(known)), share))
        return rows

    @property
    def stream_of(self) -> dict[OutlineId, str]:
        return {outline: stream.id for stream in self.streams for outline in stream.outlines}

    @property
    def pairs(self) -> frozenset[tuple[OutlineId, OutlineId]]:
        return frozenset((link.a, link.b) for link in self.links)

    @derived
    def uncovered(self) -> tuple[Coverage, ...]:
        """The topics that nobody covers."""
        return tuple(topic for topic in self.coverage if not topic.covered)

    @derived
    def answer(self) -> Answer | None:
        """What the call's hard rules come to; None where nothing asked them."""
        return None if self.rules is None else self.rules.answer

    @derived
    def state_matrix(self) -> StateMatrix:
        """How many links there are between each two states."""
        states = tuple(sorted({who.country for who in self.participants if who.country is not None}))
        place = {state: k for k, state in enumerate(states)}
        cells = [[0] * len(states) for _ in states]
        for link in self.links:
            a, b = (place[country] for country in link.countries)
            cells[a][b] += 1
            cells[b][a] += 1
        return StateMatrix(states, tuple(map(tuple, cells)))
