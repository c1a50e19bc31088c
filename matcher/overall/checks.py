"""What should a coordinator look at? Coverage, islands, states hanging on one link, duplicates,
competitors."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from data.calls import CallProfile
from data.countries import to_eu
from data.model import Organisation, OrganisationId, Outline
from graph.rules.members import Member
from graph.rules.rules import Verdict, check
from matcher.overall.case import Case
from matcher.overall.prepare import Prepared
from matcher.overall.problem import Pairs
from matcher.overall.project import Coverage, Finding
from matcher.overall.streams import profiles

DUPLICATE = 0.97
"""Cosine of the raw texts from which two outlines count as the same one handed in twice."""
COMPETING = 0.52
"""Cosine of what two outlines offer, language taken out, from which they are direct competitors."""
COVERED = 0.5
"""A topic is covered where an outline is at least this part as near to it as outlines are to their own
stream."""

SHOWN = 3
"""So many of the outlines that cover a topic are named."""

Check = Callable[[Sequence[Outline]], Verdict]


def rule_check(profile: CallProfile, organisations: Mapping[OrganisationId, Organisation]) -> Check:
    """The call's rules as a function of outlines: their owners are the members, budgets added up."""

    def verdict(outlines: Sequence[Outline]) -> Verdict:
        return check(profile, members(outlines, organisations))

    return verdict


def members(
    outlines: Sequence[Outline], organisations: Mapping[OrganisationId, Organisation]
) -> tuple[Member, ...]:
    """One member for each organisation behind the outlines; a budget is known where all its outlines state
    one."""
    by_owner: dict[OrganisationId, list[Outline]] = {}
    for outline in outlines:
        by_owner.setdefault(outline.organisation, []).append(outline)
    added = []
    for ident, theirs in sorted(by_owner.items()):
        organisation = organisations.get(ident)
        budgets = [outline.budget_eur for outline in theirs]
        added.append(
            Member(
                ident,
                name=organisation.name if organisation else None,
                country=organisation.country if organisation and organisation.country else theirs[0].country,
                kind=organisation.kind if organisation else None,
                owner=organisation.owner if organisation else None,
                budget_eur=sum(b for b in budgets if b is not None) if None not in budgets else None,
                sme=organisation.sme if organisation else None,
            )
        )
    return tuple(added)


def coverage(prepared: Prepared, assigned: np.ndarray) -> tuple[Coverage, ...]:
    """How well each topic and each given stream of the call is covered, and by whom."""
    case, coverages = prepared.case, []
    middle = profiles(prepared.texts, assigned, len(prepared.stream_ids))
    wanted = [
        (topic, prepared.texts @ vector, _own(prepared.texts, middle[assigned]))
        for topic, vector in zip(prepared.demands.topics, prepared.topics, strict=False)
    ]
    if prepared.demands.streams:
        usual = _own(prepared.rows, prepared.profiles[assigned])
        streams = zip(prepared.demands.streams, prepared.profiles, strict=True)
        wanted += [(stream, prepared.rows @ vector, usual) for stream, vector in streams]
    for topic, near, usual in wanted:
        needed = COVERED * usual
        best = [int(i) for i in np.argsort(-near, kind="stable") if near[i] >= needed]
        states = known_states(case, best)
        ids = tuple(case.ids[i] for i in best[:SHOWN])
        coverages.append(Coverage(topic.id, topic.name, bool(best), float(near.max()), ids, states))
    return tuple(coverages)


def _own(rows: np.ndarray, streams: np.ndarray) -> float:
    """How near outlines usually are to their own stream: the median cosine, row by row."""
    return float(np.median((rows * streams).sum(axis=1)))


def islands(n: int, pairs: Pairs) -> np.ndarray:
    """(n,) which connected part of the link graph each outline is in; `pairs` are sorted."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(pairs[:, 0], minlength=n))])
    links = sparse.csr_array((np.ones(len(pairs)), pairs[:, 1].copy(), starts), shape=(n, n))
    parts: np.ndarray = connected_components(links, directed=False)[1]
    return parts


def findings(prepared: Prepared, assigned: np.ndarray, pairs: Pairs) -> tuple[Finding, ...]:
    """All that is not a rule but should be looked at, the most serious kind first."""
    return (
        *_islands(prepared, pairs),
        *_unknown(prepared),
        *_hanging(prepared, pairs),
        *_uneven(prepared, assigned),
        *_alike(prepared),
    )


def _islands(prepared: Prepared, pairs: Pairs) -> list[Finding]:
    ids = prepared.case.ids
    parts = islands(len(ids), pairs)
    sizes = Counter(parts.tolist())
    main = min(sizes, key=lambda part: (-sizes[part], part))
    detached = []
    for part in sorted(sizes):
        inside = tuple(ids[i] for i in np.flatnonzero(parts == part))
        if part != main and len(inside) > 1:
            text = f"{len(inside)} outlines are linked among themselves but not with the rest"
            detached.append(Finding("island", inside, text, len(inside)))
    return detached


def _hanging(prepared: Prepared, pairs: Pairs) -> list[Finding]:
    countries = prepared.case.countries
    count = Counter(countries[i] for i in pairs.ravel())
    hanging = []
    for country in prepared.case.states:
        if count[country] <= 1:
            has = "one link" if count[country] else "no link"
            text = f"{to_eu(country)} has {has} to other states"
            hanging.append(Finding("hanging-country", (to_eu(country),), text, count[country]))
    return hanging


def _unknown(prepared: Prepared) -> list[Finding]:
    return [
        Finding(
            "unknown-country",
            (outline.id,),
            f"the country of {outline.id} is not known, so no link of it can be shown to cross a border; state it",
        )
        for outline in prepared.case.outlines
        if outline.country is None
    ]


def known_states(case: Case, places: Iterable[int]) -> tuple[str, ...]:
    """Return the countries of some outlines, as far as they are known, each once, sorted."""
    return tuple(sorted({country for i in places if (country := case.countries[i]) is not None}))


def _uneven(prepared: Prepared, assigned: np.ndarray) -> list[Finding]:
    uneven = []
    low, high = prepared.problem.size
    for s, stream in enumerate(prepared.stream_ids):
        inside = np.flatnonzero(assigned == s)
        states = known_states(prepared.case, inside)
        if len(states) < prepared.problem.min_countries:
            text = f"stream {stream} has {len(states)} states, {prepared.problem.min_countries} are needed"
            uneven.append(Finding("narrow-stream", (stream,), text, len(states)))
        if not low <= len(inside) <= high:
            text = f"stream {stream} has {len(inside)} outlines, {low} to {high} would be balanced"
            uneven.append(Finding("unbalanced-stream", (stream,), text, len(inside)))
    return uneven


def _alike(prepared: Prepared) -> list[Finding]:
    case = prepared.case
    same = np.triu(case.texts @ case.texts.T, 1)
    compete = np.triu(prepared.offers @ prepared.offers.T, 1)
    alike = []
    for i, j in np.argwhere(same >= DUPLICATE):
        text = f"{case.ids[i]} and {case.ids[j]} say nearly the same; one may be handed in twice"
        alike.append(Finding("duplicate", (case.ids[i], case.ids[j]), text, round(float(same[i, j]), 3)))
    for i, j in np.argwhere((compete >= COMPETING) & (same < DUPLICATE)):
        if case.owner(i) != case.owner(j):
            text = f"{case.ids[i]} and {case.ids[j]} offer nearly the same: direct competitors"
            value = round(float(compete[i, j]), 3)
            alike.append(Finding("competitors", (case.ids[i], case.ids[j]), text, value))
    return alike
