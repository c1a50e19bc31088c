"""Where is kept what is slow to work out, so that the next process need not? Arrays in files, mapped, never trusted.

What follows from a history is worked out once and written beside the store, one folder a thing: its arrays as `.npy`
files, and a card with what they follow from (the history's revision, the program's own code) and the digest of each
file. Processes map the files into memory and so share them. What was made from something else, is damaged or only half
there is worked out again and said in the log; so a folder may be deleted at any time.
"""

import json
import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import file_digest, sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

CARD = "card.json"
FORMAT = 1
Arrays = Mapping[str, np.ndarray]
_CODE = ("data", "embeddings", "graph", "matcher")
_PACKAGES = ("numpy", "scipy", "scikit-learn", "pandas")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptArrays:
    """A folder of kept things that follow from one history. `stamp`: text that changes with all they follow from."""

    folder: Path
    stamp: str

    def get(self, name: str, make: Callable[[], Arrays], *, also: str = "") -> Arrays:
        """Return the arrays of that name, out of the files where they fit, else made now and written.

        `also`: what they follow from beside the history. Where they cannot be written they are made each time.
        """
        stamp = sha256(f"{FORMAT}|{self.stamp}|{also}|{code_digest()}".encode()).hexdigest()
        place = self.folder / name
        arrays = _read(place, stamp)
        if arrays is None:
            arrays = make()
            _write(place, stamp, arrays)
        return arrays


def packed(texts: Sequence[str]) -> np.ndarray:
    """Return texts without line breaks as one array of bytes.

    >>> unpacked(packed(["Fjäll", "", "Küste"]))
    ['Fjäll', '', 'Küste']
    >>> unpacked(packed([]))
    []
    """
    return np.frombuffer("".join(f"{text}\n" for text in texts).encode(), np.uint8)


def unpacked(array: np.ndarray) -> list[str]:
    """Return the texts that `packed` has put together."""
    return array.tobytes().decode().split("\n")[:-1]


@cache
def code_digest() -> str:
    """Digest what works things out: this program's code below the service, and the libraries' versions."""
    digest = sha256()
    for package in _PACKAGES:
        try:
            digest.update(f"{package} {version(package)}\n".encode())
        except PackageNotFoundError:
            digest.update(f"{package} unknown\n".encode())
    root = Path(__file__).parent.parent
    for folder in _CODE:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".py", ".toml"):
                digest.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _read(place: Path, stamp: str) -> Arrays | None:
    """Return what a folder holds; None where there is nothing, or something else, or damaged."""
    try:
        card = json.loads((place / CARD).read_text(encoding="utf-8"))
        if card["stamp"] != stamp:
            return None
        arrays = {}
        for name, digest in card["files"].items():
            path = place / f"{Path(name).name}.npy"
            with path.open("rb") as handle:
                if file_digest(handle, "sha256").hexdigest() != digest:
                    raise ValueError(f"{path.name} is not what was written")
            arrays[name] = np.load(path, mmap_mode="r", allow_pickle=False)
        return arrays
    except FileNotFoundError as error:
        if (place / CARD).exists():
            _LOG.warning("%s lacks a file and is worked out again: %s", place, error)
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _LOG.warning("%s is damaged and is worked out again: %s", place, error)
        return None


def _write(place: Path, stamp: str, arrays: Arrays) -> None:
    """Put arrays into a folder, whole or not at all; what is there goes. Whoever has mapped it keeps what it has."""
    building: Path | None = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}-"))
        files = {}
        for name, array in arrays.items():
            path = building / f"{name}.npy"
            np.save(path, np.asarray(array), allow_pickle=False)
            with path.open("rb") as handle:
                files[name] = file_digest(handle, "sha256").hexdigest()
        (building / CARD).write_text(json.dumps({"stamp": stamp, "files": files}, indent=1), encoding="utf-8")
        shutil.rmtree(place, ignore_errors=True)
        building.rename(place)
    except OSError as error:  # another process was first, or nothing can be written: the next one tries again
        _LOG.info("%s could not be kept: %s", place, error)
        if building is not None:
            shutil.rmtree(building, ignore_errors=True)
