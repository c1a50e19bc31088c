"""From a solution to the overall project that a coordinator reads: named streams, links with their
evidence."""

import hashlib
from collections.abc import Mapping

import numpy as np

from data.model import OutlineId
from matcher.overall import checks, naming, resilience
from matcher.overall.decisions import OutlinePair, ordered
from matcher.overall.joint import Solution
from matcher.overall.prepare import Prepared, Previous, basis
from matcher.overall.problem import Pairs
from matcher.overall.project import Changes, Evidence, Ground, Link, OverallProject, Participant, Stream
from matcher.overall.spillover import spillovers

SECOND = 0.7
"""An outline also belongs to a stream that it fits at least this part as well as its main one."""
SECOND_FIT = 0.35
NEAR_TEXTS = "the whole texts are near"
CUT = (
    "the computation was stopped by the clock before its work was done: this answer may be improved, and the next run "
    "may differ from it"
)
QUOTED, NEAR = 0.65, 0.45
"""What one seeks and another brings is quoted where the search is so strong, and both things' words so near (cosine).
Set by judgement after reading all of the demo's links."""


def report(
    prepared: Prepared,
    solution: Solution,
    *,
    previous: Previous | None = None,
    check: checks.Check | None = None,
) -> OverallProject:
    """Name the streams, ground the links, run the checks. `check` answers the call's rules for some
    outlines."""
    case, assigned, pairs = prepared.case, solution.assigned, solution.pairs
    degree = np.bincount(pairs.ravel(), minlength=len(case.outlines))
    streams = _streams(prepared, assigned, previous, check)
    covered = checks.coverage(prepared, assigned)
    names = tuple(stream.name for stream in streams)
    return OverallProject(
        run=_run(prepared, solution, previous),
        call=prepared.demands.call,
        status=solution.status,
        gap=solution.gap,
        claim=_claim(solution, len(streams)),
        value=solution.value,
        bound=solution.bound,
        stage_loss=max(0.0, solution.value - solution.staged) / max(1.0, abs(solution.value)),
        streams=streams,
        links=tuple(_link(prepared, assigned, int(i), int(j)) for i, j in pairs),
        participants=_participants(prepared, assigned, pairs),
        isolated=tuple(case.ids[i] for i in np.flatnonzero(degree == 0)),
        short=tuple(case.ids[i] for i in np.flatnonzero(degree < prepared.demands.min_links)),
        coverage=covered,
        findings=checks.findings(prepared, assigned, pairs, streams=names),
        missing=tuple(sorted(set(prepared.demands.countries) - set(case.states))),
        fragile=resilience.losses(prepared, assigned, pairs, covered=covered, check=check, streams=names),
        rules=check(case.outlines) if check else None,
        fictional=any(
            case.organisations[outline.organisation].fictional
            for outline in case.outlines
            if outline.organisation in case.organisations
        ),
        terms=comparison_terms(prepared, assigned, pairs),
        notes=(*prepared.notes, *((CUT,) if solution.cut else ())),
        streams_found=not prepared.demands.streams,
        spillovers=spillovers((outline, case.words_of(i)) for i, outline in enumerate(case.outlines)),
    )


def comparison_terms(prepared: Prepared, assigned: np.ndarray, pairs: Pairs) -> dict[str, float]:
    """What the alternatives are compared by; all but the counts in [0, 1].

    fit: mean fit to the own stream. complement, topic: mean over the links. known: links with an existing
    tie, as a part of all. inside: links inside one stream, as a part. evenness: smallest stream over the
    largest. borders: pairs of states that are linked, as a part of those that could be.
    """
    case, n = prepared.case, len(assigned)
    i, j = pairs.T
    sizes = np.bincount(assigned, minlength=len(prepared.stream_ids))
    countries = [country or "" for country in case.countries]
    linked = {ordered(countries[a], countries[b]) for a, b in pairs}
    states = len(case.states)
    possible = states * (states - 1) / 2

    def mean(values: np.ndarray) -> float:
        return float(values.mean()) if len(values) else 0.0

    return {
        "fit": float(np.minimum(1.0, prepared.problem.fit[np.arange(n), assigned]).mean()),
        "complement": mean(prepared.strengths.complement[i, j]),
        "topic": mean(prepared.strengths.topic[i, j]),
        "known": mean((prepared.strengths.tie[i, j] > 0).astype(float)),
        "inside": mean((assigned[i] == assigned[j]).astype(float)),
        "evenness": float(sizes.min() / max(1, sizes.max())),
        "borders": len(linked) / possible if possible else 0.0,
        "links": float(len(pairs)),
        "streams": float(len(sizes)),
    }


