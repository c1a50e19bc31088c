"""How does a ranking file become queries? One JSON object a line; a bad line is told, the others are read."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import IO, Any

from data.errors import BadInput
from service.app.question import RankQuery, made

QUERY_FIELDS = frozenset(RankQuery.model_fields)


@dataclass(frozen=True, slots=True)
class QueryFile:
    """A ranking file as read. `bad`: the lines that hold no query; `doubts`: what else its writer should know."""

    queries: tuple[RankQuery, ...]
    bad: tuple[str, ...]
    doubts: tuple[str, ...]


def queries_of(file: IO[bytes]) -> QueryFile:
    """Read a ranking file, one JSON object a line, in UTF-8; a bad line is told as file:line:reason."""
    queries: list[RankQuery] = []
    bad: list[str] = []
    doubts: list[str] = []
    unknown: set[str] = set()
    for number, line in enumerate(file, start=1):
        where = f"{file.name}:{number}"
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            if not text:
                continue
            queries.append(query := query_of(text, unknown))
        except UnicodeDecodeError as error:
            bad.append(f"{where}: is not UTF-8 (byte {error.start + 1}); save the file as UTF-8")
        except BadInput as error:
            bad.append(f"{where}: {error}")
        else:
            if not (query.text.strip() or query.given or query.coordinator or query.topic):
                doubts.append(f"{where}: has neither text nor given; nothing in it says who fits")
    if not queries and not bad:
        doubts.append(f"{file.name}: holds no query; needed: one JSON object a line")
    if unknown:
        doubts.append(f"fields that say nothing here were passed over: {', '.join(sorted(unknown))}")
    return QueryFile(tuple(queries), tuple(bad), tuple(doubts))


def query_of(line: str, unknown: set[str]) -> RankQuery:
    """Read one line of a ranking file. `unknown` takes the names of fields that mean nothing here.

    BadInput says what was found and, where it is one field, its name.
    """
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadInput(f"is not JSON ({error.msg} at character {error.pos + 1})") from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, lists in lists in lists
        raise BadInput(f"cannot be read ({error})") from None
    try:
        json.dumps(fields, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadInput("holds half a character (a lone surrogate); write whole ones") from None
    if not isinstance(fields, dict):
        raise BadInput(f"must be an object with id and text, not {type(fields).__name__}")
    unknown.update(fields.keys() - QUERY_FIELDS)
    ident = fields.get("id")
    if not isinstance(ident, str | int) or str(ident).strip() == "":
        raise BadInput("needs an id, a text or a whole number")
    given = fields.get("given") or []
    if not isinstance(given, list):
        raise BadInput(f"given must be a list of organisation ids, not {given!r}")
    return made(
        RankQuery,
        id=str(ident),
        text=_text(fields, "text") or "",
        given=[str(who) for who in given],
        coordinator=_id(fields.get("coordinator")),
        topic=_text(fields, "topic"),
        programme=_text(fields, "programme"),
        date=_day(fields.get("date")),
    )


def _text(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = ";".join(value)
    if value is not None and not isinstance(value, str):
        raise BadInput(f"{name} must be a text, not {value!r}")
    return value or None


def _id(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _day(value: Any) -> dt.date | None:
    if value in (None, ""):
        return None
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        raise BadInput(f"date must be a day such as 2019-07-01, not {value!r}") from None
