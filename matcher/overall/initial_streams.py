"""In which stream does each outline begin? As before, as the call says, or as the texts group; with their profiles."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from data.errors import BadInput
from data.model import OutlineId
from matcher.overall import streams as find_streams
from matcher.overall.case import Case, Demands
from matcher.overall.decisions import Decisions

ROUNDS = 4
"""Times that profiles of given streams are made anew from the outlines nearest to them."""


class EarlierStreams(Protocol):
    """The proposal before this one, as far as its streams go."""

    @property
    def stream_of(self) -> Mapping[OutlineId, str]: ...

    @property
    def names(self) -> Mapping[str, str]: ...


def initial_streams(
    case: Case, demands: Demands, decisions: Decisions, *, previous: EarlierStreams | None, rows: np.ndarray
) -> tuple[tuple[str, ...], np.ndarray]:
    """The streams' ids and a first stream for each outline: as before, as the call says, or as the texts group."""
    n = len(case.outlines)
    languages = [outline.language for outline in case.outlines]
    given = [topic.id for topic in demands.streams]
    pins = {o: decisions.streams[o] for o in case.ids if o in decisions.streams}
    if given:
        wrong = sorted(set(pins.values()) - set(given))
        if wrong:
            raise BadInput(f"stream {wrong[0]!r} was decided but the call has only {', '.join(given)}")
        ids = tuple(given)
        if len(rows) > n:
            spoken = [*languages, *["en"] * len(given)]
            free = find_streams.without_language(rows, spoken)
            labels = (free[:n] @ free[n:].T).argmax(axis=1)
        else:
            labels, _ = find_streams.cluster(rows[:n], languages, (len(given), len(given)))
            labels = find_streams.renumber(labels, _wanted(case, pins, ids), len(ids))
    elif previous is not None and previous.names:
        living = {previous.stream_of[o] for o in case.ids if o in previous.stream_of} | set(pins.values())
        ids = tuple(sorted(living or previous.names))
        labels = np.full(n, -1)
    else:
        labels, _ = find_streams.cluster(rows[:n], languages, demands.stream_count)
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
    return ids, _nearest_where_unknown(rows[:n], languages, labels, len(ids))


def recounted_streams(
    case: Case, rows: np.ndarray, count: int, previous: EarlierStreams | None
) -> tuple[tuple[str, ...], np.ndarray]:
    """So many streams as the texts group, whatever there was before; outlines keep their number where they can."""
    labels, _ = find_streams.cluster(rows, [outline.language for outline in case.outlines], (count, count))
    made = int(labels.max()) + 1
    ids = tuple(f"s{k + 1}" for k in range(made))
    wishes = [previous.stream_of.get(outline, "") if previous else "" for outline in case.ids]
    wanted = np.array([ids.index(wish) if wish in ids else -1 for wish in wishes])
    return ids, find_streams.renumber(labels, wanted, made)


def stream_profiles(texts: np.ndarray, labels: np.ndarray, count: int, named: np.ndarray) -> np.ndarray:
    """(S, d): each stream's direction; the call's own description counts as much as all its outlines."""
    middle = find_streams.profiles(texts, labels, count)
    if not len(named):
        return middle
    for _ in range(ROUNDS):
        middle = find_streams.unit(named + middle)
        middle = find_streams.profiles(texts, (texts @ middle.T).argmax(axis=1), count)
    return find_streams.unit(named + middle)


def _wanted(case: Case, pins: Mapping[OutlineId, str], ids: Sequence[str]) -> np.ndarray:
    """(n,) the stream that each outline is decided to be in; -1 where nothing is decided."""
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
