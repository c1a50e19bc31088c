"""How well are hidden partners found? The time-split measurement of `docs/quality.md`, all baselines in one run.

    python -m benchmarks quality --split 2018-07-01 --archive ../shared/data/cordis-h2020.zip

Texts are embedded once and models learned once; both are kept in benchmarks/out.
"""

import argparse
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.launch import launch
from benchmarks.quality_baselines import Fitted, fit
from benchmarks.quality_blends import LIMIT, answers, learn
from benchmarks.quality_cold_start import cold_start
from benchmarks.quality_metrics import hit, interval, ndcg, paired_gain, recall, reciprocal_rank
from benchmarks.quality_parts import bias, novel, paired_auc, steering, strata
from benchmarks.quality_protocol import OUT, TASKS, HiddenQuery, Sample, hidden_queries, load_sample
from benchmarks.report import Report
from matcher.ranking.organisation_features import PreparedState, prepare_state
from matcher.ranking.rank import Ranker
from matcher.ranking.state import build_state

OURS = "Konsort"
BLENDS = ("logistic blend of these", "LambdaMART over these")
POPULAR = "popularity within the programme"
SETTINGS = (0.0, 0.25, 0.5, 0.75, 1.0)


def _prepared(sample: Sample, date: dt.date) -> PreparedState:
    return prepare_state(build_state(sample.history.before(date), sample.texts.projects, sample.texts.width))


