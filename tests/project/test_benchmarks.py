"""Is every benchmark listed, and do the documents show what the result files hold?"""

import re
from argparse import Namespace
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.__main__ import listing
from benchmarks.documents import documents, rendered
from benchmarks.launch import choices
from benchmarks.machine import Provenance
from benchmarks.registry import BENCHMARKS, Benchmark, named
from benchmarks.report import Report
from data.errors import BadInput

BENCHMARK_FILES = Path(__file__).resolve().parents[2] / "benchmarks"
NO_MEASUREMENTS = {"__main__", "europe", "fit_map"}
PROVENANCE = Provenance("2026-11-28", "abc1234", "A processor", 2, 0.4, "3.11.7", {"numpy": "2.4.6"})


def test_every_file_that_measures_is_in_the_registry() -> None:
    starting = re.compile(r'^if __name__ == "__main__":', flags=re.M)
    files = {path.stem for path in BENCHMARK_FILES.glob("*.py") if starting.search(path.read_text("utf-8"))}
    assert files - NO_MEASUREMENTS == {benchmark.module for benchmark in BENCHMARKS}


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda benchmark: benchmark.name)
def test_a_benchmark_can_be_run_and_says_what_it_answers(benchmark: Benchmark) -> None:
    module = import_module(f"benchmarks.{benchmark.module}")
    assert hasattr(module, "main") or {"add_options", "run"} <= set(vars(module))
    assert benchmark.question.endswith("?")
    assert named(benchmark.name) is named(benchmark.module) is benchmark


def test_the_list_has_every_question() -> None:
    assert [benchmark.name for benchmark in BENCHMARKS if benchmark.question not in listing()] == []


def test_an_unknown_benchmark_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="no benchmark is called sped; there are suggest, live,"):
        named("sped")


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_a_document_shows_what_the_result_files_hold(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == rendered(text)


def test_a_report_is_printed_written_and_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report("search", PROVENANCE, {"vectors": 100})
    report.table("times", {"what": "", "ms": ".1f"}, [("ours", 2.04), ("theirs", float("nan"))])
    report.say("Twice as fast.")
    report.figure("ready_s", 4.5)
    report.write(tmp_path / "search.json")
    assert Report.read(tmp_path / "search.json") == report
    assert report.tables["times"].rows == [["ours", 2.04], ["theirs", None]]
    printed = ["", "| what | ms |", "|---|---|", "| ours | 2.0 |", "| theirs | – |", "", "Twice as fast."]
    assert capsys.readouterr().out.splitlines() == printed


def test_a_marked_part_of_a_document_is_written_from_the_result_file(tmp_path: Path) -> None:
    report = Report("search", PROVENANCE)
    report.table("times", {"what": "", "ms": ".1f"}, [("ours", 2.04)])
    report.write(tmp_path / "search.json")
    text = "Before.\n<!-- benchmark: search {} -->\nold\n<!-- end -->\nAfter.\n"
    assert rendered(text.format("table times"), tmp_path) == (
        "Before.\n<!-- benchmark: search table times -->\n"
        "| what | ms |\n|---|---|\n| ours | 2.0 |\n<!-- end -->\nAfter.\n"
    )
    assert rendered(text.format("setting"), tmp_path).splitlines()[2] == (
        "Measured on 2026-11-28, commit abc1234, A processor, 2 cores, load 0.4, Python 3.11.7, numpy 2.4.6."
    )


def test_the_arguments_kept_say_nothing_about_the_machine() -> None:
    options = Namespace(
        home=Path("/home/somebody/store"), queries=60, paths=[Path("/a/b.zip")], out=Path("x")
    )
    assert choices(options) == {"home": "store", "queries": 60, "paths": "b.zip"}
