"""Syntax of any version: what this interpreter cannot parse is rewritten, or read by libcst; no line moves."""

import ast
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastreview.facts import syntax as s
from fastreview.gather.module import module_facts, parse_newer
from fastreview.gather.newer_syntax import parse_with_libcst
from fastreview.gather.rewriting import parenthesised, rewritten

SAMPLES = Path(__file__).parents[3] / "samples"

NEWER = {
    "PEP 695 class": "class Page[T]:\n    items: list[T]\n",
    "PEP 695 class with bases": "class Page[T: (int, str)](Base[T], metaclass=M):\n    pass\n",
    "PEP 695 function": "async def first[T](items: list[T]) -> T:\n    return items[0]\n",
    "PEP 695 over lines": (
        "def first[\n    T: int,  # a ] here\n    *Ts,\n    **P,\n](items: list[T]) -> T:\n    return items[0]\n"
    ),
    "PEP 695 alias": "type Name = str\nx: Name\n",
    "PEP 695 generic alias": 'type Pair[T] = tuple[\n    T, "]"\n]\nx = 1\n',
    "PEP 695 in a class": "class A:\n    type Key = str\n    def get[T](self, key: T) -> T:\n        return key\n",
    "PEP 696": "class Box[T = int]:\n    pass\n",
    "PEP 758": "try:\n    f()\nexcept A, B:\n    pass\nexcept* C, d.E(1, 2): # x: y\n    pass\n".replace("* C", " C"),
    "PEP 758 group": "try:\n    f()\nexcept* A, B:\n    pass\n",
    "PEP 701 same quotes": 'x = f"{d["key"]} and {other}"\ny = 1\n',
    "PEP 701 escape": "x = f\"{'\\n'.join(lines)}\"\ny = 1\n",
    "PEP 701 line break": 'x = f"{\n    call(\n        1\n    )\n}"\ny = 1\n',
    "PEP 701 comment": 'x = f"{\n    a  # why\n}"\ny = 1\n',
    "PEP 701 nested": 'x = f"{f"{f"{1 + 1}"}"}"\ny = 1\n',
    "PEP 701 specification": 'x = f"{d["a"]:>{d["width"]}} {b!r}"\ny = 1\n',
    "PEP 701 triple": "x = f'''{d['''a''']}'''\ny = 1\n",
    "PEP 750": 't"{name}" + T\'x\' + rt"{a}"\ny = 1\n',
    "PEP 810": "lazy import json\nlazy from a import b\n",
}


def tree_of(text: str) -> ast.Module:
    found = parse_newer(text)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("text", NEWER.values(), ids=NEWER.keys())
def test_newer_syntax_is_rewritten_line_by_line(text: str) -> None:
    older = rewritten(text)
    if older is None:
        ast.parse(text)  # nothing to do for this interpreter
    else:
        ast.parse(older)
        assert older.count("\n") == text.count("\n")


@pytest.mark.parametrize("text", NEWER.values(), ids=NEWER.keys())
def test_definitions_stay_on_their_lines(text: str) -> None:
    following = f"{text}\ndef marker(argument: int) -> None:\n    '''Text.'''\n"
    module = module_facts("x.py", following.encode())
    assert module.parser != "none"
    marker = next(function for function in module.functions if function.name == "marker")
    assert marker.line == following.splitlines().index("def marker(argument: int) -> None:") + 1


def test_what_checks_read_is_kept() -> None:
    text = 'async def get[T](key: T) -> str:\n    try:\n        return f"{await load(key)["a"]}"\n'
    text += "    except A, b.B:\n        raise\n"
    (function,) = module_facts("x.py", text.encode()).functions
    assert (function.name, function.is_async, [p.name for p in function.parameters]) == ("get", True, ["key"])
    tree = ast.dump(tree_of(text))
    assert "'load'" in tree
    assert "Tuple(elts=[Name(id='A', ctx=Load()), Attribute" in tree


def test_the_alias_is_an_assignment() -> None:
    module = module_facts("x.py", b"type UserId[T] = dict[str, T]\n")
    assert module.parser in ("rewritten", "ast")
    if sys.version_info < (3, 12):
        assert module.parser == "rewritten"


