"""What is embedded and learned while the service runs, and how far is it? A process of its own, beside the answers."""

import datetime as dt
import json
import logging
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

FIRST_S = 1.0
"""So soon after the start it is looked whether there is something to do."""
EVERY_S = 60.0
"""How often the store is looked at: an import that is still going on is not learned from in every state."""
TAKEN_UP_EVERY_S = 600.0
"""So often, while texts are embedded, what is there by then becomes searchable."""
LOGGED_EVERY_S = 60.0
_LOG = logging.getLogger(__name__)


def train_command(home: Path) -> list[str]:
    """Return `konsort train` for a home folder as a process of lowest priority, where the system can lower it."""
    nice = shutil.which("nice")
    konsort = [sys.executable, "-m", "service.terminal.cli"]
    python = [*konsort, "train", "--progress", "--home", str(home)]
    return [nice, "-n", "19", *python] if nice else python


@dataclass(frozen=True, slots=True)
class Job:
    """What is under way, and how far. `done` of `total`, in units of its own; times are UTC."""

    what: str
    done: int
    total: int
    since: dt.datetime
    remaining_s: float | None
    """How long this part takes yet, as fast as it went so far; None: nobody can tell."""


class JobClock:
    """Reads the lines in which a process tells its progress, and works out how long each part takes yet."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._what = ""
        self._begun = 0.0
        self._from = 0
        self._since = dt.datetime.now(dt.UTC)

    def read(self, line: str) -> Job | None:
        """Return the job after a line; None where the line tells no progress.

        >>> times = iter([0.0, 30.0])
        >>> clock = JobClock(lambda: next(times))
        >>> clock.read('{"what": "texts", "done": 100, "total": 400}').remaining_s is None
        True
        >>> clock.read('{"what": "texts", "done": 200, "total": 400}').remaining_s
        60.0
        >>> clock.read("Ranked by what funded consortia had in common") is None
        True
        """
        try:
            document = json.loads(line)
            what, done, total = str(document["what"]), int(document["done"]), int(document["total"])
        except (ValueError, TypeError, KeyError):
            return None
        now = self._clock()
        if what != self._what or done < self._from:
            self._what, self._begun, self._from = what, now, done
            self._since = dt.datetime.now(dt.UTC)
        moved = done - self._from
        remaining = (total - done) * (now - self._begun) / moved if moved > 0 else None
        return Job(what, done, total, self._since, None if remaining is None else round(remaining, 1))


class Retraining:
    """Looks at the store from time to time and starts the command when there is something to embed or to learn from.

    Requests go on with the texts and the model in use. The process promotes what it learned where that is no worse, and
    the ranker takes it from the home folder at its next question. What it embedded is taken up from time to time and at
    its end.
    """

    def __init__(
        self,
        due: Callable[[], str | None],
        command: Sequence[str],
        *,
        every_s: float = EVERY_S,
        take_up: Callable[[], object] = lambda: None,
    ) -> None:
        """`due`: the state of the store that something is left to do for; None: nothing. A state that has failed is not
        tried again until the store changes. `take_up` reads in what was embedded.
        """
        self._due = due
        self._command = tuple(command)
        self._every_s = every_s
        self._take_up = take_up
        self._tried: str | None = None
        self._stopped = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._watch, name="retraining", daemon=True)
        self.job: Job | None = None
        """What is under way."""

    @property
    def jobs(self) -> tuple[Job, ...]:
        """What is under way: one job or none."""
        return () if self.job is None else (self.job,)

    def __enter__(self) -> "Retraining":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the watch, and the learning if it is under way: it is taken up again at the next start."""
        self._stopped.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
        self._thread.join()

    def _watch(self) -> None:
        pause = min(FIRST_S, self._every_s)
        while not self._stopped.wait(pause):
            pause = self._every_s
            try:
                state = self._due()
                if state is not None and state != self._tried:
                    self._tried = state
                    self._learn()
            except Exception:  # noqa: BLE001 logged; the edge of this thread: the service goes on with the model in use
                _LOG.exception("the ranking could not be learned anew; the one in use stays")

    def _learn(self) -> None:
        _LOG.info("embedding and learning anew: %s", " ".join(self._command))
        with subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as self._process:
            if self._stopped.is_set():  # stopped between the look and the start
                self._process.terminate()
            try:
                output = self._follow(self._process)
            finally:
                self.job = None
        if not self._stopped.is_set():
            level = logging.INFO if self._process.returncode == 0 else logging.ERROR
            _LOG.log(level, "%s", output)
            self._take_up()

    def _follow(self, process: "subprocess.Popen[str]") -> str:
        """Read what the process says until it ends; return what is no progress."""
        assert process.stdout is not None
        clock, said = JobClock(), []
        logged = taken = time.monotonic()
        for line in process.stdout:
            job = clock.read(line)
            if job is None:
                said.append(line)
                continue
            self.job, now = job, time.monotonic()
            if now - logged >= LOGGED_EVERY_S:
                logged = now
                _LOG.info("%s", in_words(job))
            if job.what == "texts" and now - taken >= TAKEN_UP_EVERY_S:
                taken = now
                self._take_up()
        return "".join(said).strip()


def in_words(job: Job) -> str:
    """Say how far a job is.

    >>> in_words(Job("texts", 1280, 5578, dt.datetime.now(dt.UTC), 130.0))
    'texts: 1,280 of 5,578, about 3 min to go'
    """
    left = "" if job.remaining_s is None else f", about {max(1, -int(-job.remaining_s // 60))} min to go"
    return f"{job.what}: {job.done:,} of {job.total:,}{left}"
