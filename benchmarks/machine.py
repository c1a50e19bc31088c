"""On what was a figure measured? Machine, versions and commit, as the first lines of every benchmark's answer."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path


def heading(title: str, packages: tuple[str, ...]) -> str:
    """Return the lines to print above a table."""
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return (
        f"{title}\n\n{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}, {versions}; commit {_commit()}\n"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _commit() -> str:
    folder = Path(__file__).parent
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "unknown"
