"""The effective route table of an app: its own routes and those of every router it includes, prefixes added up."""

from __future__ import annotations

from itertools import combinations

from fastreview.facts import syntax as s
from fastreview.project.branches import exclusive
from fastreview.project.code import Class
from fastreview.project.constants import Constants, Given
from fastreview.project.routing.routers import Included, Listed, Registered, Router

MAX_ROUTES = 20_000
MAX_INCLUDES = 20_000
"""Routers visited for one app's table, a router once for each way to it."""
MAX_COMPARED = 20
"""Joins of one router to another that are compared with one another."""
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
        for entry in self._taken(router.in_order):
            if isinstance(entry, Registered):
                for method in entry.methods:
                    if len(listed) < MAX_ROUTES:
                        start = prefix if entry.bare else own
                        listed.append(Listed(method, start + entry.path or "/", entry, chain))
            elif not any(r is entry.router for r, _ in chain):
                start = own + (entry.prefix.rstrip("/") if entry.mount else entry.prefix)
                self._list(entry.router, start, (*chain, (entry.router, entry)), listed)

    def _taken(self, entries: list[Registered | Included]) -> list[Registered | Included]:
        """All but those that join a router in one branch of an ``if`` where the other branch joins it too: it is there
        once, by the branch that is known to be taken, else by the one whose path is known, else by the first."""
        joined: dict[int, list[Included]] = {}
        for entry in entries:
            if isinstance(entry, Included):
                joined.setdefault(id(entry.router), []).append(entry)
        left_out: set[int] = set()
        for group in joined.values():
            for one, other in combinations(group[:MAX_COMPARED], 2):
                if one.code is other.code and {id(one), id(other)}.isdisjoint(left_out):
                    either = exclusive(one.code, one.line, other.line)
                    if either is not None:
                        flag = self._constants.flag(either.test, one.code)
                        first = one.prefix.count("{?}") <= other.prefix.count("{?}") if flag is None else flag
                        left_out.add(id(other if first is (one.line < other.line) else one))
        return [entry for entry in entries if id(entry) not in left_out] if left_out else entries

    def _own_prefix(self, router: Router) -> str:
        later = router.prefix or (router.base.prefix if router.base else None)
        if later is not None:
            text = self._constants.text(later.expr, later.code, router.env)
            return "/{?}" if text is None else text
        prefix = router.call.keyword("prefix")
        if not isinstance(prefix, s.Missing) and not router.is_app:
            text = self._constants.text(prefix, router.code, router.env)
            return "/{?}" if text is None else text
        if router.cls is not None:
            return self._class_prefix(router.cls, router)
        return ""

    def _class_prefix(self, cls: Class, router: Router) -> str:
        """A prefix that a subclass passes on: ``super().__init__(prefix="/items")``."""
        init = cls.method("__init__")
        if init is None:
            return ""
        env: dict[str, Given] = {}
        for position, parameter in enumerate(init.facts.parameters[1:]):
            given = router.call.argument(position, parameter.name)
            if not isinstance(given, s.Missing):
                env[parameter.name] = Given(given, router.code)
            elif parameter.has_default:
                env[parameter.name] = Given(parameter.default, init.module)
        for site in init.calls:
            if site.call.method == "__init__":
                text = self._constants.text(site.call.keyword("prefix"), site.code, env)
                if text:
                    return text
        return ""
