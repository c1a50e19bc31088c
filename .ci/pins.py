"""Which versions does an installation from nothing get today? `make pins` writes them into constraints.txt."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EVERYTHING = ".[test,bench,postgres]"
GPU_LIBRARY = re.compile(r"nvidia-|cuda-|triton$")
"""Only some registries' builds of torch bring these; such a build names their versions itself."""

HEADING = """\
# Every package that Konsort brings, with those that these bring in their turn: what was tested together.
# Made by `make pins`; pyproject.toml says which of them Konsort asks for itself, docs/dependencies.md why.
"""


def resolved() -> dict[str, str]:
    """Return name -> version of all that pip would install into an empty environment."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--quiet", "--dry-run", "--ignore-installed", "--report", str(report)]
        subprocess.run([sys.executable, "-m", "pip", "install", *options, EVERYTHING], cwd=ROOT, check=True)
        packages = [entry["metadata"] for entry in json.loads(report.read_text(encoding="utf-8"))["install"]]
    names = {re.sub(r"[-_.]+", "-", package["name"]).lower(): package["version"] for package in packages}
    return {name: version for name, version in names.items() if name != "konsort"}


def lines(versions: dict[str, str]) -> list[str]:
    """Return one pin a line, sorted; a build's label (2.13.0+cpu) is no part of the version."""
    kept = (name for name in sorted(versions) if not GPU_LIBRARY.match(name))
    return [f"{name}=={versions[name].partition('+')[0]}" for name in kept]


if __name__ == "__main__":
    (ROOT / "constraints.txt").write_text(HEADING + "\n".join(lines(resolved())) + "\n", encoding="utf-8")
