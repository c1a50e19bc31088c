"""Is the service well? `GET /health`: whether answers stand on the store as it is, for monitors and for people.

`GET /ready`: whether it answers questions, by its status, 200 or 503.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, Response, jsonify

from data.published import as_json
from service.app.state import Health
from service.web.identity import asking

UNTOLD, EPOCH = "not told", dt.datetime.fromtimestamp(0, dt.UTC)
"""In place of what only who sees all is told."""


def health_blueprint(health: Callable[[], Health]) -> Blueprint:
    """Return the route, answered by `health`. It is 200 also where the service is degraded: it answers, from before."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/health")
    def report() -> Response:
        state, who = health(), asking().reader
        if who is None or not who.sees_all:
            # Revisions change, and work is under way, with whatever is written: they would tell of what is hidden.
            since = state.failing_since or EPOCH
            state = replace(state, revision=UNTOLD, store_revision=UNTOLD, since=since, jobs=())
        return jsonify(as_json(state))

    @blueprint.get("/ready")
    def ready() -> tuple[Response, int]:
        now = health()
        return jsonify({"ready": now.ready}), 200 if now.ready else 503

    return blueprint
