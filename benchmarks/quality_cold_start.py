"""How are organisations without history ranked? Measured on organisations whose history is hidden.

Each keeps as its profile the text of one of its past projects, as a newcomer comes with one outline.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.quality_metrics import interval, recall
from benchmarks.quality_protocol import HiddenQuery, Sample, hidden_queries
from benchmarks.report import Report
from data.model import History, OrganisationId
from matcher.ranking.rank import Ranker, Texts
from matcher.ranking.state import centred

HEAD = 50
FEW = 2
SETTINGS = (0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Hidden:
    """The sample without the history of some organisations."""

    sample: Sample
    past: dict[OrganisationId, int]
    """Organisation id -> how many projects it had before the split."""


def hide(
    sample: Sample, split: dt.date, *, among: Collection[str] | None, share: float, seed: int = 4
) -> Hidden:
    """Strip a share of the organisations known at the split (`among` them only) of all their history.

    Only those are chosen who had a project with text.
    """
    rng = np.random.default_rng(seed)
    before = sample.history.before(split).participations
    projects = {
        OrganisationId(str(who)): list(rows) for who, rows in before.groupby("organisation")["project"]
    }
    vectors, profiles = sample.texts.projects, dict[str, np.ndarray]()
    for who in sorted(projects if among is None else projects.keys() & set(among)):
        described = sorted(project for project in projects[who] if project in vectors)
        if rng.random() < share and described:
            profiles[who] = vectors[described[rng.integers(len(described))]]
    table = sample.history.participations
    kept = table[~table["organisation"].isin(list(profiles))].reset_index(drop=True)
    texts = Texts(sample.texts.encoder, sample.texts.width, vectors, profiles, sample.texts.encode)
    stripped = History(sample.history.projects, kept, sample.history.organisations)
    past = {who: len(rows) for who, rows in projects.items() if who in profiles}
    return Hidden(Sample(stripped, sample.query_text, texts), past)


def cold_start(sample: Sample, split: dt.date, every: int, folder: Path, report: Report) -> None:
    """Tell the order among newcomers, and what their places cost the others."""
    by_task = {task: hidden_queries(sample, split, task)[::every] for task in ("text", "coordinator")}
    sought = {who for query in by_task["text"] for who in query.hidden}
    for name, title, among, share in (
        (
            "sought",
            "every twentieth organisation that is sought: few newcomers, all of them active",
            sought,
            0.05,
        ),
        ("all", "every fifth of all organisations, sought or not", None, 0.2),
    ):
        hidden = hide(sample, split, among=among, share=share)
        ranker = Ranker(hidden.sample.history, hidden.sample.texts, folder=folder)
        report.say(f"Histories hidden: {title} ({len(hidden.past)} organisations).")
        for task, some in by_task.items():
            chosen = [query for query in some if query.hidden & hidden.past.keys()]
            measures = {
                "R@10": ".3f",
                "R@50": ".3f",
                "95 % of R@50": "",
                "R@50, had at most 2 projects": ".3f",
            }
            first = f"*{task}*, {len(chosen)} questions: order among newcomers"
            report.table(f"{name} {task} order", {first: "", **measures}, _order(ranker, hidden, chosen))
        for task, some in by_task.items():
            shares = {"R@50 of newcomers": ".3f", "R@50 of the others": ".4f"}
            columns = {f"*{task}*, everybody ranked; newcomers' setting": "", **shares}
            seen = {"newcomers in the first 50": ".1f"}
            report.table(f"{name} {task} price", columns | seen, _price(ranker, hidden, some))


def _order(
    ranker: Ranker, hidden: Hidden, queries: Sequence[HiddenQuery]
) -> Iterator[tuple[str, float, float, str, float]]:
    """Recall among the newcomers alone: chance, text, ours; and ours on those that had few projects."""
    gone = sorted(hidden.past)
    ours = _ranked(ranker, queries, limit=len(gone), among=gone)
    small = {who for who, count in hidden.past.items() if count <= FEW}
    rows = {
        "random": _shuffled(gone, len(queries)),
        "text similarity": _by_text(hidden, gone, queries),
        "Konsort": ours,
    }
    for name, ranked in rows.items():
        near, far = (_recalls(ranked, queries, set(gone), k) for k in (10, HEAD))
        low, high = interval(far)
        few = float(_recalls(ranked, queries, small, HEAD).mean())
        yield name, float(near.mean()), float(far.mean()), f"{low:.3f} to {high:.3f}", few


def _price(
    ranker: Ranker, hidden: Hidden, queries: Sequence[HiddenQuery]
) -> Iterator[tuple[str, float, float, float]]:
    """Everybody in one ranking: what newcomers get, and what it costs those with a history."""
    gone = set(hidden.past)
    for setting in (None, *SETTINGS):
        ranked = _ranked(ranker, queries, limit=HEAD + len(gone), newcomers=setting or 0.0)
        if setting is None:
            ranked = [[who for who in organisations if who not in gone] for organisations in ranked]
        new = float(_recalls(ranked, queries, gone, HEAD).mean())
        known = {who for query in queries for who in query.hidden} - gone
        others = float(_recalls(ranked, queries, known, HEAD).mean())
        seen = float(np.mean([len(gone.intersection(organisations[:HEAD])) for organisations in ranked]))
        name = "newcomers left out" if setting is None else str(setting)
        yield name, new, others, seen


def _ranked(
    ranker: Ranker,
    queries: Sequence[HiddenQuery],
    *,
    limit: int,
    newcomers: float = 0.0,
    among: Collection[OrganisationId] | None = None,
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
