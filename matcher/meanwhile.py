"""What can be done beside, on another core? Work whose compiled parts run outside Python's lock."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

THREADS = 4
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="meanwhile")


def meanwhile(work: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Future[Answer]:
    """Begin `work` on another thread; `result()` waits for it. The work must not itself call this."""
    return _pool.submit(work, *args, **kwargs)
