"""Which vectors are nearest? The VectorIndex seam, and the exact adapter over FAISS.

Adapters: `FaissIndex` here, `PgVectorIndex` in `embeddings/pgvector.py`; both pass
`tests/contract/test_index.py`.
"""

import zipfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import faiss
import numpy as np

from data.errors import IndexMismatch
from embeddings.encoder import unit_rows

SCATTERED, SCATTERED_ROWS = 1 / 16, 1024
"""Rows added or removed since all were put together: beyond this share of them, and this number, it is done anew."""


class Neighbour(NamedTuple):
    """A row near a query, by its id. `similarity`: cosine in [-1, 1], larger is closer."""

    id: str
    similarity: float


class VectorIndex(Protocol):
    """Vector → nearest ids."""

    @property
    def width(self) -> int:
        """The number of columns of every vector."""

    def __len__(self) -> int: ...

    def add(self, ids: Sequence[str], vectors: np.ndarray) -> None:
        """Add (n, width) vectors, scaled to length 1 in a copy; an id that is there already is replaced."""

    def remove(self, ids: Iterable[str]) -> None:
        """Forget these ids; unknown ones are ignored."""

    def nearest(
        self, vector: np.ndarray, k: int, allowed: Collection[str] | None = None
    ) -> tuple[Neighbour, ...]:
        """Return the k most similar ids, closest first, ties by id; fewer where there are fewer.

        With `allowed`, only these ids are looked at: the filter comes before the search. A zero vector has no
        direction: its similarity to everything is 0.
        """


