"""Who is near whom? Organisations, projects and countries as one graph, answered with records.

The graph is bipartite, in networkx: an organisation is joined to its projects and to its country. That is
92,591 participations for the Horizon 2020 sample, where the projection onto organisations has 609,167 ties;
those are computed with scipy when they are asked for.

The weight of a tie is Newman's [1]: the sum over shared projects of 1 / (n - 1), n being the project's
participants. A project so gives each participant a strength of exactly 1 however large it is: giant projects
stay in, and cannot drown the rest. Umbrella organisations (more than `UMBRELLA_PARTNERS` partners) stay in
too, but a chain of introductions leads through one only where there is no other way.

References
----------
[1] M. E. J. Newman, "Scientific collaboration networks. II. Shortest paths, weighted networks, and
    centrality", Physical Review E 64, 016132 (2001), equations 2 and 3.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from data.errors import BadInput, NotFound
from data.model import Collaborations, History, OrganisationId, ProjectId
from data.once import once
from graph.network.projection import INTRODUCTION_COST, UMBRELLA_PARTNERS, Projection
from graph.network.views import (
    Actor,
    CountryMatrix,
    CountryTie,
    CountryView,
    IntroductionPath,
    Neighbourhood,
    Summary,
    Tie,
)

if TYPE_CHECKING:  # slow to import: only who needs them pays
    import networkx as nx
    from scipy import sparse

GIANT_PARTICIPANTS = 60
"""A project with more participants is listed as a giant one: each tie that it makes weighs less than 1/60."""


def _known(value: Any) -> str | None:
    return None if value is None or value != value or value == "" else str(value)  # a NaN is not itself


PAIRS_KEPT = 4096
"""Pairs whose shared projects are remembered: an answer asks for the same ones again and again."""


def _common(
    projection: Projection, project_ids: Sequence[ProjectId], a: int, b: int
) -> tuple[ProjectId, ...]:
    """The projects that the organisations at two places share."""
    both = np.intersect1d(projection.projects_of(a), projection.projects_of(b), assume_unique=True)
    return tuple(project_ids[p] for p in both)


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> tuple[tuple[Any, ...], ...]:
    """Return the columns of rows of this width, of which there may be none."""
    return tuple(zip(*rows, strict=True)) or ((),) * width


def _rows(*columns: Iterable[Any]) -> list[tuple[Any, ...]]:
    return list(zip(*columns, strict=True))


class Network:
    """The collaboration network of a history. Immutable; a changed history makes a new network."""

    def __init__(self, known: Collaborations) -> None:
        """Build the network. Raises KeyError for a participation whose project or organisation is unknown."""
        ids, names, countries, kinds, fictional = _columns(known.organisations, 5)
        project_ids, acronyms, titles, starts = _columns(known.projects, 4)
        self._ids: tuple[OrganisationId, ...] = ids
        self._places = {organisation: place for place, organisation in enumerate(self._ids)}
        self._project_ids: tuple[ProjectId, ...] = project_ids
        self._project_places = {project: place for place, project in enumerate(self._project_ids)}
        self._titles = tuple(zip(map(_known, acronyms), map(_known, titles), strict=True))
        self._names = tuple(map(_known, names))
        self._kinds = tuple(map(_known, kinds))
        self._countries = tuple(map(_known, countries))
        self._fictional = tuple(map(bool, fictional))
        size = len(known.participations)
        rows = np.fromiter((self._places[who] for _, who in known.participations), np.int64, size)
        columns = np.fromiter(
            (self._project_places[what] for what, _ in known.participations), np.int64, size
        )
        dates = np.array([start or "NaT" for start in starts], dtype="datetime64[D]")
        self._projection = Projection(len(self._ids), rows, columns, dates)
        self._between = lru_cache(PAIRS_KEPT)(partial(_common, self._projection, self._project_ids))

    @classmethod
    def from_history(cls, history: History) -> "Network":
        """Build the network of a history that was read for something else too. Raises KeyError as above."""
        import pandas as pd

        organisations, projects, taking_part = history.organisations, history.projects, history.participations
        starts = pd.to_datetime(projects["start"]).dt.strftime("%Y-%m-%d").tolist()
        return cls(
            Collaborations(
                organisations=_rows(
                    *(organisations[n] for n in ("id", "name", "country", "kind", "fictional"))
                ),
                projects=_rows(
                    projects["id"],
                    projects["acronym"],
                    projects["title"],
                    [None if pd.isna(start) else start for start in starts],
                ),
                participations=_rows(taking_part["project"], taking_part["organisation"]),
            )
        )

    @once
    def graph(self) -> "nx.Graph":
        """The frozen graph: nodes `organisation:ID`, `project:ID`, `country:CC`.

        Built when first asked for (some 0.7 s on the Horizon 2020 sample), then kept.
        """
        import networkx as nx  # slow to import: only who walks the graph pays

        joined = nx.Graph()
        joined.add_nodes_from(f"organisation:{organisation}" for organisation in self._ids)
        joined.add_nodes_from(f"project:{project}" for project in self._project_ids)
        rows, columns = self._projection.incidence.nonzero()
        joined.add_edges_from(
            (f"organisation:{self._ids[row]}", f"project:{self._project_ids[column]}")
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        )
        joined.add_edges_from(
            (f"organisation:{organisation}", f"country:{country}")
            for organisation, country in zip(self._ids, self._countries, strict=True)
            if country is not None
        )
        return nx.freeze(joined)

    def __contains__(self, organisation: object) -> bool:
        return organisation in self._places

    def _place(self, organisation: str) -> int:
        try:
            return self._places[OrganisationId(organisation)]
        except KeyError:
            text = f"the network knows no organisation {organisation!r}; look its id up by name first"
            raise NotFound(text) from None

    def actor(self, organisation: str) -> Actor:
        """Return what the network knows of an organisation. Raises NotFound."""
        place = self._place(organisation)
        partners = self._projection.count_partners(place)
        return Actor(
            id=self._ids[place],
            name=self._names[place],
            country=self._countries[place],
            kind=self._kinds[place],
            projects=len(self._projection.projects_of(place)),
            partners=partners,
            umbrella=partners > UMBRELLA_PARTNERS,
            fictional=self._fictional[place],
        )

    def projects_of(self, organisation: str) -> tuple[ProjectId, ...]:
        """Return the organisation's projects, earliest first. Raises NotFound."""
        return tuple(self._project_ids[p] for p in self._projection.projects_of(self._place(organisation)))

    def title_of(self, project: str) -> str:
        """Return a project's acronym and title, as far as known, else its id. Raises NotFound."""
        try:
            place = self._project_places[ProjectId(project)]
        except KeyError:
            raise NotFound(f"the network knows no project {project!r}") from None
        return ": ".join(part for part in self._titles[place] if part) or project

    def shared_projects(self, a: str, b: str) -> tuple[ProjectId, ...]:
        """Return the projects that both took part in, earliest first. Raises NotFound."""
        first, second = sorted((self._place(a), self._place(b)))
        return self._between(first, second)

    def tie(self, a: str, b: str) -> Tie | None:
        """Return the tie between two organisations, None where they share no project. Raises NotFound."""
        shared = self.shared_projects(a, b) if a != b else ()
        if not shared:
            return None
        places = [self._project_places[project] for project in shared]
        years = [year for place in places if (year := self._projection.year(place)) is not None]
        weight = float(self._projection.newman[places].sum())
        return Tie(OrganisationId(a), OrganisationId(b), weight, shared, max(years, default=None))

    def ties_of(self, organisation: str) -> dict[OrganisationId, float]:
        """Return each partner with the weight of the tie, strongest first, equal by id. Raises NotFound."""
        partners, weights = self._projection.partners_of(self._place(organisation))
        order = np.lexsort((partners, -weights))
        return {self._ids[partners[k]]: float(weights[k]) for k in order}

    def around(self, organisation: str, *, limit: int = 20) -> Neighbourhood:
        """Return an organisation, its `limit` strongest partners, the ties among them. Raises NotFound."""
        if limit < 1:
            raise BadInput(f"limit must be 1 or more, not {limit}")
        partners = self.ties_of(organisation)
        shown = tuple(partners)[:limit]
        among = [tie for a, b in combinations(shown, 2) if (tie := self.tie(a, b))]
        return Neighbourhood(
            centre=self.actor(organisation),
            partners=tuple(self.actor(partner) for partner in shown),
            ties=tuple(tie for partner in shown if (tie := self.tie(organisation, partner))),
            among=tuple(sorted(among, key=lambda tie: (-tie.weight, tie.a, tie.b))),
            partners_in_all=len(partners),
        )

    def ties(
        self, ids: Sequence[str], *, half_life_years: float | None = None, as_of: dt.date | None = None
    ) -> "sparse.csr_array":
        """Return (n, n) float64, symmetric, zero diagonal: Newman weights between `ids`, in their order.

        w_ij = sum over shared projects p of a_p / (n_p - 1), where a_p = 1, or with `half_life_years` h
        a_p = 2 ** (-(as_of - start_p) / h): a project that started h years before `as_of` counts half.
        Projects that start after `as_of`, or nobody knows when, count nothing then. Raises NotFound for an
        unknown id, BadInput where only one of the two options is given.
        """
        if (half_life_years is None) != (as_of is None):
            raise BadInput("half_life_years and as_of belong together: give both or neither")
        rows = np.array([self._place(organisation) for organisation in ids], dtype="int64")
        if half_life_years is None or as_of is None:
            return self._projection.ties(rows)
        return self._projection.ties(rows, fading=self._projection.faded(half_life_years, as_of))

    def path(self, a: str, b: str, *, introduction_cost: float = INTRODUCTION_COST) -> IntroductionPath:
        """Return the strongest chain of introductions from `a` to `b`. Raises NotFound.

        The chain with the least sum of introduction_cost + 1 / weight. With a cost of 0 it is Newman's
        shortest path (2001, section IV), which readily goes a long way round over strong ties; each person
        who must be asked for an introduction is a cost of its own. Umbrella organisations introduce only
        where there is no other way. Two partners of one giant project may be nearer by way of a common close
        partner than directly: the tie that they have is in `direct`.
        """
        start, goal = self._place(a), self._place(b)
        if introduction_cost < 0:
            raise BadInput(f"introduction_cost must be 0 or more, not {introduction_cost}")
        chain, cost = self._projection.chain(
            start, goal, introduction_cost=introduction_cost, umbrellas=False
        )
        through_umbrella = False
        if not chain:
            chain, cost = self._projection.chain(
                start, goal, introduction_cost=introduction_cost, umbrellas=True
            )
            through_umbrella = bool(chain)
        ids = [self._ids[place] for place in chain]
        return IntroductionPath(
            a=self.actor(a),
            b=self.actor(b),
            actors=tuple(map(self.actor, ids)),
            ties=tuple(tie for u, v in pairwise(ids) if (tie := self.tie(u, v))),
            cost=cost,
            direct=self.tie(a, b),
            through_umbrella=through_umbrella,
        )

    def communities(self) -> tuple[tuple[OrganisationId, ...], ...]:
        """Return groups that work together more than with others, largest first; everybody is in one.

        Louvain's method (Blondel et al. 2008) on organisations and projects together, an edge weighing
        1 / (n - 1); computed when first asked for (some 5 s on the Horizon 2020 sample), then kept.
        """
        return self._communities

    @once
    def _communities(self) -> tuple[tuple[OrganisationId, ...], ...]:
        # Whole numbers as nodes: the order of a set of texts changes from one process to the next.
        import networkx as nx

        weighted = nx.Graph()
        organisations = len(self._ids)
        weighted.add_nodes_from(range(organisations + len(self._project_ids)))
        rows, columns = self._projection.incidence.nonzero()
        weights = self._projection.newman[columns]
        weighted.add_weighted_edges_from(
            zip(rows.tolist(), (columns + organisations).tolist(), weights.tolist(), strict=True)
        )
        groups = nx.community.louvain_communities(weighted, seed=0)
        members = [
            tuple(self._ids[node] for node in sorted(group) if node < organisations) for group in groups
        ]
        return tuple(sorted((group for group in members if group), key=lambda group: (-len(group), group)))

    def matrix(self) -> CountryMatrix:
        """Return tie weights and shared projects by country; organisations without one are left out."""
        return self._matrix

    @once
    def _matrix(self) -> CountryMatrix:
        from scipy import sparse

        countries = tuple(sorted({country for country in self._countries if country is not None}))
        columns = {country: place for place, country in enumerate(countries)}
        located = [(row, columns[c]) for row, c in enumerate(self._countries) if c is not None]
        rows = np.array(located, dtype="int64").reshape(-1, 2)
        shape = (len(self._ids), len(countries))
        homes = sparse.csr_array((np.ones(len(rows)), (rows[:, 0], rows[:, 1])), shape=shape)
        weights = (homes.T @ self._projection.all_ties @ homes).toarray()
        # Ties are stored both ways: inside one country each pair was met twice.
        weights[np.diag_indices_from(weights)] /= 2
        present = ((homes.T @ self._projection.incidence) > 0).astype("int64")
        projects = (present @ present.T).toarray()
        for matrix in (weights, projects):
            matrix.setflags(write=False)
        return CountryMatrix(countries, weights, projects)

    def country(self, country: str, *, limit: int = 20) -> CountryView:
        """Return one country (ISO 3166, two letters) with its partner countries. Raises NotFound."""
        matrix = self.matrix()
        if country not in matrix.countries:
            raise NotFound(
                f"the network knows no organisation in {country!r}; give a country as two ISO letters"
            )
        here = matrix.countries.index(country)
        homes = [node.removeprefix("organisation:") for node in self.graph[f"country:{country}"]]
        # Each organisation's degree counts its country too.
        projects = {home: self.graph.degree[f"organisation:{home}"] - 1 for home in homes}
        active = sorted((home for home in homes if projects[home]), key=lambda home: (-projects[home], home))
        ties = [
            CountryTie(other, float(matrix.weights[here, there]), int(matrix.projects[here, there]))
            for there, other in enumerate(matrix.countries)
            if there != here and matrix.weights[here, there] > 0
        ]
        return CountryView(
            country=country,
            organisations=len(homes),
            active=len(active),
            projects=int(matrix.projects[here, here]),
            within=float(matrix.weights[here, here]),
            ties=tuple(sorted(ties, key=lambda tie: (-tie.weight, tie.country))),
            leading=tuple(map(self.actor, active[:limit])),
        )

    def summary(self) -> Summary:
        """Return the network in figures."""
        return self._summary

    @once
    def _summary(self) -> Summary:
        projection = self._projection
        years = [y for p in range(len(self._project_ids)) if (y := projection.year(p)) is not None]
        giant = np.flatnonzero(projection.participants > GIANT_PARTICIPANTS)
        return Summary(
            organisations=len(self._ids),
            active=int((np.diff(projection.incidence.indptr) > 0).sum()),
            projects=len(self._project_ids),
            participations=int(projection.incidence.nnz),
            ties=projection.all_ties.nnz // 2,
            countries=len(self.matrix().countries),
            largest_component=int(np.bincount(projection.components()).max(initial=0)),
            first_year=min(years, default=None),
            last_year=max(years, default=None),
            giant_projects=tuple(self._project_ids[place] for place in giant),
            umbrella_organisations=tuple(self._ids[place] for place in np.flatnonzero(projection.umbrellas)),
        )
