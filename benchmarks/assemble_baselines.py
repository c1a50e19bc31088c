"""What do other ways make of the same numbers? Greedy, annealing, beam, HiGHS, CP-SAT; over one `Instance` each."""

import time
from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from matcher.solver import kernel
from matcher.solver.instance import Instance
from matcher.solver.search import local_optima

BaselineResult = tuple[float, float | None, float]
"""Value, proved bound (None: none), seconds."""


def _allowed(instance: Instance, members: list[int]) -> bool:
    ids = np.array(members, np.int64)
    return kernel.shortfall(instance.rules, ids) <= kernel.TOLERANCE


def _value(instance: Instance, members: list[int]) -> float:
    ids = np.array(members, np.int64)
    return kernel.value(instance.gains, ids)


def greedy(instance: Instance, _limit_s: float) -> BaselineResult:
    """One greedy construction, then exchanges until none helps."""
    begun = time.perf_counter()
    optima = local_optima(instance, 0, 1)
    return (optima[0][0] if optima else -np.inf), None, time.perf_counter() - begun


def annealing(instance: Instance, limit_s: float, moves: int = 4000) -> BaselineResult:
    """Exchanges at random, worse ones with a probability that cools; in Python, so `moves` are few."""
    begun, rng = time.perf_counter(), np.random.default_rng(0)
    start = local_optima(instance, 0, 1)
    team = (
        list(start[0][1])
        if start
        else [int(p) for p in rng.permutation(instance.fixed_in.size)[: instance.sizes.most]]
    )
    worth = best = _value(instance, team)
    free = [int(p) for p in np.flatnonzero(~instance.fixed_out)]
    for move in range(moves):
        if time.perf_counter() - begun > limit_s:
            break
        heat = 0.02 * worth * (1 - move / moves) + 1e-9
        place, incoming = int(rng.integers(len(team))), free[int(rng.integers(len(free)))]
        if incoming in team or instance.fixed_in[team[place]]:
            continue
        trial = [*team[:place], incoming, *team[place + 1 :]]
        after = _value(instance, trial)
        if (after > worth or rng.random() < np.exp((after - worth) / heat)) and _allowed(instance, trial):
            team, worth = trial, after
            best = max(best, worth)
    return best, None, time.perf_counter() - begun


def beam(instance: Instance, limit_s: float, width: int = 20) -> BaselineResult:
    """Grow the `width` best partial sets by one member at a time; the best allowed set of any size."""
    begun = time.perf_counter()
    layer: dict[tuple[int, ...], float] = {tuple(np.flatnonzero(instance.fixed_in)): 0.0}
    best = -np.inf
    for size in range(int(instance.fixed_in.sum()) + 1, instance.sizes.most + 1):
        grown: dict[tuple[int, ...], float] = {}
        for team in layer:
            for p in np.flatnonzero(~instance.fixed_out):
                if p not in team:
                    bigger = tuple(sorted((*team, int(p))))
                    if bigger not in grown:
                        grown[bigger] = _value(instance, list(bigger))
        layer = dict(sorted(grown.items(), key=lambda item: -item[1])[:width])
        if size >= instance.sizes.least:
            best = max([best, *(worth for team, worth in layer.items() if _allowed(instance, list(team)))])
        if time.perf_counter() - begun > limit_s:
            break
    return best, None, time.perf_counter() - begun


TermRow = tuple[dict[int, float], float]


