"""Does somebody who brings an own organisation and outline into the demo get partners and consortia, marked as such?"""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from service.terminal.cli import main

CALL = "demo-industrial-cloud"
ORGANISATIONS = """id,name,country,kind,profile
OWN-1,Rheinwerk Datentechnik GmbH,DE,sme,"We build edge gateways for factories and monitor machine tools."
"""
OUTLINES = """id,title,text,organisation,country
OWN-O-1,Edge gateways for small factories,"We build edge gateways for factories. We look for a research institute \
for energy-efficient computing and a cloud provider.",OWN-1,DE
"""
MARK = (
    "Your record (Rheinwerk Datentechnik GmbH) is real, the surroundings are fictional: all others here are invented, "
    "so this is a rehearsal and no proposal."
)


@pytest.fixture(scope="module")
def own(home: Path) -> Path:
    for name, text in (("organisations", ORGANISATIONS), ("outlines", OUTLINES)):
        file = home / f"{name}.csv"
        file.write_text(text, encoding="utf-8")
        call = ["--call", CALL] if name == "outlines" else []
        result = CliRunner().invoke(main, ["import", name, "--home", str(home), str(file), *call])
        assert result.exit_code == 0, result.output
    return home


def ask(home: Path, *words: str) -> Any:
    result = CliRunner().invoke(main, [words[0], "--home", str(home), "--json", *words[1:]])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_an_own_outline_gets_consortia_of_fictional_partners_and_says_so(own: Path) -> None:
    answer = ask(own, "suggest", "--outline", "OWN-O-1", "--call", CALL, "--limit", "1")
    assert answer["notes"][0] == MARK
    members = answer["suggestions"][0]["members"]
    assert [member["id"] for member in members if not member["fictional"]] == ["OWN-1"]
    assert len(members) >= 4
    text = ask(
        own, "suggest", "--text", str(own / "outlines.csv"), "--call", "he-ria-ia-2021", "--limit", "1"
    )
    assert all(member["fictional"] for member in text["suggestions"][0]["members"])


def test_an_own_organisation_gets_partners_with_a_call_and_without(own: Path) -> None:
    for call in ([], ["--call", CALL]):
        answer = ask(own, "partners", "OWN-1", "--limit", "3", *call)
        assert len(answer["partners"]) == 3
        assert all(partner["fictional"] for partner in answer["partners"])
        assert answer["notes"][0] == MARK


def test_fictional_organisations_are_not_offered_the_own_record(own: Path) -> None:
    answer = ask(own, "suggest", "--outline", "DEMO-OUT-028", "--call", CALL)
    ids = {member["id"] for suggestion in answer["suggestions"] for member in suggestion["members"]}
    assert "OWN-1" not in ids
    assert MARK not in answer["notes"]
    partners = ask(own, "partners", "DEMO-ORG-002", "--limit", "100")["partners"]
    assert "OWN-1" not in {partner["id"] for partner in partners}
