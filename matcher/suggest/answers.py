"""What is asked of the matcher, and what does it answer? Frozen records, published as they are."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from data.errors import BadInput
from data.model import CallId, Kind, Organisation, OrganisationId, OutlineId
from data.published import EuCountry, Rounded4, Rounded6, derived
from graph.rules.rules import RuleAnswer
from matcher.needs.read import Need, Statements
from matcher.solver.assemble import ConflictingDemand, Relaxation, Status, Term
from matcher.suggest.gaps import NearestOutside
from matcher.suggest.reasons import Reason
from matcher.suggest.wishes import WishAnswer


@dataclass(frozen=True, slots=True)
class SuggestRequest:
    """Which consortium is wanted: by a stored outline or a text, for a call, within the coordinator's wishes."""

    call: CallId
    outline: OutlineId | None = None
    text: str | None = None
    coordinator: OrganisationId | None = None
    must: tuple[OrganisationId, ...] = ()
    exclude: tuple[OrganisationId, ...] = ()
    apart: tuple[tuple[OrganisationId, OrganisationId], ...] = ()
    """Pairs that must not be in one consortium."""
    size: tuple[int, int] | None = None
    roles: tuple[tuple[OrganisationId, str], ...] = ()
    """Settled roles, such as (id, "associated")."""
    wants: tuple[tuple[int, str], ...] = ()
    """At least so many members of a country (two letters), a kind or a type, such as (2, "sme") or (1, "FR")."""
    limit: int = 5
    preset: str = "balanced"
    """Name of a weight preset of `matcher.solver.assemble`."""
    budget_s: float | None = None
    """Seconds that the solver may take; None: what the settings say."""
    topic: str | None = None
    """Call-topic codes such as LC-MG-1-3-2018, several joined by ";"; None: those of the call."""
    programme: str | None = None
    """Part of a framework programme such as SC4, as CORDIS writes legal bases."""
    needs: tuple[Need, ...] | None = None
    """What is sought, in place of what the outline says; None: what it says."""

    def __post_init__(self) -> None:
        if (self.outline is None) == (self.text is None):
            raise BadInput("give either an outline's id or a text, not both and not neither")
        if self.text is not None and not self.text.strip():
            raise BadInput("the text is empty; paste an outline of some sentences")
        if self.size is not None and not 1 <= self.size[0] <= self.size[1] <= 40:
            raise BadInput(f"size must be LOW-HIGH within 1-40, not {self.size[0]}-{self.size[1]}")
        if self.budget_s is not None and not 0.05 <= self.budget_s <= 600:
            raise BadInput(f"budget_s must be 0.05 to 600 seconds, not {self.budget_s}")
        if not 1 <= self.limit <= 20:
            raise BadInput(f"limit must be 1 to 20, not {self.limit}")


@dataclass(frozen=True, slots=True)
class PartnersRequest:
    """Who could work with this organisation, or with whoever wrote this text?"""

    organisation: OrganisationId | None = None
    text: str | None = None
    """What the asker does and seeks; None: what the store has from the organisation itself."""
    call: CallId | None = None
    countries: tuple[str, ...] = ()
    new_only: bool = False
    limit: int = 20

    def __post_init__(self) -> None:
        if self.organisation is None and self.text is None:
            raise BadInput("say whose partners are sought: an organisation, a text, or both")
        if self.text is not None and not self.text.strip():
            raise BadInput("the text is empty; write some sentences about what you do and whom you seek")
        if not 1 <= self.limit <= 200:
            raise BadInput(f"limit must be 1 to 200, not {self.limit}")


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation in an answer: who, from where, of what kind, in which role, on what grounds."""

    id: OrganisationId
    name: str
    country: EuCountry | None
    kind: Kind | None
    role: str
    """The coordinator's, a settled one, or proposed by kind."""
    score: Rounded4
    """Looks like consortia that were funded; no probability."""
    fictional: bool
    reasons: tuple[Reason, ...]

    @classmethod
    def of(
        cls, organisation: Organisation, role: str, score: float, reasons: tuple[Reason, ...]
    ) -> "Partner":
        """Return what is told of an organisation that was found."""
        return cls(
            id=organisation.id,
            name=organisation.label,
            country=organisation.country,
            kind=organisation.kind,
            role=role,
            score=score,
            fictional=organisation.fictional,
            reasons=reasons,
        )


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One allowed consortium with its value, the distance to the proven bound, its rules and terms."""

    value: Rounded6
    gap: Rounded6 | None
    """Relative distance to the proven bound; None where none is known."""
    members: tuple[Partner, ...]
    rules: tuple[RuleAnswer, ...]
    terms: tuple[Term, ...]
    gaps: tuple[str, ...] = ()
    """What the outline asks for and nobody in the set covers well, in the outline's own words."""
    nearest: tuple[NearestOutside, ...] = ()
    """Who outside the set comes nearest to each gap; a gap that nobody comes near has none."""


@dataclass(frozen=True, slots=True)
class UnkeptRule:
    """A soft rule that cannot be kept, and what it conflicts with."""

    rule: str
    rule_text: str
    conflict: tuple[ConflictingDemand, ...]
    """Demands that cannot be met together with it."""
    justification: str | None
    """What has to be justified."""

    @derived
    def text(self) -> str:
        """The sentence, rendered from the fields."""
        others = "; ".join(part.text for part in self.conflict) or "what is asked"
        justified = f" To be justified: {self.justification}." if self.justification else ""
        return f"{self.rule} ({self.rule_text}) cannot be kept together with: {others}.{justified}"


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The whole answer to a SuggestRequest."""

    run: str
    call: CallId
    status: Status
    claim: str
    """What `status` and every `gap` hold for, in words."""
    suggestions: tuple[Suggestion, ...]
    conflict: tuple[ConflictingDemand, ...] = ()
    """A minimal set of demands that cannot be met together."""
    relaxations: tuple[Relaxation, ...] = ()
    """Ways out, the cheapest first."""
    aspects: tuple[str, ...] = ()
    """What the outline was read to ask for."""
    notes: tuple[str, ...] = ()
    understood: Statements = field(kw_only=True)
    """How the outline was read: what is sought, what its author brings, what it is about."""
    wishes: tuple[WishAnswer, ...] = ()
    """How each wish for a country, a kind or a type was understood, in the order asked."""
    unkept: tuple[UnkeptRule, ...] = ()
    """Soft rules that no set can keep together with what else is asked; all others are kept by every suggestion."""

    @derived
    def impossible(self) -> bool:
        """Whether no set can meet the demands however the facts turn out that nobody has recorded."""
        named = {part.demand for part in self.conflict}
        unsure = {f"want:{wish.wish}" for wish in self.wishes if not wish.complete}
        return self.status == "infeasible" and unsure.isdisjoint(named)


@dataclass(frozen=True, slots=True)
class Partners:
    """The whole answer to a PartnersRequest."""

    run: str
    partners: tuple[Partner, ...]
    notes: tuple[str, ...] = ()
    understood: Statements = field(kw_only=True)
    """How the asker's words were read: what is sought, what is brought, what they are about."""


def run_id(*parts: Any) -> str:
    """Twelve hexadecimal digits that name an answer: the same store, settings and question give the same."""
    written = json.dumps([asdict(p) if hasattr(p, "__dataclass_fields__") else p for p in parts], default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:12]
