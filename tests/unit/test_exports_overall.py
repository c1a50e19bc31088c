"""The files that leave the house: tables, document, graph and calendars, with the run id and without formulas."""

import datetime as dt
import io
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import docx
import icalendar
import openpyxl
import pytest
from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from data.demands import Hardness
from data.errors import BadInput
from data.model import CallId, Kind, OutlineId
from data.published import as_json
from graph.rules.rules import Answer, RuleAnswer, Verdict
from matcher.overall.event import EventOptions, event_plan
from matcher.overall.naming import StreamTerm
from matcher.overall.project import (
    Changes,
    Coverage,
    Finding,
    Ground,
    Link,
    Loss,
    OverallProject,
    Participant,
    Person,
    Stream,
)
from service.exports import spoken
from service.exports.blocks import DocumentContent, ParagraphBlock, TableBlock
from service.exports.chapeau import descriptive_document
from service.exports.document import docx_of, template_docx
from service.exports.graph import overall_gexf
from service.exports.meetings import agenda, meetings_ics, meetings_xlsx
from service.exports.pdf import pdf_of
from service.exports.people import FICTIONAL
from service.exports.spoken import wording, wording_of
from service.exports.tables import overall_xlsx

O1, O2, O3, O9 = (OutlineId(ident) for ident in ("o1", "o2", "o3", "o9"))
START = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def three_outlines() -> OverallProject:
    """Three outlines in two streams: o1 (GR) with o2 (DE) in s1, o2 with o3 (FR) across streams."""
    people = [
        Participant(O1, "Θαλάσσιο νέφος", "c1", '=HYPERLINK("evil")', "GR", "s1", ("s2",), 0.9, 1, 1, 4),
        Participant(O2, "Rand & Wolke <b>", "c2", "Nordlicht\x0b GmbH", "DE", "s1", (), 0.8, 2, 1, 4),
        Participant(O3, "Bord", "c3", "+Périphérie", "FR", "s2", (), 0.7, 1, 1, 4),
    ]
    why = (Ground("topic", 0.5, "the whole texts are near"),)
    return OverallProject(
        run="abc123abc123",
        call="demo",
        status="optimal",
        gap=0.0,
        claim="streams and links together are proved best",
        value=3.0,
        bound=3.0,
        stage_loss=0.0,
        streams=(
            Stream(
                "s1",
                "Edge",
                (StreamTerm("edge", ("edge",), ("en",), 3.0),),
                (O1, O2),
                (),
                ("DE", "GR"),
            ),
            Stream("s2", "@Apps", (), (O3,), (O1,), ("FR",)),
        ),
        links=(
            Link(O1, O2, ("GR", "DE"), 0.9, "s1", why, True),
            Link(O2, O3, ("DE", "FR"), 0.6, None, why, False),
        ),
        participants=tuple(people),
        isolated=(),
        short=(),
        coverage=(Coverage("t1", "Metering", False, 0.1, (), ()),),
        findings=(Finding("hanging-country", ("EL",), "EL has one link to other states", 1),),
        missing=("GB",),
        fragile=(Loss("country", "GR", (O1,), (), ("Greece leaves",), 1.0),),
        rules=None,
    )


SHEETS = [
    "Overview",
    "Participants",
    "Streams by state",
    "Budget by stream",
    "Budget by country",
    "Budget by kind",
    "Asked for",
    "Salient phrases",
    "Links",
    "Links by participant",
    "Links by state",
    "Coverage",
    "Rules",
    "To confirm",
    "To look at",
    "Losses",
]


def book_of(project: OverallProject) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(overall_xlsx(project)))


def rows_of(project: OverallProject, sheet: str, *, head: int = 2) -> list[list[object]]:
    """The header and the rows below it."""
    return [[cell.value for cell in row] for row in book_of(project)[sheet].iter_rows(min_row=head)]


TODAY = dt.date(2026, 11, 22)


def paper_of(project: OverallProject, language: str = "en") -> DocumentContent:
    return descriptive_document(
        project, wording(language), title="Overall project", today=TODAY, aims={"s1": "Near the machine."}
    )


def document_of(project: OverallProject) -> DocumentObject:
    return docx.Document(io.BytesIO(docx_of(paper_of(project), today=TODAY)))


def words_of(made: DocumentObject) -> str:
    return "\n".join(paragraph.text for paragraph in made.paragraphs)


def test_the_workbook_has_every_table_and_no_cell_is_a_formula() -> None:
    book = book_of(three_outlines())
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert "abc123abc123" in sheet["A1"].value
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"


