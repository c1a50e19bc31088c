"""Which texts speak for which organisation, and how loudly? Built once per state of the store, then only read."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from data.model import History, OrganisationId, Outline
from embeddings.search import TextSearch

OWN_WORDS = 1.0
"""Weight of an outline or a profile: the organisation wrote it."""
COORDINATED = 0.9
"""Weight of a project that the organisation led."""
CALIBRATED_ON = 1000
"""Texts, evenly chosen, on which similarities are calibrated."""
FEW_TEXTS = 50
"""With fewer distinct texts nothing can be learned of what is usual; the scale of the demo call serves."""
LEAST_SPAN = 0.2
"""Floor and ceiling stand at least so far apart, however alike or few the texts are."""


def shared_weight(participants: int) -> float:
    """Return how loudly a project's text speaks for one of its participants: 0.9 alone, less the more share it.

    1 / (1 + log2(n) / 8), times COORDINATED: a text that thirty organisations stand behind says less of each.

    >>> round(shared_weight(1), 3), round(shared_weight(4), 3), round(shared_weight(256), 3)
    (0.9, 0.72, 0.45)
    """
    return float(COORDINATED / (1 + np.log2(max(participants, 1)) / 8))


@dataclass(frozen=True, slots=True)
class Scale:
    """What a cosine means in this store: 0 at the similarity of two texts at random, 1 at that of near neighbours.

    Encoders differ in how they spread texts, and stores in how alike theirs are; a score means the same in all.
    """

    floor: float
    ceiling: float

    @classmethod
    def of(cls, vectors: np.ndarray) -> "Scale":
        """Calibrate on (m, d) unit rows: median over all pairs, and median over each row's nearest other row.

        Equal rows count once: the same call-topic title for many projects says nothing about near neighbours.
        """
        distinct = np.unique(vectors, axis=0)
        if len(distinct) < FEW_TEXTS:
            return cls(0.1, 0.5)
        chosen = distinct[np.unique(np.linspace(0, len(distinct) - 1, CALIBRATED_ON).astype(int))]
        similar = chosen @ chosen.T
        pairs = similar[np.triu_indices_from(similar, 1)]
        np.fill_diagonal(similar, -1.0)
        floor = max(0.0, float(np.median(pairs)))
        return cls(floor, max(float(np.median(similar.max(axis=1))), floor + LEAST_SPAN))

    def score(self, similarity: np.ndarray) -> np.ndarray:
        """Return similarities as scores in [0, 1].

        >>> Scale(0.2, 0.6).score(np.array([0.1, 0.4, 0.9])).round(2).tolist()
        [0.0, 0.5, 1.0]
        """
        return np.clip((similarity - self.floor) / (self.ceiling - self.floor), 0, 1)


@dataclass(frozen=True, slots=True, eq=False)
class TextProfiles:
    """Every organisation in a fixed order, and the indexed texts that speak for it.

    `speaks`: (n organisations, m entries) CSR of weights in (0, 1]; `vectors`: (m, d) float32, unit rows.
    """

    ids: tuple[OrganisationId, ...]
    places: dict[OrganisationId, int]
    entries: tuple[str, ...]
    columns: dict[str, int]
    vectors: np.ndarray
    speaks: sparse.csr_array
    projects: np.ndarray
    """(n,) how many projects each took part in."""
    scale: Scale

    @classmethod
    def of(cls, history: History, outlines: Iterable[Outline], search: TextSearch) -> "TextProfiles":
        ids = tuple(OrganisationId(each) for each in history.organisations["id"])
        places = {organisation: place for place, organisation in enumerate(ids)}
        pairs = _own_words(history, outlines) + _shared_words(history)
        known = [pair for pair in pairs if pair[1] in search]
        entries = tuple(sorted({entry for _, entry, _ in known}))
        columns = {entry: column for column, entry in enumerate(entries)}
        weights = np.array([weight for _, _, weight in known], dtype=np.float32)
        rows = [places[organisation] for organisation, _, _ in known]
        speaks = sparse.coo_array(
            (weights, (rows, [columns[entry] for _, entry, _ in known])), shape=(len(ids), len(entries))
        ).tocsr()
        vectors = search.matrix(entries)
        counts = history.participations.groupby("organisation")["project"].nunique()
        return cls(
            ids=ids,
            places=places,
            entries=entries,
            columns=columns,
            vectors=vectors,
            speaks=speaks,
            projects=counts.reindex(list(ids), fill_value=0).to_numpy(),
            scale=Scale.of(vectors),
        )

    def scores(self, vectors: np.ndarray, *, but: str | None = None) -> np.ndarray:
        """Return (n, q) scores in [0, 1]: how well each organisation's best text answers each of q unit vectors.

        The entry `but` is not heard: an outline is no evidence that its own questions are answered.
        """
        heard = self.scale.score(self.vectors @ vectors.T)  # (m, q)
        if but in self.columns:
            heard[self.columns[but]] = 0
        result = np.zeros((len(self.ids), vectors.shape[0]), dtype=np.float32)
        speaking = np.flatnonzero(np.diff(self.speaks.indptr))
        if speaking.size:
            loud = heard[self.speaks.indices] * self.speaks.data[:, None]
            result[speaking] = np.maximum.reduceat(loud, self.speaks.indptr[:-1][speaking], axis=0)
        return result

    def best_entries(
        self, organisation: OrganisationId, vector: np.ndarray, limit: int, *, but: str | None = None
    ) -> list[tuple[str, float]]:
        """Return the (entry, score) pairs that speak best for an organisation about `vector`, best first."""
        place = self.places[organisation]
        spoken = slice(self.speaks.indptr[place], self.speaks.indptr[place + 1])
        columns = self.speaks.indices[spoken]
        scores = self.scale.score(self.vectors[columns] @ vector) * self.speaks.data[spoken]
        scores[columns == self.columns.get(but or "", -1)] = 0
        best = np.lexsort((columns, -scores))[:limit]  # columns are in the order of the entries' names
        return [(self.entries[columns[at]], float(scores[at])) for at in best if scores[at] > 0]


def _own_words(history: History, outlines: Iterable[Outline]) -> list[tuple[OrganisationId, str, float]]:
    described = history.organisations[history.organisations["profile"].notna()]["id"]
    return [(outline.organisation, f"outline:{outline.id}", OWN_WORDS) for outline in outlines] + [
        (each, f"organisation:{each}", OWN_WORDS) for each in described
    ]


def _shared_words(history: History) -> list[tuple[OrganisationId, str, float]]:
    table = history.participations
    sizes = table.groupby("project")["organisation"].transform("nunique")
    led = table["role"] == "coordinator"
    shared = {size: shared_weight(size) for size in sizes.unique()}
    return [
        (organisation, f"project:{project}", COORDINATED if leads else shared[size])
        for organisation, project, size, leads in zip(
            table["organisation"], table["project"], sizes, led, strict=True
        )
    ]
