"""Do suggested sets hold the real partners? Later projects, with only the history before them known.

    python -m benchmarks.consortia --home HOME [--split 2018-07-01] [--cases 65] [--fit SHARE]

HOME holds an imported and indexed store. Asked are projects that start after the split and have an objective: the
objective, the call topic and the coordinator are given, and exactly as many members as there were. Compared are the
first suggestion with as many first places of the ranking, the best and the union of five suggestions with the union's
size in the ranking, each as the share of the real partners. What is learned at the split is kept in benchmarks/out.
"""

import argparse
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.quality_metrics import interval, paired_gain
from benchmarks.quality_protocol import OUT
from data.calls import load_profiles
from data.model import OrganisationId, Project
from data.store import Store
from embeddings.choice import DEFAULT, open_encoder
from embeddings.search import TextSearch
from graph.names.names import NameStatistics
from graph.network.network import Network
from matcher.ranking.query import Query
from matcher.ranking.rank import Ranker
from matcher.suggest.answers import SuggestRequest
from matcher.suggest.knowledge import Knowledge, facts_of, ranker_texts, titles_of, widening_of
from matcher.suggest.matcher import Matcher
from matcher.suggest.text_profiles import TextProfiles
from service.runtime.settings import Settings

CALL = "he-ria-ia-2021"
LARGEST = 40
"""Members that may be asked for."""


@dataclass(frozen=True, slots=True)
class Case:
    """One later project: what is asked, and who took part beside the coordinator."""

    project: Project
    coordinator: OrganisationId
    partners: frozenset[OrganisationId]
    size: int


def knowledge_before(store: Store, split: dt.date, models: Path) -> Knowledge:
    """Return what was known before a date, from a store that knows more; `models`: where the encoder lies."""
    history = store.history().before(split)
    search = TextSearch.build(store, open_encoder(DEFAULT, models), history=history)
    organisations = store.organisations()
    return Knowledge(
        revision=f"before {split}",
        network=Network.from_history(history),
        search=search,
        ranker=Ranker(history, ranker_texts(search, ()), folder=OUT / f"consortia-{split}"),
        roster=TextProfiles.of(history, (), search),
        facts=facts_of(history),
        fictional=history.organisations["fictional"].to_numpy(dtype=bool),
        widening=widening_of(history),
        organisations=organisations,
        outlines={},
        profiles=load_profiles(),
        project_titles=titles_of(history),
        owner_decisions=(),
        count_names=lambda: NameStatistics.of((), (), ()),
    )


def cases(store: Store, knowledge: Knowledge, split: dt.date, most: int) -> list[Case]:
    """Return later projects with an objective, a coordinator and three partners or more, evenly chosen by id."""
    history = store.history()
    later = history.projects[history.projects["start"] >= str(split)]["id"]
    found = []
    for project in store.projects(list(later)).values():
        if not project.objective:
            continue
        rows = history.participations[history.participations["project"] == project.id]
        leads = [OrganisationId(o) for o in rows[rows["role"] == "coordinator"]["organisation"]]
        partners = frozenset(OrganisationId(o) for o in rows["organisation"]) - set(leads)
        if len(leads) == 1 and 3 <= len(partners) < LARGEST:
            found.append(Case(project, leads[0], partners, len(partners) + 1))
    found.sort(key=lambda case: case.project.id)
    step = max(len(found) / most, 1)
    return [found[int(place * step)] for place in range(min(most, len(found)))]


def held(case: Case, members: Sequence[str]) -> float:
    """Return the share of a case's partners among some organisations."""
    return len(case.partners & set(members)) / len(case.partners)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--split", type=dt.date.fromisoformat, default=dt.date(2018, 7, 1))
    parser.add_argument("--cases", type=int, default=65)
    options = parser.parse_args()
    with Store.open(f"sqlite:///{options.home / 'konsort.sqlite'}") as store:
        models = Settings.from_env({"KONSORT_HOME": str(options.home)}).models
        knowledge = knowledge_before(store, options.split, models)
        chosen = cases(store, knowledge, options.split, options.cases)
    matcher = Matcher(knowledge)
    rows = []
    for case in chosen:
        text = case.project.objective or ""
        topic = ";".join(case.project.topics) or None
        request = SuggestRequest(
            call=CALL,  # type: ignore[arg-type]
            text=text,
            coordinator=case.coordinator,
            size=(case.size, case.size),
            limit=5,
            topic=topic,
        )
        answer = matcher.suggest(request)
        query = Query(id="case", text=text, coordinator=case.coordinator, topic=topic)
        (ranking,) = knowledge.ranker.rank([query], limit=500)
        places = [organisation for organisation, _ in ranking.ranked]
        sets = [
            [member.id for member in one.members if member.id != case.coordinator]
            for one in answer.suggestions
        ]
        if not sets:
            continue
        union = set().union(*sets)
        rows.append(
            (
                held(case, sets[0]),
                held(case, places[: len(case.partners)]),
                max(held(case, one) for one in sets),
                held(case, sorted(union)),
                held(case, places[: len(union)]),
            )
        )
    table = np.array(rows)
    names = (
        "first suggestion",
        "as many first places",
        "best of five",
        "union of five",
        "as many places as the union",
    )
    print(f"{len(rows)} of {len(chosen)} projects after {options.split}")
    for name, values in zip(names, table.T, strict=True):
        low, high = interval(values)
        print(f"{name}: {values.mean():.3f} ({low:.3f} to {high:.3f})")
    for one, other in ((0, 1), (3, 4)):
        gain = paired_gain(table[:, one], table[:, other])
        print(f"{names[one]} less {names[other]}: {gain}")


if __name__ == "__main__":
    main()
