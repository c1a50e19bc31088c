"""Are amounts, dates, countries and codes read in every way in which the EU's languages write them?

Babel writes them as CLDR says that each language does; what it wrote from is the oracle.
"""

import datetime as dt

import pytest
from babel import Locale, dates, numbers
from hypothesis import given, settings
from hypothesis import strategies as st

from data.countries import EU27
from data.sources.amounts import budget
from data.sources.cells import known_country
from data.sources.dates import day, days_among
from data.sources.headings import scale_of
from data.sources.languages import EU_LANGUAGES
from data.sources.organisations import pic

WRITTEN_IN = tuple("en_IE" if language == "en" else language for language in EU_LANGUAGES)
"""English as Ireland writes it: the day before the month."""
LANGUAGES = st.sampled_from((*WRITTEN_IN, "de_AT", "pt_PT", "nb"))
CENTS = st.integers(1_000_00, 99_999_999_99).map(lambda cents: cents / 100)
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2049, 12, 31))


@settings(deadline=None)
@given(CENTS, LANGUAGES, st.sampled_from(["standard", "name"]))
def test_an_amount_in_euro_is_read_in_every_language(value: float, language: str, form: str) -> None:
    written = numbers.format_currency(value, "EUR", locale=language, format_type=form)  # type: ignore[arg-type]
    read = budget(written)
    assert read is not None
    assert read.value == value


@settings(deadline=None)
@given(
    st.integers(1, 999), st.sampled_from([1_000, 1_000_000]), LANGUAGES, st.sampled_from(["short", "long"])
)
def test_thousands_and_millions_in_words_are_read_in_every_language(
    figures: int, unit: int, language: str, form: str
) -> None:
    written = numbers.format_compact_decimal(figures * unit, format_type=form, locale=language)  # type: ignore[arg-type]
    read = budget(written)
    assert read is not None
    assert read.value == figures * unit


@settings(deadline=None)
@given(DAYS, LANGUAGES, st.sampled_from(["short", "medium", "long", "full"]))
def test_a_date_is_read_in_every_language_or_said_to_be_open(date: dt.date, language: str, form: str) -> None:
    written = dates.format_date(date, form, locale=language)
    try:
        read = days_among([written])(written)
    except (
        ValueError
    ) as error:  # June, October and November are called as other months in a neighbour's language
        open_in = str(error).partition("could be in month ")[2].partition(";")[0].split(" or ")
        read = date if language in ("cs", "hr", "pl") and str(date.month) in open_in else None
    century = dt.date(date.year - 100, date.month, min(date.day, 28)) if form == "short" else date
    assert read in (date, century), written


def test_a_month_that_two_languages_use_otherwise_is_settled_by_the_rest_of_the_column() -> None:
    croatian = days_among(["1. listopada 2025.", "3. srpnja 2025."])
    polish = days_among(["1 listopada 2025", "3 grudnia 2025"])
    assert croatian("1. listopada 2025.") == dt.date(2025, 10, 1)
    assert polish("1 listopada 2025") == dt.date(2025, 11, 1)
    with pytest.raises(ValueError, match="10 or 11"):
        day("1 listopada 2025")


@settings(deadline=None)
@given(
    st.sampled_from(sorted(EU27)),
    st.sampled_from(EU_LANGUAGES),
    st.sampled_from(["{}", "{} ", "{0} ({1})", "{1} - {0}"]),
)
def test_a_country_is_known_by_its_name_in_every_language(country: str, language: str, form: str) -> None:
    name = Locale(language).territories[country]
    assert known_country(form.format(name, country)) == country
    assert known_country(form.format(name.upper(), country)) == country


@settings(deadline=None)
@given(
    st.integers(111_111_112, 999_999_998),
    st.sampled_from(["{}", "PIC {}", "PIC: {}", "{}.0", "{},00", " {} ", "'{}", "{}\u00a0"]),
)
def test_a_participant_code_is_one_however_it_is_written(code: int, form: str) -> None:
    digits = str(code)
    if len(set(digits)) > 1 and digits != "123456789":
        for grouped in (
            digits,
            f"{digits[:3]} {digits[3:6]} {digits[6:]}",
            f"{digits[:3]}.{digits[3:6]}.{digits[6:]}",
        ):
            assert pic(form.format(grouped)) == digits


@settings(deadline=None)
@given(LANGUAGES, st.sampled_from([1_000, 1_000_000]), st.sampled_from(["Budget ({} EUR)", "Budget, {} €"]))
def test_a_heading_states_thousands_and_millions_in_every_language(
    language: str, unit: int, form: str
) -> None:
    word = (
        numbers.format_compact_decimal(200 * unit, format_type="long", locale=language)
        .replace("200", "")
        .strip()
    )
    if word not in ("mil", "de mii", "de milioane"):  # a thousand in Spain and a million elsewhere; two words
        assert scale_of(form.format(word)) == unit
