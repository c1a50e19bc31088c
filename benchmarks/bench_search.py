"""How near does exact search come to the memory's own speed? python -m benchmarks search [--vectors 100000]

The bytes that a query has to scan are rows x columns x 2 (half precision). The memory's speed is measured in the same
run, by numpy, on one thread as the search runs on one: the time of summing an array of as many bytes, the
best of several passes. Searches and passes take turns, so that a busy machine slows both. Aim: within 1.5 times.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from functools import partial

import faiss
import numpy as np

from benchmarks.launch import launch
from benchmarks.report import Report
from embeddings.encoder import unit_rows
from embeddings.index import FaissIndex

AIM = 1.5


def clustered(n: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Return (n, width) float32 unit rows around 500 centres, as texts on 500 subjects lie."""
    centres = rng.normal(size=(500, width)).astype(np.float32)
    rows = centres[rng.integers(500, size=n)] + 0.7 * rng.normal(size=(n, width)).astype(np.float32)
    return unit_rows(rows)


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


MEMORY = "memory alone (numpy, the same bytes)"


def measure(n: int, width: int, passes: int, report: Report) -> None:
    rng = np.random.default_rng(7)
    rows = clustered(n, width, rng)
    queries = clustered(passes, width, rng)
    ids = [f"text:{i:07d}" for i in range(n)]
    index = FaissIndex(width)
    index.add(ids, rows)
    flat = faiss.IndexFlatIP(width)
    flat.add(rows)
    few = index.mask(rng.choice(ids, n // 25, replace=False).tolist())
    memory = rng.integers(0, 2**60, size=n * width * 2 // 8, dtype=np.int64)
    works: dict[str, Callable[[np.ndarray], object]] = {
        MEMORY: lambda _: memory.sum(),
        "exact search, half precision (ours)": lambda query: index.nearest(query, 10),
        "ours, 4 % allowed": lambda query: index.nearest_at(query, 10, few),
        "FAISS flat, single precision (twice the bytes)": lambda query: flat.search(query[None, :], 10),
        "numpy, single precision (twice the bytes)": lambda query: np.argpartition(-(rows @ query), 10)[:10],
    }
    times: dict[str, list[float]] = {name: [] for name in works}
    for query in queries:
        for name, work in works.items():
            times[name].append(seconds(partial(work, query)))
    right = [
        len(
            {hit.id for hit in index.nearest(query, 10)}
            & {ids[i] for i in flat.search(query[None, :], 10)[1][0]}
        )
        for query in queries
    ]
    floor_s = min(times[MEMORY])
    report.say(
        f"{n:,} x {width}: {n * width * 2 / 1e6:.0f} MB to scan, memory {n * width * 2 / floor_s / 1e9:.1f} GB/s, "
        f"10 nearest as in single precision {np.mean(right) / 10:.4f}."
    )
    columns = {"what": "", "median ms": ".1f", "p95 ms": ".1f", "best ms": ".1f"}
    ratios = {"best / memory's best": ".2f", "median / memory's median": ".2f"}
    report.table(str(width), columns | ratios, compared(times))


def compared(times: dict[str, list[float]]) -> Iterator[tuple[str, float, float, float, float, float]]:
    """Yield a row a way of search: milliseconds, and what they are beside the memory's."""
    floor = np.array(times[MEMORY]) * 1e3
    for name, taken in times.items():
        ms = np.array(taken) * 1e3
        median = float(np.median(ms))
        beside = (float(ms.min() / floor.min()), median / float(np.median(floor)))
        yield name, median, float(np.quantile(ms, 0.95)), float(ms.min()), *beside


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--vectors", type=int, default=100_000)
    parser.add_argument("--passes", type=int, default=100)


def run(options: argparse.Namespace, report: Report) -> None:
    faiss.omp_set_num_threads(1)
    for width in (384, 768):
        measure(options.vectors, width, options.passes, report)


if __name__ == "__main__":
    launch("search")
