"""When is the ranking learned anew while the service runs? After a change of the history, in a process of its own."""

import logging
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

EVERY_S = 60.0
"""How often the store is looked at: an import that is still going on is not learned from in every state."""
_LOG = logging.getLogger(__name__)


def train_command(home: Path) -> list[str]:
    """Return `konsort train` for a home folder as a process of lowest priority, where the system can lower it."""
    nice = shutil.which("nice")
    python = [sys.executable, "-m", "service.terminal.cli", "train", "--home", str(home)]
    return [nice, "-n", "19", *python] if nice else python


class Retraining:
    """Looks at the store from time to time and starts the command when there is something new to learn from.

    Requests go on with the model in use. The process promotes what it learned where that is no worse, and the ranker
    takes it from the home folder at its next question.
    """

    def __init__(
        self, due: Callable[[], str | None], command: Sequence[str], *, every_s: float = EVERY_S
    ) -> None:
        """`due`: the state of the store that nothing was learned from yet; None: nothing to do. A state whose learning
        failed is not tried again until the store changes.
        """
        self._due = due
        self._command = tuple(command)
        self._every_s = every_s
        self._tried: str | None = None
        self._stopped = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._watch, name="retraining", daemon=True)

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
        while not self._stopped.wait(self._every_s):
            try:
                state = self._due()
                if state is not None and state != self._tried:
                    self._tried = state
                    self._learn()
            except Exception:  # noqa: BLE001 logged; the edge of this thread: the service goes on with the model in use
                _LOG.exception("the ranking could not be learned anew; the one in use stays")

    def _learn(self) -> None:
        _LOG.info("learning the ranking anew: %s", " ".join(self._command))
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if self._stopped.is_set():  # stopped between the look and the start
            self._process.terminate()
        output, _ = self._process.communicate()
        if not self._stopped.is_set():
            level = logging.INFO if self._process.returncode == 0 else logging.ERROR
            _LOG.log(level, "%s", output.strip())
