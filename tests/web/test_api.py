"""Does each address of the API answer its question, and is every error told in the one body?"""

from typing import Any

import pytest
from flask.testing import FlaskClient

from data.model import CallId, OrganisationId, OutlineId
from matcher.suggest.answers import PartnersRequest, SuggestRequest
from service.problems import MEDIA_TYPE
from service.web.app import HEADERS, create_app

V1 = "/api/v1"


def test_an_outline_is_answered_with_suggestions_in_the_published_shape(
    client: FlaskClient, small: Any
) -> None:
    answer = client.post(
        f"{V1}/suggest",
        json={
            "call": "demo-call",
            "outline": "L1",
            "coordinator": "O1",
            "must": ["O2"],
            "not": ["O4"],
            "apart": [["O3", "O5"]],
            "size": "3-5",
            "want": [{"least": 2, "of": "SME"}, {"least": 1, "of": "GR"}],
            "roles": {"O2": "newcomer"},
            "limit": 2,
        },
    )
    assert answer.status_code == 200
    assert small.questions.requests == [
        SuggestRequest(
            call=CallId("demo-call"),
            outline=OutlineId("L1"),
            coordinator=OrganisationId("O1"),
            must=(OrganisationId("O2"),),
            exclude=(OrganisationId("O4"),),
            apart=((OrganisationId("O3"), OrganisationId("O5")),),
            size=(3, 5),
            wants=((2, "sme"), (1, "EL")),
            roles=((OrganisationId("O2"), "newcomer"),),
            limit=2,
        )
    ]
    suggestion = answer.get_json()["suggestions"][0]
    assert [(m["id"], m["country"], m["role"]) for m in suggestion["members"]] == [
        ("O1", "DE", "coordinator"),
        ("O2", "EL", "participant"),
        ("O3", "FR", "participant"),
    ]
    assert suggestion["terms"][1] == {
        "name": "coverage",
        "value": 0.75,
        "weight": 1.0,
        "evidence": ["organisation:O1"],
    }
    assert [(rule["id"], rule["answer"]) for rule in suggestion["rules"]] == [
        ("R1", "met"),
        ("R2", "unknown"),
    ]


def test_an_impossible_request_is_answered_with_its_conflict(client: FlaskClient) -> None:
    answer = client.post(f"{V1}/suggest", json={"call": "demo-call", "text": "impossible"})
    assert (answer.status_code, answer.get_json()["status"], answer.get_json()["suggestions"]) == (
        200,
        "infeasible",
        [],
    )
    assert [part["id"] for part in answer.get_json()["conflict"]] == ["R1", "size"]


def test_a_set_is_steered_under_the_question_that_led_to_it(client: FlaskClient, small: Any) -> None:
    question = {"call": "demo-call", "outline": "L1", "preset": "open", "members": ["O1", "O2"]}
    answer = client.post(f"{V1}/steer", json=question)
    assert (answer.status_code, answer.get_json()["members"]) == (200, ["O1", "O2"])
    assert small.questions.requests == [
        (SuggestRequest(call=CallId("demo-call"), outline=OutlineId("L1"), preset="open"), ("O1", "O2")),
    ]
    assert [(swap["out"], swap["in"]) for swap in answer.get_json()["swaps"]] == [
        ("O2", "O3"),
        ("O2", "O4"),
        ("O2", "O5"),
    ]
    assert answer.get_json()["swaps"][0]["terms"][1] == {
        "name": "ties",
        "before": 0.4,
        "after": 0.2,
        "worth": -0.02,
    }
    bears = answer.get_json()["resilience"]
    assert (bears["size"], bears["smallest"][0]["breaks"]) == (1, ["R1"])
    assert bears["weak_points"][0]["substitutes"] == ["O3", "O4"]


