"""What is answered about calls, types, outlines, organisations, owners and imports? Records, the same at every door."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

from data.calls import CallProfile, describe
from data.demands import Demand, Hardness, Layer
from data.model import (
    AuditEntry,
    CallId,
    Encoding,
    Ignored,
    ImportReport,
    Interpretation,
    Involvement,
    Kind,
    Organisation,
    OrganisationId,
    Outline,
    OutlineHead,
    OutlineId,
    Participation,
    Project,
    ProjectId,
)
from data.organisation_types import OrganisationType
from data.published import UNPUBLISHED, Counts, EuCountry, Rounded3
from matcher.ranking.query import Ranking
from service.app.question import RecordsOf

SHOWN_PROBLEMS = 5
"""So many of an import's bad rows are shown; the report holds all."""


@dataclass(frozen=True, slots=True)
class CallDemand:
    """One demand of a call."""

    id: str
    kind: Hardness
    text: str
    source: str
    verified: bool
    """False: the figure is recalled; it never gives a plain met."""
    layer: Layer
    """Who demands it: programme, topic, national overlay or user."""

    @classmethod
    def of(cls, demand: Demand) -> "CallDemand":
        """Return what is told of a demand."""
        return cls(demand.id, demand.hardness, demand.text, demand.source, demand.verified, demand.layer)


@dataclass(frozen=True, slots=True)
class Call:
    """A call's profile. The call text always prevails."""

    id: CallId
    title: str
    programme: str
    source: str
    valid_from: dt.date | None
    valid_until: dt.date | None
    fictional: bool
    demands: tuple[CallDemand, ...]
    words: str
    """All of it in plain words, a demand a line with its source."""

    @classmethod
    def of(cls, profile: CallProfile) -> "Call":
        """Return what is told of a profile."""
        return cls(
            id=profile.id,
            title=profile.title,
            programme=profile.programme,
            source=profile.source,
            valid_from=profile.valid_from,
            valid_until=profile.valid_until,
            fictional=profile.fictional,
            demands=tuple(map(CallDemand.of, profile.demands)),
            words=describe(profile),
        )


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A type of organisations, finer than the recorded kinds."""

    id: str
    label: str
    codes: tuple[str, ...]
    """Its place in NACE Rev. 2 or ISCED 2011."""

    @classmethod
    def of(cls, kind: OrganisationType) -> "TypeRow":
        """Return what is told of a type."""
        return cls(kind.id, kind.label, kind.codes)


@dataclass(frozen=True, slots=True)
class TypeList:
    """All types, by label."""

    types: tuple[TypeRow, ...]


@dataclass(frozen=True, slots=True)
class CallList:
    """All profiles."""

    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """What is told of an outline in a list: that it exists, its title, country, organisation and language."""

    id: OutlineId
    title: str
    country: EuCountry | None
    organisation: OrganisationId
    language: str | None
    withdrawn: dt.date | None
    """Since when it takes no part; None: it does."""

    @classmethod
    def of(cls, outline: Outline | OutlineHead) -> "OutlineRow":
        """Return what is told of an outline."""
        return cls(
            outline.id,
            outline.title,
            outline.country,
            outline.organisation,
            outline.language,
            outline.withdrawn,
        )


@dataclass(frozen=True, slots=True)
class OutlineList:
    """Outlines by id."""

    outlines: tuple[OutlineRow, ...]
    next: str | None = None
    """The cursor of the following part; None at the end."""


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """What is told of an organisation in a list."""

    id: OrganisationId
    name: str
    country: EuCountry | None
    kind: Kind | None
    fictional: bool

    @classmethod
    def of(cls, organisation: Organisation) -> "OrganisationRow":
        """Return what is told of an organisation."""
        return cls(
            organisation.id,
            organisation.label,
            organisation.country,
            organisation.kind,
            organisation.fictional,
        )


@dataclass(frozen=True, slots=True)
class OrganisationList:
    """Organisations that fit, best first."""

    organisations: tuple[OrganisationRow, ...]
    next: str | None = None
    """The cursor of the following part; None at the end."""


@dataclass(frozen=True, slots=True)
class OutlineKept:
    """All that is kept of one outline."""

    id: OutlineId
    call: CallId
    title: str
    text: str
    organisation: OrganisationId
    country: EuCountry
    language: str | None
    offers: str | None
    seeks: str | None
    work_stream: str | None
    budget_eur: float | None
    submitted: dt.date | None
    withdrawn: dt.date | None
    """Since when it takes no part; None: it does."""
    partners: tuple[OrganisationId, ...]
    """Who else takes part beside its sender, as the file said that it came in with."""

    @classmethod
    def of(cls, outline: Outline, partners: tuple[OrganisationId, ...]) -> "OutlineKept":
        """Return what is told of an outline to who may read it."""
        facts = {field.name: getattr(outline, field.name) for field in fields(outline)}
        return cls(**facts, partners=partners)


@dataclass(frozen=True, slots=True)
class OrganisationKept:
    """All that is kept of one organisation."""

    id: OrganisationId
    name: str | None
    country: EuCountry | None
    kind: Kind | None
    sme: bool | None
    owner: OrganisationId | None
    city: str | None
    url: str | None
    profile: str | None
    """What it says of itself."""
    fictional: bool
    withdrawn: dt.date | None
    """Since when it takes no part; None: it does."""

    @classmethod
    def of(cls, organisation: Organisation) -> "OrganisationKept":
        """Return what is told of an organisation."""
        return cls(**{field.name: getattr(organisation, field.name) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project in an organisation's list, with its part in it."""

    id: ProjectId
    acronym: str | None
    title: str | None
    start: dt.date | None
    end: dt.date | None
    role: str
    contribution_eur: float | None
    participants: int
    """How many took part."""

    @classmethod
    def of(cls, part: Involvement) -> "ProjectRow":
        """Return what is told of an organisation's part in a project."""
        project = part.project
        return cls(
            project.id,
            project.acronym,
            project.title,
            project.start,
            project.end,
            part.role,
            part.contribution_eur,
            part.participants,
        )


