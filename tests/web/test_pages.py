"""Does each page show what was asked, keep what was typed, and say clearly what is wrong?"""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from data.errors import StoreError
from data.model import CallId, OrganisationId
from matcher.suggest.answers import PartnersRequest, SuggestRequest
from service.web.app import create_app

PAGES = (
    "/",
    "/suggest",
    "/suggest?call=demo-call&outline=L1",
    "/suggest?call=demo-call&outline=L1&show=1",
    "/organisations/O1",
    "/outlines/L1",
    "/projects/P1",
    "/steer",
    "/steer?call=demo-call&outline=L1&members=O1%0AO2%0AO3",
    "/tradeoff?call=demo-call&outline=L1",
    "/partners",
    "/partners?organisation=O1",
    "/why",
    "/why?organisation=O3&outline=L1",
    "/network",
    "/network?organisation=O1",
    "/network?country=EL",
    "/network?a=O3&b=O2",
    "/check",
    "/check?call=demo-call",
    "/calls",
    "/calls/demo-call",
    "/integrate",
    "/integrate?call=demo-call",
    "/event/demo-call",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_heading_landmarks_a_skip_link_and_a_label_for_each_field(
    client: FlaskClient, path: str
) -> None:
    page = client.get(path).text
    assert len(re.findall("<h1", page)) == 1
    for landmark in (
        "<header",
        "<nav aria-label",
        '<main id="main"',
        "<footer",
        '<a class="skip" href="#main"',
    ):
        assert landmark in page, landmark
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for field in re.findall(r"<(?:input|select|textarea)[^>]*\bid=\"([^\"]+)\"", page):
        assert f'<label for="{field}"' in page
    for referred in re.findall(r'aria-(?:labelledby|describedby)="([^"]*)"', page):
        assert set(referred.split()) <= set(ids), referred


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_script_or_style_of_its_own_nor_asks_another_site(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert not re.search(r"<style|\bstyle=|\bon\w+=|<script(?! src=\"/static/)", page)
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page)


def test_every_page_says_that_its_records_are_fictional_where_they_are(
    client: FlaskClient, small: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Fictional demo." in client.get("/").text
    monkeypatch.setattr(type(small.records), "any_fictional", False)
    assert "Fictional demo." not in client.get("/").text


def test_a_coordinator_reads_members_terms_rules_and_what_is_proved(client: FlaskClient, small: Any) -> None:
    typed = {"call": "demo-call", "text": "Rechnen am Rand", "coordinator": "Nordlicht Rechenwerke AG"}
    answer = client.post(
        "/suggest",
        data=typed
        | {"must": "O3\nMeltemi Cloud", "size": "4-6", "preset": "open"}
        | {"want": "2 sme\r\n1 Greece\r\n", "role": "Meltemi Cloud; newcomer"},
    )
    assert (answer.status_code, small.questions.requests) == (303, [])
    page = client.get(answer.location).text
    assert small.questions.requests == [
        SuggestRequest(
            call=CallId("demo-call"),
            text="Rechnen am Rand",
            coordinator=OrganisationId("O1"),
            must=(OrganisationId("O3"), OrganisationId("O5")),
            size=(4, 6),
            wants=((2, "sme"), (1, "EL")),
            roles=((OrganisationId("O5"), "newcomer"),),
            preset="open",
        )
    ]
    assert "<title>Consortia for “Rechnen am Rand” – Konsort</title>" in page
    assert ">Meltemi Cloud; newcomer</textarea>" in page
    assert ">Rechnen am Rand</textarea>" in page
    assert "0123456789ab" in page
    page = client.get(answer.location.replace("#", "&show=1#")).text
    assert "<title>Suggestion 1 for “Rechnen am Rand” – Konsort</title>" in page
    assert "Within 1.2 % of the best possible over all candidates." in page
    assert "Meltemi Edge &lt;Lab&gt;" in page
    assert "Greece (EL)" in page
    assert 'aria-label="Coverage 0.75"' in page
    assert "Met by: Nordlicht Rechenwerke AG, Meltemi Edge &lt;Lab&gt;, Université de Valbrume." in page
    assert "For a person to confirm (1)" in page
    assert "certified hardware" in page
    assert "0123456789ab" in page
    assert "The call text always prevails." in page
    assert "never a probability of success" in page
    assert 'type="hidden" name="question" value="' in page, "the next page asks the same question"


def test_an_impossible_wish_shows_what_conflicts_and_the_ways_out(client: FlaskClient) -> None:
    asked = {"call": "demo-call", "text": "impossible"}
    page = client.post("/suggest", data=asked, follow_redirects=True).text
    assert "No consortium is possible" in page
    assert "these demands conflict" in page
    assert "Size 1 to 1." in page
    assert "Allow a size of 2." in page


def test_a_form_with_mistakes_keeps_its_input_and_links_to_each_mistake(
    client: FlaskClient, small: Any
) -> None:
    typed = {
        "text": "<b>Idee</b>",
        "outline": "L1",
        "coordinator": "Meltemi",
        "size": "many",
        "not": "Nobody",
        "want": "many SMEs",
        "role": "O1",
    }
    answer = client.post("/suggest", data=typed)
    assert (answer.status_code, small.questions.requests) == (422, [])
    for field in ("call", "text", "coordinator", "size", "not", "want", "role"):
        assert f'<a href="#{field}">' in answer.text, field
        assert f'id="{field}-wrong"' in answer.text, field
    assert "&lt;b&gt;Idee&lt;/b&gt;</textarea>" in answer.text
    assert 'name="outline" value="L1"' in answer.text
    assert "Meltemi Cloud (O5)" in answer.text
    assert "Several organisations fit" in answer.text


def test_more_wishes_stay_folded_until_somebody_has_one(client: FlaskClient) -> None:
    summary = "<summary>More wishes: countries, kinds, settled roles, number of suggestions</summary>"
    for query, opened in (("", ""), ("?want=2+sme", " open"), ("?role=O1;+newcomer", " open")):
        assert f'<details class="more"{opened}>\n  {summary}' in client.get(f"/suggest{query}").text


def test_a_call_that_nobody_knows_is_told_beside_its_field(client: FlaskClient) -> None:
    answer = client.post("/suggest", data={"call": "gone", "text": "x"})
    assert answer.status_code == 422
    assert 'id="call-wrong"' in answer.text


def test_a_company_reads_its_partners_with_reasons(client: FlaskClient, small: Any) -> None:
    page = client.get("/partners?organisation=nordlicht&countries=Greece,+FR&new_only=1&call=").text
    assert small.questions.requests == [
        PartnersRequest(organisation=OrganisationId("O1"), countries=("GR", "FR"), new_only=True)
    ]
    assert "4 partners for Nordlicht Rechenwerke AG" in page
    assert "Has worked with Nordlicht Rechenwerke AG in project P2." in page
    assert 'href="/network?a=O1&amp;b=O2"' in page


def test_a_text_finds_partners_without_an_organisation(client: FlaskClient, small: Any) -> None:
    text = "We look for a port."
    page = client.post("/partners", data={"organisation": "", "text": text}, follow_redirects=True).text
    assert small.questions.requests == [PartnersRequest(text=text)]
    assert "5 partners for your text" in page
    assert "who can introduce us" not in page
    nothing = client.post("/partners", data={"organisation": "", "text": ""})
    assert nothing.status_code == 422
    assert "or paste a text about yourself" in nothing.text


def test_a_company_reads_why_it_was_not_suggested(client: FlaskClient) -> None:
    page = client.get("/why?organisation=O3&outline=Rechnen+am+Rand").text
    assert "stands in none of 2 suggestions" in page
    assert "nothing that the store has of it tells that it answers this. Before it: Meltemi Cloud." in page
    assert "Its kind is not recorded." in page
    assert client.get("/why?organisation=O3&outline=").status_code == 422
    assert client.get("/why?organisation=O3&outline=unknown").status_code == 422


def test_a_name_that_fits_several_organisations_is_asked_back(client: FlaskClient) -> None:
    answer = client.get("/partners?organisation=meltemi")
    assert answer.status_code == 422
    assert '<a href="/partners?organisation=O2">' in answer.text
    assert '<a href="/partners?organisation=O5">' in answer.text


def test_a_name_chosen_from_the_list_finds_its_code(client: FlaskClient, small: Any) -> None:
    client.get("/partners?organisation=Meltemi+Cloud+(O5)")
    assert small.questions.requests[0].organisation == "O5"


def test_an_analyst_sees_a_neighbourhood_as_a_picture_and_a_table(client: FlaskClient) -> None:
    page = client.get("/network?organisation=O1").text
    assert "2 past projects with 2 partners" in page
    assert "Neighbourhood of Nordlicht Rechenwerke AG</title>" in page
    assert page.count('href="/network?organisation=O2"') == 2
    assert '<td class="num">1.5</td>' in page


def test_an_analyst_sees_who_introduces_whom(client: FlaskClient) -> None:
    page = client.get("/network?a=O3&b=O2").text
    assert "They know each other: 1 shared project, from 2015, a tie of 0.5." in page
    assert "No chain of past partners joins the two." in client.get("/network?a=O3&b=O4").text


def test_an_organisation_without_a_past_is_shown_as_such(client: FlaskClient) -> None:
    page = client.get("/network?organisation=O4").text
    assert "No past project with anybody is known of it" in page
    assert '<svg class="picture' not in page


@pytest.mark.parametrize("path", ["/network?organisation=nobody", "/network?country=XQ", "/network?a=O1&b="])
def test_a_lookup_in_vain_is_told_on_the_same_page(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 422
    assert "Please look at this again" in answer.text


def test_a_call_is_told_in_plain_words_with_its_outlines(client: FlaskClient) -> None:
    page = client.get("/calls/demo-call").text
    assert "Organisations from at least two countries" in page
    assert "from 01.01.2026" in page
    assert 'href="/suggest?outline=L1&amp;call=demo-call"' in page


def test_an_outline_picked_elsewhere_is_filled_in(client: FlaskClient) -> None:
    page = client.get("/suggest?outline=L2&call=demo-call").text
    assert 'name="outline" value="L2"' in page
    assert '<option value="demo-call" selected>' in page


def test_a_whole_call_is_shown_as_one_project_and_can_be_taken_along(client: FlaskClient) -> None:
    page = client.get("/integrate?call=demo-call").text
    assert "1 work stream, 1 link across borders" in page
    assert "sovereign identity" in page
    assert "“Häuser auf Inseln”" in page
    assert "Their organisations have worked together." in page
    assert '<td class="h5">1</td>' in page
    assert "France (FR), Greece (EL)" in page
    assert "1 outline falls below 2 links." in page
    assert "What changed" not in page
    file = client.get("/integrate/demo-call.xlsx")
    assert file.data == b"demo-call as xlsx"
    assert file.headers["Content-Disposition"] == "attachment; filename=demo-call.xlsx"


def test_other_ways_are_shown_when_asked_for_with_what_they_trade(client: FlaskClient) -> None:
    assert "Show two or three others" in client.get("/integrate?call=demo-call").text
    page = client.get("/integrate?call=demo-call&others=yes").text
    assert "Links along ties that exist already." in page
    assert "50% of the links and 25% of the places in streams differ." in page
    assert (
        '<dt>More</dt><dd><ul class="plain"><li>answers to what is sought +0.25</li><li>1 link</li></ul>'
        in page
    )
    assert (
        '<dt>Less</dt><dd><ul class="plain"><li>fit to the streams −0.12</li><li>1 work stream</li></ul>'
        in page
    )
    assert "common topics" not in page, "too small to be seen"


def test_a_drop_out_is_played_through_and_its_changes_are_told(client: FlaskClient) -> None:
    page = client.get("/integrate?call=demo-call&without=DE,+L1").text
    assert '<dt>Gone: 1</dt><dd><ul class="plain"><li>Häfen</li>' in page
    assert "<li>Edge on the islands: from s2 to Edge</li>" in page
    assert "<li>Rechnen am Rand – Häfen</li>" in page
    assert 'value="DE, L1"' in page


def test_a_store_out_of_order_is_told_as_a_page_that_asks_it_nothing(
    small: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object) -> None:
        raise StoreError("the store is locked; end the import that is running")

    monkeypatch.setattr(type(small.records), "network", property(broken))
    monkeypatch.setattr(type(small.records), "any_fictional", property(broken))
    answer = create_app(small).test_client().get("/", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert "The store is locked; end the import that is running." in answer.text


def test_an_address_that_leads_nowhere_is_told_as_a_page_to_a_browser(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "<h1>Not Found</h1>" in answer.text
