"""Real files made hostile, and what every review does with them: shared by the test and by the long runs.

Half of the mutations work on bytes and mostly break the syntax; the others work on the syntax tree, so that what comes
out parses and reaches the model and the checks.
"""

import ast
import io
import keyword
import tokenize
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

import msgspec

from fastreview import engine, packs
from fastreview.facts import Facts, Gathered, Scope, Side
from fastreview.facts.files import FileFacts
from fastreview.facts.source import ModuleFacts
from fastreview.facts.syntax import Body
from fastreview.gather.module import module_facts
from fastreview.outcome import Run
from fastreview.project import Project

MAX_BYTES = 200_000
MAX_NODES = 4_000
"""Larger trees are mutated as text only: a walk per mutation would be most of the time."""

_TEXTS = (
    "\x00", "\ufeff", "\u2028", "\x0c", "\x0b", "\r", "\\\n", "\t", "é", "ẞ", "٣", "\U0001f40d", "a\u0301", "\u202e", "\x1a",
    "#" * 300, "# type: ignore", "# noqa", "'''", '"""', 'f"{', 'f"{x!r:{y}}"', "t'{", "(", ")", "[", "]", "{", "}", ":",
    ":=", "**", "*", "->", "...", "@", "=", "\n\n", "\n    ", "\n\t", "0x", "1_0", "1" * 5000, "1e999", "0j", "b'\\xff'",
    "'\\ud800'", "lambda: ", "await ", "async ", "yield ", "match x:\n case _: pass\n", "type X[T] = T\n", "except* ",
    "# coding: latin-1\n", "# coding: undefined\n", "# coding: utf-7\n", "__all__ = ['\\ud800']\n", "global x\n",
)  # fmt: skip
_DEEP = (
    ("(", ")"), ("[", "]"), ("{", "}"), ("-", ""), ("not ", ""), ("f(", ")"), ("x[", "]"), ("lambda: ", ""), ("", ".a"),
    ("", "()"), ("", "[0]"), ("a + ", ""), ("a if b else ", ""), ("f'{", "}'"), ("{1: ", "}"), ("a and ", ""), ("*", ""),
    ("Annotated[", ", 1]"), ("Depends(", ")"),
)  # fmt: skip
_BLOCKS = ("if x:", "for x in y:", "while x:", "with x:", "try:", "def f(x):", "async def f(x=f):", "class A(A):")


def mutated(data: bytes, random: Random) -> bytes:
    """``data`` after one to six mutations; the same for the same state of ``random``."""
    if random.random() < 0.6:
        data = _mutated_tree(data, random)
    if random.random() < 0.5:
        for _ in range(random.randint(1, 4)):
            data = random.choice(_ON_BYTES)(data, random)
    return data[:MAX_BYTES]


def _flipped(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.randint(1, 8)):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randint(0, len(data))]


def _without_span(data: bytes, random: Random) -> bytes:
    start = random.randint(0, len(data))
    return data[:start] + data[start + random.randint(0, 200) :]


def _doubled(data: bytes, random: Random) -> bytes:
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    start = random.randrange(len(lines))
    block = lines[start : start + random.randint(1, 60)]
    place = random.randint(0, len(lines))
    return b"".join([*lines[:place], *block * random.randint(1, 20), *lines[place:]])


def _with_text(data: bytes, random: Random) -> bytes:
    place = random.randint(0, len(data))
    return data[:place] + random.choice(_TEXTS).encode() + data[place:]


def _with_any_characters(data: bytes, random: Random) -> bytes:
    place = random.randint(0, len(data))
    characters = (chr(random.choice((random.randrange(0xD800), random.randrange(0xE000, 0x110000)))) for _ in range(10))
    return data[:place] + "".join(characters).encode() + data[place:]


def _with_swapped_tokens(data: bytes, random: Random) -> bytes:
    try:
        tokens = list(tokenize.tokenize(io.BytesIO(data).readline))
    except (tokenize.TokenError, SyntaxError, UnicodeDecodeError):
        return data
    words = [
        i for i, t in enumerate(tokens) if t.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING)
    ]
    if len(words) < 2:
        return data
    lines = data.decode("utf-8", "replace").splitlines(keepends=True)
    for _ in range(random.randint(1, 6)):
        one, other = tokens[random.choice(words)], tokens[random.choice(words)]
        if one.start[0] == one.end[0] <= len(lines) and "\n" not in other.string:
            line = lines[one.start[0] - 1]
            lines[one.start[0] - 1] = line[: one.start[1]] + other.string + line[one.end[1] :]
    return "".join(lines).encode("utf-8", "replace")


