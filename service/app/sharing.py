"""How does an owner open outlines and profile to others, and how do two come to know one another? By two times yes."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from data.errors import BadInput, NotFound
from data.model import CallId, Kind, Organisation, OrganisationId, Outline, OutlineHead, OutlineId
from data.openness import Interest, Opening, Sort, Tier, WasRead
from data.people import Account
from data.readers import Reader, Role
from data.store import Store
from service.app.allowed import ADMINISTERING, ALL, OWNING, SENDING, allowed
from service.app.records import Records

LONGEST_ABSTRACT = 2000
MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class OpenOutline:
    """What somebody is shown of an outline that is opened: as far as its tier goes, never its sender's name."""

    reference: str
    """Stands for its id, which could hold a name."""
    id: OutlineId | None
    title: str | None
    """Both are told to those who may read all of it."""
    call: CallId
    tier: Tier
    country: str | None
    kind: Kind | None
    topic: str | None
    """The call's work stream, where the sender chose one."""
    abstract: str | None
    readable: bool
    """Whether all of it may be read."""
    mine: bool
    interest: Interest | None
    """The reader's own, where there is one that stands."""


@dataclass(frozen=True, slots=True)
class Shared:
    """One outline of the reader's organisation: how far it is opened, and who read it."""

    outline: OutlineHead
    opening: Opening
    readings: tuple[WasRead, ...]


@dataclass(frozen=True, slots=True)
class RequestRow:
    """An interest as one of both sides is shown it. `other` and `people` are told once both have said yes."""

    interest: Interest
    outgoing: bool
    title: str
    country: str | None
    kind: Kind | None
    other: Organisation | None
    people: tuple[Account, ...]


