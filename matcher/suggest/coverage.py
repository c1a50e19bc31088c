"""Who covers what in a suggested set, and what tells the sets of one answer apart? Read off the answer's reasons."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from data.countries import country_name
from data.model import OrganisationId
from matcher.suggest.answers import Partner, Suggestion, Suggestions
from matcher.suggest.evidence import strength
from matcher.suggest.gaps import NearestOutside

MOST_LINES = 3
"""So many differences are told of a set."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A member that answers a need, how surely, and in words."""

    member: OrganisationId
    name: str
    strength: str
    text: str


@dataclass(frozen=True, slots=True)
class Covered:
    """One thing that is sought, and who of a set answers it by evidence that can be opened."""

    id: str
    text: str
    wanted: int
    must: bool
    claims: tuple[Claim, ...]
    nearest: NearestOutside | None
    """Who outside the set comes nearest, where nobody inside answers it."""
    types: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether nobody in the set answers it."""
        return not self.claims

    @property
    def sole(self) -> bool:
        """Whether one member alone answers it: who leaves takes it along."""
        return len(self.claims) == 1

    def by(self, member: str) -> Claim | None:
        """How a member answers it, if at all."""
        return next((claim for claim in self.claims if claim.member == member), None)


def coverage(suggestion: Suggestion, answer: Suggestions) -> tuple[Covered, ...]:
    """Return what is sought, in the order of the outline, with the members that answer it."""
    nearest = {near.gap: near for near in suggestion.nearest}
    rows = [
        Covered(
            need.id,
            " ".join(need.text.split()) or ", ".join(need.type_labels),
            need.number,
            need.must,
            _claims(suggestion.members, need.id),
            nearest.get(need.text),
            need.type_labels,
        )
        for need in answer.understood.needs
    ]
    sought = {need.text for need in answer.understood.needs}
    others = [text for text in answer.aspects if text not in sought]
    rows += [
        Covered(
            f"aspect:{number}",
            " ".join(text.split()),
            1,
            False,
            _claims(suggestion.members, f"aspect:{number}"),
            nearest.get(text),
        )
        for number, text in enumerate(dict.fromkeys(others), start=1)
    ]
    return tuple(rows)


def _claims(members: Sequence[Partner], need: str) -> tuple[Claim, ...]:
    claims = []
    for member in members:
        for reason in member.reasons:
            if reason.evidence and reason.evidence[0].split(".")[0] == need:
                claims.append(Claim(member.id, member.name, strength(reason.value), reason.text))
                break
    return tuple(claims)


def told_apart(answer: Suggestions) -> list[tuple[str, ...]]:
    """Say of each suggestion what none of the others has: at most MOST_LINES, one thing a line.

    Only what is strictly more or less than in every other one is told, then members that stand in it alone.
    """
    suggestions = answer.suggestions
    differences: list[list[str]] = [[] for _ in suggestions]
    if len(suggestions) < 2:
        return [() for _ in suggestions]
    for measure, most, least in _MEASURES:
        values = [measure(suggestion, answer) for suggestion in suggestions]
        for words, extreme in ((most, max(values)), (least, min(values))):
            if words and values.count(extreme) == 1:
                place = values.index(extreme)
                differences[place].append(words.format(extreme))
    for place, suggestion in enumerate(suggestions):
        elsewhere = {m.id for n, other in enumerate(suggestions) if n != place for m in other.members}
        alone = [member.name for member in suggestion.members if member.id not in elsewhere]
        if alone:
            differences[place].append(
                f"Only here: {', '.join(alone[:2])}{f' and {len(alone) - 2} more' if alone[2:] else ''}"
            )
        states = {m.country for m in suggestion.members if m.country}
        others = {
            m.country for n, other in enumerate(suggestions) if n != place for m in other.members if m.country
        }
        if fresh := sorted(map(country_name, states - others)):
            differences[place].append(f"Only one with {', '.join(fresh)}")
    return [tuple(lines[:MOST_LINES]) for lines in differences]


def _count(name: str) -> Callable[[Suggestion, Suggestions], int]:
    return lambda suggestion, _: sum(
        any(reason.name == name for reason in member.reasons) for member in suggestion.members
    )


_MEASURES: tuple[tuple[Callable[[Suggestion, Suggestions], int], str, str], ...] = (
    (
        lambda suggestion, answer: sum(not row.open for row in coverage(suggestion, answer)),
        "Covers most: {} of what is sought",
        "",
    ),
    (lambda suggestion, _: len({member.country for member in suggestion.members}), "Most countries: {}", ""),
    (lambda suggestion, _: len(suggestion.members), "", "Smallest: {} members"),
    (_count("tie"), "Most who have worked together: {}", "Fewest who have worked together: {}"),
    (_count("newcomer"), "Most newcomers: {}", ""),
    (_count("sme"), "Most SMEs: {}", ""),
)
"""What is counted of a set, and what is said where it has most or least of it; "" where that is no merit."""
