"""How is a learned ranker kept? LightGBM's own text files and one JSON with the fingerprint; nothing is unpickled."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np

FORMAT = 3
"""Raised whenever the file's layout or the names in it change; `_upgraded` reads what it can of older ones."""
FEATURES = 3
"""Raised whenever what a feature holds changes, or the way of learning: every model is then learned anew."""
IN_USE = "in-use.json"
"""The card of the model that answers today's queries; those of dated ones are `ranker-<cutoff>.json`."""


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Boosters whose standardised scores are added."""

    boosters: tuple[lgb.Booster, ...]
    spread: tuple[float, ...]
    """Standard deviation of each booster's raw scores where it learned."""

    def score(self, rows: np.ndarray, *, threads: int = 1) -> np.ndarray:
        """(n,) float64, the sum of the boosters' raw scores, each divided by its spread; larger is better."""
        total = np.zeros(len(rows))
        for booster, spread in zip(self.boosters, self.spread, strict=True):
            total += np.asarray(booster.predict(rows, raw_score=True, num_threads=threads)) / spread
        return total


@dataclass(frozen=True, slots=True)
class Card:
    """What a model is: the JSON beside its trees."""

    format: int
    encoder: str
    cutoff: str
    """ISO date: only projects that start before this day were seen."""
    fingerprint: str
    features: tuple[str, ...]
    lists: int
    """Queries it learned from."""
    projects: int
    """Projects known at the cutoff."""
    slope: float
    intercept: float
    """probability = 1 / (1 + exp(-(slope * score + intercept)))."""
    validated_from: str | None
    """ISO date: start of the newest half year, unseen by the validation trees; None: too little to measure."""
    measured: dict[str, float]
    """Recall at 50 on that half year: of the validation trees, of the prior, and of the model in use at the time."""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A learned ranker: trees, then calibrated. `validation`: trees learned in the same way without the newest half
    year; what they find there is what may be expected of the model on the next."""

    card: Card
    trees: Trees
    validation: Trees | None = None

    @property
    def better(self) -> bool:
        """Whether its validation trees found more than the prior on the newest half year; unmeasured counts as yes."""
        recall = self.card.measured
        return not recall or recall["recall_50"] >= recall["prior_recall_50"]

    @property
    def beats_the_one_in_use(self) -> bool:
        """Whether it is better than the prior, and at least as good as the model in use where they were compared."""
        recall = self.card.measured
        return self.better and recall.get("recall_50", 0.0) >= recall.get("in_use_recall_50", 0.0)

    def score(self, rows: np.ndarray, *, threads: int) -> np.ndarray:
        """(n,) float64; larger is better."""
        return self.trees.score(rows, threads=threads)

    def probability(self, score: np.ndarray) -> np.ndarray:
        """(n,) in (0, 1): how often a candidate of such a score was a partner in funded consortia."""
        return 1.0 / (1.0 + np.exp(-(self.card.slope * score + self.card.intercept)))


def save(model: Model, folder: Path) -> None:
    """Keep a model as the one of its cutoff; a reader sees the old one or the new one, never half of it."""
    _save(model, folder, _dated(model.card.cutoff))


def promote(model: Model, folder: Path) -> None:
    """Keep a model as the one in use."""
    _save(model, folder, IN_USE)


def load(folder: Path, cutoff: str, fingerprint: str) -> Model | None:
    """Read the model of a cutoff; None where there is none, or one of another format, history or encoder.

    Files that were changed or cut off count as none: the model is then learned anew.
    """
    model = _load(folder, _dated(cutoff))
    return model if model is not None and model.card.fingerprint == fingerprint else None


def is_kept(folder: Path, cutoff: str, fingerprint: str) -> bool:
    """Whether the model of a cutoff was learned from that very history; its trees are not looked at."""
    document = _read(folder / _dated(cutoff))
    return document is not None and document.get("fingerprint") == fingerprint


def load_in_use(folder: Path, encoder: str) -> Model | None:
    """Read the model in use; None where there is none, or one of another format or encoder, or a damaged one."""
    model = _load(folder, IN_USE)
    return model if model is not None and model.card.encoder == encoder else None


def in_use_since(folder: Path) -> int | None:
    """A number that changes when another model comes into use; None: there is none."""
    try:
        return (folder / IN_USE).stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _dated(cutoff: str) -> str:
    return f"ranker-{cutoff}.json"


def _save(model: Model, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    document = asdict(model.card)
    for part, trees in (("trees", model.trees), ("validation", model.validation)):
        if trees is not None:
            files = [_write(folder, booster.model_to_string()) for booster in trees.boosters]
            document[part] = {"files": files, "spread": trees.spread}
    partial = folder / (name + ".part")
    partial.write_text(json.dumps(document, indent=1), encoding="utf-8")
    partial.replace(folder / name)
    _prune(folder)


def _write(folder: Path, text: str) -> str:
    """Write one booster under the digest of its text; return the file's name."""
    name = f"trees-{_digest(text)}.txt"
    partial = folder / (name + ".part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(folder / name)
    return name


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _prune(folder: Path) -> None:
    """Remove trees that no card names any more."""
    named: set[str] = set()
    for card in folder.glob("*.json"):
        named.update(_files(_read(card) or {}))
    for path in folder.glob("trees-*.txt"):
        if path.name not in named:
            path.unlink(missing_ok=True)


def _files(document: dict[str, Any]) -> list[str]:
    return [name for part in ("trees", "validation") for name in document.get(part, {}).get("files", ())]


def _read(path: Path) -> dict[str, Any] | None:
    """A card's JSON in today's format; None where there is none, a damaged one, or one of an unknown format."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return _upgraded(document) if isinstance(document, dict) else None


def _upgraded(document: dict[str, Any]) -> dict[str, Any] | None:
    """Format 2 differs from 3 in names alone, so that nothing needs to be learned again; None for any other."""
    if document.get("format") == 2:
        names = {"understudy": "validation", "examined_from": "validated_from"}
        document = {names.get(key, key): value for key, value in document.items()}
        renamed = [_feature_of_format_2(name) for name in document.get("features", ())]
        document |= {"format": FORMAT, "features": renamed}
    return document if document.get("format") == FORMAT else None


def _feature_of_format_2(name: str) -> str:
    """Today's name of a feature.

    >>> _feature_of_format_2("walk by relevance per project"), _feature_of_format_2("echo relevance of largest")
    ('pagerank by relevance per project', 'feedback relevance of largest')
    """
    return re.sub(r"\becho\b", "feedback", re.sub(r"\bwalk\b", "pagerank", name))


def _load(folder: Path, name: str) -> Model | None:
    document = _read(folder / name)
    if document is None:
        return None
    try:
        trees = _trees(folder, document.pop("trees"))
        validation = document.pop("validation", None)
        card = Card(**{**document, "features": tuple(document["features"])})
        return Model(card, trees, None if validation is None else _trees(folder, validation))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _trees(folder: Path, part: dict[str, Any]) -> Trees:
    """Raises ValueError where a file is not the one that was written."""
    files: Sequence[str] = part["files"]
    texts = [(folder / Path(name).name).read_text(encoding="utf-8") for name in files]
    if [f"trees-{_digest(text)}.txt" for text in texts] != list(files):
        raise ValueError(f"{folder}: trees were changed since they were written")
    return Trees(tuple(lgb.Booster(model_str=text) for text in texts), tuple(part["spread"]))
