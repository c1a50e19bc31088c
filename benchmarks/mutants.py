"""Would the tests notice a fault? Faults drawn at random, written into a copy one by one; how many fail a test?

    python -m benchmarks.mutants --area rules --count 60 --out rules.json
    python -m benchmarks.mutants --area rules --count 60 --out rules.json --survivors

A mutant is killed when one of the tests named for its area fails or runs out of processor time. What was tried
already is not tried again (unless its file changed, or it lived and `--survivors` asks for it anew), so a run may be
stopped and taken up. Mutants that change no behaviour are listed by hand, each with its reason, in
`mutants_equivalent.toml`, and are not counted. Compiled kernels are left out: each mutant would have to be compiled.
"""

import argparse
import importlib
import importlib.util
import json
import math
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from benchmarks.machine import heading
from benchmarks.mutations import Mutation, mutations

ROOT = Path(__file__).resolve().parents[1]
EQUIVALENT = Path(__file__).with_suffix("").with_name("mutants_equivalent.toml")
_PATIENCE = 40
"""So much longer than its processor time a mutant may wait on a busy machine: only one that sleeps takes longer."""
PRELOADED = ("pytest", "hypothesis", "numpy", "pandas", "scipy.optimize", "networkx", "sqlalchemy")
COPIED = (
    "data",
    "embeddings",
    "graph",
    "matcher",
    "service",
    "tests",
    "benchmarks",
    "docs",
    "pyproject.toml",
)


@dataclass(frozen=True, slots=True)
class Area:
    """Files whose faults these tests should notice; both as patterns below the root."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    options: tuple[str, ...] = ()
    """What pytest is told beside."""


AREAS = {
    "rules": Area(
        tuple(
            f"graph/rules/{name}.py"
            for name in ("rules", "counting", "shares", "matching", "selection", "evaluation", "members")
        ),
        ("tests/unit/test_rules*.py",),
    ),
    "representatives": Area(("graph/rules/representatives.py",), ("tests/unit/test_rules*.py",)),
    "resilience": Area(("graph/rules/resilience.py",), ("tests/unit/test_resilience.py",)),
    "calls": Area(
        tuple(
            f"data/{name}.py" for name in ("calls", "profile_files", "demands", "countries", "country_names")
        ),
        ("tests/unit/test_calls*.py", "tests/unit/test_countries.py", "tests/unit/test_rules.py"),
    ),
    "assemble": Area(
        tuple(
            f"matcher/solver/{name}.py"
            for name in (
                "assemble",
                "clauses",
                "request",
                "facts",
                "problem",
                "wishes",
                "diverse",
                "conflict",
            )
        ),
        ("tests/unit/test_assemble*.py", "tests/unit/test_solver*.py"),
    ),
    "overall": Area(
        tuple(
            f"matcher/overall/{name}.py"
            for name in ("checks", "decisions", "links", "report", "resilience", "meetings")
        ),
        ("tests/unit/test_overall_*.py", "tests/unit/test_decisions.py", "tests/unit/test_meetings.py"),
    ),
    "ranking": Area(
        tuple(
            f"matcher/ranking/{name}.py"
            for name in ("project_weights", "pagerank", "features", "cutoffs", "cold_start")
        ),
        ("tests/unit/test_rank_*.py", "tests/unit/test_cold_start.py", "matcher/ranking/*.py"),
    ),
    "index": Area(
        ("embeddings/index.py",),
        ("tests/unit/test_index*.py", "tests/contract/test_index.py"),
        ("-k", "not pgvector"),
    ),
    "importers": Area(
        ("data/sources/*.py",),
        (
            "tests/unit/test_*import*.py",
            "tests/unit/test_cells.py",
            "tests/unit/test_regular_files.py",
            "tests/unit/test_participants.py",
            "tests/unit/test_table*.py",
        ),
    ),
    "parsing": Area(("service/parsing.py",), ("tests/unit/test_parsing*.py",)),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one mutant. `outcome`: killed, timeout, survived or equivalent; `source`: its file's digest."""

    area: str
    file: str
    line: int
    code: str
    before: str
    after: str
    start: int
    source: str
    outcome: str
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, int, str]:
        """What makes it the same mutant when the run is taken up."""
        return (self.file, self.source, self.start, self.after)


