"""What may be asked? One model a question, for terminal, API and pages alike; organisations and countries as typed."""

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from data.errors import BadInput
from data.model import Kind
from service.parsing import LONGEST_TEXT
from service.refusals import fields_of

MOST_MEMBERS = 200
"""A longer list is no consortium."""
LONGEST_PROOF_S = 8
"""Nobody may keep others waiting for longer."""
MOST_QUERIES = 200
MOST_TEXT_RANKED = 120_000
"""Characters of all queries of one request together."""
LARGEST_SET = 40
"""Members that the matcher puts together at most."""
MOST_NEEDS = 20
"""More things cannot be sought at once."""
PAGE = 50
"""So many entries of a list are given at once where nobody asks for another number."""
Record = TypeVar("Record")
Id = Annotated[str, Field(min_length=1, max_length=200)]
OrganisationText = Annotated[
    str, Field(min_length=1, max_length=500, description="Its id (PIC), its name, or “Name (PIC)”.")
]
OutlineName = Annotated[str, Field(min_length=1, max_length=500, description="Its id or its title.")]
Country = Annotated[
    str,
    Field(
        min_length=2,
        max_length=100,
        description="Two letters, EU style (EL, UK) or ISO 3166 (GR, GB), or the country's name.",
    ),
]
TypeName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="A type of organisations: its id, its label, or a word for it in any EU language.",
        examples=["shipyard"],
    ),
]
RoleText = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, description="In any EU language.")]


def _written_day(value: Any) -> Any:
    """Let only a written day through: a number would be read as seconds since 1970."""
    if value is None or isinstance(value, str | dt.date):
        return value
    raise ValueError("a day such as 2019-07-01")


Day = Annotated[dt.date, BeforeValidator(_written_day, json_schema_input_type=dt.date)]


def made(record: Callable[..., Record], **fields: object) -> Record:
    """Build a record or a question; what it refuses becomes an error of the caller, in words."""
    try:
        return record(**fields)
    except ValidationError as error:
        reasons = (f"{field.where} {field.detail}" for field in fields_of(error, Strict))
        raise BadInput("; ".join(reasons)) from error
    except ValueError as error:
        raise BadInput(str(error)) from error


