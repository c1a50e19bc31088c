"""Is an outline read as its author means it: what is sought, how many, from where, and what is brought?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.needs.places import Where
from matcher.needs.read import Need, read_statements


def needs(text: str, seeks: str | None = None) -> list[Need]:
    return list(read_statements(text, seeks=seeks).needs)


def test_a_sentence_that_lists_four_partners_states_four_needs() -> None:
    text = (
        "The project makes ferries quieter. We are looking for a shipyard, two ports in other countries, "
        "a classification society that approves the method, and a university."
    )
    assert [(need.text, need.types, need.number) for need in needs(text)] == [
        ("a shipyard", ("shipyard",), 1),
        ("two ports in other countries", ("port",), 2),
        ("a classification society that approves the method", ("ship_classification",), 1),
        ("a university", ("university",), 1),
    ]


def test_the_places_of_a_need_are_the_texts_own_characters() -> None:
    text = "Wir messen Lärm am Bahnhof. Gesucht werden ein Museum und eine Bibliothek aus Polen."
    assert [text[need.start : need.end] for need in needs(text)] == [need.text for need in needs(text)]
    assert needs(text)[1].where == Where(countries=("PL",))


def test_what_the_author_is_and_brings_is_no_need() -> None:
    statements = read_statements(
        "Mierzymy hałas na wsi. Jesteśmy gminą i wnosimy sześć szkół. Szukamy szpitala z Czech."
    )
    assert [offer.text for offer in statements.offers] == ["gminą", "sześć szkół"]
    assert [(need.text, need.where.countries) for need in statements.needs] == [("szpitala z Czech", ("CZ",))]


def test_a_passive_sentence_names_what_is_sought_before_its_verb() -> None:
    (need,) = needs("Noise wakes patients at night. A patients' association would be welcome.")
    assert (need.text, need.types) == ("A patients' association", ("patient_organisation",))
    assert not need.must


def test_alternatives_are_one_need_of_either_type() -> None:
    (need,) = needs("We test a new siren in small towns. We seek a fire or civil protection service.")
    assert need.types == ("fire_service", "civil_protection")


def test_countries_are_counted_where_they_are_the_number() -> None:
    (need,) = needs("Skogen brinner varje sommar i norr. Vi söker skogsägare i minst två länder.")
    assert (need.types, need.number, need.where.different) == (("forest_owner",), 2, True)


def test_outside_a_country_excludes_it() -> None:
    (need,) = needs("Alarm noise wakes patients at night. We need two hospitals outside Ireland.")
    assert need.where == Where(not_from=("IE",))
    assert need.where.allows("FR", own="IE") is True
    assert need.where.allows("IE", own="IE") is False
    assert need.where.allows(None, own="IE") is None


def test_what_stands_in_the_field_for_it_is_sought_without_further_words() -> None:
    sought = needs(
        "Wir härten Zahnräder mit Strom.", seeks="Ein Stahlwerk, zwei Gießereien und eine Hochschule"
    )
    assert [(need.types, need.number, need.field) for need in sought] == [
        (("steelmaker",), 1, "seeks"),
        (("metals_company",), 2, "seeks"),
        (("university",), 1, "seeks"),
    ]


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("Cheaper batteries are needed to win the market.", 0),
        ("A joint industrial effort is needed to develop multifunctional roofs.", 0),
        ("Geothermal drilling is costly. For the field trial a port authority is needed.", 1),
        ("Es fehlt an billigem Strom für die Erzeugung von Wasserstoff.", 0),
        ("Wir messen Lärm. Es fehlen zwei Krankenhäuser.", 1),
        ("El agua es escasa. Falta lluvia en verano.", 0),
    ],
)
def test_things_that_are_needed_are_no_partners_that_are_sought(text: str, sought: int) -> None:
    assert len(read_statements(text).stated) == sought


def test_where_nobody_is_sought_the_work_tells_whom_it_needs() -> None:
    statements = read_statements(
        "A warning app is tried in a hospital and at two airports during one winter."
    )
    assert [(need.types, need.derived, need.must) for need in statements.needs] == [
        (("hospital",), True, False),
        (("airport",), True, False),
    ]
    assert statements.stated == ()


@pytest.mark.parametrize(
    ("text", "types"),
    [
        (
            "Nous mesurons le bruit la nuit. Nous cherchons un constructeur de trains.",
            ("rolling_stock_maker",),
        ),
        ("Merimme yöllä melua satamassa. Etsimme vakuutusyhtiötä.", ("insurer",)),
        ("Zajszintet mérünk éjszaka. Keresünk egy repülőteret.", ("airport",)),
        ("Μετράμε τον θόρυβο τη νύχτα. Αναζητούμε ένα νοσοκομείο.", ("hospital",)),
        ("Измерваме шума през нощта. Търсим застраховател.", ("insurer",)),
        ("Mērām troksni naktī pilsētā. Meklējam slimnīcu.", ("hospital",)),
        ("Mõõdame öösel müra linnas. Otsime lennujaama.", ("airport",)),
        ("Qed inkejlu l-istorbju billejl. Infittxu ajruport.", ("airport",)),
        ("Merimo hrup ponoči v mestu. Iščemo bolnišnico.", ("hospital",)),
        ("Meriame hluk v noci v meste. Hľadáme letisko.", ("airport",)),
        ("Táimid ag tomhas torainn istoíche. Táimid ag lorg ospidéal.", ("hospital",)),
        ("Măsurăm zgomotul noaptea în oraș. Căutăm un spital.", ("hospital",)),
    ],
)
def test_each_language_says_it_seeks_in_its_own_words(text: str, types: tuple[str, ...]) -> None:
    assert [need.types for need in needs(text)] == [types]


@given(st.text(max_size=300))
def test_any_text_can_be_read_and_its_places_hold(text: str) -> None:
    statements = read_statements(text, language="en")
    assert all(text[need.start : need.end] == need.text for need in statements.needs if need.field == "text")
    assert all(text[offer.start : offer.end] == offer.text for offer in statements.offers)
