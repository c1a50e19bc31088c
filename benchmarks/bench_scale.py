"""What does a store of any size cost, from the import to the answer? Made-up stores, one row a size.

    python -m benchmarks scale [--organisations 26605 168517 1000000] [--folder DIR] [--queries 30]

Each store is made once, in a folder of its own (`benchmarks/made_stores.py`), imported, given vectors without a model,
learned from, and served. What embedding costs is measured on `--embed` of its texts. Processor time stands beside the
clock, since machines are shared. A size that is made already is not made again, nor learned from.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.bench_suggest import CALLS, ask, memory_mb, service, texts_of, wait_ready
from benchmarks.launch import launch
from benchmarks.made_stores import CopiedRows, copies_for, give_vectors, make_download
from benchmarks.report import Report
from data.store import Store
from embeddings.choice import DEFAULT, open_encoder
from service.runtime.settings import Settings

SAMPLE = Path("../shared/data/cordis-h2020.zip")


@dataclass(frozen=True, slots=True)
class Took:
    """What a command took: seconds by the clock, of processor time, and GB at most."""

    clock_s: float
    processor_s: float
    peak_gb: float


def command(home: Path, *words: str) -> Took:
    """Run `konsort` with these words on a home."""
    konsort = [sys.executable, "-m", "service.terminal.cli", "--home", str(home), *words]
    begun = time.perf_counter()
    process = subprocess.Popen(konsort, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(konsort)} ended with status {process.returncode}")
    return Took(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20)


def made(folder: Path, organisations: int, sample: Path, models: Path) -> tuple[Path, Took | None]:
    """Return the home of a store of that size, and what its import took if it was not there yet."""
    home = folder / f"home-{organisations}"
    if (home / "konsort.sqlite").exists():
        return home, None
    sources = CopiedRows.of(sample) if sample.exists() else CopiedRows.by_lot()
    with tempfile.TemporaryDirectory(dir=folder) as download:
        make_download(Path(download), sources, copies_for(sources, organisations))
        took = command(home, "import", "cordis", download, "--no-index", "--report", os.devnull)
    encoder = open_encoder(DEFAULT, models)
    with Store.open(Settings.from_env({}, home=str(home)).database) as store:
        give_vectors(store, encoder.name, encoder.width, encoder.encode)
    return home, took


def served(home: Path, queries: int) -> tuple[float, np.ndarray, float]:
    """Return the seconds until the service answers, those of questions, and its memory in MB."""
    with Store.open(Settings.from_env({}, home=str(home)).database) as store:
        texts = texts_of(store, queries + 3)
    begun = time.perf_counter()
    with service(home) as process:
        start = wait_ready(process, begun)
        for text in texts[:3]:
            ask(text, CALLS[0])
        seconds = [ask(text, CALLS[k % len(CALLS)])[0] for k, text in enumerate(texts[3:])]
        return start, np.array(seconds), memory_mb(process.pid)


def texts_a_second(home: Path, models: Path, count: int) -> float:
    """Return how many texts of the store are embedded in a second of processor time."""
    with Store.open(Settings.from_env({}, home=str(home)).database) as store:
        texts = [text for text in store.history().projects["text"] if text][:: max(1, 5000 // max(count, 1))]
    encoder = open_encoder(DEFAULT, models)
    encoder.encode(["warm"])
    begun = time.process_time()
    encoder.encode(texts[:count])
    return len(texts[:count]) / (time.process_time() - begun)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--organisations", type=int, nargs="+", default=[26_605, 168_517, 1_000_000])
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "out" / "scale")
    parser.add_argument(
        "--archive", type=Path, default=SAMPLE, help="The sample; without it all is drawn by lot."
    )
    parser.add_argument("--queries", type=int, default=30)
    parser.add_argument("--embed", type=int, default=50)


def run(options: argparse.Namespace, report: Report) -> None:
    options.folder.mkdir(parents=True, exist_ok=True)

    def rows() -> Iterator[list[str | float | None]]:
        for organisations in options.organisations:
            models = Settings.from_env({}, home=str(options.folder)).models
            home, imported = made(options.folder, organisations, options.archive, models)
            learned = None if (home / "models" / "in-use.json").exists() else command(home, "train")
            start, seconds, resident = served(home, options.queries)
            again, _, _ = served(home, 1)
            yield [
                float(organisations),
                *_shown(imported),
                texts_a_second(home, models, options.embed),
                *_shown(learned),
                None if learned is None else learned.peak_gb,
                start,
                again,
                1000 * float(np.median(seconds)),
                1000 * float(np.quantile(seconds, 0.95)),
                resident,
                sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) / 2**20,
            ]

    columns = {
        "organisations": ",.0f",
        "import s": ".0f",
        "(processor)": ".0f",
        "texts a second": ".1f",
        "learn s": ".0f",
        "(processor) ": ".0f",
        "at most GB": ".1f",
        "start s": ".1f",
        "again s": ".1f",
        "suggest, median ms": ".0f",
        "p95 ms": ".0f",
        "memory MB": ".0f",
        "disk MB": ".0f",
    }
    report.table("scale", columns, rows())
    report.figure("peak_mb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _shown(took: Took | None) -> list[float | None]:
    return [None, None] if took is None else [took.clock_s, took.processor_s]


if __name__ == "__main__":
    launch("scale")
