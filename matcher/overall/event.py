"""How is a matchmaking event set up, and how does its plan change on the day with the fewest changes?"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from data.errors import BadInput
from matcher.overall.meetings import MeetingPlan, PlannedBefore, Slot, WishedMeeting, plan, slots_between
from matcher.overall.project import OverallProject

Span = tuple[dt.datetime, dt.datetime]
WISHED = 1.0
"""What a meeting is worth that somebody asked for: as much as the strongest link."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody (an organisation's id) who is away for a time."""

    who: str
    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class EventOptions:
    """An event's days, its rooms and who is there. Checked as a whole before anything is computed.

    `days`: from and to; `closed`: breaks, plenaries and whatever else leaves no time to meet; `wished`, `refused`:
    pairs of organisations. All times have a time zone. Raises BadInput for what cannot be.
    """

    days: tuple[Span, ...]
    tables: int
    minutes: int = 20
    pause: int = 5
    least: int = 2
    closed: tuple[Span, ...] = ()
    absent: tuple[Absence, ...] = ()
    wished: tuple[tuple[str, str], ...] = ()
    refused: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not self.days:
            raise BadInput("an event needs at least one day, as in 2027-03-09 09:00-17:00")
        if not 1 <= self.tables <= 1000:
            raise BadInput(f"an event needs 1 to 1000 tables, not {self.tables}")
        if not 1 <= self.minutes <= 480 or not 0 <= self.pause <= 240 or not 0 <= self.least <= 50:
            raise BadInput(
                f"a meeting takes 1 to 480 minutes with 0 to 240 between, and 0 to 50 are the least for each, not "
                f"{self.minutes}, {self.pause} and {self.least}"
            )
        away = [(absence.start, absence.end) for absence in self.absent]
        for start, end in (*self.days, *self.closed, *away):
            if start.tzinfo is None or end.tzinfo is None:
                raise BadInput(f"{start} to {end} has no time zone")
            if not start < end:
                raise BadInput(f"{start:%d.%m.%Y %H:%M} to {end:%d.%m.%Y %H:%M} ends before it begins")
        ordered = sorted(self.days)
        for (_, end), (start, _) in pairwise(ordered):
            if start < end:
                first, second = f"{end:%d.%m.%Y %H:%M}", f"{start:%d.%m.%Y %H:%M}"
                raise BadInput(f"two days of the event overlap: one ends {first}, the next begins {second}")
        both = {frozenset(pair) for pair in self.wished} & {frozenset(pair) for pair in self.refused}
        if both:
            raise BadInput(f"{' and '.join(sorted(min(both, key=sorted)))} are both to meet and not to meet")
        for pair in (*self.wished, *self.refused):
            if pair[0] == pair[1]:
                raise BadInput(f"{pair[0]} cannot meet itself")
        self.slots()

    def slots(self) -> tuple[Slot, ...]:
        """The slots of all days, in order; BadInput where a day has no room for one."""
        return tuple(
            slot
            for start, end in sorted(self.days)
            for slot in slots_between(start, end, minutes=self.minutes, pause=self.pause, breaks=self.closed)
        )

    def away(self) -> Mapping[str, frozenset[int]]:
        """The slots, from 1, in which each absent one is away."""
        away: dict[str, set[int]] = {}
        for number, slot in enumerate(self.slots(), start=1):
            for absence in self.absent:
                if absence.start < slot.end and slot.start < absence.end:
                    away.setdefault(absence.who, set()).add(number)
        return {who: frozenset(slots) for who, slots in away.items()}


def event_plan(
    project: OverallProject, options: EventOptions, *, before: Sequence[PlannedBefore] = ()
) -> MeetingPlan:
    """Plan the event: the project's links and what was asked for, without what was refused.

    Several links between two organisations are one meeting; its value is that of the strongest. `before`: a plan that
    people have in hands. Each of its meetings that can still be held stays in its slot at its table; new ones go where
    both are free, and move nobody. Raises BadInput where somebody is named who is no participant.
    """
    names = {participant.organisation: participant.name for participant in project.participants}
    asked_for = (
        *options.wished,
        *options.refused,
        *((absence.who, absence.who) for absence in options.absent),
    )
    for who in sorted({who for pair in asked_for for who in pair} - names.keys()):
        raise BadInput(f"{who!r} takes no part in the overall project of {project.call}")
    refused = {frozenset(pair) for pair in options.refused}
    wishes = {pair: wish for pair, wish in meeting_wishes(project).items() if frozenset(pair) not in refused}
    states = {participant.organisation: participant.country for participant in project.participants}
    for pair in options.wished:
        a, b = sorted(pair)
        known = wishes.get((a, b))
        across = states[a] != states[b]
        wishes[a, b] = replace(known, value=WISHED) if known else WishedMeeting(a, b, WISHED, across=across)
    made = plan(
        list(wishes.values()),
        options.slots(),
        options.tables,
        least=options.least,
        absent=options.away(),
        names=names,
        before=before,
    )
    titles = {participant.outline: participant.title for participant in project.participants}
    return replace(made, names=names | titles, run=project.run, fictional=project.fictional)


def meeting_wishes(project: OverallProject) -> dict[tuple[str, str], WishedMeeting]:
    """What the links make organisations wish for: of several links between two, one meeting."""
    place = {participant.outline: participant for participant in project.participants}
    wishes: dict[tuple[str, str], WishedMeeting] = {}
    for link in sorted(project.links, key=lambda link: (-link.strength, link.a, link.b)):
        a, b = sorted((place[link.a].organisation, place[link.b].organisation))
        wish = wishes.get((a, b))
        about = tuple(sorted({*(wish.about if wish else ()), link.a, link.b}))
        wishes[a, b] = WishedMeeting(a, b, wish.value if wish else min(1.0, link.strength), about=about)
    return wishes


@dataclass(frozen=True, slots=True)
class PlanChange:
    """How a plan differs from the one before it, in pairs of participants."""

    kept: int
    new: tuple[tuple[str, str], ...]
    gone: tuple[tuple[str, str], ...]


def plan_change(before: Iterable[PlannedBefore], after: MeetingPlan) -> PlanChange:
    """Tell which meetings of a plan are new, and which of the one before are gone: one at another time is both."""
    earlier = {(held.a, held.b): held.start for held in before}
    now = {(m.a, m.b): after.slots[m.slot - 1].start for m in after.meetings}
    kept = {pair for pair, start in now.items() if earlier.get(pair) == start}
    return PlanChange(len(kept), tuple(sorted(now.keys() - kept)), tuple(sorted(earlier.keys() - kept)))


def fairness(made: MeetingPlan) -> tuple[tuple[str, int], ...]:
    """How many meetings each participant has, the fewest first."""
    held = {who: len(made.agenda(who)) for who in made.participants}
    return tuple(sorted(held.items(), key=lambda pair: (pair[1], pair[0])))
