"""The coordinator's decisions: kept, listed, taken back singly; the same proposal as long as none changes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadInput
from data.model import OutlineId
from data.store import Store
from matcher.overall.decisions import Decision, Decisions
from matcher.overall.prepare import Previous
from matcher.overall.project import OverallProject
from service.app.decided import KeptPlan
from service.app.open import open_application
from service.app.question import IntegrateQuestion
from service.runtime.settings import Settings
from service.terminal.cli import main

CALL = "demo-industrial-cloud"
Run = Callable[..., Result]
IDS = st.sampled_from(["o1", "o2", "o3", "o4"])
SINGLE = st.one_of(
    st.builds(lambda o, s: Decision("put", (o,), s), IDS, st.sampled_from(["s1", "s2"])),
    st.builds(
        lambda s, n: Decision("name", (s,), n),
        st.sampled_from(["s1", "s2"]),
        st.sampled_from(["Edge", "x=y,z"]),
    ),
    st.builds(lambda o, n: Decision("carry", (o,), str(n)), IDS, st.integers(0, 9)),
    st.builds(lambda o: Decision("withdraw", (o,)), IDS),
)


def made(*decisions: Decision) -> Decisions:
    kept = Decisions()
    for decision in decisions:
        kept = kept.plus(decision)
    return kept


@settings(deadline=None)
@given(st.lists(SINGLE, unique_by=lambda decision: decision.key, max_size=8))
def test_taking_one_decision_back_leaves_all_others(decisions: list[Decision]) -> None:
    kept = made(*decisions)
    assert set(kept.listed) == set(decisions)
    assert Decisions.from_json(kept.as_json()) == kept
    for gone in decisions:
        assert kept.less(gone.key) == made(*(decision for decision in decisions if decision != gone))


def test_a_second_decision_about_the_same_takes_the_place_of_the_first() -> None:
    kept = made(Decision("put", ("o1",), "s1"), Decision("put", ("o1",), "s2"))
    assert kept.listed == (Decision("put", ("o1",), "s2"),)


def test_a_pair_is_one_decision_in_either_order() -> None:
    assert Decision("never", ("b", "a")) == Decision("never", ("a", "b"))


def test_what_is_not_kept_cannot_be_taken_back() -> None:
    with pytest.raises(BadInput, match=r"no decision 'put:o9' is kept; kept: withdraw:o1"):
        made(Decision("withdraw", ("o1",))).less("put:o9")


@pytest.mark.parametrize(
    ("kind", "about", "value", "message"),
    [
        ("fire", ("o1",), "", "a decision is one of put"),
        ("put", (), "s1", "put is decided about 1 id, found nothing"),
        ("never", ("o1",), "", "never is decided about 2 ids, found o1"),
        ("together", ("o1", "o1"), "", "two different outlines, found o1 twice"),
        ("put", ("o1",), " ", "put needs a value"),
        ("withdraw", ("o1",), "s1", "withdraw takes no value"),
        ("carry", ("o1",), "-1", "a number of links from 0 to 999, not '-1'"),
        ("carry", ("o1",), "²", "a number of links from 0 to 999"),
    ],
)
def test_a_decision_that_says_nothing_is_refused(
    kind: str, about: tuple[str, ...], value: str, message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        Decision(kind, about, value)


def test_what_is_kept_of_a_call_comes_back_as_it_was() -> None:
    reference = Previous({OutlineId("o1"): "s1"}, {"s1": "Edge"})
    for kept in (KeptPlan(), KeptPlan(reference), KeptPlan(reference, made(Decision("withdraw", ("o1",))))):
        assert KeptPlan.from_json(kept.as_json()) == kept
    assert KeptPlan.from_json(None) == KeptPlan()


@pytest.mark.parametrize(("links", "allowed"), [("0", True), ("999", True), ("1000", False)])
def test_an_outline_carries_from_none_to_999_links(links: str, allowed: bool) -> None:
    if allowed:
        assert made(Decision("carry", ("o1",), links)).capacity == {"o1": int(links)}
    else:
        with pytest.raises(BadInput, match="a number of links from 0 to 999"):
            Decision("carry", ("o1",), links)


def test_two_together_may_not_be_in_two_streams() -> None:
    pair = Decision("together", ("o1", "o2"))
    apart = (Decision("put", ("o1",), "s1"), Decision("put", ("o2",), "s2"))
    with pytest.raises(BadInput, match="o1 and o2 are decided to be together, but o1 in stream 's1' and o2"):
        made(*apart, pair)
    assert made(pair, Decision("put", ("o1",), "s1"), Decision("put", ("o2",), "s1")).together == {
        ("o1", "o2")
    }
    assert made(pair, Decision("put", ("o2",), "s1")).streams == {"o2": "s1"}


def test_two_never_together_may_not_be_in_one_stream() -> None:
    pair = Decision("never", ("o1", "o2"))
    with pytest.raises(BadInput, match="never to be together, but both to be in stream 's1'"):
        made(pair, Decision("put", ("o1",), "s1"), Decision("put", ("o2",), "s1"))
    kept = made(pair, Decision("put", ("o1",), "s1"), Decision("put", ("o2",), "s2"))
    assert kept.never == {("o1", "o2")}
    assert made(pair, Decision("put", ("o2",), "s1")).streams == {"o2": "s1"}


def test_a_pair_is_not_both_together_and_never_together() -> None:
    with pytest.raises(BadInput, match="o1 and o2 are decided to be together and never together"):
        made(Decision("never", ("o2", "o1")), Decision("together", ("o1", "o2")))
    both = made(Decision("never", ("o1", "o2")), Decision("together", ("o1", "o3")))
    assert both.never == {("o1", "o2")}
    assert both.together == {("o1", "o3")}


def test_decisions_are_listed_by_kind_and_then_by_id() -> None:
    kept = made(
        Decision("withdraw", ("o9",)),
        Decision("carry", ("o1",), "3"),
        Decision("name", ("s1",), "Edge"),
        Decision("never", ("o4", "o3")),
        Decision("together", ("o2", "o1")),
        Decision("put", ("o2",), " s1 "),
        Decision("put", ("o1",), "s1"),
    )
    assert [decision.key for decision in kept.listed] == [
        "put:o1",
        "put:o2",
        "together:o1,o2",
        "never:o3,o4",
        "name:s1",
        "carry:o1",
        "withdraw:o9",
    ]
    assert kept.streams["o2"] == "s1", "without the blanks around"
    assert Decisions.from_json(kept.as_json()) == kept


@pytest.mark.parametrize("text", [None, ""])
def test_where_nothing_is_kept_nothing_is_decided(text: str | None) -> None:
    assert Decisions.from_json(text) == Decisions()


@pytest.mark.parametrize("text", ["[]", "{", '{"streams": 3}', '{"unknown": {}}', '{"capacity": {"a": -1}}'])
def test_decisions_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"not readable|0 or more links"):
        Decisions.from_json(text)


def proposal(*outlines: str) -> Previous:
    return Previous({OutlineId(o): "s1" for o in outlines}, {"s1": "Edge"})


def test_of_what_versions_before_kept_the_latest_proposal_is_the_reference() -> None:
    first, latest = (Previous({OutlineId(o): "s1"}, {"s1": "Edge"}) for o in ("o1", "o2"))
    older = {
        "steps": [{"basis": "b1", "run": "r1"}, {"basis": "b2", "run": "r2", "near": "r1", "against": "r1"}],
        "proposals": {"r1": first.as_kept(), "r2": latest.as_kept()},
    }
    assert KeptPlan.from_json(json.dumps(older)) == KeptPlan(latest)
    assert KeptPlan.from_json('{"steps": [], "proposals": {}}') == KeptPlan()


@pytest.mark.parametrize("text", ["{", "[]", '{"steps": [{}], "proposals": {}}', '{"before": 1}'])
def test_kept_proposals_that_cannot_be_read_say_what_to_do(text: str) -> None:
    with pytest.raises(BadInput, match="run `konsort integrate --anew`"):
        KeptPlan.from_json(text)


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


def json_of(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def keys(result: Result) -> list[str]:
    return [decision["key"] for decision in json_of(result)["decisions"]]


def test_decisions_are_kept_listed_and_taken_back_one_by_one_each_write_audited(run: Run, home: Path) -> None:
    first = json_of(run("integrate", CALL, "--json"))
    assert json_of(run("integrate", CALL, "--json")) == first, (
        "the same store and decisions give the same proposal"
    )
    kept = run(
        *("decide", CALL, "--put", "DEMO-OUT-004=data-processing", "--name", "applications=Uses", "--json"),
        *("--withdraw", "CZ", "--withdraw", "DEMO-OUT-069", "--carry", "DEMO-OUT-001=2"),
    )
    assert keys(kept) == [
        "put:DEMO-OUT-004", "name:applications", "carry:DEMO-OUT-001", "withdraw:DEMO-OUT-069", "withdraw:CZ",
    ]  # fmt: skip
    assert json_of(kept)["decisions"][-1]["text"] == "Czechia (CZ) has left with its 4 outlines"
    second = json_of(run("integrate", CALL, "--json"))
    assert second == json_of(run("integrate", CALL, "--json")), "its changes too"
    streams = {stream["id"]: stream for stream in second["streams"]}
    assert "DEMO-OUT-004" in streams["data-processing"]["outlines"]
    assert streams["applications"]["name"] == "Uses"
    assert len(second["changes"]["gone"]) == 5
    left = run("decide", CALL, "--take-back", "put:DEMO-OUT-004", "--take-back", "withdraw:CZ", "--json")
    assert keys(left) == ["name:applications", "carry:DEMO-OUT-001", "withdraw:DEMO-OUT-069"]
    assert keys(run("decide", CALL, "--forget", "--json")) == []
    again = json_of(run("integrate", CALL, "--json"))
    assert again["run"] == first["run"], "taken back, decisions undo what they did"
    assert again["changes"]["added"] == ["DEMO-OUT-069"], "told against the plan before the last decision"
    with Store.open(f"sqlite:///{home}/konsort.sqlite") as store:
        written = [entry.what for entry in store.audit()]
    assert written.count(f"setting decisions:{CALL}") == 3
    assert written.count(f"setting overall:{CALL}") == 0, "a look writes nothing"


def test_looking_writes_nothing_and_a_decision_taken_back_leads_to_the_very_plan_before_it(
    tmp_path: Path,
) -> None:
    konsort = open_application(Settings.from_env({"KONSORT_ENCODER": "hashing"}, home=str(tmp_path)))
    try:
        konsort.imports.demo(konsort.reader, dry_run=False)
        with Store.open(konsort.settings.database) as other:

            def kept() -> tuple[str | None, str | None, int]:
                settings = (other.setting(f"{name}:{CALL}") for name in ("decisions", "overall"))
                return (*settings, len(other.audit()))  # type: ignore[return-value]  # two settings

            def plan(*without: str) -> OverallProject:
                return konsort.projects.propose(
                    konsort.reader, IntegrateQuestion(call=CALL, without=list(without))
                )

            workspace = konsort.projects.workspace(konsort.reader, CALL)
            empty = kept()
            first = plan()
            what_if = plan("FR")
            assert kept() == empty, "neither a look nor a what-if leaves a trace in the store"
            assert plan() == first, "nor in memory"
            assert first.changes is None
            workspace.add([Decision("withdraw", ("FR",))])
            decided = plan()
            assert decided == what_if, "what if it left is what comes when it leaves"
            after = kept()
            workspace.add([Decision("carry", (first.links[0].a,), "3")])
            plan()
            workspace.take_back([f"carry:{first.links[0].a}"])
            assert plan().run == decided.run, "in any order of decisions"
            workspace.take_back(["withdraw:FR"])
            again = plan()
            assert (again.run, again.status, again.links) == (first.run, first.status, first.links)
            assert kept() != after
        fresh = open_application(konsort.settings)
        assert fresh.projects.propose(fresh.reader, IntegrateQuestion(call=CALL)) == again, (
            "and whoever looked before does not matter"
        )
        fresh.close()
    finally:
        konsort.close()


def test_a_late_outline_is_placed_and_told(run: Run, tmp_path: Path) -> None:
    late = tmp_path / "late.csv"
    late.write_text(
        "id,title,text,organisation_name,country\nLATE-1,Shelves that count,Cameras in small shops,Shelfwise,BG\n",
        encoding="utf-8",
    )
    json_of(run("integrate", CALL, "--json"))
    assert run("import", "outlines", str(late), "--call", CALL).exit_code == 0
    after = json_of(run("integrate", CALL, "--json"))
    assert after["changes"]["added"] == ["LATE-1"]
    assert sum("LATE-1" in (link["a"], link["b"]) for link in after["links"]) >= 2
    assert "BG" not in after["missing_countries"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--put", "DEMO-OUT-999=applications"), "no outline has the id or the title 'DEMO-OUT-999'"),
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
    run: Run, words: tuple[str, ...], said: str
) -> None:
    result = run("decide", CALL, *words)
    assert result.exit_code == 2
    assert said in result.stderr
