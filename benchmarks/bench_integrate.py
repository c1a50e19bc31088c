"""Are planted streams and pairs found again, how fast, and how small is a repair? python -m benchmarks integrate

Calls of 30, 80, 180 and 500 outlines from 8 to 22 states are made by the recipe of `benchmarks/planted.py`. Baselines
in the same run, on the same vectors:

streams  k-means, agglomerative (Ward), Louvain and Leiden on the graph of the ten nearest, and the steps of BERTopic
         without its projection (principal components instead of UMAP, then HDBSCAN; outliers go to the nearest group).
         The first two are told the true number of streams; Konsort and the others are not. Each also on vectors
         centred per language, marked "centred", and on texts joined with offers and centred, which is what Konsort
         groups, marked "joined": neither gain is counted as Konsort's. Konsort balances the streams' sizes, which the
         planted ones are not; "sizes free" is Konsort without that. Leiden needs igraph and leidenalg (extra `bench`).
links    as many links as Konsort makes: the strongest pairs by text (text), by what is sought and offered (seek-offer),
         and each outline's nearest by what is sought and offered in turn (round robin), all across borders

--home DIR (the folder of the prepared encoder) adds real texts: outline-like texts of `benchmarks/texts`, one subject
being one stream, each in 24 languages.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import networkx as nx
import numpy as np
from sklearn.cluster import HDBSCAN, AgglomerativeClustering, KMeans
from sklearn.metrics import adjusted_rand_score

from benchmarks.launch import launch
from benchmarks.planted import Planted, plant
from benchmarks.report import Report
from data.model import CallId, OrganisationId, Outline, OutlineId
from matcher.overall.decisions import ordered
from matcher.overall.integrate import Case, Decisions, Demands, LinkWeights, Previous, integrate
from matcher.overall.joint import solve
from matcher.overall.prepare import OFFERED, prepare
from matcher.overall.streams import principal, unit, without_language

try:
    import igraph
    import leidenalg
except ImportError:
    igraph = leidenalg = None

SIZES = ((30, 3, 8), (80, 4, 12), (180, 5, 18), (500, 6, 22))
SMALL_CALLS = 4
"""So many times as many calls of fewer than 100 outlines: a single outline is worth more there."""
DEMANDS = Demands("planted")


def louvain(rows: np.ndarray, _count: int) -> np.ndarray:
    """Communities of the graph that joins each row with its ten nearest, weighted by cosine."""
    near = rows @ rows.T
    np.fill_diagonal(near, -1)
    graph = nx.Graph()
    graph.add_nodes_from(range(len(rows)))
    for i, row in enumerate(near):
        graph.add_weighted_edges_from((i, int(j), max(0.0, float(row[j]))) for j in np.argsort(-row)[:10])
    labels = np.zeros(len(rows), dtype=int)
    for k, members in enumerate(nx.community.louvain_communities(graph, seed=0)):
        labels[list(members)] = k
    return labels


def density(rows: np.ndarray, _count: int) -> np.ndarray:
    """HDBSCAN on principal components; outliers join the nearest group."""
    points = unit(principal(rows, 5))
    labels: np.ndarray = HDBSCAN(min_cluster_size=max(3, len(rows) // 20), copy=True).fit(points).labels_
    groups = sorted(set(labels.tolist()) - {-1})
    if not groups:
        return labels
    middle = unit(np.stack([points[labels == group].sum(axis=0) for group in groups]))
    nearest = np.array(groups)[(points @ middle.T).argmax(axis=1)]
    return np.asarray(np.where(labels < 0, nearest, labels))


def leiden(rows: np.ndarray, _count: int) -> np.ndarray:
    """Leiden's communities (Traag et al. 2019) of the same graph, by modularity."""
    near = rows @ rows.T
    np.fill_diagonal(near, -1)
    pairs = {
        (min(i, int(j)), max(i, int(j))): max(1e-6, float(near[i, j]))
        for i in range(len(rows))
        for j in np.argsort(-near[i])[:10]
    }
    graph = igraph.Graph(n=len(rows), edges=list(pairs))
    kind = leidenalg.ModularityVertexPartition
    partition = leidenalg.find_partition(graph, kind, weights=list(pairs.values()), seed=0)
    return np.array(partition.membership)


CLUSTERINGS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "k-means": lambda rows, count: np.asarray(KMeans(count, n_init=10, random_state=0).fit(rows).labels_),
    "agglomerative": lambda rows, count: np.asarray(AgglomerativeClustering(count).fit(rows).labels_),
    "Louvain": louvain,
    **({"Leiden": leiden} if igraph and leidenalg else {}),
    "PCA + HDBSCAN": density,
}


