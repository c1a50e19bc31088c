"""Whoever may not see an outline is told nothing that follows from it, by any use case."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.errors import NotFound
from data.model import OrganisationId, OutlineId
from data.readers import NOBODY, Reader, Role
from service.app.open import Application, open_application
from service.app.question import IntegrateQuestion, ListQuestion, PartnersQuestion, SuggestQuestion, made
from service.runtime.settings import Settings

CALL = "demo-industrial-cloud"
ONE = OutlineId("DEMO-OUT-004")
OWNER = OrganisationId("DEMO-ORG-004")


@pytest.fixture(scope="module")
def konsort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    home: Path = tmp_path_factory.mktemp("readers")
    with open_application(Settings.from_env({"KONSORT_ENCODER": "hashing"}, home=str(home))) as application:
        application.imports.demo(application.reader, dry_run=False)
        yield application


def test_lists_and_records_hold_what_the_reader_may_see(konsort: Application) -> None:
    anna = Reader("anna", Role.COORDINATOR, outlines=frozenset({ONE}))
    assert [head.id for head in konsort.records.outlines(anna, ListQuestion()).entries] == [ONE]
    assert konsort.records.count_outlines(anna, call=CALL) == 1
    assert konsort.records.count_outlines(NOBODY, call=CALL) == 0
    assert konsort.records.outline(anna, ONE).id == ONE
    with pytest.raises(NotFound, match="no outline has the id or the title"):
        konsort.records.outline(NOBODY, ONE)


def test_an_organisation_sees_its_own_outlines(konsort: Application) -> None:
    owner = konsort.records.outline(konsort.reader, ONE).organisation
    own = Reader("owner", Role.COMPANY, owner)
    assert ONE in {head.id for head in konsort.records.all_outlines(own)}
    assert all(head.organisation == owner for head in konsort.records.all_outlines(own))


def test_hidden_outlines_are_gone_before_anything_is_searched(konsort: Application) -> None:
    whole = konsort.snapshots.current
    seen = whole.visible_to(NOBODY)
    assert whole.visible_to(konsort.reader) is whole
    assert seen is whole.visible_to(NOBODY), "kept, not made anew for each question"
    assert seen.outlines == {}
    assert not any(entry.startswith("outline:") for entry in seen.search.entries)
    assert any(entry.startswith("outline:") for entry in whole.search.entries), "the whole stays as it was"


def test_a_suggestion_cites_no_hidden_outline(konsort: Application) -> None:
    question = made(
        SuggestQuestion, call=CALL, text="An edge cloud for small harbours, with sensors.", limit=1
    )
    answer = konsort.questions.suggest(NOBODY, question)
    cited = {
        evidence
        for suggestion in answer.suggestions
        for member in suggestion.members
        for reason in member.reasons
        for evidence in reason.evidence
    }
    assert answer.suggestions
    assert not any(evidence.startswith("outline:") for evidence in cited)
    assert answer.run != konsort.questions.suggest(konsort.reader, question).run
    partners = konsort.questions.partners(
        NOBODY, made(PartnersQuestion, organisation=OWNER, text=question.text, call=CALL)
    )
    evidence = {e for partner in partners.partners for reason in partner.reasons for e in reason.evidence}
    assert not any(entry.startswith("outline:") for entry in evidence)


def test_a_call_with_a_hidden_outline_has_no_overall_project_for_the_reader(konsort: Application) -> None:
    most = frozenset(konsort.snapshots.current.outlines) - {ONE}
    reader = Reader("ben", Role.COORDINATOR, outlines=most)
    with pytest.raises(NotFound, match="is not open to ben"):
        konsort.projects.propose(reader, made(IntegrateQuestion, call=CALL))
    with pytest.raises(NotFound, match=r"is not open to ben"):
        konsort.projects.propose(reader, made(IntegrateQuestion, call=CALL, without=[ONE]))
