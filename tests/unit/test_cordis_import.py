"""Does the CORDIS importer read what is published, and say by line what it cannot read?"""

import datetime as dt
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.errors import BadInput
from data.model import Kind, Organisation, OrganisationId
from data.sources.cordis import import_cordis
from data.store import Store

PROJECTS = (
    '"id";"acronym";"title";"objective";"startDate";"endDate";"legalBasis";"topics";"frameworkProgramme";'
    '"fundingScheme";"ecMaxContribution"\n'
    '"p1";"ONE";"First";"Line one\nline two, ""quoted""";"2018-01-02";"2020-01-01";"SC4";"T-1;T-2";'
    '"H2020";"RIA";"10.50"\n'
    '"p2";"";"";"";"2019-03-04";"";"LEIT;SC2";"";"H2020";"";""\n'
)
ORGANISATIONS = (
    '"projectID";"organisationID";"name";"country";"activityType";"SME";"city";"role";"ecContribution"\n'
    '"p1";"1";"OLD NAME";"EL";"PRC";"true";"Athens";"coordinator";"5.25"\n'
    '"p1";"2";"Uni";"UK";"HES";"";"";"participant";""\n'
    '"p2";"1";"New Name";"EL";"PRC";"";"";"coordinator";"7"\n'
    '"p2";"3";"";"NA";"PUB";"false";"";"thirdParty";"0"\n'
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}") as opened:
        yield opened