def test_what_new_ties_cost_is_told_as_points(client: FlaskClient) -> None:
    answer = client.post(f"{V1}/tradeoff", json={"call": "demo-call", "text": "Rechnen am Rand"})
    assert [(p["members"], p["fit"], p["new_ties"]) for p in answer.get_json()["points"]] == [
        (["O1", "O2"], 0.8, 0.0),
        (["O1", "O2", "O4"], 0.5, 0.667),
    ]


def test_countries_may_be_named_in_either_style(client: FlaskClient, small: Any) -> None:
    question = {"organisation": "O1", "countries": ["EL", "GB"], "new_only": True, "limit": 3}
    assert client.post(f"{V1}/partners", json=question).status_code == 200
    assert small.questions.requests == [
        PartnersRequest(organisation=OrganisationId("O1"), countries=("GR", "GB"), new_only=True, limit=3)
    ]


def test_a_ranking_reads_so_many_characters_at_once_and_a_proof_takes_so_many_seconds(
    client: FlaskClient,
) -> None:
    queries = [{"id": str(number), "text": "x" * 40_000} for number in range(4)]
    answer = client.post(f"{V1}/rank", json={"queries": queries})
    assert answer.status_code == 422
    assert "the texts have 160,000 characters together; at most 120,000" in answer.get_json()["detail"]
    longer = client.post(f"{V1}/suggest", json={"call": "demo-call", "text": "Mills", "budget_s": 9})
    assert longer.status_code == 422
    assert longer.get_json()["errors"][0]["where"] == "budget_s"


def test_each_query_gets_its_ranking_in_the_order_asked(client: FlaskClient) -> None:
    queries = [{"id": "q2", "text": "x", "date": "2019-01-31"}, {"id": "q1", "given": ["O1"]}]
    answer = client.post(f"{V1}/rank", json={"queries": queries, "limit": 5})
    assert answer.json == {
        "rankings": [{"id": "q2", "ranked": [["O2", 0.5]]}, {"id": "q1", "ranked": [["O2", 0.5]]}]
    }


@pytest.mark.parametrize(
    ("countries", "answer"), [(("DE", "EL"), "met"), (("DE", "DE"), "broken"), (("DE", None), "unknown")]
)
def test_members_are_checked_rule_by_rule(
    client: FlaskClient, countries: tuple[str | None, ...], answer: str
) -> None:
    members = [{"id": f"m{n}", "country": country} for n, country in enumerate(countries)]
    checked = client.post(f"{V1}/check", json={"call": "demo-call", "members": members}).get_json()
    assert (checked["call"], checked["answer"], checked["rules"][0]["answer"]) == (
        "demo-call",
        answer,
        answer,
    )


def test_the_network_is_asked_for_a_neighbourhood_a_path_a_country_and_its_figures(
    client: FlaskClient,
) -> None:
    around = client.get(f"{V1}/graph/around?organisation=O1").get_json()
    assert [(tie["b"], tie["weight"]) for tie in around["ties"]] == [("O2", 1.5), ("O3", 0.5)]
    assert around["partners"][0]["country"] == "EL"
    path = client.get(f"{V1}/graph/path?a=O3&b=O2").get_json()
    assert (path["found"], [actor["id"] for actor in path["actors"]]) == (True, ["O3", "O2"])
    assert client.get(f"{V1}/graph/country?country=EL").get_json()["organisations"] == 2
    assert client.get(f"{V1}/graph/matrix").get_json()["countries"] == ["DE", "FR", "EL", "IT"]
    assert client.get(f"{V1}/graph/summary").get_json()["ties"] == 3


def test_records_are_listed(client: FlaskClient) -> None:
    assert [call["id"] for call in client.get(f"{V1}/calls").get_json()["calls"]] == ["demo-call"]
    assert client.get(f"{V1}/calls/demo-call").get_json()["valid_from"] == "2026-01-01"
    outline = client.get(f"{V1}/outlines?call=demo-call").get_json()["outlines"][1]
    assert outline == {
        "id": "L2",
        "title": "Edge on the islands",
        "country": "EL",
        "organisation": "O2",
        "language": "en",
        "withdrawn": None,
    }
    organisations = client.get(f"{V1}/organisations?text=meltemi&country=UK").get_json()["organisations"]
    assert organisations == []
    assert len(client.get(f"{V1}/organisations?text=meltemi&country=EL").get_json()["organisations"]) == 2


