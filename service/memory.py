"""How is memory given back? Two calls to the C library that keep a long-running service small; no-ops elsewhere."""

import ctypes

_M_ARENA_MAX = -8
"""mallopt(3)'s parameter for the number of arenas."""
ARENAS = 2


def keep_few_arenas() -> None:
    """Let threads share two arenas: glibc else keeps freed memory for each thread, hundreds of MB in all.

    Must be called before the threads begin.
    """
    library = _library()
    if library is not None and hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Return freed memory to the system: after loading, much of what was needed meanwhile is free."""
    library = _library()
    if library is not None and hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


def _library() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(None)
    except (OSError, TypeError):  # no C library by that way, as on Windows
        return None
