"""Does the real CORDIS sample come in whole? The figures are those that its description states."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.sources.cordis import import_cordis
from data.store import Store

SAMPLE = Path(__file__).parents[2] / ".." / "shared" / "data"

pytestmark = pytest.mark.sample


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    for name in ("cordis-h2020.zip", "cordis-fp7.zip"):
        if not (SAMPLE / name).is_file():
            pytest.skip(f"{SAMPLE / name} not found")
    folder = tmp_path_factory.mktemp("sample")
    with Store.open(f"sqlite:///{folder / 'store.sqlite'}") as opened:
        report = import_cordis(opened, [SAMPLE / "cordis-h2020.zip"])
        assert report.problems == ()
        assert report.added == {"projects": 9119, "organisations": 26605, "participations": 92591}
        yield opened


def test_the_history_says_what_the_files_say(store: Store) -> None:
    history = store.history()
    assert (history.participations["role"] == "coordinator").sum() == 9143
    assert history.projects["start"].notna().all()
    assert history.projects["start"].is_monotonic_increasing
    assert (history.projects["text"] != "").sum() >= 5578
    assert history.organisations["country"].isna().sum() == 8  # in eleven rows no country is given
    assert not {"EL", "UK"} & set(history.organisations["country"])


def test_a_second_import_of_the_same_files_changes_nothing(store: Store) -> None:
    before = store.revision()
    report = import_cordis(store, [SAMPLE / "cordis-h2020.zip"])
    assert report.unchanged == {"projects": 9119, "organisations": 26605, "participations": 92591}
    assert store.revision() == before


def test_an_older_framework_programme_joins_without_renaming_anybody(store: Store) -> None:
    names = {ident: record.name for ident, record in store.organisations().items() if record.name}
    report = import_cordis(store, [SAMPLE / "cordis-fp7.zip"])
    # 4014 rows, two of which are one university's in one project: as coordinator and as participant.
    assert (report.added["projects"], report.added["participations"], report.problems) == (239, 4013, ())
    parts = store.history().participations.set_index(["project", "organisation"])
    both = parts.loc[[("222625", "999989782")]]
    assert both["role"].tolist() == ["coordinator"]
    assert both["contribution_eur"].tolist() == [876780.0 + 350000.0]
    after = store.organisations()
    renamed = [ident for ident, name in names.items() if after[ident].name != name]
    assert renamed == []
