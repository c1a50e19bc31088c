"""What is built from one state of the store? Each part at its first use, none ever changed."""

from collections.abc import Callable, Mapping
from functools import cache, cached_property, partial

from data.calls import CallProfile
from data.model import CallId, History, Organisation, OrganisationId, Outline, OutlineId
from data.store import OwnerDecision, Store
from embeddings.encoder import Encoder
from embeddings.search import TextSearch
from graph.names.names import NameStatistics
from graph.network.network import Network
from matcher.ranking.rank import Ranker
from matcher.suggest.knowledge import Knowledge, facts_of, ranker_texts, titles_of, widening_of
from matcher.suggest.text_profiles import TextProfiles
from service.runtime.settings import Settings

Progress = Callable[[str, int, int], None]


class Snapshot:
    """All that is built from one revision of the store, each part at its first use, none ever changed."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        profiles: Mapping[CallId, CallProfile],
        encoder: Encoder,
        progress: Progress | None,
    ) -> None:
        self.revision = store.revision()
        self._store = store
        self._settings = settings
        self._profiles = profiles
        self._encoder = encoder
        self._progress = progress

    @cached_property
    def history(self) -> History:
        return self._store.history()

    @cached_property
    def network(self) -> Network:
        return Network.from_history(self.history)

    @cached_property
    def organisations(self) -> dict[OrganisationId, Organisation]:
        return self._store.organisations()

    @cached_property
    def outlines(self) -> dict[OutlineId, Outline]:
        return {outline.id: outline for outline in self._store.outlines()}

    @cached_property
    def count_names(self) -> Callable[[], NameStatistics]:
        """Counts how common each word of a name is, once: what a shared word says of one owner depends on it.

        It holds the records and not this moment, which would keep itself alive.
        """
        return cache(partial(_name_statistics, self.organisations, self.history))

    @cached_property
    def owner_decisions(self) -> tuple[OwnerDecision, ...]:
        return self._store.same_owner_decisions()

    @cached_property
    def search(self) -> TextSearch:
        return TextSearch.build(self._store, self._encoder, history=self.history, progress=self._progress)

    @cached_property
    def ranker(self) -> Ranker:
        texts = ranker_texts(self.search, self.outlines.values())
        folder = self._settings.home / "models"
        return Ranker(self.history, texts, folder=folder, progress=self._progress)

    @cached_property
    def knowledge(self) -> Knowledge:
        return Knowledge(
            revision=self.revision,
            network=self.network,
            search=self.search,
            ranker=self.ranker,
            roster=TextProfiles.of(self.history, self.outlines.values(), self.search),
            facts=facts_of(self.history),
            fictional=self.history.organisations["fictional"].to_numpy(dtype=bool),
            widening=widening_of(self.history),
            organisations=self.organisations,
            outlines=self.outlines,
            profiles=self._profiles,
            project_titles=titles_of(self.history),
            owner_decisions=self.owner_decisions,
            count_names=self.count_names,
        )


def _name_statistics(
    organisations: Mapping[OrganisationId, Organisation], history: History
) -> NameStatistics:
    return NameStatistics.of(
        (each.name for each in organisations.values() if each.name),
        (each.city for each in organisations.values() if each.city),
        history.projects["text"],
    )