@dataclass(frozen=True, slots=True)
class ProjectList:
    """An organisation's projects, the latest first."""

    projects: tuple[ProjectRow, ...]
    next: str | None = None
    """The cursor of the following part; None at the end."""


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """Who took part in a project."""

    id: OrganisationId
    name: str
    country: EuCountry | None
    kind: Kind | None
    role: str
    contribution_eur: float | None


@dataclass(frozen=True, slots=True)
class ProjectKept:
    """All that is kept of one project: what a reason cites as `project:ID`."""

    id: ProjectId
    acronym: str | None
    title: str | None
    objective: str | None
    start: dt.date | None
    end: dt.date | None
    framework: str | None
    programme: str | None
    scheme: str | None
    topics: tuple[str, ...]
    topic_titles: tuple[str, ...]
    grant_eur: float | None
    fictional: bool
    participants: tuple[ParticipantRow, ...]

    @classmethod
    def of(
        cls, project: Project, participants: Sequence[tuple[Organisation, Participation]]
    ) -> "ProjectKept":
        """Return what is told of a project."""
        facts = {field.name: getattr(project, field.name) for field in fields(project)}
        rows = tuple(
            ParticipantRow(who.id, who.label, who.country, who.kind, part.role, part.contribution_eur)
            for who, part in participants
        )
        return cls(**facts, participants=rows)


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the audit."""

    id: int
    at: dt.datetime
    who: str
    what: str
    counts: Counts
    """How many records of each kind were added, changed and removed."""
    can_be_undone: bool
    undone_by: int | None
    """The change that undid it."""
    undoes: int | None
    """The change that it undid."""

    @classmethod
    def of(cls, entry: AuditEntry) -> "Change":
        """Return what is told of an entry."""
        return cls(**{field.name: getattr(entry, field.name) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class ChangeList:
    """What was changed, newest first."""

    changes: tuple[Change, ...]
    next: str | None = None
    """The cursor of the following part; None at the end."""


@dataclass(frozen=True, slots=True)
class RankingList:
    """One ranking for each query, in the order asked."""

    rankings: tuple[Ranking, ...]


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """A decision in words; `key` takes it back. Everybody of one state who left is one of these."""

    key: str
    kind: str
    about: tuple[str, ...]
    value: str | None
    text: str


@dataclass(frozen=True, slots=True)
class DecisionList:
    """All that is decided about a call's overall project."""

    call: str
    decisions: tuple[KeptDecision, ...]


