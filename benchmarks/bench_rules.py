"""How long does it take to check a consortium, and to find out who may leave?

    python -m benchmarks rules

Twelve members from nine countries, one an SME lead; owners known, unknown, and half of them unknown. The baseline is
what a count of countries costs: the shortest check that looks at every member.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.launch import launch
from benchmarks.report import Report
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


def count_of_countries(case: tuple[Member, ...]) -> bool:
    """The baseline: are three countries among them?"""
    return len({member.country for member in case}) >= 3


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--repeats", type=int, default=300, help="checks whose median is told")


def run(options: argparse.Namespace, report: Report) -> None:
    profiles = {call: load_profiles()[CallId(call)] for call in PROFILES}
    cases = {
        "owners known": members(lambda _: True),
        "unknown": members(lambda _: False),
        "half": members(lambda k: k % 2 == 0),
    }
    known = cases["owners known"]

    def checks() -> Iterator[tuple[str | float, ...]]:
        for call, profile in profiles.items():
            taken = [milliseconds(partial(check, profile, case), options.repeats) for case in cases.values()]
            yield call, *taken, milliseconds(partial(count_of_countries, known), options.repeats)

    def withdrawals() -> Iterator[tuple[str | int | float | None, ...]]:
        for call, profile in profiles.items():
            composition = Composition(profile, known)
            answer = resilience(composition)
            taken = milliseconds(partial(resilience, composition), 3)
            yield call, answer.size or "none", "yes" if answer.exact else "no", taken

    times = dict.fromkeys(cases, ".2f") | {"baseline: count countries": ".3f"}
    title = f"Check of 12 members, median of {options.repeats}, ms"
    report.table("checks", {"profile": "", **times}, checks(), title)
    columns = {"profile": "", "smallest breaking withdrawal": "", "exact": "", "ms": ".0f"}
    report.table("withdrawals", columns, withdrawals(), "Who may leave")


if __name__ == "__main__":
    launch("rules")
