"""Which module does business, and how far the web framework reaches into it; seen from what modules define and call.

Sources: FastAPI's reference for what belongs to HTTP. Names of folders play no part.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import Class, External, Function, Instance, Module, Place, Project, Variable, syntax
from fastreview_checks.knowledge.answers import is_operational
from fastreview_checks.knowledge.importing import own_modules

WEB = frozenset({"fastapi", "starlette"})
_STORING = frozenset(
    {
        "execute", "scalars", "scalar", "commit", "query", "flush", "add_all", "bulk_create", "find_one", "insert_one", "insert_many",
        "update_one", "update_many", "delete_one", "delete_many", "find_one_and_update", "fetchrow", "fetch_all", "fetch_one",
        "fetchone", "fetchall", "exec", "get_or_none", "refresh", "aggregate",
    }
)  # fmt: skip
STORAGE = frozenset(
    {
        "sqlalchemy", "sqlmodel", "tortoise", "beanie", "motor", "pymongo", "asyncpg", "psycopg", "psycopg2", "databases", "redis",
        "odmantic", "mongoengine", "peewee", "aiosqlite", "sqlite3", "elasticsearch", "boto3", "piccolo", "ormar",
    }
)  # fmt: skip
_CARRIERS = frozenset({"fastapi.Request", "fastapi.Response"})
_WEB_BASES = ("fastapi.", "starlette.", "dishka.", "dependency_injector.", "injector.", "logging.")
"""Bases of what is part of HTTP, wires the service together, or writes its log."""
_ERROR = re.compile(r"(?:Exception|Error)$")
_PLUMBING = re.compile(
    r"middleware|background|bg_?task|auth|security|permission|handler|limit|cookie|adapter|backend|transport|context|session|response|renderer|template"
    r"|oauth|admin|webhook|proxy|route|dispatch|access_?polic(?:y|ies)",
    re.IGNORECASE,
)
_ROUTES_FOLDER = re.compile(r"routes?|routers?|routing|endpoints?|views?|controllers?", re.IGNORECASE)
_GUARD = re.compile(r"wrapper|decorat|require|permission|guard", re.IGNORECASE)
_CHANGES = re.compile(
    r"^(?:create|add|update|set|save|delete|remove|assign|grant|revoke|change|list|sync)_", re.IGNORECASE
)
"""`update_permission` works on permissions as on any other row."""
_GUARDING = re.compile(
    r"permission|rbac|enforce|guard|require|oauth|auth(?!or(?!i[sz]))|wrapper|decorat|middleware|limit|websocket|token|jwt|security",
    re.IGNORECASE,
)
_ROUTING = frozenset({"APIRouter", "FastAPI", "Starlette"})
_SERVING = frozenset({"fastapi.security", "starlette.types", "starlette.middleware.base", "fastapi.middleware"})
_ASKING = frozenset({"Depends", "Security"})
_MARKERS = frozenset({"Header", "Query", "Cookie", "Path", "Body", "Form", "File"})
_RECORDS = frozenset({"typing.NamedTuple", "typing.TypedDict"})
_ASGI = ["scope", "receive", "send"]
MANY_METHODS = 3
_BESIDE = 0.2
"""An app with fewer routes than this share of the largest one."""


class Carried(NamedTuple):
    """HTTP in a function that should know none: the place and what is there, after "it"."""

    place: Place
    what: str


class Layering:
    """``web`` are the files of endpoints and apps, ``routing`` those of the API's endpoints, ``free`` the business modules that import no web framework, ``bound``
    those that do. ``asked`` are those of both that routes and dependencies call, all of them where no such call is known."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.endpoints = frozenset(id(endpoint.function) for endpoint in project.endpoints)
        self.web_functions = frozenset(_web_functions(project))
        self.web = frozenset({e.place.path for e in project.endpoints} | project.entry_paths)
        most = max((len(app.routes) for app in project.apps), default=0)
        # Callbacks, health servers of workers and the like are apps of a few routes beside the service's own.
        beside = {id(app) for app in project.apps if len(app.routes) < most * _BESIDE}
        self.routing = frozenset(
            e.place.path
            for e in project.endpoints
            if any(r.is_api and not is_operational(r) and id(r.app) not in beside for r in e.routes)
        )
        self.free: dict[str, Module] = {}
        self.bound: dict[str, Module] = {}
        own = own_modules(project)
        for module in project.service_modules:
            if module.path not in own or module.path in self.web or self._belongs_to_routes(module.path):
                continue
            if self._does_business(module):
                (self.bound if imports_web(module) else self.free)[module.path] = module
        business = self.free.keys() | self.bound.keys()
        self.asked = frozenset(self._called_by_web() & business or business)

    def _called_by_web(self) -> set[str]:
        """Paths of the modules that an endpoint or dependency calls: storage, jobs and scripts stand further down."""
        callers = (f for f in self._project.functions if id(f) in self.web_functions)
        targets = (target for f in callers for site in f.calls for target in self._project.targets(site))
        return {target.module.path for target in targets if isinstance(target, Function)}

    def _belongs_to_routes(self, path: str) -> bool:
        """Whether it is private to a package of routes: ``routes/_shared.py``. Jobs and commands do not import that."""
        *folders, name = path.split("/")
        for depth, part in enumerate((*folders, name)):
            if part.startswith("_") and not part.startswith("__"):
                inside = "/".join(folders[:depth]) + "/"
                named = any(_ROUTES_FOLDER.fullmatch(folder) for folder in folders[:depth])
                return named and any(web.startswith(inside) for web in self.routing)
        return False

    def _does_business(self, module: Module) -> bool:
        web = imports_web(module)
        if web and any(i.name in _ROUTING or i.module in _SERVING for i in module.facts.imports):
            return False
        if web and (any(map(_assembles, module.functions)) or any(map(_is_plumbing_class, module.classes))):
            return False
        if not web and not any(f.facts.complexity > 1 or not _STORING.isdisjoint(f.called) for f in module.functions):
            return False
        own = [f for f in self.functions(module) if not f.name.startswith("__")]
        if any(not _STORING.isdisjoint(f.called) for f in own) and (not web or self._stores(module)):
            return True
        if web:
            owners = {id(f.owner) for f in own if f.owner is not None and not f.is_property}
            return any(_acts(cls) for cls in module.classes if id(cls) in owners)
        return any(f.facts.complexity > 1 for f in own) and self._project.layer(module) in ("business", "data", "web")

    def _stores(self, module: Module) -> bool:
        """Whether it imports a library for storage, or a module of the project that does."""
        around = (module, *(target for target, _ in self._project.imports_of(module)))
        return any(
            i.module.partition(".")[0] in STORAGE
            for one in around
            if not STORAGE.isdisjoint(one.imported)
            for i in one.facts.imports
            if not i.level
        )

    def functions(self, module: Module) -> Iterator[Function]:
        """Functions and methods that are no part of HTTP themselves."""
        web = not WEB.isdisjoint(module.imported) and any(
            i.module.partition(".")[0] in WEB for i in module.facts.imports
        )
        for function in module.functions:
            if id(function) in self.web_functions or (
                function.parent is not None and id(function.parent) in self.web_functions
            ):
                continue
            if function.owner is not None and _is_web_class(function.owner):
                continue
            if web and (
                _assembles(function)
                or _is_dependency(function)
                or (function.owner is None and function.facts.yields and imports_web(module))
            ):
                continue
            yield function


