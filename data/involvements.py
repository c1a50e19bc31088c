"""In which projects did an organisation take part, and who took part in a project?"""

from sqlalchemy import Connection, func, select

from data.model import Involvement, Organisation, OrganisationId, Participation, ProjectId
from data.tables import ORGANISATIONS, PROJECTS, organisations, participations, projects


def involvements(
    connection: Connection, organisation: str, *, skipping: int, limit: int
) -> tuple[Involvement, ...]:
    """Return a part of an organisation's projects, the latest start first, unknown starts last, ties by id."""
    mine = participations.alias()
    crowd = (
        select(func.count())
        .select_from(participations)
        .where(participations.c.project == projects.c.id)
        .scalar_subquery()
    )
    query = (
        select(projects, mine.c.role, mine.c.contribution_eur, crowd)
        .join(mine, mine.c.project == projects.c.id)
        .where(mine.c.organisation == organisation)
        .order_by(projects.c.start_date.is_(None), projects.c.start_date.desc(), projects.c.id)
        .offset(skipping)
        .limit(limit)
    )
    return tuple(
        Involvement(PROJECTS.to_record(tuple(row[:-3])), *row[-3:]) for row in connection.execute(query)
    )


def count_involvements(connection: Connection, organisation: str) -> int:
    """Count an organisation's projects."""
    query = select(func.count()).where(participations.c.organisation == organisation)
    return int(connection.scalar(query) or 0)


def participants(connection: Connection, project: str) -> tuple[tuple[Organisation, Participation], ...]:
    """Return who took part in a project, coordinators first, then by name; withdrawn organisations too."""
    query = (
        select(organisations, participations.c.role, participations.c.contribution_eur)
        .join(participations, participations.c.organisation == organisations.c.id)
        .where(participations.c.project == project)
        .order_by(participations.c.role != "coordinator", organisations.c.search_name, organisations.c.id)
    )
    width = len(ORGANISATIONS.columns)
    return tuple(
        (
            ORGANISATIONS.to_record(tuple(row[:width])),
            Participation(ProjectId(project), OrganisationId(row[0]), *row[width:]),
        )
        for row in connection.execute(query)
    )
