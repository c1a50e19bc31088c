"""How does somebody become known to the service, and what may that person see? Sign in, links, sessions, tokens."""

import datetime as dt
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from data.digests import digest_of
from data.errors import BadInput, NotFound, NotSignedIn
from data.model import CallId, OrganisationId, OutlineId
from data.openness import Sort, Tier
from data.people import Account, ApiToken, Invitation, People, SignedIn
from data.readers import Reader, Role
from data.store import Store
from service.app.allowed import ADMINISTERING, ALL, allowed
from service.app.question import made
from service.app.records import Records

if TYPE_CHECKING:  # only who signs in pays for them
    from argon2 import PasswordHasher

SESSION_S = 12 * 3600
INVITATION_S = 7 * 24 * 3600
FIRST_LINK_S = 3600
TOKEN_DAYS = 90
MOST_TOKEN_DAYS = 366
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1000
TRIES_WITHIN_S = 15 * 60
TRIES, TRIES_OF_NAME, TRIES_FROM_ADDRESS = 10, 100, 60
"""So many attempts to sign in are taken in that time: with one name from one address, where none succeeds; with one
name from anywhere; from one address. So somebody else's attempts from elsewhere hardly lock anybody out.
"""
SCOPES = ("read", "write")
TOKEN_MARK = "konsort_"  # noqa: S105 it only begins each token, so that one is known where it was left lying about
REFUSED = "name, password or code is wrong"
DEMO_PEOPLE = {
    "coordinator": ("demo-coordinator", "Coordinator (demo)"),
    "company": ("demo-company", "Company (demo)"),
    "analyst": ("demo-analyst", "Analyst (demo)"),
}
"""As whom the demo can be entered: the name to sign in by, and what others read."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What somebody gets who signs in: the secret of the session, and who it is."""

    secret: str
    person: Account


@dataclass(frozen=True, slots=True)
class Doors:
    """How the service is entered: `accounts`: people sign in; `demo`: it can be entered as one of the demo's people."""

    accounts: bool = False
    demo: bool = False
    public_url: str = ""

    @property
    def secure(self) -> bool:
        """Whether cookies go over TLS alone."""
        return self.public_url.startswith("https:")

    @property
    def path(self) -> str:
        """Below which path of its host the service lies: "" where below none."""
        return urlsplit(self.public_url).path


@dataclass(frozen=True, slots=True)
class PersonalData:
    """All that is kept about one person; times are UTC. Of secrets it says only that they are there."""

    name: str
    label: str
    contact: str | None
    role: str
    organisation: str | None
    calls: tuple[str, ...]
    since: str
    second_factor: bool
    sessions: tuple[str, ...]
    tokens: tuple[str, ...]
    requests: tuple[str, ...]
    """In which the person asked, answered or withdrew."""
    readings: tuple[str, ...]
    """Full texts of others that the person read."""
    questions: tuple[str, ...]
    """Questions that are kept for the person alone, each as it was filled in."""
    consortia: tuple[str, ...]
    """Consortia that the person keeps, with the notes."""
    written: tuple[str, ...]
    """What stands in the audit under the person's name."""


