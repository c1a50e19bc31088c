"""Which pages keep consortia by name, change, compare, share and export them?"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from data.errors import BadInput
from data.kept_consortia import KeptConsortium, KeptSeat
from data.media_types import MEDIA_TYPES
from data.model import Organisation
from matcher.suggest.coverage import coverage
from service.app.consortia import ConsortiumStanding
from service.app.open import Application
from service.app.question import ConsortiumWritten, SeatWritten, made
from service.exports.consortium import KINDS
from service.web.identity import reader
from service.web.pages import addressing
from service.web.pages.europe import member_map, tie_ring
from service.web.pages.form import Form
from service.web.pages.guard import Guard

MOST_COMPARED = 4


def add_routes(pages: Blueprint, application: Application, guard: Guard) -> None:
    """Add the addresses under /consortia and /shared."""
    _list(pages, application, guard)
    _one(pages, application, guard)
    _shared(pages, application, guard)


def _list(pages: Blueprint, application: Application, guard: Guard) -> None:
    consortia, records = application.consortia, application.records

    def page(form: Form) -> Response:
        page = render_template(
            "consortia.html", form=form, heads=consortia.listed(form.reader), calls=records.calls()
        )
        return make_response(page, 422 if form.errors else 200)

    @pages.get("/consortia")
    def consortia_page() -> Response:
        return page(Form(request.args, application, reader()))

    @pages.post("/consortia")
    def keep_consortium() -> AnyResponse:
        guard.require(request)
        values = addressing.whole_question(request.form, application)
        form = Form(values, application, reader())
        seats = _seats(form)
        question = {name: values[name] for name in (*addressing.SUGGEST, "needs") if values.get(name)}
        written = None
        if not form.errors:
            written = form.read("name", lambda: _written(form, seats))
        kept = (
            form.read("call", lambda: consortia.keep(form.reader, written, question=question))
            if written
            else None
        )
        return page(form) if kept is None else redirect(_address(kept.id), 303)

    @pages.get("/consortia/compare")
    def compare_consortia() -> Response:
        chosen = [
            consortia.consortium(reader(), ident) for ident in request.args.getlist("of")[:MOST_COMPARED]
        ]
        views = [(kept, consortia.standing(reader(), kept)) for kept in chosen]
        rows = _side_by_side(views)
        return make_response(render_template("compare.html", views=views, **rows), 200)


def _one(pages: Blueprint, application: Application, guard: Guard) -> None:
    consortia = application.consortia

    def page(form: Form, kept: KeptConsortium, link: str = "") -> Response:
        standing = consortia.standing(form.reader, kept)
        page = render_template(
            "consortium.html",
            form=form,
            kept=kept,
            lines=_lines(kept.seats, standing.known),
            link=link,
            mine=True,
            kinds=KINDS,
            **_view(form, kept, standing),
        )
        return make_response(page, 422 if form.errors else 200)

    @pages.get("/consortia/<consortium>")
    def consortium(consortium: str) -> Response:
        form = Form(request.args, application, reader())
        return page(form, consortia.consortium(form.reader, consortium))

    @pages.post("/consortia/<consortium>")
    def change_consortium(consortium: str) -> AnyResponse:
        guard.require(request)
        form = Form(request.form, application, reader())
        kept = consortia.consortium(form.reader, consortium)
        if form["step"] == "link":
            link = url_for("pages.shared", token=consortia.link(form.reader, kept.id), _external=True)
            return page(form, consortia.consortium(form.reader, kept.id), link)
        if form["step"] == "delete":
            consortia.remove(form.reader, kept.id)
            return redirect(url_for("pages.consortia_page"), 303)
        step = _steps(form, kept, application).get(form["step"])
        if step is None:
            raise BadInput(f"{form['step']!r} is no step of this page; choose one of its buttons")
        form.read(form["step"], step)
        return page(form, kept) if form.errors else redirect(_address(kept.id), 303)

    @pages.get("/consortia/<consortium>.<kind>")
    def consortium_export(consortium: str, kind: str) -> Response:
        kept = consortia.consortium(reader(), consortium)
        content = consortia.file(reader(), kept, kind)
        response = Response(content, mimetype=MEDIA_TYPES[kind])
        response.headers.set("Content-Disposition", "attachment", filename=f"consortium.{kind}")
        return response


def _steps(form: Form, kept: KeptConsortium, application: Application) -> Mapping[str, Callable[[], object]]:
    """Return what each button of the page does."""
    consortia, who = application.consortia, form.reader

    def seated() -> object:
        seats = _seats(form)
        return None if form.errors else consortia.seat(who, kept.id, seats, "changed by hand")

    def added() -> object:
        name = application.records.organisation(form["organisation"]).label
        seats = [*_written_seats(kept.seats), SeatWritten(organisation=form["organisation"])]
        return consortia.seat(who, kept.id, seats, f"added {name}")

    def removed() -> object:
        gone = application.records.organisation(form["organisation"], withdrawn=True)
        left = [seat for seat in _written_seats(kept.seats) if seat.organisation != gone.id]
        if not left:
            raise BadInput("it is the last member; delete the consortium instead")
        return consortia.seat(who, kept.id, left, f"removed {gone.label}")

    def taken() -> object:
        number = form.number("version", int, "the number of a version")
        return None if form.errors else consortia.take_version(who, kept.id, number or 0)

    return {
        "name": lambda: consortia.rename(who, kept.id, name=form["name"]),
        "notes": lambda: consortia.rename(who, kept.id, notes=form["notes"]),
        "members": seated,
        "add": added,
        "remove": removed,
        "version": taken,
        "comment": lambda: consortia.comment(who, kept, form["comment"]),
        "take-back": lambda: consortia.take_back(who, kept.id, form["digest"]),
    }


def _shared(pages: Blueprint, application: Application, guard: Guard) -> None:
    consortia = application.consortia

    @pages.get("/shared/<token>")
    def shared(token: str) -> Response:
        form = Form(request.args, application, reader())
        kept = consortia.linked(token)
        page = render_template(
            "consortium.html",
            form=form,
            kept=kept,
            mine=False,
            shared_token=token,
            **_view(form, kept, consortia.standing(form.reader, kept)),
        )
        return make_response(page, 200)

    @pages.post("/shared/<token>")
    def comment_shared(token: str) -> AnyResponse:
        guard.require(request)
        form = Form(request.form, application, reader())
        consortia.comment(form.reader, consortia.linked(token), form["comment"])
        return redirect(url_for("pages.shared", token=token, _anchor="comments"), 303)


def _view(form: Form, kept: KeptConsortium, standing: ConsortiumStanding) -> dict[str, Any]:
    """Return how a set stands, who would mend it, map and ties, and what of its outline it answers, if it has one."""
    from matcher.suggest.answers import Partner

    application = form.application
    score = application.consortia.score(form.reader, kept)
    members = [Partner.of(standing.known[row.id], row.role, 0.0, ()) for row in standing.partners]
    suggestion = score.answer.suggestions[0] if score.answer else None
    return {
        "standing": standing,
        "profile": application.records.call(kept.call),
        "mends": application.consortia.mends(form.reader, kept, standing),
        "map": member_map(members),
        "ties": tie_ring(members, application.records.network),
        "suggestion": suggestion,
        "rows": coverage(suggestion, score.answer) if suggestion and score.answer else (),
        "why_no_answer": score.why_no_answer,
    }


def _side_by_side(views: list[tuple[KeptConsortium, ConsortiumStanding]]) -> dict[str, Any]:
    """Return who is in which of several consortia."""
    who = {row.id: row for _, standing in views for row in standing.partners}
    inside = [{row.id: row for row in standing.partners} for _, standing in views]
    order = sorted(who.values(), key=lambda row: (-sum(row.id in one for one in inside), row.name.casefold()))
    return {"organisations": order, "inside": inside}


def _address(ident: str) -> str:
    return url_for("pages.consortium", consortium=ident)


def _written(form: Form, seats: list[SeatWritten]) -> ConsortiumWritten:
    return made(
        ConsortiumWritten, name=form["name"], call=form["call"], members=seats, notes=form["notes"] or None
    )


def _seats(form: Form) -> list[SeatWritten]:
    """Read members, one a line: name or code; then, after semicolons, role and budget in euro."""
    seats = []
    for line in form.lines("members"):
        name, role, budget = (*(part.strip() for part in line.split(";")), "", "")[:3]
        organisation = form.resolved("members", name)
        if organisation is None:
            continue
        written = budget.replace(",", "").replace(" ", "")
        try:
            seats.append(
                made(
                    SeatWritten,
                    organisation=organisation,
                    role=role or None,
                    budget_eur=float(written) if written else None,
                )
            )
        except ValueError:
            form.errors["members"] = f"Write a budget in euro, as in 250000, not “{budget}”."
        except BadInput as error:
            form.errors["members"] = str(error)
    if not seats:
        form.errors.setdefault("members", "Write who is in, one a line.")
    return seats


def _written_seats(seats: tuple[KeptSeat, ...]) -> list[SeatWritten]:
    return [
        SeatWritten(organisation=seat.organisation, role=seat.role, budget_eur=seat.budget_eur)
        for seat in seats
    ]


def _lines(seats: tuple[KeptSeat, ...], known: Mapping[str, Organisation]) -> str:
    """Return members as the form takes them."""
    lines = []
    for seat in seats:
        one = known.get(seat.organisation)
        name = f"{one.label.replace(';', ',')} ({one.id})" if one else seat.organisation
        budget = "" if seat.budget_eur is None else f"{seat.budget_eur:.2f}".removesuffix(".00")
        parts = [name, seat.role or "", budget]
        while not parts[-1]:
            parts.pop()
        lines.append("; ".join(parts))
    return "\n".join(lines)
