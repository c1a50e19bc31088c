"""Is the kept table of types the one that would be made, and never one of other facts, other code or a broken file?"""

from pathlib import Path

import pytest

from data import kept_arrays
from data.model import Kind
from matcher.suggest.type_table import Recorded, TypeTable

PEOPLE: Recorded = [
    ("Port of Hamburg Authority", "DE", None),
    ("Universität Bremen", "DE", Kind.UNIVERSITY),
    (None, None, Kind.RESEARCH),
    ("Meyer Shipyard", "DE", Kind.LARGE),
]


def same(one: TypeTable, other: TypeTable) -> bool:
    words, others = one.words.rows, other.words.rows
    return (
        one.columns == other.columns
        and one.shares.shape == other.shares.shape
        and (one.shares != other.shares).nnz == 0
        and {word: rows.tolist() for word, rows in words.items()}
        == {word: rows.tolist() for word, rows in others.items()}
        and one.words.count == other.words.count
    )


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Tell how many names were read each time that a table was made."""
    made: list[int] = []
    of = TypeTable.of

    def counted(recorded: Recorded) -> TypeTable:
        made.append(len(recorded))
        return of(recorded)

    monkeypatch.setattr(TypeTable, "of", counted)
    return made


def test_the_second_process_reads_no_name(tmp_path: Path, readings: list[int]) -> None:
    first = TypeTable.kept(tmp_path / "kept", PEOPLE)
    second = TypeTable.kept(tmp_path / "kept", PEOPLE)
    assert readings == [4]
    assert same(first, second)
    assert second.share(["port"])[0] > 0.5
    assert (
        second.words.shared("the port of Hamburg").tolist()
        == first.words.shared("the port of Hamburg").tolist()
    )
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["types"]


def test_a_table_of_nobody_is_kept_too(tmp_path: Path, readings: list[int]) -> None:
    assert TypeTable.kept(tmp_path, []).shares.shape == TypeTable.kept(tmp_path, []).shares.shape
    assert readings == [0]


@pytest.mark.parametrize(
    "changed", [("Port of Bremen", "DE", None), ("Port of Hamburg Authority", "FR", None)]
)
def test_another_name_or_country_makes_it_anew(
    tmp_path: Path, readings: list[int], changed: tuple[str, str, None]
) -> None:
    TypeTable.kept(tmp_path, PEOPLE)
    others = [changed, *PEOPLE[1:]]
    assert same(TypeTable.kept(tmp_path, others), TypeTable.of(others))
    assert readings == [4, 4, 4]


def test_other_code_makes_it_anew(
    tmp_path: Path, readings: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    TypeTable.kept(tmp_path, PEOPLE)
    monkeypatch.setattr(kept_arrays, "code_digest", lambda: "of another version")
    TypeTable.kept(tmp_path, PEOPLE)
    assert readings == [4, 4]


@pytest.mark.parametrize("content", [b"", b"not a table", b"PK\x03\x04 cut off"])
def test_a_broken_file_is_replaced(tmp_path: Path, readings: list[int], content: bytes) -> None:
    card = tmp_path / "types" / kept_arrays.CARD
    card.parent.mkdir()
    card.write_bytes(content)
    TypeTable.kept(tmp_path, PEOPLE)
    assert same(TypeTable.kept(tmp_path, PEOPLE), TypeTable.of(PEOPLE))
    assert readings == [4, 4]


def test_a_folder_that_cannot_be_written_to_hinders_nobody(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where a folder should be", encoding="utf-8")
    assert same(TypeTable.kept(tmp_path / "kept", PEOPLE), TypeTable.of(PEOPLE))
