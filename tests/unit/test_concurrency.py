"""Is work that was begun beside done once, by whoever comes first to it?"""

import threading

import pytest

from matcher.concurrency import THREADS, submit


def test_work_is_done_on_another_thread() -> None:
    begun = threading.Event()

    def work(a: int, *, b: int) -> tuple[int, str]:
        begun.set()
        return a + b, threading.current_thread().name

    handle = submit(work, 1, b=2)
    assert begun.wait(10)
    total, where = handle.result()
    assert total == 3
    assert where != threading.current_thread().name


def test_nobody_waits_behind_the_work_of_others() -> None:
    go, busy = threading.Event(), threading.Semaphore(0)

    def long() -> None:
        busy.release()
        assert go.wait(30)

    others = [submit(long) for _ in range(THREADS)]
    try:
        for _ in others:
            assert busy.acquire(timeout=10)
        assert submit(threading.current_thread).result() is threading.current_thread()
    finally:
        go.set()
    for other in others:
        other.result()


def test_what_the_work_raises_is_raised_to_who_asks_for_its_result() -> None:
    def fail() -> None:
        raise ValueError("no such thing")

    with pytest.raises(ValueError, match="no such thing"):
        submit(fail).result()
