"""What is combined, what does the call ask of the whole, and what has the coordinator decided? Frozen, no
I/O."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from data.errors import BadInput
from data.model import Kind, Organisation, OrganisationId, Outline, OutlineId

Pair = tuple[OutlineId, OutlineId]

CAPACITY = {
    Kind.LARGE: 8,
    Kind.RESEARCH: 8,
    Kind.UNIVERSITY: 6,
    Kind.SME: 4,
    Kind.MUNICIPAL: 4,
}
"""Links that one outline's owner can carry, by kind; others: `Demands.max_links`. A planning assumption, not
a rule of any call; `Decisions.capacity` sets another number for one outline."""


def ordered(a: str, b: str) -> Pair:
    """The pair with the smaller id first, so that (a, b) and (b, a) are one."""
    return (OutlineId(a), OutlineId(b)) if a <= b else (OutlineId(b), OutlineId(a))


@dataclass(frozen=True, slots=True)
class Topic:
    """A work stream or a topic that the call names: `text` is what the encoder reads."""

    id: str
    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Demands:
    """What the call asks of the overall project. Countries are ISO 3166."""

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
class Decisions:
    """What the coordinator has decided; kept in every run.

    `streams`: this outline in that stream. `together`: both in one stream and, where a border lies between
    them, linked. `never`: neither linked nor in one main stream. `names`: this stream is named so.
    `capacity`: so many links at most. `withdrawn`: left out.
    """

    streams: Mapping[str, str] = field(default_factory=dict)
    together: frozenset[Pair] = frozenset()
    never: frozenset[Pair] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    capacity: Mapping[str, int] = field(default_factory=dict)
    withdrawn: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        both = self.together & self.never
        if both:
            a, b = min(both)
            raise BadInput(
                f"{a} and {b} are decided to be together and never together; take one decision back"
            )
        for a, b in sorted(self.together):
            if a in self.streams and b in self.streams and self.streams[a] != self.streams[b]:
                raise BadInput(
                    f"{a} and {b} are decided to be together, but {a} in stream {self.streams[a]!r} and {b} in "
                    f"stream {self.streams[b]!r}; take one of the three decisions back"
                )
        for a, b in sorted(self.never):
            if a in self.streams and self.streams.get(b) == self.streams[a]:
                raise BadInput(
                    f"{a} and {b} are decided never to be together, but both to be in stream "
                    f"{self.streams[a]!r}; take one of the three decisions back"
                )
        for outline, links in sorted(self.capacity.items()):
            if links < 0:
                raise BadInput(f"capacity of {outline} must be 0 or more links, not {links}")

    def as_json(self) -> str:
        """The decisions as one JSON document, keys sorted, for `store.put_setting`."""
        told = {
            "streams": dict(self.streams),
            "together": sorted(map(list, self.together)),
            "never": sorted(map(list, self.never)),
            "names": dict(self.names),
            "capacity": dict(self.capacity),
            "withdrawn": sorted(self.withdrawn),
        }
        return json.dumps(told, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | None) -> "Decisions":
        """Read what `as_json` wrote; None or "" is no decision. Raises BadInput for anything else."""
        if not text:
            return cls()
        try:
            told = json.loads(text)
            known = {"streams", "together", "never", "names", "capacity", "withdrawn"}
            if not isinstance(told, dict) or not told.keys() <= known:
                raise ValueError(f"needed an object with {', '.join(sorted(known))}")
            return cls(
                streams={str(k): str(v) for k, v in told.get("streams", {}).items()},
                together=frozenset(ordered(str(a), str(b)) for a, b in told.get("together", [])),
                never=frozenset(ordered(str(a), str(b)) for a, b in told.get("never", [])),
                names={str(k): str(v) for k, v in told.get("names", {}).items()},
                capacity={str(k): int(v) for k, v in told.get("capacity", {}).items()},
                withdrawn=frozenset(map(str, told.get("withdrawn", []))),
            )
        except (ValueError, TypeError, AttributeError) as error:
            raise BadInput(f"the decisions are not readable: {error}") from error


@dataclass(frozen=True, slots=True)
class Weights:
    """What a link is worth. The first three are shares of its strength; they are scaled to a sum of 1."""

    complement: float = 0.6
    """One seeks what the other offers."""
    topic: float = 0.2
    """Both write about the same."""
    tie: float = 0.2
    """Their owners have worked together."""
    price: float = 0.3
    """What a link beyond the least number must be worth, in units of strength."""
    same_stream: float = 0.25
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
        )

    def without(self, gone: Iterable[str]) -> "Case":
        """The case without some outlines."""
        left = set(gone)
        keep = [i for i, outline in enumerate(self.outlines) if outline.id not in left]
        return Case(
            tuple(self.outlines[i] for i in keep),
            self.texts[keep],
            self.offers[keep],
            self.seeks[keep],
            self.organisations,
            None if self.ties is None else self.ties[keep][:, keep],
            self.shared_projects,
        )

    @property
    def ids(self) -> tuple[OutlineId, ...]:
        return tuple(outline.id for outline in self.outlines)

    @property
    def countries(self) -> tuple[str, ...]:
        return tuple(outline.country for outline in self.outlines)

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
