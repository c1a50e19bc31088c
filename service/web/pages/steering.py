"""What does the page of a set show? The published answer: names for ids, changes in words, new sets to take."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.model import Organisation, OrganisationId
from matcher.suggest.answers import SuggestRequest
from service.app.port import Application
from service.web.pages import show

Names = Mapping[str, str]
TOO_SMALL = 0.005
"""A term's change below this would be shown as 0.00."""


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody who could come in. `members`: the ids of the set that this leads to, one a line."""

    who: Organisation
    members: str


@dataclass(frozen=True, slots=True)
class Alternative(Step):
    """Somebody else for a seat. `change`: of the set's value; `terms`, `rules`: what changes, in words.

    `breaks`: what forbids it, in words; "" where it is allowed.
    """

    change: float
    terms: str
    rules: tuple[str, ...]
    breaks: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A member with those who could sit there. `asked_for`: the question itself wants this member.

    `forbidden`: those with whom a rule or wish breaks.
    `without`: the ids of the set once this member has left; "" where nobody would remain.
    """

    who: Organisation
    asked_for: bool
    alternatives: tuple[Alternative, ...]
    forbidden: tuple[Alternative, ...]
    without: str


@dataclass(frozen=True, slots=True)
class WeakPoint:
    """A member or country that must not leave: what would break, and who could step in."""

    name: str
    breaks: tuple[str, ...]
    substitutes: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One set of the front. `against`: how it differs from the first one; `members`: its ids, one a line."""

    fit: float
    new_ties: float
    who: tuple[Organisation, ...]
    against: str
    members: str


def steer(
    application: Application, question: SuggestRequest, team: Sequence[OrganisationId]
) -> dict[str, Any]:
    """Ask what could be changed in a set; return all that its page shows."""
    answer = application.steer(question, team).as_dict()
    weak = answer["resilience"]["weak_points"]
    known = application.organisations(
        {
            *team,
            *(swap["in"] for swap in answer["swaps"]),
            *(who for point in weak for who in point["substitutes"]),
        }
    )
    names = {ident: each.label for ident, each in known.items()}
    return {
        "answer": answer,
        "names": names,
        "seats": _seats(answer, known, wanted(application, question)),
        "opened": next((swap["out"] for swap in answer["swaps"] if swap["allowed"]), None),
        "terms": answer["swaps"][0]["terms"] if answer["swaps"] else (),
        "bears": bears(answer, names),
        "weak": [_weak(point, answer, known) for point in weak],
    }


def wanted(application: Application, question: SuggestRequest) -> set[str]:
    """Return the ids that the question asks for: the lead and the must-haves. They are never swapped."""
    lead = question.coordinator
    if lead is None and question.outline is not None:
        lead = application.outline(question.outline).organisation
    return {*question.must, *(() if lead is None else (lead,))}


def trade_off(application: Application, question: SuggestRequest) -> dict[str, Any]:
    """Ask what new ties cost in fit; return all that the page shows."""
    answer = application.trade_off(question).as_dict()
    known = application.organisations({who for point in answer["points"] for who in point["members"]})
    points: list[Point] = []
    for point in answer["points"]:
        who = tuple(sorted((known[each] for each in point["members"]), key=lambda each: each.label))
        against = differs(points[0].who, who) if points else ""
        points.append(Point(point["fit"], point["new_ties"], who, against, lines(point["members"])))
    return {"answer": answer, "points": points}


def lines(ids: Iterable[str]) -> str:
    """Ids as a form's field holds them."""
    return "\n".join(ids)


def differs(first: Iterable[Organisation], second: Iterable[Organisation]) -> str:
    """Who comes and who goes from the first set to the second, in words."""
    old, new = ({each.id: each.label for each in one} for one in (first, second))
    parts = [("with", new.keys() - old.keys(), new), ("without", old.keys() - new.keys(), old)]
    told = [f"{word} {', '.join(sorted(names[each] for each in ids))}" for word, ids, names in parts if ids]
    return "; ".join(told)


def terms_in_words(terms: Sequence[Mapping[str, Any]]) -> str:
    """What changes visibly, the weightiest first.

    >>> change = {"name": "ties", "before": 0.4, "after": 0.2, "worth": -0.02}
    >>> terms_in_words([change, {"name": "effort", "before": 1, "after": 1, "worth": 0}])
    'ties −0.20'
    """
    visible = [each for each in terms if abs(each["after"] - each["before"]) >= TOO_SMALL]
    visible.sort(key=lambda each: -abs(each["worth"]))
    return ", ".join(f"{each['name']} {show.change(each['after'] - each['before'])}" for each in visible)


