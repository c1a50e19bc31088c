"""Is the demo call what it promises to be: enough, varied, consistent, and marked as fictional throughout?"""

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from data.calls import load_profiles
from data.countries import EU27
from data.model import Kind, OutlineId, ProjectId
from data.sources.demo import DEMO_CALL, load_demo
from data.store import Store

FOLDER = Path(__file__).resolve().parents[2] / "data" / "demo"
STREAMS = {"infrastructure", "capabilities", "data-processing", "applications"}


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter=";", strict=True))


def ids(name: str) -> set[str]:
    return {row["id"] for row in rows(name)}


def test_there_are_enough_outlines_from_enough_states_in_enough_languages() -> None:
    outlines = rows("outlines")
    states = Counter(row["country"] for row in outlines)
    assert len(outlines) == 72
    assert len(states) == 17
    assert states["DE"] == 18
    assert len({row["language"] for row in outlines}) == 13
    assert {row["country"].replace("EL", "GR") for row in outlines} <= set(EU27)


@pytest.mark.parametrize("row", rows("outlines"), ids=lambda row: row["id"])
def test_each_outline_has_80_to_200_words_and_every_field_the_tool_reads(row: dict[str, str]) -> None:
    assert 80 <= len(row["text"].split()) <= 200
    assert row["title"]
    assert row["offers"].endswith(".")
    assert row["seeks"].endswith(".")
    assert row["work_stream"] in STREAMS | {""}


def test_each_text_is_written_in_the_language_it_names() -> None:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(sorted({row["language"] for row in rows("outlines")}))
    wrong = {
        row["id"]: (row["language"], guess)
        for row in rows("outlines")
        for text in (row["text"], f"{row['offers']} {row['seeks']}")
        if (guess := identifier.classify(text)[0]) != row["language"]
    }
    assert wrong == {}


def test_about_half_of_the_outlines_choose_their_work_stream() -> None:
    chosen = Counter(row["work_stream"] for row in rows("outlines"))
    assert set(chosen) == STREAMS | {""}
    assert chosen[""] == 30


def test_organisations_of_every_kind_take_part() -> None:
    kinds = {row["kind"] for row in rows("outlines")}
    assert kinds == {kind.value for kind in Kind}


@pytest.mark.parametrize("name", ["outlines", "organisations", "projects"])
def test_every_id_occurs_once_and_says_that_it_is_a_demo(name: str) -> None:
    ids = [row["id"] for row in rows(name)]
    assert len(ids) == len(set(ids))
    assert all(one.startswith("DEMO-") for one in ids)


@pytest.mark.parametrize("column", ["title", "text", "offers", "seeks"])
def test_no_two_outlines_share_a_text(column: str) -> None:
    times = Counter(row[column] for row in rows("outlines"))
    assert [text for text, count in times.items() if count > 1] == []


def test_every_organisation_that_is_named_exists() -> None:
    named = {row["organisation"] for row in (*rows("outlines"), *rows("participations"))}
    owners = {row["owner"] for row in (*rows("outlines"), *rows("organisations"))} - {""}
    assert named | owners <= ids("organisations")


def test_an_outline_repeats_what_its_organisation_says_of_itself() -> None:
    known = {row["id"]: row for row in rows("organisations")}
    for row in rows("outlines"):
        organisation = known[row["organisation"]]
        assert row["organisation_name"] == organisation["name"]
        for column in ("country", "kind", "sme", "owner"):
            assert row[column] == organisation[column], (row["id"], column)


def test_three_groups_own_subsidiaries_in_several_countries() -> None:
    groups: dict[str, set[str]] = {}
    for row in rows("organisations"):
        if row["owner"]:
            groups.setdefault(row["owner"], set()).add(row["country"])
    assert {owner: states for owner, states in groups.items() if len(states) > 1} == {
        "DEMO-ORG-001": {"DE", "FR", "PL"},
        "DEMO-ORG-027": {"ES", "NL", "PT"},
        "DEMO-ORG-073": {"LU", "DE", "CZ"},
    }


def test_some_owners_and_some_sme_flags_are_unknown() -> None:
    outlines = rows("outlines")
    assert [row["organisation"][-3:] for row in outlines if not row["owner"]] == ["006", "015", "070", "071"]
    assert sum(not row["sme"] for row in outlines) == 8


def test_earlier_projects_have_one_coordinator_and_four_to_nine_partners() -> None:
    members: dict[str, list[dict[str, str]]] = {project: [] for project in ids("projects")}
    for row in rows("participations"):
        members[row["project"]].append(row)
    assert len(members) == 30
    for project, partners in members.items():
        assert 4 <= len(partners) <= 9, project
        assert [row["role"] for row in partners].count("coordinator") == 1, project
        assert len({row["organisation"] for row in partners}) == len(partners), project


def test_earlier_projects_ran_from_2015_to_2024_and_say_what_they_did() -> None:
    for row in rows("projects"):
        assert "2015-01-01" <= row["start"] < row["end"] <= "2024-12-31"
        assert 60 <= len(row["objective"].split()) <= 120


def test_some_who_sent_an_outline_are_newcomers() -> None:
    tied = {row["organisation"] for row in rows("participations")}
    newcomers = {row["organisation"] for row in rows("outlines")} - tied
    assert len(newcomers) == 15


def test_the_call_asks_for_retail_trade_and_no_outline_speaks_of_it() -> None:
    words = (
        "retail",
        "einzelhandel",
        "commerce de détail",
        "comercio minorista",
        "al dettaglio",
        "detailhandel",
    )
    texts = {row["id"]: " ".join(row.values()).casefold() for row in rows("outlines")}
    assert "retail trade" in load_profiles()[DEMO_CALL].topics
    assert [one for one, text in texts.items() if any(word in text for word in words)] == []


def test_the_call_has_the_work_streams_that_the_outlines_choose() -> None:
    assert {stream.id for stream in load_profiles()[DEMO_CALL].work_streams} == STREAMS


def test_the_files_load_without_a_bad_row_and_count_as_they_say(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'demo.sqlite'}") as store:
        report = load_demo(store)
        greek = store.outline(OutlineId("DEMO-OUT-070"))
        assert report.added == {"organisations": 100, "projects": 30, "participations": 138, "outlines": 72}
        assert (greek.country, greek.call, greek.budget_eur) == ("GR", DEMO_CALL, 2_900_000.0)
        assert store.project(ProjectId("DEMO-P-01")).topics == ("distribution-grids", "local-control")
