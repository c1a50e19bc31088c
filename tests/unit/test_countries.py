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
