"""What the checks of architecture know: effects of imports, resources, layers, shared state, copies, the environment."""

import pytest
from tests.conftest import ProjectOf

from fastreview_checks.knowledge.architecture.copies import copies
from fastreview_checks.knowledge.architecture.environment import Configuration
from fastreview_checks.knowledge.architecture.layering import Layering
from fastreview_checks.knowledge.architecture.shared_state import changed_globals
from fastreview_checks.knowledge.importing import SECRET, effects_of_import, imported_by_app, needed_secrets
from fastreview_checks.knowledge.resources import LAST_NAMES, RESOURCES, made_resources

APP = "from fastapi import FastAPI\nfrom app import other\n\napp = FastAPI()\n"


def test_resources_are_full_names_with_words() -> None:
    assert all("." in name and what.split()[0] in ("a", "an", "database") for name, what in RESOURCES.items())
    assert {name.rpartition(".")[2] for name in RESOURCES} == LAST_NAMES


@pytest.mark.parametrize("name", ["JWT_SECRET", "db_password", "DATABASE_URL", "openai_api_key", "access_token"])
def test_secret_names(name: str) -> None:
    assert SECRET.search(name)


@pytest.mark.parametrize("name", ["title", "public_url", "token_lifetime", "keyboard", "page_size"])
def test_other_settings(name: str) -> None:
    assert not SECRET.search(name)


def test_what_the_app_imports_with_the_packages_around(project_of: ProjectOf) -> None:
    project = project_of(
        {"app/__init__.py": "", "app/main.py": APP, "app/other.py": "x = 1\n", "app/job.py": "y = 1\n"}
    )
    assert [m.path for m in imported_by_app(project)] == ["app/__init__.py", "app/main.py", "app/other.py"]


@pytest.mark.parametrize(
    ("code", "guarded"),
    [
        ("import os\nos.makedirs('up')\n", False),
        ("import os\nif os.environ.get('X'):\n    os.makedirs('up')\n", True),
        ("import os\n\n\ndef make():\n    os.makedirs('up')\n\n\nmake()\n", False),
        (
            "import os\n\n\ndef make(on=False):\n    if not on:\n        return\n    os.makedirs('up')\n\n\nmake()\n",
            True,
        ),
    ],
)
def test_effects(code: str, guarded: bool, project_of: ProjectOf) -> None:
    found = list(effects_of_import(project_of({"app/main.py": APP, "app/other.py": code})))
    assert [(e.place.path, e.guarded) for e in found] == [("app/other.py", guarded)]


@pytest.mark.parametrize(
    "code",
    [
        "import os\nif __name__ == '__main__':\n    os.makedirs('up')\n",
        "import os\n\n\ndef make():\n    os.makedirs('up')\n",
        "import os\n\n\nasync def make():\n    os.makedirs('up')\n\n\nwaiting = make()\n",
        "text = open('names.txt').read()\n",
    ],
)
def test_no_effects(code: str, project_of: ProjectOf) -> None:
    assert list(effects_of_import(project_of({"app/main.py": APP, "app/other.py": code}))) == []


def test_secrets_with_a_default_are_not_needed(project_of: ProjectOf) -> None:
    settings = """
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            jwt_secret: str = "change-me"
            token: str | None
            title: str

        settings = Settings()
        """
    assert list(needed_secrets(project_of({"app/main.py": APP, "app/other.py": settings}))) == []


def test_a_client_that_is_entered_in_a_function_is_not_held(project_of: ProjectOf) -> None:
    code = """
        import httpx

        def version():
            with httpx.Client() as client:
                return client.get("https://example.com").text

        VERSION = version()
        """
    assert [m.on_import for m in made_resources(project_of({"app/main.py": APP, "app/other.py": code}))] == [False]


def test_layers_by_what_modules_do(project_of: ProjectOf) -> None:
    service = "class Orders:\n    def find(self, n):\n        return n if n else None\n"
    bound = (
        "from fastapi import HTTPException\n\n\n"
        + service.replace("find", "a")
        + ("\n    def b(self):\n        raise HTTPException(404)\n\n    def c(self):\n        return 1\n")
    )
    layers = Layering(project_of({"app/main.py": APP, "app/other.py": service, "app/bound.py": bound}))
    assert (list(layers.free), list(layers.bound)) == (["app/other.py"], ["app/bound.py"])


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("seen = []\n\n\ndef add(x):\n    seen.append(x)\n", ["seen"]),
        ("count = 0\n\n\ndef add():\n    global count\n    count += 1\n", ["count"]),
        ("seen = []\n\n\ndef add(x):\n    seen = []\n    seen.append(x)\n", []),
        ("seen = []\n\n\ndef add(seen):\n    seen.append(1)\n", []),
        ("LABELS = {'a': 1}\n\n\ndef label(x):\n    return LABELS.get(x)\n", []),
    ],
)
def test_changed_globals(code: str, names: list[str], project_of: ProjectOf) -> None:
    assert [change.name for change in changed_globals(project_of({"app/other.py": code}))] == names


def test_copies_differ_in_local_names_only(project_of: ProjectOf) -> None:
    def body(name: str, given: str, factor: int) -> str:
        lines = "".join(f"    x{n} = {given} * {n}\n" for n in range(6))
        return f"def {name}({given}):\n{lines}    return x1 * {factor}\n"

    project = project_of({"a.py": body("one", "p", 2), "b.py": body("two", "q", 2), "c.py": body("three", "r", 3)})
    found = {p: [(c.name, o.name) for c, o in pairs] for p, pairs in copies(project, 5).items()}
    assert found == {"b.py": [("two", "one")]}


def test_reads_of_the_environment(project_of: ProjectOf) -> None:
    code = """
        import os
        from os import environ

        A = os.environ["A"]
        B = os.getenv("B", "x")
        C = os.environ.get("C")
        D = environ["D"]
        HOME = os.environ["HOME"]
        os.environ["E"] = "written"
        """
    reads = Configuration(project_of({"app/main.py": APP, "app/other.py": code})).reads
    assert [name for _, name in reads["app/other.py"]] == ["A", "B", "C", "D"]
