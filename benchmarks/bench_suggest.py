"""How long does a coordinator wait? `suggest` through the API of a running service, with the encoder's own share.

    python -m benchmarks.bench_suggest --home HOME [--queries 60]

HOME holds an imported and indexed store. The service is started as a user starts it; asked are texts that it has not
seen (sentences of stored projects, put together anew), each for the next of five calls. The baseline is what FAISS
alone would answer: encoding the text and searching the nearest entries. Reported beside: seconds from the start of
the process to the first answer, and the process's memory.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np

from benchmarks.machine import heading
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


def ask(text: str, call: str) -> tuple[float, dict]:
    """Return the seconds an answer took, and the answer."""
    body = json.dumps({"text": text, "call": call, "limit": 5}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/api/v1/suggest", body, {"Content-Type": "application/json"}
    )
    begun = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as reply:
        answer = json.load(reply)
    return time.perf_counter() - begun, answer


def wait_ready(process: subprocess.Popen, begun: float) -> float:
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
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def row(name: str, seconds: list[float]) -> str:
    found = np.array(seconds) * 1000
    return f"| {name} | {np.median(found):.0f} | {np.quantile(found, 0.95):.0f} | {found.max():.0f} |"


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--home", required=True, type=Path)
    options.add_argument("--queries", type=int, default=60)
    chosen = options.parse_args()
    settings = Settings.from_env({}, home=str(chosen.home))
    store = Store.open(settings.database)
    texts = texts_of(store, chosen.queries + 5)
    begun = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "service.terminal.cli",
        "--home",
        str(chosen.home),
        "serve",
        "--port",
        str(PORT),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ready = wait_ready(process, begun)
        for text in texts[:5]:
            ask(text, CALLS[0])
        answers = [ask(text, CALLS[k % len(CALLS)]) for k, text in enumerate(texts[5:])]
        resident = memory_mb(process.pid)
    finally:
        process.terminate()
        process.wait(20)
    encoder = open_encoder(DEFAULT, settings.models)
    search = TextSearch.build(store, encoder)
    encoder.encode(["warm"])
    encoding, nearest = [], []
    for text in texts[5:]:
        begun = time.perf_counter()
        encoder.encode([text, *split_sentences(text)])
        encoding.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        search.nearest_to(encoder.encode([text])[0], 100)
        nearest.append(time.perf_counter() - begun)
    statuses = [answer["status"] for _, answer in answers]
    print(heading("Suggest over HTTP", ("torch", "faiss-cpu", "numba")))
    print(
        f"{len(search):,} texts; statuses: {', '.join(f'{s} {statuses.count(s)}' for s in sorted(set(statuses)))}"
    )
    print("\n| what | median ms | p95 ms | most ms |\n|---|---|---|---|")
    print(row("suggest, five consortia, end to end", [seconds for seconds, _ in answers]))
    print(row("of which encoding the text and its sentences", encoding))
    print(row("baseline: encode and search the nearest 100, no rules, no sets", nearest))
    print(f"\nReady after {ready:.1f} s; {resident:,.0f} MB resident after {len(answers)} questions.")


if __name__ == "__main__":
    main()
