"""Can a coordinator decide on the page and over the API, one thing at a time, and nobody else in their name?"""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from data.errors import BadInput

PAGE = "/integrate?call=demo-call"
API = "/api/v1/calls/demo-call/decisions"


def token(client: FlaskClient) -> str:
    match = re.search('name="token" value="([^"]+)"', client.get(PAGE).text)
    assert match
    return match[1]


def decide(client: FlaskClient, **fields: str) -> TestResponse:
    sent = {"token": token(client), **{name.replace("_", "-"): value for name, value in fields.items()}}
    return client.post("/integrate/demo-call/decide", data=sent)


def test_nothing_decided_is_said(client: FlaskClient) -> None:
    assert "Nothing is decided yet: all of this is proposed." in client.get(PAGE).text


@pytest.mark.parametrize(
    ("fields", "said", "key"),
    [
        (
            {"kind": "put", "put_outline": "L1", "put_stream": "s2"},
            "“Rechnen am Rand” (Nordlicht Rechenwerke AG, DE) is in the stream “Uses”.",
            "put:L1",
        ),
        ({"kind": "never", "pair_a": "L2", "pair_b": "L1"}, "are never together.", "never:L1,L2"),
        ({"kind": "together", "pair_a": "L1", "pair_b": "L2"}, "are together.", "together:L1,L2"),
        ({"kind": "name", "name_stream": "s1", "name_words": "Rand & Netz"}, "“Rand &amp; Netz”.", "name:s1"),
        (
            {"kind": "carry", "carry_outline": "L2", "carry_links": "3"},
            "carries at most 3 links.",
            "carry:L2",
        ),
        (
            {"kind": "withdraw", "withdraw_who": "L2"},
            "(Meltemi Edge &lt;Lab&gt;, EL) has left.",
            "withdraw:L2",
        ),
    ],
)
def test_each_kind_of_decision_is_kept_shown_and_taken_back_alone(
    client: FlaskClient, small: Any, fields: dict[str, str], said: str, key: str
) -> None:
    decide(client, kind="carry", carry_outline="L1", carry_links="5")
    answer = decide(client, **fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/integrate?call=demo-call#answer")
    page = client.get(PAGE).text
    assert said in page
    assert f'name="key" value="{key}"' in page
    answer = client.post("/integrate/demo-call/take-back", data={"token": token(client), "key": key})
    assert answer.status_code == 303
    assert [decision.key for decision in small.projects.decided.kept_decisions()] == ["carry:L1"]


def test_several_who_would_drop_out_are_kept_as_gone_with_one_button(client: FlaskClient, small: Any) -> None:
    page = client.get(f"{PAGE}&without=L1,+L2").text
    assert "They have left: keep it so" in page
    assert re.findall('name="withdraw-who" value="([^"]+)"', page) == ["L1", "L2"]
    sent = {"token": token(client), "kind": "withdraw", "withdraw-who": ["L1", "L2"]}
    assert client.post("/integrate/demo-call/decide", data=sent).status_code == 303
    assert small.projects.decided.kept.withdrawn == {"L1", "L2"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "put", "put_stream": "s2"}, "Choose the outline."),
        ({"kind": "put", "put_outline": "L1", "put_stream": "s9"}, "Call demo-call has no work stream"),
        ({"kind": "never", "pair_a": "L1", "pair_b": "L1"}, "two different outlines"),
        ({"kind": "carry", "carry_outline": "L1", "carry_links": "many"}, "a number of links from 0 to 999"),
        ({"kind": "nothing"}, "Choose what to decide."),
    ],
)
def test_a_wrong_decision_is_told_beside_its_field_and_what_was_chosen_stays(
    client: FlaskClient, small: Any, fields: dict[str, str], said: str
) -> None:
    answer = decide(client, **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'id="results"' in answer.text, "the proposal is still there"
    assert small.projects.decided.kept_decisions() == ()
    if "put_outline" in fields:
        assert 'name="put-outline" value="L1"' in answer.text


def test_a_contradiction_is_told_and_the_decision_before_it_stays(client: FlaskClient, small: Any) -> None:
    decide(client, kind="never", pair_a="L1", pair_b="L2")
    answer = decide(client, kind="together", pair_a="L1", pair_b="L2")
    assert answer.status_code == 422
    assert "L1 and L2 are decided to be together and never together" in answer.text
    assert [decision.key for decision in small.projects.decided.kept_decisions()] == ["never:L1,L2"]


def test_decisions_that_cannot_all_be_kept_are_shown_to_be_taken_back(
    client: FlaskClient, small: Any
) -> None:
    decide(client, kind="never", pair_a="L1", pair_b="L2")

    small.projects.refusal = BadInput("the coordinator's decisions cannot all be kept")
    answer = client.get(PAGE)
    assert answer.status_code == 422
    assert "No proposal keeps all of these decisions" in answer.text
    assert "The coordinator&#39;s decisions cannot all be kept." in answer.text
    assert 'value="never:L1,L2"' in answer.text


@pytest.mark.parametrize("address", ["decide", "take-back"])
@pytest.mark.parametrize("other", ["missing", "wrong", "another site"])
def test_a_form_from_elsewhere_changes_nothing(
    client: FlaskClient, small: Any, address: str, other: str
) -> None:
    sent = {"kind": "withdraw", "withdraw-who": "L1", "key": "withdraw:L1"}
    sent |= {"missing": {}, "wrong": {"token": "größer"}, "another site": {"token": token(client)}}[other]
    headers = {"Sec-Fetch-Site": "cross-site"} if other == "another site" else {}
    answer = client.post(f"/integrate/demo-call/{address}", data=sent, headers=headers)
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert small.projects.decided.kept_decisions() == ()


def test_decisions_are_made_listed_and_taken_back_over_the_api(client: FlaskClient) -> None:
    assert client.get(API).json == {"call": "demo-call", "decisions": []}
    decisions = client.post(API, json={"kind": "put", "about": ["L1"], "value": "s1"}).get_json()["decisions"]
    assert decisions == [
        {
            "key": "put:L1",
            "kind": "put",
            "about": ["L1"],
            "value": "s1",
            "text": "“Rechnen am Rand” (Nordlicht Rechenwerke AG, DE) is in the stream “Edge”",
        }
    ]
    client.post(API, json={"kind": "together", "about": ["L2", "L1"]})
    left = client.delete(f"{API}?key=put:L1").get_json()["decisions"]
    assert [decision["key"] for decision in left] == ["together:L1,L2"]


@pytest.mark.parametrize(
    ("method", "address", "sent", "status"),
    [
        ("get", "/api/v1/calls/nothing/decisions", {}, 404),
        ("post", API, {"json": {"kind": "fire", "about": ["L1"]}}, 422),
        ("post", API, {"json": {"kind": "put", "about": ["L1"]}}, 422),
        ("post", API, {"data": "kind=put"}, 415),
        ("delete", API, {}, 422),
        ("delete", f"{API}?key=put:L9", {}, 422),
    ],
)
def test_the_api_refuses_what_is_no_decision(
    client: FlaskClient, method: str, address: str, sent: dict[str, Any], status: int
) -> None:
    assert getattr(client, method)(address, **sent).status_code == status
