"""What comes back over HTTP? Response models: they describe the answers for `openapi.json`.

The answers themselves are the records' `as_dict()`. The fields stand here a second time on purpose: what is published
(EU-style countries, rounded values, plain words for kinds) has another shape than the records, and must not change
unseen with them. The tests hold every field of an answer against this description.
"""

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, Field

Verdict = Literal["met", "broken", "unknown"]


class ProblemAnswer(BaseModel):
    """Every error, RFC 9457."""

    type: str = Field(description="Names the kind of problem; stable.")
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = None
    errors: list[dict[str, str]] = Field([], description="What is wrong where.")


class AskAnswer(BaseModel):
    """A missing fact that would help to settle a rule. `members`: whom to ask; empty for a fact of the project."""

    members: list[str]
    fact: str
    text: str


class RuleAnswer(BaseModel):
    """One rule of the call, answered. The call text always prevails."""

    id: str
    kind: Literal["hard", "soft", "attestation"]
    answer: Verdict
    text: str
    found: str | float | int | None = None
    needed: str | float | int | None = None
    witness: list[str] = Field(description="Ids of members who make it so.")
    source: str
    why: str = Field(description="The proof or the shortfall, in words.")
    ask: list[AskAnswer] = Field(description="What to ask whom, where it cannot be told.")
    verified: bool = Field(description="false: the figure is recalled; it never gives a plain met.")
    layer: str = Field(description="Who demands it: programme, topic, national overlay or user.")


class ReasonAnswer(BaseModel):
    """One ground, as data; `text` is rendered from the rest."""

    name: str
    value: float
    evidence: list[str] = Field(
        description="Ids that it rests on, the most telling first; ten of a tie's projects at most."
    )
    text: str


class PartnerAnswer(BaseModel):
    """An organisation that was found. `score`: looks like consortia that were funded, no probability."""

    id: str
    name: str
    country: str | None
    kind: str | None
    role: str = Field(description="The coordinator's, a settled one, or proposed by kind.")
    score: float
    fictional: bool
    reasons: list[ReasonAnswer]


class TermAnswer(BaseModel):
    """One part of a consortium's value."""

    name: str
    value: float
    weight: float
    evidence: list[str]


class SuggestionAnswer(BaseModel):
    """One allowed consortium."""

    value: float
    gap: float | None = Field(description="Relative distance to the proven bound; null where none is known.")
    members: list[PartnerAnswer]
    rules: list[RuleAnswer]
    terms: list[TermAnswer]
    gaps: list[str] = Field(description="What the outline asks for and nobody here covers well.")


class ConflictAnswer(BaseModel):
    """One of the demands that cannot be met together; dropping any one of them would do."""

    id: str
    text: str
    source: str
    layer: str = Field(description="user: a wish of the question.")


class RelaxationAnswer(BaseModel):
    """A way out. `cost`: 1 is a wish dropped, 10 a rule of the call."""

    demands: list[str]
    text: str
    cost: float
    changes: list[tuple[str, str, float, float]] = Field(
        description="(demand, field, from, to) where a number suffices; empty where the demand has to go."
    )


class SuggestionsAnswer(BaseModel):
    """The best sets found; or, where none is allowed, which demands are in conflict."""

    run: str
    call: str
    status: Literal["optimal", "bounded", "infeasible"]
    claim: str = Field(description="What the status and every gap hold for, in words.")
    suggestions: list[SuggestionAnswer]
    conflict: list[ConflictAnswer] = Field(description="A minimal set of demands in conflict.")
    relaxations: list[RelaxationAnswer] = Field(description="Ways out, the cheapest first.")
    aspects: list[str] = Field(description="What the outline was read to ask for.")
    notes: list[str]


class TermChangeAnswer(BaseModel):
    """One part of the value before and after a swap; `worth`: weight times difference."""

    name: str
    before: float
    after: float
    worth: float


class RuleChangeAnswer(BaseModel):
    """A rule whose answer or finding changes with a swap."""

    id: str
    kind: Literal["hard", "soft", "attestation"]
    text: str
    before: Verdict
    after: Verdict
    found_before: str | float | int | None = None
    found_after: str | float | int | None = None


class SwapAnswer(BaseModel):
    """Somebody else in a member's place. `change`: of the set's value; `allowed`: no hard rule or wish breaks."""

    out: str
    in_: str = Field(alias="in")
    change: float
    allowed: bool
    terms: list[TermChangeAnswer]
    rules: list[RuleChangeAnswer]


class WithdrawalAnswer(BaseModel):
    """What happens when these leave: `breaks` and `opens` name rules; `country` where a whole country leaves."""

    leaving: list[str]
    country: str | None
    breaks: list[str]
    opens: list[str]


class WeakPointAnswer(WithdrawalAnswer):
    """A single member or country that must not leave, and who could step in, best first."""

    substitutes: list[str]


class ResilienceAnswer(BaseModel):
    """How much loss a set bears. `size`: of the smallest withdrawal that breaks a hard rule; null where none does."""

    size: int | None
    exact: bool = Field(
        description="false: searched no further than this; fewer members leaving break nothing."
    )
    smallest: list[WithdrawalAnswer]
    weak_points: list[WeakPointAnswer]


