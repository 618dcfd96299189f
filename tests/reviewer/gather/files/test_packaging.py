"""What a service declares to need, in every way it is written."""

from pathlib import Path

import pytest

from fastreview.facts.files import FileFacts, Requirement
from fastreview.gather.files.requirement_text import conda_requirement, requirement

from .conftest import Gather


def groups(facts: FileFacts) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in facts.requirements:
        found.setdefault(one.group, set()).add(one.name)
    return found


def one(facts: FileFacts, name: str) -> Requirement:
    return next(found for found in facts.requirements if found.name == name)


@pytest.mark.parametrize(
    ("text", "name", "specifier", "pinned"),
    [
        ("fastapi", "fastapi", "", False),
        ("FastAPI[all] >= 0.100, < 1  # why", "fastapi", ">=0.100,<1", False),
        ("Pydantic_Settings==2.1.0 ; python_version > '3.8'", "pydantic-settings", "==2.1.0", True),
        ("uvicorn==0.*", "uvicorn", "==0.*", False),
        ("foo (==1.0)", "foo", "==1.0", True),
        ("x @ git+https://host/x@0123456789abcdef0123456789abcdef01234567", "x",
         "@ git+https://host/x@0123456789abcdef0123456789abcdef01234567", True),
        ("git+https://host/y.git#egg=why", "why", "@ git+https://host/y.git#egg=why", False),
    ],
)  # fmt: skip
def test_a_requirement_line(text: str, name: str, specifier: str, pinned: object) -> None:
    found = requirement(text, "", "r.txt", 1)
    assert found is not None
    assert (found.name, found.specifier, found.pinned) == (name, specifier, pinned)


@pytest.mark.parametrize("text", ["", "https://host/wheel.whl", "<<<<<<< HEAD", "./local", "what is this"])
def test_what_is_no_requirement(text: str) -> None:
    assert requirement(text, "", "r.txt", 1) is None


def test_pep_621_and_735(gather: Gather) -> None:
    facts = gather(
        {
            "pyproject.toml": """[project]
name = "x"
requires-python = ">=3.11"
dependencies = [
    "fastapi[standard]>=0.110",
]
[project.optional-dependencies]
postgres = ["asyncpg"]
[dependency-groups]
dev = ["ruff", {include-group = "test"}]
test = ["pytest==8.0.0"]
""",
            ".python-version": "3.12\n",
        }
    )
    assert groups(facts) == {"": {"fastapi"}, "postgres": {"asyncpg"}, "dev": {"ruff"}, "test": {"pytest"}}
    assert facts.python_wanted == ">=3.11"
    assert one(facts, "fastapi").line == 5
    assert one(facts, "fastapi").extras == ("standard",)
    assert one(facts, "pytest").pinned


def test_poetry_with_groups_extras_and_lock(gather: Gather) -> None:
    facts = gather(
        {
            "pyproject.toml": """[tool.poetry.dependencies]
python = "^3.10"
fastapi = {version = "^0.99", extras = ["all"]}
psycopg = {version = "*", optional = true}
httpx = "0.27.0"
[tool.poetry.extras]
pg = ["psycopg"]
[tool.poetry.group.dev.dependencies]
mypy = "^1"
""",
            "poetry.lock": '[[package]]\nname = "fastapi"\nversion = "0.99.1"\n\n[metadata]\nlock-version = "2.0"\n',
        }
    )
    assert groups(facts) == {"": {"fastapi", "httpx"}, "pg": {"psycopg"}, "dev": {"mypy"}}
    assert facts.python_wanted == "^3.10"
    assert one(facts, "httpx").pinned
    assert not one(facts, "fastapi").pinned
    assert facts.locks[0].kind == "poetry"
    assert facts.locks[0].packages == {"fastapi": "0.99.1"}


def test_pipfile(gather: Gather) -> None:
    facts = gather(
        {
            "Pipfile": '[packages]\nfastapi = "*"\n[dev-packages]\npytest = "==8.0"\n'
            '[requires]\npython_version = "3.9"\n',
            "Pipfile.lock": '{"default": {"FastAPI": {"version": "==0.100.0"}}, "develop": {}}',
        }
    )
    assert groups(facts) == {"": {"fastapi"}, "dev": {"pytest"}}
    assert facts.python_wanted == "3.9"
    assert facts.locks[0].packages == {"fastapi": "0.100.0"}


def test_setup_py_is_read_not_run(gather: Gather, tmp_path: Path) -> None:
    facts = gather(
        {
            "setup.py": f"""
from setuptools import setup
open({str(tmp_path / "ran")!r}, "w")
BASE = ["fastapi>=0.1"]
setup(install_requires=BASE + ["uvicorn"], extras_require={{"test": ["pytest", *BASE]}}, python_requires=">=3.8")
"""
        }
    )
    assert groups(facts) == {"": {"fastapi", "uvicorn"}, "test": {"pytest", "fastapi"}}
    assert facts.python_wanted == ">=3.8"
    assert not (tmp_path / "ran").exists()


