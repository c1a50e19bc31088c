"""Does a terminal show the overall project by titles, organisations and states, and only the worst losses?"""

from typing import Any

from service.terminal.overall_text import decisions, integration

CHANGES: dict[str, Any] = {
    "added": [],
    "removed": [],
    "moved": [],
    "links_added": [],
    "links_removed": [],
    "links_gone": [],
    "renamed": [],
    "gone": [],
}


def person(outline: str, title: str, name: str, country: str) -> dict[str, Any]:
    return {
        "outline": outline,
        "title": title,
        "name": name,
        "organisation": f"O-{outline}",
        "country": country,
    }


def answer(**changed: Any) -> dict[str, Any]:
    """Two outlines in two streams with one link, as the API tells them."""
    searched = {"seeker": "L1", "supplier": "L2", "seeks": "radio", "offers": "mesh radio"}
    why = [{"name": "seeks-offers", "value": 0.8, "text": "L2 answers L1", "evidence": searched}]
    told = {
        "run": "r",
        "call": "c",
        "fictional": False,
        "status": "bounded",
        "gap": 0.00572,
        "streams": [
            {"id": "s1", "name": "Edge", "terms": ["edge"], "outlines": ["L1"], "countries": ["DE"]},
            {"id": "s2", "name": "Farms", "terms": [], "outlines": ["L2"], "countries": ["EL"]},
        ],
        "links": [{"a": "L1", "b": "L2", "countries": ["DE", "EL"], "strength": 0.9, "why": why}],
        "participants": [person("L1", "Robots", "Nord AG", "DE"), person("L2", "Radio", "Meltemi", "EL")],
        "isolated": [],
        "short": [],
        "uncovered": [],
        "missing_countries": ["EL", "FR"],
        "findings": [],
        "fragile": [],
        "rules": [],
        "changes": None,
        "notes": [],
    }
    return {**told, **changed}


def loss(kind: str, ident: str, *breaks: str) -> dict[str, Any]:
    return {"kind": kind, "id": ident, "outlines": ["L1"], "links": 3, "breaks": list(breaks), "mend": []}


def test_outlines_are_told_by_title_organisation_and_state() -> None:
    lines = integration(answer()).splitlines()
    first = (
        "2 outlines of 2 organisations from 2 states in 2 work streams, with 1 collaboration across a border."
    )
    assert lines[0] == first
    assert "Within 0.57 % of the best possible for these 2 streams, over all pairs of outlines." in lines
    assert "  DE  Robots (Nord AG)  L1" in lines
    assert "  0.90  Robots (Nord AG), DE  L1" in lines
    assert "        Nord AG seeks “radio”; Meltemi offers “mesh radio”" in lines
    assert "Invited states without an outline: Greece (EL); France (FR)" in lines


def test_a_fictional_call_is_said_to_be_one() -> None:
    assert "Fictional demo" not in integration(answer())
    assert "Fictional demo: organisations and outlines are invented." in integration(answer(fictional=True))


def test_a_withdrawal_says_who_left_and_who_lost_what() -> None:
    changes = {
        **CHANGES,
        "removed": ["L3"],
        "gone": [person("L3", "Harbour", "Weser AöR", "DE")],
        "moved": [["L1", "s2", "s1"]],
        "links_gone": [["L2", "L3"]],
    }
    lines = integration(answer(changes=changes)).splitlines()
    assert "  left: Harbour (Weser AöR), DE" in lines
    assert "  moved: Robots (Nord AG), DE: from Farms to Edge" in lines
    assert "  link gone with who left: Radio (Meltemi), EL – Harbour (Weser AöR), DE" in lines


def test_nothing_changed_is_said() -> None:
    assert "  nothing" in integration(answer(changes=CHANGES)).splitlines()


def test_a_state_whose_loss_breaks_nothing_is_no_alarm() -> None:
    told = integration(answer(fragile=[loss("country", "DE")]))
    assert "Who must not drop out: nobody; any single withdrawal can be borne." in told


def test_the_worst_losses_are_told_and_the_others_counted() -> None:
    worst = [loss("country", "EL", "the call's rules are broken"), *[loss("outline", "L1", "islands")] * 7]
    lines = integration(answer(fragile=worst)).splitlines()
    assert "  • Greece (EL): 1 outline, 3 links" in lines
    assert lines.count("  • Robots (Nord AG), DE") == 5
    assert "  and 2 lesser ones; the spreadsheet holds all." in lines


def test_two_kinds_of_finding_are_told_apart() -> None:
    findings = [
        {"kind": "competitors", "about": ["L1", "L2"], "text": "", "value": 0.6},
        {"kind": "hanging-country", "about": ["EL"], "text": "EL has one link to other states", "value": 1},
    ]
    lines = integration(answer(findings=findings)).splitlines()
    assert "Direct competitors: Robots (Nord AG), DE – Radio (Meltemi), EL" in lines
    assert "Perhaps handed in twice: none" in lines
    assert "Also look at: EL has one link to other states" in lines


def test_what_only_a_person_can_confirm_is_told_apart_from_the_rules() -> None:
    rules = [
        {"id": "R1", "kind": "hard", "answer": "met", "text": "four states"},
        {"id": "R2", "kind": "attestation", "answer": "unknown", "text": "spill-overs"},
    ]
    lines = integration(answer(rules=rules)).splitlines()
    assert "  ✓ met           R1 four states" in lines
    assert lines[lines.index("  For a person to confirm:") + 1] == "    R2 spill-overs"


def test_an_alternative_says_what_it_has_more_and_less_of() -> None:
    other = {
        "name": "familiar",
        "aim": "links along ties that exist already",
        "links_changed": 0.5,
        "streams_changed": 0.0,
        "trade": {"known": 0.25, "borders": -0.5, "links": -3.0, "streams": 0.0},
        "project": answer(),
    }
    lines = integration(answer(alternatives=[other])).splitlines()
    assert "Alternative 1, familiar: links along ties that exist already" in lines
    assert "  More: known ties +0.25." in lines
    assert "  Less: pairs of states that are linked −0.50, 3 links." in lines


def test_decisions_are_listed_with_the_keys_that_take_them_back() -> None:
    kept = [{"key": "put:L1", "text": "“Robots” (Nord AG, DE) is in the stream “Edge”"}]
    assert decisions({"call": "c", "decisions": kept}).splitlines()[1:] == [
        "  put:L1",
        "      “Robots” (Nord AG, DE) is in the stream “Edge”",
    ]
    assert decisions({"call": "c", "decisions": []}) == "Nothing is decided for call c."
