"""Who may use which address? The table of `service/web/access.py`, tried address by address in every role."""

import html
import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from data.digests import digest_of
from data.model import OrganisationId
from data.openness import Opening, Sort, Tier
from data.people import Account
from data.readers import NOBODY as STRANGER
from data.readers import Reader, Role
from service.app.accounts import Accounts, Doors
from service.app.allowed import allowed_roles
from service.app.editing import Editing
from service.app.open import Application, open_application
from service.app.questions import Questions
from service.runtime.settings import Settings
from service.web.access import ACCESS, inside, line_of
from service.web.app import create_app
from service.web.identity import SESSION

CALL = "demo-industrial-cloud"
OUTLINE, OWNER = "DEMO-OUT-004", "DEMO-ORG-004"
NOT_THERE = "nothing is at"
VALUES = {
    "call": CALL,
    "kind": "xlsx",
    "participant": "NOBODY-S",
    "outline": "NOBODY-S",
    "organisation": "NOBODY-S",
    "secret": "x",
    "change": 999_999,
    "project": "NOBODY-S",
    "consortium": "NOBODY-S",
    "token": "x",
}


def use_cases(application: Application) -> list[type]:
    """The classes of use cases that an application is made of."""
    parts = [type(getattr(application, field.name)) for field in fields(Application)]
    return [part for part in parts if part.__module__.startswith("service.app.")]


def people() -> dict[Role, Account]:
    return {
        Role.ADMINISTRATOR: Account("ada", "Ada", Role.ADMINISTRATOR, password="x"),
        Role.COORDINATOR: Account("cleo", "Cleo", Role.COORDINATOR, calls=frozenset({CALL})),  # type: ignore[arg-type]
        Role.COMPANY: Account("ben", "Ben", Role.COMPANY, OrganisationId(OWNER)),
        Role.ANALYST: Account("ann", "Ann", Role.ANALYST),
    }


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Application, Flask]]:
    home: Path = tmp_path_factory.mktemp("closed")
    with open_application(Settings.from_env({"KONSORT_ENCODER": "hashing"}, home=str(home))) as application:
        application.imports.demo(application.reader, dry_run=False)
        for person in people().values():
            application.store.people.add(person, by="test")
        yield application, create_app(application, doors=Doors(accounts=True))


def signed_in(closed: tuple[Application, Flask], role: Role | None) -> FlaskClient:
    application, app = closed
    client = app.test_client()
    if role is not None:
        person = people()[role]
        secret = application.accounts._open(person, "test").secret
        client.set_cookie(SESSION, secret)
    return client


