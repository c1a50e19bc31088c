"""Which address answers what about a whole call? Show the overall project, decide about it, take it along as a file."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from service.app.overall import KINDS, answer_of
from service.app.port import Application
from service.web.pages import whole
from service.web.pages.deciding import FIRST_FIELD, choices, decision_form
from service.web.pages.forms import Form
from service.web.pages.guard import Guard


def add_routes(pages: Blueprint, application: Application) -> None:
    """Add the addresses under /integrate."""
    guard = Guard()

    def page(form: Form) -> Response:
        outlines = application.outlines()
        used = {each.call for each in outlines}
        offered = {
            "calls": [each for each in application.calls() if each.id in used],
            "languages": {each.id: each.language for each in outlines},
            "token": guard.token,
        }
        found = _whole(application, form) if form["call"] else {}
        answer = render_template("integrate.html", form=form, **offered, **found)
        return make_response(answer, 422 if form.errors else 200)

    @pages.get("/integrate")
    def integrate() -> Response:
        return page(Form(request.args, application))

    @pages.post("/integrate/<call>/decide")
    def decide(call: str) -> AnyResponse:
        guard.require(request)
        values = MultiDict(request.form)
        values["call"] = call
        form, decisions = decision_form(values, application)
        if decisions:
            form.read(FIRST_FIELD[form["kind"]], lambda: application.desk(call).add(decisions))
        return page(form) if form.errors else _back(call)

    @pages.post("/integrate/<call>/take-back")
    def take_back(call: str) -> AnyResponse:
        guard.require(request)
        form = Form({"call": call}, application)
        form.read("decisions", lambda: application.desk(call).take_back(request.form.getlist("key")))
        return page(form) if form.errors else _back(call)

    @pages.get("/integrate/<call>.<kind>")
    def integration_file(call: str, kind: str) -> Response:
        content = application.integration_file(call, kind)
        response = Response(content, mimetype=KINDS.get(kind))
        response.headers.set("Content-Disposition", "attachment", filename=f"{call}.{kind}")
        return response


def _back(call: str) -> AnyResponse:
    # 303: the browser asks for the page anew, and a reload decides nothing twice.
    return redirect(url_for("pages.integrate", call=call, _anchor="answer"), 303)


def _whole(application: Application, form: Form) -> dict[str, Any]:
    """Ask for the project and the decisions; where these cannot all be kept, they are shown without a project."""
    call, without = form["call"], tuple(form["without"].replace(",", " ").split())
    outlines = application.outlines(call)
    beside = "without" if without else "decisions" if outlines else "call"
    others = bool(form["others"])
    found = form.read(beside, lambda: _answer(application, call, without, others)) or {}
    found["gone"] = without
    if not outlines:
        return found
    desk = application.desk(call)
    names = application.organisations({each.organisation for each in outlines})
    return {**found, "decided": desk.told(), "streams": desk.streams, "states": choices(outlines, names)}


def _answer(application: Application, call: str, without: Sequence[str], others: bool) -> dict[str, Any]:
    answer = answer_of(application, call, without=without, others=others)
    return {"answer": answer, "files": tuple(KINDS), **whole.view(answer)}
