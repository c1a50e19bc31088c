"""Who profits, and who is left out? Strata, popularity bias, the price of favouring newcomers."""

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.quality_metrics import decile_shares, gini, interval, ndkl, recall
from benchmarks.quality_protocol import HiddenQuery, Sample
from data.countries import WIDENING
from data.model import Kind, OrganisationId
from matcher.ranking.organisation_features import PreparedState
from matcher.ranking.rank import Ranker

FEW = 2
HEAD = 50


def strata(
    sample: Sample, prepared: PreparedState, queries: Sequence[HiddenQuery], ranked: Sequence[Sequence[str]]
) -> list[tuple[str, int, float, float, float]]:
    """(stratum, queries or partners, recall at 50, low, high). Partner strata count those partners alone."""
    places, popularity = prepared.state.places, prepared.popularity
    table = sample.history.organisations.set_index("id")
    private = {i for i, kind in table["kind"].items() if kind in (Kind.COMPANY, Kind.SME, Kind.LARGE)}
    widening = set(table.index[table["country"].isin(list(WIDENING))])
    led = np.asarray(prepared.state.led.sum(axis=0)).ravel()

    def projects(who: str) -> float:
        return float(popularity[places[who]]) if who in places else 0.0

    partners: dict[str, Callable[[str], bool]] = {
        "partners new to the programme (no history)": lambda who: who not in places,
        "partners with 1 or 2 past projects": lambda who: 1 <= projects(who) <= FEW,
        "partners with 3 to 10": lambda who: 3 <= projects(who) <= 10,
        "partners with more than 10": lambda who: projects(who) > 10,
        "private companies": lambda who: who in private,
        "partners in widening countries": lambda who: who in widening,
    }
    rows = []
    for name, belongs in partners.items():
        values = []
        for query, organisations in zip(queries, ranked, strict=True):
            chosen = {who for who in query.hidden if belongs(who)}
            if chosen:
                values.append(recall(organisations, chosen, HEAD))
        rows.append(_row(name, values))
    kinds: dict[str, Callable[[HiddenQuery], bool]] = {
        "queries with an objective or title": lambda q: q.text_kind in ("objective", "title"),
        "queries with a topic title only": lambda q: q.text_kind == "topic",
        "queries without any text": lambda q: q.text_kind == "none",
        "coordinators new to the programme": lambda q: (
            bool(q.query.coordinator) and q.query.coordinator not in places
        ),
        "coordinators that never led before": lambda q: (
            q.query.coordinator in places and bool(led[places[q.query.coordinator]] == 0)
        ),
    }
    for name, fits in kinds.items():
        values = [
            recall(organisations, query.hidden, HEAD)
            for query, organisations in zip(queries, ranked, strict=True)
            if fits(query)
        ]
        rows.append(_row(name, values))
    return rows


def _row(name: str, values: list[float]) -> tuple[str, int, float, float, float]:
    if not values:
        return name, 0, float("nan"), float("nan"), float("nan")
    array = np.array(values)
    return name, len(values), float(array.mean()), *interval(array)


def novel(
    prepared: PreparedState, queries: Sequence[HiddenQuery], ranked: Sequence[Sequence[str]]
) -> np.ndarray:
    """Recall at 50 of the hidden partners that never worked with those given; queries without any are left out.

    Those partners are taken out of each method's first LIMIT, so that all answer the same query.
    """
    values = []
    for query, organisations in zip(queries, ranked, strict=True):
        partners = ties(prepared, query)
        chosen = query.hidden - partners
        if chosen:
            values.append(recall([who for who in organisations if who not in partners], chosen, HEAD))
    return np.array(values)


def ties(prepared: PreparedState, query: HiddenQuery) -> set[str]:
    """Who ever shared a project with one of those on board."""
    state = prepared.state
    places = state.positions(query.query.on_board)
    if not places:
        return set()
    near = prepared.members @ np.asarray(state.member[:, places].sum(axis=1)).ravel()
    return set(state.organisations[np.flatnonzero(near)].tolist())


def bias(prepared: PreparedState, ranked: Sequence[Sequence[str]]) -> dict[str, float]:
    """Exposure in the first 50: share of the most popular tenth and of those with few projects, Gini, nDKL.

    nDKL compares the tenths' shares at each place with the tenths' shares of all past participations.
    """
    places, popularity = prepared.state.places, prepared.popularity
    exposure = np.zeros(len(popularity))
    for organisations in ranked:
        exposure[[places[who] for who in organisations[:HEAD] if who in places]] += 1
    order = np.lexsort((np.arange(len(popularity)), -popularity))
    tenth = np.empty(len(popularity), int)
    for number, part in enumerate(np.array_split(order, 10)):
        tenth[part] = number
    target = np.bincount(tenth, popularity, 10) / popularity.sum()
    heads = [
        [tenth[places[who]] for who in organisations[:HEAD] if who in places] for organisations in ranked
    ]
    return {
        "most popular tenth": float(decile_shares(exposure, popularity)[0]),
        "at most 2 projects": float(exposure[popularity <= FEW].sum() / exposure.sum()),
        "Gini": gini(exposure),
        "nDKL": float(np.mean([ndkl(head, target) for head in heads])),
    }


def steering(
    ranker: Ranker, prepared: PreparedState, queries: Sequence[HiddenQuery], settings: Sequence[float]
) -> list[tuple[float, float, float]]:
    """(setting, recall at 50, share of exposure of those with at most two past projects)."""
    rows = []
    for setting in settings:
        heads = [
            [who for who, _ in ranking.ranked]
            for ranking in ranker.rank([q.query for q in queries], limit=HEAD, newcomers=setting)
        ]
        value = float(np.mean([recall(head, q.hidden, HEAD) for head, q in zip(heads, queries, strict=True)]))
        rows.append((setting, value, bias(prepared, heads)["at most 2 projects"]))
    return rows


def paired_auc(
    ranker: Ranker, prepared: PreparedState, queries: Sequence[HiddenQuery], *, popular: bool
) -> float:
    """How often the real member scores above one swapped in, of the same country and kind; ties count half.

    One hidden partner of each query (coordinator given) against one drawn uniformly, or by popularity.
    """
    rng = np.random.default_rng(9)
    state, popularity = prepared.state, prepared.popularity
    wins = []
    for query in queries:
        real = [who for who in sorted(query.hidden) if who in state.places]
        if not real:
            continue
        member = OrganisationId(real[rng.integers(len(real))])
        place = state.places[member]
        same = (state.country == state.country[place]) & (state.kind == state.kind[place])
        same[place] = False
        same[state.positions(tuple(query.hidden) + query.query.on_board)] = False
        pool = np.flatnonzero(same)
        if not len(pool):
            continue
        chance = popularity[pool] / popularity[pool].sum() if popular else None
        other = OrganisationId(str(state.organisations[rng.choice(pool, p=chance)]))
        (answer,) = ranker.rank([query.query], limit=2, candidates=[member, other])
        score = dict(answer.ranked)
        wins.append(0.5 + 0.5 * float(np.sign(score.get(member, 0.0) - score.get(other, 0.0))))
    return float(np.mean(wins))
