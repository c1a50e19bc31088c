"""What stands in an address of the API? Parts of paths and queries; bodies are the questions of `service/app`."""

from pydantic import BaseModel, Field

from service.app.question import Country, Id, ListQuestion, OrganisationText, OutlineName, Strict


class DecisionKey(Strict):
    """Which decision is taken back?"""

    key: str = Field(min_length=1, max_length=500, description="As the list shows it: put:O-1, withdraw:FR.")


class AroundQuery(Strict):
    """Whose neighbourhood?"""

    organisation: OrganisationText
    limit: int = Field(20, ge=1, le=60)


class PathQuery(Strict):
    """Who introduces `a` to `b`?"""

    a: OrganisationText
    b: OrganisationText


class CountryQuery(Strict):
    """Which country?"""

    country: Country
    limit: int = Field(20, ge=1, le=200, description="How many of its organisations to list.")


class OutlinesQuery(ListQuestion):
    """Which outlines?"""

    call: Id | None = None
    text: str | None = Field(None, max_length=200, description="Only those with this in their title.")


class FindQuery(ListQuestion):
    """Which organisations have this in their name?"""

    text: str = Field(min_length=1, max_length=200)
    country: Country | None = None
    limit: int = Field(20, ge=1, le=100)


class OutlinePath(BaseModel):
    """An outline in the address."""

    outline: OutlineName


class OrganisationPath(BaseModel):
    """An organisation in the address."""

    organisation: OrganisationText


class ProjectPath(BaseModel):
    """A project's id in the address."""

    project: Id


class ConsortiumPath(BaseModel):
    """A kept consortium's id in the address."""

    consortium: Id


class ChangePath(BaseModel):
    """The number of a change in the address."""

    change: int = Field(ge=1, lt=2**31)


class CallPath(BaseModel):
    """A call's id in the address."""

    call: Id
