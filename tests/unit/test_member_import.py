"""Are lists of members read as they are meant, or refused with every reason?"""

from pathlib import Path

import pytest

from data.errors import BadInput
from data.model import Kind
from data.sources.members import MemberRow, read_members

HEADER = "id,name,country,kind,owner,budget_eur,role,sme\n"


def written(tmp_path: Path, text: str, name: str = "members.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_cell_is_unknown(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + 'a,Ada,EL,sme,a,"1.000,50",coordinator,true\nb,,,,,,,\n')
    assert read_members(path) == (
        MemberRow("a", "Ada", "GR", Kind.SME, "a", 1000.5, "coordinator", True),
        MemberRow("b"),
    )


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": "a", "country": "UK", "budget_eur": 12.5, "sme": false, "kind": null}]',
        '{"members": [{"id": "a", "country": "GB", "budget_eur": "12,5", "sme": "no"}]}',
    ],
)
def test_json_says_the_same_as_csv(tmp_path: Path, text: str) -> None:
    assert read_members(written(tmp_path, text, "members.json")) == (
        MemberRow("a", country="GB", budget_eur=12.5, sme=False),
    )


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "a,,Atlantis,,,,,\na,,,,,-1,,\n,,FR,sme,,,,\n,,,,,,,\n")
    with pytest.raises(BadInput) as caught:
        read_members(path)
    assert [line.split(":", 3)[:3] for line in str(caught.value).splitlines()] == [
        ["members.csv", "2", "country"],
        ["members.csv", "3", "budget_eur"],
        ["members.csv", "3", "id"],
        ["members.csv", "4", "id"],
    ]


@pytest.mark.parametrize("text", ["{", '{"people": []}', '["a"]', '[{"id": ["a"]}]', "[]", "[" * 100_000])
def test_json_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match=r"members\.json"):
        read_members(written(tmp_path, text, "members.json"))


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"members\.json is empty; needed: a list of members"):
        read_members(written(tmp_path, "\n", "members.json"))


def test_a_code_that_is_no_countrys_is_refused_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text("id,country\na,DE\nb,XX\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"members\.csv:3:country:'XX' is no country; needed"):
        read_members(file)
