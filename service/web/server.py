"""How is the application served? By waitress, on the loopback address unless people sign in, until told to stop."""

import ipaddress
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType

from flask import Flask
from waitress.adjustments import Adjustments

from data.errors import BadInput
from service.web.queueing import IDLE_S, MOST_CONNECTIONS, Dispatcher, Server

THREADS = 4
LARGEST_BODY_BYTES = 8 * 1024 * 1024
"""Where the application says nothing of its own."""


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
    server = server_of(app, opened)
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
    shown = f"[{address}]" if ":" in address else address
    ready(f"Konsort is ready at http://{shown}:{server.effective_port}/ (stop with Ctrl-C)")
    try:
        server.run()
    finally:
        server.close()


def server_of(app: Flask, listening: socket.socket) -> Server:
    """Return a server on a socket that listens. What is larger than the application takes is not read to its end."""
    settings = Adjustments(
        sockets=[listening],
        threads=THREADS,
        ident="konsort",
        connection_limit=MOST_CONNECTIONS,
        channel_timeout=int(IDLE_S),
        cleanup_interval=1,
        channel_request_lookahead=1,
        asyncore_use_poll=True,
        # Headers of proxies are read, or taken away, by the application: it knows how many there are.
        clear_untrusted_proxy_headers=False,
        max_request_body_size=(app.config.get("MAX_CONTENT_LENGTH") or LARGEST_BODY_BYTES) + 1,
    )
    family = (listening.family, listening.type, listening.proto, listening.getsockname())
    return Server(
        app, _sock=listening, dispatcher=Dispatcher(THREADS), adj=settings, bind_socket=False, sockinfo=family
    )


def _stop(_number: int, _frame: FrameType | None) -> None:
    # waitress ends its loop on SystemExit, and lets its threads finish what they have begun.
    raise SystemExit(0)
