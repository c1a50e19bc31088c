"""On what was a figure measured? Machine, versions, commit and date, with every benchmark's answer."""

import datetime as dt
import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where and when a benchmark ran; `load`: the machine's load of the last minute as it began."""

    date: str
    commit: str
    processor: str
    cores: int
    load: float
    python: str
    versions: dict[str, str]

    @classmethod
    def here(cls, packages: Sequence[str]) -> Self:
        """Look at this machine, now."""
        return cls(
            date=dt.datetime.now(dt.UTC).date().isoformat(),
            commit=_commit(),
            processor=_processor(),
            cores=os.cpu_count() or 1,
            load=round(os.getloadavg()[0], 1),
            python=platform.python_version(),
            versions={package: version(package) for package in packages},
        )

    def __str__(self) -> str:
        versions = "".join(f", {package} {number}" for package, number in self.versions.items())
        return (
            f"{self.date}, commit {self.commit}, {self.processor}, {self.cores} cores, load {self.load:.1f}, "
            f"Python {self.python}{versions}"
        )


def heading(title: str, packages: tuple[str, ...]) -> str:
    """Return the lines to print above a table."""
    return f"{title}\n\n{Provenance.here(packages)}\n"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return "unknown"
    command = [git, "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "unknown"
