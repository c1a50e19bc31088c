"""Which outlines make up an overall project, and what does the call demand of it? Frozen, no I/O."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from data.errors import BadInput
from data.model import Kind, Organisation, OrganisationId, Outline, OutlineId
from matcher.overall.decisions import Decisions
from matcher.overall.said import NOTHING, OwnWords

CAPACITY = {
    Kind.LARGE: 8,
    Kind.RESEARCH: 8,
    Kind.UNIVERSITY: 6,
    Kind.SME: 4,
    Kind.MUNICIPAL: 4,
}
"""Links that one outline's owner can carry, by kind; others: `Demands.max_links`. A planning assumption, not
a rule of any call; `Decisions.capacity` sets another number for one outline."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A work stream or a topic that the call names: `text` is what the encoder reads."""

    id: str
    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Demands:
    """What the call demands of the overall project. Countries are ISO 3166."""

    call: str
    streams: tuple[Topic, ...] = ()
    """The work streams, where the call gives them; empty: found in the texts."""
    topics: tuple[Topic, ...] = ()
    """What the call wants covered, beyond its streams."""
    countries: tuple[str, ...] = ()
    """The states that were invited; empty: nobody is reported missing."""
    min_links: int = 2
    """Links across a border that every outline must have."""
    max_links: int = 6
    min_countries: int = 2
    """Different states in every stream."""
    balance: float = 0.5
    """How far a stream's size may lie from the even share, as a part of it: 0.5 is from half to one and a
    half."""
    stream_count: tuple[int, int] = (3, 8)
    """How many streams may be found in the texts, where none are given."""

    def __post_init__(self) -> None:
        if not 0 <= self.min_links <= self.max_links:
            raise BadInput(
                f"links per outline: found {self.min_links} to {self.max_links}, needed 0 <= lowest <= highest"
            )
        if not self.balance >= 0:
            raise BadInput(f"balance must be 0 or more, not {self.balance}")
        if not 1 <= self.stream_count[0] <= self.stream_count[1]:
            raise BadInput(f"stream_count must be two rising numbers from 1 on, not {self.stream_count}")


