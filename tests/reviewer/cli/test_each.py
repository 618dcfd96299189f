"""Several services in one repository: each has its own review, side by side, nothing averaged."""

import json
from pathlib import Path

import pytest
from tests.reviewer.cli.conftest import Run

APP = (
    "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/items')\ndef items() -> list[str]:\n    return []\n"
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for name in ("billing", "shipping"):
        service = root / "services" / name
        (service / "tests").mkdir(parents=True)
        (service / "pyproject.toml").write_text(f"[project]\nname = '{name}'\n")
        (service / "main.py").write_text(APP)
        (service / "tests" / "test_app.py").write_text(APP)
    (root / "tools.py").write_text(APP)
    return root


def test_each_service_has_its_own_review(run: Run, repository: Path, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    result = run("each", repository, "--static", "--format", "json", "-o", reports)
    assert result.code == 0, result.err
    found = json.loads(result.out)
    assert [(entry["path"], entry["name"], entry["routes"]) for entry in found["services"]] == [
        ("services/billing", "billing", 1),
        ("services/shipping", "shipping", 1),
    ]
    assert found["lowest"] in {None, "junior", "intermediate"}
    assert sorted(file.name for file in reports.iterdir()) == [
        "services-billing.html",
        "services-billing.json",
        "services-shipping.html",
        "services-shipping.json",
    ]


@pytest.mark.parametrize("name", ["terminal", "markdown"])
def test_the_table_names_them(run: Run, repository: Path, name: str) -> None:
    result = run("each", repository, "--static", "--format", name)
    assert "services/billing" in result.out
    assert "services/shipping" in result.out
    assert "tools" not in result.out


def test_each_service_has_its_own_gates(run: Run, repository: Path) -> None:
    pyproject = repository / "services" / "billing" / "pyproject.toml"
    pyproject.write_text(pyproject.read_text() + '[tool.fastreview]\nfail-on = ["below-staff"]\n')
    result = run("each", repository, "--static")
    assert result.code == 1
    assert "services/billing: Gate below-staff" in result.err
    assert "services/shipping: Gate" not in result.err


def test_one_that_cannot_be_reviewed_keeps_no_other_from_it(run: Run, repository: Path) -> None:
    (repository / "services" / "billing" / "fastreview.toml").write_text("selct = []\n")
    result = run("each", repository, "--static", "--format", "json")
    errors = {entry["path"]: entry["error"] for entry in json.loads(result.out)["services"]}
    assert "Did you mean" in errors["services/billing"]
    assert errors["services/shipping"] == ""


def test_a_folder_without_a_service(run: Run, tmp_path: Path) -> None:
    assert run("each", tmp_path).code == 3
    assert run("each", tmp_path, "--format", "pdf").code == 2
    assert run("each", tmp_path, "-o", tmp_path / "missing").code == 2