def folder(tmp_path: Path, name: str = "export", **files: str | bytes) -> Path:
    """Write files named by keyword into a folder and return it."""
    path = tmp_path / name
    path.mkdir()
    for file, text in files.items():
        (path / f"{file}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_projects_organisations_and_participations_come_in(store: Store, tmp_path: Path) -> None:
    topics = '"projectID";"topic";"title"\n"p1";"T-1";"Clouds"\n"p1";"T-2";"Edges"\n'
    path = folder(tmp_path, project=PROJECTS, organization=ORGANISATIONS, topics=topics)
    report = import_cordis(store, [path])
    assert report.problems == ()
    assert report.added == {"projects": 2, "organisations": 3, "participations": 4}
    first = store.project("p1")
    assert first.objective == 'Line one\nline two, "quoted"'
    assert (first.start, first.end) == (dt.date(2018, 1, 2), dt.date(2020, 1, 1))
    assert (first.topics, first.topic_titles, first.grant_eur) == (("T-1", "T-2"), ("Clouds", "Edges"), 10.5)
    assert store.project("p2").title is None
    history = store.history()
    assert history.participations.values.tolist()[:2] == [
        ["p1", "1", "coordinator", 5.25],
        ["p1", "2", "participant", pytest.approx(float("nan"), nan_ok=True)],
    ]
    assert history.participations["role"].tolist()[2:] == ["coordinator", "third party"]


def test_the_latest_project_decides_fact_by_fact(store: Store, tmp_path: Path) -> None:
    import_cordis(store, [folder(tmp_path, project=PROJECTS, organization=ORGANISATIONS)])
    assert store.organisation("1") == Organisation(
        OrganisationId("1"), "New Name", "GR", Kind.SME, True, city="Athens"
    )
    assert store.organisation("2").country == "GB"
    assert store.organisation("3") == Organisation(OrganisationId("3"), None, "NA", Kind.PUBLIC, False)


def test_an_older_export_imported_later_only_fills_what_is_unknown(store: Store, tmp_path: Path) -> None:
    import_cordis(store, [folder(tmp_path, project=PROJECTS, organization=ORGANISATIONS)])
    older = folder(
        tmp_path,
        "older",
        project="id;startDate\np0;2010-01-01\n",
        organization="projectID;organisationID;name;city\np0;1;ANCIENT;Patras\np0;3;Found;Windhoek\n",
    )
    import_cordis(store, [older])
    assert (store.organisation("1").name, store.organisation("1").city) == ("New Name", "Athens")
    assert (store.organisation("3").name, store.organisation("3").city) == ("Found", "Windhoek")


def test_importing_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    path = folder(tmp_path, project=PROJECTS, organization=ORGANISATIONS)
    import_cordis(store, [path])
    before = store.revision()
    report = import_cordis(store, [path])
    assert report.unchanged == {"projects": 2, "organisations": 3, "participations": 4}
    assert store.revision() == before
    assert [entry.what for entry in store.audit()] == ["import cordis export"]


def test_a_dry_run_counts_and_writes_nothing(store: Store, tmp_path: Path) -> None:
    path = folder(tmp_path, project=PROJECTS, organization=ORGANISATIONS)
    report = import_cordis(store, [path], dry_run=True)
    assert (report.dry_run, report.added["participations"]) == (True, 4)
    assert store.projects() == {}
    assert store.audit() == ()


def test_other_names_orders_and_styles_of_the_same_export(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "cordis-HORIZON.zip"
    project = "\ufeffstartDate;ecMaxContribution;id;keywords\n02/01/2022;1234567,89;101;edge\n"
    organisation = (
        "\ufeffcountry;SME;role;projectID;organisationID;activityType\nDE;TRUE;COORDINATOR;101;9;PRC\n"
    )
    science = "projectID;euroSciVocCode;euroSciVocTitle\n101;/1;cloud computing\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("cordis-HORIZONprojects.csv", project)
        archive.writestr("csv/cordis-HORIZONorganisations.csv", organisation)
        archive.writestr("euroSciVoc.csv", science)
        archive.writestr("webLink.csv", "projectID;url\n101;x\n")
    assert import_cordis(store, [path]).problems == ()
    imported = store.project("101")
    assert (imported.start, imported.grant_eur, imported.text) == (
        dt.date(2022, 1, 2),
        1234567.89,
        "cloud computing",
    )
    assert store.organisation("9").kind is Kind.SME
    assert store.history().participations["role"].tolist() == ["coordinator"]


def test_bad_rows_carry_their_true_lines_and_good_rows_come_in(store: Store, tmp_path: Path) -> None:
    organisations = (
        "projectID;organisationID;name;country;activityType;ecContribution\n"
        'p1;1;"Two\nlines";DE;PRC;1\n'
        "p9;1;Ada;DE;PRC;1\n"
        "p1;;;DE;PRC;1\n"
        "p1;2;Ada;Atlantis;PRC;1\n"
        "p1;3;Ada;DE;XYZ;1\n"
        "p1;4;Ada;DE;PRC;much\n"
        "p1;5;Ada\n"
        'p1;6;"Ada"s";DE;PRC;1\n'
        "p1;7;A\0da;DE;PRC;1\n"
        "\n"
        "p1;8;Ada;DE;PRC;1\n"
        'p1;9;"never closed;DE;PRC;1\n'
    )
    path = folder(
        tmp_path, project="id;startDate\np1;2020-01-01\np2;31.02.2020\n", organisation=organisations
    )
    report = import_cordis(store, [path])
    assert [str(problem).split(":")[:3] for problem in report.problems] == [
        ["organisation.csv", "4", "projectID"],
        ["organisation.csv", "5", "organisationID"],
        ["organisation.csv", "9", ""],
        ["organisation.csv", "14", ""],
    ]
    assert [str(problem).split(":")[:3] for problem in report.left_empty] == [
        ["project.csv", "3", "startDate"],
        ["organisation.csv", "6", "country"],
        ["organisation.csv", "7", "activityType"],
        ["organisation.csv", "8", "ecContribution"],
        ["organisation.csv", "11", "name"],
    ]
    assert list(store.organisations()) == ["1", "2", "3", "4", "6", "7", "8"]
    assert store.organisation("1").name == "Two\nlines"
    assert store.organisation("6").name == 'Ada"s'


def test_an_unclosed_quote_costs_its_own_line_and_none_below(store: Store, tmp_path: Path) -> None:
    rows = "".join(f"p{number};{'x' * 1000}\n" for number in range(300))
    path = folder(tmp_path, project=f'id;title\n"lost;y\n{rows}')
    report = import_cordis(store, [path])
    assert report.problems[0].line == 2
    assert "a quote that opens here is not closed" in report.problems[0].reason
    assert len(store.projects()) == 300


def test_two_coordinators_are_kept_repeated_rows_count_once_and_parts_add_up(
    store: Store, tmp_path: Path
) -> None:
    organisations = (
        "projectID;organisationID;role;ecContribution;endOfParticipation\n"
        "p1;1;coordinator;5;false\np1;2;coordinator;6;false\np1;2;participant;4;true\np1;1;coordinator;5;false\n"
    )
    import_cordis(store, [folder(tmp_path, project="id\np1\n", organization=organisations)])
    assert store.history().participations.values.tolist() == [
        ["p1", "1", "coordinator", 5.0],
        ["p1", "2", "coordinator", 10.0],
    ]


def test_organisations_alone_join_projects_that_the_store_knows(store: Store, tmp_path: Path) -> None:
    import_cordis(store, [folder(tmp_path, project=PROJECTS)])
    import_cordis(store, [folder(tmp_path, "later", organization=ORGANISATIONS)])
    assert len(store.history().participations) == 4


def test_a_folder_that_is_no_export_says_what_was_needed(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"needed project\.csv and organization\.csv.*, found notes\.csv"):
        import_cordis(store, [folder(tmp_path, notes="a;b\n")])


def test_progress_is_told_in_bytes_up_to_the_end(store: Store, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    path = folder(tmp_path, project=PROJECTS, organization=ORGANISATIONS)
    import_cordis(store, [path], progress=lambda what, done, total: steps.append((what, done, total)))
    size = len(PROJECTS.encode())
    assert ("project.csv", size, size) in steps


def test_a_single_known_column_is_found_where_it_stands(store: Store, tmp_path: Path) -> None:
    import_cordis(store, [folder(tmp_path, project="remark;id\nx;p1\ny;p2\n")])
    assert list(store.projects()) == ["p1", "p2"]
