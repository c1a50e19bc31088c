"""Which other good teams are truly different from the best? Local search with the distance as a rule."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

import numpy as np

from matcher.solver.instance import Instance
from matcher.solver.kernel import Rules
from matcher.solver.search import Optimum, local_optima

RESTARTS = 5
DIFFERENT = 0.6
"""Share of the best team's members whom every further one does without, where nobody says how many."""


def diverse_teams(
    instance: Instance, best: Optimum, limit: int, apart: int | None, seed: int, other_answers: float = 0.0
) -> list[Optimum]:
    """Return up to `limit` sets, `best` first, each `apart` members away from every other, by descending value.

    Away: so many members are not in the other team. By default DIFFERENT of the best team's size, but no more than
    those who are free to go. `other_answers`: the share of those who cover something best in an earlier set that a
    further one does without, so that sets differ in who does what and not in who fills a seat; where no set can,
    distance alone counts.
    """
    team = best[1]
    free = len(team) - int(np.count_nonzero(instance.fixed_in))
    distance = max(1, min(ceil(DIFFERENT * len(team)), free)) if apart is None else apart
    chosen = [best]
    spare: list[Optimum] = []
    while len(chosen) < limit:
        teams = [members for _, members in chosen]
        answering = [_answering(members, instance) for members in teams] if other_answers else []
        most = [len(members) - ceil(other_answers * len(members)) for members in answering]
        spare = [
            optimum
            for optimum in spare
            if len(set(optimum[1]) - set(teams[-1])) >= distance
            and all(
                len(members & set(optimum[1])) <= kept for members, kept in zip(answering, most, strict=True)
            )
        ]
        away = keep_away(instance.rules, teams, distance)
        start = spare[0][1] if spare else _who_may_stay(team, instance, distance)
        strict = keep_few(away, answering, most)
        fresh = local_optima(replace(instance, rules=strict), seed + len(chosen), RESTARTS, [start])
        if not (spare or fresh) and answering:
            fresh = local_optima(replace(instance, rules=away), seed + len(chosen), RESTARTS, [start])
        spare = sorted({*spare, *fresh}, key=_best_first)
        if not spare:
            break
        chosen.append(spare[0])
    return [best, *sorted(chosen[1:], key=_best_first)]


def _answering(team: Sequence[int], instance: Instance) -> set[int]:
    """Who in a team covers an aspect best, but for those who have to be in."""
    covers = instance.gains.aspect[list(team)]
    leading = {
        team[int(place)] for place, most in zip(covers.argmax(0), covers.max(0), strict=True) if most > 0
    }
    return {member for member in leading if not instance.fixed_in[member]}


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
    return _with_rows(rules, rows, np.full(len(teams), float(distance)))


def keep_few(rules: Rules, groups: Sequence[set[int]], most: Sequence[int]) -> Rules:
    """Return the rules with one more row for each group: at most so many of it are members."""
    rows = np.zeros((len(groups), rules.kind.shape[0]))
    for number, group in enumerate(groups):
        rows[number, list(group)] = -1.0
    return _with_rows(rules, rows, -np.array(most, float))


def _with_rows(rules: Rules, rows: np.ndarray, need: np.ndarray) -> Rules:
    """Return the rules with more rows (R, n), each a demand of its own: its members' sum is `need` or more."""
    kind = rules.kind
    for row in rows:
        kind = np.unique(2 * kind + (row != 0), return_inverse=True)[1]
    ways = rules.way_demand.size
    extra = len(rows)
    return rules._replace(
        coef=np.concatenate([rules.coef, rows]),
        need=np.concatenate([rules.need, need]),
        unit=np.concatenate([rules.unit, np.ones(extra)]),
        row_way=np.concatenate([rules.row_way, ways + np.arange(extra)]),
        only_way=np.concatenate([rules.only_way, np.ones(extra, np.bool_)]),
        way_demand=np.concatenate([rules.way_demand, rules.demands + np.arange(extra)]),
        demands=rules.demands + extra,
        kind=kind.astype(np.int64),
    )
