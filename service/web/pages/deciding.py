"""What did the coordinator decide on the page? Reads its forms into one decision."""

from types import MappingProxyType

from werkzeug.datastructures import MultiDict

from service.app.open import Application
from service.app.question import DecisionMade, made
from service.web.identity import reader
from service.web.pages.form import Form

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


def decision_form(
    values: MultiDict[str, str], application: Application
) -> tuple[Form, tuple[DecisionMade, ...]]:
    """Read what was decided: one thing, or several who have left. () where a field is empty or says no decision."""
    form = Form(values, application, reader())
    kind = form["kind"]
    fields = _FIELDS.get(kind)
    if fields is None:
        form.errors["decisions"] = "Choose what to decide."
        return form, ()
    form.errors |= {name: _MISSING[name] for name in fields if not form[name]}
    if form.errors:
        return form, ()
    if kind == "withdraw":
        gone = filter(None, (word.strip() for word in values.getlist(fields[0])))
        return form, tuple(made(DecisionMade, kind=kind, about=[word]) for word in gone)
    first, second = (form[name] for name in fields)
    about, value = ([first, second], "") if kind in ("together", "never") else ([first], second)
    decision = form.read(fields[1], lambda: made(DecisionMade, kind=kind, about=about, value=value))
    return form, (decision,) if decision else ()


def decision_fields(decision: DecisionMade) -> tuple[tuple[str, str], ...]:
    """Return the fields of a form, by name, that `decision_form` reads as this decision.

    >>> decision_fields(DecisionMade(kind="put", about=["O-1"], value="edge"))
    (('kind', 'put'), ('put-outline', 'O-1'), ('put-stream', 'edge'))
    >>> decision_fields(DecisionMade(kind="never", about=["O-1", "O-2"]))
    (('kind', 'never'), ('pair-a', 'O-1'), ('pair-b', 'O-2'))
    """
    written = (*decision.about, decision.value)
    return (("kind", decision.kind), *zip(_FIELDS[decision.kind], written, strict=False))
