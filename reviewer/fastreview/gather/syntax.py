"""From CPython's tree to `facts.syntax`: one function per kind of node, called once per node.

The conversion runs over every line of a project, so it is written for speed: a table of functions keyed by node type,
no visitor classes, and no work for what no check reads.
"""

import ast
from collections.abc import Callable
from typing import cast

from fastreview.facts import syntax as s
from fastreview.facts.syntax import Expr, Stmt

MAX_DEPTH = 80
"""Nesting of expressions or statements beyond this becomes `Opaque`: the recursion stays far from the interpreter's limit."""

MAX_CHAIN = 30
"""Links of an ``if``-``elif`` chain that nest."""

MAX_LITERAL = 2_000
"""Characters kept of a string literal. Embedded data is cut; SQL, paths and messages are far shorter."""

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitAnd: "&",
    ast.BitXor: "^",
    ast.And: "and",
    ast.Or: "or",
    ast.Not: "not",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}

_TOO_DEEP = s.Opaque("nesting")


class Tally:
    """What the conversion counts on its way, so that no second walk is needed.

    ``decisions`` are radon's decision points of the function itself; ``closures`` says that functions, classes or
    `match` statements stand inside, whose share only radon knows.
    """

    __slots__ = ("binds", "called", "closures", "decisions", "mentioned", "statements", "yields")

    def __init__(self) -> None:
        self.decisions = 0
        self.statements = 0
        self.yields = False
        self.closures = False
        self.called: set[str] = set()
        self.mentioned: set[str] = set()
        self.binds = False


_tally = Tally()


def counted_body(nodes: list[ast.stmt], prefix: str) -> tuple[s.Body, Tally]:
    """The body of one function, with its counts. Not for threads: extraction runs in processes."""
    global _tally
    outer, _tally = _tally, Tally()
    try:
        return body(nodes, prefix), _tally
    finally:
        _tally = outer


def expression(node: ast.expr | None, depth: int = 0) -> Expr:
    if node is None:
        return None
    if depth > MAX_DEPTH:
        return _TOO_DEEP
    convert = _EXPRESSIONS.get(type(node))
    return _opaque(node, depth + 1) if convert is None else convert(node, depth + 1)


