"""What is built from one state of the store? Each part at its first use, none ever changed."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from data.calls import CallProfile
from data.model import CallId, History, Organisation, OrganisationId, Outline, OutlineId
from data.once import Kept, built, give, once
from data.readers import Reader, silent
from data.revisions import LiveChanges, OwnerDecision, Revisions
from data.store import Store
from service.runtime.settings import Settings

if TYPE_CHECKING:  # slow to import: each part imports what it is built with
    from data.kept_arrays import KeptArrays
    from embeddings.encoder import Encoder
    from embeddings.search import TextSearch
    from graph.names.names import NameStatistics
    from graph.network.network import Network
    from matcher.ranking.rank import Ranker
    from matcher.suggest.knowledge import Knowledge
    from matcher.suggest.population import Population
    from matcher.suggest.text_profiles import TextProfiles
    from matcher.suggest.type_table import TypeTable

KEPT = "kept"
"""The folder of the home in which tables that follow from the history lie for the next process; it may be deleted."""
Progress = Callable[[str, int, int], None]
VIEWS_KEPT = 16
"""So many readers' views of one snapshot are kept."""
NETWORKS_KEPT = 4
Hidden = tuple[frozenset[OutlineId], frozenset[OrganisationId], frozenset[OrganisationId]]
"""What a reader may not see: outlines, organisations' profiles, organisations."""
EMBEDDED_AT_ONCE = 128
"""A service embeds so many texts of projects before it answers; more are embedded beside, by another process."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What snapshots are built from, the same as long as the process lives."""

    store: Store
    settings: Settings
    profiles: Mapping[CallId, CallProfile]
    encoder: "Callable[[], Encoder]"
    """Opens the encoder; the same one each time."""
    progress: Progress | None = None
    beside: Callable[[], bool] = lambda: False
    """Whether a process beside embeds and learns what takes long; else whoever asks first waits for it."""


class Past:
    """The layer of the history, shared by all snapshots of it: rare and heavy."""

    def __init__(self, store: Store, at: Revisions, folder: Path) -> None:
        self._store = store
        self._at = at
        self._networks: Kept[frozenset[OrganisationId], Network] = Kept(NETWORKS_KEPT)
        self._folder = folder

    @property
    def revision(self) -> str:
        return self._at.history

    @once
    def kept(self) -> "KeptArrays":
        """What follows from this history and is kept for the next process."""
        from data.kept_arrays import KeptArrays

        return KeptArrays(self._folder, self.revision)

    @once
    def history(self) -> History:
        return self._store.history(at=self._at)

    @once
    def network(self) -> "Network":
        from graph.network.network import Network

        if built(self, "history"):
            return Network.from_history(self.history)
        return Network(self._store.collaborations(at=self._at))

    @once
    def unproven(self) -> frozenset[OrganisationId]:
        """The organisations that nothing public tells of."""
        return self._store.without_history()

    def network_without(self, unknown: frozenset[OrganisationId]) -> "Network":
        """Return the network without these organisations, of which nobody is a partner."""
        return (
            self._networks.get(unknown, lambda: self._network_without(unknown)) if unknown else self.network
        )

    def _network_without(self, unknown: frozenset[OrganisationId]) -> "Network":
        from graph.network.network import Network

        whole = self._store.collaborations(at=self._at)
        left = [row for row in whole.organisations if row[0] not in unknown]
        return Network(replace(whole, organisations=left))

    @once
    def names(self) -> "NameStatistics":
        """How common each word of a name is."""
        if built(self, "population"):
            return self.population.names
        from graph.names.names import NameStatistics

        return NameStatistics.kept(self.history, self.kept)

    @once
    def population(self) -> "Population":
        from matcher.suggest.population import Population

        population = Population(self.history, kept=self.kept)
        give(population, "network", self.network)
        if built(self, "names"):
            give(population, "names", self.names)
        return population


