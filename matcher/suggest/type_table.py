"""What types of organisations are there, by names, recorded kinds and profiles? Inferred, each with its ground."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import sparse

from data.kept_arrays import KeptArrays, packed, unpacked
from data.model import Kind, Organisation
from data.organisation_types import answering, organisation_types
from data.sources.languages import language_of
from matcher.needs.cues import spoken_beside
from matcher.needs.name_types import LIKELY, POSSIBLE, SURE, mentions, types_of_name
from matcher.needs.wording import NameWords

RECORDED: Mapping[Kind, tuple[str, float]] = {
    Kind.UNIVERSITY: ("university", 0.9),
    Kind.RESEARCH: ("research_institute", 0.85),
    Kind.MUNICIPAL: ("municipality", 0.85),
}
"""Recorded kinds that are a type, and how often: CORDIS files schools under universities too."""
NAMELESS = 0.6
"""Of an organisation whose name the store lacks nobody can see what it is."""
Recorded = Sequence[tuple[str | None, str | None, Kind | None]]
"""Names, countries and kinds of organisations."""


class TypeGround(NamedTuple):
    """Why an organisation is thought to be of a type. `source`: "name", "profile" or "kind"; `words`: what tells it."""

    type: str
    share: float
    source: str
    words: str


def types_of(organisation: Organisation) -> tuple[TypeGround, ...]:
    """Return the types an organisation may have, the surest first, each with its best ground."""
    recorded = _by_name_and_kind(organisation.name, organisation.country, organisation.kind)
    return _best([*recorded, *types_told_by(organisation.profile or "")])


@lru_cache(maxsize=4096)
def types_told_by(profile: str) -> tuple[TypeGround, ...]:
    """Return what the first words of a profile call the organisation; () for none."""
    if not profile:
        return ()
    languages = spoken_beside(language_of(profile))
    return tuple(
        TypeGround(mention.type, LIKELY, "profile", profile[mention.start : mention.end])
        for mention in mentions(profile, languages)[:2]
    )


def _by_name_and_kind(name: str | None, country: str | None, kind: Kind | None) -> list[TypeGround]:
    grounds = [
        TypeGround(named.type, named.share, "name", named.words)
        for named in types_of_name(name or "", country, kind)
    ]
    if kind is not None and kind in RECORDED:
        type_, share = RECORDED[kind]
        if kind is Kind.RESEARCH and any(ground.share >= SURE for ground in grounds):
            share = POSSIBLE  # CORDIS files hospitals and weather services under research, too
        grounds.append(TypeGround(type_, share if name else share * NAMELESS, "kind", kind.value))
    return grounds


def _best(grounds: Iterable[TypeGround]) -> tuple[TypeGround, ...]:
    """Each type's surest ground, the surest type first."""
    best: dict[str, TypeGround] = {}
    for ground in grounds:
        if ground.type not in best or ground.share > best[ground.type].share:
            best[ground.type] = ground
    return tuple(sorted(best.values(), key=lambda ground: (-ground.share, ground.type)))


@dataclass(frozen=True, slots=True, eq=False)
class TypeTable:
    """What n organisations are. `shares`: (n, T) CSC, how surely each is of each type; `columns`: type → column;
    `words`: which names hold a rare word."""

    shares: sparse.csc_array
    columns: Mapping[str, int]
    words: NameWords

    @classmethod
    def of(cls, recorded: Recorded) -> "TypeTable":
        """Build from the names, countries and kinds of n organisations."""
        columns = {ident: place for place, ident in enumerate(organisation_types())}
        grounds = {row: _best(_by_name_and_kind(*facts)) for row, facts in enumerate(recorded)}
        shares = _matrix(grounds, columns, len(recorded))
        return cls(shares, columns, NameWords.of([name for name, _, _ in recorded]))

    @classmethod
    def kept(cls, folder: Path, recorded: Recorded) -> "TypeTable":
        """As `of`, out of what a folder keeps of the same names, countries and kinds where it is there.

        What else a history says changes nothing of it, so that a correction of something else lets it stand.
        """
        arrays = KeptArrays(folder, _digest(recorded)).get("types", lambda: cls.of(recorded).arrays())
        columns = {ident: place for place, ident in enumerate(unpacked(arrays["columns"]))}
        cells = (arrays["shares"], arrays["rows"], arrays["starts"])
        shares = sparse.csc_array(cells, shape=(len(recorded), len(columns)))
        places = np.split(np.asarray(arrays["name_rows"]), arrays["name_ends"])[:-1]
        words = dict(zip(unpacked(arrays["words"]), places, strict=True))
        return cls(shares, columns, NameWords(words, len(recorded)))

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what `kept` reads again."""
        rows = list(self.words.rows.values())
        return {
            "columns": packed(list(self.columns)),
            "shares": self.shares.data,
            "rows": self.shares.indices,
            "starts": self.shares.indptr,
            "words": packed(list(self.words.rows)),
            "name_rows": np.concatenate([*rows, np.zeros(0, np.int64)]),
            "name_ends": np.cumsum([len(places) for places in rows], dtype=np.int64),
        }

    def beside(self, profiles: Mapping[int, str]) -> "TypeTable":
        """Return the same with what profiles tell. `profiles`: an organisation's row → its text."""
        grounds = {row: types_told_by(profile) for row, profile in profiles.items()}
        profiled = _matrix(grounds, self.columns, self.shares.shape[0])
        return replace(self, shares=self.shares.maximum(profiled).tocsc()) if profiled.nnz else self

    def share(self, types: Sequence[str]) -> np.ndarray:
        """Return (n,) how surely each organisation is of one of these types, or of one that they hold."""
        result = np.zeros(self.shares.shape[0], np.float32)
        for ident in answering(types):
            column = self.columns[ident]
            span = slice(self.shares.indptr[column], self.shares.indptr[column + 1])
            rows = self.shares.indices[span]
            result[rows] = np.maximum(result[rows], self.shares.data[span])
        return result


def _digest(recorded: Recorded) -> str:
    facts = "\n".join(f"{name!r} {country!r} {kind!r}" for name, country, kind in recorded)
    return sha256(facts.encode()).hexdigest()


def _matrix(
    grounds: Mapping[int, Sequence[TypeGround]], columns: Mapping[str, int], n: int
) -> sparse.csc_array:
    """(n, T) the shares of grounds by row."""
    cells = [
        (row, columns[ground.type], ground.share) for row, of_row in grounds.items() for ground in of_row
    ]
    rows, places, shares = zip(*cells, strict=True) if cells else ((), (), ())
    shape = (n, len(columns))
    return sparse.coo_array((np.array(shares, np.float32), (rows, places)), shape=shape).tocsc()