def _model(instance: Instance) -> tuple[np.ndarray, list[TermRow], np.ndarray, np.ndarray]:
    """Return cost, (coefficients by column, floor) rows, upper bounds, integrality of the linearised problem."""
    gains, n, most = instance.gains, instance.fixed_in.size, instance.sizes.most
    row = np.repeat(np.arange(n), np.diff(gains.start))
    upper = np.flatnonzero((row < gains.other) & (gains.pair != 0))
    columns: list[float] = [*gains.lin]
    rows: list[TermRow] = []
    degree: dict[int, dict[int, float]] = {}
    for edge in upper:
        i, j, y = int(row[edge]), int(gains.other[edge]), len(columns)
        columns.append(float(gains.pair[edge]))
        if gains.pair[edge] < 0:
            rows.append(({y: 1.0, i: -1.0, j: -1.0}, -1.0))
        for node in (i, j):
            rows.append(({node: 1.0, y: -1.0}, 0.0))
            degree.setdefault(node, {})[y] = -1.0
    rows.extend(({**ys, node: float(most - 1)}, 0.0) for node, ys in degree.items())
    for a in range(gains.aspect.shape[1]):
        chosen = {}
        for member in np.flatnonzero(gains.aspect[:, a] > 0):
            z = len(columns)
            columns.append(float(gains.aspect[member, a]))
            rows.append(({int(member): 1.0, z: -1.0}, 0.0))
            chosen[z] = -1.0
        rows.append((chosen, -1.0))
    for tag, gain in enumerate(gains.label_gain):
        inside = {int(i): 1.0 for i in np.flatnonzero((gains.label == tag).any(axis=1))}
        if inside:
            z = len(columns)
            columns.append(float(gain))
            rows.append(({**inside, z: -1.0}, 0.0))
    for coef, need in zip(instance.price_row, instance.price_need, strict=True):
        rows.append(({int(i): float(coef[i]) for i in np.flatnonzero(coef)}, float(need)))
    rows.append((dict.fromkeys(range(n), 1.0), float(instance.sizes.least)))
    rows.append((dict.fromkeys(range(n), -1.0), -float(most)))
    for m in range(instance.rules.match_need.size):  # distinct countries; owners are unknown in these cases
        labels = instance.rules.left[m]
        present = {}
        for name in np.unique(labels[labels >= 0]):
            z = len(columns)
            columns.append(0.0)
            rows.append(({**{int(i): 1.0 for i in np.flatnonzero(labels == name)}, z: -1.0}, 0.0))
            present[z] = 1.0
        rows.append((present, float(instance.rules.match_need[m])))
    cost = np.array(columns)
    top = np.ones(cost.size)
    top[:n][instance.fixed_out] = 0.0
    whole = np.zeros(cost.size)
    whole[:n] = 1
    return cost, rows, top, whole


def highs(instance: Instance, limit_s: float) -> BaselineResult:
    """HiGHS on the linearised problem: graph edges only, with the rows Σ y_ij <= (K - 1) x_i."""
    begun = time.perf_counter()
    cost, rows, top, whole = _model(instance)
    matrix = sp.lil_array((len(rows), cost.size))
    for k, (entries, _) in enumerate(rows):
        for column, factor in entries.items():
            matrix[k, column] = factor
    low = np.zeros(cost.size)
    low[: instance.fixed_in.size][instance.fixed_in] = 1.0
    answer = milp(
        -cost,
        integrality=whole,
        bounds=Bounds(low, top),
        constraints=LinearConstraint(matrix.tocsr(), np.array([floor for _, floor in rows]), np.inf),
        options={"time_limit": limit_s},
    )
    value = -np.inf if answer.x is None else -float(answer.fun)
    bound = None if answer.mip_dual_bound is None else -float(answer.mip_dual_bound)
    return value, bound, time.perf_counter() - begun


def cp_sat(instance: Instance, limit_s: float) -> BaselineResult:
    """CP-SAT on the same linearised problem, in integers of 1e-6; ImportError where ortools is not installed."""
    from ortools.sat.python import cp_model

    begun = time.perf_counter()
    cost, rows, top, _ = _model(instance)
    model = cp_model.CpModel()
    columns = [model.new_int_var(0, int(t), f"v{k}") for k, t in enumerate(top)]
    for entries, floor in rows:
        scale = 1 if all(float(f).is_integer() for f in entries.values()) else 1000
        model.add(sum(round(scale * f) * columns[c] for c, f in entries.items()) >= round(scale * floor))
    model.maximize(sum(round(1e6 * c) * columns[k] for k, c in enumerate(cost)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limit_s
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    solved = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    value = solver.objective_value / 1e6 if solved else -np.inf
    return value, solver.best_objective_bound / 1e6, time.perf_counter() - begun


BASELINES: dict[str, Callable[[Instance, float], BaselineResult]] = {
    "greedy + swaps (compiled)": greedy,
    "simulated annealing (Python, 4,000 moves)": annealing,
    "beam 20 (Python)": beam,
    "HiGHS (scipy.optimize.milp)": highs,
    "CP-SAT": cp_sat,
}
