"""Which consortium problems does the solver's benchmark ask? Real H2020 organisations, texts and ties.

A case is a group of six related call topics: each is one aspect of an imagined outline. An organisation covers an
aspect as well as its best project's text resembles it (TF-IDF), its fit is the mean over the aspects. Ties are
Newman's weights over shared projects. Countries and kinds come from the files; owners, budgets and SME flags are
unknown there, as in real use.
"""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer

from data.calls import load_profiles
from data.countries import FACTS_AS_OF, WIDENING, to_iso
from data.model import CallId, Kind
from matcher.solver.assemble import PRESETS, Facts, TeamProblem, Weights, Wishes, tie_strength
from matcher.solver.facts import KINDS

SAMPLE = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "cordis-h2020.zip"
ASPECTS = 6
KIND_OF = {
    "HES": Kind.UNIVERSITY,
    "REC": Kind.RESEARCH,
    "PRC": Kind.COMPANY,
    "PUB": Kind.PUBLIC,
    "OTH": Kind.OTHER,
}
PROFILES = (
    "he-ria-ia-2021",
    "ipcei-2014",
    "ipcei-2021",
    "eureka-network",
    "eurostars-3",
    "edf-2021",
    "erasmus-alliances-lot-1",
    "interreg-central-europe",
)


@dataclass(frozen=True, slots=True, eq=False)
class SampleStore:
    """All organisations of the sample: facts, text coverage by project, ties."""

    facts: Facts
    took_part: sp.csr_array
    texts: sp.csr_array
    topics: sp.csr_array
    ties: sp.csr_array
    projects: np.ndarray


def load(path: Path = SAMPLE) -> SampleStore:
    """Read the sample; FileNotFoundError names the path where it is missing."""
    with zipfile.ZipFile(path) as archive:
        projects, members, topics = (
            pd.read_csv(io.BytesIO(archive.read(name)), sep=";", dtype=str, keep_default_na=False)
            for name in ("project.csv", "organization.csv", "topics.csv")
        )
    titles = topics.groupby("projectID")["title"].agg(" ".join)
    projects["text"] = (
        projects["title"] + " " + projects["objective"] + " " + projects["id"].map(titles).fillna("")
    )
    members = members.drop_duplicates(["projectID", "organisationID"])
    members = members[members["projectID"].isin(set(projects["id"]))]
    first = members.drop_duplicates("organisationID").sort_values("organisationID")
    place = {name: k for k, name in enumerate(first["organisationID"])}
    where = {name: k for k, name in enumerate(projects["id"])}
    incidence = sp.csr_array(
        (
            np.ones(len(members)),
            (members["organisationID"].map(place), members["projectID"].map(where)),
        ),
        (len(place), len(where)),
    )
    size = incidence.sum(axis=0)
    share = sp.dia_array(
        (np.where(size > 1, 1 / np.maximum(size - 1, 1), 0.0)[None, :], [0]), (len(where),) * 2
    )
    newman = sp.csr_array(incidence @ share @ incidence.T)
    newman.setdiag(0)
    newman.eliminate_zeros()
    reader = TfidfVectorizer(sublinear_tf=True, min_df=2, stop_words="english", dtype=np.float32)
    texts = sp.csr_array(reader.fit_transform(projects["text"]))
    names = sorted({title for title in topics["title"] if len(title) > 30})
    return SampleStore(
        facts=Facts.from_columns(
            ids=list(first["organisationID"]),
            country=[to_iso(code) if code else None for code in first["country"]],
            kind=[KINDS.index(KIND_OF[code]) if code in KIND_OF else -1 for code in first["activityType"]],
            sme=np.full(len(first), -1),
            owner=[None] * len(first),
        ),
        took_part=incidence,
        texts=texts,
        topics=sp.csr_array(reader.transform(names)),
        ties=tie_strength(newman),
        projects=incidence.sum(axis=1),
    )


def case(
    store: SampleStore,
    number: int,
    *,
    profile: str = "he-ria-ia-2021",
    size: tuple[int, int] = (5, 10),
    weights: Weights = PRESETS["balanced"],
) -> TeamProblem:
    """The problem of that number: the same number gives the same aspects, fits and ties."""
    rng = np.random.default_rng(1000 + number)
    seed = int(rng.integers(store.topics.shape[0]))
    near = (store.topics @ store.topics[[seed]].T).toarray().ravel()
    aspects = np.argsort(-near, kind="stable")[:ASPECTS]
    alike = (store.texts @ store.topics[aspects].T).toarray()
    best = np.zeros((len(store.facts), ASPECTS))
    took_part = store.took_part
    rows = np.repeat(np.arange(len(store.facts)), np.diff(took_part.indptr))
    np.maximum.at(best, rows, alike[took_part.indices])
    best = np.clip(best / max(best.max(), 1e-9), 0, 1)
    chosen = load_profiles()[CallId(profile)]
    codes = np.array([country in WIDENING for country in store.facts.countries] + [False])
    return TeamProblem(
        facts=store.facts,
        fit=best.mean(axis=1),
        aspects=best,
        ties=store.ties,
        demands=chosen.demands,
        wishes=Wishes(size=size),
        weights=weights,
        newcomer=(store.projects <= 2).astype(float),
        widening=codes[store.facts.country],
        on=min(chosen.reference_date, FACTS_AS_OF),
        pillar=chosen.pillar,
    )
