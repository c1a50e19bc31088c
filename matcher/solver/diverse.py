"""Which other good teams are truly different from the best? Local search with the distance as a rule."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

import numpy as np

from matcher.solver.kernel import Rules
from matcher.solver.search import Case, local_optima

RESTARTS = 5


def several(
    case: Case, value: float, team: Sequence[int], limit: int, apart: int | None, seed: int
) -> list[tuple[float, tuple[int, ...]]]:
    """Return up to `limit` (value, team), the given best one first, each `apart` members away from every other.

    Away: so many members are not in the other team. By default two fifths of the best team's size, but no more than
    those who are free to go.
    """
    found = [(value, tuple(team))]
    free = len(team) - int(np.count_nonzero(case.inside))
    distance = max(1, min(ceil(0.4 * len(team)), free)) if apart is None else apart
    near: list[tuple[float, tuple[int, ...]]] = []
    while len(found) < limit:
        teams = [members for _, members in found]
        away = replace(case, rules=keep_away(case.rules, teams, distance))
        near = [pair for pair in near if len(set(pair[1]) - set(teams[-1])) >= distance]
        start = near[0][1] if near else _stay(team, case, distance)
        near = sorted({*near, *local_optima(away, seed + len(found), RESTARTS, [start])}, key=_best_first)
        if not near:
            break
        found.append(near[0])
    return [found[0], *sorted(found[1:], key=_best_first)]


def _best_first(pair: tuple[float, tuple[int, ...]]) -> tuple[float, tuple[int, ...]]:
    return -pair[0], pair[1]


def _stay(team: Sequence[int], case: Case, distance: int) -> tuple[int, ...]:
    """Some of the best team, as many as may stay."""
    free = [p for p in team if not case.inside[p]]
    return tuple(free[: max(0, len(free) - distance)])


def keep_away(rules: Rules, teams: Sequence[tuple[int, ...]], distance: int) -> Rules:
    """Return the rules with one more row for each team: at least `distance` members stand outside it."""
    rows = np.ones((len(teams), rules.kind.shape[0]))
    for number, team in enumerate(teams):
        rows[number, list(team)] = 0.0
    kind = rules.kind
    for row in rows:
        kind = np.unique(2 * kind + (row > 0), return_inverse=True)[1]
    ways = rules.way_demand.size
    extra = len(teams)
    return rules._replace(
        coef=np.concatenate([rules.coef, rows]),
        need=np.concatenate([rules.need, np.full(extra, float(distance))]),
        unit=np.concatenate([rules.unit, np.ones(extra)]),
        row_way=np.concatenate([rules.row_way, ways + np.arange(extra)]),
        only_way=np.concatenate([rules.only_way, np.ones(extra, np.bool_)]),
        way_demand=np.concatenate([rules.way_demand, rules.demands + np.arange(extra)]),
        demands=rules.demands + extra,
        kind=kind.astype(np.int64),
    )
