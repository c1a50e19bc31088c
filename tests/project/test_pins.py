"""Does constraints.txt pin everything that an installation brings, at the versions that are tested here?"""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PINS = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if line[:1] != "#"]
PINNED = {name: Version(version) for name, _, version in (line.partition("==") for line in PINS)}
GPU_LIBRARY = re.compile(r"nvidia-|cuda-|triton$")  # pinned by those builds of torch that need them


def requirements(package: str, extras: frozenset[str]) -> Iterator[Requirement]:
    """Yield what an installed package needs here, with these of its extras."""
    for line in distribution(package).requires or ():
        requirement = Requirement(line)
        wanted = [{"extra": extra} for extra in ("", *extras)]
        if requirement.marker is None or any(requirement.marker.evaluate(extra) for extra in wanted):
            yield requirement


def installed(package: str, extras: frozenset[str]) -> dict[str, Version]:
    """Return name -> version of what a package brings, directly and through others, as far as it is installed."""
    versions: dict[str, Version] = {}
    todo, done = [(package, extras)], set[tuple[str, frozenset[str]]]()
    while todo:
        name, wanted_extras = todo.pop()
        if (name, wanted_extras) in done or GPU_LIBRARY.match(name):
            continue
        done.add((name, wanted_extras))
        try:
            versions[name] = Version(distribution(name).version)
        except PackageNotFoundError:
            continue  # an extra that was left out, such as `bench`
        needed = requirements(name, wanted_extras)
        todo += [(canonicalize_name(one.name), frozenset(one.extras)) for one in needed]
    return versions


@pytest.fixture(scope="module")
def brought() -> dict[str, Version]:
    try:
        return installed("konsort", frozenset({"test", "bench", "postgres"}))
    except PackageNotFoundError:
        pytest.skip("konsort is not installed in this environment; `make setup` installs it")


def test_every_line_is_one_name_and_one_version_in_order() -> None:
    assert [line for line in PINS if not re.fullmatch(r"[a-z0-9-]+==[0-9][\w.]*", line)] == []
    assert list(PINNED) == sorted(PINNED)


def test_everything_that_an_installation_brings_is_pinned(brought: dict[str, Version]) -> None:
    assert brought.keys() - PINNED.keys() == {"konsort"}


def test_what_is_installed_here_has_the_pinned_version(brought: dict[str, Version]) -> None:
    here = {name: version.public for name, version in brought.items() if name in PINNED}
    assert here == {name: PINNED[name].public for name in here}


def test_the_pins_agree_with_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = sum(project["optional-dependencies"].values(), project["dependencies"])
    wanted = {canonicalize_name(one.name): str(one.specifier) for one in map(Requirement, lines)}
    assert wanted.pop(canonicalize_name("konsort")) == ""
    assert wanted == {name: f"=={PINNED[name]}" if name in PINNED else "pinned" for name in wanted}


def test_make_installs_by_the_pins_and_torch_before_all_others() -> None:
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    installing = [line.strip() for line in lines if re.search(r"pip install|\$\(PIP\)", line)]
    assert "--constraint constraints.txt" in installing[0]
    assert installing[1:2] == [f"$(PIP) torch=={PINNED['torch']}"]
    assert all(line.startswith("$(PIP) ") for line in installing[1:])
