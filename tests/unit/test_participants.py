"""Does one organisation's many rows come down to the facts that the latest project states?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.sources.participants import Known, Parts, organisations, participations
from data.sources.table import Coded

STARTS = {"p1": "2018-01-02", "p2": None, "p3": "2017-05-06", "p4": "2018-01-02"}
NOTHING = Known({}, {})
LINES = st.tuples(
    st.sampled_from(sorted(STARTS)),
    st.sampled_from(["1", "2", "30"]),
    st.sampled_from(["coordinator", "participant"]),
    st.sampled_from([None, 1.0, 2.5]),
    st.sampled_from([None, "Ada", "BÉA"]),
    st.sampled_from([None, "FR", "DE"]),
)


def column(cells: Sequence[object]) -> Coded:
    """Return a column in which every cell has a value of its own, so that values repeat."""
    return Coded(np.arange(len(cells)), np.array([*cells, "in no cell"], dtype=object))


def parts_of(rows: Sequence[tuple[object, ...]]) -> Parts:
    padded = [(*row, *[None] * (10 - len(row))) for row in rows]
    return Parts.of([column([row[at] for row in padded]) for at in range(10)], STARTS)


@given(st.lists(LINES, max_size=12))
def test_each_fact_is_the_one_that_the_latest_project_states(rows: list[tuple[Any, ...]]) -> None:
    in_time = sorted(rows, key=lambda row: (STARTS[str(row[0])] or "", row[0]))
    expected: dict[str, tuple[Any, Any]] = {}
    for row in in_time:
        name, country = expected.get(row[1], (None, None))
        expected[row[1]] = (row[4] or name, row[5] or country)
    newer, older = organisations(parts_of(rows), NOTHING)
    assert {row[0]: row[1:3] for row in newer} == expected
    assert [row[0] for row in newer] == sorted(expected)
    assert older == []


@given(st.lists(LINES, max_size=12))
def test_the_rows_of_one_project_and_organisation_become_one(rows: list[tuple[Any, ...]]) -> None:
    given_once = {row[:4] for row in rows}
    merged = {row[:2]: row[2:] for row in participations(parts_of(rows))}
    assert merged.keys() == {row[:2] for row in rows}
    for key, (role, amount) in merged.items():
        same = [row for row in given_once if row[:2] == key]
        assert (role == "coordinator") == any(row[2] == "coordinator" for row in same)
        amounts = [row[3] for row in same if row[3] is not None]
        assert amount == (sum(amounts) if amounts else None)


def test_only_an_organisation_whose_rows_are_older_than_the_store_is_old() -> None:
    known = Known({}, {"1": "2018-01-03", "2": "2018-01-02"})
    rows = [(project, organisation) for project in ("p1", "p3") for organisation in ("1", "2", "30")]
    newer, older = organisations(parts_of(rows), known)
    assert ([row[0] for row in newer], [row[0] for row in older]) == (["2", "30"], ["1"])


def test_columns_below_each_other_keep_their_cells() -> None:
    below = Coded.joined([column(["b", None]), column([]), column(["b", "a"])])
    assert below.cells.tolist() == ["b", None, "b", "a"]
    assert Coded.joined([]).cells.tolist() == []


def test_sorted_values_stand_once_and_only_where_a_cell_has_them() -> None:
    ranked = column(["b", "a", "b"]).sorted()
    assert (ranked.cells.tolist(), ranked.values.tolist()) == (["b", "a", "b"], ["a", "b"])
