"""What do the API and the pages ask of the application? The one protocol that `service.app.open.Konsort` keeps."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from data.calls import CallProfile
from data.model import Organisation, Outline
from graph.network.network import Network
from graph.rules.members import Member
from matcher.overall.decisions import Decision
from matcher.ranking.query import Query, Ranking
from matcher.suggest.answers import Partners, PartnersRequest, Suggestions, SuggestRequest
from service.app.decided import Told


class Answer(Protocol):
    """A record that is ready for JSON."""

    def as_dict(self) -> dict[str, Any]: ...


class Decisions(Protocol):
    """One call's overall project: its decisions, and other ways to combine it (`service.app.overall.Desk`)."""

    @property
    def streams(self) -> Mapping[str, str]:
        """The work streams' names by id."""
        ...

    def told(self) -> Sequence[Told]:
        """Return every decision in words, each with the key that takes it back."""
        ...

    def add(self, decisions: Iterable[Decision]) -> None:
        """Keep decisions. BadInput where they name what the call does not have, or contradict each other."""
        ...

    def take_back(self, keys: Collection[str]) -> None:
        """Take decisions back by their keys. BadInput where one is not kept."""
        ...

    def alternatives(self, project: Any, *, without: Iterable[str] = ()) -> Sequence[Answer]:
        """Return two or three integrations that truly differ from a proposal (`Alternative`)."""
        ...


class Application(Protocol):
    """The wired application. Raises the errors of `data.errors`; ValueError from records built out of a request."""

    @property
    def fictional(self) -> bool:
        """Whether the store holds fictional records: every page then says so."""
        ...

    @property
    def network(self) -> Network:
        """The current network; a changed store gets another one."""
        ...

    def suggest(self, request: SuggestRequest) -> Suggestions: ...

    def steer(self, request: SuggestRequest, members: Sequence[str]) -> Answer:
        """Return matcher.suggest.steering.Steering: swaps with what they change, and what if somebody leaves."""
        ...

    def trade_off(self, request: SuggestRequest) -> Answer:
        """Return matcher.suggest.steering.TradeOff: sets from most fit to most new ties."""
        ...

    def partners(self, request: PartnersRequest) -> Partners: ...

    def rank(self, queries: Iterable[Query], limit: int) -> Iterable[Ranking]: ...

    def check(self, call: str, members: Sequence[Member]) -> Answer:
        """Return graph.rules.rules.Verdict (call, answer, rules)."""
        ...

    def calls(self) -> Sequence[CallProfile]: ...

    def profile(self, call: str) -> CallProfile: ...

    def outlines(self, call: str | None = None) -> Sequence[Outline]: ...

    def outline(self, outline: str) -> Outline: ...

    def organisation(self, organisation: str) -> Organisation: ...

    def organisations(self, ids: Iterable[str]) -> Mapping[str, Organisation]: ...

    def find(self, text: str, *, country: str | None = None, limit: int = 20) -> Sequence[Organisation]: ...

    def integrate(self, call: str, *, without: Sequence[str] = ()) -> Answer:
        """Return the overall project, every stored decision kept; `without`: what if these dropped out?"""
        ...

    def desk(self, call: str) -> Decisions:
        """Return the place of a call's decisions. NotReady where it has no outlines."""
        ...

    def integration_file(self, call: str, kind: str) -> bytes:
        """Return the same as a file: kind is 'xlsx', 'docx' or 'gexf'. BadInput for another kind."""
        ...
