"""Do suggested sets hold the real partners? Later projects, with only the history before them known.

    python -m benchmarks consortia --home HOME [--split 2018-07-01] [--cases 65]

HOME holds an imported and indexed store. Asked are projects that start after the split and have an objective: the
objective, the call topic and the coordinator are given, and exactly as many members as there were. Compared are the
first suggestion with as many first places of the ranking, the best and the union of five suggestions with the union's
size in the ranking, each as the share of the real partners; and, within the real set, each real partner with another
of its country and kind (the swap test). What is learned at the split is kept in benchmarks/out.
"""

import argparse
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.launch import launch
from benchmarks.quality_metrics import interval, paired_gain
from benchmarks.quality_protocol import OUT
from benchmarks.report import Report
from data.calls import load_profiles
from data.model import CallId, OrganisationId, Project
from data.store import Store
from embeddings.choice import DEFAULT, open_encoder
from embeddings.search import TextSearch, entries_of
from matcher.ranking.query import Query
from matcher.ranking.rank import Ranker
from matcher.solver.assemble import PRESETS
from matcher.solver.request import Request
from matcher.suggest.answers import SuggestRequest
from matcher.suggest.formulate import formulate
from matcher.suggest.knowledge import Knowledge, ranker_texts
from matcher.suggest.matcher import Matcher
from matcher.suggest.population import Population
from matcher.suggest.text_profiles import TextProfiles
from service.runtime.settings import Settings

CALL = CallId("he-ria-ia-2021")
LARGEST = 40
"""Members that may be asked for."""


NAMES = (
    "first suggestion",
    "as many first places of the ranking",
    "best of five",
    "union of five",
    "as many places of the ranking as the union",
)


@dataclass(frozen=True, slots=True)
class HiddenConsortium:
    """One later project: what is asked, and who took part beside the coordinator."""

    project: Project
    coordinator: OrganisationId
    partners: frozenset[OrganisationId]
    size: int


def knowledge_before(store: Store, split: dt.date, models: Path) -> Knowledge:
    """Return what was known before a date, from a store that knows more; `models`: where the encoder lies."""
    history = store.history().before(split)
    organisations = store.organisations()
    population = Population(history)
    search = TextSearch.build(
        store, open_encoder(DEFAULT, models), entries=entries_of(history, (), organisations.values())
    )
    return Knowledge(
        revision=f"before {split}",
        population=population,
        search=search,
        ranker=Ranker(history, ranker_texts(search, ()), folder=OUT / f"consortia-{split}"),
        text_profiles=TextProfiles.of(population, (), search),
        organisations=organisations,
        outlines={},
        profiles=load_profiles(),
        owner_decisions=(),
        types=population.types,
    )


def cases(store: Store, split: dt.date, most: int) -> list[HiddenConsortium]:
    """Return later projects with an objective, a coordinator and three partners or more, evenly chosen by id."""
    history = store.history()
    later = history.projects[history.projects["start"] >= str(split)]["id"]
    later_cases = []
    for project in store.projects(list(later)).values():
        if not project.objective:
            continue
        rows = history.participations[history.participations["project"] == project.id]
        leads = [OrganisationId(o) for o in rows[rows["role"] == "coordinator"]["organisation"]]
        partners = frozenset(OrganisationId(o) for o in rows["organisation"]) - set(leads)
        if len(leads) == 1 and 3 <= len(partners) < LARGEST:
            later_cases.append(HiddenConsortium(project, leads[0], partners, len(partners) + 1))
    later_cases.sort(key=lambda case: case.project.id)
    step = max(len(later_cases) / most, 1)
    return [later_cases[int(place * step)] for place in range(min(most, len(later_cases)))]


def held(case: HiddenConsortium, members: Sequence[str]) -> float:
    """Return the share of a case's partners among some organisations."""
    return len(case.partners & set(members)) / len(case.partners)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--split", type=dt.date.fromisoformat, default=dt.date(2018, 7, 1))
    parser.add_argument("--cases", type=int, default=65)
    parser.add_argument("--preset", default="balanced", choices=tuple(PRESETS))


