"""How do the threads of a service share the cores? Settings of Python's lock and of the matrix library."""

import sys

from threadpoolctl import threadpool_limits

HAND_OVER_S = 0.0005
"""So long a thread of Python keeps the lock that others wait for; Python's own 5 ms outlast most of the work here."""


def share_cores() -> None:
    """Let compiled work and Python take turns quickly, and multiply matrices on one core.

    A question's proof and its further teams run at the same time, mostly outside Python's lock, and come back to it
    often. The OpenBLAS of numpy and scipy gains nothing on a question's small products, but its second thread spins
    between them: a third of the processor's time, taken from the other thread.
    """
    sys.setswitchinterval(HAND_OVER_S)
    threadpool_limits(limits=1, user_api="blas")
