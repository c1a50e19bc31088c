"""Does a terminal show what changed, with ids that can be copied whole?"""

from typing import Any

from service.render import integration

EMPTY: dict[str, Any] = {
    "run": "r",
    "call": "c",
    "status": "optimal",
    "gap": 0.0,
    "streams": [],
    "links": [],
    "isolated": [],
    "uncovered": [],
    "fragile": [],
    "rules": [],
}
CHANGES: dict[str, Any] = {
    "added": [],
    "removed": [f"DEMO-OUT-{number:03}" for number in range(20)],
    "moved": [["DEMO-OUT-040", "data", "applications"]],
    "links_added": [],
    "links_removed": [],
    "renamed": [],
}


def test_a_withdrawal_says_who_left_and_who_moved() -> None:
    lines = integration({**EMPTY, "changes": CHANGES}).splitlines()
    assert "What changed since the proposal before:" in lines
    assert "  moved: DEMO-OUT-040 from data to applications" in lines
    assert not any(line.endswith("-") for line in lines), "no id is broken at the end of a line"


def test_nothing_changed_is_said() -> None:
    changes = {name: [] for name in CHANGES}
    assert "  nothing" in integration({**EMPTY, "changes": changes}).splitlines()
