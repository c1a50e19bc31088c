"""What does a profile file say? TOML in, checked records out; what is wrong is named with file and line.

`docs/rules.md` describes the format. A file describes one profile (`id`), which may extend another
(`extends`), or it changes one in place (`amends`). This file knows no other profile: `data/calls.py` puts
the layers together.
"""

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from enum import Enum
from typing import Any, NoReturn, get_args, get_origin, get_type_hints

from data.countries import SETS
from data.demands import DEMAND_KINDS, CountRange, Demand, DistinctRepresentatives, Layer, Selector, SubCount
from data.errors import BadProfile

_HEADER: Mapping[str, type] = {
    "id": str,
    "amends": str,
    "extends": str,
    "title": str,
    "programme": str,
    "source": str,
    "note": str,
    "valid_from": dt.date,
    "valid_until": dt.date,
    "pillar": str,
    "topics": list,
    "fictional": bool,
    "remove": list,
    "demand": list,
    "override": list,
    "work_stream": list,
}
_STREAM_KEYS = ("id", "title", "description")


@dataclass(frozen=True, slots=True)
class Override:
    """New values for some fields of an inherited demand."""

    id: str
    values: Mapping[str, Any]
    line: int


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """One file's contents, checked as far as it can be alone. `header`: the plain keys that were stated."""

    file: str
    header: Mapping[str, Any]
    demands: tuple[Demand, ...]
    overrides: tuple[Override, ...]
    work_streams: tuple[Mapping[str, str], ...]
    lines: "Lines"

    def fail(self, key: str, reason: str) -> NoReturn:
        """Refuse the file at a header key's line."""
        raise BadProfile(f"{self.file}:{self.lines.of(key)}: {reason}")


