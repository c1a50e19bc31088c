"""How do a call's outlines make one overall project?

case → streams found or given → strengths of links → one problem → solved with its bound → checked → project
an earlier proposal holds the next one near it; alternatives are other projects that differ for real
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from data.calls import CallProfile
from data.countries import EU27
from matcher.overall.case import Case, Demands, LinkWeights, Topic
from matcher.overall.checks import Check, rule_check
from matcher.overall.decisions import Decisions
from matcher.overall.joint import LIMIT_S, Solution, bound_of, solve
from matcher.overall.prepare import Encode, Prepared, Previous, prepare
from matcher.overall.problem import JointProblem
from matcher.overall.project import Alternative, OverallProject
from matcher.overall.report import changes, comparison_terms, report

STAY, STAY_LINKED = 0.3, 0.3
"""What staying in one's stream, and keeping a link, is worth beside the utility when a proposal is
repaired."""
SACRIFICE = 0.01
"""Staying near the earlier proposal may cost this part of the best value; if it costs more, it weighs
less."""
PRESETS: Mapping[str, tuple[str, LinkWeights]] = MappingProxyType(
    {
        "complementary": (
            "links only from what one seeks and the other offers",
            LinkWeights(complement=0.9, topic=0.1, tie=0.0, same_stream=0.0),
        ),
        "familiar": (
            "links along ties that exist already",
            LinkWeights(complement=0.25, topic=0.15, tie=0.6),
        ),
        "topical": (
            "links between outlines about the same, inside their streams",
            LinkWeights(complement=0.2, topic=0.8, tie=0.0, same_stream=0.5),
        ),
    }
)
"""Other aims for alternatives: in words, and as weights."""
DIFFERENT = 0.3
"""Alternatives differ in at least this part of all their links, or of all outlines' streams."""
GAINED = 0.01
"""An alternative is better than the first by so much in one term at least."""
AWAY = (0.0, 0.15, 0.4)
"""What a link of an earlier alternative loses, tried in turn until the next one differs enough."""


def demands_of(profile: CallProfile) -> Demands:
    """What a call profile demands: its work streams, its topics, and the Member States that it invites."""
    return Demands(
        call=profile.id,
        streams=tuple(Topic(stream.id, stream.title, stream.description) for stream in profile.work_streams),
        topics=tuple(Topic(f"t{k + 1}", topic) for k, topic in enumerate(profile.topics)),
        countries=tuple(sorted(EU27)),
    )


def integrate(
    case: Case,
    demands: Demands,
    *,
    decisions: Decisions | None = None,
    previous: Previous | None = None,
    weights: LinkWeights | None = None,
    encode: Encode | None = None,
    check: Check | None = None,
    limit_s: float = LIMIT_S,
) -> OverallProject:
    """Combine the outlines into one overall project, near the `previous` proposal where there is one.

    `encode` turns the call's stream and topic texts into vectors; `check` answers the call's rules
    (`rule_check`). Raises BadInput for an empty call and for decisions that contradict each other.
    """
    prepared = prepare(
        case,
        demands,
        decisions=decisions or Decisions(),
        weights=weights or LinkWeights(),
        previous=previous,
        encode=encode,
    )
    if previous is None:
        return report(prepared, solve(prepared.problem, limit_s=limit_s), check=check)
    repaired = repair(prepared, previous, limit_s=limit_s)
    project = report(prepared, repaired, previous=previous, check=check)
    return replace(project, changes=changes(previous, project))


def cost(
    case: Case,
    demands: Demands,
    stands: OverallProject,
    other: OverallProject,
    *,
    decisions: Decisions,
    encode: Encode | None = None,
) -> float | None:
    """What part of its value the plan that `stands` would lose by becoming the other; below 0: nothing of it.

    Both are valued by the problem of the one that stands, with its streams' profiles: the values of two plans are of
    two problems. None where they are not of the same outlines, or a link of the other one is forbidden in the first.
    """
    if stands.stream_of.keys() != other.stream_of.keys():
        return None
    prepared = prepare(
        case, demands, decisions=decisions, weights=LinkWeights(), previous=Previous.of(stands), encode=encode
    )
    place = {outline: i for i, outline in enumerate(prepared.case.ids)}

    def value(project: OverallProject) -> float:
        assigned = [prepared.stream_ids.index(project.stream_of[outline]) for outline in prepared.case.ids]
        pairs = [(place[a], place[b]) for a, b in sorted(project.pairs)]
        return prepared.problem.value(np.array(assigned), np.array(pairs, dtype=int).reshape(-1, 2))

    before, after = value(stands), value(other)
    return (before - after) / max(1e-9, abs(before)) if np.isfinite(after) else None