class Accounts:
    """Signs people in, lets them in by links, and says what each may see. Secrets are told once and kept as digests."""

    def __init__(self, store: Store, records: Records) -> None:
        self._people: People = store.people
        self._openness = store.openness
        self._questions = store.kept_questions
        self._consortia = store.kept_consortia
        self._audit = store.audit
        self._records = records

    # Who asks

    def reader_of(self, person: Account) -> Reader:
        """Return what a person may see: what is opened to everybody, and to whom both sides said yes."""
        whole = person.role is Role.ADMINISTRATOR
        reader = Reader(
            person.name, person.role, person.organisation, outlines=None if whole else frozenset()
        )
        if whole:
            return replace(reader, signed_in=True)
        openness = self._openness
        outlines = openness.opened(Sort.OUTLINE, least=Tier.FULL)
        here = openness.opened(Sort.ORGANISATION)
        profiles = openness.opened(Sort.ORGANISATION, least=Tier.FULL)
        known: set[str] = set()
        if person.role is Role.COMPANY and person.organisation is not None:
            agreed = [one for one in openness.interests_of(person.organisation) if one.agreed]
            outlines |= {one.outline for one in agreed if one.asker == person.organisation}
            known = {ident for one in agreed for ident in (one.owner, one.asker)}
        return replace(
            reader,
            signed_in=True,
            calls=person.calls,
            outlines=frozenset(map(OutlineId, outlines)),
            profiles=frozenset(map(OrganisationId, profiles | known)),
            organisations=frozenset(map(OrganisationId, here | known)),
        )

    def of_session(self, secret: str) -> tuple[Account, SignedIn] | None:
        """Return whose session a secret opens; None where it opens none."""
        return self._people.signed_in(digest_of(secret))

    def of_token(self, secret: str) -> tuple[Account, ApiToken]:
        """Return whose token it is. NotSignedIn where it is none, or none any more."""
        if (known := self._people.bearer(digest_of(secret))) is None:
            raise NotSignedIn(
                "the token is unknown, taken back or past its time; make a new one under Account"
            )
        return known

    # Signing in and out

    def sign_in(self, name: str, password: str, code: str = "", *, address: str, device: str = "") -> Opened:
        """Open a session. NotSignedIn, with one text for all reasons, where something is wrong; TooOften.

        An unknown name takes as long as a wrong password: both are compared with a hash.
        """
        name = name.strip().casefold()[:200]
        both, of_name, of_address = (
            f"sign-in:{digest_of(key)}" for key in (f"{name} {address}", name, address)
        )
        limits = [(both, TRIES), (of_name, TRIES_OF_NAME), (of_address, TRIES_FROM_ADDRESS)]
        self._people.try_once(limits, within_s=TRIES_WITHIN_S)
        person = self._people.person(name)
        kept = person.password if person and person.password and person.disabled is None else None
        fits = _fits(kept or _nobody(), password)
        if person is None or kept is None or not fits or not self._code_fits(person, code):
            raise NotSignedIn(REFUSED)
        self._people.forget_attempts(both)
        if _hasher().check_needs_rehash(kept):
            self._people.change(person.name, by=person.name, password=hash_of(password))
        return self._open(person, device)

    def enter_demo(self, role: str, *, device: str = "") -> Opened:
        """Open a session as one of the demo's people: fictional records alone are there to be seen."""
        if role not in DEMO_PEOPLE:
            raise BadInput(f"the demo is entered as {', '.join(DEMO_PEOPLE)}, not as {role!r}")
        name, _ = DEMO_PEOPLE[role]
        if (person := self._people.person(name)) is None:
            raise NotFound("this is no demo")
        return self._open(person, device)

    def sign_out(self, secret: str) -> None:
        """End a session; one that is unknown has ended."""
        if known := self._people.signed_in(digest_of(secret)):
            self._people.end_sessions(known[0].name, [known[1].digest])

    def _open(self, person: Account, device: str) -> Opened:
        secret, now = secrets.token_urlsafe(32), time.time()
        session = SignedIn(digest_of(secret), person.name, now, now + SESSION_S, device[:200] or None)
        self._people.open_session(session)
        return Opened(secret, person)

    def _code_fits(self, person: Account, code: str) -> bool:
        if person.second_factor is None:
            return True
        step = step_of(person.second_factor, code)
        return step is not None and self._people.use_code(person.name, step)

    # Links

    def any_administrator(self) -> bool:
        """Whether somebody can let others in."""
        return self._people.any_administrator()

    def first_link(self) -> str:
        """Return the secret of the one link that makes an administrator where there is none; others end."""
        for invitation in self._people.invitations():
            if invitation.role is Role.ADMINISTRATOR and invitation.person is None:
                self._people.take_back(invitation.digest, by="first run")
        return self._invite(Role.ADMINISTRATOR, by="first run", lasting_s=FIRST_LINK_S)

    @allowed(*ADMINISTERING)
    def invite(
        self, reader: Reader, role: str, *, organisation: str | None = None, calls: Collection[str] = ()
    ) -> str:
        """Return the secret of a link by which somebody becomes a person of this role; it works once, for a week."""
        if role not in tuple(Role):
            raise BadInput(f"{role!r} is no role; needed: one of {', '.join(Role)}")
        chosen = Role(role)
        who = self._records.names.organisation(organisation) if organisation else None
        if chosen is Role.COMPANY and who is None:
            raise BadInput("a member of an organisation needs the organisation: its name or code")
        if calls and chosen is not Role.COORDINATOR:
            raise BadInput(f"only a coordinator has calls, not a person of role {role}")
        known = frozenset(self._records.call(call).id for call in calls)
        if chosen is Role.COORDINATOR and not known:
            raise BadInput("a coordinator needs a call: at least one")
        return self._invite(chosen, by=reader.id, organisation=who, calls=known)

    @allowed(*ADMINISTERING)
    def reset(self, reader: Reader, name: str) -> str:
        """Return the secret of a link by which a person sets a new password; a second factor goes with the old one."""
        person = self._known(name)
        return self._invite(person.role, by=reader.id, person=person.name, lasting_s=24 * 3600)

    def invitation(self, secret: str) -> Invitation:
        """Return what a link stands for. NotFound where it has been used or its time is over."""
        if (invitation := self._people.invitation(digest_of(secret))) is None:
            raise NotFound("this link has been used, or its time is over; ask for a new one")
        return invitation

    def accept(
        self, secret: str, *, name: str, label: str, contact: str, password: str, device: str = ""
    ) -> Opened:
        """Use a link: become a person, or set a new password, and be signed in. BadInput where something is wrong."""
        invitation = self.invitation(secret)
        known = self._people.person(invitation.person) if invitation.person else None
        name = known.name if known else name.strip().casefold()
        if not known and (not name or any(c.isspace() for c in name)):
            raise BadInput("a name to sign in by is needed, without blanks: your mail address will do")
        person = made(
            Account,
            name=name,
            label=label.strip() or name,
            role=invitation.role,
            organisation=invitation.organisation,
            calls=invitation.calls,
            contact=contact.strip() or None,
            password=_new_password(password, name),
            since=time.time(),
        )
        self._people.accept(digest_of(secret), person)
        return self._open(known or person, device)

    def _invite(
        self,
        role: Role,
        *,
        by: str,
        organisation: OrganisationId | None = None,
        calls: frozenset[CallId] = frozenset(),
        person: str | None = None,
        lasting_s: float = INVITATION_S,
    ) -> str:
        secret, now = secrets.token_urlsafe(24), time.time()
        self._people.invite(
            Invitation(digest_of(secret), role, by, now, now + lasting_s, person, organisation, calls)
        )
        return secret

    # One's own account

    @allowed(*ALL)
    def me(self, reader: Reader) -> Account:
        """Return who asks."""
        return self._known(reader.id)

    @allowed(*ALL)
    def change_contact(self, reader: Reader, *, label: str, contact: str) -> None:
        """Change what others call one, and how one is reached."""
        facts = {"label": label.strip() or reader.id, "contact": contact.strip() or None}
        self._people.change(self._known(reader.id).name, by=reader.id, **facts)

    @allowed(*ALL)
    def change_password(self, reader: Reader, old: str, new: str) -> None:
        """Change one's password; all sessions end. BadInput where the old one is wrong, or the new one too short."""
        person = self._known(reader.id)
        self._people.try_once([(f"password:{person.name}", TRIES)], within_s=TRIES_WITHIN_S)
        if person.password is None or not _fits(person.password, old):
            raise BadInput("the password so far is another one; nothing was changed")
        self._people.change(person.name, by=reader.id, password=_new_password(new, person.name))

    @allowed(*ALL)
    def sessions(self, reader: Reader) -> tuple[SignedIn, ...]:
        """Return one's own sessions, newest first."""
        return self._people.sessions_of(reader.id)

    @allowed(*ALL)
    def end_sessions(self, reader: Reader, digest: str | None = None) -> None:
        """End one of one's own sessions, or all."""
        self._people.end_sessions(reader.id, None if digest is None else [digest])

    @allowed(*ALL)
    def tokens(self, reader: Reader) -> tuple[ApiToken, ...]:
        """Return one's own tokens, newest first."""
        return self._people.tokens_of(reader.id)

    @allowed(*ALL)
    def add_token(self, reader: Reader, title: str, scope: str, *, days: int = TOKEN_DAYS) -> str:
        """Return a new token for programs; it is told this once."""
        if not title.strip() or len(title) > 100:
            raise BadInput("a token needs a title of 1 to 100 letters: what it is for")
        if scope not in SCOPES:
            raise BadInput(f"{scope!r} is no scope; needed: {' or '.join(SCOPES)}")
        if not 1 <= days <= MOST_TOKEN_DAYS:
            raise BadInput(f"a token lasts 1 to {MOST_TOKEN_DAYS} days, not {days}")
        secret, now = TOKEN_MARK + secrets.token_urlsafe(32), time.time()
        token = ApiToken(digest_of(secret), reader.id, title.strip(), scope, now, now + days * 86400)
        self._people.add_token(token, by=reader.id)
        return secret

    @allowed(*ALL)
    def end_token(self, reader: Reader, digest: str) -> None:
        """Take one of one's own tokens back."""
        self._people.end_token(reader.id, digest, by=reader.id)

    @allowed(*ALL)
    def new_second_factor(self, reader: Reader) -> str:
        """Return a secret for one-time codes; it counts once a code of it was shown, by `set_second_factor`."""
        import pyotp

        self._known(reader.id)
        return pyotp.random_base32()

    @allowed(*ALL)
    def set_second_factor(self, reader: Reader, secret: str | None, code: str = "") -> None:
        """Ask for one-time codes from now on, or where `secret` is None no more. BadInput where the code is wrong."""
        person = self._known(reader.id)
        self._people.try_once([(f"code:{person.name}", TRIES)], within_s=TRIES_WITHIN_S)
        using = person.second_factor if secret is None else secret
        step = None if using is None else step_of(using, code)
        if step is None or (secret is None and not self._people.use_code(person.name, step)):
            raise BadInput("the code does not fit; nothing was changed. Codes last half a minute")
        used = None if secret is None else step
        self._people.change(person.name, by=reader.id, second_factor=secret, second_factor_used=used)

    @allowed(*ALL)
    def my_data(self, reader: Reader) -> PersonalData:
        """Return all that is kept about who asks."""
        return self._data_of(self._known(reader.id))

    # Others' accounts

    @allowed(*ADMINISTERING)
    def data_of(self, reader: Reader, name: str) -> PersonalData:
        """Return all that is kept about a person, for that person's request."""
        return self._data_of(self._known(name))

    @allowed(*ADMINISTERING)
    def people(self, reader: Reader) -> tuple[Account, ...]:
        """Return everybody, by name."""
        return self._people.everybody()

    @allowed(*ADMINISTERING)
    def invitations(self, reader: Reader) -> tuple[Invitation, ...]:
        """Return the links that still stand."""
        return self._people.invitations()

    @allowed(*ADMINISTERING)
    def take_back(self, reader: Reader, digest: str) -> None:
        """Let a link lead nowhere any more."""
        self._people.take_back(digest, by=reader.id)

    @allowed(*ADMINISTERING)
    def disable(self, reader: Reader, name: str) -> None:
        """Let a person in no more; sessions and tokens end at once."""
        self._people.change(self._known(name).name, by=reader.id, disabled=time.time())

    @allowed(*ADMINISTERING)
    def enable(self, reader: Reader, name: str) -> None:
        """Let a person in again."""
        self._people.change(self._known(name).name, by=reader.id, disabled=None)

    @allowed(*ADMINISTERING)
    def sign_out_everywhere(self, reader: Reader, name: str) -> int:
        """End all sessions of a person; return how many."""
        return self._people.end_sessions(self._known(name).name)

    @allowed(*ADMINISTERING)
    def erase(self, reader: Reader, name: str) -> str:
        """Forget a person; return the word that stands in the audit in place of the name."""
        return self._people.erase(self._known(name).name, by=reader.id)

    @allowed(*ADMINISTERING)
    def add_demo_people(self, reader: Reader, call: str, organisation: str) -> None:
        """Keep the people as whom the demo can be entered; nobody signs in as one of them by password."""
        for role, (name, label) in DEMO_PEOPLE.items():
            if self._people.person(name) is None:
                company = self._records.names.organisation(organisation) if role == "company" else None
                calls = frozenset({self._records.call(call).id}) if role == "coordinator" else frozenset()
                person = Account(name, label, Role(role), company, calls, since=time.time())
                self._people.add(person, by=reader.id)

    def _data_of(self, person: Account) -> PersonalData:
        openness, name = self._openness, person.name
        interests = openness.interests_of(person.organisation) if person.organisation else ()
        return PersonalData(
            name=name,
            label=person.label,
            contact=person.contact,
            role=person.role.value,
            organisation=person.organisation,
            calls=tuple(sorted(person.calls)),
            since=_moment(person.since),
            second_factor=person.second_factor is not None,
            sessions=tuple(
                f"{_moment(one.since)} {one.device or ''}".strip() for one in self._people.sessions_of(name)
            ),
            tokens=tuple(
                f"{one.title}, {one.scope}, until {_moment(one.until)}"
                for one in self._people.tokens_of(name)
            ),
            requests=tuple(
                f"{one.outline}: asked {_moment(one.asked)}, {one.answer or 'not answered'}"
                for one in interests
                if name in (one.asked_by, one.answered_by, one.withdrawn_by)
            ),
            readings=tuple(f"{one.sort} {one.id}, {one.day}" for one in openness.readings_by(name)),
            questions=tuple(
                f"{question.at.isoformat()} {question.kind}: "
                + "; ".join(f"{field}={value}" for field, value in question.fields.items() if value)
                for question in self._questions.of(name)
            ),
            consortia=tuple(self._kept_consortium(name, head.id) for head in self._consortia.heads(name)),
            written=tuple(f"{entry.at.isoformat()} {entry.what}" for entry in self._audit(who=name)),
        )

    def _kept_consortium(self, name: str, ident: str) -> str:
        kept = self._consortia.consortium(name, ident)
        seats = ", ".join(seat.organisation for seat in kept.seats)
        return f"{kept.name} ({kept.call}): {seats}" + (f"; {kept.notes}" if kept.notes else "")

    def _known(self, name: str) -> Account:
        if (person := self._people.person(name.strip().casefold())) is None:
            raise NotFound(f"nobody signs in as {name!r}; `konsort user list` shows who does")
        return person


