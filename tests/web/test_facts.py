"""Is what a rule cannot tell answered where it stands, by who may, and is it told who said so and when?"""

import html
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from data.model import Organisation, OrganisationId
from data.readers import Reader, Role
from service.app.open import Application
from service.web.app import create_app

NAMELESS = "933457482"


@pytest.fixture
def asked(own_application: Application, own: FlaskClient) -> str:
    """The address of a consortium of which a rule cannot tell in which country a member sits."""
    with own_application.store.transaction(what="nameless") as writer:
        writer.put_organisations([Organisation(OrganisationId(NAMELESS), fictional=True)])
    own_application.snapshots.refresh()
    kept = {"name": "Two", "call": "demo-call", "members": f"O1; coordinator\nOrganisation {NAMELESS}"}
    (token,) = set(re.findall(r'name="token" value="([^"]+)"', own.get("/consortia").text))
    return str(own.post("/consortia", data=kept | {"token": token}).location)


def answer_form(page: str) -> dict[str, str]:
    form = page[page.index('class="fact-form"') :]
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")])
    return {name: html.unescape(value) for name, value in fields}


def test_an_answer_settles_the_rule_and_says_who_gave_it(own: FlaskClient, asked: str) -> None:
    page = own.get(asked).text
    assert "One fact or more is missing" in page
    assert f"In which country is Organisation {NAMELESS} established?" in page
    fields = answer_form(page)
    assert (fields["fact"], fields["organisation"], fields["back"]) == ("country", NAMELESS, asked)
    answered = own.post("/facts", data=fields | {"value": "France"})
    assert (answered.status_code, answered.location) == (303, asked)
    assert "Every hard rule is met" in own.get(asked).text
    own.post("/facts", data=fields | {"fact": "sme", "value": "yes"})
    own.post("/facts", data=fields | {"fact": "owner", "value": "O1"})
    record = own.get(f"/organisations/{NAMELESS}").text
    facts = record[: record.index("</dl>")]
    assert re.search(r"<dd>yes<br><span class=\"quiet said\">said by \w+, \d\d\.\d\d\.\d{4}", facts)
    assert facts.count("said by") == 2, "SME and parent; nobody said of which kind it is"
    (newest, *_) = own.get("/api/v1/audit?limit=1").get_json()["changes"]
    assert newest["can_be_undone"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"value": ""}, "nothing was answered"),
        ({"fact": "sme", "value": "perhaps"}, "needed: yes or no"),
        ({"fact": "name", "value": "X"}, "no fact that is answered here"),
        ({"value": "Atlantis"}, "unknown country"),
    ],
)
def test_what_is_no_answer_is_refused_in_words(
    own: FlaskClient, asked: str, given: dict[str, str], said: str
) -> None:
    answer = own.post("/facts", data=answer_form(own.get(asked).text) | given)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)


def test_nobody_answers_for_others_nor_from_another_site(
    own_application: Application, own: FlaskClient, asked: str
) -> None:
    fields = answer_form(own.get(asked).text)
    assert own.post("/facts", data=fields | {"token": "guessed", "value": "FR"}).status_code == 403
    away = own.post("/facts", data=fields | {"back": "https://elsewhere.example/", "value": "FR"})
    assert away.location == "/", "an answer leads to no other site"
    theirs = Reader("ben", Role.COMPANY, OrganisationId("O5"))
    client = create_app(replace(own_application, reader=theirs)).test_client()
    members = f"id,name,country\nO1,,\n{NAMELESS},,\nO5,,\n"
    page = client.post("/check", data={"call": "demo-call", "members": members}).text
    assert 'class="fact-form"' not in page