def test_setup_cfg(gather: Gather) -> None:
    facts = gather(
        {
            "setup.cfg": "[options]\npython_requires = >=3.9\ninstall_requires =\n    fastapi>=0.1\n    # no\n"
            "[options.extras_require]\ndev =\n    pytest\n"
        }
    )
    assert groups(facts) == {"": {"fastapi"}, "dev": {"pytest"}}
    assert one(facts, "fastapi").line == 4


def test_requirements_of_all_spellings_and_encodings(gather: Gather) -> None:
    facts = gather(
        {
            "reqirements.txt": "fastapi==0.1.0\r\nuvicorn\r\n".encode("utf-16"),
            "requirements-dev.txt": "-r reqirements.txt\npytest\n",
            "requirements/test.txt": "httpx\n",
            "requirements/prod.txt": "gunicorn\n-c constraints.txt\n--index-url https://x/\n",
        }
    )
    assert groups(facts) == {"": {"fastapi", "uvicorn", "gunicorn"}, "dev": {"pytest"}, "test": {"httpx"}}
    assert one(facts, "uvicorn").line == 2


def test_hashed_requirements_are_a_lock_file_and_plain_pins_are_not(gather: Gather) -> None:
    hashed = "fastapi==0.1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nuvicorn==0.2 --hash=sha256:cc\n"
    facts = gather({"requirements.txt": hashed})
    assert [(lock.kind, lock.packages) for lock in facts.locks] == [
        ("requirements", {"fastapi": "0.1", "uvicorn": "0.2"})
    ]
    assert one(facts, "uvicorn").line == 4
    assert gather({"requirements.txt": "fastapi==0.1\n"}).locks == ()
    compiled = gather(
        {"requirements.txt": "# This file is autogenerated by pip-compile\nfastapi==0.1\n    # via -r x\n"}
    )
    assert [lock.kind for lock in compiled.locks] == ["compiled"]


def test_conda_environment(gather: Gather) -> None:
    facts = gather(
        {"environment.yml": "dependencies:\n  - python=3.12\n  - numpy=1.26.4=py312\n  - pip:\n    - fastapi>=0.1\n"}
    )
    assert groups(facts) == {"": {"numpy", "fastapi"}}
    assert facts.python_wanted == "3.12"
    found = conda_requirement("conda-forge::pandas>=2", "", "e", 1)
    assert found is not None
    assert (found.name, found.specifier) == ("pandas", ">=2")


def test_packages_that_are_not_the_service_do_not_count(gather: Gather) -> None:
    facts = gather(
        {
            "pyproject.toml": '[project]\nname = "x"\ndependencies = ["fastapi"]\n',
            "plugins/a/pyproject.toml": '[project]\nname = "a"\ndependencies = ["flask"]\n',
            "docs/requirements.txt": "sphinx\n",
            "docs/uv.lock": "version = 1\n",
        }
    )
    assert groups(facts) == {"": {"fastapi"}}
    assert facts.locks == ()


def test_a_service_below_the_root_is_found(gather: Gather) -> None:
    facts = gather(
        {"web/package.json": "{}", "backend/requirements.txt": "fastapi\n", "tools/requirements.txt": "click\n"}
    )
    assert [found.path for found in facts.requirements] == ["backend/requirements.txt"]


def test_the_workspace_lock_above_counts_and_neighbours_do_not(gather: Gather) -> None:
    lock = 'version = 1\n\n[[package]]\nname = "FastAPI"\nversion = "0.1"\nsource = { registry = "x" }\n'
    facts = gather(
        {
            "uv.lock": lock,
            "other/uv.lock": lock,
            "pyproject.toml": "[tool.ruff]\nline-length = 100\n",
            "service/pyproject.toml": '[project]\nname = "x"\ndependencies = ["fastapi"]\n',
        },
        "service",
    )
    assert [(found.path, found.kind, found.packages) for found in facts.locks] == [
        ("../uv.lock", "uv", {"fastapi": "0.1"})
    ]
    assert [(found.tool, found.path) for found in facts.settings] == [("ruff", "../pyproject.toml")]


def test_broken_files_say_so(gather: Gather) -> None:
    facts = gather({"pyproject.toml": "[project\n", "Pipfile.lock": "{", "setup.py": "import setuptools\nsetup(\n"})
    assert [path for path, _ in facts.unreadable] == ["Pipfile.lock", "pyproject.toml", "setup.py"]
    assert all(reason and "\n" not in reason for _, reason in facts.unreadable)
