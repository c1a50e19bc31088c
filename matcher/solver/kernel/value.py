"""What is a set worth, and what does one more member add?"""

import numpy as np

from matcher.solver.kernel.cache import compiled, inlined
from matcher.solver.kernel.pairs import pair_gain
from matcher.solver.kernel.records import Array, Gains


@compiled
def value(gains: Gains, members: Array) -> float:
    """The utility of a set."""
    total = 0.0
    for position in range(members.shape[0]):
        total += gains.lin[members[position]]
        for earlier in range(position):
            total += pair_gain(gains, members[position], members[earlier])
    for a in range(gains.aspect.shape[1]):
        best = 0.0
        for member in members:
            best = max(best, gains.aspect[member, a])
        total += best
    present = np.zeros(gains.label_gain.shape[0], np.bool_)
    for member in members:
        for b in range(gains.label.shape[1]):
            label = gains.label[member, b]
            if label >= 0 and not present[label]:
                present[label] = True
                total += gains.label_gain[label]
    return total


@compiled
def cover(gains: Gains, members: Array, best: Array, present: Array) -> None:
    """Fill `best` (A,) with the members' best of each aspect and `present` (L,) with how many bear each label."""
    best[:] = 0.0
    present[:] = 0
    for member in members:
        for a in range(best.shape[0]):
            best[a] = max(best[a], gains.aspect[member, a])
        for b in range(gains.label.shape[1]):
            if gains.label[member, b] >= 0:
                present[gains.label[member, b]] += 1


@inlined
def marginal(gains: Gains, i: int, best: Array, present: Array) -> float:
    """What i adds alone and to the coverage: everything but its pairs."""
    total = float(gains.lin[i])
    for a in range(best.shape[0]):
        more = gains.aspect[i, a] - best[a]
        if more > 0.0:
            total += more
    for b in range(gains.label.shape[1]):
        label = gains.label[i, b]
        if label >= 0 and present[label] == 0:
            total += gains.label_gain[label]
    return total
