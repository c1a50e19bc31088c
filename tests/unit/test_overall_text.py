"""Does a terminal show the overall project by titles, organisations and states, and only the worst losses?"""

from typing import Any

from data.demands import Hardness
from data.model import CallId, OutlineId
from graph.rules.rules import Answer, RuleAnswer, Verdict
from matcher.overall.naming import StreamTerm
from matcher.overall.project import (
    Alternative,
    Changes,
    Evidence,
    Finding,
    Ground,
    Link,
    Loss,
    OverallProject,
    Participant,
    Person,
    Stream,
)
from service.app.answers import DecisionList, KeptDecision
from service.terminal.overall_text import decisions, integration

L1, L2, L3 = OutlineId("L1"), OutlineId("L2"), OutlineId("L3")


def participant(outline: OutlineId, title: str, name: str, country: str, stream: str) -> Participant:
    return Participant(outline, title, f"O-{outline}", name, country, stream, (), 0.8, 1, 1, 4)


def project(**changed: Any) -> OverallProject:
    """Two outlines in two streams with one link."""
    searched = Evidence(seeker=L1, supplier=L2, seeks="radio", offers="mesh radio")
    why = (Ground("seeks-offers", 0.8, "L2 answers L1", searched),)
    known: dict[str, Any] = {
        "run": "r",
        "call": "c",
        "status": "bounded",
        "gap": 0.00572,
        "claim": "",
        "value": 1.0,
        "bound": 1.0,
        "stage_loss": 0.0,
        "streams": (
            Stream("s1", "Edge", (StreamTerm("edge", ("edge",), ("en",), 1.0),), (L1,), (), ("DE",)),
            Stream("s2", "Farms", (), (L2,), (), ("GR",)),
        ),
        "links": (Link(L1, L2, ("DE", "GR"), 0.9, None, why, new=True),),
        "participants": (
            participant(L1, "Robots", "Nord AG", "DE", "s1"),
            participant(L2, "Radio", "Meltemi", "GR", "s2"),
        ),
        "isolated": (),
        "short": (),
        "coverage": (),
        "findings": (),
        "missing": ("GR", "FR"),
        "fragile": (),
        "rules": None,
    }
    return OverallProject(**{**known, **changed})


def loss(kind: str, ident: str, *breaks: str) -> Loss:
    return Loss(kind, ident, (L1,), (), breaks, 1.0, links=3)


def test_outlines_are_told_by_title_organisation_and_state() -> None:
    lines = integration(project()).splitlines()
    first = (
        "2 outlines of 2 organisations from 2 states in 2 work streams, with 1 collaboration across a border."
    )
    assert lines[0] == first
    assert "Within 0.57 % of the best possible for these 2 streams, over all pairs of outlines." in lines
    assert "  DE  Robots (Nord AG)  L1" in lines
    assert "  0.90  Robots (Nord AG), DE  L1" in lines
    assert "        Nord AG seeks “radio”; Meltemi brings “mesh radio”" in lines
    assert "Invited states without an outline: Greece (EL); France (FR)" in lines


def test_a_fictional_call_is_said_to_be_one() -> None:
    assert "Fictional demo" not in integration(project())
    assert "Fictional demo: organisations and outlines are invented." in integration(project(fictional=True))


def test_a_withdrawal_says_who_left_and_who_lost_what() -> None:
    changes = Changes(
        removed=(L3,),
        gone=(Person(L3, "Harbour", "Weser AöR", "DE"),),
        moved=((L1, "s2", "s1"),),
        links_gone=((L2, L3),),
    )
    lines = integration(project(changes=changes)).splitlines()
    assert "  left: Harbour (Weser AöR), DE" in lines
    assert "  moved: Robots (Nord AG), DE: from Farms to Edge" in lines
    assert "  link gone with who left: Radio (Meltemi), EL – Harbour (Weser AöR), DE" in lines


def test_nothing_changed_is_said() -> None:
    assert "  nothing" in integration(project(changes=Changes())).splitlines()


def test_a_state_whose_loss_breaks_nothing_is_no_alarm() -> None:
    lines = integration(project(fragile=(loss("country", "DE"),))).splitlines()
    assert "Who must not drop out: of what is checked, nothing breaks by a single withdrawal." in lines


def test_the_worst_losses_are_told_and_the_others_counted() -> None:
    worst = [loss("country", "GR", "the call's rules are broken"), *[loss("outline", "L1", "islands")] * 7]
    lines = integration(project(fragile=worst)).splitlines()
    assert "  • Greece (EL): 1 outline, 3 links" in lines
    assert lines.count("  • Robots (Nord AG), DE") == 5
    assert "  and 2 lesser ones; the spreadsheet holds all." in lines


def test_two_kinds_of_finding_are_told_apart() -> None:
    findings = (
        Finding("competitors", (L1, L2), "", 0.6),
        Finding("hanging-country", ("EL",), "EL has one link to other states", 1),
    )
    lines = integration(project(findings=findings)).splitlines()
    assert "Direct competitors: Robots (Nord AG), DE – Radio (Meltemi), EL" in lines
    assert "Perhaps handed in twice: none" in lines
    assert "Also look at: EL has one link to other states" in lines


def test_what_only_a_person_can_confirm_is_told_apart_from_the_rules() -> None:
    rules = (
        RuleAnswer("R1", Hardness.HARD, Answer.MET, "four states", 4, 4, (), "call text"),
        RuleAnswer("R2", Hardness.ATTESTATION, Answer.UNKNOWN, "spill-overs", "", "", (), "call text"),
    )
    verdict = Verdict(CallId("c"), Answer.MET, rules)
    lines = integration(project(rules=verdict)).splitlines()
    assert "  ✓ met           R1 four states" in lines
    assert lines[lines.index("  For a person to confirm:") + 1] == "    R2 spill-overs"


def test_an_alternative_says_what_it_has_more_and_less_of() -> None:
    trade = {"known": 0.25, "borders": -0.5, "links": -3.0, "streams": 0.0}
    other = Alternative("familiar", "links along ties that exist already", project(), 0.5, 0.0, trade)
    lines = integration(project(alternatives=(other,))).splitlines()
    assert "Alternative 1, familiar: links along ties that exist already" in lines
    assert "  More: known ties +0.25." in lines
    assert "  Less: pairs of states that are linked −0.50, 3 links." in lines


def test_decisions_are_listed_with_the_keys_that_take_them_back() -> None:
    text = "“Robots” (Nord AG, DE) is in the stream “Edge”"
    kept = KeptDecision("put:L1", "put", ("L1",), "s1", text)
    assert decisions(DecisionList("c", (kept,))).splitlines()[1:] == [
        "  put:L1",
        "      “Robots” (Nord AG, DE) is in the stream “Edge”",
    ]
    assert decisions(DecisionList("c", ())) == "Nothing is decided for call c."
