"""Configuration: what is read, from where, and what is said about mistakes."""

from pathlib import Path

import pytest

from fastreview.config import Config, load, values
from fastreview.errors import BadConfiguration


def config_of(root: Path, text: str, name: str = "pyproject.toml") -> Config:
    (root / name).write_text(text, "utf-8")
    return load(root, root)


def test_without_a_file_the_defaults_count(tmp_path: Path) -> None:
    assert load(tmp_path, tmp_path) == Config()
    assert config_of(tmp_path, "[tool.other]\nname = 'fastreview'\n") == Config()


def test_every_key_is_read_with_its_line(tmp_path: Path) -> None:
    found = config_of(
        tmp_path,
        """
[project]
name = "shop"

[tool.fastreview]
select = ["ASY", "core"]
ignore = "PRD003"
exclude = ["legacy/**"]
apps = ["shop.main:app"]
env = "project"
static = true
run-tests = false
type-check = true
fail-on = ["never-event"]
baseline = ".fastreview/baseline.toml"
levels = { ARC018 = "senior" }
layers.web = ["shop/handlers/**"]

[tool.fastreview.thresholds]
arc002 = { complexity = 12, tolerance = 0.2 }
""",
    )
    assert found.select == ("ASY", "core")
    assert found.ignore == ("PRD003",)
    assert (found.exclude, found.apps, found.env) == (("legacy/**",), ("shop.main:app",), "project")
    assert (found.static, found.run_tests, found.type_check) == (True, False, True)
    assert found.baseline == str(tmp_path / ".fastreview/baseline.toml")
    assert found.thresholds == {"ARC002": {"complexity": 12.0, "tolerance": 0.2}}
    assert (found.levels, found.layers) == ({"ARC018": "senior"}, {"web": ("shop/handlers/**",)})
    shown = {key: (value, where) for key, value, where in values(found)}
    assert shown["select"] == (("ASY", "core"), "pyproject.toml:6")
    assert shown["layers.web"][1] == "pyproject.toml:17"
    assert shown["thresholds.ARC002"][1] == "pyproject.toml:20"


def test_a_file_of_its_own_has_the_same_keys_and_goes_first(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.fastreview]\nstatic = true\n")
    found = config_of(tmp_path, 'select = ["SEC"]\n', "fastreview.toml")
    assert (found.file, found.select, found.static) == ("fastreview.toml", ("SEC",), False)


def test_the_nearest_one_up_to_the_repository_counts(tmp_path: Path) -> None:
    service = tmp_path / "repository" / "services" / "shop"
    service.mkdir(parents=True)
    (tmp_path / "fastreview.toml").write_text('select = ["ARC"]\n')
    repository = tmp_path / "repository"
    assert load(service, repository) == Config()
    (repository / "pyproject.toml").write_text('[tool.fastreview]\nselect = ["SEC"]\n')
    assert load(service, repository).file == "../../pyproject.toml"
    (service / "pyproject.toml").write_text("[project]\nname = 'shop'\n")
    assert load(service, repository).select == ("SEC",)
    (service / "fastreview.toml").write_text("static = true\n")
    assert load(service, repository).select == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selct = []", 'pyproject.toml:2: there is no key "selct". Did you mean "select"?'),
        ("select = 3", "pyproject.toml:2: select must be a list of strings."),
        ("static = 'yes'", "pyproject.toml:2: static must be true or false."),
        ("env = '/usr/bin/python'", "pyproject.toml:2: env must be auto, project or none."),
        ("exclude = ['../other']", "must be a path inside the project"),
        ("baseline = '/etc/passwd'", "must be a path inside the project"),
        ("layers.controllers = []", 'layers has no "controllers".'),
        ("levels.ARC018 = 'principal'", "ARC018 must be one of intermediate, senior, staff."),
        ("thresholds.ARC002 = {}", "ARC002 must be a table of numbers"),
        ("[tool.fastreview.thresholds]\nARC002 = { complexity = true }", "complexity must be a number of at least 0."),
        ("thresholds = 3", "thresholds must be a table."),
    ],
)
def test_a_mistake_is_an_error_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadConfiguration) as error:
        config_of(tmp_path, f"[tool.fastreview]\n{text}\n")
    assert said in str(error.value)
    assert str(error.value).startswith("pyproject.toml:")


def test_what_is_not_toml(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match=r"fastreview.toml is not TOML: "):
        config_of(tmp_path, "select = [", "fastreview.toml")
    (tmp_path / "fastreview.toml").unlink()
    assert config_of(tmp_path, "[tool.fastreview\n") == Config()
