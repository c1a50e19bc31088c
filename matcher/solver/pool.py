"""Which few hundred candidates are worth the first search? Strata first, then pricing against the best teams.

A pool by text similarity alone loses a large part of the utility that the whole store allows. So the pool holds the
best by fit, by coverage of each aspect, by ties to those already asked for, and the best of every class of candidates
that the rules tell apart, so that no rule becomes unsatisfiable only because of the pool; then every candidate of the
store is priced: what would it add to one of the best teams, in place of that team's weakest member?
"""

from collections.abc import Sequence

import numpy as np

from matcher.solver.request import Request

PER_ASPECT = 6
PER_STRATUM = 2
PARTNERS = 20


def initial_pool(request: Request, width: int) -> np.ndarray:
    """Return ascending positions of some `width` candidates, more where strata and aspects ask for it.

    Those who must be in are among them, those whom a demand keeps out are not, unless all candidates fit in.
    """
    problem = request.problem
    n = len(problem.facts)
    if n <= width:
        return np.arange(n)
    score = np.where(request.excluded, -np.inf, potential(request))
    order = np.argsort(-score, kind="stable")
    chosen: set[int] = set(request.required)
    for a in range(problem.aspects.shape[1]):
        chosen.update(_best(problem.aspects[:, a] * (0.5 + 0.5 * problem.fit), PER_ASPECT))
    if request.required:
        near = request.utility.tie_sum(request.required)
        chosen.update(p for p in _best(near, PARTNERS) if near[p] > 0)
    chosen.update(_strata(problem.facts.country, order, width // 2))
    chosen.update(_strata(problem.facts.kind, order, width // 2))
    for position in order:
        if len(chosen) >= width:
            break
        chosen.add(int(position))
    return np.array(
        sorted((chosen - set(np.flatnonzero(request.excluded))) | set(request.required)), dtype=np.int64
    )


def _strata(code: np.ndarray, order: np.ndarray, most: int) -> list[int]:
    """Return the first PER_STRATUM of each code in `order`, the strata with the best heads first, at most `most`."""
    ranked = order[np.argsort(code[order], kind="stable")]
    first = np.flatnonzero(np.r_[True, np.diff(code[ranked]) != 0])
    length = np.diff(np.r_[first, code.size])
    heads = [
        int(ranked[b + k]) for b, s in zip(first, length, strict=True) for k in range(min(s, PER_STRATUM))
    ]
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    return sorted(heads, key=lambda position: int(place[position]))[:most]


def potential(request: Request) -> np.ndarray:
    """Return (n,): what a candidate may bring to a team not yet known: its own terms, some coverage, some ties."""
    utility = request.utility
    reach = utility.rho * (utility.ties @ utility.rho) * max(utility.scale, 0.0)
    place = reach.size - max(1, reach.size // 50)
    usual = np.partition(reach, place)[place] or 1.0
    own = utility.lin + utility.aspect.sum(axis=1) / 3
    score: np.ndarray = own + 0.5 * utility.lin.max(initial=0.0) * np.minimum(reach / usual, 2.0)
    return score


def price(request: Request, teams: Sequence[Sequence[int]]) -> np.ndarray:
    """Return (n,): the most that each candidate adds to one of the teams in place of its weakest free member.

    The gain is counted against that member's own: 0 says as good as what is there.
    """
    utility = request.utility
    best = np.full(len(request.problem.facts), -np.inf)
    for team in teams:
        losses = {
            member: utility.added([m for m in team if m != member], [member])[0]
            for member in team
            if member not in request.required
        }
        if not losses:
            continue
        weakest = min(losses, key=lambda member: (losses[member], member))
        best = np.maximum(best, utility.added([m for m in team if m != weakest]) - losses[weakest])
    return best


def price_in(request: Request, pool: np.ndarray, teams: Sequence[Sequence[int]], add: int) -> np.ndarray:
    """Return the pool with the `add` best priced candidates from outside it, ascending; nobody excluded."""
    if pool.size >= len(request.problem.facts) or not teams:
        return pool
    gain = price(request, teams)
    gain[pool] = -np.inf
    gain[request.excluded] = -np.inf
    added = [p for p in _best(gain, add) if gain[p] > -np.inf]
    return np.union1d(pool, np.array(added, dtype=pool.dtype))


def _best(score: np.ndarray, count: int) -> list[int]:
    count = min(count, score.size)
    top = np.argpartition(-score, count - 1)[:count]
    return [int(p) for p in sorted(top, key=lambda p: (-score[p], p))]
