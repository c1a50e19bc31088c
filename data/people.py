"""Who may use this installation? People, with their sessions, tokens and invitations, and what was tried too often.

Nothing here is part of a layer: no answer changes because somebody signs in. Secrets come and go as digests.
"""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, update

from data.account_tables import attempts, invitations, people, sessions, tokens
from data.audit import note
from data.database import reading, writing
from data.errors import BadInput, NotFound, TooOften
from data.kept_consortia import forgotten_keeper
from data.kept_questions import forgotten_asker
from data.model import CallId, OrganisationId
from data.openness import renamed_person
from data.readers import Role
from data.revisions import writing_alone
from data.tables import audit


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in. Times are seconds since 1970."""

    name: str
    """What is typed to sign in: an address or a word, in small letters. Named in the audit."""
    label: str
    """What others call this person."""
    role: Role
    organisation: OrganisationId | None = None
    calls: frozenset[CallId] = frozenset()
    """The calls that a coordinator coordinates."""
    contact: str | None = None
    """How to be reached by those who may know: an address, a telephone number."""
    password: str | None = None
    """An argon2id hash; None: nobody signs in by password."""
    second_factor: str | None = None
    """The secret of the one-time codes (base 32), where there is one."""
    second_factor_used: int | None = None
    """The step of the code used last: none is taken twice."""
    since: float = 0.0
    disabled: float | None = None

    def __post_init__(self) -> None:
        if not self.name or self.name != self.name.strip().casefold() or len(self.name) > 200:
            raise ValueError(
                f"a name is 1 to 200 small letters without blanks around them, not {self.name!r}"
            )
        if self.role is Role.COMPANY and self.organisation is None:
            raise ValueError("a member of an organisation needs the organisation")
        if self.role is not Role.COORDINATOR and self.calls:
            raise ValueError("only a coordinator has calls")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One session: since when, until when, and on what device, as the browser calls itself."""

    digest: str
    person: str
    since: float
    until: float
    device: str | None = None


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A secret for programs. `scope`: `read` asks and reads, `write` changes records too."""

    digest: str
    person: str
    title: str
    scope: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link makes of whoever opens it first; where `person` is named, it sets that person's password anew."""

    digest: str
    role: Role
    invited_by: str
    since: float
    until: float
    person: str | None = None
    organisation: OrganisationId | None = None
    calls: frozenset[CallId] = frozenset()