def _opaque(node: ast.expr, depth: int) -> Expr:
    """Kinds of nodes that this version does not know: only what they decide is counted."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            expression(child, depth)
    return s.Opaque(type(node).__name__.lower())


def _all(nodes: list[ast.expr], depth: int) -> tuple[Expr, ...]:
    return tuple([expression(n, depth) for n in nodes])


def _constant(node: ast.Constant, depth: int) -> Expr:
    value = node.value
    if isinstance(value, str):
        return literal_text(value)
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else s.Opaque("integer")
    return s.Opaque("ellipsis" if value is ... else type(value).__name__)


def literal_text(value: str) -> str:
    value = value if len(value) <= MAX_LITERAL else value[:MAX_LITERAL]
    # Lone surrogates are legal in source and cannot be encoded.
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _name(node: ast.Name, depth: int) -> Expr:
    _tally.mentioned.add(node.id)
    return s.Ref(node.id)


def _attribute(node: ast.Attribute, depth: int) -> Expr:
    parts = [node.attr]
    value: ast.expr = node.value
    while type(value) is ast.Attribute:
        parts.append(value.attr)
        value = value.value
    if type(value) is ast.Name:
        parts.append(value.id)
        _tally.mentioned.update(parts)
        parts.reverse()
        return s.Ref(".".join(parts))
    _tally.mentioned.update(parts)
    converted = expression(value, depth) if len(parts) < MAX_DEPTH else _TOO_DEEP
    for part in reversed(parts[:MAX_DEPTH]):
        converted = s.Attribute(converted, part)
    return converted


def _call(node: ast.Call, depth: int) -> Expr:
    # The callee's end is where the call "is": a fluent chain over many lines reports its own step.
    func = node.func
    _tally.called.add(func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else "")
    _tally.mentioned.update([k.arg for k in node.keywords if k.arg])
    return s.Call(
        expression(func, depth),
        tuple([expression(a, depth) for a in node.args]),
        tuple([s.Keyword(k.arg or "", expression(k.value, depth)) for k in node.keywords]),
        func.end_lineno or node.lineno,
        node.col_offset,
        node.end_lineno or node.lineno,
    )


def _subscript(node: ast.Subscript, depth: int) -> Expr:
    return s.Subscript(expression(node.value, depth), expression(node.slice, depth))


def _slice(node: ast.Slice, depth: int) -> Expr:
    return s.Slice(expression(node.lower, depth), expression(node.upper, depth), expression(node.step, depth))


def _list(node: ast.List, depth: int) -> Expr:
    return s.Items("list", _all(node.elts, depth))


def _tuple(node: ast.Tuple, depth: int) -> Expr:
    return s.Items("tuple", _all(node.elts, depth))


def _set(node: ast.Set, depth: int) -> Expr:
    return s.Items("set", _all(node.elts, depth))


def _dict(node: ast.Dict, depth: int) -> Expr:
    keys = tuple([s.Opaque("spread") if k is None else expression(k, depth) for k in node.keys])
    return s.Mapping(keys, _all(node.values, depth))


def _binary(node: ast.BinOp, depth: int) -> Expr:
    # A long "a" + "b" + ... leans left: unrolled, so that depth does not grow with its length.
    op = type(node.op)
    operands = [node.right]
    left = node.left
    while type(left) is ast.BinOp and type(left.op) is op:
        operands.append(left.right)
        left = left.left
    operands.append(left)
    operands.reverse()
    return s.Operation(_OPERATORS[op], _all(operands, depth))


def _boolean(node: ast.BoolOp, depth: int) -> Expr:
    _tally.decisions += len(node.values) - 1
    return s.Operation(_OPERATORS[type(node.op)], _all(node.values, depth))


def _unary(node: ast.UnaryOp, depth: int) -> Expr:
    value = node.operand
    if type(node.op) is ast.USub and type(value) is ast.Constant and type(value.value) in (int, float):
        number = cast(int | float, value.value)
        return -number if abs(number) < 2**63 else s.Opaque("integer")
    return s.Operation(_OPERATORS[type(node.op)], (expression(value, depth),))


def _compare(node: ast.Compare, depth: int) -> Expr:
    op = " ".join([_OPERATORS[type(o)] for o in node.ops])
    return s.Operation(op, (expression(node.left, depth), *_all(node.comparators, depth)))


def _fstring(node: ast.JoinedStr, depth: int) -> Expr:
    return s.Text(tuple([expression(v, depth) for v in node.values]))


def _formatted(node: ast.FormattedValue, depth: int) -> Expr:
    value = expression(node.value, depth)
    if node.format_spec is not None:
        expression(node.format_spec, depth)
    # A literal in braces must not be taken for the text around it.
    return s.Operation("str", (value,)) if isinstance(value, str) else value


def _await(node: ast.Await, depth: int) -> Expr:
    return s.Await(expression(node.value, depth))


def _yield(node: ast.Yield, depth: int) -> Expr:
    _tally.yields = True
    return s.Yield(expression(node.value, depth), False)


def _yield_from(node: ast.YieldFrom, depth: int) -> Expr:
    _tally.yields = True
    return s.Yield(expression(node.value, depth), True)


def _lambda(node: ast.Lambda, depth: int) -> Expr:
    return s.Lambda(expression(node.body, depth))


def _sources(nodes: list[ast.comprehension], depth: int) -> tuple[s.Source, ...]:
    _tally.decisions += sum([len(g.ifs) + 1 for g in nodes])
    _tally.binds = True
    return tuple(
        [
            s.Source(expression(g.target, depth), expression(g.iter, depth), _all(g.ifs, depth), bool(g.is_async))
            for g in nodes
        ]
    )


def _list_comp(node: ast.ListComp, depth: int) -> Expr:
    return s.Comprehension("list", expression(node.elt, depth), _sources(node.generators, depth))


def _set_comp(node: ast.SetComp, depth: int) -> Expr:
    return s.Comprehension("set", expression(node.elt, depth), _sources(node.generators, depth))


def _generator(node: ast.GeneratorExp, depth: int) -> Expr:
    return s.Comprehension("generator", expression(node.elt, depth), _sources(node.generators, depth))


def _dict_comp(node: ast.DictComp, depth: int) -> Expr:
    # Python 3.15 allows {**d for d in ...}: there the value stands alone.
    element = s.Items("tuple", (expression(node.key, depth), expression(node.value, depth)))
    return s.Comprehension("dict", element, _sources(node.generators, depth))


def _starred(node: ast.Starred, depth: int) -> Expr:
    return s.Starred(expression(node.value, depth))


def _conditional(node: ast.IfExp, depth: int) -> Expr:
    _tally.decisions += 1
    return s.Conditional(expression(node.test, depth), expression(node.body, depth), expression(node.orelse, depth))


def _walrus(node: ast.NamedExpr, depth: int) -> Expr:
    _tally.binds = True
    return s.Walrus(expression(node.target, depth), expression(node.value, depth))


def _table(*functions: Callable[..., Expr]) -> dict[type[ast.AST], Callable[..., Expr]]:
    """Keyed by the annotation of each function's first parameter, so that a function and its node cannot be paired wrongly."""
    return {f.__annotations__["node"]: f for f in functions}


