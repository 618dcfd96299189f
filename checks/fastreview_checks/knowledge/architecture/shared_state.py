"""Objects of a module that its functions change, and who runs those functions.

Source: the data model of Python for what is mutable and which methods change it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Function, Module, Place, Project, absolute_name, syntax

_MAKERS = frozenset({"dict", "list", "set", "defaultdict", "deque", "Counter", "OrderedDict", "fromkeys"})
_CHANGING = frozenset(
    {
        "append", "appendleft", "add", "extend", "insert", "update", "setdefault", "pop", "popleft", "popitem", "remove", "discard",
        "clear", "sort", "reverse",
    }
)  # fmt: skip
CACHE = re.compile(r"cache|memo|(?:^|_)lru|ttl|lookup", re.IGNORECASE)
_TECHNICAL = re.compile(
    r"lock|registr|singleton|semaphore|instances?$|engines?$|pools?$|clients?$|metric|handlers?$|tasks?$|loggers?$|imported|loaded"
    r"|plugins?$|warned|logged|seen_warnings|initiali[sz]ed|listeners?$|subscri",
    re.IGNORECASE,
)
"""Kept for the process on purpose: clients, locks, running tasks, what was logged once."""

_LOADING = re.compile(r"^_?(?:load|init|ensure|setup|configure|discover|reset|build|register|get_or)", re.IGNORECASE)

_STORE = re.compile(r"redis|valkey|memcache", re.IGNORECASE)
"""Clients of stores that workers share."""

MAX_UP = 8
MAX_VISITED = 200


class Change(NamedTuple):
    """A global of ``module`` with where it is made, the function that changes it and where."""

    module: Module
    name: str
    made: Place
    function: Function
    at: Place
    counts: bool
    """A number or text that is assigned anew, and no container."""


def changed_globals(project: Project) -> Iterator[Change]:
    """Globals that functions change, each with its first change."""
    candidates = {m.name: (m, *_globals(m)) for m in project.service_modules}
    candidates = {name: found for name, found in candidates.items() if found[1] or found[2]}
    importers = _importers(project, {name: frozenset(found[1]) for name, found in candidates.items() if found[1]})
    for module, containers, plain in candidates.values():
        told: set[str] = set()
        for reader, names in ((module, {n: n for n in containers}), *importers.get(module.name, ())):
            numbers = frozenset(plain) if reader is module else frozenset()
            shown_names = frozenset(names)
            for function in reader.functions:
                changes = () if shown_names.isdisjoint(function.mentioned) else _changes(function, shown_names)
                for shown, line in changes:
                    name = names[shown]
                    if name not in told:
                        told.add(name)
                        made = Place(module.path, containers[name])
                        yield Change(module, name, made, function, Place(reader.path, line), counts=False)
                anew = () if numbers.isdisjoint(function.mentioned) else _assigned_anew(function, numbers)
                for name, line in anew:
                    if name not in told:
                        told.add(name)
                        made = Place(module.path, plain[name])
                        yield Change(module, name, made, function, Place(module.path, line), counts=True)


def is_technical(name: str) -> bool:
    return bool(_TECHNICAL.search(name))


def answering(project: Project) -> frozenset[int]:
    """Ids of the functions that the framework runs for a request: endpoints, dependencies, middleware."""
    found = {id(e.function) for e in project.endpoints} | {id(d.function) for d in project.dependencies}
    return frozenset(found | {id(f) for m in project.middleware for f in m.functions})


def run_by_request(function: Function, project: Project, entries: frozenset[int]) -> tuple[Function, int] | None:
    """The endpoint, dependency or middleware that reaches ``function`` and by how many calls, or None."""
    level, seen = [function], {id(function)}
    for depth in range(MAX_UP):
        following: list[Function] = []
        for one in level:
            if id(one) in entries:
                return one, depth
            callers = [site.code for site in project.callers(one)]
            for caller in (*callers, one.parent):
                if isinstance(caller, Function) and id(caller) not in seen and len(seen) < MAX_VISITED:
                    seen.add(id(caller))
                    following.append(caller)
        level = following
    return None


def is_kept_for_the_process(change: Change, *, in_endpoint: bool) -> bool:
    """Whether the change looks like something each process may do for itself: what is looked up, and made where it is
    missing; a flag that is set once; what is loaded on first use; what is taken away again when a stream ends. An endpoint
    that looks whether a key is there and adds it is a store, unless a shared store holds it as well."""
    function = change.function
    if any(_STORE.search(name) for name in (*function.facts.mentioned, *(s.call.name for s in function.calls))):
        return True
    if not change.counts and (function.facts.yields or (in_endpoint and not _fills_gap(change))):
        return function.facts.yields
    if _LOADING.search(function.name):
        return True
    if change.counts:
        return not any(
            type(stmt) is syntax.Assign and stmt.op and stmt.targets == (syntax.Ref(change.name),)
            for stmt in function.statements
        )
    if _fills_gap(change):
        return True
    for stmt in function.statements:
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                if type(node) is syntax.Call and node.name in (f"{change.name}.get", f"{change.name}.setdefault"):
                    return True
                if type(node) is syntax.Operation and _asks_for(node, change.name):
                    return True
    return False


def _fills_gap(change: Change) -> bool:
    """``if made["schema"] is None: made["schema"] = ...``"""
    return any(
        type(stmt) is syntax.If
        and any(
            type(node) is syntax.Operation
            and node.op in ("is", "not")
            and type(node.operands[0]) is syntax.Subscript
            and node.operands[0].value == syntax.Ref(change.name)
            for node in syntax.walk(stmt.test)
        )
        for stmt in change.function.statements
    )


def _asks_for(test: syntax.Operation, name: str) -> bool:
    """``key in name``, ``not name``, ``name is None``."""
    return test.op in ("in", "not in", "not", "is") and any(o == syntax.Ref(name) for o in test.operands)


def _importers(
    project: Project, candidates: dict[str, frozenset[str]]
) -> dict[str, list[tuple[Module, dict[str, str]]]]:
    """By the name of a module, who imports its containers, with what they call them there and what they are."""
    wanted = {name for names in candidates.values() for name in names}
    found: dict[str, list[tuple[Module, dict[str, str]]]] = {}
    for module in project.service_modules:
        if wanted.isdisjoint(module.imported):
            continue
        by_origin: dict[str, dict[str, str]] = {}
        for one in module.facts.imports:
            if one.name in wanted and not one.typing_only:
                origin = absolute_name(module, one)
                if one.name in candidates.get(origin, ()):
                    by_origin.setdefault(origin, {})[one.bound] = one.name
        for origin, names in by_origin.items():
            found.setdefault(origin, []).append((module, names))
    return found


def _globals(module: Module) -> tuple[dict[str, int], dict[str, int]]:
    """Containers, and numbers and texts, at the top of a module with their lines."""
    containers: dict[str, int] = {}
    plain: dict[str, int] = {}
    for stmt in module.body:
        if type(stmt) is syntax.Assign and len(stmt.targets) == 1 and type(stmt.targets[0]) is syntax.Ref:
            name, value = stmt.targets[0].name, stmt.value
            if (name.startswith("__") and name.endswith("__")) or "." in name:
                continue
            if (
                type(value) is syntax.Mapping
                or (type(value) is syntax.Items and value.kind != "tuple")
                or (type(value) is syntax.Call and value.method in _MAKERS)
                or type(value) is syntax.Comprehension
            ):
                containers[name] = stmt.line
            elif type(value) in (int, float, str, bool):
                plain[name] = stmt.line
    return containers, plain


def _changes(function: Function, names: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Names among ``names`` that mean the global in ``function``, with the lines that change them."""
    changed = list(_changed(function, names))
    if not changed:
        return
    own = {p.name for p in function.facts.parameters}
    bound = function.bindings
    declared = _declared_global(function)
    for name, line, inside in changed:
        free = name not in own and (name not in bound or name in declared) and name not in function.local_imports
        if free and (inside or name in declared):
            yield name, line


