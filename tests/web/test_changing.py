"""Does one button change a question, tell what that changed, and lead back to the question before?"""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient

SHORT = {"call": "demo-call", "outline": "L1"}


def test_keeping_and_leaving_out_make_new_questions_and_undo_leads_back(
    client: FlaskClient, small: Any
) -> None:
    kept = client.post("/suggest/change", data=SHORT | {"change": "keep:O2"})
    assert list(parse_qs(urlsplit(kept.location).query)) == ["question"]
    page = client.get(kept.location).text
    assert small.questions.requests[-2].must == ("O2",), "asked as it is now, then as it was before"
    assert small.questions.requests[-1].must == ()
    assert "Meltemi Edge &lt;Lab&gt; is kept in." in page
    assert "The first suggestion has the same members as before." in page
    (question,) = parse_qs(urlsplit(kept.location).query)["question"]
    out = client.post("/suggest/change", data={"question": question, "change": "leave:O2"})
    page = client.get(out.location).text
    assert (small.questions.requests[-2].must, small.questions.requests[-2].exclude) == ((), ("O2",))
    undo = re.search(r'href="([^"]*)">Undo: back', page)
    assert undo
    assert undo[1] == f"/suggest?question={question}#results"
    free = client.post("/suggest/change", data=_of(out.location) | {"change": "free:O2"})
    client.get(free.location)
    assert small.questions.requests[-2].exclude == ()


def _of(location: str) -> dict[str, str]:
    return {"question": parse_qs(urlsplit(location).query)["question"][0]}


def test_somebody_is_added_by_name_and_a_name_that_fits_nobody_is_told(
    client: FlaskClient, small: Any
) -> None:
    added = client.post("/suggest/change", data=SHORT | {"add": "Comune di Pontelago"})
    client.get(added.location)
    assert small.questions.requests[-2].must == ("O4",)
    vain = client.post("/suggest/change", data=SHORT | {"add": "Nobody Ltd"})
    page = client.get(vain.location).text
    assert "Nobody, or several, are called “Nobody Ltd”." in page
    assert "Undo" not in page, "the question is as it was"


def test_each_member_has_its_steps_and_the_coordinator_is_never_left_out(client: FlaskClient) -> None:
    page = client.get("/suggest", query_string=SHORT | {"show": "1"}).text
    assert 'value="keep:O2"' in page
    assert 'value="leave:O2"' in page
    assert 'value="leave:O1"' not in page
    assert re.search(r'href="/steer\?[^"]*seat=O2#seat-2"', page)
