"""How is a learned ranker kept? LightGBM's own text files and one JSON with the fingerprint; nothing is unpickled."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import lightgbm as lgb
import numpy as np

FORMAT = 1
"""Raised whenever features or file layout change: an older model is then learned anew."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a model is: the JSON beside its trees."""

    format: int
    cutoff: str
    """ISO date: only projects that start before this day were seen."""
    fingerprint: str
    features: tuple[str, ...]
    lists: int
    """Queries it learned from."""
    projects: int
    """Projects known at the cutoff."""
    spread: tuple[float, ...]
    """Standard deviation of each booster's raw scores: they are added after division by it."""
    slope: float
    intercept: float
    """probability = 1 / (1 + exp(-(slope * score + intercept)))."""
    measured: dict[str, float]
    """Recall at 50 on the newest half year, learned without it: of the model and of the prior."""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A learned ranker: boosters whose standardised scores are added, then calibrated."""

    card: Card
    boosters: tuple[lgb.Booster, ...]

    @property
    def better(self) -> bool:
        """Whether it found more than the prior on the half year that it had not seen; unmeasured counts as yes."""
        found = self.card.measured
        return not found or found["recall_50"] >= found["prior_recall_50"]

    def score(self, rows: np.ndarray, *, threads: int) -> np.ndarray:
        """(n,) float64, the sum of the boosters' standardised raw scores; larger is better."""
        total = np.zeros(len(rows))
        for booster, spread in zip(self.boosters, self.card.spread, strict=True):
            total += np.asarray(booster.predict(rows, raw_score=True, num_threads=threads)) / spread
        return total

    def probability(self, score: np.ndarray) -> np.ndarray:
        """(n,) in (0, 1): how often a candidate of such a score was a partner in funded consortia."""
        return 1.0 / (1.0 + np.exp(-(self.card.slope * score + self.card.intercept)))


def save(model: Model, folder: Path) -> Path:
    """Write a model so that a reader sees the old one or the new one, never half of it; return the JSON's path."""
    folder.mkdir(parents=True, exist_ok=True)
    digests = []
    for number, booster in enumerate(model.boosters):
        text = booster.model_to_string()
        digests.append(hashlib.sha256(text.encode()).hexdigest())
        _replace(folder / _trees(model.card.fingerprint, number), text)
    path = folder / f"ranker-{model.card.cutoff}.json"
    _replace(path, json.dumps({**asdict(model.card), "trees": digests}, indent=1))
    return path


def load(folder: Path, cutoff: str, fingerprint: str) -> Model | None:
    """Read the model of a cutoff; None where there is none, or one of another format, history or encoder.

    Files that were changed or cut off count as none: the model is then learned anew.
    """
    try:
        document = json.loads((folder / f"ranker-{cutoff}.json").read_text(encoding="utf-8"))
        if document.get("format") != FORMAT or document.get("fingerprint") != fingerprint:
            return None
        digests = document.pop("trees")
        texts = [
            (folder / _trees(fingerprint, number)).read_text(encoding="utf-8")
            for number in range(len(digests))
        ]
        if [hashlib.sha256(text.encode()).hexdigest() for text in texts] != digests:
            return None
        card = Card(
            **{**document, "features": tuple(document["features"]), "spread": tuple(document["spread"])}
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return Model(card, tuple(lgb.Booster(model_str=text) for text in texts))


def _trees(fingerprint: str, number: int) -> str:
    return f"ranker-{fingerprint[:16]}-{number}.txt"


def _replace(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
