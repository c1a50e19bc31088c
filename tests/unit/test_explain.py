"""Are sentences rendered from the reason's fields, and from nothing else?"""

import pytest

from matcher.explain import SENTENCES, Reason, listed, shortened


def test_a_sentence_is_its_words_and_its_value() -> None:
    reason = Reason("covers", 0.824, ("aspect:1", "outline:O-1"), ("acoustic sensors", "outline “Pipes”"))
    assert reason.text == "Covers “acoustic sensors” (82%), as its outline “Pipes” shows."
    assert reason.as_dict() == {
        "name": "covers",
        "value": 0.824,
        "evidence": ["aspect:1", "outline:O-1"],
        "text": "Covers “acoustic sensors” (82%), as its outline “Pipes” shows.",
    }


def test_braces_in_a_title_are_text_not_a_template() -> None:
    assert (
        Reason("wrote", 0.5, words=("outline “{value}”",)).text
        == "Its outline “{value}” is close to yours (50%)."
    )


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_every_kind_of_reason_can_be_said(name: str) -> None:
    assert Reason(name, 0.5, words=("one", "two")).text.endswith(".")


def test_names_are_listed_up_to_three() -> None:
    assert listed([]) == ""
    assert listed(["A"]) == "A"
    assert listed(["A", "B", "C"]) == "A, B and C"
    assert listed(["A", "B", "C", "D"]) == "A, B, C and 1 other"


def test_a_long_quote_ends_at_a_word() -> None:
    assert shortened("word " * 40) == "word " * 27 + "word …"
    assert shortened("short") == "short"
