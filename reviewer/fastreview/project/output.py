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
    for site in project.calls("print", "pprint", "pp", *_LEVELS):
        if site.call.method in _LEVELS:
            if _is_logger(site.call.func):
                yield LogCall(site, by_print=False)
            continue
        target = project.values.target(site)
        if isinstance(target, External) and target.name in _PRINTS:
            yield LogCall(site, by_print=True)


def _is_logger(func: s.Expr) -> bool:
    """By the name in front of the method: ``logger.info``, ``logging.error``, ``log.bind(...).info``."""
    return bool(_LOGGER.search(s.written(func, 200).rpartition(".")[0]))