@lru_cache(maxsize=1)
def layering(project: Project) -> Layering:
    return Layering(project)


def imports_web(module: Module) -> bool:
    return not WEB.isdisjoint(module.imported) and any(
        i.module.partition(".")[0] in WEB and not i.level and not i.typing_only for i in module.facts.imports
    )


def _web_functions(project: Project) -> Iterator[int]:
    """Endpoints, dependencies, middleware, handlers, lifespans and factories of apps."""
    yield from (id(endpoint.function) for endpoint in project.endpoints)
    for dependency in project.dependencies:
        if not isinstance(dependency.provider, Class) or dependency.function.name == "__call__":
            yield id(dependency.function)
    yield from (id(f) for middleware in project.middleware for f in middleware.functions)
    for app in project.apps:
        yield from (id(h.function) for h in app.exception_handlers if h.function is not None)
        if app.router is not None and isinstance(app.router.code, Function):
            yield id(app.router.code)


def _acts(cls: Class) -> bool:
    """Whether it is a group of operations, inherited ones too, and neither data nor a part of HTTP."""
    if _PLUMBING.search(cls.name) or _is_data(cls):
        return False
    return len({n for one in cls.ancestry.project for n in one.methods if not n.startswith("__")}) >= MANY_METHODS


def _is_plumbing_class(cls: Class) -> bool:
    return _is_web_class(cls) and not _ERROR.search(cls.name)


