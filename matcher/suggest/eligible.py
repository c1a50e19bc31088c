"""Whom could a call ask at all? Real organisations for real calls, fictional ones for fictional calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from data.model import OrganisationId
from graph.network.network import Network
from matcher.solver.assemble import Facts, tie_strength

NEWCOMER_PROJECTS = 2
"""With at most so many past projects an organisation still counts as half a newcomer."""


@dataclass(frozen=True, slots=True, eq=False)
class Eligible:
    """n organisations, and what is known of them whatever the question is.

    `places`: (n,) positions in the population; `ties`: (n, n) CSR in [0, 1), strength of earlier collaboration;
    `newcomer`: (n,) 1 without any project, 0.5 with a few; `widening`: (n,) bool.
    """

    places: np.ndarray
    ids: tuple[OrganisationId, ...]
    facts: Facts
    ties: sparse.csr_array
    newcomer: np.ndarray
    widening: np.ndarray

    @classmethod
    def of(
        cls,
        places: np.ndarray,
        facts: Facts,
        projects: np.ndarray,
        widening: np.ndarray,
        network: Network,
    ) -> "Eligible":
        """`facts`, `projects` (past ones) and `widening` are those of the organisations at `places`, in that order."""
        ids = tuple(map(OrganisationId, facts.ids))
        return cls(
            places=places,
            ids=ids,
            facts=facts,
            ties=tie_strength(network.ties(ids)),
            newcomer=np.where(projects == 0, 1.0, np.where(projects <= NEWCOMER_PROJECTS, 0.5, 0.0)),
            widening=widening,
        )

    @property
    def rows(self) -> Mapping[str, int]:
        """The ids' positions here."""
        return self.facts.places

    def acquainted(self, row: int, others: Sequence[int]) -> np.ndarray:
        """Return those of the rows `others`, in their order, who have worked with the one at `row`."""
        rows = np.asarray(others, dtype=np.int64)
        known = self.ties.indices[self.ties.indptr[row] : self.ties.indptr[row + 1]]  # ascending
        acquaintances: np.ndarray = rows[np.append(known, -1)[np.searchsorted(known, rows)] == rows]
        return acquaintances
