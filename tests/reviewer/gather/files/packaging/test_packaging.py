"""Which packaging files are those of the service."""

from tests.reviewer.gather.files.conftest import Gather
from tests.reviewer.gather.files.packaging.conftest import groups


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
