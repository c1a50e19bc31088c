"""What does the network answer with? Frozen records, published as they are; countries outside in EU style (EL, UK)."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from data.model import OrganisationId, ProjectId
from data.published import EuCountry, Rows, derived
from data.shown_names import shown_name


@dataclass(frozen=True, slots=True)
class Actor:
    """An organisation as the network knows it; `projects` and `partners` are counts."""

    id: OrganisationId
    name: str | None
    country: EuCountry | None
    kind: str | None
    projects: int
    partners: int
    umbrella: bool
    """True for a legal entity with so many partners that knowing it introduces nobody in particular."""
    fictional: bool = False

    @property
    def label(self) -> str:
        """The name to show: the real one in soft capitals, else the participant code, said to be one."""
        return shown_name(self.name) if self.name else f"Organisation {self.id}"


@dataclass(frozen=True, slots=True)
class Tie:
    """A working tie. `weight` is Newman's: the sum over shared projects of 1 / (participants - 1)."""

    a: OrganisationId
    b: OrganisationId
    weight: float
    projects: tuple[ProjectId, ...]
    """Shared projects, earliest first."""
    last_shared: int | None
    """The year in which the latest shared project started; None where no start is known."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """An organisation, its strongest partners and the ties among all of these."""

    centre: Actor
    partners: tuple[Actor, ...]
    """Strongest tie first; equal ties by id."""
    ties: tuple[Tie, ...]
    """The centre's tie to each partner, in the partners' order."""
    among: tuple[Tie, ...]
    """Ties between two partners shown, strongest first."""
    partners_in_all: int


@dataclass(frozen=True, slots=True)
class IntroductionPath:
    """The strongest chain of introductions from one organisation to another.

    `actors` begins with the asker and ends with the wanted organisation; `ties[i]` joins actors i and i + 1.
    Both are empty where no chain exists. `cost` is the sum of 1 / weight along the chain, None without one.
    """

    a: Actor
    b: Actor
    actors: tuple[Actor, ...]
    ties: tuple[Tie, ...]
    cost: float | None
    direct: Tie | None
    """The tie that the two have already, if any, however weak."""
    through_umbrella: bool
    """True where every chain leads through an umbrella organisation."""

    @derived
    def found(self) -> bool:
        """Whether a chain exists."""
        return bool(self.actors)


@dataclass(frozen=True, slots=True)
class CountryTie:
    """How strongly a country works with another; `projects` counts those with participants from both."""

    country: EuCountry
    weight: float
    projects: int


@dataclass(frozen=True, slots=True)
class CountryView:
    """One country. `ties` lists other countries, strongest first; `within` is the tie weight at home."""

    country: EuCountry
    organisations: int
    active: int
    """Organisations with at least one project."""
    projects: int
    within: float
    ties: tuple[CountryTie, ...]
    leading: tuple[Actor, ...]
    """The organisations with most projects."""


@dataclass(frozen=True, slots=True, eq=False)
class CountryMatrix:
    """Tie weight between countries.

    `weights`: (n, n) float64, symmetric, read-only, each pair of organisations counted once. The diagonal
    holds the ties between organisations of one country. `projects`: (n, n) int64, projects with participants
    from both (on the diagonal: from this country).
    """

    countries: tuple[EuCountry, ...]
    weights: Annotated[np.ndarray, Rows(float)]
    projects: Annotated[np.ndarray, Rows(int)]


@dataclass(frozen=True, slots=True)
class Summary:
    """The network in figures. `ties` counts pairs of organisations with a shared project."""

    organisations: int
    active: int
    projects: int
    participations: int
    ties: int
    countries: int
    largest_component: int
    """Organisations in the largest connected part."""
    first_year: int | None
    last_year: int | None
    giant_projects: tuple[ProjectId, ...]
    umbrella_organisations: tuple[OrganisationId, ...]
