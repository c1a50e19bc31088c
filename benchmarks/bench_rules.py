"""How long does it take to check a consortium, and to find out who may leave?

    python -m benchmarks.bench_rules

Twelve members from nine countries, one an SME lead; owners known, unknown, and half of them unknown. The baseline is
what a count of countries costs: the shortest check that looks at every member.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial

from benchmarks.machine import heading
from data.calls import load_profiles
from data.model import CallId, Kind
from graph.rules.members import Member
from graph.rules.resilience import Composition, resilience
from graph.rules.rules import check

COUNTRIES = ("DE", "FR", "IT", "ES", "PT", "NL", "DE", "FR", "DE", "AT", "PL", "CZ")
PROFILES = (
    "he-ria-ia-2021",
    "ipcei-2021",
    "eureka-network",
    "eurostars-3",
    "edf-2021",
    "demo-industrial-cloud",
)


def members(known: Callable[[int], bool]) -> tuple[Member, ...]:
    """Twelve members; `known(k)`: is the k-th one's owner stated?"""
    return tuple(
        Member(
            f"m{k:02}",
            f"Member {k}",
            country,
            Kind.SME if k % 2 == 0 else Kind.LARGE,
            f"m{k:02}" if known(k) else None,
            1.0 + k,
            "participant" if k else "coordinator",
        )
        for k, country in enumerate(COUNTRIES)
    )


def milliseconds(call: Callable[[], object], repeats: int) -> float:
    """The median time of a call."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def main() -> None:
    """Print the tables."""
    profiles = load_profiles()
    cases = {
        "known": members(lambda k: True),
        "unknown": members(lambda k: False),
        "half": members(lambda k: k % 2 == 0),
    }
    print(heading("Rules: check of 12 members, median of 300, ms", ("numpy",)))
    print("| profile | owners known | unknown | half | baseline: count countries |\n|---|---|---|---|---|")
    for call in map(CallId, PROFILES):
        cells = [
            milliseconds(partial(check, profiles[call], consortium), 300) for consortium in cases.values()
        ]
        baseline = milliseconds(lambda: len({member.country for member in cases["known"]}) >= 3, 300)
        print(f"| {call} | {' | '.join(f'{cell:.2f}' for cell in cells)} | {baseline:.3f} |")
    print("\n| profile | smallest breaking withdrawal | exact | ms |\n|---|---|---|---|")
    for call in map(CallId, PROFILES):
        composition = Composition(profiles[call], cases["known"])
        outlook = resilience(composition)
        spent = milliseconds(partial(resilience, composition), 3)
        print(f"| {call} | {outlook.size or 'none'} | {'yes' if outlook.exact else 'no'} | {spent:.0f} |")


if __name__ == "__main__":
    main()
