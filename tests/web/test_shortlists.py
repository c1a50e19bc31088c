"""Are consortia kept by name, in versions, compared, shared by a link, mended and taken along?"""

import io
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from docx import Document
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from data.errors import NotFound
from data.model import OrganisationId
from data.readers import Reader, Role
from service.app.open import Application
from service.app.question import ConsortiumWritten, SeatWritten
from service.web.app import create_app

BY_HAND = {
    "name": "Ports and water",
    "call": "demo-call",
    "members": "Nordlicht Rechenwerke AG; coordinator; 250000\nO2\n",
    "outline": "",
}


def token(page: str) -> str:
    match = re.search(r'name="token" value="([^"]+)"', page)
    assert match
    return match[1]


def sent(own: FlaskClient, **fields: str) -> TestResponse:
    """Fill in the form and send it."""
    written = {"token": token(own.get("/consortia").text)}
    return own.post("/consortia", data=written | BY_HAND | fields)


def kept(own: FlaskClient, **fields: str) -> str:
    """Keep a consortium by the page; return its address."""
    answer = sent(own, **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def stepped(own: FlaskClient, address: str, **fields: str) -> str:
    """Press a button of its page; return the page that follows."""
    page = own.get(address).text
    return own.post(address, data={"token": token(page), **fields}, follow_redirects=True).text


def test_a_consortium_put_together_by_hand_is_checked_and_listed(own: FlaskClient) -> None:
    address = kept(own)
    page = own.get(address).text
    assert "Every hard rule is met" in page
    assert page.index("Nordlicht Rechenwerke AG") < page.index("Meltemi Edge &lt;Lab&gt;")
    assert "EUR 250,000" in page
    assert "It goes with no outline" in page
    assert f'href="{address}">Ports and water</a>' in own.get("/consortia").text
    wrong = sent(own, members="Nobody Ltd\nO2; coordinator; much")
    assert (wrong.status_code, "Nobody Ltd" in wrong.text) == (422, True)
    assert own.post("/consortia", data=BY_HAND).status_code == 403


def test_who_would_mend_a_broken_rule_is_named_and_added(own: FlaskClient) -> None:
    address = kept(own, members="Meltemi Cloud; coordinator\nO2")
    page = own.get(address).text
    assert "A hard rule is broken" in page
    assert "These would do" in page
    assert "With it R1 would no longer be broken." in page
    (first,) = re.findall(r'name="organisation" value="(O1)"', page)
    mended = stepped(own, address, step="add", organisation=first)
    assert "Every hard rule is met" in mended
    assert "2 versions" in mended
    assert "added Nordlicht Rechenwerke AG" in mended
    back = stepped(own, address, step="version", version="1")
    assert "A hard rule is broken" in back
    assert "as in version 1" in back
    assert "Write the number of a version, not “one”." in stepped(own, address, step="version", version="one")


def test_a_suggestion_is_saved_with_its_question_and_scored(own: FlaskClient) -> None:
    page = own.get("/suggest?call=demo-call&outline=L1&show=1").text
    form = page[page.index('action="/consortia"') :]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))
    assert fields["members"].startswith("O1; coordinator\nO2; ")
    address = own.post("/consortia", data=fields).location
    saved = own.get(address).text
    assert "Who answers what" in saved
    assert "Its value under this question is 0.78" in saved


def test_a_link_opens_it_for_others_until_it_is_taken_back(
    own: FlaskClient, own_application: Application
) -> None:
    address = kept(own, outline="L1", notes="Keep to ports.")
    other = replace(own_application, reader=Reader("ben", Role.COMPANY, OrganisationId("O5")))
    theirs = create_app(other).test_client()
    assert theirs.get(address).status_code == 404
    told = stepped(own, address, step="link")
    (link,) = re.findall(r"<code>http://localhost(/shared/[^<]+)</code>", told)
    seen = theirs.get(link).text
    assert "Keep to ports." in seen
    assert "Change members" not in seen
    assert "Rechnen am Rand" not in seen, "the outline stays with its keeper"
    theirs.post(link, data={"token": token(seen), "comment": "We would join."})
    assert "We would join." in own.get(address).text
    assert '<p class="quiet">ben, ' in own.get(address).text
    (digest,) = re.findall(r'name="digest" value="(\w+)"', own.get(address).text)
    assert digest not in link, "the store keeps no link that could be followed"
    stepped(own, address, step="take-back", digest=digest)
    assert theirs.get(link).status_code == 404


