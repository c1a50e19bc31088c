"""Can every record that a reason cites be opened and read, by page and API, as far as the reader may see it?"""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from data.model import Kind, Organisation, OrganisationId, Project, ProjectId
from data.readers import Reader, Role
from data.shown_names import shown_name
from service.app.open import Application
from service.app.question import ListQuestion
from service.web.app import create_app
from service.web.pages.reading import cited


def test_an_organisation_shows_its_projects_partners_and_outlines(client: FlaskClient) -> None:
    page = client.get("/organisations/O1").text
    assert "<h1>Nordlicht Rechenwerke AG" in page
    assert "2 projects</h2>" in page
    latest, earlier = page.index('href="/projects/P2"'), page.index('href="/projects/P1"')
    assert latest < earlier, "the latest project comes first"
    assert 'href="/outlines/L1"' in page
    assert 'href="/organisations/O2">Meltemi Edge &lt;Lab&gt;</a>' in page
    assert "<title>Nordlicht Rechenwerke AG – organisation – Konsort</title>" in page


def test_a_project_shows_who_took_part_and_is_linked_from_the_reason_that_cites_it(
    client: FlaskClient,
) -> None:
    answer = client.get("/suggest?call=demo-call&outline=L1")
    assert answer.status_code == 200
    page = client.post("/suggest", data={"call": "demo-call", "text": "Rand"}, follow_redirects=True).text
    assert '<span class="cites">Open: <a href="/projects/P2">project P2</a></span>' in page
    project = client.get("/projects/P2").text
    assert "2 participants</h2>" in project
    assert 'href="/organisations/O2"' in project
    assert client.get("/projects/P9").status_code == 404


def test_the_api_gives_a_project_and_an_organisations_projects_in_parts(client: FlaskClient) -> None:
    project = client.get("/api/v1/projects/P1").get_json()
    assert [row["id"] for row in project["participants"]] == ["O2", "O1", "O3"], "by name"
    assert [row["country"] for row in project["participants"]] == ["EL", "DE", "FR"]
    first = client.get("/api/v1/organisations/O1/projects?limit=1").get_json()
    assert [(row["id"], row["participants"]) for row in first["projects"]] == [("P2", 2)]
    rest = client.get(f"/api/v1/organisations/O1/projects?limit=1&cursor={first['next']}").get_json()
    assert [(row["id"], row["participants"]) for row in rest["projects"]] == [("P1", 3)]
    assert rest["next"] is None


def test_a_reader_of_one_organisation_reads_others_and_changes_none_of_them(
    own_application: Application,
) -> None:
    theirs = Reader("mel", Role.COMPANY, OrganisationId("O2"))
    client = create_app(replace(own_application, reader=theirs)).test_client()
    page = client.get("/organisations/O1").text
    assert "Nordlicht Rechenwerke AG" in page
    assert "Change this record" not in page
    assert "/outlines/L1" not in page, "an outline that the reader may not see is not told of"
    assert client.get("/outlines/L1").status_code == 404
    assert "Change this outline" in client.get("/outlines/L2").text


def test_who_has_no_name_is_found_as_it_is_shown(own_application: Application) -> None:
    with own_application.store.transaction(what="nameless") as writer:
        writer.put_organisations([Organisation(OrganisationId("933457482"), None, "FR", Kind.OTHER)])
    own_application.snapshots.refresh()
    records = own_application.records
    assert records.names.organisation("Organisation 933457482") == "933457482"
    assert [one.id for one in records.find("organisation 933457482", part=ListQuestion()).entries] == [
        "933457482"
    ]


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        ('"UAB ""Spronk NMR Consultancy"""', "UAB “Spronk NMR Consultancy”"),
        ('Fondatsiya Tsentar Iztochna Evropa""', "Fondatsiya Tsentar Iztochna Evropa"),
        ("ABB SCHWEIZ AG", "ABB Schweiz AG"),
        ("UNIVERSITY OF HYDERABAD (UOH)", "University of Hyderabad (UOH)"),
        ("INSTITUTO TUMORI GIOVANNI PAOLO II", "Instituto Tumori Giovanni Paolo II"),
        ("ESTUDOS E PESQUISAS S.A.", "Estudos e Pesquisas S.A."),
        ("L'OREAL", "L'Oreal"),
        ("McKinsey & Company", "McKinsey & Company"),
        ('"', '"'),
    ],
)
def test_names_in_capitals_and_raw_quotes_are_shown_softer(recorded: str, shown: str) -> None:
    assert shown_name(recorded) == shown
    assert Organisation(OrganisationId("1"), recorded).label == shown


def test_citations_link_projects_outlines_and_records_and_count_the_rest(small: Application) -> None:
    network = small.records.network
    with create_app(small).test_request_context():
        many = cited(["need:1", *(f"project:P{n}" for n in (1, 2, 3, 4, 5)), "organisation:O1"], network)
    assert [one.address for one in many] == [
        *("/projects/P1", "/projects/P2", "/projects/P3"),
        "/organisations/O1",
    ]
    assert [one.name for one in many] == ["project P1", "project P2", "P3 (and 2 more)", "its record"]


def test_a_project_with_words_is_read_whole(own_application: Application) -> None:
    with own_application.store.transaction(what="words") as writer:
        writer.put_projects(
            [Project(ProjectId("P2"), "Leaks in ports", "LEAK", "We <measure> leaks.", fictional=True)]
        )
    page = create_app(own_application).test_client().get("/projects/P2").text
    assert "<h1>Leaks in ports" in page
    assert "We &lt;measure&gt; leaks." in page
