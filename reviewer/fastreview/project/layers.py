"""Layers, inferred from what modules define, import and call; and the import graph between modules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from fastreview.facts import syntax as s
from fastreview.patterns import path_pattern
from fastreview.project.code import Module
from fastreview.project.models import Schema, Settings, Table
from fastreview.project.names import External, absolute_name

if TYPE_CHECKING:
    from fastreview.project.project import Project

LAYERS = ("entry", "web", "business", "data", "schema", "settings", "other")

_DATA_LIBRARIES = frozenset(
    {
        "sqlalchemy", "sqlmodel", "asyncpg", "psycopg", "psycopg2", "pymongo", "motor", "beanie", "tortoise", "databases",
        "redis", "aioredis", "elasticsearch", "peewee", "odmantic", "mongoengine", "aiosqlite", "sqlite3", "pymysql",
        "boto3", "aiobotocore", "neo4j", "cassandra", "clickhouse_connect", "google.cloud",
    }
)  # fmt: skip
_WEB_LIBRARIES = frozenset({"fastapi", "starlette"})


def layer_of(project: Project, module: Module) -> str:
    """The layer of a service module. An app is created in ``entry``; routes, dependencies and middleware are ``web``."""
    for layer, patterns in project.named_layers.items():
        if any(path_pattern(pattern).match(module.path) for pattern in patterns):
            return layer
    if module.path in project.entry_paths:
        return "entry"
    if module.path in project.web_paths:
        return "web"
    models = project.models_in.get(module.path, ())
    functions = [f for f in module.functions if f.owner is None and f.parent is None]
    if any(isinstance(m, Table) for m in models):
        return "data"
    if any(isinstance(m, Settings) for m in models):
        return "settings"
    if any(isinstance(m, Schema) for m in models) and len(functions) <= len(models):
        return "schema"
    imported = imported_packages(module)
    if imported & _WEB_LIBRARIES:
        return "web"
    if not module.functions:
        return "other"
    return "data" if imported & _DATA_LIBRARIES else "business"


def imported_packages(module: Module) -> frozenset[str]:
    """Top-level packages that ``module`` imports at run time."""
    return frozenset(i.module.partition(".")[0] for i in module.facts.imports if not i.level and not i.typing_only)


def imports_of(project: Project, module: Module) -> Iterator[tuple[Module, int]]:
    """Project modules that importing ``module`` imports, with the line; nothing that only type checkers or functions do."""
    aside = _run_as_script(module)
    for found in module.facts.imports:
        if found.typing_only or found.within or found.line in aside:
            continue
        name = absolute_name(module, found)
        origin = project.names.module(name, module)
        if found.name and found.name != "*":
            # `from package import module` loads the module; the package itself is loaded anyway.
            inside = project.names.module(f"{name}.{found.name}", module)
            if inside is not None and not _defines(origin, found.name):
                origin = inside
        if origin is not None and origin is not module:
            yield origin, found.line


def _run_as_script(module: Module) -> range:
    """Lines under ``if __name__ == "__main__"``, up to the next statement: they do not run when the module is imported."""
    for stmt, after in pairwise((*module.body, None)):
        if isinstance(stmt, s.If) and any(isinstance(e, s.Ref) and e.name == "__name__" for e in s.walk(stmt.test)):
            return range(stmt.line, module.facts.lines + 1 if after is None else getattr(after, "line", stmt.line))
    return range(0)


def _defines(package: Module | None, name: str) -> bool:
    if package is None:
        return False
    return (
        name in package.bindings
        or name in package.by_qualname
        or (
            name in package.top_level_imports
            and not isinstance(package.project.names.in_module(package, name), Module | External)
        )
    )


def cycles(project: Project, modules: tuple[Module, ...]) -> tuple[tuple[tuple[Module, int], ...], ...]:
    """Import cycles among ``modules``: for each group of modules that reach one another its shortest cycle, as modules
    with the line that imports the next."""
    graph = {id(m): list(project.imports_of(m)) for m in modules}
    found = [_shortest(group, graph) for group in _components(modules, graph) if len(group) > 1]
    return tuple(sorted(found, key=lambda c: c[0][0].name))


def _components(modules: tuple[Module, ...], graph: dict[int, list[tuple[Module, int]]]) -> list[list[Module]]:
    """Tarjan's strongly connected components, without recursion."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    on_stack: set[int] = set()
    stack: list[Module] = []
    found: list[list[Module]] = []
    for start in modules:
        if id(start) in index:
            continue
        work = [(start, iter(graph[id(start)]))]
        index[id(start)] = low[id(start)] = len(index)
        stack.append(start)
        on_stack.add(id(start))
        while work:
            module, targets = work[-1]
            for target, _ in targets:
                key = id(target)
                if key not in graph:
                    continue
                if key not in index:
                    index[key] = low[key] = len(index)
                    stack.append(target)
                    on_stack.add(key)
                    work.append((target, iter(graph[key])))
                    break
                if key in on_stack:
                    low[id(module)] = min(low[id(module)], index[key])
            else:
                work.pop()
                if work:
                    parent = id(work[-1][0])
                    low[parent] = min(low[parent], low[id(module)])
                if low[id(module)] == index[id(module)]:
                    group = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(id(member))
                        group.append(member)
                        if member is module:
                            break
                    found.append(group)
    return found


def _shortest(group: list[Module], graph: dict[int, list[tuple[Module, int]]]) -> tuple[tuple[Module, int], ...]:
    inside = {id(m) for m in group}
    best: tuple[tuple[Module, int], ...] = ()
    for start in sorted(group, key=lambda m: m.name)[:50]:
        before: dict[int, tuple[Module, int] | None] = {id(start): None}
        queue = [start]
        for module in queue:
            back = next((line for target, line in graph[id(module)] if target is start), 0)
            if back:
                way = _way(before, module, back)
                best = way if not best or len(way) < len(best) else best
                break
            for target, line in graph[id(module)]:
                if id(target) in inside and id(target) not in before:
                    before[id(target)] = (module, line)
                    queue.append(target)
        if len(best) == 2:
            break
    return best


def _way(before: dict[int, tuple[Module, int] | None], module: Module, line: int) -> tuple[tuple[Module, int], ...]:
    """From the start of a search to ``module``, each module with the line that imports the next."""
    way = [(module, line)]
    while (step := before[id(way[-1][0])]) is not None:
        way.append(step)
    return tuple(reversed(way))
