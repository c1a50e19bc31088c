"""Is every wrong word on the command line answered with a sentence, and every reason with the truth?"""

import io
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from data.store import Store
from service.problems import UNEXPECTED_EXIT
from service.terminal.cli import main
from service.terminal.command import Command, ProgressBars

CALL = "demo-industrial-cloud"
ENVIRONMENT = {"KONSORT_ENCODER": "hashing"}
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo, read by the encoder that needs no language model."""
    folder = tmp_path_factory.mktemp("home")
    result = CliRunner().invoke(main, ["import", "demo", "--home", str(folder)], env=ENVIRONMENT)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def run(home: Path) -> Run:
    def invoke(*words: object, env: dict[str, str] | None = None) -> Result:
        words_given = ["--home", str(home), *map(str, words)]
        return CliRunner().invoke(main, words_given, env={**ENVIRONMENT, **(env or {})})

    return invoke


def refused(result: Result, exit_code: int, sentence: str) -> None:
    assert result.exit_code == exit_code, result.output
    assert sentence in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("words", [("calls",), ("calls", "list")])
def test_a_misspelt_setting_is_refused_by_every_form_of_a_command(run: Run, words: tuple[str, ...]) -> None:
    refused(run(*words, env={"KONSORT_HOEM": "/a"}), 2, "konsort: unknown setting KONSORT_HOEM")


def test_calls_alone_lists_them_as_calls_list_does(run: Run) -> None:
    assert run("calls").stdout == run("calls", "list").stdout
    assert [row["id"] for row in json.loads(run("calls", "--json").stdout)].count(CALL) == 1


def test_a_home_that_cannot_be_made_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    env = {**ENVIRONMENT, "KONSORT_HOME": str(tmp_path / "file" / "home")}
    refused(
        CliRunner().invoke(main, ["calls", "list"], env=env), 5, "name another with --home or KONSORT_HOME"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("integrate", CALL, "--xlsx"),
        ("import", "demo", "--report"),
        ("meetings", CALL, "--start", "x", "--end", "y", "--tables", "2", "--out"),
    ],
)
def test_a_file_in_no_folder_is_refused_before_anything_is_done(
    run: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    refused(run(*words, tmp_path / "none" / "file.xlsx"), 2, "there is no folder")


def test_an_event_without_time_zone_is_refused(run: Run) -> None:
    words = (
        "meetings",
        CALL,
        "--start",
        "2027-03-09T09:00",
        "--end",
        "2027-03-09T17:00+01:00",
        "--tables",
        "2",
    )
    refused(run(*words), 2, "'2027-03-09T09:00' lacks its time zone")


@pytest.mark.parametrize(
    "words", [("--limit", "0"), ("--limit", "-1"), ("--newcomers", "5"), ("--newcomers", "-0.1")]
)
def test_a_ranking_out_of_range_is_refused(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"id": "a", "text": "edge"}\n', encoding="utf-8")
    refused(run("rank", queries, *words), 2, "is not in the range")


def test_bad_lines_of_a_ranking_are_told_and_the_others_answered(run: Run, tmp_path: Path) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_bytes(
        b'{"id": "a", "text": "edge"}\n{"id"\n{"id": "c", "text": "Gr\xf6\xdfe"}\n{"id": "d"}\n'
    )
    result = run("rank", queries, "--limit", "1")
    refused(result, 2, f"{queries}:2: is not JSON")
    assert f"{queries}:3: is not UTF-8 (byte 24)" in result.stderr
    assert f"{queries}:4: has neither text nor given" in result.stderr
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a", "d"]


def test_only_an_answer_that_ranks_says_what_the_ranking_stands_on(run: Run, tmp_path: Path) -> None:
    rows, queries = tmp_path / "organisations.csv", tmp_path / "queries.jsonl"
    rows.write_text("id,name,country\nd1,Ostufer,DE\n", encoding="utf-8")
    queries.write_text('{"id": "a", "text": "edge"}\n', encoding="utf-8")
    assert "fixed blend" not in run("import", "organisations", rows).output
    assert run("rank", queries).stderr.count("fixed blend") == 1


def test_a_dry_run_leaves_no_file(run: Run, tmp_path: Path) -> None:
    rows, report = tmp_path / "organisations.csv", tmp_path / "bad.txt"
    rows.write_text("id,name,country\ne1,Ostufer,Atlantis\n", encoding="utf-8")
    report_text = run("import", "organisations", rows, "--dry-run", "--report", report).stdout
    assert "1 cell left empty" in report_text
    assert "would be listed in" in report_text
    assert str(report) in report_text
    assert not report.exists()
    run("import", "organisations", rows, "--no-index", "--report", report)
    assert "organisations.csv:2:country:'Atlantis' is no country;" in report.read_text("utf-8")


def test_an_empty_store_and_an_empty_file_say_what_to_do(tmp_path: Path) -> None:
    env = {**ENVIRONMENT, "KONSORT_HOME": str(tmp_path / "home")}
    rows = tmp_path / "organisations.csv"
    rows.write_text("id,name,country\n", encoding="utf-8")

    def printed(*words: str) -> str:
        return CliRunner().invoke(main, words, env=env).stdout

    assert "There are no outlines yet; `konsort import outlines FILE --call CALL`" in printed("outlines")
    assert printed("outlines", "--json") == "[]\n"
    assert "The file holds no rows below its header." in printed("import", "organisations", str(rows))
    assert "first year: unknown" in printed("graph", "summary")
    assert "()" not in printed("graph", "summary")


def test_attestations_are_told_in_short_and_soft_rules_as_soft(run: Run) -> None:
    words = ("suggest", "--outline", "DEMO-OUT-058", "--call", CALL, "--limit", "1")
    text = run(*words).stdout
    assert "R1 (soft) at least four Member States" in text
    assert "     For a person to confirm:\n         R2 every Member State was given" in text
    assert "found to be attested" not in text


@pytest.mark.parametrize(
    ("wish", "status", "text"), [("5-7", 0, "1. value"), ("1", 1, "No consortium can meet these demands")]
)
def test_the_exit_status_says_whether_a_consortium_was_found(
    run: Run, wish: str, status: int, text: str
) -> None:
    result = run("suggest", "--outline", "DEMO-OUT-058", "--call", CALL, "--size", wish)
    assert result.exit_code == status
    assert text in result.stdout


def test_a_short_answer_has_two_lines_a_member(run: Run) -> None:
    words = ("suggest", "--outline", "DEMO-OUT-058", "--call", CALL, "--size", "5", "--limit", "1", "--short")
    lines = run(*words).stdout.splitlines()
    start = lines.index(next(line for line in lines if line.startswith("1. value")))
    assert lines[start].endswith("5 members, hard rules: 1 ✓ met")
    assert lines[start + 1].endswith("[DEMO-ORG-058], coordinator")
    assert lines[start + 2] == "       · Owns the outline and leads the consortium."
    assert lines[start + 11] == ""


class Screen(io.StringIO):
    """A stream that says whether somebody watches it."""

    def __init__(self, watched: bool) -> None:
        super().__init__()
        self.watched = watched

    def isatty(self) -> bool:
        return self.watched


@pytest.mark.parametrize("watched", [True, False])
def test_a_bar_is_shown_to_who_watches_only_and_without_a_rate(watched: bool) -> None:
    screen = Screen(watched)
    bars = ProgressBars(screen)
    for done in range(0, 101, 10):
        bars("projects.csv", done * 1_000_000, 100_000_000)
    text = screen.getvalue()
    assert ("projects.csv: 100% |" in text) is watched
    assert text.count("\n") == watched
    assert "/s" not in text


def test_a_mark_at_the_begin_of_a_file_is_no_part_of_it(run: Run, tmp_path: Path) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"id": "a", "text": "edge"}\n', encoding="utf-8-sig")
    result = run("rank", queries, "--limit", "1")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["id"] == "a"


def test_an_unforeseen_error_is_a_sentence_that_names_where_its_traceback_is() -> None:
    def fail() -> None:
        raise ZeroDivisionError("nothing to share")

    result = CliRunner().invoke(Command("fail", callback=fail, example="fail"), [])
    assert result.exit_code == UNEXPECTED_EXIT
    said, _, file = result.stderr.strip().partition("; its traceback is in ")
    assert said == "konsort: internal error (ZeroDivisionError: nothing to share)"
    assert 'raise ZeroDivisionError("nothing to share")' in Path(file).read_text(encoding="utf-8")
    Path(file).unlink()


def test_a_wrong_option_stays_a_usage_error() -> None:
    def complain() -> None:
        raise click.UsageError("say which")

    refused(CliRunner().invoke(Command("c", callback=complain, example="c"), []), 2, "Error: say which")


def test_a_set_that_breaks_a_rule_is_told_so(run: Run) -> None:
    text = run("steer", "--outline", "DEMO-OUT-058", "--call", CALL, "DEMO-ORG-037", "DEMO-ORG-044").stdout
    assert "✗ broken        R6 at least four partners (found 2" in text
    assert "No swap keeps every hard rule and wish." in text
    assert "NOT ALLOWED" not in text, "what does not mend it is of no use"


def test_a_swap_that_breaks_a_rule_names_it(run: Run) -> None:
    team = ("DEMO-ORG-058", "DEMO-ORG-037", "DEMO-ORG-044")
    text = run("steer", "--outline", "DEMO-OUT-058", "--call", "he-ria-ia-2021", *team).stdout
    assert "DEMO-ORG-037 → DEMO-ORG-094: NOT ALLOWED, breaks R1; value" in " ".join(text.split())


def members(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    return {member["id"]: member for member in json.loads(result.stdout)["suggestions"][0]["members"]}


def test_only_who_wrote_the_outline_is_said_to_own_it(run: Run) -> None:
    words = ("suggest", "--outline", "DEMO-OUT-058", "--call", CALL, "--limit", "1", "--json")
    assert members(run(*words))["DEMO-ORG-058"]["reasons"][0]["name"] == "leads"
    leader = members(run(*words, "--coordinator", "DEMO-ORG-001"))["DEMO-ORG-001"]
    assert leader["role"] == "coordinator"
    assert leader["reasons"][0]["name"] == "asked-to-lead"


def partners(run: Run, *words: str | Path) -> dict[str, list[str]]:
    """Names of each partner's reasons, by the partner's id."""
    result = run("partners", *words, "--limit", "100", "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)["partners"]
    return {partner["id"]: [reason["name"] for reason in partner["reasons"]] for partner in answer}


def test_a_partner_is_said_to_cover_what_the_asker_seeks(run: Run) -> None:
    assert "covers" in partners(run, "DEMO-ORG-058")["DEMO-ORG-031"]


def test_a_newcomer_has_no_record_and_the_first_of_the_ranking_has_one(run: Run) -> None:
    answer = json.loads(run("partners", "DEMO-ORG-001", "--limit", "100", "--json").stdout)["partners"]
    assert not any({"newcomer", "record"} <= {r["name"] for r in partner["reasons"]} for partner in answer)
    said = {
        reason["text"] for partner in answer for reason in partner["reasons"] if reason["name"] == "record"
    }
    assert "Its past consortia look like this one: place 1 of the ranked organisations." in said


def test_one_owner_helps_itself_to_no_second_entity(run: Run, tmp_path: Path) -> None:
    rows = tmp_path / "organisations.csv"
    rows.write_text("id,name,country,owner\na1,Quellwerk,DE,a1\na2,Seeblick,FR,a2\n", encoding="utf-8")
    assert run("import", "organisations", rows, "--no-index").exit_code == 0
    refused(run("partners", "a1"), 2, "the store holds no text by Quellwerk")
    about = tmp_path / "about.txt"
    about.write_text("We look for partners who measure springs.", encoding="utf-8")
    words = ("a1", "--call", "he-ria-ia-2021", "--text", about)
    assert partners(run, *words)["a2"][0] == "cures"
    run("owners", "decide", "a1", "a2", "--same")
    assert "a2" not in partners(run, *words)


def test_a_name_that_is_somebodys_whole_name_means_that_one(run: Run, tmp_path: Path) -> None:
    rows = tmp_path / "organisations.csv"
    rows.write_text("id,name,country\nb1,Halmwerk,DE\nb2,Halmwerk Nord,DE\n", encoding="utf-8")
    assert run("import", "organisations", rows, "--no-index").exit_code == 0
    refused(run("graph", "around", "halmw"), 2, "fits several organisations")
    assert json.loads(run("graph", "around", "halmwerk", "--json").stdout)["centre"]["id"] == "b1"


def test_the_audit_trail_names_the_user_of_the_settings(run: Run, home: Path, tmp_path: Path) -> None:
    rows = tmp_path / "organisations.csv"
    rows.write_text("id,name,country\nc1,Wiesental,DE\n", encoding="utf-8")
    run("import", "organisations", rows, "--no-index", env={"KONSORT_USER": "maria"})
    with Store.open(f"sqlite:///{home / 'konsort.sqlite'}") as store:
        newest = max(store.audit(), key=lambda entry: entry.at)
    assert (newest.who, newest.what) == ("maria", "import organisations organisations.csv")


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_is_taken_is_refused_before_anything_is_done(run: Run, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(command, "--port", port)
    refused(result, 2, f"cannot listen on 127.0.0.1 port {port}")
    assert result.stdout == ""


GERMAN_OUTLINES = (
    "Nr.;Betreffzeile;Kurzbeschreibung;Einrichtung;Land;Art\n"
    "1;Netze;Wir bauen sichere Netze für Krankenhäuser und suchen Partner.;Ada GmbH;Deutschland;Freundeskreis\n"
    "2;Häfen;Wir bauen sichere Netze für Häfen und suchen Partner.;Bea GmbH;Deutschland;KMU\n"
)


def test_what_a_person_says_of_a_file_is_kept_and_used_again(run: Run, tmp_path: Path) -> None:
    file, mapping = tmp_path / "skizzen.csv", tmp_path / "mapping.toml"
    file.write_text(GERMAN_OUTLINES, encoding="cp1252")
    text = run(
        "import", "outlines", file, "--call", "ipcei-2021", "--dry-run", "--encoding", "cp1252", "--column",
        "title=Betreffzeile", "--keep-mapping", mapping,
    ).stdout  # fmt: skip
    assert "outlines: 2 new" in text
    written = mapping.read_text("utf-8")
    assert 'title = "Betreffzeile"' in written
    assert '"KMU" = "sme"' in written
    mapping.write_text(written.replace('"Freundeskreis" = ""', '"Freundeskreis" = "other"'), "utf-8")
    text = run(
        "import", "outlines", file, "--call", "ipcei-2021", "--no-index", "--mapping", mapping,
    ).stdout  # fmt: skip
    assert "outlines: 2 new" in text
    assert "left empty" not in text


def test_replacing_says_what_disappears_and_asks(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "skizzen.csv"
    text = GERMAN_OUTLINES.replace("Betreffzeile", "Titel").replace("Freundeskreis", "KMU")
    lines = text.replace("\n1;", "\nE-1;").replace("\n2;", "\nE-2;").splitlines(True)
    file.write_text("".join(lines), encoding="utf-8")
    run("import", "outlines", file, "--call", "eureka-network", "--no-index")
    file.write_text("".join(lines[:2]), encoding="utf-8")
    refused = run("import", "outlines", file, "--call", "eureka-network", "--no-index", "--replace")
    assert refused.exit_code == 1
    assert "E-2: Häfen" in refused.stderr
    done = run("import", "outlines", file, "--call", "eureka-network", "--no-index", "--replace", "--yes")
    assert "In the call, and not in the file: E-2" in done.stdout
    assert "E-2" not in run("outlines", "eureka-network").stdout


def test_an_import_in_which_nothing_came_in_has_a_status_of_its_own(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "organisations.csv"
    file.write_text("id,name\n,\n", encoding="utf-8")
    report = tmp_path / "bad.txt"
    assert run("import", "organisations", file, "--no-index", "--report", report).exit_code == 6
