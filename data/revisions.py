"""Which state of the records is this? Two layers, each with a revision of its own.

The *history* layer is heavy and changes rarely: projects, participations, and of organisations that they are there and
all their facts but two. The *live* layer is light and changes often: outlines, what organisations write of themselves
(`profile`, `url`), and what people decided about owners. One row can change in both; where in doubt it is history.
Kept documents (settings, the decisions about an overall project) and text vectors belong to neither: no answer about
consortia rests on them, and whoever needs them reads the newest.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select

from data.database import writing
from data.model import Organisation, OrganisationId, Outline, OutlineId
from data.tables import state


class Revisions(NamedTuple):
    """Where a store stands: a text for each layer that changes with it alone, and the number of live changes so far."""

    history: str
    live: str
    number: int

    def __str__(self) -> str:
        """Name both layers, as answers do.

        >>> str(Revisions("a1", "b2", 7))
        'a1.b2'
        """
        return f"{self.history}.{self.live}"


@dataclass(frozen=True, slots=True)
class OwnerDecision:
    """A person said that two organisations do, or do not, belong to one owner. `a` sorts before `b`."""

    a: OrganisationId
    b: OrganisationId
    same: bool
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class LiveChanges:
    """What became of the live layer since some number of changes, read in one moment. None: the record is gone."""

    revisions: Revisions
    outlines: dict[OutlineId, Outline | None]
    organisations: dict[OrganisationId, Organisation]
    owner_decisions: tuple[OwnerDecision, ...]


def read_revisions(connection: Connection, *, lock: bool = False) -> Revisions:
    """Return where the store stands; `lock`: other writers wait until this transaction ends."""
    query = select(state.c.name, state.c.value).order_by(state.c.name)
    rows = {row.name: row.value for row in connection.execute(query.with_for_update() if lock else query)}
    return Revisions(rows["history"], rows["live"], int(rows["number"]))


@contextmanager
def writing_alone(engine: Engine) -> Iterator[Connection]:
    """Give the writing connection, as `writing` does, and let other writers wait: what is read first still holds then.

    The rows' lock makes PostgreSQL's writers queue, as BEGIN IMMEDIATE does SQLite's.
    """
    with writing(engine) as connection:
        read_revisions(connection, lock=True)
        yield connection
