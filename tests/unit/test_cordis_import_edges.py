"""Line numbers below blank lines, and an archive that brings participations for projects of another."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.errors import BadInput
from data.sources.cordis import import_cordis
from data.store import Store

PROJECTS = '"id";"title";"startDate"\n"p1";"First";"2018-01-02"\n"p2";"Second";"2019-03-04"\n'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}") as opened:
        yield opened


def export(tmp_path: Path, name: str, **files: str) -> Path:
    path = tmp_path / name
    path.mkdir()
    for file, text in files.items():
        (path / f"{file}.csv").write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("blank", "line"), [("", 3), ("\n", 4), ("\n\n\n", 6)])
def test_lines_are_counted_from_the_top_of_the_file(
    store: Store, tmp_path: Path, blank: str, line: int
) -> None:
    organisations = f'{blank}"projectID";"organisationID"\n"p1";"1"\n"p9";"2"\n'
    report = import_cordis(store, [export(tmp_path, "a", project=PROJECTS, organization=organisations)])
    assert [(problem.line, problem.column) for problem in report.problems] == [(line, "projectID")]
    assert report.added["participations"] == 1


@pytest.mark.parametrize("blank", ["", "\n\n"])
def test_a_row_of_another_width_is_told_at_its_line(store: Store, tmp_path: Path, blank: str) -> None:
    projects = f'{blank}"id";"title"\n"p1";"First"\n"p2"\n"p3";"Third"\n'
    report = import_cordis(store, [export(tmp_path, "a", project=projects)])
    assert [problem.line for problem in report.problems] == [3 + len(blank)]
    assert report.added["projects"] == 2


def test_a_second_archive_may_bring_participations_without_projects(store: Store, tmp_path: Path) -> None:
    first = export(tmp_path, "a", project=PROJECTS)
    second = export(tmp_path, "b", organization='"projectID";"organisationID"\n"p1";"1"\n"p2";"2"\n')
    report = import_cordis(store, [second, first])
    assert report.problems == ()
    assert report.added == {"projects": 2, "organisations": 2, "participations": 2}


def test_an_archive_without_projects_adds_to_those_in_the_store(store: Store, tmp_path: Path) -> None:
    import_cordis(store, [export(tmp_path, "a", project=PROJECTS)])
    later = export(tmp_path, "b", organization='"projectID";"organisationID"\n"p2";"1"\n')
    report = import_cordis(store, [later])
    assert report.problems == ()
    assert report.added["participations"] == 1


def test_a_folder_with_neither_is_no_export(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"is not a CORDIS export: needed project\.csv and organization\.csv"):
        import_cordis(store, [export(tmp_path, "a", readme='"a"\n')])
