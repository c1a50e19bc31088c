"""Does the server answer some while others ask too much, too slowly, or nothing at all?"""

import contextlib
import http.client
import json
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask, request

from service.web import queueing
from service.web.server import THREADS, listen, server_of

ROOT = Path(__file__).parents[2]


@dataclass
class Running:
    """A server with an address that takes as long as the test says."""

    port: int = 0
    go_on: threading.Event = field(default_factory=threading.Event)
    begun: list[str] = field(default_factory=list)

    def get(self, path: str, timeout_s: float = 10.0) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse()

    def ask(self, path: str) -> socket.socket:
        """Send a request and do not wait for its answer."""
        asking = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        asking.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return asking


@pytest.fixture
def running() -> Iterator[Running]:
    state = Running()
    app = Flask("slow")
    app.config["MAX_CONTENT_LENGTH"] = 1000

    @app.get("/slow/<name>")
    def slow(name: str) -> str:
        state.begun.append(name)
        state.go_on.wait(10)
        return name

    @app.get("/quick")
    @app.get("/health")
    def quick() -> str:
        return "here"

    @app.post("/length")
    def length() -> str:
        return str(len(request.get_data()))

    server = server_of(app, listen("127.0.0.1", 0))
    state.port = int(server.effective_port)
    stopped = threading.Event()
    # What a signal does in the program is done here by the application's own loop, between two of its rounds.
    readable = server.readable

    def readable_until_stopped() -> bool:
        if stopped.is_set():
            raise SystemExit
        return bool(readable())

    server.readable = readable_until_stopped
    thread = threading.Thread(target=server.run)
    thread.start()
    yield state
    state.go_on.set()
    stopped.set()
    server.pull_trigger()
    thread.join(20)
    server.close()
    assert not thread.is_alive()


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.01)


def everybody_busy(running: Running) -> list[socket.socket]:
    """Ask as many slow questions as there are threads."""
    asked = [running.ask(f"/slow/{number}") for number in range(THREADS)]
    until(lambda: len(running.begun) == THREADS)
    return asked


def answer_of(asked: socket.socket) -> bytes:
    """All that comes until the connection ends."""
    parts = []
    while part := asked.recv(65536):
        parts.append(part)
    asked.close()
    return b"".join(parts)


def test_what_finds_the_queue_full_is_refused_at_once_and_the_rest_is_answered(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "MOST_WAITING", 2)
    busy = everybody_busy(running)
    waiting = [running.ask("/quick") for _ in range(2)]
    time.sleep(0.1)
    refused = running.get("/quick")
    assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
    assert refused.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(refused.read())
    assert (problem["code"], problem["instance"]) == ("overloaded", "/quick")
    assert running.get("/health").status == 200, "how it stands is told beside the queue"
    running.go_on.set()
    assert all(answer_of(asked).endswith(b"here") for asked in waiting)
    assert sorted(answer_of(asked)[-1:] for asked in busy) == [b"0", b"1", b"2", b"3"]
    assert running.get("/quick").status == 200, "and afterwards all is as before"


def test_who_has_waited_too_long_is_refused(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queueing, "LONGEST_WAIT_S", 0.05)
    busy = everybody_busy(running)
    late = running.ask("/quick")
    time.sleep(0.2)
    running.go_on.set()
    assert answer_of(late).startswith(b"HTTP/1.1 503 ")
    assert all(answer_of(asked).startswith(b"HTTP/1.1 200 ") for asked in busy)


def test_a_question_whose_client_has_left_is_not_begun(running: Running) -> None:
    busy = everybody_busy(running)
    left, waits = running.ask("/slow/left"), running.ask("/quick")
    time.sleep(0.1)
    left.close()
    time.sleep(0.2)
    running.go_on.set()
    assert answer_of(waits).endswith(b"here")
    assert "left" not in running.begun
    assert all(answer_of(asked).startswith(b"HTTP/1.1 200 ") for asked in busy)


def test_connections_on_which_nothing_comes_keep_nobody_waiting(running: Running) -> None:
    silent = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(200)]
    half = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(50)]
    for connection in half:
        connection.sendall(b"POST /length HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc")
    assert running.get("/quick").read() == b"here"
    for connection in (*silent, *half):
        connection.close()


def test_a_request_that_does_not_come_to_its_end_is_given_up(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "RECEIVED_WITHIN_S", 0.3)
    slow = socket.create_connection(("127.0.0.1", running.port), timeout=10)
    slow.sendall(b"GET /quick HTTP/1.1\r\n")
    end = time.monotonic() + 10
    with contextlib.suppress(ConnectionError):  # a byte from time to time does not keep it open
        while time.monotonic() < end:
            slow.sendall(b"X")
            time.sleep(0.05)
    assert time.monotonic() < end
    slow.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /length HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n",
        b"POST /length HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"1000\r\n"
        + b"x" * 0x1000
        + b"\r\n",
    ],
    ids=["by what it says of its length", "while it is read"],
)
def test_what_is_too_large_is_refused_before_all_of_it_has_come(running: Running, sent: bytes) -> None:
    asking = socket.create_connection(("127.0.0.1", running.port), timeout=10)
    asking.sendall(sent)
    assert asking.recv(100).startswith(b"HTTP/1.1 413 ")
    asking.close()


PROGRAM = """
    import time
    from flask import Flask
    from service.web.server import serve
    app = Flask("slow")

    @app.get("/slow")
    def slow():
        print("begun", flush=True)
        time.sleep(1.0)
        return "done"

    serve(app, port=0, ready=lambda line: print(line, flush=True))
    print("stopped", flush=True)
"""


def test_told_to_stop_it_finishes_what_it_has_begun_and_takes_in_nothing_new() -> None:
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            running = Running(int(process.stdout.readline().split("127.0.0.1:")[1].split("/")[0]))
            asked = running.ask("/slow")
            assert process.stdout.readline() == "begun\n"
            process.send_signal(signal.SIGTERM)
            assert answer_of(asked).endswith(b"done")
            with pytest.raises(ConnectionError):
                running.get("/slow")
            assert process.stdout.readline() == "stopped\n"
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()
