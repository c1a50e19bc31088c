"""What did the coordinator decide on the page? Reads its forms into one decision, and offers what can be chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from werkzeug.datastructures import MultiDict

from data.countries import country_name, to_eu
from data.model import Organisation, Outline
from matcher.overall.decisions import Decision
from service.app.port import Application
from service.web.pages.forms import Form

FIRST_FIELD = MappingProxyType(
    {
        "put": "put-outline",
        "together": "pair-a",
        "never": "pair-a",
        "name": "name-stream",
        "carry": "carry-outline",
        "withdraw": "withdraw-who",
    }
)
"""The field that an error is told beside, by kind of decision."""
_FIELDS = MappingProxyType(
    {
        "put": ("put-outline", "put-stream"),
        "together": ("pair-a", "pair-b"),
        "never": ("pair-a", "pair-b"),
        "name": ("name-stream", "name-words"),
        "carry": ("carry-outline", "carry-links"),
        "withdraw": ("withdraw-who",),
    }
)
_MISSING = MappingProxyType(
    {
        "put-outline": "Choose the outline.",
        "put-stream": "Choose the stream.",
        "pair-a": "Choose the first outline.",
        "pair-b": "Choose the second outline.",
        "name-stream": "Choose the stream.",
        "name-words": "Write the stream's name.",
        "carry-outline": "Choose the outline.",
        "carry-links": "Write how many links it can carry.",
        "withdraw-who": "Choose who has left.",
    }
)


@dataclass(frozen=True, slots=True)
class State:
    """One state's outlines to choose from: its name, its code in EU style, and (id, title with organisation)."""

    name: str
    code: str
    outlines: tuple[tuple[str, str], ...]


def choices(outlines: Sequence[Outline], names: Mapping[str, Organisation]) -> list[State]:
    """Return the outlines by state, states by name, outlines by title."""
    states: dict[str, list[tuple[str, str]]] = {}
    for each in sorted(outlines, key=lambda outline: (outline.title.casefold(), outline.id)):
        owner = names[each.organisation].label if each.organisation in names else each.organisation
        states.setdefault(each.country, []).append((each.id, f"{each.title} – {owner}"))
    found = [State(country_name(code), to_eu(code), tuple(theirs)) for code, theirs in states.items()]
    return sorted(found, key=lambda state: state.name)


def decision_form(values: MultiDict[str, str], application: Application) -> tuple[Form, tuple[Decision, ...]]:
    """Read what was decided: one thing, or several who have left. () where a field is empty or says no decision."""
    form = Form(values, application)
    kind = form["kind"]
    fields = _FIELDS.get(kind)
    if fields is None:
        form.errors["decisions"] = "Choose what to decide."
        return form, ()
    form.errors |= {name: _MISSING[name] for name in fields if not form[name]}
    if form.errors:
        return form, ()
    if kind == "withdraw":
        return form, tuple(Decision(kind, (each,)) for each in filter(None, values.getlist(fields[0])))
    first, second = (form[name] for name in fields)
    about, value = ((first, second), "") if kind in ("together", "never") else ((first,), second)
    made = form.read(fields[1], lambda: Decision(kind, about, value))
    return form, (made,) if made else ()
