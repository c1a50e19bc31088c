"""Which address answers which question? Each handler: parse, one call, render."""

from typing import Any

from flask import request
from flask_openapi3 import APIBlueprint, Tag
from flask_openapi3.types import ResponseDict
from werkzeug.exceptions import BadRequest

from data.calls import CallProfile
from data.countries import to_eu, to_iso
from data.model import Organisation, Outline
from service.app.overall import answer_of
from service.app.port import Application
from service.problems import MEDIA_TYPE
from service.web.api import answers, questions

PREFIX = "/api/v1"
MATCHING = Tag(name="matching", description="Consortia, partners, rankings, rules, the overall project.")
NETWORK = Tag(name="network", description="Who worked with whom.")
RECORDS = Tag(name="records", description="Calls, outlines, organisations.")


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemAnswer"}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}


PROBLEMS: ResponseDict = {
    "400": _problem("The request cannot be read."),
    "404": _problem("Something named is not known."),
    "409": _problem("Several records fit."),
    "413": _problem("The request is too large."),
    "415": _problem("The body is not JSON."),
    "422": _problem("The request can be read, but not be used."),
    "500": _problem("An error nobody foresaw."),
    "503": _problem("Something must be done first."),
}


def call_as_dict(profile: CallProfile) -> dict[str, Any]:
    """Return a call's profile for JSON."""
    return {
        "id": profile.id,
        "title": profile.title,
        "programme": profile.programme,
        "source": profile.source,
        "valid_from": profile.valid_from and profile.valid_from.isoformat(),
        "valid_until": profile.valid_until and profile.valid_until.isoformat(),
        "fictional": profile.fictional,
        "demands": [
            {
                "id": demand.id,
                "kind": demand.hardness.value,
                "text": demand.text,
                "source": demand.source,
                "verified": demand.verified,
            }
            for demand in profile.demands
        ],
    }


def outline_as_dict(outline: Outline) -> dict[str, Any]:
    """Return what is told of an outline in a list."""
    return {
        "id": outline.id,
        "title": outline.title,
        "country": to_eu(outline.country),
        "organisation": outline.organisation,
        "language": outline.language,
    }


def organisation_as_dict(organisation: Organisation) -> dict[str, Any]:
    """Return an organisation for JSON."""
    return {
        "id": organisation.id,
        "name": organisation.label,
        "country": organisation.country and to_eu(organisation.country),
        "kind": organisation.kind and organisation.kind.value,
        "fictional": organisation.fictional,
    }


def require_json() -> None:
    """Refuse a body that is not JSON: 415 for another type, 400 where it cannot be read."""
    if request.method == "POST":
        try:
            request.get_json()
        except RecursionError:
            raise BadRequest("the body nests too deeply; needed: one JSON object of few levels") from None


def api_blueprint(application: Application) -> APIBlueprint:
    """Return the API's routes, answered by the application."""
    api = APIBlueprint("api", __name__, url_prefix=PREFIX, abp_responses=PROBLEMS)
    api.before_request(require_json)
    _matching(api, application)
    _deciding(api, application)
    _steering(api, application)
    _network(api, application)
    _records(api, application)
    return api


def _matching(api: APIBlueprint, application: Application) -> None:
    @api.post("/suggest", tags=[MATCHING], responses={"200": answers.SuggestionsAnswer})
    def suggest(body: questions.SuggestBody) -> dict[str, Any]:
        """Suggest consortia for an outline

        Every suggestion keeps the call's hard rules, or says what cannot be told.
        """
        return application.suggest(body.request()).as_dict()

    @api.post("/partners", tags=[MATCHING], responses={"200": answers.PartnersAnswer})
    def partners(body: questions.PartnersBody) -> dict[str, Any]:
        """Find partners for an organisation"""
        return application.partners(body.request()).as_dict()

    @api.post("/rank", tags=[MATCHING], responses={"200": answers.RankingsAnswer})
    def rank(body: questions.RankBody) -> dict[str, Any]:
        """Rank partners for many project ideas"""
        found = application.rank([each.query() for each in body.queries], body.limit)
        return {
            "rankings": [{"id": each.id, "ranked": [list(pair) for pair in each.ranked]} for each in found]
        }

    @api.post("/check", tags=[MATCHING], responses={"200": answers.CheckAnswer})
    def check(body: questions.CheckBody) -> dict[str, Any]:
        """Check members against a call, rule by rule"""
        return application.check(body.call, [each.member() for each in body.members]).as_dict()

    @api.post("/integrate", tags=[MATCHING], responses={"200": answers.IntegrationAnswer})
    def integrate(body: questions.IntegrateBody) -> dict[str, Any]:
        """Combine a call's outlines into one overall project"""
        return answer_of(application, body.call, without=body.without, others=body.alternatives)