def _streams(
    prepared: Prepared, assigned: np.ndarray, previous: Previous | None, check: checks.Check | None
) -> tuple[Stream, ...]:
    case, fit = prepared.case, prepared.problem.fit
    salient = naming.salient_terms(
        case.outlines,
        assigned,
        len(prepared.stream_ids),
        meaning=prepared.meaning,
        said=case.said or None,
    )
    given = {topic.id: topic.name for topic in prepared.demands.streams}
    kept: Mapping[str, str] = previous.names if previous else {}
    streams = []
    own = fit[np.arange(len(assigned)), assigned]
    for s, ident in enumerate(prepared.stream_ids):
        inside = np.flatnonzero(assigned == s)
        also = np.flatnonzero((assigned != s) & (fit[:, s] >= np.maximum(SECOND * own, SECOND_FIT)))
        others = np.delete(fit[inside], s, axis=1)
        clear = int((others.max(axis=1, initial=0.0) < SECOND * fit[inside, s]).sum())
        name = prepared.decisions.names.get(ident) or given.get(ident) or kept.get(ident)
        streams.append(
            Stream(
                ident,
                name or naming.title(salient[s], s + 1),
                tuple(salient[s]),
                tuple(case.ids[i] for i in inside),
                tuple(case.ids[i] for i in also),
                checks.known_states(case, inside),
                check([case.outlines[i] for i in inside]) if check and len(inside) else None,
                clear,
            )
        )
    return tuple(streams)


def _participants(prepared: Prepared, assigned: np.ndarray, pairs: Pairs) -> tuple[Participant, ...]:
    case, fit = prepared.case, prepared.problem.fit
    degree = np.bincount(pairs.ravel(), minlength=len(case.outlines))
    participants = []
    for i, outline in enumerate(case.outlines):
        organisation = case.organisations.get(outline.organisation)
        own = fit[i, assigned[i]]
        second = [
            prepared.stream_ids[s]
            for s in range(fit.shape[1])
            if s != assigned[i] and fit[i, s] >= max(SECOND * own, SECOND_FIT)
        ]
        participants.append(
            Participant(
                outline.id,
                outline.title,
                outline.organisation,
                organisation.label if organisation else f"Organisation {outline.organisation}",
                outline.country,
                prepared.stream_ids[assigned[i]],
                tuple(second),
                min(1.0, float(own)),
                int(degree[i]),
                int(prepared.problem.lowest[i]),
                int(prepared.problem.capacity[i]),
                outline.work_stream,
                _elsewhere(prepared, assigned, pairs, i),
                outline.budget_eur,
                str(organisation.kind) if organisation and organisation.kind else None,
            )
        )
    return tuple(participants)


def _elsewhere(prepared: Prepared, assigned: np.ndarray, pairs: Pairs, i: int) -> str:
    """Why an outline stands in another stream than its sender asked for; "" where it does not.

    The sender's choice counts CHOSEN beside the fit of the text, and is outweighed by one of three things.
    """
    wished = prepared.case.outlines[i].work_stream
    if wished not in prepared.stream_ids or prepared.stream_ids[assigned[i]] == wished:
        return ""
    wish, here = prepared.stream_ids.index(wished), int(assigned[i])
    if prepared.case.ids[i] in prepared.decisions.streams:
        return "the coordinator decided so"
    if prepared.problem.fit[i, here] > prepared.problem.fit[i, wish]:
        return "its text fits here better, by more than the choice counts"
    size, (low, high) = np.bincount(assigned, minlength=len(prepared.stream_ids)), prepared.problem.size
    if size[wish] >= high or size[here] <= low:
        return f"for balance: {size[wish]} outlines stand in the stream asked for, {size[here]} here"
    partners = pairs[(pairs == i).any(axis=1)].sum(axis=1) - i
    inside = int((assigned[partners] == here).sum())
    return f"for its collaborations: {inside} of {len(partners)} are inside this stream"


