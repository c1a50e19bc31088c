"""Where is a question kept that has no place in an address? Under an id that cannot be guessed, for its asker alone.

Kept questions are no records: they change no revision and stand in no audit, and are forgotten after some time.
"""

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from data.database import reading, writing
from data.errors import NotFound
from data.tables import questions

KEPT_DAYS = 180
"""A question is forgotten so long after it was asked."""
_BYTES = 16


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """A question as it was filled in. `before`, `step`: the question that it was made of, and how, in words."""

    id: str
    who: str
    at: dt.datetime
    kind: str
    """What is asked, such as "suggest" or "partners"."""
    fields: Mapping[str, str]
    before: str | None = None
    step: str | None = None


class KeptQuestions:
    """Keeps questions in the store's database. Each is opened by whoever asked it, and by nobody else."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(
        self,
        who: str,
        kind: str,
        fields: Mapping[str, str],
        *,
        before: str | None = None,
        step: str | None = None,
    ) -> KeptQuestion:
        """Keep a question; return it with its id. What is older than KEPT_DAYS is forgotten on the way."""
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        kept = KeptQuestion(secrets.token_urlsafe(_BYTES), who, now, kind, dict(fields), before, step)
        row = {
            "id": kept.id,
            "who": who,
            "at": now.isoformat(),
            "kind": kind,
            "before": before,
            "step": step,
            "fields": json.dumps(kept.fields, ensure_ascii=False, sort_keys=True),
        }
        old = (now - dt.timedelta(days=KEPT_DAYS)).isoformat()
        with writing(self._engine) as connection:
            connection.execute(delete(questions).where(questions.c.at < old))
            connection.execute(insert(questions), row)
        return kept

    def question(self, who: str, ident: str) -> KeptQuestion:
        """Return a question that this person asked; NotFound for any other, whether it exists or not."""
        query = select(questions).where(questions.c.id == ident, questions.c.who == who)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(
                "this question is not kept, or is somebody else's; ask it anew, or ask its author to share a consortium"
            )
        return _question(row)

    def of(self, who: str) -> tuple[KeptQuestion, ...]:
        """Return the questions of a person, the newest first."""
        query = (
            select(questions).where(questions.c.who == who).order_by(questions.c.at.desc(), questions.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(_question(row) for row in connection.execute(query))

    def forget(self, who: str, ident: str) -> None:
        """Forget a question of this person, and what is said of it in questions that were made of it."""
        with writing(self._engine) as connection:
            gone = connection.execute(
                delete(questions).where(questions.c.id == ident, questions.c.who == who)
            )
            if gone.rowcount:
                connection.execute(
                    update(questions)
                    .where(questions.c.before == ident, questions.c.who == who)
                    .values(before=None)
                )


def _question(row: Any) -> KeptQuestion:
    at = dt.datetime.fromisoformat(row.at)
    return KeptQuestion(
        row.id, row.who, at, row.kind, json.loads(row.fields), before=row.before, step=row.step
    )


def forgotten_asker(connection: Connection, name: str) -> None:
    """Forget every question of a person."""
    connection.execute(delete(questions).where(questions.c.who == name))