class Snapshot:
    """All that answers stand on at one state of the store: the layer of the history, and over it what changes often.

    Parts that were not read before the store went on cannot be read any more: Conflict. So whoever serves completes a
    snapshot before others have it; `following` then makes the next one out of it, in time that depends on what changed.
    """

    def __init__(self, sources: Sources, revisions: Revisions, past: Past | None = None) -> None:
        self.revisions = revisions
        self.revision = str(revisions)
        self._sources = sources
        self._past = past or Past(sources.store, revisions, sources.settings.home / KEPT)
        self.unknown: frozenset[OrganisationId] = frozenset()
        """The organisations that are left out, in a reader's view."""
        self._views: Kept[Hidden, Snapshot] = Kept(VIEWS_KEPT)

    @classmethod
    def newest(cls, sources: Sources, before: "Snapshot | None" = None, *, again: bool = False) -> "Snapshot":
        """Return the snapshot of the store as it is now; what it has in common with the one `before` is shared.

        `again`: texts and ranking are read anew, since another process may have embedded and learned.
        """
        if before is None:
            return cls(sources, sources.store.revisions())
        revisions = sources.store.revisions()
        if revisions.history != before.revisions.history:
            return cls(sources, revisions)
        if again:
            return before.anew(revisions)
        if revisions == before.revisions:
            return before
        return before.following(sources.store.live_changes(before.revisions))

    def anew(self, revisions: Revisions) -> "Snapshot":
        """Return a snapshot of the same history of which nothing else is built yet."""
        return Snapshot(self._sources, revisions, self._past)

    def following(self, changes: LiveChanges) -> "Snapshot":
        """Return the snapshot after these changes of the live layer. What is not built here is not built there."""
        after = Snapshot(self._sources, changes.revisions, self._past)
        give(after, "owner_decisions", changes.owner_decisions)
        if built(self, "outlines"):
            from service.runtime.live import outlines_after

            give(after, "outlines", outlines_after(self.outlines, changes.outlines))
        if built(self, "organisations"):
            give(after, "organisations", self.organisations | changes.organisations)
        if built(self, "search") and built(self, "outlines"):
            from service.runtime.live import Edit, ranker_after

            edit = Edit.of(changes, self.outlines)
            search = self.search.following(self._sources.store, edit.entries, edit.gone)
            give(after, "search", search)
            if built(self, "text_profiles"):
                give(after, "text_profiles", self.text_profiles.following(edit.authors, edit.gone, search))
            if built(self, "ranker"):
                give(after, "ranker", ranker_after(self.ranker, search, after.outlines, edit.touched))
        return after

    def visible_to(self, reader: Reader) -> "Snapshot":
        """Return what a reader may see of it: hidden outlines are gone before anything is searched, counted or told.

        Who sees all gets this very snapshot. The others' are kept, one for each set of hidden outlines.
        """
        if reader.sees_all:
            return self
        outlines = frozenset(ident for ident, outline in self.outlines.items() if not reader.may_see(outline))
        profiles = frozenset(ident for ident in self.described if not reader.may_read_profile(ident))
        hidden = (outlines, profiles, self.unknown_to(reader))
        return self._views.get(hidden, lambda: self._without(*hidden)) if any(hidden) else self

    @once
    def described(self) -> tuple[OrganisationId, ...]:
        """The organisations that write something of themselves: few of all, and every request of a reader asks."""
        return tuple(ident for ident, one in self.organisations.items() if one.profile or one.url)

    def unknown_to(self, reader: Reader) -> frozenset[OrganisationId]:
        """Return the organisations that a reader does not know of: nothing public tells of them, nothing was opened.

        Who sent an outline that the reader may read is known.
        """
        if reader.sees_all or not self._past.unproven:
            return frozenset()
        senders = {outline.organisation for outline in self.outlines.values() if reader.may_see(outline)}
        return self._past.unproven - senders - reader.organisations - {reader.organisation}

    def network_without(self, unknown: frozenset[OrganisationId]) -> "Network":
        """Return the network as somebody sees it who does not know of these organisations."""
        return self._past.network_without(unknown)

    def _without(
        self,
        outlines: frozenset[OutlineId],
        profiles: frozenset[OrganisationId],
        unknown: frozenset[OrganisationId],
    ) -> "Snapshot":
        _ = self.search, self.text_profiles, self.ranker, self.organisations
        closed = {ident: silent(self.organisations[ident]) for ident in profiles}
        changes = LiveChanges(self.revisions, dict.fromkeys(outlines), closed, self.owner_decisions)
        view = self.following(changes)
        view.unknown = unknown
        view.revision = _revision_of(view)
        return view

    @property
    def history(self) -> History:
        return self._past.history

    @property
    def network(self) -> "Network":
        return self._past.network

    @once
    def organisations(self) -> dict[OrganisationId, Organisation]:
        return self._sources.store.organisations(at=self.revisions, standing=True)

    @once
    def outlines(self) -> dict[OutlineId, Outline]:
        return {
            outline.id: outline for outline in self._sources.store.outlines(at=self.revisions, standing=True)
        }

    @once
    def owner_decisions(self) -> tuple[OwnerDecision, ...]:
        return self._sources.store.same_owner_decisions(at=self.revisions)

    def count_names(self) -> "NameStatistics":
        """Return how common each word of a name is, counted once: names can suggest a common owner."""
        return self._past.names

    @once
    def search(self) -> "TextSearch":
        from embeddings.search import TextSearch, entries_of

        source = self._sources
        return TextSearch.build(
            source.store,
            source.encoder(),
            entries=entries_of(self.history, self.outlines.values(), self.organisations.values()),
            progress=source.progress,
            first=partial(_newest_and_largest, self.history),
            at_once=EMBEDDED_AT_ONCE if source.beside() else None,
        )

    @once
    def ranker(self) -> "Ranker":
        from matcher.ranking.rank import Ranker
        from matcher.suggest.knowledge import ranker_texts

        texts = ranker_texts(self.search, self.outlines.values())
        folder = self._sources.settings.home / "models"
        source = self._sources
        return Ranker(
            self.history,
            texts,
            folder=folder,
            learn_now=not source.beside(),
            progress=source.progress,
            kept=self._past.kept,
        )

    @once
    def text_profiles(self) -> "TextProfiles":
        from matcher.suggest.text_profiles import TextProfiles

        return TextProfiles.of(self._past.population, self.outlines.values(), self.search)

    @once
    def types(self) -> "TypeTable":
        places = self._past.population.places
        return self._past.population.types.beside(
            {
                places[organisation.id]: organisation.profile
                for organisation in self.organisations.values()
                if organisation.profile
            }
        )

    @once
    def knowledge(self) -> "Knowledge":
        from matcher.suggest.knowledge import Knowledge

        return Knowledge(
            revision=self.revision,
            population=self._past.population,
            search=self.search,
            ranker=self.ranker,
            text_profiles=self.text_profiles,
            organisations=self.organisations,
            outlines=self.outlines,
            profiles=self._sources.profiles,
            owner_decisions=self.owner_decisions,
            types=self.types,
            unknown=self.unknown,
        )

    def complete(self) -> None:
        """Build all that a question could wait for, so that none does, and none is read from a later store."""
        knowledge = self.knowledge
        knowledge.ranker.prepare()
        for fictional in (False, True):
            knowledge.field(fictional=fictional)
        _ = knowledge.names

    def keep_vectors(self) -> None:
        """Write to the store's cache what was embedded on the way here. Raises StoreError where the store is locked."""
        if built(self, "search"):
            self.search.keep(self._sources.store)


def _revision_of(view: Snapshot) -> str:
    """Name a view by what it shows: what happens to hidden outlines and profiles leaves it as it is."""
    shown = hashlib.sha256()
    for outline in view.outlines.values():
        shown.update(repr(outline).encode())
    for ident in sorted(view.described):
        organisation = view.organisations[ident]
        shown.update(repr((ident, organisation.profile, organisation.url)).encode())
    shown.update(repr(view.owner_decisions).encode())
    return f"{view.revisions.history}.{shown.hexdigest()[:16]}"


def _newest_and_largest(history: History) -> list[str]:
    """The entries of projects, the newest first, of one day those with most participants: what is asked about most."""
    projects = history.projects
    size = history.participations.groupby("project").size().reindex(projects["id"], fill_value=0).to_numpy()
    table = projects[["id", "start"]].assign(size=size)
    ordered = table.sort_values(["start", "size", "id"], ascending=[False, False, True], na_position="last")
    return [f"project:{ident}" for ident in ordered["id"]]
