"""Which set is best, and how sure is that? Local search first, then Lagrangian branch and bound, within a budget."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.solver import kernel
from matcher.solver.clauses import Cap, Clause, Match, Row
from matcher.solver.kernel import Gains, Prices, Rules, Tree

MARGIN = 1e-7
"""Two values closer than this are one: a proof says that nothing is better by more."""
ROOT_STEPS = 300
NODE_STEPS = 150
BATCH = 5
"""Nodes between two looks at the clock."""
TREE_CAPACITY = 60_000
RESTARTS = 40
CORE_STEPS = 150
"""Price steps over the core alone, before the whole store is looked at."""
NARROWING = (2, 10, 25, 50, 50)
"""Price steps between two eliminations over a whole store: few while it is large."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """Numbers to search over: `inside` and `outside` (n,) bool are settled beforehand."""

    gains: Gains
    rules: Rules
    price_row: np.ndarray
    price_need: np.ndarray
    inside: np.ndarray
    outside: np.ndarray
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the search stands: the best set so far (positions), its value, and what no set can exceed."""

    team: tuple[int, ...]
    value: float
    bound: float
    seconds: float


Watcher = Callable[[Progress], None]


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
    optima: tuple[tuple[float, tuple[int, ...]], ...] = ()

    @property
    def proved(self) -> bool:
        return self.exhausted or self.bound <= self.value + MARGIN


