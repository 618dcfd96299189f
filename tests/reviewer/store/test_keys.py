import subprocess
from pathlib import Path

import pytest

from fastreview.store.keys import plain_remote, project_keys


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/team/shop.git",
        "https://me:token@GitHub.com/team/shop",
        "ssh://git@github.com:22/team/shop.git",
        "git@github.com:team/shop.git",
        "https://github.com/team/shop/",
    ],
)
def test_a_remote_is_the_same_however_it_is_written(url: str) -> None:
    assert plain_remote(url) == "github.com/team/shop"


@pytest.mark.parametrize("url", ["", "/srv/git/shop.git", "../shop", "file:///srv/shop.git"])
def test_a_path_is_no_remote(url: str) -> None:
    assert plain_remote(url) == ""


def test_a_folder_without_git_is_known_by_its_path(tmp_path: Path) -> None:
    (key,) = project_keys(tmp_path)
    assert key.startswith("path:")
    assert key.endswith(str(tmp_path.resolve()))


def test_a_repository_is_known_by_remote_first_commit_and_folder(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    for words in (
        ("init", "-q"),
        ("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "--allow-empty", "-m", "first"),
        ("remote", "add", "origin", "git@example.org:team/shop.git"),
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)  # noqa: S607
    first = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=tmp_path, text=True).strip()  # noqa: S607
    assert project_keys(tmp_path / "api") == ("remote:example.org/team/shop#api", f"root:{first}#api")
