"""Who should work together? Suggestions, steering, partners, rankings and checks, each for a reader."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from data.countries import to_eu
from data.country_names import code_of
from data.errors import BadInput
from data.model import CallId, Kind, Organisation, OrganisationId
from data.organisation_types import organisation_types, type_called
from data.readers import Reader
from graph.names.names import NOTHING_COUNTED
from graph.names.ownership import may_share_names, ownership_of
from graph.rules.members import Member, completed
from graph.rules.rules import Verdict, check
from service.app.allowed import ALL, allowed
from service.app.question import (
    MOST_MEMBERS,
    CheckQuestion,
    MemberOf,
    NeedAsked,
    PartnersQuestion,
    RankQuery,
    ReadQuestion,
    SteerQuestion,
    SuggestQuestion,
    WhyQuestion,
    made,
)
from service.app.records import Records
from service.app.remembered import Remembered
from service.app.resolve import country
from service.app.state import SnapshotHolder
from service.parsing import size_range

if TYPE_CHECKING:  # the matcher is slow to import: only who asks it pays
    from data.sources.members import MemberRow
    from matcher.needs.read import Need, Statements
    from matcher.ranking.query import Grounds, Query, Ranking
    from matcher.solver.assemble import Incumbent
    from matcher.suggest.answers import Partners, PartnersRequest, Suggestions, SuggestRequest
    from matcher.suggest.knowledge import Knowledge
    from matcher.suggest.matcher import Matcher
    from matcher.suggest.steering import Steering, TradeOff
    from matcher.suggest.why import Why
    from service.runtime.snapshot import Snapshot


class Questions:
    """Answers from the current snapshot, of which each reader is given only what that reader may see."""

    def __init__(self, records: Records, snapshots: "SnapshotHolder[Snapshot]", *, budget_s: float) -> None:
        """`budget_s`: seconds that the solver may take where nobody asks for more."""
        self._records = records
        self._snapshots = snapshots
        self._budget_s = budget_s
        self._remembered: Remembered[Suggestions] = Remembered()

    @allowed(*ALL)
    def read(self, reader: Reader, question: ReadQuestion) -> "Statements":
        """Take an outline apart, as `suggest` does: what it seeks, what its author is and brings, what it is about."""
        from matcher.suggest.reading import understand

        if (question.outline is None) == (question.text is None):
            raise BadInput("give either an outline or a text, not both and not neither")
        asker = question.coordinator
        if question.outline is None:
            author = None if asker is None else self._records.organisation(asker)
            return understand(question.text or "", author=author)
        outline = self._records.outline(reader, question.outline)
        author = self._records.organisation(outline.organisation)
        return understand(outline.text, seeks=outline.seeks, offers=outline.offers, author=author)

    @allowed(*ALL)
    def suggest(
        self,
        reader: Reader,
        question: SuggestQuestion,
        *,
        watch: "Callable[[Incumbent], None] | None" = None,
    ) -> "Suggestions":
        """Propose whole consortia for an outline. `watch` hears of each better set while the search goes on."""
        request = self.request_of(reader, question)
        view = self._snapshots.current.visible_to(reader)
        matcher = self._matcher_over(view.knowledge)
        if watch is not None:
            return matcher.suggest(request, watch=watch)
        key = (request, view.knowledge.fingerprint)
        return self._remembered.get(view, key, lambda: matcher.suggest(request))

    @allowed(*ALL)
    def steer(self, reader: Reader, question: SteerQuestion) -> "Steering":
        """Say what could be changed in a set: swaps with what they change, and what if somebody leaves."""
        team = self._records.names.organisations(question.members)
        return self._matcher(reader).steer(self.request_of(reader, question), team)

    @allowed(*ALL)
    def trade_off(self, reader: Reader, question: SuggestQuestion) -> "TradeOff":
        """Say what new ties cost in fit: sets from most fit to most new ties."""
        return self._matcher(reader).trade_off(self.request_of(reader, question))

    @allowed(*ALL)
    def partners(self, reader: Reader, question: PartnersQuestion) -> "Partners":
        """Find partners for one organisation, with reasons."""
        return self._matcher(reader).partners(self.partners_request_of(question))

    @allowed(*ALL)
    def why(self, reader: Reader, question: WhyQuestion) -> "Why":
        """Say how an organisation stands for an outline that the reader may see. Of others, names alone are told."""
        from matcher.suggest.answers import SuggestRequest

        names = self._records.names
        outline = names.outline(reader, question.outline)
        knowledge = self._knowledge(reader)
        call = CallId(question.call) if question.call else knowledge.outline(outline).call
        request = made(SuggestRequest, call=call, outline=outline)
        return self._matcher(reader).why(request, names.organisation(question.organisation))

    @allowed(*ALL)
    def rank(
        self, reader: Reader, queries: Sequence[RankQuery], *, limit: int, newcomers: float = 0.0
    ) -> "list[Ranking]":
        """Rank organisations for many ideas, in the order asked."""
        knowledge = self._knowledge(reader)
        unknown, asked_for = knowledge.unknown, [query_of(query) for query in queries]
        rankings = knowledge.ranker.rank(asked_for, limit=limit + len(unknown), newcomers=newcomers)
        if not unknown:
            return rankings
        return [
            replace(one, ranked=tuple(row for row in one.ranked if row[0] not in unknown)[:limit])
            for one in rankings
        ]

    @allowed(*ALL)
    def contributions(
        self, reader: Reader, query: RankQuery, ranking: "Ranking", first: int
    ) -> "tuple[Grounds, ...]":
        """What speaks for the first of a ranking: past projects, ties, and the query's sentences beside them."""
        from matcher.ranking.query import Grounds

        chosen = [organisation for organisation, _ in ranking.ranked[:first]]
        contributions = self._knowledge(reader).ranker.explain(query_of(query), chosen)
        return tuple(map(Grounds, chosen, contributions))

    @allowed(*ALL)
    def check(self, reader: Reader, question: CheckQuestion) -> Verdict:
        """Check members; what is not said of them is taken from the store, where it knows the id."""
        return self.check_members(reader, question.call, [member_of(member) for member in question.members])

    @allowed(*ALL)
    def check_file(self, reader: Reader, call: str, path: Path) -> Verdict:
        """Check the members that a file lists."""
        return self.check_members(reader, call, self.members_in(path))

    def members_in(self, path: Path) -> tuple[Member, ...]:
        """Read a list of members; who is named by an id that the store knows gets the name from there."""
        from data.sources.members import read_members  # slow to import: only who has a file pays

        rows = read_members(path)
        if len(rows) > MOST_MEMBERS:
            raise BadInput(
                f"{path.name} lists {len(rows)} members; at most {MOST_MEMBERS} are checked at once"
            )
        known = self._records.organisations(row.id for row in rows if row.name is None)
        return tuple(made(Member, **asdict(_named(row, known))) for row in rows)

    @allowed(*ALL)
    def check_members(self, reader: Reader, call: str, members: Sequence[Member]) -> Verdict:
        """Check members rule by rule against a call; what is not said of them is taken from the store."""
        known = self._records.organisations(member.id for member in members)
        return self.check_known(call, [completed(member, known.get(member.id)) for member in members])

    def check_known(self, call: str, members: Sequence[Member]) -> Verdict:
        """Check members of whom all is said that is known."""
        profile = self._records.call(call)
        snapshot = self._snapshots.current
        counted = snapshot.count_names() if may_share_names(members) else NOTHING_COUNTED
        ownership = ownership_of(members, snapshot.owner_decisions, counted)
        return check(profile, members, ownership=ownership)

    @allowed(*ALL)
    def request_of(self, reader: Reader, question: SuggestQuestion) -> "SuggestRequest":
        """Return the matcher's request: names resolved, countries as codes. Raises BadInput, NotFound, Ambiguous."""
        from matcher.suggest.answers import SuggestRequest

        names = self._records.names
        needs = None if question.needs is None else self._needs(reader, question, question.needs)
        return made(
            SuggestRequest,
            call=CallId(question.call),
            outline=None if question.outline is None else names.outline(reader, question.outline),
            text=question.text,
            coordinator=None if question.coordinator is None else names.organisation(question.coordinator),
            must=names.organisations(question.must),
            exclude=names.organisations(question.exclude),
            apart=tuple(self._two(pair) for pair in question.apart),
            size=size_range(question.size),
            wants=tuple((want.least, country_or_kind(want.of)) for want in question.want),
            roles=tuple((names.organisation(who), role) for who, role in question.roles.items()),
            limit=question.limit,
            preset=question.preset,
            budget_s=question.budget_s,
            needs=needs,
        )

    def _needs(
        self, reader: Reader, question: SuggestQuestion, written: Sequence[NeedAsked]
    ) -> "tuple[Need, ...]":
        """What is sought by the asker's own word, read in the outline's language."""
        from data.sources.languages import language_of
        from service.app.needs import needs_of

        if question.outline is not None:
            outline = self._records.outline(reader, question.outline)
            return needs_of(written, language=outline.language or language_of(outline.text))
        return needs_of(written, language=language_of(question.text or ""))

    def partners_request_of(self, question: PartnersQuestion) -> "PartnersRequest":
        """Return the matcher's request: names resolved, countries as codes."""
        from matcher.suggest.answers import PartnersRequest

        names = self._records.names
        return made(
            PartnersRequest,
            organisation=None if question.organisation is None else names.organisation(question.organisation),
            text=question.text,
            call=None if question.call is None else CallId(question.call),
            countries=tuple(map(country, question.countries)),
            new_only=question.new_only,
            limit=question.limit,
        )

    def _two(self, pair: tuple[str, str]) -> tuple[OrganisationId, OrganisationId]:
        first, second = self._records.names.organisations(pair)
        if first == second:
            raise BadInput(
                f"a pair is two different organisations; {pair[0]!r} and {pair[1]!r} are the same one"
            )
        return first, second

    def _knowledge(self, reader: Reader) -> "Knowledge":
        """What the reader may see of the current snapshot: filtered before anything is searched."""
        return self._snapshots.current.visible_to(reader).knowledge

    def _matcher(self, reader: Reader) -> "Matcher":
        return self._matcher_over(self._knowledge(reader))

    def _matcher_over(self, knowledge: "Knowledge") -> "Matcher":
        from matcher.suggest.matcher import Matcher

        return Matcher(knowledge, budget_s=self._budget_s)


