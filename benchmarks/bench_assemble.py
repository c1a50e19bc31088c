"""How fast and how good is the consortium solver? On real H2020 pools, beside other solvers in the same run.

    python -m benchmarks.bench_assemble [--cases 20] [--baseline-s 10] [--quick] [--cpu]

Prints Markdown tables. Needs ../shared/data/cordis-h2020.zip. Times are wall time, which wants an idle machine; with
--cpu they are the process's own processor time, budgets included, which a busy machine disturbs less.
"""

import argparse
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import scipy

from benchmarks.assemble_baselines import BASELINES
from benchmarks.assemble_cases import PROFILES, SAMPLE, SampleStore, case, load
from data.demands import CountRange, Layer, Selector
from matcher.solver.assemble import PRESETS, Incumbent, TeamProblem, Wishes, assemble, warm
from matcher.solver.diverse import diverse_teams
from matcher.solver.instance import Instance
from matcher.solver.pool import initial_pool, price_in
from matcher.solver.request import Request
from matcher.solver.search import SearchProgress, local_optima, search

SIZES = ((5, 8), (5, 10), (8, 15), (8, 20))


def problems(store: SampleStore, count: int) -> Iterator[tuple[str, TeamProblem]]:
    """Yield `count` problems over all profiles, sizes and presets in turn."""
    presets = sorted(PRESETS)
    for number in range(count):
        profile, size = PROFILES[number % len(PROFILES)], SIZES[number % len(SIZES)]
        preset = presets[number % len(presets)]
        yield profile, case(store, number, profile=profile, size=size, weights=PRESETS[preset])


def pool_instance(problem: TeamProblem, width: int) -> Instance:
    """A pool of exactly `width` candidates or a few more, as the solver draws it."""
    request = Request.of(problem)
    return request.instance(initial_pool(request, width)[: max(width, 1)])


def percentile(values: Sequence[float], share: float) -> float:
    return float(np.percentile(np.array(values), share)) if values else float("nan")


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def header(*cells: str) -> None:
    row(*cells)
    row(*("---" for _ in cells))


def pools_table(store: SampleStore, count: int) -> None:
    """Time to the first answer, gap after 100 ms and 1 s, time to proof, ten diverse teams, by pool."""
    print("\n### Proof within a pool\n")
    header(
        "pool",
        "first answer ms",
        "its gap %",
        "gap at 100 ms %",
        "gap at 1 s %",
        "proved",
        "proof ms median",
        "p95",
        "ten diverse ms",
    )
    for width in (50, 200, 1000):
        first, shortfall, at_tenth, at_second, proof, ten = [], [], [], [], [], []
        for _, problem in problems(store, count):
            instance = pool_instance(problem, width)
            seen: list[SearchProgress] = []
            begun = time.perf_counter()
            quick = local_optima(instance, 0, 12)
            first.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            outcome = search(instance, budget_s=10.0, watcher=seen.append)
            took = time.perf_counter() - begun
            if not outcome.team:
                continue
            best = outcome.value
            shortfall.append(100 * (best - quick[0][0]) / best if quick else 100.0)
            at_tenth.append(_gap_at(seen, 0.1, outcome.proved, took))
            at_second.append(_gap_at(seen, 1.0, outcome.proved, took))
            proof.append(took if outcome.proved else np.inf)
            begun = time.perf_counter()
            diverse_teams(instance, (outcome.value, outcome.team), 10, None, 0)
            ten.append(time.perf_counter() - begun)
        row(
            width,
            f"{1e3 * np.median(first):.0f}, p95 {1e3 * percentile(first, 95):.0f}",
            f"{np.mean(shortfall):.2f}, worst {np.max(shortfall):.1f}",
            f"{np.mean(at_tenth):.2f}",
            f"{np.mean(at_second):.2f}",
            f"{np.isfinite(proof).sum()} of {len(proof)}",
            f"{1e3 * np.median(proof):.0f}",
            f"{1e3 * float(np.sort(proof)[int(0.95 * (len(proof) - 1))]):.0f}",
            f"{1e3 * np.median(ten):.0f}, p95 {1e3 * percentile(ten, 95):.0f}",
        )


def _gap_at(seen: Sequence[SearchProgress], moment: float, proved: bool, took: float) -> float:
    """The gap in per cent shown at that moment of a search; 0 once proved."""
    if proved and took <= moment:
        return 0.0
    known = [p for p in seen if p.seconds <= moment and np.isfinite(p.bound)]
    return 100 * (known[-1].bound - known[-1].value) / known[-1].bound if known else 100.0


