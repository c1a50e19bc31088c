"""Who asks over HTTP? Every request has one reader, known before any handler runs."""

from flask import Flask, g

from data.readers import Reader


def identify(app: Flask, only: Reader) -> None:
    """Let every request be asked by the one reader of a single-user installation."""

    @app.before_request
    def know() -> None:
        g.reader = only


def reader() -> Reader:
    """Return who asks the request at hand."""
    asking: Reader = g.reader
    return asking
