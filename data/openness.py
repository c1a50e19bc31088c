"""How far is an outline or an organisation opened, who said yes to whom, and who read what?

What has no entry is closed. A step up the tiers shows more to everybody who signs in: that it exists; a teaser
(country, kind, topic); an abstract that the owner wrote; the full text and the contact.
"""

import secrets
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from data.audit import note
from data.database import reading
from data.errors import BadInput, NotFound
from data.model import OrganisationId, OutlineId
from data.openness_tables import interests, openness, readings
from data.revisions import writing_alone
from data.tables import outlines


class Tier(StrEnum):
    """How much of something is shown to whoever signs in, beside those who see it anyway."""

    CLOSED = "closed"
    EXISTENCE = "existence"
    TEASER = "teaser"
    ABSTRACT = "abstract"
    FULL = "full"

    def shows(self, tier: "Tier") -> bool:
        """Whether all is shown that `tier` shows.

        >>> Tier.ABSTRACT.shows(Tier.TEASER), Tier.TEASER.shows(Tier.FULL)
        (True, False)
        """
        order = list(Tier)
        return order.index(self) >= order.index(tier)


class Sort(StrEnum):
    """What can be opened: an outline; or of an organisation that it is here, and its profile."""

    OUTLINE = "outline"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Opening:
    """How far something is opened, by whom and when (seconds since 1970)."""

    sort: Sort
    id: str
    tier: Tier = Tier.CLOSED
    abstract: str | None = None
    """What the owner wrote for those who may not read it all."""
    set_by: str = ""
    at: float = 0.0
    reference: str = ""
    """Stands for it towards those who may not know its id: ids can hold names."""


@dataclass(frozen=True, slots=True)
class Interest:
    """One organisation's interest in another's outline. Both have said yes where `answer` is, and nobody withdrew."""

    id: int
    outline: OutlineId
    owner: OrganisationId
    asker: OrganisationId
    asked_by: str
    asked: float
    answer: str | None = None
    answered_by: str | None = None
    answered: float | None = None
    withdrawn_by: str | None = None
    withdrawn: float | None = None

    @property
    def agreed(self) -> bool:
        """Whether both know one another by it."""
        return self.answer == "yes" and self.withdrawn is None

    @property
    def open(self) -> bool:
        """Whether it waits for an answer."""
        return self.answer is None and self.withdrawn is None


@dataclass(frozen=True, slots=True)
class WasRead:
    """Somebody read a full text on a day (ISO 8601), the first time at that moment."""

    person: str
    sort: Sort
    id: str
    day: str
    at: float


