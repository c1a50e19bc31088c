"""Two thousand random cases of twelve candidates: search and reduction against every subset, written out in numpy."""

from itertools import combinations, pairwise

import numpy as np
import pytest
import scipy.sparse as sp

from matcher.solver.assemble import warm
from matcher.solver.clauses import Clause, LinearRow
from matcher.solver.instance import Instance, price_rows
from matcher.solver.kernel import Gains, Sizes, matching_size, pairs_within
from matcher.solver.packing import as_rules
from matcher.solver.reduce import reduce
from matcher.solver.search import search

N = 12


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Compiling the kernel must not eat the budgets below."""
    warm()


def subsets(low: int, high: int) -> np.ndarray:
    """Every subset of N of that size, as rows of 0 and 1."""
    chosen = [team for size in range(low, high + 1) for team in combinations(range(N), size)]
    table = np.zeros((len(chosen), N))
    for row, team in enumerate(chosen):
        table[row, list(team)] = 1
    return table


def random_instance(rng: np.random.Generator) -> tuple[Instance, np.ndarray, list[LinearRow]]:
    """Numbers of every sign, some pairs, some rows; returns the instance and what the oracle reads."""
    lin = rng.normal(0.2, 0.3, N)
    aspect = rng.random((N, 3)) * (rng.random((N, 3)) < 0.5)
    label = rng.integers(-1, 4, (N, 1)).astype(np.int32)
    label_gain = rng.random(4) * 0.3
    pair = np.triu(rng.normal(0.2, 0.3, (N, N)) * (rng.random((N, N)) < rng.choice([0.2, 0.6])), 1)
    pair = pair + pair.T
    low = int(rng.integers(1, 4))
    high = low + int(rng.integers(0, 3))
    rows = [
        LinearRow(rng.integers(-1, 2, N).astype(float), float(rng.integers(-1, 2)))
        for _ in range(int(rng.integers(0, 3)))
    ]
    inside = np.zeros(N, bool)
    inside[: int(rng.integers(0, 2))] = True
    sparse = sp.csr_array(pair)
    row = np.repeat(np.arange(N), np.diff(sparse.indptr))
    gains = Gains(
        lin=lin,
        aspect=aspect,
        label=label,
        label_gain=label_gain,
        start=sparse.indptr.astype(np.int64),
        other=sparse.indices.astype(np.int32),
        pair=sparse.data.astype(float),
        back=np.lexsort((row, sparse.indices)).astype(np.int32),
    )
    clauses = [Clause((f"R{k}",), ((atom,),)) for k, atom in enumerate(rows)]
    prices = price_rows(clauses, N, high)
    sizes = Sizes(low, high)
    instance = Instance(gains, as_rules(clauses, N), *prices, inside, np.zeros(N, bool), sizes)
    return instance, pair, rows


def values(instance: Instance, pair: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The value of each subset."""
    gains = instance.gains
    total: np.ndarray = table @ gains.lin + np.einsum("si,ij,sj->s", table, pair, table) / 2
    total += (table[:, :, None] * gains.aspect[None]).max(axis=1).sum(axis=1)
    for tag, gain in enumerate(gains.label_gain):
        total += gain * ((table @ (gains.label[:, 0] == tag)) > 0)
    return total


@pytest.mark.parametrize("block", range(4))
def test_search_finds_and_proves_what_enumeration_finds(block: int) -> None:
    rng = np.random.default_rng(block)
    infeasible = 0
    for number in range(500):
        instance, pair, rows = random_instance(rng)
        table = subsets(*instance.sizes)
        fine = (table[:, instance.fixed_in] == 1).all(axis=1)
        for row in rows:
            fine &= table @ row.coef >= row.need
        outcome = search(instance, budget_s=20.0, restarts=1)  # one restart leaves work to the tree
        assert outcome.proved, number
        if not fine.any():
            infeasible += 1
            assert outcome.team == (), number
            continue
        best = values(instance, pair, table[fine]).max()
        assert outcome.value == pytest.approx(best, abs=2e-7), number
        status = instance.fixed_in.astype(np.int8)
        core = np.flatnonzero(instance.fixed_in | (rng.random(status.size) < 0.5))
        prices = instance.price_row, instance.price_need
        kept, bound = reduce(instance.gains, prices, status, instance.sizes, best - 0.05, core)
        assert bound >= best - 1e-6, number
        allowed = table[fine]
        winner = np.flatnonzero(allowed[values(instance, pair, allowed).argmax()])
        assert set(winner) <= set(kept), number
    assert 5 < infeasible < 300


def test_a_matching_counts_each_country_and_each_owner_once() -> None:
    left = np.array([0, 1, 2, 2, -1])
    right = np.array([7, 7, 7, 8, 9])
    assert matching_size(left, right, np.array([0, 1, 2])) == 1
    assert matching_size(left, right, np.array([0, 1, 3])) == 2
    assert matching_size(left, right, np.array([0, 4])) == 1


def test_a_cut_matrix_holds_the_pairs_among_those_kept() -> None:
    rng = np.random.default_rng(3)
    dense = np.triu(rng.random((40, 40)) * (rng.random((40, 40)) < 0.2), 1)
    whole = sp.csr_array(dense + dense.T)
    keep = np.sort(rng.choice(40, 17, replace=False)).astype(np.int64)
    start, other, entries = pairs_within(whole.indptr.astype(np.int64), whole.indices.astype(np.int32), keep)
    part = sp.csr_array((whole.data[entries], other, start), (17, 17)).toarray()
    assert np.array_equal(part, (dense + dense.T)[np.ix_(keep, keep)])
    assert all(np.all(np.diff(other[a:b]) > 0) for a, b in pairwise(start))
