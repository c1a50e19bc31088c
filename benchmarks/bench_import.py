"""How long does a CORDIS import take beside pandas merely reading the same files?

python -m benchmarks.bench_import [ZIP] [--rounds 5]

Baseline and import take turns in one process; each round's import goes into a fresh SQLite file. Goal: the import
takes at most 4 times as long as the baseline.
"""

import argparse
import statistics
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from benchmarks.machine import heading
from data.sources.cordis import import_cordis
from data.store import Store

GOAL = 4.0
SAMPLE = Path(__file__).parents[1] / ".." / "shared" / "data" / "cordis-h2020.zip"


def read_with_pandas(path: Path) -> None:
    """Read every CSV file of the archive with pandas.read_csv and its defaults, nothing else."""
    with warnings.catch_warnings(), zipfile.ZipFile(path) as archive:
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)
        for name in archive.namelist():
            with archive.open(name) as stream:
                pd.read_csv(stream, sep=";")


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """Return the wall-clock and the processor seconds of an action."""
    wall, processor = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - wall, time.process_time() - processor


def measure(path: Path, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Return (wall, processor) seconds of every round, by what was measured."""
    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/store.sqlite") as store:
            actions: dict[str, Callable[[], object]] = {
                "pandas.read_csv (baseline)": lambda: read_with_pandas(path),
                "import into an empty store": lambda store=store: import_cordis(store, [path]),
                "the same import again": lambda store=store: import_cordis(store, [path]),
                "history()": lambda store=store: store.history(),
            }
            for what, action in actions.items():
                found.setdefault(what, []).append(timed(action))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if not options.path.is_file():
        parser.error(f"{options.path} not found")
    title = f"Import of {options.path.name}, best of {options.rounds} rounds"
    print(heading(title, ("pandas", "sqlalchemy")))
    found = measure(options.path, options.rounds)
    best = {what: [min(times) for times in zip(*rounds, strict=True)] for what, rounds in found.items()}
    (base_wall, base_processor), *_ = best.values()
    print(
        "| what | wall s, best | wall s, median | processor s, best | wall x baseline | processor x baseline |"
    )
    print("|---|---|---|---|---|---|")
    for what, (wall, processor) in best.items():
        median = statistics.median(wall for wall, _ in found[what])
        print(
            f"| {what} | {wall:.2f} | {median:.2f} | {processor:.2f} "
            f"| {wall / base_wall:.1f} | {processor / base_processor:.1f} |"
        )
    ratio = best["import into an empty store"][0] / base_wall
    print(f"\nGoal {GOAL:g} x, found {ratio:.1f} x: {'met' if ratio <= GOAL else 'not met'}.")


if __name__ == "__main__":
    main()
