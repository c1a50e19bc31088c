"""Do the floors hold, and is the code clean by the linter, the formatter and the type checker?"""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("data", "embeddings", "graph", "matcher", "service")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
RESERVED = frozenset({"data", "graph", "service"})


IMPORT_LINTER = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("-c", IMPORT_LINTER), id="import-linter"),
        pytest.param(("-m", "ruff", "check", "."), id="ruff check"),
        pytest.param(("-m", "ruff", "format", "--check", "."), id="ruff format"),
        pytest.param(("-m", "mypy"), id="mypy"),
    ],
)
def test_the_checker_has_nothing_to_say(command: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def _bound_names(path: Path) -> set[str]:
    """Names that the code assigns or takes as parameters; attributes and keywords of calls are not ours."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    assigned = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return assigned | {node.arg for node in nodes if isinstance(node, ast.arg)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_variable_hides_a_package(path: Path) -> None:
    assert _bound_names(path) & RESERVED == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_module_begins_by_saying_what_it_answers(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_no_test_folder_can_shadow_a_package() -> None:
    tests = ROOT / "tests"
    assert list(tests.rglob("__init__.py")) == []
    assert {folder.name for folder in tests.iterdir() if folder.is_dir()} & set(PACKAGES) == set()


def test_test_files_have_names_of_their_own() -> None:
    times = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in times.items() if count > 1] == []
