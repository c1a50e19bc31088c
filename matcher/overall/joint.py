"""Which streams and links are best together, and how far from the best can the answer be?

Answers come from two starts, each improved in turns (links for these streams, streams for these links, both
exact) until neither step gains: in stages (streams by fit alone), and from the joint relaxation's shares.
Small problems are then branched on with all their columns. The bound holds over *all* pairs: pairs left out of the
relaxation are priced with its duals and enter it where they could gain (column generation).

The work is counted in steps of the simplex method and in nodes, never in seconds: the same problem gives the same
answer on every machine, busy or not. A clock only stops what has got out of hand, and the solution says so.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from data.errors import BadInput
from matcher.overall.highs import STEPS, Clock, branch, relax
from matcher.overall.problem import JointProblem, Pairs, program

NEAR = 8
"""Candidate partners of each outline in the first program."""
CLOSE = 0.03
"""Pairs enter the joint program that the links' own relaxation prices at most so far below use."""
ROUNDS = 4
TURNS = 6
LIMIT_S = 120.0
"""Seconds after which a solution is cut short whatever its work; a safety, never reached in ordinary use."""
PATIENCE_S = 60.0
"""So long the first streams may take where the limit ended before they were there."""
SMALL = 1500
"""Pairs times streams up to which the program with all its columns is branched on."""
GRANTED = 1000
"""Outlines times streams beyond which a problem is large: the relaxation grants pairs of one stream their bonus."""
COARSE = 1e-4
"""How near to their best the links of a large problem are enough, relative."""
PRECISION = 1e-6
NEGLIGIBLE = 1e-6
"""Pairs left out that could add no more than this, relative, are left out."""

Draft = tuple[np.ndarray, Pairs]


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """`assigned` (n,) stream of each outline; `pairs` (E, 2) links; `bound` >= `value`, over every allowed
    pair.

    `staged` is the value of the answer in stages, never above `value`: the difference is what stages lose.
    """

    assigned: np.ndarray
    pairs: Pairs
    value: float
    bound: float
    staged: float
    cut: bool = False
    """The clock stopped it: the same problem may get another answer next time."""

    @property
    def gap(self) -> float:
        """(bound - value) / max(1, |bound|); 0 where proved best."""
        return max(0.0, self.bound - self.value) / max(1.0, abs(self.bound))

    @property
    def status(self) -> Literal["optimal", "bounded"]:
        return "optimal" if self.gap <= PRECISION else "bounded"


@dataclass(frozen=True, slots=True, eq=False)
class _Relaxed:
    """`shares` (n, S) of the streams, None without time; `mask` of the pairs that entered; `bound` over all pairs.

    `reach` (n, n), upper triangle: what an answer can reach at most that uses this pair; -inf inside the mask.
    """

    shares: np.ndarray | None
    mask: np.ndarray
    bound: float
    reach: np.ndarray


def solve(problem: JointProblem, *, limit_s: float = LIMIT_S) -> Solution:
    """Return the best streams and links found, with a bound over all pairs. Raises BadInput where decisions clash."""
    clock = Clock(limit_s)
    first = _streams(problem, problem.fit, clock)
    mask, ceiling = _candidates(problem, first, clock)
    staged = (first, _links(problem, first, mask, clock))
    answers = [staged, _in_turns(problem, staged, mask, clock)]
    loose = _relaxed(_granted(problem, first), mask, ceiling, clock)
    if loose.shares is not None:
        rounded = _streams(problem, loose.shares, clock)
        if not any(np.array_equal(rounded, assigned) for assigned, _ in answers):
            start = (rounded, _links(problem, rounded, loose.mask, clock))
            answers.append(_in_turns(problem, start, loose.mask, clock))
    value, best = _best(problem, answers)
    bound = loose.bound
    task = program(problem, _pairs(loose.mask | (loose.reach > value)))
    small = len(task.columns.pairs) * task.columns.streams <= SMALL
    if small and bound - value > PRECISION * max(1.0, abs(bound)):
        branched, inside = branch(task, clock)
        bound = min(bound, max(inside, value))
        if branched is not None:
            value, best = _best(problem, [best, branched])
    return Solution(*best, value, max(bound, value), problem.value(*staged), clock.rang)


