"""Why is this organisation here? Reasons as data, and sentences rendered only from them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain
from types import MappingProxyType
from typing import Annotated

import numpy as np

from data.countries import country_name
from data.model import Organisation, OrganisationId
from data.organisation_types import answering, organisation_types
from data.published import UNPUBLISHED, Rounded4, derived
from matcher.needs.wording import stems
from matcher.suggest.candidates import Candidates
from matcher.suggest.evidence import BROAD_ALONE, CLAIMED, NEAR, strength
from matcher.suggest.knowledge import Knowledge
from matcher.suggest.reading import Aspect, Reading
from matcher.suggest.type_table import types_of

SHARED_BY = 60
"""A text that more organisations than this stand behind says nothing of one of them."""
TOLD_BESIDE = 0.6
"""Who answers a need less well than this share of the team's best is not told to answer it."""
LOOKED_AT = 6
"""So many of a member's nearest texts are looked at for one that can be claimed."""
TELLING_PLACE = 50
"""Down to this place the learned ranking is worth a word."""
TELLING_PROJECTS = 10
"""So many of a tie's projects are named as evidence, those with most of the partners first; the others are counted."""
QUOTE = 140
"""Characters of a quoted sentence or title."""

GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        "named": "its name, “{1}”, suggests {2} (inferred)",
        "described": "its profile calls it “{1}”, {2} (inferred)",
        "recorded": "it is recorded as {2}",
    }
)
"""What tells an organisation's type: {1}, the words that do, and {2}, the type."""

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "leads": "Owns the outline and leads the consortium.",
        "asked-to-lead": "You asked for it to lead the consortium.",
        "asked-for": "You asked for it.",
        **{
            f"{ground}{ending}": f"{sentence}{more}"
            for ground, told in GROUNDS.items()
            for ending, sentence, more in (
                ("", f"Answers “{{0}}” ({{strength}}): {told}", "."),
                ("-near", f"Answers “{{0}}” ({{strength}}): {told}", ", and its {3} is near."),
                (
                    "-only",
                    f"May answer “{{0}}” (weak): {told}",
                    "; no text of its own in the store shows the subject surely.",
                ),
            )
        },
        "beyond": "Answers none of the needs stated: rules, wishes, its record or its ties bring it in.",
        "spare": "As many as you seek answer that more surely: {0}.",
        "worded": "May answer “{0}” ({strength}): its name shares a rare word with it.",
        "covers": "Covers “{0}” ({strength}), as its {1} shows.",
        "wrote": "Its {0} is close to yours ({strength}).",
        "worked-on": "Worked on {0}, which is close to your outline ({strength}).",
        "took-part": "Took part in {0}, which is nearest to “{1}” in your text ({value:.0%}).",
        "stands-beside": "Its own text stands beside {0}, which is nearest to “{1}” in yours ({value:.0%}).",
        "tie": "Has worked with {0} in {1}.",
        "new-ties": "Has worked with nobody in this consortium yet: new ties.",
        "record": "Its past consortia look like this one: place {0} of the ranked organisations.",
        "newcomer": "Has no funded project in the store: a newcomer.",
        "sme": "Is a small or medium-sized enterprise.",
        "widening": "Comes from a widening country ({0}).",
        "owns": "Owns the outline.",
        "beside": "Takes part as an associated partner, by {0} ({1}).",
        "cures": "Helps to meet {0}.",
        "counts": "Counts for your wish for {0}: {1}, tells: {2} (inferred).",
        "may-count": "May count for your wish for {0}: its {1} is not recorded, ask it.",
    }
)
"""One sentence a kind of reason; {0}, {1} are its words, {value} its value."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground, as data. `value` in [0, 1]; `evidence`: ids such as `project:…`; `words`: names and quotes."""

    name: str
    value: Rounded4
    evidence: tuple[str, ...] = ()
    words: Annotated[tuple[str, ...], UNPUBLISHED] = ()

    @derived
    def text(self) -> str:
        """The sentence, rendered from the fields."""
        return SENTENCES[self.name].format(*self.words, value=self.value, strength=strength(self.value))


