"""How does an owner open something to others by the page, and how do two companies come to know one another?"""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from data.openness import Tier
from service.app.open import Application
from service.web.access import require_accounts
from service.web.identity import reader
from service.web.pages.form import Form
from service.web.pages.guard import Guard

TIERS = {
    Tier.CLOSED: "Closed: only you and the call's coordinators",
    Tier.EXISTENCE: "That it exists: it is counted, and no more",
    Tier.TEASER: "Teaser: country, kind of organisation, topic",
    Tier.ABSTRACT: "Abstract: the teaser, and what you write below",
    Tier.FULL: "All of it: full text and your name, to everybody who signs in",
}
PROFILE_TIERS = {
    Tier.CLOSED: "Closed: found only by what is public, such as past projects",
    Tier.EXISTENCE: "That you are here: found by name, and suggested by name and country",
    Tier.FULL: "All of it: what you write of yourself, and your address on the web",
}
"""What each step shows, in words."""


def add_routes(pages: Blueprint, application: Application, guard: Guard) -> None:
    """Add the addresses."""
    sharing = application.sharing

    def form_of(values: Any) -> Form:
        require_accounts()
        return Form(values, application, reader())

    @pages.get("/open")
    def open_outlines() -> Response:
        return _open_page(form_of(request.args))

    @pages.post("/open")
    def ask() -> AnyResponse:
        guard.require(request)
        form = form_of(request.form)
        done = form.read("reference", lambda: sharing.ask(form.reader, form["reference"]))
        return redirect(url_for("pages.requests"), 303) if done else _open_page(form)

    @pages.get("/requests")
    def requests() -> Response:
        return _requests_page(form_of(request.args))

    @pages.post("/requests")
    def answer() -> AnyResponse:
        guard.require(request)
        form = form_of(request.form)
        number = form.number("number", int, "the number of a request") or 0
        if form["step"] == "withdraw":
            form.read("number", lambda: sharing.withdraw(form.reader, number))
        else:
            form.read("number", lambda: sharing.answer(form.reader, number, form["step"]))
        return _requests_page(form) if form.errors else redirect(url_for("pages.requests"), 303)

    @pages.get("/sharing")
    def sharing_page() -> Response:
        return _sharing_page(form_of(request.args))

    @pages.post("/sharing")
    def share() -> AnyResponse:
        guard.require(request)
        form = form_of(request.form)
        who, tier = form.reader, form["tier"]
        if form["outline"]:
            form.read(
                "tier",
                lambda: sharing.open_outline(who, form["outline"], tier, request.form.get("abstract", "")),
            )
        else:
            form.read("tier", lambda: sharing.open_organisation(who, who.organisation or "", tier))
        return _sharing_page(form) if form.errors else redirect(url_for("pages.sharing_page", done=1), 303)


def _open_page(form: Form) -> Response:
    application = form.application
    outlines, more = application.sharing.open_outlines(form.reader)
    titles = {call.id: call for call in application.records.calls()}
    streams = {(call.id, stream.id): stream.title for call in titles.values() for stream in call.work_streams}
    page = render_template(
        "open.html", form=form, outlines=outlines, more=more, calls=titles, streams=streams
    )
    return make_response(page, 422 if form.errors else 200)


def _requests_page(form: Form) -> Response:
    rows = form.application.sharing.requests(form.reader)
    page = render_template("requests.html", form=form, rows=rows)
    return make_response(page, 422 if form.errors else 200)


def _sharing_page(form: Form) -> Response:
    sharing = form.application.sharing
    page = render_template(
        "sharing.html",
        form=form,
        shared=sharing.mine(form.reader),
        profile=sharing.profile(form.reader),
        tiers=TIERS,
        profile_tiers=PROFILE_TIERS,
    )
    return make_response(page, 422 if form.errors else 200)
