"""How do a problem's terms and clauses become the kernel's arrays? And back: a set's terms as data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matcher.solver.clauses import Cap, Clause, Match, Row
from matcher.solver.facts import KINDS, Facts
from matcher.solver.kernel import Gains, Rules
from matcher.solver.problem import Problem
from matcher.solver.select import YES, sme_flag

NEAR_DUPLICATE = 0.9
"""From this cosine of two aspect profiles on, two members are redundant; 1.0 is wholly so."""


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a consortium's value: `value` in [0, 1], what it weighs, and the ids it rests on."""

    name: str
    value: float
    weight: float
    evidence: tuple[str, ...] = ()


def columns(problem: Problem) -> dict[str, np.ndarray]:
    """Return the linear terms' (n,) columns: each member's own share of the term, before division by the size."""
    n = len(problem.facts)
    zero = np.zeros(n)
    return {
        "fit": problem.fit,
        "newcomers": zero if problem.newcomer is None else problem.newcomer,
        "sme": (sme_flag(problem.facts) == YES).astype(float),
        "widening": zero if problem.widening is None else problem.widening.astype(float),
        "effort": np.ones(n),
    }


def seats(problem: Problem) -> int:
    """The most members a consortium may have: what the terms are divided by, so that they compare across sizes."""
    return problem.wishes.size[1]


def linear(problem: Problem) -> np.ndarray:
    """Return (n,): what each member adds by itself, whoever else is in."""
    weights = problem.weights
    total = np.zeros(len(problem.facts))
    for name, column in columns(problem).items():
        weight = -weights.effort if name == "effort" else getattr(weights, name)
        total += weight * column
    return total / seats(problem)


def aspect_gains(problem: Problem) -> np.ndarray:
    """Return (n, A): coverage weight times the aspect's own share times how well each covers it."""
    share = problem.aspect_weights
    if share is None:
        share = np.ones(problem.aspects.shape[1])
    return problem.aspects * (problem.weights.coverage * share / max(share.sum(), 1e-12))


