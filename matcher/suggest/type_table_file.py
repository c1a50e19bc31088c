"""Where is the table of types kept, so that a single question need not read every name anew?

A file beside the store, stamped with all that the table follows from: the names, countries and kinds of the
organisations, and the code and lists that read them. One whose stamp does not fit is made anew, never trusted.
"""

import tempfile
import zipfile
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from scipy import sparse

from data import organisation_types, sources
from data.model import Kind
from matcher import needs
from matcher.needs.wording import NameWords
from matcher.suggest import type_table
from matcher.suggest.type_table import TypeTable

FILE = "types.npz"
Recorded = Sequence[tuple[str | None, str | None, Kind | None]]


def kept_types(folder: Path, recorded: Recorded) -> TypeTable:
    """Return the table of types of n organisations, as `TypeTable.of`: out of the folder where it fits, else made."""
    file, stamp = folder / FILE, _stamp(recorded)
    table = _read(file, stamp, len(recorded))
    if table is None:
        table = TypeTable.of(recorded)
        _write(file, stamp, table)
    return table


def _stamp(recorded: Recorded) -> str:
    facts = "\n".join(f"{name!r} {country!r} {kind!r}" for name, country, kind in recorded)
    return sha256(f"{_code()}\n{facts}".encode()).hexdigest()


@cache
def _code() -> str:
    """Digest what names are read by: the code, the words of all languages, the types."""
    folders = [Path(package.__path__[0]) for package in (needs, sources)]
    files = [
        Path(type_table.__file__),
        Path(organisation_types.__file__),
        *(
            path
            for folder in (*folders, organisation_types.FOLDER)
            for path in folder.iterdir()
            if path.is_file()
        ),
    ]
    digest = sha256(np.__version__.encode())
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _read(file: Path, stamp: str, n: int) -> TypeTable | None:
    """Return what the file holds, None where there is none, or one of another stamp, or a damaged one."""
    try:
        with file.open("rb") as handle, np.load(handle, allow_pickle=False) as stored:
            if str(stored["stamp"]) != stamp:
                return None
            columns = {str(ident): place for place, ident in enumerate(stored["columns"])}
            cells = (stored["shares"], stored["rows"], stored["starts"])
            words = str(stored["words"]).split()
            places = np.split(stored["name_rows"], stored["name_ends"])[:-1]
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    shares = sparse.csc_array(cells, shape=(n, len(columns)))
    return TypeTable(shares, columns, NameWords(dict(zip(words, places, strict=True)), n))


def _write(file: Path, stamp: str, table: TypeTable) -> None:
    """Put a table into the file, whole or not at all. Where the folder cannot be written to, the next one makes it."""
    rows = list(table.words.rows.values())
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".types-", delete=False) as building:
            np.savez(
                building,
                stamp=stamp,
                columns=list(table.columns),
                shares=table.shares.data,
                rows=table.shares.indices,
                starts=table.shares.indptr,
                words=" ".join(table.words.rows),
                name_rows=np.concatenate([*rows, np.zeros(0, np.int64)]),
                name_ends=np.cumsum([len(places) for places in rows], dtype=np.int64),
            )
        Path(building.name).replace(file)
    except OSError:
        return
