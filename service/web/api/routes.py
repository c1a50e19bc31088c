"""Which address answers which question? Each handler: parse, one call, render."""

from dataclasses import replace
from typing import Any

from flask import request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from flask_openapi3.types import ResponseDict
from werkzeug.exceptions import BadRequest

from data.published import as_json
from graph.network.views import CountryMatrix, CountryView, IntroductionPath, Neighbourhood, Summary
from graph.rules.rules import Verdict
from matcher.needs.read import Statements
from matcher.overall.project import OverallProject
from matcher.suggest.answers import Partners, Suggestions
from matcher.suggest.steering import Steering, TradeOff
from matcher.suggest.why import Why
from service.app import question
from service.app.answers import (
    Call,
    CallList,
    DecisionList,
    OrganisationList,
    OrganisationRow,
    OutlineList,
    OutlineRow,
    ProjectKept,
    ProjectList,
    ProjectRow,
    RankingList,
    TypeList,
    TypeRow,
)
from service.app.open import Application
from service.app.question import ListQuestion
from service.app.resolve import country
from service.web.api import parameters
from service.web.api.consortia import consortia_routes
from service.web.api.editing import editing_routes
from service.web.api.schemas import answered, problem
from service.web.identity import reader

PREFIX = "/api/v1"
MATCHING = Tag(name="matching", description="Consortia, partners, rankings, rules, the overall project.")
NETWORK = Tag(name="network", description="Who worked with whom.")
RECORDS = Tag(name="records", description="Calls, outlines, organisations.")


PROBLEMS: ResponseDict = {
    "400": problem("The request cannot be read."),
    "401": problem("Nobody knows who asks: a service with accounts needs a token or a session."),
    "403": problem("Another site sent this along with a session."),
    "404": problem("Something named is not known, or not open to who asks."),
    "409": problem("Several records fit."),
    "413": problem("The request is too large."),
    "415": problem("The body is not JSON."),
    "422": problem("The request can be read, but not be used."),
    "500": problem("An error nobody foresaw."),
    "503": problem("Something must be done first."),
}


def require_json() -> None:
    """Refuse a body that is not JSON: 415 for another type, 400 where it cannot be read."""
    if request.method in ("POST", "PATCH") or (request.method == "PUT" and request.content_length):
        try:
            request.get_json()
        except RecursionError:
            raise BadRequest("the body nests too deeply; needed: one JSON object of few levels") from None


def api_blueprint(application: Application) -> APIBlueprint:
    """Return the API's routes, answered by the application."""
    api = APIBlueprint("api", __name__, url_prefix=PREFIX, abp_responses=PROBLEMS)
    api.before_request(require_json)
    _matching(api, application)
    _decisions(api, application)
    _steering(api, application)
    _network(api, application)
    _records(api, application)
    editing_routes(api, application)
    consortia_routes(api, application)
    return api


def _matching(api: APIBlueprint, application: Application) -> None:
    @api.post("/suggest", tags=[MATCHING], responses=answered(Suggestions))
    def suggest(body: question.SuggestQuestion) -> dict[str, Any]:
        """Suggest consortia for an outline

        Every suggestion keeps the call's hard rules, or says what cannot be told.
        """
        return as_json(application.questions.suggest(reader(), body))

    @api.post("/read", tags=[MATCHING], responses=answered(Statements))
    def read(body: question.ReadQuestion) -> dict[str, Any]:
        """Say what an outline seeks and brings

        Its `needs` can be changed and sent back in the question to `suggest`.
        """
        return as_json(application.questions.read(reader(), body))

    @api.post("/partners", tags=[MATCHING], responses=answered(Partners))
    def partners(body: question.PartnersQuestion) -> dict[str, Any]:
        """Find partners for an organisation, or for whoever wrote a text"""
        return as_json(application.questions.partners(reader(), body))

    @api.post("/why", tags=[MATCHING], responses=answered(Why))
    def why(body: question.WhyQuestion) -> dict[str, Any]:
        """Say why an organisation was suggested for an outline or not, and what would change that"""
        return as_json(application.questions.why(reader(), body))

    @api.post("/rank", tags=[MATCHING], responses=answered(RankingList))
    def rank(body: question.RankQuestion) -> dict[str, Any]:
        """Rank partners for many project ideas"""
        rankings = application.questions.rank(
            reader(), body.queries, limit=body.limit, newcomers=body.newcomers
        )
        return as_json(RankingList(tuple(rankings)))

    @api.post("/check", tags=[MATCHING], responses=answered(Verdict))
    def check(body: question.CheckQuestion) -> dict[str, Any]:
        """Check members against a call, rule by rule"""
        return as_json(application.questions.check(reader(), body))

    @api.post("/integrate", tags=[MATCHING], responses=answered(OverallProject))
    def integrate(body: question.IntegrateQuestion) -> dict[str, Any]:
        """Combine a call's outlines into one overall project"""
        project = application.projects.propose(reader(), body)
        if body.alternatives:
            others = application.projects.alternatives(reader(), body, project)
            project = replace(project, alternatives=others)
        return as_json(project)


