"""How do clauses become the kernel's arrays, and which candidates are alike in all of them?"""

from collections.abc import Sequence

import numpy as np

from matcher.solver.clauses import Cap, Clause, LinearRow, Match
from matcher.solver.kernel import Rules


def as_rules(clauses: Sequence[Clause], n: int) -> Rules:
    """Pack clauses over n candidates into the kernel's arrays."""
    rows: list[tuple[int, LinearRow]] = []
    matches: list[tuple[int, Match]] = []
    caps: list[tuple[int, Cap]] = []
    way_demand: list[int] = []
    only: list[bool] = []
    for number, clause in enumerate(clauses):
        for way in clause.ways:
            for atom in way:
                if isinstance(atom, LinearRow):
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
