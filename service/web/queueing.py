"""What becomes of requests beyond what can be answered at once? A bounded queue, and a plain no beyond it.

Nobody can be kept waiting by others' connections: what is still being received holds no thread and has a time limit,
what waits too long or whose client has left is not begun, and what finds the queue full is refused at once with 503
and Retry-After. `/health` and `/ready` are answered beside the queue.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error

from data.published import as_json
from service.problems import MEDIA_TYPE, Problem

MOST_WAITING = 12
"""Requests that wait for a thread; one more is refused. So many are answered within some two seconds."""
LONGEST_WAIT_S = 4.0
"""A request that has waited so long is refused: its client has waited long enough."""
RETRY_AFTER_S = 5
RECEIVED_WITHIN_S = 20.0
"""A request that is not whole by then is given up, with its connection."""
IDLE_S = 30.0
"""A connection on which nothing happens is closed after so long."""
IDLE_WHEN_FULL_S = 2.0
"""After so long where there are more connections than can be kept."""
MOST_CONNECTIONS = 1000
FINISHED_WITHIN_S = 15.0
"""Told to stop, the server finishes what it has begun, for so long at most."""
BESIDE = ("/health", "/ready")
"""Answered however long the queue is."""
_WORDS = (
    f"more is asked at the moment than can be answered; ask again in {RETRY_AFTER_S} seconds. Found: {MOST_WAITING} "
    f"questions waiting, or this one for {LONGEST_WAIT_S:.0f} seconds"
)


class Overloaded(Error):  # type: ignore[misc]
    """The answer to a request that is refused for now."""

    code = 503
    reason = "Service Unavailable"

    def __init__(self, path: str) -> None:
        super().__init__(_WORDS)
        self._path = path

    def to_response(self, _ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return status, headers and problem details (RFC 9457)."""
        problem = Problem(self.code, "More is asked than can be answered", _WORDS, "overloaded", self._path)
        headers = [("Content-Type", MEDIA_TYPE), ("Retry-After", str(RETRY_AFTER_S))]
        return f"{self.code} {self.reason}", headers, json.dumps(as_json(problem)).encode()


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection: it knows since when its request comes in, and since when it waits."""

    receiving_since: float | None = None
    waiting_since = 0.0
    refused = False

    def received(self, chunk: bytes) -> bool:
        """Take in what has come; the clock of a request runs from its first byte."""
        if self.request is None:
            self.receiving_since = time.monotonic()
        taken: bool = super().received(chunk)
        if self.request is None:
            self.receiving_since = None
        return taken

    def readable(self) -> bool:
        """Whether to look at the connection: never again once its client has left, which it would tell all the time."""
        return self.connected and bool(super().readable())

    def service(self) -> None:
        """Answer, or refuse who has waited too long; whose client has left is not answered at all."""
        if self.refused or time.monotonic() - self.waiting_since > LONGEST_WAIT_S:
            self.refused = False
            self.requests[0].error = Overloaded(self.requests[0].path)
        super().service()


class Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Threads with a bounded queue, and one more thread for what is not to wait in it."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self._most = threads
        self._open = 0
        self.set_thread_count(threads)
        self._beside = ThreadedTaskDispatcher()
        self._beside.set_thread_count(1)

    def add_task(self, channel: Channel) -> None:
        """Let a request wait for a thread; refuse it where too many do."""
        channel.waiting_since = time.monotonic()
        if channel.requests[0].path in BESIDE:
            self._beside.add_task(channel)
        elif self._full():
            channel.refused = True
            self._beside.add_task(channel)
        else:
            super().add_task(_Counted(channel, self))

    def _full(self) -> bool:
        """Whether all threads are busy and MOST_WAITING wait; else there is one more from now on."""
        with self.lock:
            if self._open >= self._most + MOST_WAITING:
                return True
            self._open += 1
            return False

    def ended(self) -> None:
        """Count one request less, answered or given up."""
        with self.lock:
            self._open -= 1

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """End all threads."""
        self._beside.shutdown(cancel_pending, timeout)
        return bool(super().shutdown(cancel_pending, timeout))


@dataclass(frozen=True, slots=True)
class _Counted:
    """A request that is counted until it is answered or given up."""

    channel: Channel
    dispatcher: Dispatcher

    def service(self) -> None:
        try:
            self.channel.service()
        finally:
            self.dispatcher.ended()

    def cancel(self) -> None:
        # Called with the dispatcher's lock held, when all ends: nothing is counted any more.
        self.channel.cancel()


class Server(TcpWSGIServer):  # type: ignore[misc]
    """waitress, with limits on what a connection may take, that finishes what it has begun."""

    channel_class = Channel

    def maintenance(self, now: float) -> None:
        """Close connections on which nothing happens, and those whose request does not come to its end."""
        idle = now - (IDLE_WHEN_FULL_S if self.in_connection_overflow else IDLE_S)
        late = time.monotonic() - RECEIVED_WITHIN_S
        for channel in self.active_channels.values():
            since = channel.receiving_since
            if not channel.requests and (
                channel.last_activity < idle or (since is not None and since < late)
            ):
                channel.will_close = True

    def run(self) -> None:
        """Serve until SystemExit or KeyboardInterrupt, then finish what was begun."""
        try:
            wasyncore.loop(timeout=self.adj.asyncore_loop_timeout, map=self._map, use_poll=True)
        except (SystemExit, KeyboardInterrupt):
            self._finish()

    def _finish(self) -> None:
        """Take in nothing new; answer what has been asked, as long as FINISHED_WITHIN_S allows."""
        self.accepting = False
        self.socket.close()
        self.del_channel()
        end = time.monotonic() + FINISHED_WITHIN_S
        while time.monotonic() < end and any(map(_busy, self.active_channels.values())):
            wasyncore.loop(timeout=0.05, map=self._map, use_poll=True, count=1)
        self.task_dispatcher.shutdown(timeout=max(0.1, end - time.monotonic()))
        for channel in tuple(self.active_channels.values()):
            channel.handle_close()


def _busy(channel: Any) -> bool:
    return bool(channel.requests or channel.total_outbufs_len)
