"""Do cells mean what Europeans write, and is doubt told instead of guessed?"""

import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.country_names import code_of
from data.model import Kind
from data.sources import table
from data.sources.amounts import Amount, budget, number
from data.sources.cells import content, countries_among, flag, free_text, kind, known_country, language
from data.sources.dates import day, days_among
from data.sources.headings import scale_of
from data.sources.identity import folded_name, identity
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
    amount = budget(written)
    assert (amount and amount.value) == euros


@pytest.mark.parametrize(
    ("written", "euros"),
    [
        ("0,8 Mio. €", 800_000),
        ("800 T€", 800_000),
        ("€1.25m", 1_250_000),
        ("1,5 Mrd. €", 1_500_000_000),
        ("1.250 TEUR", 1_250_000),
        ("k. A.", None),
        ("–", None),
        ("1.25E+06", 1_250_000),
    ],
)
def test_thousands_and_millions_may_be_written_in_short(written: str, euros: float | None) -> None:
    amount = budget(written)
    assert (amount and amount.value) == euros


@pytest.mark.parametrize(
    ("written", "value", "note"),
    [
        ("800.000", 800_000, "'800.000' is read as 800000"),
        ("0,8", 0.8, "'0,8' is a budget below 1,000 euro; is it in thousands or millions?"),
        ("ca. 1.200.000 €", 1_200_000, "'ca. 1.200.000 €' is taken as it stands, without 'ca.'"),
        ("1.250.000 €", 1_250_000, ""),
    ],
)
def test_a_doubtful_amount_is_taken_with_a_note(written: str, value: float, note: str) -> None:
    assert budget(written) == Amount(value, note)


def test_the_unit_of_the_heading_counts_where_the_cell_has_none() -> None:
    assert [scale_of(title) for title in ("Budget", "Budget (T€)", "Kosten in Mio. EUR")] == [1, 1e3, 1e6]
    assert [(amount := budget(cell, 1e3)) and amount.value for cell in ("1250", "1.250", "2 Mio. €")] == [
        1_250_000,
        1_250_000,
        2_000_000,
    ]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("zwei", "'zwei' is no amount"),
        ("1.23.456", "is not a number"),
        ("-5", "'-5' is negative"),
        ("1.000.000 - 1.500.000 €", "is a range, no amount"),
        ("#REF!", "is a spreadsheet's error"),
    ],
)
def test_an_amount_that_cannot_be_read_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        budget(written)


@pytest.mark.parametrize("written", ["1,250", "450.123", "+1.250"])
def test_a_programs_number_that_could_be_thousands_or_a_fraction_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="could be thousands or a fraction"):
        number(written)


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2026-11-22", dt.date(2026, 11, 22)),
        ("22.11.2026", dt.date(2026, 11, 22)),
        ("22/11/26", dt.date(2026, 11, 22)),
        ("2023-01-01T00:00:00.000+02:00", dt.date(2023, 1, 1)),
        ("20230105", dt.date(2023, 1, 5)),
        ("44927", dt.date(2023, 1, 1)),
        ("01/13/2023", dt.date(2023, 1, 13)),
        ("12. listopadu 2026", dt.date(2026, 11, 12)),
        ("Nov 12, 2026", dt.date(2026, 11, 12)),
        ("12 de noviembre de 2026", dt.date(2026, 11, 12)),
        ("12 Νοεμβρίου 2026", dt.date(2026, 11, 12)),
        ("0000-00-00", None),
        ("NULL", None),
    ],
)
def test_a_date_is_read_as_people_programs_and_spreadsheets_write_it(
    written: str, date: dt.date | None
) -> None:
    assert day(written) == date


@pytest.mark.parametrize("written", ["2023-13-01", "31.02.2020", "12345678901", "soon", "11/2026"])
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a date; needed: 2026-11-22"):
        day(written)


def test_dates_with_the_same_mark_are_read_alike_and_not_at_all_where_they_disagree() -> None:
    assert days_among(["01/13/2023"])("02/03/2023") == dt.date(2023, 2, 3)
    assert days_among(["13/01/2023"])("02/03/2023") == dt.date(2023, 3, 2)
    with pytest.raises(ValueError, match="could be either way round"):
        days_among(["01/13/2023", "13/01/2023"])("02/03/2023")


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
        ("Allemagne", "DE"),
        ("DEU", "DE"),
        ("D", "DE"),
        ("Deutschland (DE)", "DE"),
        ("Oesterreich", "AT"),
        ("Kosovo*", "XK"),
        ("Saksa", "DE"),
        ("", None),
    ],
)
def test_a_country_is_known_by_its_codes_and_its_names(written: str, code: str | None) -> None:
    assert known_country(written) == code


