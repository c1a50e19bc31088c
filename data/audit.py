"""What was written, when and by whom, and can it be undone?"""

import datetime as dt
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from data.model import AuditEntry
from data.tables import audit, journal


def entries_of(connection: Connection, query: Select[Any]) -> tuple[AuditEntry, ...]:
    """Return the entries that a query on the audit finds, in its order."""
    rows = connection.execute(query).all()
    undone = _undone(connection)
    kept_of = select(journal.c.entry).where(journal.c.entry.in_([row.id for row in rows])).distinct()
    kept = set(connection.scalars(kept_of))
    return tuple(
        AuditEntry(
            dt.datetime.fromisoformat(row.at),
            row.who,
            row.what,
            json.loads(row.counts),
            row.id,
            row.undoes,
            undone.get(row.id),
            row.id in kept and row.id not in undone,
        )
        for row in rows
    )


def note(
    connection: Connection,
    what: str,
    who: str,
    *,
    counts: Mapping[str, int] = MappingProxyType({}),
    undoes: int | None = None,
) -> int:
    """Write an entry of now; return its number. `counts`: how much was written of what; `undoes`: the entry undone."""
    row = {
        "at": now(),
        "who": who,
        "what": what,
        "counts": json.dumps(dict(sorted(counts.items()))),
        "undoes": undoes,
    }
    key = connection.execute(insert(audit).values(row)).inserted_primary_key
    return int(key[0]) if key else 0


def now() -> str:
    """Return this moment as it is written down: UTC, whole seconds, ISO 8601."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _undone(connection: Connection) -> dict[int, int]:
    """Return which entries are undone, and by which: an entry that was undone itself undoes nothing any more."""
    query = select(audit.c.id, audit.c.undoes).where(audit.c.undoes.is_not(None)).order_by(audit.c.id.desc())
    undone: dict[int, int] = {}
    for ident, undoes in connection.execute(query):
        if ident not in undone:
            undone[undoes] = ident
    return undone
