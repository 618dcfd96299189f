"""Tests of the reviewed project, as pytest and unittest collect them."""

from __future__ import annotations

from fastreview.project.code import Function, Module
from fastreview.project.subject import Place, Subject


class Test(Subject):
    """A test function or method."""

    __test__ = False  # not a test of our own: pytest asks
    unit = "test"

    def __init__(self, function: Function) -> None:
        self.function = function

    @property
    def key(self) -> str:
        return self.function.key

    @property
    def place(self) -> Place:
        return self.function.place


def tests_of(module: Module) -> list[Test]:
    found = []
    for function in module.functions:
        if not function.name.startswith("test"):
            continue
        if (function.owner is None and function.parent is None) or (
            function.owner is not None
            and (
                function.owner.name.startswith("Test")
                or any(name.endswith("TestCase") for name in function.owner.ancestry.external)
            )
        ):
            found.append(Test(function))
    return found
