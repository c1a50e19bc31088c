"""How is a program handed to the solver (HiGHS), and what comes back? Work counted in steps and nodes; a clock only for
safety.
"""

import time
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from matcher.overall.problem import Pairs, Program

NODES = 2000
STEPS = 150_000
"""Simplex steps that all relaxations of the joint problem may take together: some 10 s of one core at 500 outlines."""


class Clock:
    """The safety limit: how long is left, and whether it was ever reached."""

    def __init__(self, limit_s: float) -> None:
        self._end = time.perf_counter() + limit_s
        self.rang = False

    def left(self) -> float:
        """Seconds left, at least a hundredth: a solver with no time at all gives no answer."""
        left = self._end - time.perf_counter()
        self.rang = self.rang or left <= 0
        return max(0.01, left)


@dataclass(frozen=True, slots=True, eq=False)
class RelaxedSolution:
    """A relaxation's solution: `columns` (columns,), its value, the price of each row (rows,), the steps it took."""

    columns: np.ndarray
    value: float
    price: np.ndarray
    steps: int


def relax(task: Program, clock: Clock, *, steps: int = STEPS) -> RelaxedSolution | None:
    """Solve the relaxation; None: it would take more steps, or the clock rang."""
    if steps <= 0:
        return None
    equal = task.below == task.above
    upper = np.isfinite(task.above) & ~equal
    lower = np.isfinite(task.below) & ~equal
    answer = linprog(
        -task.gain,
        A_ub=sparse.vstack([task.matrix[upper], -task.matrix[lower]]),
        b_ub=np.concatenate([task.above[upper], -task.below[lower]]),
        A_eq=task.matrix[equal],
        b_eq=task.above[equal],
        bounds=np.column_stack([task.least, task.most]),
        method="highs-ds",
        options={"time_limit": clock.left(), "maxiter": steps},
    )
    if answer.status != 0:
        clock.left()
        return None
    price = np.zeros(len(task.below))
    price[upper] = -answer.ineqlin.marginals[: int(upper.sum())]
    price[lower] += answer.ineqlin.marginals[int(upper.sum()) :]
    return RelaxedSolution(answer.x, -float(answer.fun), price, int(answer.nit))


def branch(
    task: Program, clock: Clock, *, near: float = 1e-7
) -> tuple[tuple[np.ndarray, Pairs] | None, float]:
    """Branch and bound: the best answer found, or None, and what none can exceed; `near` is how near is enough."""
    answer = milp(
        -task.gain,
        constraints=LinearConstraint(task.matrix, task.below, task.above),
        bounds=Bounds(task.least, task.most),
        integrality=task.integral.astype(int),
        # With presolve, HiGHS sometimes writes a line of its own to standard output, amid a --json answer.
        options={"time_limit": clock.left(), "node_limit": NODES, "mip_rel_gap": near, "presolve": False},
    )
    clock.left()
    bound = np.inf if answer.mip_dual_bound is None else -float(answer.mip_dual_bound)
    if answer.x is None:
        return None, bound
    at = task.columns
    assigned = answer.x[: at.z].reshape(at.n, at.streams).argmax(axis=1)
    return (assigned, at.pairs[answer.x[at.z : at.u] > 0.5]), bound
