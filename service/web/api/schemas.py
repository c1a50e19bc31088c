"""Which shape has each answer? The schemas for `openapi.json`, made from the records that are answered."""

from typing import Any

from flask_openapi3.types import ResponseDict

from data.published import schemas_of
from graph.network.views import CountryMatrix, CountryView, IntroductionPath, Neighbourhood, Summary
from graph.rules.rules import Verdict
from matcher.needs.read import Statements
from matcher.overall.meetings import MeetingPlan
from matcher.overall.project import OverallProject
from matcher.suggest.answers import Partners, Suggestions
from matcher.suggest.steering import Steering, TradeOff
from matcher.suggest.why import Why
from service.app.answers import (
    CallList,
    Change,
    ChangeList,
    DecisionList,
    DuplicateKept,
    DuplicateList,
    Imported,
    OrganisationKept,
    OrganisationList,
    OutlineKept,
    OutlineList,
    ProjectKept,
    ProjectList,
    RankingList,
    SuspectedOwner,
    TypeList,
)
from service.app.consortia import ConsortiumKept, ConsortiumList
from service.problems import MEDIA_TYPE, Problem

ANSWERS = (
    *(Suggestions, Statements, Steering, TradeOff, Partners, Why, RankingList, Verdict),
    *(OverallProject, DecisionList),
    *(Neighbourhood, IntroductionPath, CountryView, CountryMatrix, Summary),
    *(CallList, TypeList, OutlineList, OrganisationList),
    *(ProjectKept, ProjectList),
    *(ConsortiumKept, ConsortiumList),
    *(OutlineKept, OrganisationKept, Change, ChangeList, DuplicateList, DuplicateKept),
    Problem,
)
"""What addresses answer; the records inside are described with them."""
OF_COMMANDS = (MeetingPlan, Imported, SuspectedOwner)
"""What commands alone answer with `--json`: described in the same place."""
PLACE = "#/components/schemas/{model}"


def answered(record: type) -> ResponseDict:
    """Describe an address that answers with this record."""
    return {"200": {"description": "OK", "content": {"application/json": _reference(record)}}}


def problem(description: str) -> dict[str, Any]:
    """Describe an answer that tells a problem."""
    return {"description": description, "content": {MEDIA_TYPE: _reference(Problem)}}


def _reference(record: type) -> dict[str, Any]:
    return {"schema": {"$ref": PLACE.format(model=record.__name__)}}


def described(document: dict[str, Any], *, unused: str) -> dict[str, Any]:
    """Return the API's description with the shapes of all answers; `unused` names a shape that no address refers to."""
    question_shapes = {
        name: shape for name, shape in document["components"]["schemas"].items() if name != unused
    }
    answer_shapes = schemas_of((*ANSWERS, *OF_COMMANDS), PLACE)
    if doubles := [
        name
        for name in question_shapes.keys() & answer_shapes.keys()
        if question_shapes[name] != answer_shapes[name]
    ]:
        raise ValueError(f"a question and an answer are published under one name: {', '.join(doubles)}")
    return {
        **document,
        "components": {**document["components"], "schemas": {**question_shapes, **answer_shapes}},
    }
