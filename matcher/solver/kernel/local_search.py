"""Which exchange, addition or removal makes a set better? Iterated local search from many beginnings."""

from typing import NamedTuple

import numpy as np

from matcher.solver.kernel.best import keep_best
from matcher.solver.kernel.cache import compiled, inlined
from matcher.solver.kernel.feasibility import shortfall
from matcher.solver.kernel.pairs import add_pairs, clear_pairs, spread_pairs, subtract_pairs
from matcher.solver.kernel.records import NOBODY, TOLERANCE, Array, Gains, Rules, Sizes
from matcher.solver.kernel.value import cover, marginal, value

LEAST_GAIN = 1e-10
"""A move that gains less is none."""
UNTRIED = -1.0
AFRESH_EVERY = 4
"""Every so many restarts one begins with nobody but those who stay; the others with the best set shaken."""


class Move(NamedTuple):
    """`leaver`: a position in the team, or NOBODY; `joiner`: a candidate, or NOBODY; what becomes of the set."""

    leaver: int
    joiner: int
    shortfall: float
    gain: float


class Team(NamedTuple):
    """A set under way, `members[:count]`, and what is known of it.

    members (most + 1,) int64; inside (n,) bool; pairs (n,): each candidate's pair gains with the members.
    For one member's leaving: trial (most + 1,), those who stay; best (A,) and present (L,), what these cover; row
    (n,): the leaver's pair gains; tried (kinds,): the shortfall with one more of that kind.
    """

    members: np.ndarray
    inside: np.ndarray
    pairs: np.ndarray
    trial: np.ndarray
    best: np.ndarray
    present: np.ndarray
    row: np.ndarray
    tried: np.ndarray


@compiled
def _team(gains: Gains, rules: Rules, members: Array, count: int) -> Team:
    n = gains.lin.shape[0]
    team = Team(
        members,
        np.zeros(n, np.bool_),
        np.zeros(n),
        np.empty(members.shape[0], np.int64),
        np.zeros(gains.aspect.shape[1]),
        np.zeros(gains.label_gain.shape[0], np.int64),
        np.zeros(n),
        np.empty(rules.kind.max() + 1),
    )
    for position in range(count):
        _join(gains, team, members[position])
    return team


@compiled
def _join(gains: Gains, team: Team, joiner: int) -> None:
    team.inside[joiner] = True
    add_pairs(gains, joiner, team.pairs)


@inlined
def _better(after: float, gain: float, move: Move) -> bool:
    """Whether a move with this shortfall and gain is better: fewer rules missed, or as many and more value."""
    return after < move.shortfall - TOLERANCE or (after <= move.shortfall + TOLERANCE and gain > move.gain)


@compiled
def improve(
    gains: Gains, rules: Rules, members: Array, count: int, keep: int, sizes: Sizes, banned: Array
) -> tuple[int, float]:
    """Best-improvement local search by exchange, addition and removal; changes `members`, returns (count, shortfall).

    The first `keep` members stay. A move is better when it lowers the shortfall, or keeps it and raises the value.
    `banned` (n,) bool: candidates that may not come in.
    """
    team = _team(gains, rules, members, count)
    missing = shortfall(rules, members[:count])
    for _ in range(10 * sizes.most + 50):
        move = Move(NOBODY, NOBODY, missing, LEAST_GAIN)
        if count < sizes.most:
            move = _best_with(gains, rules, team, count, NOBODY, sizes, banned, move)
        for leaver in range(keep, count):
            move = _best_with(gains, rules, team, count, leaver, sizes, banned, move)
        if move.leaver == NOBODY and move.joiner == NOBODY:
            break
        count = _make(gains, team, count, move)
        missing = move.shortfall
    return count, missing


@compiled
def _best_with(
    gains: Gains,
    rules: Rules,
    team: Team,
    count: int,
    leaver: int,
    sizes: Sizes,
    banned: Array,
    move: Move,
) -> Move:
    """Return the best of `move` and all moves by which this member leaves (NOBODY: nobody does)."""
    staying = 0
    for position in range(count):
        if position != leaver:
            team.trial[staying] = team.members[position]
            staying += 1
    cover(gains, team.trial[:staying], team.best, team.present)
    if leaver == NOBODY:
        return _best_joiner(gains, rules, team, staying, leaver, 0.0, banned, move)
    out = team.members[leaver]
    lost = marginal(gains, out, team.best, team.present) + team.pairs[out]
    if staying >= sizes.least and (move.shortfall > TOLERANCE or -lost > move.gain):
        after = shortfall(rules, team.trial[:staying])
        if _better(after, -lost, move):
            move = Move(leaver, NOBODY, after, -lost)
    spread_pairs(gains, out, team.row)
    move = _best_joiner(gains, rules, team, staying, leaver, lost, banned, move)
    clear_pairs(gains, out, team.row)
    return move


