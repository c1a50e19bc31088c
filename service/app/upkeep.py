"""Is everything in order, and how is the store kept safe? The doctor's symptoms, backup, restore."""

import datetime as dt
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data.backup import StoreCopy, back_up, file_of, looked_through, put_back
from data.errors import BadInput, KonsortError, StoreError
from service.runtime.settings import Settings

FINE, LOOK, WRONG = "fine", "look", "wrong"
LEAST_FREE_GB = 2.0
"""With less room on the disk an import or an embedding may not come to its end."""


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that was looked at. `state`: fine, look (it works, but) or wrong; `advice`: what to do."""

    what: str
    state: str
    detail: str
    advice: str = ""


def backup(settings: Settings, file: Path) -> StoreCopy:
    """Copy the store into a file, online; see `data/backup.py`."""
    return back_up(file_of(settings.database), file)


def restore(settings: Settings, file: Path) -> tuple[StoreCopy, Path | None]:
    """Put a copy back; what stood before is kept beside the store. Return both. A damaged copy touches nothing."""
    looked_through(file)
    store = file_of(settings.database)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = None
    if store.exists():
        now = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
        before = store.with_name(f"{store.stem}.before-{now}{store.suffix}")
        back_up(store, before)
    return put_back(file, store), before


def symptoms(settings: Settings) -> Iterator[Symptom]:
    """Look at home, disk, store, text encoder and learned ranking; nothing is changed, and nothing heavy loaded."""
    home = settings.home
    if not home.is_dir():
        yield Symptom(
            "home", LOOK, f"{home} is not there yet", "the first import makes it: `konsort import --help`"
        )
        return
    yield _private(home)
    yield _room(home)
    yield from _store(settings)
    yield _encoder(settings)


def _private(home: Path) -> Symptom:
    state = home.stat()
    if hasattr(os, "geteuid") and state.st_uid != os.geteuid():
        return Symptom("home", LOOK, f"{home} belongs to another user", "run konsort as the user who owns it")
    if stat.S_IMODE(state.st_mode) & 0o077:
        return Symptom("home", LOOK, f"{home} can be read by others on this machine", f"chmod 700 {home}")
    if not os.access(home, os.W_OK | os.X_OK):
        return Symptom("home", WRONG, f"{home} cannot be written to", f"chmod u+rwx {home}")
    return Symptom("home", FINE, f"{home} is its owner's alone")


def _room(home: Path) -> Symptom:
    free = shutil.disk_usage(home).free / 2**30
    if free < LEAST_FREE_GB:
        return Symptom(
            "disk", WRONG, f"{free:.1f} GB are free", f"make room: {LEAST_FREE_GB:.0f} GB are needed"
        )
    return Symptom("disk", FINE, f"{free:,.0f} GB are free")


def _store(settings: Settings) -> Iterator[Symptom]:
    try:
        file = file_of(settings.database)
    except BadInput as error:
        yield Symptom("store", LOOK, str(error), "look at it with that database's own tools")
        return
    if not file.exists():
        yield Symptom(
            "store", LOOK, f"{file} is not there yet", "`konsort import` or `konsort restore` makes it"
        )
        return
    try:
        known = looked_through(file)
    except StoreError as error:
        yield Symptom("store", WRONG, str(error), "put the newest copy back: `konsort restore FILE`")
        return
    counts = ", ".join(f"{known.rows[name]:,} {name}" for name in ("organisations", "projects", "outlines"))
    yield Symptom("store", FINE, f"every page and reference of {file} was looked at: {counts}")
    texts = known.rows["projects"] + known.rows["outlines"]
    if texts and not known.rows["vectors"]:
        yield Symptom(
            "texts", LOOK, "no text is embedded yet", "`konsort index`, or let a service do it beside"
        )
    yield _ranking(settings, known)


def _ranking(settings: Settings, known: StoreCopy) -> Symptom:
    learned = (settings.home / "models" / "in-use.json").exists()
    if learned:
        return Symptom("ranking", FINE, "a learned ranking is in use")
    if known.rows["projects"]:
        detail = "nothing is learned yet: a fixed blend ranks"
        return Symptom("ranking", LOOK, detail, "`konsort train`, or let a service do it beside its answers")
    return Symptom("ranking", FINE, "there is no history to learn from yet")


def _encoder(settings: Settings) -> Symptom:
    from embeddings.choice import DEFAULT, HASHING, open_encoder

    if settings.encoder == HASHING:
        return Symptom("encoder", LOOK, "texts are compared by shared words alone", "unset KONSORT_ENCODER")
    if settings.encoder == DEFAULT and not any(settings.models.glob(f"{DEFAULT}*")):
        return Symptom(
            "encoder", LOOK, f"{DEFAULT} is not unpacked in {settings.models} yet", "`konsort setup`"
        )
    try:
        name = open_encoder(settings.encoder, settings.models).name
    except KonsortError as error:
        return Symptom("encoder", WRONG, str(error), "correct KONSORT_ENCODER")
    return Symptom("encoder", FINE, f"texts are read by {name}")
