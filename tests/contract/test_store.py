"""Does a store keep what it is given, whole or not at all, in SQLite and in PostgreSQL alike?"""

import datetime as dt
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from data import database
from data.errors import BadInput, Conflict, NotFound
from data.model import (
    CallId,
    Collaborations,
    Kind,
    Organisation,
    OrganisationId,
    Outline,
    OutlineId,
    Participation,
    Project,
    ProjectId,
)
from data.revisions import Revisions
from data.store import Store
from data.writer import Counts, Merge

ROOT = Path(__file__).parents[2]

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


def test_collaborations_are_the_history_without_its_texts(store: Store) -> None:
    assert store.collaborations() == Collaborations([], [], [])
    fill(store)
    at = store.revisions()
    found, history = store.collaborations(at=at), store.history()
    assert [row[:2] for row in found.organisations] == list(
        zip(history.organisations["id"], history.organisations["name"], strict=True)
    )
    assert [(ident, title, start) for ident, _, title, start in found.projects] == [
        ("p", "Old", "2018-01-02"),
        ("q", "New", "2020-03-04"),
    ]
    assert sorted(found.participations) == [("p", "1"), ("p", "2"), ("q", "2")]
    with store.transaction() as writer:
        writer.put_participations([Participation(NEW.id, ADA.id)])
    with pytest.raises(Conflict):
        store.collaborations(at=at)


def test_a_dry_run_counts_but_keeps_nothing(store: Store) -> None:
    with store.transaction(dry_run=True) as writer:
        assert writer.put_organisations([ADA, BOB]) == Counts(added=2)
    assert store.organisations() == {}
    assert store.audit() == ()


def test_every_write_is_audited_with_who_what_and_how_many(store: Store) -> None:
    with store.transaction(what="first", who="ada") as writer:
        writer.put_organisations([ADA, BOB])
    with store.transaction(what="second") as writer:
        writer.put_organisations([replace(BOB, city="Bonn")])
    newest, oldest = store.audit()
    assert (oldest.who, oldest.what) == ("ada", "first")
    assert oldest.counts == {"organisations added": 2, "organisations changed": 0}
    assert (newest.who, newest.what) == ("local", "second")
    assert newest.counts == {"organisations added": 0, "organisations changed": 1}
    assert oldest.at <= newest.at
    assert store.audit(limit=1) == (newest,)


@pytest.mark.parametrize(
    ("merge", "expected"),
    [
        (Merge.REPLACE, Organisation(ADA.id, "Ada", None, Kind.COMPANY)),
        (Merge.UPDATE, Organisation(ADA.id, "Ada", "FR", Kind.SME, True, city="Lyon")),
        (Merge.FILL, ADA),
    ],
)
def test_what_is_unknown_replaces_a_known_fact_only_when_told_to(
    store: Store, merge: Merge, expected: Organisation
) -> None:
    with store.transaction() as writer:
        writer.put_organisations([ADA])
        writer.put_organisations([Organisation(ADA.id, "Ada", kind=Kind.COMPANY)], merge)
    assert store.organisation(ADA.id) == expected


def test_a_size_and_a_contradicting_flag_are_settled_by_the_newer_statement(store: Store) -> None:
    with store.transaction() as writer:
        writer.put_organisations([ADA])
        writer.put_organisations([Organisation(ADA.id, sme=False)], Merge.UPDATE)
    assert (store.organisation(ADA.id).kind, store.organisation(ADA.id).sme) == (Kind.LARGE, False)


def test_many_records_are_compared_like_few(store: Store) -> None:
    many = [Organisation(OrganisationId(str(number)), f"Name {number}") for number in range(1201)]
    with store.transaction() as writer:
        assert writer.put_organisations(many) == Counts(added=1201)
    many[7] = replace(many[7], city="Bonn")
    with store.transaction() as writer:
        assert writer.put_organisations(many) == Counts(changed=1, unchanged=1200)
    assert store.organisation("7").city == "Bonn"
    assert len(store.organisations(str(number) for number in range(0, 1300, 2))) == 601


