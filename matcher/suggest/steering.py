"""What could be changed in a consortium, and what if somebody leaves? Swaps with deltas, weak points, trade-offs."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.errors import BadInput
from data.model import CallId, OrganisationId
from graph.rules.members import Member
from graph.rules.resilience import Composition, Withdrawal, resilience, substitutes
from graph.rules.rules import RuleAnswer, Verdict
from matcher.solver.front import FrontPoint, front
from matcher.solver.swap import Swap, swaps
from matcher.suggest.formulate import Formulation
from matcher.suggest.knowledge import Knowledge
from matcher.suggest.reasons import Reason, reasons_for
from matcher.suggest.verdict import members_of, ownership_among, verdict_of

SUBSTITUTES_FROM = 100
"""So many of the best candidates are tried as substitutes."""
BROKEN_SWAPS = 2
"""So many swaps a member are shown that break a rule, where they would be of more value than allowed ones.

None where the set breaks one already: then only what mends it is of use.
"""


@dataclass(frozen=True, slots=True)
class WeakPoint(Withdrawal):
    """A single member or country that must not leave, and those who could step in, the best first."""

    substitutes: tuple[OrganisationId, ...] = ()


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much loss a set bears. `size`: of the smallest withdrawals that break a hard rule; None where none does.

    `exact`: False where the search went no further than `size`; fewer members leaving break nothing.
    """

    size: int | None
    exact: bool
    smallest: tuple[Withdrawal, ...]
    weak_points: tuple[WeakPoint, ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Somebody who could come in by a swap, and on what grounds beside the others of the set."""

    id: OrganisationId
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Steering:
    """What can be done with a set: how the rules stand, swaps for each free member, and how much loss it bears."""

    run: str
    call: CallId
    members: tuple[OrganisationId, ...]
    rules: tuple[RuleAnswer, ...]
    swaps: tuple[Swap, ...]
    """In the members' order, the best first for each."""
    resilience: Tolerance
    incoming: tuple[Incoming, ...] = ()
    """Everybody whom a swap would bring in, once each, by id."""


@dataclass(frozen=True, slots=True)
class TradeOff:
    """The front of fit against new ties, from most fit to most new ties."""

    run: str
    call: CallId
    points: tuple[FrontPoint, ...]


def steer(
    question: Formulation, team: Sequence[OrganisationId], knowledge: Knowledge, *, run: str
) -> Steering:
    """Work out what could be changed in a set of candidates. Raises BadInput where one is no candidate."""
    ids = question.candidates.ids
    if strange := [member for member in team if member not in question.candidates.rows]:
        raise BadInput(f"organisation {strange[0]} is no candidate for this call; check the id")

    roles = dict(question.request.roles)

    def verdict(chosen: Sequence[str]) -> Verdict:
        return verdict_of(
            question.profile, [OrganisationId(member) for member in chosen], question.lead, knowledge, roles
        )

    known = members_of(team, question.lead, knowledge, roles)
    consortium = Composition(question.profile, known, ownership=ownership_among(known, knowledge))
    now = verdict(team)
    best = sorted(range(len(ids)), key=lambda row: (-question.candidates.fit[row], ids[row]))
    ready = [ids[row] for row in best if ids[row] not in team][:SUBSTITUTES_FROM]
    changes = swaps(
        question.problem, team, broken_per_member=0 if now.broken() else BROKEN_SWAPS, check=verdict
    )
    return Steering(
        run=run,
        call=question.profile.id,
        members=tuple(team),
        rules=now.rules,
        swaps=changes,
        resilience=_tolerance(consortium, members_of(ready, None, knowledge)),
        incoming=_incoming(changes, team, question, knowledge),
    )


def _incoming(
    changes: Sequence[Swap], team: Sequence[OrganisationId], question: Formulation, knowledge: Knowledge
) -> tuple[Incoming, ...]:
    """Return the grounds of everybody whom a swap would bring in, beside the set that its first swap leads to."""
    first = {OrganisationId(swap.incoming): swap.outgoing for swap in reversed(changes)}
    return tuple(
        Incoming(
            ident,
            reasons_for(
                ident,
                [ident, *(member for member in team if member != out)],
                question.reading,
                question.candidates,
                knowledge,
            ),
        )
        for ident, out in sorted(first.items())
    )


def _tolerance(consortium: Composition, standby: Sequence[Member]) -> Tolerance:
    """How much loss a consortium bears, and who of `standby`, the best first, could step in."""
    loss = resilience(consortium, effort=500)
    points = tuple(
        WeakPoint(
            point.leaving,
            point.breaks,
            point.opens,
            point.country,
            tuple(
                OrganisationId(substitute.member.id)
                for substitute in substitutes(consortium, point.leaving, standby)
            ),
        )
        for point in loss.weak_points
    )
    return Tolerance(loss.size, loss.exact, loss.smallest, points)


def trade_off(question: Formulation, *, run: str) -> TradeOff:
    """Return what new ties cost in fit, as data for a slider."""
    return TradeOff(run, question.profile.id, front(question.problem))
