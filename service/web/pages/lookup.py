"""What was looked up in the network, and how does it look? An organisation, a country or a pair."""

from typing import Any

from flask import url_for

from data.countries import EU27, to_eu
from graph.network.network import Network
from graph.network.views import Actor, CountryView, IntroductionPath, Neighbourhood
from service.app.resolve import country
from service.web.pages import show
from service.web.pages.form import Form
from service.web.pages.picture import Dot, Line, chain, ring
from service.words import count

COUNTRIES_DRAWN = 20
CURVES_DRAWN = 25
"""Ties among partners in the picture, the strongest ones: all 190 of a hub would hide everything."""


def look_up(form: Form) -> dict[str, Any]:
    """Answer what the network page was asked: a pair, an organisation, a country, or nothing."""
    network = form.application.records.network
    if "a" in form.values:
        a = form.organisation("a", required="Write who asks for an introduction.")
        b = form.organisation("b", required="Write whom they want to reach.")
        path = form.read("a", lambda: network.path(a, b)) if a and b else None
        return _path(path, network) if path else {}
    if "organisation" in form.values:
        organisation = form.organisation("organisation", required="Write a name or a participant code.")
        around = form.read("organisation", lambda: network.around(organisation)) if organisation else None
        return {"around": around, "picture": around and around.partners and _around_picture(around)}
    code = form.read("country", lambda: country(form["country"])) if form["country"] else None
    view = form.read("country", lambda: network.country(code)) if code else None
    return {"view": view, "picture": view and view.ties and _country_picture(view)}


def _path(path: IntroductionPath, network: Network) -> dict[str, Any]:
    projects = {project for tie in path.ties for project in tie.projects}
    titles = {project: network.title_of(project) for project in projects}
    return {"path": path, "titles": titles, "picture": _path_picture(path) if path.found else ""}


def _dot(actor: Actor, home: str | None, note: str = "") -> Dot:
    look = "home" if home is not None and actor.country == home else "abroad"
    code = to_eu(actor.country) if actor.country else ""
    return Dot(actor.label, url_for("pages.network", organisation=actor.id), look, note, code)


def _around_picture(around: Neighbourhood) -> str:
    numbers = {actor.id: place for place, actor in enumerate(around.partners)}
    dots = [
        _dot(actor, around.centre.country, count(len(tie.projects), "shared project"))
        for actor, tie in zip(around.partners, around.ties, strict=True)
    ]
    lines = [Line(numbers[tie.a], numbers[tie.b], tie.weight) for tie in around.among[:CURVES_DRAWN]]
    centre = Dot(around.centre.label, "", "centre")
    return ring(
        f"Neighbourhood of {around.centre.label}", centre, dots, [tie.weight for tie in around.ties], lines
    )


def _country_picture(view: CountryView) -> str:
    shown = view.ties[:COUNTRIES_DRAWN]
    dots = [
        Dot(
            show.country(tie.country),
            url_for("pages.network", country=tie.country),
            "home" if tie.country in EU27 else "abroad",
            count(tie.projects, "shared project"),
        )
        for tie in shown
    ]
    name = show.country(view.country)
    return ring(f"Partner countries of {name}", Dot(name, "", "centre"), dots, [tie.weight for tie in shown])


def _path_picture(path: IntroductionPath) -> str:
    dots = [_dot(actor, path.a.country) for actor in path.actors]
    steps = [show.shared(tie) for tie in path.ties]
    return chain(f"Introductions from {path.a.label} to {path.b.label}", dots, steps)
