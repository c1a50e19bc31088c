"""Is what is kept given back as it was, and never where it follows from something else or is damaged?"""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.kept_arrays import Arrays, KeptArrays
from data.model import History
from graph.names.names import NameStatistics
from matcher.ranking.words import TextWords, count


class Maker:
    """Makes two arrays and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Arrays:
        self.times += 1
        return {"even": np.arange(0, 10, 2), "weights": np.array([0.5, 0.25], np.float32)}


def test_what_was_made_once_is_read_and_shared_by_the_next(tmp_path: Path) -> None:
    make = Maker()
    KeptArrays(tmp_path / "kept", "h1").get("numbers", make)
    arrays = KeptArrays(tmp_path / "kept", "h1").get("numbers", make)
    assert make.times == 1
    assert {name: array.tolist() for name, array in arrays.items()} == {
        "even": [0, 2, 4, 6, 8],
        "weights": [0.5, 0.25],
    }
    assert all(isinstance(array, np.memmap) for array in arrays.values())


@pytest.mark.parametrize("other", [("h2", ""), ("h1", "another encoder")])
def test_what_follows_from_something_else_is_made_anew(tmp_path: Path, other: tuple[str, str]) -> None:
    make = Maker()
    KeptArrays(tmp_path, "h1").get("numbers", make)
    stamp, also = other
    KeptArrays(tmp_path, stamp).get("numbers", make, also=also)
    assert make.times == 2
    KeptArrays(tmp_path, stamp).get("numbers", make, also=also)
    assert make.times == 2, "the newer one is kept by then"


def cut_off(folder: Path) -> None:
    path = folder / "even.npy"
    path.write_bytes(path.read_bytes()[:-3])


def changed(folder: Path) -> None:
    path = folder / "weights.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")


def lost(folder: Path) -> None:
    (folder / "even.npy").unlink()


def half_a_card(folder: Path) -> None:
    card = folder / "card.json"
    card.write_text(card.read_text()[:40])


def another_card(folder: Path) -> None:
    (folder / "card.json").write_text("[]")


@pytest.mark.parametrize("damage", [cut_off, changed, lost, half_a_card, another_card])
def test_what_is_damaged_is_told_and_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None]
) -> None:
    make = Maker()
    KeptArrays(tmp_path, "h1").get("numbers", make)
    damage(tmp_path / "numbers")
    with caplog.at_level(logging.WARNING):
        arrays = KeptArrays(tmp_path, "h1").get("numbers", make)
    assert make.times == 2
    assert arrays["even"].tolist() == [0, 2, 4, 6, 8]
    assert "worked out again" in caplog.text
    KeptArrays(tmp_path, "h1").get("numbers", make)
    assert make.times == 2, "and then it is mended"


def test_half_of_it_is_never_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "save", fail)
    make = Maker()
    arrays = KeptArrays(tmp_path / "kept", "h1").get("numbers", make)
    assert arrays["weights"].tolist() == [0.5, 0.25]
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_reader_keeps_what_it_has_while_another_history_is_written(tmp_path: Path) -> None:
    before = KeptArrays(tmp_path, "h1").get("numbers", Maker())
    mapped = KeptArrays(tmp_path, "h1").get("numbers", Maker())
    KeptArrays(tmp_path, "h2").get("numbers", lambda: {"even": np.zeros(5)})
    assert mapped["even"].tolist() == before["even"].tolist() == [0, 2, 4, 6, 8]


def test_words_that_are_kept_are_those_that_were_weighed(tmp_path: Path) -> None:
    counts = count(["water pumps", "water filters", "pumps"])
    made = TextWords.of(counts)
    kept = KeptArrays(tmp_path, "h1")
    for _ in range(2):
        words = TextWords.kept(kept, lambda: counts)
        assert words.shared(["water", "pumps"]).tolist() == made.shared(["water", "pumps"]).tolist()


def test_names_that_are_kept_are_those_that_were_counted(tmp_path: Path, small_history: History) -> None:
    counted = NameStatistics.of_history(small_history)
    kept = KeptArrays(tmp_path, "h1")
    assert [NameStatistics.kept(small_history, kept) for _ in range(2)] == [counted, counted]
    assert counted.names_with == {"ALPHA": 2, "WERKE": 1}
    assert counted.cities == {"BREMEN"}


@pytest.fixture
def small_history() -> History:
    import pandas as pd

    from data.model import ORGANISATION_COLUMNS, PARTICIPATION_COLUMNS, PROJECT_COLUMNS

    organisations = pd.DataFrame("", index=range(2), columns=list(ORGANISATION_COLUMNS))
    organisations["name"] = ["ALPHA WERKE GMBH", "ALPHA SA"]
    organisations["city"] = ["Bremen", None]
    projects = pd.DataFrame({name: ["pumps"] for name in PROJECT_COLUMNS})
    return History(projects, pd.DataFrame(columns=list(PARTICIPATION_COLUMNS)), organisations)
