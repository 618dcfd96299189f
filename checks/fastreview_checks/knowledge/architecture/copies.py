"""Functions that are the same but for the names of their variables.

What is compared is what functions are made of: kinds of statements and expressions, literals, the names of what they call,
with local names replaced by the order in which they appear. Bodies are decoded only where functions have the same number of
statements, the same complexity and call the same names.
"""

from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import Function, Project, syntax
from fastreview_checks.knowledge.importing import own_modules


@lru_cache(maxsize=1)
def copies(project: Project, smallest: int) -> dict[str, list[tuple[Function, Function]]]:
    """By file, the functions of at least ``smallest`` statements that repeat an earlier one of the service, with that one;
    none that stands in another such function. Other programs and packages of the repository cannot share code with it."""
    own = own_modules(project)
    alike: dict[tuple[int, int, tuple[str, ...]], list[Function]] = {}
    for module in project.service_modules:
        if module.path not in own or all(f.statements < smallest for f in module.facts.functions):
            continue
        for function in module.functions:
            facts = function.facts
            if facts.statements >= smallest:
                alike.setdefault((facts.statements, facts.complexity, facts.called), []).append(function)
    found: dict[str, list[tuple[Function, Function]]] = {}
    repeated: set[int] = set()
    for group in alike.values():
        if len(group) > 1:
            originals: dict[str, Function] = {}
            for function in sorted(group, key=lambda one: (one.module.path, one.line)):
                shape = " ".join(_shape(function))
                original = originals.setdefault(shape, function)
                if original is not function:
                    found.setdefault(function.module.path, []).append((function, original))
                    repeated.add(id(function))
    return {path: [pair for pair in pairs if id(pair[0].parent) not in repeated] for path, pairs in found.items()}


def _shape(function: Function) -> Iterator[str]:
    numbers: dict[str, int] = {}
    own = {p.name for p in function.facts.parameters} | function.bindings.keys()
    for stmt in syntax.statements(function.body):
        yield type(stmt).__name__
        if isinstance(stmt, syntax.Assign):
            yield stmt.op
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                yield _part(node, own, numbers)


def _part(node: syntax.Expr, own: set[str], numbers: dict[str, int]) -> str:
    match node:
        case syntax.Ref(name=name):
            root, dot, rest = name.partition(".")
            if root in own:
                return f"${numbers.setdefault(root, len(numbers))}{dot}{rest}"
            return name
        case syntax.Attribute(attr=attr):
            return f".{attr}"
        case syntax.Operation(op=op):
            return op
        case syntax.Call():
            return f"call {len(node.args)} {' '.join(k.name for k in node.keywords)}"
        case None | bool() | int() | float() | str():
            return repr(node)
        case _:
            return type(node).__name__