def bound_of(problem: JointProblem, *, limit_s: float = LIMIT_S) -> float:
    """Return what no answer to the problem can exceed."""
    clock = Clock(limit_s)
    first = _streams(problem, problem.fit, clock)
    mask, ceiling = _candidates(problem, first, clock)
    return _relaxed(_granted(problem, first), mask, ceiling, clock).bound


def _granted(problem: JointProblem, first: np.ndarray) -> JointProblem:
    """A large problem, a little looser: pairs of one stream by `first` have their bonus wherever they end.

    Its bound holds for the problem too, and its relaxation is several times smaller.
    """
    if problem.fit.size <= GRANTED:
        return problem
    same = first[:, None] == first[None, :]
    return replace(
        problem,
        worth=problem.worth + np.where(same, problem.bonus, 0.0),
        bonus=np.where(same, 0.0, problem.bonus),
    )


def _candidates(problem: JointProblem, first: np.ndarray, clock: Clock) -> tuple[np.ndarray, float]:
    """Return the (n, n) mask of pairs for the joint program, and a bound from streams and links apart.

    The links alone are relaxed twice: as if both ends were always in one stream, which bounds them, and for
    the streams that are best by fit. Pairs in use, or nearly, in one of both are candidates.
    """
    same = first[:, None] == first[None, :]
    mask = _forced(problem)
    ceiling = np.inf
    for worth in (problem.worth + problem.bonus, problem.worth + np.where(same, problem.bonus, 0.0)):
        links = _only_links(problem, worth)
        near, value, cost = _priced_out(links, clock)
        ceiling = value if ceiling == np.inf else ceiling
        mask |= (
            near if cost is None else np.isfinite(worth) & (worth - cost[:, None] - cost[None, :] >= -CLOSE)
        )
        if not np.isfinite(value):
            break
    np.fill_diagonal(mask, False)
    return mask, ceiling


def _relaxed(problem: JointProblem, mask: np.ndarray, ceiling: float, clock: Clock) -> _Relaxed:
    """Relax the joint problem, price the pairs left out, and let in those that could gain, while steps are left.

    Where not even the first relaxation is solved, the bound is that of streams and links apart.
    """
    bound = float(problem.fit.max(axis=1).sum()) + ceiling
    reach = np.where(np.isfinite(problem.worth), bound, -np.inf)
    shares, left = None, STEPS
    for _ in range(ROUNDS):
        task = program(problem, _pairs(mask))
        solved = relax(task, clock, steps=left)
        if solved is None:
            break
        left -= solved.steps
        at = task.columns
        shares = solved.columns[: at.z].reshape(at.n, at.streams)
        gain = np.triu(_priced(problem, solved.price, mask), 1)
        missing = gain > PRECISION
        here = solved.value + float(gain[missing].sum())
        bound = min(bound, here)
        mask = mask | missing | missing.T
        reach = np.where(np.triu(~mask, 1), here + gain, -np.inf)
        if here - solved.value <= NEGLIGIBLE * max(1.0, abs(here)):
            break
    return _Relaxed(shares, mask, bound, reach)


def _priced_out(problem: JointProblem, clock: Clock) -> tuple[np.ndarray, float, np.ndarray | None]:
    """Relax a problem of links alone until no missing pair could gain: the mask, its bound, each outline's
    price."""
    n, bound, cost = len(problem.fit), np.inf, None
    mask = _start(problem)
    for _ in range(2 * ROUNDS):
        solved = relax(program(problem, _pairs(mask)), clock)
        if solved is None:
            break
        cost = solved.price[:n] + solved.price[n : 2 * n]
        gain = np.triu(_priced(problem, solved.price, mask), 1)
        missing = gain > PRECISION
        bound = min(bound, solved.value + float(gain[missing].sum()))
        if bound - solved.value <= NEGLIGIBLE * max(1.0, abs(bound)):
            break
        mask = mask | missing
    return mask, bound, cost


def _best(problem: JointProblem, answers: list[Draft]) -> tuple[float, Draft]:
    """The most valuable answer; the earlier one among equals."""
    return max(((problem.value(*answer), answer) for answer in answers), key=lambda one: one[0])


