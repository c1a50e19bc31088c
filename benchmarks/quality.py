"""How well are hidden partners found? The time-split measurement of `docs/quality.md`, all baselines in one run.

    python -m benchmarks.quality --split 2018-07-01 --archive ../shared/data/cordis-h2020.zip

Texts are embedded once and models learned once; both are kept in benchmarks/out.
"""

import argparse
import datetime as dt
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.machine import heading
from benchmarks.quality_baselines import Fitted, fit
from benchmarks.quality_blends import answers, learn
from benchmarks.quality_metrics import hit, interval, ndcg, paired_gain, recall, reciprocal_rank
from benchmarks.quality_parts import bias, hide_histories, novel, paired_auc, steering, strata
from benchmarks.quality_protocol import OUT, TASKS, Question, Sample, load_sample, questions
from matcher.rank import Ranker
from matcher.ranking.standing import Prepared, prepare
from matcher.ranking.state import build_state

OURS = "Konsort"
SETTINGS = (0.0, 0.25, 0.5, 0.75, 1.0)


def _prepared(sample: Sample, date: dt.date) -> Prepared:
    return prepare(build_state(sample.history.before(date), sample.texts.projects, sample.texts.width))


def _columns(asked: Sequence[Question], ranked: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """Each measure's values, one a question."""
    pairs = list(zip(ranked, [question.hidden for question in asked], strict=True))
    return {
        "R@10": np.array([recall(found, hidden, 10) for found, hidden in pairs]),
        "R@50": np.array([recall(found, hidden, 50) for found, hidden in pairs]),
        "R@100": np.array([recall(found, hidden, 100) for found, hidden in pairs]),
        "MRR": np.array([reciprocal_rank(found, hidden) for found, hidden in pairs]),
        "nDCG@50": np.array([ndcg(found, hidden, 50) for found, hidden in pairs]),
        "hit@10": np.array([hit(found, hidden, 10) for found, hidden in pairs]),
    }


def _task_table(
    task: str, asked: Sequence[Question], found: dict[str, list[list[str]]], prepared: Prepared
) -> None:
    columns = {name: _columns(asked, ranked) for name, ranked in found.items()}
    measures = list(columns[OURS])
    print(f"\n### {task} ({len(asked)} questions)\n")
    print(f"| method | {' | '.join(measures)} | 95 % of R@50 | novel R@50 |")
    print(f"|---|{'---|' * (len(measures) + 2)}")
    for name, values in columns.items():
        low, high = interval(values["R@50"])
        means = " | ".join(f"{values[measure].mean():.3f}" for measure in measures)
        fresh = novel(prepared, asked, found[name])
        print(f"| {name} | {means} | {low:.3f} to {high:.3f} | {fresh.mean():.3f} |")
    for rival in ("personalised PageRank, text and graph", "LambdaMART over these"):
        gain, low, high = paired_gain(columns[OURS]["R@50"], columns[rival]["R@50"])
        relative = gain / columns[rival]["R@50"].mean()
        print(f"\nR@50 above *{rival}*: {gain:+.4f} ({low:+.4f} to {high:+.4f}), {relative:+.1%}.")


def _ours(ranker: Ranker, asked: Sequence[Question]) -> list[list[str]]:
    found = ranker.rank([question.query for question in asked])
    return [[who for who, _ in each.ranked] for each in found]


def _blends(sample: Sample, split: dt.date, task: str, earlier: Fitted, now: Fitted, every: int) -> tuple:
    """The task's questions and all baselines' answers; the blends learn from the year before the split."""
    before = split.replace(year=split.year - 1)
    lessons = list(
        questions(Sample(sample.history.before(split), sample.query_text, sample.texts), before, task)
    )
    logistic, booster = learn(earlier, lessons[::every], sample.texts)
    asked = questions(sample, split, task)[::every]
    return asked, answers(now, asked, sample.texts, logistic, booster)


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--split", type=dt.date.fromisoformat, default=dt.date(2018, 7, 1))
    parser.add_argument("--archive", type=Path, default=Path("../shared/data/cordis-h2020.zip"))
    parser.add_argument(
        "--every", type=int, default=1, help="Use every n-th question only, for a quick look."
    )
    parser.add_argument(
        "--only", choices=("tasks", "newcomers", "speed"), help="One part of the measurement."
    )
    options = parser.parse_args()
    print(heading(f"Partner ranking, split {options.split}", ("lightgbm", "scipy", "numpy")))
    sample = load_sample(options.archive)
    ranker = Ranker(sample.history, sample.texts, folder=OUT / "models")
    prepared = _prepared(sample, options.split)
    if options.only in (None, "tasks"):
        _tasks(sample, options.split, ranker, prepared, options.every)
    if options.only in (None, "newcomers"):
        _newcomers(sample, options.split, prepared, options.every)
    if options.only in (None, "speed"):
        _speed(sample, options.split, ranker)


def _tasks(sample: Sample, split: dt.date, ranker: Ranker, prepared: Prepared, every: int) -> None:
    now, earlier = fit(prepared), fit(_prepared(sample, split.replace(year=split.year - 1)))
    for task in TASKS:
        asked, found = _blends(sample, split, task, earlier, now, every)
        found[OURS] = _ours(ranker, asked)
        _task_table(task, asked, found, prepared)
        if task == "coordinator":
            print("\n| stratum, coordinator task | n | R@50 | 95 % |\n|---|---|---|---|")
            for name, count, value, low, high in strata(sample, prepared, asked, found[OURS]):
                print(f"| {name} | {count} | {value:.3f} | {low:.3f} to {high:.3f} |")
            print("\n| exposure in the first 50 | most popular tenth | at most 2 projects | Gini | nDKL |")
            print("|---|---|---|---|---|")
            for name in ("popularity within the programme", "personalised PageRank, text and graph", OURS):
                row = bias(prepared, found[name])
                print(f"| {name} | {' | '.join(f'{value:.3f}' for value in row.values())} |")
            print(
                "\n| newcomers' setting | R@50 | exposure of those with at most 2 projects |\n|---|---|---|"
            )
            for setting, value, share in steering(ranker, prepared, asked, SETTINGS):
                print(f"| {setting} | {value:.4f} | {share:.4f} |")
            for popular in (False, True):
                drawn = "by popularity" if popular else "uniformly"
                value = paired_auc(ranker, sample, prepared, asked[:400], popular=popular)
                print(
                    f"\nReal member against one of the same country and kind drawn {drawn}: AUC {value:.3f}."
                )


def _newcomers(sample: Sample, split: dt.date, prepared: Prepared, every: int) -> None:
    """Organisations whose history is hidden, ranked by their text alone, against popularity and chance."""
    asked = questions(sample, split, "text")[::every]
    stripped, gone = hide_histories(sample, prepared, asked)
    ranker = Ranker(stripped.history, stripped.texts, folder=OUT / "models")
    chosen = [question for question in asked if question.hidden & gone]
    print(f"\n### Histories hidden ({len(gone)} organisations, {len(chosen)} questions, text alone)\n")
    print(
        "| newcomers' setting | R@50 of the hidden ones | R@50 among all newcomers | chance |\n|---|---|---|---|"
    )
    among = ranker.rank([question.query for question in chosen], limit=50, candidates=sorted(gone))
    inside = np.mean(
        [
            recall([w for w, _ in each.ranked], q.hidden & gone, 50)
            for each, q in zip(among, chosen, strict=True)
        ]
    )
    for setting in (0.0, 1.0):
        found = ranker.rank([question.query for question in chosen], limit=50, newcomers=setting)
        value = np.mean(
            [
                recall([w for w, _ in each.ranked], q.hidden & gone, 50)
                for each, q in zip(found, chosen, strict=True)
            ]
        )
        print(f"| {setting} | {value:.4f} | {inside:.3f} | {50 / max(len(gone), 50):.3f} |")


def _speed(sample: Sample, split: dt.date, ranker: Ranker) -> None:
    asked = [question.query for question in questions(sample, split, "coordinator")][:1000]
    sample.texts.of([query.text for query in asked])
    ranker.rank(asked[:1])
    begin = time.perf_counter()
    ranker.rank(asked)
    took = time.perf_counter() - begin
    single = []
    for query in asked[:50]:
        begin = time.perf_counter()
        ranker.rank([query])
        single.append(time.perf_counter() - begin)
    p95 = 1000 * float(np.percentile(single, 95))
    print(
        f"\n{len(asked)} queries in {took:.1f} s: {len(asked) / took:.0f} a second; one alone p95 {p95:.0f} ms."
    )


if __name__ == "__main__":
    main()
