"""Where does compiled code lie between two runs? In a folder named by the digest of all that it was compiled from.

numba keeps machine code on disk, but notices changes of the one file a function stands in, not of the files it calls
into. So the folder's name says what the code was made of: any change of any file of this package, of Python, numba or
numpy, or another kind of processor, is another folder, and nothing stale is ever loaded. It lies beside the package;
where that cannot be written to, in the user's cache folder; where neither can, code is compiled anew in each process.
A cache folder that numba's own settings name (NUMBA_CACHE_DIR) goes before both.

Several processes may compile at once: each file is written beside and moved into place, with the same content.
"""

import hashlib
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import llvmlite.binding
import numba
import numpy as np
from numba.core import config
from numba.misc.appdirs import AppDirs

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

numba_config: Any = config
PACKAGE = Path(__file__).resolve().parent
PREFIX = "compiled-"
"""Begins the name of every folder that is ours to remove."""
KEPT_S = 14 * 24 * 3600.0
"""How long a digest's folder stays after its last use, in seconds: other versions may still be in use."""


def source_digest(package: Path, circumstances: Iterable[str]) -> str:
    """Return 16 hex digits that change with the name or text of any Python file of `package` or a circumstance."""
    sha = hashlib.sha256()
    for path in sorted(package.glob("*.py")):
        sha.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        sha.update(path.read_bytes())
    for circumstance in circumstances:
        sha.update(f"\0{circumstance}".encode())
    return sha.hexdigest()[:16]


def circumstances() -> tuple[str, ...]:
    """What machine code depends on beside its source."""
    return (
        platform.python_version(),
        numba.__version__,
        np.__version__,
        llvmlite.binding.get_host_cpu_name(),
    )


def bases() -> tuple[Path, ...]:
    """The folders that may hold digests' folders, the preferred one first."""
    if numba_config.CACHE_DIR:
        return (Path(numba_config.CACHE_DIR) / "konsort-solver",)
    user_folders: Any = AppDirs
    user = Path(user_folders(appname="konsort", appauthor=False).user_cache_dir)
    return (PACKAGE / "__pycache__", user / "solver")


def cache_folder(digest: str, candidates: Sequence[Path]) -> Path | None:
    """Return the digest's folder in the first base that can be written to, made if need be; None where none can."""
    for base in candidates:
        folder = base / f"{PREFIX}{digest}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
            os.utime(folder)  # says that it is in use
        except OSError:
            continue
        return folder
    return None


def prune(base: Path, keep: Path, *, now: float) -> None:
    """Remove other digests' folders in `base` that nobody has used for two weeks; leave what cannot be removed.

    A process that still runs on such a folder has loaded its code long ago; if not, it compiles anew.
    """
    for folder in base.glob(f"{PREFIX}*"):
        try:
            unused = folder != keep and now - folder.stat().st_mtime > KEPT_S
        except OSError:
            continue  # another process removed it
        if unused:
            shutil.rmtree(folder, ignore_errors=True)


def _chosen_folder() -> Path | None:
    folder = cache_folder(source_digest(PACKAGE, circumstances()), bases())
    if folder is not None:
        prune(folder.parent, folder, now=time.time())
    return folder


FOLDER = _chosen_folder()
"""Where this process keeps compiled code; None: nowhere."""


def compiled(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Compile the function at its first call, or load what was compiled before; it runs outside Python's lock."""
    return _jit(function)


def inlined(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """The same for a part of an inner loop: it is made part of each compiled function that calls it.

    Inner loops count with `range`: iterating over a slice counts a reference up and down, which other cores must see.
    """
    return _jit(function, forceinline=True)


def _jit(function: Callable[Given, Answer], **options: bool) -> Callable[Given, Answer]:
    """Without the way in from C, which nobody takes: a tenth less to compile."""
    njit: Any = numba.njit  # its types do not know all of its options
    options |= {"nogil": True, "no_cfunc_wrapper": True, "cache": FOLDER is not None}
    before = numba_config.CACHE_DIR
    numba_config.CACHE_DIR = str(FOLDER or "")  # numba reads it while it decorates
    try:
        decorated: Callable[Given, Answer] = njit(**options)(function)
    finally:
        numba_config.CACHE_DIR = before
    return decorated