@compiled
def _best_joiner(
    gains: Gains,
    rules: Rules,
    team: Team,
    staying: int,
    leaver: int,
    lost: float,
    banned: Array,
    move: Move,
) -> Move:
    """Return the best of `move` and all moves by which somebody joins those who stay."""
    team.tried[:] = UNTRIED
    for i in range(gains.lin.shape[0]):
        if team.inside[i] or banned[i]:
            continue
        gain = marginal(gains, i, team.best, team.present) + team.pairs[i] - team.row[i] - lost
        if move.shortfall <= TOLERANCE and gain <= move.gain:
            continue
        kind = rules.kind[i]
        if team.tried[kind] == UNTRIED:
            team.trial[staying] = i
            team.tried[kind] = shortfall(rules, team.trial[: staying + 1])
        if _better(team.tried[kind], gain, move):
            move = Move(leaver, i, team.tried[kind], gain)
    return move


@compiled
def _make(gains: Gains, team: Team, count: int, move: Move) -> int:
    """Make the move; return how many members there are now."""
    place = count
    if move.leaver != NOBODY:
        out = team.members[move.leaver]
        team.inside[out] = False
        subtract_pairs(gains, out, team.pairs)
        place = move.leaver
    if move.joiner != NOBODY:
        team.members[place] = move.joiner
        _join(gains, team, move.joiner)
        return max(count, place + 1)
    for position in range(place, count - 1):
        team.members[position] = team.members[position + 1]
    return count - 1


@compiled
def _grow(gains: Gains, members: Array, count: int, target: int, greed: int, banned: Array) -> int:
    """Add members until `target`: each time one of the `greed` best by marginal gain, drawn at random."""
    n = gains.lin.shape[0]
    best = np.zeros(gains.aspect.shape[1])
    present = np.zeros(gains.label_gain.shape[0], np.int64)
    pairs = np.zeros(n)
    shut = banned.copy()
    for member in members[:count]:
        shut[member] = True
        add_pairs(gains, member, pairs)
    top = np.empty(greed, np.int64)
    top_gain = np.empty(greed)
    while count < target:
        cover(gains, members[:count], best, present)
        filled = 0
        for i in range(n):
            if not shut[i]:
                gain = marginal(gains, i, best, present) + pairs[i]
                filled = keep_best(top, top_gain, filled, i, gain)
        if filled == 0:
            break
        joiner = top[np.random.randint(filled)]
        members[count] = joiner
        count += 1
        shut[joiner] = True
        add_pairs(gains, joiner, pairs)
    return count


@compiled
def local_search(
    gains: Gains,
    rules: Rules,
    start: Array,
    keep: int,
    sizes: Sizes,
    banned: Array,
    restarts: int,
    seed: int,
) -> tuple[Array, Array, Array]:
    """Iterated local search from `start`; every local optimum it met.

    `start` (>= most,) holds `keep` members that stay, then any number of others, then -1. Returns
    (sets (restarts, most) int64 padded with -1, values (restarts,), shortfalls (restarts,)).
    """
    np.random.seed(seed)
    n = gains.lin.shape[0]
    sets = np.full((restarts, sizes.most), NOBODY)
    values = np.full(restarts, -np.inf)
    shortfalls = np.full(restarts, np.inf)
    members = np.empty(sizes.most + 1, np.int64)
    champion = NOBODY
    for restart in range(restarts):
        if restart == 0 or champion == NOBODY:
            count = _copied(start[: sizes.most], members)
        elif restart % AFRESH_EVERY == AFRESH_EVERY - 1:
            count = _copied(start[:keep], members)
        else:
            count = _shaken(members, _copied(sets[champion], members), keep)
        target = sizes.most if restart == 0 else sizes.least + np.random.randint(sizes.most - sizes.least + 1)
        greed = 1 if restart == 0 else min(n, 2 + np.random.randint(6))
        count = _grow(gains, members, count, target, greed, banned)
        count, missing = improve(gains, rules, members, count, keep, sizes, banned)
        if count < sizes.least:
            continue
        sets[restart, :count] = members[:count]
        values[restart] = value(gains, members[:count])
        shortfalls[restart] = missing
        if champion == NOBODY or _better(
            missing, values[restart], Move(NOBODY, NOBODY, shortfalls[champion], values[champion])
        ):
            champion = restart
    return sets, values, shortfalls


@compiled
def _copied(team: Array, members: Array) -> int:
    """Copy the team up to its first pad into `members`; return how many they are."""
    count = 0
    while count < team.shape[0] and team[count] != NOBODY:
        members[count] = team[count]
        count += 1
    return count


@compiled
def _shaken(members: Array, count: int, keep: int) -> int:
    """Drop some members at random, at most half of those who may go; return how many are left."""
    drop = 1 + np.random.randint(max(1, (count - keep + 1) // 2))
    while drop > 0 and count > keep:
        position = keep + np.random.randint(count - keep)
        members[position] = members[count - 1]
        count -= 1
        drop -= 1
    return count