class Sharing:
    """Opens and asks. Who is no owner of something learns not even that it is there."""

    def __init__(self, store: Store, records: Records) -> None:
        self._store = store
        self._records = records

    # What others opened

    @allowed(*ALL)
    def open_outlines(self, reader: Reader) -> tuple[tuple[OpenOutline, ...], int]:
        """Return what is shown of opened outlines, in no telling order; and how many more there are."""
        openings = self._store.openness.openings(Sort.OUTLINE)
        own = self._own_interests(reader)
        outlines = {one.id: one for one in self._store.outlines(standing=True) if one.id in openings}
        teased = {ident: one for ident, one in outlines.items() if openings[ident].tier.shows(Tier.TEASER)}
        senders = self._store.organisations({one.organisation for one in teased.values()})
        shown = tuple(
            _as_opened(one, openings[one.id], senders.get(one.organisation), reader, own.get(one.id))
            for one in sorted(teased.values(), key=lambda one: openings[one.id].reference)
        )
        return shown, len(outlines) - len(teased)

    # One's own

    @allowed(*OWNING)
    def mine(self, reader: Reader) -> tuple[Shared, ...]:
        """Return the outlines of the reader's organisation, each with how far it is opened and who read it."""
        if reader.organisation is None:
            return ()
        own = self._store.outline_heads(organisation=reader.organisation)
        openness = self._store.openness
        readings = openness.readings(Sort.OUTLINE, [one.id for one in own])
        return tuple(
            Shared(one, openness.opening(Sort.OUTLINE, one.id), tuple(r for r in readings if r.id == one.id))
            for one in own
        )

    @allowed(*OWNING)
    def profile(self, reader: Reader) -> Opening | None:
        """Return how far the reader's organisation is opened; None where there is none."""
        if reader.organisation is None:
            return None
        return self._store.openness.opening(Sort.ORGANISATION, reader.organisation)

    @allowed(*SENDING)
    def open_outline(self, reader: Reader, outline: str, tier: str, abstract: str = "") -> Opening:
        """Open an outline so far and no further. Only its owner, and who sees all, may."""
        head = self._records.names.outline(reader, outline, withdrawn=True)
        self._require_owner(reader, self._store.outline(head).organisation, outline)
        return self._open(reader, Sort.OUTLINE, head, tier, abstract)

    @allowed(*OWNING)
    def open_organisation(self, reader: Reader, organisation: str, tier: str) -> Opening:
        """Open an organisation: that it is here (`existence`), and with `full` its profile and address."""
        ident = self._records.names.organisation(organisation, withdrawn=True)
        self._require_owner(reader, ident, organisation)
        return self._open(reader, Sort.ORGANISATION, ident, tier, "")

    def open_all(self, sort: Sort, tier: Tier, *, by: str) -> int:
        """Open all there is of a sort, for who sets a store up; return how many."""
        store = self._store
        idents = [one.id for one in store.outlines()] if sort is Sort.OUTLINE else list(store.organisations())
        store.openness.open((Opening(sort, ident, tier) for ident in idents), by=by)
        return len(idents)

    # For how long

    @allowed(*ADMINISTERING)
    def keep_for(self, reader: Reader, call: str, days: int | None) -> None:
        """Say for how many days after its submission an outline of a call is kept; None: until it is deleted."""
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise BadInput(f"outlines are kept for 1 to {MOST_DAYS} days, not {days}")
        name = f"retention:{self._records.call(call).id}"
        self._store.put_setting(name, json.dumps(days), who=reader.id)

    @allowed(*ADMINISTERING)
    def kept_for(self, reader: Reader) -> Mapping[CallId, int]:
        """Return for how many days outlines are kept, of the calls for which somebody said so."""
        texts = {call.id: self._store.setting(f"retention:{call.id}") for call in self._records.calls()}
        days = {call: json.loads(text) for call, text in texts.items() if text}
        return {call: number for call, number in days.items() if number is not None}

    @allowed(*ADMINISTERING)
    def forget_old(self, reader: Reader, today: dt.date) -> Mapping[CallId, int]:
        """Forget the outlines whose time is over, by call how many; one without a date of submission is kept."""
        gone = {}
        for call, days in self.kept_for(reader).items():
            last = today - dt.timedelta(days=days)
            old = [one.id for one in self._store.outlines(call) if one.submitted and one.submitted < last]
            if old:
                what = f"forget {len(old)} outlines of {call}, kept for {days} days"
                gone[call] = self._store.forget_outlines(old, what=what, who=reader.id)
        return gone

    def open_demo(self) -> None:
        """Open the demo's records, where nobody did: all organisations, and of the outlines some of each tier."""
        openness = self._store.openness
        if openness.openings(Sort.ORGANISATION):
            return
        fictional = [one for one in self._store.organisations().values() if one.fictional]
        made = [Opening(Sort.ORGANISATION, one.id, Tier.FULL) for one in fictional]
        tiers = (Tier.EXISTENCE, Tier.TEASER, Tier.ABSTRACT, Tier.TEASER, Tier.FULL, Tier.CLOSED)
        senders = {one.id for one in fictional}
        outlines = [one for one in self._store.outlines() if one.organisation in senders]
        for place, outline in enumerate(outlines):
            tier = tiers[place % len(tiers)]
            abstract = outline.seeks and f"We seek: {outline.seeks}"
            made.append(Opening(Sort.OUTLINE, outline.id, tier, abstract if tier is Tier.ABSTRACT else None))
        openness.open(made, by="demo")

    def _open(self, reader: Reader, sort: Sort, ident: str, tier: str, abstract: str) -> Opening:
        if tier not in tuple(Tier):
            raise BadInput(f"{tier!r} is no tier; needed: one of {', '.join(Tier)}")
        if len(abstract) > LONGEST_ABSTRACT:
            raise BadInput(f"an abstract has at most {LONGEST_ABSTRACT} letters, this one {len(abstract)}")
        if tier == Tier.ABSTRACT and sort is Sort.OUTLINE and not abstract.strip():
            raise BadInput("write the abstract that is to be shown; none is made from your text")
        made = Opening(sort, ident, Tier(tier), abstract.strip() or None)
        self._store.openness.open([made], by=reader.id)
        return self._store.openness.opening(sort, ident)

    def _require_owner(self, reader: Reader, owner: OrganisationId, words: str) -> None:
        if not reader.sees_all and owner != reader.organisation:
            raise NotFound(f"no {words!r} is yours to open")

    # Interest and consent

    @allowed(Role.COMPANY)
    def ask(self, reader: Reader, reference: str) -> Interest:
        """Say that one's organisation is interested in an opened outline. NotFound where no teaser of it is shown."""
        organisation = _organisation_of(reader)
        teased = self._store.openness.openings(Sort.OUTLINE, least=Tier.TEASER)
        ident = next((one.id for one in teased.values() if one.reference == reference), None)
        heads = self._store.outline_heads(ids_or_title=[ident], standing=True) if ident else ()
        head = next((one for one in heads if one.id == ident), None)
        if head is None:
            raise NotFound(f"no open outline {reference!r}")
        return self._store.openness.ask(head.id, head.organisation, organisation, by=reader.id)

    @allowed(Role.COMPANY)
    def requests(self, reader: Reader) -> tuple[RequestRow, ...]:
        """Return the reader's organisation's requests, in and out, newest first."""
        organisation = _organisation_of(reader)
        interests = self._store.openness.interests_of(organisation)
        parties = self._store.organisations({ident for one in interests for ident in (one.owner, one.asker)})
        asked_about = {one.outline for one in interests}
        outlines = {one.id: one for one in self._store.outline_heads(ids_or_title=sorted(asked_about))}
        people = self._store.people.everybody() if any(one.agreed for one in interests) else ()
        return tuple(
            _as_asked(one, organisation, outlines[one.outline], parties, people) for one in interests
        )

    @allowed(Role.COMPANY)
    def answer(self, reader: Reader, number: int, answer: str) -> None:
        """Say yes or no to another's interest in an outline of one's own."""
        if answer not in ("yes", "no"):
            raise BadInput(f"the answer is yes or no, not {answer!r}")
        interest = self._of_reader(reader, number)
        if interest.owner != reader.organisation:
            raise NotFound(f"there is no request {number}")
        self._store.openness.answer(number, answer, by=reader.id)

    @allowed(Role.COMPANY)
    def withdraw(self, reader: Reader, number: int) -> None:
        """Take back one's interest, or one's yes: from then on neither is told more of the other than before."""
        self._store.openness.withdraw(self._of_reader(reader, number).id, by=reader.id)

    def _of_reader(self, reader: Reader, number: int) -> Interest:
        """Return a request in which the reader's organisation takes part; of others nobody is told that they exist."""
        for interest in self._store.openness.interests_of(_organisation_of(reader)):
            if interest.id == number:
                return interest
        raise NotFound(f"there is no request {number}")

    def _own_interests(self, reader: Reader) -> Mapping[str, Interest]:
        if reader.role is not Role.COMPANY or reader.organisation is None:
            return {}
        interests = self._store.openness.interests_of(reader.organisation)
        return {
            one.outline: one
            for one in reversed(interests)
            if one.asker == reader.organisation and one.withdrawn is None
        }


