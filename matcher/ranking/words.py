"""Which words do texts share, and how telling is each? Tf-idf without a vocabulary: words are numbered by their hash.

A store of 80,000 objectives has millions of different pairs of words. To number them by a table takes a gigabyte, and
as much again for each half-year that is learned from; hashes need none, and the counts of a text are the same whatever
else is known, so that they are made once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from data.kept_arrays import KeptArrays

COLUMNS = 2**22
"""Hashes: two of the 100,000 words and pairs of the H2020 sample share one in a fortieth of the cases."""
LEAST_TEXTS = 2
"""A word that fewer texts hold says nothing of what they share."""
_VECTORIZER = HashingVectorizer(
    n_features=COLUMNS,
    ngram_range=(1, 2),
    stop_words="english",
    norm=None,
    alternate_sign=False,
    dtype=np.float32,
)


@dataclass(frozen=True, slots=True, eq=False)
class WordCounts:
    """How often each word and pair of words stands in each text, by a text's id."""

    counts: sparse.csr_matrix
    """(m, COLUMNS) float32, one row a text."""
    places: Mapping[str, int]
    """id -> row."""

    @classmethod
    def of(cls, ids: Sequence[str], texts: Sequence[str]) -> "WordCounts":
        """Count the words of these texts."""
        return cls(count(texts), {ident: place for place, ident in enumerate(ids)})

    def rows(self, ids: Sequence[str]) -> sparse.csr_matrix:
        """(len(ids), COLUMNS) the counts of these texts."""
        places = [self.places[ident] for ident in ids]
        if places == list(range(len(self.places))):
            return self.counts
        return self.counts[places]


@dataclass(frozen=True, slots=True, eq=False)
class TextWords:
    """The words of p texts: how telling each is, and which texts hold it."""

    weight: np.ndarray
    """(COLUMNS,) float32: ln((1 + p) / (1 + texts that hold it)) + 1; 0 where fewer than LEAST_TEXTS do."""
    texts: sparse.csr_matrix
    """(COLUMNS, p) float32: each text a column of length 1, or zero."""

    @classmethod
    def of(cls, counts: sparse.csr_matrix) -> "TextWords":
        """Weigh the words of (p, COLUMNS) counts."""
        held = np.bincount(counts.indices, minlength=COLUMNS)
        idf = np.log((1.0 + counts.shape[0]) / (1.0 + held)) + 1.0
        weight = np.where(held >= LEAST_TEXTS, idf, 0.0).astype(np.float32)
        return cls(weight, _weighed(counts, weight).T.tocsr())

    @classmethod
    def kept(cls, kept: KeptArrays, counts: Callable[[], sparse.csr_matrix]) -> "TextWords":
        """As `of` for all texts of a history, out of what is kept of it where it is there."""

        def made() -> dict[str, np.ndarray]:
            words = cls.of(counts())
            texts = words.texts
            return {
                "weight": words.weight,
                "data": texts.data,
                "indices": texts.indices,
                "indptr": texts.indptr,
                "count": np.array(texts.shape[1]),
            }

        arrays = kept.get("words", made)
        cells = (arrays["data"], arrays["indices"], arrays["indptr"])
        texts = sparse.csr_matrix(cells, shape=(COLUMNS, int(arrays["count"])), copy=False)
        return cls(arrays["weight"], texts)

    def shared(self, texts: Sequence[str]) -> np.ndarray:
        """(p, b) float32: cosine of the tf-idf words of each text with each of b others, in [0, 1]."""
        rows = _weighed(count(texts), self.weight)
        # From a question's few words to the texts that hold them: the others are not looked at.
        return np.ascontiguousarray((rows @ self.texts).toarray().T, np.float32)


def count(texts: Sequence[str]) -> sparse.csr_matrix:
    """(len(texts), COLUMNS) float32: how often each text holds each word and pair of words, but English stop words."""
    return _VECTORIZER.transform(texts)


def _weighed(counts: sparse.csr_matrix, weight: np.ndarray) -> sparse.csr_matrix:
    """Rows of (1 + ln count) * weight at length 1; a row without any weight stays zero, and is empty."""
    values = (1.0 + np.log(counts.data)) * weight[counts.indices]
    rows = sparse.csr_matrix((values, counts.indices, counts.indptr), shape=counts.shape, dtype=np.float32)
    if not values.all():
        rows.eliminate_zeros()
    squares = np.add.reduceat(np.append(rows.data**2, 0.0), np.minimum(rows.indptr[:-1], rows.nnz))
    squares[np.diff(rows.indptr) == 0] = 1.0
    length = np.sqrt(squares)
    rows.data /= np.repeat(length, np.diff(rows.indptr)).astype(np.float32)
    return rows
