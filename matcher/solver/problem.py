"""What is to be solved? Candidates with their numbers, demands, wishes and weights; frozen, in named fields."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import scipy.sparse as sp

from data.countries import FACTS_AS_OF
from data.demands import Demand, Hardness
from matcher.solver.facts import Facts


@dataclass(frozen=True, slots=True)
class Weights:
    """What each term weighs. The value of a consortium is the sum of weight times term; docs/solver.md has formulas.

    All are >= 0 but `ties`, which may be negative: then earlier collaboration counts against a set.
    `redundancy` and `effort` weigh against: how much two members cover the same, and how many members there are.
    """

    fit: float = 1.0
    coverage: float = 1.0
    ties: float = 1.0
    balance: float = 0.2
    newcomers: float = 0.1
    sme: float = 0.05
    widening: float = 0.05
    redundancy: float = 0.2
    effort: float = 0.4

    def __post_init__(self) -> None:
        for name in self.__slots__:
            amount = getattr(self, name)
            if not np.isfinite(amount) or (amount < 0 and name != "ties"):
                raise ValueError(f"the weight of {name} must be 0 or more, not {amount!r}")


LARGEST_WISH = 40
"""No consortium may be wished for with more members."""

PRESETS: Mapping[str, Weights] = MappingProxyType(
    {
        "proven_team": Weights(ties=3.0, balance=0.1, newcomers=0.0, sme=0.0, widening=0.0),
        "familiar": Weights(ties=2.0, newcomers=0.05),
        "balanced": Weights(),
        "open": Weights(ties=0.3, balance=0.3, newcomers=0.3, sme=0.15, widening=0.15),
        "fresh_blood": Weights(ties=-0.5, balance=0.4, newcomers=0.6, sme=0.25, widening=0.25),
    }
)
"""From those who know each other to those who do not."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the coordinator asks for beside the call's demands; ids of candidates.

    `size`: least and most members, inclusive. `apart`: pairs that never stand together. `roles`: roles already given.
    `demands`: wishes for countries, kinds, shares …, in the call's own records.
    """

    size: tuple[int, int] = (3, 10)
    coordinator: str | None = None
    must: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    demands: tuple[Demand, ...] = ()

    def __post_init__(self) -> None:
        low, high = self.size
        if not 1 <= low <= high <= LARGEST_WISH:
            raise ValueError(f"size must be LOW to HIGH within 1 to {LARGEST_WISH}, not {low} to {high}")


@dataclass(frozen=True, slots=True, eq=False)
class TeamProblem:
    """Candidates (n of them), what is known and thought of them, and what a consortium of them must keep.

    `fit` (n,) in [0, 1]; `aspects` (n, A) in [0, 1], how well each covers each aspect of the outline;
    `aspect_weights` (A,), any positive scale; `ties` (n, n) sparse symmetric in [0, 1] with an empty diagonal, the
    strength of earlier collaboration; `relevance` (n,) in [0, 1] gates ties (default: fit); `newcomer` (n,) in
    [0, 1]; `widening` (n,) bool or 0/1.
    """

    facts: Facts
    fit: np.ndarray
    aspects: np.ndarray
    ties: sp.csr_array
    demands: tuple[Demand, ...] = ()
    wishes: Wishes = Wishes()
    weights: Weights = PRESETS["balanced"]
    aspect_weights: np.ndarray | None = None
    relevance: np.ndarray | None = None
    newcomer: np.ndarray | None = None
    widening: np.ndarray | None = None
    on: dt.date = FACTS_AS_OF
    pillar: str | None = None
    same_owner: tuple[frozenset[str], ...] = ()
    """Pairs of ids that a person has found to be one owner."""
    kept: tuple[str, ...] = ()
    """Ids of soft demands that are to be kept as if they were hard."""

    @property
    def binding(self) -> tuple[Demand, ...]:
        """The call's demands, those to be kept as hard ones."""
        return tuple(
            replace(demand, hardness=Hardness.HARD) if demand.id in self.kept else demand
            for demand in self.demands
        )

    def __post_init__(self) -> None:
        n = len(self.facts)
        for name in ("fit", "relevance", "newcomer", "widening"):
            column = getattr(self, name)
            if column is not None and column.shape != (n,):
                raise ValueError(f"{name} must have shape ({n},), not {column.shape}")
        if self.aspects.ndim != 2 or self.aspects.shape[0] != n:
            raise ValueError(f"aspects must have shape ({n}, A), not {self.aspects.shape}")
        if self.ties.shape != (n, n):
            raise ValueError(f"ties must have shape ({n}, {n}), not {self.ties.shape}")
        if self.aspect_weights is not None and self.aspect_weights.shape != (self.aspects.shape[1],):
            raise ValueError(
                f"aspect_weights must have shape ({self.aspects.shape[1]},), not {self.aspect_weights.shape}"
            )
        for name in ("fit", "aspects", "relevance", "newcomer"):
            column = getattr(self, name)
            if column is not None and column.size and not (column.min() >= 0 and column.max() <= 1):
                raise ValueError(f"{name} must lie in [0, 1], not {column.min()} to {column.max()}")


def tie_strength(newman: sp.csr_array, half_at: float = 0.2) -> sp.csr_array:
    """Scale Newman weights w to [0, 1) by w / (w + half_at): two joint projects of eleven give one half.

    Saturating, because the tenth joint project says less than the first.

    >>> tie_strength(sp.csr_array(np.array([[0.0, 0.2], [0.2, 0.0]]))).toarray()[0, 1].item()
    0.5
    """
    scaled = newman.copy()
    scaled.sort_indices()
    scaled.data = scaled.data / (scaled.data + half_at)
    return scaled
