"""What did the store know before a date? Sparse matrices of projects, members, topics and texts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from data.model import History, Kind
from matcher.ranking.topics import code_tokens, programme_tokens
from matcher.ranking.words import TextWords, WordCounts

KINDS = tuple(Kind)
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """One kind of words with its weights, fitted on the projects of a state alone."""

    vectorizer: TfidfVectorizer | None
    """None where no project has such words."""

    def rows(self, texts: list[str]) -> sparse.csr_matrix:
        """(n, v) float32 CSR, rows of length 1; a text without known words is a zero row."""
        if self.vectorizer is None:
            return sparse.csr_matrix((len(texts), 1), dtype=np.float32)
        return self.vectorizer.transform(texts).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class RankingState:
    """The history before a date, as arrays. n organisations that took part in p projects.

    Depends on the projects before the date only: years are counted back from the newest start among them.
    """

    organisations: np.ndarray
    """(n,) str, sorted: position -> organisation id."""
    projects: np.ndarray
    """(p,) str in the history's order: position -> project id."""
    member: sparse.csr_matrix
    """(p, n) float32, 1 where the organisation takes part."""
    led: sparse.csr_matrix
    """(p, n) float32, 1 where the organisation coordinates."""
    age: np.ndarray
    """(p,) float32, years before the newest start; unknown starts count as the oldest."""
    size: np.ndarray
    """(p,) float32, members."""
    topic: sparse.csr_matrix
    programme: sparse.csr_matrix
    """(p, v) float32 each, rows of length 1: topic codes, programme parts."""
    topic_words: Vocabulary
    programme_words: Vocabulary
    words: TextWords
    """Words of the texts."""
    vectors: np.ndarray
    """(p, d) float32, the encoder's vectors less their mean, rows of length 1; zero where there is no text."""
    centre: np.ndarray
    """(d,) float32, the mean of the vectors of projects with text."""
    country: np.ndarray
    """(n,) int16, position in `countries`; -1 unknown."""
    countries: tuple[str, ...]
    kind: np.ndarray
    """(n,) int16, position in `KINDS`; -1 unknown."""
    places: dict[str, int]
    """organisation id -> position."""

    def positions(self, ids: tuple[str, ...]) -> list[int]:
        """Positions of those organisations that the state knows, in the given order."""
        return [self.places[i] for i in ids if i in self.places]


def _fit(texts: list[str]) -> tuple[Vocabulary, sparse.csr_matrix]:
    """Fit tf-idf on `texts`: tokens separated by blanks."""
    vectorizer = TfidfVectorizer(tokenizer=str.split, token_pattern=None, lowercase=False)
    try:
        rows = vectorizer.fit_transform(texts).astype(np.float32)
    except ValueError:  # an empty vocabulary: nobody has such words
        return Vocabulary(None), sparse.csr_matrix((len(texts), 1), dtype=np.float32)
    return Vocabulary(vectorizer), rows


def _incidence(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> sparse.csr_matrix:
    """0/1 CSR float32 of the pairs; a pair named twice counts once."""
    matrix = sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


def _ages(start: pd.Series) -> np.ndarray:
    """Years before the newest start, (p,) float32; an unknown start is as old as the oldest."""
    if start.notna().sum() == 0:
        return np.zeros(len(start), np.float32)
    years = (start.max() - start).dt.days / DAYS_PER_YEAR
    filled: np.ndarray = years.fillna(years.max()).to_numpy(np.float32)
    return filled


def _centred(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vectors less the mean of the non-zero ones, at length 1 again; zero rows stay zero."""
    filled = np.linalg.norm(vectors, axis=1) > 0
    centre = vectors[filled].mean(axis=0) if filled.any() else np.zeros(vectors.shape[1], np.float32)
    return centred(vectors, centre), centre.astype(np.float32)


def centred(vectors: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """(n, d) float32: each non-zero row less `centre`, at length 1; zero rows stay zero.

    >>> centred(np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([0.0, 1.0])).round(3).tolist()
    [[0.7070000171661377, -0.7070000171661377], [0.0, 0.0]]
    """
    filled = np.linalg.norm(vectors, axis=1, keepdims=True) > 0
    shifted: np.ndarray = np.where(filled, vectors - centre, 0.0).astype(np.float32)
    length = np.linalg.norm(shifted, axis=1, keepdims=True)
    units: np.ndarray = np.divide(shifted, length, out=np.zeros_like(shifted), where=length > 0)
    return units


def word_counts(history: History) -> WordCounts:
    """The words of all texts of a history: states of its earlier moments share them."""
    texts = [text or "" for text in history.projects["text"]]
    return WordCounts.of(history.projects["id"].tolist(), texts)


def build_state(
    history: History,
    vectors: Mapping[str, np.ndarray],
    width: int,
    counts: WordCounts | None = None,
    *,
    words: TextWords | None = None,
) -> RankingState:
    """The state of a whole history (cut it with `History.before` first).

    `vectors`: project id -> (width,) float32 of the encoder; projects without one have no text. `counts`: the words of
    its texts, where they are counted already, and `words` the same weighed.
    """
    participations, projects = history.participations, history.projects
    project_place = pd.Index(projects["id"])
    organisations = np.array(sorted(participations["organisation"].unique()), dtype=object)
    organisation_place = pd.Index(organisations)
    rows = project_place.get_indexer(participations["project"])
    columns = organisation_place.get_indexer(participations["organisation"])
    shape = (len(projects), len(organisations))
    leads = (participations["role"] == "coordinator").to_numpy()
    member = _incidence(rows, columns, shape)
    topic_words, topic = _fit([" ".join(code_tokens(t)) for t in projects["topics"]])
    programme_words, programme = _fit([" ".join(programme_tokens(t)) for t in projects["programme"]])
    if words is None:
        words = TextWords.of((counts or word_counts(history)).rows(projects["id"].tolist()))
    zero = np.zeros(width, np.float32)
    raw = np.array([vectors.get(i, zero) for i in projects["id"]], np.float32).reshape(len(projects), width)
    centred_rows, centre = _centred(raw)
    facts = history.organisations.set_index("id").reindex(organisations)
    country = pd.Categorical(facts["country"])
    kind = pd.Categorical(facts["kind"].map(str, na_action="ignore"), categories=[str(k) for k in KINDS])
    return RankingState(
        organisations=organisations,
        projects=projects["id"].to_numpy(dtype=object),
        member=member,
        led=_incidence(rows[leads], columns[leads], shape),
        age=_ages(projects["start"]),
        size=np.asarray(member.sum(axis=1), np.float32).ravel(),
        topic=topic,
        programme=programme,
        words=words,
        topic_words=topic_words,
        programme_words=programme_words,
        vectors=centred_rows,
        centre=centre,
        country=country.codes.astype(np.int16),
        countries=tuple(country.categories),
        kind=kind.codes.astype(np.int16),
        places={str(i): place for place, i in enumerate(organisations)},
    )
