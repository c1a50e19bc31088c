"""Which set is best, and how sure is that? Local search first, then Lagrangian branch and bound, within a budget."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from matcher.solver import kernel
from matcher.solver.instance import Instance, cut, starting_prices
from matcher.solver.kernel import FIXED_IN, FIXED_OUT, NOBODY, OPEN, Prices, Tree

MARGIN = 1e-7
"""Two values closer than this are one: a proof says that nothing is better by more."""
STEP_SIZE = 1.2
ROOT_ROUNDS = 6
ROOT_STEPS = 300
NODE_STEPS = 150
BATCH = 5
"""Nodes between two looks at the clock."""
TREE_CAPACITY = 60_000
TREE_BYTES = 100_000_000
RESTARTS = 40
FEW_FIXED = 0.8
"""Where more than this part of the candidates is still open, fixing more of them waits for the tree."""

Optimum = tuple[float, tuple[int, ...]]
"""An allowed set: its value, and its members' ascending positions."""


@dataclass(frozen=True, slots=True)
class SearchProgress:
    """Where the search stands: the best set so far (positions), its value, and what no set can exceed."""

    team: tuple[int, ...]
    value: float
    bound: float
    seconds: float


Watcher = Callable[[SearchProgress], None]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """`team` is empty where no allowed set was found; `exhausted` says that none exists among these candidates.

    `optima`: other allowed sets met on the way, best first, with their values.
    """

    team: tuple[int, ...]
    value: float
    bound: float
    exhausted: bool
    nodes: int
    optima: tuple[Optimum, ...] = ()

    @property
    def proved(self) -> bool:
        return self.exhausted or self.bound <= self.value + MARGIN


def local_optima(
    instance: Instance, seed: int, restarts: int = RESTARTS, starts: Sequence[Sequence[int]] = ()
) -> list[Optimum]:
    """Allowed sets by iterated local search, best first."""
    fixed_in = np.flatnonzero(instance.fixed_in)
    most = instance.sizes.most
    if fixed_in.size > most or instance.fixed_out.all():
        return []
    optima: dict[tuple[int, ...], float] = {}
    for number, proposal in enumerate(starts or ((),)):
        start = np.full(most, NOBODY)
        others = [p for p in proposal if not instance.fixed_in[p] and not instance.fixed_out[p]]
        members = [*fixed_in, *others][:most]
        start[: len(members)] = members
        sets, values, shortfalls = kernel.local_search(
            instance.gains,
            instance.rules,
            start,
            fixed_in.size,
            instance.sizes,
            instance.fixed_out,
            restarts,
            seed + number,
        )
        for team, value, missing in zip(sets, values, shortfalls, strict=True):
            if missing <= kernel.TOLERANCE:
                optima[tuple(sorted(int(p) for p in team if p != NOBODY))] = float(value)
    return sorted(((value, team) for team, value in optima.items()), key=lambda best: (-best[0], best[1]))


@dataclass(slots=True)
class _Search:
    """What is known so far: allowed sets, best first, and what no set exceeds; a watcher hears of each advance."""

    optima: list[Optimum]
    watcher: Watcher | None
    begun: float
    bound: float = np.inf
    nodes: int = 0
    value: float = field(init=False)
    team: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.value, self.team = self.optima[0] if self.optima else (-np.inf, ())

    def improve(self, value: float, team: tuple[int, ...]) -> None:
        self.value, self.team = value, team
        self.optima.insert(0, (value, team))

    def report(self) -> None:
        if self.watcher is not None and self.team:
            bound = max(self.bound, self.value)
            self.watcher(SearchProgress(self.team, self.value, bound, time.perf_counter() - self.begun))

    @property
    def closed(self) -> bool:
        """Whether the best set is proved to be so."""
        return bool(self.optima) and self.bound <= self.value + MARGIN

    def outcome(self, *, exhausted: bool) -> Outcome:
        bound = max(self.bound, self.value)
        return Outcome(self.team, self.value, bound, exhausted, self.nodes, tuple(self.optima))


