"""What an application says of itself in its OpenAPI document, and where its code says it.

Source: FastAPI's documentation on metadata, path operation configuration and extending OpenAPI.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import App, CallSite, Class, Code, External, Function, Place, Project, Route, syntax
from fastreview_checks.knowledge.answers import is_operational

DEFAULTS = {"title": ("", "FastAPI"), "version": ("", "0.1.0"), "description": ("",)}
"""What FastAPI says where nothing is given."""

EXAMPLES = frozenset({"examples", "example", "openapi_examples"})
_SCHEMA_EXTRA = frozenset({"json_schema_extra", "schema_extra"})
_SHOWING = EXAMPLES | _SCHEMA_EXTRA


class Document(NamedTuple):
    """What an app publishes, or one that it mounts where that has most of the routes; ``call`` creates that app."""

    app: App
    call: syntax.Call | None
    place: Place
    routes: tuple[Route, ...]

    def keyword(self, name: str) -> syntax.Expr | syntax.Missing:
        return self.call.keyword(name) if self.call is not None else syntax.MISSING

    @property
    def is_main(self) -> bool:
        return self.app.router is None or self.call is self.app.router.call


@lru_cache(maxsize=64)
def document_of(app: App, project: Project) -> Document | None:
    """The OpenAPI document with most of the routes, health checks and metrics aside; None where nothing is published."""
    described: dict[int, list[Route]] = {}
    for route in app.routes:
        if route.is_api and not is_operational(route) and not route.library:
            chain = route.listed.chain if route.listed is not None else ()
            owner = next((router for router, _ in reversed(chain) if router.is_app), app.router)
            described.setdefault(id(owner), []).append(route)
    if app.router is None:
        found = [Document(app, None, app.place, tuple(routes)) for routes in described.values()]
    else:
        found = [
            Document(app, router.call, router.place, tuple(described[id(router)]))
            for router in app.routers
            if id(router) in described and publishes(router.call, router.code, project)
        ]
    return max(found, key=lambda document: len(document.routes), default=None)


def publishes(call: syntax.Call, code: Code, project: Project) -> bool:
    """Whether the app that ``call`` makes has a document: FastAPI's, or one that the project makes of its routes."""
    value = project.values.of(call.func, code)
    if isinstance(value, External) and value.name.endswith(".Starlette"):
        return False
    return call.keyword("openapi_url") not in (None, "") or bool(_made_by_hand(project))


def says(document: Document, word: str, project: Project) -> bool | None:
    """Whether the app sets ``title``, ``version`` or ``description``; None where that is not known."""
    facts = document.app.facts if document.is_main else None
    if facts is not None:
        shown = {"title": facts.title, "version": facts.version, "description": facts.description}
        if shown[word] not in DEFAULTS[word]:
            return True
    given = document.keyword(word)
    if not isinstance(given, syntax.Missing):
        return given not in (None, "")
    if any(not isinstance(value, syntax.Missing) and value not in (None, "") for value in _set_later(word, project)):
        return True
    if facts is not None:
        return False
    return None if document.call is None or any(not keyword.name for keyword in document.call.keywords) else False


@lru_cache(maxsize=1)
def _made_by_hand(project: Project) -> tuple[CallSite, ...]:
    """Calls of FastAPI's ``get_openapi``, by the names that modules import it under."""
    imports = (i for module in project.service_modules for i in module.facts.imports)
    return tuple(project.calls("get_openapi", *{i.bound for i in imports if i.name == "get_openapi"}))


def _set_later(word: str, project: Project) -> Iterator[syntax.Expr | syntax.Missing]:
    """``app.title = ...`` and what ``get_openapi`` is given."""
    for site in _made_by_hand(project):
        given = site.call.keyword(word)
        # ``title=app.title`` says nothing new.
        if not (isinstance(given, syntax.Ref) and given.last == word):
            yield given
    for code in project.mentions(word):
        for stmt in code.statements if "openapi" in code.mentioned or "FastAPI" in code.mentioned else ():
            if isinstance(stmt, syntax.Assign) and any(
                isinstance(t, syntax.Ref) and t.name in (f"app.{word}", f"application.{word}") for t in stmt.targets
            ):
                yield stmt.value


def is_tagged(route: Route) -> bool:
    if route.facts is not None and route.facts.tags:
        return True
    if route.listed is None:
        return False
    given = [route.option("tags")]
    for router, included in route.listed.chain:
        given.append(router.call.keyword("tags"))
        if included is not None:
            given.append(included.call.keyword("tags"))
    return any(not isinstance(tags, syntax.Missing) and not _is_empty(tags) for tags in given)


