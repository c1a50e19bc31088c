"""Which address answers what about a whole call? Show the overall project, decide about it, take it along as a file."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from service.app.open import Application
from service.app.question import IntegrateQuestion, made
from service.app.workspace import KINDS
from service.web.identity import reader
from service.web.pages import whole
from service.web.pages.deciding import FIRST_FIELD, decision_form
from service.web.pages.form import Form
from service.web.pages.guard import Guard


def add_routes(pages: Blueprint, application: Application) -> None:
    """Add the addresses under /integrate."""
    guard, projects = Guard(), application.projects

    def page(form: Form) -> Response:
        offered = {"calls": application.records.calls_with_outlines(), "token": guard.token}
        view = _whole(form) if form["call"] else {}
        return make_response(
            render_template("integrate.html", form=form, **offered, **view), 422 if form.errors else 200
        )

    @pages.get("/integrate")
    def integrate() -> Response:
        return page(Form(request.args, application, reader()))

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
        content = projects.file(reader(), project, kind)
        response = Response(content, mimetype=KINDS.get(kind))
        response.headers.set("Content-Disposition", "attachment", filename=f"{call}.{kind}")
        return response


def _back(call: str) -> AnyResponse:
    # 303: the browser asks for the page anew, and a reload decides nothing twice.
    return redirect(url_for("pages.integrate", call=call, _anchor="answer"), 303)


def _whole(form: Form) -> dict[str, Any]:
    """Ask for the project and the decisions; where these cannot all be kept, they are shown without a project."""
    application, call = form.application, form["call"]
    names, projects = application.records.names, application.projects
    gone = form.read("without", lambda: names.those_of_call(form.reader, form["without"], call=call)) or ()
    beside = "without" if gone else "decisions" if projects.has_outlines(call) else "call"
    view = form.read(beside, lambda: _answer(form, gone)) if "without" not in form.errors else None
    context = {**(view or {}), "gone": gone}
    if beside == "call":
        return context
    decided = projects.decisions(form.reader, call)
    heads = application.records.all_outlines(form.reader, call=call)
    languages = {head.id: head.language for head in heads}
    return {
        **context,
        "decided": decided,
        "streams": projects.streams(form.reader, call),
        "languages": languages,
    }


def _answer(form: Form, without: Sequence[str]) -> dict[str, Any]:
    projects = form.application.projects
    question = made(IntegrateQuestion, call=form["call"], without=without, alternatives=bool(form["others"]))
    project = projects.propose(form.reader, question)
    if question.alternatives:
        others = projects.alternatives(form.reader, question, project)
        project = replace(project, alternatives=others)
    return {"answer": project, "files": tuple(KINDS), **whole.view(project)}
