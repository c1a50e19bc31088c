"""Does giving memory back leave everything as it was?"""

import numpy as np

from service.memory import give_back, keep_few_arenas


def test_what_is_in_use_stays() -> None:
    kept = np.arange(100_000)
    keep_few_arenas()
    give_back()
    assert kept.sum() == 4_999_950_000