def draw(tree: Path, area: Area, count: int, seed: int) -> list[tuple[str, Mutation]]:
    """Draw `count` mutations of an area's files at random, all with the same chance, sorted by place."""
    paths = sorted({path for pattern in area.files for path in tree.glob(pattern)})
    every = [
        (str(path.relative_to(tree)), mutation) for path in paths for mutation in mutations(path.read_bytes())
    ]
    chosen = random.Random(seed).sample(every, min(count, len(every)))
    return sorted(chosen, key=lambda pair: (pair[0], pair[1].start, pair[1].after))


def equivalents() -> dict[tuple[str, str, str, str], str]:
    """The reasons why mutants change no behaviour, by file, line of code, and the edit."""
    table = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")) if EQUIVALENT.exists() else {}
    return {
        (row["file"], row["code"], row["before"], row["after"]): row["reason"]
        for row in table.get("mutant", [])
    }


@contextmanager
def copy_of_tree() -> Iterator[Path]:
    """A copy to write faults into; the working tree is never touched."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, Path(folder) / name, ignore=ignored)
            else:
                shutil.copy(source, Path(folder) / name)
        yield Path(folder)


def write(path: Path, content: bytes) -> None:
    """Write a source file and forget its compiled form: the clock may not tell two versions apart."""
    path.write_bytes(content)
    Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)


def tests_fail(tree: Path, area: Area, timeout_s: float) -> str:
    """Run an area's tests in the copy: "survived" where they pass, else "killed" or "timeout"."""
    files = [str(path.relative_to(tree)) for pattern in area.tests for path in sorted(tree.glob(pattern))]
    options = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", *area.options, *files]
    # What pytest would rewrite was imported before it began, on purpose.
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_run_pytest, args=(tree, options, math.ceil(timeout_s)))
    process.start()
    process.join(_PATIENCE * timeout_s)
    process.kill()
    process.join()
    if process.exitcode in (-signal.SIGXCPU, -signal.SIGKILL):
        return "timeout"
    if process.exitcode not in (0, 1, 2):
        raise SystemExit(f"pytest ended with {process.exitcode}:\n{(tree / 'pytest.txt').read_text()}")
    return "killed" if process.exitcode else "survived"