def reasons_for(
    member: OrganisationId,
    team: Sequence[OrganisationId],
    reading: Reading,
    candidates: Candidates,
    knowledge: Knowledge,
    *,
    wished_for: bool = False,
) -> tuple[Reason, ...]:
    """Return a member's reasons, what it covers first, then its texts, its ties, its record and what it is.

    `wished_for`: it was asked for, or the outline is its own; then nobody wonders that it answers no need.
    """
    row = candidates.rows[member]
    rows = [candidates.rows[other] for other in team if other in candidates.rows]
    covered = _covered(member, row, rows, reading, candidates, knowledge)
    beyond = reading.stated and not covered and not wished_for
    return (
        *covered,
        *([Reason("beyond", 0.0)] if beyond else []),
        *_spare(covered, row, rows, reading, candidates, knowledge),
        *_texts(member, reading, knowledge),
        *_ties(member, row, rows, candidates, knowledge),
        *_on_record(knowledge.organisations[member], row, candidates),
    )


def _covered(
    member: OrganisationId,
    row: int,
    rows: list[int],
    reading: Reading,
    candidates: Candidates,
    knowledge: Knowledge,
) -> list[Reason]:
    """What the member answers nearly as well as the best of the team, each need once, with what a person can read."""
    best = candidates.aspects[rows].max(axis=0, initial=0.0)
    reasons: dict[str, Reason] = {}
    for number, aspect in enumerate(reading.aspects):
        probability = float(candidates.aspects[row, number])
        if probability < max(CLAIMED, TOLD_BESIDE * best[number]) or aspect.text in reasons:
            continue
        vector = reading.aspect_vectors[number]
        reason = _answer(aspect, vector, probability, knowledge.organisations[member], reading, knowledge)
        if reason is None:
            reason = _by_text(aspect, vector, probability, member, reading, knowledge)
        if reason is not None:
            reasons[aspect.text] = reason
    return sorted(reasons.values(), key=lambda reason: (-reason.value, reason.evidence))[:3]


def _spare(
    covered: Sequence[Reason],
    row: int,
    rows: Sequence[int],
    reading: Reading,
    candidates: Candidates,
    knowledge: Knowledge,
) -> list[Reason]:
    """That a set has more of a member's answers than are sought: each need it answers has enough surer ones."""
    surer: dict[int, None] = {}
    needs = {aspect.id: aspect.need for aspect in reading.aspects if aspect.sought}
    for need in (needs.get(reason.evidence[0]) for reason in covered):
        if need is None:
            return []
        columns = [place for place, aspect in enumerate(reading.aspects) if aspect.need is need]
        answers = candidates.aspects[:, columns].max(axis=1)
        order = sorted({row, *rows}, key=lambda other: (-answers[other], other))
        better = order[: order.index(row)]
        if len(better) < need.number:
            return []
        surer.update(dict.fromkeys(better[: need.number]))
    if not surer:
        return []
    others = [knowledge.organisation(candidates.ids[other]) for other in surer]
    evidence = tuple(f"organisation:{other.id}" for other in others)
    return [Reason("spare", 0.0, evidence, (listed(sorted(other.label for other in others)),))]


def _answer(
    aspect: Aspect,
    vector: np.ndarray,
    probability: float,
    organisation: Organisation,
    reading: Reading,
    knowledge: Knowledge,
) -> Reason | None:
    """Why an organisation is of a type that is sought; None where its texts speak instead.

    A type whose bearers work on all subjects is not enough: a text of its own must be near what is sought.
    """
    if aspect.need is None:
        return None
    quote, evidence = shortened(aspect.text), (aspect.id, f"organisation:{organisation.id}")
    if not aspect.need.types:
        worded = stems(aspect.text) & stems(organisation.name or "")
        return Reason("worded", probability, evidence, (quote,)) if worded else None
    answering_types = answering(aspect.need.types)
    grounds = [ground for ground in types_of(organisation) if ground.type in answering_types]
    if not grounds:
        return None
    type_ = organisation_types()[grounds[0].type]
    name = {"name": "named", "profile": "described", "kind": "recorded"}[grounds[0].source]
    words = (quote, grounds[0].words, with_article(type_.label))
    if not type_.broad:
        return Reason(name, probability, evidence, words)
    texts = own_entries(organisation.id, vector, reading, knowledge, weighed=False)
    near = [
        entry
        for entry, score in texts  # a text about the need's words in another field is not near
        if score >= NEAR and knowledge.text_profiles.score(entry, reading.vector) >= CLAIMED
    ]
    if not near:
        return Reason(f"{name}-only", min(probability, BROAD_ALONE), evidence, words)
    return Reason(f"{name}-near", probability, (*evidence, near[0]), (*words, title_of(near[0], knowledge)))


