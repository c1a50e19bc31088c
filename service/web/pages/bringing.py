"""How does a file of outlines come in by the page? Upload, what was understood, mend, import, report."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from data.errors import BadInput
from data.model import ImportReport
from data.sources.mapping import FileMapping, mapping_of, mapping_text
from data.sources.reports import to_look_at
from data.sources.sheets import rows_at
from service.app.open import Application
from service.web.identity import reader
from service.web.pages.form import Form
from service.web.pages.guard import Guard

SHOWN = 200
"""So many places of a file are shown; the others are counted."""
Rows = Mapping[tuple[str, int], Sequence[tuple[str, str]]]
"""By sheet and line: the letters of each filled column, and what stands there."""


def add_routes(pages: Blueprint, application: Application, guard: Guard) -> None:
    """Add the page's routes."""

    def page(form: Form, **view: object) -> Response:
        offered = {"calls": application.records.calls(), "shown": SHOWN}
        return make_response(
            render_template("import.html", form=form, **offered, **view), 422 if form.errors else 200
        )

    @pages.get("/import")
    def ask_import() -> Response:
        return page(Form(request.args, application, reader()))

    @pages.post("/import")
    def bring() -> Response:
        guard.require(request)
        form, name, content = _import_form(request.form, request.files.get("file"), application)
        brought = None if form.errors else form.read("file", lambda: _brought(form, name, content))
        if brought is None:
            return page(form, name=name, kept=_kept(content))
        report, rows = brought
        mapping = mapping_text(report, mapping_of(form["mapping"]))
        look = to_look_at(report)
        kept, replaced = _kept(content), _replaces(form)
        return page(
            form,
            report=report,
            name=name,
            kept=kept,
            mapping=mapping,
            look=look,
            rows=rows,
            replaced=replaced,
        )


def _import_form(
    values: Mapping[str, str], upload: FileStorage | None, application: Application
) -> tuple[Form, str, bytes]:
    """Read the call and the file: a new one, else the one that the page was shown for."""
    form = Form(values, application, reader())
    if not form["call"]:
        form.errors["call"] = "Choose the call that the outlines answer."
    if upload is not None and upload.filename:
        name, content = secure_filename(upload.filename) or "file", upload.read()
    else:
        name = secure_filename(form["name"]) or "file"
        content = form.read("file", lambda: _uploaded(form["kept"])) or b""
    if not content:
        form.errors.setdefault("file", "Choose a file.")
    form.read("mapping", lambda: mapping_of(form["mapping"]))
    return form, name, content


def _replaces(form: Form) -> bool:
    """Whether outlines that the file does not hold are to be removed: only after they were shown."""
    return form["step"] == "import" and bool(form["replace"])


def _kept(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _uploaded(kept: str) -> bytes:
    try:
        return base64.b64decode(kept, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("the file did not come back whole; choose it again") from None


def _brought(form: Form, name: str, content: bytes) -> tuple[ImportReport, Rows]:
    """Import the file, or see only what would come in, as the button said; with the rows that the report names."""
    mapping: FileMapping = mapping_of(form["mapping"])
    with TemporaryDirectory(prefix="konsort-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        report = form.application.imports.outlines(
            form.reader,
            path,
            form["call"],
            dry_run=form["step"] != "import",
            mapping=mapping,
            replace=_replaces(form),
        )
        places = [(place.file, place.line) for _, place in to_look_at(report)[:SHOWN]]
        return report, rows_at(path, places, mapping=mapping) if places else {}