def test_every_sheet_prints_in_landscape_with_its_header_on_each_page() -> None:
    for sheet in book_of(three_outlines()):
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == "$2:$2"
        assert sheet.freeze_panes == "B3"
        assert all(7 <= column.width <= 62 for column in sheet.column_dimensions.values())


def test_a_fictional_call_is_said_to_be_one_on_every_sheet_and_page() -> None:
    project = replace(three_outlines(), fictional=True)
    for sheet in book_of(project):
        assert sheet["A2"].value == FICTIONAL
        assert sheet.print_title_rows == "$3:$3"
    made = document_of(project)
    assert made.sections[0].header.paragraphs[0].text == FICTIONAL
    assert FICTIONAL in words_of(made)
    assert FICTIONAL not in words_of(document_of(three_outlines()))


def test_states_are_shown_in_eu_style_and_counted_on_both_sides() -> None:
    assert rows_of(three_outlines(), "Links by state") == [
        ["State", "DE", "FR", "EL", "All"],
        ["DE Germany", 0, 1, 1, 2],
        ["FR France", 1, 0, 0, 1],
        ["EL Greece", 1, 0, 0, 1],
    ]


def test_each_participant_has_a_row_in_the_link_matrix() -> None:
    rows = rows_of(three_outlines(), "Links by participant")[1:]
    assert [row[2] for row in rows] == ["Rand & Wolke <b>", "Θαλάσσιο νέφος", "Bord"]
    assert rows[0] == ["Nordlicht GmbH", "DE", "Rand & Wolke <b>", "own", 1, 1, 2]


def test_outlines_are_named_by_title_and_organisation_in_coverage_and_losses() -> None:
    covered = Coverage("t2", "Radio", True, 0.8, (O2,), ("DE",), "sentence", None, O2, "Radio for ports.")
    loss = Loss("outline", O2, (O2,), (O1,), ("one falls",), 2.0, links=2, mend=((O1, O3),))
    project = replace(three_outlines(), coverage=(covered,), fragile=(loss,))
    assert rows_of(project, "Coverage")[1] == [
        "Radio",
        "a sentence speaks of it",
        "Rand & Wolke <b> (Nordlicht GmbH, DE)",
        1,
        "DE",
        "Nordlicht GmbH, DE: “Radio for ports.”",
    ]
    who, breaks, short, outlines, links, mend, _ = rows_of(project, "Losses")[1]
    assert (who, breaks) == ("Rand & Wolke <b> (Nordlicht GmbH, DE)", "one falls")
    assert str(short).startswith("Θαλάσσιο νέφος (=HYPERLINK")
    assert (outlines, links) == (1, 2)
    assert str(mend).endswith(" – Bord (+Périphérie, FR)")


def test_what_only_a_person_can_confirm_stands_once_and_not_for_every_stream() -> None:
    attestation = RuleAnswer(
        "R2",
        Hardness.ATTESTATION,
        Answer.UNKNOWN,
        "spill-overs",
        "unknown",
        "a person's word",
        (),
        "section 3",
    )
    met = RuleAnswer("R1", Hardness.HARD, Answer.MET, "four states", 4, 4, (), "section 2")
    verdict = Verdict(CallId("demo"), Answer.MET, (met, attestation))
    streams = tuple(replace(stream, rules=verdict) for stream in three_outlines().streams)
    project = replace(three_outlines(), rules=verdict, streams=streams)
    assert [row[:2] for row in rows_of(project, "Rules")[1:]] == [
        ["The whole", "four states"],
        ["Edge", "four states"],
        ["@Apps", "four states"],
    ]
    assert [row[0] for row in rows_of(project, "To confirm")[1:]] == ["spill-overs"]


def test_changes_are_given_by_name_with_who_lost_which_partner() -> None:
    gone = (Person(O9, "Hafen", "Weser AöR", "DE"),)
    project = replace(
        three_outlines(),
        changes=Changes(
            removed=(O9,),
            moved=((O3, "s1", "s2"),),
            links_added=((O2, O3),),
            links_gone=((O3, O9),),
            gone=gone,
        ),
    )
    assert book_of(project).sheetnames == [*SHEETS, "Changes", "Changes by participant"]
    assert rows_of(project, "Changes")[1:] == [
        ["left", "Hafen (Weser AöR, DE)", None, None],
        ["moved", "Bord (+Périphérie, FR)", "Edge", "@Apps"],
        ["new link", "Rand & Wolke <b> (Nordlicht GmbH, DE) – Bord (+Périphérie, FR)", None, "linked"],
        ["link gone with who left", "Bord (+Périphérie, FR) – Hafen (Weser AöR, DE)", "linked", None],
    ]
    assert rows_of(project, "Changes by participant")[1:] == [
        ["Bord (+Périphérie, FR)", "Hafen (Weser AöR, DE)", "Rand & Wolke <b> (Nordlicht GmbH, DE)", 1, 1],
        ["Rand & Wolke <b> (Nordlicht GmbH, DE)", None, "Bord (+Périphérie, FR)", 1, 2],
    ]
    assert "Changes since the proposal before" in words_of(document_of(project))


