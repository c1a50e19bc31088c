"""Do the threads of a service share the cores as they are told to?"""

import sys

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from service.runtime.cores import HAND_OVER_S, share_cores


def test_the_lock_is_handed_over_quickly_and_products_keep_to_one_core() -> None:
    interval = sys.getswitchinterval()
    with threadpool_limits():  # puts back what it found
        try:
            share_cores()
            assert np.isclose(sys.getswitchinterval(), HAND_OVER_S)
            threads = [
                library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"
            ]
            assert threads, "numpy's own matrix library is there to be told"
            assert set(threads) == {1}
        finally:
            sys.setswitchinterval(interval)
