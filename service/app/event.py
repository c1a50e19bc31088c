"""How is an event written down by people, and what is kept of it? Words to options and back, no store."""

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

from data.errors import BadInput
from matcher.overall.event import Absence, EventOptions, Span
from matcher.overall.meetings import MeetingPlan, PlannedBefore

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})\s+(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})(?:\s+.*)?")
_HOURS = re.compile(r"(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})(?:\s+.*)?")
FIELDS = ("zone", "days", "closed", "tables", "minutes", "pause", "least", "absent", "wished", "refused")
USUAL: Mapping[str, str] = {"zone": "Europe/Brussels", "minutes": "20", "pause": "5", "least": "2"}


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event in the words in which it was set up, with the meetings that people have in hands."""

    fields: Mapping[str, str]
    held: tuple[PlannedBefore, ...]

    @classmethod
    def of(cls, fields: Mapping[str, str], plan: MeetingPlan) -> "KeptEvent":
        """What is kept of a plan."""
        held = (PlannedBefore(m.a, m.b, plan.slots[m.slot - 1].start, m.table) for m in plan.meetings)
        return cls({name: fields.get(name, "") for name in FIELDS}, tuple(held))

    def as_json(self) -> str:
        held = [[one.a, one.b, one.start.isoformat(), one.table] for one in self.held]
        return json.dumps({"fields": dict(self.fields), "held": held}, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | None) -> "KeptEvent | None":
        """Read what `as_json` wrote; None is no event. Raises BadInput for anything else."""
        if not text:
            return None
        try:
            kept = json.loads(text)
            if kept is None:
                return None
            held = [
                PlannedBefore(a, b, dt.datetime.fromisoformat(start), t) for a, b, start, t in kept["held"]
            ]
            return cls({str(k): str(v) for k, v in kept["fields"].items()}, tuple(held))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadInput(f"the kept event is not readable ({error!r}); set it up anew") from error


def options_of(fields: Mapping[str, str], organisation: Callable[[str], str]) -> EventOptions:
    """Read an event as people write it: one day, break, absence or pair a line. `organisation` finds who is meant.

    Raises BadInput with the line that cannot be read, before anything is computed.
    """
    zone = _zone(fields.get("zone", ""))
    days = tuple(_day(line, zone) for line in _lines(fields, "days"))
    return EventOptions(
        days=days,
        tables=_number(fields, "tables"),
        minutes=_number(fields, "minutes"),
        pause=_number(fields, "pause"),
        least=_number(fields, "least"),
        closed=tuple(span for line in _lines(fields, "closed") for span in _closed(line, days, zone)),
        absent=tuple(
            Absence(organisation(who), *span)
            for line in _lines(fields, "absent")
            for who, when in [_halves(line, "who is away and when, as in “Meltemi; 2027-03-09 09:00-11:00”")]
            for span in _closed(when, days, zone)
        ),
        wished=_pairs(fields, "wished", organisation),
        refused=_pairs(fields, "refused", organisation),
    )


def _zone(name: str) -> ZoneInfo:
    if name not in available_timezones():
        raise BadInput(f"{name or 'nothing'!r} is no time zone; needed: a name such as Europe/Brussels")
    return ZoneInfo(name)


def _lines(fields: Mapping[str, str], name: str) -> list[str]:
    return [line.strip() for line in fields.get(name, "").splitlines() if line.strip()]


def _number(fields: Mapping[str, str], name: str) -> int:
    text = (fields.get(name) or USUAL.get(name, "")).strip()
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise BadInput(f"{name}: needed a whole number, not {repr(text) if text else 'nothing'}")
    return int(text)


def _day(line: str, zone: ZoneInfo) -> Span:
    match = _DAY.fullmatch(line)
    if match is None:
        raise BadInput(f"a day is written as 2027-03-09 09:00-17:00, not as {line!r}")
    return _moment(match[1], match[2], zone), _moment(match[1], match[3], zone)


def _closed(line: str, days: tuple[Span, ...], zone: ZoneInfo) -> list[Span]:
    """A time of one day, or of every day where no day is named."""
    if match := _HOURS.fullmatch(line):
        dates = [f"{start:%Y-%m-%d}" for start, _ in days]
        return [(_moment(date, match[1], zone), _moment(date, match[2], zone)) for date in dates]
    return [_day(line, zone)]


def _moment(date: str, hour: str, zone: ZoneInfo) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(f"{date}T{hour.zfill(5)}").replace(tzinfo=zone)
    except ValueError:
        raise BadInput(f"{date} {hour} is no moment of any day") from None


def _halves(line: str, what: str) -> tuple[str, str]:
    first, mark, second = (part.strip() for part in line.partition(";"))
    if not (first and mark and second):
        raise BadInput(f"needed {what}, with a semicolon between, not {line!r}")
    return first, second


def _pairs(
    fields: Mapping[str, str], name: str, organisation: Callable[[str], str]
) -> tuple[tuple[str, str], ...]:
    pairs = [_halves(line, "two organisations") for line in _lines(fields, name)]
    return tuple((organisation(a), organisation(b)) for a, b in pairs)
