"""How do a call's outlines come in from a CSV or XLSX file?"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from data.calls import WorkStream
from data.model import CallId, ImportReport, Organisation, OrganisationId, Outline, OutlineId
from data.sources import cells
from data.sources.languages import EU_LANGUAGES, language_of
from data.sources.organisations import (
    COUNTRY,
    KIND,
    OWNER,
    SME,
    Directory,
    derived_id,
    free_text,
    looks_like_id,
)
from data.sources.reports import report
from data.sources.sheets import read_sheet
from data.sources.table import Cells, Column, Progress
from data.store import Store
from data.writer import Merge

OUTLINE_COLUMNS = (
    Column(
        "id",
        "Your number for the outline. Empty: one is made from call, organisation and title.",
        example="OUT-001",
    ),
    Column("title", "The idea in one line.", needed=True, example="Edge-Knoten für ländliche Kliniken"),
    Column("text", "The outline: 80 to 400 words, in any EU language.", needed=True),
    Column(
        "organisation",
        "Who sends it: the participant code (PIC) or another id, or the name of an organisation that is known.",
        example="999999999",
    ),
    Column(
        "organisation_name",
        "The sender's name; needed where 'organisation' is empty.",
        example="Beispiel Netze GmbH",
    ),
    COUNTRY,
    KIND,
    Column(
        "language",
        "The outline's language. Empty: it is found out.",
        allowed=EU_LANGUAGES,
        example="de",
    ),
    Column("offers", "What the sender brings."),
    Column("seeks", "What the sender looks for."),
    Column(
        "work_stream",
        "The call's work stream, by its id or title. Empty: left open.",
        example="infrastructure",
    ),
    Column("budget_eur", "The sender's budget in euro: 1234567.89 or 1.234.567,89.", example="1.250.000,00"),
    SME,
    OWNER,
    Column("submitted", "When it was sent: 2026-11-22 or 22.11.2026.", example="22.11.2026"),
)


def import_outlines(
    store: Store,
    path: Path,
    call: CallId | str,
    *,
    streams: Sequence[WorkStream] = (),
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring a file of a call's outlines into the store, with the organisations that sent them.

    `streams` are the call's work streams; a row that names another one is refused, unless the call has none.

    An outline that is there already is replaced. Of an organisation that is there already, only what is unknown is
    filled. Bad rows are reported and left out. Raises BadInput where the file cannot be read or a column is missing.
    """
    sheet = read_sheet(path, OUTLINE_COLUMNS, progress)
    elsewhere = {outline.id: outline.call for outline in store.outlines() if outline.call != call}
    senders, outlines = outlines_of(
        sheet, CallId(call), Directory(store.organisations().values()), elsewhere, streams=streams
    )
    with store.transaction(what=f"import outlines {path.name} for {call}", dry_run=dry_run) as writer:
        counts = {
            "organisations": writer.put_organisations(senders, Merge.FILL),
            "outlines": writer.put_outlines(outlines),
        }
    return report(counts, sheet.problems, dry_run)


def outlines_of(
    sheet: Cells,
    call: CallId,
    directory: Directory,
    elsewhere: dict[OutlineId, CallId],
    *,
    streams: Sequence[WorkStream] = (),
    fictional: bool = False,
) -> tuple[list[Organisation], list[Outline]]:
    """Return the senders and the outlines of the good rows. `elsewhere` holds the ids that other calls use."""
    rows = zip(
        sheet.column("id", free_text),
        sheet.column("organisation", free_text),
        sheet.column("organisation_name", free_text),
        sheet.column("country", cells.known_country),
        sheet.column("kind", cells.kind),
        sheet.column("sme", cells.flag),
        sheet.column("owner", free_text),
        sheet.column("title", _needed),
        sheet.column("text", _needed),
        sheet.column("language", cells.language),
        sheet.column("offers", free_text),
        sheet.column("seeks", free_text),
        sheet.column("work_stream", _stream_among(streams)),
        sheet.column("budget_eur", cells.budget),
        sheet.column("submitted", cells.day),
        strict=True,
    )
    senders: list[Organisation | None] = [None] * len(sheet.lines)
    outlines: list[Outline | None] = [None] * len(sheet.lines)
    first: dict[str, int] = {}
    for at, (ident, given, name, country, kind, sme, owner, title, text, language, *rest) in enumerate(rows):
        if sheet.is_refused(at):
            continue
        column = "organisation"
        try:
            sender = _sender(directory, given, name, country, fictional=fictional)
            column = "country"
            if (where := country or sender.country) is None:
                raise ValueError("is empty, and the organisation's country is not known")
            column = "kind"
            stated = OrganisationId(owner) if owner else None
            senders[at] = Organisation(sender.id, sender.name, where, kind, sme, stated, fictional=fictional)
            column = "id"
            chosen = OutlineId(ident or _derived(call, sender.id, title or ""))
            if chosen in first:
                raise ValueError(f"outline {chosen!r} stands in line {sheet.lines[first[chosen]]} already")
            if chosen in elsewhere:
                raise ValueError(f"outline {chosen!r} belongs to the call {elsewhere[chosen]!r}")
            first[chosen] = at
            spoken = language or language_of("\n".join(part for part in (title, text) if part))
            outlines[at] = Outline(chosen, call, title or "", text or "", sender.id, where, spoken, *rest)
        except ValueError as error:
            sheet.refuse(at, column, str(error))
    kept = sheet.rows(senders, outlines)
    return list({sender.id: sender for sender, _ in kept}.values()), [outline for _, outline in kept]


def _sender(
    directory: Directory, given: str | None, name: str | None, country: str | None, *, fictional: bool
) -> Organisation:
    """Return the organisation that a row means, a new one where nobody by that id or name is known."""
    text = given or name
    if text is None:
        raise ValueError("is empty, and so is organisation_name; a row needs one of them")
    if known := directory.find(text, country):
        return known
    if given and (name or looks_like_id(given)):
        return Organisation(OrganisationId(given), name, country, fictional=fictional)
    return Organisation(derived_id(text, country), text, country, fictional=fictional)


def _stream_among(streams: Sequence[WorkStream]) -> Callable[[str], str | None]:
    """Return how a cell names one of a call's work streams; where the call defines none, any text stands."""
    ids = {word.casefold(): stream.id for stream in streams for word in (stream.id, stream.title)}
    allowed = ", ".join(stream.id for stream in streams)

    def stream(cell: str) -> str | None:
        found = free_text(cell)
        if found is None or not streams:
            return found
        try:
            return ids[found.casefold()]
        except KeyError:
            raise ValueError(f"{found!r} is no work stream of this call; needed: one of {allowed}") from None

    return stream


def _needed(cell: str) -> str:
    if found := free_text(cell):
        return found
    raise ValueError("is empty; every outline needs it")


def _derived(call: str, organisation: str, title: str) -> str:
    digest = hashlib.sha256(f"{call}|{organisation}|{title}".encode()).hexdigest()
    return f"out-{digest[:12]}"
