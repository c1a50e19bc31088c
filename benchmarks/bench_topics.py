"""Do near vectors mean near subjects? python -m benchmarks topics --home DIR [--folder FOLDER]

On the H2020 objectives of the CORDIS sample in FOLDER (default ../shared/data); call topics that ask for anything at
all (MSCA, ERC, FTI, SME instrument) are left out.

same topic  of a project's nearest projects, as many as there are others with its call topic (years apart count
            as one topic) and 10 at most: the share of that topic
topic found 1 / rank of the title of a project's own call topic among all topic titles, given its objective; mean

`held out`: the default map fitted once more without these objectives.
"""

import argparse
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.bench_multilingual import cached, encoders, load_texts, minilm, vectors_by_language
from benchmarks.fit_map import english_texts, fit
from benchmarks.launch import launch
from benchmarks.report import Report
from data.model import Project
from data.sources.cordis import import_cordis
from data.store import Store
from embeddings.choice import open_plain
from embeddings.encoder import unit_rows

ANYTHING = ("MSCA", "ERC", "FTI", "SME")


def family(topic: str) -> str:
    """Return a topic's code without its years.

    >>> family("LCE-07-2016-2017")
    'LCE-07'
    """
    return re.sub(r"(-20\d\d)+$", "", topic)


def same_topic(rows: np.ndarray, topics: np.ndarray) -> float:
    similarities = rows @ rows.T
    np.fill_diagonal(similarities, -2)
    shares = []
    for i, topic in enumerate(topics):
        others = int(np.sum(topics == topic)) - 1
        if others:
            nearest = np.argsort(-similarities[i], kind="stable")[: min(10, others)]
            shares.append(np.mean(topics[nearest] == topic))
    return float(np.mean(shares))


def reciprocal_rank(rows: np.ndarray, titles: np.ndarray, own: np.ndarray) -> float:
    """Return the mean reciprocal rank; `own` (n,): the place of a row's own title, -1 where it has none."""
    titled = own >= 0
    similarities = rows[titled] @ titles.T
    right = similarities[np.arange(len(similarities)), own[titled]]
    return float(np.mean(1 / (1 + np.sum(similarities > right[:, None], axis=1))))


def tfidf_svd(texts: list[str]) -> Callable[[list[str]], np.ndarray]:
    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=2, stop_words="english")
    svd = TruncatedSVD(200, random_state=0).fit(vectorizer.fit_transform(texts))
    return lambda rows: unit_rows(svd.transform(vectorizer.transform(rows)))


def held_out(store: Store, home: Path, kept: list[str]) -> Callable[[list[str]], np.ndarray]:
    plain = open_plain(home)
    parallel = vectors_by_language(load_texts(), lambda rows: cached(store, plain, rows))[:, ::2]
    fitted = fit(cached(store, plain, kept), cached(store, minilm(), kept), parallel)
    return lambda texts: fitted.apply(cached(store, plain, texts))


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", type=Path, required=True, help="where vectors are kept between runs")
    parser.add_argument(
        "--folder", type=Path, default=Path("../shared/data"), help="where the CORDIS files lie"
    )


def on_a_subject(store: Store) -> list[Project]:
    """Return the H2020 projects with an objective and a call topic that asks for something."""
    return [
        project
        for project in store.projects().values()
        if project.framework == "H2020"
        and project.objective
        and project.topics
        and not project.topics[0].startswith(ANYTHING)
    ]


def run(options: argparse.Namespace, report: Report) -> None:
    options.home.mkdir(parents=True, exist_ok=True)
    with Store.open(f"sqlite:///{options.home / 'fit.sqlite'}") as store:
        import_cordis(store, sorted(options.folder.glob("cordis-*.zip")))
        everything = english_texts(store)
        projects = on_a_subject(store)
        objectives = [project.objective or "" for project in projects]
        titles = sorted({title for p in store.projects().values() for title in p.topic_titles})
        place = {title: i for i, title in enumerate(titles)}
        own = np.array([place[p.topic_titles[0]] if p.topic_titles else -1 for p in projects])
        topics = np.array([family(project.topics[0]) for project in projects])
        measured = set(objectives) | {project.text for project in projects}
        others = [text for text in everything if text not in measured]
        compared = {
            "TF-IDF + SVD 200": tfidf_svd(everything),
            **encoders(options.home, everything, store),
            "e5 mapped, held out": held_out(store, options.home, others),
        }
        report.say(
            f"{len(projects)} objectives, {int(np.sum(own >= 0))} with a topic title among {len(titles)}."
        )

        def rows() -> Iterator[tuple[str, float, float]]:
            for name, encode in compared.items():
                vectors = encode(objectives)
                yield name, same_topic(vectors, topics), reciprocal_rank(vectors, encode(titles), own)

        report.table("encoders", {"encoder": "", "same topic": ".3f", "topic found": ".3f"}, rows())


if __name__ == "__main__":
    launch("topics")
