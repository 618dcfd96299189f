"""What is changed in the scratch copy: files that were not found, statements that are stepped over."""

import base64
from pathlib import Path

import pytest

from fastreview.gather.keys import private_pem, public_pem
from fastreview.gather.supplies import STAND_IN, make_folder, make_module, make_path, step_over

from .test_app import write


def test_folder_is_made_inside_only(tmp_path: Path) -> None:
    copy = write(tmp_path / "copy", {"a.py": ""})

    assert make_folder(copy, "static/css")
    assert not make_folder(copy, "static/css")
    assert not make_folder(copy, "../elsewhere")
    (copy / "out").symlink_to(tmp_path)
    assert not make_folder(copy, "out/elsewhere")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy"]


@pytest.mark.parametrize(
    ("below", "said"),
    [
        ("settings.json", "the file settings.json was copied from settings_template.json in the scratch copy"),
        ("config/app.yaml", "the file config/app.yaml was copied from config/app.example.yaml in the scratch copy"),
        ("new/app.toml", "the file new/app.toml was made up in the scratch copy"),
        ("logs/app.log", "the folder logs was made in the scratch copy"),
        (".env", "the file .env was copied from .env.example in the scratch copy"),
        ("uploads", "the folder uploads was made in the scratch copy"),
        ("main.py", ""),
        ("../main.json", ""),
    ],
)
def test_path_that_was_not_found(tmp_path: Path, below: str, said: str) -> None:
    files = {
        "main.py": "",
        "settings_template.json": "{}",
        "config/app.example.yaml": "a: 1\n",
        ".env.example": "A=1\n",
    }
    copy = write(tmp_path / "copy", files)

    assert make_path(copy, below) == said
    assert (copy / below).parent.exists() or not said


def test_keys(tmp_path: Path) -> None:
    copy = write(tmp_path / "copy", {"main.py": ""})
    make_path(copy, "certs/jwt-private.pem")
    make_path(copy, "certs/jwt-public.pem")

    assert (copy / "certs/jwt-private.pem").read_text("ascii") == private_pem()
    assert (copy / "certs/jwt-public.pem").read_text("ascii") == public_pem()
    label, *lines, end = private_pem().splitlines()
    assert (label, end) == ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----")
    der = base64.b64decode("".join(lines))
    assert der[0] == 0x30
    assert int.from_bytes(der[2:4], "big") == len(der) - 4


def test_generated_module(tmp_path: Path) -> None:
    copy = write(tmp_path / "copy", {"shop/__init__.py": ""})

    assert make_module(copy, "shop/_version.py")
    names: dict[str, object] = {}
    exec((copy / "shop/_version.py").read_text("utf-8"), names)  # noqa: S102 - our own text
    answer = names["__getattr__"]
    assert callable(answer)
    assert answer("__version__") == "0.0.0"
    assert answer("__version_tuple__") == (0, 0, 0)
    assert not make_module(copy, "nowhere/_version.py")


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("create_all(engine)\napp = 1\n", 1, "pass\napp = 1\n"),
        ("if x:\n    run(\n        1,\n    )\n", 3, "if x:\n    pass\n\n\n"),
        ("with engine.begin() as c:\n    c.run(1)\ny = 2\n", 1, "pass\n\ny = 2\n"),
        ("c = connect('ä')  # ü\n", 1, f"c = {STAND_IN}  # ü\n"),
        ("c: C = connect(\n    1\n)\nd = 2\n", 1, f"c: C = ({STAND_IN}\n\n)\nd = 2\n"),
        ("\ufeffrun()\r\nx = 1\r\n", 1, "\ufeffpass\r\nx = 1\r\n"),
    ],
)
def test_statement_that_is_stepped_over(tmp_path: Path, text: str, line: int, expected: str) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "main.py").write_bytes(text.encode())

    assert step_over(copy, f"main.py:{line}").startswith(f"the statement at main.py:{line} cannot be carried out here")
    assert (copy / "main.py").read_bytes().decode() == expected


@pytest.mark.parametrize(
    "text",
    [
        "import app.db\n",
        "return_ = 1\n",
        "def f():\n    return run()\n",
        "x = (\n",
        "raise E(run())\n",
        "a, b = run()\n",
        "\0\n",
    ],
)
def test_statement_that_stays(tmp_path: Path, text: str) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "main.py").write_bytes(text.encode())

    assert step_over(copy, f"main.py:{text.count(chr(10))}") == ""
    assert (copy / "main.py").read_bytes() == text.encode()
    assert step_over(copy, "elsewhere.py:1") == step_over(copy, "main.py:x") == step_over(copy, "../copy2/m.py:1") == ""


def test_original_behind_a_link_stays(tmp_path: Path) -> None:
    """Files too large to be copied are linked to."""
    root = write(tmp_path, {"original.py": "run()\n", "copy/other.py": ""})
    (root / "copy/main.py").symlink_to(root / "original.py")

    assert step_over(root / "copy", "main.py:1")
    assert (root / "original.py").read_text("utf-8") == "run()\n"
    assert (root / "copy/main.py").read_text("utf-8") == "pass\n"
