"""`fastreview trace`: which route is meant, and what is said where none is."""

from pathlib import Path

import pytest

from .conftest import Run

SENIOR = Path(__file__).parents[3] / "samples" / "senior"


@pytest.mark.parametrize("asked", ["POST /api/v1/orders", "post /api/v1/orders"])
def test_a_route_by_its_name(run: Run, asked: str) -> None:
    ran = run("trace", SENIOR, asked, "--static")
    assert ran.code == 0
    assert "`ordering.place`" in ran.out
    assert "src/stockroom/services/ordering.py" in ran.out
    assert max(map(len, ran.out.split("\n"))) <= 80


def test_a_route_by_an_address_that_fits_it(run: Run) -> None:
    ran = run("trace", SENIOR, "/api/v1/orders/17", "--static")
    assert ran.out.startswith("GET /api/v1/orders/{order_id}\n")


def test_a_route_that_is_not_there_names_those_close_to_it(run: Run) -> None:
    ran = run("trace", SENIOR, "POST /order", "--static")
    assert ran.code == 2
    assert "among them: POST /api/v1/orders" in ran.err


def test_a_folder_without_a_service(run: Run, tmp_path: Path) -> None:
    assert run("trace", tmp_path, "GET /", "--static").code == 3
