"""What can be done beside, on another core? Work whose compiled parts run outside Python's lock."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Generic, ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

THREADS = 4
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="submit")


class Task(Generic[Answer]):
    """Work that another thread does, as soon as one is free."""

    def __init__(self, work: Callable[[], Answer]) -> None:
        self._work = work
        self._future = _pool.submit(work)

    def result(self) -> Answer:
        """Return or raise what the work does. What no thread has begun is done here: nobody waits for others' work."""
        if self._future.cancel():
            return self._work()
        return self._future.result()


def submit(work: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Task[Answer]:
    """Begin `work` on another thread; `result()` gives its answer."""
    return Task(partial(work, *args, **kwargs))
