"""How are consortia kept, checked, scored, mended and shared that people put together?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.errors import BadInput, KonsortError, NotFound
from data.kept_consortia import (
    ConsortiumComment,
    ConsortiumHead,
    ConsortiumVersion,
    KeptConsortium,
    KeptSeat,
)
from data.model import Organisation, OrganisationId
from data.part_a import COORDINATOR, PROJECTS_NAMED, PartnerRow, part_a
from data.readers import Reader
from data.store import Store
from graph.rules.members import Member, member_of
from graph.rules.rules import Answer, RuleAnswer, Verdict
from service.app.allowed import ALL, allowed
from service.app.question import (
    LARGEST_SET,
    ConsortiumWritten,
    PartnersQuestion,
    SeatWritten,
    SuggestQuestion,
    made,
)
from service.app.questions import Questions
from service.app.records import Records
from service.parsing import needs_of_json

if TYPE_CHECKING:  # the matcher is slow to import: only who asks it pays
    from matcher.suggest.answers import Suggestions
    from matcher.suggest.reasons import Reason

TRIED, SHOWN = 200, 5
"""So many of the best partners are tried for a set that breaks a rule, and so many of those that help are shown."""


@dataclass(frozen=True, slots=True)
class Mend:
    """Somebody who would help a set to keep the rules. `cures`: rules that would no longer be broken; `nearer`: rules
    that would count one more.
    """

    organisation: Organisation
    cures: tuple[str, ...]
    nearer: tuple[str, ...]
    reasons: "tuple[Reason, ...]"


@dataclass(frozen=True, slots=True)
class ConsortiumStanding:
    """How the rules of a kept consortium stand now. `known`: its members by id, as far as they are known."""

    verdict: Verdict
    partners: tuple[PartnerRow, ...]
    known: Mapping[str, Organisation]
    gone: tuple[str, ...]
    """Ids of members that are no longer known."""


@dataclass(frozen=True, slots=True)
class ConsortiumScore:
    """How well a kept consortium answers the question that it goes with."""

    answer: "Suggestions | None"
    """The set as the only answer: members with reasons, terms, gaps; None where it goes with no question, or is not
    allowed."""
    why_no_answer: str = ""


@dataclass(frozen=True, slots=True)
class ConsortiumKept:
    """All that is told of a kept consortium to its keeper."""

    id: str
    name: str
    call: str
    notes: str
    partners: tuple[PartnerRow, ...]
    verdict: Verdict
    helpful: tuple[str, ...]
    """Ids of those who would help it to keep the rules, the best first."""
    versions: tuple[ConsortiumVersion, ...]
    comments: tuple[ConsortiumComment, ...]


@dataclass(frozen=True, slots=True)
class ConsortiumList:
    """The consortia that somebody keeps, the one changed last first."""

    consortia: tuple[ConsortiumHead, ...]


class Consortia:
    """Keeps consortia for their keepers; what is kept for one reader is not known to another, but by a link."""

    def __init__(self, store: Store, records: Records, questions: Questions) -> None:
        self._kept = store.kept_consortia
        self._store = store
        self._records = records
        self._questions = questions

    # What is kept

    @allowed(*ALL)
    def listed(self, reader: Reader) -> tuple[ConsortiumHead, ...]:
        """Return the consortia that the reader keeps, the newest version first."""
        return tuple(sorted(self._kept.heads(reader.id), key=lambda head: head.at, reverse=True))

    @allowed(*ALL)
    def consortium(self, reader: Reader, ident: str) -> KeptConsortium:
        """Return one that the reader keeps. Raises NotFound."""
        return self._kept.consortium(reader.id, ident)

    def linked(self, token: str) -> KeptConsortium:
        """Return the one that a link leads to, without the question that it goes with: that is its keeper's."""
        return replace(self._kept.linked(token), question=None)

    @allowed(*ALL)
    def keep(
        self, reader: Reader, written: ConsortiumWritten, *, question: Mapping[str, str] | None = None
    ) -> KeptConsortium:
        """Keep a new consortium. `question`: the fields of the question that led to it."""
        profile = self._records.call(written.call)
        seats = self._seats(written.members)
        fields = dict(question or {})
        if written.outline:
            fields = {"outline": self._records.outline(reader, written.outline).id}
        elif written.text:
            fields = {"text": written.text}
        ident = self._kept.keep(
            reader.id,
            written.name.strip(),
            profile.id,
            seats,
            what="kept",
            question=fields or None,
            notes=written.notes or "",
        )
        return self.consortium(reader, ident)

    @allowed(*ALL)
    def rename(
        self, reader: Reader, ident: str, *, name: str | None = None, notes: str | None = None
    ) -> None:
        """Change its name or notes."""
        if name is not None and not name.strip():
            raise BadInput("a consortium needs a name; write some words that tell it from others")
        self._kept.change(reader.id, ident, name=name.strip() if name else None, notes=notes)

    @allowed(*ALL)
    def seat(self, reader: Reader, ident: str, members: Sequence[SeatWritten], what: str) -> KeptConsortium:
        """Keep who is in from now on, as a new version; unchanged members make none."""
        seats = self._seats(members)
        if seats != self.consortium(reader, ident).seats:
            self._kept.add_version(reader.id, ident, seats, what)
        return self.consortium(reader, ident)

    @allowed(*ALL)
    def take_version(self, reader: Reader, ident: str, number: int) -> None:
        """Let the members of an earlier version be in again, as a new version."""
        for version in self.consortium(reader, ident).versions:
            if version.number == number:
                self._kept.add_version(reader.id, ident, version.seats, f"as in version {number}")
                return
        raise NotFound(f"consortium {ident!r} has no version {number}")

    @allowed(*ALL)
    def comment(self, reader: Reader, kept: KeptConsortium, text: str) -> None:
        """Keep what the reader says of a consortium that it opened, as its keeper or by a link."""
        if not text.strip():
            raise BadInput("the comment is empty; write some words")
        self._kept.comment(kept.id, reader.id, text.strip())

    @allowed(*ALL)
    def link(self, reader: Reader, ident: str) -> str:
        """Make a link to it; the link is told this once."""
        return self._kept.link(reader.id, ident)

    @allowed(*ALL)
    def take_back(self, reader: Reader, ident: str, digest: str) -> None:
        """Let a link lead nowhere."""
        self._kept.take_back(reader.id, ident, digest)

    @allowed(*ALL)
    def remove(self, reader: Reader, ident: str) -> None:
        """Forget it."""
        self._kept.remove(reader.id, ident)

    # How it stands

    @allowed(*ALL)
    def standing(self, reader: Reader, kept: KeptConsortium) -> ConsortiumStanding:
        """Check a consortium, and name its partners in the order of Part A."""
        known = self._records.organisations(seat.organisation for seat in kept.seats)
        projects = {
            ident: (
                self._store.count_involvements(ident),
                self._store.involvements(ident, limit=PROJECTS_NAMED),
            )
            for ident in known
        }
        return ConsortiumStanding(
            verdict=self._questions.check_known(kept.call, _members(kept.seats, known)),
            partners=part_a(kept.seats, known, projects),
            known=known,
            gone=tuple(seat.organisation for seat in kept.seats if seat.organisation not in known),
        )

    @allowed(*ALL)
    def score(self, reader: Reader, kept: KeptConsortium) -> ConsortiumScore:
        """Ask the question that a consortium goes with, with exactly its members."""
        fields = kept.question or {}
        if not (fields.get("outline") or fields.get("text")):
            return ConsortiumScore(None, "It goes with no outline: so nothing is said of fit and needs.")
        if len(kept.seats) > LARGEST_SET:
            return ConsortiumScore(None, f"It has more than {LARGEST_SET} members.")
        lead = _lead(kept)
        try:
            question = made(
                SuggestQuestion,
                call=kept.call,
                outline=fields.get("outline"),
                text=None if fields.get("outline") else fields["text"],
                coordinator=lead,
                must=[seat.organisation for seat in kept.seats if seat.organisation != lead],
                size=f"{len(kept.seats)}-{len(kept.seats)}",
                limit=1,
                preset=fields.get("preset", "balanced"),
                needs=needs_of_json(fields["needs"]) if fields.get("needs") else None,
            )
            answer = self._questions.suggest(reader, question)
        except KonsortError as error:
            return ConsortiumScore(None, f"It cannot be scored now: {error}.")
        members = {seat.organisation for seat in kept.seats}
        if not answer.suggestions or {one.id for one in answer.suggestions[0].members} != members:
            return ConsortiumScore(None, "It breaks a rule or a wish, so it is not scored; mend it first.")
        return ConsortiumScore(answer)

    @allowed(*ALL)
    def mends(self, reader: Reader, kept: KeptConsortium, standing: ConsortiumStanding) -> tuple[Mend, ...]:
        """Say who would mend a broken rule: the best partners are tried one by one, and those are named who make broken
        rules fewer, or bring one nearer.
        """
        members = _members(kept.seats, standing.known)
        asker = _lead(kept) or (members[0].id if members else None)
        if standing.verdict.answer is not Answer.BROKEN or asker is None:
            return ()
        text = (kept.question or {}).get("text")
        question = made(PartnersQuestion, organisation=asker, text=text or None, call=kept.call, limit=TRIED)
        try:
            partners = self._questions.partners(reader, question).partners
        except KonsortError:
            return ()
        inside = {member.id for member in members}
        known = self._records.organisations(partner.id for partner in partners)
        mends: list[tuple[tuple[int, int, int], Mend]] = []
        for place, partner in enumerate(partners):
            if partner.id in inside or partner.id not in known:
                continue
            after = self._questions.check_known(kept.call, [*members, member_of(known[partner.id])])
            cures, nearer, harmed = _difference(standing.verdict, after)
            if (cures or nearer) and not harmed:
                mend = Mend(known[partner.id], cures, nearer, partner.reasons)
                mends.append(((-len(cures), -len(nearer), place), mend))
        return tuple(mend for _, mend in sorted(mends, key=lambda one: one[0])[:SHOWN])

    @allowed(*ALL)
    def file(self, reader: Reader, kept: KeptConsortium, kind: str) -> bytes:
        """Return a consortium as a file: xlsx, docx, pdf or json. Raises NotFound for another kind."""
        from service.exports.consortium import KINDS, ConsortiumFacts, consortium_file

        if kind not in KINDS:
            raise NotFound(f"a consortium is not written as {kind!r}; needed: one of {', '.join(KINDS)}")
        standing = self.standing(reader, kept)
        facts = ConsortiumFacts(
            name=kept.name,
            notes=kept.notes,
            version=kept.versions[-1].number,
            profile=self._records.call(kept.call),
            partners=standing.partners,
            verdict=standing.verdict,
            answer=self.score(reader, kept).answer,
        )
        return consortium_file(kind, facts)

    @allowed(*ALL)
    def view(self, reader: Reader, kept: KeptConsortium) -> ConsortiumKept:
        """Return all that is told of one to its keeper."""
        standing = self.standing(reader, kept)
        return ConsortiumKept(
            id=kept.id,
            name=kept.name,
            call=kept.call,
            notes=kept.notes,
            partners=standing.partners,
            verdict=standing.verdict,
            helpful=tuple(mend.organisation.id for mend in self.mends(reader, kept, standing)),
            versions=kept.versions,
            comments=kept.comments,
        )

    def _seats(self, members: Sequence[SeatWritten]) -> tuple[KeptSeat, ...]:
        names = self._records.names
        seats = tuple(
            KeptSeat(names.organisation(seat.organisation), seat.role or None, seat.budget_eur)
            for seat in members
        )
        if len({seat.organisation for seat in seats}) < len(seats):
            raise BadInput("somebody is listed twice; each organisation is a member once")
        return seats


def _lead(kept: KeptConsortium) -> OrganisationId | None:
    return next((seat.organisation for seat in kept.seats if seat.role == COORDINATOR), None)


def _members(seats: Sequence[KeptSeat], known: Mapping[str, Organisation]) -> list[Member]:
    return [
        replace(member_of(known[seat.organisation], role=seat.role), budget_eur=seat.budget_eur)
        for seat in seats
        if seat.organisation in known
    ]


def _difference(before: Verdict, after: Verdict) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Return which broken hard rules are cured, which are nearer, and whether another one breaks."""
    cures, nearer, harmed = [], [], False
    for rule, now in zip(before.rules, after.rules, strict=True):
        if rule.kind != "hard":
            continue
        if rule.answer is Answer.BROKEN:
            if now.answer is not Answer.BROKEN:
                cures.append(rule.id)
            elif _more(rule, now):
                nearer.append(rule.id)
        elif now.answer is Answer.BROKEN:
            harmed = True
    return tuple(cures), tuple(nearer), harmed


def _more(rule: RuleAnswer, now: RuleAnswer) -> bool:
    numbers = isinstance(rule.found, int | float) and isinstance(now.found, int | float)
    return bool(rule.short and numbers and now.found > rule.found)  # type: ignore[operator]
