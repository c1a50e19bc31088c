"""Which address answers what about a whole call? Show the overall project, decide about it, take it along as a file."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from data.media_types import MEDIA_TYPES
from service.app.open import Application
from service.app.question import DecisionMade, IntegrateQuestion, made
from service.app.workspace import FileWishes
from service.web.identity import reader
from service.web.pages import whole
from service.web.pages.deciding import FIRST_FIELD, decision_fields, decision_form
from service.web.pages.form import Form
from service.web.pages.guard import Guard
from service.words import price


def add_routes(pages: Blueprint, application: Application, guard: Guard) -> None:
    """Add the addresses under /integrate."""
    projects = application.projects

    def page(form: Form) -> Response:
        offered = {"calls": projects.calls(form.reader)}
        view = _whole(form) if form["call"] else {}
        return make_response(
            render_template("integrate.html", form=form, **offered, **view), 422 if form.errors else 200
        )

    @pages.get("/integrate")
    def integrate() -> Response:
        return page(Form(_joined(request.args), application, reader()))

    @pages.post("/integrate/<call>/decide")
    def decide(call: str) -> AnyResponse:
        guard.require(request)
        values = MultiDict(request.form)
        values["call"] = call
        form, decisions = decision_form(values, application)
        if decisions:
            form.read(FIRST_FIELD[form["kind"]], lambda: projects.decide(form.reader, call, decisions))
        return page(form) if form.errors else _back(call)

    @pages.post("/integrate/<call>/take-back")
    def take_back(call: str) -> AnyResponse:
        guard.require(request)
        form = Form({"call": call}, application, reader())
        form.read("decisions", lambda: projects.take_back(form.reader, call, request.form.getlist("key")))
        return page(form) if form.errors else _back(call)

    @pages.get("/integrate/<call>.<kind>")
    def integration_file(call: str, kind: str) -> Response:
        project = projects.propose(reader(), made(IntegrateQuestion, call=call))
        language = request.args.get("language", "en")
        content = projects.file(reader(), project, kind, FileWishes(language))
        response = Response(content, mimetype=MEDIA_TYPES.get(kind))
        response.headers.set(
            "Content-Disposition",
            "attachment",
            filename=f"{call}{'' if language == 'en' else '-' + language}.{kind}",
        )
        return response


def _back(call: str) -> AnyResponse:
    # 303: the browser asks for the page anew, and a reload decides nothing twice.
    return redirect(url_for("pages.integrate", call=call, _anchor="answer"), 303)


CHOSEN = ("stream", "state", "find", "all")
"""Which outlines are listed."""


def _whole(form: Form) -> dict[str, Any]:
    """Ask for the project and the decisions; where these cannot all be kept, they are shown without a project."""
    application, call = form.application, form["call"]
    names, projects = application.records.names, application.projects
    gone = form.read("without", lambda: names.those_of_call(form.reader, form["without"], call=call)) or ()
    decided = form.read("call", lambda: projects.decisions(form.reader, call))
    if decided is None:
        return {"gone": gone}
    beside = "without" if gone else "decisions" if projects.has_outlines(call) else "call"
    view = form.read(beside, lambda: _answer(form, gone)) if "without" not in form.errors else None
    context = {**(view or {}), "gone": gone}
    if beside == "call":
        return context
    heads = application.records.all_outlines(form.reader, call=call)
    languages = {head.id: head.language for head in heads}
    return {
        **context,
        "decided": decided,
        "streams": projects.streams(form.reader, call),
        "languages": languages,
    }


def _answer(form: Form, without: Sequence[str]) -> dict[str, Any]:
    projects, call = form.application.projects, form["call"]
    question = made(IntegrateQuestion, call=call, without=without, alternatives=bool(form["others"]))
    trial = _trial(form)
    if trial is not None:
        tried = projects.tried(form.reader, call, [trial])
        project, paid = tried.project, price(tried.links, tried.cost)
    else:
        project = projects.propose(form.reader, question)
        differs = project.changes
        paid = (
            price(len(differs.links_added) - len(differs.links_removed) - len(differs.links_gone), None)
            if without and differs
            else ""
        )
    if question.alternatives:
        others = projects.alternatives(form.reader, question, project)
        project = replace(project, alternatives=others)
    chosen = {name: form[name] for name in CHOSEN} | {"here": url_for("pages.integrate", call=call)}
    return {
        "answer": project,
        "trial": () if trial is None else decision_fields(trial),
        "price": paid,
        "chosen": chosen,
        **whole.view(project, chosen),
    }


def _trial(form: Form) -> DecisionMade | None:
    """The decision whose price is asked for, from the menu at an outline, a pair or a stream; None for none."""
    kind = form["try"]
    if not kind:
        return None
    about = [word for word in (form["about"], form["about-too"]) if word]
    return made(DecisionMade, kind=kind, about=about, value=form["value"])


def _joined(values: MultiDict[str, str]) -> MultiDict[str, str]:
    """Ticked names as one field with commas between, as it may be written by hand."""
    several = values.getlist("without")
    joined = MultiDict(values)
    if len(several) > 1:
        joined["without"] = ", ".join(filter(None, several))
    return joined
