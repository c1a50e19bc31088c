"""How do a coordinator's wishes read as demands? In the call's own records, so that conflicts name both alike."""

from data.demands import CountRange, Demand, Layer, MustHave, MustNotHave, MustNotTogether, Unit
from matcher.solver.problem import Wishes

SOURCE = "your request"
SIZE = "size"


def wish_demands(wishes: Wishes) -> tuple[Demand, ...]:
    """Return one demand for each wish that can conflict by itself: size, each must, each exclusion, each pair."""
    low, high = wishes.size
    demands: list[Demand] = [
        CountRange(
            id=SIZE,
            text=f"{low} to {high} members",
            source=SOURCE,
            layer=Layer.USER,
            of=Unit.MEMBERS,
            minimum=low,
            maximum=high,
        )
    ]
    held = dict.fromkeys([*([] if wishes.coordinator is None else [wishes.coordinator]), *wishes.must])
    for name in held:
        word = "coordinates" if name == wishes.coordinator else "is a member"
        demands.append(
            MustHave(
                id=f"must:{name}",
                text=f"{name} {word}",
                source=SOURCE,
                layer=Layer.USER,
                organisations=(name,),
            )
        )
    demands.extend(
        MustNotHave(
            id=f"not:{name}",
            text=f"{name} is not a member",
            source=SOURCE,
            layer=Layer.USER,
            organisations=(name,),
        )
        for name in dict.fromkeys(wishes.exclude)
    )
    for a, b in dict.fromkeys(tuple(sorted(pair)) for pair in wishes.apart):
        demands.append(
            MustNotTogether(
                id=f"apart:{a}+{b}",
                text=f"{a} and {b} are not both members",
                source=SOURCE,
                layer=Layer.USER,
                organisations=(a, b),
            )
        )
    return (*demands, *wishes.demands)
