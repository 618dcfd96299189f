"""The counts that the walk makes on its way, held against the tools that define them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from radon.visitors import ComplexityVisitor

from fastreview.gather.module import module_facts

SAMPLES = Path(__file__).parents[3] / "samples"
OWN = Path(__file__).parents[3] / "reviewer"


def functions(nodes: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.Module(nodes, [])):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("root", [SAMPLES, OWN], ids=["samples", "fastreview"])
def test_complexity_is_radons(root: Path) -> None:
    compared = 0
    for path in sorted(root.rglob("*.py")):
        data = path.read_bytes()
        ours = {(f.name, f.line): f.complexity for f in module_facts("x.py", data).functions}
        for node in functions(ast.parse(data).body):
            visitor = ComplexityVisitor(to_method=False, no_assert=True)
            visitor.visit(node)
            assert ours[node.name, node.lineno] == visitor.functions[0].complexity, f"{path}:{node.lineno} {node.name}"
            compared += 1
    assert compared > 50