class Strict(BaseModel):
    """Refuses what it does not know, so that a misspelt name is told and not ignored."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Want(Strict):
    """At least so many members of a kind or from a country."""

    least: int = Field(ge=1, le=99)
    of: str = Field(
        min_length=1,
        max_length=100,
        description="A kind such as sme, a country such as FR or France, or a type such as shipyard.",
        examples=["sme"],
    )


class NeedAsked(Strict):
    """One thing that is sought, in the asker's own word. What is left out is read from its words.

    An answer's `needs` can be changed and sent back: what it tells beside is taken and not read.
    """

    text: str = Field(
        "",
        max_length=500,
        description="In any EU language; empty: the types in words.",
        examples=["two ports"],
    )
    types: list[TypeName] | None = Field(None, max_length=6, description="Any of these will do; []: no type.")
    number: int | None = Field(None, ge=1, le=40, description="How many.")
    countries: list[Country] | None = Field(
        None, max_length=60, description="From any of these; []: from anywhere."
    )
    not_from: list[Country] | None = Field(None, max_length=60, description="From none of these.")
    abroad: bool | None = Field(None, description="Not from the asker's own country.")
    different: bool | None = Field(None, description="Several, each from another country.")
    must: bool | None = Field(None, description="Needed, not only welcome.")
    id: str | None = Field(None, max_length=40, description="Not read.")
    derived: bool | None = Field(None, description="Not read: what a question brings is stated.")
    field: str | None = Field(None, max_length=40, description="Not read.")
    start: int | None = Field(None, description="Not read.")
    end: int | None = Field(None, description="Not read.")
    type_labels: list[str] | None = Field(None, max_length=6, description="Not read.")


class ReadQuestion(Strict):
    """What does this outline seek and bring? Give either `outline` or `text`."""

    outline: OutlineName | None = Field(None, description="Id or title of a stored outline.")
    text: Text | None = Field(None, description="An outline as text, in any EU language.")
    coordinator: OrganisationText | None = Field(
        None,
        description="Who asks; what it is itself is not derived as a need. Of a stored outline: its owner.",
    )


class SuggestQuestion(Strict):
    """Which consortium is wanted. Give either `outline` or `text`."""

    call: Id = Field(examples=["he-ria-ia-2021"])
    outline: OutlineName | None = Field(None, description="Id or title of a stored outline.")
    text: Text | None = Field(None, description="An outline as text, in any EU language.")
    coordinator: OrganisationText | None = None
    must: list[OrganisationText] = Field(
        [], max_length=LARGEST_SET, description="Organisations that have to be in."
    )
    exclude: list[OrganisationText] = Field(
        [], alias="not", max_length=1000, description="Organisations that must not be in."
    )
    apart: list[tuple[OrganisationText, OrganisationText]] = Field(
        [], max_length=200, description="Pairs of organisations that must not be in together."
    )
    size: str | None = Field(None, max_length=20, examples=["5-12"])
    want: list[Want] = Field(
        [], max_length=40, description="At least so many of a country, a kind or a type."
    )
    roles: dict[OrganisationText, RoleText] = Field(
        {}, max_length=LARGEST_SET, description="Settled roles, by organisation; rules may count by role."
    )
    limit: int = Field(5, ge=1, le=20)
    needs: list[NeedAsked] | None = Field(
        None, max_length=MOST_NEEDS, description="What is sought, in place of what the outline says."
    )
    preset: str = Field("balanced", max_length=40, description="Which weights: see the documentation.")
    budget_s: float | None = Field(
        None,
        ge=0.05,
        le=LONGEST_PROOF_S,
        description="Seconds that the proof may take; null: what the settings say. The command takes more.",
    )


class SteerQuestion(SuggestQuestion):
    """What could be changed in this set of `members`, under the question that led to it?"""

    members: list[OrganisationText] = Field(
        min_length=1, max_length=LARGEST_SET, description="The set's members, by id or name."
    )


class PartnersQuestion(Strict):
    """Who could work with this organisation, or with whoever wrote this text? Give one of them, or both."""

    organisation: OrganisationText | None = None
    text: Text | None = Field(
        None,
        description="What you do and whom you seek, in any EU language; null: what the organisation wrote.",
    )
    call: Id | None = None
    countries: list[Country] = Field(
        [], max_length=60, description="Only partners from these; empty: from any."
    )
    new_only: bool = Field(False, description="Only those with whom it never worked.")
    limit: int = Field(20, ge=1, le=200)


class WhyQuestion(Strict):
    """Why was this organisation suggested for this outline, or not, and what would change that?"""

    organisation: OrganisationText
    outline: OutlineName = Field(description="Id or title of a stored outline.")
    call: Id | None = Field(None, description="Whose rules hold; null: the outline's own call.")


class RankQuery(Strict):
    """One project idea that looks for partners."""

    id: Id
    text: str = Field("", max_length=LONGEST_TEXT)
    given: list[Id] = Field([], max_length=2000, description="Who is on board already; never in the answer.")
    coordinator: Id | None = None
    topic: str | None = Field(None, max_length=2000)
    programme: str | None = Field(None, max_length=2000)
    date: Day | None = Field(None, description="Only what was known before this day is used.")


class RankQuestion(Strict):
    """Many ideas at once."""

    queries: list[RankQuery] = Field(
        min_length=1,
        max_length=MOST_QUERIES,
        description=f"Their texts have at most {MOST_TEXT_RANKED:,} characters together.",
    )
    limit: int = Field(100, ge=1, le=1000)
    newcomers: float = Field(
        0.0, ge=0, le=1, description="How far organisations with few past projects are favoured."
    )

    @field_validator("queries")
    @classmethod
    def _texts_in_bounds(cls, queries: list[RankQuery]) -> list[RankQuery]:
        characters = sum(len(query.text) for query in queries)
        if characters > MOST_TEXT_RANKED:
            raise ValueError(
                f"the texts have {characters:,} characters together; at most {MOST_TEXT_RANKED:,} are read at once"
            )
        return queries


class MemberOf(Strict):
    """One member of the consortium to check. What is left out is unknown, and told so."""

    id: Id
    name: str | None = Field(None, max_length=500)
    country: Country | None = None
    kind: Kind | None = None
    owner: Id | None = Field(None, description="The ultimate parent; who owns itself repeats its own id.")
    budget_eur: float | None = Field(None, ge=0, le=1e12)
    role: str | None = Field(None, max_length=100, examples=["coordinator"])
    sme: bool | None = None


class CheckQuestion(Strict):
    """Are these members allowed?"""

    call: Id
    members: list[MemberOf] = Field(min_length=1, max_length=MOST_MEMBERS)


class IntegrateQuestion(Strict):
    """Which call's outlines are to be combined?"""

    call: Id
    without: list[OrganisationText] = Field(
        [], max_length=500, description="What if these outlines, organisations or countries dropped out?"
    )
    alternatives: bool = Field(
        False, description="Also two or three truly different integrations; takes longer."
    )


