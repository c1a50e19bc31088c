"""What does the scorer answer to one query, before the answer is steered and cut?"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Scored organisations of one query; k of them."""

    ids: np.ndarray
    """(k,) str."""
    probability: np.ndarray
    """(k,) how likely each is a partner, in [0, 1]; of the prior: its normalised value."""
    projects: np.ndarray
    """(k,) past projects of each."""
