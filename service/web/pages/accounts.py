"""How does somebody sign in by the page, look after the own account, and let others in?"""

import time
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from data.errors import KonsortError, NotSignedIn, TooOften
from data.published import as_json
from data.readers import Role
from service.app.accounts import (
    DEMO_PEOPLE,
    SHORTEST_PASSWORD,
    TOKEN_DAYS,
    Accounts,
    Opened,
    second_factor_address,
)
from service.app.open import Application
from service.web.access import inside, require_accounts
from service.web.identity import FORM, SESSION, asking, doors, reader, set_cookie
from service.web.pages.form import Form
from service.web.pages.guard import Guard

ROLE_WORDS = {
    "administrator": "Administrator",
    "coordinator": "Coordinator of a call",
    "company": "Member of an organisation",
    "analyst": "Analyst",
}
"""What pages call a role."""


def role_words(role: str) -> str:
    """Return what pages call a role."""
    return ROLE_WORDS[str(role)]


def add_routes(pages: Blueprint, application: Application, guard: Guard) -> None:
    """Add the addresses of accounts."""
    pages.add_app_template_filter(role_words)

    @pages.app_context_processor
    def known() -> dict[str, Any]:
        return {"entering": lambda: {"demo": doors().demo, "roles": tuple(DEMO_PEOPLE)}}

    _signing_in(pages, application, guard)
    _links(pages, application, guard)
    _account(pages, application, guard)
    _people(pages, application, guard)


def _signing_in(pages: Blueprint, application: Application, guard: Guard) -> None:
    accounts = application.accounts

    def page(form: Form, status: int = 200) -> Response:
        first = not accounts.any_administrator()
        page = render_template("login.html", form=form, first=first)
        return make_response(page, status)

    @pages.get("/login")
    def login() -> AnyResponse:
        require_accounts()
        return (
            page(_form(request.args, application))
            if asking().person is None
            else redirect(url_for("pages.start"))
        )

    @pages.post("/login")
    def sign_in() -> AnyResponse:
        require_accounts()
        guard.require(request)
        form = _form(request.form, application)
        try:
            opened = accounts.sign_in(
                form["name"],
                request.form.get("password", ""),
                form["code"],
                address=_address(),
                device=_device(),
            )
        except NotSignedIn:
            form.errors["name"] = (
                "Name, password or code is wrong. Check all three, also whether capitals are on."
            )
            return page(form, 422)
        except TooOften as error:
            form.errors["name"] = f"{error}."
            response = page(form, 429)
            response.headers["Retry-After"] = str(error.wait_s)
            return response
        return _entered(application, opened, inside(form["next"]))

    @pages.post("/logout")
    def logout() -> AnyResponse:
        require_accounts()
        guard.require(request)
        application.accounts.sign_out(asking().session)
        return _left("pages.login" if doors().accounts else "pages.start")

    @pages.post("/enter")
    def enter() -> AnyResponse:
        require_accounts()
        if not doors().demo:
            return make_response(page(_form(request.args, application), 404))
        guard.require(request)
        opened = accounts.enter_demo(request.form.get("role", ""), device=_device())
        return _entered(application, opened, "/")


def _links(pages: Blueprint, application: Application, guard: Guard) -> None:
    accounts = application.accounts

    def page(secret: str, form: Form) -> Response:
        invitation = accounts.invitation(secret)
        named = application.records.organisations([invitation.organisation or ""])
        page = render_template(
            "invitation.html",
            form=form,
            invitation=invitation,
            organisation=next(iter(named.values()), None),
            shortest=SHORTEST_PASSWORD,
        )
        return make_response(page, 422 if form.errors else 200)

    @pages.get("/invitations/<secret>")
    def invitation(secret: str) -> Response:
        require_accounts()
        return page(secret, _form(request.args, application))

    @pages.post("/invitations/<secret>")
    def accept(secret: str) -> AnyResponse:
        require_accounts()
        guard.require(request)
        form = _form(request.form, application)
        opened = form.read(
            "password",
            lambda: accounts.accept(
                secret,
                name=form["name"],
                label=form["label"],
                contact=form["contact"],
                password=request.form.get("password", ""),
                device=_device(),
            ),
        )
        return page(secret, form) if opened is None else _entered(application, opened, "/")


