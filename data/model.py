"""What are an Organisation, an Outline, a Project, a Participation and a History? Frozen, no I/O."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

from data.shown_names import shown_name

if TYPE_CHECKING:  # half a second to import: only who reads a history pays
    import pandas as pd

OrganisationId = NewType("OrganisationId", str)
"""The participant code (PIC) where there is one."""
OutlineId = NewType("OutlineId", str)
ProjectId = NewType("ProjectId", str)
CallId = NewType("CallId", str)


class Kind(StrEnum):
    """What sort of body an organisation is. `COMPANY` is a company whose size nobody has stated."""

    LARGE = "large"
    SME = "sme"
    COMPANY = "company"
    UNIVERSITY = "university"
    RESEARCH = "research"
    PUBLIC = "public"
    MUNICIPAL = "municipal"
    OTHER = "other"


def _require_country(country: str | None) -> None:
    if country is not None and not re.fullmatch(r"[A-Z]{2}", country):
        raise ValueError(f"country must be two upper-case letters (ISO 3166) or None, not {country!r}")


def _require_id(name: str, value: str) -> None:
    if not value or value != value.strip():
        raise ValueError(f"{name} must be a non-empty text without surrounding blanks, not {value!r}")


@dataclass(frozen=True, slots=True)
class Organisation:
    """A legal entity. Unknown is None, never "" or a guess; `country` is ISO 3166 (GR, not EL)."""

    id: OrganisationId
    name: str | None = None
    country: str | None = None
    kind: Kind | None = None
    sme: bool | None = None
    owner: OrganisationId | None = None
    """The ultimate parent; an organisation that owns itself repeats its own id."""
    city: str | None = None
    url: str | None = None
    profile: str | None = None
    """What the organisation says of itself, in any language."""
    fictional: bool = False
    withdrawn: dt.date | None = None
    """The day on which it was withdrawn: it is kept, and neither suggested nor part of the network. None: it stands."""

    def __post_init__(self) -> None:
        _require_id("id", self.id)
        _require_country(self.country)
        if self.kind is Kind.SME and self.sme is False:
            raise ValueError(f"organisation {self.id} is of kind 'sme' but its SME flag says no")
        if self.kind is Kind.LARGE and self.sme is True:
            raise ValueError(f"organisation {self.id} is of kind 'large' but its SME flag says yes")

    @property
    def label(self) -> str:
        """The name to show: the real one in soft capitals, else the participant code, said to be one."""
        return shown_name(self.name) if self.name else f"Organisation {self.id}"


@dataclass(frozen=True, slots=True)
class Outline:
    """A partial project idea: a few hundred words in any EU language, with an owner and a country."""

    id: OutlineId
    call: CallId
    title: str
    text: str
    organisation: OrganisationId
    country: str | None
    """Where it comes from; None where neither the outline nor its sender says so."""
    language: str | None = None
    """ISO 639-1, lower case."""
    offers: str | None = None
    seeks: str | None = None
    work_stream: str | None = None
    """The call's work stream that the owner chose, by its id; None where nobody chose."""
    budget_eur: float | None = None
    submitted: dt.date | None = None
    withdrawn: dt.date | None = None
    """The day on which it was withdrawn: it is kept, and matched with nobody. None: it stands."""

    def __post_init__(self) -> None:
        _require_id("id", self.id)
        _require_country(self.country)
        if self.language is not None and not re.fullmatch(r"[a-z]{2,3}", self.language):
            raise ValueError(f"language must be ISO 639 in lower case or None, not {self.language!r}")
        if self.budget_eur is not None and not self.budget_eur >= 0:
            raise ValueError(f"budget_eur must be 0 or more, not {self.budget_eur!r}")

    @property
    def full_text(self) -> str:
        """All that the encoder reads: title, text, offered, sought; one paragraph each."""
        return "\n".join(part for part in (self.title, self.text, self.offers, self.seeks) if part)


@dataclass(frozen=True, slots=True)
class OutlineHead:
    """What a list tells of an outline: no word of its text."""

    id: OutlineId
    call: CallId
    title: str
    organisation: OrganisationId
    country: str | None
    language: str | None = None
    withdrawn: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A funded project. `text` is what describes it: title, objective and call-topic titles, where known."""

    id: ProjectId
    title: str | None = None
    acronym: str | None = None
    objective: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    framework: str | None = None
    """H2020, HORIZON, FP7, …"""
    programme: str | None = None
    """The part of the framework programme (CORDIS `legalBasis`), as given: 'SC4', 'LEIT;SC2', …"""
    scheme: str | None = None
    topics: tuple[str, ...] = ()
    topic_titles: tuple[str, ...] = ()
    grant_eur: float | None = None
    fictional: bool = False

    def __post_init__(self) -> None:
        _require_id("id", self.id)

    @property
    def text(self) -> str:
        """Title, objective and topic titles, one paragraph each; "" where nothing is known."""
        return "\n".join(part for part in (self.title, self.objective, *self.topic_titles) if part)


@dataclass(frozen=True, slots=True)
class Participation:
    """One organisation's part in one project. `role`: coordinator, participant, partner, …, as given."""

    project: ProjectId
    organisation: OrganisationId
    role: str = "participant"
    contribution_eur: float | None = None


