"""Import roots and candidates for the application: what commands, configuration and the code itself say."""

from pathlib import Path

import pytest

from fastreview.facts import Facts
from fastreview.gather.app import Candidate
from fastreview.gather.candidates import candidates, given
from fastreview.gather.facts import gather_static

APP = "from fastapi import FastAPI\napp = FastAPI()\n"
FACTORY = "from fastapi import FastAPI\ndef create_app() -> FastAPI:\n    app = FastAPI()\n    return app\n"


def gathered(root: Path, files: dict[str, str]) -> Facts:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return gather_static(root)


def found(facts: Facts) -> list[Candidate]:
    return list(candidates(facts.modules, facts.files, facts.scope.roots))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"main.py": APP}, [Candidate("main:app")]),
        ({"main.py": APP.replace("app =", "api: FastAPI =")}, [Candidate("main:api")]),
        ({"main.py": "import fastapi as f\napi = f.FastAPI()\n"}, [Candidate("main:api")]),
        ({"main.py": FACTORY}, [Candidate("main:create_app", factory=True)]),
        ({"main.py": FACTORY + "app = create_app()\n"}, [Candidate("main:create_app", factory=True)]),
        ({"main.py": FACTORY.replace("()", "(settings)")}, []),
        ({"main.py": FACTORY.replace("()", "(settings: Settings)", 1)}, [Candidate("main:create_app", factory=True)]),
        ({"main.py": FACTORY.replace("def", "async def")}, [Candidate("main:create_app", factory=True)]),
        (
            {"a.py": FACTORY, "main.py": "from a import create_app\napp = create_app()\n"},
            [Candidate("main:app"), Candidate("a:create_app", factory=True)],
        ),
        ({"main.py": "from made import creator\napp = creator.app\n"}, [Candidate("main:app")]),
        ({"main.py": "from settings import app\nx = app.title\napi = load()\n"}, []),
        (
            {"main.py": "from fastapi import FastAPI\ndef app_factory():\n    return built()\n"},
            [Candidate("main:app_factory", factory=True)],
        ),
        ({"src/shop/main.py": APP, "src/shop/__init__.py": ""}, [Candidate("shop.main:app", root="src")]),
        ({"main.py": "from fastapi import FastAPI\nclass Api(FastAPI): ...\nx = Api()\n"}, [Candidate("main:x")]),
        ({"cli.py": "import made\napp = made.get_typer_app()\n", "main.py": APP}, [Candidate("main:app")]),
        ({"main.py": "print(1)\n"}, []),
    ],
)
def test_what_the_source_assigns(tmp_path: Path, files: dict[str, str], expected: list[Candidate]) -> None:
    assert found(gathered(tmp_path, files)) == expected


def test_a_start_command_comes_first(tmp_path: Path) -> None:
    facts = gathered(
        tmp_path,
        {
            "a.py": APP,
            "app/main.py": APP,
            "app/factory.py": FACTORY,
            "Dockerfile": 'FROM python:3.12\nCMD ["uvicorn", "app.factory:create_app", "--factory", "-b", "a:80"]\n',
        },
    )
    assert found(facts)[0] == Candidate("app.factory:create_app", factory=True)
    assert {candidate.target for candidate in found(facts)} == {"app.factory:create_app", "a:app", "app.main:app"}


def test_a_start_command_shows_where_modules_are_imported_from(tmp_path: Path) -> None:
    facts = gathered(
        tmp_path,
        {
            "service/code/main.py": APP,
            "Dockerfile": "FROM python\nWORKDIR /code\nCMD uvicorn main:app --host 0.0.0.0\n",
        },
    )
    assert "service/code" in facts.scope.roots
    assert found(facts) == [Candidate("main:app", root="service/code")]


def test_apps_of_tests_and_examples_count_only_where_there_is_no_other(tmp_path: Path) -> None:
    aside = {"docs/a.py": APP, "tests/test_a.py": APP, "tests/conftest.py": APP}
    facts = gathered(tmp_path / "service", {**aside, "z/service/main.py": APP})
    assert [one.target for one in found(facts)] == ["z.service.main:app"]
    assert len(found(gathered(tmp_path / "library", aside))) == 3


def test_what_the_user_names_is_taken_as_it_is(tmp_path: Path) -> None:
    facts = gathered(tmp_path, {"src/shop/main.py": APP, "src/shop/__init__.py": ""})
    asked = given(["shop.main:api", "shop.main:make()"], facts.modules, facts.scope.roots)
    assert asked == (Candidate("shop.main:api", root="src"), Candidate("shop.main:make", factory=True, root="src"))


@pytest.mark.parametrize(
    ("files", "root"),
    [
        ({"src/shop/__init__.py": "", "src/shop/main.py": APP}, "src"),
        ({"backend/app/main.py": APP + "import app.models\n", "backend/app/models.py": ""}, "backend"),
        ({"app/main.py": APP + "import models\n", "app/models.py": ""}, "app"),
        (
            {"app/app/main.py": APP + "from app.api import x\n", "app/app/api/x.py": "", "app/app/__init__.py": ""},
            "app",
        ),
        ({"lib/x.py": "", "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['lib']\n"}, "lib"),
        ({"__init__.py": "", "main.py": APP}, ".."),
        ({"config.py": "", "main.py": APP + "from shop.config import x\n"}, ".."),
        (
            # Imported as a package from elsewhere too: the folder is the only one that holds what its files import.
            {
                "shop/image/daemon/server.py": APP + "from daemon.contract import PATH\n",
                "shop/image/daemon/contract.py": "PATH = '/x'\n",
                "shop/client.py": "from shop.image.daemon.contract import PATH\n",
                "shop/other.py": "from shop.image.daemon.contract import PATH\n",
            },
            "shop/image",
        ),
    ],
)
def test_import_roots(tmp_path: Path, files: dict[str, str], root: str) -> None:
    roots = gathered(tmp_path / "shop", files).scope.roots
    assert root in roots
    assert "." in roots


def test_a_folder_whose_name_cannot_be_imported_is_no_package(tmp_path: Path) -> None:
    assert gathered(tmp_path / "shop-api", {"__init__.py": "", "main.py": APP}).scope.roots == (".",)


@pytest.mark.parametrize(
    "files",
    [
        {"app/logging.py": "", "app/main.py": APP + "import logging\n"},
        {"app/alembic/env.py": "from alembic import context\n", "requirements.txt": "alembic\n"},
        {"app/__init__.py": "", "app/models.py": "", "app/main.py": APP + "from app import models\n"},
        {
            "shop/auth/jwt.py": "",
            "shop/auth/a.py": "import jwt\nimport shop.auth.jwt\n",
            "main.py": "import shop.auth.a\n",
        },
        {"core/db.py": "", "app/core/x.py": "", "app/main.py": APP + "from core import db\n"},
        # A module is no package, and one with relative imports is not imported by its own name alone.
        {"app/auth/google.py": "from google.auth import exceptions\n", "app/main.py": APP},
        {"app/auth/jose.py": "import jose\nfrom ..db import get\n", "app/main.py": APP},
        # With the folder on the path, the standard library would import its files.
        {"app/secrets/__init__.py": "", "app/db.py": "", "app/main.py": APP + "import db\nimport db as d\n"},
        {"app/rpc/grpc.py": "import grpc\n", "app/main.py": APP, "requirements.txt": "grpcio\n"},
    ],
)
def test_library_names_make_no_root(tmp_path: Path, files: dict[str, str]) -> None:
    assert gathered(tmp_path, files).scope.roots == (".",)
