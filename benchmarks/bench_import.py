"""How long does a CORDIS import take beside pandas merely reading the same files?

python -m benchmarks import [ZIP] [--rounds 5]

Baseline and import take turns in one process; each round's import goes into a fresh SQLite file. Goal: the import
takes at most 4 times as long as the baseline, and so does the same import again.
"""

import argparse
import statistics
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pandas as pd

from benchmarks.launch import launch
from benchmarks.report import Report
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
    seconds: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/store.sqlite") as store:
            actions: dict[str, Callable[[], object]] = {
                "pandas.read_csv (baseline)": partial(read_with_pandas, path),
                "import into an empty store": partial(import_cordis, store, [path]),
                "the same import again": partial(import_cordis, store, [path]),
                "history()": store.history,
            }
            for what, action in actions.items():
                seconds.setdefault(what, []).append(timed(action))
    return seconds


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--rounds", type=int, default=5)


def run(options: argparse.Namespace, report: Report) -> None:
    if not options.path.is_file():
        raise SystemExit(f"{options.path} not found")
    seconds = measure(options.path, options.rounds)
    best = {what: [min(times) for times in zip(*rounds, strict=True)] for what, rounds in seconds.items()}
    (base_wall, base_processor), *_ = best.values()

    def rows() -> Iterator[tuple[str, float, float, float, float, float]]:
        for what, (wall, processor) in best.items():
            median = statistics.median(wall for wall, _ in seconds[what])
            yield what, wall, median, processor, wall / base_wall, processor / base_processor

    report.table(
        "times",
        {
            "what": "",
            "wall s, best": ".2f",
            "wall s, median": ".2f",
            "processor s, best": ".2f",
            "wall x baseline": ".1f",
            "processor x baseline": ".1f",
        },
        rows(),
    )
    first, again = (
        best[what][0] / base_wall for what in ("import into an empty store", "the same import again")
    )
    report.figure("import_by_baseline", first)
    report.figure("import_again_by_baseline", again)
    verdict = "met" if max(first, again) <= GOAL else "not met"
    report.say(f"Goal {GOAL:g} x, found {first:.1f} x and, the second time, {again:.1f} x: {verdict}.")


if __name__ == "__main__":
    launch("import")