@pytest.mark.parametrize("written", ["XX", "EU", "FRX", "Atlantis", "Germany, France"])
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
    assert len(EU_LANGUAGES) == 24
    assert len(ISO_639_1) == 183
    assert set(EU_LANGUAGES) < ISO_639_1


def test_na_is_namibia_among_codes_and_unknown_among_names() -> None:
    assert countries_among(["DE", "FR", "NA"])("NA") == "NA"
    assert countries_among(["Germany", "France", "NA"])("NA") is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("KMU", Kind.SME),
        ("PME", Kind.SME),
        ("HES", Kind.UNIVERSITY),
        ("Kommune", Kind.MUNICIPAL),
        ("RTO", Kind.RESEARCH),
        ("PRC - Private for-profit entities (excluding education)", Kind.COMPANY),
        ("n/a", None),
        ("", None),
    ],
)
def test_a_kind_is_known_by_its_codes_and_words(written: str, meant: Kind | None) -> None:
    assert kind(written) is meant


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("WAHR", True),
        ("FAUX", False),
        ("x", True),
        ("✓", True),
        ("☐", False),
        ("nej", False),
        ("kyllä", True),
        ("k.A.", None),
        ("-", None),
        ("Ja, seit 2020", True),
    ],
)
def test_yes_and_no_are_read_as_spreadsheets_and_people_write_them(written: str, said: bool | None) -> None:
    assert flag(written) is said


@pytest.mark.parametrize("written", ["perhaps", "ya", "2"])
def test_what_is_neither_yes_nor_no_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is neither yes nor no"):
        flag(written)


@pytest.mark.parametrize(
    "written", ["n/a", "k. A.", "tbd", "–", "xxxxx", "NULL", "неизвестно", "brak danych", "?"]
)
def test_words_for_unknown_are_unknown(written: str) -> None:
    assert free_text(written) is None


@pytest.mark.parametrize(
    "written", [".", "siehe Anlage", "see attachment", "https://example.org/a", "#REF!", "#BEZUG!", "12"]
)
def test_what_is_no_content_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"no content|spreadsheet's error"):
        content(written)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("A&amp;B &lt;Labs&gt;", "A&B <Labs>"),
        ("MÃ¼ller", "Müller"),
        ("one_x000D_two", "one\ntwo"),
        ("Soci\u200bété", "Société"),
        ("Ru\u202elles\u202c SA", "Rulles SA"),
        ("soft\u00adware", "software"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("👩\u200d🚀 crew", "👩\u200d🚀 crew"),
        ("AT&T und R&D", "AT&T und R&D"),
    ],
)
def test_a_text_is_rid_of_what_no_reader_sees(written: str, read: str) -> None:
    assert free_text(written) == read


@pytest.mark.parametrize(
    "written", ["888 000 001", "PIC 888000001", "888000001.0", "888.000.001", "PIC: 888-000-001"]
)
def test_a_participant_code_has_one_normal_form(written: str) -> None:
    assert identity(written) == "888000001"


@pytest.mark.parametrize("written", ["0", "000000000", "999999999", "123456789", "n/a", "", "-"])
def test_a_placeholder_is_no_id(written: str) -> None:
    assert identity(written) is None


def test_an_id_that_a_spreadsheet_rounded_is_refused_and_others_stay_as_they_are() -> None:
    with pytest.raises(ValueError, match="has lost its last digits"):
        identity("8,88E+08")
    assert identity("DEMO-ORG-1") == "DEMO-ORG-1"
    assert identity("https://ror.org/05a28rw58") == "ror:05a28rw58"
    assert identity("5299 00T8 BM49 AURS DO55") == "lei:529900T8BM49AURSDO55"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller & Söhne Ges.m.b.H.", "MULLER UND SOHNE GmbH"),
        ("Zakład Łódź Sp. z o.o.", "ZAKLAD LODZ spółka z ograniczoną odpowiedzialnością"),
        ("Prova A S.r.l.", "Prova A Società a responsabilità limitata"),
        ("ACME Limited", "Acme Ltd."),
    ],
)
def test_a_companys_name_is_compared_whatever_its_spelling(one: str, other: str) -> None:
    assert folded_name(one) == folded_name(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Ada GmbH", "Ada AG"), ("Werk A GmbH", "Werk E GmbH"), ("Ada", "Ada SE")]
)
def test_other_companies_stay_apart(one: str, other: str) -> None:
    assert folded_name(one) != folded_name(other)


@given(st.lists(st.sampled_from(["", "DE", "de", "Köln", "FR "]), max_size=30))
def test_few_and_many_rows_are_told_apart_alike(texts: list[str]) -> None:
    column = np.array(texts, dtype=object)
    codes, distinct = table.distinct_texts(column)
    many_codes, many_distinct = pd.factorize(column)
    assert distinct.tolist() == list(dict.fromkeys(texts)) == many_distinct.tolist()
    assert codes.tolist() == many_codes.tolist()
