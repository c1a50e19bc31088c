"""Does giving memory back leave everything as it was?"""

import threading

import numpy as np

from service import memory
from service.memory import Tidying, give_back, keep_few_arenas


def test_what_is_in_use_stays() -> None:
    kept = np.arange(100_000)
    keep_few_arenas()
    give_back()
    assert kept.sum() == 4_999_950_000


def test_tidying_gives_back_until_it_ends(monkeypatch) -> None:
    twice = threading.Semaphore(0)
    monkeypatch.setattr(memory, "give_back", twice.release)
    with Tidying(every_s=0.001) as tidying:
        assert twice.acquire(timeout=10)
        assert twice.acquire(timeout=10)
    assert not tidying._thread.is_alive()
