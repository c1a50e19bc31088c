"""How long does the ranker take to learn, and how many queries does it answer a second?

    python -m benchmarks rank --split 2018-07-01

Beside it the strongest single method, personalised PageRank from text and graph, on the same questions. Texts are
embedded beforehand: their vectors are looked up. Learning is done once more, unless --models names a folder where the
model of that day is kept.
"""

import argparse
import datetime as dt
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.launch import launch
from benchmarks.quality_baselines import METHODS, Fitted
from benchmarks.quality_protocol import Sample, hidden_queries, load_sample
from benchmarks.report import Report
from matcher.ranking.evidence import gather
from matcher.ranking.organisation_features import prepare_state
from matcher.ranking.rank import Query, Ranker
from matcher.ranking.state import build_state

BASELINE = "personalised PageRank, text and graph"
BATCH = 16
LIMIT = 100


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--split", type=dt.date.fromisoformat, default=dt.date(2018, 7, 1))
    parser.add_argument("--archive", type=Path, default=Path("../shared/data/cordis-h2020.zip"))
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--models", type=Path, help="Folder with kept models: nothing is learned.")


def run(options: argparse.Namespace, report: Report) -> None:
    sample = load_sample(options.archive)
    hidden = hidden_queries(sample, options.split, "coordinator")[: options.queries]
    queries = [query.query for query in hidden]
    with tempfile.TemporaryDirectory() as fresh:
        past = sample.history.before(options.split)
        ranker = Ranker(past, sample.texts, folder=options.models or Path(fresh))
        if options.models is None:
            _learn(ranker, len(past.projects), report)
        ways = {"Konsort": ranker.rank, BASELINE: _baseline(sample, options.split)}
        columns = {"queries a second, in bulk": ".0f", "one alone, median ms": ".0f", "p95 ms": ".0f"}
        rows = (_row(name, queries, answer) for name, answer in ways.items())
        report.table("speed", {"method": "", **columns}, rows)


def _learn(ranker: Ranker, projects: int, report: Report) -> None:
    begin, worked = time.perf_counter(), time.process_time()
    ranker.train()
    took, worked = time.perf_counter() - begin, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    report.say(
        f"Learning from {projects} projects: {took:.0f} s ({worked:.0f} s of processor time), {peak:.1f} GB of memory "
        f"at most, texts and tables included. {ranker.basis}"
    )


def _row(
    name: str, queries: Sequence[Query], answer: Callable[[Sequence[Query]], object]
) -> tuple[str, float, float, float]:
    answer(queries[:1])
    begin = time.perf_counter()
    answer(queries)
    rate = len(queries) / (time.perf_counter() - begin)
    single = []
    for query in queries[:100]:
        begin = time.perf_counter()
        answer([query])
        single.append(1000 * (time.perf_counter() - begin))
    return name, rate, float(np.median(single)), float(np.percentile(single, 95))


def _baseline(sample: Sample, split: dt.date) -> Callable[[Sequence[Query]], object]:
    """The single method's first hundred of every query."""
    prepared = prepare_state(
        build_state(sample.history.before(split), sample.texts.projects, sample.texts.width)
    )
    nothing = np.zeros((0, 0))
    fitted = Fitted(prepared, nothing, nothing, nothing, np.zeros(0, int))

    def answer(queries: Sequence[Query]) -> list[np.ndarray]:
        heads = []
        for begin in range(0, len(queries), BATCH):
            part = queries[begin : begin + BATCH]
            evidence = gather(prepared.state, part, sample.texts.of([query.text for query in part]))
            scores = METHODS[BASELINE](fitted, evidence)
            heads += [np.argsort(-column, kind="stable")[:LIMIT] for column in scores.T]
        return heads

    return answer


if __name__ == "__main__":
    launch("rank")