def _organisation_of(reader: Reader) -> OrganisationId:
    if reader.organisation is None:
        raise NotFound(f"this is not open to {reader.id}: it speaks for no organisation")
    return reader.organisation


def _as_opened(
    outline: Outline, opening: Opening, sender: Organisation | None, reader: Reader, interest: Interest | None
) -> OpenOutline:
    return OpenOutline(
        opening.reference,
        outline.id if reader.may_see(outline) else None,
        outline.title if reader.may_see(outline) else None,
        outline.call,
        opening.tier,
        outline.country,
        sender.kind if sender else None,
        outline.work_stream,
        opening.abstract if opening.tier.shows(Tier.ABSTRACT) else None,
        reader.may_see(outline),
        outline.organisation == reader.organisation,
        interest,
    )


def _as_asked(
    interest: Interest,
    organisation: OrganisationId,
    outline: OutlineHead,
    parties: Mapping[OrganisationId, Organisation],
    people: tuple[Account, ...],
) -> RequestRow:
    outgoing = interest.asker == organisation
    other = parties.get(interest.owner if outgoing else interest.asker)
    known = other if interest.agreed else None
    return RequestRow(
        interest,
        outgoing,
        outline.title if interest.agreed or not outgoing else f"An outline for {outline.call}",
        other.country if other else None,
        other.kind if other else None,
        known,
        tuple(one for one in people if known and one.organisation == known.id and one.disabled is None),
    )
