"""What a build would write about the project."""

from pathlib import Path

import pytest

from fastreview.gather.environment.metadata import Metadata, install, metadata, version_file
from fastreview.gather.files.reading import Reader
from fastreview.gather.scratch import write_missing


def described(folder: Path, pyproject: str, name: str = "folder") -> Metadata | None:
    (folder / "pyproject.toml").write_text(pyproject, "utf-8")
    return metadata(Reader(folder, folder), "pyproject.toml", name)


def test_poetry(tmp_path: Path) -> None:
    text = '[tool.poetry]\nname = "shop"\nversion = "1.2.3"\n[tool.poetry.scripts]\nshop = "shop:main"\n'

    assert described(tmp_path, text) == Metadata("shop", "1.2.3", "[console_scripts]\nshop = shop:main")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('[tool.setuptools_scm]\nwrite_to = "src/shop/_version.py"', "src/shop/_version.py"),
        ('[tool.hatch.build.hooks.vcs]\nversion-file = "shop/version.py"', "shop/version.py"),
        ('[tool.versioningit.write]\nfile = "shop/v.py"', "shop/v.py"),
    ],
)
def test_version_file_of_the_build(tmp_path: Path, text: str, path: str) -> None:
    found = described(tmp_path, text)

    assert found is not None
    assert found.version_files == (path,)


@pytest.mark.parametrize("path", ["../../x.py", "/etc/x.py", "shop/version.txt"])
def test_version_file_elsewhere_is_not_written(tmp_path: Path, path: str) -> None:
    found = described(tmp_path, f'[tool.setuptools_scm]\nwrite_to = "{path}"')

    assert found is not None
    assert found.version_files == ()


@pytest.mark.parametrize("name", ["../evil", "", "a b", "x\\nName: y"])
def test_name_that_is_none(tmp_path: Path, name: str) -> None:
    assert described(tmp_path, f'[project]\nname = "{name}"', name="-") is None


def test_entry_points_stay_lines(tmp_path: Path) -> None:
    found = described(tmp_path, '[project]\nname = "shop"\n[project.scripts]\ngood = "a:b"\n"bad\\n[x]" = "a:b"\n')

    assert found is not None
    assert found.entry_points == "[console_scripts]\ngood = a:b"


def test_released_package_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "my_shop-9.0.dist-info").mkdir()
    install(Metadata("my-shop", "1.0"), tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["my_shop-9.0.dist-info"]


def test_version_file_is_a_module() -> None:
    names: dict[str, object] = {}
    exec(version_file("1.2.3"), names)  # noqa: S102 - our own text

    assert (names["version"], names["__version__"], names["version_tuple"]) == ("1.2.3", "1.2.3", (1, 2, 3))


def test_files_are_written_in_the_copy_only(tmp_path: Path) -> None:
    copy, project = tmp_path / "copy", tmp_path / "project"
    (copy / "shop").mkdir(parents=True)
    project.mkdir()
    (copy / "linked").symlink_to(project)
    (copy / "shop/kept.py").write_text("x = 1\n", "utf-8")

    write_missing(
        copy, dict.fromkeys(("shop/new.py", "shop/kept.py", "linked/new.py", "../new.py", "none/new.py"), "y = 2\n")
    )

    assert (copy / "shop/new.py").read_text("utf-8") == "y = 2\n"
    assert (copy / "shop/kept.py").read_text("utf-8") == "x = 1\n"
    assert list(project.iterdir()) == []
    assert not (tmp_path / "new.py").exists()
