"""The meeting plan: nobody double-booked, tables enough, breaks kept, the most valuable meetings first."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadInput
from matcher.overall.meetings import MeetingPlan, Slot, WishedMeeting, plan, slots_between

DAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def slots(count: int) -> tuple[Slot, ...]:
    return slots_between(DAY, DAY + dt.timedelta(minutes=30 * count), minutes=30, pause=0)


def check(made: MeetingPlan, absent: dict[str, frozenset[int]] | None = None) -> None:
    busy = Counter((p, meeting.slot) for meeting in made.meetings for p in (meeting.a, meeting.b))
    assert max(busy.values(), default=1) == 1
    places = Counter((meeting.slot, meeting.table) for meeting in made.meetings)
    assert max(places.values(), default=1) == 1
    assert all(1 <= meeting.table <= made.tables for meeting in made.meetings)
    assert all(1 <= meeting.slot <= len(made.slots) for meeting in made.meetings)
    for person, away in (absent or {}).items():
        assert not away & {meeting.slot for meeting in made.agenda(person)}
    assert made.bound >= made.value - 1e-9


@settings(max_examples=60, deadline=None)
@given(
    pairs=st.sets(
        st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda p: p[0] < p[1]), max_size=40
    ),
    count=st.integers(1, 7),
    tables=st.integers(1, 6),
    away=st.dictionaries(st.integers(0, 11), st.frozensets(st.integers(1, 7), max_size=3), max_size=4),
)
def test_nobody_is_double_booked_and_every_table_holds_one_meeting(
    pairs: set[tuple[int, int]], count: int, tables: int, away: dict[int, frozenset[int]]
) -> None:
    wishes = [WishedMeeting(f"p{a:02d}", f"p{b:02d}", (7 * a + 3 * b) % 10 / 10) for a, b in sorted(pairs)]
    absent = {f"p{k:02d}": theirs for k, theirs in away.items()}
    made = plan(wishes, slots(count), tables, absent=absent)
    check(made, absent)
    assert len(made.meetings) + len(made.unplaced) == len(wishes)


def test_six_people_who_all_want_to_meet_need_five_slots() -> None:
    wishes = [WishedMeeting(f"p{a}", f"p{b}", 0.5) for a in range(6) for b in range(a + 1, 6)]
    made = plan(wishes, slots(6), 3)
    check(made)
    assert made.unplaced == ()
    assert made.gap == 0


def test_with_one_table_and_one_slot_the_most_valuable_meeting_takes_place() -> None:
    wishes = [WishedMeeting("a", "b", 0.3), WishedMeeting("c", "d", 0.9), WishedMeeting("e", "f", 0.5)]
    made = plan(wishes, slots(1), 1, least=0)
    assert [(meeting.a, meeting.b) for meeting in made.meetings] == [("c", "d")]
    assert [wish.value for wish in made.unplaced] == [0.5, 0.3]


def test_everybody_gets_a_meeting_across_a_border_before_the_strong_get_their_third() -> None:
    wishes = [WishedMeeting("hub", f"p{k}", 0.9) for k in range(3)] + [WishedMeeting("p3", "p2", 0.1)]
    made = plan(wishes, slots(3), 1, least=1)
    check(made)
    assert len(made.meetings) == 3
    assert made.short == ()


def test_who_has_only_meetings_inside_one_country_is_short() -> None:
    made = plan([WishedMeeting("a", "b", 0.9, across=False)], slots(2), 1, least=1)
    assert made.short == ("a", "b")
    assert len(made.meetings) == 1


def test_no_slot_lies_in_a_break() -> None:
    lunch = (DAY + dt.timedelta(hours=3), DAY + dt.timedelta(hours=4))
    made = slots_between(DAY, DAY + dt.timedelta(hours=8), minutes=25, pause=5, breaks=[lunch])
    assert len(made) == 14
    assert not [slot for slot in made if slot.start < lunch[1] and slot.end > lunch[0]]
    assert made[6].start == lunch[1]


def test_an_agenda_is_in_the_order_of_time() -> None:
    wishes = [WishedMeeting("a", other, 0.5) for other in "bcd"]
    made = plan(wishes, slots(4), 2, absent={"a": frozenset({2})})
    assert [meeting.slot for meeting in made.agenda("a")] == [1, 3, 4]


def test_a_swap_along_a_chain_makes_room() -> None:
    """a-b and c-d sit in slots 1 and 2 by the absences of others; b-c then needs a third slot or a swap."""
    wishes = [
        WishedMeeting("a", "b", 0.9),
        WishedMeeting("c", "d", 0.8),
        WishedMeeting("b", "c", 0.7),
        WishedMeeting("a", "d", 0.6),
    ]
    made = plan(wishes, slots(2), 2)
    check(made)
    assert made.unplaced == ()


@pytest.mark.parametrize(
    ("wish", "message"),
    [(WishedMeeting("a", "a", 0.5), "two participants"), (WishedMeeting("a", "b", 1.5), "0 to 1")],
)
def test_an_odd_wish_is_refused(wish: WishedMeeting, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        plan([wish], slots(1), 1)


def test_a_day_without_room_for_a_slot_is_refused() -> None:
    with pytest.raises(BadInput, match="no room"):
        slots_between(DAY, DAY + dt.timedelta(minutes=10), minutes=20)


def test_a_slot_without_a_time_zone_is_refused() -> None:
    naive = dt.datetime(2026, 11, 23, 9, 0)
    with pytest.raises(BadInput, match="no time zone"):
        Slot(naive, naive + dt.timedelta(minutes=5))


def test_who_comes_without_a_single_wish_is_short() -> None:
    made = plan([WishedMeeting("a", "b", 0.9)], slots(2), 1, least=1, names={"a": "A", "b": "B", "c": "C"})
    assert made.short == ("c",)
    assert made.participants == ("a", "b", "c")


def minutes(made: tuple[Slot, ...]) -> list[tuple[int, int]]:
    """Begin and end of each slot in minutes after the day's begin."""
    return [(int((s.start - DAY).seconds / 60), int((s.end - DAY).seconds / 60)) for s in made]


