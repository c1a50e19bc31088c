"""Calls whose streams and complementary pairs are known, because they were planted: vectors made by a recipe.

    text  = unit(stream + OWN own + LANGUAGE offset of the language + noise)
    offer = unit(0.7 stream + own_offer + LANGUAGE offset + noise / 2)
    seek  = the same recipe around the *supplier's* own_offer and stream, with the seeker's language

`stream`, `own`, `own_offer` and the offsets are random directions of length 1 in WIDTH dimensions, noise has
length `noise`. One outline in five seeks something that nobody offers, one in ten is off topic (no stream in
its text; its planted stream is then the one it was counted for). Countries have very uneven numbers of
outlines (1 / rank), and a country writes in one of its languages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.countries import EU27
from data.model import CallId, Organisation, OrganisationId, Outline, OutlineId
from matcher.overall.case import Case, Demands, LinkWeights
from matcher.overall.decisions import Decisions, OutlinePair, ordered
from matcher.overall.links import Strengths
from matcher.overall.prepare import Prepared
from matcher.overall.problem import JointProblem
from matcher.overall.streams import unit

WIDTH = 384
LANGUAGES = ("de", "fr", "en", "es", "it", "pl", "nl", "cs", "hu", "pt")
OWN, LANGUAGE = 0.8, 0.9
UNANSWERED, OFF_TOPIC, OUTSIDE = 0.2, 0.1, 0.25
"""Searches that nobody answers; texts without a stream; pairs that join two streams."""


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """A case with its truth: `streams` (n,) and the complementary `pairs`."""

    case: Case
    streams: np.ndarray
    pairs: frozenset[OutlinePair]


def plant(n: int, *, streams: int, states: int, noise: float, seed: int) -> Planted:
    """Make a call of n outlines from so many states, sorted by id."""
    rng = np.random.default_rng(seed)

    def directions(count: int) -> np.ndarray:
        return unit(rng.normal(size=(count, WIDTH)))

    weights = 1 / np.arange(1, states + 1)
    country = rng.choice(states, size=n, p=weights / weights.sum())
    country[:states] = np.arange(states)
    sizes = rng.dirichlet(np.full(streams, 12.0))
    label = np.sort(rng.choice(streams, size=n, p=sizes))
    rng.shuffle(label)
    spoken = country % len(LANGUAGES)
    centre, offset = directions(streams), LANGUAGE * directions(len(LANGUAGES))
    about = np.where((rng.random(n) < OFF_TOPIC)[:, None], 0.0, centre[label])
    texts = unit(about + OWN * directions(n) + offset[spoken] + noise * directions(n))
    made = directions(n)
    offers = unit(0.7 * centre[label] + made + offset[spoken] + noise / 2 * directions(n))
    wanted, where, pairs = directions(n), label.copy(), set()
    for i in rng.permutation(n)[int(UNANSWERED * n) :]:
        near = (country != country[i]) & ((label == label[i]) | (rng.random(n) < OUTSIDE * (streams > 1)))
        if near.any():
            j = int(rng.choice(np.flatnonzero(near)))
            wanted[i], where[i] = made[j], label[j]
            pairs.add((min(i, j), max(i, j)))
    seeks = unit(0.7 * centre[where] + wanted + offset[spoken] + noise / 2 * directions(n))
    codes = sorted(EU27)
    outlines = [
        Outline(
            OutlineId(f"o{i:03d}"),
            CallId("planted"),
            f"Outline {i}",
            "",
            OrganisationId(f"c{i:03d}"),
            codes[country[i]],
            language=LANGUAGES[spoken[i]],
        )
        for i in range(n)
    ]
    owners = {
        o.organisation: Organisation(o.organisation, country=o.country, fictional=True) for o in outlines
    }
    case = Case.of(outlines, {"texts": texts, "offers": offers, "seeks": seeks}, organisations=owners)
    ids = case.ids
    return Planted(case, label, frozenset(ordered(ids[i], ids[int(j)]) for i, j in pairs))


def bare_outlines(countries: Sequence[str], *, owners: Sequence[str] = ()) -> list[Outline]:
    """One outline a country, o0 on; its owner is c0 on, unless `owners` says otherwise."""
    return [
        Outline(
            OutlineId(f"o{k}"),
            CallId("call"),
            f"Outline {k}",
            "",
            OrganisationId(owner),
            country,
            language="en",
        )
        for k, (country, owner) in enumerate(
            zip(countries, owners or [f"c{k}" for k in range(len(countries))], strict=True)
        )
    ]


def bare_project(
    countries: Sequence[str],
    *,
    streams: int = 1,
    owners: Sequence[str] = (),
    texts: np.ndarray | None = None,
    offers: np.ndarray | None = None,
    size: tuple[int, int] = (0, 9),
    min_countries: int = 0,
    least: int = 0,
    capacity: int = 9,
    strength: np.ndarray | None = None,
) -> Prepared:
    """A project as checks, resilience and report see it, before anything is solved.

    Everybody is unlike everybody else unless vectors are given, and a link is worth `strength` (n, n) where given.
    """
    n = len(countries)
    apart = np.eye(n)
    case = Case.of(
        bare_outlines(countries, owners=owners),
        {"texts": apart if texts is None else texts, "offers": apart, "seeks": apart},
    )
    square = np.zeros((n, n)) if strength is None else strength
    states = np.unique(countries, return_inverse=True)[1]
    border = states[:, None] != states[None, :]
    problem = JointProblem(
        fit=np.zeros((n, streams)),
        worth=np.where(border, square, -np.inf),
        bonus=np.zeros((n, n)),
        lowest=np.full(n, least),
        capacity=np.full(n, capacity),
        state=states,
        size=size,
        min_countries=min_countries,
        pinned=np.full(n, -1),
    )
    return Prepared(
        case=case,
        demands=Demands("call", min_links=least),
        decisions=Decisions(),
        weights=LinkWeights(),
        stream_ids=tuple(f"s{k + 1}" for k in range(streams)),
        rows=case.texts,
        profiles=np.zeros((streams, n)),
        strengths=Strengths(square, square, np.zeros((n, n)), square, border),
        total=square,
        problem=problem,
        texts=case.texts,
        topics=np.empty((0, n)),
        offers=apart if offers is None else offers,
        seeks=apart,
        notes=(),
    )
