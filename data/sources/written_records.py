"""How are outlines and organisations written as tables that the importers read again without loss?"""

import io
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from data.countries import to_eu
from data.errors import BadInput
from data.model import Organisation, OrganisationId, Outline, OutlineId
from data.sources.organisations import ORGANISATION_COLUMNS
from data.sources.outlines import OUTLINE_COLUMNS
from data.sources.partners import NamedPartner, partner_text
from data.sources.table import csv_of
from data.sources.written_sheets import append_texts

FORMS = ("csv", "xlsx")
"""The forms of file."""
_WIDE = frozenset({"text", "title", "offers", "seeks", "profile", "name", "organisation_name", "partners"})


def outlines_file(
    outlines: Iterable[Outline],
    organisations: Mapping[OrganisationId, Organisation],
    partners: Mapping[OutlineId, Sequence[OrganisationId]],
    form: str,
) -> bytes:
    """Return outlines with their senders and partners as a file of the importer's own columns.

    `organisations` has all who send or take part, `partners` says who takes part in which outline; `form`: csv or xlsx,
    BadInput for another.
    """
    names = [column.name for column in OUTLINE_COLUMNS]
    rows = []
    for outline in outlines:
        facts = _outline_facts(outline, organisations, partners.get(outline.id, ()))
        rows.append([facts[name] for name in names])
    return _file("outlines", names, rows, form)


def organisations_file(organisations: Iterable[Organisation], form: str) -> bytes:
    """Return organisations as a file of the importer's own columns; `form`: csv or xlsx, BadInput for another."""
    names = [column.name for column in ORGANISATION_COLUMNS]
    rows = []
    for one in organisations:
        facts = _organisation_facts(one) | {"id": one.id, "name": one.name, "city": one.city, "url": one.url}
        facts |= {"profile": one.profile, "withdrawn": one.withdrawn}
        rows.append([facts[name] for name in names])
    return _file("organisations", names, rows, form)


def _outline_facts(
    outline: Outline,
    organisations: Mapping[OrganisationId, Organisation],
    partners: Sequence[OrganisationId],
) -> dict[str, object]:
    sender = organisations.get(outline.organisation, Organisation(outline.organisation))
    named = [organisations.get(ident, Organisation(ident)) for ident in partners]
    return _organisation_facts(sender) | {
        "id": outline.id,
        "title": outline.title,
        "text": outline.text,
        "organisation": sender.id,
        "organisation_name": sender.name,
        "country": outline.country and to_eu(outline.country),
        "language": outline.language,
        "offers": outline.offers,
        "seeks": outline.seeks,
        "work_stream": outline.work_stream,
        "budget_eur": outline.budget_eur,
        "submitted": outline.submitted,
        "partners": "; ".join(partner_text(NamedPartner(one.name, one.country, one.id)) for one in named),
        "withdrawn": outline.withdrawn,
    }


def _organisation_facts(one: Organisation) -> dict[str, object]:
    return {
        "country": one.country and to_eu(one.country),
        "kind": one.kind and str(one.kind),
        "sme": None if one.sme is None else str(one.sme).lower(),
        "owner": one.owner,
        "fictional": "true" if one.fictional else None,
    }


def _file(title: str, names: Sequence[str], rows: Sequence[Sequence[object]], form: str) -> bytes:
    if form not in FORMS:
        raise BadInput(f"records cannot be written as {form!r}; needed: one of {', '.join(FORMS)}")
    return csv_of(names, map(_to_the_cent, rows)) if form == "csv" else _workbook(title, names, rows)


def _to_the_cent(row: Sequence[object]) -> list[object]:
    return [f"{cell:.2f}" if isinstance(cell, float) else cell for cell in row]


def _workbook(title: str, names: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = title
    append_texts(sheet, names)
    for row in rows:
        append_texts(sheet, [cell if isinstance(cell, float) else cell and str(cell) for cell in row])
    for place, name in enumerate(names, start=1):
        sheet.cell(1, place).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = 50 if name in _WIDE else 18
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
