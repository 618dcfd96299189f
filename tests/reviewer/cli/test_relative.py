"""A pull request, end to end: baseline, changes, gates and the comment."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import Run

JUNIOR = Path(__file__).parents[3] / "samples" / "junior"
PEEK = """

@router.get("/{product_id}/peek")
async def peek(product_id: int, name: str, db: Session = Depends(get_db)):
    return db.execute(f"select * from products where name = '{name}'").fetchall()
"""


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, check=True)  # noqa: S607


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The junior sample, committed on main, with a branch that adds a route."""
    root = tmp_path / "shop"
    shutil.copytree(JUNIOR, root, ignore=shutil.ignore_patterns("__pycache__"))
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    git(root, "checkout", "-q", "-b", "feature")
    with (root / "app" / "products.py").open("a", encoding="utf-8") as file:
        file.write(PEEK)
    return root


def test_a_pull_request(run: Run, shop: Path) -> None:
    ran = run(shop, "--static", "--diff", "main", "--format", "comment", "--fail-on", "new", "--fail-on", "level")
    assert ran.code == 1
    assert ran.out.startswith("<!-- fastreview:comment -->\n### fastreview: ")
    assert "/peek" in ran.out
    assert "DAT010" in ran.out
    assert ran.out.count("\n- `") <= 6
    assert "Gate new: " in ran.err
    assert "DAT010 sql-built-from-strings at app/products.py" in ran.err


def test_only_what_the_change_touches_is_shown(run: Run, shop: Path, tmp_path: Path) -> None:
    ran = run(shop, "--static", "--diff", "main", "-o", tmp_path / "all.json", "-o", tmp_path / "seen.md")
    assert ran.code == 0
    findings = json.loads((tmp_path / "all.json").read_text("utf-8"))["findings"]
    assert {finding["path"] for finding in findings if finding["age"] == "new"} == {"app/products.py"}
    assert sum(finding["age"] == "known" for finding in findings) > 100
    seen = (tmp_path / "seen.md").read_text("utf-8")
    assert "that the change does not touch" in seen
    assert "app/auth.py:" not in seen.partition("## Findings")[2].partition("## What was looked at")[0]


def test_a_baseline_shrinks(run: Run, shop: Path) -> None:
    file = shop / "fastreview-baseline.txt"
    assert "are written down" in run("baseline", shop, "--static").out
    assert run(shop, "--static", "-q", "--baseline", file, "--fail-on", "new", "-o", shop / "r.md").code == 0
    assert run("baseline", shop, "--static").code == 2
    before = file.read_text("utf-8").splitlines()
    products = shop / "app" / "products.py"
    products.write_text(products.read_text("utf-8").replace(PEEK, "\n\n# nothing here\n"), "utf-8")
    products.rename(shop / "app" / "goods.py")
    for python in (shop / "app").glob("*.py"):
        python.write_text(python.read_text("utf-8").replace("products import", "goods import"), "utf-8")
    ran = run("baseline", shop, "--static", "--update")
    assert "are fixed and dropped" in ran.out
    after = file.read_text("utf-8").splitlines()
    assert 0 < len(after) < len(before)
    assert "peek" not in file.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fail-on", "new"], "needs to know what is old"),
        (["--fail-on", "level", "--baseline", "b.txt"], "needs something to compare with"),
        (["--format", "comment"], "A comment says what changed"),
        (["--diff", "nope"], "--diff nope: "),
        (["--against", "nope"], "nope is no file, no folder and no commit"),
        (["--baseline", "nope.txt"], "nope.txt cannot be read"),
    ],
)
def test_mistakes_are_sentences(run: Run, shop: Path, arguments: list[str], message: str) -> None:
    ran = run(shop, "--static", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1


def test_against_a_review_of_before(run: Run, shop: Path, tmp_path: Path) -> None:
    run(JUNIOR, "--static", "-q", "-o", tmp_path / "before.json")
    before = tmp_path / "before.json"
    ran = run(shop, "--static", "--against", before, "--fail-on", "level", "--fail-on", "new", "-o", tmp_path / "r.md")
    assert ran.code == 1
    assert "Gate new: " in ran.err


def test_configured_gates_that_compare_wait_for_something_to_compare_with(run: Run, shop: Path) -> None:
    (shop / "fastreview.toml").write_text('fail-on = ["new", "level", "below-staff"]\n', "utf-8")
    ran = run(shop, "--static", "--format", "json")
    assert ran.code == 1
    assert "Not judged, for want of something to compare with: gate new and level." in ran.err
    assert "Gate below-staff: " in ran.err