def store_table(store: SampleStore, count: int) -> None:
    """The whole way over all organisations: first answer, proof for all of them, loss of the pool."""
    print(f"\n### Over all {len(store.facts):,} organisations\n")
    header(
        "preset",
        "first answer ms",
        "ten teams ms",
        "proved best of all",
        "gap % mean, worst",
        "loss of pool 200 %",
        "loss of priced pool %",
    )
    for preset in PRESETS:
        first, total, gaps, pool_loss, priced_loss = [], [], [], [], []
        for number in range(count):
            problem = case(store, number, profile=PROFILES[number % len(PROFILES)], weights=PRESETS[preset])
            seen: list[Incumbent] = []
            begun = time.perf_counter()
            answer = assemble(problem, limit=10, budget_s=2.0, watch=seen.append)
            total.append(time.perf_counter() - begun)
            if not answer.consortia:
                continue
            first.append(seen[0].seconds)
            gaps.append(100 * (answer.consortia[0].gap or 0.0))
            best = answer.consortia[0].value
            request = Request.of(problem)
            pool = initial_pool(request, 200)
            optima = local_optima(request.instance(pool), 0, 40)
            pool_loss.append(100 * max(0.0, best - optima[0][0]) / best)
            for _ in range(3):
                pool = price_in(request, pool, [pool[list(team)].tolist() for _, team in optima[:3]], 150)
                optima = local_optima(request.instance(pool), 0, 40)
            priced_loss.append(100 * max(0.0, best - optima[0][0]) / best)
        row(
            preset,
            f"{1e3 * np.median(first):.0f}, p95 {1e3 * percentile(first, 95):.0f}",
            f"{1e3 * np.median(total):.0f}, p95 {1e3 * percentile(total, 95):.0f}",
            f"{sum(gap == 0 for gap in gaps)} of {len(gaps)}",
            f"{np.mean(gaps):.2f}, {np.max(gaps):.2f}",
            f"{np.mean(pool_loss):.2f}",
            f"{np.mean(priced_loss):.2f}",
        )


def baselines_table(store: SampleStore, count: int, limit_s: float) -> None:
    """Other solvers on the same pool of 200."""
    print(f"\n### Other ways, pool 200, at most {limit_s:g} s each\n")
    header("method", "gap to the proved best % mean, worst", "proved", "ms median")
    own: list[tuple[Instance, float, float]] = []
    for _, problem in problems(store, count):
        instance = pool_instance(problem, 200)
        begun = time.perf_counter()
        outcome = search(instance, budget_s=20.0)
        if outcome.proved and outcome.team:
            own.append((instance, outcome.value, time.perf_counter() - begun))
    row("**this solver**", "0, 0", f"{len(own)} of {count}", f"{1e3 * np.median([t for *_, t in own]):.0f}")
    for name, method in BASELINES.items():
        gaps, proved, times = [], 0, []
        try:
            for instance, best, _ in own:
                value, bound, took = method(instance, limit_s)
                gaps.append(100 * (best - max(value, 0.0)) / best)
                proved += bound is not None and bound <= value + 1e-5
                times.append(took)
        except ImportError as missing:
            row(name, f"not run: {missing}", "", "")
            continue
        row(
            name,
            f"{np.mean(gaps):.2f}, {np.max(gaps):.1f}",
            f"{proved} of {len(own)}",
            f"{1e3 * np.median(times):.0f}",
        )


def conflicts_table(store: SampleStore, count: int) -> None:
    """Impossible requests over the whole store: time to a minimal conflict with its repairs."""
    times, cores, repairs = [], [], []
    for number in range(count):
        problem = case(store, number, profile=PROFILES[number % len(PROFILES)])
        wish = CountRange(
            id="U1",
            text="nine from one country",
            source="benchmark",
            layer=Layer.USER,
            members=Selector(countries=(("FR", "DE", "IT")[number % 3],)),
            minimum=9,
        )
        wishes = Wishes(size=(5, 8), demands=(wish,), exclude=problem.facts.ids[:3])
        begun = time.perf_counter()
        answer = assemble(replace(problem, wishes=wishes))
        times.append(time.perf_counter() - begun)
        cores.append(len(answer.conflict))
        repairs.append(len(answer.relaxations))
    print("\n### Impossible requests over all organisations\n")
    header("requests", "ms median", "p95", "demands in the conflict", "repairs offered")
    row(
        count,
        f"{1e3 * np.median(times):.0f}",
        f"{1e3 * percentile(times, 95):.0f}",
        f"{np.mean(cores):.1f}",
        f"{np.mean(repairs):.1f}",
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print all tables, with machine, versions, commit, compile time and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--baseline-s", type=float, default=10.0)
    parser.add_argument("--quick", action="store_true", help="without the other solvers")
    parser.add_argument("--cpu", action="store_true", help="measure processor time, not wall time")
    options = parser.parse_args(arguments)
    if options.cpu:
        time.perf_counter = time.process_time  # the solver's own clock too, so that budgets mean the same
    if not SAMPLE.exists():
        sys.exit(f"{SAMPLE} not found: the benchmark needs the CORDIS sample")
    compiled = warm()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True
    ).stdout.strip()
    print(
        f"commit {commit}, {platform.processor() or platform.machine()}, Python {platform.python_version()}, "
        f"numpy {np.__version__}, scipy {scipy.__version__}; kernel ready in {compiled:.1f} s, "
        f"{'processor' if options.cpu else 'wall'} time"
    )
    store = load()
    pools_table(store, options.cases)
    store_table(store, max(4, options.cases // 2))
    conflicts_table(store, options.cases)
    if not options.quick:
        baselines_table(store, max(4, options.cases // 3), options.baseline_s)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nPeak resident memory of the whole run: {memory:.0f} MB")


if __name__ == "__main__":
    main()