def test_a_bulk_of_rows_that_came_before_is_known_as_long_as_nothing_else_was_written(store: Store) -> None:
    many = [Organisation(OrganisationId(f"{n:04}"), f"Organisation {n}", "DE") for n in range(600)]

    def counts() -> Counts:
        with store.transaction(bulk=True) as writer:
            return writer.put_organisations(many, Merge.UPDATE)

    assert counts() == Counts(added=600)
    assert counts() == Counts(unchanged=600)
    with store.transaction() as writer:
        writer.put_organisations([replace(many[7], name="Another name")])
    assert counts() == Counts(changed=1, unchanged=599)
    assert counts() == Counts(unchanged=600)
    assert store.organisation("0007") == many[7]


def test_rows_that_a_later_write_of_the_same_transaction_changes_are_not_taken_for_known(
    store: Store,
) -> None:
    many = [Organisation(OrganisationId(f"{n:04}"), f"Organisation {n}", "DE") for n in range(600)]
    with store.transaction() as writer:
        writer.put_organisations(many)
        writer.put_organisations([replace(many[7], name="Another name")])
    with store.transaction() as writer:
        assert writer.put_organisations(many) == Counts(changed=1, unchanged=599)


def test_a_bulk_without_its_references_is_refused(store: Store) -> None:
    fill(store)
    nobody = "1 of the organisations that the participations name"
    with pytest.raises(BadInput, match=nobody), store.transaction(bulk=True) as writer:
        writer.put_participations([Participation(OLD.id, OrganisationId("nobody"))])


def test_starts_are_those_of_each_project_and_of_the_latest_of_each_organisation(store: Store) -> None:
    fill(store)
    with store.transaction() as writer:
        writer.put_projects([Project(ProjectId("r"))])
        writer.put_participations([Participation(ProjectId("r"), ADA.id)])
    assert store.starts() == (
        {"p": "2018-01-02", "q": "2020-03-04", "r": None},
        {ADA.id: "2018-01-02", BOB.id: "2020-03-04"},
    )


def test_outlines_come_back_by_call(store: Store) -> None:
    outline = Outline(
        OutlineId("o"),
        CallId("c"),
        "Title",
        "Text",
        ADA.id,
        "FR",
        "fr",
        budget_eur=5.0,
        submitted=dt.date(2026, 1, 2),
    )
    fill(store)
    with store.transaction() as writer:
        writer.put_outlines([outline, replace(outline, id=OutlineId("p"), call=CallId("d"))])
    assert store.outline("o") == outline
    assert store.outlines("c") == (outline,)
    assert [outline.id for outline in store.outlines()] == ["o", "p"]


def test_organisations_are_found_by_words_without_case_and_accents(store: Store) -> None:
    names = {"1": "Société Ada", "2": "ADA", "3": "Ada Lovelace Institute", "4": "100 % Ada_x", "5": "Nevada"}
    with store.transaction() as writer:
        writer.put_organisations(Organisation(OrganisationId(i), name, "FR") for i, name in names.items())
    assert [organisation.id for organisation in store.find_organisations("ada")] == ["2", "3", "5", "1", "4"]
    assert [organisation.id for organisation in store.find_organisations("ADA societe")] == ["1"]
    assert [organisation.id for organisation in store.find_organisations("%")] == ["4"]
    assert [organisation.id for organisation in store.find_organisations("5")] == ["5"]
    assert store.find_organisations("ada", country="DE") == ()
    assert store.find_organisations("  ") == ()
    assert len(store.find_organisations("ada", limit=2)) == 2


def test_vectors_are_kept_by_encoder_and_hash_without_a_new_revision(store: Store) -> None:
    before = store.revision()
    store.put_vectors("e5", {"h1": np.array([1.0, 0.5], np.float32), "h2": np.zeros(2, np.float32)})
    store.put_vectors("e5", {"h1": np.array([9.0, 9.0], np.float32)})
    vectors = store.vectors("e5", ["h1", "h2", "h3"])
    assert {key: vector.tolist() for key, vector in vectors.items()} == {"h1": [1.0, 0.5], "h2": [0.0, 0.0]}
    assert store.vectors("other", ["h1"]) == {}
    assert store.revision() == before


