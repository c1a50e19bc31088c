"""What do the API and the pages ask of the application? The one protocol that `service.app.open.Konsort` keeps."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from data.calls import CallProfile
from data.model import Organisation, Outline
from graph.network.network import Network
from graph.rules.members import Member
from graph.rules.rules import Verdict
from matcher.overall.decisions import Decision
from matcher.overall.project import Alternative, OverallProject
from matcher.ranking.query import Query, Ranking
from matcher.suggest.answers import Partners, PartnersRequest, Suggestions, SuggestRequest
from matcher.suggest.steering import Steering, TradeOff
from service.app.decided import KeptDecision


class Decisions(Protocol):
    """One call's overall project: its decisions, and other ways to combine it (`service.app.overall.Desk`)."""

    @property
    def streams(self) -> Mapping[str, str]:
        """The work streams' names by id."""
        ...

    def told(self) -> Sequence[KeptDecision]:
        """Return every decision in words, each with the key that takes it back."""
        ...

    def add(self, decisions: Iterable[Decision]) -> None:
        """Keep decisions. BadInput where they name what the call does not have, or contradict each other."""
        ...

    def take_back(self, keys: Collection[str]) -> None:
        """Take decisions back by their keys. BadInput where one is not kept."""
        ...

    def alternatives(self, project: OverallProject, *, without: Iterable[str] = ()) -> Sequence[Alternative]:
        """Return two or three integrations that truly differ from a proposal."""
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

    def steer(self, request: SuggestRequest, members: Sequence[str]) -> Steering:
        """Return swaps with what they change, and what if somebody leaves."""
        ...

    def trade_off(self, request: SuggestRequest) -> TradeOff:
        """Return sets from most fit to most new ties."""
        ...

    def partners(self, request: PartnersRequest) -> Partners: ...

    def rank(self, queries: Iterable[Query], limit: int) -> Iterable[Ranking]: ...

    def check(self, call: str, members: Sequence[Member]) -> Verdict: ...

    def calls(self) -> Sequence[CallProfile]: ...

    def profile(self, call: str) -> CallProfile: ...

    def outlines(self, call: str | None = None) -> Sequence[Outline]: ...

    def outline(self, outline: str) -> Outline: ...

    def organisation(self, organisation: str) -> Organisation: ...

    def organisations(self, ids: Iterable[str]) -> Mapping[str, Organisation]: ...

    def find(self, text: str, *, country: str | None = None, limit: int = 20) -> Sequence[Organisation]: ...

    def integrate(self, call: str, *, without: Sequence[str] = ()) -> OverallProject:
        """Return the overall project, every stored decision kept; `without`: what if these dropped out?"""
        ...

    def desk(self, call: str) -> Decisions:
        """Return the place of a call's decisions. NotReady where it has no outlines."""
        ...

    def integration_file(self, call: str, kind: str) -> bytes:
        """Return the same as a file: kind is 'xlsx', 'docx' or 'gexf'. BadInput for another kind."""
        ...
