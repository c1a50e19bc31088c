"""How soon is a change seen, and what do others feel of it? A running service under load, changed by another process.

    python -m benchmarks.bench_live --home HOME [--changes 40] [--clients 2] [--every 0.7]

HOME holds an imported and indexed store; a copy of it is served as a user does. Clients ask for suggestions all the
time. Every `--every` seconds this process, which is not the service, commits one change to the store: an outline comes,
changes, another organisation's profile changes, the outline goes. The change's text is in the cache of vectors
already, since encoding it is not what is measured. A change is seen when `/health` tells that answers stand on it:
the snapshot that is swapped in then is complete. That it is suggested is asked once for every outline that came: the
question is its own text, so its owner should be in a set. Blocks without changes take turns with blocks with them, so
that both meet the same machine.
"""

import argparse
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bench_suggest import texts_of
from benchmarks.machine import heading
from data.model import CallId, Organisation, Outline, OutlineId
from data.store import Store
from embeddings.choice import open_encoder
from embeddings.search import entry_of_organisation, entry_of_outline, hash_of
from service.runtime.settings import Settings

PORT = 8478
CALLS = ("he-ria-ia-2021", "ipcei-2021", "eureka-network")
BLOCKS = 4
"""Blocks of each kind."""
UNSEEN_S = 30.0
"""A change that is not seen by then never is."""
KINDS = ("an outline comes", "an outline changes", "a profile changes", "an outline goes")


def ask(path: str, body: dict[str, Any] | None = None) -> Any:
    """Return the service's answer."""
    encoded = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}{path}", encoded, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=120) as reply:
        return json.load(reply)


@contextmanager
def service(home: Path) -> Iterator[None]:
    """Serve a home until the block ends; warm from its first line on."""
    command = [
        sys.executable,
        "-m",
        "service.terminal.cli",
        "--home",
        str(home),
        "serve",
        "--port",
        str(PORT),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            try:
                ask("/health")
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


@dataclass
class Load:
    """Clients that ask all the time; each answer's seconds are kept under the kind of block that it began in."""

    texts: list[str]
    block: str = "warm"
    seconds: dict[str, list[float]] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)

    def client(self, number: int) -> None:
        """Ask until stopped; the texts in turn, so that none is encoded twice while it is remembered."""
        for turn in itertools.count(number):
            if self.stopped.is_set():
                return
            block, begun = self.block, time.perf_counter()
            text, call = self.texts[turn % len(self.texts)], CALLS[turn % len(CALLS)]
            ask("/api/v1/suggest", {"text": text, "call": call, "limit": 3})
            self.seconds.setdefault(block, []).append(time.perf_counter() - begun)


