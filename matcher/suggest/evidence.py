"""Who could answer a need, and by what evidence? Name and type, own words, projects; one probability, with its ground.

Being large is no evidence: what an organisation's best project reaches is judged against what as many random projects
would reach. A text that many organisations share can lift none of them above the share of those without it.
"""

from typing import NamedTuple

import numpy as np

from data.organisation_types import organisation_types
from matcher.needs.read import Need
from matcher.suggest.text_profiles import TextProfiles, Voices

UNREAD, UNREAD_BROAD = 0.6, 0.3
"""Share of a typed need's answer that the type alone gives, and that a type gives whose bearers work on all subjects;
nearness to the need and the outline gives the rest."""
BROAD_ALONE = 0.36
"""No type whose bearers work on all subjects makes surer than this where no text of theirs is near."""
UNUSUAL = 0.95
"""Texts count as evidence for a need without a type from here on: so few of those at random are as near."""
MOST_BY_TEXT = 0.7
"""No text alone makes surer than this that somebody answers a need."""
BY_WORD = 0.9
"""What a rare word shared with the outline counts, where one shared with the need counts 1."""
MOST_BY_WORD = 0.6
"""No shared word alone makes surer than this."""
CLAIMED, FAIR, STRONG = 0.35, 0.55, 0.8
"""From these probabilities on an answer is claimed at all, called fair, called strong."""
NEAR = 0.7
"""A text's score from which on a sentence says that it is near; the objective heeds lesser nearness, too. Read on 60
texts that were called near from 0.55 on: of those below 0.7 a third were about something else."""
STATED_ELSEWHERE = 0.25
"""What is left where a need asks for another country."""
OUTSIDE = 0.5
"""What is left of who is seated outside all countries that the call's rules name, where a need names none."""


def strength(probability: float) -> str:
    """Say a probability in a word: weak from CLAIMED on, fair, strong.

    >>> strength(0.9), strength(0.6), strength(0.4)
    ('strong', 'fair', 'weak')
    """
    return "strong" if probability >= STRONG else "fair" if probability >= FAIR else "weak"


class Nearness(NamedTuple):
    """(n, q) how near each organisation's best text is to each of q vectors.

    `unusual`: share of organisations with as many random texts that would stay below, in [0, 1); `score`: in [0, 1], on
    the store's scale; `written`: the same of what it wrote itself, its profile and outlines, 0 where it wrote nothing.
    """

    unusual: np.ndarray
    score: np.ndarray
    written: np.ndarray


def nearness(profiles: TextProfiles, vectors: np.ndarray, *, but: str | None = None) -> Nearness:
    """Judge every organisation's best text against as many random ones: F(s)^m, F over (organisation, text) pairs.

    F(s) is the share of pairs strictly below similarity s, so a text that k organisations share lifts none above
    1 - k / pairs; m is how many projects speak for the organisation. What it wrote itself stands alone: m = 1.
    The text `but` is not heard.
    """
    cosines = [_heard(voices, vectors, but) for voices in profiles.voices]
    pairs = np.concatenate([voices.behind for voices in profiles.voices])
    every = np.concatenate(cosines)
    below = np.stack([_share_below(column, pairs) for column in every.T], axis=1)
    ends = np.cumsum([len(cosine) for cosine in cosines])[:-1]
    of_projects, *of_own = np.split(below, ends)
    projects = np.diff(profiles.shared.speaks.indptr)
    done = profiles.shared.best(of_projects, 0.0) ** np.maximum(projects, 1)[:, None]
    written = [voices.best(share, 0.0) for voices, share in zip(profiles.voices[1:], of_own, strict=True)]
    scores = [
        voices.best(profiles.scale.score(cosine) * voices.worth[:, None], 0.0)
        for voices, cosine in zip(profiles.voices, cosines, strict=True)
    ]
    return Nearness(
        np.maximum.reduce([done, *written]).astype(np.float32),
        np.maximum.reduce(scores).astype(np.float32),
        np.maximum.reduce([np.zeros_like(scores[0]), *scores[1:]]).astype(np.float32),
    )


