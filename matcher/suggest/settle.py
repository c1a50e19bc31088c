"""Which soft rules and wishes can be kept together? All, on what is recorded; what conflicts gives way, and is told."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from data.demands import Demand, Hardness
from matcher.solver.assemble import Assembly
from matcher.solver.wishes import SIZE
from matcher.suggest.answers import UnkeptRule
from matcher.suggest.formulate import Formulation
from matcher.suggest.wishes import COUNTRY


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """The question as it could be answered, with its answer. `unkept`: soft rules that had to give way."""

    question: Formulation
    assembly: Assembly
    unkept: tuple[UnkeptRule, ...]


def settle(question: Formulation, solve: Callable[[Formulation], Assembly]) -> Settled:
    """Solve with every soft rule kept and wishes on what is known; as long as that conflicts, let one thing give way.

    First a size that nobody asked for, then wishes for which more would count if facts that are not recorded turned
    out well, then soft rules; each only where the conflict names it. What is infeasible at the end is so whatever
    gives way.
    """
    soft = {demand.id: demand for demand in question.profile.demands if demand.hardness is Hardness.SOFT}
    unkept: list[UnkeptRule] = []
    question = question.keeping(soft)
    while True:
        assembly = solve(question)
        if assembly.status != "infeasible":
            return Settled(question, assembly, tuple(unkept))
        named = [part.demand for part in assembly.conflict]
        if SIZE in named and (larger := question.larger()) is not None:
            question = larger
        elif opened := _openable(question, named):
            question = question.opening(opened)
        elif given_up := next((ident for ident in named if ident in question.problem.kept), None):
            unkept.append(_unkept(soft[given_up], assembly))
            question = question.keeping(ident for ident in question.problem.kept if ident != given_up)
        else:
            return Settled(question, assembly, tuple(unkept))


def _openable(question: Formulation, named: Collection[str]) -> list[str]:
    """The wishes of a conflict that may still be opened; of those for a country one in all, for nobody is of two."""
    closed = [wish for wish in question.wishes if wish.open.any() and wish.id in named]
    opened = [wish.id for wish in closed if wish.fact != COUNTRY and wish.id not in question.open_wishes]
    if not any(wish.fact == COUNTRY and wish.id in question.open_wishes for wish in question.wishes):
        opened += [wish.id for wish in closed if wish.fact == COUNTRY][:1]
    return opened


def _unkept(demand: Demand, assembly: Assembly) -> UnkeptRule:
    others = tuple(part for part in assembly.conflict if part.demand != demand.id)
    return UnkeptRule(demand.id, demand.text, others, demand.justification)