def test_settings_are_json_and_the_latest_stands(store: Store) -> None:
    assert store.setting("weights") is None
    store.put_setting("weights", '{"fit": 1}')
    store.put_setting("weights", '{"fit": 2}', who="ada")
    assert store.setting("weights") == '{"fit": 2}'
    assert [(entry.who, entry.what) for entry in store.audit()] == [
        ("ada", "setting weights"),
        ("local", "setting weights"),
    ]
    with pytest.raises(BadInput, match="must be JSON"):
        store.put_setting("weights", "{")


def test_a_setting_is_only_changed_by_who_has_read_the_newest(store: Store) -> None:
    store.put_setting("plan", "1", expected=None)
    store.put_setting("plan", "2", expected="1")
    for stale in (None, "1"):
        with pytest.raises(Conflict, match="setting 'plan' was changed meanwhile"):
            store.put_setting("plan", "3", expected=stale)
    assert store.setting("plan") == "2"


ADD_ONE_BY_ONE = """
import json, sys
from data.errors import Conflict
from data.store import Store
url, name = sys.argv[1:]
with Store.open(url) as store:
    for number in range(60):
        while True:
            before = store.setting("list")
            after = json.dumps(json.loads(before or "[]") + [f"{name}{number}"])
            try:
                store.put_setting("list", after, expected=before)
                break
            except Conflict:
                pass
"""


def test_two_processes_that_try_again_after_a_conflict_lose_nothing(store_url: str) -> None:
    Store.open(store_url).close()
    adding = [
        subprocess.Popen([sys.executable, "-c", ADD_ONE_BY_ONE, store_url, name], cwd=ROOT) for name in "ab"
    ]
    assert [process.wait(60) for process in adding] == [0, 0]
    with Store.open(store_url) as store:
        kept = json.loads(store.setting("list") or "")
    assert sorted(kept) == sorted(f"{name}{number}" for name in "ab" for number in range(60))
    assert [one for one in kept if one.startswith("a")] == [f"a{number}" for number in range(60)]


IDEA = Outline(OutlineId("o"), CallId("c"), "Title", "Text", OrganisationId("1"), "FR")


def test_each_layer_has_a_revision_that_changes_with_it_alone(store: Store) -> None:
    empty = store.revisions()
    fill(store)
    filled = store.revisions()
    assert filled.history != empty.history
    assert (filled.live, filled.number) == (empty.live, 0)
    with store.transaction() as writer:
        writer.put_outlines([IDEA])
        writer.put_organisations([replace(BOB, profile="We press steel.", url="https://bob.example")])
    written = store.revisions()
    assert written.history == filled.history
    assert written.live != filled.live
    assert written.number == 1
    with store.transaction() as writer:
        writer.put_organisations([replace(BOB, name="Bob SE", profile="We roll steel.")])
    assert store.revisions().history != written.history, "a name is a fact of the history"
    assert store.revisions().live == written.live
    store.put_same_owner(ADA.id, BOB.id, True, "ada")
    assert store.revisions().live != written.live
    before = store.revisions()
    store.put_setting("weights", "1")
    assert store.revisions() == before, "a kept document is no record"


def test_what_changed_in_the_live_layer_is_told_since_any_moment(store: Store) -> None:
    fill(store)
    first = store.revisions()
    with store.transaction() as writer:
        writer.put_outlines([IDEA, replace(IDEA, id=OutlineId("p"))])
    second = store.revisions()
    with store.transaction() as writer:
        assert writer.remove_outlines(["o", "never there"]) == 1
        writer.put_organisations([replace(BOB, profile="We press steel.")])
    later = store.live_changes(second)
    assert later.revisions == store.revisions()
    assert later.outlines == {"o": None}
    assert later.organisations == {BOB.id: replace(BOB, profile="We press steel.")}
    assert store.live_changes(first).outlines == {"o": None, "p": replace(IDEA, id=OutlineId("p"))}
    assert store.live_changes(store.revisions()).outlines == {}
    assert store.outlines() == (replace(IDEA, id=OutlineId("p")),)
    assert store.audit(1)[0].counts == {
        "organisations added": 0, "organisations changed": 1, "outlines removed": 1,
    }  # fmt: skip


