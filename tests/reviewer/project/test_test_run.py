"""The test run joined with the model: routes, modules, tests and stalls by the place or the path that they share."""

from pathlib import Path

from msgspec.structs import replace

from fastreview.facts.app import CodePlace
from fastreview.facts.tests import (
    CoverageFacts,
    FileCoverage,
    Frame,
    RequestSeen,
    StallSeen,
    TestResult,
    TestRunFacts,
)
from fastreview.gather.facts import gather_static
from fastreview.project import Place, Project

FILES = {
    "app/main.py": """
from fastapi import FastAPI
from app.orders import router

app = FastAPI()
app.include_router(router, prefix="/v1")
""",
    "app/orders.py": """
from fastapi import APIRouter
from app.prices import price

router = APIRouter()

@router.get("/orders/{number:int}")
async def read(number: int) -> int:
    return price(number)

@router.delete("/orders/{number}")
async def remove(number: int) -> None:
    return None
""",
    "app/prices.py": """
def price(number: int) -> int:
    if number > 3:
        return number
    return 0
""",
    "tests/test_orders.py": """
class TestOrders:
    def test_read(self): assert True

def test_price(): assert True
""",
}
READ = "tests/test_orders.py::TestOrders::test_read[1]"
RUN = TestRunFacts(
    ran=True,
    tests=(
        TestResult(
            READ,
            "passed",
            "tests/test_orders.py",
            3,
            seconds=2.0,
            requests=(
                # As a test's own application declares it: without the prefix, but the endpoint is the same.
                RequestSeen("GET", "/orders/{number}", 200, CodePlace("app.orders", "read", "app/orders.py", 8)),
                RequestSeen("GET", "/v1/orders/{number}", 404),
                RequestSeen("GET", "", 404),
            ),
            files=("app/orders.py", "app/prices.py"),
        ),
        TestResult("tests/test_orders.py::test_price", "failed", "tests/test_orders.py", 5, files=("app/prices.py",)),
        TestResult("tests/test_orders.py::test_other", "unknown", reason="it needs Docker"),
    ),
    coverage=CoverageFacts("run", (FileCoverage("app/prices.py", (2, 3, 5), (4,), 2, 1),), branch=True),
    stalls=(StallSeen(300.0, (Frame("app/orders.py", 9, "read"),), "price", "GET", "/v1/orders/{number}"),),
)


def project(root: Path, run: TestRunFacts | None) -> Project:
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return Project(replace(gather_static(root), tests=run), {})


def test_requests_belong_to_the_route_of_their_endpoint_or_path(tmp_path: Path) -> None:
    model = project(tmp_path, RUN)
    read, remove = model.routes

    assert [test.id for test in model.test_run.tests_of(read)] == [READ]
    assert model.test_run.statuses_of(read) == {200, 404}
    assert model.test_run.stalls_of(read) == RUN.stalls
    assert model.test_run.stalls_of(remove) == ()


def test_coverage_is_of_modules_and_places(tmp_path: Path) -> None:
    model = project(tmp_path, RUN)
    run = model.test_run
    share = run.share_of(module for module in model.modules if module.path == "app/prices.py")

    assert share is not None
    assert share.share == 4 / 6
    assert run.executed(Place("app/prices.py", 2, 5)) is True
    assert run.executed(Place("app/prices.py", 4, 4)) is False
    assert run.executed(Place("app/orders.py", 8)) is None


def test_tests_have_results_and_a_shape(tmp_path: Path) -> None:
    model = project(tmp_path, RUN)
    by_name = {test.function.name: model.test_run.results_of(test) for test in model.tests}

    assert [one.outcome for one in by_name["test_read"]] == ["passed"]
    assert [one.outcome for one in by_name["test_price"]] == ["failed"]
    assert {kind: len(tests) for kind, tests in model.test_run.shape.items()} == {
        "endpoint": 1,
        "service": 1,
        "unit": 0,
        "none": 0,
    }
    assert not model.test_run.is_complete


def test_without_a_run_it_is_false_and_says_how_to_have_one(tmp_path: Path) -> None:
    run = project(tmp_path, None).test_run

    assert not run
    assert run.why_missing == "the tests were not run; run with --run-tests"
    assert run.share_of(project(tmp_path, None).modules) is None
    assert run.coverage_origin == ""
    assert [probe.trial for probe in run.probes] == [None]
