"""How long a client lives: for one request, or for the process, and whether anything ends it."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from fastreview.api import CallSite, Class, Code, External, Function, LoopFunction, Project, Route, syntax
from fastreview_checks.knowledge.blocking import CACHE
from fastreview_checks.knowledge.clients import CREDENTIALS, KEEPS, METHODS, PERSONAL, Client
from fastreview_checks.knowledge.once import runs_once

MAX_HOPS = 4
_REMEMBERS = re.compile(
    r"(?:^|_)cache$|^(?:get|from|read|load|set|put|save|write)_?(?:\w+_)?cached?(?:_|$)", re.IGNORECASE
)

_REQUESTS = frozenset({"get", "post", "put", "patch", "delete", "head", "request", "stream", "build_request", "send"})


class Kept(NamedTuple):
    """Lives as long as the process, under this name."""

    name: str


class Anew(NamedTuple):
    """Made again for each request; ``label`` is a route, or what else starts it."""

    label: str
    steps: tuple[CallSite, ...]


class Lives:
    """Answers for one project; what cannot be told is None."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, site: CallSite, hops: int = 0) -> Kept | Anew | None:
        """How long what ``site`` makes lives."""
        code = site.code
        if not isinstance(code, Function):
            return Kept(_target(site) or code.module.name.rpartition(".")[2])
        if hops > MAX_HOPS:
            return None
        target = _target(site)
        if code.receiver and target.startswith(f"{code.receiver}.") and code.owner is not None:
            return self._of_instances(code.owner, target, hops + 1)
        if target:
            return Kept(target)
        if _is_cached(code):
            return None if _is_entered(site) else Kept(code.name)
        if _is_returned(site):
            found = self._first(list(self._project.callers(code)), hops + 1)
            if found is not None:
                return found
        return None if runs_once(site) else self._request(code)

    def _of_instances(self, cls: Class, attribute: str, hops: int) -> Kept | Anew | None:
        made = [s for s in self._project.calls(cls.name) if self._project.values.target(s) is cls]
        found = self._first(made, hops)
        return Kept(attribute) if isinstance(found, Kept) else found

    def _first(self, sites: list[CallSite], hops: int) -> Kept | Anew | None:
        """What lives longest decides."""
        found = [life for life in (self.of(site, hops) for site in sites[:20]) if life is not None]
        return next((life for life in found if isinstance(life, Kept)), found[0] if found else None)

    def is_closed(self, site: CallSite, kept: str, client: Client) -> bool:
        """Whether anything closes a client of this kind, or what is kept under this name."""
        names = {n.partition("[")[0].rpartition(".")[2] for n in (kept, _target(site))}
        if any(known in names or known.startswith(client.owner) for known in self._closed):
            return True
        codes = (*site.code.module.codes(), *self._lifespans)
        return any(
            isinstance(expr, syntax.Ref) and expr.last in names for code in codes for expr, _, _ in code.uses.entered
        )

    @cached_property
    def _lifespans(self) -> tuple[Function, ...]:
        return tuple(f.function for f in self._project.loop_functions if f.entry.kind == "lifespan")

    @cached_property
    def _closed(self) -> frozenset[str]:
        """Names, and full names of methods, of what the service closes or hands to something that does."""
        found: set[str] = set()
        for site in self._project.calls("aclose", "close", "disconnect", *KEEPS):
            hands = site.call.method in KEEPS
            given = site.call.args[0] if hands and site.call.args else site.call.func
            name = given.name if isinstance(given, syntax.Ref) else ""
            owner = name.rpartition(".")[0] if not hands or name.endswith(("close", "disconnect")) else name
            found.add(owner.rpartition(".")[2])
            found.update(_gone_over(owner, site.code))
            if not self._is_one(owner, site.code):
                found.update(t.name for t in self._project.targets(site) if isinstance(t, External))
        return frozenset(found - {""})

    def _is_one(self, name: str, code: Code) -> bool:
        """Whether ``name`` is one client and no other: kept under it, or made by the function that closes it."""
        root = name.partition(".")[0]
        if isinstance(code, Function) and root != code.receiver and root in {*code.bindings, *code.parameters}:
            return _is_made_in(code, name)
        return name.rpartition(".")[2] in self._named

    @cached_property
    def _named(self) -> frozenset[str]:
        """Names under which clients are kept: who closes one by its name closes no other."""
        return frozenset(_target(site).rpartition(".")[2] for site in self._project.calls(*METHODS)) - {""}

    def _request(self, function: Function) -> Anew | None:
        on_loop = self._on_loop.get(id(function))
        if on_loop is not None:
            label = on_loop.routes[0].key if on_loop.routes else on_loop.entry.label
            return None if any(_is_kept(step) for step in on_loop.steps) else Anew(label, on_loop.steps)
        pending: list[tuple[Function, tuple[CallSite, ...]]] = [(function, ())]
        seen = {id(function)}
        while pending:
            current, steps = pending.pop(0)
            if id(current) in self._in_threads:
                return Anew(self._in_threads[id(current)].key, steps)
            for site in self._project.callers(current) if len(steps) < MAX_HOPS and not _is_cached(current) else ():
                if isinstance(site.code, Function) and id(site.code) not in seen and not _is_kept(site):
                    seen.add(id(site.code))
                    pending.append((site.code, (site, *steps)))
        return None

    @cached_property
    def _on_loop(self) -> dict[int, LoopFunction]:
        return {
            id(f.function): f
            for f in self._project.loop_functions
            if f.routes or f.entry.kind in ("middleware", "handler")
        }

    @cached_property
    def _in_threads(self) -> dict[int, Route]:
        """A route for each plain endpoint and dependency that it runs in a thread."""
        found: dict[int, Route] = {}
        for route in self._project.routes:
            for function in (route.endpoint, *(injected.function for injected in route.dependency_tree)):
                if function is not None and not function.is_async:
                    found.setdefault(id(function), route)
        return found


