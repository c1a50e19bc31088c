"""How is one outline or organisation added, edited, withdrawn or deleted, and how is a change undone?"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from data.calls import CallProfile
from data.errors import BadInput, NotFound
from data.model import AuditEntry, Organisation, OrganisationId, Outline, OutlineId
from data.readers import Reader
from data.sources.cells import content
from data.sources.corrections import made_id
from data.sources.identity import derived_id, identity
from data.sources.languages import language_of
from data.store import Store
from data.writer import Merge, Writer
from service.app.allowed import ADMINISTERING, OWNING, SENDING, allowed
from service.app.answers import OutlineKept
from service.app.imports import EVERYBODY
from service.app.overall import OverallProjects
from service.app.question import (
    ListQuestion,
    OrganisationAdded,
    OrganisationEdited,
    OutlineAdded,
    OutlineEdited,
    made,
)
from service.app.records import ListPart, Records
from service.app.resolve import country
from service.app.state import SnapshotHolder

if TYPE_CHECKING:
    from service.runtime.snapshot import Snapshot

Write = Callable[[Writer], object]


class Editing:
    """Changes single records. Each change is an entry of the audit, and can be undone.

    Who sees all may change all, a coordinator what was submitted to the own calls, anybody else the own organisation
    and its outlines: what one may not change is not known.
    """

    def __init__(
        self,
        store: Store,
        records: Records,
        projects: OverallProjects,
        snapshots: "SnapshotHolder[Snapshot]",
    ) -> None:
        self._store = store
        self._records = records
        self._projects = projects
        self._snapshots = snapshots

    # Outlines

    @allowed(*SENDING)
    def outline(self, reader: Reader, outline: str) -> Outline:
        """Return one outline by id or title, a withdrawn one too."""
        kept = self._store.outline(self._records.names.outline(reader, outline, withdrawn=True))
        if not (reader.coordinates(kept.call) or kept.organisation == reader.organisation):
            raise NotFound(f"no outline {outline!r} is yours to change")
        self._records.note_reading(reader, kept)
        return kept

    def kept(self, outline: Outline) -> OutlineKept:
        """Return all that is kept of an outline, with the partners that a file named."""
        named = self._store.partners_named().get(outline.id, ())
        return OutlineKept.of(outline, tuple(self._store.organisations(named)))

    @allowed(*SENDING)
    def add_outline(self, reader: Reader, added: OutlineAdded) -> Outline:
        """Keep a new outline, a late one too: the call's next proposal places it near the plan that stands.

        A sender that nobody knows is kept under its name where the question says that it is new. BadInput where an
        outline of that id is there already.
        """
        profile = self._records.call(added.call)
        where = None if added.country is None else country(added.country)
        sender, is_new = self._sender(reader, added, where)
        fields = added.model_dump(include={"title", "text", "offers", "seeks", "budget_eur", "submitted"})
        _require_words(fields)
        ident = added.id or made_id(profile.id, sender.id, added.title)
        if ident in {head.id for head in self._store.outline_heads(ids_or_title=[ident])}:
            raise BadInput(f"outline {ident!r} is there already; edit that one, or give another id")
        outline: Outline = made(
            Outline,
            id=OutlineId(ident),
            call=profile.id,
            organisation=sender.id,
            country=where or sender.country,
            language=added.language or language_of(f"{added.title}\n{added.text}"),
            work_stream=_stream(profile, added.work_stream),
            **fields,
        )

        def write(writer: Writer) -> None:
            if is_new:
                writer.put_organisations([sender])
            writer.put_outlines([outline])

        self._change(reader, f"add outline {ident}", write, profile.id)
        return outline

    @allowed(*SENDING)
    def edit_outline(self, reader: Reader, outline: str, edited: OutlineEdited) -> Outline:
        """Change what is given of an outline; what is left out stays as it is, null becomes unknown."""
        before = self.outline(reader, outline)
        fields = edited.model_dump(exclude_unset=True)
        if fields.get("country"):
            fields["country"] = country(fields["country"])
        if "work_stream" in fields:
            fields["work_stream"] = _stream(self._records.call(before.call), fields["work_stream"])
        if "organisation" in fields:
            fields["organisation"] = self._records.names.organisation(fields["organisation"] or "")
            if not reader.coordinates(before.call) and fields["organisation"] != reader.organisation:
                raise BadInput("an outline of yours cannot become another organisation's")
        _require_words(fields)
        after = made(partial(replace, before), **fields) if fields else before
        self._put_outline(reader, "edit", after)
        return after

    @allowed(*SENDING)
    def withdraw_outline(self, reader: Reader, outline: str) -> Outline:
        """Keep an outline, and match it with nobody any more."""
        before = self.outline(reader, outline)
        after = replace(before, withdrawn=before.withdrawn or _today())
        self._put_outline(reader, "withdraw", after)
        return after

    @allowed(*SENDING)
    def restore_outline(self, reader: Reader, outline: str) -> Outline:
        """Let a withdrawn outline take part again."""
        after = replace(self.outline(reader, outline), withdrawn=None)
        self._put_outline(reader, "restore", after)
        return after

    @allowed(*SENDING)
    def delete_outline(self, reader: Reader, outline: str, *, forget: bool = False) -> Outline:
        """Delete an outline; return what it was. `forget`: for good, and what touched it cannot be undone."""
        gone = self.outline(reader, outline)
        if forget:
            what = f"delete outline {gone.id} for good"
            self._taken_up(
                lambda: self._store.forget_outlines([gone.id], what=what, who=reader.id), gone.call
            )
            return gone
        self._change(
            reader, f"delete outline {gone.id}", lambda writer: writer.remove_outlines([gone.id]), gone.call
        )
        return gone

    def _sender(self, reader: Reader, added: OutlineAdded, where: str | None) -> tuple[Organisation, bool]:
        """Return who sends a new outline, and whether nobody knew it before."""
        try:
            sender = self._records.organisation(added.organisation)
        except NotFound:
            if not (added.new_organisation and reader.coordinates(added.call)):
                raise
            ident = derived_id(added.organisation, where)
            return Organisation(ident, added.organisation.strip(), where), True
        if not reader.coordinates(added.call) and sender.id != reader.organisation:
            raise NotFound(f"{sender.label} is not yours to write for")
        return sender, False

    def _put_outline(self, reader: Reader, doing: str, after: Outline) -> None:
        self._change(
            reader, f"{doing} outline {after.id}", lambda writer: writer.put_outlines([after]), after.call
        )

    # Organisations, and what they write of themselves

    @allowed(*OWNING)
    def organisation(self, reader: Reader, organisation: str) -> Organisation:
        """Return one organisation by id or name, a withdrawn one too."""
        kept = self._records.organisation(organisation, withdrawn=True)
        if not reader.sees_all and kept.id != reader.organisation:
            raise NotFound(f"organisation {organisation!r} is not yours to change")
        return kept

    @allowed(*ADMINISTERING)
    def add_organisation(self, reader: Reader, added: OrganisationAdded) -> Organisation:
        """Keep a new organisation; without an id, one is made of name and country. BadInput where it is there."""
        if not reader.sees_all:
            raise NotFound("organisations are not yours to add")
        fields = self._facts(added.model_dump())
        given = fields.pop("id")
        ident = _identity(given) if given else derived_id(added.name, fields["country"])
        if known := self._store.organisations([ident]):
            raise BadInput(f"organisation {ident!r} is there already, as {known[ident].label}; edit that one")
        after = made(Organisation, id=ident, **fields)
        self._put_organisation(reader, "add", after)
        return after

    @allowed(*OWNING)
    def edit_organisation(
        self, reader: Reader, organisation: str, edited: OrganisationEdited
    ) -> Organisation:
        """Change what is given of an organisation, its profile too; what is left out stays, null becomes unknown."""
        before = self.organisation(reader, organisation)
        fields = self._facts(edited.model_dump(exclude_unset=True))
        after = made(partial(replace, before), **fields) if fields else before
        self._put_organisation(reader, "edit", after)
        return after

    @allowed(*OWNING)
    def withdraw_organisation(self, reader: Reader, organisation: str) -> Organisation:
        """Keep an organisation with its outlines and its past, and suggest it to nobody any more."""
        before = self.organisation(reader, organisation)
        after = replace(before, withdrawn=before.withdrawn or _today())
        self._put_organisation(reader, "withdraw", after)
        return after

    @allowed(*OWNING)
    def restore_organisation(self, reader: Reader, organisation: str) -> Organisation:
        """Let a withdrawn organisation take part again."""
        after = replace(self.organisation(reader, organisation), withdrawn=None)
        self._put_organisation(reader, "restore", after)
        return after

    @allowed(*OWNING)
    def delete_organisation(self, reader: Reader, organisation: str) -> Organisation:
        """Forget an organisation; return what it was. BadInput where a project or an outline names it."""
        gone = self.organisation(reader, organisation)
        self._change(
            reader, f"delete organisation {gone.id}", lambda writer: writer.remove_organisations([gone.id])
        )
        return gone

    @allowed(*ADMINISTERING)
    def merge_organisations(self, reader: Reader, gone: str, kept: str) -> Organisation:
        """Let two records of one body be one: what names `gone` names `kept` from now on. Undoing splits them again."""
        _require_all(reader)
        first, second = self.organisation(reader, gone), self.organisation(reader, kept)
        self._change(
            reader,
            f"merge organisation {first.id} into {second.id}",
            lambda writer: writer.merge_organisations(first.id, second.id),
        )
        return self._store.organisation(second.id)

    @allowed(*ADMINISTERING)
    def merge_outlines(self, reader: Reader, gone: str, kept: str) -> Outline:
        """Let two outlines be one: what only `gone` says is filled in. Undoing splits them again."""
        _require_all(reader)
        first, second = self.outline(reader, gone), self.outline(reader, kept)
        if first.call != second.call:
            raise BadInput(f"{first.id} and {second.id} are of different calls; one outline is of one call")
        filled = replace(first, id=second.id, organisation=second.organisation, withdrawn=None)

        def write(writer: Writer) -> None:
            writer.put_outlines([filled], Merge.FILL)
            writer.remove_outlines([first.id])

        self._change(reader, f"merge outline {first.id} into {second.id}", write, second.call)
        return self._store.outline(second.id)

    def _facts(self, fields: dict[str, Any]) -> dict[str, Any]:
        if fields.get("country"):
            fields["country"] = country(fields["country"])
        if fields.get("owner"):
            fields["owner"] = self._records.names.organisation(fields["owner"])
        return fields

    def _put_organisation(self, reader: Reader, doing: str, after: Organisation) -> None:
        self._change(
            reader, f"{doing} organisation {after.id}", lambda writer: writer.put_organisations([after])
        )

    # What was done

    @allowed(*ADMINISTERING)
    def audit(self, reader: Reader, part: ListQuestion) -> ListPart[AuditEntry]:
        """Return a part of what was written, newest first. It names hidden records: only for who sees all."""
        _require_all(reader)
        before = None if part.cursor is None else _number(part.cursor)
        entries = self._store.audit(part.limit + 1, before=before)
        further = len(entries) > part.limit
        shown = entries[: part.limit]
        return ListPart(shown, str(shown[-1].id) if further else None)

    @allowed(*ADMINISTERING)
    def undo(self, reader: Reader, entry: int) -> AuditEntry:
        """Put back what a change did, and return the change that this is; it can be undone in turn."""
        _require_all(reader)
        done: list[AuditEntry] = []
        self._taken_up(lambda: done.append(self._store.undo(entry, who=reader.id)))
        return done[0]

    def _change(self, reader: Reader, what: str, write: Write, *calls: str) -> None:
        def written() -> None:
            with self._store.transaction(what=what, who=reader.id) as writer:
                write(writer)

        self._taken_up(written, *calls)

    def _taken_up(self, change: Callable[[], object], *calls: str) -> None:
        """Change records; answer from them, and hold plans near those that stood before."""
        plans = self._projects.in_work(EVERYBODY, *calls)
        change()
        self._snapshots.refresh()
        self._projects.remember(
            EVERYBODY, {call: plan for call, plan in plans.items() if self._projects.has_outlines(call)}
        )


def _require_all(reader: Reader) -> None:
    if not reader.sees_all:
        raise NotFound(f"the list of changes is not open to {reader.id}")


def _require_words(fields: Mapping[str, Any]) -> None:
    for name in ("title", "text"):
        if name in fields:
            try:
                content(fields[name] or "")
            except ValueError as error:
                raise BadInput(f"{name} {error}") from None


def _stream(profile: CallProfile, given: str | None) -> str | None:
    """Return the id of one of a call's work streams, by id or title; where it defines none, any text stands."""
    if not given or not profile.work_streams:
        return given or None
    for stream in profile.work_streams:
        if given.casefold() in (stream.id.casefold(), stream.title.casefold()):
            return stream.id
    allowed = ", ".join(stream.id for stream in profile.work_streams)
    raise BadInput(f"{given!r} is no work stream of this call; needed: one of {allowed}")


def _identity(given: str) -> OrganisationId:
    try:
        ident = identity(given)
    except ValueError as error:
        raise BadInput(str(error)) from None
    if ident is None:
        raise BadInput(f"{given!r} stands for no id; leave it empty, and one is made from name and country")
    return OrganisationId(ident)


def _number(cursor: str) -> int:
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 16:
        return int(cursor)
    raise BadInput(f"no part of the list begins at {cursor!r}; needed: the `next` of the part before")


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