@dataclass(frozen=True, slots=True, eq=False)
class _Subproblem:
    """The candidates that are not fixed out: their numbers, prices, status (k,) int8, and `where` (k,) they stood."""

    instance: Instance
    prices: Prices
    status: np.ndarray
    where: np.ndarray

    @classmethod
    def whole(cls, instance: Instance) -> "_Subproblem":
        prices = starting_prices(instance.gains, instance.price_row, instance.price_need)
        fixed = np.where(instance.fixed_out, FIXED_OUT, OPEN)
        status = np.where(instance.fixed_in, FIXED_IN, fixed).astype(np.int8)
        return cls(instance, prices, status, np.arange(status.size))

    def cut(self) -> "_Subproblem":
        kept = np.flatnonzero(self.status != FIXED_OUT)
        return _Subproblem(*cut(self.instance, self.prices, kept), self.status[kept], self.where[kept])

    @property
    def open(self) -> int:
        return int(np.count_nonzero(self.status == OPEN))


def search(
    instance: Instance,
    *,
    budget_s: float,
    seed: int = 0,
    watcher: Watcher | None = None,
    starts: Sequence[Sequence[int]] = (),
    restarts: int = RESTARTS,
) -> Outcome:
    """Find the best allowed set and prove it, as far as `budget_s` reaches; `watcher` hears of each advance."""
    begun = time.perf_counter()
    if (
        np.count_nonzero(instance.fixed_in) > instance.sizes.most
        or np.any(instance.fixed_in & instance.fixed_out)
        or instance.fixed_out.all()
    ):
        return Outcome((), -np.inf, -np.inf, True, 0)
    state = _Search(local_optima(instance, seed, restarts, starts), watcher, begun)
    state.report()
    part = _reduce_at_root(instance, state)
    return state.outcome(exhausted=state.closed or _branch_and_bound(part, state, begun + budget_s))


def _reduce_at_root(instance: Instance, state: _Search) -> _Subproblem:
    """Bound all sets and fix who cannot be in, or out, of a better one, as long as that fixes many."""
    part = _Subproblem.whole(instance)
    for _ in range(ROOT_ROUNDS):
        target = state.value + MARGIN  # -inf where no allowed set is known
        relaxed = kernel.relax(
            part.instance.gains, part.prices, part.status, instance.sizes, target, ROOT_STEPS, STEP_SIZE
        )
        state.bound = min(state.bound, relaxed.bound)
        state.report()
        if not state.optima or relaxed.chosen.size == 0 or state.closed:
            break
        before = part.open
        kernel.fix_variables(part.status, relaxed, target, instance.sizes)
        few_fixed = part.open > FEW_FIXED * before
        part = part.cut()
        if few_fixed:
            break
    return part.cut()


def _branch_and_bound(part: _Subproblem, state: _Search, until: float) -> bool:
    """Search the tree until `until` on the clock; say whether that was all of it."""
    instance = part.instance
    tree = _root(part, state)
    while time.perf_counter() < until:
        state.nodes += kernel.grow_tree(
            instance.gains, instance.rules, part.prices, tree, instance.sizes, BATCH, NODE_STEPS, MARGIN
        )
        if tree.record[0] > state.value:
            team = sorted(int(part.where[p]) for p in tree.team if p != NOBODY)
            state.improve(float(tree.record[0]), tuple(team))
        if tree.size[0] == 0:
            state.bound = state.value
            return True
        state.bound = float(tree.bound[tree.heap[0]])
        state.report()
        if tree.size[1] < 2:
            break
    return False


def _root(part: _Subproblem, state: _Search) -> Tree:
    """A tree of one node."""
    n, prices = part.status.size, part.prices.rest.size
    capacity = int(min(TREE_CAPACITY, max(64, TREE_BYTES // max(1, n + 8 * prices))))
    tree = Tree(
        status=np.empty((capacity, n), np.int8),
        rest=np.empty((capacity, prices)),
        bound=np.full(capacity, -np.inf),
        heap=np.zeros(capacity, np.int32),
        free=np.arange(capacity - 1, -1, -1, dtype=np.int32),  # slot 0 is taken: the last entry waits for it
        size=np.array([1, capacity - 1]),
        record=np.array([state.value]),
        team=np.full(part.instance.sizes.most, NOBODY),
    )
    tree.status[0], tree.rest[0], tree.bound[0] = part.status, part.prices.rest, state.bound
    return tree
