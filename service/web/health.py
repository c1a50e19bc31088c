"""Is the service well? `GET /health`: whether answers stand on the store as it is, for monitors and for people."""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify

from data.published import as_json
from service.app.state import Health


def health_blueprint(health: Callable[[], Health]) -> Blueprint:
    """Return the route, answered by `health`. It is 200 also where the service is degraded: it answers, from before."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/health")
    def report() -> Response:
        return jsonify(as_json(health()))

    return blueprint
