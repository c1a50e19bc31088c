"""A small made-up problem, to compile the kernel with and to try things on."""

import numpy as np
import scipy.sparse as sp

from data.demands import DistinctRepresentatives, SubCount
from matcher.solver.facts import KINDS, Facts
from matcher.solver.problem import TeamProblem, Wishes

COUNTRIES = ("DE", "FR", "IT", "ES", "NL", "PL", "GR", "SE")


def tiny_problem(n: int = 30, seed: int = 0, size: tuple[int, int] = (3, 6)) -> TeamProblem:
    """Return n random candidates under the Horizon Europe minimum; the same seed gives the same problem."""
    rng = np.random.default_rng(seed)
    upper = sp.triu(sp.random_array((n, n), density=0.2, rng=rng, format="csr"), 1)
    minimum = DistinctRepresentatives(
        id="R1",
        text="three independent entities from three countries, one of them a Member State",
        source="made up",
        count=3,
        countries=3,
        of_which=(SubCount(minimum=1, countries=("MS",)),),
    )
    facts = Facts.from_columns(
        ids=[f"org-{number:03}" for number in range(n)],
        country=[COUNTRIES[k] for k in rng.integers(0, len(COUNTRIES), n)],
        kind=rng.integers(0, len(KINDS), n),
        sme=np.full(n, -1),
        owner=[None] * n,
    )
    return TeamProblem(
        facts=facts,
        fit=rng.random(n) ** 2,
        aspects=rng.random((n, 4)) ** 2,
        ties=sp.csr_array(upper + upper.T),
        demands=(minimum,),
        wishes=Wishes(size=size),
    )