def _gone_over(name: str, code: Code) -> Iterator[str]:
    """Names of what a loop goes over that gives ``name``: ``for client in clients.values(): await client.aclose()``."""
    for binding in code.bindings.get(name, ()) if isinstance(code, Function) else ():
        if binding.kind == "iterate":
            refs = (node.name for node in syntax.walk(binding.expr) if isinstance(node, syntax.Ref))
            yield from (r.removesuffix(".values").removesuffix(".items").rpartition(".")[2] for r in refs)


def _is_made_in(code: Function, name: str) -> bool:
    """Whether a function makes what it closes."""
    made = code.bindings.get(name, ())
    return any(b.kind == "assign" and isinstance(b.expr, syntax.Call) and b.expr.method in METHODS for b in made)


def is_doubtful(site: CallSite) -> bool:
    """Whether sharing might not help: the client has credentials of its caller, calls hosts that the caller names, or what
    it fetched is remembered."""
    code = site.code
    if not isinstance(code, Function):
        return False
    local = {*code.parameters, *code.bindings} - {code.receiver}
    if any(_mentions(k.value, local) for k in site.call.keywords if not k.name or k.name in PERSONAL):
        return True
    # An object that is made for a request may carry who it is made for.
    fields = {code.receiver} if code.receiver else set()
    if any(k.name in CREDENTIALS and _is_field(k.value, fields) for k in site.call.keywords):
        return True
    if any(_REMEMBERS.search(name) for name in code.mentioned):
        return True
    return _calls_anyone(site, code, local)


def _calls_anyone(site: CallSite, code: Function, local: set[str]) -> bool:
    """Whether every request with the client goes to an address that the function was handed."""
    names = set(_names(site))
    handed = []
    for function in (code, *(f for f in code.module.functions if f.parent is code)):
        inside = set(function.parameters) if function is not code else set()
        for one in function.calls:
            if one.call.method in _REQUESTS and one.call.name.rpartition(".")[0] in names | inside:
                url = one.call.argument(1 if one.call.method in ("request", "stream", "build_request") else 0, "url")
                if not isinstance(url, syntax.Missing):
                    handed.append(_is_handed(url, function, local | inside))
    return bool(handed) and all(handed)


def _is_field(expr: syntax.Expr, receivers: set[str]) -> bool:
    """``self.api_key``, but not ``self.settings.api_key``."""
    return isinstance(expr, syntax.Ref) and expr.root in receivers and expr.name.count(".") == 1


