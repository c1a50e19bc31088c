"""Country sets carry dates and limits; codes go both ways."""

import datetime as dt
from collections.abc import Sequence

import pytest

from data.countries import (
    ASSOCIATED,
    EU27,
    FACTS_AS_OF,
    SETS,
    WIDENING,
    countries_of,
    country_name,
    to_eu,
    to_iso,
)
from data.country_names import code_of


def status(
    country: str, names: Sequence[str], on: dt.date = FACTS_AS_OF, pillar: str | None = None
) -> bool | None:
    certain, possible = countries_of(tuple(names), on, pillar)
    return True if country in certain else None if country in possible else False


def test_there_are_twenty_seven_member_states() -> None:
    assert len(EU27) == 27


def test_greece_and_the_united_kingdom_are_stored_as_iso_and_shown_in_eu_style() -> None:
    assert [to_iso(code) for code in ("EL", "UK", "gr", " de ")] == ["GR", "GB", "GR", "DE"]
    assert [to_eu(code) for code in ("GR", "GB", "DE")] == ["EL", "UK", "DE"]
    assert country_name("EL") == "Greece"
    assert country_name("QZ") == "QZ"


def test_morocco_is_widening_but_not_associated() -> None:
    assert "MA" in WIDENING
    assert "MA" not in {entry.country for entry in ASSOCIATED}


def test_switzerland_is_associated_from_2025_on() -> None:
    assert status("CH", ["AC"], dt.date(2024, 12, 31)) is False
    assert status("CH", ["AC"], dt.date(2025, 1, 1)) is True


def test_canada_counts_in_pillar_two_only_and_is_open_where_no_pillar_is_stated() -> None:
    assert status("CA", ["AC"], pillar="II") is True
    assert status("CA", ["AC"], pillar="III") is False
    assert status("CA", ["AC"]) is None


def test_a_transitional_arrangement_is_never_certain() -> None:
    assert status("EG", ["AC"], pillar="II") is None


def test_a_recalled_first_day_leaves_earlier_dates_open() -> None:
    assert status("NO", ["AC"], dt.date(2020, 6, 1)) is None
    assert status("NO", ["AC"], dt.date(2021, 6, 1)) is True


def test_the_united_kingdom_left_the_member_states() -> None:
    assert status("GB", ["MS"], dt.date(2020, 1, 31)) is True
    assert status("GB", ["MS"], dt.date(2020, 2, 1)) is False


def test_recalled_eureka_members_are_open_and_europe_is_certain() -> None:
    assert status("DE", ["EUREKA"]) is True
    assert status("ZA", ["EUREKA"]) is None
    assert status("BR", ["EUREKA"]) is False


def test_sets_and_single_codes_join() -> None:
    assert status("NO", ["MS", "NO"]) is True
    assert status("EL", ["EL"]) is False
    assert status("GR", ["EL"]) is True


def test_an_unknown_set_is_an_error() -> None:
    with pytest.raises(KeyError, match="EFTA_PLUS"):
        countries_of(("EFTA_PLUS",), FACTS_AS_OF)


def test_every_entry_is_iso_and_every_set_has_a_source() -> None:
    for item in SETS.values():
        assert item.source
        assert all(entry.country == to_iso(entry.country) for entry in item.entries)


@pytest.mark.parametrize(
    ("country", "name", "first", "earlier"),
    [
        ("NO", "AC", dt.date(2021, 1, 1), None),
        ("GB", "AC", dt.date(2024, 1, 1), None),
        ("CA", "AC", dt.date(2024, 1, 1), None),
        ("NZ", "AC", dt.date(2023, 1, 1), None),
        ("KR", "AC", dt.date(2025, 1, 1), None),
        ("CH", "AC", dt.date(2025, 1, 1), False),
    ],
)
def test_an_association_begins_on_its_day(
    country: str, name: str, first: dt.date, earlier: bool | None
) -> None:
    assert status(country, [name], first, "II") is True
    assert status(country, [name], first - dt.timedelta(days=1), "II") is earlier


@pytest.mark.parametrize(("country", "first"), [("EG", dt.date(2025, 1, 1)), ("JP", dt.date(2026, 1, 1))])
def test_a_transitional_arrangement_begins_on_its_day(country: str, first: dt.date) -> None:
    assert status(country, ["AC"], first, "II") is None
    assert status(country, ["AC"], first - dt.timedelta(days=1), "II") is False


def test_a_part_of_the_programme_that_nobody_states_leaves_its_associates_open() -> None:
    assert status("JP", ["AC"], pillar="III") is False
    assert status("KR", ["AC"]) is None
    assert status("CH", ["AC"], pillar="III") is True


def test_regions_of_a_country_leave_it_open() -> None:
    assert status("AT", ["INTERREG_CE"]) is True
    assert status("DE", ["INTERREG_CE"]) is None


def test_the_facts_are_of_the_day_on_which_their_sources_were_read() -> None:
    assert f"read {FACTS_AS_OF.isoformat()}" in SETS["AC"].source
    assert f"read {FACTS_AS_OF.isoformat()}" in SETS["WIDENING"].source


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("EL", "GR"),
        (" uk ", "GB"),
        ("de", "DE"),
        ("greece", "GR"),
        ("ELLÁDA", None),
        ("Ελλάδα", "GR"),
        ("Czech   Republic", "CZ"),
        ("česko", "CZ"),
        ("The Netherlands", "NL"),
        ("holland", "NL"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("QQ", None),
        ("", None),
    ],
)
def test_a_country_is_known_by_code_and_by_name(written: str, code: str | None) -> None:
    assert code_of(written) == code


def test_single_letters_and_three_are_no_country() -> None:
    for name in ("D", "DEU", "D1"):
        with pytest.raises(KeyError, match=name):
            countries_of((name,), FACTS_AS_OF)