@dataclass(frozen=True, slots=True)
class SuspectedOwner:
    """Two organisations whose names look like one owner, and about which nobody has decided."""

    a: OrganisationId
    name_a: str
    b: OrganisationId
    name_b: str
    why: str


@dataclass(frozen=True, slots=True)
class DuplicateSide:
    """One record of a pair."""

    id: str
    name: str
    """An organisation's name, an outline's title."""
    country: EuCountry | None
    facts: tuple[str, ...]
    """What else is known of it, shortened."""
    is_official: Annotated[bool, UNPUBLISHED] = False


@dataclass(frozen=True, slots=True)
class DuplicateRow:
    """Two records that may be of one thing, and about which nobody has decided."""

    of: RecordsOf
    keep: DuplicateSide
    """The one that is better kept: with a participant code, else the one of which more is known."""
    other: DuplicateSide
    similarity: Rounded3
    """Of names by words, of outlines by trigrams; in [0, 1]."""
    why: str


@dataclass(frozen=True, slots=True)
class DuplicateList:
    """Probable duplicates, the most alike first."""

    duplicates: tuple[DuplicateRow, ...]


@dataclass(frozen=True, slots=True)
class DuplicateKept:
    """What became of a pair."""

    kept: str
    other: str
    same: bool
    """Whether the other one was merged into the one that is kept; else they are remembered as two."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in, or would come in by a dry run: numbers of records by kind, and what was bad."""

    dry_run: bool
    added: Counts
    changed: Counts
    unchanged: Counts
    problems: int
    """How many rows were not taken."""
    first_problems: tuple[str, ...]
    report: str | None
    """The file that lists all that a person should look at; of a dry run, the file that would."""
    left_empty: int
    """How many cells could not be read; what they say of their row is unknown."""
    first_left_empty: tuple[str, ...]
    conflicts: tuple[str, ...]
    """Rows that contradict each other, with both lines."""
    notes: tuple[str, ...]
    ignored: tuple[Ignored, ...]
    encodings: tuple[Encoding, ...]
    readings: tuple[Interpretation, ...]
    """What headings and words were taken for; a word without a meaning is a question."""
    missing: tuple[OutlineId, ...]
    """Outlines that the call has and the file has not."""

    @classmethod
    def of(cls, report: ImportReport, path: Path | None) -> "Imported":
        """Return what is told of an import; `path`: where its bad rows are written."""
        return cls(
            dry_run=report.dry_run,
            added=report.added,
            changed=report.changed,
            unchanged=report.unchanged,
            problems=len(report.problems),
            first_problems=tuple(str(problem) for problem in report.problems[:SHOWN_PROBLEMS]),
            report=None if path is None else str(path),
            left_empty=len(report.left_empty),
            first_left_empty=tuple(str(cell) for cell in report.left_empty[:SHOWN_PROBLEMS]),
            conflicts=tuple(map(str, report.conflicts)),
            notes=tuple(map(str, report.notes)),
            ignored=report.ignored,
            encodings=report.encodings,
            readings=report.readings,
            missing=tuple(outline.id for outline in report.missing),
        )
