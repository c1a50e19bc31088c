"""Which page answers which address? Each handler: parse, one call, render."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from data.calls import PREVAILS
from data.countries import country_name
from data.model import Kind, Outline
from matcher.solver.assemble import PRESETS
from matcher.suggest.answers import Suggestions
from service.app.open import Application
from service.app.question import ListQuestion, PartnersQuestion
from service.web.access import may_open
from service.web.identity import asking, reader
from service.web.pages import (
    accounts,
    addressing,
    bringing,
    changing,
    combining,
    editing,
    facts,
    meeting,
    needs,
    reading,
    sharing,
    shortlists,
    show,
    side_by_side,
    steering,
)
from service.web.pages.form import Form
from service.web.pages.forms import (
    USUAL_PRESET,
    partners_question,
    steer_question,
    suggest_question,
    why_question,
)
from service.web.pages.guard import Guard
from service.web.pages.listing import COLUMNS, SAMPLE, check_form
from service.web.pages.lookup import look_up

SCORE_MEANS = (
    "A score says: looks like consortia that were funded. It is never a probability of success, because "
    "nobody publishes the proposals that were turned down."
)


def pages_blueprint(application: Application) -> Blueprint:
    """Return the pages' routes, answered by the application."""
    pages, records, guard = Blueprint("pages", __name__), application.records, Guard()
    for show_as in show.FILTERS:
        pages.add_app_template_filter(show_as, show_as.__name__)
    pages.add_app_template_global(lambda: guard.token, "form_token")
    pages.add_app_template_global(addressing.in_address, "question_fields")

    @pages.app_context_processor
    def always() -> dict[str, Any]:
        constants = {"prevails": PREVAILS, "score_means": SCORE_MEANS, "answers": show.ANSWERS}
        who = {"may_open": may_open, "me": lambda: asking().person, "roots": request.script_root}
        return {"fictional": lambda: records.any_fictional, "icons": show.ICONS, **constants, **who}

    @pages.get("/")
    def start() -> str:
        outlines = records.count_outlines(reader())
        return render_template(
            "start.html", summary=records.network.summary(), calls=records.calls(), outlines=outlines
        )

    _suggest(pages, application)
    changing.add_routes(pages, application)
    _steer(pages, application)
    _check(pages, application)
    _partners(pages, application)
    _why(pages, application)
    _network(pages, application)
    _calls(pages, application)
    combining.add_routes(pages, application, guard)
    meeting.add_routes(pages, application, guard)
    bringing.add_routes(pages, application, guard)
    editing.add_routes(pages, application, guard)
    accounts.add_routes(pages, application, guard)
    sharing.add_routes(pages, application, guard)
    reading.add_routes(pages, application)
    facts.add_routes(pages, application, guard)
    shortlists.add_routes(pages, application, guard)
    return pages


def _suggest(pages: Blueprint, application: Application) -> None:
    records = application.records

    def page(form: Form, answer: Suggestions | None, status: int) -> Response:
        understood = needs.shown(form, answer.understood if answer else None)
        outline = form.read("outline", lambda: _outline_of(form)) if answer else None
        page = render_template(
            "suggest.html",
            form=form,
            answer=answer,
            needs=understood,
            subject=addressing.subject(form, outline),
            outline=outline,
            profile=records.call(answer.call) if answer else None,
            **(side_by_side.view(form, answer) | changing.what_changed(form, answer) if answer else {}),
            **_offered(application),
        )
        return make_response(page, status)

    @pages.get("/suggest")
    def ask_suggest() -> Response:
        values = addressing.whole_question(request.args, application)
        if not (values.get("call") and (values.get("outline") or values.get("text"))):
            return page(Form(values, application, reader()), None, 200)
        form, question = suggest_question(values, application)
        ask = application.questions.suggest
        answer = form.read("call", lambda: ask(form.reader, question)) if question else None
        return page(form, answer, 422 if form.errors else 200)

    @pages.post("/suggest")
    def suggest() -> AnyResponse:
        form, question = suggest_question(request.form, application)
        if question is None:
            return page(form, None, 422)
        fields = addressing.fields_of(form, addressing.SUGGEST)
        return addressing.answered_at("ask_suggest", "suggest", fields, application)

    @pages.post("/questions/forget")
    def forget_question() -> AnyResponse:
        application.kept.forget(reader(), request.form.get(addressing.QUESTION, ""))
        return redirect(url_for("pages.ask_suggest"), 303)


def _outline_of(form: Form) -> Outline | None:
    records = form.application.records
    return records.outline(form.reader, form["outline"]) if form["outline"] else None


def _offered(application: Application) -> dict[str, Any]:
    """Return what a question may choose from."""
    offered = {"calls": application.records.calls(), "presets": tuple(PRESETS), "usual": USUAL_PRESET}
    return offered | {"kinds": tuple(Kind)}


