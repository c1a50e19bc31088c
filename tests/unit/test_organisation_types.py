"""Are the types of organisations whole, in every language, and told from names as a person would?"""

import pytest

from data.model import Kind
from data.organisation_types import organisation_types
from data.sources.languages import EU_LANGUAGES
from matcher.needs.name_types import types_of_name
from matcher.suggest.type_table import TypeTable


def test_every_type_has_a_word_in_each_of_the_24_languages() -> None:
    missing = {
        one.id: sorted(set(EU_LANGUAGES) - {wording.language for wording in one.wordings})
        for one in organisation_types().values()
    }
    assert {ident: codes for ident, codes in missing.items() if codes} == {}


def test_every_type_that_displaces_others_names_types_that_exist() -> None:
    types = organisation_types()
    assert {weaker for one in types.values() for weaker in one.over} <= set(types)
    assert not [one.id for one in types.values() if one.id in one.over]


@pytest.mark.parametrize(
    ("name", "country", "kind", "expected"),
    [
        ("MEYER WERFT PAPENBURG GMBH & CO KG", "DE", Kind.COMPANY, "shipyard"),
        ("Flughafen Musterstadt GmbH", "DE", Kind.COMPANY, "airport"),
        ("UNIVERSITAETSKLINIKUM NEUSTADT", "DE", Kind.UNIVERSITY, "hospital"),
        ("Szpital Miejski w Nowym Dworze", "PL", Kind.PUBLIC, "hospital"),
        ("DIMOS NEAPOLIS", "GR", Kind.PUBLIC, "municipality"),
        ("Община Нови град", "BG", Kind.PUBLIC, "municipality"),
        ("Pohjolan yliopisto", "FI", Kind.UNIVERSITY, "university"),
        ("Nemzeti Könyvtár", "HU", Kind.PUBLIC, "library"),
        ("Rigas ostas parvalde", "LV", Kind.PUBLIC, "port"),
        ("Norddeutscher Wetterdienst", "DE", Kind.PUBLIC, "weather_service"),
    ],
)
def test_a_name_tells_its_type_in_its_countrys_languages(
    name: str, country: str, kind: Kind, expected: str
) -> None:
    assert types_of_name(name, country, kind)[0].type == expected


def test_a_surname_tells_no_trade() -> None:
    assert types_of_name("Stahl Stefan", "DE", Kind.COMPANY) == ()


def test_a_supplier_to_a_trade_is_possibly_of_it_no_more() -> None:
    assert {one.type: one.share for one in types_of_name("Airport Gurus SL", "ES", Kind.COMPANY)} == {
        "airport": 0.35
    }


@pytest.mark.parametrize(
    ("name", "country", "kind", "trade", "instead"),
    [
        ("Fachhochschule der Feuerwehr", "DE", Kind.UNIVERSITY, "fire_service", "university"),
        ("Association des hopitaux du Nord", "FR", Kind.OTHER, "hospital", "association"),
        ("Stiftung Offshore-Windenergie", "DE", Kind.OTHER, "wind_company", "ngo"),
        ("Ministero delle Assicurazioni", "IT", Kind.PUBLIC, "insurer", "ministry"),
        ("Verein Deutscher Reeder", "DE", Kind.OTHER, "shipping_company", "association"),
    ],
)
def test_who_speaks_for_a_trade_or_teaches_it_is_possibly_of_it_no_more(
    name: str, country: str, kind: Kind, trade: str, instead: str
) -> None:
    shares = {one.type: one.share for one in types_of_name(name, country, kind)}
    assert shares.get(trade, 0.0) <= 0.35
    assert shares[instead] > 0.9


def test_who_asks_for_a_grid_operator_is_answered_by_either_sort() -> None:
    table = TypeTable.of(
        [("Enedis", "FR", Kind.COMPANY), ("TenneT TSO BV", "NL", Kind.COMPANY), ("Meyer Werft", "DE", None)]
    )
    assert (table.share(["grid_operator"]) > 0.9).tolist() == [True, True, False]
    assert (table.share(["distribution_operator"]) > 0.9).tolist() == [True, False, False]


def test_a_word_of_a_language_that_is_not_spoken_there_tells_nothing() -> None:
    assert types_of_name("Varv Teknik", "SE", Kind.COMPANY)[0].type == "shipyard"
    assert types_of_name("Varv Teknik", "IT", Kind.COMPANY) == ()
