"""Do the pages of a set and of the trade-off tell changes in words, and lead on with one button?"""

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from data.model import CallId, OrganisationId, OutlineId
from matcher.suggest.answers import SuggestRequest

QUESTION = {"call": "demo-call", "outline": "L1", "must": "Nordlicht Rechenwerke AG", "members": "O1\nO2\nO3"}


def text_of(page: str) -> str:
    """The page as somebody reads it: no tags, one space between words."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)))


def test_each_member_has_alternatives_with_changes_in_words(client: FlaskClient, small: Any) -> None:
    page = client.get("/steer", query_string=QUESTION)
    question = SuggestRequest(call=CallId("demo-call"), outline=OutlineId("L1"), must=(OrganisationId("O1"),))
    assert (page.status_code, small.questions.requests) == (200, [(question, ("O1", "O2", "O3"))])
    read = text_of(page.text)
    assert "Nordlicht Rechenwerke AG fictional asked for" in read
    assert "Swap: 2 alternatives, the best +0.060" in read
    assert "Comune di Pontelago fictional" in read
    assert "Value +0.060: coverage +0.08, ties −0.20" in read
    assert "R1 stays met, found 3 → 2" in read
    assert "Take this swap Comune di Pontelago for Meltemi Edge <Lab>" in read
    assert "effort" not in read


def test_taking_a_swap_leads_to_the_same_question_about_the_new_set(client: FlaskClient, small: Any) -> None:
    page = client.get("/steer", query_string=QUESTION).text
    assert 'name="members" value="O1\nO4\nO3">Take this swap' in page
    assert 'name="members" value="O1\nO3">See the set without it' in page
    form = re.search(r'<form id="take".*?</form>', page, re.S)
    assert form is not None
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    assert hidden == {key: value for key, value in QUESTION.items() if key != "members"}
    client.get("/steer", query_string=hidden | {"members": "O1\r\nO4\r\nO3"})
    assert small.questions.requests[-1] == (small.questions.requests[0][0], ("O1", "O4", "O3"))


def test_a_weak_point_names_what_breaks_and_who_could_step_in(client: FlaskClient) -> None:
    read = text_of(client.get("/steer", query_string=QUESTION | {"members": "O1\nO2\nO5"}).text)
    assert "One member leaving is enough to break a hard rule, as Nordlicht Rechenwerke AG (R1)." in read
    assert "✕ Without Nordlicht Rechenwerke AG Breaks R1: Organisations from at least two countries." in read
    assert "✕ Without Greece (EL)" in read
    assert "2 organisations could step in, first Université de Valbrume" in read
    assert "Met by: Nordlicht Rechenwerke AG, Meltemi Edge <Lab>" in read


def test_a_set_that_is_not_allowed_says_so_and_how_it_would_be(client: FlaskClient) -> None:
    read = text_of(client.get("/steer", query_string=QUESTION | {"members": "O2\nO5"}).text)
    assert "Hard rules: 1 broken. Whoever leaves, no further hard rule breaks." in read
    assert "R1 broken → met, found 1 → 2" in read


def test_a_swap_that_breaks_a_rule_stands_apart_and_says_which(client: FlaskClient) -> None:
    read = text_of(client.get("/steer", query_string=QUESTION | {"members": "O2\nO3"}).text)
    assert "Swap: 2 alternatives" in read
    assert "1 swap that breaks a rule Meltemi Cloud fictional" in read
    assert "✕ Not allowed Breaks R1: Organisations from at least two countries." in read
    assert "R1 met → broken, found 2 → 1 See that set Meltemi Cloud for Université de Valbrume" in read


def test_a_pasted_outline_stays_out_of_the_address(client: FlaskClient) -> None:
    typed = {"call": "demo-call", "text": "Rechnen am <Rand>", "members": "O1\nO2"}
    answer = client.post("/steer", data=typed)
    assert answer.status_code == 303
    assert "Rechnen" not in answer.location
    page = client.get(answer.location).text
    assert '<form id="take" method="get" action="/steer">' in page
    assert 'type="hidden" name="question" value="' in page
    assert ">Rechnen am &lt;Rand&gt;</textarea>" in page


def test_a_set_with_mistakes_keeps_its_input(client: FlaskClient, small: Any) -> None:
    answer = client.get("/steer?members=O1%0AMeltemi&call=gone&outline=L9&apart=O1")
    assert (answer.status_code, small.questions.requests) == (422, [])
    for field in ("members", "call", "outline", "apart"):
        assert f'<a href="#{field}">' in answer.text, field
        assert f'id="{field}-wrong"' in answer.text, field
    assert ">O1\nMeltemi</textarea>" in answer.text
    assert "Meltemi Cloud" in answer.text


@pytest.mark.parametrize(
    ("members", "detail"), [("", "Write who is in the set"), ("O1\n" * 41, "at most 40 can be steered")]
)
def test_a_set_has_one_to_forty_members(client: FlaskClient, members: str, detail: str) -> None:
    answer = client.post("/steer", data=QUESTION | {"members": members})
    assert answer.status_code == 422
    assert detail in answer.text


def test_a_suggestion_leads_to_its_steering_and_to_the_trade_off(client: FlaskClient, small: Any) -> None:
    typed = {"call": "demo-call", "outline": "L1", "apart": "O1; Meltemi Cloud"}
    address = client.post("/suggest", data=typed).location
    assert "Meltemi" not in address, "whom somebody does not want stays out of the address"
    page = client.get(address.replace("#", "&show=1#"))
    assert small.questions.requests[0].apart == (("O1", "O5"),)
    assert 'name="members" value="O1\nO2\nO3">Swap members, what if somebody leaves' in page.text
    assert 'form="steer" formaction="/tradeoff"' in page.text
    steered = client.get(address.replace("/suggest", "/steer").replace("#", "&members=O1%0AO2#"))
    assert small.questions.requests[-1][0].apart == (("O1", "O5"),)
    assert steered.status_code == 200


def test_what_new_ties_cost_is_a_table_with_bars(client: FlaskClient, small: Any) -> None:
    page = client.get("/tradeoff?call=demo-call&outline=L1").text
    assert small.questions.requests == [SuggestRequest(call=CallId("demo-call"), outline=OutlineId("L1"))]
    assert 'aria-label="Fit 0.8"' in page
    assert 'aria-label="New ties 67 %"' in page
    assert "Against set 1: with Comune di Pontelago" in text_of(page)
    assert 'name="members" value="O1\nO2\nO4">Steer this set' in page


def test_the_pages_wait_for_a_question(client: FlaskClient, small: Any) -> None:
    for path in ("/steer", "/tradeoff"):
        answer = client.get(path)
        assert (answer.status_code, small.questions.requests) == (200, [])
        assert "Please look at" not in answer.text
