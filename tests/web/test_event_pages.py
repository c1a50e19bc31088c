"""Can a coordinator set up an event on the page, hand out agendas, and see what a decision costs before it is made?"""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PAGE = "/event/demo-call"
WHOLE = "/integrate?call=demo-call"
FIELDS = {
    "days": "2027-03-09 09:00-12:00",
    "closed": "10:00-10:30 Coffee",
    "tables": "3",
    "minutes": "20",
    "pause": "5",
    "least": "1",
    "zone": "Europe/Athens",
}


@pytest.fixture(autouse=True)
def _no_event(small: Any) -> None:
    small.projects._store.put_setting("event:demo-call", "null")


def set_up(client: FlaskClient, **changed: str) -> TestResponse:
    token = re.search('name="token" value="([^"]+)"', client.get(PAGE).text)
    assert token
    return client.post(PAGE, data={"token": token[1], **FIELDS, **changed})


def test_an_event_is_set_up_shown_and_handed_out(client: FlaskClient) -> None:
    empty = client.get(PAGE).text
    assert "Plan the meetings" in empty
    assert "Who gets fewer meetings than asked for is named." in empty
    answer = set_up(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}#plan")
    page = client.get(PAGE).text
    assert "1 meeting in 5 slots at 3 tables" in page
    assert "Times are those of Europe/Athens." in page
    agenda = client.get(f"{PAGE}/agenda/O1").text
    assert "09.03.2027 09:00 to 09:20" in agenda
    assert "Meltemi Edge &lt;Lab&gt;" in agenda
    calendar = client.get(f"{PAGE}/meetings.ics?who=O1")
    assert b"DTSTART;TZID=Europe/Athens:20270309T090000" in calendar.data
    assert calendar.mimetype == "text/calendar"
    assert client.get(f"{PAGE}/meetings.pdf").data.startswith(b"%PDF-")


def test_on_the_day_the_page_says_which_meetings_stay(client: FlaskClient) -> None:
    set_up(client)
    page = set_up(client, keep="yes", absent="O1; 09:00-09:30").text
    assert "0 meetings stay where they were." in page
    assert "New, or at another time: 1" in page
    assert "1 meeting stay" not in page
    page = set_up(client, keep="yes", absent="O1; 09:00-09:30").text
    assert "1 meeting stays where it was." in page


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("zone", "", "is no time zone"),
        ("tables", "", 'id="tables-wrong"><span aria-hidden="true">✕</span> Tables: needed a whole number'),
        ("days", "tomorrow", "day is written as 2027-03-09 09:00-17:00"),
        ("absent", "Nobody at all; 09:00-10:00", "Nobody at all"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_kept(
    client: FlaskClient, field: str, text: str, said: str
) -> None:
    answer = set_up(client, **{field: text})
    assert answer.status_code == 422
    assert said in answer.text
    assert "Plan the meetings" in client.get(PAGE).text


def test_agendas_of_an_event_that_nobody_set_up_are_not_found(client: FlaskClient) -> None:
    assert client.get(f"{PAGE}/agenda/O1").status_code == 404
    set_up(client)
    assert client.get(f"{PAGE}/agenda/O9").status_code == 404


def test_a_form_from_elsewhere_sets_up_nothing(client: FlaskClient) -> None:
    assert client.post(PAGE, data={**FIELDS, "token": "wrong"}).status_code == 403
    assert "Plan the meetings" in client.get(PAGE).text


def test_streams_by_states_come_first_and_each_number_opens_its_outlines(client: FlaskClient) -> None:
    page = client.get(WHOLE).text
    assert (
        page.index("Work streams and Member States") < page.index("Gaps") < page.index("The strongest links")
    )
    assert 'href="/integrate?call=demo-call&amp;stream=s1&amp;state=EL#outlines"' in page
    listed = client.get(f"{WHOLE}&stream=s1&state=EL").text
    table = listed[listed.index('class="listed"') :]
    assert 'aria-label="What if Edge on the islands left"' in table
    assert 'aria-label="What if Rechnen am Rand left"' not in table
    assert "No outline fits." in client.get(f"{WHOLE}&find=zeppelin").text


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("try=put&about=L1&value=s2", '<input type="hidden" name="put-stream" value="s2">'),
        ("try=never&about=L1&about-too=L2", '<input type="hidden" name="pair-b" value="L2">'),
        ("try=name&about=s1&value=Rand", '<input type="hidden" name="name-words" value="Rand">'),
    ],
)
def test_a_decision_is_priced_before_it_is_made(
    client: FlaskClient, small: Any, asked: str, field: str
) -> None:
    page = client.get(f"{WHOLE}&{asked}").text
    assert "What this decision would cost: 2 links fewer, 0.3 % less of what is optimised." in page
    assert field in page
    assert "Decide it so" in page
    assert small.projects.decided.kept_decisions() == (), "looking decides nothing"


def test_several_who_are_ticked_are_played_through_together(client: FlaskClient) -> None:
    page = client.get(f"{WHOLE}&without=L1&without=L2").text
    assert re.findall('name="withdraw-who" value="([^"]+)"', page) == ["L1", "L2"]
    assert "What if they left: " in page