def _nested_expression(data: bytes, random: Random) -> bytes:
    opening, closing = random.choice(_DEEP)
    times = random.choice((20, 90, 150, 600, 2_500))
    return _line_in(data, f"deep = {opening * times}deep{closing * times}\n", random)


def _nested_blocks(data: bytes, random: Random) -> bytes:
    blocks = [" " * level + random.choice(_BLOCKS) + "\n" for level in range(random.choice((10, 60, 95, 120)))]
    return _line_in(data, "".join([*blocks, " " * len(blocks), "pass\n"]), random)


def _line_in(data: bytes, text: str, random: Random) -> bytes:
    lines = data.splitlines(keepends=True)
    place = random.randint(0, len(lines))
    indent = b""
    if place < len(lines):
        indent = lines[place][: len(lines[place]) - len(lines[place].lstrip(b" "))]
    new = [indent + line for line in text.encode().splitlines(keepends=True)]
    return b"".join([*lines[:place], *new, *lines[place:]])


_ON_BYTES: tuple[Callable[[bytes, Random], bytes], ...] = (
    _flipped, _cut, _without_span, _doubled, _with_text, _with_any_characters, _with_swapped_tokens, _nested_expression,
    _nested_blocks,
)  # fmt: skip


def _mutated_tree(data: bytes, random: Random) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
        nodes = list(ast.walk(tree))
        if len(nodes) > MAX_NODES:
            return data
        for _ in range(random.randint(1, 6)):
            random.choice(_ON_TREES)(nodes, random)
        return ast.unparse(ast.fix_missing_locations(tree)).encode("utf-8", "surrogatepass")
    except (SyntaxError, ValueError, RecursionError, MemoryError, LookupError, TypeError, AttributeError):
        # Mutated trees are not always ones that can be written down.
        return data


def _blocks(nodes: Sequence[ast.AST]) -> list[list[ast.stmt]]:
    fields = (
        value for node in nodes for name, value in ast.iter_fields(node) if name in ("body", "orelse", "finalbody")
    )
    return [value for value in fields if isinstance(value, list) and value]


def _names(nodes: Sequence[ast.AST]) -> list[str]:
    return [node.id for node in nodes if isinstance(node, ast.Name)] or ["x"]


def _renamed(nodes: Sequence[ast.AST], random: Random) -> None:
    """Names for one another, builtins and keywords in the place of names."""
    known = [*_names(nodes), "list", "str", "print", "self", "super", "property", "__init__", "Depends", "app", "_"]
    for node in random.sample(nodes, min(len(nodes), 60)):
        name = random.choice(known)
        match node:
            case ast.Name():
                node.id = name
            case ast.Attribute():
                node.attr = name
            case ast.arg():
                node.arg = name
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                node.name = name
            case ast.alias() if not keyword.iskeyword(name):
                node.name = random.choice((node.name, "*", name, f"{name}.{name}"))
            case ast.keyword():
                node.arg = name
            case ast.ImportFrom():
                node.level = random.randint(0, 4)


def _moved_statements(nodes: Sequence[ast.AST], random: Random) -> None:
    blocks = _blocks(nodes)
    for _ in range(3):
        source, target = random.choice(blocks), random.choice(blocks)
        target.insert(random.randint(0, len(target)), random.choice(source))
        if len(source) > 1 and random.random() < 0.5:
            source.pop(random.randrange(len(source)))


def _swapped_expressions(nodes: Sequence[ast.AST], random: Random) -> None:
    """An expression from anywhere in the place of any other."""
    expressions = [node for node in nodes if isinstance(node, ast.expr)]
    holders = [node for node in nodes if any(isinstance(child, ast.expr) for child in ast.iter_child_nodes(node))]
    for _ in range(5):
        holder = random.choice(holders)
        for name, value in ast.iter_fields(holder):
            if isinstance(value, ast.expr) and random.random() < 0.5:
                setattr(holder, name, random.choice(expressions))
            elif isinstance(value, list) and value and isinstance(value[0], ast.expr) and random.random() < 0.5:
                value[random.randrange(len(value))] = random.choice(expressions)