def test_without_changes_there_are_no_sheets_of_changes() -> None:
    assert book_of(replace(three_outlines(), changes=Changes())).sheetnames == SHEETS


def test_the_document_names_streams_partners_reasons_and_the_run() -> None:
    made = document_of(three_outlines())
    text = words_of(made)
    assert (
        "joins 3 outlines of 3 organisations from 3 states in 2 work streams, with 2 collaborations" in text
    )
    assert "1 of the 2 join organisations that have not worked together" in text
    assert "Rand & Wolke <b> (Nordlicht GmbH, DE) with Bord (+Périphérie, FR)." in text
    assert text.count("the whole texts of both outlines are near to each other") == 1
    assert "Aim, as the call describes it: Near the machine." in text
    foot = "Call demo. Made on 22.11.2026. Run abc123abc123. · page "
    assert made.sections[0].footer.paragraphs[0].text == foot
    works = "Works across a border with"
    table = next(table for table in made.tables if table.rows[0].cells[-1].text == works)
    assert len(table.rows) == 1 + 3, "all participants stand in one table"
    assert [cell.text for cell in table.rows[1].cells] == [
        "Edge",
        "Nordlicht GmbH, DE",
        "Rand & Wolke <b>",
        '=HYPERLINK("evil"), EL; +Périphérie, FR',
    ]


def test_tables_of_the_document_fit_the_page_and_repeat_their_header() -> None:
    made = document_of(three_outlines())
    for table in made.tables:
        assert sum(cell.width for cell in table.rows[0].cells) <= Cm(29.7 - 2 * 2.0) + 1000
        assert len(table.rows[0]._tr.get_or_add_trPr().findall(qn("w:tblHeader"))) == 1
        assert all(len(row._tr.get_or_add_trPr().findall(qn("w:cantSplit"))) == 1 for row in table.rows)


def test_only_matrices_stand_in_landscape_and_no_letter_is_below_nine_points() -> None:
    made = document_of(three_outlines())
    turned = [section.orientation == WD_ORIENT.LANDSCAPE for section in made.sections]
    assert turned == [False, True, False]
    used = {paragraph.style.name for paragraph in made.paragraphs if paragraph.style is not None}
    sizes = [made.styles[name].font.size for name in used if made.styles[name].font.size is not None]
    assert made.styles["Konsort table"].font.size == Pt(9)
    assert min(sizes) >= Pt(9)


