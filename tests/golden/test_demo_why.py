"""Is an organisation told why it was suggested or not, who stands before it, and what would change that?"""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from service.terminal.cli import main

ROWS = """id,name,country,kind,profile
W-1,Nieruchomosci Lipowa,PL,,
W-2,Szpital Nowy,PL,municipal,
"""


@pytest.fixture(scope="module")
def own(home: Path) -> Path:
    file = home / "organisations.csv"
    file.write_text(ROWS, encoding="utf-8")
    result = CliRunner().invoke(main, ["import", "organisations", "--home", str(home), str(file)])
    assert result.exit_code == 0, result.output
    return home


def why(home: Path, organisation: str, *words: str) -> Any:
    asked = ["why", "--home", str(home), "--json", organisation, "--outline", "DEMO-OUT-028", *words]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_hospital_is_told_which_need_it_answers_and_at_which_place(own: Path) -> None:
    answer = why(own, "DEMO-ORG-010")
    assert answer["suggestions"][0] == 1
    hospital = next(need for need in answer["needs"] if need["words"] == "hospitales de otros países")
    assert (hospital["place"], hospital["before"], hospital["claimed"]) == (1, [], True)
    assert hospital["text"] == (
        "Answers “hospitales de otros países” (strong): its name, “Klinik”, suggests a hospital (inferred). "
        "That is place 1 for this need."
    )


def test_who_answers_nothing_is_told_who_stands_before_it_and_what_is_missing(own: Path) -> None:
    answer = why(own, "W-1", "--call", "he-ria-ia-2021")
    assert answer["suggestions"] == []
    assert not any(need["claimed"] for need in answer["needs"])
    hospital = next(need for need in answer["needs"] if need["words"] == "hospitales de otros países")
    assert len(hospital["before"]) == 3
    facts = {change["fact"]: change["text"] for change in answer["changes"]}
    assert set(facts) == {"profile", "owner"}
    assert (
        facts["owner"]
        == "Its ultimate owner is not recorded: R1 of he-ria-ia-2021 cannot be told without it."
    )
    assert facts["profile"].startswith("It has written nothing: the store holds no text of its own")
    assert answer["notes"][0].startswith("Your record (Nieruchomosci Lipowa) is real")


def test_a_flag_that_a_rule_asks_for_and_a_kind_that_speaks_against_the_name_are_named(own: Path) -> None:
    small = [change["text"] for change in why(own, "W-1", "--call", "eurostars-3")["changes"]]
    assert any(text.startswith("Whether it is an SME is not recorded, and R") for text in small), small
    (kind,) = [change for change in why(own, "W-2")["changes"] if change["fact"] == "kind"]
    assert kind["text"] == (
        "It is recorded as municipal, which speaks against what “Szpital” in its name tells; if the record is wrong, "
        "it would answer “hospitales de otros países”."
    )


def test_of_others_names_are_told_and_nothing_that_they_wrote(own: Path) -> None:
    text = json.dumps(why(own, "W-1"), ensure_ascii=False)
    for other in ("DEMO-OUT-010", "its outline", "Its outline", "DEMO-P-"):
        assert other not in text


def test_who_wrote_the_outline_is_sent_to_the_suggestions(own: Path) -> None:
    asked = ["why", "--home", str(own), "DEMO-ORG-028", "--outline", "DEMO-OUT-028"]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 2
    assert "wrote this outline" in result.output
