"""How do vectors of 24 languages come to lie in one space? Centred, cleared of language, mapped and evened out.

An e5 vector says in which language a text is written almost as loudly as what it is about: of the ten nearest texts
on other subjects, more than half are in the asker's own language. Linear steps cure that, and sharpen the subject:

1. centre: subtract the mean of a corpus;
2. clear: project out the directions in which the languages differ that say the same;
3. one half of the result: a ridge regression onto the space of an English model, trained to tell subjects apart. It
   needs no parallel texts, because e5 and step 2 bring the other languages along;
4. the other half: the cleared rows with their strong directions damped (partial whitening), since a few general
   themes would otherwise decide every similarity.

`benchmarks/fit_map.py` fits the numbers and `docs/embeddings.md` tells what each step brings. They lie in `e5_map.npz`
and are fixed, so that a vector does not depend on what else is in the store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embeddings.encoder import Progress, unit_rows
from embeddings.sentence_encoder import SentenceEncoder

FITTED = Path(__file__).with_name("e5_map.npz")
MAPPED_SHARE = 0.4
"""Weight of the mapped half in every similarity; the damped half has the rest."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearMap:
    """The fitted numbers, float32: `mean` (d,), `mapped` (d, m) and `damped` (d, e), both cleared of language."""

    mean: np.ndarray
    mapped: np.ndarray
    damped: np.ndarray

    @classmethod
    def load(cls, path: Path = FITTED) -> "LinearMap":
        """Read what `save` wrote."""
        with path.open("rb") as handle, np.load(handle, allow_pickle=False) as stored:
            return cls(*(stored[name].astype(np.float32) for name in ("mean", "mapped", "damped")))

    def save(self, path: Path = FITTED) -> None:
        """Write the numbers in half precision: 0.6 MB."""
        np.savez(
            path,
            mean=self.mean.astype(np.float16),
            mapped=self.mapped.astype(np.float16),
            damped=self.damped.astype(np.float16),
        )

    @property
    def width(self) -> int:
        return int(self.mapped.shape[1] + self.damped.shape[1])

    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Return (n, width) float32 unit rows from (n, d) unit rows; a zero row stays zero."""
        centred = np.where(rows.any(axis=1, keepdims=True), rows - self.mean, 0.0).astype(np.float32)
        return unit_rows(
            np.hstack(
                [
                    MAPPED_SHARE**0.5 * unit_rows(centred @ self.mapped),
                    (1 - MAPPED_SHARE) ** 0.5 * unit_rows(centred @ self.damped),
                ]
            )
        )


class MappedEncoder:
    """An encoder whose vectors pass through a `LinearMap`."""

    def __init__(self, inner: SentenceEncoder, linear_map: LinearMap, *, name: str) -> None:
        self.inner = inner
        self._map = linear_map
        self.name = name
        self.width = linear_map.width

    def warm(self) -> None:
        """Open the inner model now."""
        self.inner.warm()

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Return (n, width) float32; see `Encoder.encode`."""
        return self._map.apply(self.inner.encode(texts, progress))