def price_rows(
    clauses: Sequence[Clause], n: int, most: int, caps: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows (P, n) and needs (P,) that every allowed set keeps, scaled so that one member counts about one.

    A row whose way has no alternative is taken as it is, its large entries cut to what can be needed; a matching of
    r edges needs at least r members who take part. `caps` False leaves out the rows of share caps, which are many.
    """
    rows, needs = [], []
    for clause in clauses:
        if len(clause.ways) != 1:
            continue
        atoms: list[Row | Match] = []
        for atom in clause.ways[0]:
            if not isinstance(atom, Cap):
                atoms.append(atom)
            elif caps:
                atoms.extend(atom.rows())
        for atom in atoms:
            if isinstance(atom, Match):
                if atom.need > 0:
                    rows.append(((atom.left >= 0) & (atom.right >= 0)).astype(float))
                    needs.append(float(atom.need))
                continue
            worst = np.sort(np.minimum(atom.coef, 0.0))[:most].sum()
            if worst >= atom.need:
                continue
            coef = np.minimum(atom.coef, atom.need - worst)
            unit = np.abs(coef).max(initial=0.0) or 1.0
            rows.append(coef / unit)
            needs.append(atom.need / unit)
    return np.array(rows, np.float64).reshape(len(rows), n), np.array(needs, np.float64)


def cut_gains(gains: Gains, keep: np.ndarray) -> tuple[Gains, np.ndarray]:
    """The utility over the candidates at `keep` (ascending positions), and where its pairs stood in the whole."""
    start, other, pairs = kernel.pairs_within(gains.start, gains.other, keep)
    part = Gains(
        lin=gains.lin[keep],
        aspect=np.ascontiguousarray(gains.aspect[keep]),
        label=np.ascontiguousarray(gains.label[keep]),
        label_gain=gains.label_gain,
        start=start,
        other=other,
        pair=gains.pair[pairs],
        back=kernel.mirror(start, other),
    )
    return part, pairs


def cut(case: Case, prices: Prices, keep: np.ndarray) -> tuple[Case, Prices]:
    """The same case over the candidates at `keep`, and its prices."""
    rules = case.rules
    gains, pairs = cut_gains(case.gains, keep)
    part = Case(
        gains=gains,
        rules=rules._replace(
            coef=np.ascontiguousarray(rules.coef[:, keep]),
            left=np.ascontiguousarray(rules.left[:, keep]),
            right=np.ascontiguousarray(rules.right[:, keep]),
            cap_label=np.ascontiguousarray(rules.cap_label[:, keep]),
            cap_size=np.ascontiguousarray(rules.cap_size[:, keep]),
            cap_loose=np.ascontiguousarray(rules.cap_loose[:, keep]),
            kind=rules.kind[keep],
        ),
        price_row=np.ascontiguousarray(case.price_row[:, keep]),
        price_need=case.price_need,
        inside=case.inside[keep],
        outside=case.outside[keep],
        least=case.least,
        most=case.most,
    )
    return part, cut_prices(prices, keep, pairs)


def local_optima(
    case: Case, seed: int, restarts: int = RESTARTS, starts: Sequence[Sequence[int]] = ()
) -> list[tuple[float, tuple[int, ...]]]:
    """Allowed sets by iterated local search, best first, each as (value, ascending positions)."""
    held = np.flatnonzero(case.inside)
    if held.size > case.most or case.outside.all():
        return []
    found: dict[tuple[int, ...], float] = {}
    for number, extra in enumerate(starts or ((),)):
        start = np.full(case.most, -1)
        others = [p for p in extra if not case.inside[p] and not case.outside[p]]
        both = [*held, *others][: case.most]
        start[: len(both)] = both
        sets, values, shorts = kernel.local_search(
            case.gains,
            case.rules,
            start,
            held.size,
            case.least,
            case.most,
            case.outside,
            restarts,
            seed + number,
        )
        for team, worth, short in zip(sets, values, shorts, strict=True):
            if short <= kernel.TOLERANCE:
                found[tuple(sorted(int(p) for p in team if p >= 0))] = float(worth)
    return sorted(((worth, team) for team, worth in found.items()), key=lambda pair: (-pair[0], pair[1]))


def search(
    case: Case,
    *,
    budget_s: float,
    seed: int = 0,
    watcher: Watcher | None = None,
    starts: Sequence[Sequence[int]] = (),
    restarts: int = RESTARTS,
) -> Outcome:
    """Find the best allowed set and prove it, as far as `budget_s` reaches; `watcher` hears of each advance."""
    begun = time.perf_counter()
    if np.count_nonzero(case.inside) > case.most or np.any(case.inside & case.outside) or case.outside.all():
        return Outcome((), -np.inf, -np.inf, True, 0)
    optima = local_optima(case, seed, restarts, starts)
    value, team = optima[0] if optima else (-np.inf, ())

    def tell(bound: float) -> None:
        if watcher is not None and team:
            watcher(Progress(team, value, bound, time.perf_counter() - begun))

    tell(np.inf)
    status = np.where(case.inside, 1, np.where(case.outside, -1, 0)).astype(np.int8)
    where = np.arange(status.size)
    current, nodes, bound = case, 0, np.inf
    prices = fresh_prices(current)
    profit, chosen = np.zeros(status.size), np.empty(case.most, np.int64)
    for _ in range(6):
        target = value + MARGIN  # -inf where no allowed set is known
        low, count, following = kernel.relax(
            current.gains, prices, status, case.least, case.most, target, ROOT_STEPS, 1.2, profit, chosen
        )
        bound = min(bound, low)
        tell(max(bound, value))
        if optima and bound <= target:
            return Outcome(team, value, max(bound, value), True, nodes, tuple(optima))
        if not optima or count == 0:
            break
        before = np.count_nonzero(status == 0)
        kernel.settle(status, profit, chosen, count, following, low, target, case.least, case.most)
        kept = np.flatnonzero(status >= 0)
        if np.count_nonzero(status == 0) > 0.8 * before:
            break
        current, prices = cut(current, prices, kept)
        where, status = where[kept], status[kept].copy()
        profit = np.zeros(kept.size)
    kept = np.flatnonzero(status >= 0)
    current, prices = cut(current, prices, kept)
    where, status = where[kept], status[kept].copy()
    tree = plant(current, prices, status, bound, value)
    while time.perf_counter() - begun < budget_s:
        nodes += kernel.grow_tree(
            current.gains, current.rules, prices, tree, case.least, case.most, BATCH, NODE_STEPS, MARGIN
        )
        if tree.record[0] > value:
            value = float(tree.record[0])
            team = tuple(sorted(int(where[p]) for p in tree.team if p >= 0))
            optima.insert(0, (value, team))
        if tree.size[0] == 0:
            return Outcome(team, value, value, True, nodes, tuple(optima))
        bound = float(tree.bound[tree.heap[0]])
        tell(max(bound, value))
        if tree.size[1] < 2:
            break
    return Outcome(team, value, max(bound, value), False, nodes, tuple(optima))


def narrow(
    gains: Gains,
    rows: tuple[np.ndarray, np.ndarray],
    status: np.ndarray,
    sizes: tuple[int, int],
    value: float,
    core: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Who could be in a set worth more than `value`, and what can no set exceed?

    `status` (n,) int8: 1 in, 0 open, -1 out; `core`: ascending positions of those likely to be in good sets, all that
    are in among them. Returns (ascending positions, bound). Meant for a whole store: prices are found over the core
    and hold for all, or nearly; rules count only by the priced `rows`, so the bound holds for the allowed sets and
    more.
    """
    least, most = sizes
    target = value + MARGIN
    where, bound = np.arange(status.size), np.inf
    prices = Prices(
        gains.pair / 2, np.zeros(gains.aspect.shape[1] + gains.label_gain.size + rows[1].size), *rows
    )
    chosen = np.empty(most, np.int64)
    _price_core(gains, prices, status, sizes, target, core)
    for steps in NARROWING:
        profit = np.zeros(status.size)
        low, count, following = kernel.relax(
            gains, prices, status, least, most, target, steps, 1.2, profit, chosen
        )
        bound = min(bound, low)
        if bound <= target:
            return where[status == 1], bound
        if count == 0:
            break
        kernel.settle(status, profit, chosen, count, following, low, target, least, most)
        kept = np.flatnonzero(status >= 0)
        if kept.size < 0.7 * status.size:
            gains, pairs = cut_gains(gains, kept)
            prices = cut_prices(prices, kept, pairs)
            where, status = where[kept], status[kept].copy()
    return where[status >= 0], bound


def _price_core(
    gains: Gains,
    prices: Prices,
    status: np.ndarray,
    sizes: tuple[int, int],
    target: float,
    core: np.ndarray,
) -> None:
    """Find the prices of the core's own relaxation and write them into `prices`."""
    within, pairs = cut_gains(gains, core)
    few = cut_prices(prices, core, pairs)
    kernel.relax(
        within,
        few,
        status[core],
        *sizes,
        target,
        CORE_STEPS,
        1.2,
        np.zeros(core.size),
        np.empty(sizes[1], np.int64),
    )
    prices.split[pairs] = few.split
    prices.rest[:] = few.rest


def fresh_prices(case: Case) -> Prices:
    """Every pair's gain in halves; nothing else priced yet."""
    gains = case.gains
    rest = np.zeros(gains.aspect.shape[1] + gains.label_gain.size + case.price_need.size)
    return Prices(gains.pair / 2, rest, case.price_row, case.price_need)


def cut_prices(prices: Prices, keep: np.ndarray, pairs: np.ndarray) -> Prices:
    """The prices of the candidates at `keep` and of the pairs that stood at `pairs`: see `cut_gains`."""
    return Prices(
        prices.split[pairs], prices.rest.copy(), np.ascontiguousarray(prices.row[:, keep]), prices.need
    )


def plant(case: Case, prices: Prices, status: np.ndarray, bound: float, value: float) -> Tree:
    """A tree of one node."""
    n = status.size
    capacity = int(min(TREE_CAPACITY, max(64, 100_000_000 // max(1, n + 8 * prices.rest.size))))
    tree = Tree(
        status=np.empty((capacity, n), np.int8),
        rest=np.empty((capacity, prices.rest.size)),
        bound=np.full(capacity, -np.inf),
        heap=np.zeros(capacity, np.int32),
        free=np.arange(capacity - 1, -1, -1, dtype=np.int32),  # slot 0 is taken: the last entry waits for it
        size=np.array([1, capacity - 1]),
        record=np.array([value]),
        team=np.full(case.most, -1),
    )
    tree.status[0], tree.rest[0], tree.bound[0] = status, prices.rest, bound
    return tree
