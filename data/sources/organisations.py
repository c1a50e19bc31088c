"""How do organisations come in from a CSV, XLSX or ODS file?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from data.model import ImportReport, Interpretation, Kind, Organisation, OrganisationId
from data.sources import cells, dates
from data.sources.cells import free_text
from data.sources.identity import derived_id, folded_name, identity
from data.sources.mapping import NO_MAPPING, FileMapping
from data.sources.reports import report
from data.sources.sheets import read_sheet
from data.sources.table import Cells, Column, Objects, Progress
from data.sources.vocabulary import is_unknown
from data.store import Store
from data.writer import Merge

COUNTRY = Column(
    "country",
    "Two letters (Greece is EL or GR, the United Kingdom UK or GB) or the name. Empty: unknown.",
    example="EL",
)
KIND = Column(
    "kind",
    "What sort of body it is; 'company' where its size is unknown. Empty: unknown.",
    allowed=tuple(Kind),
    example="sme",
)
SME = Column(
    "sme",
    "Is it a small or medium-sized enterprise by the EU definition? Empty: unknown.",
    allowed=("true", "false"),
    example="true",
)
OWNER = Column(
    "owner",
    "Id of the ultimate parent; who owns itself repeats its own id. Empty: unknown.",
    example="999999999",
)
WITHDRAWN = Column("withdrawn", "The day since when it takes no part. Empty: it takes part.", is_ours=True)
FICTIONAL = Column("fictional", "Is the organisation invented?", allowed=("true", "false"), is_ours=True)
ORGANISATION_COLUMNS = (
    Column(
        "id",
        "The participant code (PIC) where there is one. Empty: an id is made from name and country.",
        aliases=("pic", "organisationID"),
        example="999999999",
    ),
    Column("name", "The legal name.", needed=True, example="Beispiel Netze GmbH"),
    COUNTRY,
    KIND,
    SME,
    OWNER,
    Column("city", "Where it sits.", example="Θεσσαλονίκη"),
    Column("url", "Its web address.", aliases=("website",), example="https://example.org"),
    Column("profile", "What it says of itself: skills, facilities, interests; in any EU language."),
    WITHDRAWN,
    FICTIONAL,
)


RENAMED: Mapping[str, str] = MappingProxyType({"organisation_name": "name", "organisation": "id", "id": ""})
"""What headings mean in general, by this table's own names; a number of the row is no id of an organisation."""


def import_organisations(
    store: Store,
    path: Path,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    mapping: FileMapping = NO_MAPPING,
) -> ImportReport:
    """Bring a file of organisations into the store: what it states replaces what was there, empty cells do not.

    Bad rows are reported and left out. Raises BadInput where the file cannot be read or a column is missing.
    """
    sheet = read_sheet(path, ORGANISATION_COLUMNS, progress, mapping=mapping, renamed=RENAMED)
    records = organisations_of(sheet)
    with store.transaction(what=f"import organisations {path.name}", dry_run=dry_run) as writer:
        counts = writer.put_organisations(records, Merge.UPDATE)
    return report({"organisations": counts}, sheet.findings, dry_run)


def organisations_of(sheet: Cells, *, fictional: bool = False) -> list[Organisation]:
    """Return the organisations of the good rows; the first row of an id stands, a later one is refused."""
    idents = sheet.column("id", pic, key=True)
    names = sheet.column("name", free_text, key=True)
    countries = country_column(sheet)
    rows = zip(
        idents,
        names,
        countries,
        kind_column(sheet),
        sheet.column("sme", cells.flag),
        sheet.column("owner", owner),
        sheet.column("city", free_text),
        sheet.column("url", free_text),
        sheet.column("profile", free_text),
        sheet.column("fictional", cells.flag),
        sheet.column("withdrawn", dates.day),
        strict=True,
    )
    records: list[Organisation | None] = [None] * len(sheet.lines)
    first: dict[str, int] = {}
    for at, (ident, name, country, kind, sme, *facts, invented, withdrawn) in enumerate(rows):
        if sheet.is_refused(at):
            continue
        try:
            if ident is None and name is None:
                raise ValueError("is empty, and so is the id; a row needs one of them")
            chosen = OrganisationId(ident or derived_id(name or "", country))
            if chosen in first:
                other = records[first[chosen]]
                if other is not None and folded_name(other.name or "") != folded_name(name or ""):
                    sheet.conflict(
                        at, first[chosen], "name", f"{chosen!r} is {name!r} here and {other.name!r} in"
                    )
                raise ValueError(
                    f"organisation {chosen!r} stands in line {sheet.lines[first[chosen]]} already"
                )
            record = Organisation(chosen, name, country, agreeing_kind(sheet, at, kind, sme), sme, *facts)
            records[at] = replace(record, fictional=bool(invented or fictional), withdrawn=withdrawn)
            first[chosen] = at
        except ValueError as error:
            sheet.refuse(at, "name" if ident is None else "id", str(error))
    return [record for (record,) in sheet.rows(records)]


