"""Which other good teams are truly different from the best? Local search with the distance as a rule."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

import numpy as np

from matcher.solver.instance import Instance
from matcher.solver.kernel import Rules
from matcher.solver.search import Optimum, local_optima

RESTARTS = 5


def diverse_teams(
    instance: Instance, best: Optimum, limit: int, apart: int | None, seed: int
) -> list[Optimum]:
    """Return up to `limit` sets, `best` first, each `apart` members away from every other, by descending value.

    Away: so many members are not in the other team. By default two fifths of the best team's size, but no more than
    those who are free to go.
    """
    team = best[1]
    free = len(team) - int(np.count_nonzero(instance.fixed_in))
    distance = max(1, min(ceil(0.4 * len(team)), free)) if apart is None else apart
    chosen = [best]
    spare: list[Optimum] = []
    while len(chosen) < limit:
        teams = [members for _, members in chosen]
        away = replace(instance, rules=keep_away(instance.rules, teams, distance))
        spare = [optimum for optimum in spare if len(set(optimum[1]) - set(teams[-1])) >= distance]
        start = spare[0][1] if spare else _who_may_stay(team, instance, distance)
        fresh = local_optima(away, seed + len(chosen), RESTARTS, [start])
        spare = sorted({*spare, *fresh}, key=_best_first)
        if not spare:
            break
        chosen.append(spare[0])
    return [best, *sorted(chosen[1:], key=_best_first)]


def _best_first(optimum: Optimum) -> tuple[float, tuple[int, ...]]:
    return -optimum[0], optimum[1]


def _who_may_stay(team: Sequence[int], instance: Instance, distance: int) -> tuple[int, ...]:
    """Some of the best team, as many as may stay."""
    free = [p for p in team if not instance.fixed_in[p]]
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
