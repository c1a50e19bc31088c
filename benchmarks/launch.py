"""How is a benchmark run? Its options read, its answer printed and written as JSON."""

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from benchmarks.machine import Provenance
from benchmarks.registry import Benchmark, named
from benchmarks.report import RESULTS, Cell, Report


class Measuring(Protocol):
    """What a benchmark's module has."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what may be asked for."""

    def run(self, options: argparse.Namespace, report: Report) -> None:
        """Measure, and tell the report."""


def launch(name: str, arguments: Sequence[str] | None = None) -> None:
    """Run one benchmark of the registry; `arguments`: those of the command line where none are given."""
    benchmark = named(name)
    module = importlib.import_module(f"benchmarks.{benchmark.module}")
    if hasattr(module, "run"):
        _measure(benchmark, cast(Measuring, module), sys.argv[1:] if arguments is None else arguments)
    else:  # it reads its options and writes its answer itself
        sys.argv = [benchmark.name, *(sys.argv[1:] if arguments is None else arguments)]
        cast(Callable[[], None], module.main)()


def _measure(benchmark: Benchmark, module: Measuring, arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks {benchmark.name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_options(parser)
    kept = RESULTS / f"{benchmark.name}.json"
    parser.add_argument("--out", type=Path, default=kept, help="where the answer is written as JSON")
    options = parser.parse_args(arguments)
    report = Report(benchmark.name, Provenance.here(benchmark.packages), choices(options))
    print(f"{benchmark.question}\n\n{report.setting}\n", flush=True)
    module.run(options, report)
    report.write(options.out)
    print(f"\nWritten to {options.out}")


def choices(options: argparse.Namespace) -> dict[str, Cell]:
    """Return the options that were chosen; of a path only its last name, which says nothing about the machine."""

    def cell(value: Any) -> Cell:
        if isinstance(value, list):
            return ", ".join(str(cell(part)) for part in value)
        if isinstance(value, Path):
            return value.name
        return value if value is None or isinstance(value, int | float) else str(value)

    return {name: cell(value) for name, value in vars(options).items() if name != "out"}