def test_a_read_of_a_moment_that_has_passed_is_refused(store: Store) -> None:
    fill(store)
    then = store.revisions()
    assert len(store.history(at=then).projects) == 2
    with store.transaction() as writer:
        writer.put_outlines([IDEA])
    assert len(store.history(at=then).projects) == 2, "the history is as it was"
    for read in (store.outlines, store.organisations, store.same_owner_decisions):
        with pytest.raises(Conflict, match="changed the store while it was read"):
            read(at=then)
    with store.transaction() as writer:
        writer.put_projects([replace(OLD, title="Older")])
    with pytest.raises(Conflict, match="changed the store"):
        store.live_changes(then)


def test_a_watch_sees_what_others_write(store: Store, store_url: str) -> None:
    with store.watch() as watch, Store.open(store_url) as other:
        assert watch.revisions() == store.revisions()
        for number in range(3):
            with other.transaction() as writer:
                writer.put_organisations([replace(BOB, name=f"Bob {number}")])
            assert watch.revisions() == other.revisions()
        fill(store)
        assert watch.revisions() == store.revisions()


def test_a_change_is_undone_and_the_undoing_too(store: Store) -> None:
    fill(store)
    renamed = replace(BOB, name="Bob SE")
    with store.transaction(what="edit") as writer:
        writer.put_organisations([renamed])
        writer.put_outlines([IDEA])
        writer.put_same_owner(ADA.id, BOB.id, same=True, by="anna", at="2026-11-28T09:00:00+00:00")
    edit = store.audit(1)[0]
    assert (edit.what, edit.can_be_undone) == ("edit", True)
    undoing = store.undo(edit.id, who="ben")
    assert (undoing.who, undoing.what, undoing.undoes) == ("ben", f"undo {edit.id}: edit", edit.id)
    assert store.organisation(BOB.id) == BOB
    assert store.outlines() == ()
    assert store.same_owner_decisions() == ()
    assert store.audit_entry(edit.id).undone_by == undoing.id
    with pytest.raises(BadInput, match=f"change {edit.id} is undone already, by change {undoing.id}"):
        store.undo(edit.id)
    store.undo(undoing.id)
    assert store.organisation(BOB.id) == renamed
    assert store.outlines() == (IDEA,)
    assert len(store.same_owner_decisions()) == 1
    assert store.audit_entry(edit.id).can_be_undone


def test_what_was_changed_since_is_not_undone_over_it(store: Store) -> None:
    fill(store)
    for name in ("Bob SE", "Bob plc"):
        with store.transaction(what=name) as writer:
            writer.put_organisations([replace(BOB, name=name)])
    later, earlier, *_ = store.audit()
    with pytest.raises(Conflict, match="2 of the organisations was changed since; undo that first"):
        store.undo(earlier.id)
    store.undo(later.id)
    store.undo(earlier.id)
    assert store.organisation(BOB.id) == BOB


def test_a_deletion_is_undone_and_a_first_import_too(store: Store) -> None:
    fill(store)
    with store.transaction() as writer:
        writer.put_outlines([IDEA])
    with store.transaction(what="delete") as writer:
        writer.remove_outlines([IDEA.id])
    first, *_, deletion = reversed(store.audit())
    store.undo(deletion.id)
    assert store.outlines() == (IDEA,)
    with pytest.raises(BadInput, match=r"cannot be deleted, outlines name it \(1\); withdraw it instead"):
        store.undo(first.id)
    with store.transaction() as writer:
        writer.remove_outlines([IDEA.id])
    before = store.revisions()
    store.undo(first.id)
    assert (store.organisations(), store.projects()) == ({}, {})
    assert store.revisions().history != before.history


def test_changes_in_bulk_are_not_kept_and_said_not_to_be(store: Store) -> None:
    with store.transaction(what="bulk", bulk=True) as writer:
        writer.put_organisations([ADA])
    (entry,) = store.audit()
    assert not entry.can_be_undone
    with pytest.raises(BadInput, match="too large to be undone"):
        store.undo(entry.id)
    with pytest.raises(NotFound, match="there is no change 99"):
        store.undo(99)


