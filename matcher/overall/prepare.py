"""From a case to the problem to be solved: streams with profiles, links with strengths, decisions as
positions."""

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
from matcher.overall.case import Case, Demands, Topic, Weights
from matcher.overall.decisions import Decisions, Pair, ordered
from matcher.overall.links import Strengths, strengths
from matcher.overall.naming import Meaning
from matcher.overall.problem import Problem
from matcher.overall.project import OverallProject, Person

CHOSEN = 0.6
"""What a stream gains, in units of fit, where the outline's owner has chosen it."""
OFFERED = 2.0
"""What an outline's offer counts beside its whole text when streams are found and fitted: what somebody brings says
better where they belong than the story around it."""
ROUNDS = 4
Encode = Callable[[Sequence[str]], np.ndarray]
"""Texts to (n, d) unit rows."""


@dataclass(frozen=True, slots=True)
class Previous:
    """The proposal before this one, as far as the next one has to stay near it."""

    stream_of: Mapping[OutlineId, str]
    names: Mapping[str, str]
    pairs: frozenset[Pair] = frozenset()
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
                        OutlineId(p["outline"]), p["title"], p["name"], to_iso(p["country"])
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
                {"outline": p.outline, "title": p.title, "name": p.name, "country": to_eu(p.country)}
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
    weights: Weights
    stream_ids: tuple[str, ...]
    rows: np.ndarray
    profiles: np.ndarray
    strengths: Strengths
    total: np.ndarray
    """(n, n) strength of each pair under the weights."""
    problem: Problem
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
    weights: Weights,
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
    told = np.concatenate([find_streams.unit(case.texts + OFFERED * case.offers), given])
    n = len(case.outlines)
    if count is None:
        ids, labels = _labels(case, demands, decisions, previous=previous, known=told)
    else:
        ids, labels = _recounted(case, told[:n], count, previous)

    def freed(rows: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """Call texts follow the outlines and are English."""
        spoken = [*languages, *["en"] * (len(rows) - n)]
        return find_streams.without_language(rows, spoken, groups if len(ids) > 1 else None)

    told = freed(told, np.concatenate([labels, np.arange(len(given))]))
    profiles = _profiles(told[:n], labels, len(ids), told[n:])
    texts = freed(np.concatenate([case.texts, topics]), np.concatenate([labels, np.full(len(topics), -1)]))
    offers = find_streams.without_language(case.offers, languages, labels)
    seeks = find_streams.without_language(case.seeks, languages, labels)
    found = strengths(case, texts[:n], offers, seeks)
    total = found.total(weights)
    gone, problem = _problem(case, demands, decisions, weights, (ids, told[:n], profiles, found, total))
    return Prepared(
        case,
        demands,
        decisions,
        weights,
        ids,
        told[:n],
        profiles,
        found,
        total,
        problem,
        texts[:n],
        texts[n:],
        offers,
        seeks,
        gone,
        encode,
    )


def basis(case: Case, demands: Demands, decisions: Decisions, weights: Weights) -> str:
    """Hexadecimal digits of all that a proposal rests on, but the proposal before it."""
    told = (case.without(decisions.withdrawn).fingerprint(), demands, decisions.as_json(), weights)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _encoded(topics: Sequence[Topic], encode: Encode | None, width: int) -> np.ndarray:
    if not topics or encode is None:
        return np.empty((0, width))
    return np.asarray(encode([f"{topic.name}\n{topic.text}".strip() for topic in topics]), dtype=np.float64)


def _labels(
    case: Case, demands: Demands, decisions: Decisions, *, previous: Previous | None, known: np.ndarray
) -> tuple[tuple[str, ...], np.ndarray]:
    """The streams' ids and a first stream for each outline: as before, as the call says, or as the texts
    group."""
    n = len(case.outlines)
    languages = [outline.language for outline in case.outlines]
    given = [topic.id for topic in demands.streams]
    pins = {o: s for o, s in decisions.streams.items() if o in set(case.ids)}
    if given:
        wrong = sorted(set(pins.values()) - set(given))
        if wrong:
            raise BadInput(f"stream {wrong[0]!r} was decided but the call has only {', '.join(given)}")
        ids = tuple(given)
        if len(known) > n:
            spoken = [*languages, *["en"] * len(given)]
            free = find_streams.without_language(known, spoken)
            labels = (free[:n] @ free[n:].T).argmax(axis=1)
        else:
            labels, _ = find_streams.find(known[:n], languages, (len(given), len(given)))
            labels = find_streams.renumber(labels, _wanted(case, pins, ids), len(ids))
    elif previous is not None and previous.names:
        living = {previous.stream_of[o] for o in case.ids if o in previous.stream_of} | set(pins.values())
        ids = tuple(sorted(living or previous.names))
        labels = np.full(n, -1)
    else:
        labels, _ = find_streams.find(known[:n], languages, demands.stream_count)
        fresh = [f"s{k + 1}" for k in range(n + len(pins))]
        own = sorted(set(pins.values()))
        ids = tuple([*own, *[s for s in fresh if s not in own]][: max(len(own), int(labels.max()) + 1)])
        ids = tuple(sorted(ids))
        labels = find_streams.renumber(labels, _wanted(case, pins, ids), len(ids))
    place = {stream: k for k, stream in enumerate(ids)}
    for i, outline in enumerate(case.outlines):
        stream = pins.get(outline.id) or (previous.stream_of.get(outline.id) if previous else None)
        stream = stream or (outline.work_stream if given else None)
        labels[i] = place.get(stream, labels[i]) if stream else labels[i]
    return ids, _nearest_where_unknown(known[:n], languages, labels, len(ids))


def _recounted(
    case: Case, rows: np.ndarray, count: int, previous: Previous | None
) -> tuple[tuple[str, ...], np.ndarray]:
    """So many streams as the texts group, whatever there was before; outlines keep their number where they can."""
    labels, _ = find_streams.find(rows, [outline.language for outline in case.outlines], (count, count))
    found = int(labels.max()) + 1
    ids = tuple(f"s{k + 1}" for k in range(found))
    before = previous.stream_of if previous else {}
    wishes = [before.get(o, "") for o in case.ids]
    wanted = np.array([ids.index(wish) if wish in ids else -1 for wish in wishes])
    return ids, find_streams.renumber(labels, wanted, found)


def _wanted(case: Case, pins: Mapping[str, str], ids: Sequence[str]) -> np.ndarray:
    return np.array([ids.index(pins[o]) if o in pins else -1 for o in case.ids])


def _nearest_where_unknown(
    rows: np.ndarray, languages: Sequence[str | None], labels: np.ndarray, count: int
) -> np.ndarray:
    """Give every outline still at -1 (a late one) the stream whose outlines it is nearest to."""
    late = labels < 0
    if not late.any():
        return labels
    free = find_streams.without_language(rows, languages)
    middle = find_streams.unit(np.stack([free[labels == s].sum(axis=0) for s in range(count)]))
    return np.where(late, (free @ middle.T).argmax(axis=1), labels)


def _profiles(texts: np.ndarray, labels: np.ndarray, count: int, named: np.ndarray) -> np.ndarray:
    """(S, d): each stream's direction; the call's own description counts as much as all its outlines."""
    middle = find_streams.profiles(texts, labels, count)
    if not len(named):
        return middle
    for _ in range(ROUNDS):
        middle = find_streams.unit(named + middle)
        middle = find_streams.profiles(texts, (texts @ middle.T).argmax(axis=1), count)
    return find_streams.unit(named + middle)


def _problem(
    case: Case,
    demands: Demands,
    decisions: Decisions,
    weights: Weights,
    known: tuple[tuple[str, ...], np.ndarray, np.ndarray, Strengths, np.ndarray],
) -> tuple[tuple[str, ...], Problem]:
    """Return notes on decisions that have become void, and the problem."""
    ids, texts, profiles, found, total = known
    n, place = len(case.outlines), {o: i for i, o in enumerate(case.ids)}
    fit = find_streams.fit(texts, profiles)
    if demands.streams:
        for i, outline in enumerate(case.outlines):
            if outline.work_stream in ids:
                fit[i, ids.index(outline.work_stream)] += CHOSEN
    worth = np.where(found.allowed, total - weights.price, -np.inf)
    together = _positions(decisions.together, place)
    never = _positions(decisions.never, place)
    for a, b in never:
        worth[a, b] = worth[b, a] = -np.inf
    forced = tuple((a, b) for a, b in together if case.countries[a] != case.countries[b])
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
    states = {country: k for k, country in enumerate(sorted(set(case.countries)))}
    pinned = np.array([ids.index(decisions.streams[o]) if o in decisions.streams else -1 for o in case.ids])
    bonus = np.where(np.isfinite(worth), weights.same_stream * total, 0.0)
    told = {o for pair in decisions.together | decisions.never for o in pair} | set(decisions.streams)
    void = sorted(told - decisions.withdrawn)
    notes = tuple(f"a decision names outline {o}, which is not in the call" for o in void if o not in place)
    return notes, Problem(
        fit=fit,
        worth=worth,
        bonus=bonus,
        lowest=np.minimum(demands.min_links, capacity),
        capacity=capacity,
        state=np.array([states[country] for country in case.countries]),
        size=size,
        min_countries=min(demands.min_countries, len(states)),
        pinned=pinned,
        together=together,
        never=never,
        forced=forced,
    )


def _positions(pairs: frozenset[Pair], place: Mapping[OutlineId, int]) -> tuple[tuple[int, int], ...]:
    return tuple((place[a], place[b]) for a, b in sorted(pairs) if a in place and b in place)
