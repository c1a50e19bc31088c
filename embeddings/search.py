"""What in the store speaks of the same thing? Text in, (entry, similarity) out."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from data.errors import IndexMismatch, NotFound
from data.model import History
from data.store import Store
from embeddings.encoder import Encoder, Progress
from embeddings.index import FaissIndex, Hit
from embeddings.sentences import Sentence, best_of, split_sentences

KINDS = ("outline", "project", "organisation")
CHUNK = 128
"""Texts embedded between two writes to the store's cache: what an interrupted run can lose."""
REMEMBERED_TEXTS = 256
"""Asked texts and their sentences kept in memory, so that asking again costs no encoding."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One searchable text of the store. `id`: kind and the record's id, as in `outline:O-17`."""

    id: str
    text: str

    @property
    def kind(self) -> str:
        return self.id.partition(":")[0]


def entries_of(store: Store, history: History | None = None) -> tuple[Entry, ...]:
    """Return every text of the store that can be searched, in order of id: outlines, projects, profiles."""
    known = store.history() if history is None else history
    entries = [Entry(f"outline:{outline.id}", outline.full_text) for outline in store.outlines()]
    projects, organisations = known.projects, known.organisations
    entries += [
        Entry(f"project:{i}", text) for i, text in zip(projects["id"], projects["text"], strict=True) if text
    ]
    entries += [
        Entry(f"organisation:{i}", profile)
        for i, profile in zip(organisations["id"], organisations["profile"], strict=True)
        if isinstance(profile, str) and profile.strip()
    ]
    return tuple(sorted(entries, key=lambda entry: entry.id))


def hash_of(text: str) -> str:
    """Return the content hash under which a text's vector is cached."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class TextSearch:
    """The searchable texts of one moment of a store. Never changes: after an import, build another and swap.

    Vectors come out of the store's cache; only texts that it does not know are embedded, equal texts once,
    and they are cached every CHUNK texts, so that an interrupted run goes on where it stopped. The encoder
    itself is opened only when a text comes along that no record holds. Safe under threads.
    """

    def __init__(self, encoder: Encoder, entries: Sequence[Entry], vectors: dict[str, np.ndarray]) -> None:
        """Most callers want `TextSearch.build`. `vectors`: (encoder.width,) unit rows by content hash."""
        self._encoder = encoder
        hashes = [hash_of(entry.text) for entry in entries]
        order = {key: row for row, key in enumerate(dict.fromkeys(hashes))}
        self._row_of_hash = order
        self._rows = np.array([vectors[key] for key in order], np.float32).reshape(-1, encoder.width)
        self._rows.setflags(write=False)
        self._row_of_entry = {entry.id: order[key] for entry, key in zip(entries, hashes, strict=True)}
        self._index = FaissIndex(encoder.width)
        self._index.add(list(self._row_of_entry), self._rows[list(self._row_of_entry.values())])
        self._masks = {
            kind: np.array([entry.kind == kind for entry in entries], dtype=bool) for kind in KINDS
        }
        self._asked: OrderedDict[str, np.ndarray] = OrderedDict()
        self._asked_lock = threading.Lock()
        corpus = "\n".join(f"{entry.id}\t{key}" for entry, key in zip(entries, hashes, strict=True))
        self.fingerprint = f"{encoder.name}/{encoder.width}/{hash_of(corpus)[:16]}"
        """Encoder, width and corpus: equal fingerprints give equal answers."""

    @classmethod
    def build(
        cls,
        store: Store,
        encoder: Encoder,
        *,
        history: History | None = None,
        progress: Progress | None = None,
    ) -> "TextSearch":
        """Build from a store, embedding what its cache does not hold. `history`: the store's, if already
        loaded."""
        entries = entries_of(store, history)
        texts = {hash_of(entry.text): entry.text for entry in entries}
        vectors = store.vectors(encoder.name, texts)
        for vector in vectors.values():
            if vector.shape != (encoder.width,):
                raise IndexMismatch(
                    f"expected vectors of {encoder.name} with shape ({encoder.width},), got {vector.shape} "
                    "in the store's cache; choose the encoder that made them, or start a fresh home"
                )
        # Long texts first: batches of like length, and no slow surprise at the end of the progress bar.
        missing = sorted(texts.keys() - vectors.keys(), key=lambda key: (-len(texts[key]), key))
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            made = dict(zip(chunk, encoder.encode([texts[key] for key in chunk]), strict=True))
            store.put_vectors(encoder.name, made)
            vectors.update(made)
            if progress is not None:
                progress("texts", start + len(chunk), len(missing))
        return cls(encoder, entries, vectors)

    def __len__(self) -> int:
        return len(self._row_of_entry)

    def __contains__(self, entry: str) -> bool:
        return entry in self._row_of_entry

    @property
    def entries(self) -> tuple[str, ...]:
        """All entries, in order of id."""
        return tuple(self._row_of_entry)

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
    ) -> tuple[Hit, ...]:
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
    ) -> tuple[Hit, ...]:
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
        return self.encode_all([text])[0]

    def encode_all(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, width) float32 unit rows, one a text; blank texts give zero rows, known texts need no encoding."""
        rows = np.zeros((len(texts), self._encoder.width), dtype=np.float32)
        known = [self._row_of_hash.get(hash_of(text), -1) for text in texts]
        places = np.array(known, dtype=np.int64)
        rows[places >= 0] = self._rows[places[places >= 0]]
        unknown = np.flatnonzero(places < 0)
        if unknown.size:
            rows[unknown] = self._encoded([texts[place] for place in unknown.tolist()])
        return rows

    def vector(self, entry: str) -> np.ndarray:
        """Return one entry's (width,) unit vector, read-only. Raises NotFound for an entry that is not
        there."""
        try:
            return self._rows[self._row_of_entry[entry]]
        except KeyError:
            raise NotFound(f"no searchable text {entry!r}; import it, or build the index again") from None

    def matrix(self, entries: Iterable[str]) -> np.ndarray:
        """Return (n, width) float32, one row an entry, in the order given; a row is zero where there is no
        text."""
        wanted = list(entries)
        places = np.array([self._row_of_entry.get(entry, -1) for entry in wanted], dtype=np.int64)
        matrix = np.zeros((len(wanted), self._encoder.width), dtype=np.float32)
        matrix[places >= 0] = self._rows[places[places >= 0]]
        return matrix

    def best_sentences(self, text: str, entries: Sequence[str]) -> tuple[Sentence | None, ...]:
        """Return, for each entry, the sentence of `text` that is closest to it; None where either has no
        words."""
        sentences = split_sentences(text)
        if not sentences or not entries:
            return tuple(None for _ in entries)
        wanted = self.matrix(entries)
        best = best_of(sentences, self._encoded(sentences), wanted)
        return tuple(one if row.any() else None for one, row in zip(best, wanted, strict=True))

    def _mask_of(self, kinds: Collection[str]) -> np.ndarray:
        mask = np.zeros(len(self), dtype=bool)
        for kind in kinds:
            mask |= self._masks[kind]
        return mask

    def _encoded(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, width) rows, encoding in one go what was not asked lately."""
        with self._asked_lock:
            known = {text: self._asked[text] for text in texts if text in self._asked}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known.update(zip(missing, self._encoder.encode(missing), strict=True))
        with self._asked_lock:
            for text in texts:
                self._asked[text] = known[text]
                self._asked.move_to_end(text)
            while len(self._asked) > REMEMBERED_TEXTS:
                self._asked.popitem(last=False)
        return np.stack([known[text] for text in texts])