def _columns(queries: Sequence[HiddenQuery], ranked: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """Each measure's values, one a query."""
    pairs = list(zip(ranked, [query.hidden for query in queries], strict=True))
    return {
        "R@10": np.array([recall(organisations, hidden, 10) for organisations, hidden in pairs]),
        "R@50": np.array([recall(organisations, hidden, 50) for organisations, hidden in pairs]),
        "R@100": np.array([recall(organisations, hidden, 100) for organisations, hidden in pairs]),
        "MRR": np.array([reciprocal_rank(organisations, hidden) for organisations, hidden in pairs]),
        "nDCG@50": np.array([ndcg(organisations, hidden, 50) for organisations, hidden in pairs]),
        "hit@10": np.array([hit(organisations, hidden, 10) for organisations, hidden in pairs]),
    }


Rankings = dict[str, list[list[str]]]
"""Method -> organisation ids in order, of each query."""


def _task_table(
    task: str, queries: Sequence[HiddenQuery], rankings: Rankings, prepared: PreparedState, report: Report
) -> None:
    columns = {name: _columns(queries, ranked) for name, ranked in rankings.items()}
    fresh = {name: novel(prepared, queries, ranked) for name, ranked in rankings.items()}

    def rows() -> Iterator[list[str | float]]:
        for name, values in columns.items():
            means = [float(column.mean()) for column in values.values()]
            yield [name, *means, _range(values["R@50"]), float(fresh[name].mean()), _range(fresh[name])]

    measures = dict.fromkeys(columns[OURS], ".3f")
    report.table(
        task,
        {"method": "", **measures, "95 % of R@50": "", "novel R@50": ".3f", "95 % of novel R@50": ""},
        rows(),
        f"Task {task} ({len(queries)} questions, {len(fresh[OURS])} of them with novel partners)",
    )
    _gains(f"{task}, R@50", {name: values["R@50"] for name, values in columns.items()}, report)
    _gains(f"{task}, novel R@50", fresh, report)


def _range(values: np.ndarray) -> str:
    """The 95 % interval of the mean, in words."""
    low, high = interval(values)
    return f"{low:.3f} to {high:.3f}"


def _strata(
    sample: Sample,
    prepared: PreparedState,
    queries: Sequence[HiddenQuery],
    rankings: Rankings,
) -> Iterator[tuple[str | float, ...]]:
    """Recall at 50 of ours by stratum, beside popularity, the best single method and the better blend there."""
    rows = {name: strata(sample, prepared, queries, ranked) for name, ranked in rankings.items()}
    for place, (stratum, count, value, low, high) in enumerate(rows[OURS]):
        others = {name: row[place][2] for name, row in rows.items() if name != OURS}
        blends = {name: others.pop(name) for name in BLENDS}
        best, blend = (max(some, key=lambda name: some[name]) for some in (others, blends))
        rivals = (_beside(value, others[best], best), _beside(value, blends[blend], blend))
        yield stratum, count, value, f"{low:.3f} to {high:.3f}", others[POPULAR], *rivals


def _beside(ours: float, theirs: float, name: str) -> str:
    return f"{theirs:.3f} {name}: {ours / theirs - 1:+.0%}" if theirs > 0 else "0"


def _gains(measure: str, values: dict[str, np.ndarray], report: Report) -> None:
    """Say how far ours is above the strongest single method and the blends, query by query."""
    single = [name for name in values if name != OURS and name not in BLENDS]
    strongest = max(single, key=lambda name: values[name].mean())
    low, _ = interval(values[OURS])
    for rival in (strongest, *BLENDS):
        gain, worst, best = paired_gain(values[OURS], values[rival])
        relative = gain / values[rival].mean()
        apart = "apart" if low > interval(values[rival])[1] else "overlapping"
        kind = " (the strongest single method here)" if rival == strongest else ""
        report.say(
            f"{measure} above *{rival}*{kind}: {relative:+.1%}, {gain:+.4f} ({worst:+.4f} to {best:+.4f} paired); "
            f"the two intervals are {apart}."
        )


def _ours(ranker: Ranker, queries: Sequence[HiddenQuery]) -> list[list[str]]:
    rankings = ranker.rank([query.query for query in queries], limit=LIMIT)
    return [[who for who, _ in ranking.ranked] for ranking in rankings]


def _blends(
    sample: Sample, split: dt.date, task: str, earlier: Fitted, now: Fitted, every: int
) -> tuple[list[HiddenQuery], Rankings]:
    """The task's queries and all baselines' answers; the blends learn from the year before the split."""
    before = split.replace(year=split.year - 1)
    training = list(
        hidden_queries(Sample(sample.history.before(split), sample.query_text, sample.texts), before, task)
    )
    logistic, booster = learn(earlier, training[::every], sample.texts)
    queries = hidden_queries(sample, split, task)[::every]
    return queries, answers(now, queries, sample.texts, logistic, booster)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--split", type=dt.date.fromisoformat, default=dt.date(2018, 7, 1))
    parser.add_argument("--archive", type=Path, default=Path("../shared/data/cordis-h2020.zip"))
    parser.add_argument(
        "--every", type=int, default=1, help="Use every n-th question only, for a quick look."
    )
    parser.add_argument("--only", choices=("tasks", "newcomers"), help="One part of the measurement.")


def run(options: argparse.Namespace, report: Report) -> None:
    sample = load_sample(options.archive)
    if options.only in (None, "tasks"):
        _tasks(sample, options.split, options.every, report)
    if options.only in (None, "newcomers"):
        cold_start(sample, options.split, options.every, OUT / "models", report)


def _tasks(sample: Sample, split: dt.date, every: int, report: Report) -> None:
    ranker = Ranker(sample.history, sample.texts, folder=OUT / "models")
    prepared = _prepared(sample, split)
    now, earlier = fit(prepared), fit(_prepared(sample, split.replace(year=split.year - 1)))
    for task in TASKS:
        queries, rankings = _blends(sample, split, task, earlier, now, every)
        rankings[OURS] = _ours(ranker, queries)
        _task_table(task, queries, rankings, prepared, report)
        if task == "coordinator":
            columns = {"stratum, coordinator task": "", "n": "d", OURS: ".3f", "95 %": "", POPULAR: ".3f"}
            report.table(
                "strata",
                columns | {"best single method": "", "better blend": ""},
                _strata(sample, prepared, queries, rankings),
            )
            _exposure(prepared, rankings, report)
            _settings(ranker, prepared, queries, report)
            _pairs(ranker, prepared, queries[:400], report)


def _exposure(prepared: PreparedState, rankings: Rankings, report: Report) -> None:
    """Who is shown among the first fifty, by three methods."""
    shares = ("most popular tenth", "at most 2 projects", "Gini", "nDKL")
    methods = (POPULAR, "personalised PageRank, text and graph", OURS)
    report.table(
        "exposure",
        {"exposure in the first 50": "", **dict.fromkeys(shares, ".3f")},
        ([name, *bias(prepared, rankings[name]).values()] for name in methods),
    )


def _settings(
    ranker: Ranker, prepared: PreparedState, queries: Sequence[HiddenQuery], report: Report
) -> None:
    """What favouring newcomers costs."""
    columns = {"R@50": ".4f", "exposure of those with at most 2 projects": ".4f"}
    rows = steering(ranker, prepared, queries, SETTINGS)
    report.table("settings", {"newcomers' setting": "", **columns}, rows)


def _pairs(ranker: Ranker, prepared: PreparedState, queries: Sequence[HiddenQuery], report: Report) -> None:
    """A real member against a like one that was no member."""
    for popular, drawn in ((False, "uniformly"), (True, "by popularity")):
        area = paired_auc(ranker, prepared, queries, popular=popular)
        report.figure(f"auc_drawn_{drawn.replace(' ', '_')}", area)
        report.say(f"Real member against one of the same country and kind drawn {drawn}: AUC {area:.3f}.")


if __name__ == "__main__":
    launch("quality")