def rule_in_words(change: Mapping[str, Any]) -> str:
    """How a rule's answer or finding changes.

    >>> rule_in_words({"id": "R4", "before": "met", "after": "broken", "found_before": 4, "found_after": 3})
    'R4 met → broken, found 4 → 3'
    >>> rule_in_words({"id": "R1", "before": "met", "after": "met", "found_before": 6, "found_after": 5})
    'R1 stays met, found 6 → 5'
    """
    before, after = (show.ANSWERS[change[when]].lower() for when in ("before", "after"))
    told = f"{change['id']} stays {after}" if before == after else f"{change['id']} {before} → {after}"
    found = change["found_before"], change["found_after"]
    return told if found[0] == found[1] else f"{told}, found {found[0]} → {found[1]}"


def breaks_in_words(swap: Mapping[str, Any]) -> str:
    """What a swap breaks, "" where it is allowed.

    >>> rule = {"id": "R4", "kind": "hard", "text": "one from Italy", "after": "broken"}
    >>> breaks_in_words({"allowed": False, "rules": [rule]}), breaks_in_words({"allowed": False, "rules": []})
    ('R4: one from Italy', 'a wish in your question')
    """
    hard = [each for each in swap["rules"] if each["kind"] == "hard" and each["after"] == "broken"]
    told = "; ".join(f"{each['id']}: {each['text']}" for each in hard)
    return "" if swap["allowed"] else told or "a wish in your question"


def bears(answer: Mapping[str, Any], names: Names) -> str:
    """How much loss a set bears, in a sentence.

    >>> bears({"rules": [], "resilience": {"size": None, "exact": True, "smallest": []}}, {})
    'Whoever leaves, no hard rule breaks.'
    >>> alone = {"size": 1, "exact": True, "smallest": [{"leaving": ["a"], "breaks": ["R1"]}]}
    >>> bears({"rules": [], "resilience": alone}, {"a": "Acme"})
    'One member leaving is enough to break a hard rule, as Acme (R1).'
    """
    resilience = answer["resilience"]
    size = resilience["size"]
    broken = any(rule["kind"] == "hard" and rule["answer"] == "broken" for rule in answer["rules"])
    if size is None:
        return f"Whoever leaves, no {'further ' if broken else ''}hard rule breaks."
    if not resilience["exact"]:
        return f"Fewer than {size} members leaving together break no hard rule; larger losses were not tried."
    first = resilience["smallest"][0]
    example = f"{show.named(first['leaving'], names)} ({', '.join(first['breaks'])})"
    if size == 1:
        return f"One member leaving is enough to break a hard rule, as {example}."
    return f"Any {size - 1} may leave; {size} together can break a hard rule, as {example}."


def _seats(answer: Mapping[str, Any], known: Mapping[str, Organisation], asked_for: set[str]) -> list[Seat]:
    team = answer["members"]
    found: dict[str, list[Alternative]] = {each: [] for each in team}
    for swap in answer["swaps"]:
        found[swap["out"]].append(_alternative(swap, team, known))
    return [
        Seat(
            who=known[each],
            asked_for=each in asked_for,
            alternatives=tuple(other for other in found[each] if not other.breaks),
            forbidden=tuple(other for other in found[each] if other.breaks),
            without=lines(other for other in team if other != each),
        )
        for each in team
    ]


def _alternative(
    swap: Mapping[str, Any], team: Sequence[str], known: Mapping[str, Organisation]
) -> Alternative:
    after = lines(swap["in"] if each == swap["out"] else each for each in team)
    rules = tuple(map(rule_in_words, swap["rules"]))
    return Alternative(
        known[swap["in"]], after, swap["change"], terms_in_words(swap["terms"]), rules, breaks_in_words(swap)
    )


def _weak(
    point: Mapping[str, Any], answer: Mapping[str, Any], known: Mapping[str, Organisation]
) -> WeakPoint:
    texts = {rule["id"]: rule["text"] for rule in answer["rules"]}
    staying = [each for each in answer["members"] if each not in point["leaving"]]
    return WeakPoint(
        name=show.country(point["country"]) if point["country"] else known[point["leaving"][0]].label,
        breaks=tuple(f"{rule}: {texts[rule]}" for rule in point["breaks"]),
        substitutes=tuple(Step(known[who], lines((*staying, who))) for who in point["substitutes"]),
    )
