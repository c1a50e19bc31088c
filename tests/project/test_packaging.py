"""Does the built wheel hold the whole program, and does each of its common names lead to it from anywhere?"""

import json
import shutil
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("data", "embeddings", "graph", "matcher", "service")
BUILD = "from setuptools import build_meta; build_meta.build_wheel({folder!r})"
WHERE = """
import importlib, json
names = ("data", "embeddings", "graph", "matcher", "service")
print(json.dumps({name: importlib.import_module(name).__file__ for name in names}))
"""


def isolated(code: str, folder: Path) -> str:
    """Run `python -I -c code` in `folder`: no PYTHONPATH, no current directory, no user site."""
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built offline from a copy, so that nothing is left behind in the tree."""
    copy = tmp_path_factory.mktemp("source")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, copy / name)
    out = tmp_path_factory.mktemp("wheel")
    isolated(BUILD.format(folder=str(out)), copy)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def metadata(unpacked: Path) -> Message:
    (file,) = unpacked.glob("konsort-*.dist-info/METADATA")
    return Parser().parsestr(file.read_text(encoding="utf-8"))


def test_the_wheel_holds_every_file_of_the_five_packages(unpacked: Path) -> None:
    def files(folder: Path) -> set[str]:
        return {
            path.relative_to(folder).as_posix()
            for package in PACKAGES
            for path in (folder / package).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    assert files(ROOT) - files(unpacked) == set()


def test_the_wheel_brings_no_top_level_package_but_the_five(unpacked: Path) -> None:
    folders = {path.name for path in unpacked.iterdir() if path.suffix != ".dist-info"}
    assert folders == set(PACKAGES)


def test_the_wheel_refuses_a_public_registry_and_offers_the_command(unpacked: Path) -> None:
    head = metadata(unpacked)
    assert head["Name"] == "konsort"
    assert "Private :: Do Not Upload" in head.get_all("Classifier", [])
    (entry,) = unpacked.glob("konsort-*.dist-info/entry_points.txt")
    assert "konsort = service.terminal.cli:main" in entry.read_text(encoding="utf-8").splitlines()


def test_no_stray_package_shadows_the_five_names(unpacked: Path, tmp_path: Path) -> None:
    """The wheel stands last on the path: whatever else carries one of the names would be found first."""
    locations = json.loads(isolated(f"import sys; sys.path.append({str(unpacked)!r})\n{WHERE}", tmp_path))
    ours = (unpacked, ROOT)  # the checkout comes first where it is installed in editable mode
    strays = [
        file
        for name, file in locations.items()
        if Path(file) not in [home / name / "__init__.py" for home in ours]
    ]
    assert strays == []


def test_the_five_names_lead_to_the_installed_program_from_anywhere(tmp_path: Path) -> None:
    try:
        installed = distribution("konsort")
    except PackageNotFoundError:
        pytest.skip("konsort is not installed in this environment; `make setup` installs it")
    homes = (ROOT, Path(str(installed.locate_file(""))))  # editable, or copied into site-packages
    locations = json.loads(isolated(WHERE, tmp_path))
    assert any(
        locations == {name: str(home / name / "__init__.py") for name in PACKAGES} for home in homes
    ), locations


def test_the_packages_read_their_own_data_wherever_they_are_installed(unpacked: Path, tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.append({str(unpacked)!r})\n"
        "from importlib.resources import files\n"
        "print(len(files('data').joinpath('demo', 'outlines.csv').read_text('utf-8').splitlines()))"
    )
    assert isolated(code, tmp_path).strip() == "73"
