"""What does an answer stand on? One snapshot of the store: records, texts, network and ranker, never changed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.calls import CallProfile
from data.errors import NotFound
from data.model import CallId, Organisation, OrganisationId, Outline, OutlineId, ProjectId
from data.revisions import OwnerDecision
from embeddings.search import TextSearch
from graph.names.names import NameStatistics
from graph.network.network import Network
from matcher.ranking.rank import Ranker, Texts
from matcher.suggest.eligible import Eligible
from matcher.suggest.population import Population
from matcher.suggest.text_profiles import TextProfiles
from matcher.suggest.type_table import TypeTable


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """All that the matcher reads. A changed store makes a new one and swaps the reference, while requests go on."""

    revision: str
    population: Population
    search: TextSearch
    ranker: Ranker
    text_profiles: TextProfiles
    organisations: Mapping[OrganisationId, Organisation]
    outlines: Mapping[OutlineId, Outline]
    profiles: Mapping[CallId, CallProfile]
    owner_decisions: tuple[OwnerDecision, ...]
    types: TypeTable
    """Of every organisation of the population, by name, recorded kind and profile."""
    unknown: frozenset[OrganisationId] = frozenset()
    """The organisations that whoever asks does not know of: they are nobody's partners here."""

    @property
    def network(self) -> Network:
        return self.population.network

    def field(self, *, fictional: bool, beside: Sequence[OrganisationId] = ()) -> Eligible:
        """Return the organisations of one sort, worked out once for all snapshots of one history.

        `beside`: those of the other sort that stand among them all the same.
        """
        return self.population.eligible(fictional=fictional, beside=beside, without=self.unknown)

    @property
    def names(self) -> NameStatistics:
        """How common each word of a name is, so that names can suggest a common owner."""
        return self.population.names

    @property
    def fingerprint(self) -> tuple[str, str, str]:
        """What an answer depends on beside the question: records, texts, ranker."""
        return self.revision, self.search.fingerprint, self.ranker.fingerprint

    @property
    def basis(self) -> tuple[str, ...]:
        """What answers stand on, in words: the ranking, and texts that cannot be found yet."""
        waiting = self.search.waiting
        unread = (
            f"{waiting:,} texts of projects are not embedded yet and say nothing here; `konsort train` embeds them, "
            "and a running service does so beside its answers."
        )
        return (self.ranker.basis, unread) if waiting else (self.ranker.basis,)

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
        return self.population.project_titles.get(ProjectId(ident), ident)

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
    kinds: dict[str, list[str]] = {"project": [], "organisation": [], "outline": []}
    for entry in search.entries:
        kind, _, ident = entry.partition(":")
        kinds[kind].append(ident)
    known = tuple(outlines)
    return Texts(
        encoder=search.encoder.name,
        width=search.encoder.width,
        projects={ident: search.vector(f"project:{ident}") for ident in kinds["project"]},
        organisations=own_vectors(search, known, {*kinds["organisation"], *(o.organisation for o in known)}),
        encode=search.encode_all,
    )


def own_vectors(
    search: TextSearch, outlines: Iterable[Outline], organisations: Collection[str]
) -> dict[str, np.ndarray]:
    """Return (width,) unit vectors of what these organisations wrote themselves: the mean of outlines and profile."""
    own: dict[str, list[np.ndarray]] = {}
    for outline in outlines:
        if outline.organisation in organisations:
            own.setdefault(outline.organisation, []).append(search.vector(f"outline:{outline.id}"))
    for ident in organisations:
        if f"organisation:{ident}" in search:
            own.setdefault(ident, []).append(search.vector(f"organisation:{ident}"))
    return {ident: _unit(np.mean(rows, axis=0)) for ident, rows in own.items()}


def _unit(vector: np.ndarray) -> np.ndarray:
    length = float(np.linalg.norm(vector))
    return (vector / length if length else vector).astype(np.float32)