@lru_cache(maxsize=10_000)
def _is_web_class(cls: Class) -> bool:
    """Middleware, route classes, security schemes, HTTP errors; views, that ask for dependencies in
    their fields or are made of a request."""
    call = cls.methods.get("__call__")
    if call is not None and [p.name for p in call.facts.parameters][1:] == _ASGI:
        return True
    if any(type(f.value) is syntax.Call and f.value.method in _ASKING for f in cls.facts.fields):
        return True
    if call is not None and any(f.parent is call for f in cls.module.functions):
        # A decorator that is a class: it wraps endpoints.
        return True
    made = cls.methods.get("__init__")
    if made is not None and any(_is_request(p.annotation) for p in made.facts.parameters):
        return True
    return any(name.startswith(_WEB_BASES) for name in cls.ancestry.external) or bool(_ERROR.search(cls.name))


def _is_dependency(function: Function) -> bool:
    """Whether it asks for dependencies or parts of the request itself, used by a route or not."""
    asking = _MARKERS if function.owner is not None else _ASKING | _MARKERS
    return any(_asks(p.default, asking) or _asks(p.annotation, asking) for p in function.facts.parameters)


def _asks(expr: syntax.Expr, asking: frozenset[str]) -> bool:
    """``Depends(...)`` and ``Annotated[..., Depends(...)]``."""
    if type(expr) is syntax.Subscript:
        return any(type(node) is syntax.Call and node.method in asking for node in syntax.walk(expr.index))
    return type(expr) is syntax.Call and expr.method in asking


def _is_request(annotation: syntax.Expr) -> bool:
    return type(annotation) is syntax.Ref and annotation.last in ("Request", "HTTPConnection")


def _assembles(function: Function) -> bool:
    """Whether it is given the app: it registers something there, or runs with it."""
    written = (p.annotation.last for p in function.facts.parameters if type(p.annotation) is syntax.Ref)
    return any(name in ("FastAPI", "APIRouter", "Starlette") for name in written)


def _is_data(cls: Class) -> bool:
    """Schemas and the like: they hold values."""
    return any(
        name.startswith(("pydantic.", "enum.", "msgspec.")) or name in _RECORDS for name in cls.ancestry.external
    )


@lru_cache(maxsize=1)
def http_errors(project: Project) -> frozenset[str]:
    """Names of the project's own subclasses of ``HTTPException``."""
    return frozenset(
        cls.name
        for module in project.service_modules
        for cls in module.classes
        if cls.facts.bases and any(n.endswith(".HTTPException") for n in cls.ancestry.external)
    )


def raises_http(function: Function, project: Project, own: frozenset[str]) -> Iterator[Carried]:
    """Raises of ``HTTPException`` or of a subclass of it; a function that does nothing else is a shorthand of the routes."""
    if function.facts.statements < 2:
        return
    for stmt in function.statements:
        if type(stmt) is syntax.Raise:
            raised = stmt.exception.func if type(stmt.exception) is syntax.Call else stmt.exception
            if type(raised) is not syntax.Ref:
                continue
            if raised.last.endswith("HTTPException") or raised.last in own:
                value = project.values.of(raised, function)
                is_http = isinstance(value, External) and value.name.endswith(".HTTPException")
                is_own = _is_http_error(value)
                if is_http or is_own:
                    of = ", an `HTTPException`" if is_own else ""
                    yield Carried(Place(function.module.path, stmt.line), f"raises `{raised.last}`{of}")
            elif raised is not stmt.exception:
                made = project.values.of(stmt.exception, function)
                if isinstance(made, Instance) and _is_http_error(made.of):
                    what = f"raises what `{raised.last}` makes, an `HTTPException`"
                    yield Carried(Place(function.module.path, stmt.line), what)


