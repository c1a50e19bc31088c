"""How strong is a tie? The organisation-by-project incidence, and the ties computed from it with scipy.

Works on places (row and column numbers); which organisation or project stands where is the network's
knowledge.
"""

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from data.errors import BadInput
from data.once import built, once

if TYPE_CHECKING:  # slow to import: only who asks for more than one organisation's ties pays
    from scipy import sparse

UMBRELLA_PARTNERS = 1000
"""An organisation with more partners is an umbrella: a society of many institutes, an association."""
INTRODUCTION_COST = 20.0
"""What one more introduction costs in a chain: as much as a tie by one project of 21 participants."""
DAYS_A_YEAR = 365.25


class Projection:
    """Ties between organisations by the projects they share. Immutable."""

    def __init__(self, organisations: int, rows: np.ndarray, columns: np.ndarray, starts: np.ndarray) -> None:
        """`rows`, `columns`: (participations,) int64, the places of who takes part and in what, in any order.

        `starts`: (projects,) datetime64[D], NaT where unknown.
        """
        order = np.lexsort((columns, rows))
        rows, columns = rows[order], columns[order]
        first = np.append(True, (np.diff(rows) != 0) | (np.diff(columns) != 0))[: len(rows)]
        rows, columns = rows[first], columns[first]
        self.starts = starts
        self.participants = np.bincount(columns, minlength=len(starts))
        self._projects = columns
        self._projects_from = _begins(np.bincount(rows, minlength=organisations))
        self._members = rows[np.argsort(columns, kind="stable")]
        self._members_from = _begins(self.participants)
        # A project with a single known participant makes no tie: its weight never meets a second row.
        self.newman = 1.0 / np.maximum(self.participants - 1, 1)
        for array in (self.starts, self.participants, self.newman, self._projects, self._members):
            array.setflags(write=False)

    @once
    def incidence(self) -> "sparse.csr_array":
        """(organisations, projects) float64, read-only, 1 where the organisation takes part."""
        from scipy import sparse

        shape = (len(self._projects_from) - 1, len(self.starts))
        ones = np.ones(len(self._projects))
        incidence = sparse.csr_array((ones, self._projects, self._projects_from), shape=shape)
        incidence.data.setflags(write=False)
        return incidence

    def projects_of(self, place: int) -> np.ndarray:
        """Return the columns of one organisation's projects, ascending."""
        return self._projects[self._projects_from[place] : self._projects_from[place + 1]]

    def partners_of(self, place: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (k,) the rows of one organisation's partners, ascending, and (k,) float64 the weight of each tie."""
        projects = self.projects_of(place)
        begins = self._members_from
        teams = [self._members[begins[project] : begins[project + 1]] for project in projects]
        members = np.concatenate(teams) if teams else self._members[:0]
        parts = np.repeat(self.newman[projects], self.participants[projects])
        weights = np.bincount(members, weights=parts)
        partners = np.unique(members)
        partners = partners[partners != place]
        return partners, weights[partners]

    def count_partners(self, place: int) -> int:
        """Return how many others an organisation has shared a project with."""
        if built(self, "partners"):
            return int(self.partners[place])
        return len(self.partners_of(place)[0])

    def year(self, project: int) -> int | None:
        """Return the year in which a project started, None where unknown."""
        start = self.starts[project]
        return None if np.isnat(start) else int(start.astype("datetime64[Y]").astype(int)) + 1970

    def ties(self, rows: np.ndarray, *, fading: np.ndarray | None = None) -> "sparse.csr_array":
        """Return (rows, rows) float64, zero diagonal: sum over shared projects of fading / (n - 1)."""
        weights = self.newman if fading is None else self.newman * fading
        return self._project(self.incidence[rows], weights)

    def faded(self, half_life_years: float, as_of: dt.date) -> np.ndarray:
        """Return (projects,) float64 in [0, 1]: what is left of each project's weight at `as_of`.

        2 ** (-(as_of - start) / half_life); 0 for a project that starts later or nobody knows when.
        """
        if not half_life_years > 0:
            raise BadInput(f"half_life_years must be above 0, not {half_life_years}")
        days = (np.datetime64(as_of, "D") - self.starts).astype("float64")
        days[np.isnat(self.starts)] = np.nan
        with np.errstate(invalid="ignore"):
            left: np.ndarray = np.where(days >= 0, np.exp2(-days / DAYS_A_YEAR / half_life_years), 0.0)
        return left

    @staticmethod
    def _project(incidence: "sparse.csr_array", weights: np.ndarray) -> "sparse.csr_array":
        """Return incidence · diag(weights) · incidenceᵀ without its diagonal, (n, n) float64."""
        from scipy import sparse

        ties = sparse.csr_array((incidence * weights) @ incidence.T)
        ties.setdiag(0.0)
        ties.eliminate_zeros()
        ties.sort_indices()
        return ties

    @once
    def all_ties(self) -> "sparse.csr_array":
        """(organisations, organisations) float64, read-only; 18 MB for the Horizon 2020 sample."""
        ties = self._project(self.incidence, self.newman)
        ties.data.setflags(write=False)
        return ties

    @once
    def partners(self) -> np.ndarray:
        """(organisations,) int: how many others each has shared a project with."""
        return np.diff(self.all_ties.indptr)

    @once
    def umbrellas(self) -> np.ndarray:
        """(organisations,) bool: who has more than UMBRELLA_PARTNERS partners."""
        return self.partners > UMBRELLA_PARTNERS

    def components(self) -> np.ndarray:
        """Return (organisations,) int: the number of the connected part that each belongs to."""
        from scipy.sparse import csgraph  # slow to import: only who looks for connections pays

        labels: np.ndarray = csgraph.connected_components(self.all_ties, directed=False)[1]
        return labels

    def chain(
        self, start: int, goal: int, *, introduction_cost: float, umbrellas: bool
    ) -> tuple[list[int], float | None]:
        """Return the places along the cheapest chain and its cost; [] and None where there is none.

        A step costs introduction_cost + 1 / weight (Dijkstra's method). Without `umbrellas` none of them
        passes a chain on, though one may begin or end it.
        """
        costs = self.all_ties.copy()
        costs.data = introduction_cost + 1.0 / costs.data
        if not umbrellas:
            closed = self.umbrellas.copy()
            closed[start] = False
            # An infinite cost never improves a distance: one may arrive at a closed place, never leave it.
            costs.data[np.repeat(closed, self.partners)] = np.inf
        from scipy.sparse import csgraph

        distances, before = csgraph.dijkstra(costs, indices=start, return_predecessors=True)
        if not np.isfinite(distances[goal]):
            return [], None
        chain = [goal]
        while chain[-1] != start:
            chain.append(int(before[chain[-1]]))
        return chain[::-1], float(distances[goal])


def _begins(counts: np.ndarray) -> np.ndarray:
    """Return (n + 1,) int64: where each of n runs of such lengths begins, and the end of the last."""
    return np.concatenate([[0], np.cumsum(counts)])
