"""Which functions are tests, and which calls are log calls."""

from tests.conftest import ProjectOf


def test_fixtures_endpoints_and_conftest_are_no_tests(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "tests/conftest.py": """
            def test_data(): ...
            """,
            "tests/test_users.py": """
            import pytest
            from fastapi import FastAPI

            app = FastAPI()

            @pytest.fixture
            def test_user(): ...

            @app.get("/")
            def test_endpoint(): ...

            def test_login(): ...

            class TestUsers:
                def test_delete(self): ...

            class Helpers:
                def test_nothing(self): ...
            """,
        }
    )

    assert [test.function.qualname for test in project.tests] == ["test_login", "TestUsers.test_delete"]


def test_log_calls_by_logger_and_print(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "app.py": """
            import logging
            import structlog
            from loguru import logger as loguru_logger

            _logger = logging.getLogger(__name__)

            class Shop:
                def __init__(self):
                    self.log = structlog.get_logger()

                def sell(self, dialog, catalog):
                    self.log.info("sold")
                    _logger.error("no")
                    loguru_logger.bind(a=1).warning("careful")
                    logging.debug("x")
                    print("sold")
                    dialog.info("not a logger")
                    catalog.error("not a logger")
            """
        }
    )

    assert [call.by_print for call in project.log_calls] == [False, False, False, False, True]


def test_a_function_called_print_is_none(project_of: ProjectOf) -> None:
    project = project_of({"app.py": "def print(x): ...\n\nprint(1)\n"})

    assert project.log_calls == ()
