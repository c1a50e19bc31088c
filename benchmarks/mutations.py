"""Which small faults could somebody have written into a source file? One edit each, text and line numbers kept.

Drawn from the syntax tree: comparisons (boundary and contrary), `and`/`or`, a dropped `not` or minus, arithmetic and
set operators, constants one more or one less, truth values, `min`/`max`, `any`/`all`, the arguments of `range`,
conditions turned round, `break`/`continue`, and a call for its effect left out. Left alone are what no test of
behaviour is about: docstrings, annotations, decorators, and texts for people (with all that stands in an f-string).
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_TWINS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutation:
    """One edit: the bytes from `start` to `end` of the source become `after`.

    `code`: the line on which it begins, with the edited part in «»; it tells two edits of one line apart.
    """

    line: int
    code: str
    start: int
    end: int
    before: str
    after: str

    def apply(self, source: bytes) -> bytes:
        """The source with this fault in it."""
        return source[: self.start] + self.after.encode() + source[self.end :]

    def __str__(self) -> str:
        return f"{self.before}  →  {self.after}"


def mutations(source: bytes) -> tuple[Mutation, ...]:
    """Every mutation of a source file, in the order of its lines.

    >>> [str(mutation) for mutation in mutations(b"x = a < b")]
    ['a < b  →  a <= b', 'a < b  →  a >= b']
    >>> [str(mutation) for mutation in mutations(b"x = not range(2, n)")]
    ['not range(2, n)  →  range(2, n)', 'range(2, n)  →  range(n, 2)', '2  →  3', '2  →  1']
    """
    starts = [0]
    lines = source.splitlines(keepends=True)
    for line in lines:
        starts.append(starts[-1] + len(line))
    tree = ast.parse(source)
    drawn = []
    for node, replacement in _edits(tree):
        assert node.end_lineno is not None, "parsed nodes have places"
        assert node.end_col_offset is not None
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        before = " ".join(source[start:end].decode().split())
        line = lines[node.lineno - 1]
        last = node.end_col_offset if node.end_lineno == node.lineno else len(line.rstrip())
        parts = line[: node.col_offset], line[node.col_offset : last], line[last:]
        code = "{}«{}»{}".format(*(part.decode() for part in parts)).strip()
        drawn.append(Mutation(node.lineno, code, start, end, before, replacement))
    return tuple(drawn)


def _edits(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Each node that can be mutated, with the text that replaces it."""
    if isinstance(node, ast.JoinedStr | ast.Raise):
        return
    if isinstance(node, ast.expr):
        yield from ((node, text) for text in _of_expression(node))
    if isinstance(node, ast.stmt):
        yield from ((node, text) for text in _of_statement(node))
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield from _turned_round(node.test)
    if isinstance(node, ast.comprehension):
        for condition in node.ifs:
            yield from _turned_round(condition)
    for child in _children(node):
        yield from _edits(child)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    skipped = ("annotation", "returns", "decorator_list")
    for name, value in ast.iter_fields(node):
        if name in skipped:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child


def _of_expression(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Compare(left, operators, comparators):
            for k, operator in enumerate(operators):
                for other in _COMPARE[type(operator)]:
                    changed = [*operators[:k], other(), *operators[k + 1 :]]
                    yield ast.unparse(ast.Compare(left, changed, comparators))
        case ast.BoolOp(ast.And(), values):
            yield f"({ast.unparse(ast.BoolOp(ast.Or(), values))})"
        case ast.BoolOp(ast.Or(), values):
            yield f"({ast.unparse(ast.BoolOp(ast.And(), values))})"
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield ast.unparse(operand)
        case ast.BinOp(left, operator, right) if type(operator) in _OPERATORS:
            yield f"({ast.unparse(ast.BinOp(left, _OPERATORS[type(operator)](), right))})"
        case ast.Constant(bool() as truth):
            yield str(not truth)
        case ast.Constant(int() | float() as number):
            yield repr(number + 1)
            yield repr(number - 1) if number >= 1 else f"({number - 1!r})"
        case ast.Call(ast.Name(name), arguments, keywords) if name in _TWINS:
            yield ast.unparse(ast.Call(ast.Name(_TWINS[name]), arguments, keywords))
        case ast.Call(ast.Name("range"), [first, second, *rest]):
            yield ast.unparse(ast.Call(ast.Name("range"), [second, first, *rest], []))


def _of_statement(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.AugAssign(target, operator, value) if type(operator) in _OPERATORS:
            yield ast.unparse(ast.AugAssign(target, _OPERATORS[type(operator)](), value))
        case ast.Break():
            yield "continue"
        case ast.Continue():
            yield "break"
        case ast.Expr(ast.Call()):
            yield "pass"


def _turned_round(condition: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    # A comparison and a negation have their contraries already.
    plain = isinstance(condition, ast.Compare) and len(condition.ops) == 1
    if not plain and not isinstance(condition, ast.UnaryOp):
        yield condition, f"(not ({ast.unparse(condition)}))"
