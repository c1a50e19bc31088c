"""How is "cannot tell" answered where it stands? One small form a question; the answer is a change like any other."""

from typing import Any

from flask import Blueprint, g, redirect, request
from werkzeug.wrappers import Response

from data.errors import BadInput
from data.model import Kind
from service.app.open import Application
from service.app.question import OrganisationEdited, made
from service.web.access import inside, may_open
from service.web.identity import reader
from service.web.pages import show
from service.web.pages.guard import Guard
from service.web.pages.reading import may

ANSWERED = ("owner", "sme", "kind", "country")
"""The facts of one organisation that are answered by changing its record."""
YES_NO = {"yes": True, "no": False}


def add_routes(pages: Blueprint, application: Application, guard: Guard) -> None:
    """Add the address, and what the forms of questions need."""

    @pages.app_template_global("fact_kinds")
    def fact_kinds() -> list[tuple[str, str]]:
        return [(kind.value, show.kind(kind.value)) for kind in Kind]

    @pages.app_template_global("may_answer")
    def may_answer(question: Any) -> bool:
        return _may_answer(question.fact, question.members, application)

    @pages.app_template_global("answer_back")
    def answer_back() -> str:
        address = request.full_path.rstrip("?") if request.method == "GET" else ""
        return address if len(address) < 2_000 else ""

    @pages.post("/facts")
    def state_fact() -> Response:
        guard.require(request)
        _state(application)
        return redirect(inside(request.form.get("back") or "/changes"), 303)


def _may_answer(fact: str, members: tuple[str, ...], application: Application) -> bool:
    """Whether the reader may answer a question; each organisation is asked about once a request."""
    if fact == "same-owner":
        return may_open("pages.changes") and len(members) == 2
    if fact not in ANSWERED or len(members) != 1:
        return False
    known: dict[str, bool] = g.setdefault("may_answer", {})
    ident = members[0]
    if ident not in known:
        known[ident] = may(lambda: application.editing.organisation(reader(), ident))
    return known[ident]


def _state(application: Application) -> None:
    form = request.form
    fact, organisation, value = (form.get(name, "").strip() for name in ("fact", "organisation", "value"))
    if fact == "same-owner":
        if value not in YES_NO:
            raise BadInput(f"{value!r} is no answer; needed: yes or no")
        application.owners.decide(reader(), organisation, form.get("other", ""), same=YES_NO[value])
        return
    if fact not in ANSWERED:
        raise BadInput(f"{fact!r} is no fact that is answered here; needed: one of {', '.join(ANSWERED)}")
    if not value:
        raise BadInput("nothing was answered; choose or write something")
    answer: Any = value
    if fact == "sme":
        if value not in YES_NO:
            raise BadInput(f"{value!r} is no answer; needed: yes or no")
        answer = YES_NO[value]
    edited = made(OrganisationEdited, **{fact: answer})
    application.editing.edit_organisation(reader(), organisation, edited)
