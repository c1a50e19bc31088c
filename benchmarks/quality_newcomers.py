"""How are organisations without history ranked? Measured on organisations whose history is hidden.

Each keeps as its profile the text of one of its past projects, as a newcomer comes with one outline.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.quality_metrics import interval, recall
from benchmarks.quality_protocol import Question, Sample, questions
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
        told = sorted(project for project in projects[who] if project in vectors)
        if rng.random() < share and told:
            profiles[who] = vectors[told[rng.integers(len(told))]]
    table = sample.history.participations
    kept = table[~table["organisation"].isin(list(profiles))].reset_index(drop=True)
    texts = Texts(sample.texts.encoder, sample.texts.width, vectors, profiles, sample.texts.encode)
    stripped = History(sample.history.projects, kept, sample.history.organisations)
    return Hidden(Sample(stripped, sample.query_text, texts), {who: len(projects[who]) for who in profiles})


def report(sample: Sample, split: dt.date, every: int, folder: Path) -> None:
    """Print the order among newcomers, and what their places cost the others."""
    asked = {task: questions(sample, split, task)[::every] for task in ("text", "coordinator")}
    sought = {who for question in asked["text"] for who in question.hidden}
    for title, among, share in (
        ("every twentieth organisation that is sought: few newcomers, all of them active", sought, 0.05),
        ("every fifth of all organisations, sought or not", None, 0.2),
    ):
        hidden = hide(sample, split, among=among, share=share)
        ranker = Ranker(hidden.sample.history, hidden.sample.texts, folder=folder)
        print(f"\n### Histories hidden: {title} ({len(hidden.past)} organisations)")
        for task, some in asked.items():
            _order(ranker, hidden, task, some)
        for task, some in asked.items():
            _price(ranker, hidden, task, some)


def _order(ranker: Ranker, hidden: Hidden, task: str, asked: Sequence[Question]) -> None:
    """Recall among the newcomers alone: chance, text, ours; and ours on those that had few projects."""
    gone = sorted(hidden.past)
    chosen = [question for question in asked if question.hidden & hidden.past.keys()]
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


def _price(ranker: Ranker, hidden: Hidden, task: str, asked: Sequence[Question]) -> None:
    """Everybody in one ranking: what newcomers get, and what it costs those with a history."""
    gone = set(hidden.past)
    print(
        f"\n| *{task}*, everybody ranked; newcomers' setting | R@50 of newcomers | R@50 of the others "
        "| newcomers in the first 50 |\n|---|---|---|---|"
    )
    for setting in (None, *SETTINGS):
        ranked = _ranked(ranker, asked, limit=HEAD + len(gone), newcomers=setting or 0.0)
        if setting is None:
            ranked = [[who for who in found if who not in gone] for found in ranked]
        new = _recalls(ranked, asked, gone, HEAD).mean()
        known = {who for question in asked for who in question.hidden} - gone
        others = _recalls(ranked, asked, known, HEAD).mean()
        seen = np.mean([len(gone.intersection(found[:HEAD])) for found in ranked])
        name = "newcomers left out" if setting is None else str(setting)
        print(f"| {name} | {new:.3f} | {others:.4f} | {seen:.1f} |")


def _ranked(
    ranker: Ranker,
    asked: Sequence[Question],
    *,
    limit: int,
    newcomers: float = 0.0,
    among: Collection[str] | None = None,
) -> list[list[str]]:
    found = ranker.rank([q.query for q in asked], limit=limit, newcomers=newcomers, candidates=among)
    return [[who for who, _ in each.ranked] for each in found]


def _recalls(
    ranked: Sequence[Sequence[str]], asked: Sequence[Question], wanted: Collection[str], k: int
) -> np.ndarray:
    """Recall at k of those hidden partners who are wanted, of each question that has one."""
    pairs = ((found, q.hidden.intersection(wanted)) for found, q in zip(ranked, asked, strict=True))
    return np.array([recall(found, chosen, k) for found, chosen in pairs if chosen])


def _shuffled(gone: Sequence[str], count: int) -> list[list[str]]:
    rng = np.random.default_rng(6)
    return [list(rng.permutation(gone)) for _ in range(count)]


def _by_text(hidden: Hidden, gone: Sequence[str], asked: Sequence[Question]) -> list[list[str]]:
    """By cosine of the centred vectors of profile and query text, ties by id."""
    texts = hidden.sample.texts
    centre = np.mean(list(texts.projects.values()), axis=0)
    profiles = centred(np.array([texts.organisations[who] for who in gone]), centre)
    queries = centred(texts.of([question.query.text for question in asked]), centre)
    order = np.argsort(-(profiles @ queries.T), axis=0, kind="stable")
    return [[gone[place] for place in column] for column in order.T]
