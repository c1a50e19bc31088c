"""Why is this organisation here? Reasons as data, and sentences rendered only from them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain
from types import MappingProxyType
from typing import Annotated

from data.countries import country_name
from data.model import Organisation, OrganisationId
from data.published import UNPUBLISHED, Rounded4, derived
from matcher.suggest.candidates import Candidates
from matcher.suggest.knowledge import Knowledge
from matcher.suggest.reading import Reading

COVERED = 0.35
"""From this score on, a member is said to cover an aspect; below it, the aspect is named as a gap."""
TELLING_PLACE = 50
"""Down to this place the learned ranking is worth a word."""
TELLING_PROJECTS = 10
"""So many of a tie's projects are named as evidence, those with most of the partners first; the others are counted."""
QUOTE = 140
"""Characters of a quoted sentence or title."""

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "leads": "Owns the outline and leads the consortium.",
        "asked-to-lead": "You asked for it to lead the consortium.",
        "asked-for": "You asked for it.",
        "covers": "Covers “{0}” ({value:.0%}), as its {1} shows.",
        "wrote": "Its {0} is close to yours ({value:.0%}).",
        "worked-on": "Worked on {0}, which is close to your outline ({value:.0%}).",
        "took-part": "Took part in {0}, which is nearest to “{1}” in your text ({value:.0%}).",
        "stands-beside": "Its own text stands beside {0}, which is nearest to “{1}” in yours ({value:.0%}).",
        "tie": "Has worked with {0} in {1}.",
        "new-ties": "Has worked with nobody in this consortium yet: new ties.",
        "record": "Its past consortia look like this one: place {0} of the ranked organisations.",
        "newcomer": "Has no funded project in the store: a newcomer.",
        "sme": "Is a small or medium-sized enterprise.",
        "widening": "Comes from a widening country ({0}).",
        "cures": "Helps to meet {0}.",
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
        return SENTENCES[self.name].format(*self.words, value=self.value)


def reasons_for(
    member: OrganisationId,
    team: Sequence[OrganisationId],
    reading: Reading,
    candidates: Candidates,
    knowledge: Knowledge,
) -> tuple[Reason, ...]:
    """Return a member's reasons, what it covers first, then its texts, its ties, its record and what it is."""
    row = candidates.rows[member]
    rows = [candidates.rows[each] for each in team if each in candidates.rows]
    return (
        *_covered(member, row, rows, reading, candidates, knowledge),
        *_texts(member, reading, knowledge),
        *_ties(member, row, rows, candidates, knowledge),
        *_standing(knowledge.organisations[member], row, candidates),
    )


def uncovered(team: Sequence[OrganisationId], reading: Reading, candidates: Candidates) -> tuple[str, ...]:
    """Return the aspects that nobody in the team covers, in the outline's own words."""
    rows = [candidates.rows[each] for each in team if each in candidates.rows]
    best = candidates.aspects[rows].max(axis=0, initial=0.0)
    return tuple(aspect.text for aspect, score in zip(reading.aspects, best, strict=True) if score < COVERED)


def _covered(
    member: OrganisationId,
    row: int,
    rows: list[int],
    reading: Reading,
    candidates: Candidates,
    knowledge: Knowledge,
) -> list[Reason]:
    best = candidates.aspects[rows].max(axis=0)
    found = []
    for number, aspect in enumerate(reading.aspects):
        score = float(candidates.aspects[row, number])
        if score < COVERED or score < best[number]:
            continue
        entries = knowledge.text_profiles.best_entries(
            member, reading.aspect_vectors[number], 1, but=reading.source
        )
        for entry, _ in entries:
            words = (shortened(aspect.text), title_of(entry, knowledge))
            found.append(Reason("covers", score, (aspect.id, entry), words))
    return sorted(found, key=lambda reason: (-reason.value, reason.evidence))[:3]


def _texts(member: OrganisationId, reading: Reading, knowledge: Knowledge) -> list[Reason]:
    found = []
    for entry, score in knowledge.text_profiles.best_entries(member, reading.vector, 2, but=reading.source):
        name = "worked-on" if entry.startswith("project:") else "wrote"
        if score >= COVERED:
            found.append(Reason(name, score, (entry,), (title_of(entry, knowledge),)))
    return found


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
    telling = nlargest(TELLING_PROJECTS, times, key=lambda each: (times[each], each))
    closest = [name for name, projects in shared if telling[0] in projects]
    share = len(shared) / max(len(rows) - 1, 1)
    rest = len(times) - 1
    more = f" and {rest} more project{'s' if rest > 1 else ''}" if rest else ""
    words = (listed(sorted(closest)), title_of(f"project:{telling[0]}", knowledge) + more)
    return [Reason("tie", share, tuple(f"project:{each}" for each in telling), words)]


def _standing(organisation: Organisation, row: int, candidates: Candidates) -> list[Reason]:
    found = []
    place = int(candidates.place[row])
    if candidates.field.newcomer[row] == 1.0:
        found.append(Reason("newcomer", 1.0))
    elif 0 < place <= TELLING_PLACE:
        found.append(Reason("record", float(candidates.record[row]), words=(str(place),)))
    if organisation.sme:
        found.append(Reason("sme", 1.0))
    if candidates.field.widening[row]:
        found.append(Reason("widening", 1.0, words=(country_name(organisation.country or ""),)))
    return found


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
