"""Which page answers which address? Each handler: parse, one call, render."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from data.calls import PREVAILS
from data.countries import country_name
from data.model import Kind
from matcher.solver.assemble import PRESETS
from matcher.suggest.answers import Suggestions
from service.app.port import Application
from service.web.pages import combining, show, steering
from service.web.pages.forms import USUAL_PRESET, Form, partners_form, steer_form, suggest_form
from service.web.pages.listing import COLUMNS, SAMPLE, check_form
from service.web.pages.lookup import look_up

SCORE_MEANS = (
    "A score says: looks like consortia that were funded. It is never a probability of success, because "
    "nobody publishes the proposals that were turned down."
)


def pages_blueprint(application: Application) -> Blueprint:
    """Return the pages' routes, answered by the application."""
    pages = Blueprint("pages", __name__)
    for each in show.FILTERS:
        pages.add_app_template_filter(each, each.__name__)

    @pages.app_context_processor
    def always() -> dict[str, Any]:
        constants = {"prevails": PREVAILS, "score_means": SCORE_MEANS, "answers": show.ANSWERS}
        return {"fictional": lambda: application.fictional, "icons": show.ICONS, **constants}

    @pages.get("/")
    def start() -> str:
        summary, calls = application.network.summary(), application.calls()
        return render_template(
            "start.html", summary=summary, calls=calls, outlines=len(application.outlines())
        )

    _suggest(pages, application)
    _steer(pages, application)
    _check(pages, application)
    _partners(pages, application)
    _network(pages, application)
    _calls(pages, application)
    combining.add_routes(pages, application)
    return pages


def _suggest(pages: Blueprint, application: Application) -> None:
    def page(form: Form, answer: Suggestions | None, status: int) -> Response:
        page = render_template("suggest.html", form=form, answer=answer, **_offered(application))
        return make_response(page, status)

    @pages.get("/suggest")
    def ask_suggest() -> Response:
        return page(Form(request.args, application), None, 200)

    @pages.post("/suggest")
    def suggest() -> Response:
        form, question = suggest_form(request.form, application)
        answer = form.read("call", lambda: application.suggest(question)) if question else None
        return page(form, answer, 422 if form.errors else 200)


def _offered(application: Application) -> dict[str, Any]:
    """Return what a question may choose from."""
    offered = {"calls": application.calls(), "outlines": application.outlines()}
    return offered | {"presets": tuple(PRESETS), "usual": USUAL_PRESET, "kinds": tuple(Kind)}


def _steer(pages: Blueprint, application: Application) -> None:
    # POST where the question holds a pasted outline: it may be long, and has no place in an address.
    @pages.route("/steer", methods=["GET", "POST"])
    def steer() -> Response:
        form, asked = steer_form(request.values, application)
        found = form.read("members", lambda: steering.steer(application, *asked)) if asked else None
        page = render_template("steer.html", form=form, **(found or {}), **_offered(application))
        return make_response(page, 422 if form.errors else 200)

    @pages.route("/tradeoff", methods=["GET", "POST"])
    def tradeoff() -> Response:
        empty = "call" not in request.values
        form, asked = (Form({}, application), None) if empty else suggest_form(request.values, application)
        found = form.read("call", lambda: steering.trade_off(application, asked)) if asked else None
        page = render_template("tradeoff.html", form=form, **(found or {}), **_offered(application))
        return make_response(page, 422 if form.errors else 200)


def _check(pages: Blueprint, application: Application) -> None:
    def page(form: Form, **found: Any) -> Response:
        offered = {"calls": application.calls(), "columns": COLUMNS, "sample": SAMPLE}
        page = render_template("check.html", form=form, **offered, **found)
        return make_response(page, 422 if form.errors else 200)

    @pages.get("/check")
    def ask_check() -> Response:
        return page(Form(request.args, application))

    @pages.post("/check")
    def check() -> Response:
        form, asked = check_form(request.form, request.files.get("file"), application)
        if asked is None:
            return page(form)
        call, members = asked
        answer = form.read("members", lambda: application.check(call, members))
        names = {each.id: each.label for each in members}
        known = application.organisations(names)
        return page(form, answer=answer, members=members, names=names, known=known)


def _partners(pages: Blueprint, application: Application) -> None:
    @pages.get("/partners")
    def partners() -> Response:
        form, question = partners_form(request.args, application)
        read = partial(form.read, "organisation")
        answer = read(lambda: application.partners(question)) if question else None
        asker = application.organisation(question.organisation) if answer and question else None
        page = render_template(
            "partners.html", form=form, answer=answer, asker=asker, calls=application.calls()
        )
        return make_response(page, 422 if form.errors else 200)


def _network(pages: Blueprint, application: Application) -> None:
    @pages.get("/network")
    def network() -> Response:
        form = Form(request.args, application)
        found = look_up(form, application)
        summary, countries = application.network.summary(), application.network.matrix().countries
        # Countries without a name here come last, by code.
        named = sorted((country_name(code), code) for code in countries)
        named.sort(key=lambda pair: len(pair[0]) == 2)
        page = render_template("network.html", form=form, summary=summary, countries=named, **found)
        return make_response(page, 422 if form.errors else 200)


def _calls(pages: Blueprint, application: Application) -> None:
    @pages.get("/calls")
    def calls() -> str:
        return render_template("calls.html", calls=application.calls())

    @pages.get("/calls/<call>")
    def call(call: str) -> str:
        profile = application.profile(call)
        return render_template("call.html", profile=profile, outlines=application.outlines(profile.id))
