"""What checks of tests read from a run."""

from pathlib import Path
from textwrap import dedent

import pytest
from msgspec.structs import replace

from fastreview.check import Unknown
from fastreview.facts.tests import CoverageFacts, FileCoverage, RequestSeen, TestResult, TestRunFacts
from fastreview.gather.facts import gather_static
from fastreview.project import Project
from fastreview_checks.knowledge.testing.route_tests import require_exercised, untested

FILES = {
    "main.py": """
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/items")
        def items() -> list[str]:
            return []
        """,
    "test_items.py": """
        from fastapi.testclient import TestClient
        from main import app
        def test_items() -> None:
            TestClient(app).get("/items")
        """,
}


def project(folder: Path, run: TestRunFacts | None) -> Project:
    for name, text in FILES.items():
        (folder / name).write_text(dedent(text), "utf-8")
    return Project(replace(gather_static(folder), tests=run), {"TST002.unreadable": 0.5})


def ran(*requests: RequestSeen) -> TestRunFacts:
    return TestRunFacts(ran=True, tests=(TestResult("test_items.py::test_items", "passed", requests=requests),))


def test_requests_that_no_route_got_are_told(tmp_path: Path) -> None:
    found = project(tmp_path, ran(RequestSeen("GET", "", 400, count=2)))
    hit = untested(found.routes[0], found)

    assert hit is not None
    assert "No request of the tests gets to `GET /items`: a request was answered 400 before any route" in hit.message


def test_a_router_that_knows_no_such_path_is_not_taken_for_a_middleware(tmp_path: Path) -> None:
    found = project(tmp_path, ran(RequestSeen("GET", "", 404)))
    hit = untested(found.routes[0], found)

    assert hit is not None
    assert "got no request in the run" in hit.message


def test_a_request_or_executed_lines_prove_that_a_route_is_exercised(tmp_path: Path) -> None:
    asked = project(tmp_path, ran(RequestSeen("GET", "/items", 200)))
    covered = CoverageFacts("coverage.xml", (FileCoverage("main.py", (4, 5, 6), ()),))
    measured = project(tmp_path, TestRunFacts(ran=False, coverage=covered))

    require_exercised(asked.routes[0], asked)
    require_exercised(measured.routes[0], measured)


def test_the_code_of_tests_alone_does_not(tmp_path: Path) -> None:
    found = project(tmp_path, None)

    assert untested(found.routes[0], found) is None
    with pytest.raises(Unknown, match="run with --run-tests"):
        require_exercised(found.routes[0], found)