def test_consortia_are_compared_member_by_member(own: FlaskClient) -> None:
    first, second = kept(own), kept(own, name="Larger", members="O1\nO2\nO3")
    ids = [address.rsplit("/", 1)[1] for address in (first, second)]
    page = own.get(f"/consortia/compare?of={ids[0]}&of={ids[1]}").text
    assert "2 consortia compared" in page
    row = page[page.index("Université de Valbrume") :]
    assert row.index("not in") < row.index("participant")


def test_names_notes_members_change_and_all_goes_when_deleted(own: FlaskClient) -> None:
    address = kept(own)
    assert '<h1 id="results" tabindex="-1">Harbours' in stepped(own, address, step="name", name="Harbours")
    assert ">Ask the port.</textarea>" in stepped(own, address, step="notes", notes="Ask the port.")
    changed = stepped(own, address, step="members", members="O1; coordinator\nO4; associated partner")
    assert "Comune di Pontelago" in changed
    assert "associated partner" in changed
    twice = own.post(address, data={"token": token(changed), "step": "members", "members": "O1\nO1"})
    assert (twice.status_code, "somebody is listed twice" in twice.text.lower()) == (422, True)
    stepped(own, address, step="remove", organisation="O4")
    last = own.post(address, data={"token": token(changed), "step": "remove", "organisation": "O1"})
    assert "last member" in last.text
    stepped(own, address, step="delete")
    assert own.get(address).status_code == 404
    assert own.post(address, data={"step": "delete"}).status_code == 403


def test_the_partner_table_leaves_as_files_in_the_order_of_part_a(own: FlaskClient) -> None:
    address = kept(own, members="O2\nNordlicht Rechenwerke AG; coordinator; 250000", outline="L1")
    book = load_workbook(io.BytesIO(own.get(f"{address}.xlsx").data))
    sheet = [[cell.value for cell in row] for row in book["Participants"].iter_rows()]
    head = next(row for row in sheet if row[0] == "No.")
    assert head[:6] == ["No.", "Role", "PIC", "Legal name", "Country", "Type"]
    first, second = sheet[sheet.index(head) + 1 :]
    assert first[1:5] == ["coordinator", "none (O1)", "Nordlicht Rechenwerke AG", "DE"]
    assert (first[7], second[4]) == (250000, "EL")
    assert first[8] == "P2 (2018), P1 (2015)"
    document = Document(io.BytesIO(own.get(f"{address}.docx").data))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Fictional demonstration" in text
    assert document.tables[0].rows[1].cells[3].text == "Nordlicht Rechenwerke AG"
    assert "2 participants from 2 countries (Germany, Greece)" in text
    held = json.loads(own.get(f"{address}.json").data)
    assert [row["country"] for row in held["participants"]] == ["DE", "EL"]
    assert held["verdict"]["answer"] == "met"
    assert own.get(f"{address}.odt").status_code == 404


def test_the_pdf_holds_every_letter_and_reads_nothing_as_markup(own: FlaskClient) -> None:
    pytest.importorskip("typst", reason="typst is not installed; pip install typst")
    address = kept(own, name='#panic("no") Ελλάδα Zażółć', notes="$x$ *bold*")
    pdf = own.get(f"{address}.pdf")
    assert pdf.status_code == 200
    assert pdf.data.startswith(b"%PDF-")


def test_a_consortium_is_nobody_elses(own_application: Application) -> None:
    consortia = own_application.consortia
    ada, ben = (Reader(name, Role.COMPANY, OrganisationId("O2")) for name in ("ada", "ben"))
    seats = [SeatWritten(organisation="O1"), SeatWritten(organisation="O2")]
    mine = consortia.keep(ada, ConsortiumWritten(name="A", call="demo-call", members=seats))
    assert consortia.listed(ben) == ()
    attempts: list[Any] = [
        lambda: consortia.consortium(ben, mine.id),
        lambda: consortia.rename(ben, mine.id, name="B"),
        lambda: consortia.seat(ben, mine.id, seats[:1], "less"),
        lambda: consortia.link(ben, mine.id),
        lambda: consortia.remove(ben, mine.id),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(NotFound):  # an outline that ada may not see cannot be kept with it
        consortia.keep(ada, ConsortiumWritten(name="A", call="demo-call", members=seats, outline="L1"))
