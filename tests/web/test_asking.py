"""Has every answer an address that opens it again, for its asker alone where the question is confidential?"""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient

from data.readers import Reader, Role
from service.app.open import Application
from service.web.app import create_app

SHORT = {"call": "demo-call", "outline": "L1", "preset": "open", "size": "3"}
SECRET = {"call": "demo-call", "text": "We seek a harbour.", "not": "Meltemi Cloud"}


def test_a_short_question_stands_in_its_address(client: FlaskClient, small: Any) -> None:
    answer = client.post("/suggest", data=SHORT | {"text": "", "coordinator": ""})
    assert answer.status_code == 303
    address = urlsplit(answer.location)
    assert (address.path, address.fragment) == ("/suggest", "results")
    assert parse_qs(address.query) == {name: [value] for name, value in SHORT.items()}
    page = client.get(answer.location).text
    assert '<h1 class="of-answer" id="results" tabindex="-1">' in page, "the answer can take the focus"
    assert client.get(answer.location).text == page, "a reload gives the same page"


def test_text_and_exclusions_stay_out_of_the_address(client: FlaskClient, small: Any) -> None:
    answer = client.post("/suggest", data=SECRET)
    assert list(parse_qs(urlsplit(answer.location).query)) == ["question"]
    page = client.get(answer.location).text
    assert small.questions.requests[-1].exclude == ("O5",)
    assert ">We seek a harbour.</textarea>" in page
    assert "This question is kept for you alone" in page


def test_a_question_of_partners_has_an_address_too(client: FlaskClient) -> None:
    named = client.post("/partners", data={"organisation": "O1", "countries": "FR", "new_only": "1"})
    query = parse_qs(urlsplit(named.location).query)
    assert query == {"organisation": ["O1"], "countries": ["FR"], "new_only": ["1"]}
    told = client.post("/partners", data={"organisation": "", "text": "We seek a port."})
    assert list(parse_qs(urlsplit(told.location).query, keep_blank_values=True)) == ["question"]
    page = client.get(told.location).text
    assert "<title>Partners for “We seek a port.” – Konsort</title>" in page


def test_a_kept_question_opens_for_nobody_else_and_is_forgotten_when_asked(
    own_application: Application,
) -> None:
    mine = create_app(own_application).test_client()
    address = mine.post("/suggest", data=SECRET).location
    (ident,) = parse_qs(urlsplit(address).query)["question"]
    other = Reader("somebody", Role.COORDINATOR, outlines=None)
    theirs = create_app(replace(own_application, reader=other)).test_client()
    refused, unknown = theirs.get(address), theirs.get("/suggest?question=unknown")
    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert refused.text == unknown.text, "that it exists is not told"
    theirs.post("/questions/forget", data={"question": ident})
    assert mine.get(address).status_code == 200
    mine.post("/questions/forget", data={"question": ident})
    assert mine.get(address).status_code == 404


def test_kept_questions_change_no_record_and_stand_in_no_audit(own_application: Application) -> None:
    store = own_application.store
    before = (store.revision(), len(store.audit()))
    create_app(own_application).test_client().post("/suggest", data=SECRET)
    assert (store.revision(), len(store.audit())) == before


def test_old_questions_are_forgotten(own_application: Application, monkeypatch: Any) -> None:
    kept = own_application.store.kept_questions
    first = kept.keep("anna", "suggest", {"text": "old"})
    monkeypatch.setattr("data.kept_questions.KEPT_DAYS", -1)
    kept.keep("anna", "suggest", {"text": "new"})
    client = create_app(replace(own_application, reader=Reader("anna", Role.COORDINATOR, outlines=None)))
    assert client.test_client().get(f"/suggest?question={first.id}").status_code == 404
