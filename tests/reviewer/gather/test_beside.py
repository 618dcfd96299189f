from pathlib import Path

from fastreview.gather.facts import gather, gather_static
from fastreview.gather.options import Options
from fastreview.project.project import Project

WORKSPACE = '[tool.uv.workspace]\nmembers = ["packages/*"]\n[tool.uv.sources]\nshared = { workspace = true }\n'


def monorepo(tmp_path: Path, **more: str) -> Path:
    """A workspace with a service that declares and imports a package beside it; returns the service's folder."""
    files = {
        "pyproject.toml": WORKSPACE,
        "packages/shared/pyproject.toml": '[project]\nname = "shared"\ndependencies = ["redis"]\n',
        "packages/shared/shared/__init__.py": "",
        "packages/shared/shared/cache.py": "from .clients import client\n\ndef load(key):\n    return client.get(key)\n",
        "packages/shared/shared/clients.py": "import redis\n\nclient = redis.Redis()\n",
        "packages/shared/shared/for_workers.py": "x = 1\n",
        "packages/shared/tests/test_cache.py": "from shared import cache\n",
        "packages/other/pyproject.toml": '[project]\nname = "other"\n',
        "packages/other/other/__init__.py": "",
        "packages/api/pyproject.toml": '[project]\nname = "api"\ndependencies = ["fastapi", "shared"]\n',
        "packages/api/app/main.py": "from fastapi import FastAPI\nfrom shared.cache import load\n\napp = FastAPI()\n\n"
        '@app.get("/{key}")\nasync def read(key: str) -> str:\n    return load(key)\n',
        **more,
    }
    for path, text in files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return tmp_path / "packages/api"


def paths(root: Path) -> list[str]:
    return [module.path for module in gather_static(root).modules]


def test_modules_that_the_service_imports_from_a_package_beside_it_are_read(tmp_path: Path) -> None:
    root = monorepo(tmp_path)
    assert paths(root) == [
        "app/main.py",
        "../shared/shared/__init__.py",
        "../shared/shared/cache.py",
        "../shared/shared/clients.py",
    ]


def test_calls_lead_into_the_package_beside_it(tmp_path: Path) -> None:
    facts = gather_static(monorepo(tmp_path))
    project = Project(facts, {})
    (load,) = [function for function in project.functions if function.name == "load"]
    assert load.module.name == "shared.cache"
    assert load.module.kind == "service"
    assert [on.function.name for on in project.loop_functions if on.function is load] == ["load"]


def test_a_package_that_is_imported_and_not_declared_is_not_read(tmp_path: Path) -> None:
    root = monorepo(tmp_path, **{"packages/api/app/jobs.py": "import other\n"})
    assert not any("other" in path for path in paths(root))


def test_modules_of_its_own_come_first(tmp_path: Path) -> None:
    root = monorepo(tmp_path, **{"packages/api/shared/cache.py": "def load(key): return key\n"})
    assert paths(root) == ["app/main.py", "shared/cache.py"]


def test_what_is_excluded_is_not_read(tmp_path: Path) -> None:
    root = monorepo(tmp_path)
    facts = gather(root, Options(static=True, exclude=("../shared/shared/clients.py",)))
    assert "../shared/shared/clients.py" not in [module.path for module in facts.modules]


def test_links_out_of_the_repository_are_not_followed(tmp_path: Path) -> None:
    root = monorepo(tmp_path / "repository")
    outside = tmp_path / "elsewhere.py"
    outside.write_text("secret = 1\n", "utf-8")
    clients = root.parent / "shared/shared/clients.py"
    clients.unlink()
    clients.symlink_to(outside)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "__init__.py").write_text("", "utf-8")
    (root.parent / "shared/shared/linked").symlink_to(folder)
    (root / "app/more.py").write_text("import shared.linked\n", "utf-8")
    assert not [path for path in paths(root) if path.endswith(("clients.py", "linked/__init__.py"))]


def test_packages_that_import_each_other_end(tmp_path: Path) -> None:
    root = monorepo(
        tmp_path,
        **{
            "packages/shared/shared/cache.py": f"from shared.clients import client\nfrom {'.' * 60} import nothing\n",
            "packages/shared/shared/clients.py": "from shared import cache\nfrom app import main\nclient = 1\n",
        },
    )
    assert len(paths(root)) == 4


def test_a_package_above_the_service_that_only_the_module_path_leads_to_is_read(tmp_path: Path) -> None:
    root = monorepo(
        tmp_path,
        **{
            "common/__init__.py": "",
            "common/store.py": "import json\nfrom common import base\n",
            "common/base.py": "",
            "common/unused.py": "",
            "redis/conf.py": "",
            "packages/api/app/jobs.py": "from common import store\nimport redis.conf\nimport missing.part\n",
            "packages/api/pyproject.toml": '[project]\nname = "api"\ndependencies = ["fastapi", "redis"]\n',
        },
    )
    assert [path for path in paths(root) if path.startswith("../")] == [
        "../../common/__init__.py",
        "../../common/base.py",
        "../../common/store.py",
    ]
