"""How is one record kept, edited, withdrawn or deleted by the page, and a change undone?"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from data.countries import to_eu
from data.media_types import MEDIA_TYPES
from data.model import Kind, Organisation, Outline
from service.app.open import Application
from service.app.question import (
    PAGE,
    DuplicateDecided,
    ListQuestion,
    OrganisationAdded,
    OrganisationEdited,
    OutlineAdded,
    OutlineEdited,
    RecordsOf,
    made,
)
from service.web.access import may_open
from service.web.identity import reader
from service.web.pages import reading, show
from service.web.pages.form import Form
from service.web.pages.guard import Guard

OUTLINE_FIELDS = (
    *("title", "text", "organisation", "country", "language", "offers", "seeks"),
    *("work_stream", "budget_eur", "submitted"),
)
ORGANISATION_FIELDS = ("name", "country", "kind", "sme", "owner", "city", "url", "profile")
NEW = "new"
"""In an address, in place of an id: the record is yet to be written."""


def add_routes(pages: Blueprint, application: Application, guard: Guard) -> None:
    """Add the addresses of records and changes."""
    _lists(pages, application, guard)
    _outlines(pages, application, guard)
    _organisations(pages, application, guard)
    _duplicates(pages, application, guard)


def _lists(pages: Blueprint, application: Application, guard: Guard) -> None:
    records, editing = application.records, application.editing

    @pages.get("/records")
    def records_page() -> AnyResponse:
        form = Form(request.args, application, reader())
        if form["organisation"] and (record := form.organisation("organisation")):
            return redirect(url_for("pages.organisation", organisation=record), 303)
        part = ListQuestion(cursor=form["cursor"] or None)
        call, text = form["call"] or None, form["text"] or None
        outlines = form.read("call", lambda: records.outlines(form.reader, part, call=call, text=text))
        page = render_template("records.html", form=form, calls=records.calls(), outlines=outlines)
        return make_response(page, 422 if form.errors else 200)

    @pages.get("/records/outlines.<kind>")
    def outlines_file(kind: str) -> Response:
        return file(RecordsOf.OUTLINES, kind)

    @pages.get("/records/organisations.<kind>")
    def organisations_file(kind: str) -> Response:
        return file(RecordsOf.ORGANISATIONS, kind)

    def file(what: RecordsOf, kind: str) -> Response:
        form = Form(request.args, application, reader())
        content = records.file(form.reader, what, kind, call=form["call"] or None)
        response = Response(content, mimetype=MEDIA_TYPES[kind])
        name = "-".join(filter(None, (what.value, form["call"])))
        response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{kind}")
        return response

    @pages.get("/changes")
    def changes() -> Response:
        return _changes_page(Form(request.args, application, reader()))

    @pages.post("/changes")
    def undo() -> AnyResponse:
        guard.require(request)
        form = Form(request.form, application, reader())
        number = form.number("change", int, "the number of a change")
        if number is None:
            form.errors.setdefault("change", "Choose a change.")
            return _changes_page(form)
        done = form.read("change", lambda: editing.undo(form.reader, number))
        return redirect(url_for("pages.changes"), 303) if done else _changes_page(form)


def _changes_page(form: Form) -> Response:
    part = ListQuestion(cursor=form["cursor"] or None)
    changes = form.application.editing.audit(form.reader, part)
    page = render_template("changes.html", form=form, changes=changes)
    return make_response(page, 422 if form.errors else 200)


def _outlines(pages: Blueprint, application: Application, guard: Guard) -> None:
    editing, records = application.editing, application.records

    def page(form: Form, outline: Outline | None) -> Response:
        call = outline.call if outline else form["call"]
        profile = next((profile for profile in application.records.calls() if profile.id == call), None)
        sender = application.records.organisations([outline.organisation]) if outline else {}
        page = render_template(
            "outline.html",
            form=form,
            outline=outline,
            sender=next(iter(sender.values()), None),
            partners=records.organisations(editing.kept(outline).partners).values() if outline else (),
            calls=application.records.calls(),
            streams=[(stream.id, stream.title) for stream in profile.work_streams] if profile else (),
            may_change=outline is None or reading.may(lambda: editing.outline(form.reader, outline.id)),
            profile=profile,
            **_last_change(form),
        )
        return make_response(page, 422 if form.errors else 200)

    @pages.get("/outlines/<path:outline>")
    def outline(outline: str) -> Response:
        if outline == NEW and may_open("pages.write_outline", "POST"):
            return page(Form(request.args, application, reader()), None)
        record = records.outline(reader(), outline, withdrawn=True)
        return page(_filled(record, OUTLINE_FIELDS, application), record)

    @pages.post("/outlines/<path:outline>")
    def write_outline(outline: str) -> AnyResponse:
        guard.require(request)
        form = Form(request.form, application, reader())
        if outline == NEW:
            added = form.read("title", lambda: editing.add_outline(form.reader, _outline_added(form)))
            return _done("pages.outline", outline=added.id) if added else page(form, None)
        steps: Mapping[str, Callable[[], Outline]] = {
            "withdraw": lambda: editing.withdraw_outline(form.reader, outline),
            "restore": lambda: editing.restore_outline(form.reader, outline),
            "delete": lambda: editing.delete_outline(form.reader, outline, forget=bool(form["forget"])),
            "save": lambda: editing.edit_outline(form.reader, outline, _outline_edited(form)),
        }
        step = steps.get(form["step"], steps["save"])
        record = form.read("title", step)
        if record is None:
            return page(form, editing.outline(form.reader, outline))
        if form["step"] == "delete":
            return _after_deletion()
        return _done("pages.outline", outline=record.id)


def _after_deletion() -> AnyResponse:
    """Lead to where a deletion can be undone, or, whom that is not open to, to the records."""
    return redirect(url_for("pages.changes" if may_open("pages.changes") else "pages.records_page"), 303)


def _organisations(pages: Blueprint, application: Application, guard: Guard) -> None:
    editing = application.editing

    def page(form: Form, organisation: Organisation | None) -> Response:
        page = render_template(
            "organisation.html",
            form=form,
            organisation=organisation,
            kinds=[(kind.value, show.kind(kind.value)) for kind in Kind],
            may_change=organisation is None
            or reading.may(lambda: editing.organisation(form.reader, organisation.id)),
            **({} if organisation is None else reading.of_organisation(form, organisation)),
            **_last_change(form),
        )
        return make_response(page, 422 if form.errors else 200)

    @pages.get("/organisations/<path:organisation>")
    def organisation(organisation: str) -> Response:
        if organisation == NEW and may_open("pages.changes"):  # who administers; see Editing.add_organisation
            return page(Form(request.args, application, reader()), None)
        record = application.records.organisation(organisation, withdrawn=True)
        return page(_filled(record, ORGANISATION_FIELDS, application), record)

    @pages.post("/organisations/<path:organisation>")
    def write_organisation(organisation: str) -> AnyResponse:
        guard.require(request)
        form = Form(request.form, application, reader())
        if organisation == NEW:
            added = form.read(
                "name", lambda: editing.add_organisation(form.reader, _organisation_added(form))
            )
            return _done("pages.organisation", organisation=added.id) if added else page(form, None)
        steps: Mapping[str, Callable[[], Organisation]] = {
            "withdraw": lambda: editing.withdraw_organisation(form.reader, organisation),
            "restore": lambda: editing.restore_organisation(form.reader, organisation),
            "delete": lambda: editing.delete_organisation(form.reader, organisation),
            "save": lambda: editing.edit_organisation(form.reader, organisation, _organisation_edited(form)),
        }
        step = steps.get(form["step"], steps["save"])
        record = form.read("name", step)
        if record is None:
            return page(form, editing.organisation(form.reader, organisation))
        if form["step"] == "delete":
            return _after_deletion()
        return _done("pages.organisation", organisation=record.id)


def _duplicates(pages: Blueprint, application: Application, guard: Guard) -> None:
    def page(form: Form) -> Response:
        of = RecordsOf.OUTLINES if form["of"] == RecordsOf.OUTLINES else RecordsOf.ORGANISATIONS
        rows = application.duplicates.probable(form.reader, of, PAGE)
        page = render_template("duplicates.html", form=form, of=of, rows=rows)
        return make_response(page, 422 if form.errors else 200)

    @pages.get("/duplicates")
    def duplicates() -> Response:
        return page(Form(request.args, application, reader()))

    @pages.post("/duplicates")
    def decide_duplicate() -> AnyResponse:
        guard.require(request)
        form = Form(request.form, application, reader())
        keep, other = ("other", "keep") if form["same"] == "other" else ("keep", "other")
        facts = {
            "of": form["of"],
            "keep": form[keep],
            "other": form[other],
            "same": form["same"] in ("yes", "other"),
        }
        done = form.read(
            "other", lambda: application.duplicates.decide(form.reader, made(DuplicateDecided, **facts))
        )
        return redirect(url_for("pages.duplicates", of=form["of"]), 303) if done else page(form)


def _done(endpoint: str, **path: Any) -> AnyResponse:
    # 303: the browser asks for the page anew, and a reload writes nothing twice.
    return redirect(url_for(endpoint, **path, done=1), 303)


def _last_change(form: Form) -> dict[str, Any]:
    """Return what was done a moment ago where the page is shown after that.

    Who may not read the audit is told that it was saved, and no more.
    """
    if not request.args.get("done"):
        return {"done": None}
    if not may_open("pages.changes"):
        return {"done": {"what": "saved", "can_be_undone": False}}
    (newest, *_) = form.application.editing.audit(form.reader, ListQuestion(limit=1)).entries
    return {"done": newest}


def _filled(record: Outline | Organisation, names: tuple[str, ...], application: Application) -> Form:
    """Return a form that holds what is kept of a record."""
    values = {name: _written(getattr(record, name)) for name in names}
    values["cursor"] = request.args.get("cursor", "")
    values["country"] = to_eu(record.country) if record.country else ""
    named = {name: values[name] for name in ("organisation", "owner") if values.get(name)}
    known = application.records.organisations(named.values())
    values |= {name: f"{known[ident].label} ({ident})" for name, ident in named.items() if ident in known}
    return Form(values, application, reader())


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}".removesuffix(".00")
    return str(value)


def _facts(form: Form, names: tuple[str, ...]) -> dict[str, Any]:
    """Return what the fields say; an empty one is unknown."""
    facts: dict[str, Any] = {name: form[name] or None for name in names}
    if facts.get("budget_eur"):
        facts["budget_eur"] = facts["budget_eur"].replace(",", "").replace(" ", "")
    if "sme" in facts:
        facts["sme"] = {"yes": True, "no": False}.get(form["sme"])
    return facts


def _outline_added(form: Form) -> OutlineAdded:
    facts = _facts(form, OUTLINE_FIELDS)
    return made(
        OutlineAdded,
        call=form["call"],
        new_organisation=bool(form["new_organisation"]),
        **{name: fact for name, fact in facts.items() if fact is not None},
    )


def _outline_edited(form: Form) -> OutlineEdited:
    facts = _facts(form, OUTLINE_FIELDS)
    needed = ("title", "text", "organisation", "country")
    return made(OutlineEdited, **facts | {name: form[name] for name in needed})


def _organisation_added(form: Form) -> OrganisationAdded:
    return made(
        OrganisationAdded, id=form["id"] or None, **_facts(form, ORGANISATION_FIELDS) | {"name": form["name"]}
    )


def _organisation_edited(form: Form) -> OrganisationEdited:
    return made(OrganisationEdited, **_facts(form, ORGANISATION_FIELDS))
