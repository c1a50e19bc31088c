"""How does a case become the problem to be solved? Streams get profiles, links strengths, decisions positions."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from data.countries import to_eu, to_iso
from data.errors import BadInput
from data.model import OutlineId
from matcher.overall import streams as find_streams
from matcher.overall.case import Case, Demands, LinkWeights, Topic
from matcher.overall.decisions import Decisions, OutlinePair, ordered
from matcher.overall.initial_streams import initial_streams, recounted_streams, stream_profiles
from matcher.overall.links import Strengths, strengths
from matcher.overall.naming import Meaning
from matcher.overall.problem import JointProblem
from matcher.overall.project import OverallProject, Person

CHOSEN = 0.6
"""What a stream gains, in units of fit, where the outline's owner has chosen it."""
OFFERED = 2.0
"""What an outline's offer counts beside its whole text when streams are found and fitted: what somebody brings says
better where they belong than the story around it."""
Encode = Callable[[Sequence[str]], np.ndarray]
"""Texts to (n, d) unit rows."""


@dataclass(frozen=True, slots=True)
class Previous:
    """The proposal before this one, as far as the next one has to stay near it."""

    stream_of: Mapping[OutlineId, str]
    names: Mapping[str, str]
    pairs: frozenset[OutlinePair] = frozenset()
    people: Mapping[OutlineId, Person] = field(default_factory=lambda: MappingProxyType({}))
    """Who was in it: those who left can still be named."""

    @classmethod
    def of(cls, project: OverallProject) -> "Previous":
        """What the next proposal has to stay near of this one."""
        return cls(
            project.stream_of,
            {stream.id: stream.name for stream in project.streams},
            frozenset(ordered(link.a, link.b) for link in project.links),
            {p.outline: Person(p.outline, p.title, p.name, p.country) for p in project.participants},
        )

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> "Previous":
        """Read what `as_kept` wrote; older versions kept more beside it. Raises BadInput for anything else."""
        try:
            return cls(
                {OutlineId(o): stream["id"] for stream in kept["streams"] for o in stream["outlines"]},
                {stream["id"]: stream["name"] for stream in kept["streams"]},
                frozenset(ordered(link["a"], link["b"]) for link in kept["links"]),
                {
                    OutlineId(p["outline"]): Person(
                        OutlineId(p["outline"]), p["title"], p["name"], p["country"] and to_iso(p["country"])
                    )
                    for p in kept.get("participants", ())
                },
            )
        except (KeyError, TypeError) as error:
            raise BadInput(
                f"the earlier proposal is not readable ({error!r}); run `konsort integrate` anew"
            ) from error

    def as_kept(self) -> dict[str, Any]:
        """The form in which the store keeps it, as plain JSON values: the names are those of the published answer."""
        outlines: dict[str, list[str]] = {stream: [] for stream in self.names}
        for outline, stream in sorted(self.stream_of.items()):
            outlines[stream].append(outline)
        return {
            "streams": [
                {"id": stream, "name": name, "outlines": outlines[stream]}
                for stream, name in self.names.items()
            ],
            "links": [{"a": a, "b": b} for a, b in sorted(self.pairs)],
            "participants": [
                {
                    "outline": p.outline,
                    "title": p.title,
                    "name": p.name,
                    "country": p.country and to_eu(p.country),
                }
                for _, p in sorted(self.people.items())
            ],
        }


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """All that the solver and the report need. `rows` (n, d) are texts with offers, freed from language; `profiles`
    (S, d)."""

    case: Case
    demands: Demands
    decisions: Decisions
    weights: LinkWeights
    stream_ids: tuple[str, ...]
    rows: np.ndarray
    profiles: np.ndarray
    strengths: Strengths
    total: np.ndarray
    """(n, n) strength of each pair under the weights."""
    problem: JointProblem
    texts: np.ndarray
    """(n, d) the texts alone, freed from language."""
    topics: np.ndarray
    """(T, d) the call's topics, freed from language; (0, d) where there are none or nothing encodes them."""
    offers: np.ndarray
    seeks: np.ndarray
    notes: tuple[str, ...]
    encode: Encode | None = None

    @property
    def meaning(self) -> Meaning | None:
        """What words mean beside the streams; None where nothing encodes them."""
        if self.encode is None:
            return None
        return Meaning(self.encode, self.case.texts.mean(axis=0), self.profiles)


