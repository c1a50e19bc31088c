"""Who meets whom, when and at which table, at the event where the partners first meet?

First the meetings are chosen that can be held at all: a b-matching with everybody's free slots as capacity
and slots times tables in all, exact. Then they get slots: an edge colouring. A meeting without a common
free slot is made room for by swapping two slots along an alternating chain (Kempe; by Vizing's theorem at
most one slot more than the busiest participant has meetings is ever needed, where nobody is absent and tables
do not run short).
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import numpy as np
from pydantic import PlainSerializer
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from data.errors import BadInput
from data.published import UNPUBLISHED, Names, Rounded4, Rounded6, derived
from matcher.overall.chains import Timetable

COVERED = 2.0
"""What it is worth that somebody gets a meeting below the least number, beside a meeting's value in [0,
1]."""


Instant = Annotated[dt.datetime, PlainSerializer(dt.datetime.isoformat, return_type=str)]
"""With its time zone, as it was written."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A time in which one meeting takes place at each table; both ends with a time zone."""

    start: Instant
    end: Instant

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise BadInput(f"slot {self.start} to {self.end} has no time zone; give one, such as +02:00")
        if not self.start < self.end:
            raise BadInput(f"a slot must end after it starts, not {self.start} to {self.end}")


@dataclass(frozen=True, slots=True)
class WishedMeeting:
    """A meeting that would be worth holding. `value` in [0, 1]; `about` names the outlines it is about."""

    a: str
    b: str
    value: float
    across: bool = True
    """They come from different states."""
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting with its place in the plan; slots and tables count from 1."""

    a: str
    b: str
    slot: int
    table: int
    value: Rounded4
    across: bool
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedBefore:
    """A meeting of a plan that people have in hands already."""

    a: str
    b: str
    start: dt.datetime
    table: int


def _who(wishes: tuple[WishedMeeting, ...]) -> list[tuple[str, str]]:
    return [(wish.a, wish.b) for wish in wishes]


Unplaced = Annotated[tuple[WishedMeeting, ...], PlainSerializer(_who, return_type=list[tuple[str, str]])]
"""Told as pairs of participants."""


@dataclass(frozen=True, slots=True)
class MeetingPlan:
    """All meetings, placed. `gap`: how far its value may lie below that of the best plan, relative to `bound`."""

    slots: tuple[Slot, ...]
    tables: int
    meetings: tuple[Meeting, ...]
    unplaced: Unplaced
    """Wished for but not held, the most valuable first."""
    short: tuple[str, ...]
    """Participants with fewer meetings across a border than asked for."""
    value: Rounded6
    bound: Annotated[float, UNPUBLISHED]
    run: str = ""
    names: Names = field(default_factory=dict)
    """Of participants, and the titles of the outlines that meetings are about."""
    fictional: Annotated[bool, UNPUBLISHED] = False

    @derived
    def gap(self) -> Rounded6:
        return max(0.0, self.bound - self.value) / max(1e-9, self.bound)

    def agenda(self, participant: str) -> tuple[Meeting, ...]:
        """One participant's meetings in their order."""
        mine = (meeting for meeting in self.meetings if participant in (meeting.a, meeting.b))
        return tuple(sorted(mine, key=lambda meeting: meeting.slot))

    @property
    def participants(self) -> tuple[str, ...]:
        return tuple(
            sorted({p for meeting in self.meetings for p in (meeting.a, meeting.b)} | set(self.short))
        )


def slots_between(
    start: dt.datetime,
    end: dt.datetime,
    *,
    minutes: int = 20,
    pause: int = 5,
    breaks: Iterable[tuple[dt.datetime, dt.datetime]] = (),
) -> tuple[Slot, ...]:
    """Cut a day into slots of so many minutes with a pause between; none overlaps a break.

    Raises BadInput where not a single slot fits.
    """
    if minutes < 1 or pause < 0:
        raise BadInput(f"a slot needs 1 minute or more and a pause 0 or more, not {minutes} and {pause}")
    taken = sorted(breaks)
    slots: list[Slot] = []
    now = start
    while now + dt.timedelta(minutes=minutes) <= end:
        until = now + dt.timedelta(minutes=minutes)
        clash = next((stop for begin, stop in taken if begin < until and now < stop), None)
        if clash is not None:
            now = clash
            continue
        slots.append(Slot(now, until))
        now = until + dt.timedelta(minutes=pause)
    if not slots:
        raise BadInput(f"between {start} and {end} there is no room for a slot of {minutes} minutes")
    return tuple(slots)


def plan(
    wishes: Sequence[WishedMeeting],
    slots: Sequence[Slot],
    tables: int,
    *,
    least: int = 2,
    absent: Mapping[str, frozenset[int]] | None = None,
    names: Mapping[str, str] | None = None,
    before: Sequence[PlannedBefore] = (),
) -> MeetingPlan:
    """Plan the most valuable meetings, everybody with `least` across a border where that is possible.

    `absent`: the slots (from 1) in which a participant is away. `names`: everybody who comes, with their names; who
    has no wish at all is short. `before`: meetings that stay where they are if they can still be held; then nobody is
    moved for a new one. Raises BadInput for no slot, table or an odd wish.
    """
    if not slots or tables < 1:
        raise BadInput(f"found {len(slots)} slots and {tables} tables; needed are at least one of each")
    for wish in wishes:
        if wish.a == wish.b or not 0 <= wish.value <= 1:
            raise BadInput(f"{wish.a} with {wish.b}, value {wish.value}: needed two participants and 0 to 1")
    away = absent or {}
    ranked = sorted(wishes, key=lambda wish: (-wish.value, wish.a, wish.b))
    people = sorted({p for wish in ranked for p in (wish.a, wish.b)} | set(names or {}))
    free = {p: len(slots) - len(away.get(p, frozenset()) & set(range(1, len(slots) + 1))) for p in people}
    chosen, bound = _choose(ranked, people, free, room=len(slots) * tables, least=least)
    timetable = Timetable(len(slots), tables, {p: {s - 1 for s in theirs} for p, theirs in away.items()})
    count = dict.fromkeys(people, 0)
    tables_before = _keep(timetable, before, ranked, slots, count)
    place = timetable.place_free if before else timetable.place
    # Meetings that somebody needs come before all others; then those chosen; then what still finds room.
    for needed, among in ((True, chosen), (False, chosen), (True, ranked), (False, ranked)):
        for wish in among:
            wanted = not needed or (wish.across and min(count[wish.a], count[wish.b]) < least)
            if wanted and place(wish.a, wish.b):
                count[wish.a] += wish.across
                count[wish.b] += wish.across
    made = _placed(ranked, timetable, (tuple(slots), tables), (people, count, least), bound)
    made = replace(made, meetings=_seated(made.meetings, tables_before, tables))
    return replace(made, names=dict(names or {}))


