"""What should a coordinator look at? Coverage, islands, states hanging on one link, duplicates,
competitors."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from data.calls import CallProfile
from data.countries import country_name, to_eu
from data.model import Organisation, OrganisationId, Outline, OutlineId
from graph.rules.members import Member
from graph.rules.rules import Verdict, check
from matcher.overall.case import Case, Topic
from matcher.overall.prepare import Prepared
from matcher.overall.problem import Pairs
from matcher.overall.project import Coverage, Finding
from matcher.overall.streams import profiles, without_language
from matcher.overall.vocabulary import function_words, words

DUPLICATE = 0.97
"""Cosine of the raw texts from which two outlines count as the same one handed in twice."""
COMPETING = 0.52
"""Cosine of what two outlines offer, language taken out, from which they are direct competitors."""
COVERED = 0.5
"""An outline may cover a topic where its text is at least this part as near to it as outlines are to their own
stream."""
SAYS = 0.3
"""Cosine, languages taken out, from which a sentence speaks of a topic. Set by judgement after reading the demo's."""
NAMED = 0.5
"""A work stream of the call names a topic where its title and description use this part of the topic's words."""
READ = 12
"""So many of the outlines nearest to a topic are read sentence by sentence."""

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
    given = {topic.id: topic for topic in prepared.demands.streams}
    usual = _own(prepared.texts, profiles(prepared.texts, assigned, len(prepared.stream_ids))[assigned])
    covered = []
    for place, topic in enumerate(prepared.demands.topics):
        near = prepared.texts @ prepared.topics[place] if place < len(prepared.topics) else None
        named = {ident: _names(stream, topic) for ident, stream in given.items()}
        most = max(named, key=lambda ident: named[ident], default="")
        stream = most if named.get(most, 0.0) >= NAMED else None
        if stream is not None:
            covered.append(_by_stream(prepared, assigned, topic, stream, quoted=True))
        elif near is not None:
            covered.append(_by_sentence(prepared, topic, near, COVERED * usual))
    return (*covered, *(_by_stream(prepared, assigned, topic, ident) for ident, topic in given.items()))


def _names(stream: Topic, topic: Topic) -> float:
    """The part of a topic's words, function words left aside, that a stream's title and description use."""
    said = {stem for word in words(f"{stream.name} {stream.text}") for stem in (word, word.rstrip("s"))}
    wanted = [word for word in words(topic.name) if word not in function_words()]
    used = sum(word in said or word.rstrip("s") in said for word in wanted)
    return used / max(1, len(wanted))


def _by_stream(
    prepared: Prepared, assigned: np.ndarray, topic: Topic, stream: str, *, quoted: bool = False
) -> Coverage:
    """All outlines of the stream that names the topic, those that fit it best first; `quoted`: with a sentence of one
    of them that speaks of it."""
    place = prepared.stream_ids.index(stream)
    inside = np.flatnonzero(assigned == place)
    ranked = inside[np.argsort(-prepared.problem.fit[inside, place], kind="stable")]
    near = prepared.rows @ prepared.profiles[place]
    how: Literal["stream", "nobody"] = "stream" if len(inside) else "nobody"
    best = _sentences(prepared, topic, ranked.tolist()[:READ]) if quoted else {}
    first = max(best, key=lambda i: best[i], default=-1)
    quote = (prepared.case.ids[first], best[first][1]) if best and best[first][0] >= SAYS else (None, None)
    return _coverage(prepared, topic, near, ranked.tolist(), how=how, stream=stream, quoted=quote)


def _by_sentence(prepared: Prepared, topic: Topic, near: np.ndarray, needed: float) -> Coverage:
    """The outlines whose text is near to the topic and of whose sentences one speaks of it: what they seek is none."""
    order = [int(i) for i in np.argsort(-near, kind="stable")][:READ]
    best = _sentences(prepared, topic, order)
    if not best:  # nobody has read the texts: nearness alone tells
        return _coverage(prepared, topic, near, [i for i in order if near[i] >= needed], how="sentence")
    speaking = [i for i in order if near[i] >= needed and i in best and best[i][0] >= SAYS]
    first = speaking[0] if speaking else max(best, key=lambda i: best[i])
    quoted = (prepared.case.ids[first], best[first][1])
    return _coverage(prepared, topic, near, speaking, how="sentence", quoted=quoted)


