"""How is the application served? By waitress, on the loopback address unless people sign in, until told to stop."""

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
        f"refused to listen on {host!r}: without accounts whoever reaches the port could read every outline. "
        "Use 127.0.0.1, and an SSH tunnel to reach it from another machine, or serve with --accounts."
    )


def listen(host: str, port: int, *, anywhere: bool = False) -> socket.socket:
    """Return a socket that listens there. Raises BadInput where the port is taken, or the address, unless `anywhere`,
    is no loopback one.
    """
    address = host if anywhere and host != "localhost" else loopback(host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except (OSError, OverflowError) as error:
        raise BadInput(f"cannot listen on {address} port {port}: {error}; choose another port") from error


def serve(
    app: Flask,
    *,
    host: str = "127.0.0.1",
    port: int = 8470,
    ready: Callable[[str], object] = print,
    anywhere: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished.

    `ready` gets one line as soon as the port answers; port 0 takes a free one. `anywhere`: people sign in, so that it
    may listen on any address. Raises BadInput for another one, or a port that is taken.
    """
    opened = listen(host, port, anywhere=anywhere)
    address = opened.getsockname()[0]
    # Headers of proxies are read, or taken away, by the application: it knows how many there are.
    server = create_server(
        app, sockets=[opened], threads=THREADS, ident="konsort", clear_untrusted_proxy_headers=False
    )
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
