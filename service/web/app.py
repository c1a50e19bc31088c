"""What is the web application made of? The API, the pages, one way to tell errors, and headers that keep it shut."""

import logging
from collections.abc import Mapping
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, jsonify, render_template, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from data.errors import BadInput, KonsortError, NotSignedIn, TooOften
from data.published import as_json
from service.app.accounts import Doors
from service.app.open import Application
from service.app.question import Strict
from service.problems import MEDIA_TYPE, Problem
from service.refusals import fields_of
from service.web import access
from service.web.api.routes import PREFIX, api_blueprint
from service.web.api.schemas import described
from service.web.health import health_blueprint
from service.web.identity import identify
from service.web.pages.routes import pages_blueprint
from service.web.proxies import behind_proxies
from service.web.requests import JsonRequest, in_words
from service.web.server import loopback

LARGEST_REQUEST_BYTES = 8 * 1024 * 1024
RETRY_AFTER_S = 5
"""Who is refused for now may ask again after so long."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""`no-store`: answers may hold confidential outlines. The style sheet alone may be kept."""
TLS_ALONE = {"Strict-Transport-Security": "max-age=31536000"}
"""Where the public address has TLS: browsers come by it alone, for a year."""
ONE_USER = Doors()
OPEN_AT_ONCE = ("health.report", "health.ready", "static", None)
"""Endpoints that answer while the store is still read in; None is no address at all."""
log = logging.getLogger(__name__)


def create_app(
    application: Application, *, largest_request_bytes: int = LARGEST_REQUEST_BYTES, doors: Doors = ONE_USER
) -> OpenAPI:
    """Return the Flask application that answers with `application`. `doors`: how it is entered.

    It answers only to loopback names in the Host header, and where it has one to the name of its public address, so
    that no other site can be pointed at it by DNS.
    """
    app = OpenAPI(
        "service.web.pages",
        info=Info(title="Konsort", version=_version(), description="Consortia: allowed, strong, explained."),
        security_schemes={},
        doc_ui=False,
        validation_error_callback=_invalid,
        template_folder="templates",
        static_folder="static",
    )
    app.request_class = JsonRequest
    app.config["MAX_CONTENT_LENGTH"] = largest_request_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = largest_request_bytes
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.before_request(partial(_only_own_names, urlsplit(doors.public_url).netloc))
    identify(app, application, doors)
    access.guard(app)
    app.register_api(api_blueprint(application))
    app.register_blueprint(pages_blueprint(application))
    app.register_blueprint(health_blueprint(lambda: application.serving.health))
    description = cache(partial(_description, app))  # takes half a second: made at the first question for it
    app.add_url_rule(f"{PREFIX}/openapi.json", "openapi", lambda: jsonify(description()))
    _register_error_handlers(app)
    app.before_request(partial(_admit, application))
    app.after_request(partial(_shut, {**HEADERS, **(TLS_ALONE if doors.secure else {})}))
    behind_proxies(app, doors.public_url, application.settings.proxies)
    return app


def _description(app: OpenAPI) -> dict[str, Any]:
    # Every address tells its own 422, so nothing refers to the framework's shape for it.
    return described(app.api_doc, unused=app.validation_error_model.__name__)


def _version() -> str:
    try:
        return version("konsort")
    except PackageNotFoundError:
        return "0"


def _only_own_names(public: str) -> None:
    # Werkzeug's own list of trusted hosts cannot name an IPv6 address.
    if public and request.host == public:
        return
    try:
        loopback(urlsplit(f"//{request.host}").hostname or "")
    except BadInput:
        abort(400, f"this service answers to localhost and loopback addresses only, not to {request.host!r}")


def _admit(application: Application) -> None:
    """Let nobody ask a service that was just started before it can answer, but for its health."""
    if request.endpoint not in OPEN_AT_ONCE:
        application.serving.admit()


def _shut(headers: Mapping[str, str], response: Response) -> Response:
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static" and response.status_code == 200:
        response.headers["Cache-Control"] = "max-age=3600"
    return response


def _problem_response(problem: Problem) -> Response:
    """Return the problem as a page to who reads HTML outside the API, else as problem details."""
    wants = request.accept_mimetypes.best_match([MEDIA_TYPE, "application/json", "text/html"])
    if wants == "text/html" and not request.path.startswith("/api/"):
        response = Response(render_template("problem.html", problem=problem), mimetype="text/html")
    else:
        response = jsonify(as_json(problem))
        response.mimetype = MEDIA_TYPE
    response.status_code = problem.status
    return response


def _invalid(error: ValidationError) -> Response:
    wrong = fields_of(error, Strict)
    detail = "; ".join(f"{field.where} {field.detail}" for field in wrong)
    return _problem_response(
        Problem(422, "The input cannot be used", detail, "bad-input", request.path, wrong)
    )


def _register_error_handlers(app: Flask) -> None:
    @app.errorhandler(KonsortError)
    def known(error: KonsortError) -> Response:
        response = _problem_response(Problem.of(error, request.path))
        if isinstance(error, NotSignedIn):
            response.headers["WWW-Authenticate"] = "Bearer"
        if isinstance(error, TooOften):
            response.headers["Retry-After"] = str(error.wait_s)
        if response.status_code == 503:
            response.headers["Retry-After"] = str(RETRY_AFTER_S)
        return response

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if isinstance(error.response, Response):
            return error.response
        name = error.name.lower().replace(" ", "-")
        problem = Problem(error.code or 500, error.name, in_words(error, request), name, request.path)
        response = _problem_response(problem)
        # 405 says in Allow what would be allowed.
        for header, value in error.get_headers():
            if header.lower() != "content-type":
                response.headers[header] = value
        return response

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        log.exception("%s %s failed", request.method, request.path, exc_info=error)
        detail = "Something went wrong inside Konsort; its log says what. The same question may fail again."
        return _problem_response(Problem(500, "Internal error", detail, "internal-error", request.path))