def link_baselines(case: Case, count: int) -> dict[str, set[tuple[str, str]]]:
    """As many pairs across borders as Konsort has links."""
    countries = np.array(case.countries)
    border = countries[:, None] != countries[None, :]
    texts = np.where(border, case.texts @ case.texts.T, -2.0)
    raw = case.seeks @ case.offers.T
    wanted = np.where(border, np.maximum(raw, raw.T), -2.0)

    def top(scores: np.ndarray) -> set[tuple[str, str]]:
        upper = np.triu(scores + 10.0, 1)
        best = np.argsort(-upper, axis=None, kind="stable")[:count]
        return {
            ordered(case.ids[i], case.ids[j])
            for i, j in zip(*np.unravel_index(best, upper.shape), strict=True)
        }

    turns: set[tuple[str, str]] = set()
    order = np.argsort(-wanted, axis=1, kind="stable")
    for k in range(order.shape[1]):
        for i in range(len(order)):
            if len(turns) < count and wanted[i, order[i, k]] > -2:
                turns.add(ordered(case.ids[i], case.ids[int(order[i, k])]))
    return {"text": top(texts), "seek-offer": top(wanted), "round robin": turns}


@dataclass(slots=True)
class Measured:
    """What all calls of one size gave: scores by method, and of Konsort's runs time, gap and number of streams."""

    rand: dict[str, list[float]] = field(default_factory=dict)
    recalled: dict[str, list[float]] = field(default_factory=dict)
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    stage_losses: list[float] = field(default_factory=list)
    streams: set[int] = field(default_factory=set)

    def measure(self, planted: Planted, count: int) -> None:
        """Solve one planted call in all ways; `count`: its true number of streams."""
        case = planted.case
        begun, worked = time.perf_counter(), time.process_time()
        project = integrate(case, DEMANDS)
        self.wall.append(time.perf_counter() - begun)
        self.processor.append(time.process_time() - worked)
        self.gaps.append(project.gap)
        self.stage_losses.append(project.stage_loss)
        self.streams.add(len(project.streams))
        for name, labels in stream_labels(planted, project.stream_of, count):
            self.rand.setdefault(name, []).append(adjusted_rand_score(planted.streams, labels))
        self.recalled.setdefault("Konsort", []).append(recall(planted, project.pairs))
        for name, pairs in link_baselines(case, len(project.links)).items():
            self.recalled.setdefault(name, []).append(recall(planted, pairs))

    def speed(self) -> tuple[float, float, float, float, str]:
        """Return the worst seconds, processor seconds and gap, the mean loss of the stages, the numbers found."""
        numbers = ", ".join(map(str, sorted(self.streams)))
        loss = statistics.mean(self.stage_losses)
        return max(self.wall), max(self.processor), max(self.gaps), loss, numbers


def stream_labels(
    planted: Planted, stream_of: Mapping[OutlineId, str], count: int
) -> Iterator[tuple[str, Sequence[object]]]:
    """Yield method -> the outlines' groups: Konsort, Konsort without balanced sizes, the baselines on three texts."""
    case = planted.case
    yield "Konsort", [stream_of[outline] for outline in case.ids]
    free = integrate(case, replace(DEMANDS, balance=1.0)).stream_of
    yield "Konsort, sizes free", [free[outline] for outline in case.ids]
    languages = [outline.language for outline in case.outlines]
    centred = without_language(case.texts, languages)
    joined = without_language(unit(case.texts + OFFERED * case.offers), languages)
    for name, cluster in CLUSTERINGS.items():
        for kind, rows in (("", case.texts), (" centred", centred), (" joined", joined)):
            yield name + kind, cluster(rows, count).tolist()


def quality(noise: float, seeds: int, report: Report) -> None:
    """Tell streams, links, time and gap by size of the call."""
    measured = {n: Measured() for n, _, _ in SIZES}
    for n, count, states in SIZES:
        for seed in range(seeds * SMALL_CALLS if n < 100 else seeds):
            measured[n].measure(plant(n, streams=count, states=states, noise=noise, seed=seed), count)
    rand = {n: size.rand for n, size in measured.items()}
    recalled = {n: size.recalled for n, size in measured.items()}
    columns = {"method": ""} | {str(n): ".3f" for n in measured}
    report.table("streams", columns, by_method(rand), "Adjusted Rand index of the streams (mean)")
    report.table("links", columns, by_method(recalled), "Recall of the planted pairs (mean)")
    speed = {"s (worst)": ".2f", "s of processor (worst)": ".2f", "gap (worst)": ".3%"}
    report.table(
        "speed",
        {"outlines": "d", **speed, "loss of stages (mean)": ".2%", "streams found": ""},
        ((n, *size.speed()) for n, size in measured.items()),
    )


def by_method(scores: dict[int, dict[str, list[float]]]) -> Iterator[list[str | float]]:
    """Yield a row a method, a column a size."""
    for method in next(iter(scores.values())):
        yield [method, *(statistics.mean(size[method]) for size in scores.values())]


def recall(planted: Planted, pairs: Iterable[tuple[str, str]]) -> float:
    """Part of the planted pairs that are among the pairs."""
    return len(planted.pairs.intersection(pairs)) / len(planted.pairs)


def repair(noise: float, withdrawals: int, report: Report) -> None:
    """Tell what changes when one outline withdraws, and what staying near costs against solving anew."""
    shares = ("moved, median", "moved, worst", "links changed, median")
    report.table(
        "repair",
        {"outlines": "d"} | dict.fromkeys(shares, ".2%") | {"loss, median": ".3%", "loss, worst": ".3%"},
        (repaired(size, noise, withdrawals if size[0] < 500 else 3) for size in SIZES),
    )