def test_a_call_is_integrated(client: FlaskClient) -> None:
    answer = client.post(f"{V1}/integrate", json={"call": "demo-call"})
    assert (answer.status_code, answer.get_json()["links"][0]["countries"]) == (200, ["DE", "EL"])
    assert "alternatives" not in answer.get_json()
    more = client.post(f"{V1}/integrate", json={"call": "demo-call", "alternatives": True})
    assert [alternative["name"] for alternative in more.get_json()["alternatives"]] == ["familiar"]


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "code"),
    [
        ("get", "/nowhere", {}, 404, "not-found"),
        ("get", "/suggest", {}, 405, "method-not-allowed"),
        ("post", "/suggest", {"data": "text"}, 415, "unsupported-media-type"),
        ("post", "/suggest", {"data": "{", "content_type": "application/json"}, 400, "bad-request"),
        ("post", "/suggest", {"json": {"call": "demo-call"}}, 422, "bad-input"),
        ("post", "/suggest", {"json": {"call": "demo-call", "text": "t", "siez": "5"}}, 422, "bad-input"),
        ("post", "/suggest", {"json": {"call": "demo-call", "text": "t", "size": "many"}}, 422, "bad-input"),
        ("post", "/suggest", {"json": ["call"]}, 422, "bad-input"),
        ("post", "/suggest", {"json": {"call": "nothing", "text": "t"}}, 404, "not-found"),
        ("post", "/suggest", {"json": {"call": "demo-call", "outline": "L9"}}, 404, "not-found"),
        ("post", "/suggest", {"json": {"call": "demo-call", "text": "explode"}}, 500, "internal-error"),
        (
            "post",
            "/steer",
            {"json": {"call": "demo-call", "text": "t", "members": ["O9"]}},
            404,
            "not-found",
        ),
        ("post", "/steer", {"json": {"call": "demo-call", "text": "t", "members": []}}, 422, "bad-input"),
        (
            "post",
            "/tradeoff",
            {"json": {"call": "demo-call", "text": "t", "apart": [["O1"]]}},
            422,
            "bad-input",
        ),
        ("post", "/partners", {"json": {"organisation": "O9"}}, 404, "not-found"),
        ("post", "/partners", {"json": {"organisation": "O1", "countries": ["XQ"]}}, 422, "bad-input"),
        ("get", "/graph/around?organisation=O9", {}, 404, "not-found"),
        ("get", "/graph/around?organisation=O1&limit=0", {}, 422, "bad-input"),
        ("get", "/graph/around?organization=O1", {}, 422, "bad-input"),
        ("get", "/graph/country?country=Atlantis", {}, 422, "bad-input"),
    ],
)
def test_every_error_has_the_one_body(
    client: FlaskClient, method: str, path: str, sent: dict[str, Any], status: int, code: str
) -> None:
    answer = getattr(client, method)(V1 + path, **sent)
    assert (answer.status_code, answer.mimetype) == (status, MEDIA_TYPE)
    assert (answer.get_json()["status"], answer.get_json()["code"]) == (status, code)
    assert answer.get_json()["type"] == f"urn:konsort:problem:{code}"
    assert answer.get_json()["instance"] == (V1 + path).split("?")[0]
    assert answer.get_json()["title"]
    assert answer.get_json()["detail"]


