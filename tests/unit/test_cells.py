"""Do amounts, countries and languages mean what Europeans write, and is doubt told instead of guessed?"""

import pytest

from data.country_names import code_of
from data.sources.cells import budget, known_country, language
from data.sources.languages import EU_LANGUAGES, ISO_639_1


@pytest.mark.parametrize(
    ("written", "euros"),
    [
        ("€ 800.000", 800_000),
        ("800.000 EUR", 800_000),
        ("€1,234", 1234),
        ("800.000,00 €", 800_000),
        ("1 200 000", 1_200_000),
        ("1\u202f200\u202f000 €", 1_200_000),
        ("1,200,000.00", 1_200_000),
        ("1'200'000", 1_200_000),
        ("EUR 1.250.000,-", 1_250_000),
        ("1.250.000,– €", 1_250_000),
        ("800.000,5", 800_000.5),
        ("", None),
    ],
)
def test_an_amount_is_read_as_it_is_written_in_europe(written: str, euros: float | None) -> None:
    assert budget(written) == euros


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("800.000", "'800.000' could be 800000 or a fraction; needed: 800000, or € 800.000"),
        ("1,234", "'1,234' could be 1234 or a fraction"),
        ("0,8 Mio. €", "is an amount in short; needed: all its digits, as in 1250000"),
        ("800 T€", "is an amount in short"),
        ("€", "'€' is no amount"),
        ("zwei", "'zwei' is not a number"),
        ("1.23.456", "is not a number"),
        ("-5", "'-5' is negative"),
    ],
)
def test_an_amount_in_doubt_is_refused_with_what_to_write(written: str, told: str) -> None:
    with pytest.raises(ValueError) as refused:
        budget(written)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("EL", "GR"),
        ("gr", "GR"),
        ("UK", "GB"),
        ("GB", "GB"),
        ("Greece", "GR"),
        ("ΕΛΛΆΔΑ", "GR"),
        ("Österreich", "AT"),
        ("the  netherlands", "NL"),
        ("", None),
    ],
)
def test_a_country_is_known_by_its_codes_and_its_names(written: str, code: str | None) -> None:
    assert known_country(written) == code


@pytest.mark.parametrize("written", ["XX", "EU", "FRA", "Atlantis"])
def test_what_is_no_country_is_refused_by_name(written: str) -> None:
    assert code_of(written) is None
    with pytest.raises(ValueError, match=f"'{written}' is no country; needed: a code such as DE or EL"):
        known_country(written)


@pytest.mark.parametrize(
    ("written", "code"),
    [("DE", "de"), ("Deutsch", "de"), ("ger", "de"), ("de-AT", "de"), ("nb", "nb"), ("Ελληνικά", "el")],
)
def test_a_language_is_known_by_its_codes_and_its_names(written: str, code: str) -> None:
    assert language(written) == code


def test_a_countrys_code_is_not_taken_for_a_language() -> None:
    with pytest.raises(ValueError, match="'SE' looks like a country; needed: the language, sv for Swedish"):
        language("SE")
    with pytest.raises(ValueError, match="'klingon' is no language; needed: a two-letter code"):
        language("klingon")


def test_every_eu_language_has_a_code_of_the_standard() -> None:
    assert len(EU_LANGUAGES) == 24 and len(ISO_639_1) == 183
    assert set(EU_LANGUAGES) < ISO_639_1
