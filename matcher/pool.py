"""Which few hundred candidates are worth the exact search? Strata first, then pricing against the best teams.

A pool by text similarity alone loses a large part of the utility that the whole store allows. So the pool holds the
best by fit, by coverage of each aspect, by ties to those already asked for, and the best of every country and kind,
so that no rule becomes unsatisfiable only because of the pool; then every candidate of the store is priced: what
would it add to one of the best teams, in place of that team's weakest member?
"""

from collections.abc import Sequence

import numpy as np

from matcher.solver.numbers import aspect_gains, gate, labels, linear, pairs_possible
from matcher.solver.problem import Problem

PER_ASPECT = 6
PER_STRATUM = 2
PARTNERS = 20


def draw(problem: Problem, width: int, held: Sequence[int], barred: np.ndarray) -> np.ndarray:
    """Return ascending positions of some `width` candidates (more where strata ask for it).

    `held` positions are among them, the `barred` (n,) are not, unless all n fit in.
    """
    n = len(problem.facts)
    if n <= width:
        return np.arange(n)
    score = np.where(barred, -np.inf, promise(problem))
    order = np.argsort(-score, kind="stable")
    chosen: set[int] = set(held)
    for a in range(problem.aspects.shape[1]):
        chosen.update(_best(problem.aspects[:, a] * (0.5 + 0.5 * problem.fit), PER_ASPECT))
    stratum = (problem.facts.country.astype(np.int64) + 1) * 16 + problem.facts.kind + 1
    ranked = order[np.argsort(stratum[order], kind="stable")]
    first = np.flatnonzero(np.r_[True, np.diff(stratum[ranked]) != 0])
    for offset in range(PER_STRATUM):
        position = first + offset
        inside = position < n
        same = stratum[ranked[position[inside]]] == stratum[ranked[first[inside]]]
        chosen.update(int(p) for p in ranked[position[inside][same]])
    if held:
        near = _tie_sum(problem, np.asarray(held))
        chosen.update(p for p in _best(near, PARTNERS) if near[p] > 0)
    for position in order:
        if len(chosen) >= width and position not in chosen:
            break
        chosen.add(int(position))
    return np.array(sorted(chosen - set(np.flatnonzero(barred)) | set(held)))


def promise(problem: Problem) -> np.ndarray:
    """Return (n,): what a candidate may bring to a team not yet known: its own terms, some coverage, some ties."""
    coverage = aspect_gains(problem)
    rho = gate(problem)
    reach = rho * (problem.ties @ rho) * max(problem.weights.ties, 0.0) / pairs_possible(problem)
    own = linear(problem)
    usual = np.sort(reach)[-max(1, reach.size // 50)] or 1.0
    return own + coverage.sum(axis=1) / 3 + 0.5 * own.max(initial=0.0) * np.minimum(reach / usual, 2.0)


def price(problem: Problem, teams: Sequence[Sequence[int]], fixed: Sequence[int] = ()) -> np.ndarray:
    """Return (n,): the most that each candidate adds to one of the teams in place of its weakest free member."""
    own, coverage = linear(problem), aspect_gains(problem)
    label, label_gain = labels(problem)
    best = np.full(len(problem.facts), -np.inf)
    for team in teams:
        members = np.asarray(team)
        losses = [
            _marginal(problem, own, coverage, label, label_gain, np.delete(members, k), members[k : k + 1])[0]
            if members[k] not in fixed
            else np.inf
            for k in range(members.size)
        ]
        rest = np.delete(members, int(np.argmin(losses)))
        gain = _marginal(problem, own, coverage, label, label_gain, rest, None)
        best = np.maximum(best, gain)
    return best


def widen(
    problem: Problem, pool: np.ndarray, teams: Sequence[Sequence[int]], add: int, barred: np.ndarray
) -> np.ndarray:
    """Return the pool with the `add` best priced candidates from outside it, ascending; nobody barred."""
    if pool.size >= len(problem.facts) or not teams:
        return pool
    gain = price(problem, teams)
    gain[pool] = -np.inf
    gain[barred] = -np.inf
    added = [p for p in _best(gain, add) if gain[p] > -np.inf]
    return np.union1d(pool, np.array(added, dtype=pool.dtype))


def _marginal(
    problem: Problem,
    own: np.ndarray,
    coverage: np.ndarray,
    label: np.ndarray,
    label_gain: np.ndarray,
    team: np.ndarray,
    at: np.ndarray | None,
) -> np.ndarray:
    """Return what each candidate (or those at `at`) adds to a team: own terms, coverage, balance and ties."""
    where = slice(None) if at is None else at
    total = own[where] + _tie_sum(problem, team)[where] * problem.weights.ties / pairs_possible(problem)
    covered = coverage[team].max(axis=0, initial=0.0)
    total = total + np.maximum(coverage[where] - covered, 0.0).sum(axis=1)
    fresh = np.append(label_gain, 0.0)
    fresh[label[team].ravel()] = 0.0
    return total + fresh[label[where]].sum(axis=1)


def _tie_sum(problem: Problem, team: np.ndarray) -> np.ndarray:
    """Return (n,): relevance-gated tie strength to the team, summed."""
    rho = gate(problem)
    total = np.zeros(len(problem.facts))
    ties = problem.ties
    for member in team:
        row = slice(ties.indptr[member], ties.indptr[member + 1])
        total[ties.indices[row]] += ties.data[row] * rho[member]
    return total * rho


def _best(score: np.ndarray, count: int) -> list[int]:
    count = min(count, score.size)
    top = np.argpartition(-score, count - 1)[:count]
    return [int(p) for p in sorted(top, key=lambda p: (-score[p], p))]
