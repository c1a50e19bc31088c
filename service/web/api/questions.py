"""What may be asked over HTTP? Request models; each turns itself into the record that the matcher takes."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from data.errors import BadInput
from data.model import CallId, Kind, OrganisationId, OutlineId
from graph.rules.members import Member
from matcher.overall.decisions import Decision
from matcher.ranking.query import Query
from matcher.suggest.answers import PartnersRequest, SuggestRequest
from service.parsing import LONGEST_TEXT, country_or_kind, size_range, to_countries

MOST_MEMBERS = 200
"""A longer list is no consortium."""
LARGEST_SET = 40
"""Members that the matcher puts together at most."""
Record = TypeVar("Record")
Id = Annotated[str, Field(min_length=1, max_length=200)]
Country = Annotated[
    str,
    Field(pattern=r"^[A-Za-z]{2}$", description="EU style (EL, UK) or ISO 3166 (GR, GB)."),
]
Role = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, description="In any EU language.")]


def made(record: Callable[..., Record], **fields: object) -> Record:
    """Build a record; what it refuses becomes an error of the caller."""
    try:
        return record(**fields)
    except ValueError as error:
        raise BadInput(str(error)) from error


class Strict(BaseModel):
    """Refuses what it does not know, so that a misspelt name is told and not ignored."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Want(Strict):
    """At least so many members of a kind or from a country."""

    least: int = Field(ge=1, le=LARGEST_SET)
    of: str = Field(
        min_length=1,
        max_length=100,
        description="A kind such as sme, or a country such as FR.",
        examples=["sme"],
    )


class SuggestBody(Strict):
    """Which consortium is wanted. Give either `outline` or `text`."""

    call: Id = Field(examples=["he-ria-ia-2021"])
    outline: Id | None = Field(None, description="Id of a stored outline.")
    text: Text | None = Field(None, description="An outline as text, in any EU language.")
    coordinator: Id | None = None
    must: list[Id] = Field([], max_length=LARGEST_SET, description="Organisations that have to be in.")
    exclude: list[Id] = Field(
        [], alias="not", max_length=1000, description="Organisations that must not be in."
    )
    apart: list[tuple[Id, Id]] = Field(
        [], max_length=200, description="Pairs of organisations that must not be in together."
    )
    size: str | None = Field(None, max_length=20, examples=["5-12"])
    want: list[Want] = Field([], max_length=40, description="At least so many of a country or a kind.")
    roles: dict[Id, Role] = Field(
        {}, max_length=LARGEST_SET, description="Settled roles, by organisation; rules may count by role."
    )
    limit: int = Field(5, ge=1, le=20)
    preset: str = Field("balanced", max_length=40, description="Which weights: see the documentation.")

    def request(self) -> SuggestRequest:
        """Return the matcher's record. Raises BadInput."""
        return made(
            SuggestRequest,
            call=CallId(self.call),
            outline=None if self.outline is None else OutlineId(self.outline),
            text=self.text,
            coordinator=None if self.coordinator is None else OrganisationId(self.coordinator),
            must=tuple(map(OrganisationId, self.must)),
            exclude=tuple(map(OrganisationId, self.exclude)),
            apart=tuple((OrganisationId(a), OrganisationId(b)) for a, b in self.apart),
            size=size_range(self.size),
            wants=tuple((each.least, country_or_kind(each.of)) for each in self.want),
            roles=tuple((OrganisationId(each), role) for each, role in self.roles.items()),
            limit=self.limit,
            preset=self.preset,
        )


class SteerBody(SuggestBody):
    """What could be changed in this set of `members`, under the question that led to it?"""

    members: list[Id] = Field(min_length=1, max_length=LARGEST_SET, description="Ids of the set's members.")


