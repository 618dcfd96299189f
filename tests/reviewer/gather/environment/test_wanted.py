"""From all that a project declares to what is installed."""

from pathlib import Path
from textwrap import dedent

import pytest

from fastreview.gather.discovery import discover
from fastreview.gather.environment.wanted import Wanted, wanted
from fastreview.gather.files import gather_files


def asked(root: Path, files: dict[str, str | bytes], *imported: str, service: str = ".") -> Wanted:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else dedent(content).encode()
        (root / path).write_bytes(data)
    found = discover(root / service)
    declared = gather_files(found.root, found.repository, found.listing)
    return wanted(found.root, found.repository, declared, found.name, dict.fromkeys(imported, "main.py"))


@pytest.mark.parametrize(
    ("files", "requirements"),
    [
        ({"requirements.txt": "fastapi==0.1\nuvicorn[standard]>=0.2  # so\n"}, ["fastapi==0.1", "uvicorn[standard]>=0.2"]),
        ({"requirements.txt": "fastapi==0.110.0\r\n".encode("utf-16")}, ["fastapi==0.110.0"]),
        (
            {"requirements.txt": '--index-url https://index.invalid\npywin32==306 ; sys_platform == "win32"\nfastapi\n'},
            ['pywin32==306 ; sys_platform == "win32"', "fastapi"],
        ),
        ({"pyproject.toml": '[project]\nname = "shop"\ndependencies = ["fastapi>=0.100"]\n'}, ["fastapi>=0.100"]),
        (
            {
                "pyproject.toml": """
                    [tool.poetry.dependencies]
                    python = "^3.11"
                    fastapi = "^0.110"
                    tomli = {version = "~2.0", markers = "python_version < '3.11'"}
                    [tool.poetry.group.dev.dependencies]
                    pytest = "*"
                """
            },
            ["fastapi<0.111,>=0.110", "tomli<2.1,>=2.0 ; python_version < '3.11'"],
        ),
        ({"Pipfile": '[packages]\nfastapi = "==0.99.0"\n[dev-packages]\npytest = "*"\n'}, ["fastapi==0.99.0"]),
        ({"setup.py": "from setuptools import setup\nsetup(install_requires=['fastapi'])\n"}, ["fastapi"]),
        ({"setup.cfg": "[options]\ninstall_requires =\n    fastapi\n"}, ["fastapi"]),
        (
            {"environment.yml": "dependencies:\n  - python=3.11\n  - numpy=1.26\n  - pip:\n      - fastapi\n"},
            ["numpy==1.26", "fastapi"],
        ),
        ({"requirements.txt": "torch==2.1.0+cpu\nfastapi\n"}, ["torch==2.1.0", "fastapi"]),
    ],
)  # fmt: skip
def test_declarations(tmp_path: Path, files: dict[str, str | bytes], requirements: list[str]) -> None:
    assert list(asked(tmp_path, files).requirements) == requirements


def test_extra_that_brings_the_framework(tmp_path: Path) -> None:
    project = """
        [project]
        name = "tool"
        dependencies = ["httpx"]
        [project.optional-dependencies]
        server = ["fastapi", "asyncpg", "tool[common]"]
        common = ["orjson"]
        aws = ["boto3"]
        dev = ["fastapi", "pytest"]
    """

    found = asked(tmp_path, {"pyproject.toml": project})

    assert found.requirements == ("httpx", "fastapi", "asyncpg", "orjson")
    assert found.assumptions == ("the extra server was installed: it brings the framework",)
    assert found.optional["boto3"] == "boto3"


def test_what_is_declared_for_development_and_imported(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": "fastapi\n",
        "requirements-dev.txt": "python-dotenv==1.0\npytest\n",
    }

    found = asked(tmp_path, files, "fastapi", "dotenv")

    assert found.requirements == ("fastapi", "python-dotenv==1.0")
    assert found.assumptions == ("python-dotenv is declared for dev only, and imported by the service",)


