"""What in the store speaks of the same thing? Text in, (entry, similarity) out."""

import copy
import hashlib
import heapq
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.errors import IndexMismatch, NotFound
from data.model import History, Organisation, Outline
from data.store import Store
from embeddings.encoder import Encoder, Progress
from embeddings.index import SCATTERED, SCATTERED_ROWS, FaissIndex, Neighbour
from embeddings.sentences import SentenceMatch, best_of, split_sentences

KINDS = ("outline", "project", "organisation")
CHUNK = 128
"""Texts embedded between two writes to the store's cache: what an interrupted run can lose."""
REMEMBERED_TEXTS = 256
"""Asked texts and their sentences kept in memory, so that asking again costs no encoding."""
SAMPLED = 500
"""Texts on which it can be seen what similarities are usual."""
CORPORA = 2**256
"""So many digests of a corpus there are."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One searchable text of the store. `id`: kind and the record's id, as in `outline:O-17`."""

    id: str
    text: str

    @property
    def kind(self) -> str:
        return self.id.partition(":")[0]


def entry_of_outline(outline: Outline) -> Entry:
    """Return the searchable text of an outline."""
    return Entry(f"outline:{outline.id}", outline.full_text)


def entry_of_organisation(organisation: Organisation) -> Entry | None:
    """Return the searchable text of an organisation: its profile; None where it has written none."""
    profile = organisation.profile or ""
    return Entry(f"organisation:{organisation.id}", profile) if profile.strip() else None


def entries_of(
    history: History, outlines: Iterable[Outline], organisations: Iterable[Organisation]
) -> tuple[Entry, ...]:
    """Return every text that can be searched, in order of id: outlines, projects, profiles."""
    projects = history.projects
    entries = [entry_of_outline(outline) for outline in outlines]
    entries += [
        Entry(f"project:{i}", text) for i, text in zip(projects["id"], projects["text"], strict=True) if text
    ]
    entries += [
        entry
        for organisation in organisations
        if organisation.profile and (entry := entry_of_organisation(organisation))
    ]
    return tuple(sorted(entries, key=lambda entry: entry.id))


