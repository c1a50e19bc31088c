"""What does a record show to who only reads it? An organisation with its past, a project, and what a reason cites."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from flask import Blueprint, render_template, url_for

from data.errors import BadInput, NotFound
from data.model import Organisation
from graph.network.network import Network
from service.app.open import Application
from service.app.question import ListQuestion
from service.web.pages import show
from service.web.pages.form import Form

PROJECTS, PARTNERS = 25, 8
"""So many projects are listed at once, and so many of the strongest partners are named."""
CITED = 3
"""So many of the projects that one reason cites are linked; the pages of the two members list all."""


class Citation(NamedTuple):
    """A record that a reason cites: where it is read, and what it is called."""

    address: str
    name: str


def add_routes(pages: Blueprint, application: Application) -> None:
    """Add the page of a project, and the filter that links what reasons cite."""
    records = application.records

    @pages.app_template_global("cited")
    def linked(evidence: Iterable[str]) -> list[Citation]:
        return cited(evidence, records.network)

    @pages.get("/projects/<path:project>")
    def project(project: str) -> str:
        record = records.project(project)
        return render_template("project.html", project=record, participants=records.participants(project))

    @pages.app_template_global("page_of")
    def page_of(organisation: str) -> str:
        return url_for("pages.organisation", organisation=organisation)


def of_organisation(form: Form, organisation: Organisation) -> dict[str, Any]:
    """Return an organisation's projects in parts, strongest partners, and the outlines that the reader may see."""
    records = form.application.records
    part = ListQuestion(cursor=form["cursor"] or None, limit=PROJECTS)
    projects = form.read("cursor", lambda: records.involvements(organisation.id, part))
    heads = records.outlines_of(form.reader, organisation.id)
    network = records.network
    around = network.around(organisation.id, limit=PARTNERS) if organisation.id in network else None
    mine = form.reader.organisation == organisation.id
    owner = organisation.owner if organisation.owner != organisation.id else None
    return {
        "projects": projects,
        "projects_in_all": records.count_involvements(organisation.id),
        "outlines": [records.outline(form.reader, head.id, withdrawn=True) for head in heads],
        "around": around,
        "parent": records.organisations([owner]).get(owner) if owner else None,
        "website": website(organisation.url),
        "stated": records.stated(organisation.id) if form.reader.sees_all or mine else {},
    }


def may(ask: Callable[[], object]) -> bool:
    """Whether the reader may change a record: what one may not change is not known to editing."""
    try:
        ask()
    except (NotFound, BadInput):
        return False
    return True


def website(url: str | None) -> str | None:
    """Return a web address that a browser opens, None where there is none or it is of another sort.

    >>> website("www.example.org"), website("javascript:alert(1)"), website(None)
    ('https://www.example.org', None, None)
    """
    address = (url or "").strip()
    if not address or " " in address:
        return None
    if "://" not in address:
        return None if ":" in address.partition("/")[0] else f"https://{address}"
    return address if address.lower().startswith(("http://", "https://")) else None


def cited(evidence: Iterable[str], network: Network) -> list[Citation]:
    """Return where each cited record is read; needs stand in the answer itself and are not linked."""
    entries = [entry.partition(":")[::2] for entry in evidence]
    projects = [ident for kind, ident in entries if kind == "project"]
    citations = [
        Citation(url_for("pages.project", project=ident), _called(ident, network))
        for ident in projects[:CITED]
    ]
    if len(projects) > CITED:
        last = citations.pop()
        citations.append(last._replace(name=f"{last.name} (and {len(projects) - CITED} more)"))
    for kind, ident in entries:
        if kind == "outline":
            citations.append(Citation(url_for("pages.outline", outline=ident), "the outline"))
        elif kind == "organisation":
            citations.append(Citation(url_for("pages.organisation", organisation=ident), "its record"))
    return citations


def _called(project: str, network: Network) -> str:
    """A project's acronym, else its title cut short, else its number."""
    try:
        title = network.title_of(project)
    except NotFound:
        return project
    acronym, colon, _ = title.partition(": ")
    name = acronym if colon and len(acronym) <= 30 else title
    return show.cut(name if name != project else f"project {project}", 48)
