"""What exactly is asked of the solver? A request, read against the store, becomes candidates, demands and wishes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from data.calls import CallProfile
from data.demands import AllMembers, plain_role
from data.errors import BadInput
from data.model import OrganisationId, Outline
from matcher.needs.read import Statements
from matcher.ranking.query import Query
from matcher.solver.assemble import PRESETS, TeamProblem, Weights, Wishes
from matcher.solver.facts import Facts
from matcher.solver.problem import LARGEST_WISH
from matcher.solver.select import NO, pick
from matcher.suggest.answers import SuggestRequest
from matcher.suggest.candidates import Candidates, gather
from matcher.suggest.knowledge import Knowledge
from matcher.suggest.reading import Reading, read, understand
from matcher.suggest.roles import beside_by, countries_named, known_roles
from matcher.suggest.surroundings import Surroundings, surroundings
from matcher.suggest.wishes import Wish, wish_of

SIZE = (3, 10)
"""Members, where neither the call nor the coordinator says how many."""


MORE_ROOM = 3
"""So many members more are allowed at a time where what is asked does not fit into a size that nobody asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Formulation:
    """A request as the solver sees it, and what is needed to tell its answer to people."""

    request: SuggestRequest
    profile: CallProfile
    lead: OrganisationId | None
    owner: OrganisationId | None
    """Whose outline it is, where it is a stored one."""
    understood: Statements
    reading: Reading
    candidates: Candidates
    problem: TeamProblem
    around: Surroundings
    wishes: tuple[Wish, ...] = ()
    open_wishes: frozenset[str] = frozenset()
    """Ids of the wishes for which they count, too, of whom the fact is not recorded."""

    def opening(self, wishes: Iterable[str]) -> "Formulation":
        """The same, but for these wishes, by id, those of whom the fact is not recorded count as well."""
        opened = self.open_wishes | frozenset(wishes)
        demands = tuple(wish.demand(self.candidates.ids, open_too=wish.id in opened) for wish in self.wishes)
        problem = replace(self.problem, wishes=replace(self.problem.wishes, demands=demands))
        return replace(self, problem=problem, open_wishes=opened)

    def keeping(self, soft: Iterable[str]) -> "Formulation":
        """The same, but these soft demands, by id, are to be kept as if they were hard."""
        return replace(self, problem=replace(self.problem, kept=tuple(soft)))

    def for_team(self, team: Collection[OrganisationId]) -> "Formulation":
        """The same as a given set needs it: what is not recorded counts for the wishes that it keeps only so."""
        rows = [self.candidates.rows[member] for member in team if member in self.candidates.rows]
        return self.opening(wish.id for wish in self.wishes if wish.short(rows))

    def larger(self) -> "Formulation | None":
        """The same with room for some more members, where nobody asked for a size and the call allows it; else None."""
        low, high = self.problem.wishes.size
        allowed = min(LARGEST_WISH, self.profile.size_range[1] or LARGEST_WISH)
        if self.request.size is not None or high >= allowed:
            return None
        wishes = replace(self.problem.wishes, size=(low, min(high + MORE_ROOM, allowed)))
        return replace(self, problem=replace(self.problem, wishes=wishes))


def formulate(
    request: SuggestRequest, knowledge: Knowledge, *, beside: Sequence[OrganisationId] = ()
) -> Formulation:
    """Read the outline, gather who could take part, and put the question. `beside`: who is asked about beside it.

    Raises NotFound for unknown ids, BadInput for wishes that cannot be read, NotReady for an empty store.
    """
    profile = knowledge.profile(request.call)
    outline = knowledge.outline(request.outline) if request.outline else None
    _know_all(request, knowledge)
    _know_roles(request, profile)
    owner = outline.organisation if outline else None
    lead = request.coordinator or owner
    author = owner or lead
    beside_lead = _author_beside(request, owner)
    given = (*request.must, *beside_lead)
    understood, reading = _read(request, outline, author, knowledge)
    query = Query(
        id="suggest",
        text=reading.text,
        coordinator=lead,
        given=given,
        topic=request.topic or ";".join(profile.topics) or None,
        programme=request.programme,
    )
    around = surroundings((lead, *given), knowledge, profile=profile).among(beside, knowledge)
    candidates = gather(
        reading,
        query,
        knowledge,
        around.field(knowledge),
        own=_country(author, knowledge),
        within=countries_named(profile),
    ).lacking(author, reading)
    wishes = tuple(wish_of(least, of, candidates.field, knowledge) for least, of in request.wants)
    lead, must = _leading(lead, request, profile, knowledge)
    problem = TeamProblem(
        facts=_with_parts(candidates.field.facts, profile),
        fit=candidates.fit,
        aspects=candidates.aspects,
        aspect_weights=reading.weights,
        ties=candidates.field.ties,
        demands=profile.demands,
        wishes=Wishes(
            size=request.size or _usual_size(profile, request),
            coordinator=lead,
            must=(*must, *beside_lead),
            exclude=request.exclude,
            apart=request.apart,
            roles=dict(request.roles),
        ),
        weights=_weights(request.preset, reading),
        relevance=candidates.text,
        newcomer=candidates.field.newcomer,
        widening=candidates.field.widening,
        on=profile.reference_date,
        pillar=profile.pillar,
        same_owner=tuple(
            frozenset((decision.a, decision.b)) for decision in knowledge.owner_decisions if decision.same
        ),
    )
    question = Formulation(
        request, profile, lead, owner, understood, reading, candidates, problem, around, wishes
    )
    return question.opening(wish.id for wish in wishes if wish.short())


