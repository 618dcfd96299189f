"""What log lines of the imported process look like."""

import json
import logging
from collections.abc import Iterator

import pytest

from fastreview.probe import logs


class Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps({"message": record.getMessage()})


class Broken(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        raise RuntimeError(record.msg)


class Adding(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = "7"
        return True


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    found = logging.getLogger("stockroom.sample")
    yield found
    found.handlers.clear()


def samples(logger: logging.Logger, formatter: logging.Formatter, *filters: logging.Filter) -> list[dict[str, str]]:
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    for one in filters:
        handler.addFilter(one)
    logger.addHandler(handler)
    return [found for found in logs.of_logging() if found["logger"] == logger.name]


def test_a_line_is_made_by_the_formatter(logger: logging.Logger) -> None:
    [found] = samples(logger, Json())
    assert json.loads(found["sample"]) == {"message": logs.SAMPLE}
    assert (found["handler"], found["formatter"]) == ("logging.StreamHandler", f"{__name__}.Json")


def test_filters_add_what_the_format_asks_for(logger: logging.Logger) -> None:
    [found] = samples(logger, logging.Formatter("%(request_id)s %(message)s"), Adding())
    assert found["sample"] == f"7 {logs.SAMPLE}"


def test_a_formatter_that_fails_has_no_sample(logger: logging.Logger) -> None:
    assert [found["sample"] for found in samples(logger, Broken())] == [""]


def test_null_handlers_write_nothing(logger: logging.Logger) -> None:
    logger.addHandler(logging.NullHandler())
    assert [found for found in logs.of_logging() if found["logger"] == logger.name] == []
