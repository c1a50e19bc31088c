"""At the edges of the exact index: what is no vector, similarities beyond one, ties at the last place, files."""

from pathlib import Path

import numpy as np
import pytest

from data.errors import IndexMismatch
from embeddings.index import FaissIndex, Neighbour, check_rows

WIDTH = 12


def filled(rows: np.ndarray) -> FaissIndex:
    index = FaissIndex(rows.shape[1])
    index.add([f"r{number:03d}" for number in range(len(rows))], rows)
    return index


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_a_vector_that_is_not_finite_is_refused(value: float) -> None:
    rows = np.ones((2, WIDTH), np.float32)
    rows[1, 3] = value
    index = FaissIndex(WIDTH)
    with pytest.raises(ValueError, match="vectors must be finite numbers"):
        index.add(["a", "b"], rows)
    assert len(index) == 0
    index.add(["a"], rows[:1])
    with pytest.raises(ValueError, match="vectors must be finite numbers"):
        index.nearest(rows[1], 1)


def test_rounding_never_makes_a_similarity_greater_than_one_or_less_than_minus_one() -> None:
    rows = np.random.default_rng(0).normal(size=(400, WIDTH)).astype(np.float32)
    halves = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)
    lengths = np.linalg.norm(halves, axis=1)
    assert lengths.max() > 1.0001  # so that there is something to clamp
    index = filled(rows)
    for number in np.flatnonzero(lengths > 1.0001):
        (closest,) = index.nearest(rows[number], 1)
        assert closest == Neighbour(f"r{number:03d}", 1.0)
        farthest = index.nearest(-rows[number], len(rows))[-1]
        assert farthest == Neighbour(f"r{number:03d}", -1.0)


def test_a_zero_vector_is_like_nothing() -> None:
    index = filled(np.zeros((1, WIDTH), np.float32))
    assert index.nearest(np.ones(WIDTH), 1) == (Neighbour("r000", 0.0),)


def test_rows_must_have_the_width_and_the_number_that_are_expected() -> None:
    with pytest.raises(IndexMismatch, match=r"expected \(2, 3\), got \(2, 4\)"):
        check_rows(np.ones((2, 4)), 3, 2)
    with pytest.raises(IndexMismatch, match=r"expected \(1, 3\), got \(2, 3\)"):
        check_rows(np.ones((2, 3)), 3, 1)
    assert check_rows(np.ones((0, 3)), 3, 0).shape == (0, 3)


def test_many_equals_beyond_the_last_place_are_told_apart_by_their_ids() -> None:
    index = FaissIndex(2)
    ids = [f"r{number:03d}" for number in reversed(range(200))]
    index.add(ids, np.tile(np.array([[1.0, 0.0]], np.float32), (200, 1)))
    assert [hit.id for hit in index.nearest(np.array([1.0, 0.0]), 3)] == ["r000", "r001", "r002"]
    allowed = {"r150", "r070", "r199"}
    assert [hit.id for hit in index.nearest(np.array([1.0, 0.0]), 2, allowed)] == ["r070", "r150"]


def test_equals_behind_a_better_one_are_told_apart_by_their_ids() -> None:
    rows = np.tile(np.array([[0.6, 0.8]], np.float32), (200, 1))
    index = FaissIndex(2)
    index.add([f"r{number:03d}" for number in reversed(range(200))], rows)
    index.add(["z"], np.array([[1.0, 0.0]], np.float32))
    assert [hit.id for hit in index.nearest(np.array([1.0, 0.0]), 2)] == ["z", "r000"]


def test_nobody_allowed_is_nobody_found_and_unknown_ones_are_ignored() -> None:
    index = filled(np.eye(3, dtype=np.float32))
    assert index.nearest(np.array([1.0, 0.0, 0.0]), 3, set()) == ()
    assert index.nearest(np.array([1.0, 0.0, 0.0]), 3, {"nobody"}) == ()
    assert [hit.id for hit in index.nearest(np.array([1.0, 0.0, 0.0]), 3, {"r001", "nobody"})] == ["r001"]


def test_an_id_that_comes_again_is_replaced_and_twice_at_once_refused() -> None:
    index = filled(np.eye(3, dtype=np.float32))
    index.add(["r000", "new"], np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    assert len(index) == 4
    assert [hit.id for hit in index.nearest(np.array([0.0, 1.0, 0.0]), 2)] == ["r000", "r001"]
    assert [hit.id for hit in index.nearest(np.array([0.0, 0.0, 1.0]), 2)] == ["new", "r002"]
    with pytest.raises(ValueError, match="an id comes twice in one add"):
        index.add(["a", "a"], np.eye(3)[:2])


def test_what_is_removed_is_not_found_and_what_stays_keeps_its_row() -> None:
    index = filled(np.eye(4, dtype=np.float32))
    index.remove(["r001", "nobody"])
    index.remove(["nobody"])
    assert len(index) == 3
    assert index.nearest(np.eye(4)[3], 1) == (Neighbour("r003", 1.0),)
    assert index.mask(["r003", "r001"]).sum() == 1, "who was removed is never allowed"
    index.remove(["r000", "r002", "r003"])
    assert (len(index), index.nearest(np.eye(4)[0], 1)) == (0, ())


def test_a_saved_index_answers_alike_and_one_of_another_fingerprint_is_refused(tmp_path: Path) -> None:
    index = filled(np.eye(3, dtype=np.float32))
    path = tmp_path / "index.npz"
    index.save(path, "model 1")
    again = FaissIndex.load(path, "model 1")
    assert (again.width, len(again)) == (3, 3)
    assert again.nearest(np.eye(3)[2], 3) == index.nearest(np.eye(3)[2], 3)
    assert again.mask(["r002"]).tolist() == [False, False, True]
    assert [file.name for file in tmp_path.iterdir()] == ["index.npz"]
    with pytest.raises(IndexMismatch, match="expected the index model 2, got model 1"):
        FaissIndex.load(path, "model 2")
    path.write_bytes(b"no index")
    with pytest.raises(IndexMismatch, match="cannot be read as an index"):
        FaissIndex.load(path, "model 1")