def repair(prepared: Prepared, previous: Previous, *, limit_s: float = LIMIT_S) -> Solution:
    """Solve near the earlier proposal: staying counts as utility, and counts less if it costs more than
    SACRIFICE.

    The bound is that of the problem without this pull, so that `gap` says what staying costs at most.
    """
    problem = prepared.problem
    bound = bound_of(problem, limit_s=limit_s)
    ids = prepared.case.ids
    stays = np.zeros(problem.shape)
    for i, outline in enumerate(ids):
        stream = previous.stream_of.get(outline)
        if stream in prepared.stream_ids:
            stays[i, prepared.stream_ids.index(stream)] = 1.0
    place = {outline: i for i, outline in enumerate(ids)}
    linked = np.zeros_like(problem.worth)
    for a, b in previous.pairs:
        if a in place and b in place:
            linked[place[a], place[b]] = linked[place[b], place[a]] = 1.0
    for share in (1.0, 0.3, 0.1):
        pulled = replace(
            problem,
            fit=problem.fit + share * STAY * stays,
            worth=problem.worth + share * STAY_LINKED * linked,
        )
        near = solve(pulled, limit_s=limit_s)
        value = problem.value(near.assigned, near.pairs)
        if bound - value <= SACRIFICE * abs(bound):
            break
    return Solution(near.assigned, near.pairs, value, max(bound, value), value, near.cut)


def alternatives(
    case: Case,
    demands: Demands,
    first: OverallProject,
    *,
    decisions: Decisions | None = None,
    encode: Encode | None = None,
    check: Check | None = None,
    limit: int = 3,
) -> tuple[Alternative, ...]:
    """Up to `limit` projects that differ from `first` and from each other: in number of streams, or by DIFFERENT.

    Where the call gives no streams, the first has another number of them. The others aim at something else (PRESETS);
    links that an earlier one already has lose some of their worth until the next one is different. One that cannot be
    made different, or that is better in nothing, is left out.
    """
    kept = decisions or Decisions()
    near = Previous.of(first)

    def prepared(weights: LinkWeights, count: int | None = None) -> Prepared:
        return prepare(
            case, demands, decisions=kept, weights=weights, previous=near, encode=encode, count=count
        )

    others: list[Alternative] = []
    for count in _other_counts(demands, kept, first):
        other = prepared(LinkWeights(), count)
        project = report(other, solve(other.problem), check=check)
        made = _if_different(f"{count} streams", f"{count} work streams in place of {len(first.streams)}",
                                  project, first, others)  # fmt: skip
        if made:
            others.append(made)
            break
    for name, (aim, weights) in PRESETS.items():
        if len(others) == limit:
            break
        aimed = prepared(weights)
        for away in AWAY:
            used = [first, *(one.project for one in others)]
            valued = _valued(aimed.problem, solve(_away(aimed, used, away)))
            project = report(aimed, valued, previous=near, check=check)
            project = replace(
                project, terms=comparison_terms(prepared(LinkWeights()), valued.assigned, valued.pairs)
            )
            made = _if_different(name, aim, project, first, others)
            if made:
                others.append(made)
                break
    return tuple(others)


def _other_counts(demands: Demands, decisions: Decisions, first: OverallProject) -> list[int]:
    """Other numbers of streams, the nearest first, one more before one less; none where somebody named streams."""
    if demands.streams or decisions.streams or decisions.names:
        return []
    now, (low, high) = len(first.streams), demands.stream_count
    most = min(high, len(first.participants) // 4)
    others = [count for count in range(max(2, low - 1), most + 1) if count != now]
    return sorted(others, key=lambda count: (abs(count - now), -count))


def _if_different(
    name: str, aim: str, project: OverallProject, first: OverallProject, others: Sequence[Alternative]
) -> Alternative | None:
    """The alternative, or None where it is too like the first or one of the others, or better in nothing."""
    earlier = [first, *(other.project for other in others)]
    apart = [_difference(project, other) for other in earlier]
    alike = [len(other.streams) == len(project.streams) for other in earlier]
    if any(same and max(pair) < DIFFERENT for same, pair in zip(alike, apart, strict=True)):
        return None
    trade = {term: project.terms[term] - first.terms[term] for term in first.terms}
    if all(trade[term] < GAINED for term in trade if term not in ("links", "streams")):
        return None
    return Alternative(name, aim, project, *apart[0], trade)


def _away(prepared: Prepared, used: Sequence[OverallProject], price: float) -> JointProblem:
    place = {outline: i for i, outline in enumerate(prepared.case.ids)}
    worth = prepared.problem.worth.copy()
    for project in used:
        for a, b in project.pairs:
            worth[place[a], place[b]] -= price
            worth[place[b], place[a]] -= price
    return replace(prepared.problem, worth=worth)


def _valued(problem: JointProblem, solution: Solution) -> Solution:
    """The solution valued by its own aim, without the push away from others; bounded anew."""
    value = problem.value(solution.assigned, solution.pairs)
    bound = bound_of(problem)
    return Solution(solution.assigned, solution.pairs, value, max(bound, value), value, solution.cut)


def _difference(one: OverallProject, other: OverallProject) -> tuple[float, float]:
    """Parts of the links (Jaccard distance) and of the outlines' streams that differ."""
    links = 1 - len(one.pairs & other.pairs) / max(1, len(one.pairs | other.pairs))
    mine, theirs = one.stream_of, other.stream_of
    moved = sum(mine[outline] != theirs.get(outline) for outline in mine) / max(1, len(mine))
    return links, moved


__all__ = [
    "Alternative",
    "Case",
    "Decisions",
    "Demands",
    "LinkWeights",
    "Previous",
    "Topic",
    "alternatives",
    "cost",
    "demands_of",
    "integrate",
    "repair",
    "rule_check",
]
