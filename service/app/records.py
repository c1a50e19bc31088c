"""What is there? Calls, outlines, organisations and the network, as far as the reader may see them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from data.calls import CallProfile
from data.errors import BadInput, NotFound
from data.model import (
    CallId,
    Involvement,
    Organisation,
    OrganisationId,
    Outline,
    OutlineHead,
    Participation,
    Project,
)
from data.openness import Sort
from data.organisation_types import OrganisationType, organisation_types
from data.readers import Reader
from data.stated import Stated
from data.store import Store
from service.app.allowed import ALL, COORDINATING, allowed
from service.app.asking import reader_at_hand
from service.app.question import PAGE, ListQuestion, RecordsOf
from service.app.resolve import Resolver, without_word
from service.app.state import SnapshotHolder

if TYPE_CHECKING:
    from graph.network.network import Network
    from service.runtime.snapshot import Snapshot

Item = TypeVar("Item")
BATCH = 500
"""So many outlines are looked through at once for those that a reader may see."""


@dataclass(frozen=True, slots=True)
class ListPart(Generic[Item]):
    """A part of a list; `next`: the cursor of the following part, None at the end."""

    entries: tuple[Item, ...]
    next: str | None = None


class Records:
    """Reads what the store holds. Raises NotFound for ids that the reader does not know or may not see."""

    def __init__(
        self, store: Store, profiles: Mapping[CallId, CallProfile], snapshots: "SnapshotHolder[Snapshot]"
    ) -> None:
        self._store = store
        self._profiles = profiles
        self._snapshots = snapshots
        self.names = Resolver(store, self._unknown)
        """Finds whom or what somebody means."""

    # Calls

    def calls(self) -> tuple[CallProfile, ...]:
        """Every call profile; they are public."""
        return tuple(self._profiles.values())

    def call(self, call: str) -> CallProfile:
        """Return one call's profile; NotFound, with those there are, for another id."""
        try:
            return self._profiles[CallId(call)]
        except KeyError:
            raise NotFound(f"no call {call!r}; there are {', '.join(self._profiles)}") from None

    def calls_with_outlines(self) -> tuple[CallProfile, ...]:
        """The calls of which the store has an outline."""
        return tuple(
            self._profiles[call] for call in self._store.calls_with_outlines() if call in self._profiles
        )

    def types(self) -> tuple[OrganisationType, ...]:
        """Every type of organisations, by label."""
        return tuple(sorted(organisation_types().values(), key=lambda one: one.label.casefold()))

    # Outlines

    @allowed(*ALL)
    def outlines(
        self, reader: Reader, part: ListQuestion, *, call: str | None = None, text: str | None = None
    ) -> ListPart[OutlineHead]:
        """Return a part of the outlines that the reader may see, in order of id.

        `call`: only this call's; `text`: only those with this in their title.
        """
        if call is not None:
            self.call(call)  # an unknown call is told, not answered with an empty list
        heads: list[OutlineHead] = []
        for head in self._visible(reader, call, part.cursor or "", text):
            if len(heads) == part.limit:
                return ListPart(tuple(heads), heads[-1].id)
            heads.append(head)
        return ListPart(tuple(heads))

    @allowed(*ALL)
    def all_outlines(self, reader: Reader, *, call: str | None = None) -> Iterator[OutlineHead]:
        """Give every outline that the reader may see, read in parts."""
        if call is not None:
            self.call(call)
        return self._visible(reader, call)

    @allowed(*ALL)
    def count_outlines(self, reader: Reader, *, call: str | None = None) -> int:
        """How many outlines the reader may see."""
        return sum(1 for _ in self._visible(reader, call))

    @allowed(*ALL)
    def outline(self, reader: Reader, outline: str, *, withdrawn: bool = False) -> Outline:
        """Return one outline by id or title; one that the reader may not see is not known.

        `withdrawn`: one that is withdrawn is known too.
        """
        kept = self._store.outline(self.names.outline(reader, outline, withdrawn=withdrawn))
        self.note_reading(reader, kept)
        return kept

    def note_reading(self, who: Reader, outline: Outline) -> None:
        """Keep that somebody else's full text was read, where people sign in: its owner is told who did."""
        if who.signed_in and outline.organisation != who.organisation:
            self._store.openness.note_reading(who.id, Sort.OUTLINE, outline.id)

    def _visible(
        self, reader: Reader, call: str | None, after: str = "", text: str | None = None
    ) -> Iterator[OutlineHead]:
        while heads := self._store.outline_heads(call=call, after=after, title=text, limit=BATCH):
            yield from filter(reader.may_see, heads)
            after = heads[-1].id

    # Files

    @allowed(*COORDINATING)
    def file(self, reader: Reader, what: RecordsOf, form: str, *, call: str | None = None) -> bytes:
        """Return outlines or organisations as a table that comes in again as they are; `form`: csv or xlsx.

        `call`: only this call's outlines, or those who send them and take part in them. Hidden outlines and profiles
        are left out; who does not see all is given no organisation but those of outlines that are seen.
        """
        from data.sources.written_records import organisations_file, outlines_file

        if call is not None:
            self.call(call)
        outlines = [outline for outline in self._store.outlines(call) if reader.may_see(outline)]
        partners = self._store.partners_named()
        taking_part = {outline.organisation for outline in outlines}
        taking_part.update(*(partners.get(outline.id, ()) for outline in outlines))
        if what is RecordsOf.OUTLINES:
            return outlines_file(outlines, self._store.organisations(taking_part), partners, form)
        everybody = call is None and reader.sees_all
        known = self._store.organisations(None if everybody else taking_part).values()
        return organisations_file(map(reader.seen, known), form)

    # Organisations

    def organisation(self, organisation: str, *, withdrawn: bool = False) -> Organisation:
        """Return one organisation by id or name; a withdrawn one where `withdrawn` says so."""
        return _as_seen(self._store.organisation(self.names.organisation(organisation, withdrawn=withdrawn)))

    def organisations(self, ids: Iterable[str]) -> Mapping[str, Organisation]:
        """Return those of the ids that are known."""
        unknown, known = self._unknown(), self._store.organisations(ids)
        return {str(ident): _as_seen(one) for ident, one in known.items() if ident not in unknown}

    def _unknown(self) -> frozenset[OrganisationId]:
        """The organisations that whoever asks at the moment does not know of."""
        reader = reader_at_hand.get()
        return frozenset() if reader is None else self._snapshots.current.unknown_to(reader)

    def involvements(self, organisation: str, part: ListQuestion) -> ListPart[Involvement]:
        """Return a part of an organisation's projects, the latest first; they are public where it is known."""
        start = _place(part.cursor)
        rows = self._store.involvements(organisation, skipping=start, limit=part.limit + 1)
        further = len(rows) > part.limit
        return ListPart(rows[: part.limit], str(start + part.limit) if further else None)

    def count_involvements(self, organisation: str) -> int:
        """Count an organisation's projects."""
        return self._store.count_involvements(organisation)

    @allowed(*ALL)
    def outlines_of(self, reader: Reader, organisation: str) -> tuple[OutlineHead, ...]:
        """Return the outlines that an organisation sends, as far as the reader may see them."""
        return tuple(filter(reader.may_see, self._store.outline_heads(organisation=organisation)))

    def stated(self, organisation: str) -> Mapping[str, Stated]:
        """Return who stated which fact of an organisation last, and when; none of what a large import brought."""
        return self._store.stated_facts(organisation)

    # Projects

    def project(self, project: str) -> Project:
        """Return one project; projects are public."""
        return self._store.project(project)

    def participants(self, project: str) -> tuple[tuple[Organisation, Participation], ...]:
        """Return who took part in a project, coordinators first."""
        unknown = self._unknown()
        return tuple(
            (_as_seen(one), part) for one, part in self._store.participants(project) if one.id not in unknown
        )

    def find(
        self, text: str, *, country: str | None = None, part: ListQuestion | None = None
    ) -> ListPart[Organisation]:
        """Return a part of the organisations that have this in their name, best first."""
        part = part or ListQuestion(limit=PAGE)
        text = without_word(text)
        start = _place(part.cursor)
        fits = self._store.find_organisations(
            text, country=country, limit=start + part.limit + 1, without=self._unknown()
        )
        fits = tuple(map(_as_seen, fits))
        further = len(fits) > start + part.limit
        return ListPart(fits[start : start + part.limit], str(start + part.limit) if further else None)

    @property
    def any_fictional(self) -> bool:
        """Whether the store holds fictional records: every page then says so."""
        return self._store.any_fictional()

    # The network

    @property
    def network(self) -> "Network":
        """The current network of public history; a changed store gets another one."""
        return self._snapshots.current.network_without(self._unknown())


def _as_seen(organisation: Organisation) -> Organisation:
    """Return an organisation without what whoever asks at the moment may not read of it."""
    reader = reader_at_hand.get()
    return organisation if reader is None else reader.seen(organisation)


def _place(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 7:
        return int(cursor)
    raise BadInput(f"no part of the list begins at {cursor!r}; needed: the `next` of the part before")
