"""What could be changed in a consortium, and what if somebody leaves? Swaps with deltas, weak points, trade-offs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from data.errors import BadInput
from data.model import OrganisationId
from graph.rules.members import Member
from graph.rules.resilience import Composition, Resilience, Withdrawal, resilience, substitutes
from graph.rules.rules import Verdict
from matcher.solver.front import FrontPoint, front
from matcher.solver.swap import Swap, swaps
from matcher.suggest.formulate import Question
from matcher.suggest.knowledge import Knowledge
from matcher.suggest.verdict import members_of, ownership_among, verdict_of

SUBSTITUTES_FROM = 100
"""So many of the best candidates are tried as substitutes."""
BROKEN_SWAPS = 2
"""So many swaps a member are shown that break a rule, where they would be of more value than allowed ones.

None where the set breaks one already: then only what mends it is of use.
"""


@dataclass(frozen=True, slots=True)
class Steering:
    """What can be done with a set: its verdict, swaps for each free member, and how much loss it bears."""

    run: str
    call: str
    members: tuple[OrganisationId, ...]
    verdict: Verdict
    swaps: tuple[Swap, ...]
    resilience: Resilience
    substitutes: tuple[tuple[Withdrawal, tuple[OrganisationId, ...]], ...]
    """For each weak point those who could step in, the best first."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "call": self.call,
            "members": list(self.members),
            "rules": [rule.as_dict() for rule in self.verdict.rules],
            "swaps": [_swap(each) for each in self.swaps],
            "resilience": {
                "size": self.resilience.size,
                "exact": self.resilience.exact,
                "smallest": [_withdrawal(each) for each in self.resilience.smallest],
                "weak_points": [
                    {**_withdrawal(point), "substitutes": list(who)} for point, who in self.substitutes
                ],
            },
        }


@dataclass(frozen=True, slots=True)
class TradeOff:
    """The front of fit against new ties, from most fit to most new ties."""

    run: str
    call: str
    points: tuple[FrontPoint, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"run": self.run, "call": self.call, "points": [asdict(point) for point in self.points]}


def steer(question: Question, team: Sequence[OrganisationId], knowledge: Knowledge, *, run: str) -> Steering:
    """Work out what could be changed in a set of candidates. Raises BadInput where one is no candidate."""
    ids = question.candidates.ids
    if strange := [each for each in team if each not in question.candidates.rows]:
        raise BadInput(f"organisation {strange[0]} is no candidate for this call; check the id")

    roles = dict(question.request.roles)

    def verdict(chosen: Sequence[str]) -> Verdict:
        return verdict_of(
            question.profile, [OrganisationId(each) for each in chosen], question.lead, knowledge, roles
        )

    known = members_of(team, question.lead, knowledge, roles)
    consortium = Composition(question.profile, known, ownership=ownership_among(known, knowledge))
    now = verdict(team)
    bears = resilience(consortium, effort=500)
    best = sorted(range(len(ids)), key=lambda row: (-question.candidates.fit[row], ids[row]))
    ready = [ids[row] for row in best if ids[row] not in team][:SUBSTITUTES_FROM]
    standby: tuple[Member, ...] = members_of(ready, None, knowledge)
    return Steering(
        run=run,
        call=question.profile.id,
        members=tuple(team),
        verdict=now,
        swaps=swaps(
            question.problem, team, broken_per_member=0 if now.broken() else BROKEN_SWAPS, check=verdict
        ),
        resilience=bears,
        substitutes=tuple(
            (
                point,
                tuple(
                    OrganisationId(each.member.id) for each in substitutes(consortium, point.leaving, standby)
                ),
            )
            for point in bears.weak_points
        ),
    )


def trade_off(question: Question, *, run: str) -> TradeOff:
    """Return what new ties cost in fit, as data for a slider."""
    return TradeOff(run, question.profile.id, front(question.problem))


def _swap(swap: Swap) -> dict[str, Any]:
    return {
        "out": swap.outgoing,
        "in": swap.incoming,
        "change": round(swap.change, 6),
        "allowed": swap.allowed,
        "terms": [asdict(term) for term in swap.terms],
        "rules": [
            {
                "id": each.after.id,
                "kind": each.after.kind.value,
                "text": each.after.text,
                "before": each.before.answer.value,
                "after": each.after.answer.value,
                "found_before": each.before.found,
                "found_after": each.after.found,
            }
            for each in swap.rules
        ],
    }


def _withdrawal(withdrawal: Withdrawal) -> dict[str, Any]:
    return {
        "leaving": list(withdrawal.leaving),
        "country": withdrawal.country,
        "breaks": list(withdrawal.breaks),
        "opens": list(withdrawal.opens),
    }