class PartnersBody(Strict):
    """Who could work with this organisation?"""

    organisation: Id
    call: Id | None = None
    countries: list[Country] = Field(
        [], max_length=60, description="Only partners from these; empty: from any."
    )
    new_only: bool = Field(False, description="Only those with whom it never worked.")
    limit: int = Field(20, ge=1, le=200)

    def request(self) -> PartnersRequest:
        """Return the matcher's record. Raises BadInput."""
        return made(
            PartnersRequest,
            organisation=OrganisationId(self.organisation),
            call=None if self.call is None else CallId(self.call),
            countries=to_countries(self.countries),
            new_only=self.new_only,
            limit=self.limit,
        )


class RankQuery(Strict):
    """One project idea that looks for partners."""

    id: Id
    text: str = Field("", max_length=LONGEST_TEXT)
    given: list[Id] = Field([], max_length=500, description="Who is on board already; never in the answer.")
    coordinator: Id | None = None
    topic: str | None = Field(None, max_length=2000)
    programme: str | None = Field(None, max_length=2000)
    date: dt.date | None = Field(None, description="Only what was known before this day is used.")

    def query(self) -> Query:
        """Return the ranker's record. Raises BadInput."""
        return made(
            Query,
            id=self.id,
            text=self.text,
            given=tuple(map(OrganisationId, self.given)),
            coordinator=None if self.coordinator is None else OrganisationId(self.coordinator),
            topic=self.topic,
            programme=self.programme,
            date=self.date,
        )


class RankBody(Strict):
    """Many ideas at once."""

    queries: list[RankQuery] = Field(min_length=1, max_length=1000)
    limit: int = Field(100, ge=1, le=1000)


class MemberBody(Strict):
    """One member of the consortium to check. What is left out is unknown, and told so."""

    id: Id
    name: str | None = Field(None, max_length=500)
    country: Country | None = None
    kind: Kind | None = None
    owner: Id | None = Field(None, description="The ultimate parent; who owns itself repeats its own id.")
    budget_eur: float | None = Field(None, ge=0, le=1e12)
    role: str | None = Field(None, max_length=100, examples=["coordinator"])
    sme: bool | None = None

    def member(self) -> Member:
        """Return the rules' record. Raises BadInput."""
        known = self.model_dump()
        if self.country is not None:
            (known["country"],) = to_countries((self.country,))
        return made(Member, **known)


class CheckBody(Strict):
    """Are these members allowed?"""

    call: Id
    members: list[MemberBody] = Field(min_length=1, max_length=MOST_MEMBERS)


class IntegrateBody(Strict):
    """Which call's outlines are to be combined?"""

    call: Id
    without: list[Id] = Field(
        [], max_length=500, description="What if these outlines, organisations or countries dropped out?"
    )
    alternatives: bool = Field(
        False, description="Also two or three truly different integrations; takes longer."
    )


class DecisionBody(Strict):
    """What is decided? `about`: one outline, two for together and never, a stream for name; see `value`."""

    kind: Literal["put", "together", "never", "name", "carry", "withdraw"]
    about: list[Id] = Field(
        min_length=1, max_length=2, description="Withdrawn may also be an organisation or a country."
    )
    value: str = Field(
        "", max_length=200, description="put: the stream's id; name: the name; carry: how many links at most."
    )

    def decision(self) -> Decision:
        """Return the decision. Raises BadInput."""
        return Decision(self.kind, tuple(self.about), self.value)


class DecisionKey(Strict):
    """Which decision is taken back?"""

    key: str = Field(min_length=1, max_length=500, description="As the list shows it: put:O-1, withdraw:FR.")


class AroundQuery(Strict):
    """Whose neighbourhood?"""

    organisation: Id
    limit: int = Field(20, ge=1, le=60)


class PathQuery(Strict):
    """Who introduces `a` to `b`?"""

    a: Id
    b: Id


class CountryQuery(Strict):
    """Which country?"""

    country: Country
    limit: int = Field(20, ge=1, le=200, description="How many of its organisations to list.")


class OutlinesQuery(Strict):
    """Which outlines?"""

    call: Id | None = None


class FindQuery(Strict):
    """Which organisations have this in their name?"""

    text: str = Field(min_length=1, max_length=200)
    country: Country | None = None
    limit: int = Field(20, ge=1, le=100)


class CallPath(BaseModel):
    """A call's id in the address."""

    call: Id
