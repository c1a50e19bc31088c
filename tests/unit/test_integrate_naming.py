"""How streams get their names: salient words, in several languages, without function words."""

from collections.abc import Sequence

import numpy as np

from data.model import CallId, OrganisationId, Outline, OutlineId
from matcher.overall.naming import Meaning, StreamTerm, salient_terms, title
from matcher.overall.vocabulary import concepts, function_words, stem, words


def outlines(*texts: tuple[str, str]) -> list[Outline]:
    return [
        Outline(OutlineId(f"o{k}"), CallId("c"), "x", text, OrganisationId(f"g{k}"), "DE", language=language)
        for k, (language, text) in enumerate(texts)
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
    first, second = salient_terms(EDGE_AND_SHIPS, TWO, 2)
    assert first[0].word == "orchestration"
    assert first[0].languages == ("de", "en")
    assert set(first[0].words) == {"orchestration", "orchestrierung", "orchestrierer"}
    assert {term.word for term in second} == {"vessels", "frachter"}


def test_function_words_that_both_streams_use_name_none() -> None:
    named = {term.word for stream in salient_terms(EDGE_AND_SHIPS, TWO, 2) for term in stream}
    assert not named & {"with", "dieser", "dient", "these"}


def test_a_language_that_only_one_stream_speaks_does_not_name_it() -> None:
    """All of stream 0 is French: its words are no sign of the stream, only of the language."""
    texts = outlines(
        ("fr", "avec orchestre"), ("fr", "avec nuage"), ("en", "with vessels"), ("en", "with ports")
    )
    assert salient_terms(texts, np.array([0, 0, 1, 1]), 2) == [[], []]


PLACES = {
    "water": (1.0, 0.0, 0.0),
    "wasser": (0.9, 0.436, 0.0),
    "second": (0.0, 1.0, 0.0),
    "canal": (1.0, 0.0, 0.0),
    "lagune": (0.5, -0.866, 0.0),
    "ships": (0.0, 1.0, 0.0),
    "schiffe": (0.1, 0.995, 0.0),
}
"""Words in three dimensions; the first stream lies along the first, the second along the second."""


def meaning() -> Meaning:
    def encode(words: Sequence[str]) -> np.ndarray:
        return np.array([PLACES[word] for word in words])

    return Meaning(encode, np.zeros(3), np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))


def test_translations_are_one_term_and_words_far_from_the_stream_are_none() -> None:
    texts = outlines(
        ("en", "water second"), ("en", "water second"), ("de", "Wasser"), ("de", "Wasser"),
        ("en", "ships"), ("en", "ships"), ("de", "Schiffe"), ("de", "Schiffe"),
    )  # fmt: skip
    first, second = salient_terms(texts, TWO, 2, meaning=meaning())
    assert [(term.word, set(term.words), term.languages) for term in first] == [
        ("water", {"water", "wasser"}, ("de", "en"))
    ]
    assert [term.word for term in second] == ["ships"]


def test_a_term_that_several_languages_use_goes_before_one_of_a_single_language() -> None:
    texts = outlines(
        ("fr", "canal lagune"), ("fr", "canal lagune"), ("de", "Kanal"), ("en", "water"),
        ("fr", "ships"), ("fr", "ships"), ("de", "ships"), ("en", "ships"),
    )  # fmt: skip
    first, _ = salient_terms(texts, TWO, 2, meaning=meaning())
    assert [(term.word, term.languages) for term in first] == [("canal", ("de", "fr")), ("lagune", ("fr",))]


def test_function_words_are_known_in_every_official_language_of_the_union() -> None:
    """One word each, with accents or without; the words in between are no function words."""
    texts = (
        "които protože efter außerdem καθώς whether también ainult kuitenkin également chomh između között inoltre "
        "tačiau tomēr għandna waarbij ponieważ também această pretože čeprav eftersom edge wasser"
    )
    left = {word for theirs in concepts(texts).values() for word in theirs}
    assert left == {"edge", "wasser"}
    assert len(function_words()) > 2000


def test_an_empty_stream_has_no_terms_and_a_number_for_a_name() -> None:
    named = salient_terms(EDGE_AND_SHIPS, np.zeros(8, dtype=int), 2)
    assert named[1] == []
    assert title(named[1], 2) == "Stream 2"


def test_a_title_is_made_of_three_terms() -> None:
    salient = [StreamTerm(word, (word,), ("en",), 1.0) for word in ("edge", "cloud", "node", "rest")]
    assert title(salient, 1) == "Edge, Cloud, Node"


def test_abbreviations_are_words_and_single_letters_are_not() -> None:
    assert words("AI on a 5G edge, in EU") == ["ai", "edge", "eu"]


def test_a_stem_knows_no_accents_and_no_case() -> None:
    assert stem("Énergie") == stem("energia") == "energi"
