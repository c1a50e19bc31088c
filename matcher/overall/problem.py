"""What exactly is optimised? The joint problem of streams and links, its rows and columns, and its true
value.

    maximise   sum_is fit_is x_is + sum_e worth_e z_e + sum_es bonus_e u_es - penalties
    x_is       outline i has its main stream s; exactly one
    z_e        the two outlines of pair e are linked
    u_es       both ends of the linked pair e are in stream s:  u_es <= x_is, x_js;  sum_s u_es <= z_e
    links      lowest_i - short_i <= sum of z at i <= capacity_i
    sizes      low - small_s <= sum_i x_is <= high + large_s
    borders    sum over states of present_cs >= min_countries - narrow_s,  present_cs <= sum of x over the
    state
Penalties for short, small, large and narrow keep every set of decisions that does not contradict itself
solvable.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

SHORT, SIZE, NARROW = 3.0, 0.25, 5.0
"""Penalties: one link too few; one outline beyond a stream's size; one state too few in a stream. The first
and the last outweigh what breaking them could gain, since a fit and a link's strength are at most 1; the
second moves an outline only where it fits another stream nearly as well."""

Pairs = np.ndarray
"""(E, 2) int, rows i < j, sorted."""


@dataclass(frozen=True, slots=True, eq=False)
class JointProblem:
    """`fit` (n, S); `worth`, `bonus` (n, n) symmetric, worth -inf where no link may be; `lowest`, `capacity`
    (n,); `state` (n,) int, -1 unknown, which counts for none; `size` (low, high); `pinned` (n,) int, -1 free;
    `together`, `never` pairs of positions; `forced` pairs that must be linked."""

    fit: np.ndarray
    worth: np.ndarray
    bonus: np.ndarray
    lowest: np.ndarray
    capacity: np.ndarray
    state: np.ndarray
    size: tuple[int, int]
    min_countries: int
    pinned: np.ndarray
    together: tuple[tuple[int, int], ...] = ()
    never: tuple[tuple[int, int], ...] = ()
    forced: tuple[tuple[int, int], ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """Outlines and streams."""
        return self.fit.shape[0], self.fit.shape[1]

    def value(self, assigned: np.ndarray, pairs: Pairs) -> float:
        """The objective of a solution, computed without the solver: `assigned` (n,), `pairs` (E, 2)."""
        n, streams = self.shape
        total = float(self.fit[np.arange(n), assigned].sum())
        degree = np.zeros(n)
        if len(pairs):
            i, j = pairs.T
            total += float(self.worth[i, j].sum() + self.bonus[i, j][assigned[i] == assigned[j]].sum())
            degree = np.bincount(pairs.ravel(), minlength=n).astype(float)
        total -= SHORT * float(np.maximum(self.lowest - degree, 0).sum())
        sizes = np.bincount(assigned, minlength=streams)
        low, high = self.size
        total -= SIZE * float(np.maximum(low - sizes, 0).sum() + np.maximum(sizes - high, 0).sum())
        for s in range(streams):
            inside = self.state[assigned == s]
            states = len(np.unique(inside[inside >= 0]))
            total -= NARROW * max(0, self.min_countries - states) * (len(inside) > 0)
        return total


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Where each variable stands: x, z, u, short, small, large, narrow, present, open; `end` is their number."""

    n: int
    streams: int
    pairs: Pairs
    rewarded: np.ndarray
    """(R,) the pairs that are worth more inside one stream; only these have columns u."""
    states: int

    @property
    def z(self) -> int:
        return self.n * self.streams

    @property
    def u(self) -> int:
        return self.z + len(self.pairs)

    @property
    def short(self) -> int:
        return self.u + len(self.rewarded) * self.streams

    @property
    def small(self) -> int:
        return self.short + self.n

    @property
    def large(self) -> int:
        return self.small + self.streams

    @property
    def narrow(self) -> int:
        return self.large + self.streams

    @property
    def present(self) -> int:
        return self.narrow + self.streams

    @property
    def open(self) -> int:
        return self.present + self.states * self.streams

    @property
    def end(self) -> int:
        return self.open + self.streams


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """The problem over some pairs in matrix form: maximise gain @ v, below <= matrix @ v <= above, v in
    bounds.

    The first n rows are the links' lower ends, the next n their upper ends: their prices find missing pairs.
    """

    columns: Columns
    gain: np.ndarray
    matrix: sparse.csr_array
    below: np.ndarray
    above: np.ndarray
    least: np.ndarray
    most: np.ndarray
    integral: np.ndarray
    """(columns,) bool: this variable is an integer."""


class _Rows:
    """Collects sparse rows, many at a time."""

    def __init__(self) -> None:
        self.count = 0
        self.parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.below: list[np.ndarray] = []
        self.above: list[np.ndarray] = []

    def add(self, blocks: list[tuple[np.ndarray, float]], below: np.ndarray, above: np.ndarray) -> None:
        """Each block is (rows, k) columns and their one coefficient; -1 pads."""
        size = len(below)
        for columns, coefficient in blocks:
            columns = columns.reshape(size, -1)
            row, place = np.nonzero(columns >= 0)
            self.parts.append((self.count + row, columns[row, place], np.full(len(row), coefficient)))
        self.below.append(below)
        self.above.append(above)
        self.count += size

    def matrix(self, width: int) -> sparse.csr_array:
        rows, columns, values = (np.concatenate(part) for part in zip(*self.parts, strict=True))
        return sparse.csr_array((values, (rows, columns)), shape=(self.count, width))