def test_nothing_declared(tmp_path: Path) -> None:
    found = asked(tmp_path, {"main.py": ""}, "fastapi", "jose.jwt", "sqlalchemy.orm")

    assert found.requirements == ("fastapi", "python-jose", "sqlalchemy")
    assert found.assumptions == ("the project declares no packages: those that its code imports were installed",)


def test_address_is_not_followed(tmp_path: Path) -> None:
    found = asked(tmp_path, {"requirements.txt": "fastapi\nshop @ git+https://code.invalid/shop@main\n"})

    assert found.requirements == ("fastapi", "shop")
    assert found.assumptions == ("shop is asked for by address: the package index's was installed instead",)


def test_lock_files_pin(tmp_path: Path) -> None:
    project = '[project]\nname = "shop"\ndependencies = ["fastapi", "numpy"]\n'
    lock = """
        version = 1

        [[package]]
        name = "fastapi"
        version = "0.110.1"
        source = { registry = "x" }

        [[package]]
        name = "numpy"
        version = "1.26.4"

        [[package]]
        name = "numpy"
        version = "2.2.0"

        [[package]]
        name = "shop"
        version = "0.1.0"
        source = { editable = "." }
    """

    assert asked(tmp_path, {"pyproject.toml": project, "uv.lock": lock}).pins == {"fastapi": "0.110.1"}


def test_pipenv_lock(tmp_path: Path) -> None:
    lock = '{"default": {"fastapi": {"version": "==0.99.0"}, "x": {"git": "y"}}, "develop": {"pytest": {"version": "==8"}}}'

    assert asked(tmp_path, {"Pipfile": "[packages]\nfastapi = '*'\n", "Pipfile.lock": lock}).pins == {
        "fastapi": "0.99.0"
    }


def test_packages_of_the_same_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    files: dict[str, str | bytes] = {
        "api/pyproject.toml": """
            [project]
            name = "api"
            version = "1.2"
            dependencies = ["fastapi", "shop-core"]
            [project.entry-points."shop.plugins"]
            local = "api:plugin"
            [tool.uv.sources]
            shop-core = { path = "../core" }
            [tool.setuptools_scm]
            version_file = "api/_version.py"
        """,
        "core/pyproject.toml": '[project]\nname = "shop-core"\ndependencies = ["sqlalchemy>=2"]\n',
        "core/src/shop_core/__init__.py": "",
    }

    found = asked(tmp_path, files, service="api")

    assert found.requirements == ("fastapi", "sqlalchemy>=2")
    assert found.roots == ("../core/src", "../core")
    assert [(package.name, package.version) for package in found.packages] == [("api", "1.2"), ("shop-core", "0.0.0")]
    assert found.packages[0].entry_points == "[shop.plugins]\nlocal = api:plugin"
    assert found.packages[0].version_files == ("api/_version.py",)


def test_folder_that_is_imported_as_it_lies_beside(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    files: dict[str, str | bytes] = {
        "backend/users/requirements.txt": "fastapi\nmodels\n",
        "backend/shared/requirements.txt": "redis>=5\n",
        "backend/shared/managers/cache.py": "",
        "backend/models/orm.py": "",
        "infra/stacks.py": "",
        "jobs/reports/schemas.py": "",
        "jobs/reports/requirements.txt": "pandas\n",
    }
    imported = ("shared.managers.cache", "models.orm", "infra", "infra.other", "reports.schemas")

    found = asked(tmp_path, files, *imported, service="backend/users")

    # A stranger's package called "shared" is not meant; what is declared is.
    assert found.requirements == ("fastapi", "models", "redis>=5")
    assert found.roots == (str(tmp_path / "backend"), "../../jobs")


def test_paths_out_of_the_repository_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "repository/.git").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    project = """
        [project]
        name = "api"
        dependencies = ["fastapi", "other"]
        [tool.uv.sources]
        other = { path = "../../elsewhere" }
    """

    found = asked(tmp_path / "repository", {"api/pyproject.toml": project}, service="api")

    assert found.roots == ()
    assert found.requirements == ("fastapi", "other")