def country_or_kind(words: str) -> str:
    """Return a kind as it is stored, a country's code in EU style, or a type of organisations as its id.

    >>> country_or_kind("SME"), country_or_kind("gr"), country_or_kind("France"), country_or_kind("weather service")
    ('sme', 'EL', 'FR', 'weather_service')
    """
    if words.strip().casefold() in set(Kind):
        return words.strip().casefold()
    if code := code_of(words):
        return to_eu(code)
    if (ident := type_called(words)) is not None:
        return ident
    raise BadInput(
        f"{words!r} is neither a country nor a kind nor a type of organisations; kinds are {', '.join(Kind)}, "
        f"types are such as {', '.join(_near(words))}"
    )


def _near(words: str) -> list[str]:
    """Return three types that are called most alike."""
    types = list(organisation_types())
    plain = words.strip().casefold().replace(" ", "_")
    return get_close_matches(plain, types, 3, 0.0)


def member_of(member: MemberOf) -> Member:
    """Return the rules' record of a member."""
    fields = member.model_dump()
    if member.country is not None:
        fields["country"] = country(member.country)
    return made(Member, **fields)


def query_of(query: RankQuery) -> "Query":
    """Return the ranker's record of a query. Ids that the history does not know are allowed."""
    from matcher.ranking.query import Query

    return made(
        Query,
        id=query.id,
        text=query.text,
        given=tuple(map(OrganisationId, query.given)),
        coordinator=None if query.coordinator is None else OrganisationId(query.coordinator),
        topic=query.topic,
        programme=query.programme,
        date=query.date,
    )


def _named(row: "MemberRow", known: Mapping[str, Organisation]) -> "MemberRow":
    return replace(row, name=known[row.id].label) if row.name is None and row.id in known else row