def _link(prepared: Prepared, assigned: np.ndarray, i: int, j: int) -> Link:
    case, strengths = prepared.case, prepared.strengths
    a, b = case.outlines[i], case.outlines[j]
    tied = bool(strengths.tie[i, j] > 0)
    reasons = [
        *(ground for x, y in ((i, j), (j, i)) for ground in _search(prepared, x, y)),
        Ground("topic", round(float(strengths.topic[i, j]), 4), NEAR_TEXTS),
    ]
    if tied:
        projects = case.shared_projects(a.organisation, b.organisation) if case.shared_projects else ()
        number = {0: "earlier projects", 1: "one project"}.get(len(projects), f"{len(projects)} projects")
        text = f"their organisations have worked together in {number}"
        evidence = Evidence(projects=tuple(projects[:20]))
        reasons.append(Ground("tie", round(float(strengths.tie[i, j]), 4), text, evidence))
    if ordered(a.id, b.id) in prepared.decisions.together:
        reasons.append(Ground("decision", 1.0, "the coordinator decided so"))
    reasons.sort(key=lambda reason: (-reason.value, reason.name))
    same = assigned[i] == assigned[j]
    return Link(
        a.id,
        b.id,
        (a.country or "", b.country or ""),  # only between known countries is a link allowed
        float(prepared.total[i, j]),
        prepared.stream_ids[assigned[i]] if same else None,
        tuple(reason for reason in reasons if reason.value > 0),
        not tied,
    )


def _search(prepared: Prepared, i: int, j: int) -> list[Ground]:
    """What i seeks and j brings, quoted, where both are near enough to be put side by side; else nothing."""
    case, value = prepared.case, float(prepared.strengths.seek[i, j])
    seeks, offers = case.words_of(i).seeks, case.words_of(j).offers
    if value < QUOTED or not seeks or not offers or not case.meanings:
        return []
    near = (
        np.stack([case.meanings[words] for words in seeks])
        @ np.stack([case.meanings[words] for words in offers]).T
    )
    s, o = np.unravel_index(int(near.argmax()), near.shape)
    if near[s, o] < NEAR:
        return []
    seeker, supplier = case.outlines[i], case.outlines[j]
    evidence = Evidence(
        seeker=seeker.id,
        supplier=supplier.id,
        seeks=seeks[s],
        offers=offers[o],
        from_text=seeker.seeks is None or supplier.offers is None,
    )
    text = f"{seeker.id} seeks what {supplier.id} brings"
    return [Ground("seeks-offers", round(value, 4), text, evidence)]


def changes(before: Previous, project: OverallProject) -> Changes:
    """What differs from the proposal before; links of removed outlines are listed once."""
    now, was = project.stream_of, before.stream_of
    both = now.keys() & was.keys()
    names = {stream.id: stream.name for stream in project.streams}

    def alive(pair: OutlinePair) -> bool:
        return pair[0] in now and pair[1] in now

    return Changes(
        added=tuple(sorted(now.keys() - was.keys())),
        removed=tuple(sorted(was.keys() - now.keys())),
        moved=tuple((OutlineId(o), was[o], now[o]) for o in sorted(both) if was[o] != now[o]),
        links_added=tuple(sorted(project.pairs - before.pairs)),
        links_removed=tuple(sorted(pair for pair in before.pairs - project.pairs if alive(pair))),
        links_gone=tuple(sorted(pair for pair in before.pairs if not alive(pair))),
        gone=tuple(before.people[o] for o in sorted(was.keys() - now.keys()) if o in before.people),
        renamed=tuple(
            (stream, before.names[stream], name)
            for stream, name in sorted(names.items())
            if stream in before.names and before.names[stream] != name
        ),
    )


def _claim(solution: Solution, streams: int) -> str:
    holds = f"for these {streams} streams, over all pairs of outlines across a border"
    if solution.status == "optimal":
        return f"streams and links together are proved best {holds}"
    return f"streams and links together are within {100 * solution.gap:.2g} % of the best {holds}"


def _run(prepared: Prepared, solution: Solution, previous: Previous | None) -> str:
    """Twelve hexadecimal digits: the same case, demands, decisions and earlier proposal give the same."""
    digest = hashlib.sha256(
        basis(prepared.case, prepared.demands, prepared.decisions, prepared.weights).encode()
    )
    before = (sorted(previous.stream_of.items()), sorted(previous.pairs)) if previous else None
    digest.update(repr((before, solution.assigned.tolist(), solution.pairs.tolist())).encode())
    return digest.hexdigest()[:12]