def _links_at(pairs: Pairs, n: int) -> np.ndarray:
    """(n, most) the pairs that touch each outline, padded with -1."""
    ends = pairs.ravel()
    order = np.argsort(ends, kind="stable")
    degree = np.bincount(ends, minlength=n)
    table = np.full((n, max(1, int(degree.max(initial=0)))), -1)
    starts = np.concatenate([[0], np.cumsum(degree)[:-1]])
    table[ends[order], np.arange(len(ends)) - starts[ends[order]]] = order // 2
    return table


def program(problem: JointProblem, pairs: Pairs) -> Program:
    """Write the problem over these candidate pairs as one mixed-integer program."""
    n, streams = problem.shape
    states = int(problem.state.max(initial=-1)) + 1
    rewarded = np.flatnonzero(problem.bonus[tuple(pairs.T)] > 0)
    at = Columns(n, streams, pairs, rewarded, states)
    x = np.arange(n * streams).reshape(n, streams)
    touching = _links_at(pairs, n)
    touching = np.where(touching >= 0, touching + at.z, -1)
    u = at.u + np.arange(len(rewarded) * streams).reshape(len(rewarded), streams)
    some = np.arange(streams)[:, None]
    far, none = np.inf, -np.inf
    rows = _Rows()
    rows.add([(touching, 1.0), (at.short + np.arange(n)[:, None], 1.0)], problem.lowest, np.full(n, far))
    rows.add([(touching, 1.0)], np.full(n, none), problem.capacity)
    rows.add([(x, 1.0)], np.ones(n), np.ones(n))
    low, high = problem.size
    rows.add([(x.T, 1.0), (at.small + some, 1.0)], np.full(streams, low), np.full(streams, far))
    rows.add([(x.T, 1.0), (at.large + some, -1.0)], np.full(streams, none), np.full(streams, high))
    present = at.present + np.arange(states * streams).reshape(states, streams)
    opened = at.open + some
    wide = float(min(problem.min_countries, states))
    rows.add(
        [(present.T, 1.0), (at.narrow + some, 1.0), (opened, -wide)], np.zeros(streams), np.full(streams, far)
    )
    rows.add(
        [(x.reshape(-1, 1), 1.0), (np.tile(opened, (n, 1)), -1.0)], np.full(x.size, none), np.zeros(x.size)
    )
    for state in range(states):
        inside = x[problem.state == state].T
        rows.add([(inside, 1.0), (present[state][:, None], -1.0)], np.zeros(streams), np.full(streams, far))
    if len(rewarded):
        rows.add(
            [(u, 1.0), (at.z + rewarded[:, None], -1.0)],
            np.full(len(rewarded), none),
            np.zeros(len(rewarded)),
        )
        for end in (0, 1):
            rows.add([(u, 1.0), (x[pairs[rewarded, end]], -1.0)], np.full(u.size, none), np.zeros(u.size))
    for a, b in problem.together:
        rows.add([(x[a], 1.0), (x[b], -1.0)], np.zeros(streams), np.zeros(streams))
    if streams > 1:
        for a, b in problem.never:
            rows.add([(x[a], 1.0), (x[b], 1.0)], np.zeros(streams), np.ones(streams))
    return Program(at, _gain(problem, at), rows.matrix(at.end), *_ends(rows), *_bounds(problem, at))


def _ends(rows: _Rows) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate(rows.below).astype(float), np.concatenate(rows.above).astype(float)


def _gain(problem: JointProblem, at: Columns) -> np.ndarray:
    i, j = at.pairs.T
    gain = np.zeros(at.end)
    gain[: at.z] = problem.fit.ravel()
    gain[at.z : at.u] = problem.worth[i, j]
    gain[at.u : at.short] = np.repeat(problem.bonus[i, j][at.rewarded], at.streams)
    gain[at.short : at.small] = -SHORT
    gain[at.small : at.narrow] = -SIZE
    gain[at.narrow : at.present] = -NARROW
    return gain


def _bounds(problem: JointProblem, at: Columns) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    streams = at.streams
    least, most = np.zeros(at.end), np.ones(at.end)
    most[at.short : at.present] = np.inf
    for i in np.flatnonzero(problem.pinned >= 0):
        most[i * streams : (i + 1) * streams] = 0.0
        most[i * streams + problem.pinned[i]] = 1.0
        least[i * streams + problem.pinned[i]] = 1.0
    if problem.forced:
        place = {(int(a), int(b)): k for k, (a, b) in enumerate(at.pairs)}
        for a, b in problem.forced:
            least[at.z + place[(min(a, b), max(a, b))]] = 1.0
    integral = np.zeros(at.end, dtype=bool)
    integral[: at.u] = True
    return least, most, integral