def test_slots_follow_one_another_with_a_pause_until_the_end() -> None:
    hour = DAY + dt.timedelta(minutes=60)
    assert minutes(slots_between(DAY, hour, minutes=20, pause=0)) == [(0, 20), (20, 40), (40, 60)]
    assert minutes(slots_between(DAY, hour, minutes=20, pause=5)) == [(0, 20), (25, 45)]
    assert minutes(slots_between(DAY, hour)) == [(0, 20), (25, 45)]
    assert minutes(slots_between(DAY, DAY + dt.timedelta(minutes=1), minutes=1, pause=0)) == [(0, 1)]


def test_a_slot_may_touch_a_break_but_not_reach_into_it() -> None:
    hour = DAY + dt.timedelta(minutes=60)

    def around(begin: int, end: int) -> list[tuple[int, int]]:
        pause = (DAY + dt.timedelta(minutes=begin), DAY + dt.timedelta(minutes=end))
        return minutes(slots_between(DAY, hour, minutes=20, pause=0, breaks=[pause]))

    assert around(20, 30) == [(0, 20), (30, 50)]
    assert around(19, 30) == [(30, 50)]
    assert around(0, 20) == [(20, 40), (40, 60)]


@pytest.mark.parametrize(("length", "pause"), [(0, 5), (20, -1)])
def test_slots_without_length_and_pauses_below_nothing_are_refused(length: int, pause: int) -> None:
    with pytest.raises(BadInput, match="a slot needs 1 minute or more and a pause 0 or more"):
        slots_between(DAY, DAY + dt.timedelta(hours=1), minutes=length, pause=pause)


def test_a_slot_that_ends_when_it_starts_is_refused() -> None:
    with pytest.raises(BadInput, match="must end after it starts"):
        Slot(DAY, DAY)


