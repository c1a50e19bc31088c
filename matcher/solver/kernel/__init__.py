"""What must run compiled? Feasibility, value, local search, Lagrangian bound and the search tree, in plain arrays.

Everything here speaks in positions 0..n-1 of a `Gains` and its `Rules`; names, words and records are the callers'
business. Random numbers come from a seed, so the same call gives the same answer. `cache.py` says where machine code
lies between two runs.
"""

from matcher.solver.kernel.bound import Relaxed, fix_variables, relax
from matcher.solver.kernel.feasibility import completion_infeasible, shortfall
from matcher.solver.kernel.local_search import local_search
from matcher.solver.kernel.matching import matching_size
from matcher.solver.kernel.pairs import mirror, pairs_within, weigh
from matcher.solver.kernel.records import (
    FIXED_IN,
    FIXED_OUT,
    NOBODY,
    OPEN,
    TOLERANCE,
    Gains,
    Prices,
    Rules,
    Sizes,
)
from matcher.solver.kernel.tree import Tree, grow_tree
from matcher.solver.kernel.value import value

__all__ = [
    "FIXED_IN",
    "FIXED_OUT",
    "NOBODY",
    "OPEN",
    "TOLERANCE",
    "Gains",
    "Prices",
    "Relaxed",
    "Rules",
    "Sizes",
    "Tree",
    "completion_infeasible",
    "fix_variables",
    "grow_tree",
    "local_search",
    "matching_size",
    "mirror",
    "pairs_within",
    "relax",
    "shortfall",
    "value",
    "weigh",
]
