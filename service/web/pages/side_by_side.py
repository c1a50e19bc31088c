"""How do an answer's suggestions stand side by side, and how does one of them look whole?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from data.demands import Hardness
from graph.rules.rules import Answer
from matcher.suggest.answers import Suggestion, Suggestions
from matcher.suggest.coverage import Covered, coverage, told_apart
from service.web.pages.addressing import placed
from service.web.pages.europe import member_map, tie_ring
from service.web.pages.form import Form
from service.web.pages.steering import lines

SHOWN = "show"
"""Names the suggestion that is shown whole, from 1, in an address."""


@dataclass(frozen=True, slots=True)
class SetColumn:
    """One suggestion: what a column of it shows."""

    number: int
    suggestion: Suggestion
    coverage: tuple[Covered, ...]
    apart: tuple[str, ...]
    address: str
    seats: Mapping[str, str]
    """By member: where is seen who could take its place, and what happens if it leaves."""

    @property
    def as_lines(self) -> str:
        """Members with their roles, one a line, as forms take them."""
        return lines(f"{member.id}; {member.role}" for member in self.suggestion.members)

    @property
    def answered(self) -> int:
        """How many needs a member answers."""
        return sum(not row.open for row in self.coverage)

    @property
    def rules(self) -> str:
        """How the hard rules stand as a whole: broken, unknown or met."""
        answers = {rule.answer for rule in self.suggestion.rules if rule.kind is Hardness.HARD}
        return next(
            (one.value for one in (Answer.BROKEN, Answer.UNKNOWN) if one in answers), Answer.MET.value
        )


def view(form: Form, answer: Suggestions) -> dict[str, Any]:
    """Return the columns of an answer, and of the one that is asked for its map and ties."""
    parts = {name: value for name, value in request.args.items() if name != SHOWN and value}
    columns = [
        SetColumn(
            number,
            suggestion,
            coverage(suggestion, answer),
            apart,
            placed("ask_suggest", {**parts, SHOWN: number}),
            _seats(suggestion, parts),
        )
        for number, (suggestion, apart) in enumerate(
            zip(answer.suggestions, told_apart(answer), strict=True), start=1
        )
    ]
    shown = form.number(SHOWN, int, "the number of a suggestion")
    one = next((column for column in columns if column.number == shown), None)
    kept, left_out = (form.organisations(name) for name in ("must", "not"))
    known = form.application.records.organisations([*kept, *left_out])
    chosen = {
        "kept": kept,
        "kept_names": [known[ident] for ident in kept],
        "left_out": [known[ident] for ident in left_out],
    }
    if one is None:
        return {"columns": columns, "one": None, **chosen}
    members = one.suggestion.members
    network = form.application.records.network
    pictures = {"map": member_map(members), "ties": tie_ring(members, network)}
    return {"columns": columns, "one": one, "back": placed("ask_suggest", parts), **chosen, **pictures}


def _seats(suggestion: Suggestion, parts: Mapping[str, str]) -> dict[str, str]:
    members = [member.id for member in suggestion.members]
    address: dict[str, Any] = {name: value for name, value in parts.items() if name != "unknown"}
    address["members"] = lines(members)
    return {
        member: url_for("pages.steer", _anchor=f"seat-{place}", **(address | {"seat": member}))
        for place, member in enumerate(members, start=1)
    }
