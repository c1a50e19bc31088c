"""How is a request read, and what is said of one that cannot be? The framework's own errors in our words."""

from typing import NoReturn

from flask import Request
from werkzeug.exceptions import BadRequest, HTTPException, UnsupportedMediaType


class JsonRequest(Request):
    """A request that says in our words why its body cannot be read as JSON."""

    def on_json_loading_failed(self, e: ValueError | None) -> NoReturn:
        if e is None:
            content_type = self.mimetype or "no content type"
            raise UnsupportedMediaType(
                f"found {content_type}; needed: JSON, with the header 'Content-Type: application/json'"
            )
        raise BadRequest(f"the body is no JSON ({e}); needed: one JSON object in UTF-8")


def in_words(error: HTTPException, request: Request) -> str:
    """Return the detail of an HTTP error: our own text, or for the framework's own errors what to do about them."""
    match error.code:
        case 404:
            lists = "/api/v1/openapi.json lists every address" if request.path.startswith("/api/") else ""
            return f"nothing is at {request.path}; {lists or 'begin at /, from where all pages are linked'}"
        case 405:
            allowed = sorted(set(getattr(error, "valid_methods", None) or ()) - {"HEAD", "OPTIONS"})
            return f"{request.method} is not answered at {request.path}; needed: {' or '.join(allowed)}"
        case 413:
            most = (request.max_content_length or 0) / 2**20
            return f"the request is too large; at most {most:.3g} MiB are read, send less at once"
    return error.description or error.name
