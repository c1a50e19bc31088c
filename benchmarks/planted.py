"""Calls whose streams and complementary pairs are known, because they were planted: vectors made by a recipe.

    text  = unit(stream + OWN own + LANGUAGE offset of the language + noise)
    offer = unit(0.7 stream + own_offer + LANGUAGE offset + noise / 2)
    seek  = the same recipe around the *supplier's* own_offer and stream, with the seeker's language

`stream`, `own`, `own_offer` and the offsets are random directions of length 1 in WIDTH dimensions, noise has
length `noise`. One outline in five seeks something that nobody offers, one in ten is off topic (no stream in
its text; its planted stream is then the one it was counted for). Countries have very uneven numbers of
outlines (1 / rank), and a country writes in one of its languages.
"""

from dataclasses import dataclass

import numpy as np

from data.countries import EU27
from data.model import CallId, Organisation, OrganisationId, Outline, OutlineId
from matcher.overall.case import Case
from matcher.overall.decisions import Pair, ordered
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
    pairs: frozenset[Pair]


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
