"""Is a made-up download one that the import takes, of the size asked for, with shared and new organisations?"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.made_stores import CopiedRows, copies_for, give_vectors, make_download
from data.sources.cordis import import_cordis
from data.store import Store
from embeddings.search import hash_of


def test_copies_share_a_third_of_their_organisations_and_come_in_whole(tmp_path: Path) -> None:
    sources = CopiedRows.by_lot(projects=40, organisations=90)
    known = {row["organisationID"] for row in sources.organisations}
    copies = copies_for(sources, 3 * len(known))
    assert copies == 4, "a third, and two thirds in each of four copies, are three times as many"
    made = make_download(tmp_path / "made", sources, copies)
    assert (made.projects, made.participations) == (160, 4 * len(sources.organisations))
    assert abs(made.organisations - 3 * len(known)) < 0.6 * len(known)
    with Store.open(f"sqlite:///{tmp_path}/s.sqlite") as store:
        report = import_cordis(store, [made.folder])
        assert not report.problems
        history = store.history()
        assert len(history.organisations) == made.organisations
        assert known <= set(history.organisations["id"])


def test_made_vectors_lie_near_those_of_the_texts_first_sentences(tmp_path: Path) -> None:
    def encode(sentences: Sequence[str]) -> np.ndarray:
        rows = np.random.default_rng(1).normal(size=(len(sentences), 16)).astype(np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

    made = make_download(tmp_path / "made", CopiedRows.by_lot(projects=20, organisations=30), 1)
    with Store.open(f"sqlite:///{tmp_path}/s.sqlite") as store:
        import_cordis(store, [made.folder])
        texts = list(store.history().projects["text"])
        assert give_vectors(store, "made", 16, encode) == 20
        vectors = store.vectors("made", [hash_of(text) for text in texts])
    assert len(vectors) == 20
    assert all(abs(np.linalg.norm(vector) - 1) < 1e-5 for vector in vectors.values())
