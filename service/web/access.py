"""Which address is open to whom? One line for each address; what has no line is open to nobody but where one user is.

Whoever may not use an address is told what is told of an address that is not there. What somebody is then told at an
address depends on what that person may see: that is asked by the use cases, not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response

from data.errors import NotSignedIn
from data.readers import Role
from service.app.allowed import ADMINISTERING, ALL, COORDINATING, OWNING, SENDING
from service.web.identity import SAFE, asking, doors


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use an address. `anyone`: also who is not signed in. `writes`: it changes records, and needs a token that
    may write.
    """

    roles: tuple[Role, ...]
    anyone: bool = False
    writes: bool = False


ANYONE = Access(ALL, anyone=True)
ANYONE_WRITES = Access(ALL, anyone=True, writes=True)
EVERYBODY = Access(ALL)
EVERYBODY_WRITES = Access(ALL, writes=True)
COORDINATORS = Access(COORDINATING)
COORDINATORS_WRITE = Access(COORDINATING, writes=True)
SENDERS_WRITE = Access(SENDING, writes=True)
OWNERS_WRITE = Access(OWNING, writes=True)
ADMINISTRATORS = Access(ADMINISTERING)
ADMINISTRATORS_WRITE = Access(ADMINISTERING, writes=True)

_API = "/api/v1"
ACCESS: Mapping[str, Access] = MappingProxyType(
    {
        # Not signed in
        "GET /static/<path:filename>": ANYONE,
        "GET /health": ANYONE,
        "GET /ready": ANYONE,
        "GET /login": ANYONE,
        "POST /login": ANYONE_WRITES,
        "POST /logout": EVERYBODY_WRITES,
        "POST /enter": ANYONE_WRITES,
        "GET /invitations/<secret>": ANYONE,
        "POST /invitations/<secret>": ANYONE_WRITES,
        # One's own account, and others'
        "GET /account": EVERYBODY,
        "POST /account": EVERYBODY_WRITES,
        "GET /account/data": EVERYBODY,
        "GET /people": ADMINISTRATORS,
        "POST /people": ADMINISTRATORS_WRITE,
        # What is opened to others, and who is interested
        "GET /open": EVERYBODY,
        "POST /open": Access((Role.COMPANY,), writes=True),
        "GET /requests": Access((Role.COMPANY,)),
        "POST /requests": Access((Role.COMPANY,), writes=True),
        "GET /sharing": Access((Role.COMPANY,)),
        "POST /sharing": Access((Role.COMPANY,), writes=True),
        # Pages
        "GET /": EVERYBODY,
        "GET /suggest": EVERYBODY,
        "POST /suggest": EVERYBODY,
        "POST /suggest/change": EVERYBODY,
        "POST /questions/forget": EVERYBODY,
        "GET /projects/<path:project>": EVERYBODY,
        "GET /consortia": EVERYBODY,
        "POST /consortia": EVERYBODY_WRITES,
        "GET /consortia/compare": EVERYBODY,
        "GET /consortia/<consortium>": EVERYBODY,
        "POST /consortia/<consortium>": EVERYBODY_WRITES,
        "GET /consortia/<consortium>.<kind>": EVERYBODY,
        "GET /shared/<token>": EVERYBODY,
        "POST /shared/<token>": EVERYBODY_WRITES,
        "GET /steer": EVERYBODY,
        "POST /steer": EVERYBODY,
        "GET /tradeoff": EVERYBODY,
        "POST /tradeoff": EVERYBODY,
        "GET /check": EVERYBODY,
        "POST /check": EVERYBODY,
        "GET /partners": EVERYBODY,
        "POST /partners": EVERYBODY,
        "GET /why": EVERYBODY,
        "GET /network": EVERYBODY,
        "GET /calls": EVERYBODY,
        "GET /calls/<call>": EVERYBODY,
        "GET /integrate": COORDINATORS,
        "POST /integrate/<call>/decide": COORDINATORS_WRITE,
        "POST /integrate/<call>/take-back": COORDINATORS_WRITE,
        "GET /integrate/<call>.<kind>": COORDINATORS,
        "GET /event/<call>": COORDINATORS,
        "POST /event/<call>": COORDINATORS_WRITE,
        "GET /event/<call>/agenda/<path:participant>": COORDINATORS,
        "GET /event/<call>/meetings.<kind>": COORDINATORS,
        "GET /import": COORDINATORS,
        "POST /import": COORDINATORS_WRITE,
        "GET /records": EVERYBODY,
        "GET /outlines/<path:outline>": EVERYBODY,
        "POST /outlines/<path:outline>": SENDERS_WRITE,
        "GET /organisations/<path:organisation>": EVERYBODY,
        "POST /organisations/<path:organisation>": OWNERS_WRITE,
        "GET /duplicates": COORDINATORS,
        "POST /duplicates": ADMINISTRATORS_WRITE,
        "GET /records/outlines.<kind>": COORDINATORS,
        "GET /records/organisations.<kind>": COORDINATORS,
        "POST /facts": OWNERS_WRITE,
        "GET /changes": ADMINISTRATORS,
        "POST /changes": ADMINISTRATORS_WRITE,
        # The API
        f"GET {_API}/openapi.json": EVERYBODY,
        f"POST {_API}/suggest": EVERYBODY,
        f"POST {_API}/read": EVERYBODY,
        f"POST {_API}/partners": EVERYBODY,
        f"POST {_API}/why": EVERYBODY,
        f"POST {_API}/rank": EVERYBODY,
        f"POST {_API}/check": EVERYBODY,
        f"POST {_API}/steer": EVERYBODY,
        f"POST {_API}/tradeoff": EVERYBODY,
        f"POST {_API}/integrate": COORDINATORS,
        f"GET {_API}/calls/<call>/decisions": COORDINATORS,
        f"POST {_API}/calls/<call>/decisions": COORDINATORS_WRITE,
        f"DELETE {_API}/calls/<call>/decisions": COORDINATORS_WRITE,
        f"GET {_API}/graph/around": EVERYBODY,
        f"GET {_API}/graph/path": EVERYBODY,
        f"GET {_API}/graph/country": EVERYBODY,
        f"GET {_API}/graph/matrix": EVERYBODY,
        f"GET {_API}/graph/summary": EVERYBODY,
        f"GET {_API}/calls": EVERYBODY,
        f"GET {_API}/calls/<call>": EVERYBODY,
        f"GET {_API}/types": EVERYBODY,
        f"GET {_API}/outlines": EVERYBODY,
        f"POST {_API}/outlines": SENDERS_WRITE,
        f"GET {_API}/outlines/<outline>": EVERYBODY,
        f"PATCH {_API}/outlines/<outline>": SENDERS_WRITE,
        f"DELETE {_API}/outlines/<outline>": SENDERS_WRITE,
        f"PUT {_API}/outlines/<outline>/withdrawal": SENDERS_WRITE,
        f"DELETE {_API}/outlines/<outline>/withdrawal": SENDERS_WRITE,
        f"GET {_API}/organisations": EVERYBODY,
        f"GET {_API}/organisations/<organisation>/projects": EVERYBODY,
        f"GET {_API}/projects/<project>": EVERYBODY,
        f"GET {_API}/consortia": EVERYBODY,
        f"POST {_API}/consortia": EVERYBODY_WRITES,
        f"GET {_API}/consortia/<consortium>": EVERYBODY,
        f"PUT {_API}/consortia/<consortium>/members": EVERYBODY_WRITES,
        f"POST {_API}/consortia/<consortium>/comments": EVERYBODY_WRITES,
        f"DELETE {_API}/consortia/<consortium>": EVERYBODY_WRITES,
        f"POST {_API}/organisations": ADMINISTRATORS_WRITE,
        f"GET {_API}/organisations/<organisation>": Access(OWNING),
        f"PATCH {_API}/organisations/<organisation>": OWNERS_WRITE,
        f"DELETE {_API}/organisations/<organisation>": OWNERS_WRITE,
        f"PUT {_API}/organisations/<organisation>/withdrawal": OWNERS_WRITE,
        f"DELETE {_API}/organisations/<organisation>/withdrawal": OWNERS_WRITE,
        f"PUT {_API}/organisations/<organisation>/merged": ADMINISTRATORS_WRITE,
        f"GET {_API}/duplicates": COORDINATORS,
        f"PUT {_API}/duplicates": ADMINISTRATORS_WRITE,
        f"GET {_API}/audit": ADMINISTRATORS,
        f"PUT {_API}/audit/<int:change>/undone": ADMINISTRATORS_WRITE,
    }
)
NOBODY = Access(())
"""What stands for an address without a line."""


