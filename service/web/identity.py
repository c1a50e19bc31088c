"""Who asks over HTTP? Every request has one reader, or none, known before any handler runs."""

import hmac
import secrets
from dataclasses import dataclass

from flask import Flask, Response, abort, g, request
from werkzeug.wrappers import Response as AnyResponse

from data.errors import NotSignedIn
from data.people import Account
from data.readers import NOBODY, Reader
from service.app.accounts import Doors
from service.app.asking import reader_at_hand
from service.app.open import Application

SESSION, FORM = "konsort_session", "konsort_form"
"""Cookies: the secret of a session; and for the form by which somebody signs in, one that another site cannot know."""
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Asking:
    """Who sends the request at hand. `reader`: None where nobody knows."""

    reader: Reader | None
    person: Account | None = None
    session: str = ""
    """The secret of the session, where there is one."""
    session_digest: str = ""
    scope: str = "write"
    """What a token allows: `read` asks and reads; `write` all that its owner may do."""


def identify(app: Flask, application: Application, doors: Doors) -> None:
    """Let every request know its reader: who is signed in, else the one reader where there are no accounts."""

    @app.before_request
    def know() -> None:
        g.doors = doors
        g.before = reader_at_hand.set(NOBODY)
        g.asking = _asking(application, doors)
        reader_at_hand.set(g.asking.reader or NOBODY)
        if g.asking.session and request.method not in SAFE:
            _require_own_page()

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        if "before" in g:
            reader_at_hand.reset(g.pop("before"))

    @app.after_request
    def keep(response: Response) -> Response:
        if "form_secret" in g:
            set_cookie(response, FORM, g.form_secret)
        return response


def _asking(application: Application, doors: Doors) -> Asking:
    accounts = application.accounts
    if doors.accounts and (bearer := _bearer()):
        person, token = accounts.of_token(bearer)
        return Asking(accounts.reader_of(person), person, scope=token.scope)
    secret = request.cookies.get(SESSION, "")
    known = accounts.of_session(secret) if secret and (doors.accounts or doors.demo) else None
    if known is not None:
        person, session = known
        return Asking(accounts.reader_of(person), person, secret, session.digest)
    return Asking(None if doors.accounts else application.reader)


def _bearer() -> str:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.casefold() == "bearer" else ""


def _require_own_page() -> None:
    """Refuse what changes something where the browser says that another site has sent it: cookies go along with it."""
    elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    # Our own pages send "null", since they send no referrer; a token in the form tells them from others.
    if elsewhere or origin not in (None, "null", f"{request.scheme}://{request.host}"):
        abort(403, "Nothing was done: another site sent this. Open the page here, and do it there.")


def asking() -> Asking:
    """Return who sends the request at hand, known or not."""
    who: Asking = g.asking
    return who


def doors() -> Doors:
    """Return how the service is entered."""
    how: Doors = g.doors
    return how


def reader() -> Reader:
    """Return who asks the request at hand. NotSignedIn where nobody knows."""
    if (known := asking().reader) is None:
        raise NotSignedIn("sign in first")
    return known


def form_secret() -> str:
    """Return what the token in this browser's forms is made from: its session, else a cookie made for that."""
    who = asking()
    if who.session:
        return who.session
    if who.reader is not None:
        return ""  # one user: the token of the running service alone
    if "form_secret" not in g:
        given = request.cookies.get(FORM, "")
        g.form_secret = given if len(given) >= 32 else secrets.token_urlsafe(32)
    secret: str = g.form_secret
    return secret


def token_of(key: bytes) -> str:
    """Return the token that stands in forms of this browser, made with the running service's key."""
    return hmac.new(key, form_secret().encode(), "sha256").hexdigest()


def set_cookie(response: AnyResponse, name: str, value: str) -> None:
    """Set a cookie that scripts and other sites do not get, until the browser is closed; "" takes it away."""
    how = doors()
    if not value:
        response.delete_cookie(name, path=how.path or "/", secure=how.secure, httponly=True, samesite="Lax")
        return
    response.set_cookie(name, value, path=how.path or "/", secure=how.secure, httponly=True, samesite="Lax")