class DecisionMade(Strict):
    """What is decided? `about`: one outline, two for together and never, a stream for name; see `value`."""

    kind: Literal["put", "together", "never", "name", "carry", "withdraw"]
    about: list[OrganisationText] = Field(
        min_length=1, max_length=2, description="Withdrawn may also be an organisation or a country."
    )
    value: str = Field(
        "", max_length=200, description="put: the stream's id; name: the name; carry: how many links at most."
    )


Words = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Line = Annotated[str, Field(min_length=1, max_length=500)]
Language = Annotated[str, Field(pattern="^[a-z]{2,3}$", description="ISO 639, as in de.")]
Budget = Annotated[float, Field(ge=0, le=1e12)]


class OutlineAdded(Strict):
    """A new outline; a late one too."""

    call: Id
    title: Line
    text: Text
    organisation: OrganisationText
    country: Country | None = Field(None, description="null: the organisation's.")
    id: Id | None = Field(None, description="null: one is made from call, organisation and title.")
    language: Language | None = Field(None, description="null: found out.")
    offers: Words | None = None
    seeks: Words | None = None
    work_stream: Line | None = Field(None, description="One of the call's, by id or title.")
    budget_eur: Budget | None = None
    submitted: Day | None = None
    new_organisation: bool = Field(
        False, description="Keep the organisation under this name where nobody knows it."
    )


class OutlineEdited(Strict):
    """What becomes different of an outline: what is left out stays, null becomes unknown."""

    title: Line = ""
    text: Text = ""
    organisation: OrganisationText = ""
    country: Country = ""
    language: Language | None = None
    offers: Words | None = None
    seeks: Words | None = None
    work_stream: Line | None = None
    budget_eur: Budget | None = None
    submitted: Day | None = None


class OrganisationFacts(Strict):
    """What can be known of an organisation beside its name; `profile` is what it says of itself."""

    country: Country | None = None
    kind: Kind | None = None
    sme: bool | None = None
    owner: OrganisationText | None = Field(
        None, description="The ultimate parent; who owns itself repeats its own id."
    )
    city: Line | None = None
    url: Line | None = None
    profile: Words | None = None


class OrganisationAdded(OrganisationFacts):
    """A new organisation."""

    name: Line
    id: Id | None = Field(None, description="PIC, else LEI or ROR; null: one is made from name and country.")


class OrganisationMerged(Strict):
    """Which organisation is this one in truth?"""

    into: OrganisationText


class Deletion(Strict):
    """Is a record to be deleted so that it can be brought back?"""

    forget: bool = Field(False, description="For good: no text of it is kept, and it cannot be undone.")


class RecordsOf(StrEnum):
    """Which sort of records."""

    ORGANISATIONS = "organisations"
    OUTLINES = "outlines"


class DuplicatesAsked(Strict):
    """Which probable duplicates?"""

    of: RecordsOf = RecordsOf.ORGANISATIONS
    limit: int = Field(50, ge=1, le=500, description="At most so many pairs.")


class DuplicateDecided(Strict):
    """Are two records one?"""

    of: RecordsOf = RecordsOf.ORGANISATIONS
    keep: str = Field(min_length=1, max_length=300, description="By id or name; kept where both are one.")
    other: str = Field(min_length=1, max_length=300, description="By id or name.")
    same: bool = Field(
        description="true: the other is merged into the one kept; false: they are remembered as two."
    )


class OrganisationEdited(OrganisationFacts):
    """What becomes different of an organisation: what is left out stays, null becomes unknown."""

    name: Line | None = None


class SeatWritten(Strict):
    """A member of a consortium."""

    organisation: OrganisationText
    role: RoleText | None = Field(None, description="Such as coordinator or associated partner.")
    budget_eur: Budget | None = Field(None, description="Its part of the budget.")


Seats = Annotated[list[SeatWritten], Field(min_length=1, max_length=MOST_MEMBERS)]


class ConsortiumWritten(Strict):
    """A consortium to be kept by name; with an outline or a text it is scored, too."""

    name: Line
    call: Id
    members: Seats
    outline: OutlineName | None = Field(
        None, description="Id or title of a stored outline that it goes with."
    )
    text: Text | None = Field(None, description="An outline as text; kept for you alone.")
    notes: Words | None = None


class ConsortiumSeated(Strict):
    """Who is in a kept consortium from now on; those before stay as an earlier version."""

    members: Seats


class CommentWritten(Strict):
    """What somebody says of a consortium."""

    text: Annotated[str, Field(min_length=1, max_length=5_000)]


class ListQuestion(Strict):
    """Which part of a list? Lists are given in parts: `next` of an answer is the `cursor` of the following part."""

    cursor: str | None = Field(None, max_length=500, description="Where to go on; null: at the beginning.")
    limit: int = Field(PAGE, ge=1, le=500, description="At most so many.")