def addresses(app: Flask) -> list[tuple[str, str]]:
    return sorted(
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


def filled(rule: str) -> str:
    for name, value in VALUES.items():
        for kind in (f"<{name}>", f"<path:{name}>", f"<int:{name}>"):
            rule = rule.replace(kind, str(value))
    return rule.replace("<path:filename>", "konsort.css")


def test_every_address_has_its_line_and_every_line_its_address(closed: tuple[Application, Flask]) -> None:
    there = {f"{method} {rule}" for method, rule in addresses(closed[1])}
    assert there - ACCESS.keys() == set(), "say in service/web/access.py whom each new address allows"
    assert ACCESS.keys() - there == set()


@pytest.mark.parametrize("role", list(Role))
def test_each_role_gets_to_its_addresses_alone(closed: tuple[Application, Flask], role: Role) -> None:
    client = signed_in(closed, role)
    for method, rule in addresses(closed[1]):
        if rule == "/logout":
            continue
        response = client.open(filled(rule), method=method, headers={"Accept": "application/json"})
        refused = response.status_code == 404 and NOT_THERE in response.text
        response.close()
        assert refused == (role not in line_of(method, rule).roles), (method, rule, response.status_code)
        assert response.status_code < 500, (method, rule, response.text)


def test_who_is_not_signed_in_is_told_the_same_whatever_is_there(closed: tuple[Application, Flask]) -> None:
    client = signed_in(closed, None)
    answers = set()
    for method, rule in [*addresses(closed[1]), ("GET", "/api/v1/nothing"), ("PUT", "/nothing")]:
        if not line_of(method, rule).anyone:
            response = client.open(filled(rule), method=method, headers={"Accept": "application/json"})
            answers.add((response.status_code, response.get_json()["detail"]))
    assert answers == {(401, "sign in first; programs send the header 'Authorization: Bearer TOKEN'")}
    for path in ("/outlines/DEMO-OUT-004", "/nothing", "/people"):
        page = client.get(path, headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["Location"]) == (
            303,
            f"/login?next={path.replace('/', '%2F')}",
        ) or (page.headers["Location"] == f"/login?next={path}")


def test_a_token_that_reads_changes_nothing(closed: tuple[Application, Flask]) -> None:
    application, app = closed
    reader = application.accounts.reader_of(people()[Role.ADMINISTRATOR])
    read = application.accounts.add_token(reader, "reading", "read")
    write = application.accounts.add_token(reader, "writing", "write")
    client, address = app.test_client(), f"/api/v1/outlines/{OUTLINE}"
    by = {name: {"Authorization": f"Bearer {secret}"} for name, secret in (("read", read), ("write", write))}
    assert client.get(address, headers=by["read"]).status_code == 200
    for method, rule in addresses(app):
        if line_of(method, rule).writes and not line_of(method, rule).anyone:
            answer = client.open(
                filled(rule), method=method, headers=by["read"] | {"Accept": "application/json"}
            )
            assert (answer.status_code, NOT_THERE in answer.text) == (404, True), rule
    assert client.patch(address, json={"budget_eur": 7}, headers=by["write"]).status_code == 200
    application.accounts.end_token(reader, digest_of(write))
    assert client.patch(address, json={"budget_eur": 8}, headers=by["write"]).status_code == 401
    assert client.get(address, headers={"Authorization": "Bearer konsort_guessed"}).status_code == 401


TIERED = {
    Tier.CLOSED: {
        "stranger": (False, False, False),
        "analyst": (False, False, False),
        "other": (False, False, False),
    },
    Tier.EXISTENCE: {
        "stranger": (False, False, False),
        "analyst": (False, False, False),
        "other": (False, False, False),
    },
    Tier.TEASER: {
        "stranger": (False, True, False),
        "analyst": (False, True, False),
        "other": (False, True, False),
    },
    Tier.ABSTRACT: {
        "stranger": (False, True, True),
        "analyst": (False, True, True),
        "other": (False, True, True),
    },
    Tier.FULL: {"stranger": (True, True, True), "analyst": (True, True, True), "other": (True, True, True)},
}
"""What those who have no part in an outline are shown at each tier: its full text, its teaser, its abstract."""
PART = {"owner": True, "coordinator": True, "administrator": True}
"""Who reads it at every tier, and may change it."""


def tiered_accounts() -> dict[str, Account]:
    roles = people()
    return {
        "stranger": Account("sam", "Sam", Role.COMPANY, OrganisationId("DEMO-ORG-002")),
        "analyst": roles[Role.ANALYST],
        "other": Account("olga", "Olga", Role.COORDINATOR, calls=frozenset({"ipcei-2021"})),  # type: ignore[arg-type]
        "owner": roles[Role.COMPANY],
        "coordinator": roles[Role.COORDINATOR],
        "administrator": roles[Role.ADMINISTRATOR],
    }


@pytest.mark.parametrize("who", tiered_accounts())
@pytest.mark.parametrize("tier", Tier)
def test_each_tier_shows_each_reader_so_much(closed: tuple[Application, Flask], tier: Tier, who: str) -> None:
    application, app = closed
    application.store.openness.open([Opening(Sort.OUTLINE, OUTLINE, tier, "Our abstract.")], by="test")
    account = tiered_accounts()[who]
    if application.store.people.person(account.name) is None:
        application.store.people.add(account, by="test")
    client = app.test_client()
    client.set_cookie(SESSION, application.accounts._open(account, "test").secret)
    reads, teased, abstracted = TIERED[tier].get(
        who, (True, tier.shows(Tier.TEASER), tier.shows(Tier.ABSTRACT))
    )
    address = f"/api/v1/outlines/{OUTLINE}"
    text = application.store.outline(OUTLINE).text
    assert client.get(address).status_code == (200 if reads else 404)
    listed = {row["id"] for row in client.get("/api/v1/outlines?limit=500").get_json()["outlines"]}
    assert (OUTLINE in listed) == reads
    page = client.get("/open").text
    assert ("Our abstract." in page) == abstracted
    assert (f'value="{application.store.openness.opening(Sort.OUTLINE, OUTLINE).reference}"' in page) == (
        who == "stranger" and teased and not reads
    )
    assert (OUTLINE in page) == (reads and teased and who != "owner"), "an id can hold a name"
    question = {"organisation": "DEMO-ORG-007", "outline": OUTLINE}
    assert client.post("/api/v1/why", json=question).status_code == (200 if reads else 404)
    team = ["DEMO-ORG-010", "DEMO-ORG-002"]
    doors: dict[str, dict[str, object]] = {
        "suggest": {"call": CALL, "limit": 1},
        "steer": {"call": CALL, "members": team},
        "tradeoff": {"call": CALL, "limit": 1},
        "read": {},
    }
    for door, more in doors.items():
        asked = client.post(f"/api/v1/{door}", json={"outline": OUTLINE, **more})
        assert (asked.status_code == 404) == (not reads), (door, asked.text)
    changed = client.patch(address, json={"text": text}).status_code
    assert changed == (200 if who in PART else 404)
    partners = client.post("/api/v1/partners", json={"text": text, "call": CALL}).text
    assert (f"outline:{OUTLINE}" in partners) <= reads


def test_what_anybody_may_ask_of_the_service_tells_nothing_of_what_is_written(
    closed: tuple[Application, Flask],
) -> None:
    application, app = closed
    before = app.test_client().get("/health").get_json()
    with application.store.transaction(what="hidden") as writer:
        writer.put_outlines([replace(application.store.outline(OUTLINE), title="Another title")])
    application.snapshots.refresh()
    after = app.test_client().get("/health").get_json()
    assert (before, before["revision"], before["jobs"]) == (after, "not told", [])
    assert signed_in(closed, Role.ADMINISTRATOR).get("/health").get_json()["revision"] != "not told"


def test_every_use_case_that_is_told_who_asks_says_whom_it_allows(closed: tuple[Application, Flask]) -> None:
    known = use_cases(closed[0])
    assert {Questions, Accounts, Editing} <= set(known)
    silent = [
        f"{use_case.__name__}.{name}"
        for use_case in known
        for name, method in inspect.getmembers(use_case, inspect.isfunction)
        if not name.startswith("_")
        and "reader" in inspect.signature(method).parameters
        and allowed_roles(method) is None
    ]
    assert silent == []


def test_a_use_case_refuses_other_roles_by_whatever_door_they_come(closed: tuple[Application, Flask]) -> None:
    application = closed[0]
    for use_case in use_cases(application):
        for _, method in inspect.getmembers(use_case, inspect.isfunction):
            roles = allowed_roles(method)
            for role in Role if roles else ():
                if roles and role not in roles:
                    reader = replace(STRANGER, role=role, outlines=None)
                    with pytest.raises(Exception, match=r"is not open to"):
                        method(object(), reader)
    assert isinstance(application.reader, Reader)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ("/calls?cursor=a", "/calls?cursor=a"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_site(given: str, where: str) -> None:
    assert inside(given) == where


@pytest.mark.parametrize("role", list(Role))
def test_no_page_links_to_where_its_reader_may_not_go(closed: tuple[Application, Flask], role: Role) -> None:
    client = signed_in(closed, role)
    pages = [
        "/",
        "/records",
        f"/calls/{CALL}",
        f"/organisations/{OWNER}",
        f"/outlines/{OUTLINE}",
        "/open",
        "/consortia",
        "/account",
    ]
    links = {
        (page, html.unescape(link).partition("#")[0])
        for page in [*pages, *(["/duplicates"] if role in (Role.ADMINISTRATOR, Role.COORDINATOR) else [])]
        for link in re.findall(r'<a [^>]*href="(/[^"]*)"', client.get(page).text)
    }
    assert len(links) > len(pages)
    asked = {link: client.get(link).status_code for _, link in links if "/integrate" not in link}
    assert {pair for pair in links if asked.get(pair[1]) == 404} == set()
    assert not any("/integrate" in link for _, link in links) or role in (
        Role.ADMINISTRATOR,
        Role.COORDINATOR,
    )


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COMPANY])
def test_who_saves_or_deletes_a_record_is_led_to_a_page_that_is_there(
    closed: tuple[Application, Flask], role: Role
) -> None:
    client = signed_in(closed, role)
    address = f"/organisations/{OWNER}"
    *_, token = re.findall('name="token" value="([^"]+)"', client.get(address).text)
    changed = {"token": token, "name": "A name", "city": "A city", "step": "save"}
    answer = client.post(address, data=changed, follow_redirects=True)
    assert answer.status_code == 200
    assert ("Done: saved." in answer.text) == (role is Role.COMPANY)
    outline = {
        "token": token,
        "title": f"By {role}",
        "text": "An idea.",
        "call": CALL,
        "organisation": OWNER,
    }
    kept = client.post("/outlines/new", data=outline)
    assert kept.status_code == 303
    assert client.get("/organisations/new").status_code == (200 if role is Role.ADMINISTRATOR else 404)
    mine = kept.headers["Location"].partition("?")[0]
    gone = client.post(mine, data={"token": token, "step": "delete"}, follow_redirects=True)
    assert gone.status_code == 200
    assert gone.request.path == ("/changes" if role is Role.ADMINISTRATOR else "/records")
