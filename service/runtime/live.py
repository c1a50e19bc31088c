"""What follows from a change of outlines and profiles? The texts it touches, and the parts that know them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from data.model import OrganisationId, Outline, OutlineId
from data.revisions import LiveChanges
from embeddings.search import Entry, TextSearch, entry_of_organisation, entry_of_outline
from matcher.ranking.rank import Ranker
from matcher.suggest.knowledge import own_vectors


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes of the live layer as texts: entries written, and by whom, entries gone, and whom all that touches."""

    entries: tuple[Entry, ...]
    authors: Mapping[str, OrganisationId]
    gone: tuple[str, ...]
    touched: frozenset[OrganisationId]

    @classmethod
    def of(cls, changes: LiveChanges, before: Mapping[OutlineId, Outline]) -> "Edit":
        """`before`: the outlines as they were: one that is gone, or has another owner now, was somebody's."""
        written = [outline for outline in changes.outlines.values() if outline is not None]
        authors = {f"outline:{outline.id}": outline.organisation for outline in written}
        entries = [entry_of_outline(outline) for outline in written]
        gone = [f"outline:{ident}" for ident, outline in changes.outlines.items() if outline is None]
        for ident, organisation in changes.organisations.items():
            entry = entry_of_organisation(organisation)
            if entry is None:
                gone.append(f"organisation:{ident}")
            else:
                entries.append(entry)
                authors[entry.id] = ident
        former = {before[ident].organisation for ident in changes.outlines if ident in before}
        touched = frozenset({*changes.organisations, *authors.values(), *former})
        return cls(tuple(entries), authors, tuple(gone), touched)


def outlines_after(
    outlines: Mapping[OutlineId, Outline], changed: Mapping[OutlineId, Outline | None]
) -> dict[OutlineId, Outline]:
    """Return the outlines after the changes, in order of id."""
    after = dict(outlines)
    for ident, outline in changed.items():
        if outline is None:
            after.pop(ident, None)
        else:
            after[ident] = outline
    return dict(sorted(after.items())) if after.keys() != outlines.keys() else after


def ranker_after(
    ranker: Ranker,
    search: TextSearch,
    outlines: Mapping[OutlineId, Outline],
    touched: Iterable[OrganisationId],
) -> Ranker:
    """Return the ranker with the texts of organisations as they are now."""
    whose = frozenset(touched)
    own = {ident: vector for ident, vector in ranker.texts.organisations.items() if ident not in whose}
    own |= own_vectors(search, outlines.values(), whose)
    return ranker.following(replace(ranker.texts, organisations=own, encode=search.encode_all), whose)
