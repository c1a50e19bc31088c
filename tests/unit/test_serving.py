"""Does a service that was just started let questions wait a little, and refuse what would wait too long?"""

import threading
import time
from pathlib import Path

import pytest

from data.errors import Conflict, NotReady
from data.model import Organisation, OrganisationId
from service.app import serving
from service.app.open import Application, open_application
from service.runtime.settings import Settings


@pytest.fixture
def konsort(tmp_path: Path) -> Application:
    return open_application(Settings.from_env({"KONSORT_ENCODER": "hashing"}, home=str(tmp_path / "home")))


def test_an_application_that_does_not_serve_answers_at_once(konsort: Application) -> None:
    with konsort:
        konsort.serving.admit()
        assert konsort.serving.health.ready


def test_questions_wait_until_the_store_is_read_in(
    konsort: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "LONGEST_WAIT_S", 120.0)
    with konsort:
        konsort.serving.begin()
        assert not konsort.serving.health.ready
        waiting = threading.Thread(target=konsort.serving.admit)
        waiting.start()
        waiting.join(0.05)
        assert waiting.is_alive()
        konsort.serving.warm()
        waiting.join(120)
        assert not waiting.is_alive()
        assert konsort.serving.health.ready


def test_more_than_two_are_told_to_come_again(konsort: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "LONGEST_WAIT_S", 120.0)
    with konsort:
        konsort.serving.begin()
        waiting = [threading.Thread(target=konsort.serving.admit) for _ in range(serving.WAITING)]
        for thread in waiting:
            thread.start()
        time.sleep(0.05)
        begun = time.monotonic()
        with pytest.raises(NotReady, match="ask again in some seconds"):
            konsort.serving.admit()
        assert time.monotonic() - begun < 1.0
        konsort.serving.warm()
        for thread in waiting:
            thread.join(120)


def test_whoever_waits_too_long_is_refused(konsort: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "LONGEST_WAIT_S", 0.01)
    with konsort:
        konsort.serving.begin()
        with pytest.raises(NotReady):
            konsort.serving.admit()


def test_a_store_that_cannot_be_read_in_is_told_by_every_question(
    konsort: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_serving: object) -> None:
        raise OSError("the disk is away")

    monkeypatch.setattr(serving.Serving, "_warm", fail)
    with konsort:
        konsort.serving.begin()
        with pytest.raises(OSError, match="the disk is away"):
            konsort.serving.warm()
        konsort.serving.admit()


def test_a_store_that_went_on_while_it_was_read_in_is_read_in_again(
    konsort: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    with konsort:
        konsort.serving.begin()
        with konsort.store.transaction() as writer:
            writer.put_organisations([Organisation(OrganisationId("1"), "Alpha", "DE")])
        monkeypatch.setattr(serving.Serving, "_warm", _conflict)
        with pytest.raises(Conflict):
            konsort.serving.warm()
        konsort.serving.keep_up()
        end = time.monotonic() + 30
        while konsort.serving.health.revision != konsort.store.revision():
            assert time.monotonic() < end
            time.sleep(0.02)
        assert "1" in konsort.snapshots.current.organisations


def _conflict(_serving: object) -> None:
    raise Conflict("another program changed the store while it was read; ask again")


def test_nothing_is_learned_and_few_texts_are_embedded_before_a_service_answers(konsort: Application) -> None:
    with konsort:
        konsort.serving.begin()
        konsort.serving.warm()
        assert konsort.serving.learns_beside
        assert not konsort.snapshots.current.ranker.learns