def is_described(route: Route) -> bool:
    """Whether somebody wrote what the route does: a docstring, a summary, a description."""
    if route.endpoint is not None and route.endpoint.facts.docstring:
        return True
    return any(route.option(word) not in (syntax.MISSING, None, "") for word in ("summary", "description"))


def _is_empty(given: syntax.Expr) -> bool:
    return given is None or (isinstance(given, syntax.Items) and not given.values)


def customisations(document: Document, project: Project) -> Iterator[tuple[str, Place]]:
    """What makes the document more than FastAPI's own, in words, and where."""
    routes = document.routes
    for name, what in (
        ("generate_unique_id_function", "stable operation ids"), ("servers", "servers"), ("webhooks", "webhooks"),
        ("responses", "shared responses"),
    ):  # fmt: skip
        if not isinstance(document.keyword(name), syntax.Missing | None):
            yield what, document.place
    yield from _by_routers(routes)
    own_ids = [route for route in routes if route.option("operation_id") not in (syntax.MISSING, None)]
    if len(own_ids) * 2 >= len(routes):
        yield from (("stable operation ids", route.declared_at) for route in own_ids[:1])
    yield from _ids_set_later(project)
    yield from _own_document(project)
    yield from _hooks(project)
    yield from _examples(routes, project)


def _by_routers(routes: tuple[Route, ...]) -> Iterator[tuple[str, Place]]:
    seen: set[int] = set()
    for route in routes:
        for router, included in route.listed.chain if route.listed is not None else ():
            for call, code in ((router.call, router.code), *(((included.call, included.code),) if included else ())):
                if id(call) in seen:
                    continue
                seen.add(id(call))
                for name, what in (
                    ("responses", "shared responses"),
                    ("generate_unique_id_function", "stable operation ids"),
                ):
                    given = call.keyword(name)
                    if not isinstance(given, syntax.Missing) and given is not None:
                        yield what, Place(code.module.path, call.line)


def _ids_set_later(project: Project) -> Iterator[tuple[str, Place]]:
    """``route.operation_id = route.name`` in a loop over the routes."""
    for code in project.mentions("operation_id"):
        for loop in code.statements_of(syntax.Loop) if "routes" in code.mentioned else ():
            for stmt in syntax.statements(loop.body):
                if isinstance(stmt, syntax.Assign) and any(
                    isinstance(t, syntax.Ref) and "." in t.name and t.last == "operation_id" for t in stmt.targets
                ):
                    yield "stable operation ids", Place(code.module.path, stmt.line)


def _own_document(project: Project) -> Iterator[tuple[str, Place]]:
    for site in _made_by_hand(project):
        yield "an OpenAPI document of its own making", site.place
    for code in project.mentions("openapi"):
        for stmt in code.statements:
            if isinstance(stmt, syntax.Assign) and any(
                isinstance(t, syntax.Ref) and "." in t.name and t.last == "openapi" for t in stmt.targets
            ):
                yield "an OpenAPI document of its own making", Place(code.module.path, stmt.line)


def _hooks(project: Project) -> Iterator[tuple[str, Place]]:
    for module in project.service_modules:
        if "fastapi" in module.imported and any(i.module.partition(".")[0] == "fastapi" for i in module.facts.imports):
            for function in module.functions:
                if function.facts.decorators and any(".webhooks." in name for name in function.decorator_names):
                    yield "webhooks", function.place


def _examples(routes: tuple[Route, ...], project: Project) -> Iterator[tuple[str, Place]]:
    for schema in project.schemas:
        line = _example_in(schema.cls)
        if line:
            yield "examples", Place(schema.place.path, line)
            return
    for route in routes:
        for given in route.inputs:
            if any(_shows_example(marker) for marker in given.declared.markers):
                yield "examples", given.place
                return


@lru_cache(maxsize=10_000)
def _example_in(cls: Class) -> int:
    """The line in the class at which an example stands, or 0."""
    for field in cls.facts.fields:
        if field.name == "model_config" and _shows_example(field.value):
            return field.line
        if isinstance(field.value, syntax.Call) and _shows_example(field.value):
            return field.line
        if isinstance(field.annotation, syntax.Subscript) and _shows_example(field.annotation):
            return field.line
    config = cls.module.by_qualname.get(f"{cls.facts.qualname}.Config")
    if config is None or isinstance(config, Function):
        return 0
    return next((field.line for field in config.facts.fields if field.name in _SCHEMA_EXTRA), 0)


def _shows_example(expr: syntax.Expr) -> bool:
    for node in syntax.walk(expr):
        if type(node) is syntax.Call:
            if any(keyword.name in _SHOWING for keyword in node.keywords):
                return True
        elif type(node) is syntax.Mapping and any(key in _SHOWING for key in node.keys):
            return True
    return False
