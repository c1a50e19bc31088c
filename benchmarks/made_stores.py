"""What would a store of any size look like? A made-up CORDIS download, and vectors for its texts without a model.

With the sample, its projects are copied: each copy has other projects, and of its organisations a third are those of
the sample itself while the others are new. So the network keeps its shape, and the well-known organisations grow with
the store. An objective is ten sentences, five of one real project and five of another. Without the sample all is drawn
by lot: sizes of consortia and fame of organisations fall off as they do in CORDIS.

A made text's vector is the mean of those of its first two sentences, of which there are few different ones, with some
noise: it lies near real questions as those of real texts do, and costs nothing. So what learning and asking cost can
be measured without embedding for hours; what embedding costs is measured on some of the texts.
"""

import csv
import hashlib
import itertools
import random
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.store import Store
from embeddings.search import hash_of
from embeddings.sentences import split_sentences

SHARED = 1 / 3
"""So many of the sample's organisations stand in all copies."""
SENTENCES = 10
NOISE = 0.3
"""Length of the noise that is added to a made text's vector, of length 1 itself."""
LEAST_WORDS = 80
"""Texts of fewer words are no objectives to draw sentences from."""
PROJECT = ("id", "acronym", "title", "startDate", "endDate", "legalBasis", "topics", "frameworkProgramme")
PROJECT_HEAD = (*PROJECT, "fundingScheme", "ecMaxContribution", "objective")
ORGANISATION_HEAD = (
    *("projectID", "organisationID", "name", "SME", "activityType", "city", "country", "organizationURL"),
    *("order", "role", "ecContribution"),
)
TOPIC_HEAD = ("projectID", "topic", "title")
VECTORS_AT_ONCE = 4096

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class CopiedRows:
    """What is copied: the rows of a download, and real objectives to draw sentences from."""

    projects: tuple[Row, ...]
    organisations: tuple[Row, ...]
    topics: tuple[Row, ...]
    texts: tuple[tuple[str, ...], ...]
    """Each objective's sentences."""

    @classmethod
    def of(cls, archive: Path) -> "CopiedRows":
        """Read the ZIP archive of a CORDIS download."""
        projects, organisations, topics = (
            tuple(_rows(archive, name)) for name in ("project", "organization", "topics")
        )
        objectives = (row["objective"] for row in projects if len(row["objective"].split()) >= LEAST_WORDS)
        return cls(projects, organisations, topics, tuple(map(split_sentences, objectives)))

    @classmethod
    def by_lot(cls, projects: int = 2000, organisations: int = 6000, seed: int = 5) -> "CopiedRows":
        """Draw a small download where there is no sample: fame by Zipf's law, eight partners on average."""
        rng = np.random.default_rng(seed)
        fame = 1.0 / np.arange(1, organisations + 1) ** 0.7
        countries = ("DE", "FR", "IT", "ES", "NL", "BE", "EL", "PL", "SE", "AT", "PT", "CZ", "RO", "HU")
        kinds = ("HES", "REC", "PRC", "PRC", "PUB", "OTH")
        words = [_word(rng) for _ in range(3000)]
        rows, parts = [], []
        for number in range(projects):
            topic, year = f"MADE-{number % 300}-2014", 2014 + int(rng.integers(6))
            sentences = (" ".join(rng.choice(words, 18)).capitalize() + "." for _ in range(SENTENCES))
            rows.append(
                {
                    **dict.fromkeys(PROJECT_HEAD, ""),
                    "id": str(100000 + number),
                    "startDate": f"{year}-{int(rng.integers(1, 13)):02}-01",
                    "topics": topic,
                    "legalBasis": f"MADE{number % 12}",
                    "frameworkProgramme": "H2020",
                    "objective": " ".join(sentences),
                }
            )
            size = 2 + int(min(rng.geometric(1 / 8), 60))
            for order, who in enumerate(rng.choice(organisations, size, replace=False, p=fame / fame.sum())):
                parts.append(
                    {
                        **dict.fromkeys(ORGANISATION_HEAD, ""),
                        "projectID": rows[-1]["id"],
                        "organisationID": str(900000000 + who),
                        "name": f"{words[who % len(words)]} {words[(7 * who + 1) % len(words)]} {who}".upper(),
                        "activityType": kinds[who % len(kinds)],
                        "country": countries[who % len(countries)],
                        "role": "coordinator" if order == 0 else "participant",
                    }
                )
        texts = tuple(split_sentences(row["objective"]) for row in rows)
        return cls(tuple(rows), tuple(parts), (), texts)


@dataclass(frozen=True, slots=True)
class Made:
    """What a made-up download holds."""

    folder: Path
    projects: int
    participations: int
    organisations: int