def check_rows(vectors: np.ndarray, width: int, n: int) -> np.ndarray:
    """Return (n, width) float32 unit rows, or say what does not fit."""
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.shape != (n, width):
        raise IndexMismatch(f"expected {(n, width)}, got {rows.shape}")
    if not np.isfinite(rows).all():
        raise ValueError("vectors must be finite numbers")
    return unit_rows(rows) if n else rows.reshape(0, width)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """(n, width) float16 rows that never change, where FAISS scans them."""

    rows: np.ndarray
    scanner: Any

    @classmethod
    def of(cls, rows: np.ndarray) -> "Block":
        """Let FAISS scan the rows where they are.

        numpy asks the system for large memory pages, FAISS does not: scanning numpy's memory takes two thirds of the
        time (`benchmarks/bench_search.py`).
        """
        scanner = faiss.IndexScalarQuantizer(
            rows.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        if len(rows):
            # The owner of a vector that FAISS owns itself is "nobody": the view does not free numpy's memory.
            nobody = scanner.codes.owner  # type: ignore[attr-defined]
            bytes_ = faiss.swig_ptr(rows.view(np.uint8).ravel())
            vectors = faiss.MaybeOwnedVectorUInt8
            scanner.codes = vectors.create_view(bytes_, rows.nbytes, nobody)  # type: ignore[attr-defined]
            scanner.ntotal = len(rows)
        return cls(rows, scanner)

    def nearest(self, query: np.ndarray, k: int, mask: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Return similarities and places of the k rows of the mask (None: of all) nearest to (1, width), closest first,
        and of all others that are as near as the last of them.
        """
        most = len(self.rows) if mask is None else int(np.count_nonzero(mask))
        k = min(k, most)
        if k == 0:
            return np.zeros(0, np.float32), np.zeros(0, np.int64)
        parameters = None
        if mask is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))  # type: ignore
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        looked_at = min(k + 8, most)
        while True:
            similarities, places = self.scanner.search(query, looked_at, params=parameters)
            # FAISS pads a short answer with -1, and drops equals beyond the last place in no stated order:
            # look further until the last place is worse than the k-th, so that ties can be broken by id.
            filled = places[0] >= 0
            last_decides = similarities[0][filled][-1] < similarities[0][k - 1]
            if last_decides or looked_at >= most:
                return similarities[0][filled], places[0][filled]
            looked_at = min(looked_at * 4, most)


class FaissIndex:
    """Exact cosine search over half-precision rows: each row costs 2 bytes a column and is scanned once a query.

    Rounding to half precision moves a similarity by less than 0.001. The rows lie in two blocks that are never written
    to: a large one, and one of what was added since. So a `copy` shares them, and costs what a list of the ids does;
    to add a row copies the small block, to remove one marks it as gone. When the small block or those gone have
    grown beyond a share of all, both are put together anew. Reading is safe under threads as long as nobody adds or
    removes: change a copy, then let readers have that.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._ids: list[str] = []
        self._place: dict[str, int] = {}
        empty = Block.of(np.zeros((0, width), np.float16))
        self._blocks = (empty, empty)
        self._gone = np.zeros(0, dtype=bool)

    def __len__(self) -> int:
        return len(self._place)

    def copy(self) -> "FaissIndex":
        """Return an index that can be changed while this one is read; the rows are shared."""
        other = FaissIndex(self.width)
        other._ids, other._place = self._ids.copy(), self._place.copy()
        other._blocks, other._gone = self._blocks, self._gone
        return other

    def add(self, ids: Sequence[str], vectors: np.ndarray) -> None:
        """See `VectorIndex.add`. Raises ValueError when an id comes twice."""
        rows = check_rows(vectors, self.width, len(ids)).astype(np.float16)
        if len(set(ids)) != len(ids):
            raise ValueError("an id comes twice in one add")
        self.remove(ids)
        if not len(ids):
            return
        self._place.update((id_, len(self._ids) + i) for i, id_ in enumerate(ids))
        self._ids.extend(ids)
        self._gone = np.concatenate([self._gone, np.zeros(len(ids), dtype=bool)])
        base, recent = self._blocks
        self._blocks = (base, Block.of(np.concatenate([recent.rows, rows])))
        self._compact_if_scattered()

    def remove(self, ids: Iterable[str]) -> None:
        """See `VectorIndex.remove`."""
        places = [self._place.pop(id_) for id_ in set(ids) if id_ in self._place]
        if places:
            self._gone = self._gone.copy()
            self._gone[places] = True
            self._compact_if_scattered()

    def _compact_if_scattered(self) -> None:
        """Put the blocks together where the second, or those gone, are more than SCATTERED of all rows."""
        base, recent = self._blocks
        scattered = max(len(recent.rows), int(np.count_nonzero(self._gone)))
        if scattered > max(SCATTERED * len(self._ids), SCATTERED_ROWS):
            kept = np.flatnonzero(~self._gone)
            self._hold([self._ids[place] for place in kept], np.concatenate([base.rows, recent.rows])[kept])

    def _hold(self, ids: list[str], rows: np.ndarray) -> None:
        """Hold just these, in one block."""
        self._ids, self._place = ids, {id_: place for place, id_ in enumerate(ids)}
        self._gone = np.zeros(len(ids), dtype=bool)
        self._blocks = (Block.of(rows), Block.of(rows[:0]))

    def mask(self, allowed: Iterable[str]) -> np.ndarray:
        """Return (n,) bool, true at the rows whose id is allowed; for use with `nearest_at` again and again, until
        something is added or removed.
        """
        mask = np.zeros(len(self._ids), dtype=bool)
        mask[[self._place[id_] for id_ in allowed if id_ in self._place]] = True
        return mask

    def nearest(
        self, vector: np.ndarray, k: int, allowed: Collection[str] | None = None
    ) -> tuple[Neighbour, ...]:
        """See `VectorIndex.nearest`."""
        return self.nearest_at(vector, k, None if allowed is None else self.mask(allowed))

    def nearest_at(self, vector: np.ndarray, k: int, mask: np.ndarray | None = None) -> tuple[Neighbour, ...]:
        """As `nearest`, the allowed rows given as a mask made by `mask`."""
        query = check_rows(np.asarray(vector)[None, :], self.width, 1)
        if k <= 0:
            return ()
        if mask is None and self._gone.any():
            mask = ~self._gone
        neighbours: list[Neighbour] = []
        begin = 0
        for block in self._blocks:
            inside = slice(begin, begin + len(block.rows))
            closest = block.nearest(query, k, None if mask is None else mask[inside])
            neighbours += [
                Neighbour(self._ids[begin + place], min(1.0, max(-1.0, float(similarity))))
                for similarity, place in zip(*closest, strict=True)
            ]
            begin = inside.stop
        return tuple(sorted(neighbours, key=lambda neighbour: (-neighbour.similarity, neighbour.id))[:k])

    def save(self, path: Path, fingerprint: str) -> None:
        """Write ids, rows and fingerprint to one .npz file, whole or not at all."""
        building = path.with_name(path.name + ".part")
        kept = np.flatnonzero(~self._gone)
        with building.open("wb") as handle:
            np.savez(
                handle,
                fingerprint=np.array(fingerprint),
                ids=np.array([self._ids[place] for place in kept], dtype=np.str_),
                rows=np.concatenate([block.rows for block in self._blocks])[kept],
            )
        building.replace(path)

    @classmethod
    def load(cls, path: Path, fingerprint: str) -> "FaissIndex":
        """Read what `save` wrote. Raises IndexMismatch when it was made for another fingerprint."""
        try:
            with path.open("rb") as handle, np.load(handle, allow_pickle=False) as stored:
                maker, ids, rows = str(stored["fingerprint"]), stored["ids"].tolist(), stored["rows"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise IndexMismatch(f"{path} cannot be read as an index ({error}); build it again") from error
        if maker != fingerprint:
            raise IndexMismatch(f"expected the index {fingerprint}, got {maker} in {path}; build it again")
        index = cls(rows.shape[1])
        index._hold(ids, rows)
        return index