def test_what_is_wrong_is_told_field_by_field(client: FlaskClient) -> None:
    members = [{"id": "m1", "country": "G"}, {"id": "m2", "kind": "club", "ovner": "m1", "sme": "maybe"}]
    answer = client.post(f"{V1}/check", json={"call": "demo-call", "members": [*members, {"budget_eur": -1}]})
    assert [(error["where"], error["detail"]) for error in answer.get_json()["errors"]] == [
        ("members.0.country", '"G" cannot be taken; needed: at least 2 characters'),
        (
            "members.1.kind",
            '"club" cannot be taken; needed: one of '
            "large, sme, company, university, research, public, municipal or other",
        ),
        ("members.1.sme", '"maybe" cannot be taken; needed: true or false'),
        ("members.1.ovner", "is not known here; did you mean owner?"),
        ("members.2.id", "is missing; it is needed"),
        ("members.2.budget_eur", "-1 cannot be taken; needed: 0 or more"),
    ]


@pytest.mark.parametrize(
    ("sent", "detail"),
    [
        (
            {"data": "text"},
            "found no content type; needed: JSON, with the header 'Content-Type: application/json'",
        ),
        ({"data": {"call": "x"}}, "found application/x-www-form-urlencoded; needed: JSON"),
        ({"data": "{", "content_type": "application/json"}, "the body is no JSON (Expecting property name"),
        ({"data": "[" * 100_000, "content_type": "application/json"}, "the body nests too deeply"),
        ({"json": ["x"]}, 'body ["x"] cannot be taken; needed: an object with fields'),
        (
            {"json": {"call": "demo-call", "text": "t", "siez": "5"}},
            "siez is not known here; did you mean size?",
        ),
        (
            {"json": {"call": "demo-call", "text": "t", "q": "5"}},
            "q is not known here; known are apart, budget_s, call",
        ),
        ({"json": {"text": "t"}}, "call is missing; it is needed"),
        (
            {"json": {"call": "demo-call", "text": "t", "limit": 99}},
            "limit 99 cannot be taken; needed: 20 or less",
        ),
        (
            {"json": {"call": "demo-call", "text": "t", "want": [{"least": 1, "of": "club"}]}},
            "'club' is neither a country nor a kind nor a type of organisations; kinds are large",
        ),
        ({"json": {"call": "demo-call", "text": "t", "want": [{"lest": 1}]}}, "did you mean least?"),
    ],
)
def test_a_refusal_says_what_was_found_and_what_is_needed(
    client: FlaskClient, sent: dict[str, Any], detail: str
) -> None:
    answer = client.post(f"{V1}/suggest", **sent)
    assert detail in answer.get_json()["detail"]


def test_members_from_no_country_are_refused(client: FlaskClient) -> None:
    members = [{"id": "m1", "country": "XX"}]
    answer = client.post(f"{V1}/check", json={"call": "demo-call", "members": members})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "bad-input")
    assert "unknown country 'XX'" in answer.get_json()["detail"]


def test_a_method_not_allowed_says_which_are(client: FlaskClient) -> None:
    answer = client.delete(f"{V1}/suggest")
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
    assert answer.get_json()["detail"] == "DELETE is not answered at /api/v1/suggest; needed: POST"


def test_an_error_that_nobody_foresaw_tells_nothing_of_the_inside(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.post(f"{V1}/suggest", json={"call": "demo-call", "text": "explode"})
    assert "solver" not in answer.text
    assert "the solver fell over" in caplog.text


def test_a_request_that_is_too_large_is_refused(small: Any) -> None:
    client = create_app(small, largest_request_bytes=1000).test_client()
    answer = client.post(f"{V1}/suggest", json={"call": "demo-call", "text": "x" * 1000})
    assert (answer.status_code, answer.mimetype) == (413, MEDIA_TYPE)


def test_only_loopback_names_are_answered(client: FlaskClient) -> None:
    for host, status in (
        ("localhost:8470", 200),
        ("127.0.0.1", 200),
        ("[::1]:80", 200),
        ("evil.example", 400),
    ):
        answer = client.get(f"{V1}/graph/summary", headers={"Host": host})
        assert answer.status_code == status, host


@pytest.mark.parametrize("path", ["/", "/api/v1/calls", "/nowhere", "/static/konsort.css"])
def test_every_answer_is_shut_to_other_sites_and_sets_no_cookie(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    for name in HEADERS:
        assert name in answer.headers
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    answer.close()
