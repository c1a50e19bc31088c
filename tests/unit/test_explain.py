"""Are sentences rendered from the reason's fields, and from nothing else?"""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from scipy import sparse

from data.model import Organisation, OrganisationId
from data.published import as_json
from matcher.needs.read import Need
from matcher.suggest.candidates import Candidates
from matcher.suggest.eligible import Eligible
from matcher.suggest.knowledge import Knowledge
from matcher.suggest.reading import Aspect, Reading
from matcher.suggest.reasons import SENTENCES, TELLING_PROJECTS, Reason, _spare, _ties, listed, shortened


def test_a_sentence_is_its_words_and_its_value() -> None:
    reason = Reason("covers", 0.824, ("aspect:1", "outline:O-1"), ("acoustic sensors", "outline “Pipes”"))
    assert reason.text == "Covers “acoustic sensors” (strong), as its outline “Pipes” shows."
    assert as_json(reason) == {
        "name": "covers",
        "value": 0.824,
        "evidence": ["aspect:1", "outline:O-1"],
        "text": "Covers “acoustic sensors” (strong), as its outline “Pipes” shows.",
    }


def test_braces_in_a_title_are_text_not_a_template() -> None:
    assert (
        Reason("wrote", 0.5, words=("outline “{value}”",)).text
        == "Its outline “{value}” is close to yours (weak)."
    )


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_every_kind_of_reason_can_be_said(name: str) -> None:
    assert Reason(name, 0.5, words=("one", "two", "three", "four")).text.endswith(".")


def test_a_broad_type_is_only_claimed_beside_a_text_that_is_near() -> None:
    words = ("a university for metallurgy", "UNIVERSITEIT", "a university", "project X: Steel")
    assert Reason("named-near", 0.9, words=words).text == (
        "Answers “a university for metallurgy” (strong): its name, “UNIVERSITEIT”, suggests a university (inferred), "
        "and its project X: Steel is near."
    )
    assert Reason("named-only", 0.5, words=words[:3]).text.startswith(
        "May answer “a university for metallurgy” (weak)"
    )


def test_names_are_listed_up_to_three() -> None:
    assert listed([]) == ""
    assert listed(["A"]) == "A"
    assert listed(["A", "B", "C"]) == "A, B and C"
    assert listed(["A", "B", "C", "D"]) == "A, B, C and 1 other"


def test_a_long_quote_ends_at_a_word() -> None:
    assert shortened("word " * 40) == "word " * 27 + "word …"
    assert shortened("short") == "short"


def test_of_many_joint_projects_the_most_shared_are_named_and_all_are_counted() -> None:
    ids, ties = tuple(map(OrganisationId, "ABCD")), np.zeros((4, 4))
    ties[0, 1] = ties[1, 0] = ties[0, 2] = ties[2, 0] = 0.5
    facts: Any = None  # not looked at
    field = Eligible(np.arange(4), ids, facts, sparse.csr_array(ties), np.zeros(4), np.zeros(4, bool))
    joint = {"B": [f"P{k:02}" for k in range(13)], "C": ["P03", "P07"]}
    knowledge: Any = SimpleNamespace(
        organisation=lambda who: SimpleNamespace(label=f"Organisation {who}"),
        network=SimpleNamespace(shared_projects=lambda member, other: joint[other]),
        project_title=lambda project: project,
    )
    candidates: Any = SimpleNamespace(field=field)
    (tie,) = _ties(ids[0], 0, [0, 1, 2, 3], candidates, knowledge)
    assert tie.value == pytest.approx(2 / 3)
    assert tie.evidence[:3] == ("project:P07", "project:P03", "project:P12")
    assert len(tie.evidence) == TELLING_PROJECTS
    assert tie.text == (
        "Has worked with Organisation B and Organisation C in project P07 and 12 more projects."
    )
    (stranger,) = _ties(ids[3], 3, [0, 1, 2, 3], candidates, knowledge)
    assert stranger.name == "new-ties"


def test_who_answers_beside_as_many_as_are_sought_is_said_to() -> None:
    one, two = Need("need:1", "a port", ("port",)), Need("need:2", "two towns", ("municipality",), number=2)
    aspects = (
        Aspect("need:1", "a port", 0.5, sought=True, need=one),
        Aspect("need:2.1", "two towns", 0.25, sought=True, need=two),
        Aspect("need:2.2", "two towns", 0.25, sought=True, need=two, turn=1),
    )
    reading = cast(Reading, SimpleNamespace(aspects=aspects))
    answers = np.array([[0.9, 0, 0], [0.8, 0, 0], [0, 0.9, 0], [0, 0, 0.7], [0.7, 0.6, 0]])
    ids = [OrganisationId(letter) for letter in "ABCDE"]
    candidates = cast(Candidates, SimpleNamespace(aspects=answers, ids=ids))
    known = SimpleNamespace(organisation=lambda ident: Organisation(ident, f"Body {ident}"))

    def said(row: int, *needs: str) -> list[tuple[str, tuple[str, ...]]]:
        covered = [Reason("named", 0.9, (need, "organisation:X")) for need in needs]
        reasons = _spare(covered, row, range(len(ids)), reading, candidates, cast(Knowledge, known))
        return [(reason.text, reason.evidence) for reason in reasons]

    assert said(0, "need:1") == []
    assert said(3, "need:2.2") == [], "two are sought, and it is the second"
    assert said(1, "need:1") == [
        ("As many as you seek answer that more surely: Body A.", ("organisation:A",))
    ]
    assert said(4, "need:1", "need:2.1") == [
        (
            "As many as you seek answer that more surely: Body A, Body C and Body D.",
            ("organisation:A", "organisation:C", "organisation:D"),
        )
    ]
    assert said(1) == []
    alone = [Reason("named", 0.9, ("need:1", "organisation:X"))]
    assert _spare(alone, 1, (), reading, candidates, cast(Knowledge, known)) == [], "nobody stands beside it"
