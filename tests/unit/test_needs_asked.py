"""Is what somebody says is sought taken at its word: types and countries by any name, the rest as the words tell it?"""

import pytest

from data.errors import BadInput
from data.model import Kind, Organisation, OrganisationId
from matcher.needs.places import Where
from matcher.needs.read import Need, read_statements
from matcher.needs.type_names import type_named
from matcher.suggest.reading import understand
from service.app.needs import need_of, needs_of
from service.app.question import NeedAsked
from service.parsing import where_in
from service.words import from_where

TEXT = "We move ferries at night. We seek a shipyard,\ntwo ports abroad and a hospital."


def test_words_alone_are_read_as_one_need() -> None:
    need = need_of(NeedAsked(text="zwei Häfen aus Griechenland"))
    assert (need.types, need.number, need.where) == (("port",), 2, Where(countries=("GR",)))
    assert need.must
    assert not need.derived


def test_what_is_said_beside_the_words_prevails_over_them() -> None:
    need = need_of(
        NeedAsked(
            text="two ports in France", types=["Muzeum"], number=3, countries=[], not_from=["EL"], must=False
        )
    )
    assert (need.text, need.types, need.number) == ("two ports in France", ("museum",), 3)
    assert need.where == Where(not_from=("GR",))
    assert not need.must


def test_a_type_alone_is_a_need_in_the_words_of_its_label() -> None:
    assert need_of(NeedAsked(types=["fire_service", "museum"])).text == "fire and rescue service or museum"


@pytest.mark.parametrize("words", ["if possible, two insurers", "two insurers, if possible"])
def test_words_that_say_so_make_a_need_welcome_only(words: str) -> None:
    need = need_of(NeedAsked(text=words))
    assert (need.types, need.number, need.must) == (("insurer",), 2, False)


def test_a_list_of_words_is_one_need_where_it_is_asked_as_one() -> None:
    need = need_of(NeedAsked(text="a port, a museum and a library"))
    assert (need.text, need.types) == ("a port, a museum and a library", ("port",))


def test_an_answer_s_needs_can_be_sent_back_as_they_are() -> None:
    read = read_statements(TEXT).needs
    back = [
        NeedAsked(
            **{
                name: getattr(need, name)
                for name in ("id", "text", "number", "must", "derived", "field", "start", "end")
            },
            **{name: list(getattr(need, name)) for name in ("types", "type_labels", "countries", "not_from")},
            abroad=need.abroad,
            different=need.different,
        )
        for need in read
    ]
    assert understand(TEXT, needs=needs_of(back)).needs == read


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (
            NeedAsked(text="a rug", types=["flying carpet"]),
            "need 1 (“a rug”): no type of organisations is called 'flying",
        ),
        (NeedAsked(text="a rug", countries=["Atlantis"]), "need 1 (“a rug”): unknown country 'Atlantis'"),
        (NeedAsked(text="  "), "need 1 (“  ”): it has neither words nor a type"),
        (NeedAsked(types=["college"]), "need 1: 'college' may be “school”, “university”"),
    ],
)
def test_what_nobody_knows_is_refused_with_the_need_that_says_it(written: NeedAsked, reason: str) -> None:
    with pytest.raises(BadInput) as refusal:
        needs_of([written])
    assert str(refusal.value).startswith(reason)


def test_a_misspelt_type_is_refused_with_its_likeliest_names() -> None:
    with pytest.raises(BadInput, match=r"near are “university”.*the list of types"):
        type_named("univercity")


def test_a_need_s_words_are_found_in_the_outline_whatever_blanks_stand_between() -> None:
    said = understand(
        TEXT, needs=[Need("", "seek  a shipyard, two"), Need("", "a bakery", field="text", start=7)]
    )
    assert [(need.id, need.field, need.start, need.end) for need in said.needs] == [
        ("need:1", "text", TEXT.index("seek"), TEXT.index(" ports")),
        ("need:2", "need", 0, 8),
    ]


def test_what_the_author_is_or_brings_is_not_derived_from_the_work() -> None:
    text = "An app is tried in a hospital, a museum and at two airports. We are a museum in Ghent."
    hospital = Organisation(OrganisationId("H"), "Ziekenhuis Gent", "BE", Kind.OTHER)
    assert [need.types for need in understand(text).needs] == [("hospital",), ("airport",)]
    assert [(need.id, need.types) for need in understand(text, author=hospital).needs] == [
        ("need:1", ("airport",))
    ]


def test_what_the_author_says_it_seeks_it_needs_though_it_is_the_same() -> None:
    hospital = Organisation(OrganisationId("H"), "Ziekenhuis Gent", "BE", Kind.OTHER)
    assert [need.types for need in understand("We seek a hospital abroad.", author=hospital).needs] == [
        ("hospital",)
    ]


def test_a_line_s_end_within_a_sentence_ends_no_need() -> None:
    assert [need.text for need in read_statements(TEXT).needs] == [
        "a shipyard",
        "two ports abroad",
        "a hospital",
    ]
    sent = read_statements(TEXT.replace("\n", "\r\n"))
    assert [need.text for need in sent.needs] == ["a shipyard", "two ports abroad", "a hospital"]
    (wrapped,) = read_statements(
        "Wir messen seit Jahren den Lärm in der Nacht. Wir suchen einen\nHafen."
    ).needs
    assert wrapped.types == ("port",)


def test_an_offer_that_stands_in_both_fields_is_told_once() -> None:
    said = read_statements("We bring three piers and a depot.", offers="three piers of wood")
    assert [(offer.text, offer.field) for offer in said.offers] == [
        ("a depot", "text"),
        ("three piers of wood", "offers"),
    ]


def test_from_where_is_written_as_it_is_read() -> None:
    need = Need("", "x", where=Where(("GR", "FR"), ("DE",), abroad=True, different=True))
    assert from_where(need) == "Greece (EL), France (FR), not Germany (DE), abroad, different countries"
    assert where_in(from_where(need)) == {
        "countries": ["Greece (EL)", "France (FR)"],
        "not_from": ["Germany (DE)"],
        "abroad": True,
        "different": True,
    }
