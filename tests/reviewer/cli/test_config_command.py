"""What is configured is used, told in the review, and shown by `fastreview config`."""

import json
from pathlib import Path

import pytest
from tests.reviewer.cli.conftest import Run

SERVICE = """
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
"""


@pytest.fixture
def service(tmp_path: Path) -> Path:
    root = tmp_path / "service"
    (root / "legacy").mkdir(parents=True)
    (root / "main.py").write_text(SERVICE)
    (root / "legacy" / "old.py").write_text("print(1)\n")
    return root


def configure(service: Path, text: str) -> None:
    (service / "pyproject.toml").write_text(f"[tool.fastreview]\n{text}\n")


def review(run: Run, service: Path, *options: str) -> dict[str, dict[str, object]]:
    result = run(str(service), "--static", "--format", "json", *options)
    assert result.code == 0, result.err
    found: dict[str, dict[str, object]] = json.loads(result.out)
    return found


def test_what_is_configured_is_used_and_told(run: Run, service: Path) -> None:
    configure(service, 'exclude = ["legacy"]\nselect = ["ARC"]\nthresholds.ARC002 = { complexity = 3 }')
    found = review(run, service)
    assert found["scope"]["left_out"] == [{"path": "legacy", "reason": "excluded by the project's configuration"}]
    assert found["scope"]["configured"] == ["ARC002 complexity is 3 (standard 8)"]
    states = {outcome["check"]: outcome["state"] for outcome in found["outcomes"]}  # type: ignore[index]
    assert states["COR002"] == "off"
    assert states["ARC002"] == "met"
    configure(service, "")
    again = review(run, service)
    assert again["scope"]["configured"] == []
    assert again["tool"]["ruleset"] != found["tool"]["ruleset"]


def test_the_command_line_goes_first(run: Run, service: Path) -> None:
    configure(service, 'select = ["ARC"]')
    states = {o["check"]: o["state"] for o in review(run, service, "--select", "COR002")["outcomes"]}  # type: ignore[index]
    assert (states["COR002"], states["ARC002"]) == ("met", "off")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selct = []", 'Did you mean "select"?'),
        ('select = ["NOPE9"]', 'No check has the code, slug, dimension or prefix "NOPE9"'),
        ("thresholds.ARC002 = { complexty = 3 }", "ARC002 has tolerance, cap, complexity"),
        ("thresholds.ARC999 = { cap = 3 }", "No check has the code"),
        ("thresholds.COR008 = { tolerance = 0.5 }", "thresholds.COR008: there is no number"),
        ('levels.COR008 = "senior"', "a never-event stays where it is"),
        ('fail-on = ["always"]', 'There is no gate "always"'),
    ],
)
def test_mistakes_are_errors(run: Run, service: Path, text: str, said: str) -> None:
    configure(service, text)
    result = run(str(service), "--static")
    assert result.code == 2
    assert said in result.err
    assert "Traceback" not in result.err


def test_the_gate_can_be_configured(run: Run, service: Path) -> None:
    configure(service, 'fail-on = ["below-staff"]')
    assert run(str(service), "--static", "-q").code == 1
    assert run(str(service), "--static", "-q", "--fail-on", "never").code == 0


def test_config_shows_values_and_origins(run: Run, service: Path) -> None:
    configure(service, 'select = ["ARC"]\nlayers.web = ["main.py"]')
    result = run("config", str(service), "--origin")
    lines = result.out.splitlines()
    assert lines[0] == "# pyproject.toml"
    assert any(line.startswith('select = ["ARC"]') and line.endswith("# pyproject.toml:2") for line in lines)
    assert any(line.startswith('layers.web = ["main.py"]') and line.endswith("pyproject.toml:3") for line in lines)
    assert any(line.startswith("static = false") and line.endswith("# default") for line in lines)
    document = json.loads(run("config", str(service), "--json", "--origin").out)
    assert document["values"]["select"] == {"value": ["ARC"], "origin": "pyproject.toml:2"}
