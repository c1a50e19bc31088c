"""Are outlines whose time is over forgotten for good, and no others?"""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from data.errors import BadInput, NotFound
from data.model import CallId, Organisation, OrganisationId, Outline, OutlineId
from data.openness import Opening, Sort, Tier
from service.app.open import open_application
from service.runtime.settings import Settings

CALL = CallId("ipcei-2021")
OWNER = Organisation(OrganisationId("1"), "Owner", "DE")
OLD = Outline(
    OutlineId("O-1"), CALL, "Old", "A confidential text.", OWNER.id, "DE", submitted=dt.date(2021, 7, 1)
)
NEW = replace(OLD, id=OutlineId("O-2"), submitted=dt.date(2026, 7, 1))
UNDATED = replace(OLD, id=OutlineId("O-3"), submitted=None)


def test_what_is_too_old_is_gone_from_records_journal_and_readings(tmp_path: Path) -> None:
    settings = Settings.from_env({"KONSORT_ENCODER": "hashing"}, home=str(tmp_path))
    with open_application(settings) as konsort:
        store, sharing, me = konsort.store, konsort.sharing, konsort.reader
        with store.transaction(what="fill") as writer:
            writer.put_organisations([OWNER])
            writer.put_outlines([OLD, NEW, UNDATED])
        with store.transaction(what="edit") as writer:
            writer.put_outlines([replace(NEW, title="Newer")])
        store.openness.open([Opening(Sort.OUTLINE, OLD.id, Tier.FULL)], by="test")
        store.openness.note_reading("ann", Sort.OUTLINE, OLD.id)
        today = dt.date(2026, 11, 28)
        assert sharing.forget_old(me, today) == {}, "nobody said for how long"
        sharing.keep_for(me, CALL, 730)
        assert sharing.forget_old(me, today) == {CALL: 1}
        assert [one.id for one in store.outlines()] == [NEW.id, UNDATED.id]
        assert store.openness.readings_by("ann") == ()
        assert store.openness.opening(Sort.OUTLINE, OLD.id).tier is Tier.CLOSED
        undoable = {entry.what: entry.can_be_undone for entry in store.audit()}
        assert undoable["fill"] is False
        assert undoable["edit"] is True
        assert undoable["forget 1 outlines of ipcei-2021, kept for 730 days"] is False
        assert sharing.forget_old(me, today) == {}
        sharing.keep_for(me, CALL, None)
        assert sharing.kept_for(me) == {}


def test_a_time_is_some_days_and_a_call_is_known(tmp_path: Path) -> None:
    settings = Settings.from_env({"KONSORT_ENCODER": "hashing"}, home=str(tmp_path))
    with open_application(settings) as konsort:
        with pytest.raises(BadInput, match="1 to"):
            konsort.sharing.keep_for(konsort.reader, CALL, 0)
        with pytest.raises(NotFound, match="no call"):
            konsort.sharing.keep_for(konsort.reader, "nothing", 30)
