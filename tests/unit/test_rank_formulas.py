"""Do the formulas of the ranker and of its measurement say what their docstrings show?"""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model import ORGANISATION_COLUMNS, PARTICIPATION_COLUMNS, PROJECT_COLUMNS, History
from matcher.ranking import cutoffs, rank, topics


@given(st.text(max_size=40))
def test_any_topic_code_gives_tokens_without_blanks(code: str) -> None:
    assert all(token == token.strip() and token for token in topics.code_tokens(code))


@given(
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30),
    st.floats(0.0, 1.0),
)
def test_steering_keeps_the_order_of_equally_experienced_organisations(
    chances: list[float], setting: float
) -> None:
    probability = np.sort(np.array(chances))
    steered = rank.steered(probability, np.ones(len(chances)), setting)
    assert np.all(np.diff(steered) >= -1e-12)
    assert np.all((steered >= probability - 1e-12) & (steered <= 1.0))


def projects_of(*starts: str | None) -> History:
    """A project on each day, undated ones last, and nobody in any."""
    projects = pd.DataFrame("", index=range(len(starts)), columns=list(PROJECT_COLUMNS))
    projects["id"] = [f"P{k}" for k in range(len(starts))]
    projects["start"] = pd.to_datetime(pd.Series(starts)).astype("datetime64[s]")
    nobody = pd.DataFrame([], columns=list(PARTICIPATION_COLUMNS))
    return History(projects, nobody, pd.DataFrame([], columns=list(ORGANISATION_COLUMNS)))


@pytest.mark.parametrize(
    ("date", "known", "cutoff"),
    [
        (dt.date(2015, 2, 1), 0, None),
        (dt.date(2015, 2, 2), 1, dt.date(2015, 1, 1)),
        (dt.date(2015, 8, 1), 1, dt.date(2015, 7, 1)),
        (dt.date(2016, 8, 1), 1, dt.date(2015, 7, 1)),
        (dt.date(2017, 9, 1), 2, dt.date(2017, 7, 1)),
        (dt.date(2019, 1, 1), 2, dt.date(2018, 1, 1)),
        (None, 3, dt.date(2018, 1, 1)),
    ],
)
def test_a_query_of_a_date_is_answered_by_what_was_known_and_learned_before(
    date: dt.date | None, known: int, cutoff: dt.date | None
) -> None:
    history = projects_of("2015-02-01", "2017-08-01", None)
    assert cutoffs.known_before(history, date) == known
    assert cutoffs.cutoff_for(history, date) == cutoff


def test_without_a_dated_project_nothing_can_be_learned() -> None:
    assert cutoffs.cutoff_for(projects_of(None), None) is None
