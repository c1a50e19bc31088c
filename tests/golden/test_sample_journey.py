"""Does the main job run end to end on a real export? Skips, saying why, where the sample is missing."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.terminal.cli import main

SAMPLE = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "cordis-fp7.zip"
CALL = "he-ria-ia-2021"
pytestmark = pytest.mark.sample


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the Seventh Framework Programme's projects on food and environment; no language model."""
    if not SAMPLE.exists():
        pytest.skip(f"{SAMPLE.resolve()} not found: the real sample is not part of the project")
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="module")
def imported(home: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KONSORT_ENCODER", "hashing")
        return json.loads(run(home, "import", "cordis", str(SAMPLE), "--json").stdout)


def run(home: Path, *words: str, **options: Any) -> Result:
    result = CliRunner().invoke(main, ["--home", str(home), *words], **options)
    assert result.exit_code == 0, result.output
    return result


def test_the_export_comes_in_whole(imported: Any) -> None:
    assert (imported["added"]["projects"], imported["added"]["organisations"]) == (239, 1742)
    assert imported["problems"] == 0


def test_a_pasted_text_gets_allowed_sets_of_real_organisations(
    home: Path, imported: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KONSORT_ENCODER", "hashing")
    text = "Drought tolerant wheat for Mediterranean farms: field trials, genetics and advice to farmers."
    words = ("suggest", "--text", "-", "--call", CALL, "--limit", "2", "--size", "4-7", "--json")
    answer = json.loads(run(home, *words, input=text).stdout)
    assert answer["status"] in {"optimal", "bounded"}
    assert len(answer["suggestions"]) == 2
    for suggestion in answer["suggestions"]:
        assert 4 <= len(suggestion["members"]) <= 7
        minimum = next(rule for rule in suggestion["rules"] if rule["id"] == "R1")
        assert minimum["answer"] == "unknown", "CORDIS knows no owners"
        assert minimum["ask"]
        assert not any(rule["answer"] == "broken" and rule["kind"] == "hard" for rule in suggestion["rules"])


def test_an_earlier_date_knows_less(
    home: Path, imported: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KONSORT_ENCODER", "hashing")
    queries = tmp_path / "queries.jsonl"
    rows = [{"id": year, "text": "food safety", "date": f"{year}-01-01"} for year in ("1990", "2010", "2016")]
    queries.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    answers = run(home, "rank", str(queries), "--limit", "2000").stdout.splitlines()
    counts = [len(json.loads(line)["ranked"]) for line in answers]
    assert counts[0] == 0
    assert 0 < counts[1] < counts[2]
