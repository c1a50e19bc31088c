"""Do requests go on while the store's next state is built, and is a failed one never served?"""

import gc
import threading
import time
import weakref
from dataclasses import dataclass

import pytest

from embeddings.choice import HASHING
from matcher.suggest.answers import SuggestRequest
from service.app.open import Konsort
from service.app.state import SnapshotHolder
from service.runtime.settings import Settings


@dataclass
class State:
    revision: str


class Store:
    """A revision, and builders that wait until they are let go."""

    def __init__(self):
        self.revision = "1"
        self.builds = 0
        self.go = threading.Event()
        self.fails = False

    def build(self):
        self.builds += 1
        return State(self.revision)

    def complete(self, state):
        assert self.go.wait(10)
        if self.fails:
            raise RuntimeError("half a store")


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def latest(store):
    return SnapshotHolder(lambda: store.revision, store.build, store.complete)


def until(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "waited ten seconds"
        time.sleep(0.005)


def test_a_command_waits_for_the_state_that_the_store_is_in(store, latest):
    assert latest.get().revision == "1"
    store.revision = "2"
    assert latest.get().revision == "2"
    assert latest.get() is latest.get()
    assert store.builds == 2


def test_a_service_answers_from_the_state_before_until_the_next_is_complete(store, latest):
    before = latest.get()
    latest.serving = True
    store.revision = "2"
    assert latest.get() is before
    assert latest.get() is before
    assert store.builds <= 2  # the second request did not start a second build
    store.go.set()
    until(lambda: latest.get().revision == "2")
    assert store.builds == 2


def test_a_change_during_a_build_is_built_next(store, latest):
    latest.get()
    latest.serving = True
    store.revision = "2"
    latest.get()
    until(lambda: store.builds == 2)
    store.revision = "3"
    latest.get()
    store.go.set()
    until(lambda: latest.get().revision == "3")


def test_a_state_that_cannot_be_built_is_not_served_nor_tried_again(store, latest, caplog):
    before = latest.get()
    latest.serving = store.fails = True
    store.revision = "2"
    latest.get()
    store.go.set()
    until(lambda: "half a store" in caplog.text)
    for _ in range(5):
        assert latest.get() is before
    assert store.builds == 2
    store.revision, store.fails = "3", False
    until(lambda: latest.get().revision == "3")


def test_nothing_refers_to_the_state_before_when_a_swap_is_settled(store):
    gone = []
    latest = SnapshotHolder(
        lambda: store.revision, store.build, store.complete, lambda: gone.append(before())
    )
    before = weakref.ref(latest.get())
    latest.serving = True
    store.revision = "2"
    latest.get()
    store.go.set()
    until(lambda: gone)
    assert gone == [None]
    assert latest.get().revision == "2"


def test_a_state_that_was_replaced_goes_without_a_search_for_garbage(tmp_path):
    settings = Settings.from_env({"KONSORT_ENCODER": HASHING}, home=str(tmp_path))
    konsort = Konsort(settings)
    try:
        konsort.import_demo(dry_run=False)
        konsort.warm()
        konsort.suggest(SuggestRequest(call="demo-industrial-cloud", text="Edge clouds for ports."))
        konsort.network.summary()
        was = konsort.moment.revision
        held = [weakref.ref(konsort.moment), weakref.ref(konsort.moment.network)]
        gc.collect()
        gc.disable()
        more = tmp_path / "more.csv"
        more.write_text("id,name,country,kind\nX-1,Ein Verein,DE,other\n")
        konsort.import_organisations(more, dry_run=False)
        konsort.suggest(SuggestRequest(call="demo-industrial-cloud", text="Edge clouds for ports."))
        assert konsort.moment.revision != was
        assert [each() for each in held] == [None, None]
    finally:
        gc.enable()
        gc.unfreeze()
        konsort.close()
