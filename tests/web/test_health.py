"""Does `/health` tell how the service stands, and nothing of what the store holds?"""

import datetime as dt

import pytest
from flask.testing import FlaskClient

from data.errors import NotReady
from service.app.serving import Serving
from service.app.state import Health
from service.runtime.training import Job

NIGHT = dt.datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=dt.UTC)


def test_a_service_that_answers_from_the_newest_state_is_ok(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Serving, "health", Health("ok", "h1.l1", NIGHT, "h1.l1"))
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "status": "ok",
        "revision": "h1.l1",
        "since": "2026-01-02T03:04:05.678000Z",
        "store_revision": "h1.l1",
        "error": None,
        "failing_since": None,
        "attempts": 0,
        "next_attempt_s": None,
        "ready": True,
        "jobs": [],
    }


def test_a_service_that_was_just_started_tells_its_health_and_refuses_questions_for_now(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_serving: Serving) -> None:
        raise NotReady("the service was just started; ask again in some seconds")

    starting = Health("ok", "h1.l1", NIGHT, "h1.l1", ready=False, jobs=(Job("texts", 1, 4, NIGHT, 30.0),))
    monkeypatch.setattr(Serving, "health", starting)
    monkeypatch.setattr(Serving, "admit", refuse)
    refused = client.get("/api/v1/calls")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert refused.get_json()["code"] == "not-ready"
    assert client.get("/ready").status_code == 503
    assert client.get("/ready").get_json() == {"ready": False}
    assert client.get("/health").get_json()["jobs"] == [
        {"what": "texts", "done": 1, "total": 4, "since": "2026-01-02T03:04:05.678000Z", "remaining_s": 30.0}
    ]


def test_a_service_that_cannot_read_the_store_in_answers_that_it_is_degraded(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    degraded = Health("degraded", "h1.l1", NIGHT, "h1.l2", "The store is out of order.", NIGHT, 3, 4.0)
    monkeypatch.setattr(Serving, "health", degraded)
    answer = client.get("/health")
    assert answer.status_code == 200
    state = answer.get_json()
    assert (state["status"], state["revision"], state["store_revision"]) == ("degraded", "h1.l1", "h1.l2")
    assert (state["error"], state["attempts"], state["next_attempt_s"]) == (
        "The store is out of order.",
        3,
        4.0,
    )
    assert state["failing_since"] == "2026-01-02T03:04:05.678000Z"