def _in_turns(problem: JointProblem, answer: Draft, mask: np.ndarray, clock: Clock) -> Draft:
    """Improve streams for the links and links for the streams, as long as the value rises."""
    streams = problem.shape[1]
    value = problem.value(*answer)
    for _ in range(TURNS):
        assigned, pairs = answer
        gain = problem.fit.copy()
        i, j = pairs.T
        here = np.eye(streams)[assigned]
        np.add.at(gain, i, 0.5 * problem.bonus[i, j][:, None] * here[j])
        np.add.at(gain, j, 0.5 * problem.bonus[i, j][:, None] * here[i])
        improved = _streams(problem, gain, clock)
        if np.array_equal(improved, assigned):
            break
        next_answer = (improved, _links(problem, improved, mask, clock))
        now = problem.value(*next_answer)
        if now <= value + 1e-9:
            break
        answer, value = next_answer, now
    return answer


def _streams(problem: JointProblem, gain: np.ndarray, clock: Clock) -> np.ndarray:
    """(n,) the streams that are best by `gain` (n, S) alone, within sizes, borders and decisions."""
    alone = replace(problem, fit=gain, lowest=np.zeros_like(problem.lowest), forced=())
    task = program(alone, np.empty((0, 2), dtype=int))
    answer, _ = branch(task, clock)
    if answer is None and clock.rang:  # no time is no proof: without first streams there is no answer at all
        answer, _ = branch(task, Clock(PATIENCE_S))
    if answer is None:
        raise BadInput(
            "the coordinator's decisions cannot all be kept: with this number of streams, too many pairs are to be "
            "apart or together. Take one of them back."
        )
    return answer[0]


def _only_links(problem: JointProblem, worth: np.ndarray) -> JointProblem:
    """The problem of the links alone, each worth this much."""
    n = len(worth)
    return replace(
        problem,
        fit=np.zeros((n, 1)),
        worth=worth,
        bonus=np.zeros_like(worth),
        size=(0, n),
        min_countries=0,
        pinned=np.full(n, -1),
        together=(),
        never=(),
    )


def _links(problem: JointProblem, assigned: np.ndarray, mask: np.ndarray, clock: Clock) -> Pairs:
    """The best links for these streams among the masked pairs."""
    same = assigned[:, None] == assigned[None, :]
    links = _only_links(problem, problem.worth + np.where(same, problem.bonus, 0.0))
    near = 1e-7 if problem.fit.size <= GRANTED else COARSE
    answer, _ = branch(program(links, _pairs(mask)), clock, near=near)
    if answer is None:
        raise BadInput(
            "more links are decided for an outline than it can carry; raise its capacity or take one back"
        )
    return answer[1]


def _pairs(mask: np.ndarray) -> Pairs:
    """The pairs i < j that the mask marks on either side."""
    return np.argwhere(np.triu(mask | mask.T, 1))


def _forced(problem: JointProblem) -> np.ndarray:
    """(n, n) mask of the pairs that somebody decided."""
    mask = np.zeros_like(problem.worth, dtype=bool)
    for a, b in problem.forced:
        mask[a, b] = mask[b, a] = True
    return mask


def _start(problem: JointProblem) -> np.ndarray:
    """(n, n) mask of each outline's NEAR most valuable partners, and the pairs that somebody decided."""
    n = len(problem.fit)
    mask = np.zeros((n, n), dtype=bool)
    if n > 1:
        k = min(NEAR, n - 1)
        near = np.argpartition(-problem.worth, k - 1, axis=1)[:, :k]
        mask[np.arange(n)[:, None], near] = True
    pairs: np.ndarray = (mask & np.isfinite(problem.worth)) | _forced(problem)
    return pairs


def _priced(problem: JointProblem, price: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(n, n) what a pair outside the mask could at most gain at these prices; -inf inside and where
    forbidden."""
    n = len(problem.fit)
    cost = price[:n] + price[n : 2 * n]
    gain = problem.worth + problem.bonus - cost[:, None] - cost[None, :]
    return np.where(mask | mask.T | np.eye(n, dtype=bool), -np.inf, gain)