def _names(site: CallSite) -> Iterator[str]:
    """What the client is called where it is made."""
    for stmt in site.code.statements:
        targets: tuple[syntax.Expr, ...] = ()
        if isinstance(stmt, syntax.With):
            targets = tuple(i.target for i in stmt.items if any(node is site.call for node in syntax.walk(i.context)))
        elif isinstance(stmt, syntax.Assign) and any(node is site.call for node in syntax.walk(stmt.value)):
            targets = stmt.targets
        yield from (target.name for target in targets if isinstance(target, syntax.Ref))


def _is_handed(url: syntax.Expr, code: Function, local: set[str], hops: int = 0) -> bool:
    match url:
        case syntax.Ref(name=name) if (
            name not in code.parameters and len(code.bindings.get(name, ())) == 1 and hops < MAX_HOPS
        ):
            return _is_handed(code.bindings[name][0].expr, code, local, hops + 1)
        case syntax.Text(parts=(str() as start, *_)) if "//" in start:
            return False
        case syntax.Text(parts=(first, *_)):
            return _is_handed(first, code, local, hops + 1)
    return _mentions(url, local)


def _mentions(expr: syntax.Expr, names: set[str]) -> bool:
    return any(isinstance(node, syntax.Ref) and node.root in names for node in syntax.walk(expr))


def _target(site: CallSite) -> str:
    """The name that outlives the code and gets what ``site`` makes: a global, an attribute, an item; else ""."""
    code = site.code
    for stmt in code.statements:
        if type(stmt) is syntax.Assign and any(node is site.call for node in syntax.walk(stmt.value)):
            for target in stmt.targets:
                match target:
                    case syntax.Ref(name=name) if "." in name or not isinstance(code, Function):
                        return name
                    case syntax.Ref(name=name) if _is_global(target, code):
                        return name
                    case syntax.Ref():
                        return _put_away(target, code)
                    case syntax.Subscript(value=syntax.Ref(name=held)) if _ends_with_call(held, code):
                        return ""
                    case syntax.Subscript() | syntax.Attribute():
                        return syntax.written(target, 60)
    return ""


def _ends_with_call(name: str, code: Code) -> bool:
    """Whether a variable holds what its function made: ``options = {}``."""
    bound = code.bindings.get(name, ()) if isinstance(code, Function) else ()
    return bool(bound) and all(
        b.kind == "assign"
        and (
            isinstance(b.expr, syntax.Mapping)
            or (isinstance(b.expr, syntax.Call) and b.expr.method in ("dict", "copy", "deepcopy", "model_dump"))
        )
        for b in bound
    )


def _put_away(local: syntax.Ref, code: Code) -> str:
    """The item of a global that the local name is assigned to: ``_clients[loop] = client``."""
    for stmt in code.statements_of(syntax.Assign):
        for target in stmt.targets if stmt.value == local else ():
            if isinstance(target, syntax.Subscript) and isinstance(target.value, syntax.Ref):
                held = target.value.root
                if isinstance(code, Function) and held not in code.parameters and held not in code.bindings:
                    return syntax.written(target, 60)
    return ""


def _is_global(target: syntax.Ref, code: Code) -> bool:
    return any(
        isinstance(stmt, syntax.Names) and stmt.kind != "del" and target in stmt.targets for stmt in code.statements
    )


def _is_returned(site: CallSite) -> bool:
    return any(
        isinstance(stmt, syntax.Return) and any(node is site.call for node in syntax.walk(stmt.value))
        for stmt in site.code.statements
    )


def _is_entered(site: CallSite) -> bool:
    """Whether a ``with`` ends what is made where it is made."""
    return any(node is site.call for expr, _, _ in site.code.uses.entered for node in syntax.walk(expr))


def _is_kept(step: CallSite) -> bool:
    cached = isinstance(step.code, Function) and _is_cached(step.code)
    return cached or runs_once(step) or bool(_target(step))


def _is_cached(function: Function) -> bool:
    return any(CACHE.search(name.rpartition(".")[2]) for name in function.decorator_names)