class SteeringAnswer(BaseModel):
    """What can be done with a set."""

    run: str
    call: str
    members: list[str]
    rules: list[RuleAnswer]
    swaps: list[SwapAnswer] = Field(description="In the members' order, the best first for each.")
    resilience: ResilienceAnswer


class FrontPointAnswer(BaseModel):
    """A set on the front: no other found has both more fit and more new ties. Both are shares in [0, 1]."""

    members: list[str]
    fit: float
    new_ties: float
    ties_weight: float


class TradeOffAnswer(BaseModel):
    """The front, from most fit to most new ties."""

    run: str
    call: str
    points: list[FrontPointAnswer]


class PartnersAnswer(BaseModel):
    """Partners, best first."""

    run: str
    partners: list[PartnerAnswer]
    notes: list[str]


class RankingAnswer(BaseModel):
    """One query's answer: pairs of organisation id and score, best first."""

    id: str
    ranked: list[tuple[str, float]]


class RankingsAnswer(BaseModel):
    """One ranking for each query, in the order asked."""

    rankings: list[RankingAnswer]


class CheckAnswer(BaseModel):
    """The overall answer is that of the hard rules."""

    call: str
    answer: Verdict
    rules: list[RuleAnswer]


class ActorAnswer(BaseModel):
    """An organisation as the network knows it."""

    id: str
    name: str | None
    country: str | None
    kind: str | None
    projects: int
    partners: int
    umbrella: bool
    fictional: bool


class TieAnswer(BaseModel):
    """A working tie; `weight` is the sum over shared projects of 1 / (participants - 1)."""

    a: str
    b: str
    weight: float
    projects: list[str]
    last_shared: int | None


class AroundAnswer(BaseModel):
    """An organisation, its strongest partners and the ties among them."""

    centre: ActorAnswer
    partners: list[ActorAnswer]
    ties: list[TieAnswer]
    among: list[TieAnswer]
    partners_in_all: int


class PathAnswer(BaseModel):
    """The strongest chain of introductions."""

    found: bool
    a: ActorAnswer
    b: ActorAnswer
    actors: list[ActorAnswer]
    ties: list[TieAnswer]
    cost: float | None
    direct: TieAnswer | None
    through_umbrella: bool


class CountryTieAnswer(BaseModel):
    """How strongly two countries work together."""

    country: str
    weight: float
    projects: int


class CountryAnswer(BaseModel):
    """One country in the network."""

    country: str
    organisations: int
    active: int
    projects: int
    within: float
    ties: list[CountryTieAnswer]
    leading: list[ActorAnswer]


class MatrixAnswer(BaseModel):
    """Country by country: tie weights and shared projects, rows and columns in the order of `countries`."""

    countries: list[str]
    weights: list[list[float]]
    projects: list[list[int]]


class SummaryAnswer(BaseModel):
    """The network in figures."""

    organisations: int
    active: int
    projects: int
    participations: int
    ties: int
    countries: int
    largest_component: int
    first_year: int | None
    last_year: int | None
    giant_projects: list[str]
    umbrella_organisations: list[str]


class DemandAnswer(BaseModel):
    """One demand of a call."""

    id: str
    kind: Literal["hard", "soft", "attestation"]
    text: str
    source: str
    verified: bool


class CallAnswer(BaseModel):
    """A call's profile. The call text always prevails."""

    id: str
    title: str
    programme: str
    source: str
    valid_from: dt.date | None
    valid_until: dt.date | None
    fictional: bool
    demands: list[DemandAnswer]


class CallsAnswer(BaseModel):
    """All profiles."""

    calls: list[CallAnswer]


class OutlineAnswer(BaseModel):
    """What is told of an outline: that it exists, its title, country, organisation and language."""

    id: str
    title: str
    country: str
    organisation: str
    language: str | None


class OutlinesAnswer(BaseModel):
    """Outlines by id."""

    outlines: list[OutlineAnswer]


class FoundAnswer(BaseModel):
    """An organisation by name."""

    id: str
    name: str
    country: str | None
    kind: str | None
    fictional: bool


class FoundsAnswer(BaseModel):
    """Organisations that fit, best first."""

    organisations: list[FoundAnswer]


class StreamAnswer(BaseModel):
    """One work stream of the overall project."""

    id: str
    name: str
    terms: list[str]
    outlines: list[str]
    countries: list[str]


class LinkAnswer(BaseModel):
    """Two outlines that should work together."""

    a: str
    b: str
    countries: list[str]
    strength: float
    why: list[dict[str, Any]] = Field(
        description="Grounds as data: what one seeks and the other offers, topics, ties."
    )


class DecisionAnswer(BaseModel):
    """One decision of the coordinator; `key` takes it back."""

    key: str
    kind: str
    about: list[str]
    value: str | None
    text: str


class DecisionsAnswer(BaseModel):
    """All that is decided about a call's overall project."""

    call: str
    decisions: list[DecisionAnswer]


class IntegrationAnswer(BaseModel):
    """The integrated overall project."""

    run: str
    call: str
    fictional: bool
    status: str
    gap: float | None
    streams: list[StreamAnswer]
    links: list[LinkAnswer]
    isolated: list[str]
    uncovered: list[Any]
    fragile: list[Any]
    rules: list[RuleAnswer]
    alternatives: list[dict[str, Any]] | None = Field(None, description="Where they were asked for.")