def _moment(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="seconds")


def hash_of(password: str) -> str:
    """Return as what a password is kept: argon2id, with a salt of its own."""
    return _hasher().hash(password)


def step_of(secret: str, code: str) -> int | None:
    """Return the step of time (30 s, RFC 6238) to which a one-time code belongs: now, or one before or after."""
    import pyotp

    code = code.replace(" ", "")
    if not (code.isascii() and code.isdigit()):
        return None
    codes, now = pyotp.TOTP(secret), int(time.time()) // 30
    fitting = [
        step for step in (now, now - 1, now + 1) if secrets.compare_digest(codes.generate_otp(step), code)
    ]
    return fitting[0] if fitting else None


def second_factor_address(person: Account, secret: str) -> str:
    """Return the address by which an app of one-time codes takes up a secret."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=person.name, issuer_name="Konsort")


def _new_password(password: str, name: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(
            f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} letters, this one {len(password)}; "
            "some words together do well"
        )
    if len(set(password)) < 5 or name in password.casefold():
        raise BadInput("this password is easily guessed: it holds the name, or too few different letters")
    return hash_of(password)


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that no password fits: what an unknown name is compared with, to take as long as a known one."""
    return hash_of(secrets.token_urlsafe(32))


def _fits(kept: str, password: str) -> bool:
    from argon2.exceptions import VerificationError

    try:
        return _hasher().verify(kept, password[:LONGEST_PASSWORD])
    except VerificationError:
        return False
