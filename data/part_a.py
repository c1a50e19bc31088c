"""Who takes part, in the order of Part A of an EU application form? Code, legal name, country, type, role, projects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from data.kept_consortia import KeptSeat
from data.model import Involvement, Kind, Organisation, OrganisationId
from data.published import EuCountry

COORDINATOR = "coordinator"
PROJECTS_NAMED = 5


@dataclass(frozen=True, slots=True)
class PreviousProject:
    """A project that an organisation took part in."""

    id: str
    name: str
    """Its acronym, else its title, else its number."""
    year: int | None
    role: str

    @classmethod
    def of(cls, part: Involvement) -> "PreviousProject":
        """Return what a partner table tells of a project."""
        project = part.project
        name = project.acronym or project.title or project.id
        return cls(project.id, name, project.start.year if project.start else None, part.role)


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One line of the partner table."""

    number: int
    pic: str | None
    """Nine digits; None where the organisation is known by another id."""
    id: OrganisationId
    legal_name: str | None
    """As recorded, with its capitals."""
    name: str
    country: EuCountry | None
    kind: Kind | None
    sme: bool | None
    role: str
    budget_eur: float | None
    previous: tuple[PreviousProject, ...]
    """The latest ones."""
    previous_in_all: int


def part_a(
    seats: Sequence[KeptSeat],
    known: Mapping[str, Organisation],
    projects: Mapping[str, tuple[int, Iterable[Involvement]]],
) -> tuple[PartnerRow, ...]:
    """Return the partner table: the coordinator first, the others in their order; who is gone is left out.

    `projects`: of each organisation how many it has, and the latest.
    """
    ordered = sorted(seats, key=lambda seat: seat.role != COORDINATOR)
    rows: list[PartnerRow] = []
    for seat in ordered:
        one = known.get(seat.organisation)
        if one is None:
            continue
        count, latest = projects.get(seat.organisation, (0, ()))
        rows.append(
            PartnerRow(
                number=len(rows) + 1,
                pic=one.id if len(one.id) == 9 and one.id.isdigit() else None,
                id=one.id,
                legal_name=one.name,
                name=one.label,
                country=one.country,
                kind=one.kind,
                sme=one.sme,
                role=seat.role or "participant",
                budget_eur=seat.budget_eur,
                previous=tuple(map(PreviousProject.of, latest)),
                previous_in_all=count,
            )
        )
    return tuple(rows)
