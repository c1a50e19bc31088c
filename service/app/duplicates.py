"""Which records may be of one thing, and what did people say of them?"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from data.errors import BadInput, Conflict
from data.model import Organisation, OrganisationId, Outline
from data.readers import Reader
from data.store import Store
from graph.names.duplicates import Duplicate, duplicate_names, duplicate_texts
from service.app.allowed import ADMINISTERING, COORDINATING, allowed
from service.app.answers import DuplicateRow, DuplicateSide
from service.app.editing import Editing
from service.app.question import DuplicateDecided, RecordsOf
from service.app.records import Records

SETTING = "different-records"
"""The name under which the store keeps which pairs people have told apart."""
_TRIES = 5


class Duplicates:
    """Lists probable duplicates, and does once what a person says of a pair: merge, or remember that they differ."""

    def __init__(self, store: Store, records: Records, editing: Editing) -> None:
        self._store = store
        self._records = records
        self._editing = editing

    @allowed(*COORDINATING)
    def probable(self, reader: Reader, of: RecordsOf, limit: int) -> tuple[DuplicateRow, ...]:
        """Return pairs about which nobody has decided, the most alike first; of outlines those that one may see."""
        apart = self._told_apart(of)
        if of is RecordsOf.OUTLINES:
            outlines = {
                str(one.id): one for one in self._store.outlines(standing=True) if reader.may_see(one)
            }
            texts = (pair for pair in duplicate_texts(outlines.values()) if (pair.a, pair.b) not in apart)
            senders = self._store.organisations({one.organisation for one in outlines.values()})
            return tuple(
                _row(of, pair, *(_outline_side(outlines[ident], senders) for ident in (pair.a, pair.b)))
                for pair in islice(texts, limit)
            )
        known = self._organisations(reader)
        names = (
            pair
            for pair in duplicate_names(known.values())
            if (pair.a, pair.b) not in apart and known[pair.a].fictional == known[pair.b].fictional
        )
        return tuple(
            _row(of, pair, *(_organisation_side(known[ident]) for ident in (pair.a, pair.b)))
            for pair in islice(names, limit)
        )

    def _organisations(self, reader: Reader) -> dict[str, Organisation]:
        """Return the organisations that a reader may know of here, profiles that are closed left out."""
        organisations = self._store.organisations(standing=True)
        if reader.sees_all:
            return {str(ident): one for ident, one in organisations.items()}
        sent = {one.organisation for one in self._store.outlines(standing=True) if reader.may_see(one)}
        return {
            str(ident): one if reader.may_read_profile(ident) else replace(one, profile=None)
            for ident, one in organisations.items()
            if ident in sent or ident == reader.organisation
        }

    @allowed(*ADMINISTERING)
    def decide(self, reader: Reader, decided: DuplicateDecided) -> tuple[str, str]:
        """Merge the second record into the first, or remember that they are two; return the ids of both."""
        kept, other = (self._id(reader, decided.of, words) for words in (decided.keep, decided.other))
        if kept == other:
            raise BadInput(f"both records are {kept!r}; needed: two different ones")
        if not decided.same:
            self._tell_apart(reader, decided.of, kept, other)
        elif decided.of is RecordsOf.OUTLINES:
            self._editing.merge_outlines(reader, other, kept)
        else:
            self._editing.merge_organisations(reader, other, kept)
        return kept, other

    def _id(self, reader: Reader, of: RecordsOf, words: str) -> str:
        if of is RecordsOf.OUTLINES:
            return self._editing.outline(reader, words).id
        return self._editing.organisation(reader, words).id

    def _told_apart(self, of: RecordsOf) -> set[tuple[str, str]]:
        kept = json.loads(self._store.setting(SETTING) or "{}")
        return {(row["a"], row["b"]) for row in kept.get(of, ())}

    def _tell_apart(self, reader: Reader, of: RecordsOf, one: str, other: str) -> None:
        a, b = sorted((one, other))
        for attempt in range(_TRIES):
            before = self._store.setting(SETTING)
            kept = json.loads(before or "{}")
            rows = [row for row in kept.get(of, ()) if (row["a"], row["b"]) != (a, b)]
            row = {
                "a": a,
                "b": b,
                "by": reader.id,
                "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            }
            after = json.dumps(kept | {str(of): [*rows, row]}, ensure_ascii=False, sort_keys=True)
            try:
                with self._store.transaction(what=f"{a} and {b} are different {of}", who=reader.id) as writer:
                    writer.put_setting(SETTING, after, expected=before)
            except Conflict:
                if attempt == _TRIES - 1:
                    raise
            else:
                return


def _row(of: RecordsOf, pair: Duplicate, a: DuplicateSide, b: DuplicateSide) -> DuplicateRow:
    """Return a pair with the record first that is better kept: one with a participant code, then one that says more."""
    keep, other = sorted((a, b), key=lambda side: (not side.is_official, -len(side.facts), side.id))
    return DuplicateRow(of, keep, other, pair.similarity, pair.why)


def _organisation_side(one: Organisation) -> DuplicateSide:
    return DuplicateSide(
        one.id,
        one.label,
        one.country,
        tuple(str(fact)[:120] for fact in (one.kind, one.city, one.url, one.profile) if fact is not None),
        one.id.isdecimal(),
    )


def _outline_side(one: Outline, senders: Mapping[OrganisationId, Organisation]) -> DuplicateSide:
    sender = senders.get(one.organisation)
    return DuplicateSide(
        one.id,
        one.title,
        one.country,
        (sender.label if sender else one.organisation, one.text[:240]),
        not one.id.startswith("out-"),
    )
