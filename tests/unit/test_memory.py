"""Does giving memory back, or setting it aside, leave everything as it was?"""

import gc
import threading
import weakref

import numpy as np
import pytest

from service.runtime import memory
from service.runtime.memory import MemoryTrimming, freeze_loaded, keep_few_arenas, trim_memory


def test_what_is_in_use_stays() -> None:
    kept = np.arange(100_000)
    keep_few_arenas()
    trim_memory()
    assert kept.sum() == 4_999_950_000


def test_tidying_gives_back_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = threading.Semaphore(0)
    monkeypatch.setattr(memory, "trim_memory", twice.release)
    with MemoryTrimming(every_s=0.001) as tidying:
        assert twice.acquire(timeout=10)
        assert twice.acquire(timeout=10)
    assert not tidying._thread.is_alive()


class Ring:
    """Refers to itself, so that only the search for cycles can free it."""

    def __init__(self) -> None:
        self.me = self


def test_what_is_set_aside_is_passed_over_and_what_was_replaced_goes() -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    try:
        freeze_loaded()
        assert all(thing is not ring for thing in gc.get_objects())
        del ring
        gc.collect()
        assert gone() is not None
        freeze_loaded()
        assert gone() is None
    finally:
        gc.unfreeze()
