"""Can single records be added, edited, withdrawn, deleted by API and page, and each change be undone?"""

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from data.errors import NotFound
from data.model import CallId, OrganisationId, OutlineId
from data.readers import Reader, Role
from data.sources.organisations import import_organisations
from data.sources.outlines import import_outlines
from data.store import Store
from service.app.open import Application
from service.app.question import PAGE, ListQuestion, OutlineAdded, OutlineEdited, RecordsOf

CALL = "demo-call"
LATE = {"call": CALL, "title": "Late sensors", "text": "We measure leaks.", "organisation": "O2"}


def asked(client: FlaskClient, method: str, path: str, body: Any = None) -> Any:
    answer = client.open(f"/api/v1{path}", method=method, json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def token(page: str) -> str:
    match = re.search(r'name="token" value="([^"]+)"', page)
    assert match
    return match[1]


def newest(client: FlaskClient) -> dict[str, Any]:
    (change,) = asked(client, "GET", "/audit?limit=1")["changes"]
    return dict(change)


def test_an_outline_is_added_edited_withdrawn_restored_deleted_and_brought_back(own: FlaskClient) -> None:
    added = asked(own, "POST", "/outlines", LATE)
    assert (added["country"], added["language"], added["withdrawn"]) == ("EL", "en", None)
    path = f"/outlines/{added['id']}"
    edited = asked(own, "PATCH", path, {"seeks": "Harbours", "budget_eur": 5000, "language": None})
    assert (edited["seeks"], edited["budget_eur"], edited["language"]) == ("Harbours", 5000.0, None)
    assert edited["title"] == "Late sensors"
    assert asked(own, "PUT", f"{path}/withdrawal")["withdrawn"] is not None
    listed = asked(own, "GET", f"/outlines?call={CALL}")["outlines"]
    assert [row["id"] for row in listed if row["withdrawn"]] == [added["id"]]
    assert asked(own, "DELETE", f"{path}/withdrawal")["withdrawn"] is None
    assert asked(own, "DELETE", path)["title"] == "Late sensors"
    assert own.get(f"/api/v1{path}").status_code == 404
    change = newest(own)
    assert (change["what"], change["can_be_undone"]) == (f"delete outline {added['id']}", True)
    asked(own, "PUT", f"/audit/{change['id']}/undone")
    assert asked(own, "GET", path) == edited
    again = own.put(f"/api/v1/audit/{change['id']}/undone")
    assert (again.status_code, again.get_json()["code"]) == (422, "bad-input")


def test_an_outline_of_unknown_country_is_kept_and_shown_as_such(own: FlaskClient) -> None:
    asked(own, "PATCH", "/organisations/O2", {"country": None})
    added = asked(own, "POST", "/outlines", LATE)
    assert added["country"] is None
    listed = asked(own, "GET", f"/outlines?call={CALL}")["outlines"]
    assert [row["country"] for row in listed if row["id"] == added["id"]] == [None]
    for page in ("/records", f"/calls/{CALL}", f"/outlines/{added['id']}"):
        answer = own.get(page)
        assert answer.status_code == 200, page
    assert "country unknown" in own.get("/records").text
    assert asked(own, "PATCH", f"/outlines/{added['id']}", {"country": "Greece"})["country"] == "EL"


@pytest.mark.parametrize(
    ("path", "list_name", "ids"),
    [
        ("/outlines?limit=1", "outlines", ["L1", "L2"]),
        ("/organisations?text=meltemi&limit=1", "organisations", ["O5", "O2"]),
    ],
)
def test_a_list_is_given_in_parts_each_entry_once(
    own: FlaskClient, path: str, list_name: str, ids: list[str]
) -> None:
    first = asked(own, "GET", path)
    second = asked(own, "GET", f"{path}&cursor={first['next']}")
    assert [row["id"] for part in (first, second) for row in part[list_name]] == ids
    assert second["next"] is None


def test_the_page_of_records_shows_a_part_and_leads_to_the_next(own: FlaskClient) -> None:
    for number in range(PAGE):
        asked(own, "POST", "/outlines", LATE | {"id": f"M{number:03}", "title": f"Skizze {number:03}"})
    first, last = own.get("/records").text, own.get("/records?cursor=M047").text
    assert first.count("/outlines/M") == PAGE - 2  # L1 and L2 come before
    assert "Skizze 047" in first
    assert "Skizze 048" not in first
    assert "cursor=M047" in first
    assert [title in last for title in ("Skizze 047", "Skizze 048", "Skizze 049")] == [False, True, True]
    assert "Skizze" not in own.get("/suggest").text, "no other page embeds the outlines"


def test_what_is_withdrawn_is_not_matched_and_says_how_it_comes_back(
    own: FlaskClient, own_application: Application
) -> None:
    asked(own, "PUT", "/outlines/L1/withdrawal")
    assert "L1" not in own_application.snapshots.current.outlines
    asked(own, "PUT", "/organisations/O2/withdrawal")
    snapshot = own_application.snapshots.current
    assert (list(snapshot.outlines), "O2" in snapshot.organisations) == ([], False)
    refused = own.get("/api/v1/graph/around?organisation=O2")
    assert refused.status_code == 404
    assert "konsort organisation restore O2" in refused.get_json()["detail"]
    asked(own, "DELETE", "/organisations/O2/withdrawal")
    assert list(own_application.snapshots.current.outlines) == ["L2"]
    assert own.get("/api/v1/graph/around?organisation=O2").status_code == 200


def test_an_organisation_and_its_profile_are_edited_and_searchable_at_once(own: FlaskClient) -> None:
    asked(own, "PATCH", "/organisations/O4", {"profile": "We run ferries.", "kind": "public"})
    kept = asked(own, "GET", "/organisations/O4")
    assert (kept["profile"], kept["kind"], kept["name"]) == (
        "We run ferries.",
        "public",
        "Comune di Pontelago",
    )
    assert asked(own, "PATCH", "/organisations/O4", {"profile": None})["profile"] is None
    refused = own.delete("/api/v1/organisations/O1")
    assert refused.status_code == 422
    assert "withdraw it instead" in refused.get_json()["detail"]
    assert asked(own, "DELETE", "/organisations/O4")["id"] == "O4"


def test_a_sender_that_nobody_knows_is_kept_only_where_it_is_said_to_be_new(own: FlaskClient) -> None:
    body = LATE | {"organisation": "Neue Netze GmbH", "country": "AT"}
    assert own.post("/api/v1/outlines", json=body).status_code == 404
    added = asked(own, "POST", "/outlines", body | {"new_organisation": True})
    sender = asked(own, "GET", f"/organisations/{added['organisation']}")
    assert (sender["name"], sender["country"]) == ("Neue Netze GmbH", "AT")
    asked(own, "PUT", f"/audit/{newest(own)['id']}/undone")
    assert own.get(f"/api/v1/organisations/{added['organisation']}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("POST", "/outlines", LATE | {"text": "siehe Anlage"}, "text 'siehe Anlage' is no content"),
        ("POST", "/outlines", LATE | {"id": "L1"}, "outline 'L1' is there already"),
        ("PATCH", "/outlines/L1", {"title": None}, "title"),
        ("PATCH", "/outlines/L1", {"country": "Atlantis"}, "unknown country 'Atlantis'"),
        ("POST", "/organisations", {"name": "X", "id": "8,88E+08"}, "has lost its last digits"),
        ("POST", "/organisations", {"name": "X", "id": "999999999"}, "stands for no id"),
        ("POST", "/organisations", {"name": "X", "id": "O1"}, "there already, as Nordlicht Rechenwerke AG"),
        ("PATCH", "/organisations/O2", {"kind": "large", "sme": True}, "SME flag"),
        ("GET", "/audit?cursor=x", None, "no part of the list begins at 'x'"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(
    own: FlaskClient, method: str, path: str, body: Any, said: str
) -> None:
    answer = own.open(f"/api/v1{path}", method=method, json=body)
    assert answer.status_code == 422, answer.text
    assert said in answer.get_json()["detail"]


def test_a_reader_of_one_organisation_changes_its_records_alone(own_application: Application) -> None:
    editing = own_application.editing
    theirs = Reader("mel", Role.COMPANY, OrganisationId("O2"))
    assert editing.edit_outline(theirs, "L2", OutlineEdited(seeks="Islands")).seeks == "Islands"
    added = editing.add_outline(theirs, OutlineAdded(**LATE))
    assert editing.withdraw_outline(theirs, added.id).withdrawn
    assert editing.organisation(theirs, "O2").id == "O2"
    for refused in (
        lambda: editing.outline(theirs, "L1"),
        lambda: editing.organisation(theirs, "O1"),
        lambda: editing.add_outline(theirs, OutlineAdded(**LATE | {"organisation": "O1"})),
        lambda: editing.audit(theirs, ListQuestion()),
        lambda: editing.undo(theirs, 1),
    ):
        with pytest.raises(NotFound):
            refused()
    assert own_application.store.audit(1)[0].who == "mel"


def test_a_late_outline_is_written_on_the_page_and_undone_there(own: FlaskClient) -> None:
    form = own.get(f"/outlines/new?call={CALL}").text
    assert "The organisation is new" in form
    sent = {**LATE, "token": token(form), "organisation": "Meltemi Cloud"}
    done = own.post("/outlines/new", data=sent, follow_redirects=True).text
    assert "Done: add outline out-" in done
    assert "See the whole call with it" in done
    undone = own.post(
        "/changes", data={"token": token(done), "change": newest(own)["id"]}, follow_redirects=True
    ).text
    assert "Undo 1" not in undone
    assert "Undo 2: add outline" in undone or "undone" in undone
    assert "Late sensors" not in own.get("/records").text


def test_a_record_is_edited_withdrawn_and_deleted_on_the_page(own: FlaskClient) -> None:
    page = own.get("/outlines/L2").text
    assert 'value="Edge on the islands"' in page
    fields = {"title": "Edge on all islands", "text": "Ein Text.", "organisation": "O2", "country": "EL"}
    saved = own.post("/outlines/L2", data=fields | {"token": token(page)}, follow_redirects=True).text
    assert "Done: edit outline L2." in saved
    gone = own.post(
        "/outlines/L2", data={"token": token(page), "step": "withdraw"}, follow_redirects=True
    ).text
    assert "Let it take part again" in gone
    assert "withdrawn" in own.get(f"/records?call={CALL}").text
    deleted = own.post(
        "/outlines/L2", data={"token": token(page), "step": "delete"}, follow_redirects=True
    ).text
    assert "Delete outline L2" in deleted
    page = own.get("/organisations/O5").text
    kept = own.post(
        "/organisations/O5",
        data={
            "token": token(page),
            "name": "Meltemi Cloud SA",
            "country": "Greece",
            "sme": "yes",
            "kind": "sme",
        },
        follow_redirects=True,
    ).text
    assert "Done: edit organisation O5." in kept
    new = own.post("/organisations/new", data={"token": token(page), "name": "New SA"}, follow_redirects=True)
    assert "Done: add organisation org-" in new.text


def test_a_form_of_another_site_changes_no_record(own: FlaskClient) -> None:
    for path in ("/outlines/L1", "/organisations/O1", "/changes"):
        assert own.post(path, data={"step": "delete", "change": "1"}).status_code == 403


def test_what_is_wrong_on_the_page_stays_in_the_form(own: FlaskClient) -> None:
    page = own.get("/outlines/L1").text
    sent = {"token": token(page), "title": "T", "text": "tbd", "organisation": "O1", "country": "Atlantis"}
    answer = own.post("/outlines/L1", data=sent)
    assert answer.status_code == 422
    assert "Atlantis" in answer.text
    assert ">tbd</textarea>" in answer.text


def test_two_records_of_one_body_are_merged_and_split_again(
    own: FlaskClient, own_application: Application
) -> None:
    assert asked(own, "PUT", "/organisations/O5/merged", {"into": "Meltemi Edge <Lab>"})["id"] == "O2"
    assert "O5" not in own_application.snapshots.current.organisations
    change = newest(own)
    assert change["what"] == "merge organisation O5 into O2"
    asked(own, "PUT", f"/audit/{change['id']}/undone")
    assert asked(own, "GET", "/organisations/O5")["name"] == "Meltemi Cloud"
    assert own.put("/api/v1/organisations/O5/merged", json={"into": "O5"}).status_code == 422


def test_a_probable_duplicate_is_decided_once_by_every_door(own: FlaskClient) -> None:
    for name in ("Nordlicht Analyse GmbH", "NORDLICHT ANALYSE", "Nordlicht Analysen"):
        asked(own, "POST", "/organisations", {"name": name, "country": "DE"})
    pairs = asked(own, "GET", "/duplicates")["duplicates"]
    ids = [(pair["keep"]["id"], pair["other"]["id"]) for pair in pairs]
    assert (len(ids), pairs[0]["similarity"]) == (3, 1.0)
    asked(own, "PUT", "/duplicates", {"keep": ids[1][0], "other": ids[1][1], "same": False})
    left = asked(own, "GET", "/duplicates")["duplicates"]
    assert [(pair["keep"]["id"], pair["other"]["id"]) for pair in left] == [ids[0], ids[2]]
    page = own.get("/duplicates").text
    assert "Their names are the same but for case" in page
    decided = {
        "token": token(page),
        "of": "organisations",
        "keep": ids[0][0],
        "other": ids[0][1],
        "same": "yes",
    }
    assert own.post("/duplicates", data=decided).status_code == 303
    assert own.get(f"/api/v1/organisations/{ids[0][1]}").status_code == 404
    asked(own, "PUT", f"/audit/{newest(own)['id']}/undone")
    assert own.get(f"/api/v1/organisations/{ids[0][1]}").status_code == 200
    assert own.post("/duplicates", data=decided | {"same": "other"}).status_code == 303
    assert own.get(f"/api/v1/organisations/{ids[0][0]}").status_code == 404


def test_an_outline_handed_in_twice_is_merged_and_split_again(own: FlaskClient) -> None:
    text = "We measure leaks in the pipes of small towns and seek networks that want to try our sensors. " * 2
    one = asked(own, "POST", "/outlines", LATE | {"text": text})["id"]
    two = asked(own, "POST", "/outlines", LATE | {"title": "Sensors", "text": text, "seeks": "Networks"})[
        "id"
    ]
    (pair,) = asked(own, "GET", "/duplicates?of=outlines")["duplicates"]
    assert {pair["keep"]["id"], pair["other"]["id"]} == {one, two}
    asked(own, "PUT", "/duplicates", {"of": "outlines", "keep": one, "other": two, "same": True})
    assert asked(own, "GET", f"/outlines/{one}")["seeks"] == "Networks"
    assert own.get(f"/api/v1/outlines/{two}").status_code == 404
    assert asked(own, "GET", "/duplicates?of=outlines")["duplicates"] == []
    asked(own, "PUT", f"/audit/{newest(own)['id']}/undone")
    assert asked(own, "GET", f"/outlines/{one}")["seeks"] is None
    assert own.get(f"/api/v1/outlines/{two}").status_code == 200


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_records_leave_as_files_and_come_in_again_unchanged(
    own: FlaskClient, tmp_path: Path, kind: str
) -> None:
    asked(own, "PATCH", "/outlines/L1", {"offers": "=1+1 gauges", "budget_eur": 12500.5})
    asked(own, "PUT", "/outlines/L2/withdrawal")
    assert "outlines.xlsx" in own.get("/records").text
    before = asked(own, "GET", "/outlines")["outlines"]
    for what in ("organisations", "outlines"):
        answer = own.get(f"/records/{what}.{kind}?call={CALL}")
        assert answer.headers["Content-Disposition"] == f"attachment; filename={what}-{CALL}.{kind}"
        (tmp_path / f"{what}.{kind}").write_bytes(answer.data)
    with Store.open(f"sqlite:///{tmp_path / 'again.sqlite'}") as again:
        import_organisations(again, tmp_path / f"organisations.{kind}")
        report = import_outlines(again, tmp_path / f"outlines.{kind}", CALL)
        assert (report.problems, report.left_empty) == ((), ())
        kept = {outline.id: outline for outline in again.outlines()}
    assert (kept[OutlineId("L1")].offers, kept[OutlineId("L1")].budget_eur) == ("=1+1 gauges", 12500.5)
    withdrawn = {outline.id: outline.withdrawn and outline.withdrawn.isoformat() for outline in kept.values()}
    assert {row["id"]: row["withdrawn"] for row in before} == withdrawn


def test_a_coordinator_is_given_no_organisation_beside_those_of_the_own_call(
    own: FlaskClient, own_application: Application
) -> None:
    for name in ("Hidden Pumps GmbH", "HIDDEN PUMPS"):
        asked(own, "POST", "/organisations", {"name": name, "country": "DE", "profile": "Secret pumps."})
    asked(
        own, "PATCH", "/organisations/O2", {"profile": "Secret sensors.", "url": "https://Secret.example.org"}
    )
    coordinator = Reader("cora", Role.COORDINATOR, calls=frozenset({CallId(CALL)}))
    written = own_application.records.file(coordinator, RecordsOf.ORGANISATIONS, "csv").decode()
    assert "O2" in written
    assert "Hidden" not in written
    assert "Secret" not in written
    assert own_application.duplicates.probable(coordinator, RecordsOf.ORGANISATIONS, 9) == ()
    stranger = Reader("sam", Role.COORDINATOR)
    assert own_application.records.file(stranger, RecordsOf.OUTLINES, "csv").decode().count("\n") == 1


def test_a_forgotten_outline_leaves_no_text_and_cannot_come_back(
    own: FlaskClient, own_application: Application
) -> None:
    one, two = (
        asked(own, "POST", "/outlines", LATE | {"title": title})["id"] for title in ("Leak A", "Leak B")
    )
    assert asked(own, "DELETE", f"/outlines/{one}?forget=true")["title"] == "Leak A"
    assert newest(own)["can_be_undone"] is False
    page = own.get(f"/outlines/{two}").text
    posted = {"token": token(page), "step": "delete", "forget": "1"}
    assert own.post(f"/outlines/{two}", data=posted).status_code == 303
    with own_application.store._engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT before, after FROM journal").all()
    assert not [row for row in kept if "Leak" in str(row)]
    assert own.put(f"/api/v1/audit/{newest(own)['id']}/undone").status_code == 422


def test_what_is_too_old_to_be_undone_is_forgotten_with_the_next_change(
    own: FlaskClient, own_application: Application
) -> None:
    asked(own, "DELETE", f"/outlines/{asked(own, 'POST', '/outlines', LATE)['id']}")
    old = newest(own)
    assert old["can_be_undone"] is True
    with own_application.store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit SET at = '2020-01-01T00:00:00+00:00'")
    asked(own, "PATCH", "/organisations/O4", {"city": "Turku"})
    listed = {change["id"]: change for change in asked(own, "GET", "/audit?limit=50")["changes"]}
    assert (listed[old["id"]]["what"], listed[old["id"]]["can_be_undone"]) == (old["what"], False)
    assert listed[max(listed)]["can_be_undone"] is True
