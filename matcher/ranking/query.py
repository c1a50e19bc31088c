"""What is a query to the ranker, and what is its answer?"""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from data.model import OrganisationId, ProjectId
from data.published import WHERE_KNOWN, Rounded4, Rounded6


@dataclass(frozen=True, slots=True)
class Query:
    """A project idea that looks for partners. Whatever is not known is None or empty."""

    id: str
    text: str = ""
    """In any language; may be empty."""
    given: tuple[OrganisationId, ...] = ()
    """Who is on board already; organisations that the history does not know are allowed."""
    coordinator: OrganisationId | None = None
    topic: str | None = None
    """Call-topic codes such as 'LC-MG-1-3-2018', several joined by ';'."""
    programme: str | None = None
    """CORDIS legal basis such as 'SC4' or 'LEIT;SC2', or a framework's name."""
    date: dt.date | None = None
    """Only what started before this day is used; None: all that is known."""

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("a query needs a non-empty id")

    @property
    def on_board(self) -> tuple[OrganisationId, ...]:
        """The coordinator first, then the others given, each once."""
        first = () if self.coordinator is None else (self.coordinator,)
        return tuple(dict.fromkeys((*first, *self.given)))


@dataclass(frozen=True, slots=True)
class Contribution:
    """One piece of evidence for an organisation. `value` in [0, 1] unless said otherwise; larger is stronger.

    kind       project                            partner            sentence of the query  value
    tie        the project they shared            the one on board   None                   1 / (members - 1), Newman
    topic      its project of a related call      None               nearest to it          cosine of the topic codes
    text       its project nearest in meaning     None               nearest to it          cosine of the texts
    programme  None                               None               None                   share of its projects there
    standing   None                               None               None                   number of past projects
    profile    None                               None               nearest to its text    cosine of its own text
    beside     the project nearest to its text    None               nearest to it          cosine of these two

    The last two are said of organisations without history, the others of those with a history. A sentence is None
    where the query or the project has no text.
    """

    kind: str
    value: Rounded4
    project: Annotated[ProjectId | None, WHERE_KNOWN] = None
    partner: Annotated[OrganisationId | None, WHERE_KNOWN] = None
    sentence: Annotated[str | None, WHERE_KNOWN] = None


@dataclass(frozen=True, slots=True)
class Grounds:
    """What speaks for one organisation of a ranking, strongest first within each kind."""

    id: OrganisationId
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """One query's answer: organisations with their scores, best first; equal scores by id."""

    id: str
    ranked: tuple[tuple[OrganisationId, Rounded6], ...]
    why: Annotated[tuple[Grounds, ...] | None, WHERE_KNOWN] = None
    """What speaks for the first ones, where that was asked."""
