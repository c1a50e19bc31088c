"""How does the overall project read in the common descriptive document (the "Chapeau")? A DOCX to paste from."""

import datetime as dt
import io

from docx import Document
from docx.document import Document as DocumentObject

from data.countries import country_name
from matcher.overall.project import Link, OverallProject, Participant, Stream
from service.exports import layout, status, tables
from service.exports.clean import clean
from service.exports.people import FICTIONAL, NEAR_TEXTS, OutlineLabels
from service.exports.workbook import Sheet
from service.words import count

STRONGEST = 12
"""Collaborations that the text gives with their grounds; the annex has all."""
WORST = 12
"""Losses that are shown; the spreadsheet has all."""


def descriptive_document(project: OverallProject, *, title: str, today: dt.date) -> bytes:
    """Return the document: summary, streams, collaboration, coverage, rules, resilience, changes; annexes with all
    links and matrices. The run id is on every page."""
    document, labels = Document(), OutlineLabels(project)
    layout.page(document, f"Call {project.call} · run {project.run} · {today:%d.%m.%Y}", today)
    document.core_properties.identifier = project.run
    document.core_properties.title = clean(title)
    document.add_heading(clean(title), level=0)
    if project.fictional:
        layout.warning(document, FICTIONAL)
    _summary(document, project)
    document.add_heading("Work streams", level=1)
    layout.table(document, tables.streams_by_state_table(project))
    for stream in project.streams:
        _stream(document, project, stream, labels)
    _collaboration(document, project, labels)
    _status(document, project)
    changes = status.changes_tables(project)
    if changes:
        document.add_heading("Changes since the proposal before", level=1)
        for sheet in changes:
            layout.table(document, sheet)
    document.add_heading("Annex: all collaborations", level=1)
    layout.table(document, tables.links_table(project), keep=(0, 1, 3, 4, 6, 7))
    document.add_heading("Annex: links of each participant", level=1)
    layout.table(document, tables.link_matrix_table(project), drop=(2,))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _summary(document: DocumentObject, project: OverallProject) -> None:
    states = sorted(map(country_name, project.state_matrix.states))
    organisations = {p.organisation for p in project.participants}
    document.add_paragraph(
        clean(
            f"The integrated overall project joins {len(project.participants)} outlines of {len(organisations)} "
            f"organisations from {len(states)} states in {len(project.streams)} work streams, with "
            f"{len(project.links)} collaborations across a border. {project.claim[:1].upper()}{project.claim[1:]}."
        )
    )
    document.add_paragraph(clean(f"States: {', '.join(states)}."))
    if project.missing:
        absent = ", ".join(sorted(country_name(state) for state in project.missing))
        document.add_paragraph(clean(f"Invited, but without an outline so far: {absent}."))
    for note in project.notes:
        document.add_paragraph(clean(f"Note: {note}."))


def _stream(document: DocumentObject, project: OverallProject, stream: Stream, labels: OutlineLabels) -> None:
    """A stream in words, then its participants and with whom each works."""
    document.add_heading(clean(stream.name), level=2)
    theirs = [p for p in project.participants if p.stream == stream.id]
    states = ", ".join(country_name(state) for state in stream.countries)
    inside = [link for link in project.links if link.stream == stream.id]
    document.add_paragraph(
        clean(f"{len(theirs)} outlines from {states}; {len(inside)} collaborations inside the stream.")
    )
    if stream.terms:
        document.add_paragraph(clean(f"Salient terms: {', '.join(term.quoted for term in stream.terms)}."))
    if stream.second:
        document.add_paragraph(clean(f"Also contributing: {labels.all(stream.second)}."))
    rows = tuple(
        (country_name(p.country), p.name, p.title, _partners(project, p, labels))
        for p in sorted(theirs, key=lambda p: (country_name(p.country), p.name, p.outline))
    )
    header = ("State", "Participant", "Contribution", "Works across borders with")
    layout.table(document, Sheet("", f"Participants in {stream.name}.", header, rows))


def _partners(project: OverallProject, one: Participant, labels: OutlineLabels) -> str:
    """The partners' organisations and states, the strongest link first."""
    theirs = [link for link in project.links if one.outline in (link.a, link.b)]
    theirs.sort(key=lambda link: (-link.strength, link.a, link.b))
    return "; ".join(labels.owner(link.b if link.a == one.outline else link.a) for link in theirs)


def _collaboration(document: DocumentObject, project: OverallProject, labels: OutlineLabels) -> None:
    document.add_heading("Cross-border collaboration", level=1)
    counts = [p.links for p in project.participants]
    new = sum(link.new for link in project.links)
    alone = f"Without any: {labels.all(project.isolated)}." if project.isolated else "Nobody stands alone."
    document.add_paragraph(
        clean(
            f"Each participant has {min(counts, default=0)} to {max(counts, default=0)} collaborations across a "
            f"border. {alone} {new} of the {len(project.links)} join organisations that have not worked together "
            "before."
        )
    )
    document.add_heading("The strongest collaborations", level=2)
    document.add_paragraph(NEAR_TEXTS)
    for link in _strongest(project):
        grounds = labels.grounds(link)
        words = f" with {labels.named(link.b)}{f': {grounds}' if grounds else ''}."
        layout.bullet(document, labels.named(link.a), words)
    document.add_heading("Between states", level=2)
    layout.table(document, tables.state_matrix_table(project))


def _strongest(project: OverallProject) -> list[Link]:
    """The strongest link of each pair of states, the strongest first: not twelve times the same two."""
    by_states: dict[tuple[str, ...], Link] = {}
    for link in sorted(project.links, key=lambda link: (-link.strength, link.a, link.b)):
        by_states.setdefault(tuple(sorted(link.countries)), link)
    return list(by_states.values())[:STRONGEST]


def _status(document: DocumentObject, project: OverallProject) -> None:
    document.add_heading("Coverage of the call's topics", level=1)
    layout.table(document, status.coverage_table(project))
    document.add_heading("Rules of the call", level=1)
    rules = status.rules_table(project)
    reasons = any(row[5] for row in rules.rows)
    layout.table(document, rules, drop=(6,) if reasons else (5, 6))
    document.add_heading("To be confirmed", level=2)
    layout.table(document, status.attestations_table(project), drop=(3,))
    document.add_heading("To look at", level=1)
    layout.table(document, status.findings_table(project))
    document.add_heading("Resilience", level=1)
    worst = status.losses_table(project, borne=False)
    shown = Sheet(worst.title, worst.about, worst.header, worst.rows[:WORST])
    layout.table(document, shown, drop=(6,))
    if len(worst.rows) > WORST:
        document.add_paragraph(f"{count(len(worst.rows) - WORST, 'lesser one')} in the spreadsheet.")
    borne = sorted(
        country_name(loss.id) for loss in project.fragile if loss.kind == "country" and not loss.breaks
    )
    if borne:
        document.add_paragraph(
            clean(f"Each of these states could leave and nothing would break: {', '.join(borne)}.")
        )