def labels(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Return labels (n, 2) int32 of country and kind, and what the first member of each label gains (L,).

    Half of *balance* is the share of the countries that could be represented, half that of the kinds.
    """
    facts = problem.facts
    countries = len(facts.countries)
    label = np.stack([facts.country, np.where(facts.kind >= 0, facts.kind + countries, -1)], axis=1)
    half = problem.weights.balance / 2
    gain = np.concatenate(
        [
            np.full(countries, half / max(1, min(countries, seats(problem)))),
            np.full(len(KINDS), half / len(KINDS)),
        ]
    )
    return label.astype(np.int32), gain


def gate(problem: Problem) -> np.ndarray:
    """Return (n,) what weighs a candidate's ties: its relevance to the outline."""
    return problem.fit if problem.relevance is None else problem.relevance


def pairs_possible(problem: Problem) -> float:
    return max(1.0, seats(problem) * (seats(problem) - 1) / 2)


def tie_gains(problem: Problem) -> sp.csr_array:
    """Return (n, n): ties weight times tie times both members' relevance, over the pairs that seats allow."""
    rho = gate(problem)
    ties = problem.ties.tocsr()
    row = np.repeat(np.arange(ties.shape[0]), np.diff(ties.indptr))
    scale = problem.weights.ties / pairs_possible(problem)
    return sp.csr_array(
        (ties.data * rho[row] * rho[ties.indices] * scale, ties.indices, ties.indptr), ties.shape
    )


def redundancy(problem: Problem) -> sp.csr_array:
    """Return (n, n) in [0, 1]: how far the cosine of two aspect profiles exceeds NEAR_DUPLICATE."""
    norm = np.linalg.norm(problem.aspects, axis=1)
    unit = problem.aspects / np.maximum(norm, 1e-12)[:, None]
    near = (unit @ unit.T - NEAR_DUPLICATE) / (1 - NEAR_DUPLICATE)
    near *= np.sqrt(np.outer(problem.fit, problem.fit))
    np.fill_diagonal(near, 0.0)
    near[near < 0.05] = 0.0
    return sp.csr_array(np.minimum(near, 1.0))


def as_gains(problem: Problem) -> Gains:
    """The utility of sets of this problem's candidates. Dense in the redundancy: meant for a pool, not a store."""
    pair = tie_gains(problem)
    if problem.weights.redundancy > 0 and problem.aspects.shape[1] > 1:
        pair = pair - redundancy(problem) * (problem.weights.redundancy / pairs_possible(problem))
    label, gain = labels(problem)
    return gains(linear(problem), aspect_gains(problem), label, gain, sp.csr_array(pair))


def gains(
    lin: np.ndarray, aspect: np.ndarray, label: np.ndarray, gain: np.ndarray, pair: sp.csr_array
) -> Gains:
    """Pack the kernel's arrays; `pair` must be symmetric. Zero pairs are left out."""
    pair.eliminate_zeros()
    pair.sort_indices()
    row = np.repeat(np.arange(pair.shape[0], dtype=np.int32), np.diff(pair.indptr))
    back = np.lexsort((row, pair.indices))
    return Gains(
        lin=np.ascontiguousarray(lin, np.float64),
        aspect=np.ascontiguousarray(aspect, np.float64),
        label=np.ascontiguousarray(label, np.int32),
        label_gain=np.ascontiguousarray(gain, np.float64),
        start=pair.indptr.astype(np.int64),
        other=pair.indices.astype(np.int32),
        pair=pair.data.astype(np.float64),
        back=back.astype(np.int32),
    )


def as_rules(clauses: Sequence[Clause], n: int) -> Rules:
    """Pack clauses over n candidates into the kernel's arrays."""
    rows: list[tuple[int, Row]] = []
    matches: list[tuple[int, Match]] = []
    caps: list[tuple[int, Cap]] = []
    way_demand: list[int] = []
    only: list[bool] = []
    for number, clause in enumerate(clauses):
        for way in clause.ways:
            for atom in way:
                if isinstance(atom, Row):
                    rows.append((len(way_demand), atom))
                    only.append(len(clause.ways) == 1)
                elif isinstance(atom, Match):
                    matches.append((len(way_demand), atom))
                else:
                    caps.append((len(way_demand), atom))
            way_demand.append(number)
    coef = np.array([row.coef for _, row in rows]).reshape(len(rows), n)
    left = np.array([m.left for _, m in matches], np.int64).reshape(len(matches), n)
    right = np.array([m.right for _, m in matches], np.int64).reshape(len(matches), n)
    label = np.array([c.label for _, c in caps], np.int64).reshape(len(caps), n)
    size = np.array([c.size for _, c in caps], np.float64).reshape(len(caps), n)
    loose = np.array([c.loose for _, c in caps], np.bool_).reshape(len(caps), n)
    return Rules(
        coef=coef,
        need=np.array([row.need for _, row in rows], np.float64),
        unit=np.array([max(np.abs(row.coef).max(initial=0.0), 1.0) for _, row in rows], np.float64),
        row_way=np.array([way for way, _ in rows], np.int64),
        only_way=np.array(only, np.bool_),
        left=left,
        right=right,
        match_need=np.array([m.need for _, m in matches], np.int64),
        match_cap=np.array([m.cap for _, m in matches], np.int64),
        match_way=np.array([way for way, _ in matches], np.int64),
        cap_label=label,
        cap_size=size,
        cap_loose=loose,
        cap_most=np.array([c.most for _, c in caps], np.float64),
        cap_way=np.array([way for way, _ in caps], np.int64),
        way_demand=np.array(way_demand, np.int64),
        demands=len(clauses),
        kind=alike([*coef, *np.nan_to_num(size, nan=-1.0), *loose], [*left, *right, *label], n),
    )


def alike(columns: Sequence[np.ndarray], labels: Sequence[np.ndarray], n: int) -> np.ndarray:
    """Return (n,) int64 numbers: candidates with one number have the same columns and are exchangeable in labels.

    A label that only one candidate has is as good as any other such label.
    """
    table = [np.asarray(column, np.float64) for column in columns]
    for side in labels:
        lone = (side >= 0) & (np.bincount(side[side >= 0], minlength=1)[np.maximum(side, 0)] == 1)
        table.append(np.where(lone, -2, side).astype(np.float64))
    number = np.zeros(n, np.int64)
    for column in table:
        place = np.unique(column, return_inverse=True)[1]
        number = np.unique(number * (place.max(initial=0) + 1) + place, return_inverse=True)[1]
    return number


def terms(problem: Problem, members: np.ndarray) -> tuple[Term, ...]:
    """The named terms of a set, with the ids each rests on; value = sum of weight times value."""
    facts, weights, size = problem.facts, problem.weights, seats(problem)
    ids = [facts.ids[m] for m in members]
    found = []
    for name, column in columns(problem).items():
        weight = -weights.effort if name == "effort" else getattr(weights, name)
        own = column[members]
        order = sorted(range(len(ids)), key=lambda k: (-own[k], ids[k]))
        evidence = () if name == "effort" else tuple(ids[k] for k in order if own[k] > 0)
        found.append(Term(name, float(own.sum() / size), weight, evidence))
    found.insert(1, _coverage(problem, members, ids))
    found.insert(2, _ties(problem, members, ids))
    found.insert(3, _balance(problem, members, ids))
    overlap = (
        redundancy(part(problem, members)).toarray() if problem.aspects.shape[1] > 1 else np.zeros((1, 1))
    )
    twins = [k for k in range(len(ids)) if overlap.size > 1 and overlap[k].any()]
    found.append(
        Term(
            "redundancy",
            float(np.triu(overlap).sum() / pairs_possible(problem)),
            -weights.redundancy,
            tuple(ids[k] for k in twins),
        )
    )
    return tuple(found)


def part(problem: Problem, positions: np.ndarray) -> Problem:
    """The same problem over fewer candidates."""
    from dataclasses import replace

    def cut(column: np.ndarray | None) -> np.ndarray | None:
        return None if column is None else column[positions]

    return replace(
        problem,
        facts=problem.facts.take(positions),
        fit=problem.fit[positions],
        aspects=problem.aspects[positions],
        ties=sp.csr_array(problem.ties[positions][:, positions]),
        relevance=cut(problem.relevance),
        newcomer=cut(problem.newcomer),
        widening=cut(problem.widening),
    )


def _coverage(problem: Problem, members: np.ndarray, ids: list[str]) -> Term:
    gain = aspect_gains(problem)[members]
    weight = problem.weights.coverage
    best = gain.argmax(axis=0) if len(members) and gain.size else np.zeros(0, int)
    total = float(gain.max(axis=0).sum()) if len(members) and gain.size else 0.0
    value = total / weight if weight else _plain_coverage(problem, members)
    return Term("coverage", value, weight, tuple(dict.fromkeys(ids[k] for k in best)))


def _plain_coverage(problem: Problem, members: np.ndarray) -> float:
    if not problem.aspects.size:
        return 0.0
    return float(np.average(problem.aspects[members].max(axis=0), weights=problem.aspect_weights))


def _ties(problem: Problem, members: np.ndarray, ids: list[str]) -> Term:
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


def _balance(problem: Problem, members: np.ndarray, ids: list[str]) -> Term:
    facts: Facts = problem.facts
    countries = {int(c): ids[k] for k, c in reversed(list(enumerate(facts.country[members]))) if c >= 0}
    kinds = {int(c): ids[k] for k, c in reversed(list(enumerate(facts.kind[members]))) if c >= 0}
    possible = max(1, min(len(facts.countries), seats(problem)))
    value = 0.5 * min(1.0, len(countries) / possible) + 0.5 * len(kinds) / len(KINDS)
    evidence = tuple(dict.fromkeys([*countries.values(), *kinds.values()]))
    return Term("balance", value, problem.weights.balance, evidence)
