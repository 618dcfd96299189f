"""Calls that say something to operators: loggers, and `print` where a logger should stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite
from fastreview.project.names import External
from fastreview.project.subject import Place, Subject

if TYPE_CHECKING:
    from fastreview.project.project import Project

_LEVELS = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log", "success", "trace"}
)
_ASYNC_LEVELS = frozenset({"adebug", "ainfo", "awarning", "aerror", "aexception", "acritical", "afatal", "alog"})
"""Source: structlog's asyncio page and `structlog.stdlib.BoundLogger`."""
_BOUND = frozenset({"log_method", "log_function", "log_func", "log_fn", "logger", "write_log"})
"""Names that a method of a logger is kept under, beside those of the levels."""
_LOGGER = re.compile(r"(?:^|[._])(?:\w*logger|log(?:ging|uru)?)\d?(?:$|[._(])", re.IGNORECASE)
_PRINTS = frozenset({"builtins.print", "pprint.pprint", "pprint.pp"})


class LogCall(Subject):
    """One call of a logger, or of `print`. ``by_print`` tells which."""

    unit = "log call"

    def __init__(self, site: CallSite, *, by_print: bool) -> None:
        self.site = site
        self.by_print = by_print

    @property
    def key(self) -> str:
        return f"{self.site.code.key} {self.site.call.method}"

    @property
    def place(self) -> Place:
        return self.site.place


def log_calls(project: Project) -> Iterator[LogCall]:
    """In service code; a function of the project that is called ``print`` is none."""
    for site in project.calls("print", "pprint", "pp", *_LEVELS, *_ASYNC_LEVELS, *_BOUND):
        if site.call.method not in ("print", "pprint", "pp"):
            if _is_logger(site.call.func) or _is_kept(site):
                yield LogCall(site, by_print=False)
            continue
        target = project.values.target(site)
        if isinstance(target, External) and target.name in _PRINTS:
            yield LogCall(site, by_print=True)


def _is_logger(func: s.Expr) -> bool:
    """By the name in front of the method: ``logger.info``, ``logging.error``, ``log.bind(...).info``."""
    return bool(_LOGGER.search(s.written(func, 200).rpartition(".")[0]))


def _is_kept(site: CallSite) -> bool:
    """``log(...)`` after ``log = logger.debug if quiet else logger.info`` in the same body."""
    name = site.call.name
    if "." in name or name not in site.code.bindings:
        return False
    bound = (b.expr for b in site.code.bindings[name] if b.kind == "assign")
    methods = (
        part for expr in bound for part in ((expr.body, expr.orelse) if type(expr) is s.Conditional else (expr,))
    )
    return any(type(m) is s.Ref and m.last in _LEVELS | _ASYNC_LEVELS and _is_logger(m) for m in methods)