def _sentences(prepared: Prepared, topic: Topic, order: Sequence[int]) -> dict[int, tuple[float, str]]:
    """How near each outline's nearest sentence is to a topic, languages taken out, with that sentence; {} unread."""
    said = [(i, sentence) for i in order for sentence in _sentences_of(prepared, i)]
    if not said or prepared.encode is None:
        return {}
    texts, languages = prepared.case.texts, [outline.language for outline in prepared.case.outlines]
    vectors = prepared.encode([sentence for _, sentence in said] + [f"{topic.name}\n{topic.text}".strip()])
    spoken = [*languages, *(languages[i] for i, _ in said), "en"]
    freed = without_language(np.concatenate([texts, vectors]), spoken)[len(texts) :]
    says = freed[:-1] @ freed[-1]
    best: dict[int, tuple[float, str]] = {}
    for (i, sentence), score in zip(said, says.tolist(), strict=True):
        best[i] = max(best.get(i, (-1.0, "")), (score, sentence))
    return best


def _sentences_of(prepared: Prepared, i: int) -> tuple[str, ...]:
    said = prepared.case.words_of(i)
    return (*said.does, *said.offers)


def _coverage(
    prepared: Prepared,
    topic: Topic,
    near: np.ndarray,
    by: Sequence[int],
    *,
    how: Literal["stream", "sentence", "nobody"],
    stream: str | None = None,
    quoted: tuple[OutlineId, str] | tuple[None, None] = (None, None),
) -> Coverage:
    ids = tuple(prepared.case.ids[i] for i in by)
    states = known_states(prepared.case, by)
    how = how if by else "nobody"
    nearest, quote = quoted
    return Coverage(
        topic.id, topic.name, bool(by), float(near.max()), ids, states, how, stream, nearest, quote
    )


def _own(rows: np.ndarray, streams: np.ndarray) -> float:
    """How near outlines usually are to their own stream: the median cosine, row by row."""
    return float(np.median((rows * streams).sum(axis=1)))


def islands(n: int, pairs: Pairs) -> np.ndarray:
    """(n,) which connected part of the link graph each outline is in; `pairs` are sorted."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(pairs[:, 0], minlength=n))])
    links = sparse.csr_array((np.ones(len(pairs)), pairs[:, 1].copy(), starts), shape=(n, n))
    parts: np.ndarray = connected_components(links, directed=False)[1]
    return parts


def findings(
    prepared: Prepared, assigned: np.ndarray, pairs: Pairs, *, streams: Sequence[str] = ()
) -> tuple[Finding, ...]:
    """All that is not a rule but should be looked at, the most serious kind first. `streams`: names, else ids."""
    return (
        *_islands(prepared, pairs),
        *_unknown(prepared),
        *_hanging(prepared, pairs),
        *_uneven(prepared, assigned, streams or prepared.stream_ids),
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
            text = f"{country_name(country)} ({to_eu(country)}) has {has} to other states"
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


def _uneven(prepared: Prepared, assigned: np.ndarray, names: Sequence[str]) -> list[Finding]:
    uneven = []
    low, high = prepared.problem.size
    for s, (stream, name) in enumerate(zip(prepared.stream_ids, names, strict=True)):
        inside = np.flatnonzero(assigned == s)
        states = known_states(prepared.case, inside)
        if len(states) < prepared.problem.min_countries:
            has = "one state" if len(states) == 1 else f"{len(states)} states"
            text = f"the stream “{name}” has {has}; {prepared.problem.min_countries} are needed"
            uneven.append(Finding("narrow-stream", (stream,), text, len(states)))
        if not low <= len(inside) <= high:
            has = "one outline" if len(inside) == 1 else f"{len(inside)} outlines"
            text = f"the stream “{name}” has {has}; {low} to {high} would be balanced"
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
