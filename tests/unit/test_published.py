"""Do a record's JSON and its schema say the same, and only what is meant for outside?"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from data.published import (
    UNPUBLISHED,
    WHERE_ANY,
    WHERE_KNOWN,
    EuCountry,
    Rounded4,
    Rows,
    Shares,
    as_json,
    derived,
    renamed,
    schema_of,
    schemas_of,
)


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Seat:
    """Somewhere to sit."""

    country: EuCountry | None
    score: Rounded4


@dataclass(frozen=True, slots=True)
class Table:
    """Where people sit."""

    seats: tuple[Seat, ...]
    """From the door on."""
    incoming: Annotated[str, renamed("in")]
    colour: Colour
    day: dt.date | None = None
    secret: Annotated[str, UNPUBLISHED] = "hush"
    note: Annotated[str | None, WHERE_KNOWN] = None
    wrong: Annotated[tuple[str, ...], WHERE_ANY] = ()
    shares: Shares = field(default_factory=dict)

    @derived
    def size(self) -> int:
        """How many seats there are."""
        return len(self.seats)


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Numbers by row."""

    cells: Annotated[np.ndarray, Rows(float)]


TABLE = Table(
    (Seat("GR", 0.123456), Seat(None, 1)), "Acme", Colour.RED, shares=MappingProxyType({"a": 1 / 3})
)


def test_a_record_is_told_by_its_fields_and_by_what_follows_from_them() -> None:
    assert as_json(TABLE) == {
        "seats": [{"country": "EL", "score": 0.1235}, {"country": None, "score": 1.0}],
        "in": "Acme",
        "colour": "red",
        "day": None,
        "shares": {"a": 0.3333},
        "size": 2,
    }
    assert (TABLE.size, TABLE.seats[0].country, TABLE.seats[0].score) == (2, "GR", 0.123456)


def test_several_records_are_told_as_a_list() -> None:
    assert as_json((Seat("GB", 0.5), Seat("FR", 0))) == [
        {"country": "UK", "score": 0.5},
        {"country": "FR", "score": 0.0},
    ]


def test_a_matrix_is_told_row_by_row() -> None:
    assert as_json(Matrix(np.array([[1.0, 0.5]]))) == {"cells": [[1.0, 0.5]]}


def test_what_may_be_left_out_is_told_where_there_is_something_to_tell() -> None:
    table = Table((), "Acme", Colour.RED, dt.date(2026, 11, 22), note="", wrong=("a leg",))
    body = as_json(table)
    assert (body["note"], body["wrong"], body["day"]) == ("", ["a leg"], "2026-11-22")


def test_the_schema_names_every_field_and_lets_no_other_in() -> None:
    schema = schema_of(Table)
    assert set(schema["required"]) == {"seats", "in", "colour", "day", "shares", "size"}
    assert set(schema["properties"]) == {*schema["required"], "note", "wrong"}
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["Seat"]["additionalProperties"] is False
    assert schema["properties"]["seats"]["description"] == "From the door on."
    assert schema["properties"]["size"]["description"] == "How many seats there are."


countries = st.sampled_from(["GR", "GB", "FR", None])
tables = st.builds(
    Table,
    seats=st.lists(st.builds(Seat, countries, st.floats(0, 1))).map(tuple),
    incoming=st.text(),
    colour=st.just(Colour.RED),
    day=st.none() | st.dates(),
    note=st.none() | st.text(),
    wrong=st.lists(st.text()).map(tuple),
    shares=st.dictionaries(st.text(), st.floats(0, 1)),
)


@given(tables)
def test_what_is_told_is_what_the_schema_says(table: Table) -> None:
    body = as_json(table)
    Draft202012Validator(schema_of(Table)).validate(body)
    with pytest.raises(ValueError, match="secret"):
        Draft202012Validator(schema_of(Table)).validate({**body, "secret": table.secret})


def test_schemas_of_several_records_stand_side_by_side() -> None:
    shapes = schemas_of([Table, Matrix], "#/shapes/{model}")
    assert set(shapes) == {"Table", "Seat", "Colour", "Matrix"}
    assert shapes["Table"]["properties"]["seats"]["items"] == {"$ref": "#/shapes/Seat"}


def namesake() -> Any:
    @dataclass(frozen=True, slots=True)
    class Seat:
        """Another seat."""

        price: Mapping[str, int]

    return Seat


def test_two_records_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two records have one name"):
        schemas_of([Seat, namesake()], "#/shapes/{model}")
