"""Portions: every check once, and those that ask for what is dear to derive together."""

from collections.abc import Iterator
from functools import cached_property, lru_cache

import pytest
from msgspec import structs

from fastreview.check import Check, Found, Hit, check
from fastreview.packs import load
from fastreview.portions import DEAREST, mentions, portions
from fastreview.project import Project, Subject
from fastreview.project.loop import LoopFunction


def _dear(project: Project) -> list[str]:
    return [one.key for one in project.loop_functions]


@lru_cache(maxsize=1)
def _kept(project: Project) -> list[str]:
    return _dear(project)


class _Holder:
    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def found(self) -> list[str]:
        return _dear(self._project)


def _hits(_: object) -> Iterator[Hit]:
    yield from ()


@check("FAK001", dimension="core", level=1, gate=True)
def itself(project: Project) -> Found:
    yield from _hits([one.key for one in project.loop_functions])


@check("FAK002", dimension="core", level=1, gate=True)
def through_what_is_kept(project: Project) -> Found:
    yield from _hits(_kept(project))


@check("FAK003", dimension="core", level=1, gate=True)
def through_a_class(project: Project) -> Found:
    yield from _hits(_Holder(project).found)


@check("FAK004", dimension="core", level=1, gate=True)
def inside_a_comprehension(project: Project) -> Found:
    yield from _hits([project.loop_functions for _ in range(2)])


@check("FAK005", dimension="core", level=1, gate=True)
def not_at_all(project: Project) -> Found:
    yield from _hits(project.routes)


@pytest.mark.parametrize("one", [itself, through_what_is_kept, through_a_class, inside_a_comprehension])
def test_a_check_mentions_what_its_functions_do(one: Check) -> None:
    assert mentions(one, DEAREST)


def test_a_check_mentions_nothing_else() -> None:
    assert not mentions(not_at_all, DEAREST)


def test_code_of_other_packages_is_not_looked_into() -> None:
    elsewhere = structs.replace(through_a_class, module="another.pack")
    assert not mentions(elsewhere, DEAREST)


def test_the_dear_ones_are_one_portion() -> None:
    assert portions([not_at_all, itself, through_a_class]).near[0] == ("FAK001", "FAK003")


def test_every_installed_check_is_in_one_portion() -> None:
    checks = load().checks
    found = portions(checks)
    assert sorted(code for some in (*found.near, *found.others) for code in some) == sorted(one.code for one in checks)
    assert all(one.code in found.near[0] for one in checks if one.each is LoopFunction)


def test_subjects_that_run_on_the_loop_are_dear() -> None:
    def judged(_: Subject, __: Project) -> Found:
        yield from ()

    one = structs.replace(not_at_all, each=LoopFunction, evaluate=judged)
    assert portions([one, itself]).near[0] == ("FAK005", "FAK001")