def _author_beside(request: SuggestRequest, owner: OrganisationId | None) -> tuple[OrganisationId, ...]:
    """Whose outline it is, where another leads: a member, unless that is what nobody wants."""
    if owner is None or request.coordinator is None:
        return ()
    return () if owner in {request.coordinator, *request.must, *request.exclude} else (owner,)


def _read(
    request: SuggestRequest, outline: Outline | None, author: OrganisationId | None, knowledge: Knowledge
) -> tuple[Statements, Reading]:
    """Read the outline as its author means it; places of words are those in the text as it was sent."""
    asker = None if author is None else knowledge.organisation(author)
    if outline is None:
        text = request.text or ""
        understood = understand(text, author=asker, needs=request.needs)
        return understood, read(text.strip(), knowledge.search, statements=understood)
    understood = understand(
        outline.text, seeks=outline.seeks, offers=outline.offers, author=asker, needs=request.needs
    )
    source = f"outline:{outline.id}"
    return understood, read(outline.full_text, knowledge.search, source=source, statements=understood)


NEEDS_FIRST = 4.0
"""What coverage weighs where an outline says whom it seeks, over what the preset says."""
FILLER_COSTS = 3.0
"""What one more member costs then, over what the preset says: who answers no need must be an excellent partner."""
RANKING_FIRST = 0.05
"""What coverage, ties and balance weigh where it says nobody, over what the preset says: then the ranking decides,
which knows the ties already."""


def _weights(preset: str, reading: Reading) -> Weights:
    """The preset's weights: where needs are stated they come first, where none is, the ranking does."""
    weights = PRESETS[preset]
    if reading.stated:
        return replace(weights, coverage=weights.coverage * NEEDS_FIRST, effort=weights.effort * FILLER_COSTS)
    return replace(
        weights,
        coverage=weights.coverage * RANKING_FIRST,
        ties=weights.ties * RANKING_FIRST,
        balance=weights.balance * RANKING_FIRST,
        redundancy=0.0,
    )


def _leading(
    lead: OrganisationId | None, request: SuggestRequest, profile: CallProfile, knowledge: Knowledge
) -> tuple[OrganisationId | None, tuple[OrganisationId, ...]]:
    """Who leads, and who must be in: who can only take part beside the counted members leads nothing."""
    settled = {who for who, _ in request.roles}
    if lead is None or lead in settled or beside_by(knowledge.organisation(lead), profile) is None:
        return lead, request.must
    return None, tuple(dict.fromkeys((lead, *request.must)))


def _with_parts(facts: Facts, profile: CallProfile) -> Facts:
    """The candidates' facts, with the role of those who can only take part beside the counted members."""
    for demand in profile.demands:
        if isinstance(demand, AllMembers) and demand.otherwise is not None:
            outside = pick(demand.members, facts, profile.reference_date, profile.pillar) == NO
            facts = facts.taking_part(demand.otherwise, outside)
    return facts


def _country(author: OrganisationId | None, knowledge: Knowledge) -> str | None:
    return None if author is None else knowledge.organisation(author).country


def _know_all(request: SuggestRequest, knowledge: Knowledge) -> None:
    paired = (ident for pair in request.apart for ident in pair)
    settled = (ident for ident, _ in request.roles)
    for ident in (request.coordinator, *request.must, *request.exclude, *paired, *settled):
        if ident is not None:
            knowledge.organisation(ident)
    if request.preset not in PRESETS:
        raise BadInput(f"unknown preset {request.preset!r}; there are {', '.join(PRESETS)}")


def _know_roles(request: SuggestRequest, profile: CallProfile) -> None:
    known = known_roles(profile)
    for who, role in request.roles:
        if plain_role(role) not in known:
            raise BadInput(
                f"no rule and no custom of {profile.id} knows the role {role!r} asked for {who}; "
                f"it may be {', '.join(sorted(known))}"
            )


def _usual_size(profile: CallProfile, request: SuggestRequest) -> tuple[int, int]:
    """The call's size range, narrowed to what people can steer: SIZE, or just above what the call or they ask for."""
    low, high = profile.size_range
    least = SIZE[0] if low is None else low
    wished = max([len(request.must) + 1, *(number + 1 for number, _ in request.wants)])
    most = min(max(SIZE[1], least + 3, wished), LARGEST_WISH)
    return (least, most) if high is None else (min(least, high), min(most, high))
