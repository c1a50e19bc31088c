"""Does the page that checks a list read what people paste and upload, and tell every rule, name and mistake?"""

import html
import io
import re

import pytest
from flask.testing import FlaskClient

from service.web.pages.listing import SAMPLE

LIST = "id;country;budget_eur\nO1;DE;1000\nX9;EL;\n"


def text_of(page: str) -> str:
    """The page as somebody reads it: no tags, one space between words."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)))


def test_a_pasted_list_is_answered_rule_by_rule_with_the_names_that_the_store_knows(
    client: FlaskClient,
) -> None:
    answer = client.post("/check", data={"call": "demo-call", "members": LIST})
    read = text_of(answer.text)
    assert answer.status_code == 200
    assert "Allowed: every hard rule is met" in read
    assert "Met by: Nordlicht Rechenwerke AG, X9." in read
    assert "Nordlicht Rechenwerke AG fictional Germany (DE) · kind unknown · EUR 1,000" in read
    assert "X9 Greece (EL) · kind unknown · budget not stated" in read
    assert "O1;DE;1000\nX9;EL;" in answer.text


def test_a_missing_country_is_asked_of_whom_it_concerns(client: FlaskClient) -> None:
    read = text_of(
        client.post(
            "/check", data={"call": "demo-call", "members": "id,name,country\nO1,,DE\nX2,Meltemi <Lab>,"}
        ).text
    )
    assert "Cannot tell yet: facts are missing" in read
    assert "What to ask whom Meltemi <Lab> In which country is Meltemi <Lab> established?" in read


def test_a_broken_rule_is_told_first(client: FlaskClient) -> None:
    read = text_of(client.post("/check", data={"call": "demo-call", "members": "id,country\nO1,DE"}).text)
    assert "Not allowed: a hard rule is broken" in read
    assert "1 member. Hard rules: 1 broken." in read


def test_an_uploaded_file_takes_the_place_of_the_text_and_stays_to_be_put_right(client: FlaskClient) -> None:
    file = (io.BytesIO("\ufeffid\tcountry\nO3\tFR\nO1\tDE\n".encode()), "../Mitglieder.csv")
    sent = {"call": "demo-call", "members": "id\nO2", "file": file}
    page = client.post("/check", data=sent, content_type="multipart/form-data").text
    assert "Met by: Nordlicht Rechenwerke AG, Université de Valbrume." in page
    assert "id\tcountry\nO3\tFR" in page
    assert "id\nO2" not in page


@pytest.mark.parametrize(
    ("members", "mistake"),
    [
        ("", "Paste a list of members, or choose a file."),
        ("kind,country\nsme,DE", "is empty, and so is the name"),
        ("id,country\nO1,Atlantis\nO2,DE", "Pasted list:2:country:"),
        ("id\nO1\nO1", "&#39;O1&#39; is listed in line 2 already"),
        ("id\n" + "\n".join(f"M{n}" for n in range(201)), "lists 201 members; at most 200"),
    ],
)
def test_a_list_with_mistakes_is_kept_and_each_mistake_is_told(
    client: FlaskClient, members: str, mistake: str
) -> None:
    answer = client.post("/check", data={"call": "demo-call", "members": members})
    assert answer.status_code == 422
    assert '<a href="#members">' in answer.text
    assert mistake in answer.text
    assert html.escape(members.strip()) in answer.text


@pytest.mark.parametrize("call", ["", "gone"])
def test_a_call_is_needed(client: FlaskClient, call: str) -> None:
    answer = client.post("/check", data={"call": call, "members": LIST})
    assert (answer.status_code, 'id="call-wrong"' in answer.text) == (422, True)


@pytest.mark.parametrize("content", [b"PK\x03\x04broken", b"\x00\x01\x02", b"\xff\xfe\xfd"])
def test_a_file_that_is_no_table_is_refused_beside_its_field(client: FlaskClient, content: bytes) -> None:
    sent = {"call": "demo-call", "file": (io.BytesIO(content), "members.xlsx")}
    answer = client.post("/check", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert ".xlsx" in answer.text


def test_the_sample_can_be_checked_as_it_is(client: FlaskClient) -> None:
    page = client.get("/check", query_string={"call": "demo-call", "members": SAMPLE}).text
    assert SAMPLE.strip() in page
    assert client.post("/check", data={"call": "demo-call", "members": SAMPLE}).status_code == 200