def test_word_knows_the_headings_and_the_table_of_contents() -> None:
    made = document_of(three_outlines())
    heads = [p.text for p in made.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert heads[:3] == ["Summary", "Work streams", "Work streams and states"]
    fields = [field.text for field in made.element.body.iter(qn("w:instrText"))]
    assert fields == ['TOC \\o "1-2" \\h \\z \\u']


def test_the_document_speaks_german() -> None:
    loss = Loss("country", "FR", (O3,), (O2,), ("1 outline falls below 2 links",), 2.0, links=1)
    paper = paper_of(replace(three_outlines(), fragile=(loss,)), "de")
    said = [block.text for block in paper.blocks if isinstance(block, ParagraphBlock)]
    assert said[0].startswith(
        "Das integrierte Gesamtvorhaben verbindet 3 Skizzen von 3 Organisationen aus 3 Staaten"
    )
    assert "Staaten: Deutschland, Frankreich, Griechenland." in said
    rows = [row for block in paper.blocks if isinstance(block, TableBlock) for row in block.rows]
    assert ("Frankreich (FR)", "1 Skizze(n) fallen unter 2 Zusammenarbeiten", "") in rows


def test_what_is_known_of_all_is_not_said_to_be_unknown_of_none() -> None:
    project = three_outlines()
    assert "Budget: unknown of 3 of 3 outlines." in words_of(document_of(project))
    known = tuple(replace(one, budget_eur=1_000_000.0, kind=Kind.COMPANY) for one in project.participants)
    words = words_of(document_of(replace(project, participants=known)))
    assert "The budgets of all 3 outlines add up to 3" in words
    assert "unknown of 0" not in words
    assert "0 of 3 outlines" not in words


def test_german_has_every_word_of_the_english_document() -> None:
    english, german = wording("en"), wording("de")
    for table in ("text", "head", "kind", "answer"):
        assert getattr(english, table).keys() == getattr(german, table).keys()
    assert {kind.value for kind in Kind} <= english.kind.keys()


def test_own_words_are_read_and_refused_where_one_is_missing_or_fills_in_what_nobody_knows(
    tmp_path: Path,
) -> None:
    given = (Path(spoken.FOLDER) / "en.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(given.replace('summary = "Summary"', 'summary = "Kokkuvõte"'), encoding="utf-8")
    assert wording_of(own).say("summary") == "Kokkuvõte"
    own.write_text(given.replace('summary = "Summary"\n', ""), encoding="utf-8")
    with pytest.raises(BadInput, match=r"\[text\] lacks summary"):
        wording_of(own)
    own.write_text(given.replace("States: {states}.", "States: {countries}."), encoding="utf-8")
    with pytest.raises(BadInput, match="states names countries"):
        wording_of(own)


def test_a_template_gives_its_styles_and_none_of_its_words(tmp_path: Path) -> None:
    own = docx.Document(io.BytesIO(template_docx()))
    own.styles["Konsort table"].font.size = Pt(11)
    own.styles["Heading 1"].font.name = "Georgia"
    own.add_paragraph("Our ministry's model text")
    own.save(str(tmp_path / "own.docx"))
    content = docx_of(paper_of(three_outlines()), today=TODAY, template=tmp_path / "own.docx")
    made = docx.Document(io.BytesIO(content))
    assert made.styles["Konsort table"].font.size == Pt(11)
    assert made.styles["Heading 1"].font.name == "Georgia"
    assert "model text" not in words_of(made)
    (tmp_path / "no.docx").write_text("no word file")
    with pytest.raises(BadInput, match="is no DOCX that can be read"):
        docx_of(paper_of(three_outlines()), today=TODAY, template=tmp_path / "no.docx")


def test_the_pdf_is_tagged_and_holds_what_typst_would_read_as_its_own_signs() -> None:
    project = replace(three_outlines(), notes=('a "note" with #panic("x"), $y$, `z` and \\u{1}',))
    made = pdf_of(paper_of(project))
    assert made.startswith(b"%PDF-")
    assert b"pdfuaid" in made or b"StructTreeRoot" in made


def test_the_graph_file_holds_all_outlines_and_links() -> None:
    root = ET.fromstring(overall_gexf(three_outlines()))
    space = {"g": "http://gexf.net/1.3"}
    nodes = root.findall(".//g:node", space)
    assert [node.get("label") for node in nodes] == ["Θαλάσσιο νέφος", "Rand & Wolke <b>", "Bord"]
    assert [edge.get("weight") for edge in root.findall(".//g:edge", space)] == ["0.9000", "0.6000"]
    assert "run abc123abc123" in (root.findtext(".//g:description", namespaces=space) or "")


def test_the_calendar_of_one_participant_has_their_meetings_only() -> None:
    hour = (START, START + dt.timedelta(hours=1))
    plan = event_plan(three_outlines(), EventOptions((hour,), 2, minutes=20, pause=0, least=1))
    assert len(plan.meetings) == 2
    made = icalendar.Calendar.from_ical(meetings_ics(plan, stamp=START, participant="c1"))
    events = made.walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["Meeting with Nordlicht GmbH"]
    assert events[0].decoded("dtstart") == plan.slots[plan.agenda("c1")[0].slot - 1].start
    assert len(icalendar.Calendar.from_ical(meetings_ics(plan, stamp=START)).walk("VEVENT")) == 2
    assert agenda(plan, "c2")[0]["name"] in {'=HYPERLINK("evil")', "+Périphérie"}


def test_the_meeting_plan_as_a_workbook_guards_its_cells() -> None:
    one_slot = (START, START + dt.timedelta(minutes=20))
    plan = event_plan(three_outlines(), EventOptions((one_slot,), 1, minutes=20, pause=0, least=1))
    book = openpyxl.load_workbook(io.BytesIO(meetings_xlsx(plan)))
    assert book.sheetnames == ["Meetings", "Slots and tables", "Agendas", "Left over"]
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert book["Left over"].max_row == 4
    assert book["Meetings"]["G3"].value in {"Θαλάσσιο νέφος; Rand & Wolke <b>", "Rand & Wolke <b>; Bord"}
    warned = openpyxl.load_workbook(io.BytesIO(meetings_xlsx(replace(plan, fictional=True))))
    assert [sheet["A2"].value for sheet in warned] == [FICTIONAL] * 4


@pytest.mark.parametrize("table", ["participants", "links", "streams", "findings", "changes", "state_matrix"])
def test_the_published_shape_has_the_promised_fields(table: str) -> None:
    published = as_json(three_outlines())
    assert table in published
    assert {"run", "call", "status", "gap", "isolated", "uncovered", "fragile", "rules"} <= published.keys()