def copies_for(sources: CopiedRows, organisations: int) -> int:
    """Return how many copies hold at least so many organisations.

    A third of n organisations are shared: k copies hold n (1 + 2 k) / 3.
    """
    n = len({row["organisationID"] for row in sources.organisations})
    alone = n * (1 - SHARED)
    return max(1, round((organisations - n * SHARED) / alone))


def make_download(folder: Path, sources: CopiedRows, copies: int, *, seed: int = 11) -> Made:
    """Write project.csv, organization.csv and topics.csv of so many copies into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    known: set[str] = set()
    counts = dict.fromkeys(("projects", "participations"), 0)

    def projects() -> Iterator[Row]:
        for copy, row in itertools.product(range(copies), sources.projects):
            counts["projects"] += 1
            yield row | {"id": _of_copy(row["id"], copy), "objective": " ".join(_mixed(sources.texts, rng))}

    def organisations() -> Iterator[Row]:
        for copy, row in itertools.product(range(copies), sources.organisations):
            counts["participations"] += 1
            ident, project = row["organisationID"], _of_copy(row["projectID"], copy)
            if copy and not _shared(ident):
                made = {"organisationID": f"{ident}{copy:03}", "projectID": project}
                yield row | made | {"name": row["name"] and f"{row['name']} {_place(ident, copy)}"}
                known.add(made["organisationID"])
            else:
                yield row | {"projectID": project}
                known.add(ident)

    def topics() -> Iterator[Row]:
        for copy, row in itertools.product(range(copies), sources.topics):
            yield row | {"projectID": _of_copy(row["projectID"], copy)}

    _write(folder / "project.csv", PROJECT_HEAD, projects())
    _write(folder / "organization.csv", ORGANISATION_HEAD, organisations())
    _write(folder / "topics.csv", TOPIC_HEAD, topics())
    return Made(folder, counts["projects"], counts["participations"], len(known))


def give_vectors(
    store: Store, encoder: str, width: int, encode: Callable[[Sequence[str]], np.ndarray], *, seed: int = 3
) -> int:
    """Write made-up vectors of all texts of the store to its cache; return how many.

    `encode`: texts -> (n, width) float32; it is asked for the first two sentences of the texts, each once.
    """
    texts = [text for text in store.history().projects["text"] if text]
    firsts = [split_sentences(text)[:2] for text in texts]
    distinct = sorted({sentence for pair in firsts for sentence in pair})
    rows = dict(zip(distinct, encode(distinct), strict=True))
    rng = np.random.default_rng(seed)
    given = 0
    for begin in range(0, len(texts), VECTORS_AT_ONCE):
        part = texts[begin : begin + VECTORS_AT_ONCE]
        means = np.stack(
            [np.mean([rows[one] for one in firsts[begin + k]], axis=0) for k in range(len(part))]
        )
        noise = rng.normal(0, NOISE / np.sqrt(width), means.shape)
        vectors = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9) + noise
        vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        made = {hash_of(text): vector for text, vector in zip(part, vectors, strict=True)}
        store.put_vectors(encoder, made)
        given += len(made)
    return given


def _mixed(texts: Sequence[tuple[str, ...]], rng: random.Random) -> list[str]:
    """Ten sentences, taken in turn from two texts."""
    one, other = rng.choice(texts), rng.choice(texts)
    half = SENTENCES // 2
    pairs = zip(rng.sample(one, min(half, len(one))), rng.sample(other, min(half, len(other))), strict=False)
    return [sentence for pair in pairs for sentence in pair]


def _of_copy(project: str, copy: int) -> str:
    return f"{project}{copy:03}" if copy else project


def _shared(organisation: str) -> bool:
    """Whether it stands in all copies: a third of all, the same ones each time."""
    return hashlib.sha256(organisation.encode()).digest()[0] < 256 * SHARED


def _place(organisation: str, copy: int) -> str:
    """A made-up place name, so that names differ as names do."""
    rng = np.random.default_rng([copy, *organisation.encode()])
    return _word(rng).upper()


def _word(rng: np.random.Generator) -> str:
    """A made-up word of two to four syllables."""
    return "".join(
        rng.choice(list("bdfgklmnprstv")) + rng.choice(list("aeiou")) for _ in range(rng.integers(2, 5))
    )


def _rows(archive: Path, name: str) -> Iterator[Row]:
    with zipfile.ZipFile(archive) as files, files.open(f"{name}.csv") as handle:
        text = (line.decode("utf-8-sig") for line in handle)
        yield from csv.DictReader(text, delimiter=";")


def _write(path: Path, head: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(
            handle, head, delimiter=";", quoting=csv.QUOTE_ALL, extrasaction="ignore", lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)
