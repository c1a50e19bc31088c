"""Do the reasons of ranked partners quote the asker's own sentences, in words and as data, with the real encoder?"""

import json
from pathlib import Path

from click.testing import CliRunner

from service.terminal.cli import main

HEATING = "Waste heat of data centres is to warm whole city districts."
HOSPITALS = "Hospitals want to compute on images beside the patient."


def test_bulk_ranking_tells_what_speaks_for_the_first_as_data(home: Path, tmp_path: Path) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text(json.dumps({"id": "q", "text": f"{HEATING} {HOSPITALS}"}) + "\n")
    result = CliRunner().invoke(main, ["--home", str(home), "rank", str(queries), "--explain", "10"])
    assert result.exit_code == 0, result.output
    row = json.loads(result.stdout)
    assert [one["id"] for one in row["why"]] == [who for who, _ in row["ranked"][:10]]
    quoted = [quote for why in row["why"] for quote in why["contributions"] if "sentence" in quote]
    assert {quote["kind"] for quote in quoted} <= {"text", "topic", "profile", "beside"}
    assert {quote["sentence"] for quote in quoted} == {HEATING, HOSPITALS}
    assert all(quote["project"].startswith("DEMO-P-") for quote in quoted if quote["kind"] != "profile")


def test_partners_are_told_with_the_sentence_that_their_project_is_nearest_to(home: Path) -> None:
    result = CliRunner().invoke(main, ["--home", str(home), "partners", "DEMO-ORG-028", "--json"])
    assert result.exit_code == 0, result.output
    reasons = [reason for partner in json.loads(result.stdout)["partners"] for reason in partner["reasons"]]
    quoting = [reason for reason in reasons if reason["name"] in {"took-part", "stands-beside"}]
    assert quoting
    assert all(reason["evidence"][0].startswith("project:DEMO-P-") for reason in quoting)
    assert all("nearest to “" in reason["text"] for reason in quoting)


def test_partners_of_a_pasted_text_answer_what_it_seeks(home: Path) -> None:
    text = "We are a software house. We look for a hospital and a university."
    asked = ["--home", str(home), "partners", "--text", "-", "--limit", "5", "--json"]
    result = CliRunner().invoke(main, asked, input=text)
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert [need["types"] for need in answer["understood"]["needs"]] == [["hospital"], ["university"]]
    said = [partner["reasons"][0]["text"] for partner in answer["partners"]]
    opening = ("Answers “a hospital”", "Answers “a university”", "May answer “a university”")
    assert all(text.startswith(opening) for text in said), said