def _heard(voices: Voices, vectors: np.ndarray, but: str | None) -> np.ndarray:
    """(m, q) cosines; -1 for a text that is not heard."""
    cosine: np.ndarray = np.round(voices.vectors @ vectors.T, 5)
    cosine[voices.behind == 0] = -1.0
    if but in voices.columns:
        cosine[voices.columns[but]] = -1.0
    return cosine


def _share_below(similar: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """(m,) the share of pairs whose text is strictly less similar than each one."""
    order = np.argsort(similar, kind="stable")
    ranked = similar[order]
    before = np.concatenate([[0.0], np.cumsum(pairs[order], dtype=float)])
    first = np.searchsorted(ranked, similar, side="left")
    share: np.ndarray = before[first] / max(before[-1], 1.0)
    return share


class Channels(NamedTuple):
    """(n,) each: what speaks for every organisation's answer to one need, all in [0, 1].

    `share`: how surely it is of a type that the need names; `near_need`, `near_outline`: how unusual its texts'
    nearness is; `score`, `score_outline`: how near its best text is to them; `worded_need`, `worded_outline`: how rare
    the rarest word is that its name shares with them.
    """

    share: np.ndarray
    near_need: np.ndarray
    near_outline: np.ndarray
    score: np.ndarray
    score_outline: np.ndarray
    worded_need: np.ndarray
    worded_outline: np.ndarray


def answers(need: Need, channels: Channels, place: np.ndarray) -> np.ndarray:
    """Return (n,) the probability that each organisation answers a need. `place`: (n,) what its country leaves of it.

    With a type: share * (UNREAD + (1 - UNREAD) * nearness), nearness by texts or else by a rare word of the name
    (1 - both missing); of texts half how near they are, half how unusual that is, to need and outline alike: among
    airlines the one that flew in such projects comes first, not the one that has a single text. Where every type
    sought is broad: UNREAD_BROAD, nearness by how near texts are, not by how unusual that is, and BROAD_ALONE at most
    where none is near the need. Without a type, or where it is only told by what it makes: as near as its texts are to
    need and outline, where that is unusual, or by the rare word alone.
    """
    unusual = np.clip((channels.near_need - UNUSUAL) / (1 - UNUSUAL), 0, 1)
    by_text = MOST_BY_TEXT * (channels.score + channels.score_outline) / 2 * unusual
    answer = np.maximum(by_text, MOST_BY_WORD * channels.worded_need)
    if need.types:
        near_texts = (channels.near_need, channels.near_outline, channels.score, channels.score_outline)
        texts = np.mean(near_texts, axis=0)
        words = np.maximum(channels.worded_need, BY_WORD * channels.worded_outline)
        near = 1 - (1 - texts) * (1 - words)
        types = [organisation_types()[ident] for ident in need.types]
        unread, broad = UNREAD, all(one.broad for one in types)
        if broad:
            unread = UNREAD_BROAD
            near = 1 - (1 - (channels.score + channels.score_outline) / 2) * (1 - words)
        typed = channels.share * (unread + (1 - unread) * near)
        if broad:
            typed = np.where(channels.score < FAIR, np.minimum(typed, BROAD_ALONE), typed)
        things = any(one.thing for one in types)
        answer = np.maximum(typed, by_text) if things else typed
    probability: np.ndarray = (answer * place).astype(np.float32)
    return probability


def taken_in_turns(
    probability: np.ndarray, country: np.ndarray, number: int, *, different: bool
) -> np.ndarray:
    """Return (n, number): who may count as the first, the second … of several that are sought.

    Each organisation has one turn, so that one member cannot stand for two; where different countries are asked for,
    a country has one (`country`: (n,) numbers, -1 for unknown). The likeliest are dealt out in turn, so that every
    turn has good ones.
    """
    result = np.zeros((probability.size, number), np.float32)
    turn_of: dict[int, int] = {}
    dealt = 0
    for row in np.lexsort((np.arange(probability.size), -probability)):
        if probability[row] <= 0:
            break
        key = int(country[row]) if different and country[row] >= 0 else -2 - int(row)
        if key not in turn_of:
            turn_of[key] = dealt % number
            dealt += 1
        result[row, turn_of[key]] = probability[row]
    return result