def _dropped_arguments(nodes: Sequence[ast.AST], random: Random) -> None:
    for node in nodes:
        if isinstance(node, ast.Call) and random.random() < 0.3:
            random.shuffle(node.args)
            node.args = node.args[: random.randint(0, 2)]
            node.keywords = node.keywords[: random.randint(0, 3)]
            if random.random() < 0.2:
                node.args.append(ast.Starred(ast.Name("args")))
                node.keywords.append(ast.keyword(None, ast.Name("kwargs")))


def _odd_literals(nodes: Sequence[ast.AST], random: Random) -> None:
    odd = (
        "",
        " ",
        "/",
        "{",
        "{}",
        "{a}{",
        "\ud800",
        "%s",
        "\0",
        "a" * 5000,
        -1,
        0,
        10**30,
        1.5,
        1e999,
        None,
        True,
        b"",
        ...,
    )
    for node in nodes:
        if isinstance(node, ast.Constant) and random.random() < 0.2:
            node.value = random.choice(odd)


def _cyclic_classes(nodes: Sequence[ast.AST], random: Random) -> None:
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    for node in classes:
        base: ast.expr = ast.Name(random.choice(classes).name)
        others: list[list[ast.expr]] = [[base, *node.bases], [ast.Call(base, [], [])], [ast.Subscript(base, base)]]
        node.bases = random.choice([[base], *others])


def _other_definitions(nodes: Sequence[ast.AST], random: Random) -> None:
    """Parameters, decorators and annotations of one function on another."""
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for node in functions:
        other = random.choice(functions)
        if random.random() < 0.3:
            node.args = other.args
        if random.random() < 0.3:
            node.decorator_list = other.decorator_list
        if random.random() < 0.3:
            node.returns = random.choice((other.returns, None, ast.Name(other.name), ast.Constant(other.name)))
        if random.random() < 0.1:
            node.args = ast.arguments([], [], None, [], [], None, [])


_ON_TREES: tuple[Callable[[Sequence[ast.AST], Random], None], ...] = (
    _renamed, _moved_statements, _swapped_expressions, _dropped_arguments, _odd_literals, _cyclic_classes,
    _other_definitions,
)  # fmt: skip


def gathered(path: str, data: bytes) -> ModuleFacts:
    """The facts of one file, after a round trip through their serialised form.

    Raises:
        AssertionError: when they come back different.
    """
    facts = module_facts(path, data)
    encoded = msgspec.msgpack.encode(facts)
    again = msgspec.msgpack.decode(encoded, type=ModuleFacts)
    if msgspec.msgpack.encode(again) != encoded:
        raise AssertionError(f"{path} changes in a round trip")
    for raw in (facts.body, *(function.body for function in facts.functions)):
        msgspec.msgpack.decode(raw, type=Body)
    return facts


@cache
def ruleset() -> packs.Ruleset:
    return packs.load()


def project_of_facts(modules: Sequence[ModuleFacts]) -> Project:
    sides = (Gathered(Side.SOURCE, "ok"), Gathered(Side.FILES, "ok"), Gathered(Side.GIT, "ok"))
    scope = Scope("fuzzed", (".",), ".", fastapi_files=tuple(module.path for module in modules))
    return Project(Facts(scope, sides, tuple(modules), FileFacts()), ruleset().limits)


def review(modules: Sequence[ModuleFacts]) -> int:
    """Everything the model derives and every check says of ``modules``; how many findings there are.

    Raises:
        AssertionError: when a check crashes.
    """
    project = project_of_facts(modules)
    for route in project.routes:
        _ = route.dependency_tree, route.security, route.inputs, route.answer_classes, route.body_classes, route.tags
    for code in (code for module in project.modules for code in module.codes()):
        for site in code.calls:
            project.targets(site)
    _ = [project.layer(module) for module in project.modules]
    _ = project.apps, project.loop_functions, project.models, project.dependencies, project.import_cycles, project.tests
    evaluations = engine.evaluate(project, ruleset().checks)
    crashed = [f"{one.check.code}: {one.reason}" for one in evaluations if one.run is Run.CRASHED]
    if crashed:
        raise AssertionError(f"crashed: {crashed}")
    return sum(len(one.findings) for one in evaluations)
