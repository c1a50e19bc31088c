"""Is a workbook's archive safe to read, and which part of a sheet holds anything?"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from data.errors import BadInput

MAX_UNPACKED_BYTES = 128 * 1024**2
"""The most that all parts of a workbook may come to, unpacked, the empty rows of its sheets aside."""
MAX_SHEET_BYTES = 1024**3
"""The most that a sheet may come to with its empty rows, which formatting leaves by the million."""
MAX_ROW_BYTES = 8 * 1024**2
_CHUNK = 1 << 20
_ENTITIES = tuple(
    mark.encode(codec) for mark in ("<!DOCTYPE", "<!ENTITY") for codec in ("ascii", "utf-16-le", "utf-16-be")
)
_VALUE = re.compile(rb"<(?:v|is|f)[ >/]")


@contextmanager
def opened(content: bytes, name: str, kind: str) -> Iterator[dict[str, bytes]]:
    """Give the parts of a workbook's archive by name; errors of a broken file become BadInput.

    Raises BadInput where the archive unpacks to too much or declares XML entities.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.endswith((".xml", ".rels"))]
            _refuse_large(entries, len(archive.infolist()), name)
            parts = {entry.filename: _part(archive, entry, name) for entry in entries}
        yield parts
    except BadInput:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise BadInput(f"{name} is not a readable {kind} workbook: {error}") from None


def _refuse_large(entries: Sequence[zipfile.ZipInfo], parts: int, name: str) -> None:
    sheets = [entry.file_size for entry in entries if _is_sheet(entry)]
    total = sum(entry.file_size for entry in entries) - sum(sheets)
    if total > MAX_UNPACKED_BYTES or parts > 1000 or max(sheets, default=0) > MAX_SHEET_BYTES:
        raise BadInput(
            f"{name} unpacks to {(total + sum(sheets)) / 1e6:,.0f} MB in {parts} parts; "
            f"at most {MAX_UNPACKED_BYTES / 1e6:,.0f} MB in 1000 parts are read"
        )


def _is_sheet(entry: zipfile.ZipInfo) -> bool:
    return "/worksheets/" in entry.filename and entry.filename.endswith(".xml")


def _part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    with archive.open(entry) as stream:
        part = filled_rows(stream, f"{name}/{entry.filename}") if _is_sheet(entry) else stream.read()
    if any(mark in part for mark in _ENTITIES):
        raise BadInput(f"{name} declares XML entities in {entry.filename}; no office program does")
    return part


def filled_rows(stream: IO[bytes], name: str) -> bytes:
    """Return a worksheet's XML without the rows in which nothing stands.

    A row that does not state its number is kept, since the rows below it count on it. BadInput where a row is endless
    or what stands in the rows comes to too much.

    >>> sheet = b'<sheetData><row r="1"><c><v>1</v></c></row><row r="2"><c r="A2"/></row><row r="3"/></sheetData>'
    >>> filled_rows(io.BytesIO(sheet), "sheet1.xml")
    b'<sheetData><row r="1"><c><v>1</v></c></row><row r="3"/></sheetData>'
    """
    kept: list[bytes] = []
    size = 0
    rest = b""
    while chunk := stream.read(_CHUNK):
        rest += chunk
        end = rest.rfind(b"<row ")
        if end > 0:
            kept.append(_filled(rest[:end]))
            size += len(kept[-1])
            rest = rest[end:]
        if len(rest) > MAX_ROW_BYTES or size > MAX_UNPACKED_BYTES:
            raise BadInput(
                f"{name} holds more than is read: a row of over {MAX_ROW_BYTES / 1e6:,.0f} MB, or rows of over "
                f"{MAX_UNPACKED_BYTES / 1e6:,.0f} MB; save the table as CSV UTF-8"
            )
    return b"".join(kept) + rest


def _filled(rows: bytes) -> bytes:
    """Return whole rows, and what stands before the first, without those in which nothing stands."""
    first = rows.find(b"<row ")
    if first < 0 or b"<row>" in rows or rows.count(b"<row ") != rows.count(b'<row r="'):
        return rows
    kept = [rows[:first]]
    at = first
    for match in _VALUE.finditer(rows, first):
        if match.start() < at:
            continue
        start = rows.rfind(b"<row ", at, match.start())
        close = rows.find(b"</row>", match.start())
        if start < 0 or close < 0:
            return rows
        at = close + len(b"</row>")
        kept.append(rows[start:at])
    return b"".join(kept)


def archived(parts: dict[str, bytes]) -> io.BytesIO:
    """Return the parts as an archive again, unpacked, for a library that wants one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    stream.seek(0)
    return stream
