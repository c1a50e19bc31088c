"""How an event is set up, planned, and changed on the day: small events whose plans can be checked by hand."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

import icalendar
import pytest

from data.errors import BadInput
from data.model import OrganisationId, OutlineId
from matcher.overall.event import Absence, EventOptions, event_plan, fairness, plan_change
from matcher.overall.meetings import MeetingPlan
from matcher.overall.project import Link, OverallProject, Participant, Stream
from service.app.event import KeptEvent, options_of
from service.exports.meetings import agendas_pdf, meetings_ics

BRUSSELS = ZoneInfo("Europe/Brussels")


def at(hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2027, 3, 9, hour, minute, tzinfo=BRUSSELS)


NAMES = ("Nord", "Meltemi", "Bord", "Duero")


def project(*links: tuple[int, int, float]) -> OverallProject:
    """Four organisations g0 to g3 with an outline each, and these links."""
    people = tuple(
        Participant(OutlineId(f"o{k}"), f"Outline {k}", OrganisationId(f"g{k}"), name, "DEFRITES"[2 * k : 2 * k + 2],
                    "s1", (), 0.8, 1, 1, 4)
        for k, name in enumerate(NAMES)
    )  # fmt: skip
    made = tuple(
        Link(OutlineId(f"o{a}"), OutlineId(f"o{b}"), ("DE", "FR"), strength, "s1", (), True)
        for a, b, strength in links
    )
    stream = Stream("s1", "Edge", (), tuple(p.outline for p in people), (), ())
    return OverallProject(
        run="r", call="c", status="optimal", gap=0.0, claim="", value=1.0, bound=1.0, stage_loss=0.0,
        streams=(stream,), links=made, participants=people, isolated=(), short=(), coverage=(), findings=(),
        missing=(), fragile=(), rules=None,
    )  # fmt: skip


RING = project((0, 1, 0.9), (1, 2, 0.8), (2, 3, 0.7), (0, 3, 0.6))
HOUR = EventOptions(days=((at(9), at(10)),), tables=2, minutes=20, pause=0)


def pairs(plan: MeetingPlan) -> dict[tuple[str, str], tuple[dt.datetime, int]]:
    return {(m.a, m.b): (plan.slots[m.slot - 1].start, m.table) for m in plan.meetings}


def kept(plan: MeetingPlan) -> KeptEvent:
    return KeptEvent.of({}, plan)


def test_breaks_and_plenaries_leave_no_slot() -> None:
    options = replace(HOUR, days=((at(9), at(11)),), closed=((at(9, 20), at(10)),))
    assert [slot.start for slot in options.slots()] == [at(9), at(10), at(10, 20), at(10, 40)]


def test_who_is_away_meets_nobody_then() -> None:
    options = replace(HOUR, absent=(Absence("g0", at(9), at(9, 40)),))
    plan = event_plan(RING, options)
    mine = [start for pair, (start, _) in pairs(plan).items() if "g0" in pair]
    assert mine == [at(9, 40)]


def test_what_is_asked_for_is_held_and_what_is_refused_is_not() -> None:
    options = replace(HOUR, wished=(("g0", "g2"),), refused=(("g1", "g0"),))
    plan = event_plan(RING, options)
    assert ("g0", "g2") in pairs(plan)
    assert ("g0", "g1") not in pairs(plan)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"days": ()}, "at least one day"),
        ({"days": ((at(10), at(9)),)}, "ends before it begins"),
        (
            {"days": ((at(9), at(11)), (at(10), at(12)))},
            "overlap: one ends 09.03.2027 11:00, the next begins",
        ),
        ({"days": ((dt.datetime(2027, 3, 9, 9), dt.datetime(2027, 3, 9, 17)),)}, "no time zone"),
        ({"tables": 0}, "1 to 1000 tables, not 0"),
        ({"minutes": 0}, "1 to 480 minutes"),
        ({"minutes": 90}, "no room for a slot of 90 minutes"),
        (
            {"wished": (("g0", "g1"),), "refused": (("g1", "g0"),)},
            "g0 and g1 are both to meet and not to meet",
        ),
        ({"wished": (("g0", "g0"),)}, "g0 cannot meet itself"),
    ],
)
def test_options_that_cannot_be_are_refused_before_anything_is_computed(
    changed: Mapping[str, object], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        replace(HOUR, **changed)  # type: ignore[arg-type]


def test_who_takes_no_part_is_named() -> None:
    with pytest.raises(BadInput, match="'g9' takes no part"):
        event_plan(RING, replace(HOUR, wished=(("g0", "g9"),)))


def test_on_the_day_all_meetings_stay_that_can_be_held() -> None:
    """g0 comes at 9:20: only its meeting at 9:00 is touched, and that gets another time."""
    longer = replace(HOUR, days=((at(9), at(10, 20)),))
    before = event_plan(RING, longer)
    held = kept(before).held
    late = replace(longer, absent=(Absence("g0", at(9), at(9, 20)),))
    after = event_plan(RING, late, before=held)
    touched = {pair for pair, (start, _) in pairs(before).items() if "g0" in pair and start == at(9)}
    assert len(touched) == 1
    change = plan_change(held, after)
    assert set(change.gone) == touched
    assert set(change.new) == touched, "it is held later"
    assert {pair: place for pair, place in pairs(after).items() if pair not in touched} == {
        pair: place for pair, place in pairs(before).items() if pair not in touched
    }


def test_without_any_change_the_same_plan_comes_out_again_with_its_tables() -> None:
    before = event_plan(RING, HOUR)
    assert pairs(event_plan(RING, HOUR, before=kept(before).held)) == pairs(before)


def test_a_table_fewer_lets_go_no_more_than_it_must() -> None:
    before = event_plan(RING, HOUR)
    after = event_plan(RING, replace(HOUR, tables=1), before=kept(before).held)
    assert all(m.table == 1 for m in after.meetings)
    assert plan_change(kept(before).held, after).kept >= 2


def test_fairness_counts_meetings_the_fewest_first() -> None:
    plan = event_plan(project((0, 1, 0.9), (1, 2, 0.8)), HOUR)
    assert fairness(plan) == (("g3", 0), ("g0", 1), ("g2", 1), ("g1", 2))


def by_name(name: str) -> str:
    return f"g{NAMES.index(name)}"


FIELDS = {
    "zone": "Europe/Brussels",
    "days": "2027-03-09 9:00-17:00\n2027-03-10 09:00–12:00",
    "closed": "10:00-10:30 Coffee\n2027-03-09 16:00-17:00 Plenary",
    "tables": "12",
    "absent": "Bord; 2027-03-09 09:00-10:00",
    "wished": "Nord; Bord",
}


def test_an_event_is_read_as_people_write_it() -> None:
    options = options_of(FIELDS, by_name)
    assert options.days[0] == (at(9), at(17))
    assert [f"{start:%d %H:%M}" for start, _ in options.closed] == ["09 10:00", "10 10:00", "09 16:00"]
    assert options.absent == (Absence("g2", at(9), at(10)),)
    assert options.wished == (("g0", "g2"),)
    assert (options.tables, options.minutes, options.pause, options.least) == (12, 20, 5, 2)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("zone", "Mars", "'Mars' is no time zone"),
        ("days", "9 March", "a day is written as 2027-03-09 09:00-17:00, not as '9 March'"),
        ("days", "2027-02-30 09:00-17:00", "is no moment of any day"),
        ("tables", "many", "tables: needed a whole number, not 'many'"),
        ("wished", "Nord and Bord", "needed two organisations, with a semicolon between"),
        ("absent", "Bord", "who is away and when"),
    ],
)
def test_a_line_that_cannot_be_read_is_told(field: str, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        options_of({**FIELDS, field: text}, by_name)


def test_an_event_is_kept_and_read_again() -> None:
    event = KeptEvent.of(FIELDS, event_plan(RING, HOUR))
    again = KeptEvent.from_json(event.as_json())
    assert again is not None
    assert again.held == event.held
    assert again.fields["closed"] == FIELDS["closed"]
    assert KeptEvent.from_json(None) is None
    with pytest.raises(BadInput, match="the kept event is not readable"):
        KeptEvent.from_json("{}")


def calendar_of(plan: MeetingPlan, participant: str) -> icalendar.Calendar:
    made = icalendar.Calendar.from_ical(meetings_ics(plan, stamp=at(8), participant=participant))
    assert isinstance(made, icalendar.Calendar)
    return made


def test_a_calendar_names_the_time_zone_of_the_event() -> None:
    plan = event_plan(project((0, 1, 0.9)), HOUR)
    made = calendar_of(plan, "g0")
    (event,) = made.walk("VEVENT")
    assert event["dtstart"].params["TZID"] == "Europe/Brussels"
    assert event.decoded("dtstart") == at(9)
    assert len(made.walk("VTIMEZONE")) == 1


def test_agendas_come_as_pdf() -> None:
    plan = event_plan(RING, HOUR)
    assert agendas_pdf(plan, title="Call").startswith(b"%PDF-")
