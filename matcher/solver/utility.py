"""What is a set worth? The named terms, as the kernel's arrays and, for one set, as data.

value = sum over terms of weight * term; docs/solver.md has every formula with its reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matcher.solver.facts import KINDS
from matcher.solver.kernel import Gains, mirror, pairs_within, weigh
from matcher.solver.problem import TeamProblem
from matcher.solver.select import YES, sme_flag


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a consortium's value: `value` in [0, 1], what it weighs, and the ids it rests on."""

    name: str
    value: float
    weight: float
    evidence: tuple[str, ...] = ()


def columns(problem: TeamProblem, at: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Return the linear terms' (n,) columns: each member's own share of the term, before division by the size.

    `at` (k,): only the candidates at these positions.
    """
    where: slice | np.ndarray = slice(None) if at is None else at
    facts = problem.facts if at is None else problem.facts.take(at)
    zero = np.zeros(len(facts))
    return {
        "fit": problem.fit[where],
        "newcomers": zero if problem.newcomer is None else problem.newcomer[where],
        "sme": (sme_flag(facts) == YES).astype(float),
        "widening": zero if problem.widening is None else problem.widening[where].astype(float),
        "effort": np.ones(len(facts)),
    }


def seats(problem: TeamProblem) -> int:
    """The most members a consortium may have: what the terms are divided by, so that they compare across sizes."""
    return problem.wishes.size[1]


@dataclass(frozen=True, slots=True, eq=False)
class Utility:
    """The utility over all n candidates of a problem, ready to be cut to any part of them.

    lin (n,): what each adds by itself; aspect (n, A) >= 0: what each covers; label (n, 3) int32 and gain (L,): what
    the first member of a country, a kind, a group of twins adds; ties (n, n) scaled by rho (n,) on both sides and by
    `scale`.
    """

    lin: np.ndarray
    aspect: np.ndarray
    label: np.ndarray
    gain: np.ndarray
    ties: sp.csr_array
    rho: np.ndarray
    scale: float

    @classmethod
    def of(cls, problem: TeamProblem) -> "Utility":
        group = twins(problem.aspects)
        weights = problem.weights
        lin = -weights.redundancy * (group >= 0)
        for name, column in columns(problem).items():
            lin = lin + _weight(problem, name) * column
        label, gain = _labels(problem, group)
        share = problem.aspect_weights
        if share is None:
            share = np.ones(problem.aspects.shape[1])
        return cls(
            lin=lin / seats(problem),
            aspect=problem.aspects * (weights.coverage * share / max(share.sum(), 1e-12)),
            label=label,
            gain=gain,
            ties=_ascending(problem.ties),
            rho=gate(problem),
            scale=weights.ties / pairs_possible(problem),
        )

    def gains(self, positions: np.ndarray | None = None) -> Gains:
        """Pack the kernel's arrays for the candidates at `positions` (ascending; None: all).

        A label that one candidate alone has is a gain of its own, so it moves into `lin`.
        """
        where: slice | np.ndarray = slice(None) if positions is None else positions
        label, rho = self.label[where], self.rho[where]
        start, other, tie = self.ties.indptr.astype(np.int64), self.ties.indices, self.ties.data
        if positions is not None:
            start, other, pairs = pairs_within(start, other, positions)
            tie = tie[pairs]
        count = np.bincount(label[label >= 0], minlength=self.gain.size + 1)
        sole = (label >= 0) & (count[label] == 1)
        gain = np.append(self.gain, 0.0)
        number = np.where(count > 1, np.cumsum(count > 1) - 1, -1)
        return Gains(
            lin=self.lin[where] + np.where(sole, gain[label], 0.0).sum(axis=1),
            aspect=np.ascontiguousarray(self.aspect[where], np.float64),
            label=np.where(label >= 0, number[label], -1).astype(np.int32),
            label_gain=gain[count > 1],
            start=start,
            other=other,
            pair=weigh(start, other, tie, rho, self.scale),
            back=mirror(start, other),
        )

    def tie_sum(self, team: Sequence[int]) -> np.ndarray:
        """Return (n,): what the ties of each candidate to the team add."""
        total = np.zeros(self.rho.size)
        for member in team:
            row = slice(self.ties.indptr[member], self.ties.indptr[member + 1])
            total[self.ties.indices[row]] += self.ties.data[row] * self.rho[member]
        gated: np.ndarray = total * self.rho * self.scale
        return gated

    def added(self, team: Sequence[int], at: Sequence[int] | None = None) -> np.ndarray:
        """Return what each candidate (or each one at `at`) adds to the team."""
        where = slice(None) if at is None else list(at)
        covered = self.aspect[list(team)].max(axis=0, initial=0.0)
        fresh = np.append(self.gain, 0.0)
        fresh[self.label[list(team)].ravel()] = 0.0
        more = np.maximum(self.aspect[where] - covered, 0.0).sum(axis=1)
        own = self.lin[where] + self.tie_sum(team)[where]
        total: np.ndarray = own + more + fresh[self.label[where]].sum(axis=1)
        return total


def _ascending(ties: sp.csr_array) -> sp.csr_array:
    """The same with ascending rows and int32 columns, as the kernel reads them; itself where it has them."""
    if not ties.has_sorted_indices:
        ties = ties.sorted_indices()
    if ties.indices.dtype == np.int32:
        return ties
    return sp.csr_array((ties.data, ties.indices.astype(np.int32), ties.indptr.astype(np.int32)), ties.shape)


def _weight(problem: TeamProblem, name: str) -> float:
    return -problem.weights.effort if name == "effort" else getattr(problem.weights, name)


def twins(aspects: np.ndarray) -> np.ndarray:
    """Return (n,) int64 group numbers of those who cover the same aspects in the same proportions, -1 for the rest.

    The same: equal profiles (rows of (n, A)) once scaled to length 1 and rounded to one decimal.
    """
    length = np.linalg.norm(aspects, axis=1)
    if aspects.shape[1] < 2:
        return np.full(length.size, -1)
    grid = np.rint(aspects / np.maximum(length, 1e-12)[:, None] * 10).astype(np.int64)
    number = np.zeros(length.size, np.int64)
    for begin in range(0, grid.shape[1], 12):  # eleven steps an aspect: twelve of them fit beside the number
        block = grid[:, begin : begin + 12]
        number = np.unique(number * 11**12 + block @ 11 ** np.arange(block.shape[1]), return_inverse=True)[1]
    return np.where((np.bincount(number)[number] > 1) & (length > 0), number, -1)


def _labels(problem: TeamProblem, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return labels (n, 3) of country, kind and twins, and what the first member of each gains (L,).

    Half of *balance* is the share of the countries that could be represented, half that of the kinds. The first of
    a group of twins gains back what each of them pays in `lin`: so each further one costs.
    """
    facts = problem.facts
    countries = len(facts.countries)
    kind = np.where(facts.kind >= 0, facts.kind.astype(np.int64) + countries, -1)
    own = np.where(group >= 0, group + countries + len(KINDS), -1)
    half = problem.weights.balance / 2
    gain = np.concatenate(
        [
            np.full(countries, half / max(1, min(countries, seats(problem)))),
            np.full(len(KINDS), half / len(KINDS)),
            np.full(int(group.max(initial=-1)) + 1, problem.weights.redundancy / seats(problem)),
        ]
    )
    return np.stack([facts.country, kind, own], axis=1).astype(np.int32), gain


def gate(problem: TeamProblem) -> np.ndarray:
    """Return (n,) what weighs a candidate's ties: its relevance to the outline."""
    return problem.fit if problem.relevance is None else problem.relevance


def pairs_possible(problem: TeamProblem) -> float:
    """How many pairs the largest allowed consortium has, at least one."""
    return max(1.0, seats(problem) * (seats(problem) - 1) / 2)


def terms(problem: TeamProblem, members: np.ndarray) -> tuple[Term, ...]:
    """The named terms of the set at these positions, with the ids each rests on."""
    ids = [problem.facts.ids[m] for m in members]
    return (
        *_linear_terms(problem, members, ids),
        _coverage(problem, members, ids),
        _ties(problem, members, ids),
        _balance(problem, members, ids),
        _redundancy(problem, members, ids),
    )


def _linear_terms(problem: TeamProblem, members: np.ndarray, ids: list[str]) -> list[Term]:
    linear = []
    for name, own in columns(problem, members).items():
        order = sorted(range(len(ids)), key=lambda k: (-own[k], ids[k]))
        evidence = () if name == "effort" else tuple(ids[k] for k in order if own[k] > 0)
        linear.append(Term(name, float(own.sum() / seats(problem)), _weight(problem, name), evidence))
    return linear


def _coverage(problem: TeamProblem, members: np.ndarray, ids: list[str]) -> Term:
    weight = problem.weights.coverage
    if not problem.aspects.shape[1] or not len(members):
        return Term("coverage", 0.0, weight)
    own = problem.aspects[members]
    value = float(np.average(own.max(axis=0), weights=problem.aspect_weights))
    return Term("coverage", value, weight, tuple(dict.fromkeys(ids[k] for k in own.argmax(axis=0))))


def _redundancy(problem: TeamProblem, members: np.ndarray, ids: list[str]) -> Term:
    group = twins(problem.aspects[members])
    several = [k for k in range(len(ids)) if group[k] >= 0]
    spare = len(several) - len({int(group[k]) for k in several})
    evidence = tuple(ids[k] for k in several)
    return Term("redundancy", spare / seats(problem), -problem.weights.redundancy, evidence)


def _ties(problem: TeamProblem, members: np.ndarray, ids: list[str]) -> Term:
    rho = gate(problem)[members]
    strength = problem.ties[members][:, members].toarray() * np.outer(rho, rho)
    a, b = np.nonzero(np.triu(strength, 1))
    order = sorted(range(len(a)), key=lambda k: (-strength[a[k], b[k]], ids[a[k]], ids[b[k]]))
    evidence = dict.fromkeys(name for k in order for name in (ids[a[k]], ids[b[k]]))
    return Term(
        "ties",
        float(np.triu(strength, 1).sum() / pairs_possible(problem)),
        problem.weights.ties,
        tuple(evidence),
    )


def _balance(problem: TeamProblem, members: np.ndarray, ids: list[str]) -> Term:
    facts = problem.facts
    countries = {int(c): ids[k] for k, c in reversed(list(enumerate(facts.country[members]))) if c >= 0}
    kinds = {int(c): ids[k] for k, c in reversed(list(enumerate(facts.kind[members]))) if c >= 0}
    possible = max(1, min(len(facts.countries), seats(problem)))
    value = 0.5 * min(1.0, len(countries) / possible) + 0.5 * len(kinds) / len(KINDS)
    evidence = tuple(dict.fromkeys([*countries.values(), *kinds.values()]))
    return Term("balance", value, problem.weights.balance, evidence)
