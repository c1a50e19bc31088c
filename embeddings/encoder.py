"""What turns text into vectors? The Encoder seam, and the adapter that needs no model.

Adapters: `HashingEncoder` here (no model, no torch), `SentenceEncoder` in `embeddings/sentence_encoder.py`.
"""

import math
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

Progress = Callable[[str, int, int], None]
"""progress(what, done, total): called now and then during long work."""


class Encoder(Protocol):
    """Text → unit vector."""

    @property
    def name(self) -> str:
        """Which encoder this is; vectors are comparable only under the same name."""

    @property
    def width(self) -> int:
        """The number of columns of every vector."""

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Return (n, width) float32, rows of length 1; the row of a text without a visible character is zero.

        A text of any length is read whole. The same text gives the same row (within the adapter's tolerance)
        whatever texts stand beside it.
        """


def unit_rows(rows: np.ndarray) -> np.ndarray:
    """Return a float32 copy of (n, d) rows scaled to length 1; a zero row stays zero.

    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    copied = np.array(rows, dtype=np.float32, ndmin=2)
    lengths = np.linalg.norm(copied, axis=1, keepdims=True)
    unit = np.zeros_like(copied)
    np.divide(copied, lengths, out=unit, where=lengths > 0)
    return unit


def is_blank(text: str) -> bool:
    """Say whether a text has nothing to encode."""
    return not text.strip()


class HashingEncoder:
    """Words and their inner four-letter groups, hashed into `width` signed buckets (Weinberger et al. 2009).

    Needs no model and next to no memory, and is the same on every machine to the last bit. It sees shared
    words and word stems, not meaning, and does not cross languages: for tests and for machines too small for
    a model.
    """

    def __init__(self, width: int = 256) -> None:
        if width < 8:
            raise ValueError(f"width must be 8 or more, not {width}")
        self.width = width
        self.name = f"hashing-{width}-v1"

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Return (n, width) float32; see `Encoder.encode`. Independent of the other texts, exactly."""
        rows = np.zeros((len(texts), self.width), dtype=np.float32)
        for i, text in enumerate(texts):
            for feature, count in _features(text).items():
                code = zlib.crc32(feature.encode("utf-8"))
                sign = 1.0 if code & 0x80000000 else -1.0
                rows[i, code % self.width] += sign * math.sqrt(count)
        if progress is not None:
            progress("texts", len(texts), len(texts))
        return unit_rows(rows) if len(texts) else rows


def _features(text: str) -> Counter[str]:
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    features = Counter(words)
    for word in words:
        features.update(f"#{word[i : i + 4]}" for i in range(len(word) - 3))
    return features
