"""Sentences without a language model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.sentences import LONGEST, split_sentences

TWO_SENTENCES = {
    "bg": "Търсим партньори с опит в облачните услуги. Предлагаме изпитателна база в Пловдив.",
    "el": "Αναζητούμε εταίρους με εμπειρία στο νέφος; Προσφέρουμε δοκιμαστική εγκατάσταση στην Πάτρα.",
    "de": "Wir suchen Partner mit Erfahrung in der Robotik. Ökologische Ziele stehen dabei im Vordergrund.",
    "fr": "Nous cherchons des partenaires industriels ! « Évoluer ensemble » est notre devise commune.",
    "es": "Buscamos socios con experiencia en la nube. ¿Quién puede probar nuestra plataforma abierta?",
    "ga": "Táimid ag lorg comhpháirtithe ón tionscal. Éascaíonn ár n-ardán comhroinnt sonraí.",
}


@pytest.mark.parametrize("language", sorted(TWO_SENTENCES))
def test_two_sentences_are_two(language: str) -> None:
    text = TWO_SENTENCES[language]
    assert len(split_sentences(text)) == 2
    assert " ".join(split_sentences(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "Die Anlage gem. Art. 22 Abs. 1 kostet z. B. 3.5 Mio. Euro im Jahr.",
        "The work of Dr. J. Smith et al. covers approx. 12 plants in the U.K. market.",
        "Το έργο του κ. Παπαδόπουλου καλύπτει 3.5 εκατ. ευρώ.",
    ],
)
def test_abbreviations_initials_and_numbers_do_not_end_a_sentence(text: str) -> None:
    assert split_sentences(text) == (text,)


def test_lines_and_bullets_are_sentences_of_their_own() -> None:
    text = "What we offer\n• a test bed for edge computing • open interfaces for robots\n\nWhat we seek"
    assert split_sentences(text) == (
        "What we offer",
        "• a test bed for edge computing",
        "• open interfaces for robots",
        "What we seek",
    )


def test_a_very_long_sentence_is_divided_at_commas() -> None:
    text = ", ".join(["and another clause of this endless sentence"] * 40)
    parts = split_sentences(text)
    assert len(parts) > 1
    assert max(map(len, parts)) <= LONGEST
    assert " ".join(parts) == text


def test_a_blank_text_has_no_sentence() -> None:
    assert split_sentences(" \n\t") == ()


@given(st.text(max_size=300))
def test_no_word_is_lost_or_moved(text: str) -> None:
    assert "".join(split_sentences(text)).replace(" ", "") == "".join(text.split())
