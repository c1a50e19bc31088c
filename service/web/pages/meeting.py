"""Which address answers what about an event? Set it up, show its plan, change it on the day, hand out agendas."""

import datetime as dt
from pathlib import PurePath
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from data.errors import NotFound
from data.media_types import MEDIA_TYPES
from matcher.overall.event import fairness, plan_change
from matcher.overall.meetings import MeetingPlan
from service.app.event import FIELDS, USUAL, KeptEvent, options_of
from service.app.open import Application
from service.app.workspace import meetings_file
from service.web.identity import reader
from service.web.pages.form import Form
from service.web.pages.guard import Guard

LEAST_SERVED = 5
"""So many of those with the fewest and with the most meetings are named."""


def add_routes(pages: Blueprint, application: Application, guard: Guard) -> None:
    """Add the addresses under /event."""
    projects = application.projects

    def page(form: Form, call: str, **view: Any) -> Response:
        title = application.records.call(call).title
        made = render_template("event.html", form=form, call=call, title=title, **view)
        return make_response(made, 422 if form.errors else 200)

    def plan(call: str) -> tuple[KeptEvent, MeetingPlan]:
        kept = projects.kept_event(reader(), call)
        if kept is None:
            raise NotFound(
                f"no event of call {call!r} is set up; do so at {url_for('pages.event', call=call)}"
            )
        options = options_of(kept.fields, application.records.names.organisation)
        return kept, projects.event(reader(), call, options, kept.held)

    @pages.get("/event/<call>")
    def event(call: str) -> Response:
        kept = projects.kept_event(reader(), call)
        form = Form(dict(kept.fields if kept else USUAL), application, reader())
        return page(form, call, **(_shown(plan(call)[1]) if kept else {}))

    @pages.post("/event/<call>")
    def set_up(call: str) -> AnyResponse:
        guard.require(request)
        form = Form(request.form, application, reader())
        names = application.records.names
        options = form.read("days", lambda: options_of(request.form, names.organisation))
        if options is None:
            form.errors = {_field_of(form.errors["days"]): form.errors["days"]}
            return page(form, call)
        kept = projects.kept_event(reader(), call)
        held = kept.held if kept and form["keep"] else ()
        made = form.read("days", lambda: projects.event(reader(), call, options, held))
        if made is None:
            return page(form, call)
        projects.keep_event(reader(), call, KeptEvent.of({name: form[name] for name in FIELDS}, made))
        if not held:
            return redirect(url_for("pages.event", call=call, _anchor="plan"), 303)
        return page(form, call, change=plan_change(held, made), **_shown(made))

    @pages.get("/event/<call>/agenda/<path:participant>")
    def agenda(call: str, participant: str) -> str:
        made = plan(call)[1]
        if participant not in made.participants:
            raise NotFound(f"{participant!r} takes no part in the event of {call}")
        title = application.records.call(call).title
        return render_template("agenda.html", call=call, title=title, plan=made, who=participant)

    @pages.get("/event/<call>/meetings.<kind>")
    def event_file(call: str, kind: str) -> Response:
        who = request.args.get("who") or None
        title = application.records.call(call).title
        content = meetings_file(
            plan(call)[1], f".{kind}", stamp=dt.datetime.now(dt.UTC), participant=who, title=title
        )
        response = Response(content, mimetype=MEDIA_TYPES.get(kind))
        name = PurePath(f"{call}-{who}" if who else f"{call}-meetings").name
        response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{kind}")
        return response


def _field_of(error: str) -> str:
    """The field that an error is about: that with which its sentence begins, else the days."""
    named = error.partition(":")[0].casefold()
    return named if named in FIELDS else "days"


def _shown(made: MeetingPlan) -> dict[str, Any]:
    ranked = fairness(made)
    slots = [
        (slot, [meeting for meeting in made.meetings if meeting.slot == number])
        for number, slot in enumerate(made.slots, start=1)
    ]
    return {"plan": made, "slots": slots, "fewest": ranked[:LEAST_SERVED], "most": ranked[::-1][:LEAST_SERVED],
            "ranked": sorted(ranked, key=lambda pair: made.names.get(pair[0], pair[0]))}  # fmt: skip
