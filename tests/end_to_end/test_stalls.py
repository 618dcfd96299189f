"""What holds the event loop in a run of the senior sample's tests is found where it stands, and nothing else is."""

import re
import shutil
import sys
import textwrap
from pathlib import Path

import pytest
from tests.end_to_end.conftest import Fastreview

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox of tests is the Linux kernel's")

SENIOR = Path(__file__).parents[2] / "samples" / "senior"
LOAD = """
    async def test_load(client, staff, uow):
        product = make_product()
        uow.products.rows[product.id] = product
        for number in range(100):
            assert (await client.get("/api/v1/products", headers=staff.headers)).status_code == 200
            assert (await client.get("/health/live")).status_code == 200


    async def test_read(client, staff, uow):
        product = make_product()
        uow.products.rows[product.id] = product
        assert (await client.get(f"/api/v1/products/{product.id}", headers=staff.headers)).status_code == 200
"""
ENDPOINT = "async def read_product("
FIRST_LINE = '    """One product, archived or not."""\n'


def test_a_sleep_in_one_endpoint_is_found_and_nothing_under_load_elsewhere(
    fastreview: Fastreview, tmp_path: Path
) -> None:
    root = senior(tmp_path, "    time.sleep(0.3)\n")
    review = fastreview(root, "--run-tests", "--env", sys.executable, "--select", "ASY004", "-q").review

    assert review is not None
    assert [f.subject for f in review.findings] == ["GET /api/v1/products/{product_id}"], review.findings
    [finding] = review.findings
    assert finding.path == "src/stockroom/api/routes/products.py"
    text = (root / finding.path).read_text("utf-8").splitlines()
    assert "sleep(0.3)" in text[finding.line - 1]
    assert finding.message.startswith("`time.sleep` held")
    [held] = re.findall(r"held the event loop for (\d+) ms", finding.message)
    assert 280 <= int(held) < 1500
    assert finding.confidence == "certain"
    [outcome] = [one for one in review.outcomes if one.check == "ASY004"]
    assert (outcome.subjects.passed, outcome.subjects.failed) == (1, 1)


def senior(folder: Path, planted: str) -> Path:
    """A copy of the sample with the load as its only tests, and ``planted`` at the beginning of an endpoint."""
    root = folder / "senior"
    shutil.copytree(SENIOR, root, ignore=shutil.ignore_patterns("__pycache__", ".*_cache", "unit", "integration"))
    for path in (root / "tests" / "api").glob("test_*.py"):
        path.unlink()
    test = "from tests.factories import make_product\n\n" + textwrap.dedent(LOAD)
    (root / "tests" / "api" / "test_load.py").write_text(test, "utf-8")
    routes = root / "src" / "stockroom" / "api" / "routes" / "products.py"
    text = routes.read_text("utf-8")
    assert FIRST_LINE in text
    assert ENDPOINT in text
    text = text.replace("from http import", "import time\nfrom http import", 1)
    routes.write_text(text.replace(FIRST_LINE, FIRST_LINE + planted), "utf-8")
    return root
