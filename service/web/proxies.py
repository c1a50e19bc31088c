"""How does the service know its own address, and who asks, behind a reverse proxy? By what it was told, not by headers.

Of the headers that proxies send, one is read: X-Forwarded-For, as many entries from its end as there are proxies.
Scheme, host and path are those of the public address, whatever a header says.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Answer = Callable[["WSGIEnvironment", "StartResponse"], Iterable[bytes]]


def behind_proxies(app: Flask, public_url: str, proxies: int) -> None:
    """Let an application answer below its public address; `proxies`: so many say in X-Forwarded-For who asks."""
    inner: Answer = app.wsgi_app
    if public_url:
        inner = _Below(inner, public_url)
    if proxies:
        inner = ProxyFix(inner, x_for=proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0)
    app.wsgi_app = inner  # type: ignore[method-assign, assignment]


class _Below:
    """Answers below a path, whether a proxy leaves it in what it passes on or takes it off."""

    def __init__(self, inner: Answer, public_url: str) -> None:
        parts = urlsplit(public_url)
        self._inner = inner
        self._host, self._scheme, self._path = parts.netloc, parts.scheme, parts.path

    def __call__(self, environ: dict[str, Any], start: "StartResponse") -> Iterable[bytes]:
        if environ.get("HTTP_HOST") == self._host:
            environ["wsgi.url_scheme"] = self._scheme
        if self._path:
            path = environ.get("PATH_INFO", "")
            if path == self._path or path.startswith(f"{self._path}/"):
                environ["PATH_INFO"] = path[len(self._path) :] or "/"
            environ["SCRIPT_NAME"] = self._path
        return self._inner(environ, start)