@dataclass(frozen=True, slots=True)
class LinkWeights:
    """What a link is worth. The first three are shares of its strength; they are scaled to a sum of 1."""

    complement: float = 0.6
    """One seeks what the other offers."""
    topic: float = 0.2
    """Both write about the same."""
    tie: float = 0.2
    """Their owners have worked together."""
    price: float = 0.3
    """What a link beyond the least number must be worth, in units of strength."""
    same_stream: float = 0.1
    """How much more a link inside one stream is worth, as a part of its strength."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A call's outlines, sorted by id, with their vectors and their owners' ties.

    `texts`, `offers`, `seeks`: (n, d) float, row i belongs to outlines[i]; rows of length 1, or zero where
    nothing is said. `ties`: (n, n) CSR, symmetric, Newman weights between the owners. `shared_projects(a, b)`
    names the projects of two organisations.
    """

    outlines: tuple[Outline, ...]
    texts: np.ndarray
    offers: np.ndarray
    seeks: np.ndarray
    organisations: Mapping[OrganisationId, Organisation] = field(default_factory=dict)
    ties: sparse.csr_array | None = None
    shared_projects: Callable[[OrganisationId, OrganisationId], Sequence[str]] | None = None
    said: Mapping[OutlineId, OwnWords] = field(default_factory=dict)
    """What each outline said that it seeks and brings, to be quoted; nothing where nobody has read it."""
    meanings: Mapping[str, np.ndarray] = field(default_factory=dict)
    """(d,) unit vectors of what is sought and brought, by its words."""

    def __post_init__(self) -> None:
        ids = [outline.id for outline in self.outlines]
        if len(set(ids)) != len(ids):
            raise BadInput("an outline stands twice in the case; ids must differ")
        if ids != sorted(ids):
            raise ValueError("outlines must be sorted by id; build the case with Case.of")
        for name in ("texts", "offers", "seeks"):
            rows = getattr(self, name)
            if rows.ndim != 2 or rows.shape != self.texts.shape or len(rows) != len(ids):
                raise ValueError(f"{name}: expected ({len(ids)}, d), got {rows.shape}")
        if self.ties is not None and self.ties.shape != (len(ids), len(ids)):
            raise ValueError(f"ties: expected ({len(ids)}, {len(ids)}), got {self.ties.shape}")

    @classmethod
    def of(
        cls,
        outlines: Sequence[Outline],
        vectors: Mapping[str, np.ndarray],
        *,
        organisations: Mapping[OrganisationId, Organisation] | None = None,
        ties: sparse.csr_array | None = None,
        shared_projects: Callable[[OrganisationId, OrganisationId], Sequence[str]] | None = None,
        said: Mapping[OutlineId, OwnWords] | None = None,
        meanings: Mapping[str, np.ndarray] | None = None,
    ) -> "Case":
        """Sort everything by id. `vectors` has `texts`, `offers` and `seeks`; its rows and those of `ties` are in the
        order of `outlines`."""
        order = sorted(range(len(outlines)), key=lambda i: outlines[i].id)
        texts, offers, seeks = (
            np.asarray(vectors[name], dtype=np.float64)[order] for name in ("texts", "offers", "seeks")
        )
        return cls(
            tuple(outlines[i] for i in order),
            texts,
            offers,
            seeks,
            organisations or {},
            None if ties is None else sparse.csr_array(ties)[order][:, order],
            shared_projects,
            said or {},
            meanings or {},
        )

    def without(self, gone: Iterable[str]) -> "Case":
        """The case without some outlines."""
        withdrawn = set(gone)
        keep = [i for i, outline in enumerate(self.outlines) if outline.id not in withdrawn]
        return Case(
            tuple(self.outlines[i] for i in keep),
            self.texts[keep],
            self.offers[keep],
            self.seeks[keep],
            self.organisations,
            None if self.ties is None else self.ties[keep][:, keep],
            self.shared_projects,
            self.said,
            self.meanings,
        )

    def words_of(self, i: int) -> OwnWords:
        """What outline i said that it seeks, brings and does."""
        return self.said.get(self.outlines[i].id, NOTHING)

    def fingerprint(self) -> str:
        """Hexadecimal digits that change whenever an outline, its vectors, its owner or a tie changes."""
        digest = hashlib.sha256(repr(self.outlines).encode())
        for rows in (self.texts, self.offers, self.seeks):
            digest.update(np.round(rows, 5).tobytes())
        if self.ties is not None:
            digest.update(np.round(self.ties.toarray(), 5).tobytes())
        owners = sorted({outline.organisation for outline in self.outlines} & self.organisations.keys())
        digest.update(repr([self.organisations[owner] for owner in owners]).encode())
        return digest.hexdigest()

    @property
    def ids(self) -> tuple[OutlineId, ...]:
        return tuple(outline.id for outline in self.outlines)

    @property
    def countries(self) -> tuple[str | None, ...]:
        """Where each outline comes from; None where nobody knows."""
        return tuple(outline.country for outline in self.outlines)

    @property
    def states(self) -> tuple[str, ...]:
        """The countries that are known, each once, sorted."""
        return tuple(sorted({country for country in self.countries if country is not None}))

    def owner(self, i: int) -> str:
        """Who stands behind outline i: the ultimate parent where it is known, else the organisation
        itself."""
        organisation = self.organisations.get(self.outlines[i].organisation)
        return (organisation.owner if organisation else None) or self.outlines[i].organisation

    def capacity(self, i: int, demands: Demands, decisions: Decisions) -> int:
        """How many links outline i can carry; never below the call's least number unless somebody decided
        so."""
        outline = self.outlines[i]
        if outline.id in decisions.capacity:
            return decisions.capacity[outline.id]
        organisation = self.organisations.get(outline.organisation)
        usual = (
            CAPACITY.get(organisation.kind, demands.max_links) if organisation and organisation.kind else None
        )
        return max(demands.min_links, min(usual or demands.max_links, demands.max_links))
