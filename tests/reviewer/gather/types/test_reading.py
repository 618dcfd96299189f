"""What checkers print is read, bounded, and never trusted."""

import json
from pathlib import Path

from fastreview.facts.types import TypeProblem
from fastreview.gather.types.reading import any_rows, broke, problems, unresolved

ROOT = Path("/srv/shop")


def read(tool: str, text: str) -> list[TypeProblem]:
    return list(problems(tool, text, ROOT, ROOT))


def test_mypy() -> None:
    text = (
        "app/main.py:3: error: Incompatible types in assignment  [assignment]\n"
        "app/main.py:3: note: See the documentation\n"
        "/srv/shop/app/old.py:9: error: Need more\n"
        "/usr/lib/python3/x.py:1: error: Elsewhere  [misc]\n"
        "../other/x.py:1: error: Elsewhere  [misc]\n"
        'app/main.py:4: error: Unused "type: ignore" comment  [unused-ignore]\n'
    )
    assert read("mypy", text) == [
        TypeProblem("app/main.py", 3, "assignment", "Incompatible types in assignment"),
        TypeProblem("app/old.py", 9, "", "Need more"),
    ]


def test_ty() -> None:
    text = "app/a.py:1:2: error[invalid-assignment] No\napp/a.py:2:1: warning[x] No\nFound 2 diagnostics\n"
    assert read("ty", text) == [TypeProblem("app/a.py", 1, "invalid-assignment", "No")]


def test_pyright_counts_lines_from_zero() -> None:
    one = {"file": "/srv/shop/a.py", "severity": "error", "message": "No", "range": {"start": {"line": 0}}, "rule": "r"}
    text = json.dumps({"generalDiagnostics": [one, {**one, "severity": "warning"}, "nonsense", {"severity": "error"}]})
    assert read("pyright", text)[0] == TypeProblem("a.py", 1, "r", "No")


def test_pyrefly() -> None:
    one = {"line": 5, "path": "a.py", "name": "bad-return", "concise_description": "No", "severity": "error"}
    assert read("pyrefly", json.dumps({"errors": [one]})) == [TypeProblem("a.py", 5, "bad-return", "No")]


def test_text_of_the_project_is_bounded_and_printable() -> None:
    found = read("mypy", f"a.py:1: error: \x1b[31m{'x' * 5000}  [misc]\n")
    assert len(found[0].message) == 300
    assert "\x1b" not in found[0].message


def test_nonsense_is_no_problem() -> None:
    for tool in ("mypy", "ty", "pyright", "pyrefly"):
        for text in ("", "{", "[" * 100_000, '{"errors": 3, "generalDiagnostics": {}}', "a:b: error: \0"):
            assert read(tool, text) == []


def test_missing_modules_are_told_apart() -> None:
    missing = TypeProblem(
        "a.py", 1, "import-not-found", 'Cannot find implementation or library stub for module named "x.y"'
    )
    assert unresolved(missing) == "x.y"
    assert unresolved(TypeProblem("a.py", 1, "arg-type", 'Argument "x"')) == ""


def test_how_it_broke() -> None:
    assert broke("mypy", 2, "mypy: can't read file 'x'\n") == "mypy: can't read file 'x'"
    assert broke("mypy", 1, "a.py:1: error: No  [misc]") == ""
    assert broke("pyright", 3, "No configuration file found.") == "No configuration file found."
    assert broke("ty", 2, "error: unknown rule\n") == "error: unknown rule"


def test_shares_of_any() -> None:
    text = "      Name   Anys   Exprs   Coverage\n------\n  app.main    3    30   90.00%\n  Total   3   30   90.00%\n"
    assert [(name, share.any, share.total) for name, share in any_rows(text)] == [("app.main", 3, 30)]
