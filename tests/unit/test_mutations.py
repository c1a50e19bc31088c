"""The faults that the mutation check draws: each is one edit that leaves the rest of the source as it was."""

import ast
from pathlib import Path

import pytest

from benchmarks.mutants import equivalents
from benchmarks.mutations import mutations

ROOT = Path(__file__).resolve().parents[2]


def edits(source: str) -> list[str]:
    return [mutation.apply(source.encode()).decode() for mutation in mutations(source.encode())]


@pytest.mark.parametrize(
    ("source", "mutants"),
    [
        ("a < b", ["a <= b", "a >= b"]),
        ("a is None", ["a is not None"]),
        ("a and b and c", ["(a or b or c)"]),
        ("not a", ["a"]),
        ("a + b", ["(a - b)"]),
        ("a >> b & 1", ["(a >> b | 1)", "(a << b) & 1", "a >> b & 2", "a >> b & 0"]),
        ("f(0)", ["pass", "f(1)", "f((-1))"]),
        ("x = True", ["x = False"]),
        ("x = min(a, key=f)", ["x = max(a, key=f)"]),
        ("x = range(a, b)", ["x = range(b, a)"]),
        ("x -= a", ["x += a"]),
    ],
)
def test_a_fault_is_one_edit(source: str, mutants: list[str]) -> None:
    assert edits(source) == mutants


def test_texts_annotations_decorators_and_what_is_raised_are_left_alone() -> None:
    source = '''@cache(maxsize=1)
def f(a: int | None = None, *, b: "x < y" = "text") -> int | None:
    """One < two."""
    raise ValueError(f"{a + 1} < 2")
'''
    assert edits(source) == []


def test_a_condition_is_turned_round_once() -> None:
    assert edits("if a:\n    pass\n") == ["if (not (a)):\n    pass\n"]
    assert edits("if a < b:\n    pass\n") == ["if a <= b:\n    pass\n", "if a >= b:\n    pass\n"]
    assert edits("x = [y for y in z if y]") == ["x = [y for y in z if (not (y))]"]


def test_a_mutant_knows_its_place_among_letters_of_several_bytes() -> None:
    (first, _), source = mutations("é = 'ü'\nö = x < 'ß'\n".encode()), "é = 'ü'\nö = x < 'ß'\n"
    assert (first.line, first.code, str(first)) == (2, "ö = «x < 'ß'»", "x < 'ß'  →  x <= 'ß'")
    assert first.apply(source.encode()).decode() == "é = 'ü'\nö = x <= 'ß'\n"


def test_every_mutant_of_a_real_file_can_be_read() -> None:
    source = Path(ast.__file__).read_bytes()
    drawn = mutations(source)
    assert len(drawn) > 500
    for mutation in drawn[::25]:
        ast.parse(mutation.apply(source))


def test_every_mutant_that_is_listed_as_equivalent_can_still_be_drawn() -> None:
    listed = equivalents()
    drawn = {
        (file, mutation.code, mutation.before, mutation.after)
        for file in {place[0] for place in listed}
        for mutation in mutations((ROOT / file).read_bytes())
    }
    assert sorted(listed.keys() - drawn) == []
