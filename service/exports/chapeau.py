"""How does the overall project read in the common descriptive document (the "Chapeau")? A DOCX to paste
from."""

import datetime as dt
import io

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT
from docx.shared import Cm, Pt

from data.countries import country_name, to_eu
from matcher.integration.project import OverallProject
from service.exports import overall
from service.exports.clean import clean
from service.exports.workbook import Sheet


def chapeau_docx(project: OverallProject, *, title: str, today: dt.date) -> bytes:
    """Return the document: summary, streams, collaboration, states, coverage, resilience; the run id on every
    page."""
    document = Document()
    _page(document, project, today)
    document.add_heading(clean(title), level=0)
    _summary(document, project)
    document.add_heading("Work streams", level=1)
    for stream in project.streams:
        document.add_heading(clean(f"{stream.id}: {stream.name}"), level=2)
        states = ", ".join(country_name(state) for state in stream.countries)
        document.add_paragraph(
            clean(f"{len(stream.outlines)} outlines from {len(stream.countries)} states: {states}.")
        )
        if stream.terms:
            document.add_paragraph(
                clean("Salient terms: " + ", ".join(term.word for term in stream.terms) + ".")
            )
    _table(document, overall.participants(project), keep=(0, 1, 2, 5, 7))
    document.add_heading("Cross-border collaboration", level=1)
    document.add_paragraph(clean(_collaboration(project)))
    _table(document, overall.state_matrix(project))
    _table(document, overall.link_matrix(project))
    document.add_heading("Coverage of the call's topics", level=1)
    _table(document, overall.coverage(project), keep=(1, 2, 4, 5))
    document.add_heading("Rules", level=1)
    _table(document, overall.rules(project), keep=(0, 1, 2, 3, 6))
    document.add_heading("Resilience", level=1)
    _table(document, overall.losses(project))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: DocumentObject, project: OverallProject, today: dt.date) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    foot = section.footer.paragraphs[0]
    foot.text = clean(f"Call {project.call} · run {project.run} · {today:%d.%m.%Y}")
    document.core_properties.identifier = project.run
    document.core_properties.author = "Konsort"
    document.core_properties.created = dt.datetime(today.year, today.month, today.day)
    document.core_properties.modified = document.core_properties.created


def _summary(document: DocumentObject, project: OverallProject) -> None:
    states = {p.country for p in project.participants}
    organisations = {p.organisation for p in project.participants}
    document.add_paragraph(
        clean(
            f"The integrated overall project joins {len(project.participants)} outlines of {len(organisations)} "
            f"organisations from {len(states)} states in {len(project.streams)} work streams, with "
            f"{len(project.links)} collaborations across a border. {project.claim[:1].upper()}{project.claim[1:]}."
        )
    )
    if project.missing:
        absent = ", ".join(to_eu(state) for state in project.missing)
        document.add_paragraph(clean(f"Without an outline so far: {absent}."))


def _collaboration(project: OverallProject) -> str:
    counts = [p.links for p in project.participants]
    new = sum(link.new for link in project.links)
    alone = f"{len(project.isolated)} have none" if project.isolated else "nobody stands alone"
    return (
        f"Each participant has {min(counts, default=0)} to {max(counts, default=0)} collaborations across a border; "
        f"{alone}. {new} of the {len(project.links)} join organisations that have not worked together before."
    )


def _table(document: DocumentObject, sheet: Sheet, *, keep: tuple[int, ...] | None = None) -> None:
    """Add a table with its caption; `keep` names the columns shown."""
    if not sheet.rows:
        document.add_paragraph(clean(f"{sheet.about} There is nothing to show."))
        return
    columns = keep or tuple(range(len(sheet.header)))
    document.add_paragraph(clean(sheet.about), style="Caption")
    table = document.add_table(rows=0, cols=len(columns))
    table.style = "Light Grid Accent 1"
    for row in (sheet.header, *sheet.rows):
        cells = table.add_row().cells
        for cell, column in zip(cells, columns, strict=True):
            run = cell.paragraphs[0].add_run(clean(row[column]))
            run.font.size = Pt(8)
