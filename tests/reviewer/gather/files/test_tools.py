"""One form for a tool's configuration, wherever it is written."""

from fastreview.facts.files import FileFacts, Settings

from .conftest import Gather


def settings(facts: FileFacts, tool: str) -> Settings:
    assert facts.unreadable == ()
    return next(found for found in facts.settings if found.tool == tool)


def test_mypy_is_the_same_in_ini_and_toml(gather: Gather) -> None:
    ini = gather(
        {"mypy.ini": "[mypy]\nstrict = True\nplugins = a, b\n[mypy-x.*,y]\nignore_errors = true\n[flake8]\nx=1\n"}
    )
    assert [found.tool for found in ini.settings] == ["mypy"]
    assert settings(ini, "mypy").values == {
        "strict": True,
        "plugins": ("a", "b"),
        "overrides.0.module": ("x.*", "y"),
        "overrides.0.ignore_errors": True,
    }
    toml = gather(
        {
            "mypy.ini": "",
            "pyproject.toml": '[project]\nname="x"\n\n[tool.mypy]\nstrict = true\nplugins = "a, b"\n'
            '[[tool.mypy.overrides]]\nmodule = ["x.*", "y"]\nignore_errors = true\n',
        }
    )
    found = next(one for one in toml.settings if one.path == "pyproject.toml")
    assert found.line == 4
    assert found.values == settings(ini, "mypy").values


def test_pytest_and_coverage_everywhere(gather: Gather) -> None:
    wanted = {"addopts": "-q --cov-fail-under=80", "testpaths": ("tests",)}
    for name, content in {
        "pytest.ini": "[pytest]\naddopts = -q\n  --cov-fail-under=80\ntestpaths = tests\n",
        "setup.cfg": "[tool:pytest]\naddopts = -q --cov-fail-under=80\ntestpaths = tests\n",
        "tox.ini": "[pytest]\naddopts = -q --cov-fail-under=80\ntestpaths = tests\n",
        "pyproject.toml": '[tool.pytest.ini_options]\naddopts = ["-q", "--cov-fail-under=80"]\ntestpaths = "tests"\n',
    }.items():
        facts = gather({name: content})
        found = next(one for one in facts.settings if one.tool == "pytest" and one.path == name)
        assert found.values == wanted, name
    for name, content in {
        ".coveragerc": "[report]\nfail_under = 80\n",
        "setup.cfg": "[coverage:report]\nfail_under = 80\n",
        "pyproject.toml": "[tool.coverage.report]\nfail_under = 80\n",
    }.items():
        facts = gather({name: content})
        assert next(one for one in facts.settings if one.path == name).values == {"report.fail_under": 80}, name


def test_import_contracts(gather: Gather) -> None:
    found = settings(
        gather(
            {
                ".importlinter": "[importlinter]\nroot_package = app\n"
                "[importlinter:contract:a]\ntype = layers\nlayers =\n  x\n  y\n"
            }
        ),
        "importlinter",
    )
    assert found.values == {
        "root_package": "app",
        "contracts.0.id": "a",
        "contracts.0.type": "layers",
        "contracts.0.layers": ("x", "y"),
    }


def test_json_with_comments(gather: Gather) -> None:
    facts = gather(
        {"pyrightconfig.json": '{\n // c\n "typeCheckingMode": "strict", /* d */ "x": "a // b,]", "y": [1, 2,],\n}\n'}
    )
    assert settings(facts, "pyright").values == {"typeCheckingMode": "strict", "x": "a // b,]", "y": (1, 2)}


def test_update_bots_and_hooks(gather: Gather) -> None:
    facts = gather(
        {
            ".github/dependabot.yml": "version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n",
            "renovate.json": '{"extends": ["config:base"]}',
            ".pre-commit-config.yaml": "repos:\n- repo: local\n  hooks: [{id: mypy}]\n"
            "- repo: https://r\n  hooks: [{id: ruff}]\n",
            "prek.toml": '[[repos]]\nrepo = "builtin"\nhooks = [\n  {\n    id = "check-yaml",\n  },\n]\n',
        },
        "service",
    )
    assert settings(facts, "dependabot").values == {
        "version": 2,
        "updates.0.package-ecosystem": "pip",
        "updates.0.directory": "/",
    }
    assert settings(facts, "renovate").path == "../renovate.json"
    assert facts.hooks == (("local", "mypy"), ("https://r", "ruff"), ("builtin", "check-yaml"))


def test_the_nearest_comes_first(gather: Gather) -> None:
    facts = gather(
        {
            "ruff.toml": "line-length = 1\n",
            "service/ruff.toml": "line-length = 2\n",
            "other/ruff.toml": "line-length = 3\n",
            "service/a/b/pyproject.toml": "[tool.ruff]\nline-length = 4\n",
        },
        "service",
    )
    assert [found.path for found in facts.settings] == ["ruff.toml", "../ruff.toml"]
