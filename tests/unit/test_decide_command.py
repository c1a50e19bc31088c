"""`konsort decide` and `konsort integrate` together: what was decided is kept, listed, and undone when taken back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from data.store import Store
from service.terminal.cli import main

CALL = "demo-industrial-cloud"
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("decided")
    CliRunner().invoke(main, ["import", "demo", "--home", str(folder)], env={"KONSORT_ENCODER": "hashing"})
    return folder


@pytest.fixture
def run(home: Path) -> Run:
    def invoke(*words: str) -> Result:
        return CliRunner().invoke(main, ["--home", str(home), *words], env={"KONSORT_ENCODER": "hashing"})

    return invoke


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def keys(result: Result) -> list[str]:
    return [decision["key"] for decision in answer(result)["decisions"]]


def test_decisions_are_kept_listed_and_taken_back_one_by_one_each_write_audited(run: Run, home: Path) -> None:
    first = answer(run("integrate", CALL, "--json"))
    assert answer(run("integrate", CALL, "--json")) == first, (
        "the same store and decisions give the same proposal"
    )
    kept = run(
        *("decide", CALL, "--put", "DEMO-OUT-004=data-processing", "--name", "applications=Uses", "--json"),
        *("--withdraw", "CZ", "--withdraw", "DEMO-OUT-069", "--carry", "DEMO-OUT-001=2"),
    )
    assert keys(kept) == [
        "put:DEMO-OUT-004", "name:applications", "carry:DEMO-OUT-001", "withdraw:DEMO-OUT-069", "withdraw:CZ",
    ]  # fmt: skip
    assert answer(kept)["decisions"][-1]["text"] == "Czechia (CZ) has left with its 4 outlines"
    second = answer(run("integrate", CALL, "--json"))
    assert second == answer(run("integrate", CALL, "--json")), "its changes too"
    streams = {stream["id"]: stream for stream in second["streams"]}
    assert "DEMO-OUT-004" in streams["data-processing"]["outlines"]
    assert streams["applications"]["name"] == "Uses"
    assert len(second["changes"]["gone"]) == 5
    left = run("decide", CALL, "--take-back", "put:DEMO-OUT-004", "--take-back", "withdraw:CZ", "--json")
    assert keys(left) == ["name:applications", "carry:DEMO-OUT-001", "withdraw:DEMO-OUT-069"]
    assert keys(run("decide", CALL, "--forget", "--json")) == []
    again = answer(run("integrate", CALL, "--json"))
    assert again["run"] == first["run"], "taken back, decisions undo what they did"
    assert len(again["changes"]["added"]) == 5
    with Store.open(f"sqlite:///{home}/konsort.sqlite") as store:
        written = [entry.what for entry in store.audit()]
    assert written.count(f"setting decisions:{CALL}") == 3
    assert written.count(f"setting overall:{CALL}") == 3, "an answer that is the same is not written again"


def test_a_late_outline_is_placed_and_listed(run: Run, tmp_path: Path) -> None:
    late = tmp_path / "late.csv"
    late.write_text(
        "id,title,text,organisation_name,country\nLATE-1,Shelves that count,Cameras in small shops,Shelfwise,BG\n",
        encoding="utf-8",
    )
    answer(run("integrate", CALL, "--json"))
    assert run("import", "outlines", str(late), "--call", CALL).exit_code == 0
    after = answer(run("integrate", CALL, "--json"))
    assert after["changes"]["added"] == ["LATE-1"]
    assert sum("LATE-1" in (link["a"], link["b"]) for link in after["links"]) >= 2
    assert "BG" not in after["missing_countries"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--put", "DEMO-OUT-999=applications"), "has no outline 'DEMO-OUT-999'"),
        (
            ("--put", "DEMO-OUT-001=nowhere"),
            "has no work stream 'nowhere'; it has applications, capabilities",
        ),
        (("--name", "nowhere=X"), "has no work stream 'nowhere'"),
        (("--withdraw", "ZZ"), "'ZZ' is no outline, organisation or country"),
        (("--take-back", "withdraw:FR"), "no decision 'withdraw:FR' is kept; kept: none"),
        (("--carry", "DEMO-OUT-001=many"), "carry needs a number of links from 0 to 999"),
    ],
)
def test_a_decision_about_what_the_call_does_not_have_is_refused(
    run: Run, words: tuple[str, ...], message: str
) -> None:
    result = run("decide", CALL, *words)
    assert result.exit_code == 2
    assert message in result.stderr
