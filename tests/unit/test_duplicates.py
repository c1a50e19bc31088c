"""Which records are probably one, and which are never taken for one?"""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from data.model import CallId, Organisation, OrganisationId, Outline, OutlineId
from graph.names.duplicates import duplicate_names, duplicate_texts

WORDS = (
    "Nordlicht",
    "Hafenbau",
    "Gießerei",
    "Zakład",
    "Données",
    "Cyfrowy",
    "Metall",
    "Technik",
    "Analyse",
    "Wind",
)


def named(*names: str, country: str | None = "DE") -> list[Organisation]:
    return [Organisation(OrganisationId(str(at)), name, country) for at, name in enumerate(names)]


def test_names_that_differ_in_spelling_alone_are_one_pair() -> None:
    names = named(
        "Müller & Söhne GmbH", "MUELLER UND SOEHNE", "Universität Ulm", "ULM, Univ.", "Stadtwerke Kassel"
    )
    assert [(pair.a, pair.b) for pair in duplicate_names(names)] == [("0", "1"), ("2", "3")]
    (same, _) = duplicate_names(named("Nordlicht Analyse AG", "ANALYSE NORDLICHT", "Nordlicht Analysen AG"))[
        :2
    ]
    assert (same.a, same.b, same.similarity) == ("0", "1", 1.0)


def test_legal_forms_numbers_and_countries_tell_bodies_apart() -> None:
    assert duplicate_names(named("Nordlicht GmbH", "Nordlicht AG")) == ()
    assert duplicate_names(named("Université Rennes I", "Université Rennes II")) == ()
    assert duplicate_names(named("Institut 3", "Institut 4")) == ()
    apart = [*named("Nordlicht GmbH"), Organisation(OrganisationId("x"), "Nordlicht GmbH", "AT")]
    assert duplicate_names(apart) == ()
    unknown = [*named("Nordlicht GmbH"), Organisation(OrganisationId("x"), "Nordlicht GmbH")]
    assert [(pair.a, pair.b) for pair in duplicate_names(unknown)] == [("0", "x")]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True), st.data())
def test_case_accents_order_and_form_make_no_other_body(words: list[str], data: st.DataObject) -> None:
    name = " ".join(words)
    written = data.draw(
        st.sampled_from([name.upper(), f"{name} GmbH", ", ".join(reversed(words)), f"  {name}. "])
    )
    (pair,) = duplicate_names(named(name, written))
    assert (pair.a, pair.b, pair.similarity) == ("0", "1", 1.0)


def test_an_outline_handed_in_twice_is_found_in_its_call_alone() -> None:
    text = (
        "We build sensors that find leaks in the pipes of small towns and seek partners with networks. " * 3
    )

    def outline(ident: str, call: str, text: str) -> Outline:
        return Outline(OutlineId(ident), CallId(call), "Leaks", text, OrganisationId("1"), "DE")

    outlines = [
        outline("a", "one", text),
        outline("b", "one", text.replace("small towns", "little towns")),
        outline("c", "two", text),
        outline("d", "one", "Ferries that run on hydrogen need harbours with storage and trained crews."),
    ]
    (pair,) = duplicate_texts(outlines)
    assert (pair.a, pair.b) == ("a", "b")


def test_tens_of_thousands_of_names_take_seconds() -> None:
    names = [f"{WORDS[at % 10]} {WORDS[at // 10 % 10]} {at:x} Werk" for at in range(26_000)]
    states = ("DE", "FR", "IT", "ES", "PL", "SE", "NL", "GR")
    many = [Organisation(OrganisationId(str(at)), name, states[at % 8]) for at, name in enumerate(names)]
    before = time.process_time()
    duplicate_names(many)
    assert time.process_time() - before < 60
