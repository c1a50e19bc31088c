"""How do organisations come in from a CSV or XLSX file, and how is one found by what a cell says of it?"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from data.model import ImportReport, Kind, Organisation, OrganisationId
from data.sources import cells
from data.sources.reports import report
from data.sources.sheets import read_sheet
from data.sources.table import Cells, Column, Progress, unguarded
from data.store import Store
from data.tables import searchable
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
)


def import_organisations(
    store: Store, path: Path, *, dry_run: bool = False, progress: Progress | None = None
) -> ImportReport:
    """Bring a file of organisations into the store: what it states replaces what was there, empty cells do not.

    Bad rows are reported and left out. Raises BadInput where the file cannot be read or a column is missing.
    """
    sheet = read_sheet(path, ORGANISATION_COLUMNS, progress)
    records = organisations_of(sheet)
    with store.transaction(what=f"import organisations {path.name}", dry_run=dry_run) as writer:
        counts = writer.put_organisations(records, Merge.UPDATE)
    return report({"organisations": counts}, sheet.problems, dry_run)


def organisations_of(sheet: Cells, *, fictional: bool = False) -> list[Organisation]:
    """Return the organisations of the good rows; the first row of an id stands, a later one is refused."""
    idents = sheet.column("id", free_text)
    names = sheet.column("name", free_text)
    countries = sheet.column("country", cells.known_country)
    rows = zip(
        idents,
        names,
        countries,
        sheet.column("kind", cells.kind),
        sheet.column("sme", cells.flag),
        sheet.column("owner", free_text),
        sheet.column("city", free_text),
        sheet.column("url", free_text),
        sheet.column("profile", free_text),
        strict=True,
    )
    records: list[Organisation | None] = [None] * len(sheet.lines)
    first: dict[str, int] = {}
    for at, (ident, name, *facts) in enumerate(rows):
        if sheet.is_refused(at):
            continue
        try:
            if ident is None and name is None:
                raise ValueError("is empty, and so is the id; a row needs one of them")
            chosen = OrganisationId(ident or derived_id(name or "", countries[at]))
            if chosen in first:
                raise ValueError(
                    f"organisation {chosen!r} stands in line {sheet.lines[first[chosen]]} already"
                )
            records[at] = replace(Organisation(chosen, name, *facts), fictional=fictional)
            first[chosen] = at
        except ValueError as error:
            sheet.refuse(at, "name" if ident is None else "id", str(error))
    return [record for (record,) in sheet.rows(records)]


def free_text(cell: str) -> str | None:
    """Return a text that somebody typed, without the mark that guards a formula."""
    return cells.text(unguarded(cell))


def derived_id(name: str, country: str | None) -> OrganisationId:
    """Return the id of an organisation that has none: the same for the same name and country, whatever the case.

    >>> derived_id("Société Ada", "FR") == derived_id("SOCIETE  ADA", "FR")
    True
    """
    digest = hashlib.sha256(f"{searchable(name)}|{country or ''}".encode()).hexdigest()
    return OrganisationId(f"org-{digest[:12]}")


class Directory:
    """Which organisation does a cell mean, an id or a name?"""

    def __init__(self, organisations: Iterable[Organisation]) -> None:
        self._by_id = {record.id: record for record in organisations}
        self._by_name: dict[str, list[Organisation]] = {}
        for record in self._by_id.values():
            if record.name:
                self._by_name.setdefault(searchable(record.name), []).append(record)

    def find(self, text: str, country: str | None = None) -> Organisation | None:
        """Return the organisation of that id or full name, None where there is none.

        ValueError where the name fits several, in the country if one is given.
        """
        if known := self._by_id.get(OrganisationId(text)):
            return known
        named = self._by_name.get(searchable(text), [])
        near = [record for record in named if country is None or record.country in (None, country)]
        if len(near) > 1:
            shown = ", ".join(record.id for record in near[:5])
            raise ValueError(f"{text!r} fits {len(near)} organisations ({shown}); give the id")
        return near[0] if near else None


def looks_like_id(text: str) -> bool:
    """Tell an id from a name: one word with a digit in it.

    >>> looks_like_id("999612161"), looks_like_id("DEMO-ORG-1"), looks_like_id("Ada"), looks_like_id("3 Seen AG")
    (True, True, False, False)
    """
    return re.fullmatch(r"(?=.*\d)[\w.:/-]+", text) is not None
