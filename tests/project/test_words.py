"""Do names say what they stand for? No `each`, `found`, `told` or `asked`, and one meaning for a class's name."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "service",
    "data",
    "graph",
    "embeddings",
    "benchmarks",
    "matcher/ranking",
    "matcher/overall",
    "matcher/solver",
    "matcher/needs",
    "matcher/suggest",
)
"""The rooms that are held to it; a further one joins here once its words are right."""
PACKAGES = ("data", "embeddings", "graph", "matcher", "service", "benchmarks")
VAGUE = frozenset({"each", "found", "told", "asked"})
VERBS = frozenset({"told", "tell", "asked"})
ADVICE = "name what it holds, as in row, swap, organisation, problem or text; docs/glossary.md has the field's words"


def bound(function: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of each parameter, variable and loop target."""
    for node in ast.walk(function):
        match node:
            case ast.arg(arg=str(name)) | ast.Name(id=str(name), ctx=ast.Store()):
                yield node.lineno, name
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                yield node.lineno, name


def vague(source: str) -> list[tuple[int, str]]:
    """Line and name of every vague variable of the functions of a source, and of functions named by a verb's form."""
    places = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            places |= {place for place in bound(node) if place[1] in VAGUE}
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.strip("_") in VERBS:
            places.add((node.lineno, node.name))
    return sorted(places)


@pytest.mark.parametrize("room", ROOMS)
def test_variables_are_named_for_what_they_hold(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files, f"{room} has no source: write the rooms as they are called"
    places = [
        f"{file.relative_to(ROOT)}:{line}: {name}"
        for file in files
        for line, name in vague(file.read_text(encoding="utf-8"))
    ]
    assert not places, f"{', '.join(places)}: {ADVICE}"


def test_loops_of_templates_are_named_for_what_they_hold() -> None:
    loops = {
        f"{file.name}: {name}"
        for file in (ROOT / "service" / "web" / "pages" / "templates").glob("*.html")
        for names in re.findall(r"{%-? *for (.+?) in ", file.read_text(encoding="utf-8"))
        for name in re.findall(r"\w+", names)
    }
    assert "macros.html: organisation" in loops
    wrong = sorted(loop for loop in loops if loop.partition(": ")[2] in VAGUE)
    assert not wrong, f"{', '.join(wrong)}: {ADVICE}"


def test_a_class_name_has_one_meaning() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            for node in ast.parse(file.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef):
                    places[node.name].append(path)
    doubles = {
        name: paths
        for name, paths in places.items()
        if len(paths) > 1 and any(path.startswith(tuple(f"{room}/" for room in ROOMS)) for path in paths)
    }
    assert not doubles, f"{doubles}: give one of them a word of its own"


def test_vague_names_are_seen_wherever_a_function_binds_one() -> None:
    source = """
found: int = 0
def parameters(each, *, told): ...
def variables(rows):
    asked = found = 1
    for each in rows:
        ...
    return [told for told in rows], lambda each: each
def told(): ...
"""
    assert vague(source) == [
        (3, "each"),
        (3, "told"),
        (5, "asked"),
        (5, "found"),
        (6, "each"),
        (8, "each"),
        (8, "told"),
        (9, "told"),
    ]
