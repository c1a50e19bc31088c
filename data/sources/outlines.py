"""How do a call's outlines come in from a CSV, XLSX or ODS file?"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from data.calls import WorkStream
from data.errors import BadInput
from data.model import CallId, ImportReport, Organisation, Outline, OutlineId
from data.sources import amounts, cells, dates
from data.sources.cells import free_text
from data.sources.headings import scale_of
from data.sources.identity import Directory
from data.sources.languages import EU_LANGUAGES
from data.sources.mapping import NO_MAPPING, FileMapping
from data.sources.organisations import (
    COUNTRY,
    FICTIONAL,
    KIND,
    OWNER,
    SME,
    WITHDRAWN,
    country_column,
    kind_column,
    owner,
    pic,
    with_readings,
)
from data.sources.outline_rows import OutlineRows, Said
from data.sources.partners import partners_in
from data.sources.reports import report
from data.sources.sheets import read_sheet
from data.sources.table import Cells, Column, Objects, Progress
from data.store import Store
from data.tables import PARTNERS_SETTING
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
    Column("partners", "Who else takes part, with the country behind each: Nordnetz Oy (FI); Datum SA (FR)."),
    WITHDRAWN,
    FICTIONAL,
)


def import_outlines(
    store: Store,
    path: Path,
    call: CallId | str,
    *,
    streams: Sequence[WorkStream] = (),
    dry_run: bool = False,
    progress: Progress | None = None,
    mapping: FileMapping = NO_MAPPING,
    replace: bool = False,
) -> ImportReport:
    """Bring a file of a call's outlines into the store, with the organisations that sent them and their partners.

    `streams` are the call's work streams; where a row names another one, it is left open.

    An outline that is there already is replaced. Of an organisation that is there already, only what is unknown is
    filled. What the call has and the file has not is reported, and removed with `replace`, unless the file has bad
    rows: one of them could be it. Bad rows are reported and left out.
    Raises BadInput where the file cannot be read or a column is missing.
    """
    sheet = read_sheet(path, OUTLINE_COLUMNS, progress, mapping=mapping)
    present = store.outlines()
    rows = outlines_of(
        sheet, CallId(call), Directory(store.organisations().values()), present, streams=streams
    )
    taken = {outline.id for outline in rows.outlines}
    missing = [
        outline
        for outline in present
        if outline.call == call and outline.id not in taken and outline.withdrawn is None
    ]
    if replace and missing and sheet.findings.problems:
        raise BadInput(
            f"{path.name} has {len(sheet.findings.problems)} rows that cannot be taken, the first is "
            f"{sheet.findings.problems[0]}; nothing is replaced before they are mended"
        )
    senders = rows.senders
    partners = {partner.id: partner for listed in rows.partners.values() for partner in listed}
    others = [partners[ident] for ident in partners.keys() - {sender.id for sender in senders}]
    with store.transaction(what=f"import outlines {path.name} for {call}", dry_run=dry_run) as writer:
        counts = {
            "organisations": writer.put_organisations(senders, Merge.FILL)
            + writer.put_organisations(others, Merge.FILL),
            "outlines": writer.put_outlines(rows.outlines),
        }
        if rows.partners:
            writer.put_setting(
                PARTNERS_SETTING, _with_partners(store.setting(PARTNERS_SETTING), rows.partners)
            )
        if replace:
            writer.remove_outlines([outline.id for outline in missing])
    return report(counts, sheet.findings, dry_run, missing)


def outlines_of(
    sheet: Cells,
    call: CallId,
    directory: Directory,
    present: Sequence[Outline] = (),
    *,
    streams: Sequence[WorkStream] = (),
    fictional: bool = False,
) -> OutlineRows:
    """Return the outlines, senders and partners of the good rows. `present` are the outlines that are there already."""
    columns = (
        sheet.column("id", free_text),
        sheet.column("organisation", pic, key=True),
        sheet.column("organisation_name", free_text, key=True),
        country_column(sheet),
        kind_column(sheet),
        sheet.column("sme", cells.flag),
        sheet.column("owner", owner),
        sheet.column("title", cells.content, key=True),
        sheet.column("text", cells.content, key=True),
        sheet.column("language", cells.language),
    )
    facts = (
        sheet.column("offers", free_text),
        sheet.column("seeks", free_text),
        _stream_column(sheet, streams),
        budget_column(sheet),
        sheet.column("submitted", dates.days_among(sheet.texts("submitted"))),
        sheet.column("withdrawn", dates.day),
    )
    partners = sheet.column("partners", partners_in)
    invented = sheet.column("fictional", cells.flag)
    taken = OutlineRows(sheet, call, directory, present, fictional)
    for at, row in enumerate(zip(*columns, zip(*facts, strict=True), partners, invented, strict=True)):
        if not sheet.is_refused(at):
            taken.take(at, Said(*row))
    taken.settle()
    return taken


def _with_partners(kept: str | None, partners: Mapping[OutlineId, Sequence[Organisation]]) -> str:
    known: dict[str, list[str]] = json.loads(kept) if kept else {}
    known |= {outline: sorted({partner.id for partner in listed}) for outline, listed in partners.items()}
    return json.dumps(known, sort_keys=True)


def budget_column(sheet: Cells, name: str = "budget_eur") -> Objects:
    """Return the budgets of a table's rows in euro; how a doubtful one was read is noted."""
    read = partial(amounts.budget, scale=scale_of(sheet.titles.get(name, "")))
    budgets = sheet.column(name, read)
    for at, amount in enumerate(budgets):
        if amount is not None:
            if amount.note:
                sheet.note(at, name, amount.note)
            budgets[at] = amount.value
    return budgets


def _stream_column(sheet: Cells, streams: Sequence[WorkStream]) -> Objects:
    meaning = _stream_among(streams)
    return with_readings(sheet, "work_stream", meaning) if streams else sheet.column("work_stream", meaning)


def _stream_among(streams: Sequence[WorkStream]) -> Callable[[str], str | None]:
    """Return how a cell names one of a call's work streams; where the call defines none, any text stands."""
    ids = {word.casefold(): stream.id for stream in streams for word in (stream.id, stream.title)}
    allowed = ", ".join(stream.id for stream in streams)

    def stream(cell: str) -> str | None:
        written = free_text(cell)
        if written is None or not streams:
            return written
        try:
            return ids[written.casefold()]
        except KeyError:
            raise ValueError(
                f"{written!r} is no work stream of this call; needed: one of {allowed}"
            ) from None

    return stream
