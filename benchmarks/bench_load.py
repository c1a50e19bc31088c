"""What do many users feel? Each thinks for ten seconds and asks; beyond what can be served, some are refused.

    python -m benchmarks load --home HOME [--users 1 5 20 100 500] [--seconds 60]

HOME holds an imported and indexed store, a service is started on it as a user does. A user waits an exponential time of
`--think` seconds on average, then asks something: seven times in ten for consortia for a text that nobody has asked
before, else for partners, for organisations by name, or for a page. Who is refused (503) comes again after what
`Retry-After` says, as part of the same user's time. Told are the waits of what was answered, the share refused, and how
long a refusal took; then, after all users have left, how long a lone question takes.
"""

import argparse
import http.client
import json
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.bench_suggest import CALLS, PORT, memory_mb, service, texts_of, wait_ready
from benchmarks.launch import launch
from benchmarks.report import Report
from data.store import Store
from service.runtime.settings import Settings

TIMEOUT_S = 60.0


@dataclass
class Answers:
    """What came back: (kind, status, seconds) of each request; 0 where there was no answer at all."""

    rows: list[tuple[str, int, float]] = field(default_factory=list)

    def seconds(self, status: int, kind: str | None = None) -> np.ndarray:
        return np.array([s for k, got, s in self.rows if got == status and kind in (None, k)])


class FreshTexts:
    """Texts that nobody has asked before, one each time. Safe under threads."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = iter(texts)
        self._lock = threading.Lock()

    def next(self) -> str:
        with self._lock:
            return next(self._texts)


def ask(texts: FreshTexts, rng: random.Random) -> tuple[str, int, float, float]:
    """Ask one thing; return its kind, the status, the seconds, and after how many to come again."""
    chosen = rng.random()
    body: dict[str, object] | None
    if chosen < 0.7:
        kind, body = "suggest", {"text": texts.next(), "call": rng.choice(CALLS), "limit": 5}
    elif chosen < 0.8:
        kind, body = "partners", {"text": texts.next(), "limit": 10}
    else:
        kind, body = ("organisations", None) if chosen < 0.9 else ("page", None)
    path = {"organisations": "/api/v1/organisations?text=university", "page": "/"}.get(
        kind, f"/api/v1/{kind}"
    )
    begun = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=TIMEOUT_S)
    try:
        if body is None:
            connection.request("GET", path)
        else:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        retry = float(answer.headers.get("Retry-After", 0))
        return kind, answer.status, time.perf_counter() - begun, retry
    except OSError:
        return kind, 0, time.perf_counter() - begun, 5.0
    finally:
        connection.close()


def user(number: int, texts: FreshTexts, think_s: float, end: float, answers: Answers) -> None:
    """Think and ask until the end."""
    rng = random.Random(number)
    time.sleep(rng.random() * think_s)
    while time.perf_counter() < end:
        kind, status, seconds, retry_s = ask(texts, rng)
        answers.rows.append((kind, status, seconds))
        time.sleep(retry_s or rng.expovariate(1 / think_s))


def measure(count: int, texts: FreshTexts, think_s: float, seconds: float) -> Answers:
    """Let so many users ask for so long."""
    answers, end = Answers(), time.perf_counter() + seconds
    threads = [threading.Thread(target=user, args=(n, texts, think_s, end, answers)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", required=True, type=Path)
    parser.add_argument("--users", type=int, nargs="+", default=[1, 5, 20, 100, 500])
    parser.add_argument("--seconds", type=float, default=60.0, help="of each number of users")
    parser.add_argument("--think", type=float, default=10.0, help="seconds between two questions of one user")


def run(options: argparse.Namespace, report: Report) -> None:
    settings = Settings.from_env({}, home=str(options.home))
    needed = int(sum(min(count, 200) for count in options.users) * options.seconds / options.think * 2 + 100)
    with Store.open(settings.database) as store:
        texts = FreshTexts(texts_of(store, needed, seed=9))
    begun = time.perf_counter()
    with service(options.home) as process:
        wait_ready(process, begun)
        for _ in range(5):
            ask(texts, random.Random(1))

        def rows() -> Iterator[list[str | float | None]]:
            for count in options.users:
                answers = measure(count, texts, options.think, options.seconds)
                alone = ask(texts, random.Random(1))[2]
                yield [*_row(count, answers), 1000 * alone, memory_mb(process.pid)]

        columns = {
            "users": ".0f",
            "asked": ".0f",
            "suggest, median ms": ".0f",
            "p95 ms": ".0f",
            "all, p95 ms": ".0f",
            "refused": ".0%",
            "refusal, p95 ms": ".0f",
            "failed": ".0f",
            "one alone afterwards, ms": ".0f",
            "memory MB": ".0f",
        }
        report.table("load", columns, rows())


def _row(count: int, answers: Answers) -> list[str | float | None]:
    suggest, all_, refused = answers.seconds(200, "suggest"), answers.seconds(200), answers.seconds(503)
    failed = sum(status not in (200, 503) for _, status, _ in answers.rows)
    return [
        float(count),
        float(len(answers.rows)),
        _quantile(suggest, 0.5),
        _quantile(suggest, 0.95),
        _quantile(all_, 0.95),
        len(refused) / max(len(answers.rows), 1),
        _quantile(refused, 0.95),
        float(failed),
    ]


def _quantile(seconds: np.ndarray, share: float) -> float | None:
    return None if not len(seconds) else 1000 * float(np.quantile(seconds, share))


if __name__ == "__main__":
    launch("load")
