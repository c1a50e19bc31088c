"""How does one button change a question? Keep a member, leave one out, add one by name; what was asked before stays."""

from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from data.errors import KonsortError
from data.model import OrganisationId
from matcher.suggest.answers import Suggestions
from service.app.changed import changed
from service.app.open import Application
from service.web.identity import reader
from service.web.pages import addressing
from service.web.pages.form import Form
from service.web.pages.forms import suggest_question
from service.web.pages.steering import lines

MUST, NOT, CHANGE, ADD = "must", "not", "change", "add"


def add_routes(pages: Blueprint, application: Application) -> None:
    """Add the address that makes one question of another."""

    @pages.post("/suggest/change")
    def change_question() -> Response:
        values = addressing.whole_question(request.form, application)
        form, question = suggest_question(values, application)
        step = None if question is None else _changed(form)
        if step is None:
            # What is wrong is told on the page of the question, which stays as it was.
            return redirect(addressing.placed("ask_suggest", _unchanged(form)), 303)
        kept, fields = application.kept, addressing.fields_of(form, addressing.SUGGEST)
        before = form[addressing.QUESTION] or kept.keep(form.reader, "suggest", fields).id
        after = kept.keep(form.reader, "suggest", fields | step[0], before=before, step=step[1])
        return redirect(addressing.placed("ask_suggest", {addressing.QUESTION: after.id}), 303)


def _unchanged(form: Form) -> dict[str, str]:
    beside = {"unknown": form[ADD][:200]} if form[ADD] else {}
    return addressing.in_address(form) | beside


def _changed(form: Form) -> tuple[dict[str, str], str] | None:
    """Return the fields that become different, and what was done, in words; None where nobody is meant."""
    verb, _, ident = form[CHANGE].partition(":")
    if form[ADD] and not ident:
        verb, ident = "add", form.organisation(ADD) or ""
    known = form.application.records.organisations([ident])
    if ident not in known or verb not in _VERBS:
        return None
    must, out = ([one for one in form.organisations(name) if one != ident] for name in (MUST, NOT))
    if verb in ("keep", "add"):
        must.append(OrganisationId(ident))
    elif verb == "leave":
        out.append(OrganisationId(ident))
    return {MUST: lines(must), NOT: lines(out)}, _VERBS[verb].format(known[ident].label)


_VERBS = {
    "keep": "{} is kept in",
    "add": "{} is added",
    "leave": "{} is left out",
    "free": "{} may be in or not",
}


def what_changed(form: Form, answer: Suggestions) -> dict[str, Any]:
    """Return what a question was made of and what that changed in its answer; {} for one that was asked as it is."""
    application = form.application
    if not form[addressing.QUESTION]:
        return {}
    kept = application.kept.question(reader(), form[addressing.QUESTION])
    if kept.before is None:
        return {}
    try:
        earlier = application.kept.question(reader(), kept.before)
        _, question = suggest_question(earlier.fields, application)
        before = application.questions.suggest(form.reader, question) if question else None
    except KonsortError:  # forgotten, or of records that are gone since
        return {}
    if before is None:
        return {}
    return {
        "step": kept.step,
        "changed": changed(before, answer),
        "undo": addressing.placed("ask_suggest", {addressing.QUESTION: kept.before}),
    }