def _is_http_error(value: object) -> bool:
    """A class of the project's own that is an ``HTTPException``."""
    return isinstance(value, Class) and any(n.endswith(".HTTPException") for n in value.ancestry.external)


def takes_http(function: Function, project: Project) -> Iterator[Carried]:
    """Parameters that are a request or response, of a function that works with storage: others may only render or log it."""
    if not stores(function):
        return
    for parameter in function.facts.parameters:
        if parameter.annotated and type(parameter.annotation) is syntax.Ref:
            name = parameter.annotation.name
            if name.rpartition(".")[2] in ("Request", "Response"):
                found = project.names.resolve(function.module, name)
                if isinstance(found, External) and found.name in _CARRIERS:
                    yield Carried(Place(function.module.path, parameter.line), f"takes a `{name.rpartition('.')[2]}`")


def stores(function: Function) -> bool:
    """Whether it works with storage: calls it, or takes a session."""
    if not _STORING.isdisjoint(function.facts.called):
        return True
    return any(_is_session(p.annotation) for p in function.facts.parameters)


def _is_session(annotation: syntax.Expr) -> bool:
    return type(annotation) is syntax.Ref and annotation.last.endswith("Session")


def keeps_out(module: Module) -> bool:
    """Whether a module is about who may come in: authentication, permissions, middleware."""
    return bool(_GUARDING.search(module.name.rpartition(".")[2]))


def guards(function: Function) -> bool:
    """Whether it lets requests in or turns them away: permission checks, decorators of endpoints, authentication."""
    *around, own = function.qualname.split(".")
    names = (function.module.name.rpartition(".")[2], *around)
    return any(_GUARDING.search(name) for name in names) or bool(_GUARD.search(own) and not _CHANGES.match(own))


def used_by_business(module: Module, layers: Layering) -> frozenset[str]:
    """First names of what the business code of ``module`` uses: its functions, classes and what runs on import. What only
    its dependencies and permission checks use is not among them."""
    found = {c.call.name.partition(".")[0] for c in module.calls if c.call.method not in _ASKING | _MARKERS}
    written: list[syntax.Expr] = []
    for function in layers.functions(module):
        if not guards(function) and not _renders(function.owner or function):
            facts = function.facts
            written += (facts.returns, *(e for p in facts.parameters for e in (p.annotation, p.default)))
            written += (expr for stmt in function.statements for expr in syntax.expressions(stmt))
    for cls in module.classes:
        if not _is_web_class(cls) and not _renders(cls):
            written += (*cls.facts.bases, *(e for f in cls.facts.fields for e in (f.annotation, f.value)))
            # A class that says itself how FastAPI makes it: `def make(cls, session=Depends(get_session))`.
            makers = (m for m in cls.methods.values() if m.name != "__call__" and not guards(m))
            written += (e for m in makers for p in m.facts.parameters for e in (p.annotation, p.default))
    for expr in written:
        found.update(node.name.partition(".")[0] for node in syntax.walk(expr) if type(node) is syntax.Ref)
    return frozenset(found)


def assembles(name: str, module: Module, project: Project) -> bool:
    """Whether ``name`` is an app, a router or a factory of apps: who imports that puts the service together or starts it."""
    found = project.names.resolve(module, name)
    if isinstance(found, Function):
        factories = [app.router.code for app in project.apps if app.router is not None]
        return any(f is found or (isinstance(f, Function) and f.name in found.called) for f in factories)
    value = project.values.settle(found) if isinstance(found, Variable) else None
    return (
        isinstance(value, Instance) and isinstance(value.of, External) and value.of.name.rpartition(".")[2] in _ROUTING
    )


def _renders(code: Function | Class) -> bool:
    """Whether it works on requests and with no storage: it makes pages, links or log lines."""
    functions = tuple(code.methods.values()) if isinstance(code, Class) else (code,)
    takes = any(_is_request(p.annotation) for f in functions for p in f.facts.parameters)
    return takes and not any(map(stores, functions))


def serves_only_dependencies(function: Function, project: Project, layers: Layering) -> bool:
    """Whether only dependencies and middleware call it: then it is their part of HTTP, in another function."""
    callers = [site.code for site in project.callers(function)]
    return bool(callers) and all(
        isinstance(code, Function) and id(code) in layers.web_functions and id(code) not in layers.endpoints
        for code in callers
    )
