"""Which texts speak for which organisation, and how loudly? Built once per state of the store, then only read."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from data.model import OrganisationId, Outline
from embeddings.index import SCATTERED, SCATTERED_ROWS
from embeddings.search import TextSearch
from matcher.suggest.population import Population

OWN_WORDS = 1.0
"""Weight of an outline or a profile: the organisation wrote it."""
COORDINATED = 0.9
"""Weight of a project that the organisation led."""
TOPIC_ONLY = 0.7
"""What a project's score is worth whose text is its call topic's title: a topic's subject is not yet the project's."""
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
        """Calibrate on (m, d) unit rows of a sample: median over all pairs, median over each row's nearest other row.

        Equal rows count once: the same call-topic title for many projects says nothing about near neighbours.
        """
        distinct = np.unique(vectors, axis=0)
        if len(distinct) < FEW_TEXTS:
            return cls(0.1, 0.5)
        similar = distinct @ distinct.T
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
class Voices:
    """m texts, and how loudly each speaks for whom of n organisations.

    `speaks`: (n, m) CSR of weights in (0, 1], 0 where a text is no longer heard; `vectors`: (m, d) float32, unit rows;
    `behind`: (m,) of how many organisations each text is heard; `alike`: (m,) the same, of all texts that read alike;
    `worth`: (m,) what its score is worth, TOPIC_ONLY or 1.
    """

    entries: tuple[str, ...]
    columns: dict[str, int]
    vectors: np.ndarray
    speaks: sparse.csr_array
    behind: np.ndarray
    alike: np.ndarray
    worth: np.ndarray

    @classmethod
    def of(
        cls,
        spoken: Iterable[tuple[int, str, float]],
        search: TextSearch,
        n: int,
        *,
        topic_only: Collection[str] = (),
    ) -> "Voices":
        """Build from (organisation's place, entry, weight); entries that the search does not know are left out.

        `topic_only`: entries that hold nothing but their call topic's title.
        """
        known = [voice for voice in spoken if voice[1] in search]
        entries = tuple(sorted({entry for _, entry, _ in known}))
        columns = {entry: column for column, entry in enumerate(entries)}
        weights = np.array([weight for _, _, weight in known], dtype=np.float32)
        rows = [place for place, _, _ in known]
        speaks = sparse.coo_array(
            (weights, (rows, [columns[entry] for _, entry, _ in known])), shape=(n, len(entries))
        ).tocsr()
        vectors = search.matrix(entries)
        behind = np.bincount(speaks.indices, minlength=len(entries))
        worth = np.array([TOPIC_ONLY if entry in topic_only else 1.0 for entry in entries], np.float32)
        return cls(entries, columns, vectors, speaks, behind, _alike(vectors, behind), worth)

    def without(self, entries: Iterable[str]) -> "Voices":
        """The same, but these are no longer heard."""
        columns = [self.columns[entry] for entry in entries if entry in self.columns]
        if not columns:
            return self
        quiet = np.isin(self.speaks.indices, columns)
        weights = np.where(quiet, np.float32(0), self.speaks.data)
        speaks = sparse.csr_array((weights, self.speaks.indices, self.speaks.indptr), shape=self.speaks.shape)
        behind = self.behind.copy()
        behind[columns] = 0
        return replace(self, speaks=speaks, behind=behind)

    def best(self, values: np.ndarray, nothing: float) -> np.ndarray:
        """Return (n, q) each organisation's greatest of its texts' values, (m, q); `nothing` for who has no text."""
        result = np.full((self.speaks.shape[0], values.shape[1]), nothing, values.dtype)
        speaking = np.flatnonzero(np.diff(self.speaks.indptr))
        if speaking.size:
            starts = self.speaks.indptr[:-1][speaking]
            result[speaking] = np.maximum.reduceat(values[self.speaks.indices], starts, axis=0)
        return result

    def spoken(self, place: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (k,) columns and (k,) weights of the texts that speak for the organisation at a place."""
        inside = slice(self.speaks.indptr[place], self.speaks.indptr[place + 1])
        heard = self.speaks.data[inside] > 0
        return self.speaks.indices[inside][heard], self.speaks.data[inside][heard]


@dataclass(frozen=True, slots=True, eq=False)
class TextProfiles:
    """Every organisation of a population, and the indexed texts that speak for it.

    `shared`: texts of projects, which follow from the history; `own`: outlines and profiles; `recent`: those of them
    that were written since `own` was put together, which is where the earlier ones are no longer heard.
    """

    population: Population
    shared: Voices
    own: Voices
    recent: Voices
    authors: dict[str, int]
    """The place of the organisation that wrote it, of each outline and profile."""
    sample: np.ndarray
    scale: Scale

    @classmethod
    def of(cls, population: Population, outlines: Iterable[Outline], search: TextSearch) -> "TextProfiles":
        """Build for a whole search; `outlines` tell whose they are, of profiles the entry does."""
        places, n = population.places, len(population.ids)
        authors = {f"outline:{outline.id}": places[outline.organisation] for outline in outlines}
        for entry in search.entries:
            kind, _, ident = entry.partition(":")
            if kind == "organisation":
                authors[entry] = places[OrganisationId(ident)]
        return cls(
            population=population,
            shared=Voices.of(_shared_words(population), search, n, topic_only=population.topic_only),
            own=Voices.of(_own_words(authors, authors), search, n),
            recent=Voices.of((), search, n),
            authors=authors,
            sample=search.sample,
            scale=Scale.of(search.sample),
        )

    def following(
        self, written: Mapping[str, OrganisationId], gone: Iterable[str], search: TextSearch
    ) -> "TextProfiles":
        """Return the profiles of the next moment: `written`, new or changed, by whom; `search`: that moment's."""
        places, n = self.population.places, len(self.population.ids)
        leaving = {*gone, *written}
        authors = self.authors | {entry: places[author] for entry, author in written.items()}
        for entry in leaving - written.keys():
            authors.pop(entry, None)
        recent = {entry for entry in self.recent.entries if entry in authors} | written.keys()
        if len(recent) > max(SCATTERED * len(authors), SCATTERED_ROWS):
            own, recent = Voices.of(_own_words(authors, authors), search, n), set()
        else:
            own = self.own.without(leaving)
        same = search.sample is self.sample
        return replace(
            self,
            own=own,
            recent=Voices.of(_own_words(recent, authors), search, n),
            authors=authors,
            sample=search.sample,
            scale=self.scale if same else Scale.of(search.sample),
        )

    @property
    def ids(self) -> tuple[OrganisationId, ...]:
        return self.population.ids

    @property
    def places(self) -> dict[OrganisationId, int]:
        """The ids' positions."""
        return self.population.places

    @property
    def voices(self) -> tuple[Voices, ...]:
        return self.shared, self.own, self.recent

    def sharing(self, entry: str) -> int:
        """Return how many organisations stand behind a text, and behind others that read the same."""
        return max(
            int(voices.alike[voices.columns[entry]]) for voices in self.voices if entry in voices.columns
        )

    def score(self, entry: str, vector: np.ndarray) -> float:
        """Return the score in [0, 1] of one text for a unit vector; 0 where nobody is heard by it."""
        for voices in self.voices:
            if entry in voices.columns and voices.behind[voices.columns[entry]]:
                column = voices.columns[entry]
                return float(self.scale.score(voices.vectors[column] @ vector) * voices.worth[column])
        return 0.0

    def best_entries(
        self,
        organisation: OrganisationId,
        vector: np.ndarray,
        limit: int,
        *,
        but: str | None = None,
        weighed: bool = True,
    ) -> list[tuple[str, float]]:
        """Return the (entry, score) pairs that speak best for an organisation about `vector`, best first.

        `weighed`: a text that many stand behind speaks less loudly for each; else only nearness counts.
        """
        scored: list[tuple[str, float]] = []
        for voices in self.voices:
            columns, weights = voices.spoken(self.places[organisation])
            scores = self.scale.score(voices.vectors[columns] @ vector) * voices.worth[columns]
            scores = scores * weights if weighed else scores
            scored += [
                (voices.entries[column], float(score)) for column, score in zip(columns, scores, strict=True)
            ]
        heard = [(entry, score) for entry, score in scored if score > 0 and entry != but]
        return sorted(heard, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def mean_of(self, organisation: OrganisationId) -> np.ndarray:
        """Return (d,) the mean direction of an organisation's texts, each as loud as it speaks; zero without any."""
        total = np.zeros(self.shared.vectors.shape[1], dtype=np.float32)
        for voices in self.voices:
            columns, weights = voices.spoken(self.places[organisation])
            total += weights @ voices.vectors[columns]
        length = float(np.linalg.norm(total))
        return (total / length if length else total).astype(np.float32)


def _alike(vectors: np.ndarray, behind: np.ndarray) -> np.ndarray:
    """(m,) the sum of `behind` over all rows that read the same."""
    groups: dict[bytes, int] = {}
    group = [groups.setdefault(row.tobytes(), len(groups)) for row in np.round(vectors, 5) + 0.0]
    counts: np.ndarray = np.bincount(group, weights=behind, minlength=len(groups))[group] if group else behind
    return counts.astype(int)


def _own_words(entries: Iterable[str], authors: Mapping[str, int]) -> list[tuple[int, str, float]]:
    return [(authors[entry], entry, OWN_WORDS) for entry in entries]


def _shared_words(population: Population) -> list[tuple[int, str, float]]:
    table = population.history.participations
    sizes = table.groupby("project")["organisation"].transform("nunique")
    led = table["role"] == "coordinator"
    shared = {size: shared_weight(size) for size in sizes.unique()}
    return [
        (population.places[organisation], f"project:{project}", COORDINATED if leads else shared[size])
        for organisation, project, size, leads in zip(
            table["organisation"], table["project"], sizes, led, strict=True
        )
    ]
