"""Which queries does the time split give, with which hidden partners? And the vectors of their texts."""

import datetime as dt
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from data.model import History, OrganisationId
from data.sources.cordis import import_cordis
from data.store import Store
from embeddings.choice import DEFAULT, open_encoder
from embeddings.encoder import Encoder
from matcher.ranking.rank import Query, Texts

OUT = Path(__file__).parent / "out"
TASKS = ("coordinator", "half", "text")


@dataclass(frozen=True, slots=True)
class HiddenQuery:
    """One query with its hidden partners; `text_kind`: objective, title, topic or none."""

    query: Query
    hidden: frozenset[str]
    text_kind: str


@dataclass(frozen=True, slots=True)
class Sample:
    """The open files: history, what a query may say of each project, and vectors."""

    history: History
    query_text: dict[str, tuple[str, str]]
    """project id -> (kind, text): the objective, else the title, else the first call-topic title."""
    texts: Texts


def load_sample(archive: Path, *, encoder: str = DEFAULT) -> Sample:
    """Read the CORDIS files and embed their texts; store and vectors are kept in benchmarks/out."""
    OUT.mkdir(exist_ok=True)
    with Store.open(f"sqlite:///{OUT / 'quality.sqlite'}") as store:
        import_cordis(store, [archive])
        history = store.history()
        projects = store.projects(list(history.projects["id"]))
    query_text = {
        str(ident): next(
            (
                (kind, text)
                for kind, text in (
                    ("objective", project.objective),
                    ("title", project.title),
                    ("topic", project.topic_titles[0] if project.topic_titles else None),
                )
                if text
            ),
            ("none", ""),
        )
        for ident, project in projects.items()
    }
    table = dict(zip(history.projects["id"], history.projects["text"], strict=True))
    opened = open_encoder(encoder, OUT)
    vectors = _vectors([*table.values(), *(text for _, text in query_text.values())], opened)
    texts = Texts(
        encoder=opened.name,
        width=opened.width,
        projects={ident: vectors[text] for ident, text in table.items() if text},
        encode=lambda texts: np.array([vectors[text] for text in texts]),
    )
    return Sample(history, query_text, texts)


def _vectors(texts: Sequence[str], encoder: Encoder) -> dict[str, np.ndarray]:
    """text -> vector; what is not in benchmarks/out yet is embedded, which takes minutes the first time."""
    path = OUT / f"vectors-{encoder.name}.npz"
    vectors: dict[str, np.ndarray] = {}
    if path.exists():
        with np.load(path, allow_pickle=False) as stored:
            vectors = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))
    missing = sorted({text for text in texts if text} - vectors.keys())
    if missing:
        vectors.update(zip(missing, encoder.encode(missing), strict=True))
        np.savez(path, texts=np.array(list(vectors)), vectors=np.array(list(vectors.values()), np.float32))
    return vectors


def hidden_queries(sample: Sample, split: dt.date, task: str) -> list[HiddenQuery]:
    """All projects from `split` on with at least four participants, as queries of one task.

    Nothing but text, topic codes and programme is given of the project; the date of all is the split, so that
    nobody profits from what began between the split and the project.
    """
    history = sample.history
    later = history.projects[history.projects["start"] >= pd.Timestamp(split)]
    inside = history.participations[history.participations["project"].isin(later["id"])]
    members = {
        str(project): list(zip(rows["organisation"], rows["role"], strict=True))
        for project, rows in inside.groupby("project")
    }
    queries = []
    columns = (later[name].tolist() for name in ("id", "topics", "programme"))
    for project, topics, programme in zip(*columns, strict=True):
        people = sorted(members.get(project, []))
        lead = next((who for who, role in people if role == "coordinator"), None)
        if len(people) < 4 or lead is None:
            continue
        given = _given([who for who, _ in people], lead, task, project)
        kind, text = sample.query_text[project]
        query = Query(
            id=project,
            text=text,
            given=tuple(OrganisationId(who) for who in given[1:]),
            coordinator=OrganisationId(lead) if given else None,
            topic=topics or None,
            programme=programme or None,
            date=split,
        )
        queries.append(HiddenQuery(query, frozenset(who for who, _ in people) - set(given), kind))
    return queries


def _given(people: list[str], lead: str, task: str, project: str) -> list[str]:
    """Who is given: nobody, the coordinator, or half of all with the coordinator first."""
    if task == "text":
        return []
    if task == "coordinator":
        return [lead]
    others = [who for who in people if who != lead]
    rng = np.random.default_rng(zlib.crc32(project.encode()))
    return [lead, *(others[place] for place in rng.permutation(len(others))[: max(len(people) // 2 - 1, 0)])]
