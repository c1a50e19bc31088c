"""Which bytes does a file, a folder or a ZIP archive give, and are they safe to read?

Nothing is ever unpacked to disk. Sizes are limited before memory is taken, so that a zip bomb or a runaway file
is refused with a reason instead of filling the machine.
"""

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data.errors import BadInput

MAX_FILE_BYTES = 512 * 1024**2
"""The largest file that is read, unpacked; the largest CORDIS export stays well below."""
MAX_ENTRIES = 10_000
"""The most entries that an archive may have."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that can be read: the name shown in reports, and a function that gives its bytes."""

    name: str
    read: Callable[[], bytes]


def one_file(path: Path) -> SourceFile:
    """Return the file at `path`; BadInput where there is none."""
    if not path.is_file():
        raise BadInput(f"{path} is not a file; needed: a file that exists")
    return SourceFile(path.name, lambda: _read_plain(path))


def list_files(path: Path) -> tuple[SourceFile, ...]:
    """Return the files of a ZIP archive or of a folder (not of its subfolders), in order of name."""
    if path.is_dir():
        return tuple(
            one_file(child)
            for child in sorted(path.iterdir())
            if child.is_file() and not _is_left_behind(child.name)
        )
    if not path.is_file():
        raise BadInput(f"{path} does not exist; needed: a ZIP archive or a folder of CSV files")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadInput(
            f"{path} is not a readable ZIP archive ({error}); download it again, or unpack it and give the folder"
        ) from None
    if len(entries) > MAX_ENTRIES:
        raise BadInput(f"{path} has {len(entries)} entries; at most {MAX_ENTRIES} are read")
    for entry in entries:
        parts = PurePosixPath(entry.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[:1]:
            raise BadInput(
                f"{path} holds {entry.filename!r}, a path that leaves the archive; it is not trusted"
            )
    files = [entry for entry in entries if not entry.is_dir() and not _is_left_behind(entry.filename)]
    return tuple(_member(path, entry) for entry in sorted(files, key=lambda entry: entry.filename))


def _is_left_behind(name: str) -> bool:
    """Tell whether an operating system put a file into an archive or folder for itself.

    >>> _is_left_behind("__MACOSX/csv/._project.csv"), _is_left_behind("csv/project.csv")
    (True, False)
    """
    *folders, last = PurePosixPath(name.replace("\\", "/")).parts
    return "__MACOSX" in folders or last.startswith("._") or last in (".DS_Store", "Thumbs.db", "desktop.ini")


def _member(path: Path, entry: zipfile.ZipInfo) -> SourceFile:
    return SourceFile(PurePosixPath(entry.filename).name, lambda: _read_member(path, entry))


def _refuse_large(name: str, size: int) -> None:
    if size > MAX_FILE_BYTES:
        raise BadInput(
            f"{name} is {size / 1e6:,.0f} MB unpacked; at most {MAX_FILE_BYTES / 1e6:,.0f} MB are read: split it"
        )


def _read_plain(path: Path) -> bytes:
    try:
        _refuse_large(path.name, path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None


def _read_member(path: Path, entry: zipfile.ZipInfo) -> bytes:
    _refuse_large(f"{path.name}/{entry.filename}", entry.file_size)
    if entry.flag_bits & 0x1:
        raise BadInput(f"{path.name}/{entry.filename} is encrypted; give an archive without a password")
    try:
        # The archive's stated size bounds what is unpacked: zipfile stops there and then checks the sum.
        with zipfile.ZipFile(path) as archive, archive.open(entry) as stream:
            return stream.read()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise BadInput(
            f"{path.name}/{entry.filename} is damaged ({error}); download the archive again"
        ) from None
