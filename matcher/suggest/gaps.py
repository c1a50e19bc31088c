"""What does a set leave open, and who outside it comes nearest? Told with what taking that one in would change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from data.countries import to_eu
from data.model import OrganisationId
from data.published import EuCountry, Rounded4, derived
from graph.rules.rules import Verdict
from matcher.solver.problem import TeamProblem
from matcher.solver.utility import Utility
from matcher.suggest.candidates import Candidates
from matcher.suggest.evidence import CLAIMED, strength
from matcher.suggest.knowledge import Knowledge
from matcher.suggest.reading import Reading

POSSIBLE = 0.15
"""Who answers less probably than this is not named as the nearest."""


@dataclass(frozen=True, slots=True)
class NearestOutside:
    """Who outside a set comes nearest to what it leaves open.

    `probability`: that it answers; below CLAIMED nothing is claimed. `change`: of the set's value, were it taken in;
    None where the set has no room. `breaks`: hard rules that the larger set would break.
    """

    gap: str
    id: OrganisationId
    name: str
    country: EuCountry | None
    probability: Rounded4
    change: Rounded4 | None
    breaks: tuple[str, ...]

    @derived
    def text(self) -> str:
        """The sentence, rendered from the fields."""
        where = f" ({to_eu(self.country)})" if self.country else ""
        sure = strength(self.probability) if self.probability >= CLAIMED else "too uncertain to claim"
        return f"Nearest outside this set: {self.name}{where}, {sure}. {self._cost()}"

    def _cost(self) -> str:
        if self.change is None:
            return "The set has no room for one more: ask for a larger size, or swap somebody."
        if self.breaks:
            return f"Taking it in would break {', '.join(self.breaks)}."
        return f"Taking it in would change the value by {self.change:+.3f}."


def open_aspects(team: Sequence[OrganisationId], reading: Reading, candidates: Candidates) -> list[int]:
    """Return the places of the aspects that nobody in the team answers, each text once."""
    rows = [candidates.rows[member] for member in team if member in candidates.rows]
    best = candidates.aspects[rows].max(axis=0, initial=0.0)
    gaps: dict[str, int] = {}
    for place, aspect in enumerate(reading.aspects):
        if best[place] < CLAIMED:
            gaps.setdefault(aspect.text, place)
    return list(gaps.values())


def nearest_outside(
    team: Sequence[OrganisationId],
    places: Sequence[int],
    reading: Reading,
    candidates: Candidates,
    problem: TeamProblem,
    knowledge: Knowledge,
    verdict: Callable[[Sequence[OrganisationId]], Verdict],
) -> tuple[NearestOutside, ...]:
    """Return for each open aspect who comes nearest, if anybody does. `verdict`: what the rules say of a set."""
    if not places:
        return ()
    rows = [candidates.rows[member] for member in team]
    free = np.ones(len(candidates.ids), bool)
    free[[candidates.rows[one] for one in (*team, *problem.wishes.exclude) if one in candidates.rows]] = False
    utility = Utility.of(problem) if len(team) < problem.wishes.size[1] else None
    outside = []
    for place in places:
        probability = np.where(free, candidates.aspects[:, place], 0.0)
        row = int(np.lexsort((-candidates.fit, -probability))[0])
        if probability[row] < POSSIBLE:
            continue
        organisation = knowledge.organisation(candidates.ids[row])
        larger = verdict((*team, organisation.id)) if utility is not None else None
        outside.append(
            NearestOutside(
                gap=reading.aspects[place].text,
                id=organisation.id,
                name=organisation.label,
                country=organisation.country,
                probability=float(probability[row]),
                change=None if utility is None else float(utility.added(rows, [row])[0]),
                breaks=() if larger is None else tuple(rule.id for rule in larger.broken()),
            )
        )
    return tuple(outside)