def shares(case: HiddenConsortium, matcher: Matcher, preset: str) -> tuple[float, ...] | None:
    """Return the share of the real partners for each of NAMES; None where no set is allowed."""
    text, topic = case.project.objective or "", ";".join(case.project.topics) or None
    request = SuggestRequest(
        call=CALL,
        text=text,
        coordinator=case.coordinator,
        size=(case.size, case.size),
        limit=5,
        topic=topic,
        preset=preset,
    )
    answer = matcher.suggest(request)
    query = Query(id="case", text=text, coordinator=case.coordinator, topic=topic)
    (ranking,) = matcher.knowledge.ranker.rank([query], limit=500)
    places = [organisation for organisation, _ in ranking.ranked]
    sets = [[m.id for m in one.members if m.id != case.coordinator] for one in answer.suggestions]
    if not sets:
        return None
    union = sorted(set().union(*sets))
    return (
        held(case, sets[0]),
        held(case, places[: len(case.partners)]),
        max(held(case, one) for one in sets),
        held(case, union),
        held(case, places[: len(union)]),
    )


def swaps_won(case: HiddenConsortium, matcher: Matcher, rng: np.random.Generator) -> list[float]:
    """Return for each real partner whether the objective prefers it, among the other real ones, to one drawn in its
    place: 1 yes, 0.5 alike, 0 no. Drawn are organisations of the same country and kind, by their number of projects;
    who has no such other is left out."""
    text, topic = case.project.objective or "", ";".join(case.project.topics) or None
    request = SuggestRequest(
        call=CALL, text=text, coordinator=case.coordinator, size=(case.size, case.size), topic=topic
    )
    question = formulate(request, matcher.knowledge)
    utility, rows = Request.of(question.problem).utility, question.candidates.rows
    profiles, facts = matcher.knowledge.text_profiles, question.problem.facts
    projects = np.diff(profiles.shared.speaks.indptr)[
        [profiles.places[OrganisationId(ident)] for ident in facts.ids]
    ]
    team = [rows[ident] for ident in (case.coordinator, *sorted(case.partners)) if ident in rows]
    won = []
    for member in team[1:]:
        alike = (facts.country == facts.country[member]) & (facts.kind == facts.kind[member])
        alike[team] = False
        drawn_from = np.flatnonzero(alike & (projects > 0))
        if drawn_from.size:
            weights = projects[drawn_from] / projects[drawn_from].sum()
            other = int(rng.choice(drawn_from, p=weights))
            real, swapped = utility.added([one for one in team if one != member], [member, other])
            won.append(float(real > swapped) + 0.5 * float(real == swapped))
    return won


def run(options: argparse.Namespace, report: Report) -> None:
    settings = Settings.from_env({}, home=str(options.home))
    with Store.open(settings.database) as store:
        knowledge = knowledge_before(store, options.split, settings.models)
        chosen = cases(store, options.split, options.cases)
    matcher = Matcher(knowledge)
    rng = np.random.default_rng(0)
    swaps = [won for case in chosen for won in swaps_won(case, matcher, rng)]
    rows = [row for case in chosen if (row := shares(case, matcher, options.preset)) is not None]
    table = np.array(rows)
    report.figure("cases", len(rows))
    report.say(f"{len(rows)} of {len(chosen)} projects after {options.split} have an allowed set.")
    report.table(
        "shares",
        {"of the real partners": "", "share": ".3f", "from": ".3f", "to": ".3f"},
        [(name, values.mean(), *interval(values)) for name, values in zip(NAMES, table.T, strict=True)],
    )
    report.say(
        f"Swap test: of {len(swaps)} real partners the objective prefers {np.mean(swaps):.3f} to another of the same "
        "country and kind, drawn by its number of projects."
    )
    for one, other in ((0, 1), (3, 4)):
        gain, low, high = paired_gain(table[:, one], table[:, other])
        report.say(
            f"{NAMES[one]} less {NAMES[other]}: {gain:+.3f} (paired, 95 %: {low:+.3f} to {high:+.3f})."
        )


if __name__ == "__main__":
    launch("consortia")