def pic(cell: str) -> str | None:
    """Return an organisation's id in its normal form; None for none and for a placeholder such as 999999999."""
    return identity(free_text(cell))


def owner(cell: str) -> OrganisationId | None:
    """Return the owner's id in its normal form."""
    code = pic(cell)
    return OrganisationId(code) if code else None


def country_column(sheet: Cells, name: str = "country") -> Objects:
    """Return the countries of a table's rows."""
    return sheet.column(name, cells.countries_among(sheet.texts(name)))


def kind_column(sheet: Cells) -> Objects:
    """Return the kinds of a table's rows, and note what each word was taken for."""
    return with_readings(sheet, "kind", cells.kind)


def with_readings(sheet: Cells, name: str, meaning: Callable[[str], object]) -> Objects:
    """Return what the words of a column mean; what each one was taken for is noted once, whatever the rows."""
    texts = [text.strip() for text in sheet.texts(name)]
    meant = sheet.column(name, meaning)
    known: dict[str, tuple[object, int]] = {}
    for text, value in zip(texts, meant, strict=True):
        known[text] = (value, known.get(text, (None, 0))[1] + 1)
    for text, (value, rows) in known.items():
        if value is None and is_unknown(text):
            continue
        if value is None or text.casefold() != str(value):
            sheet.findings.readings.append(
                Interpretation(name, text, None if value is None else str(value), rows)
            )
    return meant


def agreeing_kind(sheet: Cells, at: int, kind: Kind | None, sme: bool | None) -> Kind | None:
    """Return the kind, a company of any size where the SME flag contradicts it: that is reported."""
    if (kind is Kind.SME and sme is False) or (kind is Kind.LARGE and sme is True):
        said = "yes" if sme else "no"
        sheet.leave_empty(at, "kind", f"{kind.value!r}, but the SME flag says {said}; taken for a company")
        return Kind.COMPANY
    return kind


def merged_senders(sheet: Cells, rows: Sequence[tuple[int, Organisation]]) -> list[Organisation]:
    """Return each organisation once: what its first row states stands, later rows fill what is unknown.

    Rows that contradict each other are reported with both lines.
    """
    merged: dict[OrganisationId, Organisation] = {}
    first: dict[tuple[OrganisationId, str], int] = {}
    for at, record in rows:
        known = merged.get(record.id)
        facts = {}
        for name in ("name", "country", "kind", "sme", "owner"):
            value = getattr(record, name)
            before = None if known is None else getattr(known, name)
            if value is not None and before is None:
                first[record.id, name] = at
                facts[name] = value
            elif value is not None and _differ(name, before, value):
                reason = f"{_shown(record)}: {name} is {_plainly(value)} here and {_plainly(before)} in"
                sheet.conflict(at, first[record.id, name], name, reason)
        try:
            merged[record.id] = record if known is None else replace(known, **facts)
        except ValueError as error:
            sheet.conflict(at, at, "kind", str(error))
    return list(merged.values())


def _differ(name: str, before: object, value: object) -> bool:
    if name == "name":
        return folded_name(str(before)) != folded_name(str(value))
    sized = {Kind.SME, Kind.LARGE, Kind.COMPANY}
    return before != value and not (Kind.COMPANY in (before, value) and {before, value} <= sized)


def _shown(record: Organisation) -> str:
    return repr(record.name) if record.name else str(record.id)


def _plainly(value: object) -> str:
    return repr(str(value))
