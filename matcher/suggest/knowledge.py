"""What does an answer stand on? One moment of the store: records, texts, network and ranker, never changed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from data.calls import CallProfile
from data.countries import WIDENING
from data.errors import NotFound
from data.model import CallId, History, Kind, Organisation, OrganisationId, Outline, OutlineId, ProjectId
from data.revisions import OwnerDecision
from embeddings.search import TextSearch
from graph.names.names import NameStatistics
from graph.network.network import Network
from graph.rules.members import Member
from matcher.ranking.rank import Ranker, Texts
from matcher.solver.facts import KINDS, Facts
from matcher.suggest.eligible import Eligible
from matcher.suggest.text_profiles import TextProfiles


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """All that the matcher reads. A rebuild makes a new one and swaps the reference, while requests go on."""

    revision: str
    network: Network
    search: TextSearch
    ranker: Ranker
    roster: TextProfiles
    facts: Facts
    """One row an organisation, in the roster's order."""
    fictional: np.ndarray
    """(n,) bool."""
    widening: np.ndarray
    """(n,) bool: seated in a country on the widening list."""
    organisations: Mapping[OrganisationId, Organisation]
    outlines: Mapping[OutlineId, Outline]
    profiles: Mapping[CallId, CallProfile]
    project_titles: Mapping[ProjectId, str]
    owner_decisions: tuple[OwnerDecision, ...]
    count_names: Callable[[], NameStatistics]
    """Gives how common each word of a name is; counted at first use, since only rules ask."""

    _fields: dict[bool, Eligible] = field(default_factory=dict, repr=False)

    def field(self, *, fictional: bool) -> Eligible:
        """Return the organisations of one sort, worked out once."""
        if fictional not in self._fields:
            places = np.flatnonzero(self.fictional == fictional)
            self._fields[fictional] = Eligible.of(
                places, self.roster, self.facts, self.widening, self.network
            )
        return self._fields[fictional]

    @property
    def names(self) -> NameStatistics:
        """How common each word of a name is, so that names can suggest a common owner."""
        return self.count_names()

    @property
    def fingerprint(self) -> tuple[str, str, str]:
        """What an answer depends on beside the question: records, texts, ranker."""
        return self.revision, self.search.fingerprint, self.ranker.fingerprint

    def organisation(self, ident: str) -> Organisation:
        """Return one organisation; NotFound where the id is unknown."""
        try:
            return self.organisations[OrganisationId(ident)]
        except KeyError:
            raise NotFound(
                f"no organisation {ident!r} in the store; `konsort graph around` finds one by name"
            ) from None

    def outline(self, ident: str) -> Outline:
        """Return one outline; NotFound where the id is unknown."""
        try:
            return self.outlines[OutlineId(ident)]
        except KeyError:
            raise NotFound(
                f"no outline {ident!r} in the store; `konsort outlines --call CALL` lists them"
            ) from None

    def project_title(self, ident: str) -> str:
        """Name a project for people; its id where no title is known."""
        return self.project_titles.get(ProjectId(ident), ident)

    def profile(self, ident: str) -> CallProfile:
        """Return one call profile; NotFound where the id is unknown."""
        try:
            return self.profiles[CallId(ident)]
        except KeyError:
            raise NotFound(
                f"no call {ident!r}; `konsort calls` lists those there are: {', '.join(self.profiles)}"
            ) from None


def ranker_texts(search: TextSearch, outlines: Iterable[Outline]) -> Texts:
    """Give the ranker the index's vectors: of projects, and of what organisations wrote themselves (their mean)."""
    own: dict[str, list[np.ndarray]] = {}
    for outline in outlines:
        own.setdefault(outline.organisation, []).append(search.vector(f"outline:{outline.id}"))
    kinds: dict[str, list[str]] = {"project": [], "organisation": [], "outline": []}
    for entry in search.entries:
        kind, _, ident = entry.partition(":")
        kinds[kind].append(ident)
    for ident in kinds["organisation"]:
        own.setdefault(ident, []).append(search.vector(f"organisation:{ident}"))
    return Texts(
        encoder=search.encoder.name,
        width=search.encoder.width,
        projects={ident: search.vector(f"project:{ident}") for ident in kinds["project"]},
        organisations={ident: _unit(np.mean(rows, axis=0)) for ident, rows in own.items()},
        encode=search.encode_all,
    )


def _unit(vector: np.ndarray) -> np.ndarray:
    length = float(np.linalg.norm(vector))
    return (vector / length if length else vector).astype(np.float32)


def member_of(organisation: Organisation, *, role: str | None = None) -> Member:
    """What the rules may know of an organisation; its budget is asked for, not guessed."""
    return Member(
        id=organisation.id,
        name=organisation.label,
        country=organisation.country,
        kind=organisation.kind,
        owner=organisation.owner,
        role=role,
        sme=organisation.sme,
    )


def completed(member: Member, organisation: Organisation | None) -> Member:
    """Return a member whose unknown facts are those that the store has; what is stated stays."""
    if organisation is None:
        return member
    known = member_of(organisation)
    missing = {
        name: getattr(known, name)
        for name in ("name", "country", "kind", "owner", "sme")
        if getattr(member, name) is None
    }
    return replace(member, **missing)


def titles_of(history: History) -> dict[ProjectId, str]:
    """Name every project for people: acronym and title as far as known, else its id."""
    table = history.projects
    return {
        ProjectId(ident): ": ".join(part for part in (_known(acronym), _known(title)) if part) or str(ident)
        for ident, acronym, title in zip(table["id"], table["acronym"], table["title"], strict=True)
    }


def facts_of(history: History) -> Facts:
    """Read the solver's columns off the organisations' table, in its order."""
    table = history.organisations
    place = {kind.value: position for position, kind in enumerate(KINDS)}
    sme = [
        1
        if flag is True or kind == Kind.SME.value
        else 0
        if flag is False or kind == Kind.LARGE.value
        else -1
        for flag, kind in zip(table["sme"], table["kind"], strict=True)
    ]
    return Facts.from_columns(
        ids=list(table["id"]),
        country=[_known(each) for each in table["country"]],
        kind=[place.get(each, -1) for each in table["kind"]],
        sme=sme,
        owner=[_known(each) for each in table["owner"]],
    )


def widening_of(history: History) -> np.ndarray:
    """Return (n,) bool: whose country is on the widening list."""
    return history.organisations["country"].isin(list(WIDENING)).to_numpy()


def _known(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
