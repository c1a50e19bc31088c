"""Who said a fact of an organisation, and when? Read off the journal: the newest change that made it what it is."""

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import Connection, select

from data.tables import ORGANISATIONS, audit, journal

FACTS = ("owner", "sme", "kind", "country")


@dataclass(frozen=True, slots=True)
class Stated:
    """Who made a fact what it is, and when (UTC)."""

    who: str
    at: dt.datetime


def stated_facts(connection: Connection, organisation: str) -> dict[str, Stated]:
    """Return of each of FACTS who stated it last; a fact that came in with a large import is not among them."""
    columns = ORGANISATIONS.columns
    named = json.dumps(organisation, ensure_ascii=False)
    query = (
        select(audit.c.who, audit.c.at, journal.c.before, journal.c.after)
        .join(journal, journal.c.entry == audit.c.id)
        .where(journal.c.kind == ORGANISATIONS.name, journal.c.after.startswith(f"[{named}", autoescape=True))
        .order_by(audit.c.id)
    )
    statements: dict[str, Stated] = {}
    for row in connection.execute(query):
        after = json.loads(row.after)
        before = json.loads(row.before) if row.before else [None] * len(after)
        for fact in FACTS:
            place = columns.index(fact)
            if after[0] == organisation and after[place] != before[place]:
                statements[fact] = Stated(row.who, dt.datetime.fromisoformat(row.at))
    return statements
