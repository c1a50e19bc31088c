"""Does a file come in by the page: understood, mended, imported, reported?"""

import html
import io
import re

from flask.testing import FlaskClient

TABLE = (
    "Skizzen zum Aufruf;;;;;\n"
    "Nr.;Titel;Kurzbeschreibung;Einrichtung;Land;Art\n"
    "P-1;Netze;Wir bauen sichere Netze für Krankenhäuser und suchen Partner.;Ada GmbH;Deutschland;Freundeskreis\n"
    "P-2;Häfen;Wir bauen sichere Netze für Häfen und suchen Partner.;Bea GmbH;Deutschland;KMU\n"
    "P-3;Leer;siehe Anlage;Cea GmbH;Deutschland;KMU\n"
)


def hidden(page: str, name: str) -> str:
    match = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert match is not None
    return html.unescape(match[1])


def test_a_file_is_looked_at_mended_and_imported(client: FlaskClient) -> None:
    token = hidden(client.get("/import").text, "token")
    sent = {
        "call": "eureka-network",
        "token": token,
        "step": "look",
        "file": (io.BytesIO(TABLE.encode("cp1252")), "Skizzen.csv"),
    }
    page = client.post("/import", data=sent, content_type="multipart/form-data").text
    assert "outlines: 2 new" in page
    assert "kind: 1 × Freundeskreis" in page
    assert "line 5, text: &#39;siehe Anlage&#39; is no content" in page
    row = page[page.index("is no content") :].partition("</details>")[0]
    assert re.findall("<th scope=.col.>([A-Z]+)</th>", row)[:2] == ["A", "B"]
    assert "<td>siehe Anlage</td>" in row
    assert "1 × KMU = sme" in page or "2 × KMU = sme" in page
    again = {
        "call": "eureka-network",
        "token": token,
        "step": "import",
        "name": hidden(page, "name"),
        "kept": hidden(page, "kept"),
    }
    again["mapping"] = '[values.kind]\n"Freundeskreis" = "other"\n'
    done = client.post("/import", data=again)
    assert done.status_code == 200
    assert "What came in of Skizzen.csv" in done.text
    assert "outlines: 2 new" in done.text
    assert "What is meant?" not in done.text


def test_a_form_of_another_site_brings_nothing_in(client: FlaskClient) -> None:
    assert client.post("/import", data={"call": "eureka-network", "step": "import"}).status_code == 403


def test_what_is_missing_or_wrong_is_said_beside_its_field(client: FlaskClient) -> None:
    token = hidden(client.get("/import").text, "token")
    answer = client.post("/import", data={"token": token, "mapping": "sheets = 1"})
    assert answer.status_code == 422
    for wrong in (
        "Choose the call that the outlines answer.",
        "Choose a file.",
        "says sheets; needed: sheet",
    ):
        assert wrong in answer.text


def test_what_a_later_file_no_longer_holds_is_removed_only_where_that_is_ticked(own: FlaskClient) -> None:
    token = hidden(own.get("/import").text, "token")
    sent = {"call": "demo-call", "token": token, "step": "look"}
    table = "id;title;text;organisation\nL1;Rechnen am Rand;Wir rechnen am Rand des Netzes.;O1\n"
    file = (io.BytesIO(table.encode()), "later.csv")
    page = own.post("/import", data=sent | {"file": file}, content_type="multipart/form-data").text
    assert "L2: Edge on the islands" in page
    assert "Also remove the 1 outline of the call" in page
    again = sent | {"step": "import", "name": hidden(page, "name"), "kept": hidden(page, "kept")}
    own.post("/import", data=again)
    assert "Edge on the islands" in own.get("/records").text
    assert "Removed: not in the file" in own.post("/import", data=again | {"replace": "1"}).text
    assert "Edge on the islands" not in own.get("/records").text
    (change,) = own.get("/api/v1/audit?limit=1").get_json()["changes"]
    assert change["counts"]["outlines removed"] == 1
    own.put(f"/api/v1/audit/{change['id']}/undone")
    assert "Edge on the islands" in own.get("/records").text
