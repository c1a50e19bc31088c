"""Who is in the consortium that somebody pasted or uploaded? Reads the list, keeps it, names whom the store knows."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from data.sources.members import MEMBER_COLUMNS
from graph.rules.members import Member
from service.app.open import Application
from service.web.identity import reader
from service.web.pages.form import Form

COLUMNS = ",".join(column.name for column in MEMBER_COLUMNS)
SAMPLE = f"""{COLUMNS}
A1,Example University,DE,university,A1,450000,coordinator,no
A2,Example Sensors,EL,sme,,300000,participant,yes
A3,Example Town,FR,municipal,A3,,participant,
"""
"""A list to start from; empty cells are unknown, and what hangs on them is asked."""
PASTED = "Pasted list"


def check_form(
    values: Mapping[str, str], upload: FileStorage | None, application: Application
) -> tuple[Form, tuple[Member, ...] | None]:
    """Read the call and the list, a file before what was pasted. No members where something is wrong.

    What a file says stays in the form, so that it can be put right there.
    """
    chosen = upload is not None and bool(upload.filename)
    content = upload.read() if upload and chosen else values.get("members", "").encode()
    name = secure_filename(upload.filename or "") if upload and chosen else PASTED
    form = Form({**values, "members": _text(content)}, application, reader())
    if not form["call"]:
        form.errors["call"] = "Choose the call whose rules apply."
    else:
        form.read("call", lambda: application.records.call(form["call"]))
    if not content.strip():
        form.errors["members"] = "Paste a list of members, or choose a file."
        return form, None
    members = form.read("members", lambda: _members(name or PASTED, content, application))
    return form, members if members and not form.errors else None


def _text(content: bytes) -> str:
    """What can be shown of a file; a spreadsheet cannot."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text


def _members(name: str, content: bytes, application: Application) -> tuple[Member, ...]:
    with TemporaryDirectory(prefix="konsort-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return application.questions.members_in(path)
