"""How long does a coordinator wait? `suggest` through the API of a running service, with the encoder's own share.

    python -m benchmarks suggest --home HOME [--queries 60]

HOME holds an imported and indexed store. The service is started as a user starts it; asked are texts that it has not
seen (sentences of stored projects, put together anew), each for the next of five calls. The baseline is what FAISS
alone would answer: encoding the text and searching the nearest entries. Reported beside: seconds from the start of
the process to the first answer, and the process's memory.
"""

import argparse
import json
import random
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.launch import launch
from benchmarks.report import Report
from data.store import Store
from embeddings.choice import DEFAULT, open_encoder
from embeddings.search import TextSearch
from embeddings.sentences import split_sentences
from service.runtime.settings import Settings

CALLS = ("he-ria-ia-2021", "ipcei-2014", "ipcei-2021", "eureka-network", "eurostars-3")
PORT = 8479


def texts_of(store: Store, count: int, seed: int = 1) -> list[str]:
    """Return outline-like texts of 60 to 150 words that no record holds: sentences of two projects, in turn."""
    rng = random.Random(seed)
    sources = [text for text in store.history().projects["text"] if len(text.split()) >= 120]
    texts = []
    for _ in range(count):
        one, other = (split_sentences(text) for text in rng.sample(sources, 2))
        mixed = [sentence for pair in zip(one, other, strict=False) for sentence in pair]
        texts.append(" ".join(" ".join(mixed).split()[: rng.randint(60, 150)]))
    return texts


def ask(text: str, call: str) -> tuple[float, dict[str, Any]]:
    """Return the seconds an answer took, and the answer."""
    body = json.dumps({"text": text, "call": call, "limit": 5}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/api/v1/suggest", body, {"Content-Type": "application/json"}
    )
    begun = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as reply:
        answer = json.load(reply)
    return time.perf_counter() - begun, answer


def wait_ready(process: subprocess.Popen[bytes], begun: float) -> float:
    """Return the seconds until the service answers."""
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/api/v1/calls", timeout=5):
                return time.perf_counter() - begun
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"the service ended with status {process.returncode}")


def memory_mb(pid: int) -> float:
    """Return a process's resident memory in MB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    (resident_kb,) = (line.split()[1] for line in status if line.startswith("VmRSS:"))
    return int(resident_kb) / 1024


@contextmanager
def service(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start the service on a home as a user does, and end it."""
    serve = ("-m", "service.terminal.cli", "--home", str(home), "serve", "--port", str(PORT))
    process = subprocess.Popen([sys.executable, *serve], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def baseline(store: Store, models: Path, texts: list[str], report: Report) -> tuple[list[float], list[float]]:
    """Return the seconds of encoding each text with its sentences, and of encoding it and searching the nearest."""
    encoder = open_encoder(DEFAULT, models)
    search = TextSearch.build(store, encoder)
    report.figure("texts", len(search))
    encoder.encode(["warm"])
    encoding, nearest = [], []
    for text in texts:
        begun = time.perf_counter()
        encoder.encode([text, *split_sentences(text)])
        encoding.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        search.nearest_to(encoder.encode([text])[0], 100)
        nearest.append(time.perf_counter() - begun)
    return encoding, nearest


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", required=True, type=Path)
    parser.add_argument("--queries", type=int, default=60)


def run(options: argparse.Namespace, report: Report) -> None:
    settings = Settings.from_env({}, home=str(options.home))
    store = Store.open(settings.database)
    texts = texts_of(store, options.queries + 5)
    begun = time.perf_counter()
    with service(options.home) as process:
        ready = wait_ready(process, begun)
        for text in texts[:5]:
            ask(text, CALLS[0])
        answers = [ask(text, CALLS[k % len(CALLS)]) for k, text in enumerate(texts[5:])]
        resident = memory_mb(process.pid)
    encoding, nearest = baseline(store, settings.models, texts[5:], report)
    waits = {
        "suggest, five consortia, end to end": [seconds for seconds, _ in answers],
        "of which encoding the text and its sentences": encoding,
        "baseline: encode and search the nearest 100, no rules, no sets": nearest,
    }
    columns = {"what": "", "median ms": ".0f", "p95 ms": ".0f", "most ms": ".0f"}
    report.table("waits", columns, (row(name, seconds) for name, seconds in waits.items()))
    statuses = Counter(answer["status"] for _, answer in answers)
    report.figure("ready_s", ready)
    report.figure("resident_mb", resident)
    report.say(f"Answers: {', '.join(f'{count} {status}' for status, count in sorted(statuses.items()))}.")
    report.say(f"Ready after {ready:.1f} s; {resident:,.0f} MB resident after {len(answers)} questions.")


def row(name: str, seconds: list[float]) -> tuple[str, float, float, float]:
    """Return name, median, 95th percentile and most, in milliseconds."""
    ms = np.array(seconds) * 1000
    return name, float(np.median(ms)), float(np.quantile(ms, 0.95)), float(ms.max())


if __name__ == "__main__":
    launch("suggest")