def _deciding(api: APIBlueprint, application: Application) -> None:
    address = "/calls/<call>/decisions"
    told: ResponseDict = {"200": answers.DecisionsAnswer}

    def listed(call: str) -> dict[str, Any]:
        return {"call": call, "decisions": [each.as_dict() for each in application.desk(call).told()]}

    @api.get(address, tags=[MATCHING], responses=told)
    def decisions(path: questions.CallPath) -> dict[str, Any]:
        """List what is decided about a call's overall project"""
        return listed(path.call)

    @api.post(address, tags=[MATCHING], responses=told)
    def decide(path: questions.CallPath, body: questions.DecisionBody) -> dict[str, Any]:
        """Decide one thing, for this and every later proposal

        A second decision about the same takes the place of the first.
        """
        application.desk(path.call).add([body.decision()])
        return listed(path.call)

    @api.delete(address, tags=[MATCHING], responses=told)
    def take_back(path: questions.CallPath, query: questions.DecisionKey) -> dict[str, Any]:
        """Take one decision back"""
        application.desk(path.call).take_back([query.key])
        return listed(path.call)


def _steering(api: APIBlueprint, application: Application) -> None:
    @api.post("/steer", tags=[MATCHING], responses={"200": answers.SteeringAnswer})
    def steer(body: questions.SteerBody) -> dict[str, Any]:
        """Say what could be changed in a set, and what if somebody leaves

        Swaps come with the change of every term and rule; weak points with those who could step in.
        """
        return application.steer(body.request(), body.members).as_dict()

    @api.post("/tradeoff", tags=[MATCHING], responses={"200": answers.TradeOffAnswer})
    def tradeoff(body: questions.SuggestBody) -> dict[str, Any]:
        """Say what new ties cost in fit: sets from most fit to most new ties"""
        return application.trade_off(body.request()).as_dict()


def _network(api: APIBlueprint, application: Application) -> None:
    @api.get("/graph/around", tags=[NETWORK], responses={"200": answers.AroundAnswer})
    def around(query: questions.AroundQuery) -> dict[str, Any]:
        """Show an organisation's strongest partners"""
        return application.network.around(query.organisation, limit=query.limit).as_dict()

    @api.get("/graph/path", tags=[NETWORK], responses={"200": answers.PathAnswer})
    def path(query: questions.PathQuery) -> dict[str, Any]:
        """Find the strongest chain of introductions between two organisations"""
        return application.network.path(query.a, query.b).as_dict()

    @api.get("/graph/country", tags=[NETWORK], responses={"200": answers.CountryAnswer})
    def country(query: questions.CountryQuery) -> dict[str, Any]:
        """Show a country's partner countries and leading organisations"""
        return application.network.country(to_iso(query.country), limit=query.limit).as_dict()

    @api.get("/graph/matrix", tags=[NETWORK], responses={"200": answers.MatrixAnswer})
    def matrix() -> dict[str, Any]:
        """Show tie weights country by country"""
        return application.network.matrix().as_dict()

    @api.get("/graph/summary", tags=[NETWORK], responses={"200": answers.SummaryAnswer})
    def summary() -> dict[str, Any]:
        """Show the network in figures"""
        return application.network.summary().as_dict()


def _records(api: APIBlueprint, application: Application) -> None:
    @api.get("/calls", tags=[RECORDS], responses={"200": answers.CallsAnswer})
    def calls() -> dict[str, Any]:
        """List the calls' profiles"""
        return {"calls": [call_as_dict(profile) for profile in application.calls()]}

    @api.get("/calls/<call>", tags=[RECORDS], responses={"200": answers.CallAnswer})
    def call(path: questions.CallPath) -> dict[str, Any]:
        """Show one call's profile"""
        return call_as_dict(application.profile(path.call))

    @api.get("/outlines", tags=[RECORDS], responses={"200": answers.OutlinesAnswer})
    def outlines(query: questions.OutlinesQuery) -> dict[str, Any]:
        """List outlines, all or those of one call"""
        if query.call is not None:
            application.profile(query.call)  # an unknown call is told, not answered with an empty list
        return {"outlines": [outline_as_dict(outline) for outline in application.outlines(query.call)]}

    @api.get("/organisations", tags=[RECORDS], responses={"200": answers.FoundsAnswer})
    def organisations(query: questions.FindQuery) -> dict[str, Any]:
        """Find organisations by name"""
        country = query.country and to_iso(query.country)
        found = application.find(query.text, country=country, limit=query.limit)
        return {"organisations": [organisation_as_dict(each) for each in found]}
