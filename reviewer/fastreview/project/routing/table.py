"""The effective route table of an app: its own routes and those of every router it includes, prefixes added up."""

from __future__ import annotations

from fastreview.facts import syntax as s
from fastreview.project.code import Class, Code
from fastreview.project.constants import Constants
from fastreview.project.routing.routers import Included, Listed, Registered, Router

MAX_ROUTES = 20_000
MAX_INCLUDES = 20_000
"""Routers visited for one app's table, a router once for each way to it."""
MAX_CHAIN = 60
"""Routers included one in the other."""


class Tables:
    def __init__(self, constants: Constants) -> None:
        self._constants = constants
        self._visits = 0

    def of(self, app: Router) -> tuple[Listed, ...]:
        """The effective routes of ``app``, in order of registration as far as source order tells."""
        listed: list[Listed] = []
        self._visits = 0
        self._list(app, "", ((app, None),), listed)
        return tuple(listed)

    def _list(
        self, router: Router, prefix: str, chain: tuple[tuple[Router, Included | None], ...], listed: list[Listed]
    ) -> None:
        self._visits += 1
        if self._visits > MAX_INCLUDES or len(chain) > MAX_CHAIN:
            return
        own = prefix + self._own_prefix(router)
        for entry in router.in_order:
            if isinstance(entry, Registered):
                for method in entry.methods:
                    if len(listed) < MAX_ROUTES:
                        listed.append(Listed(method, own + entry.path or "/", entry, chain))
            elif not any(r is entry.router for r, _ in chain):
                start = own + (entry.prefix.rstrip("/") if entry.mount else entry.prefix)
                self._list(entry.router, start, (*chain, (entry.router, entry)), listed)

    def _own_prefix(self, router: Router) -> str:
        prefix = router.call.keyword("prefix")
        if not isinstance(prefix, s.Missing) and not router.is_app:
            text = self._constants.text(prefix, router.code)
            return "/{?}" if text is None else text
        if router.cls is not None:
            return self._class_prefix(router.cls, router)
        return ""

    def _class_prefix(self, cls: Class, router: Router) -> str:
        """A prefix that a subclass passes on: ``super().__init__(prefix="/items")``."""
        init = cls.method("__init__")
        if init is None:
            return ""
        env: dict[str, tuple[s.Expr, Code]] = {}
        for position, parameter in enumerate(init.facts.parameters[1:]):
            given = router.call.argument(position, parameter.name)
            if not isinstance(given, s.Missing):
                env[parameter.name] = (given, router.code)
            elif parameter.has_default:
                env[parameter.name] = (parameter.default, init.module)
        for site in init.calls:
            if site.call.method == "__init__":
                text = self._constants.text(site.call.keyword("prefix"), site.code, env)
                if text:
                    return text
        return ""