@contextmanager
def asking(load: Load, clients: int) -> Iterator[None]:
    """Let so many clients ask while the block runs."""
    threads = [threading.Thread(target=load.client, args=(n,), daemon=True) for n in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        load.stopped.set()
        for thread in threads:
            thread.join()


@dataclass(frozen=True)
class CommittedChanges:
    """Changes to be committed one by one, their texts embedded beforehand."""

    outlines: tuple[Outline, ...]
    edited: tuple[Outline, ...]
    profiles: tuple[Organisation, ...]

    @classmethod
    def of(cls, store: Store, settings: Settings, count: int) -> "CommittedChanges":
        """Make so many of each kind."""
        texts = texts_of(store, 3 * count, seed=7)
        organisations = list(store.organisations().values())
        step = max(1, len(organisations) // (2 * count))
        owners, writers = organisations[::step][:count], organisations[step // 2 :: step][:count]
        outlines = tuple(
            Outline(
                OutlineId(f"LIVE-{n}"),
                CallId(CALLS[0]),
                f"Live {n}",
                texts[n],
                owner.id,
                owner.country or "DE",
            )
            for n, owner in enumerate(owners)
        )
        edited = tuple(replace(outline, text=texts[count + n]) for n, outline in enumerate(outlines))
        profiles = tuple(replace(writer, profile=texts[2 * count + n]) for n, writer in enumerate(writers))
        entries = [
            *map(entry_of_outline, outlines + edited),
            *filter(None, map(entry_of_organisation, profiles)),
        ]
        encoder = open_encoder(settings.encoder, settings.models)
        vectors = encoder.encode([entry.text for entry in entries])
        hashes = [hash_of(entry.text) for entry in entries]
        store.put_vectors(encoder.name, dict(zip(hashes, vectors, strict=True)))
        return cls(outlines, edited, profiles)

    def commit(self, store: Store, number: int) -> str:
        """Commit change `number` and return its kind."""
        place, kind = number // len(KINDS), KINDS[number % len(KINDS)]
        with store.transaction(what=kind) as writer:
            if kind == KINDS[0]:
                writer.put_outlines([self.outlines[place]])
            elif kind == KINDS[1]:
                writer.put_outlines([self.edited[place]])
            elif kind == KINDS[2]:
                writer.put_organisations([self.profiles[place]])
            else:
                writer.remove_outlines([self.outlines[place].id])
        return kind


def seen_after(store: Store) -> float:
    """Return the seconds from now until answers stand on the store as it is."""
    begun, wanted = time.perf_counter(), store.revision()
    while ask("/health")["revision"] != wanted:
        if time.perf_counter() - begun > UNSEEN_S:
            raise SystemExit(f"a change was not seen within {UNSEEN_S:.0f} s: {ask('/health')}")
        time.sleep(0.005)
    return time.perf_counter() - begun


def suggested(outline: Outline) -> bool:
    """Whether a set for the outline's very text has its owner."""
    answer = ask("/api/v1/suggest", {"text": outline.full_text, "call": CALLS[0], "limit": 5})
    members = {member["id"] for suggestion in answer["suggestions"] for member in suggestion["members"]}
    return outline.organisation in members


def measure(
    store: Store, changes: CommittedChanges, load: Load, every_s: float
) -> tuple[dict[str, list[float]], list[bool]]:
    """Return seconds until seen by kind, and whether each outline that came was suggested."""
    total = len(changes.outlines) * len(KINDS)
    seen: dict[str, list[float]] = {}
    in_sets: list[bool] = []
    for block in range(BLOCKS):
        numbers = range(block * total // BLOCKS, (block + 1) * total // BLOCKS)
        load.block = "without changes"
        time.sleep(len(numbers) * every_s)
        load.block = "while records change"
        for number in numbers:
            pause = time.perf_counter() + every_s
            kind = changes.commit(store, number)
            seen.setdefault(kind, []).append(seen_after(store))
            if kind == KINDS[0]:
                load.block, before = "a check", load.block
                in_sets.append(suggested(changes.outlines[number // len(KINDS)]))
                load.block = before
            time.sleep(max(0.0, pause - time.perf_counter()))
    return seen, in_sets


def row(name: str, seconds: list[float]) -> str:
    """Return a line of the table."""
    ms = np.array(seconds) * 1000
    return f"| {name} | {len(ms)} | {np.median(ms):.0f} | {np.quantile(ms, 0.95):.0f} | {ms.max():.0f} |"


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--home", required=True, type=Path)
    options.add_argument("--changes", type=int, default=40, help="in all, of four kinds in turn")
    options.add_argument("--clients", type=int, default=2)
    options.add_argument("--every", type=float, default=0.7, help="seconds between two changes")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="konsort-live-") as folder:
        home = Path(folder) / "home"
        shutil.copytree(chosen.home, home)
        settings = Settings.from_env({}, home=str(home))
        with Store.open(settings.database) as store:
            changes = CommittedChanges.of(store, settings, chosen.changes // len(KINDS))
            load = Load(texts_of(store, 40))
            with service(home):
                for text in load.texts:
                    ask("/api/v1/suggest", {"text": text, "call": CALLS[0], "limit": 3})
                with asking(load, chosen.clients):
                    seen, in_sets = measure(store, changes, load, chosen.every)
            organisations = len(store.organisations())
    print(heading("One record changes under load", ("faiss-cpu", "numpy", "sqlalchemy")))
    print(f"{organisations:,} organisations, {chosen.clients} clients that ask all the time.\n")
    print("| what | times | median ms | p95 ms | most ms |\n|---|---|---|---|---|")
    for kind in KINDS:
        print(row(f"{kind}: seen after", seen[kind]))
    print(row("any of them: seen after", [second for seconds in seen.values() for second in seconds]))
    for block in ("without changes", "while records change"):
        print(row(f"suggest, {block}", load.seconds[block]))
    print(
        f"\nOf {len(in_sets)} outlines that came, the owner of {sum(in_sets)} was in a set for the same text."
    )


if __name__ == "__main__":
    main()