def _run_pytest(tree: Path, options: Sequence[str], timeout_s: int) -> None:
    """Be the process that runs one mutant's tests: those of the copy, not of the working tree."""
    import pytest

    # Processor time: a busy machine must not make a mutant look killed.
    resource.setrlimit(resource.RLIMIT_CPU, (timeout_s, timeout_s + 5))

    words = os.open(tree / "pytest.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(words, 1)
    os.dup2(words, 2)
    os.chdir(tree)
    sys.path[:] = [str(tree), *(path for path in sys.path if Path(path or ".").resolve() != ROOT)]
    for name in [name for name in sys.modules if name.split(".")[0] == "benchmarks"]:
        del sys.modules[name]
    sys.exit(int(pytest.main(list(options))))


def preload() -> None:
    """Import what every test file imports, but nothing of the house: each mutant's process begins with it."""
    for name in PRELOADED:
        importlib.import_module(name)


def try_mutant(tree: Path, name: str, pair: tuple[str, Mutation], timeout_s: float) -> Trial:
    """Write one fault into the copy, run the tests, and mend it."""
    file, mutation = pair
    path = tree / file
    sound = path.read_bytes()
    write(path, mutation.apply(sound))
    try:
        outcome = tests_fail(tree, AREAS[name], timeout_s)
    finally:
        write(path, sound)
    return trial_of(name, pair, sound, outcome)


def trial_of(name: str, pair: tuple[str, Mutation], source: bytes, outcome: str, reason: str = "") -> Trial:
    """The record of one mutant."""
    file, mutation = pair
    digest = sha256(source).hexdigest()[:12]
    return Trial(
        name,
        file,
        mutation.line,
        mutation.code,
        mutation.before,
        mutation.after,
        mutation.start,
        digest,
        outcome,
        reason,
    )


def examine(name: str, count: int, seed: int, timeout_s: float, earlier: Iterable[Trial]) -> Iterator[Trial]:
    """Try an area's mutants; what `earlier` knows is not tried again."""
    known = {trial.key: trial for trial in earlier}
    reasons = equivalents()
    with copy_of_tree() as tree:
        if tests_fail(tree, AREAS[name], 10 * timeout_s) != "survived":
            words = (tree / "pytest.txt").read_text(encoding="utf-8")
            raise SystemExit(f"the tests of {name} fail without any mutant:\n{words}")
        for pair in draw(tree, AREAS[name], count, seed):
            source = (tree / pair[0]).read_bytes()
            fresh = trial_of(name, pair, source, "equivalent", reasons.get(_place(pair), ""))
            if fresh.reason:
                yield fresh
            elif fresh.key in known:
                yield known[fresh.key]
            else:
                yield try_mutant(tree, name, pair, timeout_s)


def _place(pair: tuple[str, Mutation]) -> tuple[str, str, str, str]:
    file, mutation = pair
    return (file, mutation.code, mutation.before, mutation.after)


def shares(trials: Iterable[Trial]) -> str:
    """The table: by area, how many were killed of those that change behaviour."""
    rows = [
        "| area | mutants | equivalent | killed | of time | lived | share killed |",
        "|---|---|---|---|---|---|---|",
    ]
    by_area: dict[str, list[str]] = {}
    for trial in trials:
        by_area.setdefault(trial.area, []).append(trial.outcome)
    for area, outcomes in by_area.items():
        same, lived = outcomes.count("equivalent"), outcomes.count("survived")
        counted = len(outcomes) - same
        late = outcomes.count("timeout")
        share = f"{(counted - lived) / counted:.1%}" if counted else "none counted"
        rows.append(f"| {area} | {len(outcomes)} | {same} | {counted - lived} | {late} | {lived} | {share} |")
    return "\n".join(rows)


def main() -> None:
    """Draw, try, tell, and keep the results after every mutant."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.mutants", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--area", action="append", choices=AREAS, help="default: every area; may be repeated")
    parser.add_argument("--count", type=int, default=40, help="mutants to draw in each area (40)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--timeout", type=float, default=30, metavar="SECONDS", help="of processor time for one mutant (30)"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "out" / "mutants.json")
    parser.add_argument("--survivors", action="store_true", help="try again those that lived")
    options = parser.parse_args()
    os.nice(15)
    preload()
    kept: dict[tuple[str, str, int, str], Trial] = {}
    if options.out.exists():
        for row in json.loads(options.out.read_text(encoding="utf-8"))["trials"]:
            trial = Trial(**row)
            kept[trial.key] = trial
    earlier = [t for t in kept.values() if not (options.survivors and t.outcome == "survived")]
    title = heading("Mutants", ("pytest", "hypothesis"))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    tried: list[Trial] = []
    for name in options.area or AREAS:
        for trial in examine(name, options.count, options.seed, options.timeout, earlier):
            tried.append(trial)
            kept[trial.key] = trial
            rows = [asdict(row) for row in kept.values()]
            content = json.dumps({"about": title, "trials": rows}, indent=1, ensure_ascii=False)
            options.out.write_text(content + "\n", encoding="utf-8")
            if trial.outcome == "survived":
                print(f"lived  {trial.file}:{trial.line}: {trial.code}", flush=True)
                print(f"       {trial.before}  →  {trial.after}", flush=True)
    print(f"\n{title}\n{shares(tried)}")


if __name__ == "__main__":
    main()