def _decisions(api: APIBlueprint, application: Application) -> None:
    address = "/calls/<call>/decisions"
    responses = answered(DecisionList)

    def listed(call: str) -> dict[str, Any]:
        return as_json(DecisionList(call, application.projects.decisions(reader(), call)))

    @api.get(address, tags=[MATCHING], responses=responses)
    def decisions(path: parameters.CallPath) -> dict[str, Any]:
        """List what is decided about a call's overall project"""
        return listed(path.call)

    @api.post(address, tags=[MATCHING], responses=responses)
    def decide(path: parameters.CallPath, body: question.DecisionMade) -> dict[str, Any]:
        """Decide one thing, for this and every later proposal

        A second decision about the same takes the place of the first.
        """
        application.projects.decide(reader(), path.call, [body])
        return listed(path.call)

    @api.delete(address, tags=[MATCHING], responses=responses)
    def take_back(path: parameters.CallPath, query: parameters.DecisionKey) -> dict[str, Any]:
        """Take one decision back"""
        application.projects.take_back(reader(), path.call, [query.key])
        return listed(path.call)


def _steering(api: APIBlueprint, application: Application) -> None:
    @api.post("/steer", tags=[MATCHING], responses=answered(Steering))
    def steer(body: question.SteerQuestion) -> dict[str, Any]:
        """Say what could be changed in a set, and what if somebody leaves

        Swaps come with the change of every term and rule; weak points with those who could step in.
        """
        return as_json(application.questions.steer(reader(), body))

    @api.post("/tradeoff", tags=[MATCHING], responses=answered(TradeOff))
    def tradeoff(body: question.SuggestQuestion) -> dict[str, Any]:
        """Say what new ties cost in fit: sets from most fit to most new ties"""
        return as_json(application.questions.trade_off(reader(), body))


def _network(api: APIBlueprint, application: Application) -> None:
    @api.get("/graph/around", tags=[NETWORK], responses=answered(Neighbourhood))
    def around(query: parameters.AroundQuery) -> dict[str, Any]:
        """Show an organisation's strongest partners"""
        return as_json(
            application.records.network.around(
                application.records.names.organisation(query.organisation), limit=query.limit
            )
        )

    @api.get("/graph/path", tags=[NETWORK], responses=answered(IntroductionPath))
    def path(query: parameters.PathQuery) -> dict[str, Any]:
        """Find the strongest chain of introductions between two organisations"""
        return as_json(
            application.records.network.path(*application.records.names.organisations((query.a, query.b)))
        )

    @api.get("/graph/country", tags=[NETWORK], responses=answered(CountryView))
    def one_country(query: parameters.CountryQuery) -> dict[str, Any]:
        """Show a country's partner countries and leading organisations"""
        return as_json(application.records.network.country(country(query.country), limit=query.limit))

    @api.get("/graph/matrix", tags=[NETWORK], responses=answered(CountryMatrix))
    def matrix() -> dict[str, Any]:
        """Show tie weights country by country"""
        return as_json(application.records.network.matrix())

    @api.get("/graph/summary", tags=[NETWORK], responses=answered(Summary))
    def summary() -> dict[str, Any]:
        """Show the network in figures"""
        return as_json(application.records.network.summary())


def _records(api: APIBlueprint, application: Application) -> None:
    records = application.records

    @api.get("/calls", tags=[RECORDS], responses=answered(CallList))
    def calls() -> dict[str, Any]:
        """List the calls' profiles"""
        return as_json(CallList(tuple(map(Call.of, records.calls()))))

    @api.get("/calls/<call>", tags=[RECORDS], responses=answered(Call))
    def call(path: parameters.CallPath) -> dict[str, Any]:
        """Show one call's profile"""
        return as_json(Call.of(records.call(path.call)))

    @api.get("/types", tags=[RECORDS], responses=answered(TypeList))
    def types() -> dict[str, Any]:
        """List the types of organisations that a need may name"""
        return as_json(TypeList(tuple(map(TypeRow.of, records.types()))))

    @api.get("/outlines", tags=[RECORDS], responses=answered(OutlineList))
    def outlines(query: parameters.OutlinesQuery) -> dict[str, Any]:
        """List outlines, all or those of one call, in parts"""
        part = records.outlines(reader(), query, call=query.call, text=query.text)
        return as_json(OutlineList(tuple(map(OutlineRow.of, part.entries)), part.next))

    @api.get("/organisations", tags=[RECORDS], responses=answered(OrganisationList))
    def organisations(query: parameters.FindQuery) -> dict[str, Any]:
        """Find organisations by name, in parts"""
        code = None if query.country is None else country(query.country)
        part = records.find(query.text, country=code, part=query)
        return as_json(OrganisationList(tuple(map(OrganisationRow.of, part.entries)), part.next))

    @api.get("/organisations/<organisation>/projects", tags=[RECORDS], responses=answered(ProjectList))
    def projects(path: parameters.OrganisationPath, query: ListQuestion) -> dict[str, Any]:
        """List an organisation's projects, the latest first, in parts"""
        part = records.involvements(records.organisation(path.organisation, withdrawn=True).id, query)
        return as_json(ProjectList(tuple(map(ProjectRow.of, part.entries)), part.next))

    @api.get("/projects/<project>", tags=[RECORDS], responses=answered(ProjectKept))
    def project(path: parameters.ProjectPath) -> dict[str, Any]:
        """Show one project with who took part: what a reason cites as `project:ID`"""
        return as_json(ProjectKept.of(records.project(path.project), records.participants(path.project)))
