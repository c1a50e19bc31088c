"""Where does the ranker get meaning from? The encoder's vectors of past projects and of profiles, and of new texts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Vectors of one encoder. Unit rows; whoever has no text is left out."""

    encoder: str
    """The encoder's name: a model learned from other vectors must not be used."""
    width: int
    projects: Mapping[str, np.ndarray] = field(default_factory=dict)
    """project id -> (width,) float32"""
    organisations: Mapping[str, np.ndarray] = field(default_factory=dict)
    """organisation id -> (width,) float32 of its own profile and outlines"""
    encode: Callable[[Sequence[str]], np.ndarray] | None = None
    """texts -> (n, width) float32; None: new texts have no meaning beyond their words."""

    @classmethod
    def none(cls) -> "Texts":
        """No encoder at all: words and topic codes carry the meaning."""
        return cls(encoder="none", width=1)

    def of(self, texts: Sequence[str]) -> np.ndarray:
        """(n, width) float32, a zero row for a blank text; equal texts are encoded once."""
        rows = np.zeros((len(texts), self.width), np.float32)
        filled = [place for place, text in enumerate(texts) if text.strip()]
        if not filled or self.encode is None:
            return rows
        unique = sorted({texts[place] for place in filled})
        vectors = dict(zip(unique, self.encode(unique), strict=True))
        for place in filled:
            rows[place] = vectors[texts[place]]
        return rows
