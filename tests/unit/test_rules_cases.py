"""Each rule's cases, written as tables in tests/rules: members in; answer, numbers, witness, reason and questions out.

A file is one kind of demand. `[demand.NAME]` states one in the format of a call profile; `[[case]]` names it, lists
the members and what must come out. A member is written "id country key=value …": "?" is an unknown country,
`owner=?` an unknown owner (without `owner` a member owns itself), and `apart`, `same`, `suspected` list pairs of ids.
What a case does not state is not compared.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from data.calls import CallProfile, layer_profiles
from data.demands import DEMAND_KINDS, Layer
from data.model import CallId, Kind
from data.profile_files import parse_profile
from graph.rules.members import Member, Ownership, Pair, ProjectFacts, pair
from graph.rules.rules import check

FILES = sorted((Path(__file__).parents[1] / "rules").glob("*.toml"))
HEADER = 'id = "test"\ntitle = "Test"\nprogramme = "Test"\nsource = "the test"\n'
YES_OR_NO = {"yes": True, "no": False}


def member_of(words: str) -> Member:
    """Read "A DE budget=70 owner=X sme=yes kind=sme role=coordinator name=Acme"."""
    ident, country, *pairs = words.split(" ")
    stated = dict(text.split("=", 1) for text in pairs)
    owner = stated.get("owner", ident)
    return Member(
        ident,
        stated.get("name", ident),
        None if country == "?" else country,
        Kind(stated["kind"]) if "kind" in stated else None,
        None if owner == "?" else owner,
        float(stated["budget"]) if "budget" in stated else None,
        stated.get("role"),
        YES_OR_NO[stated["sme"]] if "sme" in stated else None,
    )


def pairs_of(case: Mapping[str, Any], key: str) -> frozenset[Pair]:
    """The pairs that a case lists as ["A B", "A C"]."""
    return frozenset(pair(*text.split(" ")) for text in case.get(key, []))


def profile_of(text: str, name: str) -> CallProfile:
    """A profile with one demand: the tables [demand.NAME] of the file, as [[demand]]."""
    start = text.index(f"[demand.{name}]")
    rest = text[start + len(f"[demand.{name}]") :]
    body = rest.split("\n[demand.")[0].split("\n[[case]]")[0]
    content = f'{HEADER}[[demand]]\nid = "R1"\n{body}'
    return layer_profiles([parse_profile("case", content.encode(), layer=Layer.PROGRAMME)])[CallId("test")]


def cases() -> list[Any]:
    """Every case of every file, named after both."""
    rows: list[Any] = []
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        rows.extend(
            pytest.param(text, case, id=f"{file.stem}: {case['name']}")
            for case in tomllib.loads(text)["case"]
        )
    return rows


@pytest.mark.parametrize(("text", "case"), cases())
def test_a_rule_answers_as_its_table_says(text: str, case: dict[str, Any]) -> None:
    answer = check(
        profile_of(text, case["demand"]),
        [member_of(words) for words in case["members"]],
        on=dt.date.fromisoformat(case["on"]) if "on" in case else None,
        facts=ProjectFacts(**case.get("facts", {})),
        ownership=Ownership(pairs_of(case, "same"), pairs_of(case, "apart"), pairs_of(case, "suspected")),
    ).rules[0]
    outcome = {
        "answer": answer.answer.value,
        "kind": answer.kind.value,
        "found": answer.found,
        "needed": answer.needed,
        "witness": list(answer.witness),
        "why": answer.why,
        "short": answer.short,
        "ask": [" ".join((question.fact, *question.members)) for question in answer.ask],
        "texts": [question.text for question in answer.ask],
    }
    assert {key: outcome[key] for key in outcome if key in case} == {
        key: case[key] for key in outcome if key in case
    }


def test_every_kind_of_demand_has_its_table() -> None:
    assert {file.stem for file in FILES} == set(DEMAND_KINDS)
