"""How are the best few of many kept, best first?"""

from matcher.solver.kernel.cache import inlined
from matcher.solver.kernel.records import Array


@inlined
def keep_best(positions: Array, worths: Array, filled: int, position: int, worth: float) -> int:
    """Take `position` among the best, if it is one of them; return how many are kept now.

    `positions` and `worths` (k,) hold `filled` entries, descending by worth, equals in the order they came. Where all
    k places are taken the least gives way.
    """
    room = positions.shape[0]
    if filled == room and (room == 0 or worth <= worths[room - 1]):
        return filled
    place = min(filled, room - 1)
    while place > 0 and worths[place - 1] < worth:
        worths[place] = worths[place - 1]
        positions[place] = positions[place - 1]
        place -= 1
    worths[place] = worth
    positions[place] = position
    return int(min(filled + 1, room))