@pytest.mark.parametrize(
    "text",
    [
        "type = 3\ntype[0] = 4\n",
        "x = '''\nclass A[T]:\n    def f[T](): ...\n'''\n",
        "# except A, B:\n",
        "def f(a=['x', \"class A[T]:\"]): ...\n",
        "try:\n    f()\nexcept (A, B) as e:\n    pass\n",
        "lazy = 1\nlazy.x = 2\n",
        "print(t, 'x')\nnot_f'x' if 0 else 1\n".replace("not_f'x'", "'x'"),
        "f\"{x!r:>{width}} {{literal}} {d['a']}\"\n",
        "f'''{\nx\n}'''\n",
    ],
)
def test_older_syntax_is_left_alone(text: str) -> None:
    ast.parse(text)
    assert rewritten(text) is None


@pytest.mark.parametrize(
    "text", ["class A[T:\n", "x = f'{a\n", "x = 'abc\n", "except A, B\n", "f'{a]}'", "def f[(]: x"]
)
def test_what_does_not_end_is_not_rewritten(text: str) -> None:
    assert rewritten(text) is None
    assert parse_newer(text) is None


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this interpreter parses these itself")
@pytest.mark.parametrize("name", [name for name in NEWER if "810" not in name and "group" not in name])
def test_libcst_reads_what_is_rewritten(name: str) -> None:
    """The strict parser agrees that each of these is Python."""
    assert parse_with_libcst(NEWER[name]) is not None


PIECES = st.sampled_from(
    ['f"', "f'''", '"', "'", "'''", "{", "}", "[", "]", "(", ")", ":", "\\", "\n", "#", " ", "t'", "except ", "A", ",",
     "class A[", "def f[", "type X", "=", "!r", "\nlazy import a"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=400, deadline=None)
def test_any_text_is_answered(text: str) -> None:
    older = rewritten(text)
    assert older is None or older.count("\n") == text.count("\n")


def test_what_crashes_libcst_crashes_nothing_else() -> None:
    assert parse_with_libcst("(" * 5000) is None
    assert parse_with_libcst("class A[T]: ...\n") is not None


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_mutated_files_never_raise(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(sorted(SAMPLES.rglob("*.py"))))
    text = file.read_text("utf-8")[:4000]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 200)))
    mutated = text[:start] + data.draw(st.lists(PIECES, max_size=6).map("".join)) + text[end:]
    module = module_facts("x.py", mutated.encode())
    assert module.parser in ("ast", "rewritten", "libcst", "none")
    assert (module.parser == "none") == bool(module.error)


def test_nothing_is_quadratic() -> None:
    many = "".join(f"def f{n}[T](x: T) -> T:\n    return f\"{{d['a']}} {{x}}\"\n" for n in range(3000))
    module = module_facts("x.py", many.encode())
    assert len(module.functions) == 3000
    deep = "x = " + "f'{" * 300 + "}'" * 300 + "\nclass A[T]: ...\n"
    assert module_facts("x.py", deep.encode()).parser == "none"


def test_bodies_can_be_read_back() -> None:
    module = module_facts("x.py", b"type A = int\nx = f(1)\n")
    import msgspec

    body = msgspec.msgpack.decode(module.body, type=s.Body)
    assert any(isinstance(statement, s.Assign) for statement in body)


def test_what_only_looks_newer_is_parsed_as_it_is() -> None:
    text = b'"""\ntry: pass\nexcept KeyError, ValueError: pass\n"""\nx = 1\n'
    assert module_facts("a.py", text).parser == "ast"


@pytest.mark.parametrize("text", ["type A = int\n", "class A[T]: ...\n", 'x = f"{d["key"]}"\n'])
def test_the_first_line_is_rewritten_too(text: str) -> None:
    assert module_facts("a.py", text.encode()).parser == ("ast" if sys.version_info >= (3, 12) else "rewritten")


def test_parentheses_are_all_that_is_changed_for_an_interpreter() -> None:
    text = "class A[T]: ...\ntry: pass\nexcept A, B: pass\nexcept* C: pass\nx = f'{d['a']}'\n"

    assert parenthesised(text) == text.replace("except A, B", "except (A, B)")
    assert parenthesised(text.replace("A, B", "(A, B)")) is None
