"""Packs: what is found in them, what breaks them, and how checks are chosen."""

import re
from collections.abc import Callable, Mapping

import pytest

from fastreview.check import Check, Kind, Severity
from fastreview.errors import BrokenPack, UnknownCheck
from fastreview.installed import check_packs
from fastreview.packs import Ruleset, load, ruleset_digest, select
from fastreview.project import Project

WritePack = Callable[[Mapping[str, str]], str]


def module(code: str, name: str, dimension: str = "core", kind: str = "gate=True", level: int = 1) -> str:
    return f"""
from fastreview.api import Found, Project, check

@check("{code}", dimension="{dimension}", level={level}, {kind})
def {name}(project: Project) -> Found:
    yield from ()
"""


def test_a_file_in_a_dimension_is_a_check(write_pack: WritePack) -> None:
    package = write_pack(
        {
            "security/open_door.py": module("FAK002", "open_door", "security", "never=True"),
            "async/slow_call.py": module("FAK003", "slow_call", "async"),
            "core/thin_ice.py": module("FAK001", "thin_ice"),
            "core/_shared.py": "SHARED = 1\n",
            "fixes/thin_ice.py": "raise RuntimeError('fixes are not read')\n",
        }
    )

    checks = load([package]).checks

    assert [(check.code, check.slug) for check in checks] == [
        ("FAK001", "thin-ice"),
        ("FAK003", "slow-call"),
        ("FAK002", "open-door"),
    ]
    assert checks[0].module == f"{package}.core.thin_ice"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"core/empty.py": ""}, "must hold exactly one check, it holds 0"),
        (
            {"core/one.py": module("FAK001", "one") + module("FAK002", "two")},
            "must hold exactly one check, it holds 2",
        ),
        ({"core/one.py": module("FAK001", "other")}, "holds the check other: name its function one"),
        ({"core/one.py": module("FAK001", "one", "data")}, "is of the dimension data: move it there"),
        ({"core/one.py": module("FAK001", "one", level=4)}, "on level 4"),
        ({"core/one.py": module("FAK001", "one", kind="never=True", level=2)}, "1 for a never-event"),
        ({"core/one.py": module("FAK001", "one", kind="gate=True, credit=2")}, "exactly one of gate, never and credit"),
        ({"core/one.py": "import nothing_of_that_name"}, "cannot be imported: ModuleNotFoundError"),
        (
            {"core/one.py": module("FAK001", "one"), "data/two.py": module("FAK001", "two", "data")},
            "The code FAK001 is used by fakepack",
        ),
        (
            {"core/one.py": module("FAK001", "one"), "data/one.py": module("FAK002", "one", "data")},
            "The slug one is used by fakepack",
        ),
        ({"thresholds.toml": "tolerance ="}, "is not TOML"),
        ({"thresholds.toml": "FAK001 = 1"}, "one table per check"),
        ({"thresholds.toml": '[FAK001]\ncap = "10"'}, "FAK001.cap must be a number"),
        (
            {"core/one.py": module("FAK001", "one"), "thresholds.toml": "[FAK001]\ntolerance = 10\ncap = 1"},
            "a tolerance between 0 and 1",
        ),
        (
            {"core/one.py": module("FAK001", "one"), "thresholds.toml": "[FAK001]\ntolerance = 0.1"},
            "a cap of at least 1",
        ),
        (
            {
                "core/one.py": module("FAK001", "one", kind="never=True"),
                "thresholds.toml": "[FAK001]\ntolerance = 0.1\ncap = 1",
            },
            "only gates have one: it is a never",
        ),
    ],
)
def test_a_pack_that_breaks_the_rules_is_refused(write_pack: WritePack, files: dict[str, str], message: str) -> None:
    package = write_pack(files)

    with pytest.raises(BrokenPack, match=re.escape(message)):
        load([package])


def test_an_imported_check_is_not_the_modules_own(write_pack: WritePack) -> None:
    package = write_pack({"core/one.py": module("FAK001", "one")})
    other = write_pack({"core/two.py": f"from {package}.core.one import one\n" + module("FAK002", "two")})

    assert [check.code for check in load([package, other]).checks] == ["FAK001", "FAK002"]


def test_thresholds_go_into_the_checks_and_the_limits(write_pack: WritePack) -> None:
    package = write_pack(
        {
            "core/one.py": module("FAK001", "one"),
            "core/two.py": module("FAK002", "two"),
            "thresholds.toml": "[FAK001]\ntolerance = 0.1\ncap = 20\ncomplexity = 8\n[FAK009]\nlength = 3.5\n",
        }
    )

    one, two = (ruleset := load([package])).checks

    assert (one.tolerance, one.cap) == (0.1, 20)
    assert (two.tolerance, two.cap) == (0.0, 0)
    assert ruleset.limits == {"FAK001.complexity": 8, "FAK009.length": 3.5}


def test_the_built_in_pack_is_found_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    class Point:
        value = "fastreview_checks"

    monkeypatch.setattr(
        "fastreview.installed.entry_points", lambda group: [Point()] if group == "fastreview.packs" else []
    )

    assert check_packs() == ("fastreview_checks",)
    assert isinstance(load(), Ruleset)


def checks_of(*names: tuple[str, str, str]) -> tuple[Check, ...]:
    return tuple(
        Check(
            code, slug, dimension, 1, Kind.GATE, 0, Project, (), "hours", Severity.MAJOR, lambda _, __: iter(()), "fake"
        )
        for code, slug, dimension in names
    )


CHECKS = checks_of(
    ("ARC001", "monolithic-app-module", "architecture"),
    ("ARC002", "fat-endpoint", "architecture"),
    ("ASY001", "blocking-call", "async"),
    ("SEC010", "debug-exposed", "security"),
)


@pytest.mark.parametrize(
    ("chosen", "ignored", "codes"),
    [
        ([], [], ["ARC001", "ARC002", "ASY001", "SEC010"]),
        (["ARC002"], [], ["ARC002"]),
        (["arc002"], [], ["ARC002"]),
        (["fat-endpoint", "async"], [], ["ARC002", "ASY001"]),
        (["A"], [], ["ARC001", "ARC002", "ASY001"]),
        (["ARC00", "SEC"], ["ARC001"], ["ARC002", "SEC010"]),
        ([], ["architecture", "SEC01"], ["ASY001"]),
    ],
)
def test_checks_are_chosen_by_code_slug_dimension_and_prefix(
    chosen: list[str], ignored: list[str], codes: list[str]
) -> None:
    assert [check.code for check in select(CHECKS, chosen, ignored)] == codes


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("fat-endpoints", 'Did you mean "fat-endpoint"?'),
        ("asyncio", 'Did you mean "async"?'),
        ("SEC011", 'Did you mean "SEC010"?'),
        ("%%%", "`fastreview checks` lists them all."),
        ("", "`fastreview checks` lists them all."),
    ],
)
def test_an_unknown_name_gets_the_closest_one(name: str, hint: str) -> None:
    with pytest.raises(UnknownCheck, match=re.escape(hint)):
        select(CHECKS, [], [name])


def test_the_digest_follows_declarations_and_thresholds_and_not_the_order() -> None:
    digest = ruleset_digest(CHECKS, {"ARC002.complexity": 8, "ARC002.statements": 20})

    assert digest == ruleset_digest(reversed(CHECKS), {"ARC002.statements": 20.0, "ARC002.complexity": 8.0})
    assert digest != ruleset_digest(CHECKS, {"ARC002.complexity": 9, "ARC002.statements": 20})
    assert digest != ruleset_digest(CHECKS[1:], {"ARC002.complexity": 8, "ARC002.statements": 20})
