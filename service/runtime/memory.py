"""How is memory given back, and left alone? Calls that keep a long-running service small, and its answers even.

Those to the C library do nothing where there is none.
"""

import ctypes
import gc
import threading

_M_ARENA_MAX = -8
"""mallopt(3)'s parameter for the number of arenas."""
ARENAS = 2
TIDY_EVERY_S = 10.0


def keep_few_arenas() -> None:
    """Let threads share two arenas: glibc else keeps freed memory for each thread, hundreds of MB in all.

    Must be called before the threads begin.
    """
    library = _library()
    if library is not None and hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, ARENAS)


def trim_memory() -> None:
    """Return freed memory to the system: after loading, much of what was needed meanwhile is free."""
    library = _library()
    if library is not None and hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


def freeze_loaded() -> None:
    """Take what is in memory now for lasting: Python's search for garbage in cycles passes over it from here on.

    A loaded store is some 700,000 objects: walking through them all holds every thread for 400 ms, in the middle of
    somebody's question. What was set aside before is looked through once more, so that what was replaced since goes:
    so call it after a swap.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


class MemoryTrimming:
    """Gives memory back from time to time, while a service runs: its answers leave holes that nobody fills."""

    def __init__(self, every_s: float = TIDY_EVERY_S) -> None:
        self._every_s = every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._tidy, name="tidying", daemon=True)

    def __enter__(self) -> "MemoryTrimming":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _tidy(self) -> None:
        while not self._stopped.wait(self._every_s):
            trim_memory()


def _library() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(None)
    except (OSError, TypeError):  # no C library by that way, as on Windows
        return None
