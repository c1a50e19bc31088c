"""How are organisations without history ranked? Measured on organisations whose history is hidden.

Each keeps as its profile the text of one of its past projects, as a newcomer comes with one outline.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.quality_metrics import interval, recall
from benchmarks.quality_protocol import HiddenQuery, Sample, hidden_queries
from data.model import History
from matcher.ranking.rank import Ranker, Texts
from matcher.ranking.state import centred

HEAD = 50
FEW = 2
SETTINGS = (0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Hidden:
    """The sample without the history of some organisations."""

    sample: Sample
    past: dict[str, int]
    """Organisation id -> how many projects it had before the split."""


def hide(
    sample: Sample, split: dt.date, *, among: Collection[str] | None, share: float, seed: int = 4
) -> Hidden:
    """Strip a share of the organisations known at the split (`among` them only) of all their history.

    Only those are chosen who had a project with text.
    """
    rng = np.random.default_rng(seed)
    before = sample.history.before(split).participations
    projects = before.groupby("organisation")["project"].apply(list).to_dict()
    vectors, profiles = sample.texts.projects, {}
    for who in sorted(projects if among is None else projects.keys() & set(among)):
        described = sorted(project for project in projects[who] if project in vectors)
        if rng.random() < share and described:
            profiles[who] = vectors[described[rng.integers(len(described))]]
    table = sample.history.participations
    kept = table[~table["organisation"].isin(list(profiles))].reset_index(drop=True)
    texts = Texts(sample.texts.encoder, sample.texts.width, vectors, profiles, sample.texts.encode)
    stripped = History(sample.history.projects, kept, sample.history.organisations)
    return Hidden(Sample(stripped, sample.query_text, texts), {who: len(projects[who]) for who in profiles})


def report(sample: Sample, split: dt.date, every: int, folder: Path) -> None:
    """Print the order among newcomers, and what their places cost the others."""
    by_task = {task: hidden_queries(sample, split, task)[::every] for task in ("text", "coordinator")}
    sought = {who for query in by_task["text"] for who in query.hidden}
    for title, among, share in (
        ("every twentieth organisation that is sought: few newcomers, all of them active", sought, 0.05),
        ("every fifth of all organisations, sought or not", None, 0.2),
    ):
        hidden = hide(sample, split, among=among, share=share)
        ranker = Ranker(hidden.sample.history, hidden.sample.texts, folder=folder)
        print(f"\n### Histories hidden: {title} ({len(hidden.past)} organisations)")
        for task, some in by_task.items():
            _order(ranker, hidden, task, some)
        for task, some in by_task.items():
            _price(ranker, hidden, task, some)


def _order(ranker: Ranker, hidden: Hidden, task: str, queries: Sequence[HiddenQuery]) -> None:
    """Recall among the newcomers alone: chance, text, ours; and ours on those that had few projects."""
    gone = sorted(hidden.past)
    chosen = [query for query in queries if query.hidden & hidden.past.keys()]
    ours = _ranked(ranker, chosen, limit=len(gone), among=gone)
    small = {who for who, count in hidden.past.items() if count <= FEW}
    rows = {
        "random": _shuffled(gone, len(chosen)),
        "text similarity": _by_text(hidden, gone, chosen),
        "Konsort": ours,
    }
    print(
        f"\n| *{task}*, {len(chosen)} questions: order among newcomers | R@10 | R@50 | 95 % of R@50 "
        "| R@50, had at most 2 projects |\n|---|---|---|---|---|"
    )
    for name, ranked in rows.items():
        near, far = (_recalls(ranked, chosen, set(gone), k) for k in (10, HEAD))
        low, high = interval(far)
        few = _recalls(ranked, chosen, small, HEAD).mean()
        print(f"| {name} | {near.mean():.3f} | {far.mean():.3f} | {low:.3f} to {high:.3f} | {few:.3f} |")


def _price(ranker: Ranker, hidden: Hidden, task: str, queries: Sequence[HiddenQuery]) -> None:
    """Everybody in one ranking: what newcomers get, and what it costs those with a history."""
    gone = set(hidden.past)
    print(
        f"\n| *{task}*, everybody ranked; newcomers' setting | R@50 of newcomers | R@50 of the others "
        "| newcomers in the first 50 |\n|---|---|---|---|"
    )
    for setting in (None, *SETTINGS):
        ranked = _ranked(ranker, queries, limit=HEAD + len(gone), newcomers=setting or 0.0)
        if setting is None:
            ranked = [[who for who in organisations if who not in gone] for organisations in ranked]
        new = _recalls(ranked, queries, gone, HEAD).mean()
        known = {who for query in queries for who in query.hidden} - gone
        others = _recalls(ranked, queries, known, HEAD).mean()
        seen = np.mean([len(gone.intersection(organisations[:HEAD])) for organisations in ranked])
        name = "newcomers left out" if setting is None else str(setting)
        print(f"| {name} | {new:.3f} | {others:.4f} | {seen:.1f} |")


def _ranked(
    ranker: Ranker,
    queries: Sequence[HiddenQuery],
    *,
    limit: int,
    newcomers: float = 0.0,
    among: Collection[str] | None = None,
) -> list[list[str]]:
    rankings = ranker.rank([q.query for q in queries], limit=limit, newcomers=newcomers, candidates=among)
    return [[who for who, _ in ranking.ranked] for ranking in rankings]


def _recalls(
    ranked: Sequence[Sequence[str]], queries: Sequence[HiddenQuery], wanted: Collection[str], k: int
) -> np.ndarray:
    """Recall at k of those hidden partners who are wanted, of each query that has one."""
    pairs = (
        (organisations, q.hidden.intersection(wanted))
        for organisations, q in zip(ranked, queries, strict=True)
    )
    return np.array([recall(organisations, chosen, k) for organisations, chosen in pairs if chosen])


def _shuffled(gone: Sequence[str], count: int) -> list[list[str]]:
    rng = np.random.default_rng(6)
    return [list(rng.permutation(gone)) for _ in range(count)]


def _by_text(hidden: Hidden, gone: Sequence[str], queries: Sequence[HiddenQuery]) -> list[list[str]]:
    """By cosine of the centred vectors of profile and query text, ties by id."""
    texts = hidden.sample.texts
    centre = np.mean(list(texts.projects.values()), axis=0)
    profiles = centred(np.array([texts.organisations[who] for who in gone]), centre)
    query_vectors = centred(texts.of([query.query.text for query in queries]), centre)
    order = np.argsort(-(profiles @ query_vectors.T), axis=0, kind="stable")
    return [[gone[place] for place in column] for column in order.T]
