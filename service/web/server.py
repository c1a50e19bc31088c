"""How is the application served? By waitress, on the loopback address only, until told to stop."""

import ipaddress
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType

from flask import Flask
from waitress.server import create_server

from data.errors import BadInput

THREADS = 4


def loopback(host: str) -> str:
    """Return the address of a loopback name. Raises BadInput for any other, with the reason.

    >>> loopback("localhost"), loopback("::1")
    ('127.0.0.1', '::1')
    """
    address = "127.0.0.1" if host == "localhost" else host
    try:
        if ipaddress.ip_address(address).is_loopback:
            return address
    except ValueError:
        pass
    raise BadInput(
        f"refused to listen on {host!r}: there are no accounts yet, so whoever reaches the port could read "
        "every outline. Use 127.0.0.1, and an SSH tunnel to reach it from another machine."
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there. Raises BadInput where the address is no loopback one or the port taken."""
    address = loopback(host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except (OSError, OverflowError) as error:
        raise BadInput(f"cannot listen on {address} port {port}: {error}; choose another port") from error


def serve(
    app: Flask, *, host: str = "127.0.0.1", port: int = 8470, ready: Callable[[str], object] = print
) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished.

    `ready` gets one line as soon as the port answers; port 0 takes a free one. Raises BadInput for an address
    that is not a loopback one or a port that is taken.
    """
    address = loopback(host)
    server = create_server(app, sockets=[listen(address, port)], threads=THREADS, ident="konsort")
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
    shown = f"[{address}]" if ":" in address else address
    ready(f"Konsort is ready at http://{shown}:{server.effective_port}/ (stop with Ctrl-C)")
    try:
        server.run()
    finally:
        server.close()


def _stop(_number: int, _frame: FrameType | None) -> None:
    # waitress ends its loop on SystemExit, and lets its threads finish what they have begun.
    raise SystemExit(0)
