"""How well are hidden partners found? The time-split measurement of `docs/quality.md`, all baselines in one run.

    python -m benchmarks.quality --split 2018-07-01 --archive ../shared/data/cordis-h2020.zip

Texts are embedded once and models learned once; both are kept in benchmarks/out.
"""

import argparse
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.machine import heading
from benchmarks.quality_baselines import Fitted, fit
from benchmarks.quality_blends import LIMIT, answers, learn
from benchmarks.quality_cold_start import report as cold_start
from benchmarks.quality_metrics import hit, interval, ndcg, paired_gain, recall, reciprocal_rank
from benchmarks.quality_parts import bias, novel, paired_auc, steering, strata
from benchmarks.quality_protocol import OUT, TASKS, HiddenQuery, Sample, hidden_queries, load_sample
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


def _task_table(
    task: str, queries: Sequence[HiddenQuery], rankings: dict[str, list[list[str]]], prepared: PreparedState
) -> None:
    columns = {name: _columns(queries, ranked) for name, ranked in rankings.items()}
    fresh = {name: novel(prepared, queries, ranked) for name, ranked in rankings.items()}
    measures = list(columns[OURS])
    print(f"\n## Task {task} ({len(queries)} questions, {len(fresh[OURS])} of them with novel partners)\n")
    print(f"| method | {' | '.join(measures)} | 95 % of R@50 | novel R@50 | 95 % |")
    print(f"|---|{'---|' * (len(measures) + 3)}")
    for name, values in columns.items():
        low, high = interval(values["R@50"])
        means = " | ".join(f"{values[measure].mean():.3f}" for measure in measures)
        from_, to = interval(fresh[name])
        print(
            f"| {name} | {means} | {low:.3f} to {high:.3f} "
            f"| {fresh[name].mean():.3f} | {from_:.3f} to {to:.3f} |"
        )
    _gains("R@50", {name: values["R@50"] for name, values in columns.items()})
    _gains("novel R@50", fresh)


def _strata(
    sample: Sample,
    prepared: PreparedState,
    queries: Sequence[HiddenQuery],
    rankings: dict[str, list[list[str]]],
) -> None:
    """Recall at 50 of ours by stratum, beside popularity, the best single method and the better blend there."""
    rows = {name: strata(sample, prepared, queries, ranked) for name, ranked in rankings.items()}
    print(
        f"\n| stratum, coordinator task | n | {OURS} | 95 % | {POPULAR} | best single method | better blend |"
    )
    print("|---|---|---|---|---|---|---|")
    for place, (stratum, count, value, low, high) in enumerate(rows[OURS]):
        others = {name: row[place][2] for name, row in rows.items() if name != OURS}
        blends = {name: others.pop(name) for name in BLENDS}
        best, blend = (max(some, key=lambda name: some[name]) for some in (others, blends))
        cells = [f"{value:.3f} | {low:.3f} to {high:.3f} | {others[POPULAR]:.3f}"]
        cells += [
            _beside(value, theirs, name) for theirs, name in ((others[best], best), (blends[blend], blend))
        ]
        print(f"| {stratum} | {count} | {' | '.join(cells)} |")


def _beside(ours: float, theirs: float, name: str) -> str:
    return f"{theirs:.3f} {name}: {ours / theirs - 1:+.0%}" if theirs > 0 else "0"


def _gains(measure: str, values: dict[str, np.ndarray]) -> None:
    """Say how far ours is above the strongest single method and the blends, query by query."""
    single = [name for name in values if name != OURS and name not in BLENDS]
    strongest = max(single, key=lambda name: values[name].mean())
    low, _ = interval(values[OURS])
    for rival in (strongest, *BLENDS):
        gain, worst, best = paired_gain(values[OURS], values[rival])
        relative = gain / values[rival].mean()
        apart = "apart" if low > interval(values[rival])[1] else "overlapping"
        kind = " (the strongest single method here)" if rival == strongest else ""
        print(
            f"\n{measure} above *{rival}*{kind}: {relative:+.1%}, {gain:+.4f} ({worst:+.4f} to {best:+.4f} paired); "
            f"the two intervals are {apart}."
        )


def _ours(ranker: Ranker, queries: Sequence[HiddenQuery]) -> list[list[str]]:
    rankings = ranker.rank([query.query for query in queries], limit=LIMIT)
    return [[who for who, _ in ranking.ranked] for ranking in rankings]


def _blends(
    sample: Sample, split: dt.date, task: str, earlier: Fitted, now: Fitted, every: int
) -> tuple[list[HiddenQuery], dict[str, list[list[str]]]]:
    """The task's queries and all baselines' answers; the blends learn from the year before the split."""
    before = split.replace(year=split.year - 1)
    training = list(
        hidden_queries(Sample(sample.history.before(split), sample.query_text, sample.texts), before, task)
    )
    logistic, booster = learn(earlier, training[::every], sample.texts)
    queries = hidden_queries(sample, split, task)[::every]
    return queries, answers(now, queries, sample.texts, logistic, booster)


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--split", type=dt.date.fromisoformat, default=dt.date(2018, 7, 1))
    parser.add_argument("--archive", type=Path, default=Path("../shared/data/cordis-h2020.zip"))
    parser.add_argument(
        "--every", type=int, default=1, help="Use every n-th question only, for a quick look."
    )
    parser.add_argument("--only", choices=("tasks", "newcomers"), help="One part of the measurement.")
    options = parser.parse_args()
    print(heading(f"Partner ranking, split {options.split}", ("lightgbm", "scipy", "numpy")))
    sample = load_sample(options.archive)
    ranker = Ranker(sample.history, sample.texts, folder=OUT / "models")
    prepared = _prepared(sample, options.split)
    if options.only in (None, "tasks"):
        _tasks(sample, options.split, ranker, prepared, options.every)
    if options.only in (None, "newcomers"):
        cold_start(sample, options.split, options.every, OUT / "models")


def _tasks(sample: Sample, split: dt.date, ranker: Ranker, prepared: PreparedState, every: int) -> None:
    now, earlier = fit(prepared), fit(_prepared(sample, split.replace(year=split.year - 1)))
    for task in TASKS:
        queries, rankings = _blends(sample, split, task, earlier, now, every)
        rankings[OURS] = _ours(ranker, queries)
        _task_table(task, queries, rankings, prepared)
        if task == "coordinator":
            _strata(sample, prepared, queries, rankings)
            print("\n| exposure in the first 50 | most popular tenth | at most 2 projects | Gini | nDKL |")
            print("|---|---|---|---|---|")
            for name in (POPULAR, "personalised PageRank, text and graph", OURS):
                row = bias(prepared, rankings[name])
                print(f"| {name} | {' | '.join(f'{value:.3f}' for value in row.values())} |")
            print(
                "\n| newcomers' setting | R@50 | exposure of those with at most 2 projects |\n|---|---|---|"
            )
            for setting, value, share in steering(ranker, prepared, queries, SETTINGS):
                print(f"| {setting} | {value:.4f} | {share:.4f} |")
            for popular in (False, True):
                drawn = "by popularity" if popular else "uniformly"
                value = paired_auc(ranker, sample, prepared, queries[:400], popular=popular)
                print(
                    f"\nReal member against one of the same country and kind drawn {drawn}: AUC {value:.3f}."
                )


if __name__ == "__main__":
    main()
