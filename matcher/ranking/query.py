"""What is a query to the ranker, and what is its answer?"""

import datetime as dt
from dataclasses import dataclass

from data.model import OrganisationId


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
class Ranking:
    """One query's answer: organisations with their scores, best first; equal scores by id."""

    id: str
    ranked: tuple[tuple[OrganisationId, float], ...]
