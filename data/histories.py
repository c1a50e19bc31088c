"""How do the stored records become a `History`? Three tables of one snapshot, ready for the graph and the learner."""

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, select

from data.collaborations import of_organisations, of_participations
from data.model import ORGANISATION_COLUMNS, PARTICIPATION_COLUMNS, PROJECT_COLUMNS, History
from data.tables import participations, projects, unlisted


def load_history(connection: Connection) -> History:
    """Return the History of all records that `connection` sees."""
    project_table = _projects(connection)
    return History(
        project_table, _participations(connection, project_table["id"]), _organisations(connection)
    )


def load_starts(connection: Connection) -> tuple[dict[str, str | None], dict[str, str]]:
    """Return when each project starts, and of each organisation that takes part in dated ones, when the latest does.

    Dates are ISO 8601 texts.
    """
    starts = select(projects.c.id, projects.c.start_date)
    latest = (
        select(participations.c.organisation, func.max(projects.c.start_date))
        .join(projects, participations.c.project == projects.c.id)
        .where(projects.c.start_date.is_not(None))
        .group_by(participations.c.organisation)
    )
    # The driver's own tuples, several times as fast to read as rows that know their columns' names.
    return (
        dict(connection.execute(starts).cursor.fetchall()),
        dict(connection.execute(latest).cursor.fetchall()),
    )


def _projects(connection: Connection) -> pd.DataFrame:
    p = projects.c
    columns = (p.id, p.title, p.acronym, p.start_date, p.end_date, p.framework, p.programme, p.scheme)
    rows = sorted(
        connection.execute(select(*columns, p.topics, p.topic_titles, p.objective)),
        key=lambda row: (row.start_date is None, row.start_date, row.id),
    )
    table = pd.DataFrame(
        [
            (
                *row[:8],
                ";".join(unlisted(row.topics)) or None,
                _text(row.title, row.objective, row.topic_titles),
            )
            for row in rows
        ],
        columns=list(PROJECT_COLUMNS),
        dtype=object,
    )
    for column in ("start", "end"):
        table[column] = pd.to_datetime(table[column], format="%Y-%m-%d").astype("datetime64[s]")
    return table


def _text(title: str | None, objective: str | None, titles: str | None) -> str:
    return "\n".join(part for part in (title, objective, *unlisted(titles)) if part)


def _participations(connection: Connection, project_order: pd.Series) -> pd.DataFrame:
    p = participations.c
    query = of_participations(p.project, p.organisation, p.role, p.contribution_eur)
    columns = (
        list(zip(*connection.execute(query.order_by(p.project, p.organisation)), strict=True)) or [()] * 4
    )
    place = {ident: row for row, ident in enumerate(project_order)}
    order = np.argsort(np.array([place[ident] for ident in columns[0]], dtype=np.int64), kind="stable")
    cells = {
        name: np.array(values, dtype=object)[order]
        for name, values in zip(PARTICIPATION_COLUMNS, columns, strict=True)
    }
    # None becomes NaN
    return pd.DataFrame(cells, dtype=object).astype({"contribution_eur": np.float64})


def _organisations(connection: Connection) -> pd.DataFrame:
    rows = [tuple(row) for row in connection.execute(of_organisations(*ORGANISATION_COLUMNS))]
    table = pd.DataFrame(rows, columns=list(ORGANISATION_COLUMNS), dtype=object)
    return table.astype({"fictional": bool})