def repaired(size: tuple[int, int, int], noise: float, withdrawals: int) -> tuple[int, *tuple[float, ...]]:
    """Return a row of the table of repairs, over so many withdrawals."""
    n, count, states = size
    case = plant(n, streams=count, states=states, noise=noise, seed=0).case
    first = Previous.of(integrate(case, DEMANDS))
    rng = np.random.default_rng(0)
    moved, changed, lost = [], [], []
    for k in rng.choice(n, size=withdrawals, replace=False):
        gone = Decisions(withdrawn=frozenset({case.ids[k]}))
        near = integrate(case, DEMANDS, decisions=gone, previous=first)
        prepared = prepare(case, DEMANDS, decisions=gone, weights=LinkWeights(), previous=first)
        anew = max(solve(prepared.problem).value, near.value)
        assert near.changes is not None
        moved.append(len(near.changes.moved) / (n - 1))
        changed.append(len(near.changes.links_removed) / len(first.pairs))
        lost.append(1 - near.value / anew)
    median = statistics.median
    return n, median(moved), max(moved), median(changed), median(lost), max(lost)


def real_texts(home: Path, report: Report) -> None:
    """Tell the streams found among real texts in 24 languages."""
    from benchmarks.bench_multilingual import load_texts
    from embeddings.choice import DEFAULT, open_encoder

    texts = load_texts()
    languages = sorted(texts)
    subjects = sorted(texts[languages[0]])
    encoder = open_encoder(DEFAULT, home)
    vectors = {s: encoder.encode([texts[language][s] for language in languages]) for s in subjects}
    names: list[str] = []

    def rows() -> Iterator[list[int | float]]:
        for count in (3, 4, 6, 8):
            chosen = subjects[:count]
            truth = np.repeat(np.arange(count), len(languages))
            case = case_of({subject: texts_of(texts, subject) for subject in chosen}, vectors)
            demands = replace(DEMANDS, stream_count=(2, 10))
            project = integrate(case, demands, encode=encoder.encode)
            konsort = [project.stream_of[outline] for outline in case.ids]
            others = (cluster(case.texts, count) for cluster in CLUSTERINGS.values())
            scores = [adjusted_rand_score(truth, labels) for labels in (konsort, *others)]
            sizes = ", ".join(f"{stream.name} ({len(stream.outlines)})" for stream in project.streams)
            names.append(f"{count} subjects: {sizes}.")
            yield [count, len(case.texts), len(project.streams), *scores]

    counted = {"subjects": "d", "texts": "d", "streams found": "d"}
    report.table("texts", counted | dict.fromkeys(("Konsort", *CLUSTERINGS), ".3f"), rows())
    for sentence in names:
        report.say(sentence)


def texts_of(texts: dict[str, dict[str, str]], subject: str) -> dict[str, str]:
    """Return language -> text about a subject, languages in alphabetical order."""
    return {language: texts[language][subject] for language in sorted(texts)}


def case_of(texts: dict[str, dict[str, str]], vectors: dict[str, np.ndarray]) -> Case:
    """Return a call of these texts (subject -> language -> text), each an outline of its own organisation."""
    spoken = [(subject, language) for subject, by_language in texts.items() for language in by_language]
    outlines = [
        Outline(
            OutlineId(f"o{k:03d}"),
            CallId("texts"),
            subject,
            texts[subject][language],
            OrganisationId(f"c{k:03d}"),
            _state(language),
            language=language,
        )
        for k, (subject, language) in enumerate(spoken)
    ]
    rows = np.concatenate([vectors[subject] for subject in texts]).astype(np.float64)
    nothing = np.zeros_like(rows)
    return Case.of(outlines, {"texts": rows, "offers": nothing, "seeks": nothing})


def _state(language: str) -> str:
    """A state where the language is spoken."""
    return {
        "cs": "CZ",
        "da": "DK",
        "el": "GR",
        "en": "IE",
        "et": "EE",
        "ga": "IE",
        "sl": "SI",
        "sv": "SE",
    }.get(language, language.upper())


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--noise", type=float, default=2.0, help="length of the noise beside a stream's 1")
    parser.add_argument("--seeds", type=int, default=3, help="calls of each size")
    parser.add_argument("--withdrawals", type=int, default=7, help="withdrawals of each size (500: 3)")
    parser.add_argument("--home", type=Path, help="folder of the prepared encoder: adds real texts")


def run(options: argparse.Namespace, report: Report) -> None:
    report.say(
        f"Noise {options.noise}, {options.seeds} calls of each size, {SMALL_CALLS} times as many below 100 outlines."
    )
    if igraph is None:
        report.say("Leiden is left out: install the extra `bench` for it.")
    quality(options.noise, options.seeds, report)
    repair(options.noise, options.withdrawals, report)
    if options.home:
        real_texts(options.home, report)


if __name__ == "__main__":
    launch("integrate")
