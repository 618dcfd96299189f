"""Where log lines of the imported process go, and what one looks like: the standard library, structlog and loguru."""

from __future__ import annotations

import logging
import sys

from .places import clean

MAX_OUTPUTS = 50
MAX_LOGGERS = 2000
SAMPLE = "a sample of a log line"


def outputs(warn):
    """`LogOutput` of every handler that writes somewhere; a formatter that fails has no sample."""
    found = []
    for describe in (of_logging, of_structlog, of_loguru):
        try:
            found += describe()
        except Exception as error:
            warn("the logging set-up could not be described: %s" % clean(error, 200))
    return found[:MAX_OUTPUTS]


def of_logging():
    found = []
    loggers = [logging.getLogger()]
    for name in sorted(logging.root.manager.loggerDict)[:MAX_LOGGERS]:
        logger = logging.root.manager.loggerDict[name]
        if isinstance(logger, logging.Logger):
            loggers.append(logger)
    for logger in loggers:
        for handler in list(logger.handlers):
            if not isinstance(handler, logging.NullHandler):
                name = "" if logger is loggers[0] else logger.name
                formatter = handler.formatter
                found.append(output("logging", name, handler, formatter, lambda: formatted(handler)))  # noqa: B023
    return found


def formatted(handler):
    record = logging.LogRecord("fastreview", logging.INFO, "sample.py", 1, SAMPLE, None, None, "sample")
    # Filters add what formats ask for: ids of requests, names of services.
    handler.filter(record)
    return handler.format(record)


def of_structlog():
    structlog = sys.modules.get("structlog")
    if structlog is None or not structlog.is_configured():
        return []
    last = structlog.get_config()["processors"][-1]
    return [output("structlog", "", last, last, lambda: last(None, "info", {"event": SAMPLE}))]


def of_loguru():
    loguru = sys.modules.get("loguru")
    if loguru is None:
        return []
    found = []
    for handler in list(loguru.logger._core.handlers.values()):
        sample = '{"text": "%s"}' % SAMPLE if getattr(handler, "_serialize", False) else SAMPLE
        found.append(output("loguru", "", getattr(handler, "_sink", handler), None, lambda: sample))  # noqa: B023
    return found


def output(library, logger, handler, formatter, sample):
    try:
        text = sample()
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        text = clean(text, 2000) if isinstance(text, str) else ""
    except Exception:
        text = ""
    return {
        "library": library,
        "logger": clean(logger, 200),
        "handler": full_name(handler),
        "formatter": full_name(formatter) if formatter is not None else "",
        "sample": text,
    }


def full_name(thing):
    cls = type(thing)
    return clean("%s.%s" % (cls.__module__, cls.__qualname__), 300)
