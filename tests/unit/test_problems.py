"""Is every error told by the table, and no error forgotten?"""

import pytest

from data import errors
from data.errors import BadProfile, KonsortError, NotFound
from data.published import as_json
from service.problems import PROBLEM_TYPES, Problem, exit_code, problem_type


def every_kind(root: type[KonsortError]) -> list[type[KonsortError]]:
    return [kind for child in root.__subclasses__() for kind in (child, *every_kind(child))]


@pytest.mark.parametrize(
    "kind", [kind for kind in every_kind(KonsortError) if kind.__module__ == errors.__name__]
)
def test_every_error_of_the_tree_has_a_telling(kind: type[KonsortError]) -> None:
    assert problem_type(kind("reason")) in PROBLEM_TYPES
    assert 400 <= problem_type(kind("reason")).status < 600
    assert exit_code(kind("reason")) in {2, 4, 5}


def test_a_special_case_is_told_as_what_it_derives_from() -> None:
    assert (problem_type(BadProfile("line 3")).status, exit_code(BadProfile("line 3"))) == (422, 2)


def test_the_body_has_the_members_of_the_standard() -> None:
    assert as_json(Problem.of(NotFound("no organisation '7'"), "/api/v1/partners")) == {
        "type": "urn:konsort:problem:not-found",
        "title": "Not found",
        "status": 404,
        "detail": "no organisation '7'",
        "code": "not-found",
        "instance": "/api/v1/partners",
    }