def line_of(method: str, rule: str) -> Access:
    """Return who may use an address by a method."""
    return ACCESS.get(f"{'GET' if method in SAFE else method} {rule}", NOBODY)


def guard(app: Flask) -> None:
    """Ask of every request, before any handler runs, whether its reader may use the address."""
    app.before_request(_require)


def _require() -> Response | None:
    rule, who = request.url_rule, asking()
    line = NOBODY if rule is None else line_of(request.method, rule.rule)
    if line.anyone:
        return None
    if who.reader is None:
        return _sign_in_first()
    if who.person is None or rule is None:
        return None  # one user, who may do all; or nothing is there, which the framework tells
    if who.reader.role not in line.roles or (line.writes and who.scope != "write"):
        raise NoSuchPage
    return None


def _sign_in_first() -> Response:
    """Lead to the page for it, or say so: alike for addresses that are there and for others."""
    pages = request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"
    if not pages or request.path.startswith("/api/"):
        raise NotSignedIn("sign in first; programs send the header 'Authorization: Bearer TOKEN'")
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("pages.login", next=wanted if wanted != "/" else None), 303)


def may_open(endpoint: str, method: str = "GET") -> bool:
    """Whether who asks may use an endpoint's address: what pages link to."""
    who = asking() if "asking" in g else None
    if who is None or who.person is None:
        return who is not None and who.reader is not None
    rules = current_app.url_map.iter_rules(endpoint)
    role = who.reader.role if who.reader else None
    return any(role in line_of(method, rule.rule).roles for rule in rules)


def inside(address: str) -> str:
    """Return where to go after signing in: a path of this service, never another site; / where it is neither."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not address.startswith("/") or address.startswith(("//", "/\\")):
        return "/"
    return address if not any(ord(c) < 32 for c in address) and "\\" not in address else "/"


def require_accounts() -> None:
    """Refuse an address that is there for accounts alone, where there are none."""
    how = doors()
    if not (how.accounts or how.demo):
        abort(404)