def prepare(
    case: Case,
    demands: Demands,
    *,
    decisions: Decisions,
    weights: LinkWeights,
    previous: Previous | None = None,
    encode: Encode | None = None,
    count: int | None = None,
) -> Prepared:
    """Find or take the streams and write the problem. Raises BadInput for an empty call or clashing decisions.

    `count` asks for so many streams anew; they are numbered as like the previous ones as they can be.
    """
    case = case.without(decisions.withdrawn)
    if not case.outlines:
        raise BadInput(f"call {demands.call!r} has no outlines to integrate; import some first")
    languages = [outline.language for outline in case.outlines]
    width = case.texts.shape[1]
    given, topics = (_encoded(topics, encode, width) for topics in (demands.streams, demands.topics))
    rows = np.concatenate([find_streams.unit(case.texts + OFFERED * case.offers), given])
    n = len(case.outlines)
    if count is None:
        ids, labels = initial_streams(case, demands, decisions, previous=previous, rows=rows)
    else:
        ids, labels = recounted_streams(case, rows[:n], count, previous)

    def freed(vectors: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """Call texts follow the outlines and are English."""
        spoken = [*languages, *["en"] * (len(vectors) - n)]
        return find_streams.without_language(vectors, spoken, groups if len(ids) > 1 else None)

    rows = freed(rows, np.concatenate([labels, np.arange(len(given))]))
    profiles = stream_profiles(rows[:n], labels, len(ids), rows[n:])
    texts = freed(np.concatenate([case.texts, topics]), np.concatenate([labels, np.full(len(topics), -1)]))
    offers = find_streams.without_language(case.offers, languages, labels)
    seeks = find_streams.without_language(case.seeks, languages, labels)
    strength = strengths(case, texts[:n], offers, seeks)
    total = strength.total(weights)
    notes, problem = _problem(case, demands, decisions, weights, (ids, rows[:n], profiles, strength, total))
    return Prepared(
        case,
        demands,
        decisions,
        weights,
        ids,
        rows[:n],
        profiles,
        strength,
        total,
        problem,
        texts[:n],
        texts[n:],
        offers,
        seeks,
        notes,
        encode,
    )


def basis(case: Case, demands: Demands, decisions: Decisions, weights: LinkWeights) -> str:
    """Hexadecimal digits of all that a proposal rests on, but the proposal before it."""
    case = case.without(decisions.withdrawn)
    parts = repr((case.fingerprint(), demands, decisions.as_json(), weights))
    # Proposals that a home keeps were named when the weights' class still had this name.
    return hashlib.sha256(parts.replace("LinkWeights(", "Weights(").encode()).hexdigest()


def _encoded(topics: Sequence[Topic], encode: Encode | None, width: int) -> np.ndarray:
    if not topics or encode is None:
        return np.empty((0, width))
    return np.asarray(encode([f"{topic.name}\n{topic.text}".strip() for topic in topics]), dtype=np.float64)


def _problem(
    case: Case,
    demands: Demands,
    decisions: Decisions,
    weights: LinkWeights,
    streams: tuple[tuple[str, ...], np.ndarray, np.ndarray, Strengths, np.ndarray],
) -> tuple[tuple[str, ...], JointProblem]:
    """Return notes on decisions that have become void, and the problem."""
    ids, texts, profiles, strength, total = streams
    n, place = len(case.outlines), {o: i for i, o in enumerate(case.ids)}
    fit = find_streams.fit(texts, profiles)
    if demands.streams:
        for i, outline in enumerate(case.outlines):
            if outline.work_stream in ids:
                fit[i, ids.index(outline.work_stream)] += CHOSEN
    worth = np.where(strength.allowed, total - weights.price, -np.inf)
    together = _positions(decisions.together, place)
    never = _positions(decisions.never, place)
    for a, b in never:
        worth[a, b] = worth[b, a] = -np.inf
    forced = tuple(
        (a, b)
        for a, b in together
        if None not in (case.countries[a], case.countries[b]) and case.countries[a] != case.countries[b]
    )
    for a, b in forced:  # decided, even where both have one owner
        worth[a, b] = worth[b, a] = total[a, b] - weights.price
    capacity = np.array([case.capacity(i, demands, decisions) for i in range(n)])
    decided = np.bincount(np.array(forced, dtype=int).ravel(), minlength=n)
    for i in map(int, np.flatnonzero(decided > capacity)):
        if case.ids[i] in decisions.capacity:
            raise BadInput(
                f"{case.ids[i]} is decided to have {decided[i]} links but to carry {capacity[i]}; raise its "
                "capacity or take a link back"
            )
    capacity = np.maximum(capacity, decided)
    even = n / len(ids)
    size = (int(np.floor((1 - min(1, demands.balance)) * even)), int(np.ceil((1 + demands.balance) * even)))
    states: dict[str | None, int] = {country: k for k, country in enumerate(case.states)}
    pinned = np.array([ids.index(decisions.streams[o]) if o in decisions.streams else -1 for o in case.ids])
    bonus = np.where(np.isfinite(worth), weights.same_stream * total, 0.0)
    named = {o for pair in decisions.together | decisions.never for o in pair} | set(decisions.streams)
    void = sorted(named - decisions.withdrawn)
    notes = tuple(f"a decision names outline {o}, which is not in the call" for o in void if o not in place)
    return notes, JointProblem(
        fit=fit,
        worth=worth,
        bonus=bonus,
        lowest=np.minimum(demands.min_links, capacity),
        capacity=capacity,
        state=np.array([states.get(country, -1) for country in case.countries], dtype=int),
        size=size,
        min_countries=min(demands.min_countries, len(states)),
        pinned=pinned,
        together=together,
        never=never,
        forced=forced,
    )


def _positions(pairs: frozenset[OutlinePair], place: Mapping[OutlineId, int]) -> tuple[tuple[int, int], ...]:
    return tuple((place[a], place[b]) for a, b in sorted(pairs) if a in place and b in place)
