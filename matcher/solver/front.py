"""What does it cost to work with new people? The front of fit against new ties, as data for a slider."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from matcher.solver.pool import initial_pool, price_in
from matcher.solver.problem import TeamProblem
from matcher.solver.request import Request
from matcher.solver.search import local_optima

TIE_WEIGHTS = (3.0, 2.0, 1.0, 0.5, 0.2, 0.0, -0.2, -0.5, -1.0, -2.0, -4.0)
"""From those who know each other to those who do not."""
RESTARTS = 12
WIDTH = 200
PRICED_IN = 100


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """A consortium on the front: no other found has both more fit and more new ties.

    `fit`: the fit and coverage terms by their weights, over the sum of these weights, in [0, 1]; `new_ties`: the
    share of its pairs that never worked together, in [0, 1]; `ties_weight`: the weight that led to it.
    """

    members: tuple[str, ...]
    fit: float
    new_ties: float
    ties_weight: float


def front(
    problem: TeamProblem, *, tie_weights: Sequence[float] = TIE_WEIGHTS, seed: int = 0
) -> tuple[FrontPoint, ...]:
    """Return the front among what local search finds at each weight of ties, from most fit to most new ties."""
    points: dict[tuple[str, ...], FrontPoint] = {}
    for weight in tie_weights:
        request = Request.of(replace(problem, weights=replace(problem.weights, ties=weight)))
        pool = initial_pool(request, WIDTH)
        optima = local_optima(request.instance(pool), seed, RESTARTS)
        pool = price_in(request, pool, [pool[list(team)].tolist() for _, team in optima[:3]], PRICED_IN)
        for _, team in local_optima(request.instance(pool), seed, RESTARTS):
            point = _point(problem, pool[list(team)], weight)
            points.setdefault(point.members, point)
    kept: list[FrontPoint] = []
    for point in sorted(points.values(), key=lambda p: (-p.fit, -p.new_ties, p.members)):
        if not kept or point.new_ties > kept[-1].new_ties + 1e-12:
            kept.append(point)
    return tuple(kept)


def _point(problem: TeamProblem, members: np.ndarray, weight: float) -> FrontPoint:
    size = members.size
    known = np.count_nonzero(np.triu(problem.ties[members][:, members].toarray(), 1))
    pairs = size * (size - 1) / 2
    coverage = 0.0
    if problem.aspects.shape[1]:
        coverage = float(np.average(problem.aspects[members].max(axis=0), weights=problem.aspect_weights))
    weights = problem.weights
    fit = weights.fit * float(problem.fit[members].mean()) + weights.coverage * coverage
    return FrontPoint(
        members=tuple(sorted(problem.facts.ids[m] for m in members)),
        fit=fit / max(weights.fit + weights.coverage, 1e-12),
        new_ties=1.0 if pairs == 0 else 1 - known / pairs,
        ties_weight=weight,
    )