_EXPRESSIONS = _table(
    _constant, _name, _attribute, _call, _subscript, _slice, _list, _tuple, _set, _dict, _binary, _boolean, _unary, _compare,
    _fstring, _formatted, _await, _yield, _yield_from, _lambda, _list_comp, _set_comp, _generator, _dict_comp, _starred,
    _conditional, _walrus,
)  # fmt: skip


def body(nodes: list[ast.stmt], prefix: str, depth: int = 0) -> s.Body:
    """Statements as facts; ``prefix`` is the qualified name of what they stand in, with a dot, or ""."""
    if depth > MAX_DEPTH:
        return ()
    _tally.statements += len(nodes)
    out: list[Stmt] = []
    for node in nodes:
        convert = _STATEMENTS.get(type(node))
        if convert is not None:
            out.append(convert(node, prefix, depth + 1))
    return tuple(out)


def _assign(node: ast.Assign, prefix: str, depth: int) -> Stmt:
    targets = _all(node.targets, 0)
    return s.Assign(targets, expression(node.value), None, "", True, node.lineno, node.end_lineno or node.lineno)


def _annotated(node: ast.AnnAssign, prefix: str, depth: int) -> Stmt:
    return s.Assign(
        (expression(node.target),),
        expression(node.value),
        expression(node.annotation),
        "",
        node.value is not None,
        node.lineno,
        node.end_lineno or node.lineno,
    )


def _augmented(node: ast.AugAssign, prefix: str, depth: int) -> Stmt:
    target = (expression(node.target),)
    op = _OPERATORS[type(node.op)]
    return s.Assign(target, expression(node.value), None, op, True, node.lineno, node.end_lineno or node.lineno)


def _do(node: ast.Expr, prefix: str, depth: int) -> Stmt:
    return s.Do(expression(node.value), node.lineno)


def _return(node: ast.Return, prefix: str, depth: int) -> Stmt:
    return s.Return(expression(node.value), node.lineno)


def _raise(node: ast.Raise, prefix: str, depth: int) -> Stmt:
    return s.Raise(expression(node.exc), expression(node.cause), node.lineno)


def _if(node: ast.If, prefix: str, depth: int) -> Stmt:
    chain = [node]
    while len(node.orelse) == 1 and type(further := node.orelse[0]) is ast.If:
        node = further
        chain.append(node)
    _tally.decisions += len(chain)
    _tally.statements += len(chain) - 1
    # An elif is an `if` in the orelse of its `if`. Those of a long chain lie side by side from some link on.
    nested = min(MAX_CHAIN, max(1, MAX_DEPTH - depth))
    made = [
        s.If(expression(link.test), body(link.body, prefix, depth + min(number, nested - 1)), (), link.lineno)
        for number, link in enumerate(chain)
    ]
    orelse = body(node.orelse, prefix, depth + min(len(chain), nested) - 1)
    last = made.pop()
    rest: s.Body = (*made[nested - 1 :], s.If(last.test, last.body, orelse, last.line))
    for link in reversed(made[: nested - 1]):
        rest = (s.If(link.test, link.body, rest, link.line),)
    return rest[0] if len(rest) == 1 else s.If(True, rest, (), chain[0].lineno)


def _for(node: ast.For, prefix: str, depth: int) -> Stmt:
    return _loop(node, False, prefix, depth)


def _async_for(node: ast.AsyncFor, prefix: str, depth: int) -> Stmt:
    return _loop(node, True, prefix, depth)


def _loop(node: ast.For | ast.AsyncFor, is_async: bool, prefix: str, depth: int) -> Stmt:
    _tally.decisions += 1 + bool(node.orelse)
    target, iterable = expression(node.target), expression(node.iter)
    inner, orelse = body(node.body, prefix, depth), body(node.orelse, prefix, depth)
    return s.Loop("for", target, iterable, inner, orelse, is_async, node.lineno)