def test_who_is_withdrawn_is_kept_and_takes_no_part(store: Store) -> None:
    fill(store)
    day = dt.date(2026, 11, 28)
    with store.transaction() as writer:
        writer.put_outlines([IDEA, replace(IDEA, id=OutlineId("p"), organisation=BOB.id)])
        writer.put_same_owner(ADA.id, BOB.id, same=False, by="anna", at="2026-11-28T09:00:00+00:00")
    before = store.revisions()
    with store.transaction() as writer:
        writer.put_outlines([replace(IDEA, withdrawn=day)])
    assert store.live_changes(before).outlines == {IDEA.id: None}
    assert [outline.id for outline in store.outlines(standing=True)] == ["p"]
    assert store.outline(IDEA.id).withdrawn == day
    with store.transaction() as writer:
        writer.put_organisations([replace(BOB, withdrawn=day)])
    assert store.outlines(standing=True) == ()
    assert [(head.id, head.withdrawn) for head in store.outline_heads()] == [(IDEA.id, day), ("p", None)]
    assert store.outline_heads(standing=True) == ()
    assert list(store.organisations(standing=True)) == [ADA.id]
    assert store.same_owner_decisions() == ()
    history = store.history()
    assert history.organisations["id"].tolist() == [ADA.id]
    assert history.participations["organisation"].tolist() == [ADA.id]
    assert history.projects["id"].tolist() == [OLD.id, NEW.id]


def test_two_organisations_become_one_and_are_two_again(store: Store) -> None:
    fill(store)
    twin = replace(BOB, id=OrganisationId("3"), country="AT", withdrawn=dt.date(2026, 11, 28))
    with store.transaction() as writer:
        writer.put_organisations([twin, replace(ADA, owner=twin.id)])
        writer.put_participations(
            [Participation(OLD.id, twin.id, "coordinator", 5.0), Participation(NEW.id, twin.id)]
        )
        writer.put_outlines([replace(IDEA, organisation=twin.id)])
        writer.put_same_owner(ADA.id, twin.id, same=True, by="anna", at="2026-11-28T09:00:00+00:00")
    whole = (store.organisations(), store.outlines(), store.history().participations.to_dict("records"))
    with store.transaction(what="merge") as writer:
        writer.merge_organisations(twin.id, BOB.id)
    assert store.organisations() == {ADA.id: replace(ADA, owner=BOB.id), BOB.id: replace(BOB, country="AT")}
    assert [outline.organisation for outline in store.outlines()] == [BOB.id]
    parts = store.history().participations
    assert parts.loc[parts["organisation"] == BOB.id, "role"].tolist() == ["coordinator", "coordinator"]
    assert parts.loc[parts["organisation"] == BOB.id, "contribution_eur"].fillna(0).tolist() == [5.0, 0.0]
    assert [(decision.a, decision.b, decision.same) for decision in store.same_owner_decisions()] == [
        (ADA.id, BOB.id, True)
    ]
    store.undo(store.audit(1)[0].id)
    again = (store.organisations(), store.outlines(), store.history().participations.to_dict("records"))
    assert repr(again) == repr(whole)


def test_an_organisation_is_not_merged_with_itself_or_a_stranger(store: Store) -> None:
    fill(store)
    for gone, kept, said in (("1", "1", "with itself"), ("1", "9", "not in the store")):
        with pytest.raises(BadInput, match=said), store.transaction() as writer:
            writer.merge_organisations(gone, kept)


def test_an_organisation_of_a_project_cannot_be_deleted(store: Store) -> None:
    fill(store)
    wanted = r"organisation '2' cannot be deleted, participations name it \(2\); withdraw it instead"
    with pytest.raises(BadInput, match=wanted), store.transaction() as writer:
        writer.remove_organisations([BOB.id])
    with store.transaction() as writer:
        writer.put_organisations([Organisation(OrganisationId("3"), "Cyd")])
        assert writer.remove_organisations(["3", "nobody"]) == 1
    assert list(store.organisations()) == ["1", "2"]


