"""Which numbers does the search read? An instance over some candidates, its prices, and how both are cut to fewer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matcher.solver import kernel
from matcher.solver.clauses import Atom, Cap, Clause, Match
from matcher.solver.kernel import Gains, Prices, Rules, Sizes


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """Numbers to search over n candidates. `fixed_in` and `fixed_out` (n,) bool: who is in, or out, beforehand.

    `price_row` (P, n) and `price_need` (P,): see `price_rows`.
    """

    gains: Gains
    rules: Rules
    price_row: np.ndarray
    price_need: np.ndarray
    fixed_in: np.ndarray
    fixed_out: np.ndarray
    sizes: Sizes


def price_rows(
    clauses: Sequence[Clause], n: int, most: int, caps: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows (P, n) and needs (P,) that every allowed set keeps, scaled so that one member counts about one.

    A row whose way has no alternative is taken as it is, its large entries cut to what can be needed; a matching of
    r edges needs at least r members who take part. `caps` False leaves out the rows of share caps, which are many.
    """
    rows, needs = [], []
    for clause in clauses:
        if len(clause.ways) != 1:
            continue
        for atom in clause.ways[0]:
            for coef, need in _linear_parts(atom, most, caps):
                rows.append(coef)
                needs.append(need)
    return np.array(rows, np.float64).reshape(len(rows), n), np.array(needs, np.float64)


def _linear_parts(atom: Atom, most: int, caps: bool) -> list[tuple[np.ndarray, float]]:
    """Return the rows (coefficients, need) that an atom implies, scaled; none that nothing can break."""
    if isinstance(atom, Cap):
        return [part for row in atom.rows() for part in _linear_parts(row, most, caps)] if caps else []
    if isinstance(atom, Match):
        takes_part = (atom.left >= 0) & (atom.right >= 0)
        return [(takes_part.astype(float), float(atom.need))] if atom.need > 0 else []
    worst = np.sort(np.minimum(atom.coef, 0.0))[:most].sum()
    if worst >= atom.need:
        return []
    coef = np.minimum(atom.coef, atom.need - worst)
    unit = np.abs(coef).max(initial=0.0) or 1.0
    return [(coef / unit, atom.need / unit)]


def starting_prices(gains: Gains, rows: np.ndarray, needs: np.ndarray) -> Prices:
    """Every pair's gain in halves; nothing else priced yet. `rows` (P, n), `needs` (P,)."""
    rest = np.zeros(gains.aspect.shape[1] + gains.label_gain.size + needs.size)
    return Prices(gains.pair / 2, rest, rows, needs)


def cut_gains(gains: Gains, keep: np.ndarray) -> tuple[Gains, np.ndarray]:
    """The utility over the candidates at `keep` (ascending positions), and where its pairs stood in the whole."""
    start, other, pairs = kernel.pairs_within(gains.start, gains.other, keep)
    part = Gains(
        lin=gains.lin[keep],
        aspect=np.ascontiguousarray(gains.aspect[keep]),
        label=np.ascontiguousarray(gains.label[keep]),
        label_gain=gains.label_gain,
        start=start,
        other=other,
        pair=gains.pair[pairs],
        back=kernel.mirror(start, other),
    )
    return part, pairs


def cut_prices(prices: Prices, keep: np.ndarray, pairs: np.ndarray) -> Prices:
    """The prices of the candidates at `keep` and of the pairs that stood at `pairs`: see `cut_gains`."""
    return Prices(
        prices.split[pairs], prices.rest.copy(), np.ascontiguousarray(prices.row[:, keep]), prices.need
    )


def cut(instance: Instance, prices: Prices, keep: np.ndarray) -> tuple[Instance, Prices]:
    """The same instance over the candidates at `keep` (ascending positions), and its prices."""
    rules = instance.rules
    gains, pairs = cut_gains(instance.gains, keep)
    part = Instance(
        gains=gains,
        rules=rules._replace(
            coef=np.ascontiguousarray(rules.coef[:, keep]),
            left=np.ascontiguousarray(rules.left[:, keep]),
            right=np.ascontiguousarray(rules.right[:, keep]),
            cap_label=np.ascontiguousarray(rules.cap_label[:, keep]),
            cap_size=np.ascontiguousarray(rules.cap_size[:, keep]),
            cap_loose=np.ascontiguousarray(rules.cap_loose[:, keep]),
            kind=rules.kind[keep],
        ),
        price_row=np.ascontiguousarray(instance.price_row[:, keep]),
        price_need=instance.price_need,
        fixed_in=instance.fixed_in[keep],
        fixed_out=instance.fixed_out[keep],
        sizes=instance.sizes,
    )
    return part, cut_prices(prices, keep, pairs)
