"""Who asks at the moment? What is told without a reader among its arguments asks here."""

from contextvars import ContextVar
from typing import Final

from data.readers import Reader

reader_at_hand: Final[ContextVar[Reader | None]] = ContextVar("reader_at_hand", default=None)
"""Set by the door for each request, and set back after it. None: a process of its own, as a command is, which may open
the store anyway."""
