"""In which words is a stream's concept shown, and what did an outline say? Its own phrases, by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

from data.model import CallId, OrganisationId, Outline, OutlineId
from matcher.overall.naming import Meaning, salient_terms
from matcher.overall.said import OwnWords, said_by
from matcher.overall.tags import Bearer, Tag, tags


def outline(ident: str, title: str, language: str, text: str = "x") -> Outline:
    return Outline(OutlineId(ident), CallId("c"), title, text, OrganisationId(ident), "DE", language=language)


def bearer(ident: str, title: str, language: str, *offers: str) -> Bearer:
    return Bearer(outline(ident, title, language), OwnWords(offers=offers))


def test_a_concept_is_shown_as_a_phrase_of_the_readers_language_with_all_that_use_it() -> None:
    theirs = [
        bearer("o1", "Verbund regionaler Rechenzentren", "de"),
        bearer("o2", "Waste heat of regional centres", "en"),
        bearer("o3", "Der Verbund", "de"),
    ]
    first, second = tags(["regionaler", "regional"], theirs)
    assert first == Tag("regional centres", "en", (OutlineId("o1"), OutlineId("o2"), OutlineId("o3")))
    assert (second.phrase, second.language) == ("Verbund regionaler Rechenzentren", "de")


@pytest.mark.parametrize(
    ("language", "title", "word"),
    [
        ("es", "Queremos nodos", "queremos"),
        ("pl", "dla lokalnych", "lokalnych"),
        ("de", "die lokale", "lokale"),
    ],
)
def test_a_word_that_stands_alone_in_another_language_is_no_phrase(
    language: str, title: str, word: str
) -> None:
    shown = [tag.phrase for tag in tags([word], [bearer("o1", title, language)])]
    assert [phrase for phrase in shown if " " not in phrase] == []


def test_a_word_that_is_only_done_or_wished_names_no_stream() -> None:
    """ "Deliver" stands in both texts and in no title, offer or wish."""
    texts = [outline(f"o{k}", "Edge nodes", "en", "We deliver edge nodes.") for k in (1, 2)]
    others = [outline(f"p{k}", "Ships", "en", "Some ships.") for k in (1, 2)]
    said = {one.id: OwnWords() for one in (*texts, *others)}
    first, _ = salient_terms([*texts, *others], np.array([0, 0, 1, 1]), 2, said=said)
    assert [(term.word, term.outlines) for term in first] == [("Edge nodes", ("o1", "o2"))]


def test_terms_of_other_languages_are_quoted_with_their_language() -> None:
    texts = [outline(f"o{k}", "Regionale Rechenzentren", "de", "Regionale Rechenzentren.") for k in (1, 2)]
    others = [outline(f"p{k}", "Schiffe", "de", "Schiffe.") for k in (1, 2)]
    said = {one.id: OwnWords() for one in (*texts, *others)}
    first, _ = salient_terms([*texts, *others], np.array([0, 0, 1, 1]), 2, said=said)
    assert [term.quoted for term in first] == ["“Regionale Rechenzentren” (de)"]


def test_phrases_that_translate_each_other_are_one_term_with_the_outlines_of_both() -> None:
    titles = [
        ("en", "Regional centres"),
        ("en", "Regional centres"),
        ("de", "Rechenzentren"),
        ("de", "Rechenzentren"),
    ]
    texts = [outline(f"o{k}", title, language, title) for k, (language, title) in enumerate(titles)]
    others = [outline(f"p{k}", "Ships", "en", "Ships.") for k in range(3)] + [
        outline("p3", "Schiffe", "de", "Schiffe")
    ]
    places = {
        "regional centres": (0.9, 0.1),
        "rechenzentren": (0.8, 0.2),
        "ships": (0.0, 1.0),
        "schiffe": (0.0, 1.0),
    }
    places |= {"regional": (0.5, -0.8), "centres": (0.4, -0.9)}

    def encode(words: Sequence[str]) -> np.ndarray:
        rows = np.array([places[word.casefold()] for word in words])
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

    meaning = Meaning(encode, np.zeros(2), np.eye(2))
    said = {one.id: OwnWords() for one in (*texts, *others)}
    first, _ = salient_terms([*texts, *others], np.array([0] * 4 + [1] * 4), 2, said=said, meaning=meaning)
    assert [(term.word, term.outlines) for term in first] == [("Regional centres", ("o0", "o1", "o2", "o3"))]


def test_what_is_sought_and_brought_is_read_from_the_text_where_no_field_holds_it() -> None:
    text = "We build radios. We bring ten cranes. We are looking for a port in Spain."
    said = said_by(outline("o1", "Radios", "en", text))
    assert said.seeks == ("a port in Spain",)
    assert said.offers == ("ten cranes",)
    assert said.does == ("Radios", "We build radios.")
