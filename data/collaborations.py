"""Who worked with whom, without the texts? Read as rows, for what needs no tables; and which rows a history holds."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from data.model import Collaborations
from data.tables import organisations, participations, projects, withdrawn_organisations


def of_organisations(*names: str) -> Select[Any]:
    """Select these columns of the organisations that a history holds, in order of id: all that are not withdrawn."""
    query = select(*(organisations.c[name] for name in names))
    return query.where(organisations.c.withdrawn.is_(None)).order_by(organisations.c.id)


def of_participations(*columns: ColumnElement[Any]) -> Select[Any]:
    """Select these columns of the participations that a history holds: all but those of the withdrawn."""
    query = select(*columns).select_from(participations)
    return query.where(participations.c.organisation.not_in(withdrawn_organisations()))


def load_collaborations(connection: Connection) -> Collaborations:
    """Return who worked with whom, of all records that `connection` sees."""
    p, t = projects.c, participations.c
    # The driver's own tuples, several times as fast to read as rows that know their columns' names.
    dated = connection.execute(select(p.id, p.acronym, p.title, p.start_date)).cursor.fetchall()
    return Collaborations(
        organisations=connection.execute(
            of_organisations("id", "name", "country", "kind", "fictional")
        ).cursor.fetchall(),
        projects=sorted(dated, key=lambda row: (row[3] is None, row[3], row[0])),
        participations=connection.execute(of_participations(t.project, t.organisation)).cursor.fetchall(),
    )
