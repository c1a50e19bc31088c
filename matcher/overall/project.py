"""What is an overall project? Frozen records; `as_dict` gives the published shape, countries in EU style."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from data.countries import to_eu
from data.model import OutlineId
from graph.rules.rules import Verdict
from matcher.overall.naming import StreamTerm


@dataclass(frozen=True, slots=True)
class Stream:
    """A work stream with its outlines (main), those that also belong to it (second), and its salient
    terms."""

    id: str
    name: str
    terms: tuple[StreamTerm, ...]
    outlines: tuple[OutlineId, ...]
    second: tuple[OutlineId, ...]
    countries: tuple[str, ...]
    rules: Verdict | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "terms": [term.word for term in self.terms],
            "term_details": [term.as_dict() for term in self.terms],
            "outlines": list(self.outlines),
            "second": list(self.second),
            "countries": [to_eu(country) for country in self.countries],
            "rules": None if self.rules is None else self.rules.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground of a link, as data. `name`: seeks-offers, topic, tie or decision; `value` in [0, 1]."""

    name: str
    value: float
    text: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """A collaboration between two outlines across a border; `strength` in [0, 1]; the strongest ground
    first."""

    a: OutlineId
    b: OutlineId
    countries: tuple[str, str]
    strength: float
    stream: str | None
    """The stream that both are in; None: the link joins two streams."""
    why: tuple[Reason, ...]
    new: bool
    """Their owners have not worked together, as far as the history knows."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "a": self.a,
            "b": self.b,
            "countries": [to_eu(country) for country in self.countries],
            "strength": round(self.strength, 4),
            "stream": self.stream,
            "new": self.new,
            "why": [asdict(reason) for reason in self.why],
        }


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands behind an outline, as tables name them; `country` is ISO 3166."""

    outline: OutlineId
    title: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Participant:
    """One outline's place in the whole, for tables and matrices."""

    outline: OutlineId
    title: str
    organisation: str
    name: str
    country: str
    stream: str
    second: tuple[str, ...]
    fit: float
    """How well it fits its stream, in [0, 1]."""
    links: int
    needed: int
    capacity: int

    def as_dict(self) -> dict[str, Any]:
        told = asdict(self)
        return {
            **told,
            "country": to_eu(self.country),
            "second": list(self.second),
            "fit": round(self.fit, 4),
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a coordinator should look at: what, about whom, in words, with numbers."""

    kind: str
    about: tuple[str, ...]
    text: str
    value: float | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "about": list(self.about), "text": self.text, "value": self.value}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How well a topic of the call is covered: the best outlines and their nearness in [-1, 1]."""

    topic: str
    name: str
    covered: bool
    nearness: float
    outlines: tuple[OutlineId, ...]
    countries: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "nearness": round(self.nearness, 4),
            "countries": [to_eu(country) for country in self.countries],
            "outlines": list(self.outlines),
        }


@dataclass(frozen=True, slots=True)
class Loss:
    """What breaks when somebody drops out. `kind`: outline, organisation or country; `breaks` in words."""

    kind: str
    id: str
    outlines: tuple[OutlineId, ...]
    short: tuple[OutlineId, ...]
    """Those left behind with fewer links than the call asks for."""
    breaks: tuple[str, ...]
    severity: float
    links: int = 0
    """Links that go with them."""
    mend: tuple[tuple[OutlineId, OutlineId], ...] = ()
    """New links that would mend it, fewest first found; empty where nothing breaks or nothing mends it."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "id": to_eu(self.id) if self.kind == "country" else self.id,
            "outlines": list(self.outlines),
            "short": list(self.short),
            "breaks": list(self.breaks),
            "severity": round(self.severity, 3),
            "links": self.links,
            "mend": [list(pair) for pair in self.mend],
        }


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

    def as_dict(self) -> dict[str, Any]:
        pairs = ("moved", "links_added", "links_removed", "links_gone", "renamed")
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            **{name: [list(each) for each in getattr(self, name)] for name in pairs},
            "gone": [{**asdict(person), "country": to_eu(person.country)} for person in self.gone],
        }


@dataclass(frozen=True, slots=True)
class OverallProject:
    """A call's outlines as one project, with what it rests on and what is wrong with it."""

    run: str
    call: str
    status: str
    """optimal (proved best) or bounded (at most `gap` below the best)"""
    gap: float
    claim: str
    value: float
    bound: float
    stage_loss: float
    """What solving streams first and links afterwards would have lost, relative to `value`."""
    streams: tuple[Stream, ...]
    links: tuple[Link, ...]
    participants: tuple[Participant, ...]
    isolated: tuple[OutlineId, ...]
    short: tuple[OutlineId, ...]
    coverage: tuple[Coverage, ...]
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    fragile: tuple[Loss, ...]
    rules: Verdict | None
    changes: Changes | None = None
    fictional: bool = False
    """An organisation behind an outline is invented: every file says so."""
    terms: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def stream_of(self) -> dict[OutlineId, str]:
        return {outline: stream.id for stream in self.streams for outline in stream.outlines}

    @property
    def pairs(self) -> frozenset[tuple[OutlineId, OutlineId]]:
        return frozenset((link.a, link.b) for link in self.links)

    def state_matrix(self) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
        """The states, sorted, and the number of links between each two of them."""
        states = tuple(sorted({participant.country for participant in self.participants}))
        place = {state: k for k, state in enumerate(states)}
        cells = [[0] * len(states) for _ in states]
        for link in self.links:
            a, b = (place[country] for country in link.countries)
            cells[a][b] += 1
            cells[b][a] += 1
        return states, tuple(map(tuple, cells))

    def as_dict(self) -> dict[str, Any]:
        states, cells = self.state_matrix()
        return {
            "run": self.run,
            "call": self.call,
            "fictional": self.fictional,
            "status": self.status,
            "gap": round(self.gap, 8),
            "claim": self.claim,
            "value": round(self.value, 6),
            "bound": round(self.bound, 6),
            "stage_loss": round(self.stage_loss, 8),
            "terms": {name: round(value, 4) for name, value in self.terms.items()},
            "streams": [stream.as_dict() for stream in self.streams],
            "links": [link.as_dict() for link in self.links],
            "participants": [participant.as_dict() for participant in self.participants],
            "isolated": list(self.isolated),
            "short": list(self.short),
            "uncovered": [topic.as_dict() for topic in self.coverage if not topic.covered],
            "coverage": [topic.as_dict() for topic in self.coverage],
            "missing_countries": [to_eu(country) for country in self.missing],
            "findings": [finding.as_dict() for finding in self.findings],
            "fragile": [loss.as_dict() for loss in self.fragile],
            "rules": [] if self.rules is None else [rule.as_dict() for rule in self.rules.rules],
            "answer": None if self.rules is None else self.rules.answer,
            "state_matrix": {
                "states": [to_eu(state) for state in states],
                "links": [list(row) for row in cells],
            },
            "changes": None if self.changes is None else self.changes.as_dict(),
            "notes": list(self.notes),
        }
