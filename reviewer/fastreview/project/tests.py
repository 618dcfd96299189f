"""Tests of the reviewed project, as pytest and unittest collect them."""

from __future__ import annotations

import re

from fastreview.project.code import Function, Module
from fastreview.project.subject import Place, Subject

_COLLECTED = re.compile(r"(?:^|/)(?:test[^/]*|[^/]*_test)\.py$")
_FIXTURE = re.compile(r"(?:^|\.|_)fixture$")
_ROUTE = re.compile(r"\.(?:get|post|put|patch|delete|head|options|route|websocket|task)$")


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
    found: list[Test] = []
    if not _COLLECTED.search(module.path):
        return found
    for function in module.functions:
        if not function.name.startswith("test") or _is_other(function):
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


def _is_other(function: Function) -> bool:
    """Fixtures and endpoints of test applications may be called like tests."""
    return any(_FIXTURE.search(name) or _ROUTE.search(name) for name in function.decorator_names)