def _while(node: ast.While, prefix: str, depth: int) -> Stmt:
    _tally.decisions += 1 + bool(node.orelse)
    inner, orelse = body(node.body, prefix, depth), body(node.orelse, prefix, depth)
    return s.Loop("while", None, expression(node.test), inner, orelse, False, node.lineno)


def _with(node: ast.With, prefix: str, depth: int) -> Stmt:
    return s.With(_with_items(node.items), body(node.body, prefix, depth), False, node.lineno)


def _async_with(node: ast.AsyncWith, prefix: str, depth: int) -> Stmt:
    return s.With(_with_items(node.items), body(node.body, prefix, depth), True, node.lineno)


def _with_items(nodes: list[ast.withitem]) -> tuple[s.WithItem, ...]:
    return tuple([s.WithItem(expression(i.context_expr), expression(i.optional_vars)) for i in nodes])


def _try(node: ast.Try, prefix: str, depth: int) -> Stmt:
    if type(node) is ast.Try:  # radon does not know `except*`
        _tally.decisions += len(node.handlers) + bool(node.orelse)
    handlers = tuple(
        [s.Handler(expression(h.type), h.name or "", body(h.body, prefix, depth), h.lineno) for h in node.handlers]
    )
    inner, orelse = body(node.body, prefix, depth), body(node.orelse, prefix, depth)
    return s.Try(inner, handlers, orelse, body(node.finalbody, prefix, depth), node.lineno)


def _assert(node: ast.Assert, prefix: str, depth: int) -> Stmt:
    decisions = _tally.decisions
    test = expression(node.test)
    _tally.decisions = decisions
    return s.Assert(test, node.lineno)


def _match(node: ast.Match, prefix: str, depth: int) -> Stmt:
    _tally.closures = True
    cases = tuple([s.Case(_pattern(c.pattern), expression(c.guard), body(c.body, prefix, depth)) for c in node.cases])
    return s.Match(expression(node.subject), cases, node.lineno)


def _pattern(node: ast.pattern, depth: int = 0) -> Expr:
    match node:
        case ast.MatchValue(value=value):
            return expression(value)
        case ast.MatchClass(cls=cls):
            return expression(cls)
        case ast.MatchOr(patterns=patterns) if depth < MAX_DEPTH:
            return s.Operation("|", tuple([_pattern(p, depth + 1) for p in patterns[:50]]))
        case ast.MatchSingleton(value=value):
            return value
    return s.Opaque("pattern")


def _function(node: ast.FunctionDef, prefix: str, depth: int) -> Stmt:
    _tally.closures = True
    return s.Define(prefix + node.name, False, node.lineno)


def _async_function(node: ast.AsyncFunctionDef, prefix: str, depth: int) -> Stmt:
    _tally.closures = True
    return s.Define(prefix + node.name, False, node.lineno)


def _class(node: ast.ClassDef, prefix: str, depth: int) -> Stmt:
    _tally.closures = True
    return s.Define(prefix + node.name, True, node.lineno)


def _global(node: ast.Global, prefix: str, depth: int) -> Stmt:
    return s.Names("global", tuple([s.Ref(n) for n in node.names]), node.lineno)


def _nonlocal(node: ast.Nonlocal, prefix: str, depth: int) -> Stmt:
    return s.Names("nonlocal", tuple([s.Ref(n) for n in node.names]), node.lineno)


def _delete(node: ast.Delete, prefix: str, depth: int) -> Stmt:
    return s.Names("del", _all(node.targets, 0), node.lineno)


def _pass(node: ast.Pass, prefix: str, depth: int) -> Stmt:
    return s.Word("pass", node.lineno)


def _break(node: ast.Break, prefix: str, depth: int) -> Stmt:
    return s.Word("break", node.lineno)


def _continue(node: ast.Continue, prefix: str, depth: int) -> Stmt:
    return s.Word("continue", node.lineno)


_STATEMENTS: dict[type[ast.AST], Callable[..., Stmt]] = {
    f.__annotations__["node"]: f
    for f in (
        _assign, _annotated, _augmented, _do, _return, _raise, _if, _for, _async_for, _while, _with, _async_with, _try,
        _assert, _match, _function, _async_function, _class, _global, _nonlocal, _delete, _pass, _break, _continue,
    )
}  # fmt: skip
if hasattr(ast, "TryStar"):
    _STATEMENTS[ast.TryStar] = _try
