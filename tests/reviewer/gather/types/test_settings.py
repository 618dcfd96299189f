"""The settings that a checker is run with: the project's, without what would write or fetch."""

import json
from pathlib import Path

from fastreview.facts.files import Value
from fastreview.gather.types.chosen import Chosen
from fastreview.gather.types.placed import Placed
from fastreview.gather.types.settings import looked_at, mypy_settings, pyright_settings, silenced


def test_reports_and_downloads_are_taken_out(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    file = tmp_path / "pyproject.toml"
    file.write_text(
        '[tool.mypy]\nstrict = true\nhtml_report = "out"\ninstall_types = true\nmypy_path = "$MYPY_CONFIG_FILE_DIR/src"\n'
    )

    used = mypy_settings(file, tmp_path / "work")

    assert used.read_text() == f'[tool.mypy]\nstrict = true\n\n\nmypy_path = "{tmp_path}/src"\n'


def test_settings_without_them_are_used_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "mypy.ini"
    file.write_text("[mypy]\nstrict = true\n")

    assert mypy_settings(file, tmp_path) == file


def pyright(root: Path, text: str) -> dict[str, object]:
    (root / "work").mkdir(exist_ok=True)
    file = root / "pyrightconfig.json"
    file.write_text(text)
    place = Placed((), "1", root / ".venv/bin/python", root / ".venv/lib/python3.12/site-packages", "3.12")
    used = pyright_settings(
        Chosen("pyright", file, root), place, [str(root / "src")], [root / "vendored"], root / "work"
    )
    found = json.loads(used.read_text())
    assert isinstance(found, dict)
    return found


def test_pyright_looks_where_the_project_is(tmp_path: Path) -> None:
    found = pyright(tmp_path, '{"include": ["src"], "venvPath": "/elsewhere", "baselineFile": "x",}')

    assert found["include"] == [str(tmp_path / "src")]
    assert str(tmp_path / "vendored") in json.dumps(found["exclude"])
    assert (found["venvPath"], found["typeCheckingMode"]) == (str(tmp_path), "standard")
    assert "baselineFile" not in found


def test_broken_settings_of_pyright(tmp_path: Path) -> None:
    assert pyright(tmp_path, "{" * 10_000)["include"] == [str(tmp_path)]


def test_which_files_are_looked_at(tmp_path: Path) -> None:
    one = Chosen(
        "pyrefly", None, tmp_path, values={"project-includes": ("app",), "project-excludes": ("**/generated/**",)}
    )

    assert looked_at(one, ["app/a.py", "app/generated/b.py", "other/c.py"], tmp_path) == ("app/a.py",)


def test_what_is_silenced(tmp_path: Path) -> None:
    values: dict[str, Value] = {
        "overrides.0.module": ("a.*", "b"),
        "overrides.0.ignore_errors": True,
        "overrides.1.module": "c",
    }

    assert list(silenced(Chosen("mypy", None, tmp_path, values=values))) == ["a.*, b: ignore_errors"]