@pytest.mark.parametrize(("count", "tables"), [(0, 1), (1, 0)])
def test_a_plan_needs_a_slot_and_a_table(count: int, tables: int) -> None:
    with pytest.raises(BadInput, match=f"found {count} slots and {tables} tables"):
        plan([], slots(count) if count else (), tables)


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_a_wish_is_worth_nothing_to_one(value: float) -> None:
    with pytest.raises(BadInput, match="needed two participants and 0 to 1"):
        plan([WishedMeeting("a", "b", value)], slots(1), 1)
    assert len(plan([WishedMeeting("a", "b", 0.0), WishedMeeting("c", "d", 1.0)], slots(1), 2).meetings) == 2


def test_a_plan_says_where_and_when_each_meeting_is_and_what_it_is_worth() -> None:
    """Two tables in one slot: the best two of three meetings, the better one at the first table."""
    wishes = [
        WishedMeeting("a", "b", 0.5, about=("o1", "o2")),
        WishedMeeting("c", "d", 0.75),
        WishedMeeting("e", "f", 0.25),
    ]
    made = plan(wishes, slots(1), 2, least=1, names={"a": "Nord"})
    assert [(m.a, m.b, m.slot, m.table, m.value, m.about) for m in made.meetings] == [
        ("c", "d", 1, 1, 0.75, ()),
        ("a", "b", 1, 2, 0.5, ("o1", "o2")),
    ]
    assert made.value == 1.25
    assert made.bound == pytest.approx(1.25)
    assert made.gap == pytest.approx(0.0)
    assert made.unplaced == (WishedMeeting("e", "f", 0.25),)
    assert made.short == ("e", "f")
    assert made.participants == ("a", "b", "c", "d", "e", "f")
    assert (made.tables, made.names, made.run, made.fictional) == (2, {"a": "Nord"}, "", False)


def test_covering_everybody_costs_and_the_gap_says_how_much() -> None:
    """Two slots, one table: the two best meetings are worth 1.7, but c and d get none; with theirs, 0.9 + 0.2."""
    wishes = [WishedMeeting("a", "b", 0.9), WishedMeeting("a", "e", 0.8), WishedMeeting("c", "d", 0.2)]
    made = plan(wishes, slots(2), 1, least=1)
    assert [(m.a, m.b) for m in sorted(made.meetings, key=lambda m: m.a)] == [("a", "b"), ("c", "d")]
    assert made.short == ("e",)
    assert made.gap == pytest.approx((1.7 - 1.1) / 1.7)
    assert len(plan(wishes, slots(2), 1, least=0).meetings) == 2
    assert plan(wishes, slots(2), 1, least=0).value == pytest.approx(1.7)


def test_an_absence_of_a_slot_that_is_not_there_takes_none_away() -> None:
    made = plan([WishedMeeting("a", "b", 0.5)], slots(1), 1, absent={"a": frozenset({2, 3})})
    assert len(made.meetings) == 1
    absent = plan([WishedMeeting("a", "b", 0.5)], slots(1), 1, absent={"a": frozenset({1})})
    assert absent.meetings == ()
    assert absent.bound == pytest.approx(0.0), "who is away in the only slot can meet nobody"


def test_meetings_inside_a_country_do_not_count_towards_the_least_number() -> None:
    """One slot each; a needs one across a border, and gets it though the other is worth more."""
    made = plan(
        [WishedMeeting("a", "b", 0.9, across=False), WishedMeeting("a", "c", 0.1)], slots(1), 1, least=1
    )
    assert [(m.a, m.b, m.across) for m in made.meetings] == [("a", "c", True)]
    assert made.short == ("b",)


def test_a_day_without_wishes_has_no_meetings() -> None:
    made = plan([], slots(2), 3)
    assert (made.meetings, made.value, made.bound, made.gap, made.short) == ((), 0.0, 0.0, 0.0, ())
