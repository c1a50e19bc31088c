"""Where are consortia kept that people put together? By name, in versions, with comments, and with links to read them.

They are no records: they change no revision, and nobody is matched by them.
"""

import datetime as dt
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from data.database import reading, writing
from data.digests import digest_of
from data.errors import NotFound
from data.model import CallId, OrganisationId
from data.revisions import writing_alone
from data.tables import consortia, consortium_comments, consortium_links, consortium_versions

_BYTES = 16


@dataclass(frozen=True, slots=True)
class KeptSeat:
    """One member. `budget_eur`: its part of the budget; None where nobody said so."""

    organisation: OrganisationId
    role: str | None = None
    budget_eur: float | None = None


@dataclass(frozen=True, slots=True)
class ConsortiumVersion:
    """Who was in from then on, who changed it, and how, in words."""

    number: int
    at: dt.datetime
    who: str
    what: str
    seats: tuple[KeptSeat, ...]


@dataclass(frozen=True, slots=True)
class ConsortiumComment:
    """What somebody said of it."""

    number: int
    at: dt.datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class ConsortiumHead:
    """What a list tells of a kept consortium. `versions`: how many there are."""

    id: str
    who: str
    at: dt.datetime
    name: str
    call: CallId
    versions: int
    members: int


@dataclass(frozen=True, slots=True)
class KeptConsortium:
    """A kept consortium whole. `question`: the fields of the question that led to it; its keeper's alone."""

    id: str
    who: str
    at: dt.datetime
    name: str
    call: CallId
    question: Mapping[str, str] | None
    notes: str
    versions: tuple[ConsortiumVersion, ...]
    """The first comes first; there is at least one."""
    comments: tuple[ConsortiumComment, ...]
    links: tuple[tuple[str, dt.datetime], ...]
    """The digests of the links that lead to it, and since when."""

    @property
    def seats(self) -> tuple[KeptSeat, ...]:
        """Who is in now."""
        return self.versions[-1].seats


