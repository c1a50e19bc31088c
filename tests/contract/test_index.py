"""What every vector index promises, checked on each adapter against brute force."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import IndexMismatch, StoreError
from embeddings.index import FaissIndex, Neighbour, VectorIndex
from embeddings.pgvector import PgVectorIndex

WIDTH = 12
Index = TypeVar("Index", bound=VectorIndex)
TOLERANCE = 2e-3  # half precision


@pytest.fixture(scope="session")
def vector_url(postgresql_server: str) -> str:
    """Return the URL of a PostgreSQL database that all these tests share, a collection each."""
    return postgresql_server.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(params=["faiss", "pgvector"])
def index(request: pytest.FixtureRequest) -> Iterator[VectorIndex]:
    if request.param == "faiss":
        yield FaissIndex(WIDTH)
        return
    with PgVectorIndex.open(request.getfixturevalue("vector_url"), uuid.uuid4().hex, WIDTH) as opened:
        yield opened
        opened.drop()


def brute_force(
    stored: dict[str, np.ndarray], query: np.ndarray, k: int, allowed: Collection[str] | None = None
) -> list[Neighbour]:
    """The definition: cosine with every allowed row, sorted."""
    hits = []
    for ident, row in stored.items():
        if allowed is None or ident in allowed:
            length = np.linalg.norm(row) * np.linalg.norm(query)
            hits.append(Neighbour(ident, float(row @ query / length) if length else 0.0))
    return sorted(hits, key=lambda hit: (-hit.similarity, hit.id))[:k]


def same(hits: Sequence[Neighbour], expected: Sequence[Neighbour]) -> None:
    """Equal similarities place by place, and every found id has the similarity it claims."""
    assert len(hits) == len(expected)
    assert [hit.similarity for hit in hits] == pytest.approx(
        [hit.similarity for hit in expected], abs=TOLERANCE
    )


def some_rows(n: int, seed: int = 0) -> dict[str, np.ndarray]:
    rows = np.random.default_rng(seed).normal(size=(n, WIDTH)).astype(np.float32) * 7
    return {f"r{i:03d}": row for i, row in enumerate(rows)}


def filled(index: Index, stored: dict[str, np.ndarray]) -> Index:
    index.add(list(stored), np.array(list(stored.values()), np.float32).reshape(-1, WIDTH))
    return index


def test_cosines_are_cosines_though_neither_rows_nor_query_have_length_one(index: VectorIndex) -> None:
    rows = np.zeros((2, WIDTH), np.float32)
    rows[0, :2], rows[1, 0] = (3, 4), 10
    index.add(["a", "b"], rows)
    query = np.zeros(WIDTH, np.float32)
    query[0] = 100
    hits = index.nearest(query, 2)
    assert [hit.id for hit in hits] == ["b", "a"]
    assert [hit.similarity for hit in hits] == pytest.approx([1.0, 0.6], abs=TOLERANCE)


def test_nothing_that_is_handed_in_is_changed(index: VectorIndex) -> None:
    rows = np.full((1, WIDTH), 5, np.float32)
    query = np.full(WIDTH, 9, np.float32)
    index.add(["a"], rows)
    index.nearest(query, 1)
    index.nearest(query, 1)
    assert (rows == 5).all()
    assert (query == 9).all()
    assert index.nearest(query, 1)[0].similarity == pytest.approx(1, abs=TOLERANCE)


def test_asking_does_not_change_what_is_stored(index: VectorIndex) -> None:
    stored = some_rows(20)
    filled(index, stored)
    first = index.nearest(stored["r003"], 20)
    for row in stored.values():
        index.nearest(row, 5)
    assert index.nearest(stored["r003"], 20) == first


def test_an_empty_index_answers_with_nothing(index: VectorIndex) -> None:
    assert len(index) == 0
    assert index.nearest(np.ones(WIDTH, np.float32), 5) == ()


@pytest.mark.parametrize("k", [0, -1])
def test_asking_for_none_gives_none(index: VectorIndex, k: int) -> None:
    assert filled(index, some_rows(3)).nearest(np.ones(WIDTH, np.float32), k) == ()


def test_more_than_there_are_gives_all_without_padding(index: VectorIndex) -> None:
    stored = some_rows(4)
    hits = filled(index, stored).nearest(np.ones(WIDTH, np.float32), 1000)
    assert sorted(hit.id for hit in hits) == sorted(stored)


def test_only_allowed_ids_are_seen_and_a_full_answer_comes_out_of_them(index: VectorIndex) -> None:
    stored = some_rows(200)
    query = np.ones(WIDTH, np.float32)
    worst = [hit.id for hit in brute_force(stored, query, 200)[-5:]]
    hits = filled(index, stored).nearest(query, 3, allowed=[*worst, "nobody"])
    same(hits, brute_force(stored, query, 3, set(worst)))
    assert {hit.id for hit in hits} <= set(worst)


def test_nobody_allowed_gives_nothing(index: VectorIndex) -> None:
    assert filled(index, some_rows(5)).nearest(np.ones(WIDTH, np.float32), 3, allowed=[]) == ()


def test_ties_are_broken_by_id_even_at_the_edge_of_the_answer(index: VectorIndex) -> None:
    ids = [f"t{i:02d}" for i in range(40)]
    shuffled = list(np.random.default_rng(1).permutation(ids))
    index.add(shuffled, np.ones((40, WIDTH), np.float32))
    hits = index.nearest(np.ones(WIDTH, np.float32), 7)
    assert [hit.id for hit in hits] == ids[:7]


def test_a_zero_query_has_similarity_nought_to_all(index: VectorIndex) -> None:
    hits = filled(index, some_rows(3)).nearest(np.zeros(WIDTH, np.float32), 2)
    assert hits == (Neighbour("r000", 0.0), Neighbour("r001", 0.0))


def test_a_zero_row_is_never_near(index: VectorIndex) -> None:
    index.add(["zero", "one"], np.vstack([np.zeros(WIDTH), np.ones(WIDTH)]))
    hits = index.nearest(np.ones(WIDTH, np.float32), 2)
    assert [hit.id for hit in hits] == ["one", "zero"]
    assert hits[1].similarity == 0


def test_an_id_added_again_is_replaced(index: VectorIndex) -> None:
    stored = some_rows(5)
    filled(index, stored)
    changed = -stored["r002"]
    index.add(["r002"], changed[None, :])
    assert len(index) == 5
    assert index.nearest(changed, 1)[0].id == "r002"


def test_the_same_id_twice_in_one_add_is_refused(index: VectorIndex) -> None:
    with pytest.raises(ValueError, match="twice"):
        index.add(["a", "a"], np.ones((2, WIDTH), np.float32))


def test_removed_ids_are_gone_and_the_others_keep_their_rows(index: VectorIndex) -> None:
    stored = some_rows(30)
    filled(index, stored)
    gone = ["r000", "r007", "r029", "never"]
    index.remove(gone)
    left = {ident: row for ident, row in stored.items() if ident not in gone}
    assert len(index) == 27
    for query in (stored["r000"], stored["r008"], stored["r028"]):
        hits = index.nearest(query, 27)
        same(hits, brute_force(left, query, 27))
        assert {hit.id for hit in hits} == set(left)


@pytest.mark.parametrize("shape", [(2, WIDTH + 1), (3, WIDTH), (WIDTH,)])
def test_rows_of_another_shape_are_refused_with_both_shapes(
    index: VectorIndex, shape: tuple[int, ...]
) -> None:
    with pytest.raises(IndexMismatch, match=r"expected \(2, 12\), got"):
        index.add(["a", "b"], np.ones(shape, np.float32))


def test_a_query_of_another_width_is_refused(index: VectorIndex) -> None:
    filled(index, some_rows(2))
    with pytest.raises(IndexMismatch, match=r"expected \(1, 12\), got \(1, 13\)"):
        index.nearest(np.ones(WIDTH + 1, np.float32), 1)


def test_numbers_that_are_none_are_refused(index: VectorIndex) -> None:
    with pytest.raises(ValueError, match="finite"):
        index.add(["a"], np.full((1, WIDTH), np.nan, np.float32))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    n=st.integers(0, 40),
    k=st.integers(1, 60),
    seed=st.integers(0, 10**6),
    share=st.none() | st.floats(0, 1),
    copies=st.booleans(),
)
def test_every_answer_is_that_of_brute_force(
    index: VectorIndex, n: int, k: int, seed: int, share: float | None, copies: bool
) -> None:
    index.remove([hit.id for hit in index.nearest(np.ones(WIDTH, np.float32), len(index))])
    rng = np.random.default_rng(seed)
    stored = some_rows(n, seed)
    if copies and n:
        stored = {ident: stored[f"r{rng.integers(n):03d}"] for ident in stored}
    filled(index, stored)
    allowed = None if share is None else {ident for ident in stored if rng.random() < share}
    query = rng.normal(size=WIDTH).astype(np.float32)
    hits = index.nearest(query, k, allowed)
    same(hits, brute_force(stored, query, k, allowed))
    exact = {hit.id: hit.similarity for hit in brute_force(stored, query, n)}
    assert all(abs(exact[hit.id] - hit.similarity) < TOLERANCE for hit in hits)
    assert list(hits) == sorted(hits, key=lambda hit: (-hit.similarity, hit.id))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "remove"]), st.sets(st.integers(0, 30), min_size=1, max_size=6)),
        max_size=12,
    ),
    st.integers(0, 10**6),
    st.sampled_from([(1 / 16, 1024), (0.1, 2)]),
)
def test_copies_that_are_changed_answer_like_brute_force_and_leave_what_was_copied_alone(
    edits: list[tuple[str, set[int]]], seed: int, scattered: tuple[float, int]
) -> None:
    rng = np.random.default_rng(seed)
    query = rng.normal(size=WIDTH).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("embeddings.index.SCATTERED", scattered[0])
        patch.setattr("embeddings.index.SCATTERED_ROWS", scattered[1])
        stored = some_rows(12, seed)
        index = filled(FaissIndex(WIDTH), stored)
        for what, numbers in edits:
            before, seen = index, index.nearest(query, 50)
            index = index.copy()
            ids = [f"r{number:03d}" for number in sorted(numbers)]
            if what == "add":
                rows = rng.normal(size=(len(ids), WIDTH)).astype(np.float32)
                index.add(ids, rows)
                stored = stored | dict(zip(ids, rows, strict=True))
            else:
                index.remove(ids)
                stored = {ident: row for ident, row in stored.items() if ident not in ids}
            assert len(index) == len(stored)
            for allowed in (None, {f"r{number:03d}" for number in range(0, 30, 2)}):
                same(index.nearest(query, 9, allowed), brute_force(stored, query, 9, allowed))
            assert before.nearest(query, 50) == seen


def test_a_copy_shares_its_rows() -> None:
    index = filled(FaissIndex(WIDTH), some_rows(2000))
    copied = index.copy()
    copied.add(["new"], np.ones((1, WIDTH), np.float32))
    copied.remove(["r000"])
    assert copied._blocks[0] is index._blocks[0]
    assert (len(index), len(copied)) == (2000, 2000)


def test_saved_and_loaded_is_equal(tmp_path: Path) -> None:
    stored = some_rows(50)
    before = filled(FaissIndex(WIDTH), stored)
    before.save(tmp_path / "index.npz", "e5/12/abc")
    after = FaissIndex.load(tmp_path / "index.npz", "e5/12/abc")
    for query in list(stored.values())[:5]:
        assert after.nearest(query, 50) == before.nearest(query, 50)
    assert [path.name for path in tmp_path.iterdir()] == ["index.npz"]


def test_an_index_made_for_something_else_is_refused(tmp_path: Path) -> None:
    filled(FaissIndex(WIDTH), some_rows(3)).save(tmp_path / "index.npz", "e5/12/abc")
    with pytest.raises(IndexMismatch, match="expected the index e5/12/other, got e5/12/abc"):
        FaissIndex.load(tmp_path / "index.npz", "e5/12/other")


def test_a_damaged_index_is_refused(tmp_path: Path) -> None:
    filled(FaissIndex(WIDTH), some_rows(3)).save(tmp_path / "index.npz", "f")
    whole = (tmp_path / "index.npz").read_bytes()
    (tmp_path / "index.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(IndexMismatch, match="cannot be read"):
        FaissIndex.load(tmp_path / "index.npz", "f")


def test_a_missing_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexMismatch, match="cannot be read"):
        FaissIndex.load(tmp_path / "none.npz", "f")


def test_a_collection_of_another_width_or_fingerprint_is_refused_until_it_is_dropped(vector_url: str) -> None:
    with PgVectorIndex.open(vector_url, "texts", WIDTH, fingerprint="e5") as opened:
        opened.add(["a"], np.ones((1, WIDTH), np.float32))
        with pytest.raises(IndexMismatch, match=r"expected \(13, 'e5'\), got \(12, 'e5'\)"):
            PgVectorIndex.open(vector_url, "texts", WIDTH + 1, fingerprint="e5")
        with pytest.raises(IndexMismatch, match=r"expected \(12, 'other'\), got \(12, 'e5'\)"):
            PgVectorIndex.open(vector_url, "texts", WIDTH, fingerprint="other")
        opened.drop()
    with PgVectorIndex.open(vector_url, "texts", WIDTH, fingerprint="other") as again:
        assert len(again) == 0


def test_collections_of_one_database_do_not_see_each_other(vector_url: str) -> None:
    with (
        PgVectorIndex.open(vector_url, "one", WIDTH) as one,
        PgVectorIndex.open(vector_url, "two", WIDTH) as two,
    ):
        one.add(["a"], np.ones((1, WIDTH), np.float32))
        assert two.nearest(np.ones(WIDTH, np.float32), 5) == ()
        assert len(two) == 0


def test_a_database_that_cannot_be_reached_is_a_store_error() -> None:
    with pytest.raises(StoreError, match="PostgreSQL with the extension"):
        PgVectorIndex.open("postgresql+psycopg://nobody@127.0.0.1:1/none", "texts", WIDTH)
