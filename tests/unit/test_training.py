"""Is the ranking learned anew once for each change of the store, and given up when the service stops?"""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from service.runtime.training import JobClock, Retraining, train_command


def writing(path: Path, after: str = "") -> list[str]:
    """A command that adds a line to a file."""
    return [sys.executable, "-c", f"open({str(path)!r}, 'a').write('x\\n'){after}"]


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return bool(condition())


def test_each_state_of_the_store_is_learned_from_once(tmp_path: Path) -> None:
    notes, looks = tmp_path / "notes", []
    states = iter(["first", "first", None, "second", "second"])

    def due() -> str | None:
        looks.append(threading.current_thread().name)
        return next(states, None)

    with Retraining(due, writing(notes), every_s=0.01):
        assert wait_for(lambda: len(looks) >= 6)
    assert notes.read_text() == "x\nx\n"
    assert set(looks) == {"retraining"}


def test_a_failed_look_at_the_store_does_not_end_the_watch(tmp_path: Path) -> None:
    notes, failures = tmp_path / "notes", iter([True])

    def due() -> str | None:
        if next(failures, False):
            raise OSError("the store is away")
        return "state"

    with Retraining(due, writing(notes), every_s=0.01):
        assert wait_for(notes.exists)


def test_stopping_the_service_ends_the_learning(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    begun = time.monotonic()
    with Retraining(lambda: "state", writing(notes, "; import time; time.sleep(60)"), every_s=0.01):
        assert wait_for(notes.exists)
    assert time.monotonic() - begun < 30


def test_the_command_trains_the_home_of_the_service() -> None:
    assert train_command(Path("/home/k"))[-6:] == [
        *("-m", "service.terminal.cli", "train", "--progress", "--home", "/home/k"),
    ]


def test_what_is_under_way_is_told_while_it_is_and_taken_up_at_its_end(tmp_path: Path) -> None:
    go, taken = tmp_path / "go", []
    lines = """
import json, pathlib, time
print("warming up", flush=True)
for done in (1, 2):
    print(json.dumps({"what": "texts", "done": done, "total": 4}), flush=True)
while not pathlib.Path(GO).exists():
    time.sleep(0.01)
""".replace("GO", repr(str(go)))
    watch = Retraining(
        lambda: "state", [sys.executable, "-c", lines], every_s=0.01, take_up=lambda: taken.append(1)
    )
    with watch:
        assert wait_for(lambda: watch.job is not None and watch.job.done == 2)
        (job,) = watch.jobs
        assert (job.what, job.total) == ("texts", 4)
        assert job.remaining_s is not None
        assert not taken
        go.touch()
        assert wait_for(lambda: taken)
        assert watch.jobs == ()


def test_a_part_that_begins_anew_is_timed_anew() -> None:
    """Ten of a hundred in 5 s: 45 s to go; then another part, of which nothing is known yet, then one that halves."""
    times = iter([0.0, 5.0, 100.0, 110.0])
    clock = JobClock(lambda: next(times))
    texts = [clock.read(f'{{"what": "texts", "done": {done}, "total": 100}}') for done in (0, 10)]
    trees = [clock.read(f'{{"what": "trees", "done": {done}, "total": 120}}') for done in (20, 70)]
    assert [job and job.remaining_s for job in (*texts, *trees)] == [None, 45.0, None, 10.0]