def _steer(pages: Blueprint, application: Application) -> None:
    @pages.get("/steer")
    def steer() -> Response:
        form, question = steer_question(addressing.whole_question(request.args, application), application)
        view = form.read("members", lambda: steering.steer(form, question)) if question else None
        page = render_template("steer.html", form=form, **(view or {}), **_offered(application))
        return make_response(page, 422 if form.errors else 200)

    @pages.post("/steer")
    def steer_anew() -> AnyResponse:
        form, question = steer_question(request.form, application)
        if question is None:
            page = render_template("steer.html", form=form, **_offered(application))
            return make_response(page, 422 if form.errors else 200)
        fields = addressing.fields_of(form, addressing.SUGGEST)
        return addressing.answered_at("steer", "suggest", fields, application, members=form["members"])

    @pages.get("/tradeoff")
    def tradeoff() -> Response:
        values = addressing.whole_question(request.args, application)
        empty = "call" not in values
        form, question = suggest_question({} if empty else values, application)
        if empty:
            form.errors.clear()
        view = form.read("call", lambda: steering.trade_off(form, question)) if question else None
        page = render_template("tradeoff.html", form=form, **(view or {}), **_offered(application))
        return make_response(page, 422 if form.errors else 200)

    @pages.post("/tradeoff")
    def tradeoff_anew() -> AnyResponse:
        form, question = suggest_question(request.form, application)
        if question is None:
            return make_response(render_template("tradeoff.html", form=form, **_offered(application)), 422)
        fields = addressing.fields_of(form, addressing.SUGGEST)
        return addressing.answered_at("tradeoff", "suggest", fields, application)


def _check(pages: Blueprint, application: Application) -> None:
    def page(form: Form, **view: Any) -> Response:
        offered = {"calls": application.records.calls(), "columns": COLUMNS, "sample": SAMPLE}
        page = render_template("check.html", form=form, **offered, **view)
        return make_response(page, 422 if form.errors else 200)

    @pages.get("/check")
    def ask_check() -> Response:
        return page(Form(request.args, application, reader()))

    @pages.post("/check")
    def check() -> Response:
        form, members = check_form(request.form, request.files.get("file"), application)
        if members is None:
            return page(form)
        ask = application.questions.check_members
        answer = form.read("members", lambda: ask(form.reader, form["call"], members))
        names = {member.id: member.label for member in members}
        known = application.records.organisations(names)
        return page(form, answer=answer, members=members, names=names, known=known)


def _partners(pages: Blueprint, application: Application) -> None:
    records = application.records

    def page(form: Form, question: PartnersQuestion | None) -> Response:
        read, ask = partial(form.read, "organisation"), application.questions.partners
        answer = read(lambda: ask(form.reader, question)) if question else None
        known = question.organisation if answer and question else None
        asker = records.organisation(known) if known else None
        subject = asker.label if asker else addressing.subject(form, None)
        page = render_template(
            "partners.html", form=form, answer=answer, asker=asker, subject=subject, calls=records.calls()
        )
        return make_response(page, 422 if form.errors else 200)

    @pages.get("/partners")
    def partners() -> Response:
        return page(*partners_question(addressing.whole_question(request.args, application), application))

    @pages.post("/partners")
    def partners_anew() -> AnyResponse:
        form, question = partners_question(request.form, application)
        if question is None:
            return page(form, None)
        fields = {"organisation": ""} | addressing.fields_of(form, addressing.PARTNERS)
        return addressing.answered_at("partners", "partners", fields, application)


def _why(pages: Blueprint, application: Application) -> None:
    @pages.get("/why")
    def why() -> Response:
        form, question = why_question(request.args, application)
        ask = application.questions.why
        answer = form.read("organisation", lambda: ask(form.reader, question)) if question else None
        page = render_template("why.html", form=form, answer=answer)
        return make_response(page, 422 if form.errors else 200)


def _network(pages: Blueprint, application: Application) -> None:
    @pages.get("/network")
    def network() -> Response:
        form, graph_of = Form(request.args, application, reader()), application.records.network
        view = look_up(form)
        summary, countries = graph_of.summary(), graph_of.matrix().countries
        # Countries without a name here come last, by code.
        named = sorted((country_name(code), code) for code in countries)
        named.sort(key=lambda pair: len(pair[0]) == 2)
        page = render_template("network.html", form=form, summary=summary, countries=named, **view)
        return make_response(page, 422 if form.errors else 200)


def _calls(pages: Blueprint, application: Application) -> None:
    records = application.records

    @pages.get("/calls")
    def calls() -> str:
        return render_template("calls.html", calls=records.calls())

    @pages.get("/calls/<call>")
    def call(call: str) -> str:
        profile = records.call(call)
        part = ListQuestion(cursor=request.args.get("cursor") or None)
        outlines = records.outlines(reader(), part, call=profile.id)
        count = records.count_outlines(reader(), call=profile.id)
        return render_template("call.html", profile=profile, outlines=outlines, count_of_outlines=count)