def _account(pages: Blueprint, application: Application, guard: Guard) -> None:
    accounts = application.accounts

    def page(form: Form, **once: Any) -> Response:
        who = reader()
        person = accounts.me(who)
        secret = once.get("factor") or ""
        context = {
            "person": person,
            "organisation": next(
                iter(application.records.organisations([person.organisation or ""]).values()), None
            ),
            "sessions": accounts.sessions(who),
            "tokens": accounts.tokens(who),
            "this": asking().session_digest,
            "now": time.time(),
            "days": TOKEN_DAYS,
            "shortest": SHORTEST_PASSWORD,
            "factor_address": second_factor_address(person, secret) if secret else "",
        }
        shown = render_template("account.html", form=form, **context, **once)
        return make_response(shown, 422 if form.errors else 200)

    @pages.get("/account")
    def account() -> Response:
        require_accounts()
        return page(_form(request.args, application))

    @pages.get("/account/data")
    def account_data() -> Response:
        require_accounts()
        response = jsonify(as_json(accounts.my_data(reader())))
        response.headers.set("Content-Disposition", "attachment", filename="konsort-my-data.json")
        return response

    @pages.post("/account")
    def change_account() -> AnyResponse:
        require_accounts()
        guard.require(request)
        form = _form(request.form, application)
        try:
            once = _done(form, accounts)
        except KonsortError as error:
            form.errors[_FIRST_FIELD.get(form["step"], "step")] = str(error)
            once = {"factor": form["factor"]} if form["step"] == "factor-on" else {}
        if form.errors or once:
            return page(form, **once)
        if form["step"] == "password" or (
            form["step"] == "sessions" and form["digest"] in ("", asking().session_digest)
        ):
            return _left("pages.login")
        return redirect(url_for("pages.account", done=form["step"]), 303)


def _done(form: Form, accounts: Accounts) -> dict[str, str]:
    """Do what a button of the account's page says; return what is to be shown this once."""
    who, written = reader(), request.form
    match form["step"]:
        case "contact":
            accounts.change_contact(who, label=form["label"], contact=form["contact"])
        case "password":
            accounts.change_password(who, written.get("old", ""), written.get("new", ""))
        case "sessions":
            accounts.end_sessions(who, form["digest"] or None)
        case "token":
            days = form.number("days", int, "a number of days")
            if not form.errors:
                return {
                    "secret": accounts.add_token(who, form["title"], form["scope"], days=days or TOKEN_DAYS)
                }
        case "end-token":
            accounts.end_token(who, form["digest"])
        case "factor":
            return {"factor": accounts.new_second_factor(who)}
        case "factor-on":
            accounts.set_second_factor(who, form["factor"], form["code"])
        case "factor-off":
            accounts.set_second_factor(who, None, form["code"])
        case _:
            form.errors["step"] = "Choose what to do."
    return {}


_FIRST_FIELD = {
    "password": "old",
    "token": "title",
    "factor-on": "code",
    "factor-off": "code",
    "contact": "label",
}


def _people(pages: Blueprint, application: Application, guard: Guard) -> None:
    accounts = application.accounts

    def page(form: Form, link: str = "") -> Response:
        everybody = accounts.people(reader())
        named = application.records.organisations(person.organisation or "" for person in everybody)
        shown = render_template(
            "people.html",
            form=form,
            link=link,
            people=everybody,
            named=named,
            invitations=accounts.invitations(reader()),
            roles=[(role.value, role_words(role)) for role in Role],
            calls=application.records.calls(),
        )
        return make_response(shown, 422 if form.errors else 200)

    @pages.get("/people")
    def people() -> Response:
        require_accounts()
        return page(_form(request.args, application))

    @pages.post("/people")
    def change_people() -> AnyResponse:
        require_accounts()
        guard.require(request)
        who, form = reader(), _form(request.form, application)
        name = form["person"]
        try:
            match form["step"]:
                case "invite":
                    organisation = form["organisation"] if form["role"] == Role.COMPANY else None
                    calls = request.form.getlist("call") if form["role"] == Role.COORDINATOR else ()
                    secret = accounts.invite(who, form["role"], organisation=organisation, calls=calls)
                    return page(form, _link(secret))
                case "reset":
                    return page(form, _link(accounts.reset(who, name)))
                case "take-back":
                    accounts.take_back(who, form["digest"])
                case "disable":
                    accounts.disable(who, name)
                case "enable":
                    accounts.enable(who, name)
                case "sign-out":
                    accounts.sign_out_everywhere(who, name)
                case _:
                    form.errors["step"] = "Choose what to do."
        except KonsortError as error:
            form.errors["organisation" if form["role"] == Role.COMPANY else "role"] = str(error)
        return page(form) if form.errors else redirect(url_for("pages.people"), 303)


def _form(values: Any, application: Application) -> Form:
    return Form(values, application, asking().reader or application.reader)


def _entered(application: Application, opened: Opened, where: str) -> AnyResponse:
    """Lead on with a session of its own: one that the browser had before is ended."""
    application.accounts.sign_out(asking().session)
    response: AnyResponse = redirect(f"{request.script_root}{where}", 303)
    set_cookie(response, SESSION, opened.secret)
    set_cookie(response, FORM, "")
    return response


def _left(endpoint: str) -> AnyResponse:
    response: AnyResponse = redirect(url_for(endpoint), 303)
    set_cookie(response, SESSION, "")
    return response


def _link(secret: str) -> str:
    return url_for("pages.invitation", secret=secret, _external=True)


def _address() -> str:
    return request.remote_addr or "unknown"


def _device() -> str:
    return request.headers.get("User-Agent", "")
