"""The files that leave the house: tables, document, graph and calendars, with the run id and without formulas."""

import datetime as dt
import io
from xml.etree import ElementTree as ET

import docx
import icalendar
import openpyxl
import pytest

from matcher.integrate import meeting_plan, slots_between
from matcher.integration.naming import StreamTerm
from matcher.integration.project import (
    Coverage,
    Finding,
    Link,
    Loss,
    OverallProject,
    Participant,
    Reason,
    Stream,
)
from service.exports.chapeau import chapeau_docx
from service.exports.gexf import overall_gexf
from service.exports.meetings import agenda, meetings_ics, meetings_xlsx
from service.exports.overall import overall_xlsx

START = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def project() -> OverallProject:
    """Three outlines in two streams: o1 (GR) with o2 (DE) in s1, o2 with o3 (FR) across streams."""
    people = [
        Participant("o1", "Θαλάσσιο νέφος", "c1", '=HYPERLINK("evil")', "GR", "s1", ("s2",), 0.9, 1, 1, 4),  # type: ignore[arg-type]
        Participant("o2", "Rand & Wolke <b>", "c2", "Nordlicht\x0b GmbH", "DE", "s1", (), 0.8, 2, 1, 4),  # type: ignore[arg-type]
        Participant("o3", "Bord", "c3", "+Périphérie", "FR", "s2", (), 0.7, 1, 1, 4),  # type: ignore[arg-type]
    ]
    why = (Reason("topic", 0.5, "both write about the same"),)
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
                ("o1", "o2"),
                (),
                ("DE", "GR"),  # type: ignore[arg-type]
            ),
            Stream("s2", "@Apps", (), ("o3",), ("o1",), ("FR",)),  # type: ignore[arg-type]
        ),
        links=(
            Link("o1", "o2", ("GR", "DE"), 0.9, "s1", why, True),  # type: ignore[arg-type]
            Link("o2", "o3", ("DE", "FR"), 0.6, None, why, False),  # type: ignore[arg-type]
        ),
        participants=tuple(people),
        isolated=(),
        short=(),
        coverage=(Coverage("t1", "Metering", False, 0.1, (), ()),),
        findings=(Finding("hanging-country", ("EL",), "EL has one link to other states", 1),),
        missing=("GB",),
        fragile=(Loss("country", "GR", ("o1",), (), ("Greece leaves",), 1.0),),  # type: ignore[arg-type]
        rules=None,
    )


def test_the_workbook_has_every_table_and_no_cell_is_a_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(overall_xlsx(project())))
    assert book.sheetnames == [
        "Participants",
        "Streams by state",
        "Links",
        "Links by participant",
        "Links by state",
        "Coverage",
        "Rules",
        "To look at",
        "Losses",
    ]
    for sheet in book:
        assert "abc123abc123" in sheet["A1"].value
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not (isinstance(cell.value, str) and cell.value.startswith(("=", "+", "@")))


def test_states_are_shown_in_eu_style_and_counted_on_both_sides() -> None:
    book = openpyxl.load_workbook(io.BytesIO(overall_xlsx(project())))
    rows = [[cell.value for cell in row] for row in book["Links by state"].iter_rows(min_row=2)]
    assert rows == [
        ["State", "DE", "FR", "EL", "All"],
        ["DE Germany", 0, 1, 1, 2],
        ["FR France", 1, 0, 0, 1],
        ["EL Greece", 1, 0, 0, 1],
    ]


def test_each_participant_has_a_row_in_the_link_matrix() -> None:
    book = openpyxl.load_workbook(io.BytesIO(overall_xlsx(project())))
    rows = [[cell.value for cell in row] for row in book["Links by participant"].iter_rows(min_row=3)]
    assert [row[0] for row in rows] == ["o1", "o2", "o3"]
    assert rows[1][2:] == ["DE", "own", 1, 1, 2]


def test_the_document_names_streams_states_and_the_run() -> None:
    made = docx.Document(
        io.BytesIO(chapeau_docx(project(), title="Overall project", today=dt.date(2026, 11, 22)))
    )
    text = "\n".join(paragraph.text for paragraph in made.paragraphs)
    assert (
        "joins 3 outlines of 3 organisations from 3 states in 2 work streams, with 2 collaborations" in text
    )
    assert "s1: Edge" in text
    assert "1 of the 2 join organisations that have not worked together before" in text
    assert made.sections[0].footer.paragraphs[0].text == "Call demo · run abc123abc123 · 22.11.2026"
    cells = {cell.text for table in made.tables for row in table.rows for cell in row.cells}
    assert "Θαλάσσιο νέφος" in cells
    assert "Nordlicht GmbH" in cells


def test_the_graph_file_holds_all_outlines_and_links() -> None:
    root = ET.fromstring(overall_gexf(project()))
    space = {"g": "http://gexf.net/1.3"}
    nodes = root.findall(".//g:node", space)
    assert [node.get("label") for node in nodes] == ["Θαλάσσιο νέφος", "Rand & Wolke <b>", "Bord"]
    assert [edge.get("weight") for edge in root.findall(".//g:edge", space)] == ["0.9000", "0.6000"]
    assert "run abc123abc123" in (root.findtext(".//g:description", namespaces=space) or "")


def test_the_calendar_of_one_participant_has_their_meetings_only() -> None:
    slots = slots_between(START, START + dt.timedelta(hours=1), minutes=20, pause=0)
    plan = meeting_plan(project(), slots, 2, least=1)
    assert len(plan.meetings) == 2
    made = icalendar.Calendar.from_ical(meetings_ics(plan, stamp=START, participant="c1"))
    events = made.walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["Meeting with Nordlicht GmbH"]
    assert events[0].decoded("dtstart") == plan.slots[plan.agenda("c1")[0].slot - 1].start
    assert len(icalendar.Calendar.from_ical(meetings_ics(plan, stamp=START)).walk("VEVENT")) == 2
    assert agenda(plan, "c2")[0]["name"] in {'=HYPERLINK("evil")', "+Périphérie"}


def test_the_meeting_plan_as_a_workbook_guards_its_cells() -> None:
    slots = slots_between(START, START + dt.timedelta(minutes=20), minutes=20, pause=0)
    plan = meeting_plan(project(), slots, 1, least=1)
    book = openpyxl.load_workbook(io.BytesIO(meetings_xlsx(plan)))
    assert book.sheetnames == ["Meetings", "Slots and tables", "Agendas", "Left over"]
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert book["Left over"].max_row == 4


@pytest.mark.parametrize("table", ["participants", "links", "streams", "findings", "changes", "state_matrix"])
def test_the_published_shape_has_the_promised_fields(table: str) -> None:
    told = project().as_dict()
    assert table in told
    assert {"run", "call", "status", "gap", "isolated", "uncovered", "fragile", "rules"} <= told.keys()
