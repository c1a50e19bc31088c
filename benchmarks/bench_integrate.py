"""Are planted streams and pairs found again, how fast, and how small is a repair? python -m benchmarks.bench_integrate

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
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
from sklearn.cluster import HDBSCAN, AgglomerativeClustering, KMeans
from sklearn.metrics import adjusted_rand_score

from benchmarks.machine import heading
from benchmarks.planted import Planted, plant
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


def louvain(rows: np.ndarray, count: int) -> np.ndarray:
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


def density(rows: np.ndarray, count: int) -> np.ndarray:
    """HDBSCAN on principal components; outliers join the nearest group."""
    points = unit(principal(rows, 5))
    labels = HDBSCAN(min_cluster_size=max(3, len(rows) // 20), copy=True).fit(points).labels_
    groups = sorted(set(labels.tolist()) - {-1})
    if not groups:
        return labels
    middle = unit(np.stack([points[labels == group].sum(axis=0) for group in groups]))
    return np.where(labels < 0, np.array(groups)[(points @ middle.T).argmax(axis=1)], labels)


def leiden(rows: np.ndarray, count: int) -> np.ndarray:
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
    communities = leidenalg.find_partition(graph, kind, weights=list(pairs.values()), seed=0)
    return np.array(communities.membership)


CLUSTERINGS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "k-means": lambda rows, count: KMeans(count, n_init=10, random_state=0).fit(rows).labels_,
    "agglomerative": lambda rows, count: AgglomerativeClustering(count).fit(rows).labels_,
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


def quality(noise: float, seeds: int) -> None:
    """Print the tables of streams, links, time and gap."""
    streams, links, speed = [], [], []
    for n, count, states in SIZES:
        scores: dict[str, list[float]] = {}
        recalled: dict[str, list[float]] = {}
        wall, cpu, gaps, stage, numbers = [], [], [], [], []
        for seed in range(seeds * SMALL_CALLS if n < 100 else seeds):
            planted = plant(n, streams=count, states=states, noise=noise, seed=seed)
            case = planted.case
            begun, worked = time.perf_counter(), time.process_time()
            project = integrate(case, DEMANDS)
            wall.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - worked)
            gaps.append(project.gap)
            stage.append(project.stage_loss)
            numbers.append(len(project.streams))
            mine = [project.stream_of[outline] for outline in case.ids]
            scores.setdefault("Konsort", []).append(adjusted_rand_score(planted.streams, mine))
            free = integrate(case, replace(DEMANDS, balance=1.0)).stream_of
            mine = [free[outline] for outline in case.ids]
            scores.setdefault("Konsort, sizes free", []).append(adjusted_rand_score(planted.streams, mine))
            languages = [outline.language for outline in case.outlines]
            centred = without_language(case.texts, languages)
            joined = without_language(unit(case.texts + OFFERED * case.offers), languages)
            for name, cluster in CLUSTERINGS.items():
                for kind, rows in (("", case.texts), (" centred", centred), (" joined", joined)):
                    score = adjusted_rand_score(planted.streams, cluster(rows, count))
                    scores.setdefault(name + kind, []).append(score)
            recalled.setdefault("Konsort", []).append(recall(planted, set(project.pairs)))
            for name, pairs in link_baselines(case, len(project.links)).items():
                recalled.setdefault(name, []).append(recall(planted, pairs))
        streams.append((n, scores))
        links.append((n, recalled))
        speed.append((n, max(wall), max(cpu), max(gaps), statistics.mean(stage), numbers))
        print(f"  {n} done", flush=True)
    table("Adjusted Rand index of the streams (mean)", streams)
    table("Recall of the planted pairs (mean)", links)
    print(
        "\n| outlines | s (worst) | s of processor (worst) | gap (worst) | loss of stages (mean) | streams found |"
    )
    print("|---|---|---|---|---|---|")
    for n, seconds, work, gap, loss, numbers in speed:
        counts = ", ".join(map(str, sorted(set(numbers))))
        print(f"| {n} | {seconds:.2f} | {work:.2f} | {gap:.3%} | {loss:.2%} | {counts} |")


def recall(planted: Planted, pairs: set[tuple[str, str]]) -> float:
    """Part of the planted pairs that are among the pairs."""
    return len(planted.pairs & pairs) / len(planted.pairs)


def table(title: str, rows: list[tuple[int, dict[str, list[float]]]]) -> None:
    """Print one line a method, one column a size."""
    print(f"\n{title}\n\n| method | " + " | ".join(str(n) for n, _ in rows) + " |")
    print("|---|" + "---|" * len(rows))
    for name in rows[0][1]:
        print(
            f"| {name} | " + " | ".join(f"{statistics.mean(scores[name]):.3f}" for _, scores in rows) + " |"
        )


def repair(noise: float, withdrawals: int) -> None:
    """Print what changes when one outline withdraws, and what staying near costs against solving anew."""
    print(
        "\n| outlines | moved, median | moved, worst | links changed, median | loss, median | loss, worst |"
    )
    print("|---|---|---|---|---|---|")
    for n, count, states in SIZES:
        case = plant(n, streams=count, states=states, noise=noise, seed=0).case
        first = Previous.of(integrate(case, DEMANDS))
        rng = np.random.default_rng(0)
        moved, changed, lost = [], [], []
        for k in rng.choice(n, size=withdrawals if n < 500 else 3, replace=False):
            gone = Decisions(withdrawn=frozenset({case.ids[k]}))
            near = integrate(case, DEMANDS, decisions=gone, previous=first)
            prepared = prepare(case, DEMANDS, decisions=gone, weights=LinkWeights(), previous=first)
            anew = max(solve(prepared.problem).value, near.value)
            assert near.changes is not None
            moved.append(len(near.changes.moved) / (n - 1))
            changed.append(len(near.changes.links_removed) / len(first.pairs))
            lost.append(1 - near.value / anew)
        print(
            f"| {n} | {statistics.median(moved):.2%} | {max(moved):.2%} | {statistics.median(changed):.2%} | "
            f"{statistics.median(lost):.3%} | {max(lost):.3%} |",
            flush=True,
        )


def real_texts(home: Path) -> None:
    """Print the streams found among real texts in 24 languages."""
    from benchmarks.bench_multilingual import load_texts
    from embeddings.choice import DEFAULT, open_encoder

    texts = load_texts()
    languages = sorted(texts)
    subjects = sorted(texts[languages[0]])
    encoder = open_encoder(DEFAULT, home)
    print("\n| subjects | texts | streams found | Konsort | " + " | ".join(CLUSTERINGS) + " |")
    print("|---|---|---|---|" + "---|" * len(CLUSTERINGS))
    vectors = {s: encoder.encode([texts[language][s] for language in languages]) for s in subjects}
    for count in (3, 4, 6, 8):
        chosen = subjects[:count]
        rows = np.concatenate([vectors[s] for s in chosen]).astype(np.float64)
        truth = np.repeat(np.arange(count), len(languages))
        outlines = [
            Outline(OutlineId(f"o{k:03d}"), CallId("texts"), s, texts[language][s],
                    OrganisationId(f"c{k:03d}"), _state(language), language=language)
            for k, (s, language) in enumerate((s, language) for s in chosen for language in languages)
        ]  # fmt: skip
        case = Case.of(outlines, {"texts": rows, "offers": np.zeros_like(rows), "seeks": np.zeros_like(rows)})
        project = integrate(case, replace(DEMANDS, stream_count=(2, 10)), encode=encoder.encode)
        mine = adjusted_rand_score(truth, [project.stream_of[outline] for outline in case.ids])
        others = [adjusted_rand_score(truth, cluster(rows, count)) for cluster in CLUSTERINGS.values()]
        scores = " | ".join(f"{score:.3f}" for score in (mine, *others))
        print(f"| {count} | {len(rows)} | {len(project.streams)} | {scores} |", flush=True)
        for stream in project.streams:
            print(f"    {stream.name} ({len(stream.outlines)})")


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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--noise", type=float, default=2.0, help="length of the noise beside a stream's 1")
    parser.add_argument("--seeds", type=int, default=3, help="calls of each size")
    parser.add_argument("--withdrawals", type=int, default=7, help="withdrawals of each size (500: 3)")
    parser.add_argument("--home", type=Path, help="folder of the prepared encoder: adds real texts")
    chosen = parser.parse_args()
    print(heading("Integration of planted calls", ("numpy", "scipy", "scikit-learn", "networkx")))
    print(
        f"noise {chosen.noise}, {chosen.seeds} calls of each size, {SMALL_CALLS} times as many below 100 outlines"
    )
    if igraph is None:
        print("Leiden is left out: install the extra `bench` for it")
    quality(chosen.noise, chosen.seeds)
    repair(chosen.noise, chosen.withdrawals)
    if chosen.home:
        real_texts(chosen.home)


if __name__ == "__main__":
    main()