def _declared_global(function: Function) -> frozenset[str]:
    """Names that a ``global`` statement of the function names."""
    statements = (stmt for stmt in function.statements if type(stmt) is syntax.Names and stmt.kind == "global")
    return frozenset(target.name for stmt in statements for target in stmt.targets if isinstance(target, syntax.Ref))


def _changed(function: Function, names: frozenset[str]) -> Iterator[tuple[str, int, bool]]:
    """Names among ``names`` that calls and assignments change, the lines, and whether what they hold is changed rather than
    the name."""
    for site in function.calls:
        func = site.call.func
        if type(func) is syntax.Ref:
            owner, _, method = func.name.rpartition(".")
            if owner in names and method in _CHANGING:
                yield owner, site.call.line, True
    for stmt in function.statements:
        targets: tuple[syntax.Expr, ...] = ()
        if type(stmt) is syntax.Assign or (type(stmt) is syntax.Names and stmt.kind == "del"):
            targets = stmt.targets
        for target in targets:
            inner = target
            while type(inner) is syntax.Subscript:
                inner = inner.value
            if type(inner) is syntax.Ref and inner.name in names:
                yield inner.name, stmt.line, inner is not target


def _assigned_anew(function: Function, names: frozenset[str]) -> Iterator[tuple[str, int]]:
    declared = _declared_global(function) & names
    for stmt in function.statements if declared else ():
        if type(stmt) is syntax.Assign:
            for target in stmt.targets:
                if type(target) is syntax.Ref and target.name in declared:
                    yield target.name, stmt.line
