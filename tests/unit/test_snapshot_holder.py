"""Do requests go on while the store's next state is built, and does a failed one come right by itself?"""

import gc
import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from data.errors import StoreError
from data.model import CallId, Kind, Organisation, OrganisationId, Outline, OutlineId
from data.store import Store
from embeddings.choice import HASHING
from service.app.open import Application, open_application
from service.app.question import SuggestQuestion, made
from service.app.refresher import Refresher
from service.app.state import LONGEST_PAUSE_S, PAUSE_S, SnapshotHolder
from service.runtime.settings import Settings

CALL = CallId("demo-industrial-cloud")
NEWCOMER = OrganisationId("N-0")
"""Took part in nothing, and has written nothing."""


@dataclass
class State:
    revision: str


class Records:
    """A revision, and builders that wait until they are let go."""

    def __init__(self) -> None:
        self.revision = "1"
        self.builds = 0
        self.go = threading.Event()
        self.error: Exception | None = None
        self.settled: list[State] = []

    def newest(self, before: State | None) -> State:
        self.builds += 1
        return State(self.revision)

    def complete(self, state: State) -> None:
        assert self.go.wait(10)
        if self.error:
            raise self.error

    @contextmanager
    def watch(self) -> Iterator["Records"]:
        yield self

    def revisions(self) -> str:
        return self.revision


@pytest.fixture
def records() -> Records:
    return Records()


@pytest.fixture
def holder(records: Records) -> SnapshotHolder[State]:
    return SnapshotHolder(records.newest, records.complete, records.settled.append)


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "waited ten seconds"
        time.sleep(0.005)


def test_a_command_reads_the_store_once_and_again_after_its_own_write(
    records: Records, holder: SnapshotHolder[State]
) -> None:
    first = holder.current
    records.revision = "2"
    assert holder.current is first
    holder.refresh()
    assert holder.current == State("2")
    assert records.builds == 2
    assert records.settled == [State("2")]


def test_a_service_answers_from_the_state_before_until_the_next_is_complete(
    records: Records, holder: SnapshotHolder[State]
) -> None:
    before = holder.current
    with Refresher(holder, records.watch):
        records.revision = "2"
        until(lambda: records.builds == 2)
        assert holder.current is before
        assert holder.health.status == "ok"
        assert (holder.health.revision, holder.health.store_revision) == ("1", "2")
        records.go.set()
        until(lambda: holder.current.revision == "2")
        until(lambda: records.settled == [State("2")])
    assert records.builds == 2


def test_a_change_during_a_build_is_built_next(records: Records, holder: SnapshotHolder[State]) -> None:
    with Refresher(holder, records.watch):
        records.revision = "2"
        until(lambda: records.builds == 2)
        records.revision = "3"
        records.go.set()
        until(lambda: holder.current.revision == "3")


def test_who_writes_in_a_service_finds_what_it_wrote(records: Records, holder: SnapshotHolder[State]) -> None:
    records.go.set()
    with Refresher(holder, records.watch):
        for number in range(2, 9):
            records.revision = str(number)
            holder.refresh()
            assert holder.current.revision == str(number)


