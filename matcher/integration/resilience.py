"""What breaks if an outline, an organisation or a whole state drops out, and which few links would mend
it?"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from data.countries import country_name
from data.model import OutlineId
from matcher.integration.checks import Check, islands
from matcher.integration.prepare import Prepared
from matcher.integration.problem import Pairs
from matcher.integration.project import Coverage, Loss

MENDED = 12
"""So many of the most severe losses come with their repair."""
RULED = 60
"""Up to so many outlines the rules are asked after every single loss; beyond, after a state's loss only."""


def losses(
    prepared: Prepared,
    assigned: np.ndarray,
    pairs: Pairs,
    *,
    covered: Sequence[Coverage],
    check: Check | None,
) -> tuple[Loss, ...]:
    """Every loss that breaks something, the most severe first, ties by kind and id."""
    met = check(prepared.case.outlines).answer if check else None
    found = []
    for kind, ident, gone in _who(prepared):
        asked = check if kind == "country" or len(prepared.case.outlines) <= RULED else None
        loss = _loss(prepared, (assigned, pairs), (kind, ident, gone), covered)
        if asked is not None and met != "broken" and len(gone) < len(prepared.case.outlines):
            rest = [o for i, o in enumerate(prepared.case.outlines) if i not in set(gone)]
            if asked(rest).answer == "broken":
                text = "the call's rules are broken"
                loss = Loss(kind, ident, loss.outlines, loss.short, (*loss.breaks, text), loss.severity + 5)
        if loss.breaks:
            found.append((loss, gone))
    found.sort(key=lambda one: (-one[0].severity, one[0].kind, one[0].id))
    return tuple(
        _with_mend(prepared, pairs, loss, gone) if place < MENDED else loss
        for place, (loss, gone) in enumerate(found)
    )


def _who(prepared: Prepared) -> list[tuple[str, str, tuple[int, ...]]]:
    case = prepared.case
    owners: defaultdict[str, list[int]] = defaultdict(list)
    states: defaultdict[str, list[int]] = defaultdict(list)
    for i in range(len(case.outlines)):
        owners[case.owner(i)].append(i)
        states[case.countries[i]].append(i)
    return [
        *(("outline", case.ids[i], (i,)) for i in range(len(case.outlines))),
        *(
            ("organisation", owner, tuple(theirs))
            for owner, theirs in sorted(owners.items())
            if len(theirs) > 1
        ),
        *(("country", state, tuple(theirs)) for state, theirs in sorted(states.items())),
    ]


def _loss(
    prepared: Prepared,
    solved: tuple[np.ndarray, Pairs],
    who: tuple[str, str, tuple[int, ...]],
    covered: Sequence[Coverage],
) -> Loss:
    """What breaks without `who`: outlines left short, streams left narrow, topics uncovered, islands."""
    assigned, pairs = solved
    kind, ident, gone = who
    case, n = prepared.case, len(prepared.case.outlines)
    left = np.ones(n, dtype=bool)
    left[list(gone)] = False
    kept = pairs[left[pairs].all(axis=1)]
    short = _newly_short(prepared, pairs, kept) & left
    breaks, severity = [], 0.0
    if short.any():
        breaks.append(f"{int(short.sum())} outlines fall below {prepared.demands.min_links} links")
        severity += float(short.sum()) / max(1, n) * 10
    for s in sorted(set(assigned[list(gone)].tolist())):
        states = {case.countries[i] for i in np.flatnonzero((assigned == s) & left)}
        before = {case.countries[i] for i in np.flatnonzero(assigned == s)}
        if len(states) < prepared.problem.min_countries <= len(before):
            breaks.append(f"stream {prepared.stream_ids[s]} is left with {len(states)} states")
            severity += 3
    names = {case.ids[i] for i in gone}
    for topic in covered:
        if topic.covered and set(topic.outlines) <= names and len(topic.outlines) < 3:
            breaks.append(f"nobody else covers {topic.name}")
            severity += 2
    parts = len(set(islands(n, kept)[left].tolist())) if left.any() else 0
    more = parts - len(set(islands(n, pairs).tolist()))
    alone = int((short & (np.bincount(kept.ravel(), minlength=n) == 0)).sum())
    if more - alone > 0:
        breaks.append(f"the links fall into {parts} separate parts")
        severity += 1
    if kind == "country":
        breaks.append(
            f"{country_name(ident)} leaves with {len(gone)} outlines and {len(pairs) - len(kept)} links"
        )
        severity += (len(pairs) - len(kept)) / max(1, len(pairs)) * 5
    ids = tuple(case.ids[i] for i in gone)
    return Loss(kind, ident, ids, tuple(case.ids[i] for i in np.flatnonzero(short)), tuple(breaks), severity)


def _newly_short(prepared: Prepared, pairs: Pairs, kept: Pairs) -> np.ndarray:
    """(n,) bool: enough links before, not enough now."""
    n, lowest = len(prepared.case.outlines), prepared.problem.lowest
    before = np.bincount(pairs.ravel(), minlength=n)
    now = np.bincount(kept.ravel(), minlength=n)
    return (now < lowest) & (before >= lowest)


def _with_mend(prepared: Prepared, pairs: Pairs, loss: Loss, gone: tuple[int, ...]) -> Loss:
    new = mend(prepared, pairs, gone)
    return Loss(loss.kind, loss.id, loss.outlines, loss.short, loss.breaks, loss.severity, new)


def mend(prepared: Prepared, pairs: Pairs, gone: Sequence[int]) -> tuple[tuple[OutlineId, OutlineId], ...]:
    """The fewest new links that give every outline left short its least number again, the strongest among
    those.

    Nothing else changes. What cannot be mended within the capacities stays short.
    """
    problem, n = prepared.problem, len(prepared.case.outlines)
    left = np.ones(n, dtype=bool)
    left[list(gone)] = False
    kept = pairs[left[pairs].all(axis=1)]
    lack = np.where(_newly_short(prepared, pairs, kept) & left, problem.lowest, 0)
    degree = np.bincount(kept.ravel(), minlength=n)
    lack = np.maximum(lack - degree, 0)
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
