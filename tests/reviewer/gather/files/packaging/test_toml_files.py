"""pyproject.toml of all standards and tools, and Pipfile."""

from tests.reviewer.gather.files.conftest import Gather
from tests.reviewer.gather.files.packaging.conftest import groups, one


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