def test_a_state_that_cannot_be_built_is_told_and_tried_again_until_it_can(
    records: Records,
    holder: SnapshotHolder[State],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.app.state.PAUSE_S", 0.02)
    caplog.set_level(logging.INFO)
    before, records.error = holder.current, StoreError("cannot write /secret: database is locked")
    records.go.set()
    with Refresher(holder, records.watch):
        records.revision = "2"
        until(lambda: holder.health.attempts >= 3)
        health = holder.health
        assert holder.current is before
        assert (health.status, health.revision, health.store_revision) == ("degraded", "1", "2")
        assert health.error == "The store is out of order; another program holds its lock. The log says more."
        assert health.failing_since is not None
        assert health.failing_since > health.since
        records.error = None
        until(lambda: holder.current.revision == "2")
        until(lambda: holder.health.status == "ok")
    assert "next attempt in 0.02 s" in caplog.text
    assert "next attempt in 0.04 s" in caplog.text
    assert "cannot write /secret" in caplog.text, "the log tells it whole"
    assert "read in again, after" in caplog.text


def test_pauses_double_from_one_second_to_a_minute(holder: SnapshotHolder[State]) -> None:
    pauses = [holder.failed(RuntimeError("half a store")) for _ in range(9)]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert (PAUSE_S, LONGEST_PAUSE_S) == (1, 60)
    assert holder.health.error == "Internal error. The log says more."


def test_nothing_refers_to_the_state_before_when_a_swap_is_settled(records: Records) -> None:
    gone: list[State | None] = []
    holder = SnapshotHolder(records.newest, records.complete, lambda _: gone.append(before()))
    before = weakref.ref(holder.current)
    records.go.set()
    with Refresher(holder, records.watch):
        records.revision = "2"
        until(lambda: gone)
    assert gone == [None]


@pytest.fixture
def konsort(tmp_path: Path) -> Iterator[Application]:
    settings = Settings.from_env({"KONSORT_ENCODER": HASHING}, home=str(tmp_path))
    opened = open_application(settings)
    try:
        opened.imports.demo(opened.reader, dry_run=False)
        with Store.open(settings.database) as store, store.transaction() as writer:
            writer.put_organisations([Organisation(NEWCOMER, "Neu", "DE", Kind.SME, fictional=True)])
        opened.snapshots.refresh()
        opened.serving.warm()
        yield opened
    finally:
        gc.unfreeze()
        opened.close()


@pytest.fixture
def other(konsort: Application) -> Iterator[Store]:
    """The same store, opened by somebody else."""
    with Store.open(konsort.settings.database) as store:
        yield store


def idea(ident: str, text: str, owner: str) -> Outline:
    return Outline(OutlineId(ident), CALL, "An idea", text, OrganisationId(owner), "DE")


def question(text: str) -> SuggestQuestion:
    return made(SuggestQuestion, call=CALL, text=text)


def test_an_outline_of_another_process_is_searched_ranked_and_suggested_and_the_history_stays(
    konsort: Application, other: Store
) -> None:
    before = konsort.snapshots.current
    text = "Quokka counting on islands by drones and edge clouds."
    with other.transaction() as writer:
        writer.put_outlines([idea("NEW-1", text, NEWCOMER)])
    konsort.serving.keep_up()
    until(lambda: konsort.snapshots.current is not before)
    after = konsort.snapshots.current
    assert after.search.nearest(text, 1)[0].id == "outline:NEW-1"
    assert NEWCOMER in after.ranker.texts.organisations
    assert after.text_profiles.best_entries(NEWCOMER, after.search.encode(text), 1)[0][0] == "outline:NEW-1"
    assert after.network is before.network
    assert after.knowledge.population is before.knowledge.population
    assert "outline:NEW-1" not in before.search, "who began before goes on with what was there"
    assert after.revisions.history == before.revisions.history
    assert after.revision != before.revision
    run = konsort.questions.suggest(konsort.reader, question(text)).run
    with other.transaction() as writer:
        writer.remove_outlines(["NEW-1"])
    until(lambda: konsort.snapshots.current is not after)
    assert "outline:NEW-1" not in konsort.snapshots.current.search
    assert NEWCOMER not in konsort.snapshots.current.ranker.texts.organisations
    assert konsort.questions.suggest(konsort.reader, question(text)).run != run


def test_what_came_live_answers_as_what_is_read_in_anew(
    konsort: Application, other: Store, tmp_path: Path
) -> None:
    outlines = list(konsort.snapshots.current.outlines.values())
    organisation = konsort.snapshots.current.organisations[outlines[0].organisation]
    with other.transaction() as writer:
        writer.put_outlines([idea("A-NEW", "Edge clouds for ports and ferries.", NEWCOMER)])
    konsort.snapshots.refresh()
    with other.transaction() as writer:
        writer.put_organisations(
            [Organisation(organisation.id, organisation.name, organisation.country, organisation.kind,
                          organisation.sme, organisation.owner, organisation.city, "https://x.example",
                          "We run data centres on ferries.", organisation.fictional)]
        )  # fmt: skip
        writer.put_outlines([idea(outlines[1].id, "Something else: sensors in ferries.", NEWCOMER)])
        writer.remove_outlines([outlines[2].id])
    konsort.snapshots.refresh()
    request = question("Data centres on ferries, with sensors.")
    fresh = open_application(konsort.settings)
    try:
        assert fresh.snapshots.current.revision == konsort.snapshots.current.revision
        assert (
            konsort.snapshots.current.knowledge.fingerprint == fresh.snapshots.current.knowledge.fingerprint
        )
        assert dict(konsort.snapshots.current.outlines) == fresh.snapshots.current.outlines
        assert list(konsort.snapshots.current.outlines) == list(fresh.snapshots.current.outlines)
        assert konsort.snapshots.current.organisations == fresh.snapshots.current.organisations
        assert konsort.snapshots.current.search.entries == fresh.snapshots.current.search.entries
        assert konsort.questions.suggest(konsort.reader, request) == fresh.questions.suggest(
            fresh.reader, request
        )
    finally:
        fresh.close()


def test_a_state_that_was_replaced_goes_without_a_search_for_garbage(
    konsort: Application, tmp_path: Path
) -> None:
    konsort.questions.suggest(konsort.reader, question("Edge clouds for ports."))
    konsort.records.network.summary()
    was = konsort.snapshots.current.revision
    snapshot, network = weakref.ref(konsort.snapshots.current), weakref.ref(konsort.snapshots.current.network)
    gc.collect()
    gc.disable()
    try:
        more = tmp_path / "more.csv"
        more.write_text("id,name,country,kind\nX-1,Ein Verein,DE,other\n")
        konsort.imports.organisations(konsort.reader, more, dry_run=False)
        konsort.questions.suggest(konsort.reader, question("Edge clouds for ports."))
        assert konsort.snapshots.current.revision != was
        assert snapshot() is None
        assert network() is None
    finally:
        gc.enable()


def test_a_service_recovers_from_a_store_that_another_program_holds_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.database.BUSY_TIMEOUT_S", 0.05)
    monkeypatch.setattr("service.app.state.PAUSE_S", 0.05)
    konsort = open_application(Settings.from_env({"KONSORT_ENCODER": HASHING}, home=str(tmp_path)))
    locked = threading.Event()
    let_go = threading.Event()

    def hold() -> None:
        """Bring in a project, whose text needs a vector in the store, and another one that never comes to an end."""
        with Store.open(konsort.settings.database) as store:
            more = Organisation(OrganisationId("N-1"), "Neu", profile="A text that nobody has read yet.")
            with store.transaction() as writer:
                writer.put_organisations([more])
            with store.transaction(dry_run=True) as writer:
                writer.put_organisations([Organisation(OrganisationId("N-2"))])
                locked.set()
                assert let_go.wait(20)

    try:
        konsort.imports.demo(konsort.reader, dry_run=False)
        konsort.serving.warm()
        before = konsort.snapshots.current
        holding = threading.Thread(target=hold)
        holding.start()
        assert locked.wait(10)
        konsort.serving.keep_up()
        until(lambda: konsort.serving.health.attempts >= 2)
        assert konsort.serving.health.status == "degraded"
        assert konsort.serving.health.error is not None
        assert "another program holds its lock" in konsort.serving.health.error
        assert konsort.snapshots.current is before
        assert konsort.questions.suggest(konsort.reader, question("Edge clouds for ports.")).suggestions
        let_go.set()
        holding.join()
        until(lambda: konsort.serving.health.status == "ok")
        assert "organisation:N-1" in konsort.snapshots.current.search
    finally:
        let_go.set()
        gc.unfreeze()
        konsort.close()


def test_an_outline_is_seen_though_another_program_holds_the_store_locked(
    konsort: Application, other: Store
) -> None:
    before = konsort.snapshots.current
    with other.transaction() as writer:
        writer.put_outlines([idea("NEW-2", "A text that nobody has read yet.", NEWCOMER)])
    with other.transaction(dry_run=True) as writer:
        writer.put_organisations([Organisation(OrganisationId("N-3"))])
        konsort.serving.keep_up()
        until(lambda: konsort.snapshots.current is not before)
        assert "outline:NEW-2" in konsort.snapshots.current.search
