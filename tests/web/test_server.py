"""Does the real server answer on the loopback address only, say when it is ready, and stop when told?"""

import signal
import socket
import subprocess
import sys
import textwrap
import urllib.request
from pathlib import Path

import pytest
from flask import Flask

from data.errors import BadInput
from service.web.server import serve

ROOT = Path(__file__).parents[2]
PROGRAM = """
    import sys, tempfile
    from pathlib import Path
    sys.path.insert(0, "tests/web")
    from conftest import small_application
    from service.web.app import create_app
    from service.web.server import serve
    with tempfile.TemporaryDirectory() as home, small_application(Path(home)) as application:
        serve(create_app(application), port=0, ready=lambda line: print(line, flush=True))
    print("stopped", flush=True)
"""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.10", "example.org", ""])
def test_another_address_is_refused_with_the_reason(app: Flask, host: str) -> None:
    with pytest.raises(BadInput, match="without accounts"):
        serve(app, host=host)


def test_a_port_that_is_taken_is_told(app: Flask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=f"port {port}"):
            serve(app, port=port)


def test_it_says_when_it_is_ready_and_stops_when_told() -> None:
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            assert ready.startswith("Konsort is ready at http://127.0.0.1:")
            address = ready.split()[4]
            with urllib.request.urlopen(f"{address}api/v1/graph/summary", timeout=10) as answer:
                assert answer.headers["Server"] == "konsort"
            process.send_signal(signal.SIGTERM)
            assert process.stdout.readline() == "stopped\n"
            assert process.wait(timeout=10) == 0
        finally:
            process.kill()