class Openness:
    """Keeps and tells it. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # Tiers

    def opening(self, sort: Sort, ident: str) -> Opening:
        """Return how far one thing is opened."""
        query = select(openness).where(openness.c.kind == sort, openness.c.id == ident)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return Opening(sort, ident) if row is None else _opening(row)

    def openings(self, sort: Sort, *, least: Tier = Tier.EXISTENCE) -> dict[str, Opening]:
        """Return what is opened so far at least, by id."""
        query = select(openness).where(openness.c.kind == sort, openness.c.tier.in_(_shown(least)))
        with reading(self._engine) as connection:
            return {row.id: _opening(row) for row in connection.execute(query.order_by(openness.c.id))}

    def opened(self, sort: Sort, *, least: Tier = Tier.EXISTENCE) -> frozenset[str]:
        """Return the ids of what is opened so far at least. Every request of somebody who signed in asks for them."""
        query = select(openness.c.id).where(openness.c.kind == sort, openness.c.tier.in_(_shown(least)))
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(query))

    def open(self, made: Iterable[Opening], *, by: str) -> None:
        """Keep how far things are opened from now on."""
        opened = list(made)
        with writing_alone(self._engine) as connection:
            for one in opened:
                at = (openness.c.kind == one.sort, openness.c.id == one.id)
                reference = connection.scalar(select(openness.c.reference).where(*at)) or secrets.token_hex(8)
                connection.execute(delete(openness).where(*at))
                row = {
                    "reference": reference,
                    "kind": one.sort,
                    "id": one.id,
                    "tier": one.tier,
                    "abstract": one.abstract,
                }
                connection.execute(insert(openness).values(**row, set_by=by, at=time.time()))
                note(connection, f"open {one.sort} {one.id}: {one.tier}", by)

    # Interest and consent

    def interest(self, number: int) -> Interest:
        """Return one; NotFound where there is none."""
        with reading(self._engine) as connection:
            return _interest(connection, number)

    def interests_of(self, organisation: OrganisationId) -> tuple[Interest, ...]:
        """Return those that an organisation has or receives, newest first, of outlines that are still the owner's."""
        query = (
            select(interests)
            .join(
                outlines,
                (outlines.c.id == interests.c.outline) & (outlines.c.organisation == interests.c.owner),
            )
            .where(or_(interests.c.owner == organisation, interests.c.asker == organisation))
            .order_by(interests.c.id.desc())
        )
        with reading(self._engine) as connection:
            return tuple(Interest(**row._asdict()) for row in connection.execute(query))

    def ask(self, outline: OutlineId, owner: OrganisationId, asker: OrganisationId, *, by: str) -> Interest:
        """Keep an interest; BadInput where one stands already."""
        if owner == asker:
            raise BadInput("it is your own outline")
        with writing_alone(self._engine) as connection:
            standing = select(interests.c.id).where(
                interests.c.outline == outline, interests.c.asker == asker, interests.c.withdrawn.is_(None)
            )
            if connection.execute(standing).first():
                raise BadInput("you have said so already; the answer is shown under Requests")
            row = {"outline": outline, "owner": owner, "asker": asker, "asked_by": by, "asked": time.time()}
            key = connection.execute(insert(interests).values(**row)).inserted_primary_key
            note(connection, f"interest in outline {outline}", by)
            return _interest(connection, key[0] if key else 0)

    def answer(self, number: int, answer: str, *, by: str) -> None:
        """Keep the owner's answer, yes or no; BadInput where it was answered or withdrawn."""
        with writing_alone(self._engine) as connection:
            if not _interest(connection, number).open:
                raise BadInput("this was answered or withdrawn already")
            values = {"answer": answer, "answered_by": by, "answered": time.time()}
            connection.execute(update(interests).where(interests.c.id == number).values(**values))
            note(connection, f"interest {number} answered", by)

    def withdraw(self, number: int, *, by: str) -> None:
        """Take back an interest or a yes: neither knows more of the other than before."""
        with writing_alone(self._engine) as connection:
            if _interest(connection, number).withdrawn is not None:
                raise BadInput("this was withdrawn already")
            values = {"withdrawn_by": by, "withdrawn": time.time()}
            connection.execute(update(interests).where(interests.c.id == number).values(**values))
            note(connection, f"interest {number} withdrawn", by)

    # Who read what

    def note_reading(self, person: str, sort: Sort, ident: str) -> None:
        """Keep that somebody read a full text, once a day."""
        now = datetime.now(UTC)
        row = {"person": person, "kind": sort, "id": ident, "day": now.date().isoformat()}
        same = [readings.c[name] == value for name, value in row.items()]
        with reading(self._engine) as connection:
            if connection.execute(select(readings.c.at).where(*same)).first():
                return
        with writing_alone(self._engine) as connection:
            if not connection.execute(select(readings.c.at).where(*same)).first():
                connection.execute(insert(readings).values(**row, at=now.timestamp()))

    def readings(self, sort: Sort, idents: Collection[str]) -> tuple[WasRead, ...]:
        """Return who read these, newest first."""
        query = select(readings).where(readings.c.kind == sort, readings.c.id.in_(list(idents)))
        return self._readings(query)

    def readings_by(self, person: str) -> tuple[WasRead, ...]:
        """Return what a person read, newest first."""
        return self._readings(select(readings).where(readings.c.person == person))

    def _readings(self, query: Any) -> tuple[WasRead, ...]:
        ordered = query.order_by(readings.c.at.desc(), readings.c.person, readings.c.id)
        with reading(self._engine) as connection:
            rows = connection.execute(ordered).all()
        return tuple(WasRead(row.person, Sort(row.kind), row.id, row.day, row.at) for row in rows)


def renamed_person(connection: Connection, name: str, word: str) -> None:
    """Let a word stand for a person in all that is kept here."""
    connection.execute(update(openness).where(openness.c.set_by == name).values(set_by=word))
    for column in ("asked_by", "answered_by", "withdrawn_by"):
        connection.execute(update(interests).where(interests.c[column] == name).values({column: word}))
    connection.execute(update(readings).where(readings.c.person == name).values(person=word))


def forget_openness(connection: Connection, idents: Collection[str]) -> None:
    """Let nothing here name these outlines any more."""
    wanted = list(idents)
    connection.execute(delete(openness).where(openness.c.kind == Sort.OUTLINE, openness.c.id.in_(wanted)))
    connection.execute(delete(readings).where(readings.c.kind == Sort.OUTLINE, readings.c.id.in_(wanted)))
    connection.execute(delete(interests).where(interests.c.outline.in_(wanted)))


def _interest(connection: Connection, number: int) -> Interest:
    row = connection.execute(select(interests).where(interests.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"there is no request {number}")
    return Interest(**row._asdict())


def _shown(least: Tier) -> list[Tier]:
    return [tier for tier in Tier if tier.shows(least)]


def _opening(row: Any) -> Opening:
    return Opening(Sort(row.kind), row.id, Tier(row.tier), row.abstract, row.set_by, row.at, row.reference)
