"""Does somebody get in who should, and nobody else? Links, passwords, sessions, forms, codes, attempts."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from data.digests import digest_of
from data.errors import BadInput, NotFound, NotSignedIn, TooOften
from data.kept_consortia import KeptSeat
from data.model import CallId, OrganisationId
from data.people import SignedIn
from data.readers import Reader, Role
from service.app import accounts as module
from service.app.accounts import TRIES, Accounts, Doors, step_of
from service.app.asking import reader_at_hand
from service.app.open import Application, open_application
from service.runtime.settings import Settings
from service.web.app import create_app
from service.web.identity import FORM, SESSION

PASSWORD = "four green harbours"
CALL = "ipcei-2021"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(module, "_hasher", lambda: quick)
    monkeypatch.setattr(module, "_nobody", lambda: quick.hash("nobody at all"))


@pytest.fixture
def konsort(tmp_path: Path) -> Iterator[Application]:
    with open_application(Settings.from_env({"KONSORT_ENCODER": "hashing"}, home=str(tmp_path))) as opened:
        yield opened


@pytest.fixture
def app(konsort: Application) -> Flask:
    return create_app(konsort, doors=Doors(accounts=True))


def token(page: str) -> str:
    match = re.search(r'name="token" value="([0-9a-f]{64})"', page)
    assert match
    return match[1]


def link_in(page: str) -> str:
    match = re.search(r"http://localhost(/invitations/[\w-]+)", page)
    assert match, page
    return match[1]


def join(client: FlaskClient, path: str, name: str, **fields: str) -> FlaskClient:
    sent = {"token": token(client.get(path).text), "name": name, "password": PASSWORD, **fields}
    answer = client.post(path, data=sent)
    assert answer.status_code == 303, answer.text
    return client


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, **fields: str) -> int:
    page = client.get("/login")
    if page.status_code != 200:
        return page.status_code
    sent = {"token": token(page.text), "name": name, "password": password, **fields}
    return client.post("/login", data=sent).status_code


def first_administrator(konsort: Application, app: Flask) -> FlaskClient:
    return join(app.test_client(), f"/invitations/{konsort.accounts.first_link()}", "ada")


def made(konsort: Application, name: str, role: str = "analyst", **to: object) -> Accounts:
    secret = konsort.accounts.invite(konsort.reader, role, **to)  # type: ignore[arg-type]
    konsort.accounts.accept(secret, name=name, label="", contact="", password=PASSWORD)
    return konsort.accounts


def reader_named(konsort: Application, name: str) -> Reader:
    person = konsort.store.people.person(name)
    assert person
    return konsort.accounts.reader_of(person)


def test_a_new_installation_is_closed_until_the_first_link_makes_its_administrator(
    konsort: Application, app: Flask
) -> None:
    stranger = app.test_client()
    assert stranger.get("/calls", headers={"Accept": "text/html"}).status_code == 303
    assert "Nobody can sign in here yet" in stranger.get("/login").text
    link = f"/invitations/{konsort.accounts.first_link()}"
    newer = f"/invitations/{konsort.accounts.first_link()}"
    assert stranger.get(link).status_code == 404, "a second start ends the link of the first"
    client = join(stranger, newer, "Ada@Example.eu")
    assert client.get("/people").status_code == 200
    assert app.test_client().get(newer).status_code == 404, "it works once"
    assert "Nobody can sign in here yet" not in app.test_client().get("/login").text


def test_the_administrator_lets_others_in_by_links_and_out_again(konsort: Application, app: Flask) -> None:
    ada = first_administrator(konsort, app)
    form = token(ada.get("/people").text)
    page = ada.post(
        "/people", data={"token": form, "step": "invite", "role": "coordinator", "call": CALL}
    ).text
    path = link_in(page)
    cleo = join(app.test_client(), path, "cleo", label="Cleo C.")
    assert "Cleo C." in cleo.get("/").text
    person = konsort.store.people.person("cleo")
    assert person is not None
    assert (person.role, person.calls) == (Role.COORDINATOR, frozenset({CALL}))
    assert cleo.get("/people", headers={"Accept": "application/json"}).status_code == 404
    assert (
        cleo.post("/people", data={"token": form, "step": "invite", "role": "administrator"}).status_code
        == 404
    )
    assert ada.post("/people", data={"token": form, "step": "disable", "person": "cleo"}).status_code == 303
    assert cleo.get("/calls", headers={"Accept": "application/json"}).status_code == 401
    assert sign_in(app.test_client(), "cleo") == 422
    refused = ada.post("/people", data={"token": form, "step": "disable", "person": "ada"})
    assert refused.status_code == 422
    assert "only administrator" in refused.text


@pytest.mark.parametrize(
    ("role", "to", "reason"),
    [
        ("company", {}, "needs the organisation"),
        ("coordinator", {}, "needs a call"),
        ("analyst", {"calls": [CALL]}, "only a coordinator has calls"),
        ("king", {}, "no role"),
    ],
)
def test_a_link_says_all_that_its_role_needs(
    konsort: Application, role: str, to: dict[str, list[str]], reason: str
) -> None:
    with pytest.raises(BadInput, match=reason):
        konsort.accounts.invite(konsort.reader, role, calls=to.get("calls", ()))


def test_a_session_is_new_after_each_sign_in_and_ends_when_told(konsort: Application, app: Flask) -> None:
    made(konsort, "ann")
    client = app.test_client()
    assert sign_in(client, "ANN ") == 303
    first = client.get_cookie(SESSION)
    assert first is not None
    assert first.http_only
    assert first.same_site == "Lax"
    chosen = app.test_client()
    chosen.set_cookie(SESSION, "chosen-by-somebody-else")
    assert sign_in(chosen, "ann") == 303
    second = chosen.get_cookie(SESSION)
    assert second is not None
    assert second.value not in (first.value, "chosen-by-somebody-else")
    kept = {session.digest for session in konsort.store.people.sessions_of("ann")}
    assert {digest_of(first.value), digest_of(second.value)} <= kept, "only digests are kept"
    assert client.post("/logout", data={"token": token(client.get("/account").text)}).status_code == 303
    stolen = app.test_client()
    stolen.set_cookie(SESSION, first.value)
    assert stolen.get("/calls", headers={"Accept": "application/json"}).status_code == 401


@pytest.mark.parametrize("path", ["/", "/records", "/api/v1/outlines", "/nowhere"])
def test_nothing_of_a_requests_reader_stays_behind_in_the_thread(app: Flask, path: str) -> None:
    app.test_client().get(path)
    assert reader_at_hand.get() is None


def test_a_session_ends_with_its_time_and_cannot_be_guessed(konsort: Application, app: Flask) -> None:
    made(konsort, "ann")
    client = app.test_client()
    now = time.time()
    konsort.store.people.open_session(SignedIn(digest_of("old"), "ann", now - 20, now - 10))
    for secret in ("old", "", "x" * 3000, digest_of("old"), "' OR 1=1 --"):
        client.set_cookie(SESSION, secret)
        assert client.get("/calls", headers={"Accept": "application/json"}).status_code == 401


def test_a_form_of_another_session_or_site_is_refused(konsort: Application, app: Flask) -> None:
    made(konsort, "ann")
    made(konsort, "ben")
    ann, ben = app.test_client(), app.test_client()
    assert (sign_in(ann, "ann"), sign_in(ben, "ben")) == (303, 303)
    of_ann, of_ben = (token(client.get("/account").text) for client in (ann, ben))
    assert of_ann != of_ben
    step = {"step": "contact", "label": "Other", "contact": ""}
    assert ann.post("/account", data=step | {"token": of_ben}).status_code == 403
    assert ann.post("/account", data=step).status_code == 403
    for header in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert ann.post("/account", data=step | {"token": of_ann}, headers=header).status_code == 403
        assert ann.post("/api/v1/read", json={"text": "An edge."}, headers=header).status_code == 403
    person = konsort.store.people.person("ann")
    assert person is not None
    assert person.label == "ann"
    as_browsers_do = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert ann.post("/account", data=step, headers=as_browsers_do).status_code == 403
    assert ann.post("/account", data=step | {"token": of_ann}, headers=as_browsers_do).status_code == 303


def test_signing_in_cannot_be_sent_by_another_site(konsort: Application, app: Flask) -> None:
    made(konsort, "mallory")
    seen = token(app.test_client().get("/login").text)
    victim = app.test_client()
    victim.get("/login")
    assert victim.get_cookie(FORM) is not None
    sent = {"token": seen, "name": "mallory", "password": PASSWORD}
    assert victim.post("/login", data=sent).status_code == 403


def test_a_wrong_name_password_or_code_is_told_alike_and_takes_alike(
    konsort: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = made(konsort, "ann")
    konsort.store.people.change("ann", by="test", second_factor=pyotp.random_base32())
    made(konsort, "gone")
    accounts.disable(konsort.reader, "gone")
    seen = []
    verified: list[str] = []
    hasher = module._hasher()

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            verified.append(kept)
            return hasher.verify(kept, password)

    monkeypatch.setattr(module, "_hasher", Counting)
    for name, password in (("ann", "wrong"), ("ann", PASSWORD), ("nobody", PASSWORD), ("gone", PASSWORD)):
        with pytest.raises(NotSignedIn) as refused:
            accounts.sign_in(name, password, "000", address="192.0.2.1")
        seen.append(str(refused.value))
    assert set(seen) == {"name, password or code is wrong"}
    assert len(verified) == 4, "every attempt costs one comparison with a hash"


def test_what_is_tried_too_often_has_to_wait_and_others_do_not(konsort: Application, app: Flask) -> None:
    accounts = made(konsort, "ann")
    for _ in range(TRIES):
        with pytest.raises(NotSignedIn):
            accounts.sign_in("ann", "guess", address="192.0.2.1")
    with pytest.raises(TooOften) as refused:
        accounts.sign_in("ann", PASSWORD, address="192.0.2.1")
    assert 0 < refused.value.wait_s <= module.TRIES_WITHIN_S
    assert accounts.sign_in("ann", PASSWORD, address="198.51.100.7").person.name == "ann"
    client = app.test_client()
    for _ in range(TRIES):
        assert sign_in(client, "ann", "guess") == 422
    page = client.get("/login")
    answer = client.post("/login", data={"token": token(page.text), "name": "ann", "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_a_password_is_long_and_no_name_and_changing_it_ends_all_sessions(
    konsort: Application, app: Flask
) -> None:
    accounts = made(konsort, "ann")
    ann = reader_named(konsort, "ann")
    for bad in ("short", "ann ann ann ann", "aaaaaaaaaaaaaaaa", "x" * 1001):
        with pytest.raises(BadInput, match=r"letters|guessed"):
            accounts.change_password(ann, PASSWORD, bad)
    with pytest.raises(BadInput, match="another one"):
        accounts.change_password(ann, "wrong", "some other words")
    client = app.test_client()
    assert sign_in(client, "ann") == 303
    sent = {"token": token(client.get("/account").text), "step": "password", "old": PASSWORD}
    assert client.post("/account", data=sent | {"new": "some other words"}).headers["Location"] == "/login"
    assert accounts.sessions(ann) == ()
    assert sign_in(app.test_client(), "ann", "some other words") == 303
    person = konsort.store.people.person("ann")
    assert person
    assert person.password
    assert person.password.startswith("$argon2id$")


def test_a_one_time_code_is_asked_once_it_was_shown_and_none_is_taken_twice(konsort: Application) -> None:
    accounts = made(konsort, "ann")
    ann = reader_named(konsort, "ann")
    secret = accounts.new_second_factor(ann)
    with pytest.raises(BadInput, match="does not fit"):
        accounts.set_second_factor(ann, secret, "nonsense")
    codes, now = pyotp.TOTP(secret), time.time()
    accounts.set_second_factor(ann, secret, codes.at(now - 30))
    with pytest.raises(NotSignedIn):
        accounts.sign_in("ann", PASSWORD, "", address="192.0.2.1")
    with pytest.raises(NotSignedIn):
        accounts.sign_in("ann", PASSWORD, codes.at(now - 30), address="192.0.2.1")
    assert accounts.sign_in("ann", PASSWORD, codes.at(time.time()), address="192.0.2.1")
    with pytest.raises(NotSignedIn):
        accounts.sign_in("ann", PASSWORD, codes.at(time.time()), address="192.0.2.1")
    assert step_of(secret, "１２３４５６") is None


def test_a_link_for_a_new_password_works_for_whom_it_names_and_once(konsort: Application, app: Flask) -> None:
    accounts = made(konsort, "ann")
    path = f"/invitations/{accounts.reset(konsort.reader, 'ann')}"
    client = app.test_client()
    sent = {"token": token(client.get(path).text), "name": "ada", "password": "quite other words"}
    assert client.post(path, data=sent).status_code == 303
    assert konsort.store.people.person("ada") is None
    assert client.get("/account").text.count("<strong>ann</strong>") == 1
    assert app.test_client().get(path).status_code == 404
    with pytest.raises(NotSignedIn):
        accounts.sign_in("ann", PASSWORD, address="192.0.2.1")


def test_who_erases_a_person_leaves_no_name_behind(konsort: Application) -> None:
    accounts = made(konsort, "ann@example.eu")
    accounts.change_contact(reader_named(konsort, "ann@example.eu"), label="Ann", contact="+49 30 1")
    own, store = "ann@example.eu", konsort.store
    store.kept_questions.keep(own, "suggest", {"text": "A warm port"})
    seats = [KeptSeat(OrganisationId("A"))]
    ours = store.kept_consortia.keep(own, "Warm ports", CallId("he-ria-ia-2021"), seats, what="kept")
    theirs = store.kept_consortia.keep("bob", "Cold ports", CallId("he-ria-ia-2021"), seats, what="kept")
    store.kept_consortia.comment(theirs, own, "Good.")
    data = accounts.my_data(reader_named(konsort, own))
    assert "A warm port" in data.questions[0]
    assert data.consortia == ("Warm ports (he-ria-ia-2021): A",)
    word = accounts.erase(konsort.reader, "ann@example.eu")
    assert store.kept_questions.of(own) == ()
    with pytest.raises(NotFound):
        store.kept_consortia.consortium(own, ours)
    assert [comment.who for comment in store.kept_consortia.consortium("bob", theirs).comments] == [word]
    entries = konsort.store.audit()
    assert not any("ann@example.eu" in f"{entry.who} {entry.what}" for entry in entries)
    assert word in {entry.who for entry in entries}
    with pytest.raises(NotFound, match="nobody signs in"):
        accounts.disable(konsort.reader, "ann@example.eu")


def test_every_change_of_people_stands_in_the_audit(konsort: Application) -> None:
    accounts = made(konsort, "ann")
    accounts.disable(konsort.reader, "ann")
    assert [(entry.who, entry.what) for entry in reversed(konsort.store.audit())] == [
        ("local", "invitation as analyst"),
        ("ann", "person ann"),
        ("local", "person ann"),
    ]


def test_the_demo_is_entered_as_somebody_and_left_again(konsort: Application) -> None:
    konsort.imports.demo(konsort.reader, dry_run=False)
    konsort.accounts.add_demo_people(konsort.reader, "demo-industrial-cloud", "DEMO-ORG-004")
    client = create_app(konsort, doors=Doors(demo=True)).test_client()
    start = client.get("/").text
    assert "Enter as company" in start
    sent = {"token": token(start), "role": "company"}
    assert client.post("/enter", data={"role": "company"}).status_code == 403
    assert client.post("/enter", data=sent).status_code == 303
    assert "Company (demo)" in client.get("/").text
    assert client.get("/integrate", headers={"Accept": "text/html"}).status_code == 404
    assert client.get("/api/v1/outlines?limit=500").get_json()["outlines"] != []
    own = {row["organisation"] for row in client.get("/api/v1/outlines?limit=500").get_json()["outlines"]}
    assert own == {"DEMO-ORG-004"}
    assert client.post("/logout", data={"token": token(client.get("/").text)}).status_code == 303
    assert client.get("/integrate").status_code == 200
    closed = create_app(konsort, doors=Doors(accounts=True)).test_client()
    assert (
        closed.post("/enter", data={"token": token(closed.get("/login").text), "role": "company"}).status_code
        == 404
    )
    plain = create_app(konsort).test_client()
    assert plain.post("/enter", data=sent).status_code == 404


def test_without_accounts_there_is_no_page_for_them(konsort: Application) -> None:
    client = create_app(konsort).test_client()
    assert {client.get(path).status_code for path in ("/login", "/account", "/people")} == {404}
    assert "Enter as" not in client.get("/").text
    assert client.get("/api/v1/outlines", headers={"Authorization": "Bearer x"}).status_code == 200


def test_below_a_path_and_behind_a_proxy(konsort: Application) -> None:
    settings = replace(konsort.settings, proxies=1)
    behind = replace(konsort, settings=settings)
    doors = Doors(accounts=True, public_url="https://konsort.example/match")
    client = create_app(behind, doors=doors).test_client()
    made(konsort, "ann")
    for path in ("/match/login", "/login"):
        page = client.get(path, base_url="https://konsort.example")
        assert 'action="/match/login"' in page.text
        assert 'href="/match/static/konsort.css"' in page.text
        assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    (cookie,) = page.headers.getlist("Set-Cookie")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "Path=/match" in cookie
    assert client.get("/login", base_url="https://elsewhere.example").status_code == 400
    sent = {"token": "0" * 64, "name": "ann", "password": "x"}
    assert client.post("/login", base_url="https://konsort.example", data=sent).status_code == 403


def test_a_person_takes_along_what_is_kept_and_no_secret(konsort: Application, app: Flask) -> None:
    accounts = made(konsort, "ann")
    secret = accounts.add_token(reader_named(konsort, "ann"), "for my script", "read")
    client = app.test_client()
    assert sign_in(client, "ann") == 303
    kept = client.get("/account/data").get_json()
    assert (kept["name"], kept["role"], kept["second_factor"]) == ("ann", "analyst", False)
    assert kept["tokens"][0].startswith("for my script, read, until ")
    assert [line.partition(" ")[2] for line in kept["written"]] == [
        "token 'for my script' of ann",
        "person ann",
    ]
    session = client.get_cookie(SESSION)
    assert session is not None
    text = client.get("/account/data").text
    person = konsort.store.people.person("ann")
    assert person
    assert person.password
    assert not any(one in text for one in (secret, session.value, digest_of(session.value), person.password))
