"""Under which address is an answer found again? Short questions stand in it; others are kept, for their asker alone."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import redirect, url_for
from werkzeug.wrappers import Response

from data.model import Outline
from service.app.open import Application
from service.web.identity import reader
from service.web.pages import show
from service.web.pages.form import Form
from service.web.pages.needs import hidden

SUGGEST = (
    *("call", "outline", "text", "coordinator", "must", "not", "apart", "size", "want", "role"),
    *("preset", "limit", "budget"),
)
"""The fields of a coordinator's question, as forms and addresses name them, beside `needs`."""
PARTNERS = ("organisation", "text", "call", "countries", "new_only")
CONFIDENTIAL = ("text", "needs", "not", "apart")
"""What is written in one's own words, and whom one does not want: neither has a place in an address or a log."""
LONGEST_ADDRESS = 1_500
QUESTION = "question"
"""Names the kept question in an address."""


def whole_question(values: Mapping[str, str], application: Application) -> Mapping[str, str]:
    """Return the fields of a request; those of a kept question that it names, with what the request says beside."""
    ident = values.get(QUESTION, "").strip()
    if not ident:
        return values
    kept = application.kept.question(reader(), ident)
    return {
        **kept.fields,
        **{name: value for name, value in values.items() if value or name not in kept.fields},
    }


def fields_of(form: Form, names: Iterable[str]) -> dict[str, str]:
    """Return what is filled in of a question, in the form in which it is kept."""
    fields = {name: form[name] for name in names if form[name]}
    if form.needs is not None:
        fields["needs"] = hidden(form.needs)
    return fields


def in_address(form: Form) -> dict[str, str]:
    """Return what stands in an address of the coordinator's question in a form: the name of a kept one, else its fields
    that may.
    """
    if form[QUESTION]:
        return {QUESTION: form[QUESTION]}
    fields = fields_of(form, SUGGEST)
    return {name: fields[name] for name in fields if name not in CONFIDENTIAL}


def answered_at(
    endpoint: str, kind: str, fields: Mapping[str, str], application: Application, **beside: str
) -> Response:
    """Send the browser on to the answer's own address, and there to the answer. `beside`: what else stands in it."""
    address = address_of(endpoint, kind, fields, application, **beside)
    return redirect(address, 303)  # so that a reload, and the way back, ask nothing twice


def address_of(
    endpoint: str, kind: str, fields: Mapping[str, str], application: Application, **beside: str
) -> str:
    """Return an answer's address; a question that is long or confidential is kept, and named by its id."""
    address = placed(endpoint, {**fields, **beside})
    if len(address) > LONGEST_ADDRESS or any(name in fields for name in CONFIDENTIAL):
        kept = application.kept.keep(reader(), kind, fields)
        return placed(endpoint, {QUESTION: kept.id, **beside})
    return address


def placed(endpoint: str, parts: Mapping[str, Any]) -> str:
    """Return a page's address with these parts, that leads to the answer on it."""
    return url_for(f"pages.{endpoint}", _anchor="results", **parts)


def subject(form: Form, outline: Outline | None) -> str:
    """What a question is about, for titles: the outline's title, or the first words of a text.

    The title stands in the page alone, never in its address.
    """
    if outline is not None:
        return f"“{show.cut(outline.title, 70)}”"
    words = " ".join(form["text"].split())
    return f"“{show.cut(words, 50)}”" if words else ""