class People:
    """Reads and writes who may use the installation. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # People

    def person(self, name: str) -> Account | None:
        """Return who signs in by this name; None where nobody does."""
        with reading(self._engine) as connection:
            return _person(connection, name)

    def everybody(self) -> tuple[Account, ...]:
        """Return all people, by name."""
        with reading(self._engine) as connection:
            return tuple(
                _person_of(row) for row in connection.execute(select(people).order_by(people.c.name))
            )

    def any_administrator(self) -> bool:
        """Whether somebody can let others in."""
        query = select(func.count()).where(
            people.c.role == Role.ADMINISTRATOR, people.c.disabled.is_(None), people.c.password.is_not(None)
        )
        with reading(self._engine) as connection:
            return bool(connection.scalar(query))

    def add(self, person: Account, *, by: str) -> None:
        """Keep a new person; BadInput where the name is taken."""
        with self._writing(f"person {person.name}", by) as connection:
            _add(connection, person)

    def change(self, name: str, *, by: str, **facts: Any) -> Account:
        """Change facts of a person and return the person as it is then; NotFound where there is none.

        Who has another role, organisation, password or is disabled is signed out everywhere.
        """
        with self._writing(f"person {name}", by) as connection:
            before = _required(connection, name)
            after = replace(before, **facts)
            if before.role is Role.ADMINISTRATOR and not _administers(after):
                _require_another(connection, name)
            connection.execute(update(people).where(people.c.name == name).values(_row(after)))
            if {"role", "organisation", "calls", "password", "disabled"} & facts.keys():
                _forget(connection, name, (sessions,) if "password" in facts else (sessions, tokens))
            return after

    def use_code(self, name: str, step: int) -> bool:
        """Note that a one-time code was used; False where it, or a later one, was used before."""
        fresh = people.c.second_factor_used.is_(None) | (people.c.second_factor_used < step)
        with writing(self._engine) as connection:
            done = connection.execute(
                update(people).where(people.c.name == name, fresh).values(second_factor_used=step)
            )
            return done.rowcount == 1

    def erase(self, name: str, *, by: str) -> str:
        """Forget a person; return the word that stands in the audit in place of the name from now on."""
        with self._writing("person erased", by) as connection:
            before = _required(connection, name)
            if _administers(before):
                _require_another(connection, name)
            word = f"erased-{round(before.since * 1000) % 1_000_000_007:x}"
            _forget(connection, name, (sessions, tokens, invitations))
            connection.execute(delete(people).where(people.c.name == name))
            connection.execute(update(audit).where(audit.c.who == name).values(who=word))
            renamed_person(connection, name, word)
            forgotten_asker(connection, name)
            forgotten_keeper(connection, name, word)
            connection.execute(
                update(audit).where(audit.c.what == f"person {name}").values(what=f"person {word}")
            )
            return word

    # Sessions

    def open_session(self, session: SignedIn) -> None:
        """Keep a session; those that have ended are forgotten on the way."""
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.until < session.since))
            connection.execute(insert(sessions).values(**asdict(session)))

    def signed_in(self, digest: str) -> tuple[Account, SignedIn] | None:
        """Return whose session it is; None where there is none, it has ended, or the person is disabled."""
        known = self._whose(sessions, digest)
        return None if known is None else (known[0], SignedIn(**known[1]))

    def sessions_of(self, name: str) -> tuple[SignedIn, ...]:
        """Return the sessions of a person, newest first."""
        query = select(sessions).where(sessions.c.person == name, sessions.c.until >= time.time())
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(sessions.c.since.desc(), sessions.c.digest))
            return tuple(SignedIn(**row._asdict()) for row in rows)

    def end_sessions(self, name: str, digests: Iterable[str] | None = None) -> int:
        """End these sessions of a person, or all; return how many."""
        query = delete(sessions).where(sessions.c.person == name)
        if digests is not None:
            query = query.where(sessions.c.digest.in_(list(digests)))
        with writing(self._engine) as connection:
            return connection.execute(query).rowcount

    # Tokens for programs

    def add_token(self, token: ApiToken, *, by: str) -> None:
        with self._writing(f"token {token.title!r} of {token.person}", by) as connection:
            _required(connection, token.person)
            connection.execute(insert(tokens).values(**asdict(token)))

    def bearer(self, digest: str) -> tuple[Account, ApiToken] | None:
        """Return whose token it is; None where there is none, it has ended, or the person is disabled."""
        known = self._whose(tokens, digest)
        return None if known is None else (known[0], ApiToken(**known[1]))

    def tokens_of(self, name: str) -> tuple[ApiToken, ...]:
        """Return the tokens of a person, newest first."""
        query = select(tokens).where(tokens.c.person == name)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(tokens.c.since.desc(), tokens.c.digest))
            return tuple(ApiToken(**row._asdict()) for row in rows)

    def end_token(self, name: str, digest: str, *, by: str) -> None:
        """Take a token of a person back; NotFound where there is none."""
        query = delete(tokens).where(tokens.c.person == name, tokens.c.digest == digest)
        with self._writing(f"token taken back of {name}", by) as connection:
            if not connection.execute(query).rowcount:
                raise NotFound("no such token; it may have been taken back already")

    # Invitations

    def invite(self, invitation: Invitation) -> None:
        with self._writing(f"invitation as {invitation.role}", invitation.invited_by) as connection:
            if invitation.person is not None:
                _required(connection, invitation.person)
            connection.execute(delete(invitations).where(invitations.c.until < invitation.since))
            connection.execute(
                insert(invitations).values(**asdict(invitation) | {"calls": _calls(invitation.calls)})
            )

    def invitation(self, digest: str) -> Invitation | None:
        """Return what a link stands for; None where there is none, or it has ended or been used."""
        with reading(self._engine) as connection:
            row = connection.execute(select(invitations).where(invitations.c.digest == digest)).one_or_none()
        return None if row is None or row.until < time.time() else _invitation_of(row)

    def invitations(self) -> tuple[Invitation, ...]:
        """Return the links that still stand, newest first."""
        query = select(invitations).where(invitations.c.until >= time.time())
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(invitations.c.since.desc(), invitations.c.digest))
            return tuple(_invitation_of(row) for row in rows)

    def accept(self, digest: str, person: Account) -> None:
        """Use a link up: keep the new person, or the new password of whom it names. NotFound where it is used up."""
        with self._writing(f"person {person.name}", person.name) as connection:
            query = select(invitations).where(invitations.c.digest == digest)
            row = connection.execute(query).one_or_none()
            used = connection.execute(delete(invitations).where(invitations.c.digest == digest)).rowcount
            if row is None or not used or row.until < time.time():
                raise NotFound("this link has been used, or its time is over; ask for a new one")
            if row.person is None:
                _add(connection, person)
                return
            kept = _required(connection, row.person)
            after = replace(kept, password=person.password, second_factor=None, second_factor_used=None)
            connection.execute(update(people).where(people.c.name == kept.name).values(_row(after)))
            _forget(connection, kept.name, (sessions,))

    def take_back(self, digest: str, *, by: str) -> None:
        """Let a link lead nowhere any more; NotFound where it does so already."""
        with self._writing("invitation taken back", by) as connection:
            if not connection.execute(delete(invitations).where(invitations.c.digest == digest)).rowcount:
                raise NotFound("no such invitation; it may have been used already")

    # What is tried too often

    def try_once(self, limits: Iterable[tuple[str, int]], *, within_s: float) -> None:
        """Count one attempt under each key; TooOften where one has reached its limit within so many seconds.

        Counted before it is tried, so that many at once are no way around it.
        """
        now = time.time()
        with writing_alone(self._engine) as connection:
            connection.execute(delete(attempts).where(attempts.c.at < now - within_s))
            for key, most in limits:
                query = select(func.count(), func.min(attempts.c.at)).where(attempts.c.key == key)
                number, first = connection.execute(query).one()
                if number >= most:
                    wait = max(1, round(first + within_s - now))
                    minutes = -(-wait // 60)
                    raise TooOften(f"tried too often; wait {minutes} min, then try again", wait_s=wait)
                connection.execute(insert(attempts).values(key=key, at=now))

    def forget_attempts(self, key: str) -> None:
        """Forget what was tried under a key: it succeeded."""
        with writing(self._engine) as connection:
            connection.execute(delete(attempts).where(attempts.c.key == key))

    def _whose(self, table: Table, digest: str) -> tuple[Account, dict[str, Any]] | None:
        """Return whose session or token it is, and its row; None where none is in force, or the person is disabled."""
        with reading(self._engine) as connection:
            row = connection.execute(select(table).where(table.c.digest == digest)).one_or_none()
            if row is None or row.until < time.time():
                return None
            person = _person(connection, row.person)
        return None if person is None or person.disabled is not None else (person, row._asdict())

    @contextmanager
    def _writing(self, what: str, by: str) -> Iterator[Connection]:
        """A write transaction that leaves one entry in the audit, or nothing where an exception passes."""
        with writing_alone(self._engine) as connection:
            note(connection, what, by)
            yield connection


def _person(connection: Connection, name: str) -> Account | None:
    row = connection.execute(select(people).where(people.c.name == name)).one_or_none()
    return None if row is None else _person_of(row)


def _required(connection: Connection, name: str) -> Account:
    if (person := _person(connection, name)) is None:
        raise NotFound(f"nobody signs in as {name!r}; `konsort user list` shows who does")
    return person


def _add(connection: Connection, person: Account) -> None:
    if _person(connection, person.name) is not None:
        raise BadInput(f"the name {person.name!r} is taken; choose another")
    connection.execute(insert(people).values(_row(person)))


def _administers(person: Account) -> bool:
    return person.role is Role.ADMINISTRATOR and person.disabled is None


def _require_another(connection: Connection, name: str) -> None:
    query = select(people.c.name).where(
        people.c.role == Role.ADMINISTRATOR, people.c.disabled.is_(None), people.c.name != name
    )
    if connection.execute(query).first() is None:
        raise BadInput(f"{name} is the only administrator; make another one first")


def _forget(connection: Connection, name: str, tables: Iterable[Table]) -> None:
    for table in tables:
        connection.execute(delete(table).where(table.c.person == name))


def _calls(calls: Iterable[CallId]) -> str | None:
    return json.dumps(sorted(calls)) if calls else None


def _row(person: Account) -> dict[str, Any]:
    return asdict(person) | {"calls": _calls(person.calls)}


def _person_of(row: Any) -> Account:
    return Account(**_facts(row))


def _invitation_of(row: Any) -> Invitation:
    return Invitation(**_facts(row))


def _facts(row: Any) -> dict[str, Any]:
    facts: dict[str, Any] = row._asdict()
    return facts | {"role": Role(row.role), "calls": frozenset(json.loads(row.calls or "[]"))}
