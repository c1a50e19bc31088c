"""How streams get their names: salient words, in several languages, without function words."""

import numpy as np

from data.model import CallId, OrganisationId, Outline, OutlineId
from matcher.integration.naming import StreamTerm, stem, terms, title, words


def outlines(*told: tuple[str, str]) -> list[Outline]:
    return [
        Outline(OutlineId(f"o{k}"), CallId("c"), "x", text, OrganisationId(f"g{k}"), "DE", language=language)
        for k, (language, text) in enumerate(told)
    ]


EDGE_AND_SHIPS = outlines(
    ("en", "with these orchestration tools"),
    ("en", "orchestration with factories"),
    ("de", "dieser Orchestrierung dient"),
    ("de", "dieser Orchestrierer dient"),
    ("en", "with these vessels"),
    ("en", "vessels with harbours"),
    ("de", "dieser Frachter dient"),
    ("de", "dieser Frachter dient"),
)
TWO = np.array([0, 0, 0, 0, 1, 1, 1, 1])


def test_words_that_begin_alike_in_two_languages_are_one_term() -> None:
    first, second = terms(EDGE_AND_SHIPS, TWO, 2)
    assert first[0].word == "orchestration"
    assert first[0].languages == ("de", "en")
    assert set(first[0].words) == {"orchestration", "orchestrierung", "orchestrierer"}
    assert {term.word for term in second} == {"vessels", "frachter"}


def test_function_words_that_both_streams_use_name_none() -> None:
    named = {term.word for stream in terms(EDGE_AND_SHIPS, TWO, 2) for term in stream}
    assert not named & {"with", "dieser", "dient", "these"}


def test_a_language_that_only_one_stream_speaks_does_not_name_it() -> None:
    """All of stream 0 is French: its words are no sign of the stream, only of the language."""
    told = outlines(
        ("fr", "avec orchestre"), ("fr", "avec nuage"), ("en", "with vessels"), ("en", "with ports")
    )
    assert terms(told, np.array([0, 0, 1, 1]), 2) == [[], []]


def test_an_empty_stream_has_no_terms_and_a_number_for_a_name() -> None:
    named = terms(EDGE_AND_SHIPS, np.zeros(8, dtype=int), 2)
    assert named[1] == []
    assert title(named[1], 2) == "Stream 2"


def test_a_title_is_made_of_three_terms() -> None:
    found = [StreamTerm(word, (word,), ("en",), 1.0) for word in ("edge", "cloud", "node", "rest")]
    assert title(found, 1) == "Edge, Cloud, Node"


def test_abbreviations_are_words_and_single_letters_are_not() -> None:
    assert words("AI on a 5G edge, in EU") == ["ai", "edge", "eu"]


def test_a_stem_knows_no_accents_and_no_case() -> None:
    assert stem("Énergie") == stem("energia") == "energi"
