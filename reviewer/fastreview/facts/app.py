"""What the imported application shows: the probe's answer, described and never judged.

Paths of code inside the reviewed root are relative to it, with "/"; code outside it (the framework, libraries) has an
empty path. A missing line is 0.
"""

from msgspec import Struct

from fastreview.facts.http import HttpFacts


class CodePlace(Struct, frozen=True):
    """Where a callable or class is defined, decorators not counted: the line of its ``def`` or ``class``."""

    module: str = ""
    qualname: str = ""
    path: str = ""
    line: int = 0


class ParameterFacts(Struct, frozen=True):
    """``where`` is path, query, header, cookie, body or form. ``constraints`` are as written in the schema (``maximum``)."""

    name: str
    alias: str
    where: str
    required: bool
    type: str
    constraints: dict[str, str] = {}
    annotated: bool = True


class DependantFacts(Struct, frozen=True):
    """A dependency as FastAPI solved it, its own dependencies first to last."""

    call: CodePlace
    kind: str = "function"
    """function, coroutine, generator, async-generator, class, instance or security"""
    use_cache: bool = True
    scopes: tuple[str, ...] = ()
    security_scheme: str = ""
    """Class name of the FastAPI security scheme (``OAuth2PasswordBearer``), or ""."""
    optional: bool = False
    """Whether the scheme lets a request without credentials pass (``auto_error=False``)."""
    dependencies: tuple["DependantFacts", ...] = ()


class ModelField(Struct, frozen=True):
    name: str
    alias: str
    type: str
    required: bool
    model: str = ""
    """Key into `AppFacts.models` where the field's type holds a model."""
    excluded: bool = False
    constraints: dict[str, str] = {}
    """As `ParameterFacts.constraints`."""


class ModelFacts(Struct, frozen=True):
    """A Pydantic model that routes send or receive. ``kind`` is pydantic, table (an ORM class) or dataclass."""

    key: str
    place: CodePlace
    kind: str
    fields: tuple[ModelField, ...] = ()


class RouteFacts(Struct, frozen=True):
    """One entry of the effective route table; ``path`` is the full one, prefixes and mounts included."""

    path: str
    methods: tuple[str, ...]
    kind: str
    """http (FastAPI), plain (a Starlette route), websocket, mount (an app we cannot look into) or static"""
    name: str
    endpoint: CodePlace
    is_async: bool
    order: int
    mount: str = ""
    """Path prefix of the mounted sub-application that holds it, or ""."""
    tags: tuple[str, ...] = ()
    operation_id: str = ""
    include_in_schema: bool = True
    deprecated: bool = False
    status_code: int = 0
    response_model: str = ""
    """As written or as Python shows it: ``list[app.schemas.Order]``; "" when there is none."""
    response_models: tuple[str, ...] = ()
    """Keys into `AppFacts.models` that the response model mentions directly."""
    response_class: str = ""
    documented_statuses: tuple[str, ...] = ()
    documented_models: dict[str, str] = {}
    """Statuses for which the declaration names a model, and that model: {"404": "app.schemas.Problem"}."""
    parameters: tuple[ParameterFacts, ...] = ()
    body_models: tuple[str, ...] = ()
    dependencies: tuple[DependantFacts, ...] = ()
    route_class: str = "APIRoute"
    path_regex: str = ""
    """The compiled pattern that Starlette matches the path with, mount prefix not included."""


class MiddlewareFacts(Struct, frozen=True):
    """``options`` are keyword arguments as shown by ``repr``, shortened. Outermost first in `AppFacts.middleware`."""

    name: str
    module: str
    place: CodePlace
    options: dict[str, str] = {}
    mount: str = ""


class AppFacts(Struct, frozen=True):
    """One application object."""

    target: str
    """``module:attribute`` as it was imported; a factory ends in "()"."""
    factory: bool
    title: str
    version: str
    description: str
    debug: bool
    docs_url: str
    openapi_url: str
    routes: tuple[RouteFacts, ...] = ()
    models: tuple[ModelFacts, ...] = ()
    middleware: tuple[MiddlewareFacts, ...] = ()
    exception_handlers: tuple[tuple[str, CodePlace], ...] = ()
    """What is handled (a class name or a status code) and by what."""
    handled: tuple[str, ...] = ()
    """Full names of what `exception_handlers` handle, in the same order ("starlette.exceptions.HTTPException", "404")."""
    lifespan: CodePlace | None = None
    startup: tuple[CodePlace, ...] = ()
    shutdown: tuple[CodePlace, ...] = ()
    openapi: str = ""
    """The OpenAPI document as JSON text; "" where it fails or is longer than 4 MB."""
    openapi_error: str = ""
    place: CodePlace = CodePlace()
    wrapped_by: str = ""
    """Class that wraps the app (``socketio.ASGIApp``), or ""."""
    http: HttpFacts | None = None
    """How it answered requests; None where none were to be sent."""


class SideEffect(Struct, frozen=True):
    """Something the import did or tried. ``event`` is connect, write, spawn, thread, exit or output."""

    event: str
    detail: str
    path: str = ""
    line: int = 0


class LogOutput(Struct, frozen=True):
    """Something that writes log lines of the imported process.

    ``library`` is logging, structlog or loguru; ``logger`` is the logger that has the handler, "" for the root.
    ``handler`` and ``formatter`` are full names of classes, ``sample`` is a line as it would be written, "" where none
    could be made.
    """

    library: str
    logger: str
    handler: str
    formatter: str = ""
    sample: str = ""


class EnvironmentFacts(Struct, frozen=True):
    """The environment that the project was imported in.

    ``kind`` is own (the project's), given (named by the user), provisioned (made for the review) or ours. ``sources``
    are the files that it was made from, ``packages`` counts what is installed.
    """

    kind: str
    python: str = ""
    sources: tuple[str, ...] = ()
    packages: int = 0
    assumptions: tuple[str, ...] = ()
    """Where it is not what the project asks for, as sentences."""
    undeclared: tuple[tuple[str, str], ...] = ()
    """Modules that the import needed and nothing declares, each with the package that was installed for it."""


class ProbeFacts(Struct, frozen=True):
    """The answer of one probe run. ``apps`` is empty and ``error`` says why when nothing could be imported."""

    interpreter: str
    python: str
    packages: dict[str, str] = {}
    apps: tuple[AppFacts, ...] = ()
    import_seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    side_effects: tuple[SideEffect, ...] = ()
    assumptions: tuple[str, ...] = ()
    """What had to be assumed to get through the import ("DATABASE_URL was given a value")."""
    environment: EnvironmentFacts | None = None
    error: str = ""
    error_place: CodePlace | None = None
    logging: tuple[LogOutput, ...] = ()
    """After the imports and the requests that were sent."""
    isolation: tuple[str, ...] = ()
    """What held while it ran: "network namespace", "process namespace", "Landlock for files", "audit hook" ..."""
