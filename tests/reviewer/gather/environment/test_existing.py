"""Which interpreter is found, from the folders that environments leave on disk."""

import base64
import hashlib
import os
import sys
from pathlib import Path

import pytest

from fastreview.gather.environment import Interpreter, find_interpreter, installed_fastapi
from fastreview.gather.environment.existing import bringing, packages_in


def environment(prefix: Path, fastapi: str = "0.110.0", *, python: bool = True) -> Path:
    packages = prefix / "lib/python3.11/site-packages"
    packages.mkdir(parents=True)
    (prefix / "pyvenv.cfg").write_text("home = /usr/bin\n", "utf-8")
    if fastapi:
        (packages / "fastapi").mkdir()
        (packages / f"fastapi-{fastapi}.dist-info").mkdir()
        (packages / "fastapi_users-12.0.dist-info").mkdir()
    if python:
        (prefix / "bin").mkdir()
        (prefix / "bin/python").symlink_to(sys.executable)
    return prefix


def found(answer: Interpreter | str) -> tuple[str, str, str]:
    assert isinstance(answer, Interpreter), answer
    return answer.path, answer.origin, answer.fastapi_version


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "home").mkdir()
    return {"HOME": str(tmp_path / "home"), "PATH": os.defpath}


@pytest.mark.parametrize("name", [".venv", "venv", "env"])
def test_environment_in_the_project(tmp_path: Path, home: dict[str, str], name: str) -> None:
    prefix = environment(tmp_path / "project" / name)
    assert found(find_interpreter(tmp_path / "project", environ=home)) == (
        str(prefix / "bin/python"),
        f"project {name}",
        "0.110.0",
    )


def test_environment_above_up_to_the_repository(tmp_path: Path, home: dict[str, str]) -> None:
    environment(tmp_path / ".venv")
    inner = environment(tmp_path / "repository/.venv", "0.99.0")
    root = tmp_path / "repository/services/api"
    root.mkdir(parents=True)

    assert found(find_interpreter(root, tmp_path / "repository", environ=home))[0] == str(inner / "bin/python")
    assert isinstance(find_interpreter(root, root, "project", home), str)


def test_environment_without_fastapi_is_passed_over(tmp_path: Path, home: dict[str, str]) -> None:
    environment(tmp_path / "project/.venv", fastapi="")
    active = environment(tmp_path / "active")
    home["VIRTUAL_ENV"] = str(active)

    assert found(find_interpreter(tmp_path / "project", environ=home))[1] == "active"


def test_reason_names_what_was_seen(tmp_path: Path, home: dict[str, str]) -> None:
    root = tmp_path / "project"
    environment(root / ".venv", fastapi="")
    environment(root / "venv", python=False)

    assert find_interpreter(root, given="project", environ=home) == (
        ".venv does not have FastAPI; venv has no working interpreter"
    )


def test_ours_is_the_last_resort(tmp_path: Path, home: dict[str, str]) -> None:
    version = installed_fastapi(Path(sys.prefix))
    if not version:
        pytest.skip("FastAPI is not installed here")
    assert found(find_interpreter(tmp_path, environ=home)) == (sys.executable, "fastreview's own", version)
    assert find_interpreter(tmp_path, given="project", environ=home) == (
        "no environment with FastAPI was found for the project"
    )


def test_poetry(tmp_path: Path, home: dict[str, str]) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text('[tool.poetry]\nname = "My Shop"\n', "utf-8")
    digest = base64.urlsafe_b64encode(hashlib.sha256(str(root).encode()).digest()).decode()[:8]
    prefix = environment(tmp_path / f"home/.cache/pypoetry/virtualenvs/my_shop-{digest}-py3.11")

    assert found(find_interpreter(root, environ=home))[:2] == (str(prefix / "bin/python"), "poetry")


def test_pipenv(tmp_path: Path, home: dict[str, str]) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "Pipfile").touch()
    digest = base64.urlsafe_b64encode(hashlib.sha256(str(root / "Pipfile").encode()).digest()[:6]).decode()[:8]
    prefix = environment(tmp_path / f"home/.local/share/virtualenvs/project-{digest}")

    assert found(find_interpreter(root, environ=home))[:2] == (str(prefix / "bin/python"), "pipenv")


def test_pdm(tmp_path: Path, home: dict[str, str]) -> None:
    prefix = environment(tmp_path / "kept/shop-3.11")
    root = tmp_path / "project"
    root.mkdir()
    (root / ".pdm-python").write_text(str(prefix / "bin/python"), "utf-8")

    assert found(find_interpreter(root, environ=home))[:2] == (str(prefix / "bin/python"), "pdm")


def test_base_packages_count_where_the_environment_says_so(tmp_path: Path) -> None:
    base = tmp_path / "base"
    (base / "lib/python3.11/site-packages/fastapi").mkdir(parents=True)
    prefix = environment(tmp_path / "venv", fastapi="")
    assert installed_fastapi(prefix) == ""
    (prefix / "pyvenv.cfg").write_text(f"home = {base}/bin\ninclude-system-site-packages = true\n", "utf-8")
    assert installed_fastapi(prefix) == "unknown"


def test_packages_and_their_modules(tmp_path: Path) -> None:
    prefix = environment(tmp_path / "venv")
    folder = prefix / "lib/python3.11/site-packages/python_jose-3.3.0.dist-info"
    folder.mkdir()
    (folder / "RECORD").write_text("python_jose-3.3.0.dist-info/METADATA,,\njose/__init__.py,,\nsix.py,,\n", "utf-8")

    assert dict(packages_in(prefix)) == {"fastapi": "0.110.0", "fastapi-users": "12.0", "python-jose": "3.3.0"}
    assert bringing(prefix, "jose.jwt") == "python-jose"
    assert bringing(prefix, "six") == "python-jose"
    assert bringing(prefix, "os") == ""


def test_given(tmp_path: Path, home: dict[str, str]) -> None:
    prefix = environment(tmp_path / "venv")
    for given in (prefix, prefix / "bin/python"):
        assert found(find_interpreter(tmp_path, given=str(given), environ=home)) == (
            str(prefix / "bin/python"),
            "given",
            "0.110.0",
        )


def test_given_that_is_none(tmp_path: Path, home: dict[str, str]) -> None:
    fake = tmp_path / "python"
    fake.write_bytes(b"\x7fELF not for this machine")
    fake.chmod(0o755)
    bare = environment(tmp_path / "bare", fastapi="")

    assert find_interpreter(tmp_path, given="no-such-python", environ=home) == "there is no interpreter no-such-python"
    assert find_interpreter(tmp_path, given=str(tmp_path), environ=home) == (
        f"{tmp_path} is a folder without an interpreter (bin/python)"
    )
    assert find_interpreter(tmp_path, given=str(fake), environ=home) == (
        f"{fake} cannot be run as a Python interpreter: Exec format error"
    )
    assert find_interpreter(tmp_path, given=str(bare), environ=home) == f"{bare} does not have FastAPI installed"
