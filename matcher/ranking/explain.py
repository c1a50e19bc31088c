"""Why does an organisation stand where it stands? Its contributions as data: projects, ties, texts, topics."""

from dataclasses import dataclass

import numpy as np

from data.model import OrganisationId, ProjectId
from matcher.ranking.evidence import Evidence, gather
from matcher.ranking.moment import Moment
from matcher.ranking.query import Query

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Contribution:
    """One piece of evidence for an organisation. `value` in [0, 1] unless said otherwise; larger is stronger.

    kind       project                              partner                  value
    tie        the project they shared              the one on board         1 / (members - 1), Newman
    topic      its project of a related call        None                     cosine of the topic codes
    text       its project nearest in meaning       None                     cosine of the texts
    programme  None                                 None                     share of its projects in the programme
    standing   None                                 None                     its number of past projects
    """

    kind: str
    value: float
    project: ProjectId | None = None
    partner: OrganisationId | None = None


def contributions(
    moment: Moment, query: Query, organisation: OrganisationId, vector: np.ndarray
) -> tuple[Contribution, ...]:
    """What speaks for one organisation, strongest first within each kind; () where nothing is known of it.

    `vector`: (d,) of the query's text, zero where there is none.
    """
    state = moment.prepared.state
    place = state.places.get(organisation)
    if place is None:
        return ()
    evidence = gather(state, [query], vector.reshape(1, -1))
    own = moment.prepared.members[place].indices
    found = [*_ties(moment, query, own, place)]
    for kind, column in (("topic", evidence.topic), ("text", _meaning(evidence))):
        best = sorted(own, key=lambda project: (-column[project, 0], project))[:SHOWN]
        found += [
            Contribution(kind, float(column[project, 0]), project=ProjectId(str(state.projects[project])))
            for project in best
            if column[project, 0] > 0
        ]
    share = float((evidence.programme[own, 0] > 0).mean()) if len(own) else 0.0
    if share > 0:
        found.append(Contribution("programme", share))
    found.append(Contribution("standing", float(len(own))))
    return tuple(found)


def _meaning(evidence: Evidence) -> np.ndarray:
    return np.maximum(evidence.meaning, evidence.words)


def _ties(moment: Moment, query: Query, own: np.ndarray, place: int) -> list[Contribution]:
    """The projects shared with those on board, the smallest consortia first."""
    state = moment.prepared.state
    found = []
    for partner in query.on_board:
        other = state.places.get(partner)
        if other is None or other == place:
            continue
        shared = np.intersect1d(own, moment.prepared.members[other].indices)
        found += [
            Contribution(
                "tie",
                float(moment.prepared.newman[project]),
                project=ProjectId(str(state.projects[project])),
                partner=partner,
            )
            for project in shared
        ]
    return sorted(found, key=lambda each: (-each.value, each.project or "", each.partner or ""))[:SHOWN]
