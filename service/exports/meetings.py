"""How do participants get their meetings? A spreadsheet for the organiser, agendas, and a calendar for
each."""

import datetime as dt
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from matcher.overall.meetings import Meeting, MeetingPlan
from service.exports.blocks import Block, DocumentContent, HeadingBlock, TableBlock
from service.exports.clean import clean
from service.exports.people import FICTIONAL
from service.exports.workbook import Sheet, workbook
from service.words import count


def meetings_xlsx(plan: MeetingPlan) -> bytes:
    """Return the whole plan, slots by tables, each participant's agenda, and what found no room, as XLSX."""
    sheets = (_all(plan), _grid(plan), _agendas(plan), _unplaced(plan))
    return workbook(sheets, run=plan.run or "without a project", notice=FICTIONAL if plan.fictional else "")


def agenda(plan: MeetingPlan, participant: str) -> tuple[dict[str, object], ...]:
    """One participant's meetings as records: start, end, table, whom, and the outlines they are about."""
    return tuple(
        {
            "start": plan.slots[meeting.slot - 1].start.isoformat(),
            "end": plan.slots[meeting.slot - 1].end.isoformat(),
            "table": meeting.table,
            "with": _other(meeting, participant),
            "name": _name(plan, _other(meeting, participant)),
            "about": list(meeting.about),
        }
        for meeting in plan.agenda(participant)
    )


def meetings_ics(plan: MeetingPlan, *, stamp: dt.datetime, participant: str | None = None) -> bytes:
    """Return a calendar (iCalendar, RFC 5545) of one participant, or of all meetings. `stamp` is when it was
    made."""
    calendar = Calendar()
    calendar.add("prodid", "-//Konsort//Meeting plan//EN")
    calendar.add("version", "2.0")
    shown = plan.meetings if participant is None else plan.agenda(participant)
    for meeting in shown:
        slot = plan.slots[meeting.slot - 1]
        event = Event()
        event.add("uid", f"{plan.run or 'plan'}-{meeting.a}-{meeting.b}@konsort")
        event.add("dtstamp", stamp.astimezone(dt.UTC))
        event.add("dtstart", _in_zone(slot.start))
        event.add("dtend", _in_zone(slot.end))
        event.add("summary", _summary(plan, meeting, participant))
        event.add("location", f"Table {meeting.table}")
        fictional = f" {FICTIONAL}" if plan.fictional else ""
        event.add("description", f"About {_about(plan, meeting)}. Run {plan.run}.{fictional}")
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def agendas_pdf(plan: MeetingPlan, *, title: str, participant: str | None = None) -> bytes:
    """Return one participant's agenda, or everybody's, as tagged PDF, with the time zone of each day."""
    from service.exports.pdf import pdf_of  # slow to import: only who wants a PDF pays

    blocks: list[Block] = []
    for one in [participant] if participant else plan.participants:
        rows = tuple(
            (_time(plan, m.slot), str(m.table), _name(plan, _other(m, one)), _about(plan, m))
            for m in plan.agenda(one)
        )
        blocks.append(HeadingBlock(_name(plan, one)))
        zone = plan.slots[0].start.tzname() or ""
        caption = f"{count(len(rows), 'meeting')}, times in {zone}"
        blocks.append(TableBlock(caption, ("Time", "Table", "Meets", "About"), rows, (3, 1, 4, 6)))
    content = DocumentContent(
        title=title,
        subtitle="Meetings",
        foot=f"Run {plan.run}",
        page="page",
        contents="Participants",
        language="en",
        run=plan.run,
        notice=FICTIONAL if plan.fictional else "",
        blocks=tuple(blocks),
    )
    return pdf_of(content)


def _in_zone(moment: dt.datetime) -> dt.datetime:
    """The moment with its named zone, which a calendar shows; in UTC where only an offset is known."""
    return moment if isinstance(moment.tzinfo, ZoneInfo) else moment.astimezone(dt.UTC)


def _summary(plan: MeetingPlan, meeting: Meeting, participant: str | None) -> str:
    if participant is None:
        return f"{_name(plan, meeting.a)} and {_name(plan, meeting.b)}"
    return f"Meeting with {_name(plan, _other(meeting, participant))}"


def _other(meeting: Meeting, participant: str) -> str:
    return meeting.b if meeting.a == participant else meeting.a


def _name(plan: MeetingPlan, participant: str) -> str:
    return clean(plan.names.get(participant, participant))


def _about(plan: MeetingPlan, meeting: Meeting) -> str:
    """The titles of the outlines that bring the two together."""
    return "; ".join(_name(plan, outline) for outline in meeting.about)


def _time(plan: MeetingPlan, slot: int) -> str:
    chosen = plan.slots[slot - 1]
    return f"{chosen.start:%d.%m.%Y %H:%M} to {chosen.end:%H:%M}"


def _all(plan: MeetingPlan) -> Sheet:
    rows = [
        (
            m.slot,
            _time(plan, m.slot),
            m.table,
            _name(plan, m.a),
            _name(plan, m.b),
            round(m.value, 2),
            _about(plan, m),
        )
        for m in plan.meetings
    ]
    header = ("Slot", "Time", "Table", "Participant", "Meets", "Value", "About")
    return Sheet("Meetings", "All meetings in their order.", header, tuple(rows))


def _grid(plan: MeetingPlan) -> Sheet:
    held = {(m.slot, m.table): f"{_name(plan, m.a)} / {_name(plan, m.b)}" for m in plan.meetings}
    rows = [
        (_time(plan, slot), *(held.get((slot, table), "") for table in range(1, plan.tables + 1)))
        for slot in range(1, len(plan.slots) + 1)
    ]
    header = ("Time", *(f"Table {table}" for table in range(1, plan.tables + 1)))
    return Sheet("Slots and tables", "Who sits where and when.", header, tuple(rows))


def _agendas(plan: MeetingPlan) -> Sheet:
    rows = [
        (_name(plan, p), _time(plan, m.slot), m.table, _name(plan, _other(m, p)), _about(plan, m))
        for p in plan.participants
        for m in plan.agenda(p)
    ]
    header = ("Participant", "Time", "Table", "Meets", "About")
    return Sheet("Agendas", "Each participant's meetings.", header, tuple(rows))


def _unplaced(plan: MeetingPlan) -> Sheet:
    rows = [
        *((_name(plan, w.a), _name(plan, w.b), round(w.value, 2), "found no room") for w in plan.unplaced),
        *((_name(plan, p), "", "", "has fewer meetings across a border than asked for") for p in plan.short),
    ]
    return Sheet("Left over", "What found no room.", ("Participant", "With", "Value", "What"), tuple(rows))
