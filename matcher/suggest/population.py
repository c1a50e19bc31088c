"""Who is there, and what have they done? All that follows from the history alone, whatever is written lately.

It is heavy and changes with an import only, so it is shared by all snapshots of one history.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from data.countries import WIDENING
from data.kept_arrays import KeptArrays
from data.model import History, Kind, OrganisationId, ProjectId
from data.once import Kept, once
from graph.names.names import NameStatistics
from graph.network.network import Network
from matcher.solver.facts import KINDS, Facts
from matcher.suggest.eligible import Eligible
from matcher.suggest.type_table import TypeTable

CHOICES_KEPT = 8
"""So many choices of organisations that somebody was asked about lately are kept."""


class Population:
    """Every organisation of one history, in order of id, each part worked out at its first use, none ever changed.

    `kept`: where what is slow to work out is kept for the next process; None keeps nothing.
    """

    def __init__(self, history: History, *, kept: KeptArrays | None = None) -> None:
        self.history = history
        self._chosen: Kept[tuple[bool, tuple[OrganisationId, ...], frozenset[OrganisationId]], Eligible] = (
            Kept(CHOICES_KEPT)
        )
        self._kept = kept

    @once
    def network(self) -> Network:
        return Network.from_history(self.history)

    @once
    def ids(self) -> tuple[OrganisationId, ...]:
        return tuple(OrganisationId(ident) for ident in self.history.organisations["id"])

    @once
    def places(self) -> dict[OrganisationId, int]:
        """The ids' positions."""
        return {organisation: place for place, organisation in enumerate(self.ids)}

    @once
    def projects(self) -> np.ndarray:
        """(n,) in how many projects each took part."""
        counts = self.history.participations.groupby("organisation")["project"].nunique()
        return counts.reindex(list(self.ids), fill_value=0).to_numpy()

    @once
    def facts(self) -> Facts:
        """The solver's columns, one row an organisation."""
        return facts_of(self.history)

    @once
    def fictional(self) -> np.ndarray:
        """(n,) bool."""
        return self.history.organisations["fictional"].to_numpy(dtype=bool)

    @once
    def widening(self) -> np.ndarray:
        """(n,) bool: seated in a country on the widening list."""
        return self.history.organisations["country"].isin(list(WIDENING)).to_numpy()

    @once
    def project_titles(self) -> dict[ProjectId, str]:
        """Every project's name for people: acronym and title as far as known, else its call topic and year."""
        table = self.history.projects
        return {
            ProjectId(ident): ": ".join(part for part in (_known(acronym), _known(title)) if part)
            or _by_topic(ident, text, start)
            for ident, acronym, title, text, start in zip(
                table["id"], table["acronym"], table["title"], table["text"], table["start"], strict=True
            )
        }

    @once
    def topic_only(self) -> frozenset[str]:
        """The entries of projects without acronym and title, whose text is that of their call topic."""
        table = self.history.projects
        bare = table["acronym"].isna() & table["title"].isna()
        return frozenset(f"project:{ident}" for ident in table["id"][bare])

    @once
    def names(self) -> NameStatistics:
        """How common each word of a name is: what a shared word says of one owner depends on it."""
        if self._kept is None:
            return NameStatistics.of_history(self.history)
        return NameStatistics.kept(self.history, self._kept)

    @once
    def types(self) -> TypeTable:
        """The types of organisations that names and recorded kinds tell."""
        table = self.history.organisations
        columns = (table[column].tolist() for column in ("name", "country", "kind"))
        kinds: dict[object, Kind] = {kind.value: kind for kind in Kind}
        recorded = [
            (_known(name), _known(country), kinds.get(kind))
            for name, country, kind in zip(*columns, strict=True)
        ]
        if self._kept is None:
            return TypeTable.of(recorded)
        return TypeTable.kept(self._kept.folder, recorded)

    def eligible(
        self,
        *,
        fictional: bool,
        beside: Sequence[OrganisationId] = (),
        without: frozenset[OrganisationId] = frozenset(),
    ) -> Eligible:
        """Return the organisations of one sort, real or fictional ones, and with them those named of the other sort.

        `without`: these are left out.
        """
        if not beside and not without:
            return self._fictional if fictional else self._real
        return self._chosen.get(
            (fictional, tuple(beside), without), lambda: self._choose(fictional, beside, without)
        )

    def _choose(
        self, fictional: bool, beside: Sequence[OrganisationId], without: frozenset[OrganisationId]
    ) -> Eligible:
        chosen = self.fictional == fictional
        chosen[[self.places[ident] for ident in beside]] = True
        chosen[[self.places[ident] for ident in without if ident in self.places]] = False
        return self._of(chosen)

    @once
    def _fictional(self) -> Eligible:
        return self._of(self.fictional)

    @once
    def _real(self) -> Eligible:
        return self._of(~self.fictional)

    def _of(self, chosen: np.ndarray) -> Eligible:
        places = np.flatnonzero(chosen)
        projects = self.projects[places]
        return Eligible.of(places, self.facts.take(places), projects, self.widening[places], self.network)


def facts_of(history: History) -> Facts:
    """Read the solver's columns off the organisations' table, in its order."""
    table = history.organisations
    place = {kind.value: position for position, kind in enumerate(KINDS)}
    sme = [
        1
        if flag is True or kind == Kind.SME.value
        else 0
        if flag is False or kind == Kind.LARGE.value
        else -1
        for flag, kind in zip(table["sme"], table["kind"], strict=True)
    ]
    return Facts.from_columns(
        ids=list(table["id"]),
        country=[_known(country) for country in table["country"]],
        kind=[place.get(kind, -1) for kind in table["kind"]],
        sme=sme,
        owner=[_known(owner) for owner in table["owner"]],
    )


def _by_topic(ident: str, text: object, start: pd.Timestamp) -> str:
    """Name a project without a title by what is known of it: its first line is then its topic's title."""
    topic = (_known(text) or "").partition("\n")[0]
    year = "" if pd.isna(start) else f", {start.year}"
    return f"{ident} (topic “{topic}”{year})" if topic else str(ident)


def _known(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
