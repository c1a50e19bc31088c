"""What does one query's answer look like before it is cut and steered?"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """One query's answer before it is cut and steered."""

    ids: np.ndarray
    """(k,) str."""
    probability: np.ndarray
    """(k,) how likely each is a partner, in [0, 1]; of the prior: its share."""
    projects: np.ndarray
    """(k,) past projects of each."""
