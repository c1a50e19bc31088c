"""What is asked, and what is right? The time split's queries and hidden partners, and the texts' vectors."""

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
from matcher.ranking.rank import Query, Texts

OUT = Path(__file__).parent / "out"
TASKS = ("coordinator", "half", "text")


@dataclass(frozen=True, slots=True)
class Question:
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
    asked = {
        ident: next(
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
    vectors = _vectors([*table.values(), *(text for _, text in asked.values())], opened)
    texts = Texts(
        encoder=opened.name,
        width=opened.width,
        projects={ident: vectors[text] for ident, text in table.items() if text},
        encode=lambda wanted: np.array([vectors[text] for text in wanted]),
    )
    return Sample(history, asked, texts)


def _vectors(texts: Sequence[str], encoder: object) -> dict[str, np.ndarray]:
    """text -> vector; what is not in benchmarks/out yet is embedded, which takes minutes the first time."""
    path = OUT / f"vectors-{encoder.name}.npz"
    known: dict[str, np.ndarray] = {}
    if path.exists():
        with np.load(path, allow_pickle=False) as stored:
            known = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))
    missing = sorted({text for text in texts if text} - known.keys())
    if missing:
        known.update(zip(missing, encoder.encode(missing), strict=True))
        np.savez(path, texts=np.array(list(known)), vectors=np.array(list(known.values()), np.float32))
    return known


def questions(sample: Sample, split: dt.date, task: str) -> list[Question]:
    """All projects from `split` on with at least four participants, as queries of one task.

    Nothing but text, topic codes and programme is told of the project; the date of all is the split, so that
    nobody profits from what began between the split and the project.
    """
    history = sample.history
    later = history.projects[history.projects["start"] >= pd.Timestamp(split)]
    inside = history.participations[history.participations["project"].isin(later["id"])]
    members = {
        project: list(zip(rows["organisation"], rows["role"], strict=True))
        for project, rows in inside.groupby("project")
    }
    asked = []
    for row in later.itertuples():
        people = sorted(members.get(row.id, []))
        lead = next((who for who, role in people if role == "coordinator"), None)
        if len(people) < 4 or lead is None:
            continue
        given = _given([who for who, _ in people], lead, task, str(row.id))
        kind, text = sample.query_text[str(row.id)]
        query = Query(
            id=str(row.id),
            text=text,
            given=tuple(OrganisationId(who) for who in given[1:]),
            coordinator=OrganisationId(lead) if given else None,
            topic=row.topics or None,
            programme=row.programme or None,
            date=split,
        )
        asked.append(Question(query, frozenset(who for who, _ in people) - set(given), kind))
    return asked


def _given(people: list[str], lead: str, task: str, project: str) -> list[str]:
    """Who is told: nobody, the coordinator, or half of all with the coordinator first."""
    if task == "text":
        return []
    if task == "coordinator":
        return [lead]
    others = [who for who in people if who != lead]
    rng = np.random.default_rng(zlib.crc32(project.encode()))
    return [lead, *(others[place] for place in rng.permutation(len(others))[: max(len(people) // 2 - 1, 0)])]
