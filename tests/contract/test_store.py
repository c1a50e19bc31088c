"""Does a store keep what it is given, whole or not at all, in SQLite and in PostgreSQL alike?"""

import datetime as dt

import pytest

from data.errors import BadInput, NotFound
from data.model import Kind, Organisation, OrganisationId, Participation, Project, ProjectId
from data.store import Store
from data.writer import Counts

ADA = Organisation(OrganisationId("1"), "Société Ada", "FR", Kind.SME, True, city="Lyon")
BOB = Organisation(OrganisationId("2"), "Bob AG")
OLD = Project(ProjectId("p"), "Old", start=dt.date(2018, 1, 2), topics=("a", "b"), topic_titles=("Clouds",))
NEW = Project(ProjectId("q"), "New", objective="Edges", start=dt.date(2020, 3, 4))


def fill(store: Store) -> None:
    with store.transaction(what="fill") as writer:
        writer.put_organisations([ADA, BOB])
        writer.put_projects([NEW, OLD])
        writer.put_participations(
            [
                Participation(OLD.id, ADA.id, "coordinator", 12.5),
                Participation(OLD.id, BOB.id),
                Participation(NEW.id, BOB.id, "coordinator"),
            ]
        )


def test_records_come_back_as_they_were_given(store: Store) -> None:
    fill(store)
    assert store.organisation("1") == ADA
    assert store.projects(["q", "p", "unknown"]) == {"p": OLD, "q": NEW}


def test_an_unknown_id_is_named(store: Store) -> None:
    with pytest.raises(NotFound, match="no organisation 'nobody'"):
        store.organisation("nobody")


def test_writing_the_same_twice_changes_neither_records_nor_revision_nor_audit(store: Store) -> None:
    fill(store)
    before = store.revision()
    with store.transaction() as writer:
        assert writer.put_organisations([BOB, ADA]) == Counts(unchanged=2)
    assert store.revision() == before
    assert [entry.what for entry in store.audit()] == ["fill"]


def test_an_exception_leaves_nothing_behind(store: Store) -> None:
    before = store.revision()
    unknown = pytest.raises(BadInput, match="organisations that the participations name are not in the store")
    with unknown, store.transaction() as writer:
        writer.put_projects([OLD])
        writer.put_participations([Participation(OLD.id, ADA.id)])
    assert store.projects() == {}
    assert store.revision() == before


def test_the_history_is_sorted_and_says_unknown_with_none(store: Store) -> None:
    fill(store)
    history = store.history()
    assert history.projects["id"].tolist() == ["p", "q"]
    assert history.projects["text"].tolist() == ["Old\nClouds", "New\nEdges"]
    assert history.projects["topics"].tolist() == ["a;b", None]
    assert history.participations[["project", "organisation"]].values.tolist() == [
        ["p", "1"],
        ["p", "2"],
        ["q", "2"],
    ]
    assert history.organisations["country"].tolist() == ["FR", None]
    assert history.before(dt.date(2019, 1, 1)).participations["organisation"].tolist() == ["1", "2"]