def test_a_store_of_the_first_layout_keeps_its_records_and_its_revision(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store)
        records, engine = store.organisations(), store._engine
        with engine.begin() as connection:  # back to the layout before there were layers
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql("ALTER TABLE outlines ALTER COLUMN country SET NOT NULL")
            connection.exec_driver_sql("DROP TABLE journal")
            for table, column in (
                ("organisations", "withdrawn"),
                ("outlines", "withdrawn"),
                ("audit", "undoes"),
            ):
                connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
            kept = (
                "questions",
                "consortium_links",
                "consortium_comments",
                "consortium_versions",
                "consortia",
            )
            for table in (
                "changes",
                *("sessions", "tokens", "invitations", "attempts", "people"),
                *("openness", "interests", "readings"),
                *kept,
            ):
                connection.exec_driver_sql(f"DROP TABLE {table}")
            connection.exec_driver_sql("DELETE FROM state")
            connection.exec_driver_sql("INSERT INTO state (name, value) VALUES ('revision', 'abc')")
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with Store.open(store_url) as store:
        assert store.revisions() == Revisions("abc", "abc", 0)
        assert store.organisations() == records
        with store.transaction() as writer:
            writer.put_outlines([IDEA, replace(IDEA, id=OutlineId("nowhere"), country=None)])
        assert store.revisions().history == "abc"
        assert [outline.country for outline in store.outlines()] == [None, IDEA.country]


def test_an_owner_decision_is_about_two_in_no_order_and_the_latest_stands(store: Store) -> None:
    fill(store)
    store.put_same_owner(BOB.id, ADA.id, True, "ada")
    store.put_same_owner(ADA.id, BOB.id, False, "bob")
    (decision,) = store.same_owner_decisions()
    assert (decision.a, decision.b, decision.same, decision.by) == ("1", "2", False, "bob")
    with pytest.raises(BadInput, match="two organisations"):
        store.put_same_owner(ADA.id, ADA.id, True, "ada")


def test_an_empty_store_has_an_empty_history_of_the_right_shape(store: Store) -> None:
    history = store.history()
    assert [len(table) for table in (history.projects, history.participations, history.organisations)] == [
        0,
        0,
        0,
    ]
    assert history.projects["start"].dtype == "datetime64[s]"
    assert history.participations["contribution_eur"].dtype == float


def test_readers_see_the_last_whole_state_while_one_writes(store: Store) -> None:
    fill(store)
    with store.transaction() as writer:
        writer.put_organisations([Organisation(OrganisationId("3"), "Half")])
        with ThreadPoolExecutor(4) as pool:
            seen = list(pool.map(lambda _: len(store.history().organisations), range(8)))
    assert seen == [2] * 8
    assert len(store.organisations()) == 3


def test_writers_queue_and_none_is_lost(store: Store) -> None:
    def write(number: int) -> None:
        with store.transaction(what=str(number)) as writer:
            writer.put_organisations([Organisation(OrganisationId(str(number)), "Name")])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(12)))
    assert len(store.organisations()) == 12
    assert len(store.audit()) == 12


def test_the_same_records_make_the_same_revision_in_any_order(store_url: str, tmp_path: Path) -> None:
    revisions = []
    for url, records in ((store_url, [ADA, BOB]), (f"sqlite:///{tmp_path / 'other.sqlite'}", [BOB, ADA])):
        with Store.open(url) as store, store.transaction() as writer:
            writer.put_organisations(records)
        with Store.open(url) as store:
            revisions.append(store.revision())
    assert revisions[0] == revisions[1]


def test_two_processes_may_create_the_store_at_once(store_url: str) -> None:
    opening = "import sys; from data.store import Store; Store.open(sys.argv[1]).close()"
    starts = [subprocess.Popen([sys.executable, "-c", opening, store_url], cwd=ROOT) for _ in range(2)]
    assert [process.wait(60) for process in starts] == [0, 0]


WRITE_THEN_HANG = """
import sys, time
from data.model import Organisation, Project
from data.store import Store
with Store.open(sys.argv[1]).transaction(what="never finished") as writer:
    writer.put_organisations(Organisation(str(n), "x" * 200) for n in range(20_000))
    writer.put_projects([Project("p9")])
    print("written", flush=True)
    time.sleep(60)
"""


def test_a_killed_writer_leaves_the_store_as_it_was(store_url: str) -> None:
    with Store.open(store_url) as store:
        fill(store)
        before = (store.revision(), store.organisations(), store.audit())
    process = subprocess.Popen(
        [sys.executable, "-c", WRITE_THEN_HANG, store_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with Store.open(store_url) as store:
        assert (store.revision(), store.organisations(), store.audit()) == before
        store.put_setting("still", "1")  # and it takes writes again


def test_the_layout_that_is_expected_is_that_of_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == database.NEWEST_LAYOUT
