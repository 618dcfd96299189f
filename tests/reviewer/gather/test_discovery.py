import os
from pathlib import Path

import pytest

from fastreview.errors import UsageError
from fastreview.gather import discovery
from fastreview.gather.discovery import discover, repository_of
from fastreview.gather.facts import gather_static


def write(root: Path, *paths: str, text: str = "x = 1\n") -> Path:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return root


def left_out(root: Path) -> dict[str, str]:
    return {left.path: left.why for left in discover(root).left_out}


def test_lists_files_below_the_root_in_order(tmp_path: Path) -> None:
    write(tmp_path, "b.py", "app/main.py", "app/__init__.py", "Dockerfile", "{{cookiecutter.name}}/a b/main.py")
    found = discover(tmp_path)
    assert found.python == ("app/__init__.py", "app/main.py", "b.py", "{{cookiecutter.name}}/a b/main.py")
    assert "Dockerfile" in found.listing


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("node_modules/x/y.py", "JavaScript packages"),
        ("my environment/pyvenv.cfg", "virtual environment"),
        (".venv/lib/site.py", "virtual environment"),
        ("lib/python3.11/site-packages/six.py", "installed packages"),
        ("app/vendor/six.py", "vendored code"),
        ("thing.egg-info/x.py", "package metadata"),
        ("build/lib/app/main.py", "build output"),
    ],
)
def test_leaves_out_what_nobody_wrote_by_hand_and_says_why(tmp_path: Path, path: str, why: str) -> None:
    write(tmp_path, "main.py", "pyproject.toml", path, text="")
    assert discover(tmp_path).python == ("main.py",)
    assert list(left_out(tmp_path).values()) == [why]


def test_keeps_a_package_called_build_and_a_folder_of_scripts_called_dist(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "build/__init__.py", "build/images.py", "tools/dist/make.py", text="")
    assert discover(tmp_path).python == ("build/__init__.py", "build/images.py", "tools/dist/make.py")


def test_caches_and_git_are_not_worth_a_line(tmp_path: Path) -> None:
    write(tmp_path, "main.py", "__pycache__/main.py", ".git/hooks/x.py", ".mypy_cache/a.py")
    assert discover(tmp_path).python == ("main.py",)
    assert left_out(tmp_path) == {}


def test_follows_no_link_to_a_folder_and_no_python_out_of_the_project(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", "secret.py", "shared.toml")
    root = write(tmp_path / "project", "main.py", "docker/Dockerfile")
    (root / "loop").symlink_to(root)
    (root / "secret.py").symlink_to(outside / "secret.py")
    (root / "again.py").symlink_to("main.py")
    (root / "gone.py").symlink_to("nowhere.py")
    (root / "Dockerfile").symlink_to("docker/Dockerfile")
    found = discover(root)
    assert found.python == ("main.py",)
    assert found.listing == ("Dockerfile", "docker/Dockerfile", "main.py")
    assert left_out(root)["loop"] == "symbolic link to a folder"
    assert left_out(root)["secret.py"] == "symbolic link out of the project"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this system")
def test_a_fifo_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.py")
    assert discover(tmp_path).python == ()
    assert left_out(tmp_path) == {"x.py": "not a regular file"}


def test_a_name_that_is_not_utf8_is_left_out_readably(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text("x = 1\n", "utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    assert left_out(tmp_path) == {"caf?.py": "its name is not UTF-8"}


def test_a_folder_that_cannot_be_opened_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "main.py", "private/secret.py")
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("private"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert discover(tmp_path).python == ("main.py",)
    assert left_out(tmp_path) == {"private": "cannot be opened: Permission denied"}


def test_stops_at_its_limits_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "MAX_PYTHON_FILES", 3)
    monkeypatch.setattr(discovery, "MAX_DEPTH", 2)
    monkeypatch.setattr(discovery, "MAX_LEFT_OUT", 2)
    write(tmp_path, *(f"m{number}.py" for number in range(9)), "a/b/c/d.py")
    found = discover(tmp_path)
    assert len(found.python) == 3
    assert [left.why for left in found.left_out][-1] == "and 5 more"
    assert found.left_out[0].path == "a/b/c"


@pytest.mark.parametrize("make", [Path.exists, Path.touch])
def test_refuses_what_is_not_a_folder(tmp_path: Path, make: "object") -> None:
    assert callable(make)
    make(tmp_path / "service")
    with pytest.raises(UsageError, match="folder"):
        discover(tmp_path / "service")


def test_the_repository_is_the_nearest_parent_with_git_below_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    root = write(home / "work" / "repository" / "services" / "shop", "main.py")
    monkeypatch.setenv("HOME", str(home))
    (home / ".git").mkdir()
    assert repository_of(root) == root
    (home / "work" / "repository" / "services" / ".github" / "workflows").mkdir(parents=True)
    assert repository_of(root) == home / "work" / "repository" / "services"
    (home / "work" / "repository" / ".git").mkdir()
    assert repository_of(root) == home / "work" / "repository"


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ('["services/*"]', True),
        ('["services/shop"]', True),
        ('["services"]', True),
        ('["libraries/*"]', False),
        ("[1]", False),
        ('"services/*"', False),
    ],
)
def test_a_copy_without_git_goes_up_to_its_workspace(tmp_path: Path, members: str, found: bool) -> None:
    root = write(tmp_path / "services" / "shop", "main.py")
    (tmp_path / "pyproject.toml").write_text(f"[tool.uv.workspace]\nmembers = {members}\n", "utf-8")
    assert repository_of(root) == (tmp_path if found else root)


def test_lists_what_is_about_the_service_above_it(tmp_path: Path) -> None:
    write(tmp_path, "docker-compose.yml", ".github/workflows/ci.yml", "other/main.py", "services/shop/main.py", text="")
    (tmp_path / ".git").mkdir()
    found = discover(tmp_path / "services" / "shop")
    assert found.way_up == "../.."
    assert set(found.listing) == {"main.py", "../../docker-compose.yml", "../../.github/workflows/ci.yml"}
    assert found.python == ("main.py",)


@pytest.mark.parametrize("pipeline", [".tekton/pull.yaml", ".semaphore/semaphore.yml", ".buildkite/pipeline.yml"])
def test_pipelines_at_the_top_of_the_repository_are_seen(pipeline: str, tmp_path: Path) -> None:
    write(tmp_path, pipeline, "services/shop/main.py", text="")
    (tmp_path / ".git").mkdir()
    assert f"../../{pipeline}" in discover(tmp_path / "services" / "shop").listing
    assert gather_static(tmp_path / "services" / "shop").files.workflows


@pytest.mark.parametrize(
    ("pyproject", "name"),
    [
        ('[project]\nname = "shop"\n', "shop"),
        ('[tool.poetry]\nname = "shop"\n', "shop"),
        ("[project\n", "folder"),
        ('project = "shop"\n', "folder"),
        ("[project]\nname = 3\n", "folder"),
        ("tool = 3\n", "folder"),
    ],
)
def test_the_name_is_that_of_pyproject_else_the_folders(tmp_path: Path, pyproject: str, name: str) -> None:
    root = write(tmp_path / "folder", "pyproject.toml", text=pyproject)
    assert discover(root).name == name