def hash_of(text: str) -> str:
    """Return the content hash under which a text's vector is cached."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class TextSearch:
    """The searchable texts of one moment of a store. Never changes: `following` makes the one of the next moment.

    Vectors come out of the store's cache; only texts that it does not know are embedded, equal texts once,
    and they are cached every CHUNK texts, so that an interrupted run goes on where it stopped. The encoder
    itself is opened only when a text comes along that no record holds. Safe under threads.
    """

    def __init__(self, encoder: Encoder, entries: Sequence[Entry], vectors: Mapping[str, np.ndarray]) -> None:
        """Most callers want `TextSearch.build`. `vectors`: (encoder.width,) unit rows by content hash."""
        self._encoder = encoder
        self._hash_of_entry = {entry.id: hash_of(entry.text) for entry in entries}
        self._hold(vectors)
        self._index = FaissIndex(encoder.width)
        self._index.add(list(self._hash_of_entry), self.matrix(self._hash_of_entry))
        self._masks: dict[str, np.ndarray] = {}
        self._recent = RecentTexts(encoder)
        self._corpus = sum(map(_digest, self._hash_of_entry.items())) % CORPORA
        self._sampled: tuple[str, ...] = ()
        self._sample()
        self._unkept: dict[str, np.ndarray] = {}
        self.waiting = 0
        """So many texts wait to be embedded: they cannot be found yet."""

    @classmethod
    def build(
        cls,
        store: Store,
        encoder: Encoder,
        *,
        entries: Sequence[Entry] | None = None,
        progress: Progress | None = None,
        first: Callable[[], Sequence[str]] = tuple,
        at_once: int | None = None,
    ) -> "TextSearch":
        """Build from a store, embedding what its cache does not hold. `entries`: the store's, if known already.

        `first`: gives entries in the order in which they are embedded; the others come after them, the longest first.
        `at_once`: where more texts of projects lack a vector, none of them is embedded; they are left out, and
        `waiting` says how many.
        """
        if entries is None:
            entries = entries_of(
                store.history(), store.outlines(standing=True), store.organisations(standing=True).values()
            )
        texts = {hash_of(entry.text): entry.text for entry in entries}
        vectors = _cached(store, encoder, texts)
        entries, waiting = _searchable(entries, vectors, at_once)
        wanted = {hash_of(entry.text) for entry in entries}
        missing = list(wanted - vectors.keys())
        if missing:
            place = {hash_: rank for rank, hash_ in enumerate(_hashes(entries, first()))}
            # Else long texts first: batches of like length, and no slow surprise at the end of the progress bar.
            missing.sort(key=lambda key: (place.get(key, len(place)), -len(texts[key]), key))
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            made = dict(zip(chunk, encoder.encode([texts[key] for key in chunk]), strict=True))
            store.put_vectors(encoder.name, made)
            vectors.update(made)
            if progress is not None:
                progress("texts", start + len(chunk), len(missing))
        search = cls(encoder, entries, vectors)
        search.waiting = waiting
        return search

    def following(self, store: Store, put: Sequence[Entry], gone: Iterable[str]) -> "TextSearch":
        """Return the search of the next moment: with these entries, new or changed, and without those gone.

        It shares the rows of this one. Texts that nobody has embedded yet are embedded, but not written to the store's
        cache, which somebody else may have locked: that is for `keep`, when readers have what they wait for.
        """
        entries = {entry.id: hash_of(entry.text) for entry in put}
        texts = {
            hash_of(entry.text): entry.text for entry in put if entries[entry.id] not in self._row_of_hash
        }
        vectors = _cached(store, self._encoder, texts) if texts else {}
        missing = sorted(texts.keys() - vectors.keys())
        made = dict(zip(missing, self._encoder.encode([texts[key] for key in missing]), strict=True))
        removed = [entry for entry in (*gone, *entries) if entry in self._hash_of_entry]
        other = copy.copy(self)
        other._hash_of_entry = self._hash_of_entry.copy()
        left = [(entry, other._hash_of_entry.pop(entry)) for entry in removed]
        other._hash_of_entry.update(entries)
        other._append(vectors | made)
        other._index = self._index.copy()
        other._index.remove(removed)
        other._index.add(list(entries), other.matrix(entries))
        other._masks = {}
        change = sum(map(_digest, entries.items())) - sum(map(_digest, left))
        other._corpus = (self._corpus + change) % CORPORA
        other._unkept = self._unkept | made
        touched = [*entries.values(), *(key for _, key in left)]
        if len(self._sampled) < SAMPLED or min(touched, default="~") <= self._sampled[-1]:
            other._sample()
        return other

    def keep(self, store: Store) -> None:
        """Write to the store's cache what `following` has embedded. Raises StoreError where the store is locked."""
        store.put_vectors(self._encoder.name, self._unkept)
        self._unkept = {}

    def _hold(self, vectors: Mapping[str, np.ndarray]) -> None:
        """Hold one row a distinct text of the entries, in one block."""
        hashes = list(dict.fromkeys(self._hash_of_entry.values()))
        rows = np.array([vectors[key] for key in hashes], np.float32).reshape(-1, self._encoder.width)
        rows.setflags(write=False)
        self._row_of_hash = {key: row for row, key in enumerate(hashes)}
        self._rows = (rows, rows[:0])

    def _append(self, vectors: Mapping[str, np.ndarray]) -> None:
        """Hold rows of new texts too; all in one block again when many have come since, without those of nobody."""
        base, recent = self._rows
        if len(recent) + len(vectors) > max(SCATTERED * len(base), SCATTERED_ROWS):
            wanted = set(self._hash_of_entry.values())
            known = {key: self._row(row) for key, row in self._row_of_hash.items() if key in wanted}
            self._hold(known | dict(vectors))
        elif vectors:
            rows = np.concatenate([recent, np.array(list(vectors.values()), np.float32)])
            rows.setflags(write=False)
            first = len(base) + len(recent)
            self._row_of_hash = self._row_of_hash | {key: first + k for k, key in enumerate(vectors)}
            self._rows = (base, rows)

    def _row(self, place: int) -> np.ndarray:
        base, recent = self._rows
        row: np.ndarray = base[place] if place < len(base) else recent[place - len(base)]
        return row

    def _take(self, places: np.ndarray) -> np.ndarray:
        """Return (n, width) float32 of (n,) places; a zero row for -1."""
        base, recent = self._rows
        taken = np.zeros((len(places), self._encoder.width), dtype=np.float32)
        inside, beyond = (places >= 0) & (places < len(base)), places >= len(base)
        taken[inside] = base[places[inside]]
        taken[beyond] = recent[places[beyond] - len(base)]
        return taken

    def _sample(self) -> None:
        """Choose the sample; the array stays the very same where no text of it has changed."""
        chosen = tuple(heapq.nsmallest(SAMPLED, set(self._hash_of_entry.values())))
        if chosen != self._sampled or not chosen:
            self._sampled = chosen
            places = np.array([self._row_of_hash[key] for key in chosen], dtype=np.int64)
            self.sample = self._take(places)
            """(m, width): rows of at most SAMPLED distinct texts, those with the smallest hashes: as good as drawn by
            lot, and a change of one text among many seldom changes it."""

    @property
    def fingerprint(self) -> str:
        """Encoder, width and corpus: equal fingerprints give equal answers."""
        return f"{self._encoder.name}/{self._encoder.width}/{hash_of(str(self._corpus))[:16]}"

    def __len__(self) -> int:
        return len(self._hash_of_entry)

    def __contains__(self, entry: str) -> bool:
        return entry in self._hash_of_entry

    @property
    def entries(self) -> tuple[str, ...]:
        """All entries, in order of id."""
        return tuple(sorted(self._hash_of_entry))

    @property
    def encoder(self) -> Encoder:
        return self._encoder

    def nearest(
        self,
        text: str,
        k: int,
        *,
        among: Collection[str] = KINDS,
        allowed: Collection[str] | None = None,
    ) -> tuple[Neighbour, ...]:
        """Return the k entries closest in meaning to a text, closest first, ties by id.

        `among`: kinds of entries; `allowed`: the only entries that may be looked at (None: all). Both filter
        before the search. A blank text is close to nothing: ().
        """
        return self.nearest_to(self.encode(text), k, among=among, allowed=allowed)

    def nearest_to(
        self,
        vector: np.ndarray,
        k: int,
        *,
        among: Collection[str] = KINDS,
        allowed: Collection[str] | None = None,
    ) -> tuple[Neighbour, ...]:
        """As `nearest`, for a vector (width,) that is there already."""
        unknown = set(among) - set(KINDS)
        if unknown:
            raise ValueError(f"among must be of {KINDS}, not {sorted(unknown)}")
        if not np.any(vector):
            return ()
        mask = None if set(among) == set(KINDS) else self._mask_of(among)
        if allowed is not None:
            permitted = self._index.mask(allowed)
            mask = permitted if mask is None else mask & permitted
        return self._index.nearest_at(vector, k, mask)

    def encode(self, text: str) -> np.ndarray:
        """Return a text's (width,) unit vector, zero for a blank text; known texts need no encoding."""
        row: np.ndarray = self.encode_all([text])[0]
        return row

    def encode_all(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, width) float32 unit rows, one a text; blank texts give zero rows, known texts need no encoding."""
        known = [self._row_of_hash.get(hash_of(text), -1) for text in texts]
        places = np.array(known, dtype=np.int64)
        rows = self._take(places)
        unknown = np.flatnonzero(places < 0)
        if unknown.size:
            rows[unknown] = self._recent.encode([texts[place] for place in unknown.tolist()])
        return rows

    def vector(self, entry: str) -> np.ndarray:
        """Return one entry's (width,) unit vector, read-only. Raises NotFound for an entry that is not
        there."""
        try:
            return self._row(self._row_of_hash[self._hash_of_entry[entry]])
        except KeyError:
            raise NotFound(f"no searchable text {entry!r}; import it, or build the index again") from None

    def matrix(self, entries: Iterable[str]) -> np.ndarray:
        """Return (n, width) float32, one row an entry, in the order given; a row is zero where there is no
        text."""
        hashes = [self._hash_of_entry.get(entry, "") for entry in entries]
        places = [self._row_of_hash.get(key, -1) for key in hashes]
        return self._take(np.array(places, dtype=np.int64))

    def best_sentences(self, text: str, entries: Sequence[str]) -> tuple[SentenceMatch | None, ...]:
        """Return, for each entry, the sentence of `text` that is closest to it; None where either has no
        words."""
        sentences = split_sentences(text)
        if not sentences or not entries:
            return tuple(None for _ in entries)
        wanted = self.matrix(entries)
        best = best_of(sentences, self._recent.encode(sentences), wanted)
        return tuple(one if row.any() else None for one, row in zip(best, wanted, strict=True))

    def _mask_of(self, kinds: Collection[str]) -> np.ndarray:
        for kind in kinds:
            if kind not in self._masks:
                same = [entry for entry in self._hash_of_entry if entry.partition(":")[0] == kind]
                self._masks[kind] = self._index.mask(same)
        mask: np.ndarray = np.logical_or.reduce(
            [self._index.mask(()), *(self._masks[kind] for kind in kinds)]
        )
        return mask


class RecentTexts:
    """Vectors of texts that were asked lately, so that asking again costs no encoding. Safe under threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vectors: OrderedDict[str, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, width) rows, encoding in one go what was not asked lately."""
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known.update(zip(missing, self._encoder.encode(missing), strict=True))
        with self._lock:
            for text in texts:
                self._vectors[text] = known[text]
                self._vectors.move_to_end(text)
            while len(self._vectors) > REMEMBERED_TEXTS:
                self._vectors.popitem(last=False)
        return np.stack([known[text] for text in texts])


def _digest(entry: tuple[str, str]) -> int:
    """Return an entry's share of the corpus's digest, their sum: the same in any order, and one entry changes it."""
    ident, key = entry
    return int.from_bytes(hashlib.sha256(f"{ident}\t{key}".encode()).digest())


def _searchable(
    entries: Sequence[Entry], vectors: Mapping[str, np.ndarray], at_once: int | None
) -> tuple[Sequence[Entry], int]:
    """Return the entries that can be searched now, and how many texts wait."""
    waiting = {hash_of(entry.text) for entry in entries if entry.kind == "project"} - vectors.keys()
    if at_once is None or len(waiting) <= at_once:
        return entries, 0
    known = [entry for entry in entries if entry.kind != "project" or hash_of(entry.text) not in waiting]
    return known, len(waiting)


def _hashes(entries: Sequence[Entry], order: Sequence[str]) -> dict[str, None]:
    """Return the hashes of these entries, in this order."""
    texts = {entry.id: entry.text for entry in entries} if order else {}
    return dict.fromkeys(hash_of(texts[ident]) for ident in order if ident in texts)


def _cached(store: Store, encoder: Encoder, hashes: Iterable[str]) -> dict[str, np.ndarray]:
    """Return the store's vectors of these texts, by hash; IndexMismatch where they are of another width."""
    vectors = store.vectors(encoder.name, hashes)
    for vector in vectors.values():
        if vector.shape != (encoder.width,):
            raise IndexMismatch(
                f"expected vectors of {encoder.name} with shape ({encoder.width},), got {vector.shape} "
                "in the store's cache; choose the encoder that made them, or start a fresh home"
            )
    return vectors