@dataclass(frozen=True, slots=True)
class Involvement:
    """An organisation's part in a project; `participants`: how many took part in all."""

    project: Project
    role: str
    contribution_eur: float | None
    participants: int


PROJECT_COLUMNS = (
    "id",
    "title",
    "acronym",
    "start",
    "end",
    "framework",
    "programme",
    "scheme",
    "topics",
    "text",
)
PARTICIPATION_COLUMNS = ("project", "organisation", "role", "contribution_eur")
ORGANISATION_COLUMNS = ("id", "name", "country", "kind", "sme", "owner", "city", "profile", "fictional")


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Who worked with whom, as tables, because there are many.

    `projects`: PROJECT_COLUMNS, sorted by (start, id), one row a project; `start`, `end` are datetime64
    (NaT where unknown), `topics` the codes joined by ";", `text` "" where unknown, other unknowns None.
    `participations`: PARTICIPATION_COLUMNS, sorted by (project's place in `projects`, organisation).
    `organisations`: ORGANISATION_COLUMNS, sorted by id, every organisation that the store knows.
    Who is withdrawn is in none of them.
    """

    projects: "pd.DataFrame"
    participations: "pd.DataFrame"
    organisations: "pd.DataFrame"

    def before(self, date: dt.date) -> "History":
        """Only the projects that start before `date`, and those who took part in them.

        Projects without a start date are left out; organisations stay, since profiles are not dated.
        """
        import pandas as pd

        known = self.projects[self.projects["start"] < pd.Timestamp(date)]
        kept = self.participations[self.participations["project"].isin(known["id"])]
        return History(known.reset_index(drop=True), kept.reset_index(drop=True), self.organisations)


@dataclass(frozen=True, slots=True)
class Collaborations:
    """Who worked with whom, without texts: what of a `History` makes a network, quick to read. Unknown is None."""

    organisations: Sequence[tuple[OrganisationId, str | None, str | None, str | None, bool]]
    """Id, name, country, kind and whether it is fictional; in order of id."""
    projects: Sequence[tuple[ProjectId, str | None, str | None, str | None]]
    """Id, acronym, title and start (ISO 8601); sorted by (start, id), unknown starts last."""
    participations: Sequence[tuple[ProjectId, OrganisationId]]
    """In any order."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One place of an imported file and what is to be said of it: a row not taken, a cell left empty, a conflict."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}:{self.reason}"


@dataclass(frozen=True, slots=True)
class Ignored:
    """A column or a sheet that was not read, and in how many of its cells something stands."""

    file: str
    what: str
    """As in `column 'Telefon'` or `sheet 'Hinweise'`."""
    filled: int


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file were read, where they left a choice, with sample cells for a person to judge by."""

    file: str
    codec: str
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a word of a file was taken for, and in how many rows; `meaning` None: nobody knows, it is a question."""

    column: str
    written: str
    meaning: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: records new, changed or unchanged, by kind of record; and what a person should know."""

    added: Mapping[str, int] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)
    unchanged: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[RowProblem, ...] = ()
    """Rows that were not taken."""
    dry_run: bool = False
    left_empty: tuple[RowProblem, ...] = ()
    """Cells that could not be read; what they say of their row is unknown."""
    conflicts: tuple[RowProblem, ...] = ()
    """Two rows that say different things of one record, with both lines."""
    notes: tuple[RowProblem, ...] = ()
    """What was taken, but not as it stands, or for something else than a row: total rows, cleaned texts."""
    ignored: tuple[Ignored, ...] = ()
    encodings: tuple[Encoding, ...] = ()
    readings: tuple[Interpretation, ...] = ()
    """What columns and words were taken for, once each for the whole file."""
    missing: tuple[Outline, ...] = ()
    """Outlines of the call that the store has and the file has not; removed where the import was to replace."""

    @property
    def questions(self) -> tuple[Interpretation, ...]:
        """The words that nobody knows; a mapping file answers them."""
        return tuple(reading for reading in self.readings if reading.meaning is None)

    @property
    def is_empty(self) -> bool:
        """Did nothing at all come in, not even what was there already?"""
        return not any(sum(counts.values()) for counts in (self.added, self.changed, self.unchanged))


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One write: when (UTC), who, what, and how many records of each kind were added, changed or removed."""

    at: dt.datetime
    who: str
    what: str
    counts: Mapping[str, int]
    id: int
    undoes: int | None = None
    """The entry that this one undid."""
    undone_by: int | None = None
    """The entry that undid this one, and was not undone itself."""
    can_be_undone: bool = False
    """Whether what became of each row was kept, and the entry is not undone already."""