class Lines:
    """Where keys stand in the text: tomllib tells lines for syntax errors only."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._tables = [
            (number, heading.group(1))
            for number, line in enumerate(self._lines, 1)
            if (heading := re.match(r"\s*\[\[\s*([\w-]+)\s*\]\]", line))
        ]

    def of(self, key: str) -> int:
        """The line of a key before the first table; 1 where it is not there."""
        end = self._tables[0][0] if self._tables else len(self._lines) + 1
        return self._find(key, 1, end) or 1

    def within(self, table: str, index: int, key: str | None = None) -> int:
        """The line of a key in the `index`-th [[table]]; the table's own line where the key is not there."""
        starts = [number for number, name in self._tables if name == table]
        if index >= len(starts):
            return self.of(table)
        start = starts[index]
        end = next((number for number, _ in self._tables if number > start), len(self._lines) + 1)
        return (self._find(key, start, end) if key else None) or start

    def _find(self, key: str, start: int, end: int) -> int | None:
        for number in range(start, end):
            if re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[.=]""", self._lines[number - 1]):
                return number
        return None


def parse_profile(file: str, content: bytes, *, layer: Layer) -> ProfileFile:
    """Read one profile file. `layer`: where its demands belong unless they say so. Raises BadProfile."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise BadProfile(f"{file}:{line}: not UTF-8: save the file in that encoding") from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        place = re.search(r"\(at line (\d+)", str(problem))
        line = int(place.group(1)) if place else text.count("\n") + 1
        reason = re.sub(r" \(at .*\)$", "", str(problem))
        raise BadProfile(f"{file}:{line}: not valid TOML: {reason}") from None
    return _Reader(file, Lines(text), layer).read(table)


class _Wrong(Exception):
    """A value is wrong; the reader adds file and line. `key`: which key of the table, None for the table."""

    def __init__(self, key: str | None, reason: str) -> None:
        super().__init__(reason)
        self.key = key


@dataclass(frozen=True, slots=True)
class _Reader:
    file: str
    lines: Lines
    layer: Layer

    def fail(self, line: int, reason: str) -> NoReturn:
        raise BadProfile(f"{self.file}:{line}: {reason}")

    def read(self, table: Mapping[str, Any]) -> ProfileFile:
        for key, value in table.items():
            if key not in _HEADER:
                self.fail(self.lines.of(key), _unknown("key", key, _HEADER))
            if not isinstance(value, _HEADER[key]) or isinstance(value, dt.datetime):
                self.fail(self.lines.of(key), f"{key} must be {_TYPE_WORDS[_HEADER[key]]}, not {value!r}")
        if ("id" in table) == ("amends" in table):
            self.fail(1, "a profile needs either id (a new profile) or amends (a change of one)")
        default_source = table.get("source") or (f"set in {self.file}" if self.layer is Layer.USER else None)
        demands: list[Demand] = []
        for index, raw in enumerate(table.get("demand", [])):
            try:
                demand = _demand(raw, default_source, self.layer)
                if any(demand.id == other.id for other in demands):
                    raise _Wrong("id", f"demand {demand.id} is there twice")
            except _Wrong as wrong:
                self.fail(self.lines.within("demand", index, wrong.key), str(wrong))
            demands.append(demand)
        return ProfileFile(
            self.file,
            self._header(table, default_source),
            tuple(demands),
            tuple(self._override(index, raw) for index, raw in enumerate(table.get("override", []))),
            tuple(self._stream(index, raw) for index, raw in enumerate(table.get("work_stream", []))),
            self.lines,
        )

    def _header(self, table: Mapping[str, Any], source: str | None) -> Mapping[str, Any]:
        kept = {
            key: value for key, value in table.items() if key not in ("demand", "override", "work_stream")
        }
        if source is not None and "id" in table and "extends" not in table:
            kept.setdefault("source", source)
        return kept

    def _override(self, index: int, raw: Any) -> Override:
        line = self.lines.within("override", index)
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
            self.fail(line, "an override needs the id of the demand that it changes")
        values = {key: value for key, value in raw.items() if key != "id"}
        if self.layer is Layer.USER:
            values = {"source": f"set in {self.file}", "verified": True, "layer": Layer.USER.value} | values
        return Override(raw["id"], values, line)

    def _stream(self, index: int, raw: Any) -> Mapping[str, str]:
        for key in _STREAM_KEYS:
            if not isinstance(raw, dict) or not isinstance(raw.get(key), str) or not raw[key]:
                line = self.lines.within("work_stream", index, key)
                self.fail(line, f"a work stream needs {key} as a text")
        for key in raw:
            if key not in _STREAM_KEYS:
                line = self.lines.within("work_stream", index, key)
                self.fail(line, _unknown("key", key, _STREAM_KEYS))
        return {key: raw[key] for key in _STREAM_KEYS}


def apply_override(demand: Demand, override: Override, file: str) -> Demand:
    """Return the demand with the override's values. Raises BadProfile at the override's line."""
    merged = {item.name: getattr(demand, item.name) for item in fields(demand)}
    try:
        merged.update(_values(type(demand), override.values, demand.id, demand.source))
        changed = type(demand)(**merged)
        _check(changed)
    except _Wrong as wrong:
        raise BadProfile(f"{file}:{override.line}: override of {demand.id}: {wrong}") from None
    return changed


_TYPE_WORDS = {
    str: "a text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list in [ ]",
    dict: "a table in { }",
    dt.date: "a date (2026-11-22, without quotes)",
}


def _unknown(what: str, written: str, allowed: Iterable[str]) -> str:
    names = sorted(allowed)
    close = difflib.get_close_matches(written, names, 1)
    hint = f": did you mean {close[0]!r}?" if close else f"; known: {', '.join(names)}"
    return f"unknown {what} {written!r}{hint}"


def _demand(raw: Any, source: str | None, layer: Layer, inside: str | None = None) -> Demand:
    if not isinstance(raw, dict):
        raise _Wrong(None, f"a demand must be {_TYPE_WORDS[dict]}, not {raw!r}")
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in DEMAND_KINDS:
        if kind is None:
            raise _Wrong(None, f"a demand needs kind, one of: {', '.join(sorted(DEMAND_KINDS))}")
        raise _Wrong("kind", _unknown("kind", str(kind), DEMAND_KINDS))
    stated = {"layer": layer.value} | {key: value for key, value in raw.items() if key != "kind"}
    if source is not None:
        stated.setdefault("source", source)
    if inside is not None:
        stated.setdefault("id", inside)
    cls = DEMAND_KINDS[kind]
    values = _values(cls, stated, str(stated.get("id", "")), str(stated.get("source", "")))
    for item in fields(cls):
        if item.default is MISSING and item.name not in values:
            raise _Wrong(None, f"a demand of kind {kind!r} needs {item.name}")
    demand = cls(**values)
    _check(demand)
    return demand


def _values(cls: type[Demand], stated: Mapping[str, Any], demand_id: str, source: str) -> dict[str, Any]:
    hints = get_type_hints(cls)
    values = {}
    for key, value in stated.items():
        if key not in hints:
            raise _Wrong(key, _unknown("key", key, (*hints, "kind")))
        layer = Layer(stated["layer"]) if stated.get("layer") in set(Layer) else Layer.PROGRAMME
        if key == "options":
            values[key] = _options(value, demand_id, source, layer)
        else:
            values[key] = _value(key, value, hints[key])
    return values


def _options(value: Any, demand_id: str, source: str, layer: Layer) -> tuple[tuple[Demand, ...], ...]:
    if not isinstance(value, list) or not value or not all(isinstance(option, list) for option in value):
        raise _Wrong("options", "options must be a list of lists of demands, each with its kind")
    return tuple(
        tuple(
            _demand(raw, source, layer, f"{demand_id}.{number}{'abcdefgh'[k % 8]}")
            for k, raw in enumerate(option)
        )
        for number, option in enumerate(value, 1)
    )


def _value(key: str, value: Any, hint: Any, inside: str = "") -> Any:
    """Turn a TOML value into what a field's type wants. `inside`: the field of the table `key` that it is."""
    name = f"{key}.{inside}" if inside else key
    parts = [part for part in get_args(hint) if part is not type(None)]
    if get_origin(hint) is not tuple and parts:
        hint = parts[0] if len(parts) == 1 else float
    if hint is Selector:
        return _record(key, value, Selector)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise _Wrong(key, f"{name} must be {_TYPE_WORDS[list]}, not {value!r}")
        inner = get_args(hint)[0]
        if inner is SubCount:
            return tuple(_record(key, item, SubCount) for item in value)
        return tuple(_value(key, item, inner, inside) for item in value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        names = [str(item.value) for item in hint]
        if value not in names:
            raise _Wrong(key, _unknown("value", str(value), names))
        return hint(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if hint is float and number:
        return float(value)
    if not isinstance(value, hint) or (hint is int and not number) or value == "":
        raise _Wrong(key, f"{name} must be {_TYPE_WORDS[hint]}, not {value!r}")
    return value


def _record(key: str, value: Any, cls: type[Selector] | type[SubCount]) -> Selector | SubCount:
    if not isinstance(value, dict):
        raise _Wrong(key, f"{key} must be {_TYPE_WORDS[dict]}, not {value!r}")
    hints = get_type_hints(cls)
    values = {}
    for name, inner in value.items():
        if name not in hints:
            raise _Wrong(key, f"{key}: {_unknown('key', name, hints)}")
        values[name] = _value(key, inner, hints[name], name)
        if name in ("countries", "not_countries"):
            for country in values[name]:
                if country not in SETS and not re.fullmatch(r"[A-Z]{2}", country):
                    raise _Wrong(key, f"{key}: {_unknown('country or set', country, SETS)}")
    for item in fields(cls):
        if item.default is MISSING and item.name not in values:
            raise _Wrong(key, f"{key} needs {item.name}")
    return cls(**values)


def _check(demand: Demand) -> None:
    """Refuse numbers that cannot be meant."""
    share = type(demand).__name__ in ("ShareCap", "ShareRange")
    low, high = getattr(demand, "minimum", None), getattr(demand, "maximum", None)
    for key, number in (("minimum", low), ("maximum", high)):
        if number is not None and number < 0:
            raise _Wrong(key, f"{key} must be 0 or more, not {number}")
        if share and number is not None and number > 1:
            raise _Wrong(key, f"{key} is a share between 0 and 1 (70 % is 0.7), not {number}")
    if low is not None and high is not None and low > high:
        raise _Wrong("minimum", f"minimum {low} is above maximum {high}")
    if isinstance(demand, CountRange) and low is None and high is None:
        raise _Wrong(None, "a count needs minimum or maximum")
    if isinstance(demand, DistinctRepresentatives):
        if demand.count < 1:
            raise _Wrong("count", f"count must be 1 or more, not {demand.count}")
        if not 0 <= demand.countries <= demand.count:
            raise _Wrong("countries", f"countries must be between 0 and count ({demand.count})")
        if any(not 0 < sub.minimum <= demand.count for sub in demand.of_which):
            raise _Wrong("of_which", f"of_which: minimum must be between 1 and count ({demand.count})")
