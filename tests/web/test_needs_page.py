"""Do the chips of the page say what was understood, and does every correction reach the question as it was meant?"""

import html
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from matcher.needs.places import ANYWHERE, Where
from matcher.needs.read import Need

Fields = dict[str, str]
ASKED = {"call": "demo-call", "text": "We seek two ports abroad and a museum."}
READ = (
    Need("need:1", "two ports abroad", ("port",), 2, Where(abroad=True)),
    Need("need:2", "a museum <of the sea>", ("museum",), must=False),
)
"""What the small application understands of any text."""


def asked(client: FlaskClient, small: Any, typed: Fields, status: int = 200) -> tuple[str, Any]:
    """Ask by the page; return it and the request that arrived, None where none did."""
    small.questions.requests.clear()
    answer = client.post("/suggest", data=typed, follow_redirects=True)
    assert answer.status_code == status
    return answer.text, next(iter(small.questions.requests), None)


def fields_in(page: str) -> Fields:
    """What a browser would send of the chips, without a button."""
    named = dict(re.findall(r'<input[^>]*form="ask"[^>]*name="([^"]*)" value="([^"]*)"', page))
    chosen = {
        name: re.search(r'value="(\w+)" selected', options)
        for name, options in re.findall(r'<select form="ask"[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page)
    }
    return {name: html.unescape(value) for name, value in named.items()} | {
        name: found[1] if found else "must" for name, found in chosen.items()
    }


@pytest.fixture
def chips(client: FlaskClient, small: Any) -> Fields:
    """The form after a first answer, as a browser would send it again."""
    page, _ = asked(client, small, ASKED)
    return ASKED | fields_in(page)


def asked_for(request: Any) -> list[tuple[object, ...]]:
    assert request.needs is not None
    return [(need.text, need.types, need.number, need.where, need.must) for need in request.needs]


def as_asked(*needs: Need) -> list[tuple[object, ...]]:
    return [(need.text, need.types, need.number, need.where, need.must) for need in needs]


def test_the_form_asks_first_who_is_asking(client: FlaskClient) -> None:
    page = client.get("/suggest").text
    assert page.index("Who are you?") < page.index("The idea") < page.index("The rules")
    assert 'id="understood"' not in page


def test_an_answer_shows_each_need_with_type_number_place_and_weight(client: FlaskClient, small: Any) -> None:
    page, _ = asked(client, small, ASKED)
    assert "What your outline asks for" in page
    chip = page[page.index('<li class="need">') : page.index("Leave out: two ports abroad")]
    for fact in ("two ports abroad</span>", "<strong>2 ×</strong> port", ">abroad</span>", ">needed</span>"):
        assert fact in chip, fact
    assert "a museum &lt;of the sea&gt;</span>" in page
    assert ">welcome</span>" in page
    assert "<li>a pier</li>" in page
    assert '<option value="shipyard">' in page


def test_the_outline_is_shown_with_what_was_understood_of_it_marked(client: FlaskClient, small: Any) -> None:
    page, _ = asked(client, small, ASKED)
    assert '<mark class="sought"><span class="hidden">(sought:) </span>two ports abroad</mark> and ' in page
    assert "You did not say who you are" in page
    page, _ = asked(client, small, ASKED | {"coordinator": "O1"})
    assert "You did not say who you are" not in page


def test_chips_that_nobody_touched_leave_the_question_as_it_was(
    client: FlaskClient, small: Any, chips: Fields
) -> None:
    page, request = asked(client, small, chips)
    assert request.needs is None
    assert "What your outline asks for" in page


def test_a_dropped_need_is_sought_no_more(client: FlaskClient, small: Any, chips: Fields) -> None:
    page, request = asked(client, small, chips | {"drop": "1"})
    assert asked_for(request) == as_asked(READ[1])
    assert "As you corrected it" in page
    again, request = asked(client, small, ASKED | fields_in(page) | {"size": "2-3"})
    assert asked_for(request) == as_asked(READ[1])
    assert 'value="2-3"' in again


def test_whoever_drops_all_seeks_nobody_in_particular(client: FlaskClient, small: Any, chips: Fields) -> None:
    page, _ = asked(client, small, chips | {"drop": "2"})
    _, request = asked(client, small, ASKED | fields_in(page) | {"drop": "1"})
    assert request.needs == ()


def test_type_number_place_and_weight_are_changed_by_name(
    client: FlaskClient, small: Any, chips: Fields
) -> None:
    changed = {"need-2-type": "Werft; shipyard", "need-2-number": "3", "need-2-where": "Greece; not France"}
    _, request = asked(client, small, chips | changed | {"need-2-must": "must"})
    assert asked_for(request)[0] == as_asked(READ[0])[0]
    assert asked_for(request)[1] == (
        "a museum <of the sea>",
        ("shipyard",),
        3,
        Where(countries=("GR",), not_from=("FR",)),
        True,
    )


def test_other_words_are_read_anew_but_for_what_was_changed_too(
    client: FlaskClient, small: Any, chips: Fields
) -> None:
    reworded = {"need-1-text": "three hospitals in Spain", "need-1-number": "4"}
    _, request = asked(client, small, chips | reworded)
    assert asked_for(request)[0] == (
        "three hospitals in Spain",
        ("hospital",),
        4,
        Where(countries=("ES",)),
        True,
    )


def test_a_type_that_is_taken_away_leaves_the_words_alone(
    client: FlaskClient, small: Any, chips: Fields
) -> None:
    _, request = asked(client, small, chips | {"need-1-type": ""})
    assert asked_for(request)[0] == ("two ports abroad", (), 2, Where(abroad=True), True)


def test_an_added_need_is_read_from_its_words(client: FlaskClient, small: Any, chips: Fields) -> None:
    page, request = asked(client, small, chips | {"need-new-text": "if possible, two insurers in Italy"})
    assert len(request.needs) == 3
    assert asked_for(request)[2][1:] == (("insurer",), 2, Where(countries=("IT",)), False)
    assert fields_in(page)["need-3-where"] == "Italy (IT)"


def test_an_added_need_may_be_a_type_alone(client: FlaskClient, small: Any, chips: Fields) -> None:
    _, request = asked(client, small, chips | {"need-new-type": "museo", "need-new-must": "may"})
    assert asked_for(request)[2] == ("museum", ("museum",), 1, ANYWHERE, False)


def test_the_outline_is_read_anew_where_that_is_wanted(
    client: FlaskClient, small: Any, chips: Fields
) -> None:
    page, _ = asked(client, small, chips | {"drop": "1"})
    assert "Read the outline anew" in page
    _, request = asked(client, small, ASKED | fields_in(page) | {"reread": "1"})
    assert request.needs is None


@pytest.mark.parametrize(
    ("field", "written", "reason"),
    [
        ("need-2-type", "flying carpet", "No type of organisations is called"),
        ("need-2-where", "Atlantis", "Unknown country"),
        ("need-2-number", "many", "Write how many, from 1 to 40, not “many”."),
    ],
)
def test_a_wrong_field_is_told_beside_it_and_every_chip_stays(
    client: FlaskClient, small: Any, chips: Fields, field: str, written: str, reason: str
) -> None:
    page, request = asked(client, small, chips | {field: written}, 422)
    assert request is None
    assert f'id="{field}-wrong"' in page
    assert reason in page
    kept = fields_in(page)
    assert (kept["need-1-text"], kept[field]) == ("two ports abroad", written)
    assert page.count("<details open>") == 1
    assert json.loads(kept["need-2-was"])[0] == "a museum <of the sea>"


def test_swaps_and_ties_are_asked_with_the_same_needs(client: FlaskClient, small: Any, chips: Fields) -> None:
    page, _ = asked(client, small, chips | {"drop": "1"})
    (kept,) = set(re.findall(r'name="question" value="([^"]*)"', page))
    small.questions.requests.clear()
    steered = client.get("/steer", query_string={"question": kept, "members": "O1\nO2"}).text
    ((request, _),) = small.questions.requests
    assert asked_for(request) == as_asked(READ[1])
    assert "What is sought stays as you corrected it: 1 need." in steered
    small.questions.requests.clear()
    client.get("/suggest", query_string={"question": kept})
    assert asked_for(small.questions.requests[0]) == as_asked(READ[1])


def test_needs_that_are_no_json_are_refused_in_words(client: FlaskClient, small: Any) -> None:
    page, request = asked(client, small, ASKED | {"needs": "two ports"}, 422)
    assert request is None
    assert "The needs are no JSON" in page


def test_fields_have_labels_hints_and_one_id_each(client: FlaskClient, small: Any) -> None:
    page, _ = asked(client, small, ASKED)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for field in re.findall(r"<(?:input|select|textarea)[^>]*\bid=\"([^\"]+)\"", page):
        assert f'<label for="{field}"' in page
    for referred in re.findall(r'aria-(?:labelledby|describedby)="([^"]*)"', page):
        assert set(referred.split()) <= set(ids), referred