def with_article(label: str) -> str:
    """Return a type's label with "a" or "an".

    >>> with_article("insurer"), with_article("university"), with_article("bank")
    ('an insurer', 'a university', 'a bank')
    """
    return f"an {label}" if label[0] in "aeio" else f"a {label}"


def _by_text(
    aspect: Aspect,
    vector: np.ndarray,
    probability: float,
    member: OrganisationId,
    reading: Reading,
    knowledge: Knowledge,
) -> Reason | None:
    """A claim on the member's nearest text that few share; None where there is none."""
    entry = next(iter(own_entries(member, vector, reading, knowledge)), None)
    if entry is None:
        return None
    words = (shortened(aspect.text), title_of(entry[0], knowledge))
    return Reason("covers", probability, (aspect.id, entry[0]), words)


def own_entries(
    member: OrganisationId,
    vector: np.ndarray,
    reading: Reading,
    knowledge: Knowledge,
    *,
    weighed: bool = True,
) -> list[tuple[str, float]]:
    """Return a member's texts nearest to a vector, without those that many organisations share, with their scores."""
    profiles = knowledge.text_profiles
    near = profiles.best_entries(member, vector, LOOKED_AT, but=reading.source, weighed=weighed)
    return [(entry, score) for entry, score in near if profiles.sharing(entry) <= SHARED_BY]


def _texts(member: OrganisationId, reading: Reading, knowledge: Knowledge) -> list[Reason]:
    return [
        Reason(
            "worked-on" if entry.startswith("project:") else "wrote",
            score,
            (entry,),
            (title_of(entry, knowledge),),
        )
        for entry, score in own_entries(member, reading.vector, reading, knowledge)[:2]
        if score >= NEAR
    ]


def _ties(
    member: OrganisationId, row: int, rows: list[int], candidates: Candidates, knowledge: Knowledge
) -> list[Reason]:
    partners = [candidates.field.ids[other] for other in candidates.field.acquainted(row, rows)]
    shared = [
        (knowledge.organisation(other).label, knowledge.network.shared_projects(member, other))
        for other in partners
    ]
    times = Counter(chain.from_iterable(projects for _, projects in shared))
    if not times:
        return [Reason("new-ties", 1.0)] if len(rows) > 1 else []
    titled = {project: knowledge.project_title(project) != project for project in times}
    telling = nlargest(TELLING_PROJECTS, times, key=lambda one: (titled[one], times[one], one))
    closest = [name for name, projects in shared if telling[0] in projects]
    share = len(shared) / max(len(rows) - 1, 1)
    rest = len(times) - 1
    more = f" and {rest} more project{'s' if rest > 1 else ''}" if rest else ""
    words = (listed(sorted(closest)), title_of(f"project:{telling[0]}", knowledge) + more)
    return [Reason("tie", share, tuple(f"project:{project}" for project in telling), words)]


def _on_record(organisation: Organisation, row: int, candidates: Candidates) -> list[Reason]:
    reasons = []
    place = int(candidates.place[row])
    if candidates.field.newcomer[row] == 1.0:
        reasons.append(Reason("newcomer", 1.0))
    elif 0 < place <= TELLING_PLACE:
        reasons.append(Reason("record", float(candidates.record[row]), words=(str(place),)))
    if organisation.sme:
        reasons.append(Reason("sme", 1.0))
    if candidates.field.widening[row]:
        reasons.append(Reason("widening", 1.0, words=(country_name(organisation.country or ""),)))
    return reasons


def title_of(entry: str, knowledge: Knowledge) -> str:
    """Name a text for people: its kind and its title, acronym or id."""
    kind, _, ident = entry.partition(":")
    if kind == "outline":
        return f"outline “{shortened(knowledge.outline(ident).title)}”"
    if kind == "organisation":
        return "profile"
    return f"project {knowledge.project_title(ident)}"


def listed(names: Sequence[str]) -> str:
    """Name up to three, then count the rest.

    >>> listed(["A", "B"]), listed(["A", "B", "C", "D", "E"])
    ('A and B', 'A, B, C and 2 others')
    """
    shown = list(names[:3])
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} other{'s' if rest > 1 else ''}"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def shortened(text: str) -> str:
    """Cut at a word's end with an ellipsis where a text is longer than QUOTE."""
    if len(text) <= QUOTE:
        return text
    return text[:QUOTE].rsplit(" ", 1)[0].rstrip(",;: ") + " …"
