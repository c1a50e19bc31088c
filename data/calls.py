"""What does each call demand? Profiles: versioned, layered, every number with its source.

The call text always prevails; whoever shows a profile shows `PREVAILS` beside it.
"""

import datetime as dt
from dataclasses import dataclass

from data.countries import FACTS_AS_OF
from data.demands import CountRange, Demand, Selector, Unit
from data.model import CallId

PREVAILS = "The call text always prevails."


@dataclass(frozen=True, slots=True)
class WorkStream:
    """One of the streams into which a call divides its overall project."""

    id: str
    title: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallProfile:
    """A call's demands after layering: its own, over those it extends.

    `pillar` is the part of Horizon Europe ("I", "II", "III"); some associations hold for one only.
    `lineage` names the profiles it was built from, the base first, itself last. Dates are inclusive.
    """

    id: CallId
    title: str
    programme: str
    source: str
    demands: tuple[Demand, ...]
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    lineage: tuple[CallId, ...] = ()
    pillar: str | None = None
    work_streams: tuple[WorkStream, ...] = ()
    topics: tuple[str, ...] = ()
    note: str = ""
    fictional: bool = False

    @property
    def reference_date(self) -> dt.date:
        """The day for which country sets are read by default: the last one both known and valid."""
        return min(self.valid_until or FACTS_AS_OF, FACTS_AS_OF)

    def demand(self, demand_id: str) -> Demand:
        """Return the demand of that id; KeyError where the profile has none."""
        for demand in self.demands:
            if demand.id == demand_id:
                return demand
        raise KeyError(demand_id)

    @property
    def size_range(self) -> tuple[int | None, int | None]:
        """The tightest (minimum, maximum) number of members that hard rules state outright."""
        bounds = [
            demand
            for demand in self.demands
            if isinstance(demand, CountRange)
            and demand.of is Unit.MEMBERS
            and demand.members == Selector()
            and demand.hardness == "hard"
        ]
        lows = [demand.minimum for demand in bounds if demand.minimum is not None]
        highs = [demand.maximum for demand in bounds if demand.maximum is not None]
        return (max(lows) if lows else None, min(highs) if highs else None)
