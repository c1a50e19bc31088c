"""Is the API what its description says? The description is held against the code, and tried with made-up input."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from schemathesis import Case, openapi
from schemathesis.specs.openapi.checks import positive_data_acceptance

from service.problems import MEDIA_TYPE

TryMadeUp = Callable[[Any, Callable[[Case[Any]], None], int], None]
PATHS = {
    "/api/v1/read",
    "/api/v1/suggest",
    "/api/v1/steer",
    "/api/v1/tradeoff",
    "/api/v1/partners",
    "/api/v1/why",
    "/api/v1/rank",
    "/api/v1/check",
    "/api/v1/integrate",
    "/api/v1/projects/{project}",
    "/api/v1/consortia",
    "/api/v1/consortia/{consortium}",
    "/api/v1/consortia/{consortium}/members",
    "/api/v1/consortia/{consortium}/comments",
    "/api/v1/organisations/{organisation}/projects",
    "/api/v1/graph/around",
    "/api/v1/graph/path",
    "/api/v1/graph/country",
    "/api/v1/graph/matrix",
    "/api/v1/graph/summary",
    "/api/v1/calls",
    "/api/v1/calls/{call}",
    "/api/v1/calls/{call}/decisions",
    "/api/v1/outlines",
    "/api/v1/types",
    "/api/v1/outlines/{outline}",
    "/api/v1/outlines/{outline}/withdrawal",
    "/api/v1/organisations",
    "/api/v1/organisations/{organisation}",
    "/api/v1/organisations/{organisation}/withdrawal",
    "/api/v1/organisations/{organisation}/merged",
    "/api/v1/duplicates",
    "/api/v1/audit",
    "/api/v1/audit/{change}/undone",
}


def test_the_description_names_every_address_and_problem(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").get_json()
    assert described["openapi"] == "3.1.0"
    assert set(described["paths"]) == PATHS
    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            for status, response in operation["responses"].items():
                kind = "application/json" if status == "200" else MEDIA_TYPE
                assert list(response["content"]) == [kind], (path, status)


def references(part: object) -> set[str]:
    """Every shape that a part of the description refers to."""
    if isinstance(part, list):
        return {name for element in part for name in references(element)}
    if not isinstance(part, dict):
        return set()
    own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
    return own.union(*(references(element) for element in part.values()))


def test_every_shape_that_is_referred_to_is_described(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").get_json()
    shapes = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert references(described) <= shapes


@pytest.mark.parametrize("path", sorted(PATHS))
def test_no_made_up_request_gets_an_answer_that_is_not_described(
    app: Flask, try_made_up: TryMadeUp, path: str
) -> None:
    described = openapi.from_wsgi("/api/v1/openapi.json", app)
    tried = []

    def try_out(case: Case[Any]) -> None:
        tried.append(case)
        # Some demands join two fields ("outline or text"), which the schema cannot say: 422 is right then.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    for operation in described[path].values():
        try_made_up(operation, try_out, 12)
    assert tried
