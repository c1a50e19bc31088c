"""Does the demo call go all the way through the command line, with the real encoder, as a coordinator would go?"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from data.calls import load_profiles
from data.countries import to_iso
from data.model import CallId, Kind
from graph.rules.rules import Member, check
from service.terminal.cli import main

CALL = "demo-industrial-cloud"
Run = Callable[..., Result]


@pytest.fixture
def run(home: Path) -> Run:
    def invoke(*words: str, **options: Any) -> Result:
        return CliRunner().invoke(main, ["--home", str(home), *words], **options)

    return invoke


def json_of(result: Result, exit_code: int = 0) -> Any:
    assert result.exit_code == exit_code, result.output
    return json.loads(result.stdout)


def test_importing_the_demo_twice_changes_nothing(run: Run) -> None:
    counts = json_of(run("import", "demo", "--json"))
    assert set(counts["added"].values()) == {0}
    assert set(counts["changed"].values()) == {0}


def test_outlines_are_listed_in_the_published_shape(run: Run) -> None:
    rows = json_of(run("outlines", "--call", CALL, "--json"))
    assert len(rows) == 72
    assert set(rows[0]) == {"id", "title", "country", "organisation", "language", "withdrawn"}
    assert len({row["language"] for row in rows}) >= 6
    assert len({row["country"] for row in rows}) >= 12


def test_a_suggestion_keeps_every_hard_rule_by_an_independent_check(run: Run) -> None:
    answer = json_of(run("suggest", "--outline", "DEMO-OUT-058", "--call", CALL, "--limit", "3", "--json"))
    assert answer["call"] == CALL
    assert answer["status"] in {"optimal", "bounded"}
    assert len(answer["run"]) == 12
    assert len(answer["suggestions"]) == 3
    for suggestion in answer["suggestions"]:
        members = suggestion["members"]
        assert members[0]["id"] == "DEMO-ORG-058"
        assert members[0]["role"] == "coordinator"
        assert all(member["fictional"] and member["reasons"] for member in members)
        assert len({member["country"] for member in members}) >= 4
        assert {term["name"] for term in suggestion["terms"]} >= {"fit", "coverage", "ties"}
        known = [
            Member(
                id=member["id"],
                country=to_iso(member["country"]),
                kind=member["kind"] and Kind(member["kind"]),
                role="coordinator" if member["role"] == "coordinator" else "participant",
            )
            for member in members
        ]
        assert not check(load_profiles()[CallId(CALL)], known).broken()


def test_who_seeks_sensors_is_offered_the_maker_of_sensors_from_another_state(run: Run) -> None:
    answer = json_of(run("suggest", "--outline", "DEMO-OUT-058", "--call", CALL, "--limit", "1", "--json"))
    members = {member["id"]: member for member in answer["suggestions"][0]["members"]}
    assert "DEMO-ORG-037" in members, (
        "the Dutch maker of leak sensors, planted for this Portuguese water utility"
    )
    assert any(reason["name"] == "covers" for reason in members["DEMO-ORG-037"]["reasons"])


def test_the_same_question_gives_the_same_run_and_the_same_sets(run: Run) -> None:
    words = (
        "suggest",
        "--outline",
        "DEMO-OUT-003",
        "--call",
        CALL,
        "--limit",
        "2",
        "--size",
        "4-6",
        "--json",
    )
    first, second = json_of(run(*words)), json_of(run(*words))
    assert first["run"] == second["run"]
    assert [[m["id"] for m in s["members"]] for s in first["suggestions"]] == [
        [m["id"] for m in s["members"]] for s in second["suggestions"]
    ]


def test_wishes_are_kept(run: Run) -> None:
    answer = json_of(
        run(
            *("suggest", "--outline", "DEMO-OUT-003", "--call", CALL, "--size", "5-7", "--json"),
            *("--must", "DEMO-ORG-028", "--not", "DEMO-ORG-014", "--apart", "DEMO-ORG-001,DEMO-ORG-002"),
        )
    )
    for suggestion in answer["suggestions"]:
        ids = {member["id"] for member in suggestion["members"]}
        assert {"DEMO-ORG-003", "DEMO-ORG-028"} <= ids
        assert "DEMO-ORG-014" not in ids
        assert not {"DEMO-ORG-001", "DEMO-ORG-002"} <= ids
        assert 5 <= len(ids) <= 7


def test_whose_outline_it_is_takes_part_where_another_leads_unless_nobody_wants_it(run: Run) -> None:
    words = (
        "suggest",
        "--outline",
        "DEMO-OUT-058",
        "--call",
        CALL,
        "--coordinator",
        "DEMO-ORG-037",
        "--json",
    )
    members = json_of(run(*words, "--limit", "1"))["suggestions"][0]["members"]
    author = next(member for member in members if member["id"] == "DEMO-ORG-058")
    assert members[0]["id"] == "DEMO-ORG-037"
    assert author["reasons"][0]["text"] == "Owns the outline."
    assert not {"covers", "named", "described", "recorded"} & {reason["name"] for reason in author["reasons"]}
    without = json_of(run(*words, "--limit", "1", "--not", "DEMO-ORG-058"))["suggestions"][0]["members"]
    assert "DEMO-ORG-058" not in {member["id"] for member in without}


def test_an_asker_s_own_needs_take_the_place_of_the_outline_s(run: Run) -> None:
    words = ("suggest", "--outline", "DEMO-OUT-058", "--call", CALL, "--limit", "1", "--json")
    read, corrected = (json_of(run(*words, *needs)) for needs in ((), ("--need", "zwei Häfen im Ausland")))
    assert [need["type_labels"] for need in read["understood"]["needs"]] == [
        ["maker of sensors or measuring instruments"],
        [],
        ["municipality"],
    ]
    (need,) = corrected["understood"]["needs"]
    assert (need["types"], need["number"], need["abroad"], need["field"]) == (["port"], 2, True, "need")
    assert read["run"] != corrected["run"]


def test_what_was_read_can_be_given_back_as_it_is(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "needs.json"
    file.write_text(run("read", "--outline", "DEMO-OUT-058", "--json").stdout, encoding="utf-8")
    words = ("suggest", "--outline", "DEMO-OUT-058", "--call", CALL, "--limit", "1", "--json")
    read, given = json_of(run(*words)), json_of(run(*words, "--needs", str(file)))
    assert read["understood"]["needs"] == given["understood"]["needs"]
    assert read["suggestions"] == given["suggestions"]


def test_wanted_kinds_and_settled_roles_are_kept(run: Run) -> None:
    answer = json_of(
        run(
            *(
                "suggest",
                "--outline",
                "DEMO-OUT-028",
                "--call",
                CALL,
                "--limit",
                "1",
                "--size",
                "5-6",
                "--json",
            ),
            *(
                "--want",
                "2:sme",
                "--want",
                "1:SE",
                "--must",
                "DEMO-ORG-014",
                "--role",
                "DEMO-ORG-014=associated",
            ),
        )
    )
    members = answer["suggestions"][0]["members"]
    assert sum(member["kind"] == "sme" for member in members) >= 2
    assert [wish["wish"] for wish in answer["wishes"]] == ["2:sme", "1:SE"]
    assert any(member["country"] == "SE" for member in members)
    assert next(m["role"] for m in members if m["id"] == "DEMO-ORG-014") == "associated"


def test_an_impossible_wish_names_what_conflicts_and_what_would_help(run: Run) -> None:
    answer = json_of(
        run(
            *("suggest", "--outline", "DEMO-OUT-003", "--call", CALL, "--size", "2", "--json"),
            *("--must", "DEMO-ORG-028", "--must", "DEMO-ORG-014"),
        ),
        exit_code=1,
    )
    assert answer["status"] == "infeasible"
    assert answer["suggestions"] == []
    assert {"size", "must:DEMO-ORG-028"} <= {part["id"] for part in answer["conflict"]} | {
        "must:DEMO-ORG-028"
    }
    assert answer["relaxations"]


def test_a_wish_that_nobody_can_meet_is_eased_in_plain_words(run: Run) -> None:
    answer = json_of(
        run("suggest", "--outline", "DEMO-OUT-003", "--call", CALL, "--want", "8:MT", "--json"), exit_code=1
    )
    ways = [way["text"] for way in answer["relaxations"]]
    assert any(way.startswith("ask for ") and "instead of 8: at least 8 from MT" in way for way in ways), ways


def test_towns_are_found_by_record_or_name_and_a_soft_rule_that_gives_way_is_named(run: Run) -> None:
    words = ("suggest", "--outline", "DEMO-OUT-028", "--call", CALL, "--limit", "1", "--size", "4", "--json")
    first = json_of(run(*words, "--want", "2:municipal"))
    assert first["suggestions"][0]["rules"][0]["answer"] == "met"
    assert "which should be kept" in first["claim"]
    assert first["unkept"] == []
    members = {member["id"]: member for member in first["suggestions"][0]["members"]}
    assert members["DEMO-ORG-067"]["kind"] == "municipal"
    inferred = [reason["text"] for reason in members["DEMO-ORG-010"]["reasons"] if reason["name"] == "counts"]
    assert inferred == [
        "Counts for your wish for at least 2 municipal bodies: its profile, “Kommunalunternehmen”, tells: "
        "municipality (inferred)."
    ]
    second = json_of(run(*words, "--want", "3:DE"))
    (rule,) = second["unkept"]
    assert rule["rule"] == "R1"
    assert {part["id"] for part in rule["conflict"]} == {"size", "want:3:DE"}
    assert rule["text"].endswith("To be justified: fewer Member States by the nature of the project.")
    broken = second["suggestions"][0]["rules"][0]
    assert (broken["id"], broken["answer"], broken["short"]) == ("R1", "broken", True)


def test_an_ipcei_has_undertakings_as_direct_participants_and_others_beside(run: Run) -> None:
    asked = ("suggest", "--outline", "DEMO-OUT-028", "--limit", "1", "--size", "5-8", "--json", "--call")
    members = {}
    for call in ("ipcei-2021", "he-ria-ia-2021"):
        (suggestion,) = json_of(run(*asked, call))["suggestions"]
        members[call] = {member["id"]: member for member in suggestion["members"]}
    ipcei, horizon = members["ipcei-2021"], members["he-ria-ia-2021"]
    assert set(ipcei) != set(horizon)
    companies = {"large", "sme", "company"}
    direct = [member for member in ipcei.values() if member["role"] in {"coordinator", "direct participant"}]
    assert {member["kind"] for member in direct} <= companies
    assert len({member["country"] for member in direct}) >= 4
    beside = [member for member in ipcei.values() if member["role"] == "associated partner"]
    assert {member["kind"] for member in beside}.isdisjoint(companies)
    assert len(direct) + len(beside) == len(ipcei)
    owner = ipcei["DEMO-ORG-028"]
    assert (owner["role"], owner["reasons"][0]["text"]) == ("associated partner", "Owns the outline.")
    assert owner["reasons"][-1]["text"].startswith(
        "Takes part as an associated partner, by R7 (direct participants"
    )
    assert horizon["DEMO-ORG-028"]["role"] == "coordinator"


def test_a_type_that_only_names_tell_is_not_called_impossible(run: Run) -> None:
    words = ("suggest", "--outline", "DEMO-OUT-028", "--call", CALL, "--want", "9:nuclear_company", "--json")
    answer = json_of(run(*words), exit_code=1)
    assert answer["status"] == "infeasible"
    assert answer["impossible"] is False
    assert answer["claim"].startswith("Not possible with what is known of the")


def test_a_role_that_no_rule_knows_is_refused_with_those_there_are(run: Run) -> None:
    words = ("--must", "DEMO-ORG-014", "--role", "DEMO-ORG-014=asociated")
    result = run("suggest", "--outline", "DEMO-OUT-028", "--call", CALL, *words)
    assert result.exit_code == 2
    assert "knows the role 'asociated'" in result.output
    assert "associated, coordinator" in result.output


def test_a_text_from_standard_input_is_enough(run: Run) -> None:
    text = "Wir suchen Partner, die Leckagen in alten Wasserleitungen hören können, und Städte zum Vergleich."
    answer = json_of(run("suggest", "--text", "-", "--call", CALL, "--limit", "1", "--json", input=text))
    assert any(member["id"] == "DEMO-ORG-037" for member in answer["suggestions"][0]["members"])


def test_blanks_round_a_text_change_no_answer(run: Run) -> None:
    text = "Sensors that hear cracks in cranes, for ports. We seek a port authority abroad."
    words = ("suggest", "--text", "-", "--call", CALL, "--limit", "1", "--json")
    plain, blank = (json_of(run(*words, input=given)) for given in (text, f"\n {text} \n"))
    assert plain["suggestions"] == blank["suggestions"]


def test_partners_are_new_and_from_the_wanted_country(run: Run) -> None:
    answer = json_of(
        run("partners", "DEMO-ORG-058", "--country", "NL", "--new-only", "--limit", "5", "--json")
    )
    assert answer["partners"][0]["id"] == "DEMO-ORG-037"
    assert {partner["country"] for partner in answer["partners"]} == {"NL"}


def test_ranking_in_bulk_never_names_who_is_on_board(run: Run, tmp_path: Path) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text(
        '{"id": "a", "text": "waste heat for district heating", "given": ["DEMO-ORG-004"]}\n'
        '{"id": "b", "text": "", "coordinator": "NOBODY", "date": "2001-01-01"}\n',
        encoding="utf-8",
    )
    result = run("rank", str(queries), "--limit", "10")
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["a", "b"]
    assert len(rows[0]["ranked"]) == 10
    assert "DEMO-ORG-004" not in dict(rows[0]["ranked"])
    scores = [score for _, score in rows[0]["ranked"]]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("rows", "status", "overall"),
    [
        ("a,A,DE,large,a\nb,B,FR,sme,b\nc,C,EL,university,c\n", 0, "met"),
        ("a,A,DE,large,a\nb,B,FR,sme,a\nc,C,EL,university,c\n", 1, "broken"),
        ("a,A,DE,large,a\nb,B,FR,sme,\nc,C,EL,university,c\n", 3, "unknown"),
    ],
)
def test_checking_a_set_tells_by_its_exit_status(
    run: Run, tmp_path: Path, rows: str, status: int, overall: str
) -> None:
    file = tmp_path / "members.csv"
    file.write_text("id,name,country,kind,owner\n" + rows, encoding="utf-8")
    answer = json_of(run("check", "--call", "he-ria-ia-2021", str(file), "--json"), status)
    assert answer["answer"] == overall
    assert set(answer["rules"][0]) >= {"id", "kind", "answer", "text", "found", "needed", "witness", "source"}


def test_the_network_is_walked_by_name_and_by_id(run: Run) -> None:
    around = json_of(run("graph", "around", "DEMO-ORG-037", "--json"))
    assert around["centre"]["id"] == "DEMO-ORG-037"
    assert json_of(run("graph", "path", "DEMO-ORG-037", "DEMO-ORG-044", "--json"))["found"] is True
    assert json_of(run("graph", "summary", "--json"))["projects"] == 30


def test_the_call_is_integrated_and_played_through_a_withdrawal(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "proposal.xlsx"
    whole = json_of(run("integrate", CALL, "--json", "--xlsx", str(sheet)))
    placed = [outline for stream in whole["streams"] for outline in stream["outlines"]]
    assert sorted(placed) == sorted(row["id"] for row in json_of(run("outlines", "--call", CALL, "--json")))
    assert all(link["countries"][0] != link["countries"][1] for link in whole["links"])
    assert any("retail" in str(topic).lower() for topic in whole["uncovered"])
    assert ["DEMO-OUT-009", "DEMO-OUT-038"] in [
        finding["about"] for finding in whole["findings"] if finding["kind"] == "competitors"
    ], "the two planted competitors"
    assert sheet.read_bytes()[:2] == b"PK"
    less = json_of(run("integrate", CALL, "--without", "FR", "--json"))
    gone = {p for stream in whole["streams"] for p in stream["outlines"]} - {
        p for stream in less["streams"] for p in stream["outlines"]
    }
    assert gone == {f"DEMO-OUT-{number:03}" for number in range(19, 27)}


def test_an_unknown_outline_is_refused_with_what_to_do(run: Run) -> None:
    result = run("suggest", "--outline", "NOPE", "--call", CALL)
    assert result.exit_code == 2
    assert "no outline has the id or the title 'NOPE'" in result.output
    assert "konsort outlines" in result.output


def test_every_command_has_a_help_with_an_example() -> None:
    def walk(command: Any, words: list[str]) -> None:
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                walk(command.get_command(context, name), [*words, name])
        else:
            text = CliRunner().invoke(main, [*words, "--help"]).output
            assert "Example" in text, words
            assert f"konsort {' '.join(words)}" in text

    walk(main, [])


def test_swaps_and_weak_points_are_told_for_a_set(run: Run) -> None:
    answer = json_of(
        run(
            *("steer", "--outline", "DEMO-OUT-058", "--call", CALL, "--size", "4-6", "--json"),
            *("DEMO-ORG-058", "DEMO-ORG-037", "DEMO-ORG-044", "DEMO-ORG-021"),
        )
    )
    assert answer["members"][0] == "DEMO-ORG-058"
    assert {swap["out"] for swap in answer["swaps"]} == {"DEMO-ORG-037", "DEMO-ORG-044", "DEMO-ORG-021"}
    for swap in answer["swaps"]:
        assert swap["allowed"]
        assert swap["in"] not in answer["members"]
        assert swap["change"] == pytest.approx(sum(term["worth"] for term in swap["terms"]), abs=1e-5)
    points = {tuple(point["leaving"]): point for point in answer["resilience"]["weak_points"]}
    assert points[("DEMO-ORG-037",)]["breaks"] == ["R6"]
    assert points[("DEMO-ORG-037",)]["substitutes"]


def test_more_new_ties_never_come_with_more_fit_on_the_front(run: Run) -> None:
    points = json_of(run("tradeoff", "--outline", "DEMO-OUT-028", "--call", CALL, "--json"))["points"]
    assert len(points) >= 2
    assert [p["fit"] for p in points] == sorted((p["fit"] for p in points), reverse=True)
    assert [p["new_ties"] for p in points] == sorted(p["new_ties"] for p in points)