def _keep(
    timetable: Timetable,
    before: Sequence[PlannedBefore],
    ranked: Sequence[WishedMeeting],
    slots: Sequence[Slot],
    count: dict[str, int],
) -> dict[frozenset[str], int]:
    """Hold the meetings of the plan before in their slots where they can still be; return their tables."""
    number = {slot.start: place for place, slot in enumerate(slots)}
    wished = {frozenset((wish.a, wish.b)): wish for wish in ranked}
    tables: dict[frozenset[str], int] = {}
    for held in before:
        pair = frozenset((held.a, held.b))
        if held.start in number and pair in wished and timetable.put(held.a, held.b, number[held.start]):
            tables[pair] = held.table
            count[held.a] += wished[pair].across
            count[held.b] += wished[pair].across
    return tables


def _seated(
    meetings: Sequence[Meeting], before: Mapping[frozenset[str], int], tables: int
) -> tuple[Meeting, ...]:
    """Each meeting at the table that it had, as long as there is such a table; the others at those left."""
    if not before:
        return tuple(meetings)
    had = {(m.slot, before.get(frozenset((m.a, m.b)), 0)): m for m in meetings}
    seated = []
    for slot in sorted({m.slot for m in meetings}):
        here = [m for m in meetings if m.slot == slot]
        kept = {id(had[slot, table]): table for table in range(1, tables + 1) if (slot, table) in had}
        free = iter([table for table in range(1, tables + 1) if table not in kept.values()])
        seated += [replace(m, table=kept.get(id(m)) or next(free)) for m in here]
    return tuple(sorted(seated, key=lambda m: (m.slot, m.table)))


def _placed(
    ranked: Sequence[WishedMeeting],
    timetable: Timetable,
    where: tuple[tuple[Slot, ...], int],
    needs: tuple[Sequence[str], Mapping[str, int], int],
    bound: float,
) -> MeetingPlan:
    """The timetable as a plan. `where`: slots and tables; `needs`: people, their meetings across, the least number."""
    people, count, least = needs
    held = timetable.slots()
    tables_used: dict[int, int] = {}
    meetings, unplaced = [], []
    for wish in ranked:
        slot = held.get(frozenset((wish.a, wish.b)))
        if slot is None:
            unplaced.append(wish)
            continue
        tables_used[slot] = tables_used.get(slot, 0) + 1
        meetings.append(
            Meeting(wish.a, wish.b, slot + 1, tables_used[slot], wish.value, wish.across, wish.about)
        )
    value = sum(meeting.value for meeting in meetings)
    short = tuple(p for p in people if count[p] < least)
    meetings.sort(key=lambda meeting: (meeting.slot, meeting.table))
    return MeetingPlan(*where, tuple(meetings), tuple(unplaced), short, value, max(bound, value))


def _choose(
    ranked: Sequence[WishedMeeting], people: Sequence[str], free: Mapping[str, int], *, room: int, least: int
) -> tuple[list[WishedMeeting], float]:
    """The best meetings that free slots and room allow, whatever their times, and a bound on any plan's
    value."""
    if not ranked:
        return [], 0.0
    place = {p: k for k, p in enumerate(people)}
    n, m = len(people), len(ranked)
    ends = np.array([[place[wish.a], place[wish.b]] for wish in ranked])
    at = sparse.csr_array((np.ones(2 * m), (ends.T.ravel(), np.tile(np.arange(m), 2))), shape=(n, m))
    across = at @ sparse.diags_array(np.array([float(wish.across) for wish in ranked]))
    none, eye = sparse.csr_array((n, n)), sparse.eye_array(n)
    capacity = np.array([free[p] for p in people], dtype=float)
    value = np.array([wish.value for wish in ranked])

    def best(reward: float) -> Any:
        return milp(
            -np.concatenate([value, np.full(n, reward)]),
            constraints=[
                LinearConstraint(sparse.hstack([at, none]), 0, capacity),
                LinearConstraint(sparse.hstack([across, -eye]), 0, np.inf),
                LinearConstraint(np.concatenate([np.ones(m), np.zeros(n)])[None, :], 0, room),
            ],
            bounds=Bounds(0, np.concatenate([np.ones(m), np.full(n, float(least))])),
            integrality=np.concatenate([np.ones(m), np.zeros(n)]),
            options={"time_limit": 5.0},
        )

    covering, plain = best(COVERED), best(0.0)
    bound = float(value.sum()) if plain.mip_dual_bound is None else -float(plain.mip_dual_bound)
    if covering.x is None:
        return list(ranked), bound
    return [wish for wish, taken in zip(ranked, covering.x[:m], strict=True) if taken > 0.5], bound
