"""Which outline, sender and partners does a row of a call's table mean?"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from data.model import CallId, Kind, Organisation, OrganisationId, Outline, OutlineId
from data.sources.corrections import Earlier, made_id
from data.sources.identity import Directory, derived_id, looks_like_id
from data.sources.languages import language_of
from data.sources.organisations import agreeing_kind, merged_senders
from data.sources.partners import NamedPartner
from data.sources.spelling import mixed_words
from data.sources.table import Cells

NO_COUNTRY = (
    "is empty, and nothing says where its sender sits; until it is stated, rules about countries cannot tell"
)


class Said(NamedTuple):
    """What the cells of a row mean, in the order of the table's columns."""

    ident: str | None
    organisation: str | None
    """An id in its normal form, or a name."""
    organisation_name: str | None
    country: str | None
    kind: Kind | None
    sme: bool | None
    owner: OrganisationId | None
    title: str
    text: str
    language: str | None
    facts: tuple[Any, ...]
    """What is offered and sought, the work stream, the budget and the dates: as `Outline` has them."""
    partners: Sequence[NamedPartner] | None
    fictional: bool | None = None


@dataclass(slots=True)
class OutlineRows:
    """What the good rows of a table say, taken one by one."""

    sheet: Cells
    call: CallId
    directory: Directory
    present: Sequence[Outline] = ()
    """The outlines that are there already, of all calls."""
    fictional: bool = False
    outlines: list[Outline] = field(default_factory=list)
    partners: dict[OutlineId, list[Organisation]] = field(default_factory=dict)
    """Who else takes part, by outline."""
    _senders: list[tuple[int, Organisation]] = field(default_factory=list)
    _first: dict[OutlineId, int] = field(default_factory=dict)
    _elsewhere: dict[OutlineId, CallId] = field(init=False)
    _earlier: Earlier = field(init=False)
    _before: dict[OutlineId, Outline] = field(init=False)

    def __post_init__(self) -> None:
        self._before = {outline.id: outline for outline in self.present}
        self._elsewhere = {outline.id: outline.call for outline in self.present if outline.call != self.call}
        self._earlier = Earlier([outline for outline in self.present if outline.call == self.call])

    @property
    def senders(self) -> list[Organisation]:
        """Each sender once, with what its rows say together; contradictions are reported."""
        return merged_senders(self.sheet, self._senders)

    def take(self, at: int, said: Said) -> None:
        """Take a row, or refuse it with the reason.

        A row without an id whose sender has sent an outline of nearly the same words is that outline, corrected.
        """
        column = "organisation"
        try:
            sender = self._organisation(said.organisation, said.organisation_name, said.country)
            where = said.country or sender.country
            column = "id"
            chosen = self._chosen(said, sender.id)
            spoken = said.language or language_of(f"{said.title}\n{said.text}")
            outline = Outline(chosen, self.call, said.title, said.text, sender.id, where, spoken, *said.facts)
        except ValueError as error:
            self.sheet.refuse(at, column, str(error))
            return
        self._first[chosen] = at
        if (before := self._before.get(chosen)) is not None:
            outline = self._following(at, before, outline, said)
        kind = agreeing_kind(self.sheet, at, said.kind, said.sme)
        name = said.organisation_name or sender.name
        record = Organisation(
            sender.id, name, where, kind, said.sme, said.owner, fictional=said.fictional or self.fictional
        )
        self._senders.append((at, record))
        self.directory.add(record)
        self.outlines.append(outline)
        self._tell_mixed(at, title=said.title, organisation_name=said.organisation_name)
        if said.partners:
            self.partners[chosen] = self._others(at, said.partners)

    def settle(self) -> None:
        """Let outlines without a country have the one that a later row states of their sender; tell of the others."""
        homes = {record.id: record.country for _, record in self._senders if record.country is not None}
        written = self.sheet.texts("country")
        for place, outline in enumerate(self.outlines):
            if outline.country is not None:
                continue
            home = homes.get(outline.organisation)
            self.outlines[place] = replace(outline, country=home)
            if home is None and not written[at := self._first[outline.id]].strip():
                self.sheet.leave_empty(at, "country", NO_COUNTRY)

    def _chosen(self, said: Said, sender: OrganisationId) -> OutlineId:
        if said.ident:
            chosen = OutlineId(said.ident)
        else:
            made = made_id(self.call, sender, said.title)
            chosen = self._earlier.of(made, sender, said.title, said.text)
        if chosen in self._first:
            line = self.sheet.lines[self._first[chosen]]
            raise ValueError(f"outline {chosen!r} stands in line {line} already")
        if chosen in self._elsewhere:
            raise ValueError(f"outline {chosen!r} belongs to the call {self._elsewhere[chosen]!r}")
        return chosen

    def _organisation(self, given: str | None, name: str | None, country: str | None) -> Organisation:
        """Return the organisation that is meant, a new one where nobody by that id or name is known."""
        text = given or name
        if text is None:
            raise ValueError("is empty, and so is organisation_name; a row needs one of them")
        if known := self.directory.find(text, country):
            return known
        if given and (name or looks_like_id(given)):
            return Organisation(OrganisationId(given), name, country, fictional=self.fictional)
        return Organisation(derived_id(text, country), text, country, fictional=self.fictional)

    def _others(self, at: int, partners: Sequence[NamedPartner]) -> list[Organisation]:
        """Return the organisations of a row's partners; a name that fits several is left out and reported."""
        organisations = []
        for partner in partners:
            try:
                record = self._organisation(partner.ident, partner.name, partner.country)
            except ValueError as error:
                self.sheet.leave_empty(at, "partners", str(error))
                continue
            self.directory.add(record)
            organisations.append(record)
        return organisations

    def _following(self, at: int, before: Outline, outline: Outline, said: Said) -> Outline:
        """Tell what became of an outline that was there; one that was withdrawn stays so."""
        if not said.ident and before.title != said.title:
            reason = f"is taken for a correction of {before.title!r} ({before.id}) of the same sender"
            self.sheet.note(at, "title", reason)
        if before.withdrawn is None or outline.withdrawn is not None:
            return outline
        self.sheet.note(at, "id", f"outline {before.id!r} was withdrawn on {before.withdrawn} and stays so")
        return replace(outline, withdrawn=before.withdrawn)

    def _tell_mixed(self, at: int, **texts: str | None) -> None:
        for column, text in texts.items():
            if text and (words := mixed_words(text)):
                self.sheet.note(at, column, f"{words[0]!r} mixes Latin letters with others that look alike")
