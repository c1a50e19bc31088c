"""Why is nothing allowed, and what is the cheapest way out? A minimal conflict and repairs, over the whole store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from data.demands import (
    CountRange,
    Demand,
    DistinctRepresentatives,
    Layer,
    MustHave,
    PerGroupMaximum,
)
from data.published import renamed
from matcher.solver.classes import ClassModel, ClassSolution
from matcher.solver.request import Request
from matcher.solver.wishes import SIZE

CALL_COST = 10.0
"""A call's rule is not the coordinator's to drop: repairs without one come first."""


@dataclass(frozen=True, slots=True)
class ConflictingDemand:
    """One demand of a minimal conflict: without any one of them the others could be met together."""

    demand: Annotated[str, renamed("id")]
    text: str
    source: str
    layer: str
    """Who demands it; user: a wish of the question."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A repair: the demands it touches, in words, and its cost (1 = one wish dropped; a call's rule costs 10).

    `changes`: (demand, field, from, to) where a number suffices; empty where the demand has to go.
    """

    demands: tuple[str, ...]
    text: str
    cost: float
    changes: tuple[tuple[str, str, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ConflictReport:
    """Either a conflict with its repairs, or `example`: positions of a set that keeps every demand."""

    conflict: tuple[ConflictingDemand, ...]
    relaxations: tuple[Relaxation, ...]
    example: tuple[int, ...] = ()


def explain(request: Request) -> ConflictReport:
    """Return a minimal conflict among the demands with its repairs, or a set that keeps them where there is one.

    The classes state caps on shares only as far as they are linear; where that lets a set pass that the exact rules
    refuse, the example is such a set, and `explain_by_search` has the last word.
    """
    named = {demand.id: demand for demand in request.demands}
    names = request.names
    model = ClassModel(request.clauses, names, len(request.problem.facts))
    if (answer := model.solve(names)) is not None:
        return ConflictReport((), (), model.members(answer.counts, request.problem.fit))
    core = minimal(lambda active: model.solve(active) is not None, names)
    return ConflictReport(_conflicts(core, named), repairs(model, names, core, named))


def explain_by_search(request: Request) -> ConflictReport:
    """The same for an infeasible request whose conflict is not linear, with exhaustive search as the judge."""
    named = {demand.id: demand for demand in request.demands}
    core = minimal(request.feasible, request.names)
    ways_out = [
        Relaxation((name,), _drop(named[name]), _cost(named[name]))
        for name in core
        if request.feasible([other for other in request.names if other != name])
    ]
    return ConflictReport(_conflicts(core, named), _cheapest_first(ways_out))


def _conflicts(core: Sequence[str], named: dict[str, Demand]) -> tuple[ConflictingDemand, ...]:
    return tuple(
        ConflictingDemand(name, named[name].text, named[name].source, named[name].layer.value)
        for name in core
    )


def _cheapest_first(ways_out: Sequence[Relaxation]) -> tuple[Relaxation, ...]:
    return tuple(sorted(ways_out, key=lambda relaxation: (relaxation.cost, relaxation.demands)))


def minimal(feasible: Callable[[Sequence[str]], bool], names: Sequence[str]) -> tuple[str, ...]:
    """Return a subset of the infeasible `names` that is infeasible, while each of its own proper subsets is not.

    Deletion by blocks, halved where a block is needed: few questions where few demands conflict.
    """
    kept = list(names)

    def shed(block: list[str]) -> None:
        nonlocal kept
        others = [name for name in kept if name not in block]
        if not feasible(others):
            kept = others
        elif len(block) > 1:
            middle = len(block) // 2
            shed(block[:middle])
            shed(block[middle:])

    for begin in range(0, len(names), 8):
        shed(list(names[begin : begin + 8]))
    return tuple(kept)


def repairs(
    model: ClassModel, names: Sequence[str], core: Sequence[str], named: dict[str, Demand]
) -> tuple[Relaxation, ...]:
    """Return what makes the whole request possible, cheapest first: one demand loosened or dropped, else several."""
    ways_out = []
    for name in core:
        softened = model.solve(names, slack=name)
        change = _changes(named[name], softened) if softened is not None else ()
        if change:
            ways_out.append(
                Relaxation((name,), _loosen(named[name], change), _cost(named[name], change), change)
            )
        elif model.solve([other for other in names if other != name]) is not None:
            ways_out.append(Relaxation((name,), _drop(named[name]), _cost(named[name])))
    if not any(relaxation.cost < CALL_COST for relaxation in ways_out):
        costs = {name: _cost(named[name]) for name in names}
        answer = model.solve(names, elastic=costs)
        if answer is not None and len(answer.dropped) > 1:
            text = "; and ".join(_drop(named[name]) for name in answer.dropped)
            ways_out.append(Relaxation(answer.dropped, text, sum(costs[name] for name in answer.dropped)))
    return _cheapest_first(ways_out)


def _cost(demand: Demand, changes: Sequence[tuple[str, str, float, float]] = ()) -> float:
    base = 1.0 if demand.layer is Layer.USER else CALL_COST
    if not changes:
        return base
    moved = sum(abs(after - before) / max(abs(before), 1.0) for _, _, before, after in changes)
    return base * min(0.9, 0.1 + moved)


def _changes(demand: Demand, answer: ClassSolution) -> tuple[tuple[str, str, float, float], ...]:
    """Read the slack as new numbers of the demand; empty where its conditions are not plain counts."""
    used = {index: amount for (name, index), amount in answer.slack.items() if name == demand.id}
    fields: list[tuple[str, float, int]] = []
    match demand:
        case CountRange():
            fields = [("minimum", demand.minimum, -1)] if demand.minimum is not None else []
            fields += [("maximum", demand.maximum, 1)] if demand.maximum is not None else []
        case DistinctRepresentatives():
            fields = [("count", demand.count, -1)] if demand.countries < demand.count else []
            fields += [("countries", demand.countries, -1)] if demand.countries > 0 else []
            fields += [("of_which", part.minimum, -1) for part in demand.of_which]
        case MustHave(at_least=int() as least):
            fields = [("at_least", least, -1)]
        case PerGroupMaximum():
            worst = max(used.values(), default=0.0)
            return ((demand.id, "maximum", demand.maximum, demand.maximum + round(worst)),) if worst else ()
    changes = []
    for index, (field, number, sign) in enumerate(fields):
        amount = round(used.get(index, 0.0))
        if amount:
            changes.append((demand.id, field, float(number), float(number + sign * amount)))
    return tuple(changes)


def _loosen(demand: Demand, changes: Sequence[tuple[str, str, float, float]]) -> str:
    if demand.id == SIZE:
        return "; ".join(
            f"allow size {after:g}" if field == "maximum" else f"allow size {after:g} at the least"
            for _, field, _, after in changes
        )
    numbers = [(field.replace("_", " "), before, after) for _, field, before, after in changes]
    if demand.layer is Layer.USER:
        amounts = ", ".join(f"{after:g} instead of {before:g}" for _, before, after in numbers)
        return f"ask for {amounts}: {demand.text}"
    parts = ", ".join(f"{field} {after:g} instead of {before:g}" for field, before, after in numbers)
    return f"only with another call: {demand.id} ({demand.text}) would need {parts}"


def _drop(demand: Demand) -> str:
    kind, _, subject = demand.id.partition(":")
    words = {
        "must": f"drop the demand for {subject}",
        "not": f"drop the exclusion of {subject}",
        "apart": f"allow {subject.replace('+', ' and ')} together",
        "want": f"drop the wish for {demand.text}",
    }
    if demand.layer is Layer.USER and subject and kind in words:
        return words[kind]
    if demand.id == SIZE:
        return "drop the limits of size"
    if demand.layer is Layer.USER:
        return f"drop the wish {demand.id}: {demand.text}"
    return f"only with another call, without {demand.id}: {demand.text}"
