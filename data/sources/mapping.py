"""What has a person said of a sender's files: which column is which, and what do its words mean? Kept as TOML.

sheet = "Skizzenübersicht"
encoding = "cp1250"

[columns]
title = "Titel der Skizze"

[values.kind]
"Verein" = "other"
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from data.errors import BadInput
from data.model import ImportReport


@dataclass(frozen=True, slots=True)
class FileMapping:
    """How a file is to be read; what it does not say is found out."""

    sheet: str | None = None
    encoding: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """The heading in the file, by the column's name."""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By the column's name: what a written word stands for; "" is unknown."""

    def with_options(
        self, sheet: str | None = None, encoding: str | None = None, columns: Iterable[str] = ()
    ) -> "FileMapping":
        """Return the mapping with what the options say, `columns` as `title=Titel der Skizze`, put over it.

        BadInput where an option has no `=`.
        """
        named = dict(self.columns)
        for option in columns:
            column, sign, heading = option.partition("=")
            if not sign or not column.strip() or not heading.strip():
                raise BadInput(f'{option!r} names no column; needed: COLUMN="HEADING IN THE FILE"')
            named[column.strip()] = heading.strip()
        return replace(self, sheet=sheet or self.sheet, encoding=encoding or self.encoding, columns=named)


NO_MAPPING = FileMapping()


def load_mapping(path: Path) -> FileMapping:
    """Read a mapping file; BadInput where it is no TOML, or says something that no mapping says."""
    try:
        written = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"the mapping {path} cannot be read: {error}") from None
    return mapping_of(written, f"the mapping {path}")


def mapping_of(written: str, name: str = "the mapping") -> FileMapping:
    """Return the mapping that a TOML text says; `name` stands for it in error texts."""
    try:
        document = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{name} cannot be read: {error}") from None
    unknown = sorted(document.keys() - {"sheet", "encoding", "columns", "values"})
    if unknown:
        raise BadInput(
            f"{name} says {', '.join(unknown)}; needed: sheet, encoding, [columns] or [values.COLUMN]"
        )
    columns, values = document.get("columns", {}), document.get("values", {})
    texts = [document.get("sheet", ""), document.get("encoding", ""), *_values(columns)]
    texts += [text for column in _values(values) for text in _values(column)]
    if not all(isinstance(text, str) for text in texts):
        raise BadInput(f"{name} holds something else than texts; put every value in quotes")
    return FileMapping(document.get("sheet"), document.get("encoding"), columns, values)


def _values(table: object) -> list[object]:
    return list(table.values()) if isinstance(table, dict) else [None]


def mapping_text(report: ImportReport, mapping: FileMapping = NO_MAPPING) -> str:
    """Return the TOML of a mapping that answers what a report asks: known words with their meaning, unknown ones empty.

    A person fills in what is empty; a word that stays empty is unknown.
    """
    lines = [
        f"{name} = {_quoted(text)}" for name in ("sheet", "encoding") if (text := getattr(mapping, name))
    ]
    if mapping.columns:
        lines += [
            "",
            "[columns]",
            *(f"{column} = {_quoted(text)}" for column, text in mapping.columns.items()),
        ]
    values: dict[str, dict[str, str]] = {column: dict(words) for column, words in mapping.values.items()}
    for reading in report.readings:
        if reading.column != "column":
            values.setdefault(reading.column, {}).setdefault(reading.written, reading.meaning or "")
    for column, words in values.items():
        lines += [
            "",
            f"[values.{column}]",
            *(f"{_quoted(word)} = {_quoted(text)}" for word, text in words.items()),
        ]
    return "\n".join(lines).strip() + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a basic string of TOML
