"""What breaks if an outline, an organisation or a whole state drops out, and which few links would mend
it?"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from data.model import OutlineId
from matcher.overall.checks import Check, islands
from matcher.overall.prepare import Prepared
from matcher.overall.problem import Pairs
from matcher.overall.project import Coverage, Loss

MENDED = 12
"""So many of the most severe losses come with their repair."""
RULED = 60
"""Up to so many outlines the rules are asked after every single loss; beyond, after a state's loss only."""


@dataclass(frozen=True, slots=True, eq=False)
class _Intact:
    """The overall project before anybody leaves, worked out once."""

    prepared: Prepared
    assigned: np.ndarray
    pairs: Pairs
    covered: Sequence[Coverage]
    streams: Sequence[str]
    """Their names."""
    ids: tuple[OutlineId, ...]
    countries: np.ndarray
    """(n,) texts, "" where unknown."""
    enough: np.ndarray
    """(n,) bool: has the least number of links."""
    parts: int

    @classmethod
    def of(
        cls,
        prepared: Prepared,
        assigned: np.ndarray,
        pairs: Pairs,
        covered: Sequence[Coverage],
        streams: Sequence[str],
    ) -> "_Intact":
        ids = prepared.case.ids
        enough = np.bincount(pairs.ravel(), minlength=len(ids)) >= prepared.problem.lowest
        parts = len(np.unique(islands(len(ids), pairs)))
        countries = np.array([country or "" for country in prepared.case.countries])
        return cls(prepared, assigned, pairs, covered, streams, ids, countries, enough, parts)

    def kept(self, gone: Sequence[int]) -> tuple[np.ndarray, Pairs, np.ndarray]:
        """Who is left (n,) bool, their links, and who of them no longer has enough (n,) bool."""
        left = np.ones(len(self.ids), dtype=bool)
        left[list(gone)] = False
        kept = self.pairs[left[self.pairs].all(axis=1)]
        now = np.bincount(kept.ravel(), minlength=len(self.ids))
        return left, kept, left & self.enough & (now < self.prepared.problem.lowest)


def losses(
    prepared: Prepared,
    assigned: np.ndarray,
    pairs: Pairs,
    *,
    covered: Sequence[Coverage],
    check: Check | None,
    streams: Sequence[str] = (),
) -> tuple[Loss, ...]:
    """Every state's loss, and every other that breaks something: the most severe first, ties by kind and id.

    `streams`: the streams' names, else their ids.
    """
    outlines = prepared.case.outlines
    intact = _Intact.of(prepared, assigned, pairs, covered, streams or prepared.stream_ids)
    fragile_rules = check is not None and check(outlines).answer != "broken"
    fragile = []
    for kind, ident, gone in _who(prepared):
        loss = _loss(intact, kind, ident, gone)
        checked = (
            fragile_rules and (kind == "country" or len(outlines) <= RULED) and len(gone) < len(outlines)
        )
        if checked and check is not None:
            rest = [outline for i, outline in enumerate(outlines) if i not in set(gone)]
            if check(rest).answer == "broken":
                breaks = (*loss.breaks, "the call's rules are broken")
                loss = replace(loss, breaks=breaks, severity=loss.severity + 5)
        if loss.breaks or kind == "country":
            fragile.append((loss, gone))
    fragile.sort(key=lambda pair: (-pair[0].severity, pair[0].kind, pair[0].id))
    return tuple(
        replace(loss, mend=mend(prepared, pairs, gone)) if place < MENDED else loss
        for place, (loss, gone) in enumerate(fragile)
    )


def _who(prepared: Prepared) -> list[tuple[str, str, tuple[int, ...]]]:
    case = prepared.case
    owners: defaultdict[str, list[int]] = defaultdict(list)
    states: defaultdict[str, list[int]] = defaultdict(list)
    for i in range(len(case.outlines)):
        owners[case.owner(i)].append(i)
        if (country := case.countries[i]) is not None:
            states[country].append(i)
    return [
        *(("outline", case.ids[i], (i,)) for i in range(len(case.outlines))),
        *(
            ("organisation", owner, tuple(theirs))
            for owner, theirs in sorted(owners.items())
            if len(theirs) > 1
        ),
        *(("country", state, tuple(theirs)) for state, theirs in sorted(states.items())),
    ]