class KeptConsortia:
    """Keeps consortia in the store's database. Each belongs to who keeps it; a link lets others read it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(
        self,
        who: str,
        name: str,
        call: CallId,
        seats: Sequence[KeptSeat],
        *,
        what: str,
        question: Mapping[str, str] | None = None,
        notes: str = "",
    ) -> str:
        """Keep a new consortium; return its id."""
        ident = secrets.token_urlsafe(_BYTES)
        fields = None if question is None else json.dumps(dict(question), ensure_ascii=False, sort_keys=True)
        row = {"id": ident, "who": who, "at": _now(), "name": name, "call": call, "notes": notes}
        with writing(self._engine) as connection:
            connection.execute(insert(consortia), {**row, "question": fields})
            _add_version(connection, ident, who, what, seats)
        return ident

    def heads(self, who: str) -> tuple[ConsortiumHead, ...]:
        """Return what lists tell of the consortia that this person keeps, the newest first."""
        query = (
            select(consortia).where(consortia.c.who == who).order_by(consortia.c.at.desc(), consortia.c.id)
        )
        heads = []
        with reading(self._engine) as connection:
            for row in connection.execute(query).all():
                versions = _versions(connection, row.id)
                at = versions[-1].at
                heads.append(
                    ConsortiumHead(
                        row.id,
                        row.who,
                        at,
                        row.name,
                        CallId(row.call),
                        len(versions),
                        len(versions[-1].seats),
                    )
                )
        return tuple(heads)

    def consortium(self, who: str, ident: str) -> KeptConsortium:
        """Return a consortium that this person keeps; NotFound for any other, whether it exists or not."""
        with reading(self._engine) as connection:
            return _whole(connection, ident, who=who)

    def linked(self, token: str) -> KeptConsortium:
        """Return the consortium that a link leads to; NotFound where it was taken back, or never was one."""
        query = select(consortium_links.c.consortium).where(consortium_links.c.digest == digest_of(token))
        with reading(self._engine) as connection:
            ident = connection.scalar(query)
            if ident is None:
                raise NotFound("this link leads nowhere: it was taken back, or is not whole")
            return _whole(connection, ident)

    def change(self, who: str, ident: str, *, name: str | None = None, notes: str | None = None) -> None:
        """Change name or notes."""
        fields = {key: value for key, value in (("name", name), ("notes", notes)) if value is not None}
        with writing(self._engine) as connection:
            _require(connection, ident, who)
            if fields:
                connection.execute(update(consortia).where(consortia.c.id == ident).values(**fields))

    def add_version(self, who: str, ident: str, seats: Sequence[KeptSeat], what: str) -> None:
        """Keep who is in from now on; the versions before stay."""
        with writing_alone(self._engine) as connection:
            _require(connection, ident, who)
            _add_version(connection, ident, who, what, seats)

    def comment(self, ident: str, who: str, text: str) -> None:
        """Keep what somebody says of a consortium; who may say it is for the caller to know."""
        with writing_alone(self._engine) as connection:
            number = connection.scalar(
                select(func.max(consortium_comments.c.number)).where(
                    consortium_comments.c.consortium == ident
                )
            )
            row = {"consortium": ident, "number": (number or 0) + 1, "at": _now(), "who": who, "text": text}
            connection.execute(insert(consortium_comments), row)

    def link(self, who: str, ident: str) -> str:
        """Make a link by which anybody who has it reads the consortium; it is told this once."""
        token = secrets.token_urlsafe(_BYTES)
        with writing(self._engine) as connection:
            _require(connection, ident, who)
            row = {"digest": digest_of(token), "consortium": ident, "at": _now()}
            connection.execute(insert(consortium_links), row)
        return token

    def take_back(self, who: str, ident: str, digest: str) -> None:
        """Let a link lead nowhere from now on."""
        with writing(self._engine) as connection:
            _require(connection, ident, who)
            links = consortium_links
            connection.execute(delete(links).where(links.c.consortium == ident, links.c.digest == digest))

    def remove(self, who: str, ident: str) -> None:
        """Forget a consortium with its versions, comments and links."""
        with writing(self._engine) as connection:
            _require(connection, ident, who)
            for table in (consortium_links, consortium_comments, consortium_versions):
                connection.execute(delete(table).where(table.c.consortium == ident))
            connection.execute(delete(consortia).where(consortia.c.id == ident))


def forgotten_keeper(connection: Connection, name: str, word: str) -> None:
    """Forget the consortia that a person keeps, and let a word stand for the person in those of others."""
    own = select(consortia.c.id).where(consortia.c.who == name).scalar_subquery()
    for table in (consortium_links, consortium_comments, consortium_versions):
        connection.execute(delete(table).where(table.c.consortium.in_(own)))
    connection.execute(delete(consortia).where(consortia.c.who == name))
    for table in (consortium_comments, consortium_versions):
        connection.execute(update(table).where(table.c.who == name).values(who=word))


def _require(connection: Connection, ident: str, who: str) -> None:
    query = select(consortia.c.id).where(consortia.c.id == ident, consortia.c.who == who)
    if connection.scalar(query) is None:
        raise NotFound(f"no consortium {ident!r} is kept by you; the list of consortia has those that are")


def _add_version(connection: Connection, ident: str, who: str, what: str, seats: Sequence[KeptSeat]) -> None:
    latest = select(func.max(consortium_versions.c.number)).where(consortium_versions.c.consortium == ident)
    row: dict[str, Any] = {
        "consortium": ident,
        "number": (connection.scalar(latest) or 0) + 1,
        "at": _now(),
        "who": who,
        "what": what,
        "seats": json.dumps([asdict(seat) for seat in seats]),
    }
    connection.execute(insert(consortium_versions), row)


def _versions(connection: Connection, ident: str) -> tuple[ConsortiumVersion, ...]:
    table = consortium_versions
    query = select(table).where(table.c.consortium == ident).order_by(table.c.number)
    return tuple(
        ConsortiumVersion(
            row.number,
            dt.datetime.fromisoformat(row.at),
            row.who,
            row.what,
            tuple(KeptSeat(**seat) for seat in json.loads(row.seats)),
        )
        for row in connection.execute(query)
    )


def _whole(connection: Connection, ident: str, *, who: str | None = None) -> KeptConsortium:
    if who is not None:
        _require(connection, ident, who)
    row = connection.execute(select(consortia).where(consortia.c.id == ident)).one()
    comments, links = consortium_comments, consortium_links
    said = connection.execute(
        select(comments).where(comments.c.consortium == ident).order_by(comments.c.number)
    ).all()
    leading = connection.execute(
        select(links).where(links.c.consortium == ident).order_by(links.c.at, links.c.digest)
    ).all()
    return KeptConsortium(
        id=row.id,
        who=row.who,
        at=dt.datetime.fromisoformat(row.at),
        name=row.name,
        call=CallId(row.call),
        question=None if row.question is None else json.loads(row.question),
        notes=row.notes,
        versions=_versions(connection, ident),
        comments=tuple(
            ConsortiumComment(one.number, dt.datetime.fromisoformat(one.at), one.who, one.text)
            for one in said
        ),
        links=tuple((one.digest, dt.datetime.fromisoformat(one.at)) for one in leading),
    )


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
