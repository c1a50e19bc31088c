"""Which model may answer a query of a given date? The one learned before a fixed day of the calendar."""

import datetime as dt

import pandas as pd

from data.model import History


def grid_before(date: dt.date) -> dt.date:
    """The newest 1 January or 1 July that is not after `date`.

    >>> grid_before(dt.date(2019, 8, 3)), grid_before(dt.date(2019, 7, 1)), grid_before(dt.date(2019, 6, 30))
    (datetime.date(2019, 7, 1), datetime.date(2019, 7, 1), datetime.date(2019, 1, 1))
    """
    return dt.date(date.year, 7 if date.month >= 7 else 1, 1)


def grid_after(date: dt.date) -> dt.date:
    """The first 1 January or 1 July after `date`.

    >>> grid_after(dt.date(2019, 6, 30)), grid_after(dt.date(2019, 7, 1))
    (datetime.date(2019, 7, 1), datetime.date(2020, 1, 1))
    """
    return dt.date(date.year, 7, 1) if date.month < 7 else dt.date(date.year + 1, 1, 1)


def half_years_before(cutoff: dt.date, count: int) -> list[dt.date]:
    """The `count` grid days before a grid day, oldest first.

    >>> half_years_before(dt.date(2019, 7, 1), 2)
    [datetime.date(2018, 7, 1), datetime.date(2019, 1, 1)]
    """
    days: list[dt.date] = []
    for _ in range(count):
        cutoff = grid_before(cutoff - dt.timedelta(days=1))
        days.append(cutoff)
    return days[::-1]


def known_before(history: History, date: dt.date | None) -> int:
    """How many projects (the first rows of `history.projects`) start before `date`; None: all there are."""
    start = history.projects["start"]
    return len(start) if date is None else int((start < pd.Timestamp(date)).sum())


def cutoff_for(history: History, date: dt.date | None) -> dt.date | None:
    """The day before which the model for a query of this date has learned; None: nothing dated is known by then.

    It is the newest grid day not after the date, but not later than the first grid day after the newest project
    known before the date. Both depend on the date and on what precedes it alone, so that deleting all that is
    later changes nothing.
    """
    newest = history.projects["start"].iloc[: known_before(history, date)].max()
    if pd.isna(newest):
        return None
    after_newest = grid_after(newest.date())
    return after_newest if date is None else min(grid_before(date), after_newest)