def _loss(intact: _Intact, kind: str, ident: str, gone: tuple[int, ...]) -> Loss:
    """What breaks without `gone`: outlines left short, streams left narrow, topics uncovered, islands.

    Severity adds up: ten times the part of all outlines left short; 3 for each narrow stream, 2 for each uncovered
    topic, 1 for falling apart; for a state five times the part of all links that go with it.
    """
    prepared, assigned, pairs = intact.prepared, intact.assigned, intact.pairs
    left, kept, short = intact.kept(gone)
    n, breaks, severity = len(left), [], 0.0
    if short.any():
        fall = "outline falls" if short.sum() == 1 else "outlines fall"
        breaks.append(f"{int(short.sum())} {fall} below {prepared.demands.min_links} links")
        severity += float(short.sum()) / max(1, n) * 10
    for s in sorted(set(assigned[list(gone)].tolist())):
        states = set(intact.countries[(assigned == s) & left].tolist()) - {""}
        before = set(intact.countries[assigned == s].tolist()) - {""}
        if len(states) < prepared.problem.min_countries <= len(before):
            left_with = "one state" if len(states) == 1 else f"{len(states)} states"
            breaks.append(f"the stream “{intact.streams[s]}” is left with {left_with}")
            severity += 3
    names = {intact.ids[i] for i in gone}
    for topic in intact.covered:
        if topic.covered and set(topic.outlines) <= names:
            breaks.append(f"no other outline was found to speak of {topic.name}")
            severity += 2
    linked = left & (np.bincount(kept.ravel(), minlength=n) > 0)
    parts = len(np.unique(islands(n, kept)[linked]))
    if parts > intact.parts:
        breaks.append(f"the links fall into {parts} separate parts")
        severity += 1
    lost = len(pairs) - len(kept)
    if kind == "country":
        severity += lost / max(1, len(pairs)) * 5
    ids = tuple(intact.ids[i] for i in gone)
    left_short = tuple(intact.ids[i] for i in np.flatnonzero(short))
    return Loss(kind, ident, ids, left_short, tuple(breaks), severity, lost)


def mend(prepared: Prepared, pairs: Pairs, gone: Sequence[int]) -> tuple[tuple[OutlineId, OutlineId], ...]:
    """The fewest new links that give every outline left short its least number again, the strongest among
    those.

    Nothing else changes. What cannot be mended within the capacities stays short.
    """
    problem, n = prepared.problem, len(prepared.case.outlines)
    nowhere = np.zeros(n, dtype=int)
    left, kept, short = _Intact.of(prepared, nowhere, pairs, (), ()).kept(gone)
    degree = np.bincount(kept.ravel(), minlength=n)
    lack = np.where(short, problem.lowest - degree, 0)
    free = np.isfinite(problem.worth) & left[:, None] & left[None, :] & (lack[:, None] + lack[None, :] > 0)
    free[tuple(kept.T)] = False
    new = np.argwhere(np.triu(free & free.T, 1))
    if not lack.any() or not len(new):
        return ()
    width = len(new) + n
    at = sparse.csr_array(
        (np.ones(2 * len(new)), (new.T.ravel(), np.tile(np.arange(len(new)), 2))), shape=(n, width)
    )
    slack = sparse.csr_array((np.ones(n), (np.arange(n), len(new) + np.arange(n))), shape=(n, width))
    gain = np.concatenate([prepared.total[tuple(new.T)] / (2 * n) - 1, np.full(n, -10.0)])
    spare = np.maximum(problem.capacity - degree, 0)
    answer = milp(
        -gain,
        constraints=[LinearConstraint(at + slack, lack, np.inf), LinearConstraint(at, 0, spare)],
        bounds=Bounds(0, np.concatenate([np.ones(len(new)), lack])),
        integrality=np.concatenate([np.ones(len(new)), np.zeros(n)]),
        options={"time_limit": 1.0},
    )
    if answer.x is None:
        return ()
    ids = prepared.case.ids
    return tuple((ids[i], ids[j]) for i, j in new[answer.x[: len(new)] > 0.5])
